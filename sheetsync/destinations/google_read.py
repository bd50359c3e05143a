"""Reads a spreadsheet: two calls, more only where something is new or out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from gspread.urls import SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from sheetsync.dashboard import Board, Dashboard, Guide, Tab, Value
from sheetsync.destinations.google_book import FIELDS, Book, Sheet, book_of
from sheetsync.destinations.google_cells import Grid, Raw, grid_range, runs, table_of
from sheetsync.destinations.google_client import SheetsClient
from sheetsync.destinations.google_found import (
    Found,
    fits_best,
    found_of,
    header_row,
    is_text,
    looks_like,
    newest_of,
    shown_days,
    texts,
)
from sheetsync.destinations.google_history import (
    Block,
    GoogleHistory,
    Index,
    earlier_days,
    tail_of,
)
from sheetsync.destinations.google_imports import FIELDS as FORMULAS
from sheetsync.destinations.google_imports import cells_at, team_formulas
from sheetsync.destinations.google_spills import block_of, spill_tabs
from sheetsync.errors import DestinationError
from sheetsync.plan import Block as Rows
from sheetsync.plan import HistoryKey, State, zone_of

Json = dict[str, Any]
#: A range to read: sheetId, then first row and position, last row and position (0: open).
Range = tuple[int, int, int, int, int]
_TOP = 20
_ATTEMPTS = 4


class Reader:
    """Reads one spreadsheet once. ``now``: an aware datetime."""

    def __init__(self, client: SheetsClient, spreadsheet: str, now: Callable[[], datetime]) -> None:
        self.client, self.spreadsheet, self.now = client, spreadsheet, now
        self.history: GoogleHistory | None = None
        self._spilled: Mapping[str, Rows] = {}
        #: What was just written to History, for a look at where it landed.
        self.written: Mapping[HistoryKey, Mapping[str, Value]] = {}

    def read(self, dashboard: Dashboard, attempt: int = 1) -> Found:
        """Raises DestinationError for a tab that has our title and is not ours."""
        book = book_of(self.client.fetch_sheet_metadata(self.spreadsheet, {"fields": FIELDS}))
        sheets = self._sheets(book, dashboard)
        grids, history = self._grids(book, dashboard, sheets)
        if any(_is_shifted(tab, sheets, grids) for tab in dashboard.tables):
            # Between the two calls somebody may have moved columns: ask again where they are.
            again = book_of(self.client.fetch_sheet_metadata(self.spreadsheet, {"fields": FIELDS}))
            if places_of(again) != places_of(book) and attempt < _ATTEMPTS:
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
            tops = self.values([(s.id, 1, 1, min(_TOP, s.rows), 0) for s in free])
            sheets |= self._by_headers(missing, free, tops, dashboard.tables)
        return sheets

    def _by_headers(
        self,
        missing: Sequence[Tab | Guide | Board],
        free: Sequence[Sheet],
        tops: Sequence[Grid],
        tables: Sequence[Tab],
    ) -> dict[str, Sheet]:
        found: dict[str, Sheet] = {}
        in_the_way: list[str] = []
        for tab in missing:
            for sheet, top in zip(free, tops, strict=True):
                mine = sheet not in found.values() and _is(tab, sheet, top, tables)
                if mine and tab.key not in found:
                    found[tab.key] = sheet
            optional = isinstance(tab, Tab) and tab.optional
            if tab.key not in found and not optional:
                same = (s.title for s in free if s.title.casefold() == tab.title.casefold())
                in_the_way += same
        if in_the_way:
            raise clash(in_the_way)
        return found

    # --- their cells ------------------------------------------------------------------------

    def _grids(
        self, book: Book, dashboard: Dashboard, sheets: Mapping[str, Sheet]
    ) -> tuple[dict[str, Grid], Mapping[int, Mapping[int, Raw]]]:
        """One call for all small tabs and the newest days of History."""
        ranges: list[Range] = []
        whose: list[str] = []
        for tab in dashboard.tabs:
            if tab.key in sheets:
                mine = list(_ranges(tab, sheets[tab.key]))
                ranges += mine
                whose += [tab.key] * len(mine)
        # Whole results, where they are compared with what was read of the sites.
        spilled = spill_tabs(book) if "imports" in sheets else {}
        ranges += [(sheet.id, 1, 1, 0, 0) for sheet in spilled.values()]
        blocks = self._days(book, dashboard, sheets)
        ranges += blocks
        parts = self.values(ranges) if ranges else []
        grids: dict[str, dict[int, dict[int, Raw]]] = {key: {} for key in sheets}
        for key, part in zip(whose, parts[: len(whose)], strict=True):
            _lay(grids[key], part)
        history: dict[int, dict[int, Raw]] = {}
        rest = iter(parts[len(whose) :])
        self._spilled = {title: block_of(sheet, next(rest)) for title, sheet in spilled.items()}
        for part in rest:
            _lay(history, part)
        self._blocks = [(block[1], block[3]) for block in blocks]
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
        parts = self.values([where for _, where in wanted], "UNFORMATTED_VALUE")
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
        doors = GoogleHistory(tab, held, index, self.fetch_of(sheet), newest, known)
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
        held = state.tabs.get("profiles")
        return {
            row.text("for"): at.replace(tzinfo=UTC).astimezone(zone).date()
            for row in (held.rows if held else ())
            if isinstance(at := row.cells.get("read_at~utc"), datetime)
        }

    def fetch_of(
        self, sheet: Sheet | None
    ) -> Callable[[Sequence[Block]], list[Mapping[int, Mapping[int, Raw]]]]:
        def fetch(blocks: Sequence[Block]) -> list[Mapping[int, Mapping[int, Raw]]]:
            if sheet is None:
                return [{} for _ in blocks]
            return [*self.values([(sheet.id, *block) for block in blocks])]

        return fetch

    # --- the call ---------------------------------------------------------------------------

    def _cells(self, where: Sequence[tuple[int, int, int]]) -> list[Grid]:
        """What single cells show, dates as text."""
        ranges = [(sheet, row, at, row, at) for sheet, row, at in where]
        return self.values(ranges, "UNFORMATTED_VALUE", "FORMATTED_STRING")

    def _formulas(self, sheets: Sequence[int]) -> Json:
        """``spreadsheets.getByDataFilter``: the formulas of whole tabs."""
        url = f"{SPREADSHEET_URL % self.spreadsheet}:getByDataFilter"
        body = {"dataFilters": [{"gridRange": grid_range(sheet, 1, 1)} for sheet in sheets]}
        answer: Json = self.client.request(
            "post", url, params={"fields": FORMULAS}, json=body
        ).json()
        return answer

    def values(
        self, ranges: Sequence[Range], render: str = "FORMULA", dates: str = "SERIAL_NUMBER"
    ) -> list[Grid]:
        """``values:batchGetByDataFilter``. FORMULA gives numbers as numbers and the team's
        formulas as text. Google answers each range once, with the filters that asked for it."""
        body = {
            "dataFilters": [{"gridRange": grid_range(*where)} for where in ranges],
            "valueRenderOption": render,
            "dateTimeRenderOption": dates,
            "majorDimension": "ROWS",
        }
        url = f"{SPREADSHEET_VALUES_BATCH_URL % self.spreadsheet}ByDataFilter"
        answer = self.client.request("post", url, json=body).json()
        by_filter: dict[tuple[int, ...], Any] = {}
        for one in answer.get("valueRanges", []):
            for asked in one.get("dataFilters", []):
                by_filter[_key(asked.get("gridRange", {}))] = one["valueRange"].get("values", [])
        found: list[Grid] = []
        for where in ranges:
            values = by_filter.get(_key(grid_range(*where)), [])
            found.append(table_of(values, where[1], where[2]))
        return found


def places_of(book: Book) -> object:
    """What a write relies on: which tabs there are, by which titles, and where columns stand."""
    return [(s.id, s.title, s.key, sorted(s.handles.items())) for s in book.sheets]


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


def _key(area: Json) -> tuple[int, ...]:
    names = ("sheetId", "startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
    return tuple(area.get(name, 0) for name in names)


def _lay(grid: dict[int, dict[int, Raw]], part: Mapping[int, Mapping[int, Raw]]) -> None:
    for row, cells in part.items():
        grid.setdefault(row, {}).update(cells)


def clash(titles: Sequence[str]) -> DestinationError:
    """``titles`` as people spell them."""
    what = f"a tab named {titles[0]}" if len(titles) == 1 else f"tabs named {', '.join(titles)}"
    return DestinationError(
        f"The spreadsheet has {what} that sheetsync did not make.",
        hint=f"Rename {'that tab' if len(titles) == 1 else 'these tabs'}, or give another"
        " spreadsheet with --to.",
    )


def _is(tab: Tab | Guide | Board, sheet: Sheet, top: Grid, tables: Sequence[Tab]) -> bool:
    """Whether a tab without a handle is ours: an old one, a copy, or one whose handles were lost.

    A copy says of which tab: a copy of History never becomes Profiles.
    """
    if sheet.copy_of not in ("", tab.key):
        return False
    if isinstance(tab, Tab):
        return looks_like(tab, top) and fits_best(tab, tables, top)
    same = sheet.title.casefold() == tab.title.casefold()
    if isinstance(tab, Guide):
        return same and top.get(1, {}).get(1) == tab.lines[0].label
    words = {c.content for c in tab.cells if isinstance(c.content, str) and not c.live}
    held = {raw for cells in top.values() for raw in cells.values()}
    return same and len(words & held) >= min(3, len(words))


def _ranges(tab: Tab | Guide | Board, sheet: Sheet) -> Iterable[Range]:
    """What is read of a tab: everything but the formulas of a table's rows."""
    if not isinstance(tab, Tab):
        yield sheet.id, 1, 1, 0, 0
        return
    top = 1 if sheet.handles else min(_TOP, sheet.rows)
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
