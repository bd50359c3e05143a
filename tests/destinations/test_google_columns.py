"""Columns of History and Trend are moved, inserted or deleted in the second in which they are
written: every number is beside its own name and day, at once, and after a kill by the next sync."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.destinations.google_columns import Written
from tests.destinations.google_world import Team
from tests.plan.sheet import at, profile
from tests.sheets_server import after, before, both

Json = dict[str, Any]
NAMES = ("anna", "bea", "carl", "dora")


class Killed(BaseException):
    """The process is gone."""


def kill() -> None:
    raise Killed


def records(day: int, hour: int = 6, plus: int = 0) -> list[Any]:
    return [
        profile(n, at(day, hour), followers=1000 * i + day + plus, likes=7000 + i, following=i)
        for i, n in enumerate(NAMES, 1)
    ]


@pytest.fixture(scope="module")
def base() -> Team:
    """Two days of four profiles."""
    team = Team()
    team.sync(*records(19), now=at(19, 12))
    team.sync(*records(20), now=at(20, 12))
    return team


def tab(team: Team, title: str) -> int:
    return team.people.tab(title).id


def insert(title: str, start: int) -> Callable[[Team], Json]:
    return lambda t: {
        "insertDimension": {
            "range": {
                "sheetId": tab(t, title),
                "dimension": "COLUMNS",
                "startIndex": start,
                "endIndex": start + 1,
            },
            "inheritFromBefore": False,
        }
    }


def move(title: str, start: int, to: int) -> Callable[[Team], Json]:
    def edit(team: Team) -> Json:
        span = {"sheetId": tab(team, title), "dimension": "COLUMNS", "startIndex": start}
        return {
            "moveDimension": {"source": {**span, "endIndex": start + 1}, "destinationIndex": to}
        }

    return edit


def delete(title: str, start: int) -> Callable[[Team], Json]:
    def edit(team: Team) -> Json:
        span = {"sheetId": tab(team, title), "dimension": "COLUMNS", "startIndex": start}
        return {"deleteDimension": {"range": {**span, "endIndex": start + 1}}}

    return edit


HISTORY: dict[str, Callable[[Team], Json]] = {
    "insert before the day": insert("History", 0),
    "insert before the numbers": insert("History", 3),
    "insert among the numbers": insert("History", 4),
    "move the profile": move("History", 1, 6),
    "move the followers to the end": move("History", 3, 16),
    "move the likes before the followers": move("History", 5, 3),
    "move the day": move("History", 0, 9),
    "delete the account": delete("History", 2),
    "delete the following": delete("History", 4),
}


def days_of(team: Team) -> list[tuple[object, ...]]:
    head, *rows = team.people.read("History")
    named = [dict(zip(head, row, strict=False)) for row in rows if any(x != "" for x in row)]
    wanted = ("Day", "Profile", "Followers", "Likes", "Followers, step", "Source")
    return sorted(tuple(row.get(name, "") for name in wanted) for row in named)


def meant(*days: int, plus: int = 0) -> list[tuple[object, ...]]:
    """``plus``: of the last day."""
    return sorted(
        (46326 + day, f"tok:{n}", 1000 * i + day + plus * (day == days[-1]), 7000 + i, 1, "saved")
        for day in days
        for i, n in enumerate(NAMES, 1)
    )


def gained(team: Team) -> set[object]:
    head, *rows = team.people.read("Profiles")
    return {row[head.index("Gained, 1 day")] for row in rows if row and row[0]}


@pytest.mark.parametrize("killed", [False, True], ids=["", "killed"])
@pytest.mark.parametrize("call", ["values.batchGetByDataFilter", "batchUpdate"])
@pytest.mark.parametrize("name", HISTORY)
def test_columns_of_history_that_move_while_a_day_is_added(
    base: Team, name: str, call: str, killed: bool
) -> None:
    team = base.fork()
    edit = before(lambda: team.people.edit(HISTORY[name](team)))
    team.google.faults.add(both(after(kill), edit) if killed else edit, call)
    with suppress(Killed):
        team.sync(*records(21), now=at(21, 12))
    if not killed:
        assert days_of(team) == meant(19, 20, 21)
    team.google.faults.clear()
    team.sync(*records(22), now=at(22, 12))
    written = call == "batchUpdate" or not killed
    assert days_of(team) == meant(19, 20, *([21] if written else []), 22)
    if written:
        assert gained(team) == {1}, "no growth that was not"
    calls = len(team.google.calls)
    team.sync(*records(22), now=at(22, 13))
    assert "batchUpdate" not in team.calls()[calls:]
    assert not team.google.crashes


@pytest.mark.parametrize("name", HISTORY)
def test_columns_of_history_that_move_while_a_day_is_replaced(base: Team, name: str) -> None:
    team = base.fork()
    team.sync(*records(20, 7, plus=3), now=at(20, 13))  # the undo tab is there from now on
    edit = before(lambda: team.people.edit(HISTORY[name](team)))
    team.google.faults.add(edit, "batchUpdate")
    team.sync(*records(20, 8, plus=5), now=at(20, 14))
    assert days_of(team) == meant(19, 20, plus=5)
    team.sync(*records(20, 9, plus=6), now=at(20, 15))
    assert days_of(team) == meant(19, 20, plus=6)


@pytest.mark.parametrize("name", HISTORY)
def test_columns_that_move_in_peace_take_their_cells_along(base: Team, name: str) -> None:
    team = base.fork()
    team.people.edit(HISTORY[name](team))
    team.sync(*records(21), now=at(21, 12))
    assert days_of(team) == meant(19, 20, 21)
    assert gained(team) == {1}


@given(st.lists(st.integers(1, 60), unique=True, min_size=1), st.integers(1, 10**6))
def test_where_columns_stood_is_read_as_it_was_written(positions: list[int], since: int) -> None:
    written = Written(since, tuple(positions))
    assert Written.of_text(written.text()) == written


@given(st.text())
def test_what_is_not_understood_is_nothing(text: str) -> None:
    assert isinstance(Written.of_text(text), Written)


# --- Trend and Log ---------------------------------------------------------------------------

TREND: dict[str, Callable[[Team], Json]] = {
    "insert before all": insert("Trend", 0),
    "insert before the first profile": insert("Trend", 8),
    "insert between two profiles": insert("Trend", 10),
    "insert between numbers and steps": insert("Trend", 100),
    "move a profile": move("Trend", 8, 11),
    "move a line": move("Trend", 3, 7),
    "delete a profile": delete("Trend", 9),
    "delete what was gained": delete("Trend", 1),
}


def trend(team: Team) -> dict[tuple[object, object], object]:
    """By profile and day."""
    table = [row + [""] * (9 + 400 - len(row)) for row in team.people.read("Trend")]
    keys = table[0][8:208]
    return {
        (key, row[0]): row[at]
        for row in table[3:94]
        for at, key in enumerate(keys, 8)
        if key and row[at] != ""
    }


def right_trend(*days: int) -> dict[tuple[object, object], object]:
    return {
        (f"tok:{n}", 46326 + day): 1000 * i + day for day in days for i, n in enumerate(NAMES, 1)
    }


def formulas_of(team: Team) -> dict[tuple[str, int, int], object]:
    return {
        (title, row, at): raw
        for title in ("Dashboard", "Trend", "Profiles")
        for row, cells in enumerate(team.people.read(title, "FORMULA"), 1)
        for at, raw in enumerate(cells, 1)
        if str(raw).startswith("=")
    }


@pytest.mark.parametrize("killed", [False, True], ids=["", "killed"])
@pytest.mark.parametrize("call", ["values.batchGetByDataFilter", "batchUpdate"])
@pytest.mark.parametrize("name", TREND)
def test_columns_of_trend_that_move_while_it_is_written(
    base: Team, name: str, call: str, killed: bool
) -> None:
    team = base.fork()
    edit = before(lambda: team.people.edit(TREND[name](team)))
    team.google.faults.add(both(after(kill), edit) if killed else edit, call)
    with suppress(Killed):
        team.sync(*records(21), now=at(21, 12))
    if not killed:
        assert trend(team) == right_trend(19, 20, 21)
    team.google.faults.clear()
    team.sync(*records(22), now=at(22, 12))
    written = call == "batchUpdate" or not killed
    days = (19, 20, *([21] if written else []), 22)
    assert trend(team) == right_trend(*days)
    calls = len(team.google.calls)
    team.sync(*records(22), now=at(22, 13))
    assert "batchUpdate" not in team.calls()[calls:]
    assert len(team.calls()[calls:]) == 2
    assert not team.google.crashes
    undisturbed = base.fork()
    for day in days[2:]:
        undisturbed.sync(*records(day), now=at(day, 12))
    if name != "move a line":  # which may stand anywhere: its formulas moved along
        assert formulas_of(team) == formulas_of(undisturbed), "all refer to where Trend is"


@pytest.mark.parametrize("start", [1, 2, 3])
def test_a_row_inserted_in_the_log_while_it_is_written_costs_no_run(base: Team, start: int) -> None:
    team = base.fork()
    span = {"sheetId": tab(team, "Log"), "dimension": "ROWS"}
    edit = {"insertDimension": {"range": {**span, "startIndex": start, "endIndex": start + 1}}}
    team.google.faults.add(before(lambda: team.people.edit(edit)), "batchUpdate")
    team.sync(*records(21), now=at(21, 12))
    runs = [row[0] for row in team.people.read("Log")[1:] if row]
    assert runs == [46326 + day + 0.5 for day in (19, 20, 21)]
