"""Imports in a spreadsheet: the same rows as in a workbook, whole results, and the team's cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.destinations import google_parts, google_spills
from sheetsync.errors import DestinationError
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Place, Plan, State, letters, make_plan
from sheetsync.plan.listed import Listed
from tests.destinations.google_world import Team
from tests.plan.sheet import NOW, TOK, at, clock, find, profile
from tests.sheets_server import before, refuse

PRICE = '=IMPORTXML("https://shop.test/"; "//b")'
RANK = '=IMPORTXML("https://rank.test/{handle}"; "//h1")'
LISTED = [Listed(PRICE, "Price")]
DESCRIBED = with_imports(DASHBOARD)
RANKED = with_imports(DASHBOARD, {1: "Rank"})


def read(*rows: Any, day: int = 20, formula: str = PRICE) -> ImportRead:
    cells = tuple(row if isinstance(row, tuple) else (row,) for row in rows)
    return ImportRead(formula, at(day), rows=cells)


def imports(
    team: Team, *reads: ImportRead, added: Any = (), described: Any = DESCRIBED, records: Any = ()
) -> Plan:
    with team.destination() as destination:
        state = destination.read(described)
        known: dict[str, Any] = {"find": find, "platforms": TOK}
        plan = make_plan(described, state, records, NOW, imported=Imported(reads, added), **known)
        destination.apply(plan)
        team.notes = list(destination.notes)
    return plan


def state(team: Team) -> State:
    with team.destination() as destination:
        return destination.read(DESCRIBED)


def add_tab(team: Team, title: str) -> None:
    team.people.edit({"addSheet": {"properties": {"title": title}}})


def ask_to_spill(team: Team, title: str, row: int = 2) -> None:
    """As a person does, in the column that the header names."""
    column = letters(state(team).tabs["imports"].columns["spill"])
    team.people.write(f"Imports!{column}{row}", [[title]])


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.mark.parametrize("value", [1031, 1.5, True, "=1+1", date(2026, 6, 6), clock(6, 3)])
def test_a_result_of_any_type_is_read_back_as_it_was_written(team: Team, value: Any) -> None:
    imports(team, read(value), added=LISTED)
    (row,) = state(team).tabs["imports"].rows
    assert (row.cells["name"], row.cells["formula"]) == ("Price", PRICE)
    assert row.cells["result"] == value
    assert type(row.cells["result"]) is type(value)
    assert not imports(team, read(value))


def test_the_day_before_is_kept(team: Team) -> None:
    imports(team, read(1031), added=LISTED)
    imports(team, read(1040, day=21))
    (row,) = state(team).tabs["imports"].rows
    assert (row.cells["before"], row.cells["before_day"]) == (1031, date(2026, 11, 20))
    assert "Imports" in state(team).titles


def test_the_tab_gets_its_looks_too() -> None:
    team = Team()
    team.dress = True
    imports(team, read(1031), added=LISTED)
    tab = team.people.tab("Imports")
    assert tab.protected_ranges
    assert team.people.bad_formulas() == []


def test_its_looks_and_formulas_are_such_as_google_takes(team: Team) -> None:
    team.dress = True
    imports(team, read(1, 2), added=LISTED)
    assert team.notes == team.notes[-1:], "no look was refused"
    assert team.people.bad_formulas() == []


def test_a_sync_of_imports_makes_three_calls(team: Team) -> None:
    imports(team, read(1, 2), added=LISTED)
    ask_to_spill(team, "Sold")
    imports(team, read(1, 2))
    calls = len(team.google.calls)
    imports(team, read(5, 6, day=21))
    assert team.calls()[calls:] == ["get", "values.batchGetByDataFilter", "batchUpdate"]


# --- whole results --------------------------------------------------------------------------


def test_a_whole_result_is_a_tab_that_stays_ours_while_others_are_written(team: Team) -> None:
    first, last = (date(2026, 6, 6), 5), (2.5, date(2026, 1, 1))
    table = read(("Day", "Sold"), first, ("=1+1", None), (clock(6, 3), True), last)
    imports(team, table, added=LISTED)
    ask_to_spill(team, "Sold")
    imports(team, table)
    assert state(team).spilled == {"Sold": table.rows}
    assert team.people.tab("Sold").cells[2, 0]["userEnteredValue"] == {"stringValue": "=1+1"}
    assert not imports(team, table), "what is there already is not written again"
    imports(team, described=DESCRIBED, records=[profile("anna", at(20), followers=5)])
    assert state(team).spilled == {"Sold": table.rows}
    imports(team, read("less", day=21))
    assert state(team).spilled == {"Sold": (("less",),)}
    assert [cell for cell in team.people.read("Sold") if any(cell)] == [["less"]]
    assert not team.google.crashes


def test_a_date_that_becomes_a_number_is_shown_as_one(team: Team) -> None:
    imports(team, read(date(2026, 6, 6)), added=LISTED)
    ask_to_spill(team, "Sold")
    imports(team, read(date(2026, 6, 6)))
    assert "numberFormat" in str(team.people.tab("Sold").cells[0, 0])
    imports(team, read(46179, day=21))
    assert "numberFormat" not in str(team.people.tab("Sold").cells[0, 0])
    assert state(team).spilled == {"Sold": ((46179,),)}


def test_a_cell_typed_over_in_a_whole_result_is_put_right(team: Team) -> None:
    imports(team, read(1, 2), added=LISTED)
    ask_to_spill(team, "Sold")
    imports(team, read(1, 2))
    team.people.write("Sold!A2", [[99]])
    team.people.write("Sold!D9", [["=A2"]])
    imports(team, read(1, 2))
    assert state(team).spilled == {"Sold": ((1,), (2,))}


def test_a_result_larger_than_the_tab_and_than_a_request_is_written_whole(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_spills, "_MOST", 5_000)
    monkeypatch.setattr(google_parts, "LIMIT", 200_000)
    rows = tuple(tuple(f"{n} {at}" for at in range(40)) for n in range(300))
    table = ImportRead(PRICE, at(20), rows=rows)
    imports(team, table, added=LISTED)
    ask_to_spill(team, "Sold")
    calls = len(team.google.calls)
    imports(team, table)
    assert team.calls()[calls:].count("batchUpdate") > 2
    assert state(team).spilled == {"Sold": rows}
    assert not imports(team, table)


def test_a_tab_of_theirs_is_never_written_over_nor_a_copy_of_ours(team: Team) -> None:
    imports(team, read(1, 2), added=LISTED)
    add_tab(team, "Theirs")
    team.people.write("Theirs!A1", [["keep"]])
    ask_to_spill(team, "theirs")
    imports(team, read(1, 2))
    assert team.people.read("Theirs") == [["keep"]]
    (row,) = state(team).tabs["imports"].rows
    assert "did not make the tab theirs" in str(row.cells["why"])
    ask_to_spill(team, "Sold")
    imports(team, read(1, 2))
    copy = {"sourceSheetId": team.people.tab("Sold").id, "newSheetName": "My copy"}
    team.people.edit({"duplicateSheet": copy})
    assert list(state(team).spilled) == ["Sold"]


def test_a_tab_that_somebody_makes_meanwhile_is_seen(team: Team) -> None:
    imports(team, read(1, 2), added=LISTED)
    ask_to_spill(team, "Sold")
    team.google.faults.add(before(lambda: add_tab(team, "Sold")), "batchUpdate")
    with pytest.raises(DestinationError, match="changed the spreadsheet's tabs"):
        imports(team, read(1, 2))
    imports(team, read(1, 2))
    (row,) = state(team).tabs["imports"].rows
    assert "did not make the tab Sold" in str(row.cells["why"])
    assert team.people.read("Sold") == []


# --- any cell -------------------------------------------------------------------------------


def test_any_cell_can_be_asked_for_in_one_call(team: Team) -> None:
    add_tab(team, "My tab")
    cells = [["x", 7, "=1+1"], ["=1/0", "2026-11-22", True], [1.5]]
    team.people.write("'My tab'!A2", cells)
    held = state(team)
    calls = len(team.google.calls)
    names = {(2, 1): "x", (2, 2): 7, (2, 3): 2, (3, 1): "#DIV/0!", (3, 3): True, (4, 1): 1.5}
    blank = [Place("My tab", 9, 9), Place("Gone", 1, 1), Place("My tab", 999_999, 1)]
    asked = {Place("my TAB", *where): value for where, value in names.items()}
    day = Place("My tab", 3, 2)
    found = dict(held.cells([*asked, day, *blank]))
    assert "2026" in str(found.pop(day)), "a date as it is shown"
    assert found == asked
    assert team.calls()[calls:] == ["values.batchGetByDataFilter"]
    assert held.cells(blank[1:]) == {}
    assert len(team.google.calls) == calls + 1, "nothing to ask for is no call"


def test_the_teams_formulas_are_found_in_their_tabs_and_their_columns_of_ours(team: Team) -> None:
    day = profile("anna", at(20), followers=5)
    imports(team, read(1), added=LISTED, records=[day])
    width = state(team).tabs["profiles"].width
    free = letters(width + 1)
    sheet = team.people.tab("Profiles")
    grow = {"sheetId": sheet.id, "dimension": "COLUMNS", "length": 9}
    team.people.edit({"appendDimension": grow})
    team.people.write(f"Profiles!{free}1", [["Mine"], ['=ImportXML(A2,"//b")']])
    team.people.write("Imports!B9", [['=IMPORTXML("https://x.test/","//b")']])
    add_tab(team, "Plan")
    team.people.write("Plan!B4", [['=IMPORTXML(A4,"//b")'], ["'=IMPORTXML(A4)"], ["=1+1"]])
    held = state(team)
    calls = len(team.google.calls)
    found = {place.a1: text.replace(" ", "") for place, text in held.formulas("import")}
    assert found == {
        "Plan!B4": '=IMPORTXML(A4,"//b")',
        f"Profiles!{free}2": '=ImportXML(A2,"//b")',
    }
    assert team.calls()[calls:] == ["getByDataFilter"]


def test_a_refusal_of_what_is_asked_later_is_told_in_words(team: Team) -> None:
    held = state(team)
    team.google.faults.add(refuse(403), "getByDataFilter")
    with pytest.raises(DestinationError):
        list(held.formulas("import"))


# --- columns of Profiles, and people who sort meanwhile --------------------------------------

NAMES = ("dora", "anna", "carl")
OTHER = PRICE.replace("//b", "//i")


def ranks(day: int) -> ImportRead:
    return ImportRead(RANK, at(day), each={f"tok:{n}": day + i for i, n in enumerate(NAMES)})


def ranked(team: Team, day: int) -> Plan:
    """A day of profiles, a column for each of them, and two imports."""
    records = [profile(n, at(day), followers=day * 10 + i) for i, n in enumerate(NAMES)]
    added = [Listed(RANK, "Rank"), Listed(PRICE, "Price"), Listed(OTHER, "Other")]
    more = {"described": RANKED, "records": records}
    return imports(team, ranks(day), read(day), read(-day, formula=OTHER), added=added, **more)


def by_first(team: Team, tab: str, *headers: str) -> dict[str, Any]:
    table = team.people.read(tab, "FORMULA")
    at = [table[0].index(header) for header in headers]
    lines = [[*row, *[""] * 99] for row in table[1:]]
    return {line[at[0]]: [line[place] for place in at[1:]] for line in lines if line[at[0]]}


def sort(team: Team, tab: str, column: str) -> dict[str, Any]:
    sheet = team.people.tab(tab)
    at = team.people.read(tab)[0].index(column)
    area = {"sheetId": sheet.id, "startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 0}
    area["endColumnIndex"] = sheet.column_count
    order = [{"dimensionIndex": at, "sortOrder": "ASCENDING"}]
    return {"sortRange": {"range": area, "sortSpecs": order}}


def insert(team: Team, tab: str, axis: str, start: int) -> dict[str, Any]:
    span = {"sheetId": team.people.tab(tab).id, "dimension": axis, "startIndex": start}
    return {"insertDimension": {"range": span | {"endIndex": start + 1}}}


EDITS: dict[str, Callable[[Team], dict[str, Any]]] = {
    "sort the profiles": lambda t: sort(t, "Profiles", "Address"),
    "sort the profiles by rank": lambda t: sort(t, "Profiles", "Rank"),
    "insert a profile's row": lambda t: insert(t, "Profiles", "ROWS", 2),
    "insert a column before the ranks": lambda t: insert(t, "Profiles", "COLUMNS", 12),
    "sort the imports": lambda t: sort(t, "Imports", "Formula"),
    "insert an import's row": lambda t: insert(t, "Imports", "ROWS", 2),
    "insert a column among the imports": lambda t: insert(t, "Imports", "COLUMNS", 2),
    "insert a column before the formulas": lambda t: insert(t, "Imports", "COLUMNS", 0),
}


@pytest.mark.parametrize("method", ["batchUpdate", "values.batchGetByDataFilter"])
@pytest.mark.parametrize("name", EDITS)
def test_results_stay_beside_their_names_whatever_people_move(
    team: Team, name: str, method: str
) -> None:
    ranked(team, 20)
    edit = EDITS[name](team)
    team.google.faults.add(before(lambda: team.people.edit(edit)), method)
    ranked(team, 21)
    shown = by_first(team, "Profiles", "Address", "Rank", "Followers")
    fresh = {f"https://tok.test/@{n}": [21 + i, 210 + i] for i, n in enumerate(NAMES)}
    assert shown == fresh
    results = by_first(team, "Imports", "Formula", "Name", "Result")
    assert results == {
        RANK: ["Rank", "3 of 3"],
        PRICE: ["Price", 21],
        OTHER: ["Other", -21],
    }
    rows = [row for tab in ("Profiles", "Imports") for row in team.people.read(tab, "FORMULA")]
    owners = (*NAMES, "=IMPORTXML", "Address", "Formula")
    assert [r for r in rows if any(r) and not any(o in str(r) for o in owners)] == []
    assert not team.google.crashes
    calls = len(team.google.calls)
    ranked(team, 21)
    assert "batchUpdate" not in team.calls()[calls:], "a second sync finds nothing to do"
