"""Exactly once, whatever happens to a call: lost answers, kills, two writers at the same time.

A fixed sample runs always; all of it with SHEETSYNC_FULL=1.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

import pytest
import requests

from sheetsync.destinations import google_parts
from sheetsync.destinations.google_client import SheetsClient
from sheetsync.errors import SheetsyncError
from tests.destinations.google_world import ROBOT, Team
from tests.plan.sheet import at, post, profile
from tests.sheets_server import (
    InProcess,
    after,
    before,
    both,
    commit_later,
    drop,
    lose_answer,
    refuse,
)

FULL = os.environ.get("SHEETSYNC_FULL") == "1"
NAMES = ("dora", "anna", "carl")
Json = dict[str, Any]
NAMES_IN_HISTORY = tuple(sorted(NAMES))
#: What the team has beside each address: its group and its fee.
THEIRS = {"dora": ["red", 10], "anna": ["blue", 20], "carl": ["green", 30]}


class Killed(BaseException):
    """The process is gone: nothing of it may catch this."""


def kill() -> None:
    raise Killed


@pytest.fixture(scope="module")
def base() -> Team:
    """One day of three profiles, with what the team typed beside them."""
    team = Team("de_DE", "Europe/Berlin")
    team.sync(*records(20), now=at(20, 12))
    people = team.people
    people.write("Profiles!B2", [THEIRS[name] for name in NAMES])
    team.sync(*records(20), now=at(20, 13))
    return team


def records(day: int) -> list[Any]:
    return [profile(n, at(day), followers=day * 100 + i, likes=5) for i, n in enumerate(NAMES)]


def table(team: Team, title: str) -> list[dict[str, Any]]:
    rows = team.people.read(title)
    head, *rest = rows
    return [dict(zip(head, row, strict=False)) for row in rest if row]


def check(team: Team, *days: int) -> None:
    """History once for each day, numbers of the last day in the right rows, the team's cells."""
    assert not team.google.crashes
    seen = [(row["Profile"], row["Day"]) for row in table(team, "History")]
    assert len(seen) == len(set(seen)), "no row twice"
    serials = {46326 + day for day in days}
    assert set(seen) == {(f"tok:{name}", serial) for name in NAMES for serial in serials}
    followers = {(row["Profile"], row["Day"]): row["Followers"] for row in table(team, "History")}
    for index, name in enumerate(NAMES):
        for day in days:
            assert followers[f"tok:{name}", 46326 + day] == day * 100 + index
    shown = {row["Address"].rpartition("@")[2]: row for row in table(team, "Profiles")}
    assert set(shown) == set(NAMES)
    for index, name in enumerate(NAMES):
        assert shown[name]["Followers"] == max(days) * 100 + index
        assert [shown[name]["Group"], shown[name]["Fee"]] == THEIRS[name]
        assert shown[name]["Numbers are of (address)"] == shown[name]["Address"]


def attempt(team: Team, day: int, client: SheetsClient | None = None) -> str:
    """One sync that may end badly; how it ended."""
    try:
        team.sync(*records(day), now=at(day, 12), client=client)
    except Killed:
        return "killed"
    except SheetsyncError as error:
        assert error.exit_status == 3, error
        return "refused"
    return "written"


# --- one fault at one call ------------------------------------------------------------------

#: Where, counted from 0, in each tab: among the numbers and beside names.
COLUMNS = {"History": 4, "Trend": 9}


def edit_columns(team: Team, kind: str, title: str) -> None:
    at = COLUMNS[title]
    span: Json = {"sheetId": team.people.tab(title).id, "dimension": "COLUMNS"}
    span |= {"startIndex": at, "endIndex": at + 1}
    edits: Json = {
        "insert": {"insertDimension": {"range": span, "inheritFromBefore": False}},
        "move": {"moveDimension": {"source": span, "destinationIndex": at - 1}},
        "delete": {"deleteDimension": {"range": span}},
    }
    team.people.edit(edits[kind])


def _with_columns(edit: str, title: str, ending: str, team: Team) -> Any:
    def people() -> None:
        edit_columns(team, edit, title)

    if ending == " after":
        return after(people)
    return both(after(kill), before(people)) if "killed" in ending else before(people)


FAULTS: dict[str, Callable[[Team], Any]] = {
    "503 instead": lambda t: refuse(503),
    "429 instead": lambda t: refuse(429, {"Retry-After": "3"}),
    "500 instead": lambda t: refuse(500),
    "reset before": lambda t: drop("reset"),
    "silence before": lambda t: drop("silence"),
    "answer lost": lambda t: lose_answer("reset"),
    "answer timed out": lambda t: lose_answer("silence"),
    "503 after the commit": lambda t: lose_answer(503),
    "commits at the next call": lambda t: commit_later(504, 1),
    "commits two calls later": lambda t: commit_later("silence", 2),
    "commits at the end": lambda t: commit_later("silence"),
    "killed before": lambda t: before(kill),
    "killed after": lambda t: after(kill),
    "killed, and it commits later": lambda t: both(before_late(t), commit_later("reset")),
    "another sync before": lambda t: before(lambda: other(t)),
    "another sync after": lambda t: after(lambda: other(t)),
    "another sync, and the answer lost": lambda t: both(
        after(lambda: other(t)), lose_answer("reset")
    ),
    "people sort before": lambda t: before(lambda: sort(t)),
    "people sort before and it is killed": lambda t: both(after(kill), before(lambda: sort(t))),
    "people sort after": lambda t: after(lambda: sort(t)),
    **{
        f"people {edit} a column of {tab}{ending}": partial(_with_columns, edit, tab, ending)
        for tab in ("History", "Trend")
        for edit in ("insert", "move", "delete")
        for ending in (" before", " before, and it is killed", " after")
    },
}


def before_late(team: Team) -> Any:
    def fault(google: Any, call: Any, work: Callable[[], Any]) -> Any:
        work()
        raise Killed

    return fault


def other(team: Team) -> None:
    """The Action syncs the same day at the same moment."""
    day = team.now.day
    with suppress(SheetsyncError):
        twin = team.twin()
        twin.sync(*records(day), now=at(day, 12))


def sort(team: Team) -> None:
    tab = team.people.tab("Profiles")
    area = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": 1 + len(NAMES)}
    area |= {"startColumnIndex": 0, "endColumnIndex": tab.column_count}
    order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    team.people.edit({"sortRange": {"range": area, "sortSpecs": order}})


CALLS = range(1, 6)
AGAIN = [*product(FAULTS, range(1, 6))]
PARTS = [*product(FAULTS, range(3, 9))]
CASES = [*product(FAULTS, CALLS, (True, False))]
SAMPLE = CASES if FULL else random.Random(6).sample(CASES, 24)


@pytest.mark.parametrize(("fault", "call", "unique"), SAMPLE)
def test_one_fault_at_one_call(base: Team, fault: str, call: int, unique: bool) -> None:
    team = base.fork()
    team.google.rules.unique_metadata = unique
    team.now = at(21, 12)
    team.google.faults.add(FAULTS[fault](team), nth=call)
    ended = attempt(team, 21)
    assert ended == "written" or "kill" in fault, "a fault that passes does not end a sync"
    if ended == "written" and unique:
        check(team, 20, 21)
    team.google.faults.clear()
    team.google.commit_late()
    if not unique:
        attempt(team, 21)  # what uniqueness would have kept out is right by the next sync
        attempt(team, 22)
    else:
        assert attempt(team, 21) == "written"
        check(team, 20, 21)
        assert attempt(team, 22) == "written"
    check(team, 20, 21, 22)


@pytest.mark.parametrize(
    ("fault", "call"),
    AGAIN if FULL else random.Random(9).sample(AGAIN, 8),
)
def test_one_fault_while_a_day_is_replaced(base: Team, fault: str, call: int) -> None:
    team = base.fork()
    team.now = at(20, 19)
    later = [profile(n, at(20, 18), followers=3000 + i) for i, n in enumerate(NAMES)]
    twin = team.twin()

    def again() -> None:
        with suppress(Killed):
            twin.sync(*later, now=at(20, 19))

    team.google.faults.add(FAULTS[fault](team), nth=call)
    again()
    team.google.faults.clear()
    team.google.commit_late()
    again()
    rows = table(team, "History")
    assert [(row["Profile"], row["Followers"], row["Likes"]) for row in rows] == [
        (f"tok:{name}", 3000 + NAMES.index(name), 5) for name in NAMES_IN_HISTORY
    ]
    shown = {row["Address"].rpartition("@")[2]: row for row in table(team, "Profiles")}
    assert {n: row["Followers"] for n, row in shown.items()} == {
        n: 3000 + i for i, n in enumerate(NAMES)
    }
    assert {n: [row["Group"], row["Fee"]] for n, row in shown.items()} == THEIRS


@pytest.mark.parametrize(
    ("fault", "call"),
    PARTS if FULL else random.Random(8).sample(PARTS, 8),
)
def test_one_fault_in_a_write_of_several_parts(
    base: Team, fault: str, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_parts, "LIMIT", 2_500)
    team = base.fork()
    team.now = at(21, 12)
    team.google.faults.add(FAULTS[fault](team), nth=call)
    attempt(team, 21)
    team.google.faults.clear()
    team.google.commit_late()
    team.sync(*records(21), now=at(21, 13))  # an hour later an unfinished run is taken over
    check(team, 20, 21)


def with_a_new_one(day: int) -> list[Any]:
    """The three, and somebody whom nobody has watched yet."""
    posts = [post(f"7500{n}", "eva", views=100 * day + n) for n in range(3)]
    return [*records(day), profile("eva", at(day), followers=day * 100, likes=5, posts=posts)]


def listed(team: Team, title: str) -> list[str]:
    return sorted(row["Address"].rpartition("/")[2] for row in table(team, title))


@pytest.mark.parametrize(
    ("fault", "call"),
    AGAIN if FULL else random.Random(11).sample(AGAIN, 8),
)
def test_one_fault_while_rows_are_added(base: Team, fault: str, call: int) -> None:
    team = base.fork()
    team.now = at(21, 12)
    team.google.faults.add(FAULTS[fault](team), nth=call)
    for _ in range(2):
        with suppress(Killed):
            team.sync(*with_a_new_one(21), now=at(21, 12))
        team.google.faults.clear()
        team.google.commit_late()
    assert listed(team, "Profiles") == ["@anna", "@carl", "@dora", "@eva"]
    assert listed(team, "Posts") == ["75000", "75001", "75002"]
    views = {row["Address"][-1]: row["Views"] for row in table(team, "Posts")}
    assert views == {"0": 2100, "1": 2101, "2": 2102}
    days = [(row["Profile"], row["Day"]) for row in table(team, "History")]
    assert sorted(days) == sorted(
        [
            *((f"tok:{name}", 46346) for name in NAMES),
            *((f"tok:{n}", 46347) for n in [*NAMES, "eva"]),
        ]
    )


# --- two writers ----------------------------------------------------------------------------


class Turns:
    """Lets two runs make their calls in a given order; when one has ended the other goes on."""

    def __init__(self, order: Sequence[int]) -> None:
        self.order, self.at = list(order), 0
        self.done: set[int] = set()
        self.changed = threading.Condition()

    def wait(self, who: int) -> None:
        with self.changed:
            while not self._mine(who):
                assert self.changed.wait(20), "the other run hangs"
            self.at += 1
            self.changed.notify_all()

    def _mine(self, who: int) -> bool:
        while self.at < len(self.order) and self.order[self.at] in self.done:
            self.at += 1
        return self.at >= len(self.order) or self.order[self.at] == who

    def end(self, who: int) -> None:
        with self.changed:
            self.done.add(who)
            self.changed.notify_all()


class Waiting(InProcess):
    def __init__(self, team: Team, turns: Turns, who: int) -> None:
        super().__init__(team.google)
        self.turns, self.who = turns, who

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> Any:
        self.turns.wait(self.who)
        return super().send(request, *args, **more)


def client_of(team: Team, turns: Turns, who: int) -> SheetsClient:
    session = requests.Session()
    session.mount("https://", Waiting(team, turns, who))
    session.headers["Authorization"] = f"Bearer {team.google.tokens.grant(ROBOT)}"
    client = SheetsClient(None, session)
    client.sleep = lambda seconds: None
    return client


def in_turns(turns: Turns, run: Callable[[int], None]) -> None:
    def one(who: int) -> None:
        try:
            run(who)
        finally:
            turns.end(who)

    threads = [threading.Thread(target=one, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


ORDERS = [*product((0, 1), repeat=9)]
CHOSEN = ORDERS if FULL else random.Random(7).sample(ORDERS, 6)


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("order", CHOSEN, ids=lambda order: "".join(map(str, order)))
def test_two_writers_take_turns(base: Team, order: tuple[int, ...], unique: bool) -> None:
    team = base.fork()
    team.google.rules.unique_metadata = unique
    turns, ended = Turns(order), {}

    def run(who: int) -> None:
        ended[who] = attempt(team.twin(), 21, client_of(team, turns, who))

    in_turns(turns, run)
    assert "written" in ended.values()
    if not unique:
        attempt(team, 22)
    check(team, 20, 21, *(() if unique else (22,)))


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("order", CHOSEN, ids=lambda order: "".join(map(str, order)))
def test_two_writers_add_one_profile(base: Team, order: tuple[int, ...], unique: bool) -> None:
    team = base.fork()
    team.google.rules.unique_metadata = unique
    turns = Turns(order)

    def run(who: int) -> None:
        client = client_of(team, turns, who)
        team.twin().sync(*with_a_new_one(21), now=at(21, 12), client=client)

    in_turns(turns, run)
    for _ in range(2):
        team.sync(*with_a_new_one(22), now=at(22, 12))
    days = [(row["Profile"], row["Day"]) for row in table(team, "History")]
    assert sorted(day for name, day in days if name == "tok:eva") == [46347, 46348]
    assert len(days) == len(set(days))
    once = ["@anna", "@carl", "@dora", "@eva"]
    rows = [row for row in table(team, "Profiles") if not row["Listed before"]]
    assert sorted(row["Address"].rpartition("/")[2] for row in rows) == once
    assert unique is False or listed(team, "Profiles") == once
    assert {row["Followers"] for row in table(team, "Profiles") if "eva" in row["Address"]} == {
        2200
    }


# --- the first set-up -----------------------------------------------------------------------


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize(
    "fault", ["answer lost", "killed after", "503 instead", "another sync before"]
)
def test_the_first_set_up_happens_once(fault: str, call: int) -> None:
    team = Team()
    team.now = at(21, 12)
    team.google.faults.add(FAULTS[fault](team), nth=call)
    attempt(team, 21)
    team.google.faults.clear()
    attempt(team, 21)
    titles = [sheet.title for sheet in team.people.book.sheets]
    assert len(titles) == len(set(titles)) == 8
    team.people.write("Profiles!B2", [THEIRS[name] for name in NAMES])
    check(team, 21)


def test_a_large_write_is_parted_by_profile(base: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_parts, "LIMIT", 2_500)
    team = base.fork()
    team.sync(*records(21), now=at(21, 12))
    assert team.calls().count("batchUpdate") == 4, "one for each profile, and what is of all"
    check(team, 20, 21)
