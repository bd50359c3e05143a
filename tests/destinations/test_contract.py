"""What every destination promises: the workbook and the Google spreadsheet side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetsync.model import Record
from sheetsync.plan import Plan, State, letters
from tests.destinations.conftest import state_of, sync
from tests.destinations.google_world import Team
from tests.plan.sheet import NOW, at, post, profile


class Place(Protocol):
    """A dashboard that syncs can be made of, and in which people type."""

    def sync(self, *records: Record, now: Any = NOW) -> Plan: ...

    def state(self) -> State: ...

    def type(self, cell: str, value: Any) -> None: ...

    def read(self, cell: str) -> Any: ...


class Workbook:
    def __init__(self, path: Path) -> None:
        self.path = path

    def sync(self, *records: Record, now: Any = NOW) -> Plan:
        return sync(self.path, *records, now=now)

    def state(self) -> State:
        return state_of(self.path)

    def type(self, cell: str, value: Any) -> None:
        book = openpyxl.load_workbook(self.path)
        tab, _, place = cell.partition("!")
        book[tab][place] = value
        book.save(self.path)

    def read(self, cell: str) -> Any:
        tab, _, place = cell.partition("!")
        return openpyxl.load_workbook(self.path)[tab][place].value


class Spreadsheet:
    def __init__(self) -> None:
        self.team = Team("nl_BE")

    def sync(self, *records: Record, now: Any = NOW) -> Plan:
        return self.team.sync(*records, now=now)

    def state(self) -> State:
        return self.team.state()

    def type(self, cell: str, value: Any) -> None:
        if isinstance(value, str) and not value.startswith("="):
            self._put(cell, {"stringValue": value})
        else:
            self.team.people.write(cell, [[value]])

    def _put(self, cell: str, value: Any) -> None:
        tab, _, place = cell.partition("!")
        from tests.sheets_server import a1  # noqa: PLC0415

        area = a1.resolve(self.team.people.book, f"'{tab}'!{place}")
        start = {"sheetId": area.sheet.id, "rowIndex": area.top, "columnIndex": area.left}
        rows = [{"values": [{"userEnteredValue": value}]}]
        self.team.people.edit(
            {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}
        )

    def read(self, cell: str) -> Any:
        found = self.team.people.read(cell, "FORMULA")
        return found[0][0] if found and found[0] else None


@pytest.fixture(params=["workbook", "google"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    yield Workbook(tmp_path / "dashboard.xlsx") if request.param == "workbook" else Spreadsheet()


def records(day: int) -> list[Record]:
    posts = [post("7", views=10 * day, likes=1, comments=2, caption="=1+1")]
    return [
        profile("anna", at(day), followers=100 + day, likes=5, name='=HYPERLINK("x")', posts=posts),
        profile("bea", at(day), followers=1_200_000, step=100_000),
    ]


def plain(state: State) -> Any:
    """What is held, without the doors and without where a destination puts it."""
    tabs = {
        key: [(row.number, dict(row.cells)) for row in tab.rows] for key, tab in state.tabs.items()
    }
    return tabs, state.edition, state.boards, state.trend


def test_what_is_written_is_read_back(place: Place) -> None:
    place.sync(*records(20), now=at(20, 12))
    state = place.state()
    anna, bea = state.tabs["profiles"].rows
    assert anna.cells["followers"] == 120
    assert anna.cells["name"] == '=HYPERLINK("x")', "text, not a formula"
    assert (bea.cells["followers"], bea.cells["followers~step"]) == (1_200_000, 100_000)
    (line,) = state.tabs["posts"].rows
    assert line.cells["caption"] == "=1+1"
    held = state.history({("tok:anna", at(20).date()), ("tok:bea", at(20).date())})
    assert len(held.rows) == 2


def test_both_destinations_hold_the_same(tmp_path: Path) -> None:
    book, sheet = Workbook(tmp_path / "dashboard.xlsx"), Spreadsheet()
    sheet.team.people.book.properties["timeZone"] = "Etc/UTC"
    for day in (19, 20, 21):
        for one in (book, sheet):
            one.sync(*records(day), now=at(day, 12))
    later = profile("anna", at(21, 18), followers=125)
    for one in (book, sheet):
        one.sync(later, now=at(21, 19))
    assert plain(book.state()) == plain(sheet.state())
    keys = {(f"tok:{n}", at(day).date()) for n in ("anna", "bea") for day in (19, 20, 21)}
    ours, theirs = (one.state().history(keys).rows for one in (book, sheet))
    assert {k: row.cells for k, row in ours.items()} == {k: r.cells for k, r in theirs.items()}
    assert theirs["tok:anna", at(21).date()].cells["likes"] == 5
    calls = sheet.state().log[-1][-1]
    assert calls == 3
    runs = [[line[:-1] for line in one.state().log] for one in (book, sheet)]
    assert runs[0] == runs[1]


def test_a_second_sync_changes_nothing(place: Place) -> None:
    place.sync(*records(20), now=at(20, 12))
    assert not place.sync(*records(20), now=at(20, 12))


def test_an_address_that_the_team_types_is_watched_and_never_altered(place: Place) -> None:
    place.sync(*records(20), now=at(20, 12))
    place.type("Profiles!A4", "https://tok.test/@carl")
    place.sync(profile("carl", at(21), followers=7), now=at(21, 12))
    assert place.read("Profiles!A4") == "https://tok.test/@carl"
    assert place.state().tabs["profiles"].rows[2].cells["followers"] == 7


_CELLS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1).filter(
        lambda text: text.strip() and not text.startswith(("=", "'"))
    ),
    st.sampled_from(["=1+1", "=SUM(1,2)", "0042", "1-2", "TRUE", "+x", "-x", "@x"]),
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(cells=st.lists(st.tuples(st.integers(1, 9), _CELLS), min_size=1, max_size=6))
@pytest.mark.parametrize("kind", ["workbook", "google"])
def test_the_teams_cells_stay(
    kind: str, tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[int, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("team")
    place: Any = Workbook(folder / "d.xlsx") if kind == "workbook" else Spreadsheet()
    place.sync(*records(20), now=at(20, 12))
    width = max(place.state().tabs["profiles"].columns.values())
    typed = {}
    for row, value in cells:
        comma = isinstance(value, str) and value.startswith("=SUM")
        shown = value.replace(",", ";") if comma and kind == "google" else value
        where = f"Profiles!{letters(width + 2)}{row}"
        place.type(where, shown)
        typed[where] = place.read(where)
    place.type("Profiles!B2", "our group")
    place.sync(*records(21), now=at(21, 12))
    assert {where: place.read(where) for where in typed} == typed
    assert place.read("Profiles!B2") == "our group"
    assert place.state().tabs["profiles"].rows[0].cells["followers"] == 121


def test_an_empty_plan_touches_nothing(place: Place) -> None:
    place.sync(*records(20), now=at(20, 12))
    state = place.state()
    assert plain(state) == plain(replace(place.state()))
