"""Imports in a real file: its tab, its lines, whole results, and the cells that are asked for."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetsync.dashboard import Formula
from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.destinations import open_destination
from sheetsync.errors import DestinationError
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Place, Plan, State
from sheetsync.plan.listed import Listed
from tests.destinations.conftest import book, sync
from tests.plan.sheet import at, clock, profile

PRICE = '=IMPORTXML("https://shop.test/"; "//b")'
RANK = '=IMPORTXML("https://rank.test/{handle}"; "//h1")'
DESCRIBED = with_imports(DASHBOARD)
LISTED = [Listed(PRICE, "Price")]


def read(*rows: Any, day: int = 20, formula: str = PRICE) -> ImportRead:
    cells = tuple(row if isinstance(row, tuple) else (row,) for row in rows)
    return ImportRead(formula, at(day), rows=cells)


def imports(path: Path, *reads: ImportRead, added: Any = (), described: Any = DESCRIBED) -> Plan:
    return sync(path, dashboard=described, imported=Imported(reads, added))


def state(path: Path) -> State:
    with open_destination(str(path)) as destination:
        return destination.read(DESCRIBED)


def edit(path: Path, tab: str, cells: Mapping[str, Any]) -> None:
    """As a person does, with a program that keeps our names."""
    opened = book(path) if path.exists() else openpyxl.Workbook()
    sheet = opened[tab] if tab in opened.sheetnames else opened.create_sheet(tab)
    for where, value in cells.items():
        sheet[where] = value
    opened.save(path)
    opened.close()


def where(path: Path, header: str, tab: str = "Imports") -> str:
    heads = [cell.value for cell in book(path)[tab][1]]
    return str(openpyxl.utils.get_column_letter(heads.index(header) + 1))


def xml_of(path: Path, title: str) -> str:
    number = book(path).sheetnames.index(title) + 1
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_a_new_row_is_found_again_and_the_same_reading_changes_nothing(path: Path) -> None:
    imports(path, read(1031), added=LISTED)
    (row,) = state(path).tabs["imports"].rows
    assert (row.cells["name"], row.cells["formula"], row.cells["result"]) == ("Price", PRICE, 1031)
    assert not imports(path, read(1031))
    assert "Imports" in book(path).sheetnames


@pytest.mark.parametrize("value", [1031, 1.5, True, "=1+1", "@x", date(2026, 6, 6), clock(6, 3)])
def test_a_result_of_any_type_is_read_back_as_it_was_written(path: Path, value: Any) -> None:
    imports(path, read(value), added=LISTED)
    (row,) = state(path).tabs["imports"].rows
    assert row.cells["result"] == value
    assert type(row.cells["result"]) is type(value)
    assert not imports(path, read(value))
    cell = book(path)["Imports"]["C2"]
    assert cell.data_type != "f"
    assert cell.is_date == isinstance(value, date)


def test_what_changed_is_computed_from_the_day_before(path: Path) -> None:
    imports(path, read(100, day=20), added=[*LISTED, Listed(RANK + "1"), Listed(RANK + "2")])
    imports(path, read("a", day=20, formula=RANK + "1"), read("b", day=20, formula=RANK + "2"))
    imports(path, read(110.5, day=22), read("a", day=22, formula=RANK + "1"))
    imports(path, read("c", day=22, formula=RANK + "2"))
    sheet = book(path, values=True)["Imports"]
    column = where(path, "Changed")
    assert [sheet[f"{column}{row}"].value for row in (2, 3, 4)] == [10.5, None, "changed"]
    since = where(path, "since")
    assert sheet[f"{since}2"].value.date() == date(2026, 11, 20)


def test_the_line_is_drawn_from_the_rows_own_numbers_and_is_known_as_ours(path: Path) -> None:
    for day in (20, 21, 22):
        imports(path, read(day, day=day), added=LISTED)
    first, last, trend = (where(path, name) for name in ("Result 1", "Result 28", "Trend"))
    drawn = re.findall(r"<xm:f>([^<]*)</xm:f><xm:sqref>([^<]*)<", xml_of(path, "Imports"))
    assert drawn == [(f"'Imports'!{first}2:{last}2", f"{trend}2")]
    numbers = [cell.value for cell in book(path)["Imports"][2]][-3:]
    assert numbers == [20, 21, 22]
    assert [p.name for p in path.parent.glob("*.xlsx")] == [path.name], "nothing was lost"


def test_rows_that_people_typed_are_seen_and_theirs_stay(path: Path) -> None:
    imports(path, read(1), added=LISTED)
    other = PRICE.replace("//b", "//i")
    edit(path, "Imports", {"A3": "Second", "B3": other, "A5": "a note"})
    imports(path, read(1, day=21), read(2, day=21, formula=other))
    sheet = book(path)["Imports"]
    assert [sheet[f"C{row}"].value for row in (2, 3)] == [1, 2]
    assert sheet["A5"].value == "a note"
    assert sheet["B2"].value == PRICE
    assert sheet["B3"].value == other


def test_a_tab_of_theirs_called_imports_is_in_nobodys_way_until_there_is_one(path: Path) -> None:
    edit(path, "Imports", {"A1": "theirs"})
    sync(path, profile("anna", at(20), followers=5), dashboard=DESCRIBED)
    assert book(path)["Imports"]["A1"].value == "theirs"
    before = path.read_bytes()
    with pytest.raises(DestinationError, match="tab named Imports that sheetsync did not make"):
        imports(path, added=LISTED)
    assert path.read_bytes() == before


# --- whole results --------------------------------------------------------------------------


def test_a_whole_result_is_a_tab_that_stays_ours_while_others_are_written(path: Path) -> None:
    table = read(("Day", "Sold"), (date(2026, 6, 6), 5), ("=1+1", None))
    imports(path, table, added=LISTED)
    edit(path, "Imports", {f"{where(path, 'Spill into tab')}2": "Sold"})
    imports(path, table)
    assert list(state(path).spilled["Sold"]) == [*table.rows]
    assert not imports(path, table), "what is there already is not written again"
    sync(path, profile("anna", at(20), followers=5), dashboard=DESCRIBED)
    assert list(state(path).spilled) == ["Sold"]
    imports(path, read("less", day=21))
    assert list(state(path).spilled["Sold"]) == [("less",)]


def test_a_cell_typed_over_in_a_whole_result_is_put_right(path: Path) -> None:
    imports(path, read(1, 2), added=LISTED)
    edit(path, "Imports", {f"{where(path, 'Spill into tab')}2": "Sold"})
    imports(path, read(1, 2))
    edit(path, "Sold", {"A2": 99, "D9": "=A2"})
    imports(path, read(1, 2))
    assert list(state(path).spilled["Sold"]) == [(1,), (2,)]


# --- any cell -------------------------------------------------------------------------------


def test_any_cell_can_be_asked_for(path: Path) -> None:
    edit(path, "My tab", {"A2": "x", "B3": 7, "C4": "=1+1"})
    places = [Place("my TAB", 2, 1), Place("My tab", 3, 2), Place("My tab", 4, 3)]
    found = state(path).cells([*places, Place("My tab", 9, 9), Place("Gone", 1, 1)])
    assert found == dict(zip(places, ["x", 7, Formula("=1+1")], strict=True))


def test_the_teams_formulas_are_found_in_their_tabs_and_their_columns_of_ours(path: Path) -> None:
    imports(path, read(1), added=LISTED)
    sync(path, profile("anna", at(20), followers=5), dashboard=DESCRIBED)
    free = openpyxl.utils.get_column_letter(book(path)["Profiles"].max_column + 1)
    edit(path, "Profiles", {f"{free}1": "Mine", f"{free}2": '=ImportXML(A2,"//b")'})
    edit(path, "Plan", {"B4": '=IMPORTXML(A4,"//b")', "B5": "IMPORTXML as text"})
    found = {place.a1: text for place, text in state(path).formulas("import")}
    assert found == {
        "Plan!B4": '=IMPORTXML(A4,"//b")',
        f"Profiles!{free}2": '=ImportXML(A2,"//b")',
    }


# --- columns of Profiles --------------------------------------------------------------------


def test_a_column_of_the_teams_with_the_same_name_is_not_taken(path: Path) -> None:
    sync(path, profile("anna", at(20), followers=5), dashboard=DESCRIBED)
    free = openpyxl.utils.get_column_letter(book(path)["Profiles"].max_column + 1)
    edit(path, "Profiles", {f"{free}1": "Rank", f"{free}2": "mine"})
    described = with_imports(DASHBOARD, {1: "Rank"})
    of_all = ImportRead(RANK, at(21), each={"tok:anna": 3})
    imports(path, of_all, added=[Listed(RANK, "Rank")], described=described)
    sheet = book(path)["Profiles"]
    heads = [cell.value for cell in sheet[1]]
    assert heads.count("Rank") == 2
    values = [cell.value for head, cell in zip(heads, sheet[2], strict=True) if head == "Rank"]
    assert values == ["mine", 3]
    assert not imports(path, of_all, described=described)


def test_an_import_named_like_a_column_of_ours_gets_another_header() -> None:
    described = with_imports(DASHBOARD, {1: "Followers", 2: "", 3: "Followers"})
    heads = [column.header for column in described.tab("profiles").columns[-3:]]
    assert heads == ["Followers (import 1)", "Import 2", "Followers (import 3)"]
