"""History's share of the plan: one row for each profile and day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import count

from sheetsync.dashboard import Tab
from sheetsync.model import Record
from sheetsync.plan.changes import Change, Counts, Part, diff
from sheetsync.plan.reading import (
    Reading,
    from_cells,
    from_record,
    merge,
    moment_out,
    to_cells,
)
from sheetsync.plan.state import History, HistoryKey, Row, State


@dataclass(frozen=True, slots=True)
class Days:
    """History's share of the plan, and each day's reading as History will hold it."""

    part: Part
    readings: Mapping[HistoryKey, Reading]


def plan_days(
    tab: Tab,
    state: State,
    zone: tzinfo,
    profiles: Sequence[Record],
    now: datetime,
    keep_daily: date | None,
) -> Days:
    """One row for each profile and day: replaced in place, or appended in order of days."""
    names = tab.fields("profile")
    found = _not_thinned(list(_dated(profiles, names, now)), state, zone, keep_daily)
    days = [(profile, at.astimezone(zone).date()) for profile, at, _ in found]
    near = {(profile, day + timedelta(n)) for profile, day in days for n in (-1, 0, 1)}
    held = state.history(near) if near else History()
    readings: dict[HistoryKey, Reading] = {}
    for (profile, day), (_, at, reading) in zip(days, found, strict=True):
        key = (profile, _day_held(held, profile, day, at))
        readings[key] = merge(readings.get(key, Reading()), reading, zone)
    free = count(held.next_row)
    changes: list[Change] = []
    changed = added = 0
    for (profile, day), reading in sorted(readings.items(), key=lambda item: item[0][::-1]):
        row = held.rows.get((profile, day))
        before = from_cells(row.cells, names, "profile") if row else Reading()
        whole = readings[profile, day] = merge(before, reading, zone, fresh=True)
        cells = {"day": day, "profile": profile, **to_cells(whole, zone)}
        new = diff(tab, row or Row(next(free), {}), cells, added=row is None)
        changes += new
        added += row is None
        changed += row is not None and bool(new)
    counts = Counts(changed, added, len(readings) - changed - added)
    return Days(Part(tab.key, changes, counts), readings)


_Dated = tuple[str, datetime, Reading]


def _not_thinned(
    found: Sequence[_Dated], state: State, zone: tzinfo, keep_daily: date | None
) -> list[_Dated]:
    """Without readings that retention would take away again: before ``keep_daily`` History keeps
    a profile's last reading of each month."""
    days = [at.astimezone(zone).date() for _, at, _ in found]
    if keep_daily is None or not any(day < keep_daily for day in days):
        return list(found)
    ends: dict[str, set[date]] = {}
    last: dict[tuple[str, date], date] = {}
    for (key, _, _), day in zip(found, days, strict=True):
        if day < keep_daily:
            end = _month_end(day, keep_daily)
            ends.setdefault(key, set()).add(end)
            last[key, end] = max(day, last.get((key, end), day))
    for at, row in state.before(ends).items():
        held = row.cells.get("day")
        if isinstance(held, date) and at in last:
            last[at] = max(last[at], held)
    return [
        each
        for each, day in zip(found, days, strict=True)
        if day >= keep_daily or day == last[each[0], _month_end(day, keep_daily)]
    ]


def _month_end(day: date, keep_daily: date) -> date:
    """The last day of the month that is thinned out."""
    following = (day.replace(day=1) + timedelta(32)).replace(day=1)
    return min(following, keep_daily) - timedelta(1)


def _dated(
    profiles: Sequence[Record], names: Sequence[str], now: datetime
) -> Iterator[tuple[str, datetime, Reading]]:
    """(profile key, moment, reading) of each record that has all three, and numbers."""
    for record in profiles:
        reading = from_record(record, names, now) if record.outcome.has_numbers else Reading()
        if record.key and reading.at is not None and reading.has_numbers:
            yield record.key, reading.at, reading


def _day_held(held: History, profile: str, day: date, at: datetime) -> date:
    """The day of History that a reading belongs to: its own, but where a day beside it holds a
    reading of the very moment, that one. (It was written when the dashboard had another zone;
    one reading must not become two days.)"""
    for near in (day, day - timedelta(1), day + timedelta(1)):
        row = held.rows.get((profile, near))
        if row is not None and row.cells.get("read_at~utc") == moment_out(at):
            return near
    return day
