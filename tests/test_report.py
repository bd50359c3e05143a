"""What a person reads after a run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetsync import report
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.model import Count, Outcome, Record
from sheetsync.plan import Plan, State
from sheetsync.sync import Read, Synced

AT = datetime(2026, 11, 22, 5, 31, tzinfo=UTC)
PLAN = Plan(DASHBOARD, State())


def good(**fields: Count) -> Record:
    return Record(
        "tiktok",
        "profile",
        Outcome.OK,
        handle="celine_dept",
        captured_at=AT,
        captured_by="content",
        fields=fields,
    )


def refused(handle: str, detail: str, outcome: Outcome = Outcome.CHALLENGE) -> Read:
    record = Record("tiktok", "profile", outcome, handle=handle, source="http", detail=detail)
    return Read(f"https://www.tiktok.com/@{handle}", record)


def test_a_rounded_number_is_marked_and_an_exact_one_is_not() -> None:
    record = good(followers=Count(1_200_000, 100_000), likes=Count(593_024))
    assert report.numbers(record) == "≈ 1,200,000 followers · 593,024 likes"


def test_zero_is_a_number_and_missing_is_not() -> None:
    assert report.numbers(good(followers=Count(0))) == "0 followers"


@pytest.mark.parametrize(
    ("by", "says"), [("content", ""), ("file", " (the file's time)"), ("option", " (as you say)")]
)
def test_the_time_says_where_it_is_from(by: str, says: str) -> None:
    record = Record("x", "profile", Outcome.OK, captured_at=AT, captured_by=by)  # type: ignore[arg-type]
    assert report.when(record) == f"22 Nov 2026 05:31 UTC{says}"


def test_day_one_reads_as_promised() -> None:
    reads = (
        refused("celine_dept", "TikTok sent a browser check instead of the page"),
        refused("stien_dd", "not asked: TikTok had just refused; one refusal is enough for a run"),
    )
    synced = Synced(reads, PLAN, 0, written=False)
    lines = report.sync_lines(synced, "dashboard.xlsx")
    assert lines[:3] == [
        "Not read (2)",
        "  @celine_dept  no numbers  TikTok sent a browser check instead of the page",
        "  @stien_dd     not asked   TikTok had just refused; one refusal is enough for a run",
    ]
    steps = report.next_steps(synced, {"tiktok": "TikTok"})
    assert "  sheetsync platforms tiktok" in steps
    assert "All ways to read TikTok, and what each costs:" in steps


def test_saved_pages_that_were_read_need_no_next_step() -> None:
    assert report.next_steps(Synced((Read("a.html", good()),), PLAN, 0, written=False), {}) == []


def test_undated_pages_ask_for_captured() -> None:
    record = Record("tiktok", "profile", Outcome.OK, handle="a", fields={"followers": Count(1)})
    (hint,) = report.hints(Synced((Read("a.html", record),), PLAN, 0, written=False))
    assert hint.startswith("1 page has no date")
    assert "--captured" in hint


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = good(followers=Count(162_986_107), likes=Count(2_680_875_280), posts=Count(1_353))
    reads = (Read("a.html", wide), refused("khaby.lame", "a long sentence " * 9))
    synced = Synced(reads, PLAN, 3, written=True)
    lines = report.sync_lines(synced, "d.xlsx", width)
    assert max(map(len, lines)) <= width
    assert "162,986,107" in " ".join(lines)


def test_pages_that_robots_forbids_are_never_asked_for_quietly() -> None:
    (note,) = report.about_the_round("", ignore_robots=True)
    assert "--ignore-robots is on" in note
    assert report.about_the_round("", ignore_robots=False) == []
