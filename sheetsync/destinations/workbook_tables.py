"""Writes the tables: the plan's values, formulas, and what the team has beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from openpyxl.formula.translate import Translator

from sheetsync.dashboard import Area, Column, Formula, Tab, Value
from sheetsync.dashboard.formulas import absolute, letters
from sheetsync.destinations.workbook_cells import Cell, Cells, Size
from sheetsync.destinations.workbook_frame import Frame, Lines, Overlay, Styled, laid_over, paper
from sheetsync.destinations.workbook_lost import AUTHOR
from sheetsync.destinations.workbook_names import Spot, name_of
from sheetsync.destinations.workbook_read import Width
from sheetsync.destinations.workbook_signals import add_signal
from sheetsync.destinations.workbook_sparks import SparkBlock
from sheetsync.plan import positions

#: Two lines of a header, in points.
_HEADER_HEIGHT = 45
#: Stands for the row's number in a formula that is compiled once for all rows.
_ROW = 987_654_321


def write_table(frame: Frame, sheet: Any, tab: Tab, sparks: SparkBlock) -> None:
    _Table(frame, sheet, tab, sparks).write()


class _Table:
    def __init__(self, frame: Frame, sheet: Any, tab: Tab, sparks: SparkBlock) -> None:
        self.frame, self.sheet, self.tab, self.sparks = frame, sheet, tab, sparks
        self.title = frame.titles[tab.key]
        self.held = frame.plan.state.tabs.get(tab.key)
        self.at = positions(tab, self.held)
        self.header_row = self.held.header_row if self.held else 1
        self.here = {self.at[column.key]: column for column in tab.columns}
        self.steps = {
            where: [self.at[key] for key in column.steps if key in self.at]
            for where, column in self.here.items()
        }
        self.formulas = {
            self.at[column.key]: frame.formula(column.formula, tab=tab.key, row=_ROW)
            for column in tab.columns
            if column.formula
        }
        self.for_at = self.at.get("for", 0)
        self.cleared: set[int] = set()
        self.drawn: list[int] = []

    def write(self) -> None:
        self._columns()
        for number, cells, size in self._lines():
            if number == self.header_row:
                self.sheet.put_row(number, self._header(cells, number), _tall(size))
            elif number < self.header_row:
                self.sheet.put_row(number, self.frame.carried(cells, self.title, number), size)
            else:
                self.sheet.put_row(number, self._row(self._computed(cells, number), number), size)
        for column in self.tab.columns:
            spot = Spot(self.title, self.header_row, self.at[column.key])
            self.frame.names[name_of(self.tab.key, column.key)] = spot
        self._notes()
        self._signals()
        self._sparklines()

    def _lines(self) -> Lines:
        overlay = self._overlay()
        lines = laid_over(self.frame.old_rows(self.title), overlay)
        keep, erasure = self.frame.plan.keep_daily, self.frame.plan.erasure
        history = self.frame.found.history
        gone: set[int] = set()
        if self.tab.kind is None and history is not None:
            gone |= history.thinned(keep, self._added()) if keep is not None else set()
            gone |= history.of(erasure.is_of) if erasure is not None else set()
        return _without(lines, gone) if gone else lines

    def _added(self) -> dict[tuple[str, date], int]:
        """The rows of History that the plan adds."""
        days: dict[int, date] = {}
        profiles: dict[int, str] = {}
        for change in self.frame.plan.changes:
            if change.tab == self.tab.key and change.added:
                if change.column == "day" and isinstance(change.new, date):
                    days[change.row] = change.new
                if change.column == "profile":
                    profiles[change.row] = str(change.new)
        return {(profiles[row], day): row for row, day in days.items() if row in profiles}

    def _overlay(self) -> Overlay:
        """The plan's values by row and position, and the header row, which is always written."""
        rows: dict[int, dict[int, Cell | None]] = {self.header_row: {}}
        for change in self.frame.plan.changes:
            if change.tab == self.tab.key:
                rows.setdefault(change.row, {})[self.at[change.column]] = self._cell(change.new)
                if change.column == "for" and change.new is None:
                    self.cleared.add(change.row)
        return rows

    def _cell(self, value: Value) -> Cell | None:
        if isinstance(value, Formula):
            return Cell(self.frame.held(value.value), value.text)
        return None if value is None else Cell(self.frame.held(value))

    # --- rows -------------------------------------------------------------------------------

    def _header(self, cells: Cells, number: int) -> Iterator[Styled]:
        for at in sorted({*cells, *self.here}):
            cell, column = cells.get(at, Cell()), self.here.get(at)
            if column is None:
                held = self.frame.theirs(cell, self.title, number, at)
                yield at, held, self.frame.formats.carried(cell.look)
            else:
                text = column.header if cell.value is None else cell.value
                yield at, cell._replace(value=text), self.frame.formats.heading(column)

    def _computed(self, cells: Cells, number: int) -> Cells:
        """With our formulas, in a row whose numbers are of somebody."""
        if not self.formulas:
            return cells
        if number in self.cleared:
            return {at: cell for at, cell in cells.items() if at not in self.formulas}
        whose = cells.get(self.for_at)
        if whose is None or whose.value is None:
            return cells
        row = str(number)
        self.drawn.append(number)
        made = {
            at: self.frame.ours(text.replace(str(_ROW), row), self.title, number, at)
            for at, text in self.formulas.items()
        }
        looks = {at: cells[at].look for at in made if at in cells}
        return {**cells, **{at: c._replace(look=looks.get(at, c.look)) for at, c in made.items()}}

    def _row(self, cells: Cells, number: int) -> Iterator[Styled]:
        frame = self.frame
        for at, cell in sorted(cells.items()):
            column = self.here.get(at)
            if column is None:
                held = frame.theirs(cell, self.title, number, at)
                yield at, held, frame.formats.carried(cell.look)
            elif column.team:
                # What column A says decides whose numbers these are: that must stay known.
                keep = column.key == "address"
                held = frame.theirs(cell, self.title, number, at, keep=keep)
                yield at, held, frame.formats.yours(column, cell)
            else:
                if cell.look.fill:
                    frame.lose("cell colours")
                computed = at in self.formulas and cell.formula != ""
                held = cell if computed else frame.theirs(cell, self.title, number, at)
                steps = [s.value for p in self.steps[at] if (s := cells.get(p)) is not None]
                yield at, held, frame.formats.ours(column, steps, computed=computed)

    # --- the tab as a whole -----------------------------------------------------------------

    def _columns(self) -> None:
        """Widths, groups and hidden columns as the team left them; as described where new."""
        view = self.frame.view(self.sheet, self.title)
        stay = self.held is not None and self.tab.key not in self.frame.found.moved
        widths: dict[int, Width] = {}
        for column in self.tab.columns:
            where = self.at[column.key]
            widths[where] = Width(
                int(column.width * 7 + 5),
                column.hidden or column.folded,
                int(column.folded),
                self._closes_group(where),
            )
            if stay and self.held and column.key in self.held.columns:
                widths[where] = view.columns.get(where, Width())
        for where, width in widths.items():
            column = self.here[where]
            style = None if column.owned else self.frame.formats.yours(column, Cell())
            options = width.options
            self.sheet.set_column_pixels(where - 1, where - 1, width.pixels, style, options)
        if self.held is None:
            self.sheet.freeze_panes(1, 1)
        paper(self.sheet)
        self.sheet.repeat_rows(self.header_row - 1)

    def _closes_group(self, where: int) -> bool:
        before, here = self.here.get(where - 1), self.here[where]
        return before is not None and before.folded and not here.folded

    def _notes(self) -> None:
        """What each column means, on its header."""
        for column in self.tab.columns:
            if column.note:
                where = f"{letters(self.at[column.key])}{self.header_row}"
                lines = 2 + len(column.note) // 34
                size = {"width": 240, "height": 18 * lines, "author": AUTHOR}
                self.sheet.write_comment(where, column.note, {**size, "font_size": 9})

    def _signals(self) -> None:
        first, last = self.header_row + 1, self.frame.plan.last_row(self.tab)
        for column in self.tab.columns:
            at = self.at[column.key]
            add_signal(self.sheet, self.frame.formats, column.signal, (first, at, last, at))

    def _lines_in_row(self, column: Column, first: str, last: str) -> None:
        """A line for each row, of numbers in the row itself: it goes along when rows are sorted."""
        if not self.drawn or not _beside(self.at, first, last):
            return
        where = letters(self.at[column.key])
        line = {
            "location": [f"{where}{row}" for row in self.drawn],
            "range": [
                absolute(self.title, Area(row, self.at[first], row, self.at[last]))
                for row in self.drawn
            ],
            "type": "line",
            "last_point": True,
            "weight": 1.5,
            **self.frame.formats.spark,
        }
        self.sheet.add_sparkline(f"{where}{self.drawn[0]}", line)

    def _sparklines(self) -> None:
        for column in self.tab.columns:
            if column.line:
                self._lines_in_row(column, *column.line)
            lines = self.sparks.lines if column.spark and self.tab.key == self.sparks.tab else {}
            if lines:
                title = self.frame.titles[self.sparks.board]
                where = letters(self.at[column.key])
                line = {
                    "location": [f"{where}{row}" for row in lines],
                    "range": [absolute(title, area) for area in lines.values()],
                    "type": "line",
                    "last_point": True,
                    "weight": 1.5,
                    **self.frame.formats.spark,
                }
                self.sheet.add_sparkline(f"{where}{next(iter(lines))}", line)


def _beside(at: Mapping[str, int], first: str, last: str) -> bool:
    """Whether the columns from ``first`` to ``last`` stand side by side, as described."""
    stem, _, number = last.rpartition("_")
    keys = [f"{stem}_{n}" for n in range(1, int(number) + 1)]
    return keys[0] == first and [at[key] for key in keys] == [
        *range(at[first], at[first] + len(keys))
    ]


def _tall(size: Size) -> Size:
    return size if size.height else size._replace(height=_HEADER_HEIGHT)


def _without(lines: Lines, gone: set[int]) -> Lines:
    """The rows but those that go; the ones below move up, and their formulas with them."""
    less = 0
    for number, cells, size in lines:
        if number in gone:
            less += 1
        elif less:
            yield number - less, _moved(cells, number, less), size
        else:
            yield number, cells, size


def _moved(cells: Cells, number: int, less: int) -> Cells:
    if not any(cell.formula for cell in cells.values()):
        return cells
    moved = dict(cells)
    for at, cell in cells.items():
        if cell.formula and not cell.array:
            old = f"{letters(at)}{number}"
            formula = Translator(cell.formula, old).translate_formula(
                f"{letters(at)}{number - less}"
            )
            moved[at] = cell._replace(formula=formula)
    return moved
