"""Rows and columns that are inserted, deleted and moved, with all that hangs on them.

Ranges, merges, metadata, groups and the references in formulas go along. That is how Google is
described; which of the objects follow a *move* across their edge is [unverified].
"""

from __future__ import annotations

from collections.abc import Callable

from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.refs import Stretch, restructured
from tests.sheets_server.state import MOST_CELLS, Sheet, Spreadsheet

Index = Callable[[int], int | None]


def insert(book: Spreadsheet, sheet: Sheet, axis: str, at: int, count: int) -> None:
    """Raises a 400 when the spreadsheet would have too many cells."""

    def index(old: int) -> int:
        return old + count if old >= at else old

    def stretch(start: int, end: int) -> tuple[int, int]:
        return (start + count if start >= at else start, end + count if end > at else end)

    _count(sheet, axis, count)
    check_size(book)
    _remap(book, sheet, axis, index, stretch)


def delete(book: Spreadsheet, sheet: Sheet, axis: str, start: int, end: int) -> None:
    def index(old: int) -> int | None:
        return None if start <= old < end else old - (end - start) if old >= end else old

    def edge(old: int) -> int:
        return start if start <= old < end else old - (end - start) if old >= end else old

    def stretch(first: int, last: int) -> tuple[int, int] | None:
        found = edge(first), edge(last)
        return found if found[0] < found[1] else None

    _remap(book, sheet, axis, index, stretch)
    _count(sheet, axis, start - end)
    frozen = "frozenRowCount" if axis == "ROWS" else "frozenColumnCount"
    if frozen in sheet.grid:
        sheet.grid[frozen] = edge(sheet.grid[frozen])


def move(book: Spreadsheet, sheet: Sheet, axis: str, start: int, end: int, to: int) -> None:
    """``to`` is counted before the move, as in moveDimension."""
    count = end - start

    def index(old: int) -> int:
        if start <= old < end:
            return old + (to - end if to > start else to - start)
        if to > start:
            return old - count if end <= old < to else old
        return old + count if to <= old < start else old

    def stretch(first: int, last: int) -> tuple[int, int]:
        if last - first > 100_000:  # an open end
            return first, last
        new = {index(old) for old in range(first, last)}
        whole = new and max(new) - min(new) + 1 == len(new)
        return (min(new), max(new) + 1) if whole else (first, last)

    _remap(book, sheet, axis, index, stretch)


def check_size(book: Spreadsheet) -> None:
    """Raises a 400 above ten million cells; empty ones count (seen in the wild)."""
    if book.cell_count() > MOST_CELLS:
        raise invalid(
            "This action would increase the number of cells in the workbook above the limit "
            f"of {MOST_CELLS} cells."
        )


def _count(sheet: Sheet, axis: str, more: int) -> None:
    name = "rowCount" if axis == "ROWS" else "columnCount"
    sheet.grid[name] += more


def _remap(book: Spreadsheet, sheet: Sheet, axis: str, index: Index, stretch: Stretch) -> None:
    rows = axis == "ROWS"
    cells = {}
    for (row, column), cell in sheet.cells.items():
        new = index(row if rows else column)
        if new is not None:
            cells[(new, column) if rows else (row, new)] = cell
    sheet.cells = cells
    held = sheet.rows if rows else sheet.columns
    new_held = {index(at): held[at] for at in held}
    kept = {at: it for at, it in new_held.items() if at is not None}
    if rows:
        sheet.rows = kept
    else:
        sheet.columns = kept
    _objects(book, sheet, axis, stretch)
    _formulas(book, sheet, axis, stretch)


def _objects(book: Spreadsheet, sheet: Sheet, axis: str, stretch: Stretch) -> None:
    def follow(grid: Json) -> Json | None:
        return _range(grid, sheet.id, axis, stretch)

    sheet.merges = [found for one in sheet.merges if (found := follow(one))]
    for held in (sheet.protected_ranges, sheet.banded_ranges, sheet.filter_views):
        _ranged(held, follow)
    _ranged(book.named_ranges, follow)
    for rule in sheet.conditional_formats:
        rule["ranges"] = [found for one in rule["ranges"] if (found := follow(one))]
    sheet.conditional_formats = [rule for rule in sheet.conditional_formats if rule["ranges"]]
    if sheet.basic_filter:
        held_filter = [sheet.basic_filter]
        _ranged(held_filter, follow)
        sheet.basic_filter = held_filter[0] if held_filter else None
    for other in book.sheets:
        other.charts = [_walk(chart, follow) for chart in other.charts]
    groups = sheet.row_groups if axis == "ROWS" else sheet.column_groups
    groups[:] = [
        one | {"range": found} for one in groups if (found := _span(one["range"], stretch))
    ]
    _metadata(book, sheet, axis, stretch)


def _ranged(held: list[Json], follow: Callable[[Json], Json | None]) -> None:
    held[:] = [
        one if "range" not in one else one | {"range": found}
        for one in held
        if "range" not in one or (found := follow(one["range"])) is not None
    ]


def _range(grid: Json, sheet_id: int, axis: str, stretch: Stretch) -> Json | None:
    """A GridRange after the change; None when nothing of it is left."""
    name = "Row" if axis == "ROWS" else "Column"
    start, end = f"start{name}Index", f"end{name}Index"
    if grid.get("sheetId", 0) != sheet_id or (start not in grid and end not in grid):
        return grid
    found = stretch(grid.get(start, 0), grid.get(end, 10_000_000))
    if found is None:
        return None
    done = dict(grid)
    if start in grid:
        done[start] = found[0]
    if end in grid:
        done[end] = found[1]
    return done


def _span(span: Json, stretch: Stretch) -> Json | None:
    found = stretch(span["startIndex"], span["endIndex"])
    return span | {"startIndex": found[0], "endIndex": found[1]} if found else None


def _walk(value: object, follow: Callable[[Json], Json | None]) -> Json:
    """Charts hold ranges at many depths. A source that is gone stays as an empty one."""

    def deep(one: object) -> object:
        if isinstance(one, list):
            return [deep(inner) for inner in one]
        if not isinstance(one, dict):
            return one
        if "startRowIndex" in one or "startColumnIndex" in one:
            return follow(one) or {"sheetId": one.get("sheetId", 0)}
        return {name: deep(inner) for name, inner in one.items()}

    done = deep(value)
    return done if isinstance(done, dict) else {}


def _metadata(book: Spreadsheet, sheet: Sheet, axis: str, stretch: Stretch) -> None:
    """ "Remains associated as they move around"; goes with the row or column it is on."""
    kept = []
    for entry in book.metadata:
        span = entry["location"].get("dimensionRange")
        if span and span.get("sheetId", 0) == sheet.id and span["dimension"] == axis:
            found = _span(span, stretch)
            if not found:
                continue
            kept.append(entry | {"location": entry["location"] | {"dimensionRange": found}})
        else:
            kept.append(entry)
    book.metadata[:] = kept


def _formulas(book: Spreadsheet, changed: Sheet, axis: str, stretch: Stretch) -> None:
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            formula = cell.get("userEnteredValue", {}).get("formulaValue")
            if not formula:
                continue
            new = restructured(
                formula,
                here=sheet.title,
                changed=changed.title,
                axis=axis,
                stretch=stretch,
                locale=book.locale,
            )
            if new != formula:
                sheet.cells[place] = cell | {"userEnteredValue": {"formulaValue": new}}
