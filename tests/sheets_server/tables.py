"""Where values:append thinks a table is (recorded; the rest of the rule is [unverified])."""

from __future__ import annotations

from tests.sheets_server.a1 import Area
from tests.sheets_server.state import Place


def table_for(area: Area) -> Area | None:
    """The last block of filled cells that the search range touches.

    Filled cells that touch, also by a corner, are one block; an empty search range finds none even
    when the next column is full.
    """
    filled = {p for p, cell in area.sheet.cells.items() if "userEnteredValue" in cell}
    blocks: list[set[Place]] = []
    left = filled.intersection(area.held())
    while left:
        block = _around(left.pop(), filled)
        left -= block
        blocks.append(block)
    if not blocks:
        return None
    last = max(blocks, key=lambda b: (max(r for r, _ in b), max(c for _, c in b)))
    rows, columns = [row for row, _ in last], [column for _, column in last]
    return Area(area.sheet, min(rows), min(columns), max(rows) + 1, max(columns) + 1)


def _around(start: Place, filled: set[Place]) -> set[Place]:
    block, todo = {start}, [start]
    while todo:
        row, column = todo.pop()
        near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
        for place in (near & filled) - block:
            block.add(place)
            todo.append(place)
    return block
