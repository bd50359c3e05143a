"""The values of the tabs Trend and Log, whole: a destination lays them over its own. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sheetsync.dashboard import STEP, Scalar, Value
from sheetsync.dashboard import trend as at
from sheetsync.model import Count, ImportRead, Record
from sheetsync.plan.state import HistoryKey, Row, State, Trend

#: What stands in a board besides its own cells, by (row, position).
Fill = Mapping[tuple[int, int], Scalar]


@dataclass(frozen=True, slots=True)
class Run:
    """What the Log says of a run besides what it read: seconds spent asking, and API calls."""

    seconds: float | None = None
    calls: int | None = None


def trend_after(
    state: State, new: Mapping[HistoryKey, Count], watched: Collection[str]
) -> tuple[Trend, date | None]:
    """The Trend with this run's followers, and its last day; None when there is none.

    ``watched`` are the profile keys that have a row. A profile keeps its column; with more than
    there are columns, the ones with most followers have them.
    """
    held = state.trend or Trend()
    last = max((day for _, day in (*held.followers, *new)), default=None)
    if state.trend is None:
        last, rebuilt = _rebuilt(state, last)
        held = Trend((), rebuilt)
    if last is None:
        return Trend(), None
    first = last - timedelta(at.DAYS - 1)
    followers = {
        key: count
        for key, count in {**held.followers, **new}.items()
        if first <= key[1] and key[0] in watched
    }
    return Trend(_slots(held.slots, followers), followers), last


def _rebuilt(state: State, last: date | None) -> tuple[date | None, dict[HistoryKey, Count]]:
    """From History, when the tab was deleted, or is new in this edition."""
    first = (last or date(2000, 1, 1)) - timedelta(at.DAYS - 1)
    found = dict(_followers(state.since(first)))
    days = [day for _, day in found] + ([last] if last else [])
    return max(days, default=None), found


def _followers(rows: Iterable[Row]) -> Iterable[tuple[HistoryKey, Count]]:
    for row in rows:
        day, value = row.cells.get("day"), row.cells.get("followers")
        step = row.cells.get("followers" + STEP)
        if isinstance(day, date) and isinstance(value, int) and row.text("profile"):
            yield (row.text("profile"), day), Count(value, step if isinstance(step, int) else 1)


def _slots(held: Sequence[str], followers: Mapping[HistoryKey, Count]) -> tuple[str, ...]:
    newest: dict[str, int] = {}
    for key, day in sorted(followers, key=lambda pair: pair[1]):
        newest[key] = followers[key, day].value
    largest = sorted(newest, key=lambda key: (-newest[key], key))[: at.SLOTS]
    kept = [key if key in largest else "" for key in held]
    added = [key for key in largest if key not in kept]
    slots = [key or (added.pop(0) if added else "") for key in kept]
    return tuple([*slots, *added][: at.SLOTS])


def trend_fill(trend: Trend, last: date | None, labels: Mapping[str, str]) -> Fill:
    """The cells of the tab: days down, profiles across, steps to the right of them."""
    if last is None:
        return {}
    fill: dict[tuple[int, int], Scalar] = {}
    days = [last - timedelta(at.DAYS - 1 - number) for number in range(at.DAYS)]
    for row, day in enumerate(days, at.TOP):
        fill[row, at.DAY] = day
    for slot, key in enumerate(trend.slots):
        column = at.SLOT + slot
        if not key:
            continue
        fill[at.KEY_ROW, column] = fill[at.KEY_ROW, column + at.SLOTS] = key
        fill[at.LABEL_ROW, column] = labels.get(key, key)
        for row, day in enumerate(days, at.TOP):
            if count := trend.followers.get((key, day)):
                fill.setdefault((at.FIRST_ROW, column), count.value)
                fill[row, column] = count.value
                fill[row, column + at.SLOTS] = count.step
    return fill


def trend_of(rows: Iterable[tuple[int, Mapping[int, Value]]]) -> Trend:
    """The Trend that a tab holds: (row number, cells by position). What was typed over it by
    hand is passed over; where steps stand over another profile than their numbers, all of it."""
    keys: dict[int, str] = {}
    followers: dict[HistoryKey, Count] = {}
    for number, cells in rows:
        if number == at.KEY_ROW:
            keys = {p: k for p, k in cells.items() if isinstance(k, str) and at.SLOT <= p < at.STEP}
            steps = {p - at.SLOTS: k for p, k in cells.items() if at.STEP <= p <= at.END}
            if steps and steps != keys:  # columns were moved
                return Trend()
        day = cells.get(at.DAY)
        if number < at.TOP or not isinstance(day, date):
            continue
        for position, key in keys.items():
            value, step = cells.get(position), cells.get(position + at.SLOTS)
            if isinstance(value, int) and isinstance(step, int) and step >= 1:
                followers[key, _day(day)] = Count(value, step)
    slots = [keys.get(p, "") for p in range(at.SLOT, max(keys, default=at.SLOT - 1) + 1)]
    return Trend(tuple(slots), followers)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def log_after(
    state: State, now: datetime, records: Sequence[Record | ImportRead], changed: int, run: Run
) -> tuple[tuple[Scalar, ...], ...]:
    """The rows of the Log, oldest first, with this run's; ``now`` as the dashboard shows it."""
    missed = Counter(code for record in records if (code := _code(record)))
    codes = ", ".join(f"{code} {n}" for code, n in sorted(missed.items()))
    read = len(records) - missed.total()
    seconds = None if run.seconds is None else round(run.seconds, 1)
    row = (now, seconds, read, sum(missed.values()), codes or None, changed, run.calls)
    return (*state.log, row)[-at.LOG_ROWS :]


def _code(record: Record | ImportRead) -> str:
    """Why there is no number, "" where there is one."""
    if isinstance(record, ImportRead):
        return "" if record.has_value else f"import {record.reason}"
    return "" if record.outcome.has_numbers else record.outcome.value


def log_fill(rows: Sequence[Sequence[Scalar]]) -> Fill:
    return {
        (number, position): value
        for number, row in enumerate(rows, 2)
        for position, value in enumerate(row, 1)
    }
