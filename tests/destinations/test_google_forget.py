"""A person who is forgotten is in no byte of a spreadsheet, whatever happens while they go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import DestinationChanged, Traces, google_parts
from sheetsync.destinations.google import GoogleDestination
from sheetsync.destinations.google_forgotten import FORGOTTEN, forgotten_of, requests, text_of
from sheetsync.errors import DestinationError, SheetsyncError
from sheetsync.plan import Erasure, Forgotten, Plan, allow_plan, forget_plan, respected
from tests.destinations.google_world import Team
from tests.destinations.test_google_crashes import FAULTS, Killed
from tests.plan.sheet import TOK, at, find, post, profile, url, watch
from tests.sheets_server import after, before, lose_answer, refuse

Json = dict[str, Any]
HANDLE, NAME, ID, POST = "anna.bakt", "Anna Bakker", "900100", "77007"
TRACES = (HANDLE, NAME.lower(), ID, POST, "anna_bakt")
#: Somebody else's name, which only begins so.
OTHER = "anna.bakterie"


def traces(team: Team) -> list[str]:
    """What is left of her in anything that the server holds of the spreadsheet."""
    book = team.people.book
    held = [vars(sheet) for sheet in book.sheets]
    parts = [held, book.properties, book.named_ranges, book.metadata]
    text = repr(parts).lower().replace(OTHER, "")
    return [trace for trace in TRACES if trace in text]


def records(day: int, hour: int = 6, more: int = 0) -> list[Any]:
    seen = [post(POST, HANDLE, views=10 + day, likes=3, caption="brood")]
    hers: Json = {"account_id": ID, "name": NAME, "posts": seen}
    theirs = [post("88008", "bea", views=5, caption=f"taart met @{HANDLE}!")]
    return [
        profile("carl", at(day, hour), followers=50, account_id="900300"),
        profile(HANDLE, at(day, hour), followers=100 + day + more, **hers),
        profile("bea", at(day, hour), followers=9, account_id="900200", name="Bea", posts=theirs),
    ]


def fill(team: Team) -> None:
    """Three days, one of them read twice, and what a team writes around them."""
    for day in (19, 20, 21):
        team.sync(*records(day), now=at(day, 12))
    team.sync(*records(21, 18, 7), now=at(21, 19))
    people = team.people
    people.edit({"addSheet": {"properties": {"sheetId": 4711, "title": "Notes"}}})
    people.write(
        "Notes!A1",
        [
            [f"{NAME} sends bread", 4],
            [f"see {url(HANDLE, POST)}", f'="@{HANDLE}"&" twice"'],
            [f"id {ID}.", f"{OTHER} is somebody else"],
            ["=Profiles!A3", "nothing"],
        ],
    )
    people.write("Profiles!B2", [["red", 10], [f"as @{HANDLE}", 20], [f"friend of @{HANDLE}", 30]])
    people.write("Dashboard!B2", [[f"@{HANDLE}"]])


def decorate(team: Team) -> None:
    """Everything else that can hold a name."""
    people, notes = team.people, 4711
    profiles = people.tab("Profiles").id
    area = {"sheetId": notes, "startRowIndex": 0, "endRowIndex": 4}
    area |= {"startColumnIndex": 0, "endColumnIndex": 2}

    def one(row: int, column: int, sheet: int = notes) -> Json:
        return {"sheetId": sheet, "rowIndex": row, "columnIndex": column}

    def cell(content: Json, fields: str, start: Json) -> Json:
        rows = [{"values": [content]}]
        return {"updateCells": {"start": start, "rows": rows, "fields": fields}}

    def values(*texts: str) -> list[Json]:
        return [{"userEnteredValue": text} for text in texts]

    guard = {"range": area, "warningOnly": True}
    choices = {"type": "ONE_OF_LIST", "values": values("bea", f"@{HANDLE}")}
    alone = {"type": "ONE_OF_LIST", "values": values(HANDLE)}
    link = {"link": {"uri": url(HANDLE)}}
    rule = {"type": "TEXT_CONTAINS", "values": values(HANDLE)}
    source = {"sourceRange": {"sources": [{**area, "endColumnIndex": 1}]}}
    basic = {"chartType": "LINE", "series": [{"series": source}], "headerCount": 1}
    spec = {"title": f"{NAME} by day", "subtitle": f"@{HANDLE}", "basicChart": basic}
    chart = {"spec": spec, "position": {"overlayPosition": {"anchorCell": one(5, 3)}}}
    criteria = {"0": {"hiddenValues": ["bea", HANDLE]}}
    span = {"sheetId": profiles, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    plain = {"visibility": "DOCUMENT", "metadataKey": "script", "metadataValue": f"{HANDLE};bea"}
    pattern = {"numberFormat": {"type": "NUMBER", "pattern": f'0" @{HANDLE}"'}}
    people.edit(
        cell({"note": f"ask {NAME}"}, "note", one(0, 1)),
        cell({"note": f"her row: @{HANDLE}"}, "note", one(2, 2, profiles)),
        cell({"dataValidation": {"condition": choices}}, "dataValidation", one(3, 1)),
        cell({"dataValidation": {"condition": alone}}, "dataValidation", one(2, 3, profiles)),
        cell({"userEnteredFormat": {"textFormat": link}}, "userEnteredFormat", one(3, 1)),
        cell({"userEnteredFormat": pattern}, "userEnteredFormat", one(2, 0)),
        cell(
            {
                "userEnteredValue": {"stringValue": "her page"},
                "textFormatRuns": [{"startIndex": 0, "format": link}],
            },
            "userEnteredValue,textFormatRuns",
            one(6, 0),
        ),
        {"addNamedRange": {"namedRange": {"name": "anna_bakt", "range": area}}},
        {"addProtectedRange": {"protectedRange": {**guard, "description": f"of {NAME}"}}},
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {"ranges": [area], "booleanRule": {"condition": rule, "format": {}}},
            }
        },
        {"addFilterView": {"filter": {"title": HANDLE, "range": area, "criteria": criteria}}},
        {"setBasicFilter": {"filter": {"range": area, "criteria": criteria}}},
        {"addChart": {"chart": chart}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {**plain, "location": {"dimensionRange": span}}
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {**plain, "location": {"spreadsheet": True}}
            }
        },
        {"addSheet": {"properties": {"title": f"@{HANDLE}"}}},
        {
            "updateSpreadsheetProperties": {
                "properties": {"title": f"Numbers of {NAME}"},
                "fields": "title",
            }
        },
    )
    people.write("Notes!C1", [[f"='@{HANDLE}'!A1"]])


def plan_of(destination: GoogleDestination, team: Team, earlier: Erasure | None = None) -> Plan:
    state = destination.read(DASHBOARD)
    known: Json = {"find": find, "platforms": TOK, "salt": "salt", "earlier": earlier}
    return forget_plan(DASHBOARD, state, watch(HANDLE), team.now, **known)


def forget(team: Team) -> tuple[Plan, Traces]:
    """As the command does it, with its patience."""
    earlier = None
    with team.destination() as destination:
        plan = plan_of(destination, team)
        assert plan.erasure is not None
        shown = destination.traces(plan.erasure)
    for attempt in range(5):
        with team.destination() as destination:
            plan = plan_of(destination, team, earlier)
            earlier = plan.erasure
            try:
                destination.apply(plan)
                break
            except DestinationChanged:
                if attempt == 4:
                    raise
    assert not team.google.crashes
    return plan, shown


def sync(team: Team, day: int) -> None:
    """As the command does it: what is read of others does not name her any more."""
    team.now = at(day, 12)
    forgotten = team.state().forgotten
    team.sync(*(respected(record, forgotten) for record in records(day)), now=team.now)


def table(team: Team, title: str) -> list[Json]:
    head, *rows = team.people.read(title)
    return [dict(zip(head, row, strict=False)) for row in rows if row]


@pytest.fixture(scope="module")
def filled() -> Team:
    team = Team()
    fill(team)
    return team


@pytest.fixture
def team(filled: Team) -> Team:
    return filled.fork()


def test_no_byte_of_the_spreadsheet_holds_a_forgotten_person(team: Team) -> None:
    decorate(team)
    assert traces(team) == list(TRACES)
    forget(team)
    assert traces(team) == []
    assert team.people.bad_formulas() == []


def test_everybody_else_stays_where_they_were(team: Team) -> None:
    held = {row.text("address"): row for row in team.state().tabs["profiles"].rows}
    days = [row for row in table(team, "History") if row["Profile"] != f"tok:{HANDLE}"]
    forget(team)
    rows = team.people.read("Profiles!A1:C4")
    assert rows[1:] == [[url("carl"), "red", 10], [], [url("bea"), "friend of (removed)", 30]]
    now = {row.text("address"): row for row in team.state().tabs["profiles"].rows}
    assert now[url("carl")] == held[url("carl")]
    friend = {"group": "friend of (removed)"}
    assert now[url("bea")].cells == {**held[url("bea")].cells, **friend}
    assert table(team, "History") == days
    assert [row["Caption"] for row in table(team, "Posts") if "Caption" in row] == [
        "taart met (removed)!"
    ]
    assert team.people.read("Notes!A1:B4", "FORMULA") == [
        ["(removed) sends bread", 4],
        ["see (removed)", '="(removed)"&" twice"'],
        ["id (removed).", f"{OTHER} is somebody else"],
        ["=Profiles!A3", "nothing"],
    ]


def test_a_look_says_what_goes_and_touches_nothing(team: Team) -> None:
    decorate(team)
    held = repr([vars(sheet) for sheet in team.people.book.sheets])
    with team.destination() as destination:
        plan = plan_of(destination, team)
        assert plan.erasure is not None
        shown = destination.traces(plan.erasure)
    assert {tab: set(rows) for tab, rows in plan.erasure.rows.items()} == {
        "profiles": {3},
        "posts": {2},
    }
    assert shown.history == 3
    for place in (
        *("Notes!A1", "Notes!A2", "Notes!A3", "Notes!B2", "Notes!B1 (note)", "Profiles!B4"),
        *("Notes!B4 (choices)", "Dashboard!B2", "a chart in Notes", "the filter in Notes"),
        *("the named range anna_bakt", f"the title of the tab @{HANDLE}"),
        *("the spreadsheet's title", "a rule in Notes", "a protected range in Notes"),
    ):
        assert place in shown.places
    assert "Notes!A4" not in shown.places
    assert repr([vars(sheet) for sheet in team.people.book.sheets]) == held


def test_what_is_changed_of_an_object_is_only_their_name(team: Team) -> None:
    decorate(team)
    forget(team)
    notes = team.people.tab("Notes")
    assert notes.charts[0]["spec"]["title"] == "(removed) by day"
    assert notes.filter_views[0]["criteria"] == {"0": {"hiddenValues": ["bea"]}}
    offered = notes.cells[3, 1]["dataValidation"]["condition"]["values"]
    assert offered == [{"userEnteredValue": "bea"}]
    assert "dataValidation" not in team.people.tab("Profiles").cells.get((2, 3), {})
    assert notes.cells[2, 0]["userEnteredFormat"]["numberFormat"]["pattern"] == '0" (removed)"'
    assert team.people.read("Notes!C1", "FORMULA") == [["='(removed)'!A1"]]
    script = [e for e in team.people.book.metadata if e["metadataKey"] == "script"]
    assert [e["metadataValue"] for e in script] == ["(removed);bea"] * 2


def test_they_are_not_read_again_under_any_handle_until_that_is_lifted(team: Team) -> None:
    forget(team)
    sync(team, 22)
    assert traces(team) == []
    again = profile("anna.new", at(22), followers=1, account_id=ID)
    team.sync(again, watched=[watch("anna.new")], now=at(22, 13))
    assert "tok:anna.new" not in [row["Profile"] for row in table(team, "History")]
    with team.destination() as destination:
        state = destination.read(DASHBOARD)
        assert state.forgotten.about(watch(HANDLE))
        known: Json = {"find": find, "platforms": TOK}
        destination.apply(allow_plan(DASHBOARD, state, watch(HANDLE), at(23, 1), **known))
    assert not [e for e in team.people.book.metadata if e["metadataKey"] == FORGOTTEN]
    team.sync(*records(23), now=at(23, 12))
    assert f"tok:{HANDLE}" in [row["Profile"] for row in table(team, "History")]


def test_a_second_time_finds_nothing_and_does_no_harm(team: Team) -> None:
    forget(team)
    _, shown = forget(team)
    assert (shown.history, shown.places) == (0, ())
    assert traces(team) == []
    assert len(table(team, "History")) == 6


def test_growth_goes_on_from_history_after_rows_of_it_are_gone(team: Team) -> None:
    forget(team)
    team.sync(profile("carl", at(22), followers=57, account_id="900300"), now=at(22, 12))
    carl = next(row for row in table(team, "Profiles") if row.get("Address") == url("carl"))
    assert carl["Gained, 1 day"] == 7
    assert len(table(team, "History")) == 7


# --- whatever happens meanwhile -------------------------------------------------------------


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("name", [n for n in FAULTS if "sync" not in n and "sort" not in n])
def test_it_is_done_once_or_a_second_run_finishes_it(team: Team, name: str, call: int) -> None:
    team.google.faults.add(FAULTS[name](team), "batchUpdate", nth=call)
    try:
        forget(team)
        done = True
    except (Killed, SheetsyncError):
        done = False
    team.google.commit_late()
    if done:
        assert traces(team) == []
    if traces(team):
        team.now = at(22, 9)  # past the ten minutes of a run that was cut short
        forget(team)
    assert traces(team) == []
    assert len(table(team, "History")) == 6
    assert [row["Followers"] for row in table(team, "Profiles") if row.get("Address")] == [50, 9]


def test_the_next_sync_empties_what_a_killed_run_left_in_the_undo_tab(team: Team) -> None:
    def kill() -> None:
        raise Killed

    team.google.faults.add(before(kill), "batchUpdate", nth=2)
    with pytest.raises(Killed):
        forget(team)
    assert traces(team)
    with pytest.raises(DestinationError, match="Another sheetsync run"):
        forget(team)
    sync(team, 22)
    assert traces(team) == []


def test_an_end_that_is_refused_says_what_was_done(team: Team) -> None:
    for number in range(1, 8):
        team.google.faults.add(refuse(503), "batchUpdate", nth=number + 1)
    with pytest.raises(DestinationError, match="sheetsync undo") as error:
        forget(team)
    assert "nothing was written" not in error.value.message
    assert "ten minutes" in error.value.hint
    team.now = at(22, 9)
    forget(team)
    assert traces(team) == []


def test_what_may_not_be_written_is_refused_and_nothing_goes(team: Team) -> None:
    area = {"range": {"sheetId": 4711}, "description": "the boss"}
    team.people.edit({"addProtectedRange": {"protectedRange": area}})
    held = traces(team)
    with pytest.raises(DestinationError, match="protected range"):
        forget(team)
    assert traces(team) == held


def sort(team: Team, title: str, column: int) -> None:
    tab = team.people.tab(title)
    rows = sum(1 for row in team.people.read(title) if row)
    area = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": max(rows, 4)}
    area |= {"startColumnIndex": 0, "endColumnIndex": tab.column_count}
    spec = {"dimensionIndex": column, "sortOrder": "ASCENDING"}
    team.people.edit({"sortRange": {"range": area, "sortSpecs": [spec]}})


def insert(team: Team, title: str, dimension: str, at_: int) -> None:
    span = {"sheetId": team.people.tab(title).id, "dimension": dimension}
    team.people.edit(
        {"insertDimension": {"range": {**span, "startIndex": at_, "endIndex": at_ + 1}}}
    )


def other(team: Team) -> None:
    team.twin().sync(profile("carl", at(21, 20), followers=55, account_id="900300"), now=at(21, 21))


MEANWHILE: dict[str, Callable[[Team], None]] = {
    "Profiles are sorted": lambda t: sort(t, "Profiles", 0),
    "History is sorted": lambda t: sort(t, "History", 1),
    "Posts are sorted": lambda t: sort(t, "Posts", 0),
    "Notes are sorted": lambda t: sort(t, "Notes", 1),
    "a row is inserted": lambda t: insert(t, "Profiles", "ROWS", 1),
    "a column is inserted": lambda t: insert(t, "Notes", "COLUMNS", 0),
    "another sync writes": other,
}


@pytest.mark.parametrize("when", [before, after])
@pytest.mark.parametrize("name", MEANWHILE)
def test_what_others_do_in_that_second_is_seen_and_nothing_of_theirs_is_lost(
    team: Team, name: str, when: Any
) -> None:
    done = []
    team.google.faults.add(when(lambda: done.append(MEANWHILE[name](team))), "batchUpdate")
    forget(team)
    assert len(done) == 1
    assert traces(team) == []
    addresses = {row["Address"] for row in table(team, "Profiles") if row.get("Address")}
    assert addresses == {url("carl"), url("bea")}
    days = [(row["Profile"], row["Day"]) for row in table(team, "History")]
    assert len(days) == len(set(days)) == 6
    shown = {row["Address"]: row for row in table(team, "Profiles") if row.get("Address")}
    assert [shown[url(n)]["Group"] for n in ("carl", "bea")] == ["red", "friend of (removed)"]
    assert [shown[url(n)]["Fee"] for n in ("carl", "bea")] == [10, 30]
    notes = {str(v) for row in team.people.read("Notes", "FORMULA") for v in row}
    assert {"(removed) sends bread", "see (removed)", "id (removed).", "nothing"} <= notes


def test_more_than_one_batch_is_finished_by_a_second_run(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetsync.destinations.google_erase.LIMIT", 3_000)
    whole = team.fork()
    forget(whole)
    assert traces(whole) == []

    def kill() -> None:
        raise Killed

    batches = sum(call.method.endswith("batchUpdate") for call in whole.google.calls)
    batches -= sum(call.method.endswith("batchUpdate") for call in team.google.calls)
    assert batches > 3
    for number in range(2, batches + 1):
        cut = team.fork()
        cut.google.faults.add(before(kill), "batchUpdate", nth=number)
        with pytest.raises(Killed):
            forget(cut)
        assert cut.people.book.metadata
        cut.now = at(22, 9)
        forget(cut)
        assert traces(cut) == [], number
        assert len(table(cut, "History")) == 6


def test_a_lost_answer_is_no_second_removal(team: Team) -> None:
    team.google.faults.add(lose_answer("reset"), "batchUpdate")
    forget(team)
    assert len(table(team, "History")) == 6


# --- the marks ------------------------------------------------------------------------------


def test_marks_are_read_back_as_they_were_kept() -> None:
    kept = Forgotten().adding(["profile a", "account b"], "salt").adding(["profile c"], "x")
    (made,) = requests(kept, Forgotten())
    entry = made["createDeveloperMetadata"]["developerMetadata"]
    assert forgotten_of([entry]) == kept
    assert not list(requests(kept, kept))
    assert forgotten_of([{"metadataKey": FORGOTTEN, "metadataValue": "{"}]) == Forgotten()


def test_more_people_than_a_spreadsheet_has_room_for_are_refused_in_words() -> None:
    many = Forgotten()
    for number in range(800):
        many = many.adding([f"profile {number}", f"account {number}"], "salt")
    with pytest.raises(DestinationError, match="no room"):
        text_of(many)
    assert json.loads(text_of(Forgotten().adding(["profile a"], "s")))["salt"] == "s"
    assert google_parts.LIMIT > 1_000_000
