"""Writes the guide: its lines once for each edition, the team's settings kept."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

from sheetsync.dashboard import Guide, Line, LineStyle
from sheetsync.destinations.workbook_cells import USUAL, Cell
from sheetsync.destinations.workbook_frame import Frame, Styled, laid_over, paper
from sheetsync.destinations.workbook_names import Spot, name_of

#: Columns A to C.
_WIDTHS = (36, 90, 12)
#: Of one line of text: its height, and how many characters it has in column B.
_POINTS, _LINE = 15.75, 98


def write_guide(frame: Frame, sheet: Any, guide: Guide) -> None:
    """Columns A to C are ours, but for the settings; the team's cells beside them stay."""
    title = frame.titles[guide.key]
    frame.view(sheet, title)
    sheet.hide_gridlines(2)
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    theirs = (
        (number, {at: cell for at, cell in cells.items() if at > len(_WIDTHS)}, USUAL)
        for number, cells, _ in frame.old_rows(title)
    )
    lines = dict(enumerate(guide.lines, 1))
    last_row, last_at = len(lines), len(_WIDTHS)
    for number, cells, size in laid_over(theirs, {n: {} for n in lines}):
        ours = list(_line(frame, title, number, lines[number])) if number in lines else []
        high = _height(lines[number]) if number in lines else size.height
        styled = [*ours, *frame.carried(cells, title, number)]
        sheet.put_row(number, styled, size._replace(height=high))
        last_row, last_at = max(last_row, number), max([last_at, *cells])
    guide_paper(sheet, last_row, last_at)


def guide_paper(sheet: Any, last_row: int, last_at: int) -> None:
    """The saver is one long line: without an end the page would be fitted to that."""
    paper(sheet)
    sheet.print_area(0, 0, last_row - 1, max(last_at, len(_WIDTHS)) - 1)


def _height(line: Line) -> float:
    """In points, 0 for the program's choice, which with wrapped text LibreOffice gets wrong."""
    text = str(line.text)
    lines = 1 if line.long else max(1, ceil(len(text) / _LINE))
    return 0 if line.style is LineStyle.TITLE else _POINTS * lines


def _line(frame: Frame, title: str, number: int, line: Line) -> Iterator[Styled]:
    yield 1, Cell(line.label or None), frame.formats.line(line, 1)
    text: Cell = Cell(line.text if line.text != "" else None)
    yield 2, _setting(frame, title, number, 2, line.setting, text), frame.formats.line(line, 2)
    if line.also:
        name, first = line.also
        cell = _setting(frame, title, number, 3, name, Cell(first))
        yield 3, cell, frame.formats.line(line, 3)


def _setting(frame: Frame, title: str, row: int, at: int, name: str, first: Cell) -> Cell:
    """What the team has in it, else its first value."""
    if not name:
        return first
    frame.names[name_of(frame.dashboard.guide.key, name)] = Spot(title, row, at)
    held = frame.found.held.get(name)
    return frame.theirs(held, title, row, at, keep=True) if held else first


def carry_settings(frame: Frame, title: str) -> dict[int, set[int]]:
    """The settings of a guide that is carried as it is: positions by row; names them again."""
    known: dict[int, set[int]] = {}
    for key, spot in frame.found.settings.items():
        if spot.title == title:
            known.setdefault(spot.row, set()).add(spot.at)
            frame.names[name_of(frame.dashboard.guide.key, key)] = spot
    return known
