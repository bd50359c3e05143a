"""The straight line: what is judged, in which order, and what a run promises."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import openpyxl
import pytest

from sheetsync.dashboard import Dashboard
from sheetsync.destinations import DestinationChanged, open_destination
from sheetsync.errors import UnsafePlan
from sheetsync.model import Count, Outcome, Page, Record
from sheetsync.plan import Plan, State
from sheetsync.platform_file import builtin
from sheetsync.sync import Read, Synced, failed, judge_all, read_pages, sync
from tests.workbooks import rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reading(
    handle: str = "anna", *, days: int = 0, account: str = "7", followers: int = 10
) -> Read:
    at = NOW - timedelta(days=days)
    record = Record(
        "tiktok",
        "profile",
        Outcome.OK,
        handle=handle,
        url=f"https://www.tiktok.com/@{handle}",
        captured_at=at,
        captured_by="content",
        fields={"followers": Count(followers), "account_id": account, "handle": handle},
    )
    return Read(f"{handle}-{days}.html", record)


def run(to: Path, *reads: Read, **settings: bool) -> Synced:
    with open_destination(str(to)) as destination:
        return sync(destination, reads, platforms=builtin(), now=NOW, **settings)


def test_a_name_that_moved_is_found_by_the_pages_own_times_in_any_order() -> None:
    reads = [reading(days=9), reading(days=5), reading(days=1, account="8", followers=99)]
    for _ in range(6):
        random.Random(_).shuffle(reads)
        outcomes = {r.name: r.record.outcome for r in judge_all(reads, State(), NOW)}
        assert outcomes["anna-1.html"] is Outcome.ACCOUNT_CHANGED
        assert [o for n, o in outcomes.items() if n != "anna-1.html"] == [Outcome.OK, Outcome.OK]


def test_the_account_seen_before_is_kept_in_the_dashboard(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to, reading(days=3))
    synced = run(to, reading(days=0, account="8", followers=99))
    assert synced.reads[0].record.outcome is Outcome.ACCOUNT_CHANGED
    (row,) = rows(to, "Profiles")
    assert (row["Followers"], row["Status"]) == (10, "Now another account")
    assert len(rows(to, "History")) == 1


def test_a_page_from_the_future_has_no_time_that_is_believed(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to, reading(days=-400))
    assert rows(to, "History") == []
    assert rows(to, "Profiles")[0]["Followers"] == 10


def test_later_pages_update_and_earlier_ones_only_add_history(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to, reading(days=2, followers=20))
    run(to, reading(days=0, followers=30))
    run(to, reading(days=5, followers=5))
    assert rows(to, "Profiles")[0]["Followers"] == 30
    assert sorted(row["Followers"] for row in rows(to, "History")) == [5, 20, 30]


class Changing:
    """A destination that somebody else writes before our first ``times`` writes."""

    notes: Sequence[str] = ()

    def __init__(self, times: int) -> None:
        self.times, self.read_count, self.applied = times, 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, dashboard: Dashboard) -> State:
        self.read_count += 1
        return State()

    def apply(self, plan: Plan) -> None:
        if self.read_count <= self.times:
            raise DestinationChanged("changed", hint="again")
        self.applied += 1


def test_a_destination_that_changed_is_read_and_planned_again() -> None:
    destination = Changing(2)
    sync(destination, [reading()], platforms=builtin(), now=NOW)
    assert (destination.read_count, destination.applied) == (3, 1)


def test_a_destination_that_never_rests_is_an_error_at_last() -> None:
    destination = Changing(99)
    with pytest.raises(DestinationChanged):
        sync(destination, [reading()], platforms=builtin(), now=NOW)
    assert destination.applied == 0


def test_dry_run_is_the_absence_of_a_call() -> None:
    destination = Changing(0)
    synced = sync(destination, [reading()], platforms=builtin(), now=NOW, dry_run=True)
    assert destination.applied == 0
    assert synced.plan
    assert not synced.written


def test_a_plan_that_would_empty_the_sheet_is_refused(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to, *(reading(f"a{n}", followers=n) for n in range(30)))
    book = openpyxl.load_workbook(to)
    for row in range(2, 32):  # a person pastes other addresses over all of them
        book["Profiles"].cell(row, 1).value = f"https://www.tiktok.com/@other{row}"
    book.save(to)
    before = to.read_bytes()
    with pytest.raises(UnsafePlan):
        run(to)
    assert to.read_bytes() == before
    assert run(to, allow_loss=True).written


def test_what_makes_a_run_fail() -> None:
    refused = Record("tiktok", "profile", Outcome.CHALLENGE, handle="anna")
    nobody = Record("tiktok", "profile", Outcome.NOT_A_PROFILE)
    assert not failed(Read("x", refused))
    assert failed(Read("x", refused, known=True))
    assert failed(Read("x", refused), strict=True)
    assert not failed(Read("x", nobody), strict=True)
    assert not failed(reading(), strict=True)


def test_a_browsers_recording_is_one_file_however_many_answers_it_holds() -> None:
    wall = '<html><p id="wci" class="_wafchallengeid"></p></html>'
    pages = [Page(text='{"metrics": 1}', name=f"day.har #{n}") for n in range(9)]
    pages += [Page(text=wall, name="day.har #10"), Page(text='{"a": 1}', name="other.json")]
    reads, passed_over = read_pages(pages, builtin())
    assert [read.record.outcome for read in reads] == [Outcome.CHALLENGE]
    assert passed_over == 1
