"""The calls that read one spreadsheet: what it has, the values of ranges, cells as Google has them.

Each raises what the client raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gspread.urls import SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from sheetsync.destinations.google_book import FIELDS, Book, Sheet, book_of
from sheetsync.destinations.google_cells import Grid, Json, grid_range, table_of
from sheetsync.destinations.google_client import NotGoogle, SheetsClient
from sheetsync.destinations.google_history import Block

#: A range to read: sheetId, then first row and position, last row and position (0: open).
Range = tuple[int, int, int, int, int]


class Spreadsheet:
    """``id`` is the one in its address."""

    def __init__(self, client: SheetsClient, id: str) -> None:
        self.client, self.id = client, id

    def book(self) -> Book:
        """Which tabs and columns are ours, as they are now."""
        described = self.described(FIELDS)
        if "spreadsheetId" not in described or not described.get("sheets"):  # it has one at least
            raise NotGoogle("no spreadsheet of Google's")
        return book_of(described)

    def described(self, fields: str) -> Mapping[str, Any]:
        """``spreadsheets.get``"""
        return self.client.fetch_sheet_metadata(self.id, {"fields": fields})

    def cells(self, areas: Sequence[Json], fields: str) -> Json:
        """``spreadsheets.getByDataFilter``; ``areas`` are GridRanges."""
        url = f"{SPREADSHEET_URL % self.id}:getByDataFilter"
        body = {"dataFilters": [{"gridRange": area} for area in areas]}
        answer: Json = self.client.request("post", url, {"fields": fields}, json=body).json()
        return answer

    def values(
        self, ranges: Sequence[Range], render: str = "FORMULA", dates: str = "SERIAL_NUMBER"
    ) -> list[Grid]:
        """``values:batchGetByDataFilter``. FORMULA gives numbers as numbers and the team's
        formulas as text. Google answers each range once, with the filters that asked for it."""
        body = {
            "dataFilters": [{"gridRange": grid_range(*where)} for where in ranges],
            "valueRenderOption": render,
            "dateTimeRenderOption": dates,
            "majorDimension": "ROWS",
        }
        url = f"{SPREADSHEET_VALUES_BATCH_URL % self.id}ByDataFilter"
        answer = self.client.request("post", url, json=body).json()
        if len(ranges) > 1 and not answer.get("valueRanges"):
            raise NotGoogle("no values of Google's")  # or a full dashboard would look empty
        by_filter: dict[tuple[int, ...], Any] = {}
        for one in answer.get("valueRanges", []):
            for asked in one.get("dataFilters", []):
                by_filter[_key(asked.get("gridRange", {}))] = one["valueRange"].get("values", [])
        found: list[Grid] = []
        for where in ranges:
            values = by_filter.get(_key(grid_range(*where)), [])
            found.append(table_of(values, where[1], where[2]))
        return found

    def blocks(self, sheet: Sheet | None, blocks: Sequence[Block]) -> list[Grid]:
        """Of one tab; nothing stands in one that is not there."""
        if sheet is None:
            return [{} for _ in blocks]
        return self.values([(sheet.id, *block) for block in blocks])


def _key(area: Json) -> tuple[int, ...]:
    names = ("sheetId", "startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
    return tuple(area.get(name, 0) for name in names)
