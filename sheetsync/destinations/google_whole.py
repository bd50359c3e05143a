"""Reads all that a spreadsheet holds, for who takes a person out of it: five calls.

History has its values in the short form (cell by cell with their format it would be a hundred
megabytes after a year); of every other tab a cell is as Google has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sheetsync.destinations.google_cells import VALUE, Grid, Json
from sheetsync.destinations.google_spreadsheet import Spreadsheet

_META = "developerMetadata(metadataId,metadataKey,metadataValue)"
_OBJECTS = (
    f"properties(title),namedRanges(namedRangeId,name),{_META},"
    f"sheets(properties(sheetId,title,gridProperties),{_META},charts(chartId,spec),"
    "slicers(slicerId,spec),conditionalFormats,filterViews,basicFilter,"
    "protectedRanges(protectedRangeId,description),tables(tableId,name),"
    f"data(columnMetadata({_META}),rowMetadata({_META})))"
)
#: What of a cell may hold a text.
_NOTES = "note,dataValidation"
_CELL = f"{VALUE},{_NOTES},textFormatRuns,chipRuns"
_LOOK = "userEnteredFormat(numberFormat,textFormat(link))"


@dataclass(frozen=True, slots=True)
class Tab:
    """``cells``: CellData by (row, position), counted from 1; ``held`` what else the tab has."""

    id: int
    title: str
    cells: Mapping[tuple[int, int], Json]
    held: Json = field(default_factory=dict)

    @property
    def metadata(self) -> Iterator[Json]:
        """The developer metadata of the tab, its columns and its rows."""
        yield from self.held.get("developerMetadata", [])
        for data in self.held.get("data", []):
            for one in (*data.get("columnMetadata", []), *data.get("rowMetadata", [])):
                yield from one.get("developerMetadata", [])


@dataclass(frozen=True, slots=True)
class Whole:
    """A spreadsheet with everything in it."""

    title: str
    tabs: tuple[Tab, ...]
    names: tuple[Json, ...] = ()
    metadata: tuple[Json, ...] = ()

    def tab(self, sheet: int) -> Tab:
        return next(tab for tab in self.tabs if tab.id == sheet)


def read_whole(spreadsheet: Spreadsheet, ours: Collection[int], history: int | None) -> Whole:
    """``ours`` are the sheetIds of our tabs, ``history`` that one's. Raises what the client
    raises."""
    book = spreadsheet.described(_OBJECTS)
    sheets = [one for one in book.get("sheets", []) if "gridProperties" in one["properties"]]
    ids = [one["properties"].get("sheetId", 0) for one in sheets]
    others = [one for one in ids if one != history]
    cells = _cells(spreadsheet, dict.fromkeys(others, 0), _CELL)
    # Below its last row a tab of ours has our own looks, a thousand rows of them.
    last = {sheet: _last(cells[sheet]) if sheet in ours else 0 for sheet in others}
    for sheet, looks in _cells(spreadsheet, last, _LOOK).items():
        for place, look in looks.items():
            cells[sheet][place] = {**cells[sheet].get(place, {}), **look}
    if history is not None and history in ids:
        (values,) = spreadsheet.values([(history, 1, 1, 0, 0)])
        noted = _cells(spreadsheet, {history: 0}, _NOTES)
        cells[history] = _joined(values, noted[history])
    tabs = (
        Tab(sheet, one["properties"]["title"], cells.get(sheet, {}), one)
        for sheet, one in zip(ids, sheets, strict=True)
    )
    return Whole(
        book.get("properties", {}).get("title", ""),
        tuple(tabs),
        tuple(book.get("namedRanges", [])),
        tuple(book.get("developerMetadata", [])),
    )


def _cells(
    spreadsheet: Spreadsheet, sheets: Mapping[int, int], fields: str
) -> dict[int, dict[tuple[int, int], Json]]:
    """``sheets``: the last row to read of each, 0 for all."""
    found: dict[int, dict[tuple[int, int], Json]] = {sheet: {} for sheet in sheets}
    if not sheets:
        return found
    mask = f"sheets(properties(sheetId),data(startRow,startColumn,rowData(values({fields}))))"
    areas = [{"sheetId": s} | ({"endRowIndex": n} if n else {}) for s, n in sheets.items()]
    for one in spreadsheet.cells(areas, mask).get("sheets", []):
        held = found[one["properties"].get("sheetId", 0)]
        for data in one.get("data", []):
            held.update(_placed(data))
    return found


def _last(cells: Mapping[tuple[int, int], Json]) -> int:
    return max((row for (row, _), cell in cells.items() if VALUE in cell), default=1)


def _placed(data: Mapping[str, Any]) -> Iterator[tuple[tuple[int, int], Json]]:
    first, left = data.get("startRow", 0) + 1, data.get("startColumn", 0) + 1
    for row, line in enumerate(data.get("rowData", []), first):
        for at, cell in enumerate(line.get("values", []), left):
            if cell:
                yield (row, at), cell


def _joined(values: Grid, noted: Mapping[tuple[int, int], Json]) -> dict[tuple[int, int], Json]:
    """Nobody can tell a formula of the team's beside History from text that looks like one."""
    found: dict[tuple[int, int], Json] = dict(noted)
    for row, line in values.items():
        for at, raw in line.items():
            found[row, at] = {**found.get((row, at), {}), VALUE: _value(raw)}
    return found


def _value(raw: str | float | bool | None) -> Json:
    if isinstance(raw, bool):
        return {"boolValue": raw}
    if isinstance(raw, str):
        return {"formulaValue" if raw.startswith("=") else "stringValue": raw}
    return {"numberValue": raw}
