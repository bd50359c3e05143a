"""People edit between the read and the write, and lose nothing; numbers stay beside their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from tests.destinations.google_world import Team
from tests.plan.sheet import at, profile
from tests.sheets_server import before

Json = dict[str, Any]
NAMES = ("dora", "anna", "carl", "bea", "emil")


@pytest.fixture
def team() -> Team:
    """Five profiles, and a column of the team's own with a note, a number and a formula a row."""
    team = Team("nl_BE")
    day = [profile(name, at(20), followers=100 + n, name=name) for n, name in enumerate(NAMES)]
    team.sync(*day, now=at(20, 12))
    width = len(DASHBOARD.tab("profiles").columns)
    grow = {"appendDimension": {"sheetId": sheet(team), "dimension": "COLUMNS", "length": 6}}
    team.people.edit(grow)
    here = letters(width + 2)
    rows = [[f"note {name}", n, f"={n}+1"] for n, name in enumerate(NAMES)]
    team.people.write(f"Profiles!{here}2", [["Our notes", "Our number", "Our formula"]][:0] or rows)
    team.people.write(f"Profiles!{here}1", [["Our notes", "Our number", "Our formula"]])
    team.people.write("Profiles!B2", [["A"], ["B"], ["A"], ["B"], ["C"]])
    team.sync(*day, profile("dora", at(20, 8), followers=100, name="dora"), now=at(20, 13))
    return team


def letters(position: int) -> str:
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheet(team: Team, title: str = "Profiles") -> int:
    return team.people.tab(title).id


def second_day(team: Team) -> None:
    records = [profile(n, at(21), followers=200 + i, name=n) for i, n in enumerate(NAMES)]
    team.sync(*records, now=at(21, 12))


def theirs(team: Team) -> dict[str, list[object]]:
    """By address, the cells of the team: group, and the columns with headers of their own."""
    table = padded(team.people.read("Profiles", "FORMULA"))
    head = table[0]
    wanted = [head.index(text) for text in ("Group", "Our notes", "Our number", "Our formula")]
    return {
        str(row[head.index("Address")]): [row[at] for at in wanted]
        for row in table[1:]
        if row[head.index("Address")]
    }


def padded(table: list[list[Any]]) -> list[list[Any]]:
    width = max(len(row) for row in table)
    return [row + [""] * (width - len(row)) for row in table]


def numbers(team: Team) -> dict[str, object]:
    table = padded(team.people.read("Profiles"))
    head = table[0]
    return {
        str(row[head.index("Address")]).rpartition("@")[2]: row[head.index("Followers")]
        for row in table[1:]
        if row[head.index("Address")]
    }


def sort(team: Team) -> Json:
    area = {"sheetId": sheet(team), "startRowIndex": 1, "endRowIndex": 6, "startColumnIndex": 0}
    area["endColumnIndex"] = team.people.tab("Profiles").column_count
    order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    return {"sortRange": {"range": area, "sortSpecs": order}}


def dimension(team: Team, kind: str, axis: str, start: int, **more: object) -> Json:
    span = {"sheetId": sheet(team), "dimension": axis, "startIndex": start, "endIndex": start + 1}
    name = "source" if kind == "moveDimension" else "range"
    return {kind: {name: span, **more}}


EDITS: dict[str, Callable[[Team], Json]] = {
    "sort": sort,
    "insert a row": lambda t: dimension(t, "insertDimension", "ROWS", 3),
    "delete a row": lambda t: dimension(t, "deleteDimension", "ROWS", 2),
    "move a row": lambda t: dimension(t, "moveDimension", "ROWS", 1, destinationIndex=5),
    "insert a column": lambda t: dimension(t, "insertDimension", "COLUMNS", 1),
    "insert a column among the numbers": lambda t: dimension(t, "insertDimension", "COLUMNS", 8),
    "move their column among the numbers": lambda t: dimension(
        t,
        "moveDimension",
        "COLUMNS",
        len(DASHBOARD.tab("profiles").columns) + 1,
        destinationIndex=6,
    ),
    "move the address": lambda t: dimension(t, "moveDimension", "COLUMNS", 0, destinationIndex=5),
    "move a number": lambda t: dimension(t, "moveDimension", "COLUMNS", 7, destinationIndex=1),
    "rename the tab": lambda t: {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet(t), "title": "Creators"},
            "fields": "title",
        }
    },
    "rename a column": lambda t: {
        "updateCells": {
            "start": {"sheetId": sheet(t), "rowIndex": 0, "columnIndex": 7},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": "Fans"}}]}],
            "fields": "userEnteredValue",
        }
    },
}


@pytest.mark.parametrize("method", ["batchUpdate", "values.batchGetByDataFilter"])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_just_before_a_call_harms_nothing(team: Team, name: str, method: str) -> None:
    kept = theirs(team)
    edit = EDITS[name](team)
    team.google.faults.add(before(lambda: team.people.edit(edit)), method)
    second_day(team)
    if name == "rename the tab":
        team.people.edit(
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": sheet(team, "Creators"), "title": "Profiles"},
                    "fields": "title",
                }
            }
        )
    if name == "rename a column":
        team.people.write("Profiles!H1", [["Followers"]])
    if name == "delete a row":  # the run that reads the sheet after it lists her again
        kept["https://tok.test/@anna"] = [""] * 4
        second_day(team)
    assert theirs(team) == kept
    fresh = {n: 200 + i for i, n in enumerate(NAMES)}
    shown = numbers(team)
    assert shown == {key: fresh[key] for key in shown}
    assert len(shown) == 5
    assert team.people.bad_formulas() == []
    assert not team.google.crashes
    calls = len(team.google.calls)
    second_day(team)
    assert "batchUpdate" not in team.calls()[calls:], "a second sync finds nothing to do"


# --- a column that the team added since the last sync ----------------------------------------

COLUMN_EDITS = {
    name: edit for name, edit in EDITS.items() if name.startswith(("insert a c", "move"))
}


@pytest.fixture
def new_column(team: Team) -> Team:
    """The team has just put a column among ours; no sync has seen it yet."""
    span = {"sheetId": sheet(team), "dimension": "COLUMNS", "startIndex": 6, "endIndex": 7}
    team.people.edit({"insertDimension": {"range": span, "inheritFromBefore": False}})
    team.people.write("Profiles!G1", [["Fresh"], *([f"fresh {name}"] for name in NAMES)])
    return team


def fresh(team: Team) -> dict[str, object]:
    table = padded(team.people.read("Profiles", "FORMULA"))
    head = table[0]
    at, whose = head.index("Fresh"), head.index("Address")
    return {str(row[whose]): row[at] for row in table[1:] if row[whose]}


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("name", COLUMN_EDITS)
def test_a_column_that_no_sync_has_seen_is_not_lost_when_columns_move(
    new_column: Team, name: str, write: int
) -> None:
    team = new_column
    kept, ours = theirs(team), fresh(team)
    edit = EDITS[name](team)
    team.google.faults.add(before(lambda: team.people.edit(edit)), "batchUpdate", nth=write)
    second_day(team)
    assert fresh(team) == ours
    assert theirs(team) == kept
    assert numbers(team) == {n: 200 + i for i, n in enumerate(NAMES)}
    second_day(team)
    calls = len(team.google.calls)
    second_day(team)
    assert "batchUpdate" not in team.calls()[calls:]
    assert fresh(team) == ours
