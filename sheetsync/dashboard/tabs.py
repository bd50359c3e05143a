"""The one description of the dashboard: which tabs, which columns, in which order."""

from __future__ import annotations

from sheetsync.dashboard import STEP, UTC_OF, Column, Dashboard, Format, Guide, Tab
from sheetsync.dashboard.words import GUIDE, NOTES, TITLES, header

_PROFILE_COUNTS = ("followers", "following", "likes", "posts")
_POST_COUNTS = ("views", "likes", "comments", "shares", "saves")


def _team(key: str, format: Format = Format.TEXT, width: float = 12) -> Column:
    return Column(key, header(key), format, team=True, width=width, note=NOTES.get(key, ""))


def _read(key: str, format: Format = Format.TEXT, width: float = 12) -> Column:
    """A column that the sync writes and people see."""
    return Column(key, header(key), format, value=key, width=width, note=NOTES.get(key, ""))


def _hidden(key: str, format: Format = Format.TEXT, width: float = 12) -> Column:
    note = NOTES.get(key, "")
    return Column(key, header(key), format, value=key, width=width, hidden=True, note=note)


def _counts(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(_read(name, Format.COUNT, 14) for name in names)


def _steps(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(_hidden(name + STEP, Format.COUNT) for name in names)


def _moment(key: str) -> Column:
    """The exact moment, which ``key`` shows in the dashboard's own zone."""
    return _hidden(key + UTC_OF, Format.MOMENT, 18)


PROFILES = Tab(
    "profiles",
    TITLES["profiles"],
    (
        _team("address", width=36),
        _team("group"),
        _team("fee", Format.MONEY),
        _team("typed_followers", Format.COUNT, 12),
        _team("typed_on", Format.DATE, 12),
        _read("platform"),
        _read("handle", width=18),
        _read("name", width=24),
        _read("status", width=20),
        _read("why", width=40),
        *_counts(_PROFILE_COUNTS),
        _read("verified", Format.FLAG, 10),
        _read("private", Format.FLAG, 10),
        _read("read_at", Format.MOMENT, 18),
        _read("source", width=9),
        _hidden("for", width=24),
        _hidden("account_id", width=24),
        *_steps(_PROFILE_COUNTS),
        _hidden("captured_by"),
        _moment("read_at"),
        _hidden("kept", width=24),
        _moment("checked"),
    ),
    kind="profile",
)

POSTS = Tab(
    "posts",
    TITLES["posts"],
    (
        _team("address", width=58),
        _team("fee", Format.MONEY),
        _team("typed_views", Format.COUNT, 11),
        _team("typed_likes", Format.COUNT, 11),
        _team("typed_comments", Format.COUNT, 11),
        _team("typed_on", Format.DATE, 12),
        _read("platform"),
        _read("handle", width=18),
        _read("published", Format.MOMENT, 18),
        *_counts(_POST_COUNTS),
        _read("caption", width=44),
        _read("status", width=20),
        _read("why", width=40),
        _read("read_at", Format.MOMENT, 18),
        _read("source", width=9),
        _hidden("for", width=24),
        _hidden("id", width=24),
        _hidden("account_id", width=24),
        *_steps(_POST_COUNTS),
        _hidden("captured_by"),
        _moment("published"),
        _moment("read_at"),
        _hidden("kept", width=24),
        _moment("checked"),
    ),
    kind="post",
)

HISTORY = Tab(
    "history",
    TITLES["history"],
    (
        _read("day", Format.DATE, 13),
        _read("profile", width=28),
        _hidden("account_id", width=24),
        *_counts(_PROFILE_COUNTS),
        *_steps(_PROFILE_COUNTS),
        _moment("read_at"),
        _hidden("source", width=9),
        _hidden("captured_by", width=18),
        _hidden("layout", width=16),
        _hidden("kept", width=24),
    ),
    hidden=True,
)

DASHBOARD = Dashboard(
    (PROFILES, POSTS, Guide("guide", TITLES["guide"], GUIDE), HISTORY),
    edition=2,
)
