"""Imports in a spreadsheet: the same rows as in a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Plan, State, make_plan
from sheetsync.plan.imports import Listed
from tests.destinations.google_world import Team
from tests.plan.sheet import NOW, TOK, at, clock, find

PRICE = '=IMPORTXML("https://shop.test/"; "//b")'
DESCRIBED = with_imports(DASHBOARD)


def imports(team: Team, value: Any, day: int = 20) -> Plan:
    read = ImportRead(PRICE, at(day), rows=((value,),))
    with team.destination() as destination:
        state = destination.read(DESCRIBED)
        known: dict[str, Any] = {"find": find, "platforms": TOK}
        imported = Imported([read], [Listed(PRICE, "Price")])
        plan = make_plan(DESCRIBED, state, [], NOW, imported=imported, **known)
        destination.apply(plan)
    return plan


def state(team: Team) -> State:
    with team.destination() as destination:
        return destination.read(DESCRIBED)


@pytest.mark.parametrize("value", [1031, 1.5, True, "=1+1", date(2026, 6, 6), clock(6, 3)])
def test_a_result_of_any_type_is_read_back_as_it_was_written(value: Any) -> None:
    team = Team()
    imports(team, value)
    (row,) = state(team).tabs["imports"].rows
    assert (row.cells["name"], row.cells["formula"]) == ("Price", PRICE)
    assert row.cells["result"] == value
    assert type(row.cells["result"]) is type(value)
    assert not imports(team, value)


def test_the_day_before_is_kept() -> None:
    team = Team()
    imports(team, 1031)
    imports(team, 1040, day=21)
    (row,) = state(team).tabs["imports"].rows
    assert (row.cells["before"], row.cells["before_day"]) == (1031, date(2026, 11, 20))
    assert "Imports" in state(team).titles


def test_the_tab_gets_its_looks_too() -> None:
    team = Team()
    team.dress = True
    imports(team, 1031)
    tab = team.people.tab("Imports")
    assert tab.protected_ranges
    assert team.people.bad_formulas() == []
