"""Numbers that the team typed: what people read off a screen is a reading of that day. Pure.

It has the first moment of its day, so that anything a page says on that day is later; an exact
number typed still beats a rounded one read (the same-day rule of every reading).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo

from sheetsync.counts import parse_count
from sheetsync.dashboard import Formula
from sheetsync.model import Count, FieldValue, Kind, Outcome, Post, Profile, Record
from sheetsync.plan import Row, State, zone_of
from sheetsync.platform import Platform, find_watched

#: The yellow columns, and the field that each is a reading of.
COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    "profile": {"typed_followers": "followers"},
    "post": {"typed_views": "views", "typed_likes": "likes", "typed_comments": "comments"},
}
DAY = "typed_on"
_TABS: Mapping[Kind, str] = {"profile": "profiles", "post": "posts"}


def typed_records(
    state: State, platforms: Sequence[Platform], now: datetime
) -> tuple[list[Record], list[str]]:
    """Return the readings that stand in the yellow columns, and what is wrong with the others.

    Each sentence names the cell's row, so that a person finds it.
    """
    zone = zone_of(state)
    today = now.astimezone(zone).date()
    records, wrong = [], []
    for kind, tab in _TABS.items():
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            if not any(_cell(row, column) not in (None, "") for column in COLUMNS[kind]):
                continue
            found = _record(row, kind, platforms, zone, today)
            if isinstance(found, str):
                wrong.append(f"{held.title if held else tab}, row {row.number}: {found}")
            else:
                records.append(found)
    return records, wrong


def _record(
    row: Row, kind: Kind, platforms: Sequence[Platform], zone: tzinfo, today: date
) -> Record | str:
    """The row's reading, or what is wrong with it."""
    target = find_watched(row.text("address"), platforms) if row.text("address") else None
    if target is None or target.kind != kind:
        return "a number was typed, but column A has no address that sheetsync knows."
    day = _day(_cell(row, DAY))
    if day is None:
        return "a number was typed without its day: say in “typed on” when you read it."
    if day > today:
        return f"“typed on” says {day}, which is still to come."
    fields: dict[str, FieldValue] = {}
    for column, name in COLUMNS[kind].items():
        raw = _cell(row, column)
        if raw in (None, ""):
            continue
        count = typed_count(raw)
        if count is None:
            return f"“{raw}” is no number of {name}; type it like 38490, 38,490 or 38.4K."
        fields[name] = count
    return _reading(target, fields, datetime.combine(day, time(), zone).astimezone(UTC))


def _cell(row: Row, column: str) -> object:
    """What the cell shows, also when a formula of the team's computes it."""
    cell = row.cells.get(column)
    return cell.value if isinstance(cell, Formula) else cell


def typed_count(raw: object) -> Count | None:
    """A whole number as typed, or as printed ("38.4K" is rounded); None for anything else."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, int):
        return Count(raw) if 0 <= raw < 10**15 else None
    return parse_count(raw, "en") if isinstance(raw, str) else None


def _day(raw: object) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(raw.strip()) if isinstance(raw, str) else None
    except ValueError:
        return None


def _reading(target: Profile | Post, fields: dict[str, FieldValue], at: datetime) -> Record:
    if isinstance(target, Post):
        fields["id"] = target.id
    return Record(
        platform=target.platform,
        kind=target.kind,
        outcome=Outcome.OK,
        handle=target.handle,
        url=target.url,
        layout="typed",
        source="typed",
        captured_at=at,
        captured_by="option",
        fields=fields,
    )
