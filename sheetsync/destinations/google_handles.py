"""Handles for columns that people have already, in a write of their own, before any number. Pure.

A handle is placed by index: where somebody moves columns in that very second, it lands on another
one. So the answer has to show every handle and every header where it was read, or the new ones go
again. From then on each column can be told after a move, the team's own too, and what stood in it
restored. (On a tab that is made in this very write nobody can have moved anything.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from sheetsync.dashboard import Tab
from sheetsync.destinations.google_book import THEIRS, Sheet
from sheetsync.destinations.google_cells import Json, Raw, same_raw
from sheetsync.destinations.google_check import heads_in, landed
from sheetsync.destinations.google_fence import Head
from sheetsync.destinations.google_found import Found
from sheetsync.destinations.google_layout import Layout
from sheetsync.destinations.google_metadata import metadata_gone
from sheetsync.destinations.google_setup import handle, more_room


@dataclass(frozen=True, slots=True)
class Handle:
    """The column ``key`` of a tab stands at ``position``."""

    tab: Tab
    key: str
    position: int

    def id(self, run: str) -> int:
        """Chosen by us, so that it can be taken away again."""
        return crc32(f"{run} {self.tab.key} {self.key}".encode()) % 2_000_000_000 + 1


def handles_wanted(layout: Layout) -> list[Handle]:
    """Those that are lacking: on ours, and on the team's columns that hold something."""
    found: list[Handle] = []
    for tab in layout.dashboard.tables:
        sheet, at = layout.sheet(tab.key), layout.at[tab.key]
        if sheet is None or tab.key not in layout.plan.state.tabs:
            continue
        found += [Handle(tab, c.key, at[c.key]) for c in tab.columns if c.key not in sheet.handles]
        if tab.kind is not None:
            found += _theirs(layout, tab, sheet)
    return found


def _theirs(layout: Layout, tab: Tab, sheet: Sheet) -> list[Handle]:
    taken = {*layout.at[tab.key].values(), *sheet.handles.values()}
    used = {p for cells in layout.found.grids.get(tab.key, {}).values() for p in cells}
    numbers = [int(k.removeprefix(THEIRS)) for k in sheet.handles if k.startswith(THEIRS)]
    free = max(numbers, default=0)
    return [
        Handle(tab, f"{THEIRS}{free + more}", position)
        for more, position in enumerate(sorted(used - taken), 1)
    ]


def handle_requests(layout: Layout, wanted: Sequence[Handle], run: str) -> list[Json]:
    """With room for columns that are still to be added."""
    requests: list[Json] = []
    for sheet, positions in _by_sheet(layout, wanted):
        requests += more_room(sheet, 0, max(positions) - sheet.columns)
    return requests + [handle(layout, h.tab, h.key, h.position, h.id(run)) for h in wanted]


def handles_asked(layout: Layout, wanted: Sequence[Handle]) -> list[str]:
    """What the answer brings back, in A1: the header row of each tab."""
    tabs = dict.fromkeys(h.tab.key for h in wanted)
    return [layout.header_range(layout.dashboard.tab(key)) for key in tabs]


def handles_are_well(layout: Layout, wanted: Sequence[Handle], answer: Json | None) -> bool:
    """Whether every handle and every header stands where it was read or meant."""
    if answer is None:
        return False
    for tab in {h.tab.key: h.tab for h in wanted}.values():
        sheet = layout.sheet(tab.key)
        assert sheet is not None
        meant = {**sheet.handles, **{h.key: h.position for h in wanted if h.tab is tab}}
        seen = landed(answer, sheet.id).handles
        if any(seen.get(key) != position for key, position in meant.items()):
            return False
        row = layout.header_row(tab)
        heads = heads_in(answer, sheet.id, row)
        read = layout.found.grids.get(tab.key, {}).get(row, {})
        # Headers of our formulas are not always read.
        new = {h.position for h in wanted if h.tab is tab}
        if any(not _same(heads.get(p), read.get(p)) for p in {*read, *new}):
            return False
    return True


def _same(a: Raw, b: Raw) -> bool:
    """A formula has more than one spelling."""
    return same_raw(a, b) or all(isinstance(raw, str) and raw.startswith("=") for raw in (a, b))


def handles_gone(wanted: Sequence[Handle], run: str) -> list[Json]:
    """Takes them away again."""
    return [metadata_gone({"metadataId": handle.id(run)}) for handle in wanted]


def with_handles(layout: Layout, wanted: Sequence[Handle], head: Head) -> Found:
    """What was read, and that they are there now."""
    found = layout.found
    sheets = dict(found.sheets)
    for sheet, positions in _by_sheet(layout, wanted):
        key = next(k for k, s in sheets.items() if s.id == sheet.id)
        new = {h.key: h.position for h in wanted if h.tab.key == key}
        columns = max(sheet.columns, *positions)
        sheets[key] = replace(sheet, handles={**sheet.handles, **new}, columns=columns)
    ours = {sheet.id: sheet for sheet in sheets.values()}
    grown = sum(
        (ours[s.id].columns - s.columns) * s.rows for s in found.book.sheets if s.id in ours
    )
    book = replace(
        found.book,
        sheets=tuple(ours.get(sheet.id, sheet) for sheet in found.book.sheets),
        heads=(*found.book.heads, head),
        all_heads=(),
        cells=found.book.cells + grown,
    )
    return replace(found, book=book, sheets=sheets)


def _by_sheet(layout: Layout, wanted: Sequence[Handle]) -> list[tuple[Sheet, list[int]]]:
    found: dict[str, list[int]] = {}
    for one in wanted:
        found.setdefault(one.tab.key, []).append(one.position)
    return [(sheet, ps) for key, ps in found.items() if (sheet := layout.sheet(key))]
