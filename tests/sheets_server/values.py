"""The values methods: get, update, append, clear, and their batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sheets_server import a1
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import Value, entered, rendered
from tests.sheets_server.compute import Values
from tests.sheets_server.context import Context
from tests.sheets_server.errors import ApiError, Json, invalid
from tests.sheets_server.filters import areas
from tests.sheets_server.grid import insert
from tests.sheets_server.protection import check_protected
from tests.sheets_server.state import Place, Spreadsheet
from tests.sheets_server.tables import table_for


def read(book: Spreadsheet, area: Area, how: Json, major: str, values: Values) -> Json:
    """A ValueRange without its empty ends (recorded)."""
    columns = major == "COLUMNS"
    outer = range(area.left, area.right) if columns else range(area.top, area.bottom)
    inner = range(area.top, area.bottom) if columns else range(area.left, area.right)
    cells = area.sheet.cells
    rows: list[list[Value]] = []
    filled = _filled(area, columns)
    for at in outer:
        if at > filled:
            break
        row: list[Value] = []
        for across in inner:
            place = (across, at) if columns else (at, across)
            cell = cells.get(place)
            row.append(
                rendered(cell, (area.sheet.id, *place), values, book.locale, how) if cell else ""
            )
        rows.append(_without_end(row))
    while rows and not rows[-1]:
        rows.pop()
    answer: Json = {"range": a1.text_of(area), "majorDimension": major}
    return answer | ({"values": rows} if rows else {})


def _filled(area: Area, columns: bool) -> int:
    """The last row (or column) of the area that holds anything."""
    return max((place[1 if columns else 0] for place in area.held()), default=-1)


def _without_end(row: list[Value]) -> list[Value]:
    end = len(row)
    while end and row[end - 1] == "" and isinstance(row[end - 1], str):
        end -= 1
    return row[:end]


def get(ctx: Context, text: str) -> Json:
    major = ctx.one("majorDimension", "ROWS")
    area = a1.resolve(ctx.book, text)
    return read(ctx.book, area, ctx.how, major, Values(ctx.book))


def batch_get(ctx: Context) -> Json:
    major, values = ctx.one("majorDimension", "ROWS"), Values(ctx.book)
    found = [
        read(ctx.book, a1.resolve(ctx.book, text), ctx.how, major, values)
        for text in ctx.query.get("ranges", [])
    ]
    return {"spreadsheetId": ctx.book.id} | ({"valueRanges": found} if found else {})


def batch_get_by_data_filter(ctx: Context, body: Json) -> Json:
    """Each matched range once, with the filters that matched it [unverified beyond the schema]."""
    if not body.get("dataFilters"):
        raise invalid("Must specify at least one dataFilter.")
    major, values = body.get("majorDimension", "ROWS"), Values(ctx.book)
    found: dict[str, Json] = {}
    for one in body["dataFilters"]:
        for area in areas(ctx.book, one):
            text = a1.text_of(area)
            if text not in found:
                value = read(ctx.book, area, body, major, values)
                found[text] = {"valueRange": value, "dataFilters": []}
            found[text]["dataFilters"].append(one)
    return {"spreadsheetId": ctx.book.id, "valueRanges": list(found.values())}


def update(ctx: Context, text: str, body: Json) -> Json:
    return write(ctx, a1.resolve(ctx.book, text), body, _option(ctx.query), ctx.query)


def _option(query: Mapping[str, list[str]]) -> str:
    option = query.get("valueInputOption", [""])[0]
    if option not in ("RAW", "USER_ENTERED"):
        raise invalid("'valueInputOption' is required but not specified")
    return option


def write(
    ctx: Context, area: Area, body: Json, option: str, query: Mapping[str, list[str]]
) -> Json:
    """UpdateValuesResponse. ``null`` skips a cell, "" empties it (recorded)."""
    rows = _turned(body)
    _must_fit(area, rows)
    wide = max((len(row) for row in rows), default=0)
    where = Area(area.sheet, area.top, area.left, area.top + len(rows), area.left + wide)
    check_protected(ctx, where)
    done: list[Place] = []
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if value is not None:
                place = (area.top + down, area.left + across)
                cell = area.sheet.cells.get(place, {})
                area.sheet.put(place, entered(value, option, ctx.book.locale, cell))
                done.append(place)
    answer: Json = {
        "spreadsheetId": ctx.book.id,
        "updatedRange": a1.text_of(where if done else area),
    }
    if done:
        answer["updatedRows"] = len({row for row, _ in done})
        answer["updatedColumns"] = len({column for _, column in done})
        answer["updatedCells"] = len(done)
    if query.get("includeValuesInResponse", [""])[0].lower() == "true":
        how = {
            "valueRenderOption": query.get("responseValueRenderOption", ["FORMATTED_VALUE"])[0],
            "dateTimeRenderOption": query.get("responseDateTimeRenderOption", [""])[0],
        }
        answer["updatedData"] = read(ctx.book, where, how, "ROWS", Values(ctx.book))
    return answer


def _turned(body: Json) -> list[list[Any]]:
    rows: list[list[Any]] = body.get("values", [])
    if body.get("majorDimension") != "COLUMNS":
        return rows
    long = max((len(row) for row in rows), default=0)
    return [[row[at] if at < len(row) else None for row in rows] for at in range(long)]


def _must_fit(area: Area, rows: list[list[Any]]) -> None:
    """A range of one cell is only where to begin; a larger one must hold all (seen in the wild)."""
    sheet = area.sheet
    bottom = sheet.row_count if area.one else area.bottom
    right = sheet.column_count if area.one else area.right
    wide = max((len(row) for row in rows), default=0)
    text = a1.text_of(area)
    text = text if "'" in text else f"'{sheet.title}'!{text.partition('!')[2]}"
    start = f"Requested writing within range [{text}], but tried writing to"
    if area.top + len(rows) > bottom:
        raise invalid(f"{start} row [{bottom + 1}]")
    if area.left + wide > right:
        raise invalid(f"{start} column [{a1.letters(right)}]")


def append(ctx: Context, text: str, body: Json) -> Json:
    """Below the last table that the range touches, from that table's first column (recorded)."""
    option, area = _option(ctx.query), a1.resolve(ctx.book, text)
    sheet, rows = area.sheet, _turned(body)
    table = table_for(area)
    top, left = (table.bottom, table.left) if table else (area.top, area.left)
    wide = max((len(row) for row in rows), default=0)
    if ctx.one("insertDataOption") == "INSERT_ROWS" and rows:
        insert(ctx.book, sheet, "ROWS", top, len(rows))
    # The grid grows as far as is needed.
    sheet.grid["rowCount"] = max(sheet.row_count, top + len(rows))
    sheet.grid["columnCount"] = max(sheet.column_count, left + wide)
    start = Area(sheet, top, left, top + max(len(rows), 1), left + max(wide, 1))
    answer: Json = {"spreadsheetId": ctx.book.id}
    if table:
        answer["tableRange"] = a1.text_of(table)
    return answer | {"updates": write(ctx, start, {"values": rows}, option, ctx.query)}


def clear(ctx: Context, text: str) -> Json:
    area = a1.resolve(ctx.book, text)
    _clear(ctx, area)
    return {"spreadsheetId": ctx.book.id, "clearedRange": a1.text_of(area)}


def _clear(ctx: Context, area: Area) -> None:
    check_protected(ctx, area)
    for place in area.held():
        cell = area.sheet.cells[place]
        area.sheet.put(place, {k: v for k, v in cell.items() if k != "userEnteredValue"})


def batch_clear(ctx: Context, body: Json) -> Json:
    found = _named("ranges", body.get("ranges", []), lambda text: a1.resolve(ctx.book, text))
    for area in found:
        _clear(ctx, area)
    return {"spreadsheetId": ctx.book.id, "clearedRanges": [a1.text_of(area) for area in found]}


def batch_clear_by_data_filter(ctx: Context, body: Json) -> Json:
    found = [area for one in body.get("dataFilters", []) for area in areas(ctx.book, one)]
    for area in found:
        _clear(ctx, area)
    return {"spreadsheetId": ctx.book.id, "clearedRanges": [a1.text_of(area) for area in found]}


def _named(what: str, items: list[Any], work: Any) -> list[Any]:
    """Work on each; a refusal says which it was, as ``Invalid data[0]: …`` (seen in the wild)."""
    done = []
    for at, one in enumerate(items):
        try:
            done.append(work(one))
        except ApiError as error:
            raise invalid(f"Invalid {what}[{at}]: {error.message}") from error
    return done


def batch_update(ctx: Context, body: Json) -> Json:
    options = {name: [str(value)] for name, value in body.items() if name != "data"}
    option = _option(options)

    def one(data: Json) -> Json:
        return write(ctx, a1.resolve(ctx.book, data.get("range", "")), data, option, options)

    return _totals(ctx, _named("data", body.get("data", []), one))


def batch_update_by_data_filter(ctx: Context, body: Json) -> Json:
    options = {name: [str(value)] for name, value in body.items() if name != "data"}
    option = _option(options)

    def one(data: Json) -> list[Json]:
        found = areas(ctx.book, data["dataFilter"])
        return [
            write(ctx, area, data, option, options) | {"dataFilter": data["dataFilter"]}
            for area in found
        ]

    done = _named("data", body.get("data", []), one)
    return _totals(ctx, [answer for answers in done for answer in answers])


def _totals(ctx: Context, answers: list[Json]) -> Json:
    total: Json = {"spreadsheetId": ctx.book.id}
    for name in ("Rows", "Columns", "Cells"):
        total[f"totalUpdated{name}"] = sum(one.get(f"updated{name}", 0) for one in answers)
    total["totalUpdatedSheets"] = len({one["updatedRange"].rpartition("!")[0] for one in answers})
    return {k: v for k, v in total.items() if v} | {"responses": answers}
