"""What the server holds: spreadsheets with tabs, cells and the objects on them.

Cells are values: a cell (Google's CellData, only what was entered) is replaced, never changed in
place. So a copy of a whole spreadsheet costs one shallow dict a tab, and a batch is applied to a
copy that takes the original's place when every request succeeded.
"""

from __future__ import annotations

import struct
from copy import deepcopy
from dataclasses import dataclass, field

from tests.sheets_server.errors import Json, invalid

Place = tuple[int, int]
MOST_CELLS = 10_000_000
MOST_TEXT = 50_000

_WHITE = {"red": 1, "green": 1, "blue": 1}
#: Recorded: what every new spreadsheet answers.
DEFAULT_FORMAT: Json = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
_THEME = {
    "TEXT": (0, 0, 0),
    "BACKGROUND": (255, 255, 255),
    "ACCENT1": (66, 133, 244),
    "ACCENT2": (234, 67, 53),
    "ACCENT3": (251, 188, 4),
    "ACCENT4": (52, 168, 83),
    "ACCENT5": (255, 109, 1),
    "ACCENT6": (70, 189, 198),
    "LINK": (17, 85, 204),
}


def colour(red: int, green: int, blue: int) -> Json:
    """Parts of 255 as Google prints them: 32-bit floats in their shortest form, no zeros."""
    parts = {"red": red, "green": green, "blue": blue}
    return {name: short_float(part / 255) for name, part in parts.items() if part}


def short_float(value: float) -> float | int:
    """The shortest decimal that is the same 32-bit float (recorded: 0.25882354)."""
    single = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(1, 10):
        text = float(f"{single:.{digits}g}")
        if struct.pack("f", text) == struct.pack("f", single):
            return int(text) if text == int(text) else text
    return value


def theme() -> Json:
    colours = [
        {"colorType": name, "color": {"rgbColor": colour(*parts)}} for name, parts in _THEME.items()
    ]
    return {"primaryFontFamily": "Arial", "themeColors": colours}


@dataclass
class Sheet:
    """A tab. ``rows`` and ``columns`` hold DimensionProperties where they are not the default."""

    properties: Json
    cells: dict[Place, Json] = field(default_factory=dict)
    rows: dict[int, Json] = field(default_factory=dict)
    columns: dict[int, Json] = field(default_factory=dict)
    merges: list[Json] = field(default_factory=list)
    conditional_formats: list[Json] = field(default_factory=list)
    filter_views: list[Json] = field(default_factory=list)
    protected_ranges: list[Json] = field(default_factory=list)
    charts: list[Json] = field(default_factory=list)
    banded_ranges: list[Json] = field(default_factory=list)
    row_groups: list[Json] = field(default_factory=list)
    column_groups: list[Json] = field(default_factory=list)
    slicers: list[Json] = field(default_factory=list)
    basic_filter: Json | None = None

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def grid(self) -> Json:
        grid: Json = self.properties["gridProperties"]
        return grid

    @property
    def row_count(self) -> int:
        return int(self.grid["rowCount"])

    @property
    def column_count(self) -> int:
        return int(self.grid["columnCount"])

    def put(self, place: Place, cell: Json) -> None:
        """Replaces a cell; an empty one is no cell."""
        if cell:
            self.cells[place] = cell
        else:
            self.cells.pop(place, None)

    def last_row(self) -> int:
        """One after the last row that holds a value (formats and notes do not count)."""
        rows = (row for (row, _), cell in self.cells.items() if "userEnteredValue" in cell)
        return max(rows, default=-1) + 1

    def copy(self) -> Sheet:
        same = ("cells", "rows", "columns")
        kept: Json = {k: deepcopy(v) for k, v in vars(self).items() if k not in same}
        kept |= {name: dict(getattr(self, name)) for name in same}
        return Sheet(**kept)


@dataclass
class Spreadsheet:
    """One Google file. ``shared``: who may do what, by e-mail."""

    id: str
    properties: Json
    sheets: list[Sheet]
    shared: dict[str, str]
    named_ranges: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    created: str = ""
    modified: str = ""
    #: An Excel file that was only uploaded: Sheets' methods refuse it.
    excel: bool = False
    #: Rises with every change, so that computed values can be kept.
    revision: int = 0

    def sheet(self, sheet_id: int) -> Sheet:
        """Raises a 400 for an id that is no tab's."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise invalid(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Titles are compared without case [unverified]."""
        return next((s for s in self.sheets if s.title.lower() == title.lower()), None)

    def renumber(self) -> None:
        for at, sheet in enumerate(self.sheets):
            sheet.properties["index"] = at

    def cell_count(self) -> int:
        return sum(
            s.row_count * s.column_count for s in self.sheets if "gridProperties" in s.properties
        )

    @property
    def locale(self) -> str:
        return str(self.properties["locale"])

    def copy(self) -> Spreadsheet:
        kept = dict(vars(self))
        kept["sheets"] = [sheet.copy() for sheet in self.sheets]
        for name in ("properties", "named_ranges", "metadata", "shared"):
            kept[name] = deepcopy(kept[name])
        return Spreadsheet(**kept)


def grid_properties(rows: int = 1000, columns: int = 26) -> Json:
    return {"rowCount": rows, "columnCount": columns}


def new_sheet(sheet_id: int, title: str, index: int, grid: Json | None = None) -> Sheet:
    return Sheet(
        {
            "sheetId": sheet_id,
            "title": title,
            "index": index,
            "sheetType": "GRID",
            "gridProperties": grid or grid_properties(),
        }
    )


def new_spreadsheet(spreadsheet_id: str, title: str, owner: str, now: str) -> Spreadsheet:
    properties = {
        "title": title,
        "locale": "en_US",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": deepcopy(DEFAULT_FORMAT),
        "spreadsheetTheme": theme(),
    }
    sheets = [new_sheet(0, "Sheet1", 0)]
    return Spreadsheet(
        spreadsheet_id, properties, sheets, {owner: "owner"}, created=now, modified=now
    )
