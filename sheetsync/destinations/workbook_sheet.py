"""The rows of one tab, written as XML.

XlsxWriter takes ten calls for a cell where a row of History needs one write, so a row's XML is made
here; everything else of a tab is XlsxWriter's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter
from xlsxwriter.worksheet import Worksheet

from sheetsync.destinations.workbook_cells import USUAL, Cell, Held, Size

#: What text must not hold as it is: markup, control characters, and text that looks like the
#: code of one. (XlsxWriter's own escape misses the second of two codes that share an underscore.)
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff<>&]|_x")
_CODE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
#: Larger whole numbers are no numbers to any program that opens the file.
_MOST = 10**300


class Sheet(Worksheet):  # type: ignore[misc]
    """A tab of a new workbook in XlsxWriter's constant-memory mode: rows go down only.

    Text is text: nothing in it is taken for a formula, a link, a number or XML of its own.
    """

    def put_row(
        self, number: int, cells: Iterable[tuple[int, Cell, Any]], size: Size = USUAL
    ) -> None:
        """One whole row: (position, cell, XlsxWriter's format or None) from left to right."""
        parts = [f'<row r="{number}"{_size_attributes(size)}>']
        at = first = 0
        for at, cell, style in cells:
            first = first or at
            mark = "" if style is None else f' s="{style._get_xf_index()}"'
            place = f'r="{get_column_letter(at)}{number}"{mark}'
            value = cell.value
            if type(value) is int and not cell.formula and -_MOST < value < _MOST:  # most, by far
                parts.append(f"<c {place}><v>{value}</v></c>")
            elif xml := _cell_xml(place, cell, styled=style is not None):
                parts.append(xml)
        if size.level:  # a program shows the buttons of groups when it knows how deep they go
            deepest: int = self.outline_row_level  # type: ignore[has-type]
            self.outline_row_level = max(deepest, size.level)
        if len(parts) > 1 or size != USUAL:
            for edge in (first or 1, at or 1):
                self._check_dimensions(number - 1, edge - 1)
            self.fh.write("".join([*parts, "</row>"]))

    def _write_single_row(self, current_row_num: int = 0) -> None:
        """Nothing: rows are written by ``put_row``. (A note on a cell would make XlsxWriter write
        that row once more.)"""


def _writable(value: Held) -> Held:
    """A number that no file can hold, such as infinity, as text: a program that opens the file
    would take the whole of it for damaged."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, int) and not -_MOST < value < _MOST:
        return f"{Decimal(value):.14e}"
    return value


def _size_attributes(size: Size) -> str:
    height = f' ht="{size.height:g}" customHeight="1"' if size.height else ""
    level = f' outlineLevel="{size.level}"' if size.level else ""
    closes = ' collapsed="1"' if size.collapsed else ""
    return height + (' hidden="1"' if size.hidden else "") + level + closes


def _cell_xml(place: str, cell: Cell, *, styled: bool) -> str:
    """Empty for a cell in which nothing is."""
    value = _writable(cell.value)
    if cell.formula:
        return _formula_xml(place, cell._replace(value=value))
    if cell.error:
        return f'<c {place} t="e"><v>{escape(str(cell.value))}</v></c>'
    match value:
        case None:
            return f"<c {place}/>" if styled else ""
        case bool():
            return f'<c {place} t="b"><v>{value:d}</v></c>'
        case str():
            return f'<c {place} t="inlineStr"><is>{_text_xml(value)}</is></c>'
    return f"<c {place}><v>{value!r}</v></c>"


def _formula_xml(place: str, cell: Cell) -> str:
    """With a value the formula is not computed until something that it needs changes."""
    whole = f' t="array" ref="{cell.array}"' if cell.array else ""
    formula = f"<f{whole}>{escape(cell.formula.removeprefix('='))}</f>"
    match cell.value:
        case None:
            return f"<c {place}>{formula}</c>"
        case bool(value):
            return f'<c {place} t="b">{formula}<v>{value:d}</v></c>'
        case str(value):
            kind = "e" if cell.error else "str"
            return f'<c {place} t="{kind}">{formula}<v>{_escaped(value)}</v></c>'
    return f"<c {place}>{formula}<v>{cell.value!r}</v></c>"


def _text_xml(text: str) -> str:
    keep = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<t{keep}>{_escaped(text) if _SPECIAL.search(text) else text}</t>"


def _escaped(text: str) -> str:
    text = _CODE.sub("_x005F_", text)
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
