"""A Profile or Post in, a Record out: each platform's doors in order, and no more than one refusal.

A refusal is an answer. A browser check, a captcha or a sign-in page ends that door for the run
(another door of the same host may still be asked); a site that is overloaded or asks to slow down
ends the host (``pace``). What was not asked because of that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from sheetsync import walls
from sheetsync.extract import extract
from sheetsync.fetch.answer import Answer
from sheetsync.fetch.client import Client
from sheetsync.fetch.closed import WALLS, Closed, Kind
from sheetsync.fetch.keys import hidden, hidden_in, quoted
from sheetsync.fetch.robots import Robots, Verdict
from sheetsync.model import Count, Outcome, Page, Post, Profile, Record
from sheetsync.platform import Door, Platform, address_names

#: What a site says of this account in its own words: no other door says anything else.
_FINAL = {
    *(Outcome.NOT_FOUND, Outcome.PRIVATE, Outcome.AGE_RESTRICTED, Outcome.REGION_BLOCKED),
    *(Outcome.ACCOUNT_CHANGED, Outcome.OTHER_PROFILE),
}
#: Doors may disagree. A word on the account says more than a refusal, and a refusal more than an
#: answer that nobody understands: the first of these is reported.
_TELLING = (
    Outcome.ABSENT_OR_PRIVATE,
    *(Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL, Outcome.RATE_LIMITED),
    *(Outcome.REGION_BLOCKED, Outcome.NEEDS_KEY),
    *(Outcome.LAYOUT_CHANGED, Outcome.NOT_A_PROFILE, Outcome.UNKNOWN_STATUS, Outcome.UNREADABLE),
    *(Outcome.TOO_LARGE, Outcome.REFUSED_ADDRESS, Outcome.TIMEOUT, Outcome.UNREACHABLE),
    *(Outcome.ROBOTS_DISALLOWED, Outcome.NOT_REACHED),
)
#: A further page that looks like this may be an account without posts.
_EMPTY = {Outcome.LAYOUT_CHANGED, Outcome.NOT_A_PROFILE, Outcome.OTHER_PROFILE}


@dataclass(frozen=True, slots=True)
class Fetched:
    """``door`` is the address that gave the numbers, without secrets; ``asked_site`` whether any
    request was made for it; ``missed``: what was asked for beside it and gave no numbers (its
    newest posts' own pages, the list of its posts)."""

    asked: Profile | Post
    record: Record
    door: str = ""
    asked_site: bool = True
    missed: tuple[Record, ...] = ()


class Doors:
    """Reads what is watched through the doors that its platform's file lists."""

    def __init__(
        self,
        client: Client,
        robots: Robots,
        *,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        ignore_robots: bool = False,
        keep: Callable[[Page], None] | None = None,
        hold: Callable[[str, Answer], None] = lambda url, answer: None,
    ) -> None:
        self._client, self._robots, self._hold = client, robots, hold
        self._environment, self._now = environment, now
        self._ignore_robots, self._keep = ignore_robots, keep
        self._closed = Closed()

    def read(self, asked: Profile | Post, platform: Platform) -> Fetched:
        """Ask one door after the other until one has numbers, or the site's own last word."""
        met: list[Record] = []
        forbidden, keys, requests = "", "", 0
        for door in platform.doors:
            if not _leads_to(door, asked):
                continue
            secrets = self._secrets(door, asked.handle)
            if secrets is None:
                keys = keys or " and ".join(door.variables(asked.handle))
                continue
            url = _fill(door.url, asked, quoted(secrets))
            kind = _kind(platform, door.url, url)
            if wall := self._closed.why(kind, platform.name):
                met.append(wall)
                continue
            verdict = self._permission(door, url)
            if verdict.problem:  # the site itself was not to be had
                met.append(_of(asked, verdict.problem, verdict.why))
                continue
            if not verdict.allowed:
                forbidden = forbidden or verdict.why
                continue
            record = self._ask(url, door, secrets, asked, platform)
            missed: tuple[Record, ...] = ()
            requests += record.outcome is not Outcome.NOT_REACHED
            if door.more and _goes_on(record):
                record, missed = self._more(record, door, secrets, asked, platform)
            self._closed.met(kind, record, one_key=door.one_key)
            if record.outcome.has_numbers:
                return Fetched(asked, record, _fill(door.url, asked, {}), missed=missed)
            met.append(record)
            if _is_final(record):
                break
        record = _verdict(met, forbidden, keys, asked, platform)
        return Fetched(asked, record, asked_site=requests > 0)

    def _ask(
        self,
        url: str,
        door: Door,
        secrets: Mapping[str, str],
        asked: Profile | Post,
        platform: Platform,
    ) -> Record:
        wanted = {n: t for n, t in door.headers.items() if not _names_missing(t, door, secrets)}
        answer = self._client.get(
            url,
            secret_headers={name: _named(text, secrets) for name, text in wanted.items()},
            accept=door.accept,
            accept_language=platform.language,
            may_follow=lambda hop: self._refusal(door, url, hop),
        )
        if not secrets:  # what a key has opened is for nobody else
            self._hold(url, answer)
        page = self._page(answer, door, secrets)
        if self._keep and answer.text:
            self._keep(page)
        record = hidden_in(extract(page, platform, asked), secrets)
        if answer.sent_to and answer.problem:
            record = self._sent_away(answer, record, platform, asked)
        record = _with_headers(record, answer, platform, asked)
        here = not (answer.redirects or answer.sent_to)  # a key goes to no other address
        if record.outcome is Outcome.LOGIN_WALL and door.via == "api" and secrets and here:
            names = " and ".join(door.variables(asked.handle))
            say = f"{platform.name}’s interface refuses the key: renew {names}"
            record = _of(asked, Outcome.NEEDS_KEY, say)
        if record.outcome is Outcome.RATE_LIMITED:
            self._client.end(answer.url, record.detail)
        return record

    def _page(self, answer: Answer, door: Door, secrets: Mapping[str, str]) -> Page:
        url = hidden(answer.url, secrets)
        return Page(
            text=hidden(answer.text, secrets, ids=False),
            name=url.partition("?")[0],
            url=url,
            status=answer.status,
            source="api" if door.via == "api" else "http",
            captured_at=self._now(),
            captured_by="clock",
            problem=answer.problem,
            detail=hidden(answer.detail, secrets),
        )

    def _sent_away(
        self, answer: Answer, record: Record, platform: Platform, asked: Profile | Post
    ) -> Record:
        """A site that sends on to its sign-in or consent page has answered with that."""
        page = Page(text="", url=answer.sent_to, status=answer.status, source="http")
        away = extract(page, platform, asked)
        if away.outcome in WALLS:
            return away
        if platform.find(answer.sent_to) or not (wall := walls.of_address(answer.sent_to)):
            return record
        return _of(asked, wall[0], f"{platform.name} {wall[1]}")

    def _more(
        self,
        record: Record,
        door: Door,
        secrets: Mapping[str, str],
        asked: Profile | Post,
        platform: Platform,
    ) -> tuple[Record, tuple[Record, ...]]:
        """Add what stands on further pages of the same answer; also which of them did not come."""
        fields, posts, missed = dict(record.fields), list(record.posts), list[Record]()
        for template in door.more:
            names = quoted({**secrets, "account_id": record.text("account_id")})
            url = _fill(template, asked, names)
            kind = _kind(platform, template, url)
            more = self._closed.why(kind, platform.name)
            if more is None:
                more = self._ask(url, door, secrets, asked, platform)
                self._closed.met(kind, more, one_key=door.one_key)
            if more.outcome.has_numbers:
                fields = {**more.fields, **fields}
                posts += more.posts
            elif more.outcome not in _EMPTY:
                told = _of(asked, more.outcome, more.detail)
                missed.append(replace(told, kind="post", source=record.source))
        layout = next((x for x in platform.layouts if x.name == record.layout), None)
        missing = tuple(n for n in layout.required if n not in fields) if layout else ()
        if any(isinstance(value, Count) for value in fields.values()):
            outcome = Outcome.PARTIAL if missing else Outcome.OK
            record = replace(record, outcome=outcome, missing=missing, detail="")
        elif missed and record.outcome in _EMPTY:  # the lack is a refusal
            record = replace(record, outcome=missed[0].outcome, detail=missed[0].detail)
        return replace(record, fields=fields, posts=tuple(posts)), tuple(missed)

    def _secrets(self, door: Door, handle: str) -> dict[str, str] | None:
        """The door's keys by the names in its templates; None when one that it needs is not set."""
        pairs = zip(door.keys, door.variables(handle), strict=True)
        found = {key: self._environment.get(name, "").strip() for key, name in pairs}
        if door.key_optional:
            return {key: value for key, value in found.items() if value}
        return found if all(found.values()) else None

    def _refusal(self, door: Door, url: str, hop: str) -> str | None:
        """Why a redirect is not followed; None: it may be. Only the API's own host is exempt."""
        same = urlsplit(url).hostname == urlsplit(hop).hostname
        if same or self._ignore_robots:
            verdict = self._permission(door, hop)
        else:
            verdict = self._robots.allowed(hop)
        return None if verdict.allowed else verdict.why

    def _permission(self, door: Door, url: str) -> Verdict:
        """What robots.txt says. An official API is an invitation to programs by itself."""
        if self._ignore_robots or door.via == "api":
            return Verdict(True, None, "")
        return self._robots.allowed(url)


def _leads_to(door: Door, asked: Profile | Post) -> bool:
    if door.kind != asked.kind or door.via == "saved" or not door.url:
        return False
    return door.only is None or bool(door.only.match(asked.handle))


def _fill(template: str, asked: Profile | Post, values: Mapping[str, str]) -> str:
    """The address for this account. Names of secrets that are not given stay as they are."""
    names = address_names(asked.handle, asked.id if isinstance(asked, Post) else "")
    return _named(template, {**{k: quote(v, safe="@/:") for k, v in names.items()}, **values})


def _named(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def _names_missing(template: str, door: Door, secrets: Mapping[str, str]) -> bool:
    return any("{" + key + "}" in template and key not in secrets for key in door.keys)


def _kind(platform: Platform, template: str, url: str) -> Kind:
    return platform.key, template, (urlsplit(url).hostname or "").lower()


def _with_headers(
    record: Record, answer: Answer, platform: Platform, asked: Profile | Post
) -> Record:
    """The record, or what the headers say where the page itself says less."""
    if answer.said is None or record.outcome in (answer.said, Outcome.OK, Outcome.PARTIAL):
        return record
    if answer.said is Outcome.RATE_LIMITED and answer.status == 403:
        say = f"{platform.name} asks to slow down ({answer.status})"
        return _of(asked, Outcome.RATE_LIMITED, say)
    if answer.said is Outcome.CHALLENGE and record.outcome not in WALLS and not answer.problem:
        return _of(asked, Outcome.CHALLENGE, f"{platform.name} {walls.CHALLENGE[1]}")
    return record


def _goes_on(record: Record) -> bool:
    """Whether further pages are worth asking for: Twitch's first names the account, no number."""
    named = record.outcome is Outcome.LAYOUT_CHANGED and record.text("account_id")
    return record.outcome.has_numbers or bool(named)


def _is_final(record: Record) -> bool:
    """REGION_BLOCKED by the status alone (451) may be about the reader and not the account."""
    bare = record.outcome is Outcome.REGION_BLOCKED and not record.layout
    return record.outcome in _FINAL and not bare


def _telling(record: Record) -> int:
    return _TELLING.index(record.outcome) if record.outcome in _TELLING else len(_TELLING)


def _verdict(
    met: Sequence[Record], forbidden: str, keys: str, asked: Profile | Post, platform: Platform
) -> Record:
    """The one reason that is reported, with what else is known as the rest of its line."""
    if met:
        final = [record for record in met if _is_final(record)]
        answered = [record for record in met if not _unasked(record)]
        record = final[0] if final else min(answered or met, key=_telling)
        told = forbidden and not final and not record.detail.lower().startswith("not asked")
        rest = " (its other page is forbidden to programs by robots.txt)" if told else ""
        if answered and not final and (idle := next(filter(_unasked, met), None)):
            rest += f" (its other page was {_uncapped(idle.detail).partition(';')[0].rstrip('.')})"
        keyed = [r.detail for r in met if r.outcome is Outcome.NEEDS_KEY and r is not record]
        rest += f" ({keyed[0]})" if keyed and not final else ""
        return _of(asked, record.outcome, record.detail.rstrip(".") + rest)
    if forbidden:
        return _of(asked, Outcome.ROBOTS_DISALLOWED, forbidden)
    if keys:
        return _of(asked, Outcome.NEEDS_KEY, f"{platform.name}’s interface needs a key: set {keys}")
    say = f"{platform.name} is read from saved pages only"
    return _of(asked, Outcome.NOT_REACHED, say)


def _unasked(record: Record) -> bool:
    return record.detail.lower().startswith("not asked")


def _uncapped(text: str) -> str:
    return text[:1].lower() + text[1:]


def _of(asked: Profile | Post, outcome: Outcome, detail: str) -> Record:
    return Record(
        platform=asked.platform,
        kind=asked.kind,
        outcome=outcome,
        handle=asked.handle,
        url=asked.url,
        source="http",
        fields={"id": asked.id} if isinstance(asked, Post) else {},
        detail=detail,
    )
