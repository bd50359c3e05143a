"""What a person reads after a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sheetsync import next_steps, report
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.model import Count, Outcome, Record
from sheetsync.plan import Change, Counts, Plan, State
from sheetsync.record_report import numbers, when
from sheetsync.sync import Read, Synced

AT = datetime(2026, 11, 22, 5, 31, tzinfo=UTC)
PLAN = Plan(DASHBOARD, State())
ADDED = Plan(
    DASHBOARD,
    State(),
    (Change("profiles", 2, "handle", None, "a", added=True),),
    counts={"profiles": Counts(added=2), "posts": Counts(changed=1, kept=4)},
)


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
    assert numbers(record) == "≈ 1,200,000 followers · 593,024 likes"


def test_zero_is_a_number_and_missing_is_not() -> None:
    assert numbers(good(followers=Count(0))) == "0 followers"


@pytest.mark.parametrize(
    ("by", "says"), [("content", ""), ("file", " (the file's time)"), ("option", " (as you say)")]
)
def test_the_time_says_where_it_is_from(by: str, says: str) -> None:
    record = Record("x", "profile", Outcome.OK, captured_at=AT, captured_by=by)  # type: ignore[arg-type]
    assert when(record) == f"22 Nov 2026 05:31 UTC{says}"


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
    assert next_steps.next_steps(synced, {"tiktok": "TikTok"}) == [
        "Numbers in two minutes, from your own browser:  sheetsync due",
        "All ways to read TikTok, and what each costs:   sheetsync platforms tiktok",
    ]
    written = replace(synced, plan=ADDED, written=True)
    assert report.sync_lines(written, "dashboard.xlsx")[-1] == (
        "0 of 2 read. dashboard.xlsx lists both and waits for a first reading."
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = good(followers=Count(162_986_107), likes=Count(2_680_875_280), posts=Count(1_353))
    reads = (Read("a.html", wide), refused("khaby.lame", "a long sentence " * 9))
    synced = Synced(reads, PLAN, 3, written=True)
    lines = report.sync_lines(synced, "d.xlsx", width)
    assert max(map(len, lines)) <= width
    assert "162,986,107" in " ".join(lines)


def post(number: int, handle: str = "anna", detail: str = "TikTok sent a browser check") -> Read:
    record = Record(
        *("tiktok", "post", Outcome.CHALLENGE),
        handle=handle,
        source="http",
        fields={"id": str(number)} if number else {},
        detail=detail,
    )
    return Read(f"https://www.tiktok.com/@{handle}/video/{number}", record, beside=True)


def told(*reads: Read) -> list[str]:
    return report.sync_lines(Synced(reads, PLAN, 0, written=False), "d.xlsx")


def test_posts_that_met_one_wall_are_one_line_and_each_is_counted() -> None:
    reads = [refused("anna", "TikTok sent a browser check"), *(post(n) for n in range(1, 31))]
    lines = told(*reads)
    assert lines == [
        "Not read (1)",
        "  @anna  no numbers  TikTok sent a browser check",
        "",
        "Posts not read (30)",
        "  30 posts of @anna  no numbers  TikTok sent a browser check",
        "",
        "0 of 1 read. d.xlsx: nothing to change.",
    ]


def test_few_posts_are_named_and_each_reason_stays() -> None:
    lines = told(post(1), post(2, detail="not asked: TikTok had just refused"))
    assert lines[1:3] == [
        "  @anna, post 1  no numbers  TikTok sent a browser check",
        "  @anna, post 2  not asked   TikTok had just refused",
    ]


def test_posts_of_several_profiles_say_of_how_many() -> None:
    assert "  4 posts of 2 profiles  no" in told(*(post(n, f"a{n % 2}") for n in range(1, 5)))[1]


def test_a_list_of_posts_that_did_not_come_is_told_too() -> None:
    assert told(post(0))[1].startswith("  @anna, its posts  no numbers")
    lists = told(*(post(0, f"a{n}") for n in range(5)))
    assert lists[1].startswith("  the posts of 5 profiles  no numbers")


def test_json_says_what_was_beside_and_why_a_run_was_cut_short() -> None:
    synced = Synced((Read("x", good(followers=Count(1))), post(7)), PLAN, 0, written=False)
    shape = report.to_json(synced, "d.xlsx", "stopped by you")
    assert shape["stopped"] == "stopped by you"
    first, second = shape["profiles"]  # type: ignore[misc]
    assert "beside" not in first
    assert (second["beside"], second["outcome"]) == (True, "challenge")
    assert report.to_json(synced, "d.xlsx")["stopped"] is None


def test_rows_added_changed_and_kept_are_counted() -> None:
    synced = Synced((), ADDED, 0, written=True)
    assert report.sync_lines(synced, "d.xlsx") == [
        "d.xlsx written: 2 profiles added, 1 post changed and 4 kept."
    ]
