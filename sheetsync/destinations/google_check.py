"""After a write: did it land where it was meant to? And what puts it right. Pure.

People sort, and move columns, also in the second between read and write. The answer of the write
brings the handles of the columns, and of each row the address (in Imports the formula) that stands
in it and the one that its numbers belong to; where
these do not agree with the plan, the tab is read again and ``repair`` says what to write. What
stood in the team's cells is known from the first read: handles stand on their columns too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sheetsync.dashboard import Formula, Tab, Value
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.trend import END, KEY_ROW, SLOT
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.google_boards import BoardCells
from sheetsync.destinations.google_book import handles_of
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    cell,
    plain,
    raw_of,
    rectangles,
    same_raw,
)
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


def ranges(layout: Layout) -> list[str]:
    """What the answer of a write brings back, in A1: titles as they were read."""
    found = []
    for tab in watched(layout):
        quoted = layout.quoted(tab.key)
        row, at = layout.header_row(tab), layout.at[tab.key]
        columns = [letters(at[key]) for key in whose(tab)]
        found += [layout.header_range(tab), *(f"{quoted}!{c}{row + 1}:{c}" for c in columns)]
    for key, places in _board_ranges(layout).items():
        found += [f"{layout.quoted(key)}!{place}" for place in places]
    days = rewritten(layout)
    if writes_days(layout):
        found.append(layout.header_range(layout.dashboard.tab("history")))
    if days:
        tab = layout.dashboard.tab("history")
        columns = [letters(layout.at[tab.key][key]) for key in ("day", "profile")]
        found += [f"{layout.quoted(tab.key)}!{c}{min(days)}:{c}{max(days)}" for c in columns]
    return found


def rewritten(layout: Layout) -> dict[int, tuple[Value, Raw]]:
    """Rows of History that the write replaced: by number, whose and of which day (a serial)."""
    tab = layout.dashboard.tab("history")
    return {
        number: (cells.get("profile"), raw_of(day) if isinstance(day, date) else None)
        for number, cells in layout.rows(tab).held.items()
        for day in [cells.get("day")]
    }


def _board_ranges(layout: Layout) -> dict[str, list[str]]:
    """Of boards that are written by place: cells that say where each number belongs."""
    found = {}
    for key in (TREND, LOG):
        rows = [row for row, at in layout.plan.fills.get(key, {}) if at == 1]
        if rows and key in layout.found.sheets:
            keys = [f"{KEY_ROW}:{KEY_ROW}"] if key == TREND else []
            found[key] = [*keys, f"A{min(rows)}:A{max(rows)}"]
    return found


def writes_days(layout: Layout) -> bool:
    return bool(layout.rows(layout.dashboard.tab("history")).all)


def added_days(layout: Layout) -> dict[tuple[str, date], Mapping[str, Value]]:
    """The rows that the write adds to History, by profile and day."""
    rows = layout.rows(layout.dashboard.tab("history")).added.values()
    return {
        (str(cells.get("profile")), day): cells
        for cells in rows
        if isinstance(day := cells.get("day"), date)
    }


def watched(layout: Layout) -> list[Tab]:
    """Those whose rows are somebody's: an address in column A, or a formula to be worked out."""
    return [tab for tab in layout.dashboard.tables if tab.kind is not None]


# --- is all well? ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Landed:
    """A table as the answer shows it: column handles, and cells of two columns by row."""

    handles: Mapping[str, int]
    columns: Mapping[int, Mapping[int, Raw]] = field(default_factory=dict)


def landed(answer: Json, sheet: int) -> Landed:
    handles: dict[str, int] = {}
    columns: dict[int, dict[int, Raw]] = {}
    for one in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        if one.get("properties", {}).get("sheetId", 0) != sheet:
            continue
        for data in one.get("data", []):
            first, at = data.get("startRow", 0) + 1, data.get("startColumn", 0) + 1
            metadata = data.get("columnMetadata", [])
            if len(metadata) > 1:
                handles = handles_of(metadata)
            rows = enumerate(data.get("rowData", []), first)
            held = {row: _entered(line) for row, line in rows if line.get("values")}
            columns.setdefault(at, {}).update({r: raw for r, raw in held.items() if raw})
    return Landed(handles, columns)


def heads_in(answer: Json, sheet: int, row: int) -> dict[int, Raw]:
    """A whole row of a tab, by position; what is empty is left out."""
    for one in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        if one.get("properties", {}).get("sheetId", 0) != sheet:
            continue
        for data in one.get("data", []):
            if data.get("startRow", 0) + 1 == row and len(data.get("columnMetadata", [])) > 1:
                lines: list[Json] = data.get("rowData", [])
                values = lines[0].get("values", []) if lines else []
                cells = enumerate(map(_raw, values), data.get("startColumn", 0) + 1)
                return {at: raw for at, raw in cells if raw is not None}
    return {}


def _entered(line: Json) -> Raw:
    return _raw(line["values"][0])


def _raw(content: Json) -> Raw:
    found: Raw = next(iter(content.get(VALUE, {}).values()), None)
    return found


def is_well(layout: Layout, answer: Json | None) -> bool:
    """Whether every column and every address stands where the write took it to be."""
    if answer is None:
        return False
    well = all(_tab_is_well(layout, tab, answer) for tab in watched(layout))
    return well and _columns_are_well(layout, answer) and _boards_are_well(layout, answer)


def _columns_are_well(layout: Layout, answer: Json) -> bool:
    """Whether History's columns, where rows were written, stand where they were taken to be."""
    if not writes_days(layout):
        return True
    handles = landed(answer, layout.ids["history"]).handles
    return all(handles.get(key) == at for key, at in layout.at["history"].items())


def _boards_are_well(layout: Layout, answer: Json) -> bool:
    """Whether days and profiles of Trend, and runs of the Log, stand where they were written."""
    for key in _board_ranges(layout):
        sheet = layout.ids[key]
        grid = {row: {1: raw} for row, raw in landed(answer, sheet).columns.get(1, {}).items()}
        grid[KEY_ROW] = heads_in(answer, sheet, KEY_ROW)
        if not _board_is_well(layout, key, grid):
            return False
    return True


def _board_is_well(layout: Layout, key: str, grid: Grid) -> bool:
    fill = layout.plan.fills[key]
    first = {row: raw_of(value) for (row, at), value in fill.items() if at == 1}
    if any(not same_raw(grid.get(row, {}).get(1), raw) for row, raw in first.items()):
        return False
    keys = {at: raw for (row, at), raw in fill.items() if row == KEY_ROW and at >= SLOT}
    there = {at: raw for at, raw in grid.get(KEY_ROW, {}).items() if SLOT <= at <= END}
    return key != TREND or there == keys


def days_are_well(layout: Layout, answer: Json | None) -> bool:
    """Whether the rows of History that were replaced are still those that were meant."""
    wanted = rewritten(layout)
    if not wanted:
        return True
    if answer is None:
        return False
    if not _columns_are_well(layout, answer):
        return False
    at = layout.at["history"]
    columns = landed(answer, layout.ids["history"]).columns
    profiles, days = columns.get(at["profile"], {}), columns.get(at["day"], {})
    return all((profiles.get(row), days.get(row)) == key for row, key in wanted.items())


def _tab_is_well(layout: Layout, tab: Tab, answer: Json) -> bool:
    at = layout.at[tab.key]
    seen = landed(answer, layout.ids[tab.key])
    if any(seen.handles.get(key) != position for key, position in at.items()):
        return False
    typed, held = whose(tab)
    addresses, echoes = seen.columns.get(at[typed], {}), seen.columns.get(at[held], {})
    wanted = {row: _address(tab, cells) for row, cells in layout.rows(tab).all.items()}
    return all(
        addresses.get(row) == wanted.get(row) or addresses.get(row) == echoes.get(row)
        for row in {*wanted, *echoes}
    )


def _address(tab: Tab, cells: Mapping[str, Value]) -> Raw:
    """What stands in the team's own column that says whose the row is, a formula as its text."""
    value = cells.get(whose(tab)[0])
    if isinstance(value, Formula):
        return value.text
    return value if isinstance(value, str | int | float | bool) else None


# --- what puts it right ---------------------------------------------------------------------


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
        there = [key for key in _board_ranges(self.meant) if key in self.found.grids]
        if all(_board_is_well(self.meant, key, self.found.grids[key]) for key in there):
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
        yield from segments(self.now, tab, wrong)
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
            segments_.setdefault(_address(tab, cells), deque()).append(cells)
        rows = {row.number: row.cells for row in self.found.state.tabs[tab.key].rows}
        lost = self._lost_addresses(tab)
        placed: dict[int, Mapping[str, Value]] = {}
        left: list[int] = []
        for number in sorted(rows):
            address = lost.get(number, _address(tab, rows[number]))
            fits = segments_.get(address) if address is not None else None
            if fits:
                placed[number] = fits.popleft()
            elif rows[number].get("for") is not None or rows[number].get(echo) is not None:
                left.append(number)
        there = {cells.get(echo) for cells in placed.values()}
        for number in left:
            if _address(tab, rows[number]) is None or rows[number].get(echo) in there:
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
        return {number: _address(tab, cells) for number, cells in held.items()}

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
        cells: dict[tuple[int, int], Json] = {}
        for position in sorted(hit):
            key = by_position.get(position, "")
            if key in ours:
                continue
            for row, old in source.items():
                cells[row, position] = self._old(tab, old, before.get(key, 0))
        return cells

    def _source_rows(self, tab: Tab, rows: Mapping[int, Mapping[str, Value]]) -> dict[int, int]:
        """Of each row that was written: the row in which it was read."""
        lost = self._lost_addresses(tab)
        before: dict[Raw, deque[int]] = {}
        held = self.meant.rows(tab).held
        for number in sorted(held):
            before.setdefault(_address(tab, held[number]), deque()).append(number)
        found = {}
        for number in sorted(rows):
            same = before.get(lost.get(number, _address(tab, rows[number])))
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

    def _doubtful(self, tab: Tab, text: str, value: Raw) -> bool:
        """Whether text that begins with "=" may be text: when nobody read its value, and it would
        reach outside, or is a text of ours that somebody copied."""
        if value is not None:
            return False
        ours = {
            cells.get(column.key)
            for cells in self.meant.rows(tab).all.values()
            for column in values_of(tab)
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
