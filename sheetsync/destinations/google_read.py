"""Reads a spreadsheet: two calls, more only where something is new or out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from sheetsync.dashboard import Board, Dashboard, Guide, Tab, Value
from sheetsync.destinations.google_book import Book, Sheet
from sheetsync.destinations.google_cells import Grid, Json, Raw, grid_range, runs
from sheetsync.destinations.google_found import (
    FIRST_ROWS,
    Found,
    found_of,
    header_row,
    is_text,
    newest_of,
    shown_days,
    texts,
)
from sheetsync.destinations.google_history import GoogleHistory, Index, earlier_days, tail_of
from sheetsync.destinations.google_imports import FIELDS as FORMULAS
from sheetsync.destinations.google_imports import cells_at, team_formulas
from sheetsync.destinations.google_ours import by_headers
from sheetsync.destinations.google_spills import block_of, spill_tabs
from sheetsync.destinations.google_spreadsheet import Range, Spreadsheet
from sheetsync.plan import Block, HistoryKey, State, zone_of

_ATTEMPTS = 4


class Reader:
    """Reads one spreadsheet once. ``now``: an aware datetime."""

    def __init__(self, spreadsheet: Spreadsheet, now: Callable[[], datetime]) -> None:
        self.spreadsheet, self.now = spreadsheet, now
        self.history: GoogleHistory | None = None
        self._spilled: Mapping[str, Block] = {}
        #: First and last row of what was read of History.
        self._blocks: Sequence[tuple[int, int]] = ()
        #: What was just written to History, for a look at where it landed.
        self.written: Mapping[HistoryKey, Mapping[str, Value]] = {}

    def read(self, dashboard: Dashboard, attempt: int = 1) -> Found:
        """Raises DestinationError for a tab that has our title and is not ours."""
        book = self.spreadsheet.book()
        sheets = self._sheets(book, dashboard)
        grids, history = self._grids(book, dashboard, sheets)
        shifted = any(_is_shifted(tab, sheets, grids) for tab in dashboard.tables)
        # Between the two calls somebody may have moved columns: ask again where they are.
        if shifted and self.spreadsheet.book().places != book.places and attempt < _ATTEMPTS:
            return self.read(dashboard, attempt + 1)
        computed = self._computed(dashboard, sheets, grids)
        found = found_of(book, dashboard, sheets, grids, computed)
        found = replace(found, state=self._with_history(found, dashboard, history))
        return replace(found, state=self._with_imports(found, dashboard))

    # --- which tabs -------------------------------------------------------------------------

    def _sheets(self, book: Book, dashboard: Dashboard) -> dict[str, Sheet]:
        """Ours by their handles; of tabs without one, those that hold our headers."""
        known = {tab.key for tab in dashboard.tabs}
        sheets = {key: sheet for key, sheet in book.ours.items() if key in known}
        missing = [tab for tab in dashboard.tabs if tab.key not in sheets]
        free = [sheet for sheet in book.sheets if sheet not in sheets.values()]
        titles = {sheet.title.casefold() for sheet in free}
        # Only one that still has our title, or when nothing is ours yet, is worth a look.
        if missing and any(tab.title.casefold() in titles for tab in missing):
            first = [(s.id, 1, 1, min(FIRST_ROWS, s.rows), 0) for s in free]
            tops = self.spreadsheet.values(first)
            sheets |= by_headers(missing, free, tops, dashboard.tables)
        return sheets

    # --- their cells ------------------------------------------------------------------------

    def _grids(
        self, book: Book, dashboard: Dashboard, sheets: Mapping[str, Sheet]
    ) -> tuple[dict[str, Grid], Mapping[int, Mapping[int, Raw]]]:
        """One call for all small tabs and the newest days of History."""
        small = [
            (tab.key, area)
            for tab in dashboard.tabs
            if tab.key in sheets
            for area in _ranges(tab, sheets[tab.key])
        ]
        # Whole results, where they are compared with what was read of the sites.
        spilled = spill_tabs(book) if "imports" in sheets else {}
        whole = [(sheet.id, 1, 1, 0, 0) for sheet in spilled.values()]
        blocks = self._days(book, dashboard, sheets)
        ranges = [*(area for _, area in small), *whole, *blocks]
        parts = iter(self.spreadsheet.values(ranges) if ranges else ())
        grids: dict[str, dict[int, dict[int, Raw]]] = {key: {} for key in sheets}
        for key, _ in small:
            _lay(grids[key], next(parts))
        self._spilled = {title: block_of(sheet, next(parts)) for title, sheet in spilled.items()}
        self._blocks = [(block[1], block[3]) for block in blocks]
        history: dict[int, dict[int, Raw]] = {}
        for part in parts:
            _lay(history, part)
        return dict(grids), history

    def _days(self, book: Book, dashboard: Dashboard, sheets: Mapping[str, Sheet]) -> list[Range]:
        sheet = sheets.get("history")
        if sheet is None:
            return []
        today = self._today(book)
        index = Index.of_text(sheet.days)
        then = index.written.moved(dashboard.tab("history"), sheet.handles)
        last = max([*sheet.handles.values(), *then.values()], default=0)
        last = min(last, sheet.columns)
        rows = index.rows_of(earlier_days(index, today))
        tail = tail_of(index, today)
        tail = min(tail, index.written.since) if then else tail
        blocks = [(a, b) for a, b in runs(row for row in rows if row < tail)]
        ranges = [(sheet.id, a, 1, b, last) for a, b in blocks if b <= sheet.rows]
        # A range that begins outside the grid is refused.
        return [*ranges, (sheet.id, min(tail, sheet.rows), 1, 0, last)] if sheet.rows else ranges

    def _today(self, book: Book) -> date:
        return self.now().astimezone(zone_of(State(zone=book.zone))).date()

    def _computed(
        self, dashboard: Dashboard, sheets: Mapping[str, Sheet], grids: Mapping[str, Grid]
    ) -> dict[str, Grid]:
        """Values of formulas that the team typed where sheetsync reads: one call, when there are
        any. What else begins with "=" in these columns is told apart by it too."""
        wanted: list[tuple[str, Range]] = []
        for tab in dashboard.tabs:
            if tab.key not in sheets or tab.key in ("history", "trend", "log"):
                continue
            places = _typed(tab, sheets[tab.key], grids[tab.key])
            wanted += [(tab.key, (sheets[tab.key].id, 1, at, 0, at)) for at in places]
        if not wanted:
            return {}
        parts = self.spreadsheet.values([where for _, where in wanted], "UNFORMATTED_VALUE")
        found: dict[str, dict[int, dict[int, Raw]]] = {}
        for (key, _), part in zip(wanted, parts, strict=True):
            _lay(found.setdefault(key, {}), part)
        return dict(found)

    def _with_history(
        self, found: Found, dashboard: Dashboard, cells: Mapping[int, Mapping[int, Raw]]
    ) -> State:
        state, sheet = found.state, found.sheets.get("history")
        held = state.tabs.get("history")
        index = Index.of_text(sheet.days if sheet else "")
        if held and not index.spans:
            index.known = held.header_row + 1
        zoned = self._newest_days(state)
        newest = newest_of(state, zoned)
        known = (self.written, shown_days(state, zoned))
        tab = dashboard.tab("history")
        fetch = partial(self.spreadsheet.blocks, sheet)
        doors = GoogleHistory(tab, held, index, fetch, newest, known)
        for top, last in self._blocks:
            first = max(top, held.header_row + 1 if held else 2)
            doors.take(first, last, {n: c for n, c in cells.items() if n >= first})
        self.history = doors
        return replace(
            state,
            history=doors.history,
            accounts=doors.accounts,
            before=doors.before,
            since=doors.since,
            unsettled=bool(doors.misplaced),
        )

    def _with_imports(self, found: Found, dashboard: Dashboard) -> State:
        return replace(
            found.state,
            spilled=self._spilled,
            cells=partial(cells_at, found, self._cells),
            formulas=partial(team_formulas, found, dashboard, self._formulas),
        )

    def _newest_days(self, state: State) -> dict[str, date]:
        zone = zone_of(state)
        return {
            row.text("for"): at.replace(tzinfo=UTC).astimezone(zone).date()
            for row in state.rows("profiles")
            if isinstance(at := row.cells.get("read_at~utc"), datetime)
        }

    def _cells(self, where: Sequence[tuple[int, int, int]]) -> list[Grid]:
        """What single cells show, dates as text."""
        ranges = [(sheet, row, at, row, at) for sheet, row, at in where]
        return self.spreadsheet.values(ranges, "UNFORMATTED_VALUE", "FORMATTED_STRING")

    def _formulas(self, sheets: Sequence[int]) -> Json:
        """The formulas of whole tabs."""
        return self.spreadsheet.cells([grid_range(sheet, 1, 1) for sheet in sheets], FORMULAS)


def _is_shifted(tab: Tab, sheets: Mapping[str, Sheet], grids: Mapping[str, Grid]) -> bool:
    """Whether a header of ours stands over the handle of another column, or none does."""
    if tab.key not in sheets:
        return False
    handles, grid = sheets[tab.key].handles, grids[tab.key]
    header = texts(grid.get(header_row(tab, grid, handles), {}))
    ours = {column.header for column in tab.columns}
    often = Counter(column.header for column in tab.columns)
    for column in tab.columns:
        held = header.get(handles.get(column.key, 0))
        known = column.key in handles and often[column.header] == 1
        if known and held != column.header and (held is None or held in ours):
            return True
    return False


def _lay(grid: dict[int, dict[int, Raw]], part: Mapping[int, Mapping[int, Raw]]) -> None:
    for row, cells in part.items():
        grid.setdefault(row, {}).update(cells)


def _ranges(tab: Tab | Guide | Board, sheet: Sheet) -> Iterable[Range]:
    """What is read of a tab: everything but the formulas of a table's rows."""
    if not isinstance(tab, Tab):
        yield sheet.id, 1, 1, 0, 0
        return
    top = 1 if sheet.handles else min(FIRST_ROWS, sheet.rows)
    yield sheet.id, 1, 1, top, 0
    if tab.kind is not None:
        formulas = {sheet.handles.get(column.key) for column in tab.columns if column.formula}
        for first, last in runs(at for at in range(1, sheet.columns + 1) if at not in formulas):
            yield sheet.id, 1, first, 0, last


def _typed(tab: Tab | Guide | Board, sheet: Sheet, grid: Grid) -> list[int]:
    """Positions to read the values of, when the team typed a formula where sheetsync reads."""
    if isinstance(tab, Tab):
        ours = {sheet.handles.get(c.key, 0) for c in tab.columns if c.owned}
        read = {sheet.handles.get(c.key, 0) for c in tab.columns if c.team and not is_text(tab, c)}
        skip = ours
    elif isinstance(tab, Board):
        read, skip = {cell.at for cell in tab.picks.values()}, set()
        places = {(cell.row, cell.at) for cell in tab.picks.values()}
        grid = {
            row: {at: raw for at, raw in cells.items() if (row, at) in places}
            for row, cells in grid.items()
        }
    else:
        read, skip = {2, 3}, set()
    formulas = {
        at
        for cells in grid.values()
        for at, raw in cells.items()
        if isinstance(raw, str) and raw.startswith("=") and at not in skip
    }
    return sorted(formulas) if formulas & read else []
