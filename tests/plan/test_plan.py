"""Planning, as sentences: what a sync does to a sheet, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.dashboard import Formula
from sheetsync.dashboard.tabs import DASHBOARD, PROFILES
from sheetsync.dashboard.words import NOT_READ_YET, STATUS, UNKNOWN_ADDRESS, WHY, Status
from sheetsync.errors import ConfigError, UnsafePlan
from sheetsync.model import Count, Outcome
from sheetsync.plan import State, addresses, known_accounts, letters, make_plan
from sheetsync.sync import Read, judge_all
from tests.plan.sheet import NOW, TOK, Sheet, at, clock, find, post, profile, url, watch

ANNA = "tok:anna"


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


# --- which rows -----------------------------------------------------------------------------


def test_a_profile_without_a_row_gets_one_with_its_address(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=5351))
    row = sheet.row(url("anna"))
    assert (row["platform"], row["handle"], row["for"]) == ("tok", "anna", ANNA)
    assert (row["followers"], row["followers~step"], row["status"]) == (5351, 1, "Read")


def test_an_address_typed_by_the_team_is_filled_and_never_altered(sheet: Sheet) -> None:
    typed = "https://www.tok.test/@anna/"
    sheet.type(2, typed)
    plan = sheet.sync(profile("anna", followers=1))
    assert [row["address"] for row in sheet.rows()] == [typed]
    assert sheet.row(typed)["followers"] == 1
    assert not [c for c in plan.changes if c.column == "address"]


def test_the_same_address_typed_twice_fills_both_rows_and_makes_one_history(sheet: Sheet) -> None:
    sheet.type(2, url("anna"))
    sheet.type(5, "https://www.tok.test/@anna")
    sheet.sync(profile("anna", followers=7))
    assert [row["followers"] for row in sheet.rows()] == [7, 7]
    assert len(sheet.history()) == 1


def test_a_second_row_typed_later_shows_what_is_known_already(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=7))
    sheet.type(9, "https://www.tok.test/@anna")
    sheet.sync()
    assert sheet.row("https://www.tok.test/@anna")["followers"] == 7


def test_the_posts_on_a_profile_page_get_rows_and_their_author_comes_from_the_page(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", at(20), followers=1, posts=[post("99", views=174_000, likes=8832)]))
    row = sheet.row(url("anna", "99"), "posts")
    assert (row["id"], row["handle"], row["views"], row["likes"]) == ("99", "anna", 174_000, 8832)
    assert row["read_at~utc"] == clock(20, 6)


def test_a_post_page_never_adds_its_author_to_profiles(sheet: Sheet) -> None:
    sheet.sync(post("99", captured_at=NOW, views=1))
    assert sheet.rows("profiles") == []
    assert len(sheet.rows("posts")) == 1


def test_posts_on_a_page_about_somebody_else_are_passed_over(sheet: Sheet) -> None:
    sheet.sync(profile("anna", outcome=Outcome.OTHER_PROFILE, posts=[post("99", views=1)]))
    assert sheet.rows("posts") == []


def test_a_watched_profile_waits_in_a_row_of_its_own(sheet: Sheet) -> None:
    sheet.sync(watched=[watch("anna")])
    row = sheet.row(url("anna"))
    assert (row["status"], row["why"]) == (Status.WAITING, NOT_READ_YET)
    assert not sheet.sync(watched=[watch("anna")])


def test_a_row_that_the_team_deleted_stays_deleted_until_its_reading_comes_again(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", followers=1), profile("ben", followers=2))
    del sheet.tabs["profiles"][2]
    sheet.sync(profile("ben", NOW + timedelta(hours=1), followers=3))
    assert [row["address"] for row in sheet.rows()] == [url("ben")]
    sheet.sync(profile("anna", followers=1))
    assert [row["address"] for row in sheet.rows()] == [url("ben"), url("anna")]


def test_a_record_whose_address_means_something_else_is_reported_and_not_written(
    sheet: Sheet,
) -> None:
    stray = profile("anna", followers=1)
    lost = [profile("", followers=1), replace(stray, url=url("ben"))]
    plan = sheet.sync(*lost)
    assert list(plan.unplaced) == lost
    assert sheet.rows() == []
    assert sheet.history() == {}


# --- rows that are not ours -----------------------------------------------------------------


def test_an_unknown_address_is_told_so_and_the_row_is_left_alone(sheet: Sheet) -> None:
    sheet.type(2, "my friend", followers=12, group="A")
    sheet.sync()
    row = sheet.row("my friend")
    assert (row["status"], row["why"]) == (Status.WAITING, UNKNOWN_ADDRESS)
    assert (row["followers"], row["group"]) == (12, "A")


def test_a_line_of_totals_without_an_address_is_left_alone(sheet: Sheet) -> None:
    total = Formula("=SUM(I2:I9)", 5)
    sheet.type(20, None, followers=total)
    plan = sheet.sync()
    assert not plan.changes
    assert sheet.tabs["profiles"][20] == {"followers": total}


def test_the_address_of_a_post_among_profiles_is_sent_to_its_tab(sheet: Sheet) -> None:
    sheet.type(2, url("anna", "99"))
    sheet.sync()
    assert "tab Posts" in str(sheet.rows()[0]["why"])


def test_a_retyped_address_never_shows_the_numbers_of_the_former_one(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=5351, name="Anna"))
    sheet.type(2, url("ben"), group="mine")
    sheet.sync()
    row = sheet.row(url("ben"))
    assert "followers" not in row
    assert "name" not in row
    assert (row["for"], row["status"], row["group"]) == ("tok:ben", Status.WAITING, "mine")


def test_an_address_retyped_to_an_unknown_one_loses_the_numbers_too(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=5351))
    sheet.type(2, "anna", group="mine")
    sheet.sync()
    assert sheet.rows() == [
        {"address": "anna", "group": "mine", "status": "Waiting", "why": UNKNOWN_ADDRESS}
    ]
    sheet.type(2, None)
    sheet.sync()
    assert sheet.rows() == [{"group": "mine"}]


def test_a_row_whose_address_was_deleted_loses_the_numbers(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=5351))
    sheet.type(2, None, group="mine")
    sheet.sync()
    assert sheet.rows() == [{"group": "mine"}]


def only_ben(address: str) -> Any:
    """What addresses mean in a run that has not loaded anna's platform."""
    return find(address) if "ben" in address else None


def test_a_row_of_a_platform_that_is_not_loaded_in_this_run_keeps_what_it_holds(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", followers=5351, name="Anna"))
    before = dict(sheet.row(url("anna")))
    plan = sheet.sync(find=only_ben, platforms={"other"})
    assert not plan
    assert sheet.row(url("anna")) == before
    assert not sheet.sync()


def test_a_row_of_an_unloaded_platform_retyped_to_a_known_address_is_that_ones(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", followers=5351))
    sheet.type(2, url("ben"))
    sheet.sync(find=only_ben, platforms={"other"})
    assert "followers" not in sheet.row(url("ben"))


def test_an_address_that_a_formula_has_not_computed_yet_is_left_alone(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=5351))
    sheet.tabs["profiles"][2]["address"] = Formula('="https://tok.test/@"&B2')
    assert not sheet.sync()
    assert not sheet.sync(profile("anna", followers=5351))
    sheet.tabs["profiles"][2]["address"] = Formula('="https://tok.test/@"&B2', url("anna"))
    sheet.sync(profile("anna", NOW + timedelta(hours=1), followers=6000))
    assert [row["followers"] for row in sheet.rows()] == [6000]


@pytest.mark.parametrize("mishap", ["deleted", "mistyped"])
def test_a_row_that_comes_back_has_not_forgotten_whose_account_it_was(
    sheet: Sheet, mishap: str
) -> None:
    sheet.sync(profile("anna", at(18), followers=1, account_id="674"))
    if mishap == "deleted":
        sheet.tabs["profiles"].clear()
    else:
        sheet.type(2, "anna")
        sheet.sync()
        sheet.type(2, url("anna"))
    thief = profile("anna", at(20), followers=900, account_id="9")
    [judged] = judge_all([Read("a.html", thief)], sheet.state(), NOW)
    assert judged.record.outcome is Outcome.ACCOUNT_CHANGED
    own = replace(thief, fields={**thief.fields, "account_id": "674"})
    [judged] = judge_all([Read("a.html", own)], sheet.state(), NOW)
    assert judged.record.outcome is Outcome.OK


def test_history_is_asked_for_accounts_that_no_row_knows_and_for_no_others(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(18), followers=1, account_id="674"))
    asked: list[Any] = []

    def accounts(keys: Any) -> dict[str, str]:
        asked.append(set(keys))
        return {}

    state = replace(sheet.state(), accounts=accounts)
    pages = [
        profile("anna", followers=2, account_id="674"),
        profile("ben", followers=2),
        profile("", followers=2, account_id="1"),
        post("9", views=1, account_id="674"),
    ]
    judge_all([Read("x", page) for page in pages], state, NOW)
    assert asked == []
    judge_all([Read("x", p) for p in (*pages, profile("cleo", account_id="5"))], state, NOW)
    assert asked == [{"tok:cleo"}]


def test_numbers_follow_an_address_that_moved_to_another_row(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=1), profile("ben", followers=2))
    sheet.type(2, url("ben"))
    sheet.type(3, url("anna"))
    sheet.sync()
    assert [(r["address"], r["followers"]) for r in sheet.rows()] == [
        (url("ben"), 2),
        (url("anna"), 1),
    ]


# --- outcomes -------------------------------------------------------------------------------


_ANSWERS = [o for o in Outcome if not o.has_numbers and o is not Outcome.FORGOTTEN]


@pytest.mark.parametrize("outcome", _ANSWERS)
def test_an_outcome_without_numbers_keeps_every_number(sheet: Sheet, outcome: Outcome) -> None:
    sheet.sync(profile("anna", at(21), followers=5351, name="Anna", verified=True))
    before = dict(sheet.row(url("anna")))
    sheet.sync(profile("anna", NOW, outcome, followers=1))  # even if it claims one
    after = sheet.row(url("anna"))
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed <= {"status", "why", "checked~utc", "as_read"}
    assert after["why"] == WHY[outcome]
    expected = STATUS[outcome]
    assert after["status"] == (Status.OLD if expected is Status.WAITING else expected)
    assert len(sheet.history()) == 1


def test_the_reason_of_the_record_beats_the_general_one(sheet: Sheet) -> None:
    sheet.sync(profile("anna", outcome=Outcome.TIMEOUT, detail="tok.test was silent for 20 s."))
    assert sheet.row(url("anna"))["why"] == "tok.test was silent for 20 s."


def test_a_partial_reading_says_what_was_missing_and_keeps_the_old_number(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=1, likes=50))
    sheet.sync(profile("anna", at(21), Outcome.PARTIAL, followers=2, missing=("likes",)))
    row = sheet.row(url("anna"))
    assert (row["followers"], row["likes"], row["status"]) == (2, 50, Status.PART)
    assert row["why"] == "The page did not show: likes. An older number, if any, stays."
    assert row["kept"] == "likes@2026-11-20T06:00:00Z"


def test_a_number_typed_over_a_read_one_goes_when_its_page_comes_again(sheet: Sheet) -> None:
    page = profile("anna", at(20), followers=5351, name="Anna", verified=False)
    sheet.sync(page)
    over = {"followers": 99_999, "name": "zzz", "verified": True, "source": "typed"}
    sheet.tabs["profiles"][2].update(over)
    sheet.tabs["history"][2].update(followers=99_999)
    sheet.sync(page)
    row = sheet.row(url("anna"))
    assert (row["followers"], row["name"], row["verified"]) == (5351, "Anna", False)
    assert row["source"] == "saved"
    assert sheet.history()[ANNA, date(2026, 11, 20)]["followers"] == 5351
    assert not sheet.sync(page)


def test_a_status_typed_over_goes_when_the_page_comes_again(sheet: Sheet) -> None:
    page = profile("anna", at(20), Outcome.PRIVATE)
    sheet.sync(page)
    sheet.tabs["profiles"][2].update(status="Read", why="all is well")
    sheet.sync(page)
    assert sheet.row(url("anna"))["status"] == Status.PRIVATE


def test_of_one_moment_exact_still_beats_rounded_in_a_later_run(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=1_234_567))
    assert not sheet.sync(profile("anna", at(20), step=100_000, followers=1_200_000))


def test_an_older_refusal_does_not_hide_a_newer_reading(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), followers=1))
    sheet.sync(profile("anna", at(20), Outcome.LOGIN_WALL))
    assert sheet.row(url("anna"))["status"] == Status.READ


def test_an_older_reading_does_not_hide_a_newer_refusal(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), Outcome.ABSENT_OR_PRIVATE))
    sheet.sync(profile("anna", at(20), followers=1))
    row = sheet.row(url("anna"))
    assert (row["status"], row["followers"]) == (Status.GONE, 1)


def test_a_site_that_was_asked_now_answers_now(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), followers=1))
    sheet.sync(profile("anna", None, Outcome.CHALLENGE, source="http"))
    assert sheet.row(url("anna"))["status"] == Status.REFUSED


def test_numbers_grow_old(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(1), followers=1), now=at(9))
    assert sheet.row(url("anna"))["status"] == Status.READ
    sheet.sync(now=at(9, 7))
    row = sheet.row(url("anna"))
    assert (row["status"], row["why"]) == (
        Status.OLD,
        "Read on 1 Nov 2026; nothing newer since.",
    )
    sheet.sync(profile("anna", at(9), followers=2), now=at(9, 8))
    assert sheet.row(url("anna"))["status"] == Status.READ


# --- time -----------------------------------------------------------------------------------


def test_a_later_capture_updates_the_row_and_adds_to_history(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=5351))
    sheet.sync(profile("anna", at(21), followers=5402))
    assert sheet.row(url("anna"))["followers"] == 5402
    days = {day: cells["followers"] for (_, day), cells in sheet.history().items()}
    assert days == {date(2026, 11, 20): 5351, date(2026, 11, 21): 5402}


def test_an_earlier_capture_only_adds_to_history_and_to_what_is_compared(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), followers=5402))
    plan = sheet.sync(profile("anna", at(20), followers=5351))
    changed = {change.column for change in plan.changes if change.tab == "profiles"}
    assert changed == {"day_1d", "followers_1d", "followers_1d~step"}
    assert sheet.row(url("anna"))["followers"] == 5402


def test_on_one_day_exact_beats_rounded_and_read_at_still_moves_on(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21, 8), followers=1_234_567, likes=10))
    sheet.sync(profile("anna", at(21, 20), step=100_000, followers=1_200_000))
    row = sheet.row(url("anna"))
    assert (row["followers"], row["followers~step"]) == (1_234_567, 1)
    assert row["read_at"] == clock(21, 20)
    [day] = sheet.history().values()
    assert (day["followers"], day["likes"]) == (1_234_567, 10)
    assert day["read_at~utc"] == clock(21, 20)


def test_on_the_next_day_rounded_replaces_exact(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=1_234_567))
    sheet.sync(profile("anna", at(21), step=100_000, followers=1_200_000))
    row = sheet.row(url("anna"))
    assert (row["followers"], row["followers~step"]) == (1_200_000, 100_000)


def test_on_one_day_later_beats_earlier_also_when_it_comes_first(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21, 20), followers=2))
    sheet.sync(profile("anna", at(21, 8), followers=1))
    [day] = sheet.history().values()
    assert (day["followers"], sheet.row(url("anna"))["followers"]) == (2, 2)


def test_a_day_is_one_of_the_dashboards_own_zone() -> None:
    sheet = Sheet(zone="Pacific/Auckland")
    sheet.sync(profile("anna", at(20, 12), followers=1))  # 01:00 on the 21st over there
    assert list(sheet.history()) == [(ANNA, date(2026, 11, 21))]
    row = sheet.row(url("anna"))
    assert row["read_at"] == clock(21, 1)
    assert row["read_at~utc"] == clock(20, 12)


def test_another_zone_shows_the_same_moments_on_another_clock(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=1, posts=[post("9", views=1, published=at(3))]))
    sheet.zone = "Europe/Brussels"
    plan = sheet.sync()
    assert {change.column for change in plan.changes} == {"read_at", "published", "last_post"}
    assert sheet.row(url("anna"))["read_at"] == clock(20, 7)


def test_another_zone_does_not_make_two_days_of_one_reading(sheet: Sheet) -> None:
    late, early = profile("anna", at(20, 23), followers=1), profile("ben", at(20, 3), followers=2)
    sheet.sync(late, early)
    before = sheet.history()
    for zone in ("Pacific/Auckland", "America/New_York", "UTC"):
        sheet.zone = zone
        assert "history" not in {change.tab for change in sheet.sync(late, early).changes}
        assert sheet.history() == before


def test_in_another_zone_a_reading_goes_on_being_that_of_its_old_day(sheet: Sheet) -> None:
    page = profile("anna", at(20, 23), followers=1)
    sheet.sync(page)
    sheet.zone = "Pacific/Auckland"
    sheet.sync(replace(page, fields={**page.fields, "likes": Count(5)}))
    [day] = sheet.history().values()
    assert (day["day"], day["likes"]) == (date(2026, 11, 20), 5)
    sheet.sync(profile("anna", at(21, 9), followers=2))
    assert {day.day for _, day in sheet.history()} == {20, 21}


@pytest.mark.parametrize("zone", ["Europe/Brusels", "../../etc/passwd", "Europe", "12", "\0"])
def test_an_unknown_zone_is_an_error_that_names_the_cell(zone: str) -> None:
    with pytest.raises(ConfigError, match=r"How to read this!B7") as error:
        Sheet(zone).sync()
    assert "Europe/Brussels" in error.value.hint


@pytest.mark.parametrize("zone", ["UTC", "utc", "", "  "])
def test_no_zone_means_utc(zone: str) -> None:
    assert Sheet(zone).sync()


def test_a_reading_of_unknown_date_fills_an_undated_row_and_makes_no_history(sheet: Sheet) -> None:
    sheet.sync(profile("anna", None, followers=10))
    row = sheet.row(url("anna"))
    assert (row["followers"], row["status"]) == (10, Status.READ)
    assert "read_at" not in row
    assert sheet.history() == {}


def test_a_reading_of_unknown_date_never_changes_a_dated_row(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=10))
    plan = sheet.sync(profile("anna", None, followers=99, likes=99))
    assert not plan


def test_what_was_not_used_for_want_of_a_date_is_told_apart_from_what_was_there(
    sheet: Sheet,
) -> None:
    dated, undated = profile("anna", at(20), followers=10), profile("anna", None, followers=99)
    new, clip = profile("ben", None, followers=1), post("9", views=5)
    assert sheet.sync(dated).unused == ()
    plan = sheet.sync(dated, undated, new, clip, profile("anna", None, Outcome.PRIVATE))
    assert plan.unused == (undated,)
    assert sheet.sync(undated, new, clip).unused == (undated,)
    seen = profile("anna", at(21), followers=11, posts=[post("9", views=6)])
    assert sheet.sync(seen, clip).unused == (clip,)


def test_a_dated_reading_takes_the_place_of_an_undated_one_whole(sheet: Sheet) -> None:
    sheet.sync(profile("anna", None, followers=10, likes=99))
    sheet.sync(profile("anna", at(20), followers=11))
    row = sheet.row(url("anna"))
    assert row["followers"] == 11
    assert "likes" not in row


def test_a_page_from_the_future_has_no_date(sheet: Sheet) -> None:
    sheet.sync(profile("anna", NOW + timedelta(days=400), followers=1))
    assert sheet.history() == {}
    sheet.sync(profile("anna", NOW, followers=2))
    assert sheet.row(url("anna"))["followers"] == 2


# --- the plan itself ------------------------------------------------------------------------


def test_the_same_records_again_change_nothing(sheet: Sheet) -> None:
    records = [
        profile("anna", followers=1, posts=[post("9", views=1, caption="=1+1", published=at(1))]),
        profile("ben", None, step=100, followers=200),
        profile("cleo", outcome=Outcome.PRIVATE),
    ]
    sheet.sync(*records, watched=[watch("dan")])
    again = sheet.sync(*records, watched=[watch("dan")])
    assert not again
    assert again.lines(hidden=True) == []
    assert (again.counts["profiles"].kept, again.counts["history"].kept) == (4, 1)


def letter(key: str) -> str:
    return letters([column.key for column in PROFILES.columns].index(key) + 1)


def test_lines_show_each_cell_with_its_address_old_and_new(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=5351))
    plan = sheet.sync(profile("anna", at(20, 7), followers=5402))
    assert plan.lines()[:2] == [
        f"Profiles!{letter('followers')}2 followers 5,351 → 5,402",
        f"Profiles!{letter('read_at')}2 read_at 20 Nov 2026 06:00 → 20 Nov 2026 07:00",
    ]
    assert f"Profiles!{letter('read_at~utc')}2 read_at~utc" in "\n".join(plan.lines(hidden=True))
    assert plan.counts["profiles"].changed == 1


def test_lines_of_history_show_the_day_the_profile_and_the_counts_only(sheet: Sheet) -> None:
    sheet.sync()
    plan = sheet.sync(profile("anna", at(20), followers=5351, account_id="674"))
    lines = [line for line in plan.lines() if line.startswith("History")]
    assert lines == [
        "History!A2 day (empty) → 20 Nov 2026",
        "History!B2 profile (empty) → tok:anna",
        "History!D2 followers (empty) → 5,351",
    ]
    assert "History!C2 account_id (empty) → 674" in plan.lines(hidden=True)


def test_lines_of_text_from_a_page_cannot_steer_a_terminal(sheet: Sheet) -> None:
    plan = sheet.sync(profile("anna", followers=1, name="x\x1b[2J\x9b1m\r\nProfiles!A1 gone"))
    assert f"Profiles!{letter('name')}2 name (empty) → x[2J1m Profiles!A1 gone" in plan.lines()


def test_a_new_dashboard_lists_what_must_be_made(sheet: Sheet) -> None:
    plan = sheet.sync()
    tables, boards = ["profiles", "posts", "history"], ["dashboard", "trend", "log"]
    assert [tab for tab, _ in plan.missing] == [*tables, "guide", *boards]
    assert plan.lines()[0] == "Profiles: new tab"


def test_history_is_asked_for_the_days_at_hand_and_those_beside_them_only(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=1), profile("ben", None, followers=1))
    assert sorted(sheet.asked) == [(ANNA, date(2026, 11, day)) for day in (19, 20, 21)]


def test_emptying_a_third_of_the_cells_is_refused_unless_allowed(sheet: Sheet) -> None:
    sheet.sync(*(profile(f"u{n}", followers=n, likes=n, name=f"U {n}") for n in range(9)))
    for row in range(2, 7):
        sheet.type(row, None)
    plan = make_plan(DASHBOARD, sheet.state(), [], NOW, find=find, platforms=TOK)
    with pytest.raises(UnsafePlan, match="would empty"):
        plan.raise_if_unsafe()
    plan.raise_if_unsafe(allow_loss=True)


def test_emptying_one_row_of_many_is_fine(sheet: Sheet) -> None:
    sheet.sync(*(profile(f"u{n}", followers=n, likes=n, name=f"U {n}") for n in range(9)))
    sheet.type(2, None)
    plan = make_plan(DASHBOARD, sheet.state(), [], NOW, find=find, platforms=TOK)
    assert plan.blanked >= 10
    plan.raise_if_unsafe()


def test_a_formula_in_an_owned_cell_is_written_over(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20), followers=5351))
    sheet.tabs["profiles"][2]["followers"] = Formula("=1+1", 2)
    sheet.sync(profile("anna", at(21), followers=5402))
    assert sheet.row(url("anna"))["followers"] == 5402


def test_a_number_of_another_type_than_its_field_is_never_written(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers="12", likes=True, verified=3, name=Count(3)))
    row = sheet.row(url("anna"))
    assert not {"followers", "likes", "verified", "name"} & set(row)


def test_addresses_and_accounts_are_there_for_the_next_run(sheet: Sheet) -> None:
    sheet.sync(profile("anna", followers=1, account_id="674"), watched=[watch("ben")])
    sheet.type(9, "   ")
    assert addresses(sheet.state(), "profiles") == (url("ben"), url("anna"))
    assert known_accounts(sheet.state()) == {ANNA: "674"}
    assert addresses(State(), "profiles") == ()


def test_letters_count_as_a_spreadsheet_does() -> None:
    assert [letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


# --- properties -----------------------------------------------------------------------------

moments = st.one_of(
    st.none(),
    st.builds(at, st.integers(18, 22), st.integers(0, 11), st.sampled_from([0, 30])),
)
texts = st.text(max_size=12) | st.sampled_from(["=1+1", "\x00", "a\r\nb", "_x0041_", " ", "\t@x"])
counts = st.one_of(
    st.none(),
    st.builds(
        Count, st.sampled_from([0, 1, 1_200_000, 10**15, -1]), st.sampled_from([1, 10, 100_000])
    ),
)
outcomes = st.sampled_from([Outcome.OK, Outcome.OK, Outcome.PARTIAL, Outcome.PRIVATE])
posts = st.builds(
    post,
    st.sampled_from(["8", "9"]),
    views=counts,
    likes=counts,
    caption=texts,
    published=st.none() | st.builds(at, st.integers(1, 5)),
)
records = st.one_of(
    st.builds(
        profile,
        st.sampled_from(["anna", "Anna", "ben"]),
        moments,
        outcomes,
        followers=counts,
        likes=counts,
        name=texts,
        verified=st.none() | st.booleans(),
        account_id=st.none() | st.just("674"),
        posts=st.lists(posts, max_size=2),
    ),
    st.builds(post, st.sampled_from(["8", "9"]), captured_at=moments, views=counts, caption=texts),
)
zones = st.sampled_from(["UTC", "Pacific/Auckland", "America/New_York"])
handles = st.sampled_from([url("anna"), "https://www.tok.test/@ben", "?", url("x", "8"), None])

NUMBERS = {
    *("followers", "likes", "views", "followers~step", "likes~step", "views~step"),
    *("read_at~utc", "published~utc", "for", "account_id", "name", "verified", "caption", "status"),
}


def numbers(sheet: Sheet) -> dict[Any, Any]:
    """What must not depend on the order: rows by whose they are, and History."""
    rows = {
        (tab, cells["for"]): {k: v for k, v in cells.items() if k in NUMBERS}
        for tab in ("profiles", "posts")
        for cells in sheet.rows(tab)
    }
    return {**rows, **sheet.history()}


@settings(max_examples=150, deadline=None)
@given(st.lists(records, max_size=6), zones, st.lists(handles, max_size=3))
def test_a_sync_repeated_changes_nothing(
    batch: list[Any], zone: str, typed: list[str | None]
) -> None:
    sheet = Sheet(zone)
    for number, address in enumerate(typed, 2):
        sheet.type(number, address)
    sheet.sync(*batch)
    assert sheet.sync(*batch).lines(hidden=True) == []
    assert sheet.sync().lines(hidden=True) == []


def shuffled(batches: Any) -> Any:
    return batches.flatmap(lambda batch: st.tuples(st.just(batch), st.permutations(batch)))


@settings(max_examples=150, deadline=None)
@given(shuffled(st.lists(records, max_size=6)))
def test_any_order_in_one_run_gives_the_same_numbers(pair: Any) -> None:
    batch, other = pair
    sheet, another = Sheet(), Sheet()
    sheet.sync(*batch)
    another.sync(*other)
    assert numbers(sheet) == numbers(another)


@settings(max_examples=150, deadline=None)
@given(shuffled(st.lists(records, max_size=6, unique_by=lambda record: record.captured_at)))
def test_any_order_in_any_number_of_runs_gives_the_same_numbers(pair: Any) -> None:
    """But for pages of one moment: of those the later run's stay, so that a sync mends a row."""
    batch, shuffled = pair
    at_once, one_by_one = Sheet(), Sheet()
    at_once.sync(*batch)
    for record in shuffled:
        one_by_one.sync(record)
    assert numbers(at_once) == numbers(one_by_one)


@settings(max_examples=100, deadline=None)
@given(st.lists(records, max_size=5))
def test_every_number_in_the_sheet_was_on_a_page(batch: list[Any]) -> None:
    sheet = Sheet()
    sheet.sync(*batch)
    pages = [r for r in batch if r.outcome.has_numbers]
    pages += [p for r in pages for p in r.posts]
    seen = {(name, v.value, v.step) for r in pages for name, v in r.fields.items() if is_count(v)}
    for tab in ("profiles", "posts", "history"):
        for cells in sheet.rows(tab):
            for name in ("followers", "likes", "views"):
                if name in cells:
                    assert (name, cells[name], cells[f"{name}~step"]) in seen


def is_count(value: object) -> bool:
    return isinstance(value, Count)
