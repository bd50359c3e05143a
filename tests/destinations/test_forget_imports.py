"""Imports that ask about a person go with the person, on both destinations."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.destinations import Destination, open_destination
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Plan, Row, State, forget_plan, make_plan
from sheetsync.plan.imports import NOTHING
from sheetsync.plan.listed import Listed
from sheetsync.sync import with_fields
from tests.destinations.conftest import book
from tests.destinations.google_world import Team
from tests.plan.sheet import NOW, TOK, at, find, profile, url, watch

ASKED = '=IMPORTXML("https://tok.test/@anna"; "//b")'
OF_EACH = '=IMPORTXML("https://rank.test/{handle}"; "//h1")'
SHOP = '=IMPORTXML("https://shop.test/"; "//b")'
DESCRIBED = with_imports(DASHBOARD)
HEADER = DESCRIBED.tab("imports").column("spill").header


class Held(Protocol):
    """A destination, and what stands in it."""

    def open(self) -> Destination: ...

    def text(self) -> str:
        """All of it, in small letters."""


class Workbook:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "dashboard.xlsx"

    def open(self) -> Destination:
        return open_destination(str(self.path))

    def text(self) -> str:
        with zipfile.ZipFile(io.BytesIO(self.path.read_bytes())) as archive:
            parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        return "\n".join(parts).lower()


class Spreadsheet:
    def __init__(self, folder: Path) -> None:
        self.team = Team()

    def open(self) -> Destination:
        return self.team.destination()

    def text(self) -> str:
        book = self.team.people.book
        cells = [list(sheet.cells.values()) for sheet in book.sheets]
        return json.dumps([cells, book.metadata, book.named_ranges]).lower()


@pytest.fixture(params=[Workbook, Spreadsheet])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Held:
    made: Held = request.param(tmp_path)
    return made


@contextmanager
def reading(held: Held) -> Iterator[tuple[Destination, Any, State]]:
    with held.open() as destination:
        state = destination.read(DESCRIBED)
        whole = with_fields(DESCRIBED, state, NOTHING)
        yield destination, whole, destination.read(whole)


def sync(held: Held, imported: Imported) -> None:
    records = [
        profile(name, at(20), followers=10, name=shown, account_id=number)
        for name, shown, number in (("anna", "Anna Bakker", "900100"), ("bea", "Bea", "900200"))
    ]
    with held.open() as destination:
        described = with_fields(DESCRIBED, destination.read(DESCRIBED), imported)
        state = destination.read(described)
        known: dict[str, Any] = {"find": find, "platforms": TOK, "imported": imported}
        destination.apply(make_plan(described, state, records, NOW, **known))


def forget(held: Held) -> Plan:
    with reading(held) as (destination, described, state):
        known: dict[str, Any] = {"find": find, "platforms": TOK, "salt": "s"}
        plan = forget_plan(described, state, watch("anna"), NOW, **known)
        destination.apply(plan)
    return plan


def rows(held: Held, tab: str) -> dict[str, Row]:
    with reading(held) as (_, _, state):
        key = "name" if tab == "imports" else "address"
        return {row.text(key): row for row in state.tabs[tab].rows}


def test_a_row_that_asks_about_the_person_goes_and_the_others_stay(held: Held) -> None:
    listed = [Listed(ASKED, "Likes of hers"), Listed(SHOP, "Price")]
    reads = [ImportRead(ASKED, at(20), rows=((77_001,),)), ImportRead(SHOP, at(20), rows=((5,),))]
    sync(held, Imported(reads, listed))
    plan = forget(held)
    assert plan.erasure is not None
    assert plan.erasure.rows["imports"] == {2}
    assert {name: row.cells["result"] for name, row in rows(held, "imports").items()} == {
        "Price": 5
    }
    assert rows(held, "imports")["Price"].number == 3, "no row moved"
    for trace in ("@anna", "bakker", "900100", "likes of hers", "77001"):
        assert trace not in held.text()


def test_a_column_of_every_profile_loses_their_cell_and_their_reason(held: Held) -> None:
    each = ImportRead(
        OF_EACH, at(20), each={"tok:bea": "seventh"}, missed={"tok:anna": "It is not there."}
    )
    sync(held, Imported([each], [Listed(OF_EACH, "Rank")]))
    assert "@anna" in held.text()
    both = ImportRead(OF_EACH, at(21), each={"tok:bea": "seventh", "tok:anna": "first of all"})
    sync(held, Imported([both]))
    assert "first of all" in held.text()
    forget(held)
    assert "anna" not in held.text()
    assert "first of all" not in held.text()
    assert rows(held, "profiles")[url("bea")].cells["import_1"] == "seventh"
    assert list(rows(held, "imports")) == ["Rank"]


def test_a_reason_that_names_the_person_names_nobody_any_more(held: Held) -> None:
    each = ImportRead(OF_EACH, at(20), each={"tok:bea": 7}, missed={"tok:anna": "Not there."})
    sync(held, Imported([each], [Listed(OF_EACH, "Rank")]))
    forget(held)
    assert rows(held, "imports")["Rank"].cells["why"] == "1 of 2; (removed): Not there."


def test_a_whole_result_of_theirs_is_emptied_and_others_lose_the_name(tmp_path: Path) -> None:
    held = Workbook(tmp_path)
    listed = [Listed(ASKED, "Hers"), Listed(SHOP, "Shop")]
    sync(held, Imported([], listed))
    opened = book(held.path)
    sheet = opened["Imports"]
    spill = next(cell.column_letter for cell in sheet[1] if cell.value == HEADER)
    sheet[f"{spill}2"], sheet[f"{spill}3"] = "Whole", "Shelf"
    opened.save(held.path)
    reads = [
        ImportRead(ASKED, at(21), rows=(("bread", 1), ("cake", 2))),
        ImportRead(SHOP, at(21), rows=(("bread of @anna", 1), ("cake", 2))),
    ]
    sync(held, Imported(reads))
    assert book(held.path)["Whole"]["A1"].value == "bread"
    plan = forget(held)
    assert plan.erasure is not None
    assert plan.erasure.spills == {"Whole"}
    shelf, whole = (book(held.path)[title] for title in ("Shelf", "Whole"))
    assert [cell.value for cell in shelf["A"]] == ["bread of (removed)", "cake"]
    assert [cell.value for row in whole.iter_rows() for cell in row if cell.value] == []


def test_an_import_of_a_cell_with_their_address_goes_too(held: Held) -> None:
    sync(held, NOTHING)
    number = rows(held, "profiles")[url("anna")].number
    formula = f'=IMPORTXML(Profiles!$A${number}; "//b")'
    other = f'=IMPORTXML(Profiles!A{number + 1}; "//b")'
    sync(held, Imported([], [Listed(formula, "Hers"), Listed(other, "Beas")]))
    forget(held)
    assert list(rows(held, "imports")) == ["Beas"]
