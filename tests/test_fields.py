"""Times in all the forms that pages have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fields import moment

MOMENTS = [
    (1763788620, datetime(2025, 11, 22, 5, 17, tzinfo=UTC)),
    ("1763788620", datetime(2025, 11, 22, 5, 17, tzinfo=UTC)),
    (1763788620123, datetime(2025, 11, 22, 5, 17, tzinfo=UTC)),
    ("20220822201806", datetime(2022, 8, 22, 20, 18, 6, tzinfo=UTC)),
    ("2026-11-22T05:17:00Z", datetime(2026, 11, 22, 5, 17, tzinfo=UTC)),
    ("2026-11-22T05:17:00+01:00", datetime(2026, 11, 22, 4, 17, tzinfo=UTC)),
    ("2017-07-07T09:05:11-07:00", datetime(2017, 7, 7, 16, 5, 11, tzinfo=UTC)),
    ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
]


@pytest.mark.parametrize(("raw", "at"), MOMENTS)
def test_a_time_is_read(raw: Any, at: datetime) -> None:
    assert moment(raw) == at


@pytest.mark.parametrize(
    "raw", [0, 1, -1, "", "soon", True, None, 3.5, [], "0", 10**30, "20221332201806", "1970-01-01"]
)
def test_what_is_no_time_is_none(raw: Any) -> None:
    assert moment(raw) is None


def test_a_posts_time_stands_in_the_upper_bits_of_its_id() -> None:
    at = moment("7671950080479431957", shift=32)
    assert at is not None
    assert at.date().isoformat() == "2026-08-09"


@given(st.one_of(st.integers(), st.text(), st.floats(), st.none()))
def test_anything_else_does_no_harm(raw: Any) -> None:
    found = moment(raw)
    assert found is None or found.tzinfo is UTC
