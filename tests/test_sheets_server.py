"""The loopback Google behaves as the documents, reports and measurements of Google say."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sheets_server import Google, commit_later, json_of, lose_answer, masks
from tests.sheets_server.call import Answer
from tests.sheets_server.google import call_of
from tests.sheets_server.tokens import DRIVE, SHEETS

ROBOT = "robot@loopback.iam.gserviceaccount.com"
ANNA = "anna@example.org"
HOST = "https://sheets.googleapis.com/v4/spreadsheets/"
Json = dict[str, Any]


class Client:
    """A bare client of one spreadsheet that is shared with it."""

    def __init__(self, locale: str = "en_US") -> None:
        self.google = Google(clock=lambda: 1_000_000.0)
        self.google.rules.quota = 0
        self.book = self.google.new_spreadsheet("Dashboard", ANNA, locale)
        self.google.share(self.book, ROBOT)
        self.token = self.google.tokens.grant(ROBOT, SHEETS)
        self.people = self.google.people(self.book)

    def call(self, verb: str, path: str, body: object = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.google.handle(call_of(verb, HOST + self.book + path, headers, data))
        assert self.google.crashes == []
        return answer

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status == 200, answer.body
        return json_of(answer)

    def post(self, path: str, body: object) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status == 200, answer.body
        return json_of(answer)

    def batch(self, *requests: Json, **more: object) -> Any:
        return self.post(":batchUpdate", {"requests": list(requests), **more})

    def refused(self, *requests: Json) -> str:
        answer = self.call("POST", ":batchUpdate", {"requests": list(requests)})
        assert answer.status == 400, answer.body
        return str(json_of(answer)["error"]["message"])


@pytest.fixture
def client() -> Client:
    return Client()


def write(row: int, column: int, *values: Json, sheet: int = 0) -> Json:
    return {
        "updateCells": {
            "start": {"sheetId": sheet, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": value} for value in values]}],
            "fields": "userEnteredValue",
        }
    }


def token(number: int, key: str = "sheetsync.head", **location: object) -> Json:
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": number,
                "metadataKey": key,
                "metadataValue": "{}",
                "visibility": "DOCUMENT",
                "location": location or {"spreadsheet": True},
            }
        }
    }


def column(at: int) -> Json:
    span = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    return {"dimensionRange": span}


# One batch: all or nothing


def test_a_batch_with_one_bad_request_writes_nothing(client: Client) -> None:
    said = client.refused(write(0, 0, {"numberValue": 1}), write(0, 0, {"numberValue": 2}, sheet=9))
    assert said == "Invalid requests[1].updateCells: No grid with id: 9"
    assert client.people.read("A1") == []


def test_a_taken_metadata_id_refuses_the_whole_batch(client: Client) -> None:
    client.batch(token(7), write(0, 0, {"stringValue": "first"}))
    said = client.refused(token(7), write(0, 0, {"stringValue": "second"}))
    assert said.startswith("Invalid requests[0].createDeveloperMetadata: ")
    assert client.people.read("A1") == [["first"]]
    assert client.get("/developerMetadata/7")["metadataId"] == 7
    assert client.call("GET", "/developerMetadata/8").status == 404


def test_with_uniqueness_switched_off_both_are_there(client: Client) -> None:
    client.google.rules.unique_metadata = False
    client.batch(token(7))
    client.batch(token(7))
    assert len(client.get("?fields=developerMetadata")["developerMetadata"]) == 2


def test_a_late_commit_meets_the_fence_of_its_own_retry(client: Client) -> None:
    client.google.faults.add(commit_later(504), "batchUpdate")
    late = client.call("POST", ":batchUpdate", {"requests": [token(7), append("a")]})
    client.batch(token(7), append("a"))
    ended = client.google.commit_late()
    assert (late.status, [one.status for one in ended]) == (504, [400])
    assert client.people.read("A:A") == [["a"]]


def test_a_late_call_can_commit_by_itself_before_a_later_call(client: Client) -> None:
    client.google.faults.add(commit_later("silence", calls=1), "batchUpdate")
    lost = client.call("POST", ":batchUpdate", {"requests": [append("a")]})
    assert (lost.ending, client.people.read("A1")) == ("silence", [])
    assert client.get("/values/A1")["values"] == [["a"]]


def test_a_fault_waits_for_the_call_it_was_meant_for(client: Client) -> None:
    client.google.faults.add(lose_answer("reset"), "batchUpdate", nth=2)
    client.batch(append("a"))
    client.get("?fields=properties.title")
    answer = client.call("POST", ":batchUpdate", {"requests": [append("b")]})
    client.batch(append("c"))
    assert answer.ending == "reset"
    assert client.people.read("A:A") == [["a"], ["b"], ["c"]]


def append(text: str) -> Json:
    row = {"values": [{"userEnteredValue": {"stringValue": text}}]}
    return {"appendCells": {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}}


# What is refused, and in which words


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"addSheet": {"properties": {"title": "sheet1"}}}, "already exists"),
        ({"addSheet": {"properties": {"sheetId": 0}}}, "already exists"),
        ({"addSheet": {}, "deleteSheet": {"sheetId": 0}}, "oneof field 'kind' is already set"),
        ({"adSheet": {}}, "Unknown name \"adSheet\" at 'requests[0]': Cannot find field."),
        ({"deleteSheet": {"sheetId": 0}}, "You can't remove all the sheets in a document."),
        ({"deleteSheet": {"sheetId": "x"}}, "'requests[0].delete_sheet.sheet_id' (TYPE_INT32)"),
        (
            {"updateCells": {"start": {"sheetId": 0}, "rows": []}},
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        (
            {"updateCells": {"start": {"sheetId": 0}, "fields": "userEnteredValues"}},
            "Invalid field: userEnteredValues",
        ),
        (
            {"updateCells": {"start": {"sheetId": 0}, "fields": "formattedValue"}},
            "Invalid field: formattedValue",
        ),
        (
            write(1000, 0, {"numberValue": 1}),
            "Attempting to write row: 1000, beyond the last requested row of: 999",
        ),
        (
            write(0, 25, {"numberValue": 1}, {"numberValue": 2}),
            "Attempting to write column: 26, beyond the last requested column of: 25",
        ),
        (
            {"deleteDimension": {"range": column(26)["dimensionRange"]}},
            "Tried to delete column index 26 but there are only 26 columns.",
        ),
        (
            {"insertDimension": {"range": column(26)["dimensionRange"]}},
            "must be less than the grid size (26) if inheritFromBefore is false.",
        ),
        (write(0, 0, {"numberValue": 1, "stringValue": "1"}), "oneof field 'value'"),
        (write(0, 0, {"stringValue": "x" * 50_001}), "maximum of 50000 characters"),
        (
            {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}},
            "above the limit of 10000000 cells",
        ),
        (
            {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS"}}},
            "You can't delete all the rows on the sheet.",
        ),
        (
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "hidden": True},
                    "fields": "hidden",
                }
            },
            "You can't hide all the sheets in a document.",
        ),
        (token(1, sheetId=5), "No grid with id: 5"),
        (token(1, key="x" * 30_001), "exceeds the storage limit"),
    ],
)
def test_a_request_that_google_would_not_take_is_refused(
    client: Client, request_: Json, said: str
) -> None:
    assert said in client.refused(request_)


def repeat(**grid: int) -> Json:
    cell = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    span = {"sheetId": 0, **grid}
    return {
        "repeatCell": {"range": span, "cell": cell, "fields": "userEnteredFormat.textFormat.bold"}
    }


@pytest.mark.parametrize(
    ("grid", "named"),
    [
        ({"startRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 2}, "A1001:B"),
        (
            {
                "startRowIndex": 1000,
                "endRowIndex": 1001,
                "startColumnIndex": 0,
                "endColumnIndex": 2,
            },
            "A1001:B1001",
        ),
        ({"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 26}, "AA1:2"),
    ],
)
def test_a_range_that_starts_beyond_the_grid_is_refused_as_measured(
    client: Client, grid: Json, named: str
) -> None:
    assert client.refused(repeat(**grid)) == (
        f"Invalid requests[0].repeatCell: Range (Sheet1!{named}) exceeds grid limits. "
        "Max rows: 1000, max columns: 26"
    )


def test_a_range_that_only_ends_beyond_the_grid_is_taken_and_the_grid_stays(
    client: Client,
) -> None:
    client.batch(repeat(startRowIndex=999, endRowIndex=1003, endColumnIndex=1))
    assert client.people.tab("Sheet1").row_count == 1000


def test_an_unknown_field_of_the_answer_is_refused(client: Client) -> None:
    error = json_of(client.call("GET", "?fields=sheets.propertees"))["error"]
    assert error["details"][0]["fieldViolations"][0]["description"] == (
        "Error expanding 'fields' parameter. Cannot find matching fields for path "
        "'sheets.propertees'."
    )


def test_an_unknown_parameter_is_refused(client: Client) -> None:
    assert client.call("GET", "?field=sheets").status == 400


@pytest.mark.parametrize("text", ["Nothing!A1", "A0", "Sheet1!A1:B2:C3", "!A1", "Sheet1!"])
def test_a_range_that_means_nothing_cannot_be_parsed(client: Client, text: str) -> None:
    error = json_of(client.call("GET", f"/values/{text}"))["error"]
    assert error["message"] == f"Unable to parse range: {text}"


# Who may


def test_every_token_is_checked(client: Client) -> None:
    def status(authorization: str) -> int:
        return client.google.handle(
            call_of("GET", HOST + client.book, {"Authorization": authorization})
        ).status

    tokens = client.google.tokens
    assert status("") == 403
    assert status("Bearer made-up") == 401
    assert status(f"Bearer {tokens.grant(ROBOT, 'https://www.googleapis.com/auth/tasks')}") == 403
    assert status(f"Bearer {tokens.grant('stranger@example.org')}") == 403
    assert status(f"Bearer {tokens.grant(ROBOT, DRIVE)}") == 200


def test_a_reader_reads_and_does_not_write(client: Client) -> None:
    client.google.share(client.book, ROBOT, "reader")
    assert client.call("GET", "").status == 200
    assert client.call("POST", ":batchUpdate", {"requests": [append("a")]}).status == 403


def test_a_protected_range_keeps_others_out_but_a_warning_does_not(client: Client) -> None:
    span = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    client.people.edit({"addProtectedRange": {"protectedRange": {"range": span}}})
    assert "protected cell" in client.refused(write(0, 0, {"numberValue": 1}))
    (held,) = client.people.tab("Sheet1").protected_ranges
    client.people.edit(
        {
            "updateProtectedRange": {
                "protectedRange": held | {"warningOnly": True},
                "fields": "warningOnly",
            }
        }
    )
    client.batch(write(0, 0, {"numberValue": 1}))


def test_sixty_calls_a_minute_for_each_kind() -> None:
    now = [0.0]
    google = Google(clock=lambda: now[0])
    book = google.new_spreadsheet("Dashboard", ROBOT)
    headers = {"Authorization": f"Bearer {google.tokens.grant(ROBOT)}"}

    def read() -> int:
        return google.handle(call_of("GET", HOST + book, headers)).status

    assert [read() for _ in range(61)] == [200] * 60 + [429]
    now[0] += 60
    assert read() == 200


def test_an_excel_file_and_a_project_without_the_api_say_so(client: Client) -> None:
    client.google.books[client.book].excel = True
    assert json_of(client.call("GET", ""))["error"]["status"] == "FAILED_PRECONDITION"
    client.google.rules.api_enabled = False
    details = json_of(client.call("GET", ""))["error"]["details"]
    assert details[0]["reason"] == "SERVICE_DISABLED"


# Anything at all may be sent

GRID = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0}
SPAN = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
RULE = {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1>1"}]}}
CHART = {"basicChart": {"series": [{"series": {"sourceRange": {"sources": [GRID]}}}]}}
ANCHOR = {"overlayPosition": {"anchorCell": {"sheetId": 0}}}
SOUND: list[Json] = [
    write(0, 0, {"numberValue": 1}, {"formulaValue": "=A1"}),
    append("a"),
    repeat(startRowIndex=0, endRowIndex=3),
    token(7, dimensionRange=SPAN),
    {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": 7}}}},
    {"addSheet": {"properties": {"sheetId": 5, "title": "x", "gridProperties": {"rowCount": 3}}}},
    {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "y"}, "fields": "title"}},
    {"sortRange": {"range": GRID, "sortSpecs": [{"dimensionIndex": 0}]}},
    {"insertDimension": {"range": SPAN}},
    {"deleteDimension": {"range": SPAN}},
    {"moveDimension": {"source": SPAN, "destinationIndex": 4}},
    {"addNamedRange": {"namedRange": {"name": "n", "range": GRID}}},
    {"addConditionalFormatRule": {"rule": {"ranges": [GRID], "booleanRule": RULE}}},
    {"setDataValidation": {"range": GRID, "rule": RULE}},
    {"addProtectedRange": {"protectedRange": {"range": GRID, "warningOnly": True}}},
    {"addChart": {"chart": {"chartId": 3, "spec": CHART, "position": ANCHOR}}},
    {
        "updateDimensionProperties": {
            "range": SPAN,
            "properties": {"hiddenByUser": True},
            "fields": "hiddenByUser",
        }
    },
    {"addDimensionGroup": {"range": SPAN}},
    {"mergeCells": {"range": GRID, "mergeType": "MERGE_ALL"}},
]


def names(value: object) -> Json:
    """The names of fields in an answer, as a mask."""
    if isinstance(value, dict):
        return {name: names(inner) for name, inner in value.items() if name != "criteria"}
    found: Json = {}
    for one in value if isinstance(value, list) else ():
        for name, inner in names(one).items():
            found[name] = found.get(name, {}) | inner
    return found


@pytest.mark.parametrize("request_", SOUND, ids=lambda one: next(iter(one)))
def test_a_sound_request_is_taken_and_every_field_of_the_answer_is_one_of_googles(
    client: Client, request_: Json
) -> None:
    reply = client.batch(request_, includeSpreadsheetInResponse=True, responseIncludeGridData=True)
    masks.check(names(reply), "BatchUpdateSpreadsheetResponse")
    masks.check(names(client.get("?includeGridData=true")), "Spreadsheet")


def test_of_many_who_write_at_the_same_time_with_one_id_exactly_one_commits(
    client: Client,
) -> None:
    def work(number: int) -> int:
        body = {"requests": [token(7), append(f"writer {number}")]}
        return client.call("POST", ":batchUpdate", body).status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(work, range(24)))
    assert statuses == [200] + [400] * 23
    assert len(client.people.read("A:A")) == 1


def places(value: object) -> list[tuple[str | int, ...]]:
    """The way to every value inside."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [(), *((key, *way) for key, inner in items for way in places(inner))]


def replaced(value: Any, way: tuple[str | int, ...], new: object) -> Any:
    if not way:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = replaced(value[way[0]], way[1:], new)
    return copy


ODD = st.none() | st.booleans() | st.integers(-2, 2) | st.integers() | st.text(max_size=4)
ODD |= st.sampled_from(["", "=", "*", "=A1+", "ROWS", [], [[]], {}, [{}], 0.5, 2**31, float("nan")])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_request_is_answered_or_refused_and_never_crashes(data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from(SOUND))
    way = data.draw(st.sampled_from(places(sound)[1:]))
    client = Client()
    body = {"requests": [replaced(sound, way, data.draw(ODD))]}
    assert client.call("POST", ":batchUpdate", body).status in (200, 400)
    client.get("?includeGridData=true")
