"""A platform is data: its addresses, its layouts and what every sign on its pages means.

The types that a platform file becomes (``platform_file`` reads and checks the file), and the
matching of addresses against them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

import jmespath
from jmespath.exceptions import JMESPathError

from sheetsync.model import Kind, Outcome, Post, Profile

Names = Mapping[str, str]
Ladder = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A JMESPath. ``{handle}`` and ``{id}`` inside its quotes stand for the layout's names."""

    text: str
    needs: tuple[str, ...] = ()

    def search(self, data: Any, names: Names | None = None) -> Any:
        """Return what the path finds; None when it finds nothing or a name it needs is unknown.

        A function that meets another shape than it expects (JMESPath raises there) finds nothing.
        """
        text = self.text
        for name in self.needs:
            if not (names and names.get(name)):
                return None
            text = text.replace(f"{{{name}}}", names[name])
        try:
            return compiled(text).search(data)
        except JMESPathError:
            return None


@cache
def compiled(text: str) -> Any:
    return jmespath.compile(text)


@dataclass(frozen=True, slots=True)
class Read:
    """One way to read a field from a layout's shape."""

    path: Query
    pattern: re.Pattern[str] | None = None
    hidden: tuple[object, ...] = ()
    wraps: bool = False
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Element:
    """Text in the page's tree: every string that ``xpath`` finds, cut down by ``pattern``."""

    xpath: str
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A repeated element, e.g. the grid of posts."""

    each: str
    elements: Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class Rule:
    """The outcome that a layout's own status means."""

    when: Query
    outcome: Outcome
    say: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A page that is no profile: all the conditions given must hold."""

    outcome: Outcome
    say: str
    kind: Kind | None
    own: bool
    title: re.Pattern[str] | None
    xpath: str | None
    path: re.Pattern[str] | None
    body: re.Pattern[str] | None
    json: Query | None
    status: tuple[int, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a page's content says when it was made: a path into its JSON, or a pattern.

    ``visit``: it only says when the visit began, and the page is of that moment or a later one;
    ``request``: it is TikTok's id of the request, with the moment in its digits.
    """

    path: Query | None
    pattern: re.Pattern[str] | None
    visit: bool = False
    request: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One generation of a page: where its data is, and how it becomes the platform's one shape."""

    name: str
    kind: Kind
    own: bool
    script: str | None
    after: re.Pattern[str] | None
    body: bool
    jsonld: bool
    elements: Mapping[str, Element]
    lists: Mapping[str, Listing]
    names: Mapping[str, Query]
    when: Query
    rules: tuple[Rule, ...]
    shape: Query | None
    exact: Query | None
    shown: re.Pattern[str] | None
    required: tuple[str, ...]
    captured: tuple[Moment, ...]
    locale: str | None
    path: re.Pattern[str] | None
    #: Whether a browser meets it today: then the saver saves what it needs.
    saver: bool
    #: What an open page's scripts were answered: counts for the accounts whose pages were open.
    answer: bool

    @property
    def needs_tree(self) -> bool:
        return bool(self.elements or self.lists or self.jsonld)


@dataclass(frozen=True, slots=True)
class PostList:
    """The posts that stand on a profile's page."""

    each: Query
    fields: Mapping[str, tuple[Read, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """How a platform's profiles (or posts) are addressed and read."""

    addresses: tuple[re.Pattern[str], ...]
    url: str
    other_urls: tuple[tuple[re.Pattern[str], str], ...]
    handle: re.Pattern[str]
    fields: Mapping[str, tuple[Read, ...]]
    posts: PostList | None

    def address(self, handle: str, post_id: str = "") -> str:
        """Return the canonical address; some names need another form (YouTube's channel ids)."""
        forms = (url for pattern, url in self.other_urls if pattern.fullmatch(handle))
        return next(forms, self.url).format(**address_names(handle, post_id))


@dataclass(frozen=True, slots=True)
class Door:
    """One way to a platform's numbers, told truthfully.

    ``keys`` are the names of environment variables that hold secrets; ``url``, ``headers`` and
    ``more`` (further pages of the same answer, e.g. the posts) may name them as ``{NAME}``.
    ``only`` says for which handles the door is; ``hosted``: whether it opens for a machine in a
    data centre (a GitHub-hosted runner), which many sites turn away.
    """

    kind: Kind
    via: Literal["http", "api", "saved"]
    url: str
    state: Literal["open", "walled", "forbidden", "needs key", "unverified"]
    gives: tuple[str, ...]
    note: str
    keys: tuple[str, ...] = ()
    key_optional: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = "text/html"
    only: re.Pattern[str] | None = None
    more: tuple[str, ...] = ()
    hosted: Literal["yes", "no", "not known"] = "not known"

    @property
    def one_key(self) -> bool:
        """Whether the same key is for every account: refused once, it is refused for all."""
        return not any("{HANDLE}" in key for key in self.keys)

    def variables(self, handle: str) -> tuple[str, ...]:
        """The environment variables wanted for this account; ``{HANDLE}`` is its name there."""
        name = re.sub(r"\W", "_", handle).upper()
        return tuple(key.replace("{HANDLE}", name) for key in self.keys)


@dataclass(frozen=True, slots=True, eq=False)
class Platform:
    """A site, as its file describes it. Two are equal only when they are one and the same."""

    key: str
    name: str
    checked: str
    verified: bool
    note: str
    hosts: tuple[str, ...]
    any_host: bool
    locale: str
    language: str
    delay: float
    ladder: Ladder
    at: bool
    subjects: Mapping[Kind, Subject]
    layouts: tuple[Layout, ...]
    signs: tuple[Sign, ...]
    doors: tuple[Door, ...]
    known: Mapping[str, str]
    #: Patterns of further hosts (``*``: any) on which the operator says that it may live: what an
    #: address there means is understood then, no more.
    also: tuple[str, ...] = ()

    def lives_on(self, host: str) -> bool:
        """Whether somebody says that it may be this platform which runs on ``host``."""
        return self.any_host and any(fnmatchcase(host, pattern.lower()) for pattern in self.also)

    def owns(self, host: str) -> bool:
        """Whether ``host`` is one of the platform's, or below one."""
        return any(host == own or host.endswith("." + own) for own in self.hosts)

    def find(self, address: str) -> Profile | Post | None:
        """Return what ``address`` names here, as a person would paste it; None when nothing."""
        forms = address_forms(address)
        for kind, subject in self.subjects.items():
            for pattern in subject.addresses:
                for form in forms:
                    if found := pattern.fullmatch(form):
                        return self._watched(kind, found.groupdict())
        return None

    def named(self, handle: str) -> Profile | None:
        """Return the profile called ``handle``; None when no handle looks like that here."""
        handle = handle.removeprefix("@")
        subject = self.subjects.get("profile")
        if subject is None or not subject.handle.fullmatch(handle):
            return None
        return Profile(self.key, handle, self.url("profile", handle))

    def url(self, kind: Kind, handle: str, id: str = "") -> str:
        """Return the canonical address, "" when a name that it needs is unknown.

        On a host that the file does not name it is ``platform:name``: an address there says
        nothing about whose software runs behind it.
        """
        subject = self.subjects.get(kind)
        if subject is None or not (handle if kind == "profile" else id):
            return ""
        address = subject.address(handle, id)
        if self.any_host and not self.owns(urlsplit(address).hostname or ""):
            return f"{self.key}:{handle if kind == 'profile' else id}"
        return address

    def _watched(self, kind: Kind, names: Mapping[str, str | None]) -> Profile | Post:
        handle, post_id = with_host(names), names.get("id") or ""
        if kind == "profile":
            return Profile(self.key, handle, self.url(kind, handle))
        return Post(self.key, post_id, self.url(kind, handle, post_id), handle)


def with_host(names: Mapping[str, str | None]) -> str:
    """``handle``, or ``handle@host`` where a pattern has both groups (Mastodon has many hosts)."""
    handle, host = names.get("handle") or "", (names.get("host") or "").lower()
    return f"{handle}@{host}" if host else handle


def address_names(handle: str, id: str = "") -> dict[str, str]:
    """What may stand in an address: {handle}, {id}; {user} and {host} of a ``user@host``."""
    user, _, host = handle.partition("@")
    return {"handle": handle, "id": id, "user": user, "host": host}


def of_host(host: str, platforms: Sequence[Platform]) -> list[Platform]:
    """The platforms whose host it is; where it is nobody's, those that may live on any."""
    return [p for p in platforms if p.owns(host)] or [p for p in platforms if p.any_host]


def address_forms(address: str) -> tuple[str, ...]:
    """Return ``host/path`` without and with its query: no scheme, www., m. or last slash."""
    text = address.strip().strip("<>\"'")
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", text):
        text = "https://" + text
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ()
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return ()
    if port not in (None, 80, 443):
        return ()
    host = re.sub(r"^(www|m|mobile)\.", "", host)
    bare = host + parts.path.rstrip("/")
    return (bare, f"{bare}?{parts.query}") if parts.query else (bare,)


def find_watched(address: str, platforms: Sequence[Platform]) -> Profile | Post | None:
    """Return the Profile or Post that a pasted address or name means; see ``_named_or_found``.

    ``@name@host`` on another platform's host is nothing: x.com is no Mastodon server.
    """
    found = _named_or_found(address, platforms)
    anywhere = {platform.key for platform in platforms if platform.any_host}
    if found is None or found.platform not in anywhere:
        return found
    host = found.handle.partition("@")[2]
    taken = any(p.owns(host) for p in platforms if p.key not in anywhere)
    return None if taken else found


def _named_or_found(address: str, platforms: Sequence[Platform]) -> Profile | Post | None:
    """Return the Profile or Post that a pasted address or name means.

    A name is ``platform:name``, ``@name`` or ``@name@host``. An address has to be on a host that
    a platform file names: a stranger's may be anything, only ``@name@host`` says what it is, or
    who allowed the host (``Platform.also``).
    """
    text = address.strip()
    if text.startswith("@") and "/" not in text:
        far = text.count("@") == 2
        named = [p for p in platforms if (p.any_host if far else p.at)]
        return next((who for p in named if (who := p.named(text))), None)
    prefix, colon, rest = text.partition(":")
    if colon and not rest.startswith("//"):
        for platform in platforms:
            if prefix.lower() == platform.key:
                return platform.named(rest) or platform.find(rest)
    host = next(iter(address_forms(text)), "").partition("/")[0]
    asked = [p for p in platforms if p.owns(host) or not p.any_host]
    if not any(p.owns(host) for p in platforms):
        asked += [p for p in platforms if p.lives_on(host)]
    return next((found for p in asked if (found := p.find(text))), None)
