"""Writes the tabs that whole results of imports spill into."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sheetsync.dashboard import PATTERNS, Format, Scalar
from sheetsync.destinations.workbook_cells import USUAL, Cell, Look
from sheetsync.destinations.workbook_frame import Frame
from sheetsync.destinations.workbook_names import Spot, spill_name
from sheetsync.plan import Block


def write_spill(frame: Frame, sheet: Any, rows: Block) -> None:
    """The whole tab: text stays text, whatever it begins with."""
    for number, row in enumerate(rows, 1):
        cells = [
            (at, Cell(frame.held(value)), frame.formats.carried(_look(value)))
            for at, value in enumerate(row, 1)
            if value is not None
        ]
        sheet.put_row(number, cells, USUAL)


def name_spills(frame: Frame, titles: Iterable[str]) -> None:
    """By these names a later sync knows which tabs it may write over."""
    for number, title in enumerate(sorted(titles), 1):
        frame.names[spill_name(number)] = Spot(title, 1, 1)


def _look(value: Scalar) -> Look:
    if isinstance(value, datetime):
        return Look(num_format=PATTERNS[Format.MOMENT])
    return Look(num_format=PATTERNS[Format.DATE]) if isinstance(value, date) else Look()
