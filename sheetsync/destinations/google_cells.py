"""Cells as Google takes and gives them: typed values, serials for dates, requests for rectangles.

Rows and positions count from 1 here, as everywhere in sheetsync; Google's own count from 0.
Scraped text is only ever a ``stringValue``: no text that was read becomes a formula here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sheetsync.dashboard import Column, Format, Formula, Scalar, Value

Json = dict[str, Any]
#: A cell as the values methods give it: a number, text, or a logical value; None for nothing.
Raw = str | int | float | bool | None
#: Rows of a tab as they were read, by number; cells by position.
Grid = Mapping[int, Mapping[int, Raw]]

VALUE = "userEnteredValue"
#: More than this in a cell is refused (facts/sheets-api.md: seen in the wild, on no page).
MOST_TEXT = 50_000
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a serial is a clock's reading, of no zone
_LARGEST = sys.float_info.max
#: The day after 31 Dec 9999, the last that a spreadsheet knows.
_LAST_DAY = 2_958_466


def packed(body: object) -> bytes:
    """As it is sent: JSON without a space that nobody needs."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def serial(value: date) -> float:
    """Days since 30 Dec 1899: 46348.25. A time's zone is left out: a sheet knows none."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
    return (value - _EPOCH.date()).days


def moment_of(raw: Raw) -> datetime | None:
    """What a number means as a date, to the second; None when it cannot be one."""
    if isinstance(raw, str | bool | None) or not 1 <= raw < _LAST_DAY:
        return None
    return (_EPOCH + timedelta(days=raw, milliseconds=500)).replace(microsecond=0)


def scalar(raw: Raw, column: Column) -> Scalar:
    """The value as its column means it: Google knows no dates, only numbers."""
    if column.format is Format.FLAG and not isinstance(raw, bool) and raw in (0, 1):
        return bool(raw)
    if column.format in (Format.DATE, Format.MOMENT):
        moment = moment_of(raw)
        if moment is not None:
            return moment.date() if column.format is Format.DATE else moment
    return plain(raw)


def plain(raw: Raw) -> Scalar:
    """Whole numbers as int: JSON has one kind of number."""
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def cell(value: Value) -> Json:
    """CellData with only the value; {} empties a cell."""
    match value:
        case None | "":
            return {}
        case bool():
            return {VALUE: {"boolValue": value}}
        case int() | float():
            return {VALUE: _number(value)}
        case date():
            return {VALUE: {"numberValue": serial(value)}}
        case Formula(text=text):
            return {VALUE: {"formulaValue": text}}
        case str():
            return {VALUE: {"stringValue": value[:MOST_TEXT]}}
    raise TypeError(f"no cell holds {value!r}")


def _number(value: float) -> Json:
    """JSON has no infinity, and Google takes none: such a number is text."""
    return {"numberValue": value} if abs(value) <= _LARGEST else {"stringValue": str(value)}


def raw_of(value: Scalar) -> Raw:
    """The scalar as the values methods give it back."""
    return serial(value) if isinstance(value, date) else value


def same_raw(a: Raw, b: Raw) -> bool:
    """Equal in the sheet; dates to the second."""
    if isinstance(a, bool) or isinstance(b, bool) or isinstance(a, str) or isinstance(b, str):
        return a == b and isinstance(a, bool) == isinstance(b, bool)
    if a is None or b is None:
        return a is b
    return abs(a - b) < 1 / 200_000


def grid_range(
    sheet: int, first_row: int, first_at: int, last_row: int = 0, last_at: int = 0
) -> Json:
    """A GridRange, edges included; an edge of 0 is open."""
    found = {"sheetId": sheet, "startRowIndex": first_row - 1, "startColumnIndex": first_at - 1}
    if last_row:
        found["endRowIndex"] = last_row
    if last_at:
        found["endColumnIndex"] = last_at
    return found


def update_cells(
    sheet: int, row: int, at: int, rows: Sequence[Sequence[Json]], fields: str = VALUE
) -> Json:
    """The rectangle that begins at ``row`` and ``at``; all rows are of one length."""
    last = (row + len(rows) - 1, at + len(rows[0]) - 1)
    return {
        "updateCells": {
            "range": grid_range(sheet, row, at, *last),
            "rows": [{"values": list(cells)} for cells in rows],
            "fields": fields,
        }
    }


def repeat_cell(area: Json, content: Json, fields: str = VALUE) -> Json:
    """One cell over an area; a formula's relative references move along."""
    return {"repeatCell": {"range": area, "cell": content, "fields": fields}}


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken run: 1 2 3 7 -> (1, 3), (7, 7)."""
    pairs = enumerate(sorted(numbers))
    for _, group in groupby(pairs, lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


def rectangles(cells: Mapping[tuple[int, int], Json], sheet: int) -> Iterator[Json]:
    """Requests that write these cells by (row, position) and nothing else, few and large.

    Rows below each other that begin and end alike are one rectangle.
    """
    by_row: dict[int, list[int]] = {}
    for row, at in cells:
        by_row.setdefault(row, []).append(at)
    open_: dict[tuple[int, int], int] = {}
    found: list[tuple[int, int, int, int]] = []
    last = 0
    for row in [*sorted(by_row), 0]:
        spans = set(runs(by_row[row])) if row else set()
        ended = [span for span in open_ if span not in spans or row != last + 1]
        found += [(open_.pop(span), last, *span) for span in ended]
        for span in spans:
            open_.setdefault(span, row)
        last = row
    for top, bottom, left, right in sorted(found):
        rows = [[cells[row, at] for at in range(left, right + 1)] for row in range(top, bottom + 1)]
        yield update_cells(sheet, top, left, rows)


def table_of(values: Sequence[Sequence[Any]], row: int, at: int) -> dict[int, dict[int, Raw]]:
    """Values as Google gives a range, by row and position; what is empty is left out."""
    found: dict[int, dict[int, Raw]] = {}
    for number, line in enumerate(values, row):
        cells = {p: raw for p, raw in enumerate(line, at) if raw is not None and raw != ""}
        if cells:
            found[number] = cells
    return found
