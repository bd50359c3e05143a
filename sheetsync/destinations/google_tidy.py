"""Taking rows away from History: what is older than its retention, and what stands there twice.

Deleting is by index, which a sort in that very second would make irreversible: so it is a batch of
its own that first copies what it touches to the hidden undo tab, and what is missing afterwards is
appended again from there. Pure. A month is thinned once: to the last reading of each profile.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheetsync.dashboard import Value
from sheetsync.destinations.google_book import DAYS, TAB
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    cell,
    moment_of,
    plain,
    runs,
    serial,
)
from sheetsync.destinations.google_history import Index
from sheetsync.destinations.google_layout import UNDO, Layout
from sheetsync.destinations.google_metadata import metadata, metadata_gone
from sheetsync.destinations.google_rows import copy_to_undo
from sheetsync.destinations.google_setup import undo_tab

KEY = "history"
#: (profile key, serial of the day)
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Tidying:
    """``doomed`` are row numbers of History; ``upto``: months before that day are done."""

    doomed: tuple[int, ...]
    upto: date | None = None

    @property
    def span(self) -> tuple[int, int]:
        return min(self.doomed), max(self.doomed)


def month_end(keep_daily: date) -> date:
    """The first day of the month in which ``keep_daily`` lies: whole months are thinned."""
    return keep_daily.replace(day=1)


def old_rows(index: Index, keep_daily: date, done: str) -> list[int]:
    """The rows of months that are to be thinned and were not yet; ``done`` is as ``entry`` has
    it."""
    upto = month_end(keep_daily)
    since = date.fromisoformat(done) if done else date.min
    days = {day for day in index.days() if since <= day < upto}
    return sorted(index.rows_of(days)) if len(days) > 1 else []


def thinned(keys: Mapping[int, Key]) -> list[int]:
    """The rows that go: of each profile and month only the last stays."""
    last: dict[tuple[str, int, int], tuple[int, int]] = {}
    for number, (profile, day) in sorted(keys.items()):
        moment = moment_of(day)
        if moment is not None:
            month = (profile, moment.year, moment.month)
            last[month] = max(last.get(month, (0, 0)), (day, number))
    kept = {number for _, number in last.values()}
    return [number for number in keys if number not in kept]


def keys_of(days: Grid, profiles: Grid) -> dict[int, Key]:
    """By row number, from the two columns as they were read."""
    found = {}
    for number, cells in profiles.items():
        profile, day = _only(cells), _only(days.get(number, {}))
        if isinstance(profile, str) and isinstance(day, int | float):
            found[number] = (profile, int(day))
    return found


def _only(cells: Mapping[int, Raw]) -> Raw:
    return next(iter(cells.values()), None)


def removal(layout: Layout, index: Index, work: Tidying) -> Iterator[Json]:
    """The batch: a copy of all rows from the first to the last, then the rows go, from below."""
    sheet = layout.ids[KEY]
    first, last = work.span
    yield from undo_tab(layout, last - first + 1)
    undo = layout.sheet(UNDO)
    if undo is not None:
        yield {"updateCells": {"range": {"sheetId": undo.id}, "fields": "userEnteredValue"}}
    yield copy_to_undo(layout, KEY, first, last)
    for top, bottom in reversed(list(runs(work.doomed))):
        span = {"sheetId": sheet, "dimension": "ROWS", "startIndex": top - 1, "endIndex": bottom}
        yield {"deleteDimension": {"range": span}}
    yield from _marks(layout, without(index, work.doomed), work)


def _marks(layout: Layout, index: Index, work: Tidying) -> Iterator[Json]:
    location = {"sheetId": layout.ids[KEY]}
    yield metadata_gone({"metadataKey": DAYS, "metadataLocation": location})
    yield metadata(DAYS, index.text(), location)
    if work.upto is not None:
        yield metadata_gone({"metadataKey": TAB, "metadataLocation": location})
        entry = {"tab": KEY, "sheet": layout.ids[KEY], "thinned": work.upto.isoformat()}
        yield metadata(TAB, json.dumps(entry, separators=(",", ":")), location)


def without(index: Index, rows: Collection[int]) -> Index:
    """The index once these rows are gone."""
    gone = set(rows)
    left = Index([], index.known)
    at = index.known
    for day, first, number in index.spans:
        stays = sum(row not in gone for row in range(first, first + number))
        if stays:
            left.add(day, at, stays)
        at += stays
    return left


def missing(
    copied: Grid, there: Iterable[Key], doomed: Collection[Key], at: Mapping[str, int]
) -> list[Mapping[int, Raw]]:
    """Rows of the undo tab that were to stay, and are not in History any more."""
    left, found = set(there), []
    for _, cells in sorted(copied.items()):
        profile, day = cells.get(at["profile"]), cells.get(at["day"])
        if not isinstance(profile, str) or not isinstance(day, int | float):
            continue
        key = (profile, int(day))
        if key not in left and key not in doomed:
            found.append(cells)
            left.add(key)
    return found


def restored(
    layout: Layout,
    meant: Mapping[int, Mapping[str, Value]],
    copied: Grid,
    there: Mapping[int, Key],
    now: Mapping[str, int],
) -> dict[tuple[int, int], Json]:
    """Cells of History that put right what a sort in mid-air has spoilt.

    ``meant`` are the rows that were to be replaced, ``copied`` the undo tab (what stood at these
    places when they were), ``there`` whose rows stand where now, ``now`` where columns stand.
    """
    columns = [column for column in layout.dashboard.tab(KEY).columns if column.key in now]
    first, copied_upto = min(meant), max(layout.at[KEY].values())
    rows = {key: number for number, key in there.items()}
    originals = {
        (profile, int(day)): old
        for number, old in copied.items()
        if first + number - 1 in meant
        and isinstance(profile := old.get(now["profile"]), str)
        and isinstance(day := old.get(now["day"]), int | float)
    }
    cells: dict[tuple[int, int], Json] = {}
    for key, old in originals.items():
        for column in columns:
            if key in rows and now[column.key] <= copied_upto:
                place = (rows[key], now[column.key])
                cells[place] = cell(plain(old.get(now[column.key])))
    for wanted in meant.values():
        on = wanted.get("day")
        key = (str(wanted.get("profile")), int(serial(on)) if isinstance(on, date) else 0)
        for column in columns:
            if key in rows and column.key not in ("day", "profile"):
                cells[rows[key], now[column.key]] = cell(wanted.get(column.key))
    return cells


def undone(
    layout: Layout, meant: Collection[int], copied: Grid, now: Mapping[str, int]
) -> dict[tuple[int, int], Json]:
    """The cells that were written over because a column had moved, as the undo tab has them; the
    team's own too."""
    ours, first = set(now.values()), min(meant)
    cells = {}
    for row in meant:
        for position in layout.at[KEY].values():
            raw = copied.get(row - first + 1, {}).get(position)
            theirs = position not in ours and isinstance(raw, str) and raw.startswith("=")
            cells[row, position] = {VALUE: {"formulaValue": raw}} if theirs else cell(plain(raw))
    return cells


def copied_keys(meant: Collection[int], copied: Grid, now: Mapping[str, int]) -> dict[int, Key]:
    """Whose rows these were, where they may have lost it."""
    moved = {row: copied.get(row - min(meant) + 1, {}) for row in meant}
    columns = (
        {row: {1: cells.get(now[key])} for row, cells in moved.items()}
        for key in ("day", "profile")
    )
    return keys_of(*columns)


def put_back(layout: Layout, rows: Sequence[Mapping[int, Raw]]) -> Json:
    """Appends rows as they were."""
    width = max(layout.at[KEY].values())
    lines = [{"values": [cell(plain(r.get(p))) for p in range(1, width + 1)]} for r in rows]
    return {
        "appendCells": {"sheetId": layout.ids[KEY], "rows": lines, "fields": "userEnteredValue"}
    }
