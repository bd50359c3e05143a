"""A result as a terminal, a spreadsheet program or another program takes it. Pure.

What a page says is a stranger's: nothing of it reaches a terminal that a terminal obeys, and no
text of it becomes a formula where CSV is opened in a spreadsheet program.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from datetime import date
from functools import cache

from rich.cells import cell_len, set_cell_size

from sheetsync.importxml.cells import Cell
from sheetsync.importxml.result import Result

_WIDEST = 60
_NARROWEST = 4
#: What spreadsheet programs take for the beginning of a formula.
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")


def one_line(text: str) -> str:
    """One line without anything that a terminal obeys: control signs, turned direction."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def printed(cell: Cell) -> str:
    """The typed value, as a program reads it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value.isoformat() if isinstance(value, date) else str(value)


def table_lines(result: Result, width: int | None = None) -> list[str]:
    """Columns two spaces apart, numbers to the right; cut to ``width`` (None: nobody looks)."""
    rows = [[one_line(printed(cell)) for cell in row] for row in result.rows]
    widths = [min(max(map(cell_len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    if width is not None:
        widths = _fitted(widths, width)
    return [
        "  ".join(
            _aligned(text, size, right=cell.type == "number", cut=width is not None)
            for text, size, cell in zip(texts, widths, cells, strict=False)
        ).rstrip()
        for texts, cells in zip(rows, result.rows, strict=True)
    ]


def _fitted(widths: list[int], width: int) -> list[int]:
    """The widest column gives way first; columns that still have no room are left out."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > width:
        widest = max(fitted)
        if widest <= _NARROWEST:
            return fitted[: max(1, (width + 2) // (_NARROWEST + 2))]
        fitted[fitted.index(widest)] = widest - 1
    return fitted


def _aligned(text: str, size: int, *, right: bool, cut: bool) -> str:
    if cell_len(text) > size:
        return set_cell_size(text, size - 1) + "…" if cut else text
    gap = " " * (size - cell_len(text))
    return gap + text if right else text + gap


def csv_lines(result: Result, *, looked_at: bool = False) -> list[str]:
    """CSV with commas. A text that would become a formula begins with an apostrophe."""
    made = _Lines()
    writer = csv.writer(made, lineterminator="\r\n")  # so that either sign in a text is quoted
    for row in result.rows:
        texts = [_no_formula(cell) for cell in row]
        writer.writerow([one_line(text) for text in texts] if looked_at else texts)
    return made.lines


class _Lines:
    """What csv writes to, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line.removesuffix("\r\n"))


def _no_formula(cell: Cell) -> str:
    text = printed(cell)
    return f"'{text}" if cell.type == "text" and _FORMULA.match(text) else text


def json_text(value: object, *, plain: bool = False) -> str:
    """Exact; what a terminal would obey is escaped, and with ``plain`` all that is not ASCII."""
    text = json.dumps(value, ensure_ascii=plain, indent=2)
    return re.sub(r"[^\n\x20-\x7e]", lambda found: _escaped(found[0]), text)


@cache
def _escaped(sign: str) -> str:
    """Letters, marks and pictures stay; signs that are not seen, or only obeyed, do not."""
    hidden = unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return json.dumps(sign)[1:-1] if hidden else sign
