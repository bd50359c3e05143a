"""A plan as batches: one, or where that would be over 2 MB several, grouped by profile. Pure.

All rows of a profile (its own, its posts', its days') are in one batch, so that a run that is cut
short leaves each profile whole; what is computed from all of them comes last.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sheetsync.dashboard import Tab, Value
from sheetsync.dashboard.trend import LOG_COLUMNS
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.google_boards import BoardCells, guide_requests
from sheetsync.destinations.google_book import DAYS
from sheetsync.destinations.google_cells import Json, cell, packed
from sheetsync.destinations.google_columns import Written
from sheetsync.destinations.google_history import Index
from sheetsync.destinations.google_layout import Layout, RowsAfter
from sheetsync.destinations.google_metadata import metadata, metadata_gone
from sheetsync.destinations.google_rows import (
    Rows,
    appended,
    formulas,
    rewritten_days,
    rounding,
    segments,
    values_of,
)
from sheetsync.destinations.google_setup import setup
from sheetsync.destinations.google_spills import spills
from sheetsync.plan import Plan

#: What Google recommends at most for one request, less some room for the fence.
LIMIT = 1_950_000
#: A profile's share of all bytes is taken for so much more: its rows are not like all others'.
_MARGIN = 1.02


@dataclass(frozen=True, slots=True)
class Work:
    """What a table gets: ``rows`` of it, before and after."""

    tab: Tab
    rows: RowsAfter
    before: Rows


def size_of(requests: Sequence[Json]) -> int:
    """Bytes on the wire."""
    return len(packed(requests))


def batches(layout: Layout, index: Index) -> list[list[Json]]:
    """The requests of each batch, in order, without the fence. ``index`` is History's."""
    works = [_work(layout, tab) for tab in layout.dashboard.tables]
    days = next((w for w in works if w.tab.kind is None), None)
    undo = len(days.rows.held) and max(days.rows.held) - min(days.rows.held) + 1 if days else 0
    first, last = list(setup(layout, undo_rows=undo)), list(_last(layout, works))
    rows = list(_part(layout, works, None, copy.deepcopy(index), later=False))
    made = [[*first, *rows, *last]]
    if size_of(made[0]) > LIMIT:
        groups = _groups(works, size_of(rows))
        made = _split(layout, works, groups, copy.deepcopy(index), first, last)
    return _with_spills(made, list(spills(layout)))


def _with_spills(made: list[list[Json]], spilled: Sequence[Json]) -> list[list[Json]]:
    """Whole results come last: one that is cut short is put right by the next sync."""
    room = LIMIT - size_of(made[-1])
    for request in spilled:
        size = size_of([request])
        if size > room:
            made.append([])
            room = LIMIT
        made[-1].append(request)
        room -= size
    return made


def _work(layout: Layout, tab: Tab) -> Work:
    held = layout.plan.state.tabs.get(tab.key)
    before = {row.number: row.cells for row in held.rows} if held else {}
    return Work(tab, layout.rows(tab), before)


def _last(layout: Layout, works: Sequence[Work]) -> Iterator[Json]:
    for work in works:
        if work.tab.kind is not None:
            yield from formulas(layout, work.tab, work.rows)
    for board in layout.dashboard.boards:
        yield from BoardCells(layout, board).requests()
    yield from guide_requests(layout, layout.dashboard.guide)


def _part(
    layout: Layout,
    works: Sequence[Work],
    keys: Collection[str] | None,
    index: Index,
    *,
    later: bool,
) -> Iterator[Json]:
    """The rows of these profiles (None: of all). ``index`` learns of the days that are added."""
    for work in works:
        held = _of(work.rows.held, work.tab, keys)
        added = _of(work.rows.added, work.tab, keys)
        if work.tab.kind is None:
            yield from rewritten_days(layout, work.tab, held)
            yield from rounding(layout, work.tab, layout.days, held)
            yield from appended(layout, work.tab, added)
            yield from _indexed(layout, work.tab, added, index, later=later)
            continue
        if work.rows.changed or work.rows.added:
            yield from segments(layout, work.tab, held, work.before)
            yield from appended(layout, work.tab, added)
            yield from rounding(layout, work.tab, work.before, {**held, **added})


def _of(rows: Rows, tab: Tab, keys: Collection[str] | None) -> Rows:
    if keys is None:
        return rows
    return {number: cells for number, cells in rows.items() if group_of(tab, cells) in keys}


def group_of(tab: Tab, cells: Mapping[str, Value]) -> str:
    """The key of the profile that a row belongs to."""
    if tab.kind is None:
        return str(cells.get("profile") or "")
    if tab.kind == "post":
        return f"{cells.get('platform')}:{str(cells.get('handle') or '').lower()}"
    return str(cells.get("for") or "")


def _indexed(layout: Layout, tab: Tab, added: Rows, index: Index, *, later: bool) -> Iterator[Json]:
    """The index of days, where rows are added or where it was found wrong."""
    if added:
        positions = tuple(layout.at[tab.key][column.key] for column in tab.columns)
        since = index.written.since if later else index.next_row
        index.written = Written(since or index.next_row, positions)
    for number in sorted(added):
        day = added[number].get("day")
        if isinstance(day, date):
            on = day.date() if isinstance(day, datetime) else day
            index.add(on, index.next_row)
    sheet = layout.sheet(tab.key)
    known = later or bool(sheet and DAYS in sheet.marks)
    if not added and (sheet is None or sheet.days == index.text()):
        return
    location = {"sheetId": layout.ids[tab.key]}
    if known:
        yield metadata_gone({"metadataKey": DAYS, "metadataLocation": location})
    yield metadata(DAYS, index.text(), location)


# --- more than one --------------------------------------------------------------------------


def _groups(works: Sequence[Work], whole: int) -> dict[str, float]:
    """Profile keys, in the order of rows, and how many of the ``whole`` bytes their rows need."""
    sizes: dict[str, int] = {}
    for work in works:
        columns = [c.key for c in values_of(work.tab)]
        wanted = work.tab.kind is None or work.rows.changed or work.rows.added
        for cells in work.rows.all.values() if wanted else ():
            key = group_of(work.tab, cells)
            size = len(packed([cell(cells.get(column)) for column in columns]))
            sizes[key] = sizes.get(key, 0) + size
    share = _MARGIN * whole / max(sum(sizes.values()), 1)
    return {key: size * share for key, size in sizes.items()}


def _split(
    layout: Layout,
    works: Sequence[Work],
    groups: Mapping[str, float],
    index: Index,
    first: list[Json],
    last: list[Json],
) -> list[list[Json]]:
    parts: list[set[str]] = [set()]
    room: float = LIMIT - size_of(first)
    for key, size in groups.items():
        if size > room and parts[-1]:
            parts.append(set())
            room = LIMIT
        parts[-1].add(key)
        room -= size
    made = []
    for number, keys in enumerate(parts):
        requests = list(_part(layout, works, keys, index, later=number > 0))
        made.append([*(first if number == 0 else ()), *requests])
    if size_of(made[-1]) + size_of(last) > LIMIT:
        made.append([])
    made[-1] += last
    return made


# --- the Log ---------------------------------------------------------------------------------


def with_calls(plan: Plan, calls: int) -> Plan:
    """The plan whose Log says how many calls its run makes."""
    log = plan.fills.get(LOG, {})
    last = max((row for row, _ in log), default=0)
    place = (last, LOG_COLUMNS.index("calls") + 1)
    if not last or log.get(place) is not None:
        return plan
    return replace(plan, fills={**plan.fills, LOG: {**log, place: calls}})
