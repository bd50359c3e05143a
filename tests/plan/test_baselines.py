"""Older readings beside the newest: which day counts, and how exact it is said to be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.model import Count, Record
from sheetsync.plan.baselines import Trail
from tests.plan.sheet import Sheet, at, post, profile, url


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


def baseline(sheet: Sheet, days: int, handle: str = "anna") -> tuple[object, ...]:
    row = sheet.row(url(handle))
    keys = (f"day_{days}d", f"followers_{days}d", f"followers_{days}d~step")
    return tuple(row.get(key) for key in keys)


def test_without_an_earlier_day_there_is_no_baseline(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(20, 6), followers=1), profile("anna", at(20, 9), followers=2))
    assert baseline(sheet, 1) == baseline(sheet, 7) == (None, None, None)


def test_the_day_before_seven_days_and_twenty_eight_days_before(sheet: Sheet) -> None:
    days = {1: 100, 8: 200, 15: 300, 21: 400, 22: 500}
    sheet.sync(*(profile("anna", at(day), followers=n) for day, n in days.items()))
    assert baseline(sheet, 1) == (date(2026, 11, 21), 400, 1)
    assert baseline(sheet, 7) == (date(2026, 11, 15), 300, 1)
    assert baseline(sheet, 28) == (None, None, None)


def test_a_missed_day_falls_back_to_the_nearest_earlier_one_with_its_own_date(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", at(3), followers=100))
    sheet.sync(profile("anna", at(13), followers=200))
    sheet.sync(profile("anna", at(22), followers=500))
    assert baseline(sheet, 1) == (date(2026, 11, 13), 200, 1)
    assert baseline(sheet, 7) == (date(2026, 11, 13), 200, 1)


def test_a_rounded_baseline_keeps_its_step(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), step=100_000, followers=1_200_000))
    sheet.sync(profile("anna", at(22), followers=1_234_567))
    assert baseline(sheet, 1) == (date(2026, 11, 21), 1_200_000, 100_000)


def test_a_day_read_in_the_same_run_is_a_baseline_too_in_any_order(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(22), followers=5), profile("anna", at(21), followers=3))
    assert baseline(sheet, 1) == (date(2026, 11, 21), 3, 1)


def test_an_older_page_that_comes_late_becomes_the_baseline(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(22), followers=5))
    sheet.sync(profile("anna", at(15), followers=3))
    assert baseline(sheet, 7) == (date(2026, 11, 15), 3, 1)


def test_a_number_kept_from_an_earlier_day_is_compared_with_nothing(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(15), followers=3), profile("anna", at(21), followers=5))
    sheet.sync(profile("anna", at(22), likes=9))
    assert sheet.row(url("anna"))["followers"] == 5
    assert baseline(sheet, 1) == (date(2026, 11, 21), None, None)


def test_a_run_that_reads_nothing_leaves_the_baselines(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(21), followers=3), profile("anna", at(22), followers=5))
    before = baseline(sheet, 1)
    assert not sheet.sync(profile("ben", at(22), followers=1)).counts["profiles"].changed
    assert baseline(sheet, 1) == before != (None, None, None)


def test_numbers_of_the_account_that_had_the_name_before_are_no_baseline(sheet: Sheet) -> None:
    sheet.sync(profile("anna", at(1), followers=9, account_id="1"))
    sheet.tabs["profiles"].clear()  # the team deleted the row; History still has the day
    sheet.sync(profile("anna", at(22), followers=5, account_id="2"))
    assert baseline(sheet, 7) == (None, None, None)


def test_baselines_are_found_again_when_their_columns_are_new_in_this_version(
    sheet: Sheet,
) -> None:
    sheet.sync(profile("anna", at(15), followers=3), profile("anna", at(22), followers=5))
    for cells in sheet.tabs["profiles"].values():
        for key in [key for key in cells if key.startswith(("day_", "followers_"))]:
            del cells[key]
    sheet.hidden_columns = frozenset({"day_7d"})
    sheet.sync()
    assert baseline(sheet, 7) == (date(2026, 11, 15), 3, 1)


def test_in_another_zone_a_reading_is_not_compared_with_itself(sheet: Sheet) -> None:
    for day in (14, 15, 21, 22):
        sheet.sync(profile("anna", at(day, 15), followers=day))
    for zone in ("Asia/Tokyo", "America/Los_Angeles", "UTC"):
        sheet.zone = zone
        sheet.sync()
        assert [baseline(sheet, days)[1] for days in (1, 7)] == [21, 15], zone
        assert not sheet.sync()


# --- posts ----------------------------------------------------------------------------------


def read(day: int, views: int, hour: int = 6, published: datetime | None = None) -> Record:
    shown = [post("9", views=views, published=published or at(10))]
    return profile("anna", at(day, hour), followers=1, posts=shown)


def views(sheet: Sheet, key: str) -> object:
    return sheet.row(url("anna", "9"), "posts").get(key)


def test_a_post_s_earlier_views_are_kept_in_its_row(sheet: Sheet) -> None:
    for day, seen in ((11, 100), (12, 200), (18, 700), (19, 800)):
        sheet.sync(read(day, seen))
    assert (views(sheet, "views_1d"), views(sheet, "day_1d")) == (700, date(2026, 11, 18))
    assert (views(sheet, "views_7d"), views(sheet, "day_7d")) == (200, date(2026, 11, 12))


def test_views_at_an_age_are_those_of_the_reading_nearest_to_it(sheet: Sheet) -> None:
    published = at(10, 12)
    for day, hour, seen in ((11, 7, 90), (11, 14, 100), (13, 6, 400), (17, 10, 900)):
        sheet.sync(read(day, seen, hour, published))
    assert views(sheet, "views_24h") == 100
    assert views(sheet, "views_week") == 900


def test_views_at_an_age_stay_when_the_same_day_is_read_again(sheet: Sheet) -> None:
    published = at(10, 6)
    sheet.sync(read(11, 100, 6, published))
    sheet.sync(read(11, 150, 20, published))
    sheet.sync(read(12, 200, 6, published))
    assert views(sheet, "views_24h") == 100
    assert views(sheet, "views_1d") == 150, "but the day's own number is the later one"


def test_without_a_reading_near_that_age_there_is_no_number(sheet: Sheet) -> None:
    sheet.sync(read(13, 400, published=at(10)))
    assert views(sheet, "views_24h") is None
    assert views(sheet, "views_week") is None


def test_views_at_an_age_stay_when_much_later_readings_come(sheet: Sheet) -> None:
    sheet.sync(read(11, 100), read(17, 900))
    for day in range(18, 30):
        sheet.sync(read(day, 1000 + day), now=at(29, 12))
    assert (views(sheet, "views_24h"), views(sheet, "views_week")) == (100, 900)


def test_the_trail_of_a_post_does_not_grow_with_time(sheet: Sheet) -> None:
    long = Trail().with_readings([(at(1) + timedelta(days=n), Count(n)) for n in range(400)], UTC)
    short = long.pruned(at(1), UTC)
    assert len(short.entries) <= 14
    last = short.entries[-1][0].date()
    for span in (1, 7):
        assert short.before(last - timedelta(span), UTC) == long.before(last - timedelta(span), UTC)


def test_a_post_is_compared_with_what_its_row_held_before_trails_were_kept(sheet: Sheet) -> None:
    sheet.sync(read(11, 100))
    sheet.tabs["posts"][2].pop("trail")
    sheet.sync(read(12, 150))
    assert views(sheet, "views_1d") == 100


def test_a_trail_that_a_person_typed_over_costs_nothing_but_the_past(sheet: Sheet) -> None:
    sheet.sync(read(11, 100))
    sheet.tabs["posts"][2]["trail"] = "see you at 10:30 ~ 99999999999999999999:5"
    sheet.sync(read(12, 150))
    assert views(sheet, "views") == 150


COUNTS = st.builds(Count, st.integers(0, 10**15 - 1), st.sampled_from([1, 100, 1000]))
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda n: datetime.fromtimestamp(n, UTC))


@given(st.lists(st.tuples(MOMENTS, COUNTS), max_size=30))
def test_a_trail_is_read_as_it_was_written(entries: list[tuple[datetime, Count]]) -> None:
    trail = Trail().with_readings(entries, UTC)
    assert Trail.of_text(trail.text() or "") == trail


@given(st.text(max_size=200))
def test_any_text_is_a_trail_or_none(text: str) -> None:
    assert Trail.of_text(text).pruned(None, UTC).entries is not None
