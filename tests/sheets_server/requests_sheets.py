"""Requests about tabs and about the spreadsheet itself."""

from __future__ import annotations

from copy import deepcopy
from zoneinfo import available_timezones

from tests.sheets_server import masks
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.formulas import moved, respelled
from tests.sheets_server.grid import check_size
from tests.sheets_server.locales import signs
from tests.sheets_server.metadata import copy_metadata, forget_sheet
from tests.sheets_server.read import sheet_properties
from tests.sheets_server.requests import handles
from tests.sheets_server.requests_cells import colours
from tests.sheets_server.state import Sheet, new_sheet

_FLAGS = ("hideGridlines", "rowGroupControlAfter", "columnGroupControlAfter")


def _tidy_grid(grid: Json) -> Json:
    """Without what proto3 leaves out: false and nothing frozen (recorded)."""
    gone = [name for name in _FLAGS if grid.get(name) is False]
    gone += [name for name in ("frozenRowCount", "frozenColumnCount") if grid.get(name) == 0]
    return {k: v for k, v in grid.items() if k not in gone}


def _check_title(ctx: Context, title: str, but: Sheet | None = None) -> None:
    if not title or len(title) > 100:
        raise invalid("The sheet name cannot be empty or longer than 100 characters.")
    other = ctx.book.titled(title)
    if other and other is not but:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _free_title(ctx: Context) -> str:
    number = 1
    while ctx.book.titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


@handles("addSheet")
def add_sheet(ctx: Context, body: Json) -> Json:
    given = body.get("properties", {})
    title = given.get("title") or _free_title(ctx)
    _check_title(ctx, title)
    taken = {sheet.id for sheet in ctx.book.sheets}
    chosen = given.get("sheetId")
    if chosen is not None and chosen in taken:
        # "It is an error to specify the ID of a sheet that already exists"; words [unverified].
        raise invalid(f"A sheet with id {chosen} already exists.")
    if chosen is not None and chosen < 0:
        raise invalid("The sheet ID must not be negative.")
    if given.get("sheetType", "GRID") != "GRID":
        raise invalid("Only sheets of type GRID can be added here.")
    sheet = new_sheet(ctx.ids.number(taken) if chosen is None else chosen, title, 0)
    grid = {"rowCount": 1000, "columnCount": 26} | given.get("gridProperties", {})
    sheet.properties["gridProperties"] = _tidy_grid(grid)
    _check_grid(sheet)
    for name in ("hidden", "rightToLeft"):
        if given.get(name):
            sheet.properties[name] = True
    styled = {k: v for k, v in given.items() if k in ("tabColor", "tabColorStyle")}
    sheet.properties |= colours(styled)
    at = min(given.get("index", len(ctx.book.sheets)), len(ctx.book.sheets))
    ctx.book.sheets.insert(at, sheet)
    ctx.book.renumber()
    check_size(ctx.book)
    return {"properties": sheet_properties(sheet)}


def _check_grid(sheet: Sheet) -> None:
    grid = sheet.grid
    if sheet.row_count < 1 or sheet.column_count < 1:
        raise invalid("The grid must have at least one row and one column.")
    if sheet.column_count > 18_278:
        raise invalid("A sheet cannot have more than 18278 columns.")
    for frozen, most in (("frozenRowCount", "rowCount"), ("frozenColumnCount", "columnCount")):
        if grid.get(frozen, 0) >= grid[most] and grid.get(frozen, 0):
            what = "rows" if most == "rowCount" else "columns"
            raise invalid(f"You can't freeze all visible {what} on the sheet.")


@handles("updateSheetProperties")
def update_sheet_properties(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "SheetProperties")
    given = body.get("properties", {})
    wanted = given.get("sheetId", 0)
    sheet = next((s for s in ctx.book.sheets if s.id == wanted), None)
    if sheet is None:
        raise invalid(f"No sheet with id: {wanted}")  # seen in the wild
    tree = {name: below for name, below in tree.items() if name != "sheetId"}
    if "title" in tree:
        _check_title(ctx, given.get("title", ""), sheet)
        _retitle(ctx, sheet, given["title"])
    place = tree.pop("index", None)
    props = masks.updated(sheet.properties, given, tree)
    kept = {k: sheet.properties[k] for k in ("sheetId", "title", "index", "sheetType")}
    props = kept | props | {"title": props.get("title", sheet.title)}
    sized = {"rowCount", "columnCount"} <= set(given.get("gridProperties", {}))
    if tree.get("gridProperties") == {} and not sized:
        # All of it is replaced; without a size there would be none [unverified].
        raise invalid("gridProperties must say rowCount and columnCount.")
    grid = {k: v for k, v in sheet.grid.items() if k in ("rowCount", "columnCount")}
    props["gridProperties"] = _tidy_grid(grid | props.get("gridProperties", {}))
    colour = {k: props.pop(k) for k in ("tabColor", "tabColorStyle") if k in props}
    if "tabColorStyle" in tree:
        colour.pop("tabColor", None)
    elif "tabColor" in tree:
        colour.pop("tabColorStyle", None)
    sheet.properties = {k: v for k, v in props.items() if v is not False} | colours(colour)
    if "gridProperties" in tree:
        _resize(sheet)
        check_size(ctx.book)
    if place is not None:
        _reorder(ctx, sheet, given.get("index", 0))
    if all(s.properties.get("hidden") for s in ctx.book.sheets):
        raise invalid("You can't hide all the sheets in a document.")


def _retitle(ctx: Context, sheet: Sheet, title: str) -> None:
    """Formulas name the tab by its new title."""
    old = sheet.title.lower()

    def shift(text: str) -> str:
        tab, mark, cells = text.rpartition("!")
        name = tab[1:-1].replace("''", "'") if tab.startswith("'") else tab
        if not mark or name.lower() != old:
            return text
        return "'" + title.replace("'", "''") + "'!" + cells

    for other in ctx.book.sheets:
        for place, cell in other.cells.items():
            formula = cell.get("userEnteredValue", {}).get("formulaValue")
            if formula and "!" in formula:
                new = moved(formula, shift, ctx.book.locale)
                other.cells[place] = cell | {"userEnteredValue": {"formulaValue": new}}


def _resize(sheet: Sheet) -> None:
    """A smaller grid loses the cells outside it."""
    _check_grid(sheet)
    rows, columns = sheet.row_count, sheet.column_count
    sheet.cells = {p: c for p, c in sheet.cells.items() if p[0] < rows and p[1] < columns}
    sheet.rows = {at: it for at, it in sheet.rows.items() if at < rows}
    sheet.columns = {at: it for at, it in sheet.columns.items() if at < columns}


def _reorder(ctx: Context, sheet: Sheet, to: int) -> None:
    """The index is counted before the move (documents: "before the move")."""
    sheets = ctx.book.sheets
    at = sheets.index(sheet)
    if not 0 <= to <= len(sheets):
        raise invalid("The index of a sheet must be within the spreadsheet.")
    sheets.insert(to, sheet)
    del sheets[at if to > at else at + 1]
    ctx.book.renumber()


@handles("deleteSheet")
def delete_sheet(ctx: Context, body: Json) -> None:
    wanted = body.get("sheetId", 0)
    sheet = next((s for s in ctx.book.sheets if s.id == wanted), None)
    if sheet is None:
        raise invalid(f"No sheet with id: {wanted}")
    if len(ctx.book.sheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    ctx.book.sheets.remove(sheet)
    if all(s.properties.get("hidden") for s in ctx.book.sheets):
        raise invalid("You can't remove all the visible sheets in a document.")
    ctx.book.renumber()
    forget_sheet(ctx, sheet.id)
    ctx.book.named_ranges[:] = [
        n for n in ctx.book.named_ranges if n["range"].get("sheetId", 0) != sheet.id
    ]


@handles("duplicateSheet")
def duplicate_sheet(ctx: Context, body: Json) -> Json:
    """[unverified]: that objects get new ids; developer metadata goes along as `Rules` says."""
    source = ctx.book.sheet(body.get("sourceSheetId", 0))
    taken = {sheet.id for sheet in ctx.book.sheets}
    chosen = body.get("newSheetId")
    if chosen in taken:
        raise invalid(f"A sheet with id {chosen} already exists.")
    copy = source.copy()
    title = body.get("newSheetName") or f"Copy of {source.title}"
    _check_title(ctx, title)
    new_id = ctx.ids.number(taken) if chosen is None else chosen
    _readdress(copy, source.id, new_id)
    copy.properties |= {"sheetId": new_id, "title": title}
    for chart in copy.charts:
        chart["chartId"] = ctx.ids.number()
    for protected in copy.protected_ranges:
        protected["protectedRangeId"] = ctx.ids.number()
    if ctx.rules.duplicate_copies_metadata:
        copy_metadata(ctx, source.id, new_id)
    ctx.book.sheets.insert(body.get("insertSheetIndex", 0), copy)
    ctx.book.renumber()
    check_size(ctx.book)
    return {"properties": sheet_properties(copy)}


def _readdress(sheet: Sheet, old: int, new: int) -> None:
    def deep(value: object) -> object:
        if isinstance(value, list):
            return [deep(one) for one in value]
        if not isinstance(value, dict):
            return value
        done = {k: deep(v) for k, v in value.items()}
        return done | ({"sheetId": new} if value.get("sheetId") == old else {})

    for name, value in vars(sheet).items():
        if name not in ("cells", "rows", "columns", "properties"):
            setattr(sheet, name, deep(deepcopy(value)))


@handles("updateSpreadsheetProperties")
def update_spreadsheet_properties(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "SpreadsheetProperties")
    given = body.get("properties", {})
    if "locale" in tree:
        try:
            signs(given.get("locale", ""))
        except ValueError as error:
            raise invalid(f"Unsupported locale: {given.get('locale', '')}") from error
    if "timeZone" in tree and given.get("timeZone", "") not in available_timezones():
        raise invalid(f"Invalid time zone: {given.get('timeZone', '')}")
    old = ctx.book.locale
    ctx.book.properties = masks.updated(ctx.book.properties, given, tree)
    if ctx.book.locale != old:
        _respell(ctx, old)


def _respell(ctx: Context, old: str) -> None:
    """A spreadsheet whose locale is changed spells its formulas anew."""
    for sheet in ctx.book.sheets:
        for place, cell in sheet.cells.items():
            formula = cell.get("userEnteredValue", {}).get("formulaValue")
            if formula:
                new = respelled(formula, old, ctx.book.locale)
                sheet.cells[place] = cell | {"userEnteredValue": {"formulaValue": new}}
