"""Writes the boards: every cell at its place, what the plan fills in, picks, charts.

A board is sheetsync's whole, inside the rectangle of its cells; what the team has outside stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sheetsync.dashboard import NUMERIC, Area, Board, BoardCell, CellStyle, Format, Scalar
from sheetsync.dashboard.formulas import absolute, letters
from sheetsync.destinations.workbook_boards_read import HeldBoard, described_area, value_of
from sheetsync.destinations.workbook_cells import USUAL, Cell, Cells, Size
from sheetsync.destinations.workbook_charts import add_charts
from sheetsync.destinations.workbook_frame import Frame, Styled, laid_over, paper
from sheetsync.destinations.workbook_names import Spot, name_of
from sheetsync.destinations.workbook_signals import add_signal
from sheetsync.destinations.workbook_sparks import SparkBlock

_CAPTION = (Format.TEXT, CellStyle.PLAIN)
#: A row with a figure or a title, and any other, in points.
_TALL, _USUAL = 27, 15.75


def write_board(frame: Frame, sheet: Any, board: Board, sparks: SparkBlock) -> Area:
    """Returns the area that is ours now."""
    return _Board(frame, sheet, board, sparks).write()


class _Board:
    def __init__(self, frame: Frame, sheet: Any, board: Board, sparks: SparkBlock) -> None:
        self.frame, self.sheet, self.board, self.sparks = frame, sheet, board, sparks
        self.title = frame.titles[board.key]
        self.held: HeldBoard | None = frame.found.boards.get(board.key)
        self.cells = {(cell.row, cell.at): cell for cell in board.cells}
        self.fill = frame.plan.fills.get(board.key, {})
        self.more = sparks.cells if board.key == sparks.board else {}
        self.picks = {name: self._pick(name, cell) for name, cell in board.picks.items()}
        extra = [(row, at) for row, cells in self.more.items() for at in cells]
        self.area = described_area(board, [*self.fill, *extra])

    def write(self) -> Area:
        self._look()
        ours = self._ours()
        tall = {c.row for c in self.board.cells if c.style in (CellStyle.FIGURE, CellStyle.TITLE)}
        theirs = ((row, self._theirs(row, cells), s) for row, cells, s in self._old())
        for row, cells, size in laid_over(theirs, {row: {} for row in ours}):
            beside = {at: cell for at, cell in cells.items() if at not in ours.get(row, {})}
            styled = [*self._styled(row, ours.get(row, {}))]
            styled += self.frame.carried(beside, self.title, row)
            own = size.height or (_TALL if row in tall else _USUAL if row in ours else 0)
            self.sheet.put_row(row, sorted(styled, key=_place), size._replace(height=own))
        for name, cell in self.board.picks.items():
            self.frame.names[name_of(self.board.key, name)] = Spot(self.title, cell.row, cell.at)
            self._choices(cell)
        for cell in self.board.cells:
            spot = (cell.row, cell.at, cell.row, cell.at)
            add_signal(self.sheet, self.frame.formats, cell.signal, spot)
        add_charts(self.frame, self.sheet, self.board, self.picks)
        return self.area

    # --- what is ours -----------------------------------------------------------------------

    def _pick(self, name: str, cell: BoardCell) -> Cell:
        """As the team left it; while it has chosen nothing at all, the plan's first choice."""
        held = dict(self.held.picks) if self.held else {}
        if self.frame.eraser:
            held = self.frame.eraser.picks(held)
        chosen = [n for n, c in held.items() if value_of(c) is not None and n in self._alike(name)]
        if name in held and (chosen or value_of(held[name]) is not None):
            return held[name]._replace(error=False)
        first = self.frame.plan.picks.get(name, cell.content)
        return Cell(self.frame.held(first))

    def _alike(self, name: str) -> list[str]:
        """The picks that a person fills together: compare_1 and compare_2."""
        stem = name.rpartition("_")[0]
        return [other for other in self.board.picks if stem and other.rpartition("_")[0] == stem]

    def _ours(self) -> dict[int, Cells]:
        rows: dict[int, Cells] = {}
        for row, cells in self.more.items():
            rows.setdefault(row, {}).update(cells)
        for (row, at), value in self.fill.items():
            rows.setdefault(row, {})[at] = Cell(self.frame.held(value))
        for (row, at), cell in self.cells.items():
            rows.setdefault(row, {})[at] = self._cell(cell)
            if cell.live and cell.at > 1 and (cell.format, cell.style) == _CAPTION:
                charts = min((chart.at for chart in self.board.charts), default=at + 1)
                rows[row].setdefault(charts, Cell(" "))  # or a long one runs on below the chart
        return rows

    def _cell(self, cell: BoardCell) -> Cell:
        if cell.pick:
            held = self.picks[cell.pick]
            return self.frame.theirs(held, self.title, cell.row, cell.at, keep=True)
        if cell.live:
            formula = self.frame.formula(str(cell.content), tab=self.board.key, row=cell.row)
            return self.frame.ours(formula, self.title, cell.row, cell.at)
        return Cell(self.frame.held(cell.content))

    def _styled(self, row: int, cells: Cells) -> Iterator[Styled]:
        for at, cell in cells.items():
            described = self.cells.get((row, at)) or _filled(row, at, self.fill.get((row, at)))
            right = described.style is CellStyle.HEADING and self._numbers_below(row, at)
            yield at, cell, self.frame.formats.board(described, right=right)

    def _numbers_below(self, row: int, at: int) -> bool:
        below = (self.cells.get((row + n, at)) for n in (1, 2))
        return any(cell is not None and cell.format in NUMERIC for cell in below)

    # --- what is theirs ---------------------------------------------------------------------

    def _old(self) -> Iterator[tuple[int, Cells, Size]]:
        """Rows of a board that moved have the heights of other rows."""
        for row, cells, size in self.frame.old_rows(self.title):
            stays = self.held is not None and self.held.in_place
            yield row, cells, size if stays else USUAL._replace(hidden=size.hidden)

    def _theirs(self, row: int, cells: Cells) -> Cells:
        """The team's cells outside what is ours, before and now."""
        kept: Cells = {}
        for at, cell in cells.items():
            was_ours = self.held is not None and self.held.inside(row, at)
            if not was_ours and not _inside(self.area, row, at):
                kept[at] = cell
            elif (not was_ours or self._is_lost(row, at)) and _holds(cell):
                self.frame.lose(f"cells on the tab {self.title}")
        return kept

    def _is_lost(self, row: int, at: int) -> bool:
        """Whether a cell inside is nobody's but the team's. Of a board whose rows they moved that
        cannot be told; the hidden ones are too full of ours that come and go."""
        if self.held is None or self.board.hidden:
            return False
        if not self.held.in_place:
            return True
        return (row, at) not in self.cells and (row, at) not in self.fill

    # --- the tab as a whole -----------------------------------------------------------------

    def _look(self) -> None:
        """A board that was there and stands as described keeps its widths and panes."""
        stays = self.held is not None and self.held.in_place
        self.sheet.hide_gridlines(2)
        if stays:
            self.frame.view(self.sheet, self.title)
        else:
            for at, width in enumerate(self.board.widths):
                self.sheet.set_column_pixels(at, at, int(width * 7 + 5))
            self.sheet.freeze_panes(*self.board.freeze)
        if not self.board.hidden:
            paper(self.sheet, pages=(1, 1))
            last = described_area(self.board)
            charts = [c.row + c.height // 20 for c in self.board.charts]
            bottom = max([last.last_row, *charts])
            self.sheet.print_area(0, 0, bottom - 1, last.last_at)
            self.sheet.set_margins(0.4, 0.4, 0.4, 0.4)
            self.sheet.center_horizontally()

    def _choices(self, cell: BoardCell) -> None:
        area = self.sparks.lists.get(cell.choices)
        if area is None:
            return
        source = absolute(self.frame.titles[self.sparks.board], area)
        rule = {"validate": "list", "source": f"={source}", "error_type": "warning"}
        self.sheet.data_validation(f"{letters(cell.at)}{cell.row}", rule)


def _place(styled: Styled) -> int:
    return styled[0]


def _inside(area: Area, row: int, at: int) -> bool:
    return area.first_row <= row <= area.last_row and area.first_at <= at <= area.last_at


def _holds(cell: Cell) -> bool:
    return bool(cell.formula) or (cell.value is not None and cell.value != " ")


def _filled(row: int, at: int, value: Scalar) -> BoardCell:
    """How a value looks that the plan filled in."""
    shown = Format.TEXT
    if isinstance(value, datetime):
        shown = Format.MOMENT
    elif isinstance(value, date):
        shown = Format.DATE
    elif isinstance(value, int | float) and not isinstance(value, bool):
        shown = Format.COUNT if isinstance(value, int) else Format.TIMES
    return BoardCell(row, at, format=shown)
