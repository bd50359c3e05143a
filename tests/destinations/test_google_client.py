"""How patient the way to Google is: reads again, writes never by themselves."""

from __future__ import annotations

import gspread
import pytest
import requests

from tests.destinations.google_world import Team
from tests.sheets_server import drop, lose_answer, refuse


def read(team: Team) -> list[float]:
    client = team.client()
    waits: list[float] = []
    client.sleep = waits.append
    client.fetch_sheet_metadata(team.id, {"fields": "spreadsheetId"})
    return waits


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_sent_again_when_google_is_busy(status: int) -> None:
    team = Team()
    team.google.faults.add(refuse(status))
    team.google.faults.add(drop("reset"), nth=2)
    team.google.faults.add(drop("silence"), nth=3)
    waits = read(team)
    assert len(waits) == 3
    assert all(0 <= wait <= 2 ** (n + 1) for n, wait in enumerate(waits))


def test_retry_after_is_obeyed_and_a_long_one_is_an_answer() -> None:
    team = Team()
    team.google.faults.add(refuse(429, {"Retry-After": "40"}))
    assert 40 <= read(team)[0] <= 42
    team.google.faults.add(refuse(429, {"Retry-After": "3600"}))
    with pytest.raises(gspread.exceptions.APIError):
        read(team)


def test_reads_end() -> None:
    team = Team()
    team.google.faults.rule = lambda call: refuse(503)
    with pytest.raises(gspread.exceptions.APIError):
        read(team)
    assert len(team.google.calls) == 6


def test_a_write_is_not_sent_again_by_the_client() -> None:
    team = Team()
    team.google.faults.add(lose_answer("reset"), "batchUpdate")
    rename = {"updateSpreadsheetProperties": {"properties": {"title": "x"}, "fields": "title"}}
    with pytest.raises(requests.ConnectionError):
        team.client().batch_update(team.id, {"requests": [rename]})
    assert len(team.google.calls) == 1


def test_calls_are_counted_and_told_with_their_sizes() -> None:
    team = Team()
    client = team.client()
    told: list[str] = []
    client.tell = told.append
    client.fetch_sheet_metadata(team.id, {"fields": "spreadsheetId"})
    (call,) = client.calls
    assert (call.method, call.status) == ("GET", 200)
    assert told[0].startswith("GET spreadsheet: 200, sent")
    assert "gzip" in team.google.calls[0].headers["user-agent"]
    assert client.timeout == (10, 190)
