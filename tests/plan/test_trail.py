"""The days of an import in one hidden text: whatever a person types over it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sheetsync.dashboard import LAST
from sheetsync.plan.trail import Results

DAY = date(2026, 11, 22)
VALUES = st.one_of(
    st.text(max_size=90).filter(bool),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.dictionaries(st.dates(date(2020, 1, 1)), VALUES, max_size=40))
def test_what_is_written_is_read_back(days: dict[date, str | bool | int | float]) -> None:
    results = Results()
    for day in sorted(days):
        results = results.with_value(day, days[day])
    assert Results.of_text(results.text() or "") == results
    assert len(results.entries) == min(len(days), LAST)
    assert len(results.numbers()) == LAST


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(str))
def test_what_a_person_typed_over_it_is_passed_over(text: str) -> None:
    assert isinstance(Results.of_text(text).entries, tuple)


def test_a_second_value_of_a_day_replaces_the_first() -> None:
    results = Results().with_value(DAY, 1).with_value(DAY, 2)
    assert results.entries == ((DAY, 2),)
    assert results.before(DAY) is None
    assert results.before(DAY + timedelta(1)) == (DAY, 2)


def test_only_numbers_make_the_line_and_the_newest_is_its_last() -> None:
    results = Results()
    for number, value in enumerate((1, "sold out", True, 2.5)):
        results = results.with_value(DAY + timedelta(number), value)
    assert results.numbers()[-4:] == [1, None, None, 2.5]


def test_a_day_and_a_long_text_are_kept_short() -> None:
    results = Results().with_value(DAY, DAY).with_value(DAY + timedelta(1), "x" * 500)
    assert [value for _, value in results.entries] == ["2026-11-22", "x" * 80]
