"""After a write: did it land where it was meant to? Pure.

People sort, and move columns, also in the second between read and write. The answer of the write
brings the handles of the columns, and of each row the address (in Imports the formula) that stands
in it and the one that its numbers belong to; where these do not agree with the plan, the tab is
read again and ``google_repair`` says what to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sheetsync.dashboard import Formula, Tab, Value
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.trend import END, KEY_ROW, SLOT
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.google_book import handles_of
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    raw_of,
    same_raw,
)
from sheetsync.destinations.google_layout import Layout, whose


def ranges(layout: Layout) -> list[str]:
    """What the answer of a write brings back, in A1: titles as they were read."""
    found = []
    for tab in watched(layout):
        quoted = layout.quoted(tab.key)
        row, at = layout.header_row(tab), layout.at[tab.key]
        columns = [letters(at[key]) for key in whose(tab)]
        found += [layout.header_range(tab), *(f"{quoted}!{c}{row + 1}:{c}" for c in columns)]
    for key, places in board_ranges(layout).items():
        found += [f"{layout.quoted(key)}!{place}" for place in places]
    days = rewritten(layout)
    if writes_days(layout):
        found.append(layout.header_range(layout.dashboard.tab("history")))
    if days:
        tab = layout.dashboard.tab("history")
        columns = [letters(layout.at[tab.key][key]) for key in ("day", "profile")]
        found += [f"{layout.quoted(tab.key)}!{c}{min(days)}:{c}{max(days)}" for c in columns]
    return found


def rewritten(layout: Layout) -> dict[int, tuple[Value, Raw]]:
    """Rows of History that the write replaced: by number, whose and of which day (a serial)."""
    tab = layout.dashboard.tab("history")
    return {
        number: (cells.get("profile"), raw_of(day) if isinstance(day, date) else None)
        for number, cells in layout.rows(tab).held.items()
        for day in [cells.get("day")]
    }


def board_ranges(layout: Layout) -> dict[str, list[str]]:
    """Of boards that are written by place: cells that say where each number belongs."""
    found = {}
    for key in (TREND, LOG):
        rows = [row for row, at in layout.plan.fills.get(key, {}) if at == 1]
        if rows and key in layout.found.sheets:
            keys = [f"{KEY_ROW}:{KEY_ROW}"] if key == TREND else []
            found[key] = [*keys, f"A{min(rows)}:A{max(rows)}"]
    return found


def writes_days(layout: Layout) -> bool:
    return bool(layout.rows(layout.dashboard.tab("history")).all)


def added_days(layout: Layout) -> dict[tuple[str, date], Mapping[str, Value]]:
    """The rows that the write adds to History, by profile and day."""
    rows = layout.rows(layout.dashboard.tab("history")).added.values()
    return {
        (str(cells.get("profile")), day): cells
        for cells in rows
        if isinstance(day := cells.get("day"), date)
    }


def watched(layout: Layout) -> list[Tab]:
    """Those whose rows are somebody's: an address in column A, or a formula to be worked out."""
    return [tab for tab in layout.dashboard.tables if tab.kind is not None]


# --- is all well? ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Landed:
    """A table as the answer shows it: column handles, and cells of two columns by row."""

    handles: Mapping[str, int]
    columns: Mapping[int, Mapping[int, Raw]] = field(default_factory=dict)


def landed(answer: Json, sheet: int) -> Landed:
    handles: dict[str, int] = {}
    columns: dict[int, dict[int, Raw]] = {}
    for one in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        if one.get("properties", {}).get("sheetId", 0) != sheet:
            continue
        for data in one.get("data", []):
            first, at = data.get("startRow", 0) + 1, data.get("startColumn", 0) + 1
            metadata = data.get("columnMetadata", [])
            if len(metadata) > 1:
                handles = handles_of(metadata)
            rows = enumerate(data.get("rowData", []), first)
            held = {row: _entered(line) for row, line in rows if line.get("values")}
            columns.setdefault(at, {}).update({r: raw for r, raw in held.items() if raw})
    return Landed(handles, columns)


def heads_in(answer: Json, sheet: int, row: int) -> dict[int, Raw]:
    """A whole row of a tab, by position; what is empty is left out."""
    for one in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        if one.get("properties", {}).get("sheetId", 0) != sheet:
            continue
        for data in one.get("data", []):
            if data.get("startRow", 0) + 1 == row and len(data.get("columnMetadata", [])) > 1:
                lines: list[Json] = data.get("rowData", [])
                values = lines[0].get("values", []) if lines else []
                cells = enumerate(map(_raw, values), data.get("startColumn", 0) + 1)
                return {at: raw for at, raw in cells if raw is not None}
    return {}


def _entered(line: Json) -> Raw:
    return _raw(line["values"][0])


def _raw(content: Json) -> Raw:
    found: Raw = next(iter(content.get(VALUE, {}).values()), None)
    return found


def is_well(layout: Layout, answer: Json | None) -> bool:
    """Whether every column and every address stands where the write took it to be."""
    if answer is None:
        return False
    well = all(_tab_is_well(layout, tab, answer) for tab in watched(layout))
    return well and _columns_are_well(layout, answer) and _boards_are_well(layout, answer)


def _columns_are_well(layout: Layout, answer: Json) -> bool:
    """Whether History's columns, where rows were written, stand where they were taken to be."""
    if not writes_days(layout):
        return True
    handles = landed(answer, layout.ids["history"]).handles
    return all(handles.get(key) == at for key, at in layout.at["history"].items())


def _boards_are_well(layout: Layout, answer: Json) -> bool:
    """Whether days and profiles of Trend, and runs of the Log, stand where they were written."""
    for key in board_ranges(layout):
        sheet = layout.ids[key]
        grid = {row: {1: raw} for row, raw in landed(answer, sheet).columns.get(1, {}).items()}
        grid[KEY_ROW] = heads_in(answer, sheet, KEY_ROW)
        if not board_is_well(layout, key, grid):
            return False
    return True


def board_is_well(layout: Layout, key: str, grid: Grid) -> bool:
    fill = layout.plan.fills[key]
    first = {row: raw_of(value) for (row, at), value in fill.items() if at == 1}
    if any(not same_raw(grid.get(row, {}).get(1), raw) for row, raw in first.items()):
        return False
    keys = {at: raw for (row, at), raw in fill.items() if row == KEY_ROW and at >= SLOT}
    there = {at: raw for at, raw in grid.get(KEY_ROW, {}).items() if SLOT <= at <= END}
    return key != TREND or there == keys


def days_are_well(layout: Layout, answer: Json | None) -> bool:
    """Whether the rows of History that were replaced are still those that were meant."""
    wanted = rewritten(layout)
    if not wanted:
        return True
    if answer is None:
        return False
    if not _columns_are_well(layout, answer):
        return False
    at = layout.at["history"]
    columns = landed(answer, layout.ids["history"]).columns
    profiles, days = columns.get(at["profile"], {}), columns.get(at["day"], {})
    return all((profiles.get(row), days.get(row)) == key for row, key in wanted.items())


def _tab_is_well(layout: Layout, tab: Tab, answer: Json) -> bool:
    at = layout.at[tab.key]
    seen = landed(answer, layout.ids[tab.key])
    if any(seen.handles.get(key) != position for key, position in at.items()):
        return False
    typed, held = whose(tab)
    addresses, echoes = seen.columns.get(at[typed], {}), seen.columns.get(at[held], {})
    wanted = {row: address_in(tab, cells) for row, cells in layout.rows(tab).all.items()}
    return all(
        addresses.get(row) == wanted.get(row) or addresses.get(row) == echoes.get(row)
        for row in {*wanted, *echoes}
    )


def address_in(tab: Tab, cells: Mapping[str, Value]) -> Raw:
    """What stands in the team's own column that says whose the row is, a formula as its text."""
    value = cells.get(whose(tab)[0])
    if isinstance(value, Formula):
        return value.text
    return value if isinstance(value, str | int | float | bool) else None
