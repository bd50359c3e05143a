"""What the loopback Google holds: cells, formulas, and what follows when people move things."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets_server import NOT_COMPUTED, a1
from tests.sheets_server.formulas import BadFormula, neutral, problem, respelled
from tests.sheets_server.masks import apply, parse
from tests.sheets_server.refs import copied
from tests.test_sheets_server import Client, append, column, token, write

Json = dict[str, Any]


@pytest.fixture
def client() -> Client:
    return Client()


def insert_column(at: int) -> Json:
    span = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    return {"insertDimension": {"range": span}}


# The three calls of a steady sync


def test_the_state_of_all_tabs_comes_in_one_masked_get(client: Client) -> None:
    client.batch(token(7), token(8, "column", **column(2)), token(9, "tab", sheetId=0))
    answer = client.get(
        "?fields=properties(locale,timeZone),developerMetadata,sheets(properties(sheetId,title),"
        "developerMetadata,data(columnMetadata(hiddenByUser,developerMetadata)))"
    )
    assert answer["properties"] == {"locale": "en_US", "timeZone": "Etc/GMT"}
    assert [one["metadataId"] for one in answer["developerMetadata"]] == [7]
    (sheet,) = answer["sheets"]
    assert sheet["properties"] == {"sheetId": 0, "title": "Sheet1"}
    assert [one["metadataId"] for one in sheet["developerMetadata"]] == [9]
    columns = sheet["data"][0]["columnMetadata"]
    assert [at for at, one in enumerate(columns) if one] == [2]
    held = columns[2]["developerMetadata"][0]
    assert held["location"] == {
        "locationType": "COLUMN",
        "dimensionRange": {"dimension": "COLUMNS", "startIndex": 2, "endIndex": 3},
    }


def test_values_come_by_grid_ranges_that_are_open_below(client: Client) -> None:
    client.batch(*[append(text) for text in "abcd"], write(0, 1, {"formulaValue": "=1+1"}))
    body = {
        "dataFilters": [
            {"gridRange": {"sheetId": 0, "startRowIndex": 2}},
            {"gridRange": {"sheetId": 0, "endRowIndex": 1}},
        ],
        "valueRenderOption": "FORMULA",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }
    answer = client.post("/values:batchGetByDataFilter", body)
    found = [one["valueRange"] for one in answer["valueRanges"]]
    assert [one["range"] for one in found] == ["Sheet1!A3:Z1000", "Sheet1!A1:Z1"]
    assert [one["values"] for one in found] == [[["c"], ["d"]], [["a", "=1+1"]]]


def test_the_answer_of_a_batch_brings_back_what_was_asked_for(client: Client) -> None:
    answer = client.batch(
        write(0, 0, {"stringValue": "url"}, {"numberValue": 5}),
        token(7),
        includeSpreadsheetInResponse=True,
        responseRanges=["'Sheet1'!1:1", "'Sheet1'!B1:B"],
        responseIncludeGridData=True,
    )
    updated = answer["updatedSpreadsheet"]
    assert updated["developerMetadata"][0]["metadataId"] == 7
    head, keys = updated["sheets"][0]["data"]
    assert head["rowData"][0]["values"][0]["formattedValue"] == "url"
    assert keys["startColumn"] == 1
    assert keys["rowData"][0]["values"][0]["effectiveValue"] == {"numberValue": 5}


def test_the_answer_of_a_batch_can_be_masked(client: Client) -> None:
    body = {
        "requests": [append("a")],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A1:A"],
    }
    mask = "updatedSpreadsheet.sheets.data.rowData.values.userEnteredValue"
    answer = client.post(f":batchUpdate?fields={mask}", body)
    value = {"userEnteredValue": {"stringValue": "a"}}
    assert answer == {
        "updatedSpreadsheet": {"sheets": [{"data": [{"rowData": [{"values": [value]}]}]}]}
    }


@pytest.mark.parametrize("late", [False, True])
def test_an_unknown_title_in_the_answer_is_refused_before_or_after_the_commit(
    client: Client, late: bool
) -> None:
    client.google.rules.bad_response_range_commits = late
    body = {
        "requests": [append("a")],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["'Renamed'!A1:A"],
    }
    assert client.call("POST", ":batchUpdate", body).status == 400
    assert client.people.read("A1") == ([["a"]] if late else [])


# What people move


def test_metadata_of_a_column_goes_where_the_column_goes(client: Client) -> None:
    client.batch(token(7, **column(2)))

    def where() -> int | None:
        held = client.call("GET", "/developerMetadata/7")
        if held.status == 404:
            return None
        found = client.get("/developerMetadata/7")["location"]["dimensionRange"]["startIndex"]
        return int(found)

    client.people.edit(insert_column(0))
    assert where() == 3
    span = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
    client.people.edit({"moveDimension": {"source": span, "destinationIndex": 1}})
    assert where() == 1
    gone = span | {"startIndex": 1, "endIndex": 2}
    client.people.edit({"deleteDimension": {"range": gone}})
    assert where() is None


def test_formulas_ranges_and_charts_follow_inserted_columns_and_rows(client: Client) -> None:
    client.batch(
        write(0, 0, {"numberValue": 2}, {"numberValue": 3}, {"formulaValue": "=SUM(A1:B1)+$B$1"}),
        {"addNamedRange": {"namedRange": {"name": "both", "range": grid(0, 1, 0, 2)}}},
    )
    client.people.edit(insert_column(1))
    assert client.people.read("D1", "FORMULA") == [["=SUM(A1:C1)+$C$1"]]
    assert client.people.read("D1") == [[8]]
    assert client.people.book.named_ranges[0]["range"] == grid(0, 1, 0, 3)
    row = {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
    client.people.edit({"insertDimension": {"range": row}})
    assert client.people.read("D2", "FORMULA") == [["=SUM(A2:C2)+$C$2"]]
    client.people.edit({"deleteDimension": {"range": column(2)["dimensionRange"]}})
    assert client.people.read("C2", "FORMULA") == [["=SUM(A2:B2)+#REF!"]]


def grid(top: int, bottom: int, left: int, right: int) -> Json:
    return {
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
        "sheetId": 0,
    }


def test_a_sort_moves_whole_rows_of_its_range_with_their_notes_and_formulas(
    client: Client,
) -> None:
    client.people.write("A1:C3", [["b", 1, "=B1*2"], ["", 3, "=B2*2"], ["a", 2, "=B3*2"]])
    note = {"range": grid(0, 1, 0, 1), "rows": [{"values": [{"note": "n"}]}], "fields": "note"}
    client.people.edit({"updateCells": note})
    spec = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    client.people.edit({"sortRange": {"range": grid(0, 3, 0, 3), "sortSpecs": spec}})
    assert client.people.read("A1:C3", "FORMULA") == [
        ["a", 2, "=B1*2"],
        ["b", 1, "=B2*2"],
        ["", 3, "=B3*2"],
    ]
    assert client.people.tab("Sheet1").cells[1, 0]["note"] == "n"


def test_a_sort_goes_around_hidden_rows_and_puts_texts_above_numbers_when_descending(
    client: Client,
) -> None:
    client.people.write("A1:A5", [[1], ["hidden"], ["text"], [""], [2]])
    hide = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    client.people.edit(
        {
            "updateDimensionProperties": {
                "range": hide,
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        }
    )
    spec = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    client.people.edit({"sortRange": {"range": grid(0, 5, 0, 1), "sortSpecs": spec}})
    assert client.people.read("A1:A5") == [["text"], ["hidden"], [2], [1]]


def test_a_sort_over_a_vertical_merge_is_refused(client: Client) -> None:
    client.people.edit({"mergeCells": {"range": grid(2, 4, 10, 11), "mergeType": "MERGE_ALL"}})
    said = client.refused({"sortRange": {"range": {"sheetId": 0}, "sortSpecs": []}})
    assert said.endswith("There is a vertical merge at K3:K4")


def test_a_renamed_tab_is_found_by_its_id_and_its_formulas_follow(client: Client) -> None:
    client.batch(
        {"addSheet": {"properties": {"sheetId": 11, "title": "My tab"}}},
        write(0, 0, {"formulaValue": "='My tab'!A1"}),
    )
    rename = {"properties": {"sheetId": 11, "title": "It's ours"}, "fields": "title"}
    client.people.edit({"updateSheetProperties": rename})
    client.batch(write(0, 0, {"numberValue": 4}, sheet=11))
    assert client.people.read("Sheet1!A1", "FORMULA") == [["='It''s ours'!A1"]]
    assert client.people.read("'It''s ours'!A1") == [[4]]


def test_a_deleted_tab_takes_its_metadata_along_and_not_the_spreadsheets(client: Client) -> None:
    client.batch(
        {"addSheet": {"properties": {"sheetId": 11}}}, token(7), token(8, "tab", sheetId=11)
    )
    client.people.edit({"deleteSheet": {"sheetId": 11}})
    assert client.call("GET", "/developerMetadata/7").status == 200
    assert client.call("GET", "/developerMetadata/8").status == 404


# Writing


def test_update_cells_clears_what_its_rows_do_not_cover_and_keeps_other_fields(
    client: Client,
) -> None:
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "ours"}
    every = {"range": grid(0, 2, 0, 2), "cell": bold, "fields": "userEnteredFormat,note"}
    client.batch({"repeatCell": every})
    client.people.write("A1:B2", [[1, 2], [3, 4]])
    rows = [{"values": [{"userEnteredValue": {"numberValue": 9}}]}]
    client.batch(
        {"updateCells": {"range": grid(0, 2, 0, 2), "rows": rows, "fields": "userEnteredValue"}}
    )
    assert client.people.read("A1:B2") == [[9]]
    assert client.people.tab("Sheet1").cells[1, 1] == bold


def test_append_cells_goes_below_the_last_value_and_grows_the_grid(client: Client) -> None:
    client.people.write("C1000", [["far down"]])
    client.batch(append("next"))
    assert client.people.read("A1001") == [["next"]]


def test_a_formula_repeated_over_a_range_moves_its_references(client: Client) -> None:
    cell = {"userEnteredValue": {"formulaValue": "=A1*$A$1+B$1"}}
    client.batch(
        {"repeatCell": {"range": grid(0, 3, 2, 3), "cell": cell, "fields": "userEnteredValue"}}
    )
    assert client.people.read("C1:C3", "FORMULA") == [
        ["=A1*$A$1+B$1"],
        ["=A2*$A$1+B$1"],
        ["=A3*$A$1+B$1"],
    ]


def test_text_that_looks_like_a_formula_stays_text(client: Client) -> None:
    client.batch(write(0, 0, {"stringValue": '=IMPORTXML("https://evil.example","//a")'}))
    cell = client.get("?includeGridData=true&ranges=A1")["sheets"][0]["data"][0]["rowData"][0]
    assert "stringValue" in cell["values"][0]["userEnteredValue"]
    assert client.people.bad_formulas() == []


# Formulas in the spreadsheet's locale

COMMA = ["nl_BE", "it_IT", "de_DE", "tr_TR", "fr_CA"]
POINT = ["en_US", "ja_JP"]


@pytest.mark.parametrize("locale", COMMA + POINT)
@pytest.mark.parametrize(
    "formula",
    [
        '=IF(A1="";"";ROUND(A1/2;1)&" %")',
        "=SUM('My tab'!A:A;$B$2:$B$361;C2:C)",
        '=HYPERLINK(A2;"@"&B2)',
        '=SPARKLINE(A1:D1;VSTACK(HSTACK("charttype";"column");HSTACK("color";"#c00")))',
        "=TRANSPOSE({1;2})",
        "=-A1^2%<>+B1",
        "=IF(A1;;1)",
    ],
)
def test_the_neutral_spelling_parses_in_every_locale(locale: str, formula: str) -> None:
    neutral(formula, locale)


@pytest.mark.parametrize("formula", ["=SUM(A1,B1)", "=A1*0.5", "={A1,B1}", '=IF(A1,"a","b")'])
def test_the_american_spelling_parses_only_where_the_decimal_sign_is_a_point(
    formula: str,
) -> None:
    for locale in POINT:
        neutral(formula, locale)
    for locale in COMMA:
        with pytest.raises(BadFormula):
            neutral(formula, locale)


@pytest.mark.parametrize("formula", ["=A1*0,5", "={1\\2}", "=SUM(0,5;1)"])
def test_the_european_spelling_parses_only_where_the_decimal_sign_is_a_comma(
    formula: str,
) -> None:
    for locale in COMMA:
        neutral(formula, locale)
    for locale in POINT:
        if formula != "=SUM(0,5;1)":  # three arguments there
            with pytest.raises(BadFormula):
                neutral(formula, locale)


@pytest.mark.parametrize(
    ("locale", "spelled"),
    [
        ("en_US", '=IF( A1>1.5, TRANSPOSE({1;2}), "a;b,c")'),
        ("nl_BE", '=IF( A1>1,5; TRANSPOSE({1;2}); "a;b,c")'),
    ],
)
def test_a_formula_is_read_back_in_the_spelling_of_the_spreadsheets_locale(
    locale: str, spelled: str
) -> None:
    client = Client(locale)
    client.batch(write(0, 0, {"formulaValue": spelled.replace(", ", "; ")}))
    assert client.people.read("A1", "FORMULA") == [[spelled]]
    other = {"properties": {"locale": "de_DE"}, "fields": "locale"}
    client.people.edit({"updateSpreadsheetProperties": other})
    assert client.people.read("A1", "FORMULA")[0][0] == ('=IF( A1>1,5; TRANSPOSE({1;2}); "a;b,c")')


ATOMS = st.sampled_from(["A1", "$B$2:B", "'My tab'!A:A", '"a;b,c"', "1/2", "-3", "TRUE", ""])
#: Formulas in the spelling that every locale reads.
FORMULAS = st.recursive(
    ATOMS.filter(bool),
    lambda inner: (
        st.lists(inner | ATOMS, min_size=1, max_size=3).map(lambda a: f"SUM({'; '.join(a)})")
        | st.lists(inner, min_size=1, max_size=3).map(lambda a: "{" + ";".join(a) + "}")
        | st.tuples(inner, st.sampled_from("+-*/^&=<>"), inner).map(lambda a: f"({''.join(a)})")
    ),
    max_leaves=8,
)


@given(FORMULAS, st.sampled_from(COMMA + POINT), st.sampled_from(COMMA + POINT))
def test_a_formula_survives_the_way_to_another_locale_and_back(
    text: str, one: str, other: str
) -> None:
    home = respelled("=" + text, one, one)
    away = respelled(home, one, other)
    assert problem("=" + text, one) == ""
    assert respelled(away, other, one) == home
    assert neutral(away, other) == neutral("=" + text, one)


@pytest.mark.parametrize("formula", ["=", "=(", "=1+", "=SUM(A1", '="a', "=A1 B1", "=)(", "1"])
def test_half_a_formula_never_parses(formula: str) -> None:
    for locale in COMMA + POINT:
        with pytest.raises(BadFormula):
            neutral(formula, locale)


@given(st.text(max_size=30), st.sampled_from(COMMA + POINT))
def test_any_text_parses_or_is_refused(text: str, locale: str) -> None:
    try:
        done = neutral("=" + text, locale)
    except BadFormula:
        return
    assert neutral(done, "en_US") == done


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=SUM(A1,B1)", "does not separate arguments here"),
        ("=FLURB(1)", "Unknown function: 'FLURB'."),
        ("=Nowhere!A1", "Unresolved sheet name 'Nowhere'."),
        ("=some_name", "Unknown range name: 'SOME_NAME'."),
    ],
)
def test_a_formula_that_google_cannot_begin_to_compute_is_kept_and_shown_as_an_error(
    formula: str, said: str
) -> None:
    client = Client("nl_BE")
    client.batch(write(0, 0, {"formulaValue": formula}))
    (bad,) = client.people.bad_formulas()
    assert said in bad
    values = client.get("?includeGridData=true")["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert "errorValue" in values[0]["effectiveValue"]


def test_a_rule_with_a_formula_of_another_locale_is_refused() -> None:
    client = Client("nl_BE")

    def rule(formula: str) -> Json:
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
        boolean = {"condition": condition, "format": {"textFormat": {"italic": True}}}
        ranges = [grid(0, 9, 0, 1)]
        return {"addConditionalFormatRule": {"rule": {"ranges": ranges, "booleanRule": boolean}}}

    assert "Invalid ConditionValue.userEnteredValue: =AND(A1,B1)" in client.refused(
        rule("=AND(A1,B1)")
    )
    client.batch(rule('=AND(A1;Sheet1!B1;INDIRECT("Other!A1"))'))
    client.batch({"addSheet": {"properties": {"title": "Other"}}})
    assert "cannot reference a different sheet" in client.refused(rule("=A1>Other!B1"))


def test_values_are_computed_or_said_not_to_be(client: Client) -> None:
    client.people.write("A1:C1", [["=2^10", "=SPARKLINE(A1)", "=1/0"]])
    assert client.people.read("A1:C1") == [[1024, NOT_COMPUTED, "#DIV/0!"]]


def test_a_date_is_a_serial_shown_by_its_pattern(client: Client) -> None:
    number = {"type": "DATE", "pattern": "ddd d mmm yyyy"}
    cell = {
        "userEnteredFormat": {"numberFormat": number},
        "userEnteredValue": {"numberValue": 46348},
    }
    client.batch({"repeatCell": {"range": grid(0, 1, 0, 1), "cell": cell, "fields": "*"}})
    assert client.get("/values/A1")["values"] == [["Sun 22 Nov 2026"]]
    assert client.people.read("A1") == [[46348]]


def test_numbers_are_typed_and_shown_in_the_spreadsheets_locale() -> None:
    client = Client("de_DE")
    client.people.write("A1:C1", [["1.234,5", "0.5", "12,5%"]])
    assert client.people.read("A1:C1") == [[1234.5, "0.5", 0.125]]
    assert client.get("/values/A1:C1")["values"] == [["1234,5", "0.5", "12,50%"]]


# Notation


@given(st.integers(0, 18_000), st.integers(0, 5_000))
def test_letters_and_numbers_of_columns_are_each_others_inverse(column: int, far: int) -> None:
    assert a1.number(a1.letters(column)) == column
    formula = f"={a1.letters(column)}7+${a1.letters(column)}$7"
    assert copied(copied(formula, far, 3, "en_US"), -far, -3, "en_US") == formula


TITLES = st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable())


@given(TITLES, st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 5))
def test_a_range_is_read_as_it_is_written(
    title: str, top: int, left: int, high: int, wide: int
) -> None:
    client = Client()
    rename = {"properties": {"sheetId": 0, "title": title}, "fields": "title"}
    client.people.edit({"updateSheetProperties": rename})
    sheet = client.people.book.sheets[0]
    area = a1.Area(sheet, top, left, top + high, left + wide)
    found = a1.resolve(client.people.book, a1.text_of(area))
    assert (found.top, found.left, found.bottom, found.right) == (
        *(top, left, top + high),
        left + wide,
    )


NAMES = st.sampled_from("abcd")
TREES: Any = st.recursive(
    st.just({}), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=6
).filter(bool)


def written_mask(tree: Json) -> str:
    return ",".join(f"{k}({written_mask(v)})" if v else k for k, v in tree.items())


@given(TREES)
def test_a_mask_is_read_as_it_is_written(tree: Json) -> None:
    assert parse(written_mask(tree)) == tree


def test_a_mask_keeps_only_what_it_names_and_empty_objects_stay() -> None:
    value = {"a": {"b": 1, "c": 2}, "d": [{"b": 1}, {"c": 2}], "e": 3}
    assert apply(parse("a/b,d(c)"), value) == {"a": {"b": 1}, "d": [{}, {"c": 2}]}
