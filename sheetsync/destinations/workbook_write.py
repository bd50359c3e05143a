"""Writes a workbook whole: our tabs with the plan's changes, everything else as it was found.

XlsxWriter in its constant-memory mode: rows are written strictly downwards and never held, so
the old rows stream through from the Snapshot while new values are laid over them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from xlsxwriter.worksheet import Worksheet

from sheetsync.dashboard import STEP, Column, Formula, Guide, Scalar, Tab, Value
from sheetsync.destinations.workbook_cells import PLAIN, Cell, Cells, Held, serial
from sheetsync.destinations.workbook_formats import Formats
from sheetsync.destinations.workbook_read import Snapshot, View
from sheetsync.destinations.workbook_state import EDITION, PREFIX, Found, Spot, name_of
from sheetsync.plan import Plan, TabState, letters, positions

_CODE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
#: New cells by row and position; None empties one.
Overlay = Mapping[int, Mapping[int, Cell | None]]


def write_workbook(path: Path, plan: Plan, snapshot: Snapshot | None, found: Found) -> None:
    """The whole workbook that ``plan`` asks for, at ``path``. Raises OSError, and
    DestinationError when ``snapshot`` breaks while it is read."""
    with tempfile.TemporaryDirectory(prefix="sheetsync-") as scratch:
        options = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "date_1904": snapshot is not None and snapshot.epoch == MAC_EPOCH,
        }
        book = xlsxwriter.Workbook(path, options)
        try:
            _Writer(book, plan, snapshot, found).write()
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error
        finally:
            for sheet in book.worksheets():
                sheet._opt_close()


class _Sheet(Worksheet):  # type: ignore[misc]
    """A tab in which text is text.

    XlsxWriter takes ``<r>…</r>`` for XML of its own and writes it raw, and of two codes that
    share an underscore (``_x0041_x0042_``) it escapes only the first.
    """

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        if not isinstance(data, str):
            return data
        data = _CODE.sub("_x005F_", data)
        return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", data)

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, string != string.strip(), attributes)


class _Writer:
    def __init__(self, book: Any, plan: Plan, snapshot: Snapshot | None, found: Found) -> None:
        self.book, self.plan, self.snapshot, self.found = book, plan, snapshot, found
        self.dashboard = plan.dashboard
        self.titles = {tab.key: found.titles.get(tab.key, tab.title) for tab in self.dashboard.tabs}
        self.epoch = snapshot.epoch if snapshot else WINDOWS_EPOCH
        self.formats = Formats(book)
        self.names: dict[str, Spot] = {}

    def write(self) -> None:
        there = self.snapshot.titles if self.snapshot else ()
        ours = {title: key for key, title in self.titles.items()}
        order = [*there, *(title for title in ours if title not in there)]
        sheets = {title: self.book.add_worksheet(title, _Sheet) for title in order}
        tabs = {tab.key: tab for tab in self.dashboard.tabs}
        for title, sheet in sheets.items():
            tab = tabs.get(ours.get(title, ""))
            self._show(sheet, title, tab)
            match tab:
                case Tab():
                    self._table(sheet, title, tab)
                case Guide() if (tab.key, "") in self.plan.missing:
                    self._guide(sheet, title, tab)
                case _:
                    self._carry(sheet, title)
        self._activate(sheets)
        self._define_names()
        self._properties()

    # --- a tab as a whole -------------------------------------------------------------------

    def _show(self, sheet: Any, title: str, tab: Tab | Guide | None) -> None:
        state = "hidden" if tab and tab.hidden else "visible"
        if self.snapshot and title in self.snapshot.titles:
            state = self.snapshot.visibility(title)
        if state == "hidden":
            sheet.hide()
        elif state == "veryHidden":
            sheet.very_hidden()

    def _activate(self, sheets: Mapping[str, Any]) -> None:
        shown = [title for title, sheet in sheets.items() if not sheet.hidden]
        active = self.snapshot.active if self.snapshot else ""
        first = active if active in shown else next(iter(shown), self.titles["profiles"])
        sheets[first].activate()

    def _view(self, sheet: Any, title: str) -> View:
        """Gives the tab the look that it had; the View tells the rest."""
        view = self._old_view(title)
        if any(view.freeze):
            sheet.freeze_panes(*view.freeze)
        if view.filter:
            sheet.autofilter(view.filter)
        if not view.gridlines:
            sheet.hide_gridlines(2)
        for at, (pixels, hidden) in view.columns.items():
            sheet.set_column_pixels(at - 1, at - 1, pixels, None, {"hidden": hidden})
        return view

    @staticmethod
    def _paper(sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)

    def _old_view(self, title: str) -> View:
        known = self.snapshot is not None and title in self.snapshot.titles
        return self.snapshot.view(title) if self.snapshot and known else View()

    def _old_rows(self, title: str) -> Iterator[tuple[int, Cells]]:
        if self.snapshot and title in self.snapshot.titles:
            yield from self.snapshot.rows(title)

    # --- our tables -------------------------------------------------------------------------

    def _table(self, sheet: Any, title: str, tab: Tab) -> None:
        held = self.plan.state.tabs.get(tab.key)
        at = positions(tab, held)
        header_row = held.header_row if held else 1
        self._columns(sheet, title, tab, at, held)
        here = {at[column.key]: column for column in tab.columns}
        for number, cells in laid_over(self._old_rows(title), self._overlay(tab, at, header_row)):
            if number == header_row:
                self._header(sheet, number, cells, here)
            elif number < header_row:
                self._cells(sheet, number, cells)
            else:
                self._row(sheet, number, cells, here, at)
        for column in tab.columns:
            self.names[name_of(tab.key, column.key)] = Spot(title, header_row, at[column.key])

    def _columns(
        self, sheet: Any, title: str, tab: Tab, at: Mapping[str, int], held: TabState | None
    ) -> None:
        """Widths and hidden columns as the team left them; as described where they are new."""
        view = self._view(sheet, title)
        stay = held is not None and tab.key not in self.found.moved
        for column in tab.columns:
            where = at[column.key]
            pixels, hidden = int(column.width * 7 + 5), column.hidden
            if stay and held and column.key in held.columns:
                pixels, hidden = view.columns.get(where, (64, False))
            style = None if column.owned else self.formats.yours(column, PLAIN)
            sheet.set_column_pixels(where - 1, where - 1, pixels, style, {"hidden": hidden})
        if held is None:
            sheet.freeze_panes(1, 1)
        self._paper(sheet)
        sheet.repeat_rows(held.header_row - 1 if held else 0)

    def _overlay(self, tab: Tab, at: Mapping[str, int], header_row: int) -> Overlay:
        """The plan's values by row and position, and the header row, which is always written."""
        rows: dict[int, dict[int, Cell | None]] = {header_row: {}}
        for change in self.plan.changes:
            if change.tab == tab.key:
                rows.setdefault(change.row, {})[at[change.column]] = self._cell(change.new)
        return dict(sorted(rows.items()))

    def _cell(self, value: Value) -> Cell | None:
        if isinstance(value, Formula):
            return Cell(self._held(value.value), value.text)
        return None if value is None else Cell(self._held(value))

    def _held(self, value: Scalar) -> Held:
        return serial(value, self.epoch) if isinstance(value, date) else value

    def _header(
        self, sheet: Any, row: int, cells: Mapping[int, Cell], here: Mapping[int, Column]
    ) -> None:
        for at in sorted({*cells, *here}):
            cell, column = cells.get(at, Cell()), here.get(at)
            if column is None:
                self._put(sheet, row, at, cell, self.formats.carried(cell.look))
            else:
                text = column.header if cell.value is None else cell.value
                self._put(sheet, row, at, replace(cell, value=text), self.formats.heading(column))

    def _row(
        self,
        sheet: Any,
        row: int,
        cells: Mapping[int, Cell],
        here: Mapping[int, Column],
        at: Mapping[str, int],
    ) -> None:
        for where, cell in sorted(cells.items()):
            column = here.get(where)
            if column is None:
                style = self.formats.carried(cell.look)
            elif column.team:
                style = self.formats.yours(column, cell.look)
            else:
                step = cells.get(at.get(column.key + STEP, 0), Cell()).value
                style = self.formats.ours(column, step)
            self._put(sheet, row, where, cell, style)

    # --- everything else --------------------------------------------------------------------

    def _carry(self, sheet: Any, title: str) -> None:
        self._view(sheet, title)
        for number, cells in self._old_rows(title):
            self._cells(sheet, number, cells)
        for key, spot in self.found.settings.items():
            if spot.title == title:
                self.names[name_of(self.dashboard.guide.key, key)] = spot

    def _cells(self, sheet: Any, row: int, cells: Mapping[int, Cell]) -> None:
        for at, cell in sorted(cells.items()):
            self._put(sheet, row, at, cell, self.formats.carried(cell.look))

    def _guide(self, sheet: Any, title: str, guide: Guide) -> None:
        """Columns A and B are ours, but for the settings; the team's cells beside them stay."""
        self._view(sheet, title)
        sheet.hide_gridlines(2)
        self._paper(sheet)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        lines: dict[int, Cells] = {}
        for number, line in enumerate(guide.lines, 1):
            text = line.text
            if line.setting:
                self.names[name_of(guide.key, line.setting)] = Spot(title, number, 2)
                text = self.plan.state.zone or line.text
            lines[number] = {1: Cell(line.label or None), 2: Cell(text or None)}
        theirs = (
            (number, {at: cell for at, cell in cells.items() if at > 2})
            for number, cells in self._old_rows(title)
        )
        for number, cells in laid_over(theirs, {n: {} for n in lines}):
            for at, cell in sorted({**lines.get(number, {}), **cells}.items()):
                style = self.formats.carried(cell.look)
                if at <= 2 and number in lines:
                    style = self.formats.line(guide.lines[number - 1], at)
                self._put(sheet, number, at, cell, style)

    def _define_names(self) -> None:
        for name, spot in self.names.items():
            quoted = spot.title.replace("'", "''")
            self._define(name, f"'{quoted}'!${letters(spot.at)}${spot.row}", hidden=True)
        self._define(EDITION, str(self.dashboard.edition), hidden=True)
        if self.snapshot:
            for name, text in self.snapshot.names.items():
                if not name.startswith((PREFIX, "_xlnm.")):
                    self._define(name, text)
            for title in self.snapshot.titles:
                for name, text in self.snapshot.tab_names(title).items():
                    self._define(f"{title}!{name}", text)

    def _define(self, name: str, text: str, *, hidden: bool = False) -> None:
        names = self.book.defined_names
        if self.book.define_name(name, f"={text}") == 0:
            names[-1][3] = hidden  # define_name itself has no way to say so

    def _properties(self) -> None:
        if self.snapshot:
            old = self.snapshot.properties
            kept = {"title": old.title, "author": old.creator, "created": old.created}
            self.book.set_properties({name: value for name, value in kept.items() if value})

    # --- cells ------------------------------------------------------------------------------

    def _put(self, sheet: Any, row: int, at: int, cell: Cell, style: Any) -> None:
        where = (row - 1, at - 1)
        value = cell.value
        if cell.array:
            sheet.write_array_formula(cell.array, cell.formula, style, _cached(value))
        elif cell.formula or cell.error:
            sheet.write_formula(*where, cell.formula or f"={value}", style, _cached(value))
        elif isinstance(value, str):
            sheet.write_string(*where, value, style)
        elif isinstance(value, bool):
            sheet.write_boolean(*where, value, style)
        elif isinstance(value, int | float):
            sheet.write_number(*where, value, style)
        elif style is not None:
            sheet.write_blank(*where, None, style)


def _cached(value: Held) -> Held:
    """The last value of a formula; "" makes every program compute it on opening."""
    return "" if value is None else value


def laid_over(rows: Iterable[tuple[int, Cells]], overlay: Overlay) -> Iterator[tuple[int, Cells]]:
    """The old rows with new values over them, and the new rows among them, in order."""
    waiting = dict(overlay)
    for number, cells in rows:
        while waiting and (first := next(iter(waiting))) < number:
            yield first, _laid({}, waiting.pop(first))
        yield number, _laid(cells, waiting.pop(number, {}))
    for number, values in waiting.items():
        yield number, _laid({}, values)


def _laid(cells: Cells, values: Mapping[int, Cell | None]) -> Cells:
    """A new value in a cell leaves the cell its look."""
    if not values:
        return cells
    laid = dict(cells)
    for at, cell in values.items():
        if cell is None:
            laid.pop(at, None)
        else:
            laid[at] = replace(cell, look=cells[at].look if at in cells else PLAIN)
    return laid
