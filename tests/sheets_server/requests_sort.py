"""sortRange, as others saw it on real sheets.

Ascending: numbers, texts, logical values; descending the other way round; empty cells last in
both. Rows that are hidden, by a person or by a filter, stay where they are and the others are
sorted around them. A range with a vertical merge is refused. The sort is stable; formulas move as
copies; developer metadata of rows stays, or goes along, as `Rules` says [unverified].
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from tests.sheets_server import a1
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import effective, plain_value
from tests.sheets_server.compute import Values
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.protection import check_protected
from tests.sheets_server.requests import handles
from tests.sheets_server.requests_cells import travelled


@handles("sortRange")
def sort_range(ctx: Context, body: Json) -> None:
    grid = body.get("range", {})
    sheet = ctx.book.sheet(grid.get("sheetId", 0))
    if grid.get("startRowIndex", 0) >= sheet.row_count:
        raise invalid(f"range.startRowIndex is larger than current grid size ({sheet.row_count})")
    area = a1.of_grid_range(ctx.book, grid)
    check_protected(ctx, area)
    _no_vertical_merge(area)
    places = [row for row in range(area.top, area.bottom) if not _hidden(area, row)]
    now = dict(zip(_ordered(ctx, area, places, body.get("sortSpecs", [])), places, strict=True))
    if ctx.rules.sort_moves_row_metadata:
        _move_metadata(ctx, area, now)
    old = {place: sheet.cells[place] for place in area.held()}
    for place in old:
        if place[0] in now:
            sheet.put(place, {})
    for (row, column), cell in old.items():
        if row in now:
            moved = travelled(cell, now[row] - row, 0, ctx.book.locale)
            sheet.put((now[row], column), moved)


def _ordered(ctx: Context, area: Area, rows: list[int], specs: list[Json]) -> list[int]:
    values, order = Values(ctx.book), list(rows)
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        down = spec.get("sortOrder") == "DESCENDING"
        order.sort(key=_sort_key(area, column, values, down=down))
    return order


def _hidden(area: Area, row: int) -> bool:
    held = area.sheet.rows.get(row, {})
    return bool(held.get("hiddenByUser") or held.get("hiddenByFilter"))


def _no_vertical_merge(area: Area) -> None:
    for merge in area.sheet.merges:
        top, bottom = merge["startRowIndex"], merge["endRowIndex"]
        left, right = merge["startColumnIndex"], merge["endColumnIndex"]
        inside = top < area.bottom and bottom > area.top and left < area.right and right > area.left
        if inside and bottom - top > 1:
            where = a1.text_of(Area(area.sheet, top, left, bottom, right)).rpartition("!")[2]
            raise invalid(
                "You can't sort a range containing vertical merges. "
                f"There is a vertical merge at {where}"
            )


def _move_metadata(ctx: Context, area: Area, now: dict[int, int]) -> None:
    for at, entry in enumerate(ctx.book.metadata):
        span = entry["location"].get("dimensionRange")
        if span and span["dimension"] == "ROWS" and span.get("sheetId", 0) == area.sheet.id:
            to = now.get(span["startIndex"], span["startIndex"])
            new = span | {"startIndex": to, "endIndex": to + 1}
            ctx.book.metadata[at] = entry | {"location": {"dimensionRange": new}}


def _sort_key(area: Area, column: int, values: Values, *, down: bool) -> Callable[[int], Any]:
    def value(row: int) -> tuple[int, Any]:
        cell = area.sheet.cells.get((row, column), {})
        found = effective(cell, (area.sheet.id, row, column), values)
        if not found:
            return (9, 0)
        plain = plain_value(found)
        if isinstance(plain, bool):
            return (2, plain)
        return (0, plain) if isinstance(plain, int | float) else (1, plain.lower())

    def compare(one: int, other: int) -> int:
        a, b = value(one), value(other)
        if a == b:
            return 0
        if 9 in (a[0], b[0]):
            return 1 if a[0] == 9 else -1
        return (1 if a > b else -1) * (-1 if down else 1)

    return cmp_to_key(compare)
