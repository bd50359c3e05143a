"""What a dashboard watches, from its State. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sheetsync.model import Post, Profile
from sheetsync.plan import Row, State
from sheetsync.platform import Platform, find_watched

_TABS = ("profiles", "posts")


def watch_list(state: State, platforms: Sequence[Platform]) -> list[Profile | Post]:
    """Return what column A of Profiles and Posts names, each once, longest-unread first.

    So a run that is cut short by its deadline begins next time with what it did not reach.
    """
    oldest: dict[tuple[str, str], tuple[float, Profile | Post]] = {}
    for row in _rows(state):
        target = find_watched(row.text("address"), platforms) if row.text("address") else None
        if target is not None:
            mine = row.text("for") == target.key
            read = row.cells.get("read_at~utc") if mine else None
            at = read.timestamp() if isinstance(read, datetime) else 0.0
            oldest.setdefault((target.kind, target.key), (at, target))
    return [target for _, target in sorted(oldest.values(), key=lambda pair: pair[0])]


def read_before(state: State) -> set[str]:
    """Return the keys whose rows hold at least one number."""
    return {
        row.text("for")
        for row in _rows(state)
        if row.text("for") and any(_is_step(key, value) for key, value in row.cells.items())
    }


def _rows(state: State) -> Iterator[Row]:
    for tab in _TABS:
        held = state.tabs.get(tab)
        yield from held.rows if held else ()


def _is_step(key: str, value: object) -> bool:
    """Every number that was read has its step beside it; the team's own numbers have none."""
    return key.endswith("~step") and isinstance(value, int)
