"""A1 notation: read, resolved against the grid, and written as Google writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.state import Place, Sheet, Spreadsheet

_PART = re.compile(r"\$?([A-Za-z]{0,3})\$?([1-9]\d{0,7})?$")
_TITLED = re.compile(r"(?:'((?:[^']|'')+)'|([^!]+?))!(.+)$", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}\d+$|[rR]\d*([cC]\d*)?$|[cC]\d*$")


@dataclass(frozen=True)
class Area:
    """A rectangle of one tab, half-open, inside its grid. ``one`` when a single cell was named."""

    sheet: Sheet
    top: int
    left: int
    bottom: int
    right: int
    one: bool = False

    def places(self) -> list[Place]:
        return [(r, c) for r in range(self.top, self.bottom) for c in range(self.left, self.right)]

    def held(self) -> list[Place]:
        """The places of its cells that hold anything, in no order."""
        cells, across, down = self.sheet.cells, self.right - self.left, self.bottom - self.top
        if across * down < len(cells):
            return [place for place in self.places() if place in cells]
        top, left, bottom, right = self.top, self.left, self.bottom, self.right
        return [at for at in cells if top <= at[0] < bottom and left <= at[1] < right]


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(text: str) -> int:
    """A -> 0, AA -> 26."""
    value = 0
    for letter in text.upper():
        value = value * 26 + ord(letter) - 64
    return value - 1


def quoted(title: str) -> str:
    """A title as it stands before "!": quoted when it would read as something else (recorded)."""
    if _PLAIN.match(title) and not _CELL_LIKE.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def text_of(area: Area) -> str:
    """``Sheet1!A1:B2``, or ``Sheet1!A1`` for a single cell."""
    start = letters(area.left) + str(area.top + 1)
    end = letters(area.right - 1) + str(area.bottom)
    return f"{quoted(area.sheet.title)}!{start if start == end else f'{start}:{end}'}"


def open_text(sheet: Sheet, grid: Json) -> str:
    """A GridRange as refusals name it: ``T!A1001:B``, ``T!AA1:2`` (measured)."""
    top, left = grid.get("startRowIndex", 0), grid.get("startColumnIndex", 0)
    start = letters(left) + str(top + 1)
    end = letters(grid["endColumnIndex"] - 1) if "endColumnIndex" in grid else ""
    end += str(grid["endRowIndex"]) if "endRowIndex" in grid else ""
    return f"{quoted(sheet.title)}!{start}" + (f":{end}" if end and end != start else "")


def beyond(sheet: Sheet, text: str) -> str:
    size = f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    return f"Range ({text}) exceeds grid limits. {size}"


def of_grid_range(book: Spreadsheet, grid: Json) -> Area:
    """A GridRange; what it leaves open reaches to the grid's edge.

    A range that starts outside the grid is refused, one that only ends outside is cut (measured
    on repeatCell, 2026-09; [unverified] for the other requests). A backward one is refused
    [unverified].
    """
    sheet = book.sheet(grid.get("sheetId", 0))
    top, left = grid.get("startRowIndex", 0), grid.get("startColumnIndex", 0)
    bottom = grid.get("endRowIndex", sheet.row_count)
    right = grid.get("endColumnIndex", sheet.column_count)
    if min(top, left, bottom, right) < 0:
        raise invalid("GridRange indexes cannot be negative.")
    if top >= sheet.row_count or left >= sheet.column_count:
        raise invalid(beyond(sheet, open_text(sheet, grid)))
    if bottom < top or right < left:
        raise invalid("GridRange end index must not be before its start index.")
    return Area(sheet, top, left, min(bottom, sheet.row_count), min(right, sheet.column_count))


def resolve(book: Spreadsheet, text: str) -> Area:
    """An A1 range, a tab's title or a named range. Raises a 400 that names the text."""
    titled = _TITLED.match(text)
    if titled:
        title = titled[1].replace("''", "'") if titled[1] else titled[2]
        sheet = book.titled(title)
        found = _cells(sheet, titled[3], text) if sheet else None
    else:
        found = _bare(book, text)
    if found is None:
        raise invalid(f"Unable to parse range: {text}")
    return found


def _bare(book: Spreadsheet, text: str) -> Area | None:
    named = next((n for n in book.named_ranges if n["name"].lower() == text.lower()), None)
    if named:
        return of_grid_range(book, named["range"])
    if not text.startswith("'"):
        found = _cells(book.sheets[0], text, text)
        if found:
            return found
    title = text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text
    sheet = book.titled(title)
    return Area(sheet, 0, 0, sheet.row_count, sheet.column_count) if sheet else None


def _cells(sheet: Sheet, text: str, whole: str) -> Area | None:
    parts = text.split(":")
    ends = [_PART.match(part) for part in parts]
    if len(parts) > 2 or not all(ends) or not all(parts):
        return None
    columns = [number(end[1]) if end and end[1] else None for end in ends]
    rows = [int(end[2]) - 1 if end and end[2] else None for end in ends]
    if len(parts) == 1 and (columns[0] is None or rows[0] is None):
        return None  # "A" or "1" alone is no range
    left, right = _span(columns, sheet.column_count)
    top, bottom = _span(rows, sheet.row_count)
    if top >= sheet.row_count or left >= sheet.column_count:
        start = letters(left) + str(top + 1)
        named = f"{quoted(sheet.title)}!{start}"
        if len(parts) == 2:
            named = f"{quoted(sheet.title)}!{text.replace('$', '')}"
        raise invalid(beyond(sheet, named))
    # [unverified]: a range of values that only ends outside the grid is cut like a GridRange.
    bottom, right = min(bottom, sheet.row_count), min(right, sheet.column_count)
    return Area(sheet, top, left, bottom, right, one=len(parts) == 1)


def _span(ends: list[int | None], most: int) -> tuple[int, int]:
    """First and one-after-last of an axis; an end that is not said is open."""
    said = [end for end in ends if end is not None]
    if not said:
        return 0, most
    if len(ends) == 2 and len(said) == 1:  # A1:B reaches down to the edge (recorded)
        return said[0], most
    return min(said), max(said) + 1
