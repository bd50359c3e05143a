"""The real gspread and google-auth talk to the server by Google's own names, over HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator

import gspread
import pytest
import requests

from tests.sheets_server import GoogleWorld, before, commit_later, lose_answer, refuse
from tests.sheets_server.google import Google
from tests.sheets_server.tokens import SHEETS

ROBOT = "robot@loopback.iam.gserviceaccount.com"
ANNA = "anna@example.org"


@pytest.fixture
def world() -> Iterator[GoogleWorld]:
    with GoogleWorld() as world:
        yield world


@pytest.fixture
def google(world: GoogleWorld, monkeypatch: pytest.MonkeyPatch) -> Google:
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    return world.google


def client(google: Google, **changes: str) -> gspread.Client:
    info = google.tokens.service_account(ROBOT) | changes
    return gspread.service_account_from_dict(info, scopes=[SHEETS])


def shared(google: Google) -> str:
    book = google.new_spreadsheet("Dashboard", ANNA)
    google.share(book, ROBOT)
    return book


def test_a_spreadsheet_is_opened_written_and_read_back(google: Google) -> None:
    book = shared(google)
    opened = client(google).open_by_key(book)
    opened.sheet1.update([["a", 1], ["b", 2.5]], "A1:B2")
    assert opened.sheet1.get_all_values() == [["a", "1"], ["b", "2.5"]]
    assert google.people(book).read("A1:B2") == [["a", 1], ["b", 2.5]]


def test_google_auths_own_extra_call_is_answered(google: Google) -> None:
    client(google).open_by_key(shared(google))
    hosts = {call.host for call in google.calls}
    assert {"oauth2.googleapis.com", "sheets.googleapis.com"} <= hosts


def test_what_is_not_shared_is_forbidden(google: Google) -> None:
    book = google.new_spreadsheet("Private", ANNA)
    with pytest.raises(PermissionError):
        client(google).open_by_key(book)


def test_an_unknown_id_is_not_found(google: Google) -> None:
    with pytest.raises(gspread.SpreadsheetNotFound):
        client(google).open_by_key("1" * 44)


def test_a_revoked_key_gets_no_token(google: Google) -> None:
    robot = client(google)
    google.tokens.accounts[ROBOT].revoked = True
    with pytest.raises(Exception, match="Invalid JWT Signature"):
        robot.open_by_key(shared(google))


def test_a_lost_answer_is_a_lost_connection_and_the_write_is_there(google: Google) -> None:
    book = shared(google)
    sheet = client(google).open_by_key(book).sheet1
    google.faults.add(lose_answer("reset"), "values.update")
    with pytest.raises(requests.exceptions.ConnectionError):
        sheet.update([["once"]], "A1")
    assert google.people(book).read("A1") == [["once"]]


def test_a_timed_out_write_commits_later(google: Google) -> None:
    book = shared(google)
    sheet = client(google).open_by_key(book).sheet1
    google.faults.add(commit_later(504), "values.update")
    with pytest.raises(gspread.exceptions.APIError):
        sheet.update([["late"]], "A1")
    assert google.people(book).read("A1") == []
    google.commit_late()
    assert google.people(book).read("A1") == [["late"]]


def test_a_refusal_by_quota_is_in_googles_form(google: Google) -> None:
    sheet = client(google).open_by_key(shared(google)).sheet1
    google.faults.add(refuse(429, {"Retry-After": "7"}), "values.get")
    with pytest.raises(gspread.exceptions.APIError) as caught:
        sheet.get_all_values()
    assert caught.value.response.headers["Retry-After"] == "7"
    error = json.loads(caught.value.response.text)["error"]
    assert (error["status"], error["details"][0]["reason"]) == (
        "RESOURCE_EXHAUSTED",
        "RATE_LIMIT_EXCEEDED",
    )


def test_people_edit_between_two_calls(google: Google) -> None:
    book = shared(google)
    people = google.people(book)
    people.write("A1", [["x"]])
    sheet = client(google).open_by_key(book).sheet1
    rename = {
        "updateSheetProperties": {"properties": {"sheetId": 0, "title": "Team"}, "fields": "title"}
    }
    google.faults.add(before(lambda: people.edit(rename)), "values.get")
    with pytest.raises(gspread.exceptions.APIError, match="Unable to parse range"):
        sheet.get_all_values()
    assert people.read("Team!A1") == [["x"]]
