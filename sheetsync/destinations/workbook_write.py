"""Writes a workbook whole: our tabs with the plan's changes, everything else as it was found.

XlsxWriter in its constant-memory mode: rows are written strictly downwards and never held, so
the old rows stream through from the Snapshot while new values are laid over them.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from sheetsync.dashboard import STEP, Column, Formula, Guide, Scalar, Tab, Value
from sheetsync.destinations.workbook_cells import (
    PLAIN,
    USUAL,
    Cell,
    Cells,
    Held,
    Sheet,
    Size,
    serial,
)
from sheetsync.destinations.workbook_formats import Formats
from sheetsync.destinations.workbook_read import Snapshot, View
from sheetsync.destinations.workbook_state import EDITION, PREFIX, Found, Spot, name_of
from sheetsync.plan import Plan, TabState, letters, positions

#: A row of the new file: its number, its cells by position, its size.
Lines = Iterator[tuple[int, Cells, Size]]
#: A cell as it is written: its position, what it holds, XlsxWriter's format.
Styled = tuple[int, Cell, Any]
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
        # Packed in memory (a tenth of its XML): a ZipFile that was cut short by a full disk tries
        # again when it is forgotten, and that error goes to nobody but the screen.
        packed = io.BytesIO()
        book = xlsxwriter.Workbook(packed, options)
        try:
            _Writer(book, plan, snapshot, found).write()
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise error.args[0] from None
        finally:
            for sheet in book.worksheets():
                with suppress(OSError):
                    sheet._opt_close()
    path.write_bytes(packed.getbuffer())


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
        sheets = {title: self.book.add_worksheet(title, Sheet) for title in order}
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

    def _old_rows(self, title: str) -> Lines:
        if not self.snapshot or title not in self.snapshot.titles:
            return
        filtered = self.snapshot.filtered(title)
        for number, cells, size in self.snapshot.rows(title):
            # The filter's choices are lost; nobody could bring back what it had hidden.
            yield number, cells, size._replace(hidden=False) if filtered else size

    # --- our tables -------------------------------------------------------------------------

    def _table(self, sheet: Any, title: str, tab: Tab) -> None:
        held = self.plan.state.tabs.get(tab.key)
        at = positions(tab, held)
        header_row = held.header_row if held else 1
        self._columns(sheet, title, tab, at, held)
        here = {at[column.key]: column for column in tab.columns}
        steps = {where: at.get(column.key + STEP, 0) for where, column in here.items()}
        overlay = self._overlay(tab, at, header_row)
        for number, cells, size in laid_over(self._old_rows(title), overlay):
            if number == header_row:
                sheet.put_row(number, self._header(cells, here), size)
            elif number < header_row:
                sheet.put_row(number, self._carried(cells), size)
            else:
                sheet.put_row(number, self._row(cells, here, steps), size)
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
            style = None if column.owned else self.formats.yours(column, Cell())
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

    def _header(self, cells: Cells, here: Mapping[int, Column]) -> Iterator[Styled]:
        for at in sorted({*cells, *here}):
            cell, column = cells.get(at, Cell()), here.get(at)
            if column is None:
                yield at, _uncomputed(cell), self.formats.carried(cell.look)
            else:
                text = column.header if cell.value is None else cell.value
                yield at, cell._replace(value=text), self.formats.heading(column)

    def _row(
        self, cells: Cells, here: Mapping[int, Column], steps: Mapping[int, int]
    ) -> Iterator[Styled]:
        for at, cell in sorted(cells.items()):
            column = here.get(at)
            if column is None:
                yield at, _uncomputed(cell), self.formats.carried(cell.look)
            elif column.team:
                # What column A says decides whose numbers these are: that must stay known.
                held = cell if column.key == "address" else _uncomputed(cell)
                yield at, held, self.formats.yours(column, cell)
            else:
                if cell.look.fill and self.snapshot:
                    self.snapshot.colours_lost = True
                step = cells.get(steps[at]) if steps[at] else None
                yield at, _uncomputed(cell), self.formats.ours(column, step and step.value)

    # --- everything else --------------------------------------------------------------------

    def _carry(self, sheet: Any, title: str) -> None:
        self._view(sheet, title)
        settings = {key: s for key, s in self.found.settings.items() if s.title == title}
        known = {(spot.row, spot.at) for spot in settings.values()}
        for number, cells, size in self._old_rows(title):
            keep = [at for row, at in known if row == number] if known else ()
            sheet.put_row(number, self._carried(cells, keep), size)
        for key, spot in settings.items():
            self.names[name_of(self.dashboard.guide.key, key)] = spot

    def _carried(self, cells: Cells, keep: Collection[int] = ()) -> Iterator[Styled]:
        """Cells as they were found; formulas at ``keep`` with the value that we go by."""
        for at, cell in sorted(cells.items()):
            yield at, cell if at in keep else _uncomputed(cell), self.formats.carried(cell.look)

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
            (number, {at: cell for at, cell in cells.items() if at > 2}, USUAL)
            for number, cells, _ in self._old_rows(title)
        )
        for number, cells, size in laid_over(theirs, {n: {} for n in lines}):
            ours = [
                (at, cell, self.formats.line(guide.lines[number - 1], at))
                for at, cell in lines.get(number, {}).items()
            ]
            sheet.put_row(number, [*ours, *self._carried(cells)], size)

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


def _uncomputed(cell: Cell) -> Cell:
    """A formula without its last value, which may be of numbers that this file no longer holds.

    Excel computes every formula when it opens the file; LibreOffice only those without a value.
    """
    return cell._replace(value=None) if cell.formula else cell


def laid_over(rows: Iterable[tuple[int, Cells, Size]], overlay: Overlay) -> Lines:
    """The old rows with new values over them, and the new rows among them, in order."""
    waiting = dict(overlay)
    for number, cells, size in rows:
        while waiting and (first := next(iter(waiting))) < number:
            yield first, _laid({}, waiting.pop(first)), USUAL
        yield number, _laid(cells, waiting.pop(number, {})), size
    for number, values in waiting.items():
        yield number, _laid({}, values), USUAL


def _laid(cells: Cells, values: Mapping[int, Cell | None]) -> Cells:
    """A new value in a cell leaves the cell its look."""
    if not values:
        return cells
    laid = dict(cells)
    for at, cell in values.items():
        if cell is None:
            laid.pop(at, None)
        else:
            laid[at] = cell._replace(look=cells[at].look if at in cells else PLAIN)
    return laid
