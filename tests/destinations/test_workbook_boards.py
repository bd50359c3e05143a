"""Boards of a workbook: places, picks, Trend and Log, the team's cells beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheetsync.dashboard import Board
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.dashboard.trend import LOG_COLUMNS
from sheetsync.destinations import open_destination
from sheetsync.model import Count
from sheetsync.plan import make_plan
from tests.destinations.conftest import Convert, book, errors, shown, state_of, story, sync
from tests.plan.sheet import NOW, TOK, Sheet, at, find, profile

BOARD: Board = DASHBOARD.boards[0]
PLACES = {name: f"{letters(cell.at)}{cell.row}" for name, cell in BOARD.picks.items()}


def notes(path: Path, **new: Any) -> list[str]:
    with open_destination(str(path)) as destination:
        state = destination.read(DASHBOARD)
        records = [profile("new", NOW, **{"followers": 7, **new})]
        destination.apply(make_plan(DASHBOARD, state, records, NOW, find=find, platforms=TOK))
        return list(destination.notes)


def test_every_cell_stands_at_its_place(path: Path) -> None:
    sync(path, *story())
    sheet = book(path)["Dashboard"]
    for cell in BOARD.cells:
        value = sheet.cell(cell.row, cell.at).value
        if cell.live:
            assert str(value).startswith("=")
        elif not cell.pick:
            assert value == cell.content
    assert sheet.freeze_panes == "B3"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight in (None, 1)  # one is the default
    assert sheet.print_area


def test_the_cards_show_the_numbers(path: Path) -> None:
    sync(path, *story())
    texts = {
        sheet_row[0].value: sheet_row[1].value
        for sheet_row in book(path, values=True)["Dashboard"].iter_rows(max_row=10)
    }
    assert texts["Followers gained, 7 days"] == 7 * (43 - 2 + 46001)
    assert texts["Posts in 7 days"] == 9


def test_lists_that_are_empty_on_the_first_day_say_when_they_fill(path: Path) -> None:
    sync(path, profile("anna", NOW, followers=7))
    rows = list(book(path, values=True)["Dashboard"].iter_rows(values_only=True))
    for heading in ("Movers", "Best posts"):
        top = next(n for n, row in enumerate(rows) if str(row[0]).startswith(heading))
        assert rows[top + 1][0] == "after a second reading"
        assert not any(cell for row in rows[top + 2 : top + 5] for cell in row[:4])


# --- what is read back ------------------------------------------------------------------------


def test_trend_and_log_are_read_back_as_they_were_planned(path: Path) -> None:
    memory = Sheet()
    memory.sync(*story())
    plan = sync(path, *story())
    state, wanted = state_of(path), memory.state()
    assert state.boards == {"dashboard", "trend", "log"}
    assert state.trend == wanted.trend
    assert state.trend is not None
    assert state.trend.followers["tok:anna", date(2026, 11, 22)] == Count(21_000 + 40 * 43)
    assert state.log == wanted.log
    [row] = state.log
    assert isinstance(row[0], datetime)
    assert len(row) == len(LOG_COLUMNS)
    assert plan.fills["log"]


def test_a_log_of_many_runs_is_kept_in_order(path: Path) -> None:
    for day in (18, 19, 20):
        sync(path, profile("anna", at(day), followers=day), now=at(day, 7))
    assert [row[0] for row in state_of(path).log] == [
        at(day, 7).replace(tzinfo=None) for day in (18, 19, 20)
    ]


def test_a_trend_that_was_deleted_or_moved_comes_back_from_history(path: Path) -> None:
    sync(path, *story())
    trend = state_of(path).trend
    team = book(path)
    del team["Trend"]
    team.save(path)
    state = state_of(path)
    assert (state.trend, "trend" in state.boards) == (None, False)
    plan = sync(path, profile("anna", NOW, followers=99))
    assert ("trend", "") in plan.missing
    again = state_of(path).trend
    assert again is not None and trend is not None
    assert {**again.followers, ("tok:anna", NOW.date()): None} == {
        **trend.followers,
        ("tok:anna", NOW.date()): None,
    }
    team = book(path)
    team["Trend"].insert_cols(2)
    team.save(path)
    assert state_of(path).trend is None
    sync(path, profile("anna", NOW, followers=100))
    assert state_of(path).trend is not None


def test_the_nearest_rows_of_history_at_or_before_a_day(path: Path) -> None:
    days = [NOW - timedelta(days=n) for n in (0, 1, 9, 200)]
    sync(path, *(profile("anna", day, followers=n) for n, day in enumerate(days)))
    sync(path, profile("ben", days[2], followers=77))
    with open_destination(str(path)) as destination:
        state = destination.read(DASHBOARD)
        today = NOW.date()
        ago = {n: today - timedelta(n) for n in (0, 1, 7, 28, 300)}
        found = state.before({"tok:anna": list(ago.values()), "tok:ben": [today], "tok:x": [today]})
        got = {key: row.cells["followers"] for key, row in found.items()}
        assert got == {
            ("tok:anna", ago[0]): 0,
            ("tok:anna", ago[1]): 1,
            ("tok:anna", ago[7]): 2,
            ("tok:anna", ago[28]): 3,
            ("tok:ben", today): 77,
        }
        since = [row.cells["followers"] for row in state.since(ago[7] - timedelta(2))]
        assert sorted(since) == [0, 1, 2, 77]
        assert state.before({}) == {}


# --- picks ------------------------------------------------------------------------------------


def test_first_picks_are_the_largest_and_the_teams_own_stay(path: Path) -> None:
    sync(path)
    assert book(path)["Dashboard"][PLACES["compare_1"]].value is None
    sync(path, *story())
    sheet = book(path)["Dashboard"]
    assert sheet[PLACES["compare_1"]].value == "@big"
    assert sheet[PLACES["group"]].value == "all"
    team = book(path)
    team["Dashboard"][PLACES["compare_1"]] = "@ben"
    team["Dashboard"][PLACES["line_2"]] = None
    team.save(path)
    sync(path, profile("huge", NOW, followers=10**9))
    picks = state_of(path).picks
    assert (picks["compare_1"], picks["line_2"], picks["line_1"]) == ("@ben", None, "@big")


def test_drop_downs_offer_groups_and_profiles(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    team["Profiles"]["B2"], team["Profiles"]["B3"] = "Food, drink", "A-list"
    team.save(path)
    sync(path, profile("new", NOW, followers=1))
    read = book(path)
    offered = {
        str(rule.sqref): [
            c.value for row in read["Trend"][rule.formula1.split("!")[1]] for c in row
        ]
        for rule in read["Dashboard"].data_validations.dataValidation
    }
    assert offered[PLACES["group"]] == ["all", "Food, drink", "A-list"]
    assert offered[PLACES["compare_2"]][:2] == ["@anna", "@ben"]
    assert offered.keys() == set(PLACES.values())


def test_a_group_that_is_picked_is_what_the_cards_count(path: Path, recompute: Convert) -> None:
    sync(path, *story(10))
    team = book(path)
    team["Profiles"]["B3"] = "B"
    team["Dashboard"][PLACES["group"]] = "B"
    team.save(path)
    sync(path, profile("new", NOW, followers=1))
    gained = [row[1].value for row in book(path, values=True)["Dashboard"].iter_rows(max_row=6)]
    assert gained[4] == -14
    assert errors(shown(recompute(path, "xlsx"))) == {}


# --- the team's hand --------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["openpyxl", "libreoffice"])
def test_rows_and_columns_inserted_into_the_board_go_back_and_picks_stay(
    path: Path, convert: Convert, through: str
) -> None:
    sync(path, *story(10))
    before = formulas_of(path)
    team = book(path)
    sheet = team["Dashboard"]
    sheet[PLACES["compare_1"]], sheet[PLACES["line_3"]] = "@ben", "@anna"
    sheet.insert_rows(5, 2)
    sheet.insert_cols(3)
    sheet.title = "Home"
    team.save(path)
    file = convert(path, "xlsx") if through == "libreoffice" else path
    picks = state_of(file).picks
    assert (picks["compare_1"], picks["line_3"], picks["group"]) == ("@ben", "@anna", "all")
    sync(file, *story(10), profile("new", NOW, followers=1))
    assert book(file)["Home"].max_row <= max(cell.row for cell in BOARD.cells)
    assert formulas_of(file, "Home").keys() == before.keys()
    assert book(file)["Home"][PLACES["compare_1"]].value == "@ben"
    assert not sync(file, profile("new", NOW, followers=1))


def formulas_of(path: Path, tab: str = "Dashboard") -> dict[str, str]:
    cells = (cell for row in book(path)[tab].iter_rows() for cell in row)
    return {cell.coordinate: cell.value for cell in cells if cell.data_type == "f"}


def test_the_teams_cells_beside_a_board_stay(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    sheet = team["Dashboard"]
    below, right = max(cell.row for cell in BOARD.cells) + 3, "N4"
    sheet[f"B{below}"], sheet[right] = "=B5*2", "our note"
    team.save(path)
    assert notes(path) == []
    sheet = book(path)["Dashboard"]
    assert (sheet[f"B{below}"].value, sheet[right].value) == ("=B5*2", "our note")
    assert shown(path)["Dashboard", f"B{below}"] == 2 * shown(path)["Dashboard", "B5"]  # type: ignore[operator]


def test_what_cannot_stay_on_a_board_is_kept_in_a_dated_copy(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    team["Dashboard"]["D4"] = "in our way"
    team.save(path)
    [note] = notes(path)
    assert note.endswith("afresh: cells on the tab Dashboard.")
    assert book(path)["Dashboard"]["D4"].value is None


def test_a_label_that_was_typed_over_comes_back(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    team["Dashboard"]["A4"] = "typed over"
    team.save(path)
    assert notes(path) == []
    assert book(path)["Dashboard"]["A4"].value == "Read in the last 24 h"


def test_hidden_tabs_stay_as_the_team_left_them(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    team["Trend"].sheet_state = "visible"
    team["Dashboard"].sheet_state = "hidden"
    team["Log"].sheet_state = "veryHidden"
    team.active = team["Posts"]
    team.move_sheet("Posts", -2)
    team.save(path)
    sync(path, profile("new", NOW, followers=1))
    after = book(path)
    states = {sheet.title: sheet.sheet_state for sheet in after.worksheets}
    assert (states["Trend"], states["Dashboard"], states["Log"]) == (
        *("visible", "hidden", "veryHidden"),
    )
    assert after.sheetnames[0] == "Posts"


def test_a_new_tab_of_ours_stands_among_ours(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    del team["Dashboard"]
    del team["Trend"]
    team.create_sheet("First", 0)
    team.create_sheet("Last")
    team.save(path)
    sync(path, profile("new", NOW, followers=1))
    assert book(path).sheetnames == ["First", *(tab.title for tab in DASHBOARD.tabs), "Last"]


# --- the guide's settings ---------------------------------------------------------------------


def test_settings_are_the_teams_and_survive_a_new_edition(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    guide = team["How to read this"]
    labels = {row[0].value: row for row in guide.iter_rows()}
    labels["A reading is old after, days"][1].value = 3
    band = labels["10,000 to 30,000"]
    band[1].value, band[2].value = 0.001, "=0.0005*4"
    guide.insert_rows(2)
    guide.title = "Legend"
    team.save(path)
    newer = replace(DASHBOARD, edition=DASHBOARD.edition + 1)
    sync(path, dashboard=newer)
    labels = {row[0].value: row for row in book(path)["Legend"].iter_rows()}
    assert labels["A reading is old after, days"][1].value == 3
    band = labels["10,000 to 30,000"]
    assert [cell.value for cell in band[1:3]] == [0.001, "=0.0005*4"]
    assert [cell.number_format for cell in band[1:3]] == ["0.0%", "0.0%"]
    sync(path, profile("new", NOW - timedelta(days=4), followers=5), dashboard=newer)
    row = next(r for r in range(2, 20) if shown(path).get(("Profiles", f"D{r}")) == "new")
    needs = [v for (tab, c), v in shown(path).items() if tab == "Profiles" and c.endswith(str(row))]
    assert "@new was last read 4 days ago" in needs


def test_a_setting_that_was_deleted_comes_back(path: Path) -> None:
    sync(path, *story(10))
    team = book(path)
    guide = team["How to read this"]
    row = next(r[0].row for r in guide.iter_rows() if r[0].value == "A reading is old after, days")
    guide.delete_rows(row)
    team.save(path)
    plan = sync(path, profile("new", NOW, followers=1))
    assert ("guide", "") in plan.missing
    labels = {row[0].value: row[1].value for row in book(path)["How to read this"].iter_rows()}
    assert labels["A reading is old after, days"] == 8
    assert not sync(path, profile("new", NOW, followers=1))
