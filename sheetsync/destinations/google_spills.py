"""The tabs that whole results of imports spill into: known, read and written. Pure.

A tab's own metadata says that sheetsync made it, and which of its numbers are dates: Google knows
no dates, only numbers. Nothing in such a tab is the team's, so it is written whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby

from sheetsync.dashboard import PATTERNS, Format, Scalar
from sheetsync.destinations.google_book import TAB, Book, Sheet, sheet_id_for
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    cell,
    moment_of,
    packed,
    plain,
    update_cells,
)
from sheetsync.destinations.google_formats import number_format
from sheetsync.destinations.google_layout import Layout
from sheetsync.destinations.google_metadata import metadata, metadata_gone
from sheetsync.destinations.google_rows import FORMAT
from sheetsync.destinations.google_setup import more_room
from sheetsync.plan import Block

SPILL = "spill"
#: Bytes of cells in one request: several of them fit into a batch.
_MOST = 500_000
#: Signs of metadata on dates; a result whose dates need more is written again by each sync.
_MOST_MARKS = 5_000
_DAY, _TIME, _REST = "d", "t", "-"


def spill_tabs(book: Book) -> dict[str, Sheet]:
    """By title."""
    return {sheet.title: sheet for sheet in book.sheets if sheet.key == SPILL}


# --- read -----------------------------------------------------------------------------------


def block_of(sheet: Sheet, grid: Grid) -> Block:
    """All that the tab holds, without blank rows and columns at the end."""
    last = max(grid, default=0)
    width = max((at for cells in grid.values() for at in cells), default=0)
    marks = sheet.entry.get("dates")
    kinds = {at: _kinds(str(marks.get(str(at), ""))) for at in range(1, width + 1)} if marks else {}
    return tuple(
        tuple(
            _typed(grid.get(row, {}).get(at), kinds.get(at, "")[row - 1 : row])
            for at in range(1, width + 1)
        )
        for row in range(1, last + 1)
    )


def _typed(raw: Scalar, kind: str) -> Scalar:
    value = plain(raw) if not isinstance(raw, date) else raw
    moment = moment_of(raw) if kind in (_DAY, _TIME) and not isinstance(raw, date) else None
    if moment is None:
        return value
    return moment.date() if kind == _DAY else moment


def _kinds(mark: str) -> str:
    """``-1d3`` -> ``-ddd``"""
    found, number = "", ""
    for sign in reversed(mark):
        if sign.isdecimal():
            number = sign + number
        else:
            found = sign * int(number or 0) + found
            number = ""
    return found


# --- write ----------------------------------------------------------------------------------


def spills(layout: Layout) -> Iterator[Json]:
    """The requests that write these tabs, new ones at the end of the spreadsheet."""
    held = spill_tabs(layout.found.book)
    taken = [*layout.ids.values(), *(sheet.id for sheet in layout.found.book.sheets)]
    for title, rows in layout.plan.spills.items():
        sheet = held.get(title)
        if sheet is None:
            sheet = Sheet(sheet_id_for(f"{SPILL} {title}", taken), title, 100, 10)
            sheet = _large(sheet, rows)
            taken.append(sheet.id)
            grid = {"rowCount": sheet.rows, "columnCount": sheet.columns}
            properties = {"sheetId": sheet.id, "title": title, "gridProperties": grid}
            yield {"addSheet": {"properties": properties}}
        large = _large(sheet, rows)
        yield from more_room(sheet, large.rows - sheet.rows, large.columns - sheet.columns)
        yield from _entry(sheet, rows)
        yield from _cells(large, rows)


def _large(sheet: Sheet, rows: Block) -> Sheet:
    """The tab with room for all of them."""
    wide = max((len(row) for row in rows), default=0)
    more = max(sheet.rows, len(rows)), max(sheet.columns, wide)
    return Sheet(sheet.id, sheet.title, *more, entry=sheet.entry, marks=sheet.marks)


def _entry(sheet: Sheet, rows: Block) -> Iterator[Json]:
    entry: dict[str, object] = {"tab": SPILL, "sheet": sheet.id}
    marks = _marks(rows)
    if marks and len(packed(marks)) <= _MOST_MARKS:
        entry["dates"] = marks
    if sheet.entry == entry:
        return
    for metadata_id in sheet.marks.get(TAB, ()):
        yield metadata_gone({"metadataId": metadata_id})
    yield metadata(TAB, json.dumps(entry, separators=(",", ":")), {"sheetId": sheet.id})


def _marks(rows: Block) -> Mapping[str, str]:
    """By position which cells of a column are dates, down from its top: ``-1d3``."""
    found = {}
    for at, column in enumerate(zip(*rows, strict=True), 1):
        runs = [(kind, len(list(cells))) for kind, cells in groupby(map(_kind, column))]
        if any(kind != _REST for kind, _ in runs):
            found[str(at)] = "".join(f"{kind}{number}" for kind, number in runs)
    return found


def _kind(value: Scalar) -> str:
    if isinstance(value, datetime):
        return _TIME
    return _DAY if isinstance(value, date) else _REST


def _cells(sheet: Sheet, rows: Block) -> Iterator[Json]:
    """Everything else in the tab goes: what ``updateCells`` has no row for is emptied."""
    made = [[_cell(value) for value in row] for row in rows]
    parts: list[list[list[Json]]] = [[]]
    size = 0
    for row in made:
        size += len(packed(row))
        if size > _MOST and parts[-1]:
            parts.append([])
            size = len(packed(row))
        parts[-1].append(row)
    fields = f"{VALUE},{FORMAT}"
    area = {
        "sheetId": sheet.id,
        "startRowIndex": 0,
        "endRowIndex": sheet.rows,
        "startColumnIndex": 0,
        "endColumnIndex": sheet.columns,
    }
    lines = [{"values": row} for row in parts[0]]
    yield {"updateCells": {"range": area, "rows": lines, "fields": fields}}
    done = len(parts[0])
    for part in parts[1:]:
        yield update_cells(sheet.id, done + 1, 1, part, fields)
        done += len(part)


def _cell(value: Scalar) -> Json:
    """Text stays text, whatever it begins with."""
    if not isinstance(value, date):
        return cell(value)
    kind = Format.MOMENT if isinstance(value, datetime) else Format.DATE
    look = {"numberFormat": number_format(kind, PATTERNS[kind])}
    return cell(value) | {"userEnteredFormat": look}
