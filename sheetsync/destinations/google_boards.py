"""Boards and the guide as requests: only cells that differ from what was read. Pure.

Formulas are not compared as text (Google gives them back in the spreadsheet's language) but by a
mark of what was written last, and by that a formula still stands in the cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256

from sheetsync.dashboard import Area, Board, Guide, Scalar, Value
from sheetsync.dashboard.trend import DAY, END, KEY_ROW, LAST, SLOT, STEP, TOP
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.dashboard.words.headings import CARDS
from sheetsync.destinations.google_book import FORMULAS, NAME
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    cell,
    grid_range,
    moment_of,
    raw_of,
    rectangles,
    same_raw,
)
from sheetsync.destinations.google_found import guide_names, value_at
from sheetsync.destinations.google_layout import Layout
from sheetsync.destinations.google_metadata import metadata, metadata_gone

#: Where the list of groups stands that a drop-down offers: position, beside Trend, and rows.
GROUPS_AT, GROUPS_MOST = END + 2, 200
#: Rows below Trend's own, over which a day's shift is carried.
_SCRATCH = LAST + 10

Place = tuple[int, int]


class BoardCells:
    """What a board should hold: ``values`` and ``formulas`` by (row, position)."""

    def __init__(self, layout: Layout, board: Board, *, afresh: bool = False) -> None:
        self.layout, self.board = layout, board
        # What a formula refers to moves along with columns of Trend.
        self.afresh = afresh or layout.plan.state.trend is None or _trend_moved(layout)
        self.sheet = layout.ids[board.key]
        self.held: Grid = layout.found.grids.get(board.key, {})
        self.spots = layout.found.spots.get(board.key, {})
        self.values: dict[Place, Scalar] = dict(layout.plan.fills.get(board.key, {}))
        self.formulas: dict[Place, str] = {}
        if board.key == TREND:
            self.values |= self._lists()
        for one in board.cells:
            place = (one.row, one.at)
            if one.live:
                text = layout.formula(str(one.content), tab=board.key, row=one.row)
                self.formulas[place] = text
            elif not one.pick and one.content is not None:
                self.values[place] = one.content
        self.picks = {(c.row, c.at): self._pick(n, c.content) for n, c in board.picks.items()}

    def _lists(self) -> dict[Place, Scalar]:
        words = (CARDS["all"], *self.layout.plan.choices.get("groups", ()))
        return {(row, GROUPS_AT): word for row, word in enumerate(words[:GROUPS_MOST], 1)}

    def _pick(self, name: str, content: Scalar) -> Value:
        """As the team left it; while it has chosen nothing at all, the plan's first choice."""
        held = self.layout.plan.state.picks
        stem = name.rpartition("_")[0]
        alike = {n for n in self.board.picks if stem and n.rpartition("_")[0] == stem} | {name}
        if any(held.get(other) is not None for other in alike):
            return held.get(name)
        return self.layout.plan.picks.get(name, content)

    def mark(self) -> str:
        text = json.dumps(sorted((*p, f) for p, f in self.formulas.items()))
        return sha256(text.encode()).hexdigest()[:16]

    # --- requests ---------------------------------------------------------------------------

    def requests(self) -> Iterator[Json]:
        held = {(row, at): raw for row, cells in self.held.items() for at, raw in cells.items()}
        if self.board.key == TREND:
            yield from self._shifted(held)
        entry = self.layout.sheet(self.board.key)
        marks = entry.marks.get(FORMULAS, ()) if entry else ()
        # Where words have moved, formulas have: each place still holds one, but of another.
        known = entry is not None and entry.formulas == self.mark() and not self.afresh
        fresh = not known or self._words_moved()
        cells: dict[Place, Json] = {}
        for place, text in self.formulas.items():
            raw = held.get(place)
            if fresh or not (isinstance(raw, str) and raw.startswith("=")):
                cells[place] = {VALUE: {"formulaValue": text}}
        for place, value in self.values.items():
            if not same_raw(held.get(place), raw_of(value)):
                cells[place] = cell(value)
        for place, pick in self.picks.items():
            if self._moved(place) or held.get(place) is None:
                cells[place] = cell(pick)
        ours = {*self.formulas, *self.values, *self.picks}
        area = self._area()
        # Where nothing has moved, what stands between our cells is somebody's note.
        moved = fresh or self.board.key in (TREND, LOG)
        for place in held if moved else ():
            if place not in ours and _inside(area, place):
                cells[place] = {}
        yield from rectangles(cells, self.sheet)
        if entry is None or entry.formulas != self.mark():
            for metadata_id in marks:
                yield metadata_gone({"metadataId": metadata_id})
            yield metadata(FORMULAS, self.mark(), {"sheetId": self.sheet})
        yield from self._names()

    def _words_moved(self) -> bool:
        words = [c for c in self.board.cells if isinstance(c.content, str) and not c.live]
        return any(
            self.held.get(c.row, {}).get(c.at) != c.content for c in words if not c.pick
        ) or any(self._moved(place) for place in self.picks)

    def _moved(self, place: Place) -> bool:
        name = next(n for n, c in self.board.picks.items() if (c.row, c.at) == place)
        return self.spots.get(name, place) != place

    def _area(self) -> Area:
        """All that is ours on the tab, before and now."""
        places = [*self.formulas, *self.values, *self.picks]
        usual = Area(1, 1, max(r for r, _ in places), max(a for _, a in places))
        if self.board.key == TREND:
            # What was moved stands beside it, too.
            last = GROUPS_AT + 2 if self.afresh else GROUPS_AT
            usual = Area(1, 1, max(GROUPS_MOST, usual.last_row), last)
        known, area = self.layout.found.book.names.get(f"area_{self.board.key}", (None, None))
        if known != self.sheet or area is None:
            return usual
        return Area(1, 1, max(usual.last_row, area.last_row), max(usual.last_at, area.last_at))

    def _names(self) -> Iterator[Json]:
        for name, one in self.board.picks.items():
            yield from named(self.layout, name, self.sheet, Area(one.row, one.at, one.row, one.at))
        yield from named(self.layout, f"area_{self.board.key}", self.sheet, _described(self.board))

    # --- Trend moves up by a day --------------------------------------------------------------

    def _shifted(self, held: dict[Place, Raw]) -> Iterator[Json]:
        """The rows of the days that stay are copied up, by way of free rows below: 150 bytes for
        what would be a megabyte. ``held`` then is as if that had happened."""
        old, new = moment_of(self.held.get(LAST, {}).get(DAY)), self.values.get((LAST, DAY))
        if old is None or not isinstance(new, date):
            return
        days = (new - old.date()).days
        sheet = self.layout.sheet(self.board.key)
        if not 0 < days < LAST - TOP or sheet is None or sheet.rows < _SCRATCH + LAST:
            return
        count = LAST - TOP + 1 - days
        used = max((at for at in self.held.get(KEY_ROW, {}) if SLOT <= at < STEP), default=SLOT)
        for left, right in ((DAY, DAY), (SLOT, used), (STEP, used + STEP - SLOT)):
            source = grid_range(self.sheet, TOP + days, left, LAST, right)
            between = grid_range(self.sheet, _SCRATCH, left, _SCRATCH + count - 1, right)
            target = grid_range(self.sheet, TOP, left, TOP + count - 1, right)
            for a, b in ((source, between), (between, target)):
                yield {"copyPaste": {"source": a, "destination": b, "pasteType": "PASTE_VALUES"}}
            yield {"updateCells": {"range": between, "fields": VALUE}}
            moved = {
                (row - days, at): held.get((row, at))
                for row in range(TOP + days, LAST + 1)
                for at in range(left, right + 1)
            }
            for place, raw in moved.items():
                held.pop(place, None)
                if raw is not None:
                    held[place] = raw


def _described(board: Board) -> Area:
    places = [(c.row, c.at) for c in board.cells]
    rows = [r for r, _ in places] + [a.last_row for a in board.names.values()]
    ats = [a for _, a in places] + [a.last_at for a in board.names.values()]
    return Area(1, 1, max(rows), max(ats))


def _trend_moved(layout: Layout) -> bool:
    """Whether the range that was named for all of Trend has become another one."""
    trend = next((board for board in layout.dashboard.boards if board.key == TREND), None)
    _, area = layout.found.book.names.get(f"area_{TREND}", (None, None))
    return trend is not None and area is not None and area != _described(trend)


def _inside(area: Area, place: Place) -> bool:
    row, at = place
    return area.first_row <= row <= area.last_row and area.first_at <= at <= area.last_at


def named(layout: Layout, name: str, sheet: int, area: Area) -> Iterator[Json]:
    """A named range of ours at that area: made, moved back, or nothing to do."""
    book = layout.found.book
    if book.names.get(name) == (sheet, area):
        return
    where = grid_range(sheet, area.first_row, area.first_at, area.last_row, area.last_at)
    one = {"namedRangeId": NAME + name, "name": NAME + name, "range": where}
    if NAME + name in book.name_ids:
        yield {"updateNamedRange": {"namedRange": one, "fields": "range"}}
    else:
        yield {"addNamedRange": {"namedRange": one}}


# --- the guide ------------------------------------------------------------------------------


def guide_requests(layout: Layout, guide: Guide) -> Iterator[Json]:
    """Written once for each edition, the team's settings kept, in the three columns that are ours:
    where people have inserted some at the left, beside those."""
    sheet = layout.ids[guide.key]
    spots = layout.found.spots.get(guide.key, {})
    if (guide.key, "") not in layout.plan.missing:
        for name, (row, at) in spots.items():
            yield from named(layout, name, sheet, Area(row, at, row, at))
        return
    held = layout.found.grids.get(guide.key, {})
    computed = layout.found.computed.get(guide.key, {})
    usual = guide_names(guide)
    by_place = {place: name for name, place in usual.items()}
    left = _inserted(spots, usual)
    cells: dict[Place, Json] = {
        (row, at): {} for row, line in held.items() for at in line if left < at <= left + 3
    }
    for row, line in enumerate(guide.lines, 1):
        first: tuple[Scalar, ...] = (line.label, line.text, line.also[1] if line.also else None)
        for column, text in enumerate(first, 1):
            name, at = by_place.get((row, column), ""), left + column
            kept = value_at(held, computed, spots[name]) if name in spots else None
            cells[row, at] = cell(text if kept is None else kept)
            if name == "zone":
                cells[row, at] = cell(f"{layout.plan.state.zone} (File > Settings)")
    yield from rectangles(cells, sheet)
    for name, (row, column) in usual.items():
        at = left + column
        yield from named(layout, name, sheet, Area(row, at, row, at))


def _inserted(spots: Mapping[str, Place], usual: Mapping[str, Place]) -> int:
    """How many columns stand at the left of the guide, when its settings agree on that."""
    shifts = {spots[name][1] - at for name, (_, at) in usual.items() if name in spots}
    return max(0, *shifts) if len(shifts) == 1 else 0
