"""The nouns: what is watched, what came back, what was read from it.

Values only: frozen, no I/O, no clock. Every time is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

Kind = Literal["profile", "post"]
Source = Literal["http", "api", "saved", "typed"]
CapturedBy = Literal["content", "option", "file", "clock"]


class Outcome(StrEnum):
    """Why there is or is no number: a closed list (design decision 4)."""

    OK = "ok"
    PARTIAL = "partial"
    NOT_FOUND = "not_found"
    PRIVATE = "private"
    ABSENT_OR_PRIVATE = "absent_or_private"
    ACCOUNT_CHANGED = "account_changed"
    OTHER_PROFILE = "other_profile"
    NOT_A_PROFILE = "not_a_profile"
    AGE_RESTRICTED = "age_restricted"
    REGION_BLOCKED = "region_blocked"
    LOGIN_WALL = "login_wall"
    CONSENT_WALL = "consent_wall"
    CHALLENGE = "challenge"
    RATE_LIMITED = "rate_limited"
    ROBOTS_DISALLOWED = "robots_disallowed"
    NEEDS_KEY = "needs_key"
    LAYOUT_CHANGED = "layout_changed"
    UNKNOWN_STATUS = "unknown_status"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED_ADDRESS = "refused_address"
    NOT_REACHED = "not_reached"
    FORGOTTEN = "forgotten"

    @property
    def has_numbers(self) -> bool:
        """True for the only two outcomes that may write a number."""
        return self in (Outcome.OK, Outcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class Count:
    """A number and how exact it is: ``|true - value| < step``.

    ``Count(783427)`` is exact; ``Count(1_200_000, 100_000)`` is a printed "1.2M".
    """

    value: int
    step: int = 1

    @property
    def exact(self) -> bool:
        return self.step == 1


FieldValue = Count | str | bool | datetime

#: The type of every field is a fact about its name, the same on every platform.
FieldType = Literal["count", "text", "flag", "id", "time"]
PROFILE_FIELDS: Mapping[str, FieldType] = {
    "followers": "count",
    "following": "count",
    "likes": "count",
    "posts": "count",
    "name": "text",
    "bio": "text",
    "verified": "flag",
    "private": "flag",
    "account_id": "id",
    "handle": "id",
}
POST_FIELDS: Mapping[str, FieldType] = {
    "id": "id",
    "views": "count",
    "likes": "count",
    "comments": "count",
    "shares": "count",
    "saves": "count",
    "published": "time",
    "caption": "text",
    "handle": "id",
    "account_id": "id",
}
FIELDS: Mapping[Kind, Mapping[str, FieldType]] = {"profile": PROFILE_FIELDS, "post": POST_FIELDS}


@dataclass(frozen=True, slots=True)
class Profile:
    """One account that is watched. ``url`` is its canonical address."""

    platform: str
    handle: str
    url: str
    kind: Literal["profile"] = "profile"

    @property
    def key(self) -> str:
        """What History rows carry, e.g. ``tiktok:khaby.lame``. Never an address."""
        return f"{self.platform}:{self.handle.lower()}"


@dataclass(frozen=True, slots=True)
class Post:
    """One post that is watched. ``handle`` is its author's, "" when the address does not say."""

    platform: str
    id: str
    url: str
    handle: str = ""
    kind: Literal["post"] = "post"

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """What came back through a door. ``extract`` cannot tell which door it was.

    ``text`` is decoded; ``url`` is the final address and ``status`` the HTTP status, where
    known. ``captured_at``/``captured_by`` say when the page was made as far as the door knows;
    a time in the page's content is better and is found by ``extract``. ``problem`` is set when
    there is no text worth reading (damaged, too large, timeout, …). ``opened`` are the addresses
    of the pages that a person had open while a recording was made in which this page lies.
    """

    text: str
    name: str = ""
    url: str = ""
    status: int | None = None
    source: Source = "saved"
    captured_at: datetime | None = None
    captured_by: CapturedBy | None = None
    problem: Outcome | None = None
    detail: str = ""
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The typed fields read from a page (or typed by the team) at one moment.

    ``fields`` holds only what was seen: a missing number is absent, never zero.
    ``posts`` are the posts seen on a profile's page, each a Record of kind "post".
    """

    platform: str
    kind: Kind
    outcome: Outcome
    handle: str = ""
    url: str = ""
    layout: str = ""
    source: Source = "saved"
    captured_at: datetime | None = None
    captured_by: CapturedBy | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    posts: tuple[Record, ...] = ()
    detail: str = ""

    @property
    def id(self) -> str:
        """The post's id, "" for a profile."""
        return self.text("id")

    @property
    def key(self) -> str:
        """The same key as its Profile or Post has; "" when the page does not say whose it is."""
        name = self.handle.lower() if self.kind == "profile" else self.id
        return f"{self.platform}:{name}" if name else ""

    def count(self, name: str) -> Count | None:
        value = self.fields.get(name)
        return value if isinstance(value, Count) else None

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def to_json(self) -> dict[str, object]:
        """The one stable shape of ``show --json`` (design.md, "Command line")."""
        return {
            "platform": self.platform,
            "kind": self.kind,
            "handle": self.handle,
            "url": self.url,
            "outcome": self.outcome.value,
            "layout": self.layout,
            "source": self.source,
            "captured_at": None if self.captured_at is None else iso(self.captured_at),
            "captured_by": self.captured_by,
            "fields": {name: _plain(value) for name, value in self.fields.items()},
            "missing": list(self.missing),
            "posts": [_post_json(post) for post in self.posts],
            "detail": self.detail,
        }


#: A cell of what an import gives.
ImportValue = None | str | bool | int | float | date | datetime


@dataclass(frozen=True, slots=True)
class ImportRead:
    """What one import gave at one moment.

    ``formula`` and ``cell`` say which: its text, and the cell of the team's that it stands in, ""
    for one that is only listed. ``rows`` are the whole result, all of one length; () for none: then
    ``reason`` is a code, ``shows`` what a sheet's own cell would show (``#N/A``), ``why`` a
    sentence and ``hint`` the next step. Of a formula with ``{handle}`` there are no rows; ``each``
    has the value by profile key, and ``missed`` for the other profiles a sentence.
    """

    formula: str
    at: datetime
    cell: str = ""
    rows: tuple[tuple[ImportValue, ...], ...] = ()
    reason: str = ""
    shows: str = ""
    why: str = ""
    hint: str = ""
    each: Mapping[str, ImportValue] = field(default_factory=dict)
    missed: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.formula, self.cell

    @property
    def has_value(self) -> bool:
        return bool(self.rows or self.each)


def iso(moment: datetime) -> str:
    """``2026-11-22T05:17:00Z``, always UTC and to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(value: FieldValue) -> object:
    if isinstance(value, Count):
        return {"value": value.value, "step": value.step}
    return iso(value) if isinstance(value, datetime) else value


def _post_json(post: Record) -> dict[str, object]:
    fields = {name: _plain(value) for name, value in post.fields.items() if name != "id"}
    return {"id": post.id, "url": post.url, **fields}
