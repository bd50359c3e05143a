"""Requests that write cells: update, append, repeat, validate, merge, paste."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import a1, masks
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import check_text, effective
from tests.sheets_server.compute import Values
from tests.sheets_server.conditions import check_condition
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.formulas import respelled
from tests.sheets_server.grid import check_size
from tests.sheets_server.masks import Mask
from tests.sheets_server.protection import check_protected
from tests.sheets_server.refs import copied
from tests.sheets_server.requests import handles
from tests.sheets_server.state import Place, colour, short_float


def colours(value: Any) -> Any:
    """A format as it is stored: eight bits a colour, and each colour in both forms (recorded)."""
    if isinstance(value, list):
        return [colours(one) for one in value]
    if not isinstance(value, dict):
        return value
    done: Json = {}
    for name, inner in value.items():
        if name.lower().endswith("color") and isinstance(inner, dict):
            done[name] = eight_bits(inner)
            if name + "Style" not in value:
                done[name + "Style"] = {"rgbColor": done[name]}
        elif name.lower().endswith("colorstyle") and isinstance(inner, dict):
            done[name] = inner
            if "rgbColor" in inner:
                done[name] = {"rgbColor": eight_bits(inner["rgbColor"])}
                done[name[:-5]] = done[name]["rgbColor"]
        else:
            done[name] = colours(inner)
    return done


def eight_bits(given: Json) -> Json:
    """0.5 -> 127/255 (recorded)."""
    parts = [int(given.get(name, 0) * 255) for name in ("red", "green", "blue")]
    done = colour(*parts)
    if "alpha" in given:
        done["alpha"] = short_float(given["alpha"])
    return done


def written(ctx: Context, old: Json, given: Json, tree: Mask) -> Json:
    """A cell after the masked fields of ``given`` were put into it."""
    cell = masks.updated(old, given, tree)
    if "userEnteredFormat" in tree and "userEnteredFormat" in cell:
        cell["userEnteredFormat"] = colours(cell["userEnteredFormat"])
    if "userEnteredValue" in tree:
        for runs in ("textFormatRuns", "chipRuns"):
            if runs not in tree:
                cell.pop(runs, None)
        _check_value(cell)
        _spell(ctx, cell)
    if cell.get("note") == "":
        del cell["note"]
    if "dataValidation" in tree and "dataValidation" in cell:
        check_condition(ctx.book.locale, cell["dataValidation"].get("condition", {}))
    return cell


def _check_value(cell: Json) -> None:
    value = cell.get("userEnteredValue", {})
    text = value.get("stringValue")
    if text == "":
        del cell["userEnteredValue"]  # [unverified]: an empty text is an empty cell
    elif text:
        check_text(text)
    formula = value.get("formulaValue", "=")
    check_text(formula)
    if not formula.startswith("="):
        raise invalid("Invalid formulaValue: a formula must begin with '='.")  # [unverified]


def _spell(ctx: Context, cell: Json) -> None:
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if formula and ctx.rules.canonical_formulas:
        locale = ctx.book.locale
        cell["userEnteredValue"] = {"formulaValue": respelled(formula, locale, locale)}


@handles("updateCells")
def update_cells(ctx: Context, body: Json) -> None:
    """Cells of the range that ``rows`` does not cover are cleared of the masked fields."""
    tree = masks.request_mask(body.get("fields", ""), "CellData")
    rows = [row.get("values", []) for row in body.get("rows", [])]
    if "range" in body:
        area = a1.of_grid_range(ctx.book, body["range"])
        _inside(rows, area)
    elif "start" in body:
        area = _from(ctx, body["start"], rows)
    else:
        raise invalid("One of 'start' or 'range' must be set.")
    check_protected(ctx, area)
    cells = area.sheet.cells
    given = {
        (area.top + down, area.left + across): cell
        for down, row in enumerate(rows)
        for across, cell in enumerate(row)
    }
    cleared = [place for place in area.held() if place not in given]
    for place in [*given, *cleared]:
        new = written(ctx, cells.get(place, {}), given.get(place, {}), tree)
        area.sheet.put(place, new)


def _inside(rows: list[list[Json]], area: Area) -> None:
    """Rows that reach beyond the range, or beyond the grid, are refused (seen in the wild)."""
    if len(rows) > area.bottom - area.top:
        raise invalid(_beyond("row", area.bottom))
    if max((len(row) for row in rows), default=0) > area.right - area.left:
        raise invalid(_beyond("column", area.right))


def _beyond(what: str, end: int) -> str:
    return f"Attempting to write {what}: {end}, beyond the last requested {what} of: {end - 1}"


def _from(ctx: Context, start: Json, rows: list[list[Json]]) -> Area:
    """From a GridCoordinate to the end of what is written, within the grid."""
    sheet = ctx.book.sheet(start.get("sheetId", 0))
    top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
    if min(top, left) < 0:
        raise invalid("GridCoordinate indexes cannot be negative.")
    wide = max((len(row) for row in rows), default=0)
    if top + len(rows) > sheet.row_count:
        raise invalid(_beyond("row", sheet.row_count))
    if left + wide > sheet.column_count:
        raise invalid(_beyond("column", sheet.column_count))
    return Area(sheet, top, left, top + len(rows), left + wide)


@handles("appendCells")
def append_cells(ctx: Context, body: Json) -> None:
    """After the last row with data; the grid grows as needed. [unverified]: what "data" is: a
    formula counts, a format or a note does not."""
    tree = masks.request_mask(body.get("fields", ""), "CellData")
    sheet = ctx.book.sheet(body.get("sheetId", 0))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    top, wide = sheet.last_row(), max((len(row) for row in rows), default=0)
    check_protected(ctx, Area(sheet, top, 0, top + len(rows), wide))
    sheet.grid["rowCount"] = max(sheet.row_count, top + len(rows))
    sheet.grid["columnCount"] = max(sheet.column_count, wide)
    check_size(ctx.book)
    for down, row in enumerate(rows):
        for across, given in enumerate(row):
            place = (top + down, across)
            sheet.put(place, written(ctx, sheet.cells.get(place, {}), given, tree))


@handles("repeatCell")
def repeat_cell(ctx: Context, body: Json) -> None:
    """One cell over a range; the references of a formula move along (Google's samples)."""
    tree = masks.request_mask(body.get("fields", ""), "CellData")
    area = a1.of_grid_range(ctx.book, body.get("range", {}))
    check_protected(ctx, area)
    given = body.get("cell", {})
    formula = given.get("userEnteredValue", {}).get("formulaValue")
    blank = written(ctx, {}, given, tree)  # the same for every empty cell: columns are long
    for row, column in area.places():
        new = given
        if formula and "userEnteredValue" in tree:
            text = copied(formula, row - area.top, column - area.left, ctx.book.locale)
            new = given | {"userEnteredValue": {"formulaValue": text}}
        old = area.sheet.cells.get((row, column), {})
        same = not old and new is given
        area.sheet.put((row, column), blank if same else written(ctx, old, new, tree))


@handles("setDataValidation")
def set_data_validation(ctx: Context, body: Json) -> None:
    rule = body.get("rule")
    if rule:
        check_condition(ctx.book.locale, rule.get("condition", {}))
    area = a1.of_grid_range(ctx.book, body.get("range", {}))
    for place in area.places():
        cell = {k: v for k, v in area.sheet.cells.get(place, {}).items() if k != "dataValidation"}
        area.sheet.put(place, cell | ({"dataValidation": rule} if rule else {}))


def travelled(cell: Json, down: int, right: int, locale: str) -> Json:
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if not formula:
        return cell
    return cell | {"userEnteredValue": {"formulaValue": copied(formula, down, right, locale)}}


@handles("mergeCells")
def merge_cells(ctx: Context, body: Json) -> None:
    """Only a merge's first cell keeps its value; merges within the range go (recorded)."""
    area = a1.of_grid_range(ctx.book, body.get("range", {}))
    kind = body.get("mergeType", "MERGE_ALL")
    one = {"sheetId": area.sheet.id} if area.sheet.id else {"sheetId": 0}
    rows, columns = range(area.top, area.bottom), range(area.left, area.right)
    if kind == "MERGE_ROWS":
        parts = [(r, area.left, r + 1, area.right) for r in rows]
    elif kind == "MERGE_COLUMNS":
        parts = [(area.top, c, area.bottom, c + 1) for c in columns]
    else:
        parts = [(area.top, area.left, area.bottom, area.right)]
    _unmerge(area)
    for top, left, bottom, right in parts:
        names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
        area.sheet.merges.append(one | dict(zip(names, (top, bottom, left, right), strict=True)))
        for place in Area(area.sheet, top, left, bottom, right).places():
            if place != (top, left):
                _without_value(area, place)


def _without_value(area: Area, place: Place) -> None:
    cell = area.sheet.cells.get(place, {})
    area.sheet.put(place, {k: v for k, v in cell.items() if k != "userEnteredValue"})


@handles("unmergeCells")
def unmerge_cells(ctx: Context, body: Json) -> None:
    _unmerge(a1.of_grid_range(ctx.book, body.get("range", {})))


def _unmerge(area: Area) -> None:
    """Merges wholly inside go; one that only overlaps refuses the request (seen in the wild)."""
    kept = []
    for merge in area.sheet.merges:
        top, bottom = merge["startRowIndex"], merge["endRowIndex"]
        left, right = merge["startColumnIndex"], merge["endColumnIndex"]
        apart = bottom <= area.top or area.bottom <= top or right <= area.left or area.right <= left
        if apart:
            kept.append(merge)
        elif top < area.top or bottom > area.bottom or left < area.left or right > area.right:
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    area.sheet.merges = kept


@handles("copyPaste")
def copy_paste(ctx: Context, body: Json) -> None:
    """PASTE_NORMAL, _VALUES, _FORMAT and _FORMULA; the source repeats over the target."""
    source = a1.of_grid_range(ctx.book, body.get("source", {}))
    target = a1.of_grid_range(ctx.book, body.get("destination", {}))
    check_protected(ctx, target)
    high, wide = source.bottom - source.top, source.right - source.left
    down = max(high, target.bottom - target.top)
    across = max(wide, target.right - target.left)
    old, values = dict(source.sheet.cells), Values(ctx.book)
    for row in range(down):
        for column in range(across):
            place = (source.top + row % high, source.left + column % wide)
            to = (target.top + row, target.left + column)
            cell = _pasted(ctx, body.get("pasteType", "PASTE_NORMAL"), old, source, place, values)
            far = (to[0] - place[0], to[1] - place[1])
            cell = travelled(cell, *far, ctx.book.locale)
            kept = target.sheet.cells.get(to, {}) if body.get("pasteType") != "PASTE_NORMAL" else {}
            target.sheet.put(to, kept | cell)


def _pasted(
    ctx: Context, kind: str, old: dict[Place, Json], source: Area, place: Place, values: Values
) -> Json:
    cell = old.get(place, {})
    if kind == "PASTE_VALUES":
        value = effective(cell, (source.sheet.id, *place), values)
        return {"userEnteredValue": value} if value else {}
    names = {"PASTE_FORMAT": ("userEnteredFormat",), "PASTE_FORMULA": ("userEnteredValue",)}
    kept = names.get(kind)
    return {k: v for k, v in cell.items() if not kept or k in kept}


@handles("cutPaste")
def cut_paste(ctx: Context, body: Json) -> None:
    source = a1.of_grid_range(ctx.book, body.get("source", {}))
    to = body.get("destination", {})
    sheet = ctx.book.sheet(to.get("sheetId", 0))
    taken = {p: source.sheet.cells[p] for p in source.places() if p in source.sheet.cells}
    for place in taken:
        source.sheet.put(place, {})
    for row, column in source.places():
        place = (
            row - source.top + to.get("rowIndex", 0),
            column - source.left + to.get("columnIndex", 0),
        )
        sheet.put(place, taken.get((row, column), {}))
