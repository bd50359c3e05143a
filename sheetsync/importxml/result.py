"""What an import gives: rows of typed cells, within what a sheet can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetsync.importxml.cells import Cell, Value
from sheetsync.importxml.failure import NoValue, Reason

#: What one import may fill; a whole Google spreadsheet holds ten million cells.
MAX_CELLS = 100_000
#: A cell of Google's sheets holds no more signs.
MAX_TEXT = 50_000
MAX_SIGNS = 10_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """``rows`` are all of one length and hold at least one cell with a value.

    ``notes``: one line each, for a person, on how it was found.
    """

    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> list[list[Value]]:
        return [[cell.value for cell in row] for row in self.rows]

    @property
    def first(self) -> Cell:
        """The cell that stands where the formula does."""
        return self.rows[0][0]

    def to_json(self) -> dict[str, object]:
        rows = [[cell.to_json() for cell in row] for row in self.rows]
        return {"rows": rows, "notes": list(self.notes)}


class Bounds:
    """Counts cells and signs while rows are made. Raises NoValue (``too_large``); never cuts."""

    def __init__(self) -> None:
        self._rows = self._width = self._signs = 0

    def checked(self, row: list[str]) -> list[str]:
        self._rows += 1
        self._width = max(self._width, len(row))
        self._signs += sum(map(len, row))
        longest = max(map(len, row), default=0)
        if longest > MAX_TEXT:
            raise too_large(f"A cell would have {longest:,} signs; a sheet's holds {MAX_TEXT:,}.")
        if self._rows * self._width > MAX_CELLS:
            raise too_large(f"The result has more than {MAX_CELLS:,} cells.")
        if self._signs > MAX_SIGNS:
            raise too_large(f"The result has more than {MAX_SIGNS / 1e6:g} million signs.")
        return row


def too_large(message: str) -> NoValue:
    hint = "Ask for less, e.g. (//tr)[position() <= 1000], or for what stands inside."
    return NoValue(Reason.TOO_LARGE, message, hint=hint)


def padded(rows: Sequence[Sequence[Cell]], blank: Cell) -> tuple[tuple[Cell, ...], ...]:
    width = max(map(len, rows), default=0)
    return tuple((*row, *[blank] * (width - len(row))) for row in rows)
