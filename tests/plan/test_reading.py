"""What is known of one key: joined in any order, held by a row without loss."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.model import Count, Record
from sheetsync.plan.reading import (
    Reading,
    Seen,
    fit_text,
    from_cells,
    from_record,
    merge,
    to_cells,
)
from tests.plan.sheet import NOW, at, post, profile

NAMES = ("followers", "likes", "name", "verified", "account_id")
ZONE = ZoneInfo("America/New_York")

counts = st.builds(Count, st.integers(0, 10**12), st.sampled_from([1, 10, 100_000]))
moments = st.builds(at, st.integers(1, 4), st.integers(0, 23))
dated = st.none() | moments


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    record = profile(
        "anna",
        draw(dated),
        followers=draw(st.none() | counts),
        likes=draw(st.none() | counts),
        name=draw(st.none() | st.text(max_size=5)),
        verified=draw(st.none() | st.booleans()),
        source=draw(st.sampled_from(["http", "saved"])),
    )
    return from_record(record, NAMES, NOW)


@given(readings(), readings(), readings())
def test_joining_does_not_depend_on_order_or_grouping(a: Reading, b: Reading, c: Reading) -> None:
    assert merge(a, b, ZONE) == merge(b, a, ZONE)
    assert merge(merge(a, b, ZONE), c, ZONE) == merge(a, merge(b, c, ZONE), ZONE)
    assert merge(a, a, ZONE) == a
    assert merge(a, Reading(), ZONE) == a


@given(readings(), readings())
def test_of_one_moment_what_was_read_just_now_is_right(row: Reading, page: Reading) -> None:
    whole = merge(row, page, ZONE, fresh=True)
    assert merge(whole, page, ZONE, fresh=True) == whole
    for name, seen in page.seen.items():
        held = row.seen.get(name)
        if held is None or (held.at == seen.at and exact(held) <= exact(seen)):
            assert whole.seen.get(name, seen) == seen
    assert merge(row, Reading(), ZONE, fresh=True) == row


def exact(seen: Seen) -> bool:
    return seen.value.exact if isinstance(seen.value, Count) else True


@given(readings(), readings())
def test_a_row_holds_a_reading_without_loss(a: Reading, b: Reading) -> None:
    reading = merge(a, b, ZONE)
    assert from_cells(to_cells(reading, ZONE), NAMES, "profile") == reading


@given(st.text())
def test_text_fits_once_and_for_all(text: str) -> None:
    once = fit_text(text)
    assert fit_text(once) == once
    assert not any(ord(c) < 32 and c not in "\t\n" for c in once)


def test_long_text_is_cut_where_a_cell_ends_and_never_within_a_character() -> None:
    cut = fit_text("😀" * 20_000)
    assert cut == "😀" * 16_383


def test_a_caption_is_one_line_of_at_most_eighty_characters() -> None:
    record = post("9", captured_at=NOW, caption="a\n\n b\t" + "c" * 200)
    caption = from_record(record, ["caption"], NOW).seen["caption"].value
    assert caption == "a b " + "c" * 75 + "…"


@pytest.mark.parametrize("count", [Count(-1), Count(10**15), Count(5, 0)])
def test_a_number_that_no_cell_can_hold_truly_is_missing(count: Count) -> None:
    assert from_record(profile("anna", followers=count), NAMES, NOW) == Reading()


@pytest.mark.parametrize("year", [1, 1970, 1999])
def test_a_page_cannot_be_older_than_the_sites(year: int) -> None:
    old = profile("anna", datetime(year, 1, 1, tzinfo=UTC), followers=1)
    assert from_record(old, NAMES, NOW).at is None


def test_a_moment_is_kept_to_the_second_in_utc() -> None:
    moment = datetime(2026, 11, 20, 8, 0, 0, 999_999, tzinfo=ZoneInfo("Europe/Brussels"))
    assert from_record(profile("anna", moment, followers=1), NAMES, NOW).at == at(20, 7)


@pytest.mark.parametrize("kept", ["likes@yesterday", "likes@2026-99-99T00:00:00Z", 12, "@", None])
def test_bookkeeping_that_a_person_typed_over_counts_for_nothing(kept: Any) -> None:
    cells = {"likes": 5, "likes~step": "?", "read_at~utc": datetime(2026, 11, 1), "kept": kept}  # noqa: DTZ001
    assert from_cells(cells, NAMES, "profile").seen == {"likes": Seen(Count(5), at(1, 0))}


def test_only_the_fields_asked_for_are_read() -> None:
    record: Record = profile("anna", followers=1, bio="mine", likes=2)
    assert set(from_record(record, ("likes",), NOW).seen) == {"likes"}
