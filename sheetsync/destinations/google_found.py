"""From a spreadsheet's cells to the State that planning needs. Pure: the cells are given.

A column is where its handle stands; where somebody took the handle away, the header's text
decides. Formulas are not read: only what the team types and what sheetsync wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from sheetsync.dashboard import Board, Column, Dashboard, Format, Formula, Guide, Scalar, Tab, Value
from sheetsync.dashboard.profiles import SPANS
from sheetsync.dashboard.trend import DAY, LAST, LOG_COLUMNS, LOG_ROWS, TOP
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.google_book import Book, Sheet
from sheetsync.destinations.google_cells import Grid, Raw, moment_of, plain, scalar
from sheetsync.plan import Row, State, TabState, Trend, trend_of

#: A header is looked for in the first rows only.
FIRST_ROWS = 20
#: So many of our headers in one row are no accident.
MANY = 10
#: A board stands where it should by this share of its words.
_ENOUGH = 0.8
ZONE_CELL = "The spreadsheet's time zone (File > Settings)"


@dataclass(frozen=True, slots=True)
class Found:
    """``sheets`` are our tabs, ``grids`` what was read of them, ``computed`` the values of the
    team's formulas where they were asked for; ``spots`` are (row, position) of settings and picks
    in their tabs."""

    book: Book
    state: State
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    grids: Mapping[str, Grid] = field(default_factory=dict)
    computed: Mapping[str, Grid] = field(default_factory=dict)
    spots: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)

    def title(self, key: str, usual: str) -> str:
        return self.sheets[key].title if key in self.sheets else usual


# --- tables ---------------------------------------------------------------------------------


def texts(cells: Mapping[int, Raw]) -> dict[int, str]:
    return {at: raw.strip() for at, raw in cells.items() if isinstance(raw, str) and raw.strip()}


def header_row(tab: Tab, grid: Grid, handles: Mapping[str, int]) -> int:
    """The row, of the first ones, that holds most of our headers where the handles say."""
    by_place = {handles[c.key]: c.header for c in tab.columns if c.key in handles}
    scores = {}
    for row in sorted(grid):
        if row > FIRST_ROWS:
            break
        held = texts(grid[row])
        here = sum(held.get(at) == header for at, header in by_place.items())
        words = len({column.header for column in tab.columns} & set(held.values()))
        scores[row] = here or words
    best = max(scores, key=scores.__getitem__, default=1)
    return best if scores.get(best) else 1


def columns_of(tab: Tab, header: Mapping[int, str], handles: Mapping[str, int]) -> dict[str, int]:
    often = Counter(header.values())
    by_text = {text: at for at, text in header.items() if often[text] == 1}
    keys = {column.key for column in tab.columns}
    found = {key: at for key, at in handles.items() if key in keys}
    taken = set(handles.values())
    for column in tab.columns:
        at = by_text.get(column.header)
        if column.key not in found and at is not None and at not in taken:
            found[column.key] = at
            taken.add(at)
    return found


def looks_like(tab: Tab, grid: Grid) -> bool:
    """Whether a tab without a handle holds one of our tables."""
    return _most_headers(tab, grid) >= min(len(tab.columns) / 2, MANY)


def fits_best(tab: Tab, tables: Iterable[Tab], grid: Grid) -> bool:
    """Whether of all our tables it is this one, by the share of its headers: they have some in
    common."""
    return all(_share(tab, grid) >= _share(other, grid) for other in tables)


def _share(tab: Tab, grid: Grid) -> float:
    return _most_headers(tab, grid) / len({column.header for column in tab.columns})


def _most_headers(tab: Tab, grid: Grid) -> int:
    """How many of the tab's headers stand in one row, of the first ones, at the most."""
    ours = {column.header for column in tab.columns}
    tops = (set(texts(cells).values()) for row, cells in grid.items() if row <= FIRST_ROWS)
    return max((len(ours & words) for words in tops), default=0)


def table(tab: Tab, sheet: Sheet, grid: Grid, computed: Grid) -> TabState:
    row = header_row(tab, grid, sheet.handles)
    columns = columns_of(tab, texts(grid.get(row, {})), sheet.handles)
    used = [*columns.values(), *sheet.handles.values(), *(at for c in grid.values() for at in c)]
    width, last = max(used, default=0), max(grid, default=row)
    if tab.kind is None:
        return TabState(sheet.title, columns, width, row)
    rows = []
    for number in sorted(grid):
        cells = _cells(tab, columns, grid[number], computed.get(number, {}))
        if number > row and cells:
            rows.append(Row(number, cells))
    return TabState(sheet.title, columns, width, row, tuple(rows), max(last, row) + 1)


def _cells(
    tab: Tab, columns: Mapping[str, int], cells: Mapping[int, Raw], computed: Mapping[int, Raw]
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for column in tab.columns:
        at = columns.get(column.key, 0)
        raw = cells.get(at)
        if column.formula or raw is None:
            continue
        # In a column of ours a text "=1+1" is text: it was scraped, and written as text.
        found[column.key] = scalar(raw, column)
        if column.team and not is_text(tab, column) and is_formula(raw, computed.get(at)):
            found[column.key] = Formula(str(raw), scalar(computed.get(at), column))
    for column in tab.columns:
        if column.format is Format.ANY and column.about and column.key in found:
            found[column.key] = _dated(found[column.key], found.get(column.about[0]))
    return found


def is_text(tab: Tab, column: Column) -> bool:
    """A formula that Imports lists is read as its text, whether Google computes it too or not."""
    return tab.kind == "import" and column.key == "formula"


def _dated(value: Value, kind: Value) -> Value:
    """A number that stands for a date, as the word beside it says."""
    if isinstance(value, Formula | date) or kind not in ("date", "time"):
        return value
    moment = moment_of(value)
    if moment is None:
        return value
    return moment.date() if kind == "date" else moment


def is_formula(raw: Raw, computed: Raw) -> bool:
    """Text that begins with "=" is a formula, unless its value is that very text."""
    return isinstance(raw, str) and raw.startswith("=") and computed != raw


# --- boards and guide -----------------------------------------------------------------------


Spots = Mapping[str, tuple[int, int]]


def spots_of(book: Book, sheet: Sheet, names: Spots) -> dict[str, tuple[int, int]]:
    """Where cells with these names are now; ``names`` gives their usual places."""
    return {name: _named(book, sheet, name) or place for name, place in names.items()}


def board_names(board: Board) -> dict[str, tuple[int, int]]:
    return {name: (cell.row, cell.at) for name, cell in board.picks.items()}


def guide_names(guide: Guide) -> dict[str, tuple[int, int]]:
    """Settings as a new guide has them."""
    found = {}
    for row, line in enumerate(guide.lines, 1):
        if line.setting:
            found[line.setting] = (row, 2)
        if line.also:
            found[line.also[0]] = (row, 3)
    return found


def guide_spots(guide: Guide, book: Book, sheet: Sheet, grid: Grid) -> dict[str, tuple[int, int]]:
    """By name, else beside the label; what is nowhere is left out."""
    labels = {held[1]: row for row, cells in grid.items() if 1 in (held := texts(cells))}
    named = {name: at for name in guide_names(guide) if (at := _named(book, sheet, name))}
    beside = {}
    for line in guide.lines:
        if line.label in labels:
            if line.setting:
                beside[line.setting] = (labels[line.label], 2)
            if line.also:
                beside[line.also[0]] = (labels[line.label], 3)
    return {**beside, **named}


def _named(book: Book, sheet: Sheet, name: str) -> tuple[int, int] | None:
    """Where the range of that name begins, when it is on this tab."""
    known, area = book.names.get(name, (None, None))
    return (area.first_row, area.first_at) if area and known == sheet.id else None


def value_at(grid: Grid, computed: Grid, spot: tuple[int, int]) -> Value:
    row, at = spot
    raw, value = grid.get(row, {}).get(at), computed.get(row, {}).get(at)
    return Formula(str(raw), plain(value)) if is_formula(raw, value) else plain(raw)


def stands(board: Board, grid: Grid) -> bool:
    """Whether the board's words stand where they should."""
    words = [c for c in board.cells if isinstance(c.content, str) and not c.live and not c.pick]
    there = sum(grid.get(c.row, {}).get(c.at) == c.content for c in words)
    return there >= _ENOUGH * len(words)


def trend_in(board: Board, grid: Grid) -> Trend | None:
    """None when it cannot be trusted: History has it all."""
    if not stands(board, grid):
        return None
    cells = {row: dict(_valued(grid[row])) for row in sorted(grid)}
    days = [cells.get(row, {}).get(DAY) for row in range(TOP, LAST + 1)]
    pairs = pairwise(days)
    if not all(isinstance(a, date) and b == a + timedelta(1) for a, b in pairs):
        return None
    trend = trend_of(cells.items())
    return trend if any(trend.slots) else None


def crossed(trend: Trend, profiles: TabState | None) -> bool:
    """Whether the newest numbers stand in each other's columns: somebody moved columns in the
    second in which they were written, and the run was killed before it saw that."""
    rows = profiles.rows if profiles else ()
    shown = {row.text("for"): row.cells.get("followers") for row in rows}
    last = max((day for _, day in trend.followers), default=None)
    newest = {key: c.value for (key, day), c in trend.followers.items() if day == last}
    wrong = {key: value for key, value in newest.items() if shown.get(key) not in (None, value)}
    others = [shown[key] for key in trend.slots if key in shown and newest.get(key) != shown[key]]
    return any(value in others for value in wrong.values())


def _valued(cells: Mapping[int, Raw]) -> Iterator[tuple[int, Value]]:
    for at, raw in cells.items():
        moment = moment_of(raw) if at == DAY else None
        yield at, moment.date() if moment else plain(raw)


def log_in(grid: Grid) -> tuple[tuple[Scalar, ...], ...]:
    """The rows that begin with a moment, oldest first."""
    rows: list[tuple[Scalar, ...]] = []
    for _, cells in sorted(grid.items()):
        when = moment_of(cells.get(1))
        if when is not None:
            rows.append((when, *(plain(cells.get(at)) for at in range(2, len(LOG_COLUMNS) + 1))))
    return tuple(rows[-LOG_ROWS:])


# --- the whole ------------------------------------------------------------------------------


def found_of(
    book: Book,
    dashboard: Dashboard,
    sheets: Mapping[str, Sheet],
    grids: Mapping[str, Grid],
    computed: Mapping[str, Grid],
) -> Found:
    """Everything but the doors to History."""
    tabs = {
        tab.key: table(tab, sheets[tab.key], grids[tab.key], computed.get(tab.key, {}))
        for tab in dashboard.tables
        if tab.key in sheets
    }
    boards = {board.key: board for board in dashboard.boards if board.key in sheets}
    spots = {key: spots_of(book, sheets[key], board_names(b)) for key, b in boards.items()}
    guide = dashboard.guide
    edition = 0
    if guide.key in sheets:
        here = guide_spots(guide, book, sheets[guide.key], grids[guide.key])
        spots[guide.key] = here
        # A setting that somebody deleted comes back with the guide's text.
        whole = here.keys() >= guide_names(guide).keys()
        edition = int(sheets[guide.key].entry.get("edition", 0)) if whole else 0
    picks = {
        name: value_at(grids[key], computed.get(key, {}), spot)
        for key in boards
        for name, spot in spots[key].items()
    }
    state = State(
        tabs,
        zone=book.zone,
        zone_cell=ZONE_CELL,
        edition=edition,
        boards=frozenset(boards),
        picks=picks,
        trend=_trusted(trend_in(boards[TREND], grids[TREND]), tabs) if TREND in boards else None,
        log=log_in(grids[LOG]) if LOG in boards else (),
        titles=tuple(sheet.title for sheet in book.sheets),
        locale=book.locale or "en_US",
        forgotten=book.forgotten,
    )
    return Found(book, state, sheets, grids, computed, spots)


def _trusted(trend: Trend | None, tabs: Mapping[str, TabState]) -> Trend | None:
    return None if trend is None or crossed(trend, tabs.get("profiles")) else trend


def newest_of(
    state: State, zoned: Mapping[str, date]
) -> dict[str, tuple[date, dict[int, date | None]]]:
    """Of each profile the day of its newest reading and those of the baselines in its row."""
    found = {}
    held = state.tabs.get("profiles")
    columns = {span: f"day_{span}d" for span in SPANS}
    if held is None or not held.columns.keys() >= set(columns.values()):
        return {}
    for row in held.rows:
        key = row.text("for")
        if key in zoned and key not in found:
            days = {span: _day(row.cells.get(column)) for span, column in columns.items()}
            found[key] = (zoned[key], days)
    return found


def shown_days(
    state: State, zoned: Mapping[str, date]
) -> dict[tuple[str, date], Mapping[str, Value]]:
    """What the rows of Profiles show, by profile and the day of its newest reading."""
    rows = {row.text("for"): row.cells for row in state.rows("profiles")}
    return {(key, zoned[key]): cells for key, cells in rows.items() if key in zoned}


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None
