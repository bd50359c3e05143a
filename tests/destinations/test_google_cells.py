"""Values as Google takes them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from sheetsync.destinations.google_cells import cell


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_without_an_end_is_text_since_json_has_none(value: float) -> None:
    assert cell(value) == {"userEnteredValue": {"stringValue": str(value)}}
    json.dumps(cell(value), allow_nan=False)


def test_a_times_zone_is_left_out() -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))
    assert cell(moment) == {"userEnteredValue": {"numberValue": 46348.5}}
