"""A Profile or Post in, a Record out: each platform's doors in order, and no more than one refusal.

A refusal is an answer. A browser check, a captcha or a sign-in page ends that door for the run
(another door of the same host may still be asked); a site that is overloaded or asks to slow down
ends the host (``pace``). What was not asked because of that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from urllib.parse import quote, urlsplit

from sheetsync.extract import extract
from sheetsync.fetch.answer import Answer
from sheetsync.fetch.client import Client
from sheetsync.fetch.robots import Robots, Verdict
from sheetsync.model import Count, Outcome, Page, Post, Profile, Record
from sheetsync.platform import Door, Platform, address_names

#: What a site says to programs of this kind, whoever they ask for.
_WALLS = {Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL}
#: What a site says of this account: no other door says anything else.
_FINAL = {
    *(Outcome.NOT_FOUND, Outcome.PRIVATE, Outcome.AGE_RESTRICTED, Outcome.REGION_BLOCKED),
    *(Outcome.ACCOUNT_CHANGED, Outcome.OTHER_PROFILE),
}
#: The less often a reason is met, the more it tells: the first of these is reported.
_TELLING = (
    *(Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL, Outcome.RATE_LIMITED),
    *(Outcome.ABSENT_OR_PRIVATE, Outcome.LAYOUT_CHANGED, Outcome.UNKNOWN_STATUS),
)


#: Sign-in and consent pages on hosts of their own, as their addresses say.
_ELSEWHERE = (
    (re.compile(r"^https?://consent\."), Outcome.CONSENT_WALL, "asks for consent to cookies"),
    (
        re.compile(r"^https?://(accounts|login|auth)\.|/(login|signin|sign_in)\b"),
        Outcome.LOGIN_WALL,
        "asks for a sign-in",
    ),
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """``door`` is the address that gave the numbers, without secrets; ``asked_site`` whether any
    request was made for it."""

    asked: Profile | Post
    record: Record
    door: str = ""
    asked_site: bool = True


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
    ) -> None:
        self._client, self._robots = client, robots
        self._environment, self._now = environment, now
        self._ignore_robots, self._keep = ignore_robots, keep
        self._closed: dict[tuple[str, int], Record] = {}
        self._lock = Lock()

    def read(self, asked: Profile | Post, platform: Platform) -> Fetched:
        """Ask one door after the other until one has numbers, or the site's own last word."""
        met: list[Record] = []
        forbidden, keys, requests = "", "", 0
        for index, door in enumerate(platform.doors):
            if not _leads_to(door, asked):
                continue
            secrets = self._secrets(door, asked.handle)
            if secrets is None:
                keys = keys or " and ".join(door.variables(asked.handle))
                continue
            if wall := self._closed.get((platform.key, index)):
                met.append(_not_asked(wall, platform))
                continue
            url = _fill(door.url, asked, secrets)
            verdict = self._permission(door, url)
            if verdict.problem:  # the site itself was not to be had
                met.append(_of(asked, verdict.problem, verdict.why))
                continue
            if not verdict.allowed:
                forbidden = forbidden or verdict.why
                continue
            record = self._ask(url, door, secrets, asked, platform)
            requests += record.outcome is not Outcome.NOT_REACHED
            if door.more and (record.outcome.has_numbers or record.text("account_id")):
                record = self._more(record, door, secrets, asked, platform)
            if record.outcome.has_numbers:
                return Fetched(asked, record, _fill(door.url, asked, {}))
            met.append(record)
            if record.outcome in _FINAL:
                break
            if record.outcome in _WALLS or (record.outcome is Outcome.NEEDS_KEY and door.one_key):
                with self._lock:
                    self._closed[platform.key, index] = record
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
        page = self._page(answer, door)
        if self._keep and answer.text:
            self._keep(page)
        record = extract(page, platform, asked)
        if answer.sent_to and answer.problem:
            return self._sent_away(answer, record, platform, asked)
        return record

    def _page(self, answer: Answer, door: Door) -> Page:
        return Page(
            text=answer.text,
            name=answer.url.partition("?")[0],
            url=answer.url,
            status=answer.status,
            source="api" if door.via == "api" else "http",
            captured_at=self._now(),
            captured_by="clock",
            problem=answer.problem,
            detail=answer.detail,
        )

    def _sent_away(
        self, answer: Answer, record: Record, platform: Platform, asked: Profile | Post
    ) -> Record:
        """A site that sends on to its sign-in or consent page has answered with that."""
        page = Page(text="", url=answer.sent_to, status=answer.status, source="http")
        away = extract(page, platform, asked)
        if away.outcome in _WALLS:
            return away
        for pattern, outcome, say in _ELSEWHERE:
            if pattern.search(answer.sent_to):
                return _of(asked, outcome, f"{platform.name} {say}")
        return record

    def _more(
        self,
        record: Record,
        door: Door,
        secrets: Mapping[str, str],
        asked: Profile | Post,
        platform: Platform,
    ) -> Record:
        """Add what stands on further pages of the same answer, as far as they come."""
        fields, posts = dict(record.fields), list(record.posts)
        for template in door.more:
            url = _fill(template, asked, {**secrets, "account_id": record.text("account_id")})
            more = self._ask(url, door, secrets, asked, platform)
            if more.outcome.has_numbers:
                fields = {**more.fields, **fields}
                posts += more.posts
        layout = next((x for x in platform.layouts if x.name == record.layout), None)
        missing = tuple(n for n in layout.required if n not in fields) if layout else ()
        if any(isinstance(value, Count) for value in fields.values()):
            outcome = Outcome.PARTIAL if missing else Outcome.OK
            record = replace(record, outcome=outcome, missing=missing, detail="")
        return replace(record, fields=fields, posts=tuple(posts))

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


def _not_asked(wall: Record, platform: Platform) -> Record:
    say = f"not asked: {platform.name} had just refused; one refusal is enough for a run"
    return replace(wall, detail=say)


def _verdict(
    met: Sequence[Record], forbidden: str, keys: str, asked: Profile | Post, platform: Platform
) -> Record:
    """The one reason that is reported, with what else is known as the rest of its line."""
    if met:
        first = min(met, key=lambda r: _TELLING.index(r.outcome) if r.outcome in _TELLING else 99)
        final = [record for record in met if record.outcome in _FINAL]
        record = final[0] if final else first
        told = forbidden and not final and not record.detail.lower().startswith("not asked")
        rest = " (its other page is forbidden to programs by robots.txt)" if told else ""
        return _of(asked, record.outcome, record.detail.rstrip(".") + rest)
    if forbidden:
        return _of(asked, Outcome.ROBOTS_DISALLOWED, forbidden)
    if keys:
        return _of(asked, Outcome.NEEDS_KEY, f"{platform.name}’s interface needs a key: set {keys}")
    say = f"{platform.name} is read from saved pages only"
    return _of(asked, Outcome.NOT_REACHED, say)


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
