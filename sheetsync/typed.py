"""Numbers that the team typed: what people read off a screen is a reading of that day. Pure.

It has the first moment of its day, so that anything a page says on that day is later; an exact
number typed still beats a rounded one read (the same-day rule of every reading).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo

from sheetsync.counts import parse_count
from sheetsync.dashboard import Formula
from sheetsync.fields import moment
from sheetsync.model import Count, FieldValue, Kind, Outcome, Post, Profile, Record
from sheetsync.plan import Row, State, zone_of
from sheetsync.platform import Platform, find_watched

#: The yellow columns, and the field that each is a reading of.
COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    "profile": {"typed_followers": "followers"},
    "post": {"typed_views": "views", "typed_likes": "likes", "typed_comments": "comments"},
}
DAY = "typed_on"
#: How people write a day; 3/4/2026 fits two of these that are not the same day.
_FORMS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%Y", "%m.%d.%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y"),
)
_TABS: Mapping[Kind, str] = {"profile": "profiles", "post": "posts"}


def typed_records(
    state: State, platforms: Sequence[Platform], now: datetime
) -> tuple[list[Record], list[str]]:
    """Return the readings that stand in the yellow columns, and what is wrong with the others.

    Each sentence names the cell's row, so that a person finds it.
    """
    zone = zone_of(state)
    today = now.astimezone(zone).date()
    found_in: dict[tuple[Kind, str, datetime | None], list[tuple[int, Record]]] = {}
    wrong = []
    for kind, tab in _TABS.items():
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            if not any(_cell(row, column) not in (None, "") for column in COLUMNS[kind]):
                continue
            found = _record(row, kind, platforms, zone, today)
            if isinstance(found, str):
                wrong.append(f"{held.title if held else tab}, row {row.number}: {found}")
            else:
                at = (kind, found.key, found.captured_at)
                found_in.setdefault(at, []).append((row.number, found))
    records = []
    for (kind, _, _), found_of_day in found_in.items():
        if _agree([record for _, record in found_of_day]):
            records += [record for _, record in found_of_day]
            continue
        held = state.tabs.get(_TABS[kind])
        rows = " and ".join(str(number) for number, _ in found_of_day)
        wrong.append(
            f"{held.title if held else _TABS[kind]}, rows {rows}: different numbers were typed for"
            " one day of one address, so none of them is used."
        )
    return records, wrong


def _agree(records: Sequence[Record]) -> bool:
    """Whether no field was typed twice in different ways."""
    values: dict[str, FieldValue] = {}
    return all(
        values.setdefault(name, value) == value
        for record in records
        for name, value in record.fields.items()
    )


def _record(
    row: Row, kind: Kind, platforms: Sequence[Platform], zone: tzinfo, today: date
) -> Record | str:
    """The row's reading, or what is wrong with it."""
    target = find_watched(row.text("address"), platforms) if row.text("address") else None
    if target is None or target.kind != kind:
        return "a number was typed, but column A has no address that sheetsync knows."
    day = _day_of(row, target, platforms, zone, today)
    if isinstance(day, str):
        return day
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


def _day_of(
    row: Row, target: Profile | Post, platforms: Sequence[Platform], zone: tzinfo, today: date
) -> date | str:
    """The day that stands beside the numbers, or what is wrong with it."""
    typed_on = _cell(row, DAY)
    if typed_on in (None, ""):
        return "a number was typed without its day: say in “typed on” when you read it."
    day = day_typed(typed_on)
    if day is None:
        return f"“{typed_on}” is not understood as a day; write it like 2026-11-20."
    if day > today:
        return f"“typed on” says {day}, which is still to come."
    published = _published(row, target, platforms)
    if published and day < (first := published.astimezone(zone).date()):
        return f"“typed on” says {day}, but the post was published on {first}."
    return day


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


def day_typed(raw: object) -> date | None:
    """A day as a cell has it, or as a person writes it; None where two days could be meant."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = " ".join(raw.replace(",", " ").split()) if isinstance(raw, str) else ""
    found = set()
    for form in _FORMS:
        try:
            found.add(datetime.strptime(text, form).date())  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def _published(row: Row, target: Profile | Post, platforms: Sequence[Platform]) -> datetime | None:
    """When a post was published, as its row says, or its id."""
    if not isinstance(target, Post):
        return None
    cell = row.cells.get("published~utc")
    if isinstance(cell, datetime) and row.text("for") == target.key:
        return cell.replace(tzinfo=UTC)
    subject = next(p for p in platforms if p.key == target.platform).subjects["post"]
    ways = [way for way in subject.fields.get("published", ()) if way.shift]
    times = (moment(way.path.search({"id": target.id}), shift=way.shift) for way in ways)
    return next((time for time in times if time), None)


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
