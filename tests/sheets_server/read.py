"""spreadsheets.get and getByDataFilter: the state as Google answers it."""

from __future__ import annotations

from typing import Any

from tests.sheets_server import a1, masks
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import effective, formatted
from tests.sheets_server.compute import Values
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json
from tests.sheets_server.filters import areas, location_type, matching
from tests.sheets_server.masks import Mask, wants
from tests.sheets_server.protection import may_edit
from tests.sheets_server.state import Sheet, Spreadsheet

ROW_HEIGHT, COLUMN_WIDTH = 21, 100


def proto(value: Any) -> Any:
    """As proto3 JSON: the ``sheetId`` 0 of a range is left out (recorded); a tab's own stays."""
    if isinstance(value, list):
        return [proto(one) for one in value]
    if not isinstance(value, dict):
        return value
    drop = value.get("sheetId") == 0 and not {"title", "locationType"} & set(value)
    return {k: proto(v) for k, v in value.items() if not (drop and k == "sheetId")}


def get(ctx: Context) -> Json:
    mask = masks.answer_mask(ctx.one("fields"), "Spreadsheet")
    wanted = [a1.resolve(ctx.book, text) for text in ctx.query.get("ranges", [])]
    data = wants(mask, "sheets", "data") if mask else ctx.flag("includeGridData")
    return spreadsheet(ctx, mask, wanted, only=bool(wanted), data=data)


def by_data_filter(ctx: Context, body: Json) -> Json:
    """Only the tabs that a filter matches; metadata of the spreadsheet when a lookup matches it."""
    mask = masks.answer_mask(ctx.one("fields"), "Spreadsheet")
    filters = body.get("dataFilters", [])
    wanted = [area for one in filters for area in areas(ctx.book, one)]
    data = wants(mask, "sheets", "data") if mask else bool(body.get("includeGridData"))
    answer = spreadsheet(ctx, mask, wanted, only=bool(filters), data=data)
    lookups = [
        one["developerMetadataLookup"] for one in filters if "developerMetadataLookup" in one
    ]
    if filters and "developerMetadata" in answer:
        found = {e["metadataId"] for lookup in lookups for e in matching(ctx.book, lookup)}
        kept = [e for e in answer["developerMetadata"] if e.get("metadataId") in found]
        answer["developerMetadata"] = kept
        if not kept:
            del answer["developerMetadata"]
    return answer


def spreadsheet(ctx: Context, mask: Mask, wanted: list[Area], *, only: bool, data: bool) -> Json:
    book = ctx.book
    sheets = [s for s in book.sheets if not only or any(area.sheet is s for area in wanted)]
    values = Values(book)
    answer: Json = {"spreadsheetId": book.id, "properties": book.properties, "sheets": []}
    if wants(mask, "sheets"):
        below = masks.below(mask, "sheets")
        for sheet in sheets:
            mine = [area for area in wanted if area.sheet is sheet]
            answer["sheets"].append(_sheet(ctx, sheet, mine, below, values, data=data))
    if book.named_ranges:
        answer["namedRanges"] = book.named_ranges
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    own = [metadata(e) for e in book.metadata if location_type(e["location"]) == "SPREADSHEET"]
    if own:
        answer["developerMetadata"] = own
    if not answer["sheets"]:
        del answer["sheets"]
    found: Json = masks.apply(mask, proto(answer))
    return found


def metadata(entry: Json) -> Json:
    """A DeveloperMetadata as it is answered."""
    location = {"locationType": location_type(entry["location"]), **entry["location"]}
    return entry | {"location": proto(location)}


def sheet_properties(sheet: Sheet) -> Json:
    order = ("sheetId", "title", "index", "sheetType", "gridProperties", "hidden", "tabColor")
    props = sheet.properties
    first = {name: props[name] for name in order if name in props}
    return first | props


def _sheet(
    ctx: Context, sheet: Sheet, wanted: list[Area], mask: Mask, values: Values, *, data: bool
) -> Json:
    answer: Json = {"properties": sheet_properties(sheet)}
    if data:
        whole = [Area(sheet, 0, 0, sheet.row_count, sheet.column_count)]
        below = masks.below(mask, "data")
        answer["data"] = [grid_data(ctx.book, area, below, values) for area in wanted or whole]
    protected = [_protected(ctx, one) for one in sheet.protected_ranges]
    own = [
        metadata(e)
        for e in ctx.book.metadata
        if location_type(e["location"]) == "SHEET" and e["location"]["sheetId"] == sheet.id
    ]
    rest: Json = {
        "merges": sheet.merges,
        "conditionalFormats": sheet.conditional_formats,
        "filterViews": sheet.filter_views,
        "protectedRanges": protected,
        "basicFilter": sheet.basic_filter,
        "charts": sheet.charts,
        "bandedRanges": sheet.banded_ranges,
        "developerMetadata": own,
        "rowGroups": sheet.row_groups,
        "columnGroups": sheet.column_groups,
        "slicers": sheet.slicers,
    }
    return answer | {name: value for name, value in rest.items() if value}


def _protected(ctx: Context, protected: Json) -> Json:
    """Without an editors' list everybody who may write may edit it; the owner is always named."""
    done = dict(protected)
    if may_edit(ctx, protected):
        done["requestingUserCanEdit"] = True
    return done


def grid_data(book: Spreadsheet, area: Area, mask: Mask, values: Values) -> Json:
    data: Json = {}
    if area.top:
        data["startRow"] = area.top
    if area.left:
        data["startColumn"] = area.left
    if wants(mask, "rowData"):
        below = masks.below(mask, "rowData", "values")
        rows = _rows(book, area, below, values)
        if rows:
            data["rowData"] = rows
    marked = _marked(book, area.sheet)
    for name, held, axis, span in (
        ("rowMetadata", area.sheet.rows, "ROWS", range(area.top, area.bottom)),
        ("columnMetadata", area.sheet.columns, "COLUMNS", range(area.left, area.right)),
    ):
        if wants(mask, name):
            size = ROW_HEIGHT if axis == "ROWS" else COLUMN_WIDTH
            notes = marked[axis]
            data[name] = [
                {"pixelSize": size}
                | held.get(at, {})
                | ({"developerMetadata": notes[at]} if at in notes else {})
                for at in span
            ]
    return data


def _marked(book: Spreadsheet, sheet: Sheet) -> dict[str, dict[int, list[Json]]]:
    """The developer metadata of rows and of columns, by index."""
    found: dict[str, dict[int, list[Json]]] = {"ROWS": {}, "COLUMNS": {}}
    for entry in book.metadata:
        span = entry["location"].get("dimensionRange")
        if span and span.get("sheetId", 0) == sheet.id:
            at = found[span["dimension"]].setdefault(span["startIndex"], [])
            at.append(metadata(entry))
    return found


def _rows(book: Spreadsheet, area: Area, mask: Mask, values: Values) -> list[Json]:
    """Up to the last row, and in each row up to the last cell, that holds anything (recorded)."""
    held: dict[int, dict[int, Json]] = {}
    for row, column in area.held():
        held.setdefault(row, {})[column] = area.sheet.cells[row, column]
    rows: list[Json] = []
    for row in range(area.top, max(held, default=area.top - 1) + 1):
        cells = held.get(row)
        if not cells:
            rows.append({})
            continue
        line = [
            _cell(book, cells[at], (area.sheet.id, row, at), mask, values) if at in cells else {}
            for at in range(area.left, max(cells) + 1)
        ]
        rows.append({"values": line})
    return rows


_ENTERED = ("userEnteredFormat", "note", "textFormatRuns", "dataValidation", "chipRuns")


def _cell(
    book: Spreadsheet, cell: Json, place: tuple[int, int, int], mask: Mask, values: Values
) -> Json:
    done: Json = {}
    if "userEnteredValue" in cell:
        done["userEnteredValue"] = cell["userEnteredValue"]
        if wants(mask, "effectiveValue") or wants(mask, "formattedValue"):
            value = effective(cell, place, values)
            done["effectiveValue"] = value
            done["formattedValue"] = formatted(cell, value, book.locale)
    done |= {name: cell[name] for name in _ENTERED if name in cell}
    if wants(mask, "effectiveFormat") and cell:
        own = cell.get("userEnteredFormat", {})
        done["effectiveFormat"] = _merged(book.properties["defaultFormat"], own)
    return done


def _merged(base: Json, over: Json) -> Json:
    done = dict(base)
    for name, value in over.items():
        old = done.get(name)
        both = isinstance(old, dict) and isinstance(value, dict) and not name.endswith("Color")
        done[name] = _merged(old or {}, value) if both else value
    return done
