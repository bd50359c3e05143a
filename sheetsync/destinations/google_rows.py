"""The rows of Profiles, Posts and History as requests. Pure.

By index, the whole owned segment of every row, including the address that its numbers belong to:
after a sort in that very second each segment still exists once, and the check puts it right. New
rows only by ``appendCells``, which never stands on a row that somebody has typed meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from sheetsync.dashboard import AS_READ, PATTERNS, Column, Format, Tab, Value
from sheetsync.destinations.google_cells import (
    VALUE,
    Json,
    cell,
    grid_range,
    repeat_cell,
    runs,
    update_cells,
)
from sheetsync.destinations.google_formats import number_format
from sheetsync.destinations.google_layout import UNDO, Layout, RowsAfter
from sheetsync.destinations.google_setup import undo_fits

FORMAT = "userEnteredFormat.numberFormat"

Rows = Mapping[int, Mapping[str, Value]]


def values_of(tab: Tab) -> list[Column]:
    """The columns whose cells the sync writes."""
    return [column for column in tab.columns if column.written]


# --- rows that are there --------------------------------------------------------------------


def segments(layout: Layout, tab: Tab, rows: Rows, before: Rows | None = None) -> Iterator[Json]:
    """The owned cells of these rows, whole; of a row that was never ours (a line of totals, say)
    only those that change ``before``: its other ones are the team's, formulas too."""
    sheet, at = layout.ids[tab.key], layout.at[tab.key]
    ours = dict(rows)
    for number, held in (before or {}).items():
        cells = rows.get(number)
        if cells is not None and held.get("for") is None and cells.get("for") is None:
            del ours[number]
            changed = [c for c in values_of(tab) if held.get(c.key) != cells.get(c.key)]
            yield from _blocks(sheet, {at[c.key]: c for c in changed}, {number: cells})
    yield from _blocks(sheet, {at[column.key]: column for column in values_of(tab)}, ours)


def _blocks(
    sheet: int, columns: Mapping[int, Column], rows: Mapping[int, Mapping[str, Value]]
) -> Iterator[Json]:
    """The cells of these rows in these columns (by position), a request for each rectangle."""
    for top, bottom in runs(rows):
        for left, right in runs(columns):
            lines = [
                [cell(rows[row].get(columns[p].key)) for p in range(left, right + 1)]
                for row in range(top, bottom + 1)
            ]
            yield update_cells(sheet, top, left, lines)


def formulas(layout: Layout, tab: Tab, rows: RowsAfter) -> Iterator[Json]:
    """One ``repeatCell`` for each formula column; rows without numbers lose theirs."""
    filled = [n for n, cells in rows.all.items() if cells.get("for") is not None]
    yield from formulas_in(layout, tab, filled)
    yield from without_formulas(layout, tab, rows.cleared)


def without_formulas(layout: Layout, tab: Tab, cleared: Collection[int]) -> Iterator[Json]:
    sheet, at = layout.ids[tab.key], layout.at[tab.key]
    for top, bottom in runs(cleared):
        for left, right in runs(at[c.key] for c in tab.columns if c.formula):
            yield repeat_cell(grid_range(sheet, top, left, bottom, right), {})


def formulas_in(layout: Layout, tab: Tab, filled: Collection[int]) -> Iterator[Json]:
    sheet, at = layout.ids[tab.key], layout.at[tab.key]
    for top, bottom in runs(filled):
        for column in tab.columns:
            if column.formula:
                text = layout.column_formula(tab, column, top)
                where = grid_range(sheet, top, at[column.key], bottom, at[column.key])
                yield repeat_cell(where, {VALUE: {"formulaValue": text}})


# --- new rows -------------------------------------------------------------------------------


def appended(layout: Layout, tab: Tab, rows: Mapping[int, Mapping[str, Value]]) -> Iterator[Json]:
    """New rows at the end, in their order. Rounded numbers of History have their look with them:
    nobody knows yet on which row they will stand."""
    at = layout.at[tab.key]
    typed = {key for cells in rows.values() for key in cells}  # an address, a formula, its name
    written = {at[c.key]: c for c in tab.columns if c.written or c.key in typed}
    width = max(written, default=0)
    dressed = tab.kind is None
    ordered = [rows[number] for number in sorted(rows)]
    for rounded, group in groupby(ordered, lambda r: dressed and _any_rounded(tab, r)):
        columns = [written.get(position) for position in range(1, width + 1)]
        lines = [
            {"values": [_new(column, cells, dressed=rounded) for column in columns]}
            for cells in group
        ]
        fields = f"{VALUE},{FORMAT}" if rounded else VALUE
        yield {"appendCells": {"sheetId": layout.ids[tab.key], "rows": lines, "fields": fields}}


def _new(column: Column | None, cells: Mapping[str, Value], *, dressed: bool) -> Json:
    if column is None:
        return {}
    made = cell(cells.get(column.key))
    if not dressed:
        return made
    pattern = column.pattern(*(cells.get(step) for step in column.steps))
    return made | {"userEnteredFormat": {"numberFormat": number_format(column.format, pattern)}}


def _any_rounded(tab: Tab, cells: Mapping[str, Value]) -> bool:
    steps = [step for column in tab.columns for step in column.steps]
    return any(isinstance(value := cells.get(s), int) and value > 1 for s in steps)


# --- rounded numbers ------------------------------------------------------------------------


def rounding(
    layout: Layout,
    tab: Tab,
    before: Mapping[int, Mapping[str, Value]] | None,
    after: Mapping[int, Mapping[str, Value]],
) -> Iterator[Json]:
    """The sign ≈ where a number has become rounded or exact: a number format, cell by cell.

    ``before`` is None when nobody knows how the cells look.
    """
    sheet, at = layout.ids[tab.key], layout.at[tab.key]
    for column in tab.columns:
        if column.format not in (Format.COUNT, Format.ANY):
            continue
        by_pattern: dict[str, list[int]] = {}
        for row, cells in after.items():
            now = column.pattern(*(cells.get(step) for step in column.steps))
            held = (before or {}).get(row, {})
            then = column.pattern(*(held.get(step) for step in column.steps))
            if before is None or now != then or _is_restored(column, held, cells):
                by_pattern.setdefault(now, []).append(row)
        for pattern, rows in by_pattern.items():
            dates = (form for form in (Format.DATE, Format.MOMENT) if PATTERNS[form] == pattern)
            shown = number_format(next(dates, column.format), pattern)
            look = {"userEnteredFormat": {"numberFormat": shown}}
            for top, bottom in runs(rows):
                where = grid_range(sheet, top, at[column.key], bottom, at[column.key])
                yield repeat_cell(where, look, FORMAT)


def _is_restored(column: Column, held: Mapping[str, Value], cells: Mapping[str, Value]) -> bool:
    """Whether people had sorted or typed over the cell: its look has come from elsewhere too."""
    read = cells.get(AS_READ)
    return (
        read is not None
        and read == held.get(AS_READ)
        and held.get(column.key) != cells.get(column.key)
    )


# --- History --------------------------------------------------------------------------------


def rewritten_days(
    layout: Layout, tab: Tab, held: Mapping[int, Mapping[str, Value]]
) -> Iterator[Json]:
    """Rows of History that get better readings: a copy of them first, then the values; day and
    profile stay, so that the check can see whose rows they really were."""
    if not held:
        return
    top, bottom = min(held), max(held)
    if undo_fits(layout, bottom - top + 1):
        yield copy_to_undo(layout, tab.key, top, bottom)
    sheet, at = layout.ids[tab.key], layout.at[tab.key]
    columns = {at[c.key]: c for c in values_of(tab) if c.key not in ("day", "profile")}
    yield from _blocks(sheet, columns, held)


def copy_to_undo(layout: Layout, key: str, top: int, bottom: int) -> Json:
    """Rows of one of our tabs, as they are at that moment, to the top of the undo tab."""
    width = max(layout.at[key].values())
    return {
        "copyPaste": {
            "source": grid_range(layout.ids[key], top, 1, bottom, width),
            "destination": grid_range(layout.ids[UNDO], 1, 1, bottom - top + 1, width),
            "pasteType": "PASTE_FORMULA",
        }
    }
