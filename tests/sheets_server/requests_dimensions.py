"""Requests about rows and columns: insert, delete, move, size, hide, group."""

from __future__ import annotations

from tests.sheets_server import grid, masks
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import effective, formatted
from tests.sheets_server.compute import Values
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.protection import check_protected
from tests.sheets_server.requests import handles
from tests.sheets_server.state import Sheet


def _stretch(ctx: Context, span: Json) -> tuple[Sheet, str, int, int]:
    """A DimensionRange; an open end reaches to the edge."""
    sheet = ctx.book.sheet(span.get("sheetId", 0))
    axis = span.get("dimension", "")
    if axis not in ("ROWS", "COLUMNS"):
        raise invalid("No dimension is specified.")
    most = _most(sheet, axis)
    start, end = span.get("startIndex", 0), span.get("endIndex", most)
    if not 0 <= start < end:
        raise invalid(f"Invalid dimension range: startIndex {start}, endIndex {end}.")
    return sheet, axis, start, end


def _most(sheet: Sheet, axis: str) -> int:
    return sheet.row_count if axis == "ROWS" else sheet.column_count


def _inside(ctx: Context, span: Json) -> tuple[Sheet, str, int, int]:
    sheet, axis, start, end = _stretch(ctx, span)
    if end > _most(sheet, axis):
        what = "rows" if axis == "ROWS" else "columns"
        raise invalid(f"Cannot use {what} outside the grid: there are {_most(sheet, axis)}.")
    return sheet, axis, start, end


def _band(sheet: Sheet, axis: str, start: int, end: int) -> Area:
    if axis == "ROWS":
        return Area(sheet, start, 0, end, sheet.column_count)
    return Area(sheet, 0, start, sheet.row_count, end)


@handles("insertDimension")
def insert_dimension(ctx: Context, body: Json) -> None:
    """New cells take the formats of the row or column before, or else after [unverified]."""
    sheet, axis, start, end = _stretch(ctx, body.get("range", {}))
    before = bool(body.get("inheritFromBefore"))
    most = _most(sheet, axis)
    if start > most:
        raise invalid(f"range.startIndex is larger than current grid size ({most})")
    if start == most and not before:
        raise invalid(
            f"range.startIndex must be less than the grid size ({most}) if inheritFromBefore "
            "is false."
        )
    if before and start == 0:  # the words: [unverified]
        raise invalid("range.startIndex must be greater than 0 if inheritFromBefore is true.")
    grid.insert(ctx.book, sheet, axis, start, end - start)
    _inherit(sheet, axis, start, end, start - 1 if before else end)


def _inherit(sheet: Sheet, axis: str, start: int, end: int, source: int) -> None:
    rows = axis == "ROWS"
    for (row, column), cell in list(sheet.cells.items()):
        kept: Json = {k: cell[k] for k in ("userEnteredFormat", "dataValidation") if k in cell}
        if (row if rows else column) == source and kept:
            for at in range(start, end):
                sheet.put((at, column) if rows else (row, at), kept)


@handles("appendDimension")
def append_dimension(ctx: Context, body: Json) -> None:
    sheet = ctx.book.sheet(body.get("sheetId", 0))
    axis, length = body.get("dimension", ""), body.get("length", 0)
    if axis not in ("ROWS", "COLUMNS") or length <= 0:
        raise invalid("appendDimension needs a dimension and a positive length.")
    sheet.grid["rowCount" if axis == "ROWS" else "columnCount"] += length
    grid.check_size(ctx.book)


@handles("deleteDimension")
def delete_dimension(ctx: Context, body: Json) -> None:
    sheet, axis, start, end = _stretch(ctx, body.get("range", {}))
    what, most = "rows" if axis == "ROWS" else "columns", _most(sheet, axis)
    if end > most:  # seen in the wild
        raise invalid(
            f"Cannot delete a {what[:-1]} that doesn't exist. Tried to delete {what[:-1]} index "
            f"{max(start, most)} but there are only {most} {what}."
        )
    if end - start >= _most(sheet, axis):
        raise invalid(f"You can't delete all the {what} on the sheet.")
    frozen = sheet.grid.get("frozenRowCount" if axis == "ROWS" else "frozenColumnCount", 0)
    if frozen and start <= frozen and end == _most(sheet, axis):
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {what}.")
    check_protected(ctx, _band(sheet, axis, start, end))
    grid.delete(ctx.book, sheet, axis, start, end)


@handles("moveDimension")
def move_dimension(ctx: Context, body: Json) -> None:
    sheet, axis, start, end = _inside(ctx, body.get("source", {}))
    to = body.get("destinationIndex", 0)
    if not 0 <= to <= _most(sheet, axis):
        raise invalid("The destination index is outside the grid.")
    if start < to < end:
        raise invalid("The destination index is inside the rows or columns to be moved.")
    _not_across_merges(sheet, axis, to, start, end)
    grid.move(ctx.book, sheet, axis, start, end, to)


def _not_across_merges(sheet: Sheet, axis: str, *edges: int) -> None:
    """Refused across a merged cell (seen in the wild)."""
    name = "Row" if axis == "ROWS" else "Column"
    for merge in sheet.merges:
        if any(merge[f"start{name}Index"] < edge < merge[f"end{name}Index"] for edge in edges):
            what = name.lower()
            raise invalid(
                f"Sorry, it is not possible to move a {what} to a position that crosses a "
                "merged cell. Please unmerge and try again."
            )


@handles("updateDimensionProperties")
def update_dimension_properties(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "DimensionProperties")
    sheet, axis, start, end = _stretch(ctx, body.get("range", {}))
    held = sheet.rows if axis == "ROWS" else sheet.columns
    if "developerMetadata" in tree:
        raise invalid("Invalid field: developerMetadata")
    given = body.get("properties", {})
    if given.get("pixelSize", 1) < 1:
        raise invalid("The pixel size must be positive.")
    for at in range(start, min(end, _most(sheet, axis))):
        new = masks.updated(held.get(at, {}), given, tree)
        held[at] = {k: v for k, v in new.items() if v is not False}


#: Advance widths of Arial in 1/1000 em, where they are not 556; a rough measure of a text.
_WIDTHS = dict.fromkeys("ijl", 222) | dict.fromkeys("ft .,:;!/I", 278) | {"W": 944, "m": 833}
_WIDTHS |= dict.fromkeys("ABEKPSVXY", 667) | dict.fromkeys("CDHNRUw", 722)


@handles("autoResizeDimensions")
def auto_resize_dimensions(ctx: Context, body: Json) -> None:
    """[unverified]: the widths; Google measures with its own fonts."""
    sheet, axis, start, end = _stretch(ctx, body.get("dimensions", {}))
    if axis == "ROWS":
        return
    values = Values(ctx.book)
    for at in range(start, min(end, sheet.column_count)):
        texts = [
            formatted(cell, effective(cell, (sheet.id, *p), values), ctx.book.locale) or ""
            for p, cell in sheet.cells.items()
            if p[1] == at
        ]
        if texts:
            em = 10 * 96 / 72
            widest = max(sum(_WIDTHS.get(c, 556) for c in text) for text in texts)
            sheet.columns[at] = sheet.columns.get(at, {}) | {
                "pixelSize": int(widest * em / 1000) + 6
            }


@handles("addDimensionGroup")
def add_dimension_group(ctx: Context, body: Json) -> Json:
    """A group that overlaps another only in part is refused; inside another it is deeper."""
    sheet, axis, start, end = _inside(ctx, body.get("range", {}))
    groups = _groups(sheet, axis)
    for one in groups:
        s, e = one["range"]["startIndex"], one["range"]["endIndex"]
        if s < start < e < end or start < s < end < e:
            raise invalid("The group overlaps another one in part.")
    span = {"sheetId": sheet.id, "dimension": axis, "startIndex": start, "endIndex": end}
    outside = sum(
        g["range"]["startIndex"] <= start and end <= g["range"]["endIndex"] for g in groups
    )
    for one in groups:
        if start <= one["range"]["startIndex"] and one["range"]["endIndex"] <= end:
            one["depth"] += one["range"] != span
    groups.append({"range": span, "depth": outside + 1})
    # Recorded for columns; it stays when the group is deleted.
    sheet.grid["rowGroupControlAfter" if axis == "ROWS" else "columnGroupControlAfter"] = True
    return {"dimensionGroups": list(groups)}


def _groups(sheet: Sheet, axis: str) -> list[Json]:
    return sheet.row_groups if axis == "ROWS" else sheet.column_groups


@handles("deleteDimensionGroup")
def delete_dimension_group(ctx: Context, body: Json) -> Json:
    sheet, axis, start, end = _inside(ctx, body.get("range", {}))
    groups = _groups(sheet, axis)
    same = [g for g in groups if (g["range"]["startIndex"], g["range"]["endIndex"]) == (start, end)]
    if not same:
        raise invalid("There is no group over that range.")
    groups.remove(max(same, key=lambda g: int(g["depth"])))
    return {"dimensionGroups": list(groups)} if groups else {}


@handles("updateDimensionGroup")
def update_dimension_group(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "DimensionGroup")
    given = body.get("dimensionGroup", {})
    sheet, axis, start, end = _inside(ctx, given.get("range", {}))
    for one in _groups(sheet, axis):
        span = one["range"]
        if (span["startIndex"], span["endIndex"]) == (start, end) and (
            "depth" not in given or given["depth"] == one["depth"]
        ):
            if "collapsed" in tree:
                one["collapsed"] = bool(given.get("collapsed"))
                held = sheet.rows if axis == "ROWS" else sheet.columns
                for at in range(start, end):
                    kept = {k: v for k, v in held.get(at, {}).items() if k != "hiddenByUser"}
                    held[at] = kept | ({"hiddenByUser": True} if one["collapsed"] else {})
            return
    raise invalid("There is no group over that range.")
