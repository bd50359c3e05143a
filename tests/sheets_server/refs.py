"""References inside formulas: copied along, and kept right when rows or columns move."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.sheets_server.a1 import letters, number
from tests.sheets_server.formulas import moved

#: First and one-after-last index of a stretch -> where it is now; None when it is gone.
Stretch = Callable[[int, int], tuple[int, int] | None]
_PART = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)$")
_MOST = {"ROWS": 10_000_000, "COLUMNS": 18_278}


def copied(formula: str, down: int, right: int, locale: str) -> str:
    """The formula as a copy so many cells away reads: parts without "$" move along."""

    def shift(text: str) -> str:
        tab, _, cells = text.rpartition("!")
        parts = [_copied_part(part, down, right) for part in cells.split(":")]
        if None in parts:
            return "#REF!"
        return (tab + "!" if tab else "") + ":".join(part or "" for part in parts)

    return moved(formula, shift, locale) if down or right else formula


def _copied_part(text: str, down: int, right: int) -> str | None:
    match = _PART.match(text)
    if not match:
        return text
    fixed_column, column, fixed_row, row = match.groups()
    if column and not fixed_column:
        if number(column) + right < 0:
            return None
        column = letters(number(column) + right)
    if row and not (fixed_row or (not column and fixed_column)):
        if int(row) + down < 1:
            return None
        row = str(int(row) + down)
    return f"{fixed_column}{column}{fixed_row}{row}"


def restructured(
    formula: str, *, here: str, changed: str, axis: str, stretch: Stretch, locale: str
) -> str:
    """The formula of a cell on tab ``here`` after rows or columns of ``changed`` moved."""

    def shift(text: str) -> str:
        tab, _, cells = text.rpartition("!")
        title = tab[1:-1].replace("''", "'") if tab.startswith("'") else tab or here
        if title.lower() != changed.lower():
            return text
        done = _moved_cells(cells, axis, stretch)
        return "#REF!" if done is None else (tab + "!" if tab else "") + done

    return moved(formula, shift, locale)


def _moved_cells(cells: str, axis: str, stretch: Stretch) -> str | None:
    ends = [_PART.match(part) for part in cells.split(":")]
    parts = [list(end.groups()) for end in ends if end]
    slot = 3 if axis == "ROWS" else 1
    said = [part for part in parts if part[slot]]
    if not said:
        return cells
    where = [int(p[3]) - 1 if axis == "ROWS" else number(p[1]) for p in said]
    first, last = min(where), max(where)
    open_end = len(parts) == 2 and len(said) == 1
    new = stretch(first, _MOST[axis] if open_end else last + 1)
    if new is None:
        return None
    for part, index in zip(said, where, strict=True):
        at = new[0] if index == first else new[1] - 1
        part[slot] = str(at + 1) if axis == "ROWS" else letters(at)
    return ":".join("".join(part) for part in parts)
