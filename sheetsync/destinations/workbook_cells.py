"""What a cell of a tab holds, and what a row is set to: as it is read from a file and written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from openpyxl.utils.datetime import to_excel

#: What a cell of a file holds; dates are numbers with a date's number format.
Held = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Look:
    """A cell's own format, as far as it is carried; in XlsxWriter's words."""

    num_format: str | int = "General"
    font: tuple[tuple[str, Any], ...] = ()
    fill: str = ""
    align: tuple[tuple[str, Any], ...] = ()
    border: tuple[tuple[str, Any], ...] = ()


PLAIN = Look()


class Cell(NamedTuple):
    """``value`` of a formula is the value last computed. ``array`` is an array formula's range."""

    value: Held = None
    formula: str = ""
    array: str = ""
    error: bool = False
    look: Look = PLAIN


Cells = dict[int, Cell]


class Size(NamedTuple):
    """What a person set of a row: its height in points (0: the program chooses), hidden, and the
    group that it stands in or closes."""

    height: float = 0
    hidden: bool = False
    level: int = 0
    collapsed: bool = False


USUAL = Size()


def serial(moment: Any, epoch: datetime) -> float:
    """A date or time as the number that a file holds; a time's zone is left out, as sheets do."""
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=None)
    return float(to_excel(moment, epoch))  # type: ignore[no-untyped-call]
