"""A spreadsheet as ``spreadsheets.get`` answers it: which tabs and columns are ours. Pure.

Tabs are known by their sheetId and a developer metadata entry that names it (so that a duplicate,
whose entry would name another one, belongs to the team); columns by an entry each, which moves
along with its column. All entries have DOCUMENT visibility and are invisible to people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from sheetsync.dashboard import Area
from sheetsync.destinations.google_cells import Json
from sheetsync.destinations.google_fence import Head, heads_of, mark_of
from sheetsync.destinations.google_forgotten import forgotten_of
from sheetsync.plan import Forgotten

TAB, COLUMN, DAYS = "sheetsync.tab", "sheetsync.col", "sheetsync.days"
INSTALLED = "sheetsync.installed"
#: Of a board: a mark of the formulas that were written last.
FORMULAS = "sheetsync.formulas"
#: Named ranges of ours have ids and names that begin so.
NAME = "sheetsync_"
#: Of a handle on a column of the team's own: its number follows.
THEIRS = "their:"

_META = "developerMetadata(metadataId,metadataKey,metadataValue)"
#: Column handles come in columnMetadata; there is no rowData, so no cell is sent.
FIELDS = (
    f"spreadsheetId,properties(title,locale,timeZone),{_META},namedRanges,"
    "sheets(properties(sheetId,title,index,hidden,sheetType,gridProperties(rowCount,columnCount)),"
    f"{_META},charts(chartId),conditionalFormats(ranges(sheetId)),data(columnMetadata({_META})))"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tab. ``handles``: positions, from 1, by column key; ``entry`` is what its metadata says,
    {} for a tab that is not ours; ``marks`` are the ids of its metadata by key."""

    id: int
    title: str
    rows: int
    columns: int
    hidden: bool = False
    handles: Mapping[str, int] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=dict)
    days: str = ""
    formulas: str = ""
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    charts: frozenset[int] = frozenset()
    #: How many conditional formats it has.
    rules: int = 0
    #: Of a tab that people have duplicated: the key of ours that it is a copy of.
    copy_of: str = ""

    @property
    def key(self) -> str:
        return str(self.entry.get("tab", ""))


@dataclass(frozen=True, slots=True)
class Book:
    """``names``: of our named ranges, by what follows ``NAME``: the sheetId and an Area.

    ``heads`` are those of this very spreadsheet; ``copied``: some are another one's, of which
    this is a copy; ``cells`` counts all cells of the grids, empty ones too.
    """

    id: str
    title: str
    locale: str
    zone: str
    sheets: tuple[Sheet, ...]
    heads: tuple[Head, ...] = ()
    all_heads: tuple[Head, ...] = ()
    names: Mapping[str, tuple[int, Area]] = field(default_factory=dict)
    name_ids: frozenset[str] = frozenset()
    installed: frozenset[str] = frozenset()
    cells: int = 0
    forgotten: Forgotten = field(default_factory=Forgotten)

    @property
    def g(self) -> int:
        return max((head.g for head in self.heads), default=0)

    @property
    def copied(self) -> bool:
        return bool(self.all_heads) and not self.heads

    @property
    def ours(self) -> dict[str, Sheet]:
        """Our tabs by key; of two that claim one, the first."""
        found: dict[str, Sheet] = {}
        for sheet in self.sheets:
            if sheet.key:
                found.setdefault(sheet.key, sheet)
        return found

    @property
    def places(self) -> object:
        """What a write relies on: which tabs there are, by which titles, how large, and where
        columns stand."""
        return [
            (s.id, s.title, s.key, s.rows, s.columns, sorted(s.handles.items()))
            for s in self.sheets
        ]

    def sheet(self, sheet_id: int) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.id == sheet_id), None)


def book_of(answer: Mapping[str, Any]) -> Book:
    """The answer of ``spreadsheets.get`` with ``FIELDS``."""
    properties, entries = answer.get("properties", {}), answer.get("developerMetadata", [])
    sheets = answer.get("sheets", [])
    heads = heads_of(entries)
    mark = mark_of(answer["spreadsheetId"])
    grids = [sheet["properties"].get("gridProperties", {}) for sheet in sheets]
    installed = [e.get("metadataValue", "") for e in entries if e.get("metadataKey") == INSTALLED]
    return Book(
        answer["spreadsheetId"],
        properties.get("title", ""),
        properties.get("locale", "en_US"),
        zone_name(properties.get("timeZone", "")),
        tuple(_sheet(one) for one in sheets if "gridProperties" in one["properties"]),
        tuple(head for head in heads if head.sid == mark),
        tuple(heads),
        dict(_names(answer.get("namedRanges", []))),
        frozenset(one.get("namedRangeId", "") for one in answer.get("namedRanges", [])),
        frozenset(" ".join(installed).split()),
        sum(grid.get("rowCount", 0) * grid.get("columnCount", 0) for grid in grids),
        forgotten_of(entries),
    )


def _sheet(answer: Json) -> Sheet:
    properties = answer["properties"]
    sheet_id = properties.get("sheetId", 0)  # proto3 leaves out a 0
    grid = properties["gridProperties"]
    entries = answer.get("developerMetadata", [])
    held = {entry["metadataKey"]: entry.get("metadataValue", "") for entry in entries}
    marks: dict[str, tuple[int, ...]] = {}
    for entry in entries:
        key = entry["metadataKey"]
        marks[key] = (*marks.get(key, ()), entry.get("metadataId", 0))
    data: Json = next(iter(answer.get("data", [])), {})
    return Sheet(
        sheet_id,
        properties["title"],
        grid.get("rowCount", 0),
        grid.get("columnCount", 0),
        bool(properties.get("hidden")),
        handles_of(data.get("columnMetadata", [])),
        _entry(held.get(TAB, ""), sheet_id),
        held.get(DAYS, ""),
        held.get(FORMULAS, ""),
        marks,
        frozenset(chart["chartId"] for chart in answer.get("charts", [])),
        len(answer.get("conditionalFormats", [])),
        str(_loaded(held.get(TAB, "")).get("tab", "")),
    )


def handles_of(columns: Sequence[Json]) -> dict[str, int]:
    """Positions by column key; of two columns with one handle (a copy) the first."""
    found: dict[str, int] = {}
    for at, column in enumerate(columns, 1):
        for entry in column.get("developerMetadata", []):
            if entry.get("metadataKey") == COLUMN:
                found.setdefault(entry.get("metadataValue", ""), at)
    return found


def _entry(text: str, sheet_id: int) -> Mapping[str, Any]:
    entry = _loaded(text)
    return entry if entry.get("sheet") == sheet_id else {}


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        entry = json.loads(text) if text else {}
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _names(given: Sequence[Json]) -> list[tuple[str, tuple[int, Area]]]:
    found = []
    for one in given:
        name, area = one.get("namedRangeId", ""), one.get("range", {})
        if name.startswith(NAME) and "endRowIndex" in area and "endColumnIndex" in area:
            first = (area.get("startRowIndex", 0) + 1, area.get("startColumnIndex", 0) + 1)
            last = (area["endRowIndex"], area["endColumnIndex"])
            found.append((name.removeprefix(NAME), (area.get("sheetId", 0), Area(*first, *last))))
    return found


def zone_name(zone: str) -> str:
    """A name that Python knows. Google writes a zone of its own making as ``GMT-07:00``."""
    sign, hours = zone[3:4], zone[4:]
    if zone.startswith("GMT") and sign in ("+", "-") and hours.endswith(":00"):
        return f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours[:2])}"
    return zone or "UTC"


def sheet_id_for(key: str, taken: Sequence[int]) -> int:
    """The sheetId that every first set-up chooses: the second one of two at a time fails."""
    wanted = crc32(f"sheetsync {key}".encode()) % 2_000_000_000 + 1
    while wanted in taken:
        wanted += 1
    return wanted
