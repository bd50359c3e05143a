"""What a dashboard watches, from its State. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sheetsync.model import Post, Profile, Record
from sheetsync.plan import Row, State, zone_of
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


def already_there(records: Sequence[Record], state: State) -> list[bool]:
    """For each record: whether the dashboard holds this very reading, of the same moment."""
    zone = zone_of(state)
    dated = [(r, _moment(r)) for r in records]
    days = {
        (r.key, at.replace(tzinfo=UTC).astimezone(zone).date())
        for r, at in dated
        if at and r.kind == "profile"
    }
    rows = [*_rows(state), *(state.history(days).rows.values() if days else ())]
    held = {(row.text("for") or row.text("profile"), row.cells.get("read_at~utc")) for row in rows}
    return [at is not None and (r.key, at) in held for r, at in dated]


def _moment(record: Record) -> datetime | None:
    """When the page was made, as the dashboard holds it: UTC, naive, to the second."""
    at = record.captured_at
    if at is None or not record.outcome.has_numbers or not record.key:
        return None
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _rows(state: State) -> Iterator[Row]:
    for tab in _TABS:
        held = state.tabs.get(tab)
        yield from held.rows if held else ()


def _is_step(key: str, value: object) -> bool:
    """Every number that was read has its step beside it; the team's own numbers have none."""
    return key.endswith("~step") and isinstance(value, int)
