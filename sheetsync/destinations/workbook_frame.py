"""What the writers of tabs share: the new book, the plan, what was found, and places of cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.utils.datetime import WINDOWS_EPOCH

from sheetsync.dashboard import Dashboard, Scalar, Tab
from sheetsync.dashboard.formulas import WORKBOOK, Places, compile_formula, places_of
from sheetsync.destinations.workbook_cells import PLAIN, USUAL, Cell, Cells, Held, Size, serial
from sheetsync.destinations.workbook_erase import Eraser
from sheetsync.destinations.workbook_formats import Formats
from sheetsync.destinations.workbook_names import Spot
from sheetsync.destinations.workbook_read import Snapshot, View
from sheetsync.destinations.workbook_state import Found
from sheetsync.plan import Plan, positions

#: A row of the new file: its number, its cells by position, its size.
Lines = Iterator[tuple[int, Cells, Size]]
#: A cell as it is written: its position, what it holds, XlsxWriter's format.
Styled = tuple[int, Cell, Any]
#: New cells by row and position; None empties one.
Overlay = Mapping[int, Mapping[int, Cell | None]]
#: What formulas gave, by tab title, row and position.
Values = Mapping[str, Mapping[tuple[int, int], Held]]


@dataclass(slots=True)
class Frame:
    """``values`` is None in a trial, whose formulas are still to be computed."""

    book: Any
    plan: Plan
    snapshot: Snapshot | None
    found: Found
    values: Values | None = None
    #: Of a trial: the team's formulas and the value that each had, to fall back on.
    before: dict[str, dict[tuple[int, int], Held]] = field(default_factory=dict)
    asks_history: bool = False
    names: dict[str, Spot] = field(default_factory=dict)
    formats: Formats = field(init=False)
    titles: dict[str, str] = field(init=False)
    eraser: Eraser | None = field(init=False)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        known = self.found.titles
        self.formats = Formats(self.book)
        self.titles = {tab.key: known.get(tab.key, tab.title) for tab in self.dashboard.tabs}
        self.places = self._places()
        erasure = self.plan.erasure
        self.eraser = None if erasure is None else Eraser(erasure)

    @property
    def dashboard(self) -> Dashboard:
        return self.plan.dashboard

    @property
    def new_guide(self) -> bool:
        return (self.dashboard.guide.key, "") in self.plan.missing

    # --- places -----------------------------------------------------------------------------

    def _places(self) -> Places:
        settings = {} if self.new_guide else self.found.settings
        spots = {name: (spot.title, spot.row, spot.at) for name, spot in settings.items()}
        return places_of(self.dashboard, self._found, spots, self.titles)

    def _found(self, tab: Tab) -> tuple[str, int, int, Mapping[str, int]]:
        held = self.plan.state.tabs.get(tab.key)
        header_row = held.header_row if held else 1
        return self.titles[tab.key], header_row, self.plan.last_row(tab), positions(tab, held)

    def formula(self, source: str, *, tab: str = "", row: int = 0) -> str:
        return compile_formula(source, self.places, WORKBOOK, tab=tab, row=row)

    # --- what was there ---------------------------------------------------------------------

    def old_view(self, title: str) -> View:
        known = self.snapshot is not None and title in self.snapshot.titles
        return self.snapshot.view(title) if self.snapshot and known else View()

    def old_rows(self, title: str) -> Lines:
        if not self.snapshot or title not in self.snapshot.titles:
            return
        filtered = self.snapshot.filtered(title)
        for number, cells, size in self._kept(title, self.snapshot.rows(title)):
            # The filter's choices are lost; nobody could bring back what it had hidden.
            yield number, cells, size._replace(hidden=False) if filtered else size

    def _kept(self, title: str, rows: Lines) -> Lines:
        """The rows without whom the plan forgets: they stay where they are, and are empty."""
        if self.eraser is None:
            yield from rows
            return
        if title in self.eraser.erasure.spills:
            return
        key = next((key for key, shown in self.titles.items() if shown == title), "")
        gone = self.eraser.erasure.rows.get(key, frozenset())
        for number, cells, size in rows:
            yield number, {} if number in gone else self.eraser.row(cells), size

    def view(self, sheet: Any, title: str) -> View:
        """Gives the tab the look that it had; the View tells the rest."""
        view = self.old_view(title)
        if any(view.freeze):
            sheet.freeze_panes(*view.freeze)
        if view.filter:
            sheet.autofilter(view.filter)
        if not view.gridlines:
            sheet.hide_gridlines(2)
        for at, width in view.columns.items():
            sheet.set_column_pixels(at - 1, at - 1, width.pixels, None, width.options)
        return view

    def cleaned(self, text: str | None) -> str:
        """A text of the file that is in no cell."""
        erased = self.eraser.erasure.cell(text) if self.eraser and text else text
        return erased or ""

    def lose(self, words: str) -> None:
        if self.snapshot:
            self.snapshot.also_lost.add(words)

    # --- cells ------------------------------------------------------------------------------

    def held(self, value: Scalar) -> Held:
        """As a file holds it."""
        epoch = self.snapshot.epoch if self.snapshot else WINDOWS_EPOCH
        return serial(value, epoch) if isinstance(value, date) else value

    def ours(self, formula: str, title: str, row: int, at: int) -> Cell:
        """A formula of ours, with its value when that is known."""
        found = (self.values or {}).get(title, {})
        return Cell(found.get((row, at)), formula)

    def theirs(self, cell: Cell, title: str, row: int, at: int, *, keep: bool = False) -> Cell:
        """A cell of the team's: a formula without the value that it had, which may be of numbers
        that this file no longer holds, but for one that we go by (``keep``).

        Excel computes every formula when it opens the file; LibreOffice only those without one.
        """
        if not cell.formula:
            return cell
        last = cell.value if keep else None
        if self.values is None:
            self.asks_history |= self.asks(cell.formula)
            if not cell.error and cell.value is not None and not cell.array:
                self.before.setdefault(title, {})[row, at] = cell.value
            return cell._replace(value=last, error=False)
        found = self.values.get(title, {}).get((row, at)) if not cell.array else None
        return cell._replace(value=last if found is None else found, error=False)

    def asks(self, formula: str) -> bool:
        """Whether a formula of theirs may refer to History."""
        text = formula.casefold()
        return self.titles["history"].casefold() in text or "indirect" in text

    def carried(
        self, cells: Cells, title: str, row: int, keep: Collection[int] = ()
    ) -> Iterator[Styled]:
        """Cells as they were found; formulas at ``keep`` with the value that we go by."""
        for at, cell in sorted(cells.items()):
            held = self.theirs(cell, title, row, at, keep=at in keep)
            yield at, held, self.formats.carried(cell.look)


def laid_over(rows: Iterable[tuple[int, Cells, Size]], overlay: Overlay) -> Lines:
    """The old rows with new values over them, and the new rows among them, in order."""
    waiting = dict(sorted(overlay.items()))
    for number, cells, size in rows:
        while waiting and (first := next(iter(waiting))) < number:
            yield first, laid({}, waiting.pop(first)), USUAL
        yield number, laid(cells, waiting.pop(number, {})), size
    for number, values in waiting.items():
        yield number, laid({}, values), USUAL


def laid(cells: Cells, values: Mapping[int, Cell | None]) -> Cells:
    """A new value in a cell leaves the cell its look."""
    if not values:
        return cells
    new = dict(cells)
    for at, cell in values.items():
        if cell is None:
            new.pop(at, None)
        else:
            new[at] = cell._replace(look=cells[at].look if at in cells else PLAIN)
    return new


def paper(sheet: Any, *, pages: tuple[int, int] = (1, 0)) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(*pages)
