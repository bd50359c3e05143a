"""What is made before values are written: tabs, columns, their handles, room in the grid. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sheetsync.dashboard import Board, Guide, Tab
from sheetsync.dashboard.trend import END, LAST, LOG_ROWS
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations import google_forgotten
from sheetsync.destinations.google_book import COLUMN, TAB, Sheet
from sheetsync.destinations.google_cells import Json, cell, rectangles
from sheetsync.destinations.google_layout import UNDO, Layout
from sheetsync.destinations.google_metadata import metadata, metadata_gone

#: Rows and columns of a new tab.
_ROWS, _COLUMNS = 1000, 26
MOST_CELLS = 10_000_000


def setup(layout: Layout, *, undo_rows: int = 0) -> Iterator[Json]:
    """Requests in the order in which they can be carried out; none for a dashboard that stands."""
    yield from google_forgotten.requests(layout.plan.forgotten, layout.found.book.forgotten)
    for number, tab in enumerate(layout.dashboard.tabs):
        if layout.sheet(tab.key) is None:
            yield _add_sheet(layout, tab, number)
    yield from undo_tab(layout, undo_rows)
    for tab in layout.dashboard.tabs:
        yield from _entry(layout, tab)
        if isinstance(tab, Tab):
            yield from _room(layout, tab)
            yield from _columns(layout, tab)
        elif sheet := layout.sheet(tab.key):
            rows, columns = _needed(layout, tab)
            yield from more_room(sheet, rows - sheet.rows, columns - sheet.columns)


def _add_sheet(layout: Layout, tab: Tab | Guide | Board, index: int) -> Json:
    rows, columns = size_of(layout, tab)
    grid = {"rowCount": rows, "columnCount": columns}
    freeze = tab.freeze if isinstance(tab, Board) else (1, 1 if isinstance(tab, Tab) else 0)
    frozen = zip(("frozenRowCount", "frozenColumnCount"), freeze, strict=True)
    grid |= {name: count for name, count in frozen if count and not isinstance(tab, Guide)}
    properties: Json = {
        "sheetId": layout.ids[tab.key],
        "title": layout.titles[tab.key],
        "index": index,
        "gridProperties": grid,
    }
    if tab.hidden:
        properties["hidden"] = True
    return {"addSheet": {"properties": properties}}


def size_of(layout: Layout, tab: Tab | Guide | Board) -> tuple[int, int]:
    """Rows and columns of a new tab."""
    match tab:
        case Tab():
            return max(_ROWS, layout.plan.last_row(tab)), len(tab.columns) + 5
        case Guide():
            return len(tab.lines) + 50, 6
    if tab.key == TREND:
        return 2 * LAST + 20, END + 4
    if tab.key == LOG:
        return LOG_ROWS + 20, 10
    return 100, _COLUMNS


def _entry(layout: Layout, tab: Tab | Guide | Board) -> Iterator[Json]:
    """The tab's own metadata; the guide's says which edition of the text it holds."""
    sheet = layout.sheet(tab.key)
    edition = layout.dashboard.edition
    wanted = {"tab": tab.key, "sheet": layout.ids[tab.key]}
    if isinstance(tab, Guide):
        wanted["edition"] = edition
        if sheet and (tab.key, "") not in layout.plan.missing:
            return
    elif sheet and sheet.entry:
        return
    for metadata_id in sheet.marks.get(TAB, ()) if sheet else ():
        yield metadata_gone({"metadataId": metadata_id})
    text = json.dumps(wanted, separators=(",", ":"))
    yield metadata(TAB, text, {"sheetId": layout.ids[tab.key]})


def _room(layout: Layout, tab: Tab) -> Iterator[Json]:
    sheet = layout.sheet(tab.key)
    if sheet is None:
        return
    rows = layout.plan.last_row(tab) - sheet.rows if tab.kind else 0
    if layout.found.book.cells + rows * sheet.columns > MOST_CELLS:
        rows = _lowest(layout, tab) - sheet.rows  # no room for more than there must be
    columns = max(layout.at[tab.key].values()) - sheet.columns
    yield from more_room(sheet, rows if tab.kind else 0, columns)


def _needed(layout: Layout, tab: Guide | Board) -> tuple[int, int]:
    """How large a tab has to be that is written by place: people take empty rows away."""
    if isinstance(tab, Guide):
        spots = layout.found.spots.get(tab.key, {}).values()
        places = [(len(tab.lines), 3), *spots]
    else:
        places = [(c.row, c.at) for c in tab.cells]
        places += [*layout.plan.fills.get(tab.key, {})]
        places += [(a.last_row, a.last_at) for a in tab.names.values()]
    if tab.key == TREND:
        places.append(size_of(layout, tab))
    return max(row for row, _ in places), max(at for _, at in places)


def more_room(sheet: Sheet, rows: int, columns: int) -> Iterator[Json]:
    """So many more of them, at the end; nothing where there are enough."""
    for dimension, length in (("ROWS", rows), ("COLUMNS", columns)):
        if length > 0:
            grow = {"sheetId": sheet.id, "dimension": dimension, "length": length}
            yield {"appendDimension": grow}


def _lowest(layout: Layout, tab: Tab) -> int:
    """The last row that is added."""
    rows = (c.row for c in layout.plan.changes if c.tab == tab.key and c.added)
    return max(rows, default=0)


def _columns(layout: Layout, tab: Tab) -> Iterator[Json]:
    """Headers of new columns. Of a new tab the handles too: on one that people have they were made
    before (``google_handles``)."""
    sheet, held = layout.sheet(tab.key), layout.plan.state.tabs.get(tab.key)
    at, row = layout.at[tab.key], layout.header_row(tab)
    there = held.columns if held else {}
    new = {at[c.key]: c.header for c in tab.columns if c.key not in there}
    yield from rectangles({(row, p): cell(text) for p, text in new.items()}, layout.ids[tab.key])
    handles = dict(sheet.handles) if sheet else {}
    for column in tab.columns:
        if column.key not in handles:
            yield handle(layout, tab, column.key, at[column.key])


def handle(layout: Layout, tab: Tab, key: str, position: int, metadata_id: int = 0) -> Json:
    """An entry on the column; with an id of our own choice, or Google's."""
    span = {
        "sheetId": layout.ids[tab.key],
        "dimension": "COLUMNS",
        "startIndex": position - 1,
        "endIndex": position,
    }
    return metadata(COLUMN, key, {"dimensionRange": span}, metadata_id)


def undo_tab(layout: Layout, rows: int, wide: int = 0) -> Iterator[Json]:
    """The undo tab, large enough for ``rows`` and for the tables, or a tab so ``wide``; nothing
    when no rows are needed, or when the spreadsheet is full."""
    if not rows or not undo_fits(layout, rows):
        return
    sheet = layout.sheet(UNDO)
    width = max(wide, *(max(at.values()) for at in layout.at.values()))
    if sheet is None:
        grid = {"rowCount": max(rows, 100), "columnCount": width}
        properties = {
            "sheetId": layout.ids[UNDO],
            "title": _free_title(layout),
            "hidden": True,
            "gridProperties": grid,
        }
        yield {"addSheet": {"properties": properties}}
        text = json.dumps({"tab": UNDO, "sheet": layout.ids[UNDO]}, separators=(",", ":"))
        yield metadata(TAB, text, {"sheetId": layout.ids[UNDO]})
        return
    yield from more_room(sheet, rows - sheet.rows, width - sheet.columns)


def undo_fits(layout: Layout, rows: int) -> bool:
    """Whether what is written over can be copied first. A full spreadsheet is brought up to date
    all the same: only a sort in that very second could not be undone."""
    sheet = layout.sheet(UNDO)
    if sheet is not None and sheet.rows >= rows:
        return True
    width = max(max(at.values()) for at in layout.at.values())
    return layout.found.book.cells + max(rows, 100) * width <= MOST_CELLS


def _free_title(layout: Layout) -> str:
    taken = {sheet.title.casefold() for sheet in layout.found.book.sheets}
    title, number = "sheetsync undo", 1
    while title.casefold() in taken:
        number += 1
        title = f"sheetsync undo {number}"
    return title


def cells_after(layout: Layout, requests: list[Json]) -> int:
    """How many cells the spreadsheet will have at the most."""
    cells = layout.found.book.cells
    for request in requests:
        if grid := request.get("addSheet", {}).get("properties", {}).get("gridProperties"):
            cells += grid["rowCount"] * grid["columnCount"]
        if grow := request.get("appendDimension"):
            sheet = next(s for s in layout.found.book.sheets if s.id == grow["sheetId"])
            other = sheet.columns if grow["dimension"] == "ROWS" else sheet.rows
            cells += grow["length"] * other
    for tab in layout.dashboard.tables:
        sheet_now = layout.sheet(tab.key)
        if sheet_now is not None:
            grown = [r["appendDimension"] for r in requests if "appendDimension" in r]
            here = (
                g["length"]
                for g in grown
                if (g["sheetId"], g["dimension"]) == (sheet_now.id, "ROWS")
            )
            lacking = _lowest(layout, tab) - sheet_now.rows - sum(here)
            cells += max(lacking, 0) * sheet_now.columns
    return cells
