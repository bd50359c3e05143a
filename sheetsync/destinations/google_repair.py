"""What puts a write right that did not land where it was meant to. Pure.

What stood in the team's cells is known from the first read: handles stand on their columns too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sheetsync.dashboard import Formula, Tab, Value
from sheetsync.destinations.google_boards import BoardCells
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    cell,
    plain,
    rectangles,
)
from sheetsync.destinations.google_check import address_in, board_is_well, board_ranges, watched
from sheetsync.destinations.google_found import Found, is_formula
from sheetsync.destinations.google_layout import Layout, RowsAfter, whose
from sheetsync.destinations.google_rows import (
    formulas_in,
    rounding,
    segments,
    values_of,
    without_formulas,
)

#: Calls of functions that reach outside: a text that may be one is never made a formula again.
_OUTWARD = ("IMPORT", "IMAGE(", "HYPERLINK(", "GOOGLE", "WEBSERVICE(", "QUERY(")


class Repair:
    """``meant`` is what was planned, ``last`` where it was written the last time (after an earlier
    repair that is not the same), ``found`` the spreadsheet as it is now.

    ``theirs_only``: somebody else has written since, from what they read after our write: only
    the team's cells are still ours to restore.
    """

    def __init__(
        self, meant: Layout, last: Layout, found: Found, *, theirs_only: bool = False
    ) -> None:
        self.meant, self.last, self.found, self.theirs_only = meant, last, found, theirs_only
        plan = replace(meant.plan, state=found.state, changes=(), missing=())
        self.now = Layout(plan, found)

    def requests(self) -> list[Json]:
        """Nothing when nothing can be put right any more."""
        return [
            one
            for tab in watched(self.meant)
            if tab.key in self.found.sheets and tab.key in self.found.state.tabs
            for one in self._tab(tab)
        ]

    def boards(self) -> Iterator[Json]:
        """All boards whole, where one was moved: what refers to its cells has moved along."""
        there = [key for key in board_ranges(self.meant) if key in self.found.grids]
        if all(board_is_well(self.meant, key, self.found.grids[key]) for key in there):
            return
        for board in self.now.dashboard.boards:
            if board.key in self.found.sheets:
                yield from BoardCells(self.now, board, afresh=True).requests()
        for tab in watched(self.now):
            held = self.found.state.tabs.get(tab.key)
            rows = held.rows if held else ()
            filled = [row.number for row in rows if row.cells.get("for") is not None]
            yield from formulas_in(self.now, tab, filled)

    def _tab(self, tab: Tab) -> Iterator[Json]:
        wanted = self._wanted(tab)
        rows = {row.number: row.cells for row in self.found.state.tabs[tab.key].rows}
        moved = self._moved(tab)
        if self.theirs_only:
            theirs = self._theirs(tab, rows) if moved else {}
            yield from rectangles(theirs, self.now.ids[tab.key])
            return
        wrong = {n: cells for n, cells in wanted.items() if moved or _differs(tab, rows, n, cells)}
        if not wrong:
            return
        if moved:
            yield from rectangles(self._theirs(tab, rows), self.now.ids[tab.key])
        meant = {number: self._with_formulas(tab, cells) for number, cells in wrong.items()}
        yield from segments(self.now, tab, meant)
        filled = [n for n, cells in wanted.items() if cells.get("for") is not None]
        yield from formulas_in(self.now, tab, filled)
        yield from without_formulas(self.now, tab, [n for n, cells in wrong.items() if not cells])
        yield from rounding(self.now, tab, None, wrong)

    def _wanted(self, tab: Tab) -> dict[int, Mapping[str, Value]]:
        """The segment that belongs into each row, by the address that stands in its column A.

        A row whose address nobody knows (typed just now) keeps what it has, unless the numbers in
        it have found their row; numbers beside no address go.
        """
        after: RowsAfter = self.meant.rows(tab)
        echo = whose(tab)[1]
        segments_: dict[Raw, deque[Mapping[str, Value]]] = {}
        for number in sorted(after.all):
            cells = after.all[number]
            segments_.setdefault(address_in(tab, cells), deque()).append(cells)
        rows = {row.number: row.cells for row in self.found.state.tabs[tab.key].rows}
        lost = self._lost_addresses(tab)
        placed: dict[int, Mapping[str, Value]] = {}
        left: list[int] = []
        for number in sorted(rows):
            address = lost.get(number, address_in(tab, rows[number]))
            fits = segments_.get(address) if address is not None else None
            if fits:
                placed[number] = fits.popleft()
            elif rows[number].get("for") is not None or rows[number].get(echo) is not None:
                left.append(number)
        there = {cells.get(echo) for cells in placed.values()}
        for number in left:
            if address_in(tab, rows[number]) is None or rows[number].get(echo) in there:
                placed[number] = {}
        return placed

    # --- columns ----------------------------------------------------------------------------

    def _handles(self, layout: Layout, tab: Tab) -> dict[str, int]:
        """Where each column stood when the write was made, the team's own too."""
        sheet = layout.sheet(tab.key)
        return {**(sheet.handles if sheet else {}), **layout.at[tab.key]}

    def _moved(self, tab: Tab) -> bool:
        before, sheet = self._handles(self.last, tab), self.found.sheets[tab.key]
        return any(sheet.handles.get(key) != at for key, at in before.items())

    def _hit(self, tab: Tab) -> set[int]:
        """Positions that were written over."""
        at = self.last.at[tab.key]
        return {at[column.key] for column in tab.columns if column.owned}

    def _lost_addresses(self, tab: Tab) -> dict[int, Raw]:
        """Whose the rows are as it was read, where that was itself written over: by row."""
        sheet = self.found.sheets[tab.key]
        if sheet.handles.get(whose(tab)[0], 0) not in self._hit(tab):
            return {}
        held = self.meant.rows(tab).held
        return {number: address_in(tab, cells) for number, cells in held.items()}

    def _theirs(
        self, tab: Tab, rows: Mapping[int, Mapping[str, Value]]
    ) -> dict[tuple[int, int], Json]:
        """The team's cells that were written over, as they were read; blank in a new column."""
        sheet, hit, before = (
            self.found.sheets[tab.key],
            self._hit(tab),
            self._handles(self.meant, tab),
        )
        ours = {c.key for c in tab.columns if c.owned}
        by_position = {at: key for key, at in sheet.handles.items() if key not in ours}
        by_position |= {at: key for key, at in sheet.handles.items() if key in ours}
        source = self._source_rows(tab, rows)
        # Rows that were written and are nobody's any more: theirs was deleted in that second.
        left = set() if self.theirs_only else self.last.rows(tab).held.keys() - source.keys()
        cells: dict[tuple[int, int], Json] = {}
        for position in sorted(hit):
            key = by_position.get(position, "")
            if key in ours:
                continue
            for row, old in source.items():
                cells[row, position] = self._old(tab, old, before.get(key, 0))
            for row in left:
                cells[row, position] = {}
        return cells

    def _source_rows(self, tab: Tab, rows: Mapping[int, Mapping[str, Value]]) -> dict[int, int]:
        """Of each row that was written: the row in which it was read."""
        lost = self._lost_addresses(tab)
        before: dict[Raw, deque[int]] = {}
        held = self.meant.rows(tab).held
        for number in sorted(held):
            before.setdefault(address_in(tab, held[number]), deque()).append(number)
        found = {}
        for number in sorted(rows):
            same = before.get(lost.get(number, address_in(tab, rows[number])))
            if same:
                found[number] = same.popleft()
        return found

    def _old(self, tab: Tab, row: int, position: int) -> Json:
        grid: Grid = self.meant.found.grids.get(tab.key, {})
        raw = grid.get(row, {}).get(position)
        value = self.meant.found.computed.get(tab.key, {}).get(row, {}).get(position)
        if is_formula(raw, value) and not self._doubtful(tab, str(raw), value):
            return {VALUE: {"formulaValue": raw}}
        return cell(plain(raw))

    def _with_formulas(self, tab: Tab, cells: Mapping[str, Value]) -> Mapping[str, Value]:
        """A row that was never ours, with the formulas that the team has in our columns."""
        if cells.get("for") is not None:
            return cells
        return {
            key: Formula(value)
            if isinstance(value, str) and value[:1] == "=" and not self._doubtful(tab, value, None)
            else value
            for key, value in cells.items()
        }

    def _doubtful(self, tab: Tab, text: str, value: Raw) -> bool:
        """Whether text that begins with "=" may be text: when nobody read its value, and it would
        reach outside, or is a text of ours that somebody copied."""
        if value is not None:
            return False
        ours = {
            cells.get(column.key)
            for cells in self.meant.rows(tab).all.values()
            for column in values_of(tab)
            if cells.get("for") is not None
        }
        return text in ours or any(word in text.upper() for word in _OUTWARD)


def _differs(
    tab: Tab,
    rows: Mapping[int, Mapping[str, Value]],
    number: int,
    wanted: Mapping[str, Value],
) -> bool:
    held = rows.get(number, {})
    return any(held.get(c.key) != wanted.get(c.key) for c in values_of(tab))
