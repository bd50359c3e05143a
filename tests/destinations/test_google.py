"""A dashboard in a Google spreadsheet: what a sync writes, reads back, and leaves alone."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations.google_fence import HEAD, heads_of
from sheetsync.errors import DestinationError
from tests.destinations.google_world import ANNA, ROBOT, Team
from tests.plan.sheet import at, post, profile
from tests.sheets_server import before, refuse
from tests.sheets_server.call import Answer

Json = dict[str, Any]
LOCALES = ("nl_BE", "it_IT", "de_DE", "tr_TR", "fr_CA", "ja_JP", "en_US")


def one(day: int, **fields: Any) -> Any:
    return profile("anna", at(day), followers=100 + day, likes=5, **fields)


def table(team: Team, title: str) -> list[Json]:
    head, *rows = team.people.read(title)
    return [dict(zip(head, row, strict=False)) for row in rows if row]


def batches(team: Team) -> list[Json]:
    return [json.loads(c.body) for c in team.google.calls if c.method.endswith("batchUpdate")]


def test_a_steady_sync_is_three_calls() -> None:
    team = Team()
    for day in (19, 20, 21):
        team.sync(one(day), now=at(day, 12))
    calls = len(team.google.calls)
    team.sync(one(22), now=at(22, 12))
    assert team.calls()[calls:] == ["get", "values.batchGetByDataFilter", "batchUpdate"]
    assert team.notes[0].startswith("3 calls to Google, with the")
    assert table(team, "Log")[-1]["API calls"] == 3


def test_what_was_written_is_read_back_and_then_nothing_changes() -> None:
    team = Team()
    records = (one(20, posts=[post("7", views=10, likes=1, comments=2)]), profile("bea", at(20)))
    team.sync(*records, now=at(20, 12))
    written = len(batches(team))
    plan = team.sync(*records, now=at(20, 12))
    assert not plan
    assert len(batches(team)) == written, "an empty plan touches nothing"
    held = team.state().tabs["profiles"].rows[0].cells
    assert held["followers"] == 120
    assert held["read_at"] == datetime(2026, 11, 20, 6)  # noqa: DTZ001  as the cell shows it


def test_baselines_come_from_history_without_reading_it_whole() -> None:
    team = Team()
    start = at(22) - timedelta(40)
    for days in range(41):
        moment = start + timedelta(days)
        team.sync(profile("anna", moment, followers=1000 + days), now=moment + timedelta(hours=2))
    calls = len(team.google.calls)
    moment = start + timedelta(41)
    team.sync(profile("anna", moment, followers=1041), now=moment + timedelta(hours=2))
    assert len(team.google.calls) - calls == 3
    held = team.state().tabs["profiles"].rows[0].cells
    assert [held[f"followers_{n}d"] for n in (1, 7, 28)] == [1040, 1034, 1013]
    assert team.people.read("Profiles!J2")[0][0] == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_formulas_parse_in_every_language(locale: str) -> None:
    team = Team(locale, "Asia/Tokyo" if locale == "ja_JP" else "Europe/Brussels")
    team.dress = True  # formulas stand in conditional formats and validations too
    team.sync(one(20, posts=[post("7", views=10, likes=1, comments=2)]), now=at(20, 12))
    team.sync(one(21), now=at(21, 12))
    assert team.people.bad_formulas() == []
    assert not [note for note in team.notes if "refused" in note]
    row = table(team, "Profiles")[0]
    assert row["Gained, 1 day"] == 1
    assert row["Engagement"] == pytest.approx(0.3)


def test_dates_are_serials_of_the_spreadsheets_own_zone() -> None:
    team = Team("nl_BE", "Asia/Tokyo")
    late = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    team.sync(profile("anna", late, followers=7), now=late + timedelta(hours=1))
    assert team.state().zone == "Asia/Tokyo"
    (row,) = table(team, "History")
    assert date(1899, 12, 30) + timedelta(row["Day"]) == date(2026, 11, 21)
    assert table(team, "Profiles")[0]["Read at"] % 1 == pytest.approx(5 / 24)


def test_rounded_numbers_say_so_and_lose_the_sign_when_they_are_exact() -> None:
    team = Team()
    at_h = DASHBOARD.tab("profiles").columns
    position = [column.key for column in at_h].index("followers")

    def pattern() -> str:
        cell = team.people.tab("Profiles").cells[1, position]
        return str(cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("pattern"))

    team.sync(profile("anna", at(20), followers=1_200_000, step=100_000), now=at(20, 12))
    assert pattern().startswith('"≈')
    team.sync(profile("anna", at(21), followers=1_234_567), now=at(21, 12))
    assert pattern() == "#,##0"


def test_two_readings_of_a_day_are_one_row_and_the_first_is_kept_aside() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 7))
    team.sync(profile("anna", at(20, 18), followers=500, likes=5), now=at(20, 19))
    (row,) = table(team, "History")
    assert row["Followers"] == 500
    assert row["Likes"] == 5, "what did not change is still there"
    undo = next(s for s in team.people.book.sheets if s.title == "sheetsync undo")
    assert undo.properties["hidden"]
    assert {"numberValue": 120} in [c.get("userEnteredValue") for c in undo.cells.values()]


def test_a_sort_of_history_while_a_day_is_replaced_mixes_no_days() -> None:
    team = Team()
    names = ("carl", "anna", "bea")
    for day in (19, 20):
        records = [profile(n, at(day), followers=day * 10 + i) for i, n in enumerate(names)]
        team.sync(*records, now=at(day, 12))
    held = {(row["Profile"], row["Day"]): row["Followers"] for row in table(team, "History")}
    tab = team.people.tab("History")
    area = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": 7, "startColumnIndex": 0}
    area["endColumnIndex"] = tab.column_count
    order = [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]
    sort = {"sortRange": {"range": area, "sortSpecs": order}}
    team.google.faults.add(before(lambda: team.people.edit(sort)), "batchUpdate")
    team.sync(profile("carl", at(20, 18), followers=999), now=at(20, 19))
    held["tok:carl", 46346] = 999
    shown = table(team, "History")
    assert {(row["Profile"], row["Day"]): row["Followers"] for row in shown} == held
    assert len(shown) == 6


def test_an_index_that_somebody_put_out_of_order_is_made_anew() -> None:
    team = Team()
    for day in (18, 19, 20):
        team.sync(one(day), profile("bea", at(day), followers=9), now=at(day, 12))
    tab = team.people.tab("History")
    area = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": 7, "startColumnIndex": 0}
    area["endColumnIndex"] = tab.column_count
    order = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    team.people.edit({"sortRange": {"range": area, "sortSpecs": order}})
    team.sync(one(21), profile("bea", at(21), followers=12), now=at(21, 12))
    seen = Counter((row["Profile"], row["Day"]) for row in table(team, "History"))
    assert len(seen) == 8
    assert set(seen.values()) == {1}
    assert table(team, "Profiles")[0]["Gained, 1 day"] == 1
    calls = len(team.google.calls)
    team.sync(one(22), profile("bea", at(22), followers=13), now=at(22, 12))
    assert table(team, "Profiles")[1]["Gained, 1 day"] == 1
    assert "batchUpdate" in team.calls()[calls:]


def test_old_days_are_thinned_to_the_last_of_each_month_and_nothing_else_goes() -> None:
    team = Team()
    start = datetime(2026, 8, 20, 6, tzinfo=UTC)
    for days in range(0, 95, 5):
        moment = start + timedelta(days)
        records = [profile(name, moment, followers=days) for name in ("anna", "bea")]
        team.sync(*records, now=moment + timedelta(hours=2), retention=30)
    left = sorted({date(1899, 12, 30) + timedelta(row["Day"]) for row in table(team, "History")})
    assert left[:2] == [date(2026, 8, 30), date(2026, 9, 29)]
    assert left[2:] == [date(2026, 10, 4) + timedelta(n) for n in range(0, 50, 5)]
    assert len(table(team, "History")) == 2 * len(left)


# --- the team's ---------------------------------------------------------------------------------


def test_what_the_team_picks_and_sets_stays() -> None:
    team = Team()
    team.sync(one(20), profile("bea", at(20), followers=9), now=at(20, 12))
    setting = next(
        row for row, line in enumerate(DASHBOARD.guide.lines, 1) if line.setting == "old_after"
    )
    team.people.write("Dashboard!B2", [["red"]])
    team.people.write(f"How to read this!B{setting}", [[3]])
    team.sync(one(21), now=at(21, 12))
    assert team.people.read("Dashboard!B2") == [["red"]]
    assert team.people.read(f"How to read this!B{setting}") == [[3]]
    assert team.state().picks["group"] == "red"


def test_a_board_with_rows_inserted_is_written_whole_again_and_keeps_the_picks() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    team.people.write("Dashboard!B2", [["red"]])
    shown = team.people.read("Dashboard!A1:D9", "FORMULA")
    sheet = team.people.tab("Dashboard").id
    span = {"sheetId": sheet, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}
    team.people.edit({"insertDimension": {"range": span}})
    team.sync(one(21), now=at(21, 12))
    assert team.people.read("Dashboard!A1:D9", "FORMULA") == shown
    assert team.people.bad_formulas() == []
    team.sync(one(22), now=at(22, 12))
    assert len([r for r in team.people.read("Dashboard!A1:A90") if r == ["Readings of"]]) == 1


def test_a_tab_that_was_deleted_is_made_again() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    for title in ("Dashboard", "Trend", "Log", "How to read this", "Posts"):
        team.people.edit({"deleteSheet": {"sheetId": team.people.tab(title).id}})
        team.sync(one(20), now=at(20, 13))
        assert team.people.tab(title)
        assert team.people.bad_formulas() == []
    trend = team.people.read("Trend!A94:I94")
    assert trend[0][8] == 120, "from History"


def test_a_column_of_ours_that_was_deleted_comes_back_at_the_end() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    span = {"sheetId": team.people.tab("Profiles").id, "dimension": "COLUMNS"}
    span |= {"startIndex": 7, "endIndex": 8}
    team.people.edit({"deleteDimension": {"range": span}})
    team.sync(one(21), now=at(21, 12))
    assert table(team, "Profiles")[0]["Followers"] == 121
    assert team.people.bad_formulas() == []


def test_looks_are_made_once_and_what_a_person_deletes_stays_deleted() -> None:
    team = Team("nl_BE")
    team.dress = True
    team.sync(one(20), now=at(20, 12))
    assert not [note for note in team.notes if "refused" in note]
    board, profiles = team.people.tab("Dashboard"), team.people.tab("Profiles")
    assert len(board.charts) == 2
    assert profiles.conditional_formats
    assert any(one_.get("warningOnly") for one_ in profiles.protected_ranges)
    hidden = {p for p, held in profiles.columns.items() if held.get("hiddenByUser")}
    keys = [column.key for column in DASHBOARD.tab("profiles").columns]
    assert keys.index("for") in hidden
    chart, rules = board.charts[0]["chartId"], len(profiles.conditional_formats)
    team.people.edit(
        {"deleteEmbeddedObject": {"objectId": chart}},
        {"deleteConditionalFormatRule": {"sheetId": profiles.id, "index": 0}},
    )
    team.sync(one(21), now=at(21, 12))
    assert len(team.people.tab("Dashboard").charts) == 1
    assert len(team.people.tab("Profiles").conditional_formats) == rules - 1
    assert team.people.bad_formulas() == []


def test_looks_that_are_refused_cost_no_number() -> None:
    team = Team()
    team.dress = True
    for n in range(1, 9):
        team.google.faults.add(refuse(500), "batchUpdate", nth=n + 1)
    team.sync(one(20), now=at(20, 12))
    assert table(team, "Profiles")[0]["Followers"] == 120
    assert any("look was refused" in note for note in team.notes)


def test_a_duplicated_tab_belongs_to_the_team() -> None:
    team = Team()
    team.google.rules.duplicate_copies_metadata = True
    team.sync(one(20), now=at(20, 12))
    source = team.people.tab("Profiles").id
    team.people.edit({"duplicateSheet": {"sourceSheetId": source, "newSheetName": "Backup"}})
    backup = team.people.read("Backup")
    team.sync(one(21), now=at(21, 12))
    assert table(team, "Profiles")[0]["Followers"] == 121
    assert [row[:9] for row in team.people.read("Backup")] == [row[:9] for row in backup]


def test_a_copied_spreadsheet_is_adopted_and_said() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    book = team.people.book.copy()
    book.id = "2" * 44
    team.google.books[book.id] = book
    team.id = book.id
    team.sync(one(21), now=at(21, 12))
    assert any("copy of another dashboard" in note for note in team.notes)
    assert len(heads_of(team.people.book.metadata)) == 1
    assert len(table(team, "History")) == 2


def test_a_dashboard_whose_handles_are_gone_is_known_by_its_headers() -> None:
    """A tool copied the tabs, or somebody's script cleared the metadata."""
    team = Team()
    for day in (19, 20):
        team.sync(one(day), profile("bea", at(day), followers=9), now=at(day, 12))
    team.people.book.metadata.clear()
    team.sync(one(21), profile("bea", at(21), followers=10), now=at(21, 12))
    titles = [sheet.title for sheet in team.people.book.sheets]
    assert len(titles) == 8
    assert len(table(team, "History")) == 6
    assert [row["Followers"] for row in table(team, "Profiles")] == [121, 10]
    assert table(team, "Profiles")[0]["Gained, 1 day"] == 1
    calls = len(team.google.calls)
    team.sync(one(22), profile("bea", at(22), followers=11), now=at(22, 12))
    assert len(team.google.calls) - calls == 3
    assert len(table(team, "Profiles")) == 2


def test_heads_are_kept_within_googles_quota() -> None:
    team = Team()
    start = at(1) - timedelta(60)
    for days in range(45):
        moment = start + timedelta(days)
        team.sync(profile("anna", moment, followers=days), now=moment + timedelta(hours=2))
    heads = [e for e in team.people.book.metadata if e["metadataKey"] == HEAD]
    assert 32 <= len(heads) <= 34


def test_new_rows_never_stand_on_a_row_that_somebody_typed_meanwhile() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))

    def type_() -> None:
        team.people.write("Profiles!A3", [["https://tok.test/@bea"]])

    team.google.faults.add(before(type_), "batchUpdate")
    team.sync(one(21), profile("carl", at(21), followers=3), now=at(21, 12))
    addresses = [row["Address"].rpartition("@")[2] for row in table(team, "Profiles")]
    assert addresses == ["anna", "bea", "carl"]
    team.sync(one(22), profile("bea", at(22), followers=4), now=at(22, 12))
    shown = {r["Address"].rpartition("@")[2]: r["Followers"] for r in table(team, "Profiles")}
    assert shown == {"anna": 122, "bea": 4, "carl": 3}
    assert team.people.bad_formulas() == []


def test_an_address_that_is_a_formula_is_read_by_its_value() -> None:
    team = Team("de_DE")
    team.sync(one(20), now=at(20, 12))
    team.people.write("Profiles!A3", [['="https://tok.test/@"&"bea"']])
    team.sync(profile("bea", at(21), followers=9), now=at(21, 12))
    assert table(team, "Profiles")[1]["Followers"] == 9
    assert team.people.read("Profiles!A3", "FORMULA") == [['="https://tok.test/@"&"bea"']]


# --- refusals -------------------------------------------------------------------------------


def refused(team: Team) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        team.sync(one(20), now=at(20, 12))
    assert caught.value.exit_status == 3
    return caught.value


def test_what_google_refuses_is_said_in_the_persons_words() -> None:
    team = Team()
    team.google.books[team.id].shared = {ANNA: "owner"}
    error = refused(team)
    assert ROBOT in error.message
    assert "share it as Editor" in error.hint
    team = Team()
    team.google.rules.api_enabled = False
    assert "console" in refused(team).hint
    team = Team()
    team.google.books[team.id].excel = True
    assert "Save as Google Sheets" in refused(team).hint
    team = Team()
    team.id = "9" * 44
    assert "no spreadsheet" in refused(team).message


def test_a_reader_is_told_to_be_made_an_editor() -> None:
    team = Team()
    team.google.books[team.id].shared = {ANNA: "owner", ROBOT: "reader"}
    error = refused(team)
    assert "for reading only" in error.message
    assert "Editor" in error.hint
    assert len(team.people.book.sheets) == 1, "nothing was written"


def test_who_is_taken_out_in_the_second_before_the_write_is_told_so() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    book = team.google.books[team.id]
    team.google.faults.add(before(lambda: book.shared.pop(ROBOT)), nth=3)
    with pytest.raises(DestinationError, match="not any more"):
        team.sync(one(21), now=at(21, 12))


def test_a_quota_that_is_full_for_a_minute_is_outlasted() -> None:
    team = Team()
    client = team.client()
    waited: list[float] = []
    client.sleep = waited.append
    team.google.faults.rule = lambda call: None if sum(waited) > 60 else refuse(429)
    random.seed(7)
    team.sync(one(20), now=at(20, 12), client=client)
    assert table(team, "Profiles")[0]["Followers"] == 120


_NOT_GOOGLE = (
    b"{}",
    b'{"error": {"code": 503, "status": "UNAVAILABLE"}}',
    b'{"spreadsheetId": "x", "valueRanges": []}',
    b"<html>Sign in to the hotel's network</html>",
    b"<html>" + b"x" * 10_000,
    b"[]",
    b"",
)


def answered(body: bytes) -> Any:
    return lambda google, call, work: Answer(200, body, {"Content-Type": "application/json"})


@pytest.mark.parametrize("body", _NOT_GOOGLE)
def test_what_answers_in_googles_place_is_not_believed(body: bytes) -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    team.google.faults.rule = lambda call: answered(body)
    with pytest.raises(DestinationError, match="Something else answered"):
        team.sync(one(21), now=at(21, 12))
    team.google.faults.clear()
    assert [row["Followers"] for row in table(team, "Profiles")] == [120]


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("body", _NOT_GOOGLE)
def test_one_answer_that_is_not_googles_costs_no_number(body: bytes, call: int) -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    team.google.faults.add(answered(body), nth=call)
    with suppress(DestinationError):
        team.sync(one(21), now=at(21, 12))
    team.google.faults.clear()
    team.sync(one(21), now=at(21, 12))
    assert [row["Followers"] for row in table(team, "Profiles")] == [121]
    assert [row["Followers"] for row in table(team, "History")] == [120, 121]


def test_a_protected_range_is_named() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    area = {"sheetId": team.people.tab("Profiles").id}
    team.people.edit({"addProtectedRange": {"protectedRange": {"range": area}}})
    for held in team.people.tab("Profiles").protected_ranges:
        held["editors"] = {"users": [ANNA]}
    with pytest.raises(DestinationError, match="protected range on the tab Profiles"):
        team.sync(one(21), now=at(21, 12))
    assert table(team, "Profiles")[0]["Followers"] == 120


def test_quota_that_does_not_come_back_is_said() -> None:
    team = Team()
    team.google.faults.rule = lambda call: refuse(429)
    assert "quota" in refused(team).message


def test_a_strangers_tab_with_our_title_is_not_touched() -> None:
    team = Team()
    team.people.edit({"addSheet": {"properties": {"title": "Posts"}}})
    assert "Rename that tab" in refused(team).hint


def test_too_many_cells_are_counted_before_anything_is_written() -> None:
    team = Team()
    grid = {"rowCount": 99_000, "columnCount": 100}
    team.people.edit({"addSheet": {"properties": {"title": "Big", "gridProperties": grid}}})
    assert "10,000,000 cells" in refused(team).message
    assert not batches(team)


def test_another_run_at_work_is_waited_for() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    entry = next(e for e in team.people.book.metadata if e["metadataKey"] == HEAD)
    held = json.loads(entry["metadataValue"])
    half = {**held, "g": 2, "run": "other", "part": "1/2", "at": int(at(21, 12).timestamp())}
    book = team.people.book
    book.metadata.append({**entry, "metadataId": 77, "metadataValue": json.dumps(half)})
    team.now = at(21, 12)
    with pytest.raises(DestinationError, match="Another sheetsync run"):
        team.state()
    team.now = at(21, 13)
    assert team.state(), "an hour later it is taken over"


def test_tabs_in_the_way_are_named_all_and_as_people_spell_them() -> None:
    team = Team()
    for title in ("profiles", "LOG"):
        team.people.edit({"addSheet": {"properties": {"title": title}}})
    said = refused(team)
    assert "tabs named profiles, LOG that" in said.message


@pytest.mark.parametrize("copied", [True, False], ids=["metadata too", "cells only"])
@pytest.mark.parametrize("original", ["History", "Posts"])
def test_a_copy_of_another_tab_never_becomes_profiles(original: str, copied: bool) -> None:
    team = Team()
    team.google.rules.duplicate_copies_metadata = copied
    team.sync(one(20), now=at(20, 12))
    source = team.people.tab(original).id
    team.people.edit({"duplicateSheet": {"sourceSheetId": source, "newSheetName": "Mine"}})
    team.people.edit({"deleteSheet": {"sheetId": team.people.tab("Profiles").id}})
    mine = {"sheetId": team.people.tab("Mine").id, "title": "Profiles"}
    team.people.edit({"updateSheetProperties": {"properties": mine, "fields": "title"}})
    before_it = team.people.read("Profiles", "FORMULA")
    assert "a tab named Profiles" in refused(team).message
    assert team.people.read("Profiles", "FORMULA") == before_it


@pytest.mark.parametrize("copied", [True, False], ids=["metadata too", "cells only"])
def test_a_copy_of_profiles_takes_its_place_and_that_is_said(copied: bool) -> None:
    team = Team()
    team.google.rules.duplicate_copies_metadata = copied
    team.sync(one(20), now=at(20, 12))
    source = team.people.tab("Profiles").id
    team.people.edit({"duplicateSheet": {"sourceSheetId": source, "newSheetName": "Mine"}})
    team.people.edit({"deleteSheet": {"sheetId": source}})
    mine = {"sheetId": team.people.tab("Mine").id, "title": "Profiles"}
    team.people.edit({"updateSheetProperties": {"properties": mine, "fields": "title"}})
    team.sync(one(21), now=at(21, 12))
    assert any("which is gone: it is Profiles now" in note for note in team.notes)
    team.sync(one(22), now=at(22, 12))
    assert not any("which is gone" in note for note in team.notes), "said once"


@pytest.mark.parametrize("title", ["Profiles", "Posts"])
def test_without_its_column_of_addresses_nothing_is_written_and_the_way_back_is_said(
    title: str,
) -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    span = {"sheetId": team.people.tab(title).id, "dimension": "COLUMNS", "startIndex": 0}
    team.people.edit({"deleteDimension": {"range": {**span, "endIndex": 1}}})
    said = refused(team)
    assert said.message == f"The column Address of {title} is gone, so nothing was written."
    assert "Ctrl+Z" in said.hint
    assert said.exit_status == 3


def test_the_log_counts_the_calls_of_the_whole_run() -> None:
    team = Team()
    team.dress = True

    def logged() -> object:
        head, *rows = team.people.read("Log")
        return rows[-1][head.index("API calls")]

    team.sync(one(20), now=at(20, 12))
    assert logged() == len(team.google.calls)
    for day in range(1, 19):
        team.sync(one(day), now=at(20, 13))
    calls = len(team.google.calls)
    later = datetime(2027, 3, 1, 12, tzinfo=UTC)
    team.sync(profile("anna", later, followers=9), now=later, retention=35)
    assert logged() == len(team.google.calls) - calls > 3


def test_a_full_spreadsheet_is_still_brought_up_to_date() -> None:
    team = Team()
    team.sync(one(20), now=at(20, 12))
    for title in ("Profiles", "History"):
        sheet = team.people.tab(title)
        span = {"sheetId": sheet.id, "dimension": "ROWS", "startIndex": 2}
        team.people.edit({"deleteDimension": {"range": {**span, "endIndex": sheet.row_count}}})
    rest = 10_000_000 - team.people.book.cell_count()
    grid = {"rowCount": rest, "columnCount": 1}
    team.people.edit({"addSheet": {"properties": {"title": "Big", "gridProperties": grid}}})
    assert team.people.book.cell_count() == 10_000_000
    team.sync(profile("anna", at(20, 8), followers=777), now=at(20, 14))
    assert [row["Followers"] for row in table(team, "Profiles")] == [777]
    with pytest.raises(DestinationError, match="10,000,000 cells"):
        team.sync(one(21), now=at(21, 12))
