"""What a row shows besides its own reading: sums over its newest posts, short names, Trend, Log."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sheetsync.dashboard import Formula
from sheetsync.dashboard import trend as at_trend
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.model import Count, Outcome, Record
from sheetsync.plan import Run, State, make_plan
from sheetsync.plan.trend import log_after, trend_after, trend_fill
from tests.plan.sheet import NOW, TOK, Sheet, at, find, post, profile, url, watch


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


def read(*posts: Record, day: int = 20, **fields: object) -> Record:
    return profile("anna", at(day), followers=100, posts=posts, **fields)  # type: ignore[arg-type]


def row(sheet: Sheet) -> dict[str, object]:
    return dict(sheet.row(url("anna")))


def test_the_sums_are_of_the_posts_that_show_all_three_numbers(sheet: Sheet) -> None:
    sheet.sync(
        read(
            post("1", published=at(11), views=174_000, likes=8_832, comments=120),
            post("2", published=at(12), views=1_000, likes=50),
            post("3", published=at(13), likes=50, comments=2),
        )
    )
    cells = row(sheet)
    assert (cells["rated_n"], cells["rated_views"], cells["rated_sum"]) == (1, 174_000, 8_952)
    assert (cells["views_1"], cells["views_2"]) == (1_000, 174_000), "newest first"
    assert "views_3" not in cells
    assert "shared_n" not in cells


def test_only_the_twelve_newest_posts_count(sheet: Sheet) -> None:
    posts = [post(str(n), published=at(1) + timedelta(hours=n), views=n) for n in range(1, 31)]
    sheet.sync(read(*posts))
    cells = row(sheet)
    assert [cells[f"views_{n}"] for n in range(1, 13)] == list(range(30, 18, -1))


def test_views_that_the_site_rounded_by_more_than_a_twentieth_give_no_rate(sheet: Sheet) -> None:
    def rounded(id: str, views: int, step: int) -> Record:
        return post(id, published=at(11), views=Count(views, step), likes=5, comments=1)

    sheet.sync(read(rounded("1", 1_200_000, 100_000), rounded("2", 174_000, 1_000)))
    assert (row(sheet)["rated_n"], row(sheet)["rated_views"]) == (1, 174_000)


def test_the_last_post_is_the_newest_one_seen(sheet: Sheet) -> None:
    sheet.sync(read(post("1", published=at(11), views=1), post("2", published=at(9), views=1)))
    assert row(sheet)["last_post"] == at(11).replace(tzinfo=None)


def test_a_post_is_measured_against_the_median_of_its_profile(sheet: Sheet) -> None:
    posts = [post(str(n), published=at(n), views=v) for n, v in ((1, 10), (2, 20), (3, 90))]
    sheet.sync(read(*posts))
    assert {cells["profile_median"] for cells in sheet.rows("posts")} == {20}


def test_a_post_has_the_group_of_its_profile(sheet: Sheet) -> None:
    sheet.type(2, url("anna"), group="clients")
    sheet.sync(read(post("1", published=at(1), views=1)))
    assert sheet.row(url("anna", "1"), "posts")["profile_group"] == "clients"


def test_an_address_typed_twice_has_two_full_rows_and_counts_once(sheet: Sheet) -> None:
    sheet.type(2, url("anna"))
    sheet.type(3, url("anna") + "/")
    sheet.sync(read())
    first, second = sheet.rows()
    assert first["followers"] == second["followers"] == 100
    assert ("twice" in first, second["twice"]) == (False, 1)


def test_the_row_says_letter_by_letter_which_address_its_numbers_are_of(sheet: Sheet) -> None:
    sheet.type(2, f" {url('anna')}/ ")
    sheet.sync(read())
    assert row_at(sheet, 2)["for_address"] == f" {url('anna')}/ "
    assert not sheet.sync(read())


def row_at(sheet: Sheet, number: int) -> dict[str, object]:
    return dict(sheet.tabs["profiles"][number])


def test_short_names_are_handles(sheet: Sheet) -> None:
    sheet.sync(read(post("1", published=at(1), views=1)), watched=[watch("ben")])
    assert {str(cells["label"]) for cells in sheet.rows()} == {"@anna", "@ben"}
    assert sheet.rows("posts")[0]["label"] == "@anna"


# --- Trend ----------------------------------------------------------------------------------


def test_trend_has_a_column_for_each_profile_and_a_row_for_each_day(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(19), followers=5), profile("anna", at(20), followers=7))
    sheet.sync(profile("ben", at(20), step=100, followers=1_200))
    assert sheet.trend is not None
    assert sheet.trend.slots == ("tok:anna", "tok:ben")
    assert sheet.trend.followers == {
        ("tok:anna", date(2026, 11, 19)): Count(5),
        ("tok:anna", date(2026, 11, 20)): Count(7),
        ("tok:ben", date(2026, 11, 20)): Count(1_200, 100),
    }


def test_the_last_row_is_the_newest_day_and_the_first_number_stands_on_top(sheet: Sheet) -> None:
    plan = sheet.sync(profile("anna", at(19), followers=5), profile("anna", at(20), followers=7))
    fill = plan.fills["trend"]
    assert fill[at_trend.LAST, at_trend.DAY] == date(2026, 11, 20)
    assert fill[at_trend.LAST, at_trend.SLOT] == 7
    assert fill[at_trend.FIRST_ROW, at_trend.SLOT] == 5
    assert fill[at_trend.LABEL_ROW, at_trend.SLOT] == "@anna"


def test_trend_is_rebuilt_from_history_when_the_tab_was_deleted(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(19), followers=5), profile("ben", at(12), followers=7))
    before = sheet.trend
    sheet.trend = None
    sheet.sync(profile("anna", at(20), followers=6))
    assert before and sheet.trend
    assert sheet.trend.followers == {
        **before.followers,
        ("tok:anna", date(2026, 11, 20)): Count(6),
    }


def test_a_profile_that_nobody_watches_any_more_leaves_trend(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(19), followers=5), profile("ben", at(19), followers=7))
    sheet.tabs["profiles"] = {2: sheet.tabs["profiles"][2]}
    sheet.sync(profile("anna", at(20), followers=6))
    assert sheet.trend is not None
    assert [slot for slot in sheet.trend.slots if slot] == ["tok:anna"]


def test_with_too_many_profiles_the_largest_are_drawn_and_columns_stay_put() -> None:
    today = date(2026, 11, 20)
    many = {(f"tok:{n}", today): Count(n) for n in range(at_trend.SLOTS + 50)}
    watched = {key for key, _ in many}
    trend, last = trend_after(State(), many, watched)
    assert (len(trend.slots), last) == (at_trend.SLOTS, today)
    assert "tok:0" not in trend.slots
    grown = {("tok:0", today + timedelta(1)): Count(10**6)}
    after, _ = trend_after(State(trend=trend), grown, watched)
    moved = [n for n, (a, b) in enumerate(zip(trend.slots, after.slots, strict=True)) if a != b]
    assert [after.slots[n] for n in moved] == ["tok:0"]


def test_days_that_trend_does_not_reach_are_left_to_history(sheet: Sheet) -> None:
    old, new = at(1) - timedelta(days=200), at(20)
    sheet.sync(profile("anna", old, followers=5), profile("anna", new, followers=7))
    assert sheet.trend is not None
    assert list(sheet.trend.followers) == [("tok:anna", date(2026, 11, 20))]


def test_an_empty_trend_has_no_days() -> None:
    assert trend_fill(*trend_after(State(), {}, ()), {}) == {}


# --- the Log --------------------------------------------------------------------------------


def test_the_log_says_what_was_read_and_why_the_rest_was_not(sheet: Sheet) -> None:
    walls = [profile(name, outcome=Outcome.CHALLENGE) for name in ("ben", "cas")]
    sheet.sync(read(), *walls, profile("dirk", outcome=Outcome.PRIVATE))
    [line] = sheet.log
    assert line[2:5] == (1, 3, "challenge 2, private 1")


def test_the_log_keeps_the_last_hundred_runs() -> None:
    rows = tuple((NOW.replace(tzinfo=None), None, n, 0, None, 1, None) for n in range(100))
    after = log_after(State(log=rows), NOW.replace(tzinfo=None), [], 3, Run(1.26, 3))
    assert len(after) == 100
    assert after[-1] == (NOW.replace(tzinfo=None), 1.3, 0, 0, None, 3, 3)


def test_a_run_that_changes_nothing_is_not_written_for_the_log_s_sake(sheet: Sheet) -> None:
    sheet.sync(read())
    assert not sheet.sync(read())
    assert len(sheet.log) == 1


# --- what drop-downs offer ------------------------------------------------------------------


def test_groups_are_offered_once_and_the_largest_profiles_are_picked_first(sheet: Sheet) -> None:
    for number, (name, group) in enumerate((("a", "x"), ("b", "y"), ("c", "x")), 2):
        sheet.type(number, url(name), group=group)
    sizes = (("a", 5), ("b", 9), ("c", 7))
    plan = sheet.sync(*(profile(name, at(20), followers=n) for name, n in sizes))
    assert plan.choices["groups"] == ("x", "y")
    assert (plan.picks["compare_1"], plan.picks["compare_2"]) == ("@b", "@c")
    assert plan.picks["line_3"] == "@a"


def test_a_group_may_be_a_number_or_computed_and_totals_are_none(sheet: Sheet) -> None:
    sheet.type(2, url("a"), group=2026)
    sheet.type(3, url("b"), group=Formula('=IF(1,"x","")', "x"))
    sheet.type(4, url("c"), group="all")
    sheet.type(5, None, group="total below")
    shown = [post("1", handle="a", published=at(1), views=1)]
    plan = sheet.sync(profile("a", at(20), followers=1, posts=shown))
    assert plan.choices["groups"] == ("2026", "x")
    assert sheet.row(url("a", "1"), "posts")["profile_group"] == 2026


def test_retention_is_counted_from_today(sheet: Sheet) -> None:
    plan = make_plan(
        sheet.sync().dashboard, State(), [], NOW, find=find, platforms=TOK, retention=400
    )
    assert plan.keep_daily == NOW.date() - timedelta(400)


def test_old_pages_that_retention_thins_out_are_not_planned_again_and_again(sheet: Sheet) -> None:
    old = [at(day) - timedelta(days=600) for day in (3, 9, 21)]
    pages = [profile("anna", moment, followers=n) for n, moment in enumerate(old, 5)]
    for _ in range(2):
        plan = make_plan(
            *(DASHBOARD, sheet.state(), pages, NOW), find=find, platforms=TOK, retention=400
        )
        sheet.apply(plan)
    assert not plan
    assert [day for _, day in sheet.history()] == [old[-1].date()], "all three are of one month"
