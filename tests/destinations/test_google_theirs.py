"""What a team has in the tabs that it shares with sheetsync: lines of totals, notes, less room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.plan import make_plan
from tests.destinations.google_world import Team
from tests.plan.sheet import TOK, at, find, profile
from tests.sheets_server import before

NAMES = ("dora", "anna", "carl")
GUIDE = "How to read this"
HEADER = DASHBOARD.tab("profiles").columns
Json = dict[str, Any]


@pytest.fixture
def team() -> Team:
    team = Team("nl_BE")
    day(team, 20)
    return team


def day(team: Team, number: int, **more: Any) -> None:
    records = [profile(n, at(number), followers=number * 100 + i) for i, n in enumerate(NAMES)]
    team.sync(*records, now=at(number, 12), **more)


def formula_at(team: Team, tab: str, row: int, position: int) -> Any:
    cell = team.people.tab(tab).cells.get((row - 1, position - 1), {})
    return cell.get("userEnteredValue")


def followers() -> int:
    return next(i for i, column in enumerate(HEADER, 1) if column.key == "followers")


def insert(team: Team, tab: str, dimension: str, index: int) -> None:
    span = {"sheetId": team.people.tab(tab).id, "dimension": dimension}
    span |= {"startIndex": index, "endIndex": index + 1}
    team.people.edit({"insertDimension": {"range": span, "inheritFromBefore": False}})


def trim(team: Team, tab: str) -> None:
    """Somebody deletes the empty rows and columns at the end."""
    held = team.people.tab(tab)
    rows, columns = (max(place[n] for place in held.cells) + 1 for n in (0, 1))
    ends = (("ROWS", rows, held.row_count), ("COLUMNS", columns, held.column_count))
    for dimension, start, end in ends:
        span = {"sheetId": held.id, "dimension": dimension, "startIndex": start, "endIndex": end}
        if start < end:
            team.people.edit({"deleteDimension": {"range": span}})


# --- a line of totals -----------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Total", '="Total of "&COUNTA(A2:A4)', "--- Clients ---"])
def test_the_formulas_of_a_line_of_totals_stay_formulas(team: Team, label: str) -> None:
    sheet = f"Profiles!{chr(64 + followers())}"
    team.people.write("Profiles!A5", [[label]])
    team.people.write(f"{sheet}5", [["=SUM(H2:H4)"]])
    total = formula_at(team, "Profiles", 5, followers())
    assert "formulaValue" in total
    for number in (21, 22):
        day(team, number)
        assert formula_at(team, "Profiles", 5, followers()) == total
        shown = [formula_at(team, "Profiles", row, followers()) for row in (2, 3, 4)]
        assert shown == [{"numberValue": number * 100 + i} for i in range(3)]


def test_they_stay_formulas_when_they_are_sorted_in_the_second_of_the_write(team: Team) -> None:
    team.people.write("Profiles!A5", [["1 total"]])
    team.people.write(f"Profiles!{chr(64 + followers())}5", [["=SUM(H$1:H$1)"]])

    def sort() -> None:
        tab = team.people.tab("Profiles")
        area = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": 5}
        area |= {"startColumnIndex": 0, "endColumnIndex": tab.column_count}
        order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
        team.people.edit({"sortRange": {"range": area, "sortSpecs": order}})

    team.google.faults.add(before(sort), nth=3)
    day(team, 21)
    row = [line[0] for line in team.people.read("Profiles")].index("1 total") + 1
    assert formula_at(team, "Profiles", row, followers()) == {"formulaValue": "=SUM(H$1:H$1)"}
    shown = {
        line[0].rpartition("@")[2]: line[followers() - 1]
        for line in team.people.read("Profiles")[1:]
    }
    assert {name: shown[name] for name in NAMES} == {n: 2100 + i for i, n in enumerate(NAMES)}


# --- less room ------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["Log", "Dashboard", "Trend", GUIDE, "History", "Profiles"])
@pytest.mark.parametrize("call", [0, 3])
def test_empty_rows_and_columns_that_were_deleted_stop_no_sync(
    team: Team, tab: str, call: int
) -> None:
    if call:
        team.google.faults.add(before(lambda: trim(team, tab)), nth=call)
    else:
        trim(team, tab)
    day(team, 21)
    day(team, 22)
    assert [row[followers() - 1] for row in team.people.read("Profiles")[1:]] == [2200, 2201, 2202]
    assert len(team.people.read("History")) == 1 + 9


# --- notes ----------------------------------------------------------------------------------


def test_a_note_beside_the_figures_of_the_first_screen_stays(team: Team) -> None:
    used = team.people.tab("Dashboard").cells
    free = next(p for p in ((row, 4) for row in range(3, 60)) if p not in used)
    where = f"Dashboard!E{free[0] + 1}"
    team.people.write(where, [["our goal: 5k"]])
    day(team, 21)
    assert team.people.read(where) == [["our goal: 5k"]]


@pytest.mark.parametrize("edition", [DASHBOARD.edition, DASHBOARD.edition + 1])
def test_a_column_inserted_in_the_guide_keeps_its_notes_and_the_settings(
    team: Team, edition: int
) -> None:
    row = next(i for i, line in enumerate(DASHBOARD.guide.lines, 1) if line.setting == "old_after")
    insert(team, GUIDE, "COLUMNS", 0)
    team.people.write(f"{GUIDE}!A1", [[f"note {n}"] for n in range(1, 31)])
    team.people.write(f"{GUIDE}!C{row}", [[77]])
    records = [profile(n, at(21), followers=2100 + i) for i, n in enumerate(NAMES)]
    dashboard = replace(DASHBOARD, edition=edition)
    with team.destination() as destination:
        state = destination.read(dashboard)
        plan = make_plan(dashboard, state, records, at(21, 12), find=find, platforms=TOK)
        destination.apply(plan)
    held = team.people.read(GUIDE)
    assert [line[0] for line in held[:30]] == [f"note {n}" for n in range(1, 31)]
    assert held[row - 1][2] == 77
    assert held[0][1] == DASHBOARD.guide.lines[0].label
    assert not team.google.crashes


# --- a row deleted and a column inserted in the second of the write ---------------------------


def test_a_row_deleted_and_a_column_inserted_leave_nothing_of_ours_in_the_teams_columns(
    team: Team,
) -> None:
    profiles = team.people.tab("Profiles").id

    def edit() -> None:
        gone = {"sheetId": profiles, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
        team.people.edit({"deleteDimension": {"range": gone}})
        insert(team, "Profiles", "COLUMNS", 3)

    team.google.faults.add(before(edit), nth=3)
    day(team, 21)
    lines = team.people.read("Profiles")
    assert [line[0].rpartition("@")[2] for line in lines[1:3]] == ["dora", "carl"]
    assert [line[followers()] for line in lines[1:3]] == [2100, 2102]
    assert not any(any(line) for line in lines[3:]), "what was written below is gone"
