"""A sync of a workbook, on real files."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Alignment, Border, Font, Side

from sheetsync.dashboard import ROUNDED, Tab
from sheetsync.dashboard.tabs import DASHBOARD, HISTORY, PROFILES
from sheetsync.destinations import DestinationChanged, open_destination
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.model import Outcome
from sheetsync.plan import letters, make_plan
from tests.destinations.conftest import Convert, book, columns, state_of, sync
from tests.plan.sheet import NOW, TOK, Sheet, at, clock, find, post, profile, url, watch
from tests.plan.test_plan import records as any_record


def letter(key: str, tab: Tab = PROFILES, *, after: int = 0) -> str:
    """Where a column stands in a new workbook, or how many ``after`` it."""
    return letters([column.key for column in tab.columns].index(key) + 1 + after)


#: Followers; the same when a column was inserted to its left; the first that is nobody's.
FANS, FANS_MOVED = letter("followers"), letter("followers", after=1)
FREE = letters(len(PROFILES.columns) + 1)


def anna(captured_at: datetime | None = NOW, followers: int = 5351, **fields: Any) -> Any:
    return profile("anna", captured_at, followers=followers, **fields)


# --- a new workbook -------------------------------------------------------------------------


def test_a_new_workbook_has_the_tabs_as_described(path: Path) -> None:
    sync(path, anna())
    sheets = [(sheet.title, sheet.sheet_state) for sheet in book(path).worksheets]
    assert sheets == [
        ("Dashboard", "visible"),
        ("Profiles", "visible"),
        ("Posts", "visible"),
        ("How to read this", "visible"),
        ("Trend", "hidden"),
        ("History", "hidden"),
        ("Log", "hidden"),
    ]
    assert book(path).active.title == "Dashboard"


def test_cells_are_typed_and_shown_as_described(path: Path) -> None:
    sync(
        path,
        anna(at(20, 7), 1_200_000, step=100_000, verified=True, account_id="6745191554350760966"),
    )
    sheet, at_ = book(path)["Profiles"], columns(path)
    cell = {key: sheet[f"{letter}2"] for key, letter in at_.items()}
    assert (cell["followers"].value, cell["followers"].number_format) == (1_200_000, ROUNDED)
    assert cell["followers~step"].value == 100_000
    assert cell["verified"].value is True
    assert cell["account_id"].value == "6745191554350760966"
    assert cell["account_id"].number_format == "@"
    assert cell["read_at"].value == clock(20, 7)
    assert cell["read_at"].is_date
    assert book(path)["History"]["A2"].value == datetime(2026, 11, 20)  # noqa: DTZ001
    assert sheet.freeze_panes == "B2"
    assert sheet[f"{FANS}1"].alignment.horizontal == "right"
    assert sheet["A2"].fill.fgColor.rgb == "FFFFF9E3"


def test_an_exact_number_has_thousands_separators_and_no_sign(path: Path) -> None:
    sync(path, anna())
    assert book(path)["Profiles"][f"{FANS}2"].number_format == "#,##0"


def test_bookkeeping_is_in_hidden_columns_and_hidden_names(path: Path) -> None:
    sync(path, anna())
    sheet = book(path)["Profiles"]
    described = {c.key: c.hidden or c.folded for c in PROFILES.columns}
    shown = {}
    for key, where in columns(path).items():
        at_ = sheet[f"{where}1"].column
        group = next(d for d in sheet.column_dimensions.values() if d.min <= at_ <= d.max)
        shown[key] = group.hidden
    assert shown == described
    names = book(path).defined_names
    assert all(name.hidden for name in names.values())
    step = names["sheetsync.profiles.followers.step"]
    assert step.attr_text == f"'Profiles'!${letter('followers~step')}$1"


def test_an_empty_sync_of_a_new_file_makes_an_empty_dashboard(path: Path) -> None:
    assert sync(path).missing
    assert not sync(path)


# --- again, later, earlier ------------------------------------------------------------------


def test_the_same_pages_again_do_not_touch_the_file(path: Path) -> None:
    batch = [anna(posts=[post("9", views=1, caption="=1+1", published=at(1))]), profile("ben")]
    sync(path, *batch, watched=[watch("cleo")])
    os.utime(path, ns=(10**18, 10**18))
    before = path.read_bytes()
    assert not sync(path, *batch, watched=[watch("cleo")])
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == 10**18


def test_a_later_capture_updates_the_row_and_appends_to_history(path: Path) -> None:
    sync(path, anna(at(20), 5351))
    plan = sync(path, anna(at(21), 5402))
    assert f"Profiles!{FANS}2 followers 5,351 → 5,402" in plan.lines()
    assert [row[3].value for row in book(path)["History"].iter_rows(min_row=2)] == [5351, 5402]


def test_a_rounded_number_of_the_next_day_changes_its_format_too(path: Path) -> None:
    sync(path, anna(at(20), 1_234_567))
    sync(path, anna(at(21), 1_200_000, step=100_000))
    assert book(path)["Profiles"][f"{FANS}2"].number_format == ROUNDED
    sync(path, anna(at(22), 1_234_999))
    assert book(path)["Profiles"][f"{FANS}2"].number_format == "#,##0"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(any_record, max_size=3), min_size=1, max_size=3))
def test_a_workbook_holds_what_a_sheet_in_memory_holds(path: Path, batches: Any) -> None:
    path.unlink(missing_ok=True)
    memory = Sheet()
    for batch in batches:
        memory.sync(*batch)
        sync(path, *batch)
        assert not sync(path, *batch)
    state = state_of(path)
    for tab in ("profiles", "posts"):
        assert [dict(row.cells) for row in state.tabs[tab].rows] == memory.rows(tab)
    with open_destination(str(path)) as destination:
        held = destination.read(DASHBOARD).history(memory.history())
        assert {key: dict(row.cells) for key, row in held.rows.items()} == memory.history()


# --- text from strangers --------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("http://evil.test","free")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    " =1+1",
    "{=1+1}",
    "'=1+1",
    "https://evil.test/",
    "mailto:a@evil.test",
    "internal:Profiles!A1",
    "00123456789012345678901234567890",
    "1e5",
    "TRUE",
    "#REF!",
    "2026-11-22",
    "_x0041_",
    "_x005F_x0041_",
    "<r>",
    "<r>&amp;</r>",
    "<r><t>bold</t></r>",
    "<r>a\nb</r>",
    "]]><!-- & -->",
    "  two  spaces  ",
    "line\nbreak",
    "\u202egnp.exe",
    "😀 é ｱ",
    "=cmd|' /C calc'!A0",
    "x" * 32_767,
]


def test_text_from_a_page_is_always_text(path: Path) -> None:
    sync(path, *(profile(f"u{n}", followers=1, name=text) for n, text in enumerate(HOSTILE)))
    assert not sync(path, *(profile(f"u{n}", followers=1, name=t) for n, t in enumerate(HOSTILE)))
    names = [row.cells["name"] for row in state_of(path).tabs["profiles"].rows]
    assert names == HOSTILE
    sheet = book(path)["Profiles"]
    cells = [sheet[f"{letter('name')}{row}"] for row in range(2, len(HOSTILE) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    assert not any(
        "evil" in formula or "cmd" in formula for formula in re.findall("<f>.*?</f>", xml)
    )
    assert "hyperlink" not in xml.lower().replace("=hyperlink(", "")


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\ud800b", "a\ufffeb", "a\x1bb"])
def test_what_a_file_cannot_hold_is_left_out(path: Path, text: str) -> None:
    sync(path, anna(name=text))
    assert state_of(path).tabs["profiles"].rows[0].cells["name"] == "ab"


def test_a_caption_is_cut_and_stays_text(path: Path) -> None:
    sync(path, anna(posts=[post("9", views=1, caption="=1+1 " * 40)]))
    caption = state_of(path).tabs["posts"].rows[0].cells["caption"]
    assert isinstance(caption, str)
    assert (len(caption), caption[:4]) == (80, "=1+1")


# --- the team's hand, through openpyxl ------------------------------------------------------


def test_the_teams_columns_cells_tabs_and_formats_survive(path: Path) -> None:
    sync(path, anna(at(20)), profile("ben", at(20), followers=10))
    team = book(path)
    sheet = team["Profiles"]
    sheet["B2"], sheet["C2"] = "A-list", 1250.5
    sheet["C2"].number_format = '"€" #,##0.00'
    sheet[f"{FREE}1"], sheet[f"{FREE}2"] = "Per follower", f"=C2/{FANS}2"
    sheet[f"{FREE}3"] = f"=SUM({FANS}2:{FANS}3)"
    sheet[f"{FREE}2"].number_format = "0.000"
    sheet[f"{FREE}2"].font = Font(name="Calibri", bold=True, color="FFAA0000")
    sheet["A9"], sheet[f"{FANS}9"] = None, f"=SUM({FANS}2:{FANS}8)"
    sheet.column_dimensions["F"].width = 50
    sheet.auto_filter.ref = "A1:P3"
    extra = team.create_sheet("Budget 'é", 0)
    extra["A1"], extra["B2"] = f"=Profiles!{FANS}2*2", date(2026, 1, 31)
    extra["B2"].number_format = "mm-dd-yy"
    extra["C3"] = 0.1 + 0.2
    double = Side("double", "FF00AA00")
    extra["C3"].border = Border(left=Side("thin"), bottom=double)
    extra["C3"].alignment = Alignment(horizontal="left", indent=2)
    team.create_sheet("Secret").sheet_state = "veryHidden"
    team.save(path)

    sync(path, anna(at(21), 6000))
    after = book(path)
    assert after.sheetnames[0] == "Budget 'é"
    assert after["Secret"].sheet_state == "veryHidden"
    sheet = after["Profiles"]
    assert [sheet[c].value for c in ("B2", "C2", f"{FANS}2")] == ["A-list", 1250.5, 6000]
    assert sheet["C2"].number_format == '"€" #,##0.00'
    assert [sheet[c].value for c in (f"{FREE}1", f"{FREE}2", f"{FREE}3", f"{FANS}9")] == [
        *("Per follower", f"=C2/{FANS}2", f"=SUM({FANS}2:{FANS}3)", f"=SUM({FANS}2:{FANS}8)")
    ]
    assert (sheet[f"{FREE}2"].number_format, sheet[f"{FREE}2"].font.b) == ("0.000", True)
    assert sheet[f"{FREE}2"].font.color.rgb == "FFAA0000"
    assert round(sheet.column_dimensions["F"].width) == 50
    assert sheet.auto_filter.ref == "A1:P3"
    assert list(path.parent.glob("*before*")) == []
    extra = after["Budget 'é"]
    assert extra["A1"].value == f"=Profiles!{FANS}2*2"
    assert extra["B2"].value == datetime(2026, 1, 31)  # noqa: DTZ001
    assert extra["B2"].number_format == "mm-dd-yy"  # the reader's own way to write a date
    assert extra["C3"].value == pytest.approx(0.3)
    border, align = extra["C3"].border, extra["C3"].alignment
    assert (border.left.style, border.bottom.style, border.right.style) == ("thin", "double", None)
    assert (border.bottom.color.rgb, align.horizontal, align.indent) == ("FF00AA00", "left", 2)


def test_hidden_rows_and_row_heights_stay_on_every_tab(path: Path) -> None:
    sync(path, anna(at(20)), profile("ben", at(20), followers=10))
    team = book(path)
    mine = team.create_sheet("Mine")
    mine["A1"] = "x"
    for sheet in (team["Profiles"], mine):
        sheet.row_dimensions[1].height = 40
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[8].height = 7.5  # with nothing in it
    team.save(path)
    for day in (21, 22):
        sync(path, anna(at(day)))
        after = book(path)
        for title in ("Profiles", "Mine"):
            rows = after[title].row_dimensions
            assert (rows[1].height, rows[3].hidden, rows[8].height) == (40, True, 7.5)
            assert [n for n in range(1, 9) if rows[n].hidden] == [3]


def test_rows_that_a_filter_hid_come_back_because_its_choices_are_lost(path: Path) -> None:
    sync(path, anna(at(20)), profile("ben", at(20), followers=10))
    team = book(path)
    sheet = team["Profiles"]
    sheet.auto_filter.ref = "A1:P3"
    sheet.auto_filter.add_filter_column(1, ["A-list"])
    sheet.row_dimensions[2].hidden = True
    team.save(path)
    [note] = notes(path)
    assert "the choices of a filter" in note
    assert not book(path)["Profiles"].row_dimensions[2].hidden


def notes(path: Path) -> list[str]:
    """What a sync of something new has to tell."""
    with open_destination(str(path)) as destination:
        state = destination.read(DASHBOARD)
        plan = make_plan(DASHBOARD, state, [anna(at(21), 7)], NOW, find=find, platforms=TOK)
        destination.apply(plan)
        return list(destination.notes)


def test_a_formula_in_a_yellow_cell_of_text_goes_on_computing(path: Path) -> None:
    sync(path, anna(at(20)), profile("ben", at(20), followers=10), profile("cleo", at(20)))
    team = book(path)
    sheet = team["Profiles"]
    sheet["B2"], sheet["B3"], sheet["B4"] = f"={FANS}2*2", 1250.5, "A-list"
    sheet["C2"], sheet["C3"] = f"={FANS}2/1000", 40
    for cell in ("B2", "B3", "C2"):
        sheet[cell].number_format = "General"
    team.save(path)
    sync(path, anna(at(21)))
    sheet = book(path)["Profiles"]
    formats = [sheet[c].number_format for c in ("B2", "B3", "B4", "C2", "C3")]
    assert formats == ["General", "General", "@", "#,##0.00", "#,##0.00"]
    team = book(path)
    team["Profiles"]["B2"].number_format = "0.0%"
    team["Profiles"]["B3"] = f"={FANS}3"
    team["Profiles"]["B3"].number_format = "@"  # as sheetsync once left it
    team.save(path)
    sync(path, anna(at(22)))
    sheet = book(path)["Profiles"]
    assert (sheet["B2"].number_format, sheet["B3"].number_format) == ("0.0%", "General")


def test_a_cell_with_a_font_and_no_number_format_shows_its_decimals(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    mine = team.create_sheet("Mine")
    mine["A1"] = 3.7
    mine["A1"].font = Font(bold=True)
    team.save(path)
    sync(path, anna(at(21)))
    assert book(path)["Mine"]["A1"].number_format == "General"


def test_widths_do_not_drift_from_sync_to_sync(path: Path) -> None:
    widths = []
    for day in (18, 19, 20):
        sync(path, anna(at(day)))
        sheet = book(path)["Profiles"]
        widths.append({k: (d.width, d.hidden) for k, d in sheet.column_dimensions.items()})
    assert widths[0] == widths[1] == widths[2]


def test_renamed_headers_and_tabs_are_found_again(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    team["Profiles"][f"{FANS}1"] = "Fans"
    team["Profiles"].title = "People"
    team.save(path)
    plan = sync(path, anna(at(21), 6000))
    assert f"People!{FANS}2 followers 5,351 → 6,000" in plan.lines()
    after = book(path)
    assert after.sheetnames[1] == "People"
    assert (after["People"][f"{FANS}1"].value, after["People"][f"{FANS}2"].value) == ("Fans", 6000)


@pytest.mark.parametrize("where", [1, 2, 9, 16, 17, 27])
def test_a_column_inserted_anywhere_moves_ours_along(path: Path, where: int) -> None:
    """openpyxl moves cells and leaves names behind; the headers tell."""
    sync(path, anna(at(20), likes=7))
    team = book(path)
    team["Profiles"].insert_cols(where)
    team["Profiles"].cell(1, where, "Note")
    team["Profiles"].cell(2, where, "mine")
    team.save(path)
    plan = sync(path, anna(at(21), 6000, likes=8))
    assert not plan.missing
    sheet = book(path)["Profiles"]
    found = {sheet.cell(1, n).value: sheet.cell(2, n).value for n in range(1, 120)}
    assert (found["Note"], found["Followers"], found["Likes"]) == ("mine", 6000, 8)
    assert len(state_of(path).tabs["profiles"].rows) == 1
    hidden = {key for key, letter in columns(path).items() if is_hidden(sheet, letter)}
    assert hidden == {c.key for c in PROFILES.columns if c.hidden or c.folded}


def is_hidden(sheet: Any, letter: str) -> bool:
    at_ = sheet[f"{letter}1"].column
    return any(d.hidden for d in sheet.column_dimensions.values() if d.min <= at_ <= d.max)


def test_a_column_of_ours_that_was_deleted_comes_back_at_the_end(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    team["Profiles"][f"{FREE}1"], team["Profiles"][f"{FREE}2"] = "Note", "mine"
    team["Profiles"].delete_cols(team["Profiles"][f"{letter('following')}1"].column)
    team.save(path)
    plan = sync(path, anna(at(21), 6000, following=3))
    assert ("profiles", "following") in plan.missing
    sheet = book(path)["Profiles"]
    row = {sheet.cell(1, n).value: sheet.cell(2, n).value for n in range(1, 120)}
    assert (row["Note"], row["Followers"], row["Following"]) == ("mine", 6000, 3)
    assert not sync(path, anna(at(21), 6000, following=3))


def test_rows_inserted_above_and_between_stay_and_nothing_is_reordered(path: Path) -> None:
    sync(path, anna(at(20)), profile("ben", at(20), followers=10))
    team = book(path)
    sheet = team["Profiles"]
    sheet.insert_rows(3)
    sheet["B3"] = "between"
    sheet.insert_rows(1)
    sheet["A1"] = "Our people"
    team.save(path)
    plan = sync(path, profile("ben", at(21), followers=11), profile("cleo", at(21), followers=12))
    assert f"Profiles!{FANS}5 followers 10 → 11" in plan.lines()
    sheet = book(path)["Profiles"]
    assert [sheet.cell(row, 1).value for row in range(1, 7)] == [
        *("Our people", "Address", url("anna"), None, url("ben"), url("cleo"))
    ]
    assert sheet["B4"].value == "between"
    assert not sync(path, profile("cleo", at(21), followers=12))


def test_without_its_column_of_addresses_nothing_is_written(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    for name in list(team.defined_names):
        if "profiles" in name and name.endswith("address") and "for" not in name:
            del team.defined_names[name]
    for row in (1, 2):
        team["Profiles"].cell(row, 1).value = None
    team.save(path)
    before = path.read_bytes()
    with pytest.raises(DestinationError, match="The column Address of Profiles is gone") as error:
        sync(path, anna(at(21)))
    assert "older copy" in error.value.hint
    assert path.read_bytes() == before


def test_new_rows_go_below_a_line_of_totals(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    team["Profiles"][f"{FANS}4"] = f"=SUM({FANS}2:{FANS}3)"
    team.save(path)
    sync(path, profile("ben", at(20), followers=1))
    sheet = book(path)["Profiles"]
    assert (sheet[f"{FANS}4"].value, sheet["A5"].value) == (f"=SUM({FANS}2:{FANS}3)", url("ben"))


def test_a_workbook_that_lost_its_names_is_found_by_its_headers(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    for name in list(team.defined_names):
        del team.defined_names[name]
    team["Profiles"].title = "People"
    team.save(path)
    sync(path, anna(at(21), 6000))
    assert book(path)["People"][f"{FANS}2"].value == 6000
    assert len(book(path)["History"]["A"]) == 3


def test_a_tab_of_ours_that_was_deleted_is_made_again(path: Path) -> None:
    sync(path, anna(at(20), posts=[post("9", views=1)]))
    team = book(path)
    del team["Posts"]
    del team["How to read this"]
    team.save(path)
    plan = sync(path, anna(at(20), posts=[post("9", views=1)]))
    assert set(plan.missing) == {("posts", ""), ("guide", "")}
    assert book(path).sheetnames == [tab.title for tab in DASHBOARD.tabs]


def test_a_day_in_the_zone_that_the_team_typed(path: Path) -> None:
    sync(path)
    team = book(path)
    team["How to read this"].insert_rows(1)
    [zone] = [c for row in team["How to read this"].iter_rows() for c in row if c.value == "UTC"]
    zone.value = "Pacific/Auckland"
    team.save(path)
    sync(path, anna(at(20, 12)))
    assert book(path)["History"]["A2"].value == datetime(2026, 11, 21)  # noqa: DTZ001
    assert state_of(path).zone == "Pacific/Auckland"


def test_a_wrong_zone_names_its_cell_and_writes_nothing(path: Path) -> None:
    sync(path)
    team = book(path)
    spot = state_of(path).zone_cell
    team["How to read this"][spot.partition("!")[2]] = "Brussels time"
    team.save(path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=re.escape(spot)):
        sync(path, anna())
    assert path.read_bytes() == before


def test_new_words_in_the_guide_keep_the_zone_and_the_cells_beside_it(path: Path) -> None:
    sync(path)
    team = book(path)
    guide = team["How to read this"]
    guide[state_of(path).zone_cell.partition("!")[2]] = "Europe/Brussels"
    guide["D4"] = "mine"
    guide["A3"] = "an old word"
    team.save(path)
    assert not sync(path)
    newer = replace(DASHBOARD, edition=DASHBOARD.edition + 1)
    plan = sync(path, dashboard=newer)
    assert plan.missing == (("guide", ""),)
    guide = book(path)["How to read this"]
    assert (guide["A3"].value, guide["D4"].value) == ("Yellow", "mine")
    assert state_of(path).zone == "Europe/Brussels"
    assert not sync(path, dashboard=newer)


# --- a workbook that was theirs -------------------------------------------------------------


def foreign(path: Path) -> None:
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415
    from openpyxl.workbook.defined_name import DefinedName  # noqa: PLC0415
    from openpyxl.worksheet.formula import ArrayFormula  # noqa: PLC0415

    team = openpyxl.Workbook()
    team.epoch = CALENDAR_MAC_1904
    sheet = team.active
    assert sheet is not None
    sheet.title = "Plan"
    sheet["A1"], sheet["A2"] = date(2026, 3, 1), timedelta(hours=30)
    sheet["B1"], sheet["B2"] = "=Rate*2", "'quoted"
    sheet["C1"] = ArrayFormula("C1:C2", "=A1:A2*2")
    sheet["D1"] = True
    sheet.freeze_panes = "A3"
    team.defined_names["Rate"] = DefinedName("Rate", attr_text="Plan!$D$9")
    sheet.defined_names["Local"] = DefinedName("Local", attr_text="Plan!$A$1")
    team.save(path)


def test_a_workbook_of_the_teams_own_gets_our_tabs_and_keeps_everything(path: Path) -> None:
    foreign(path)
    sync(path, anna())
    team = book(path)
    assert team.sheetnames == ["Plan", *(tab.title for tab in DASHBOARD.tabs)]
    sheet = team["Plan"]
    assert sheet["A1"].value == datetime(2026, 3, 1)  # noqa: DTZ001
    assert sheet["A2"].value == timedelta(hours=30)
    assert (sheet["B1"].value, sheet["B2"].value) == ("=Rate*2", "'quoted")
    assert (sheet["C1"].value.ref, sheet["C1"].value.text) == ("C1:C2", "=A1:A2*2")
    assert sheet["D1"].value is True
    assert sheet.freeze_panes == "A3"
    assert team.defined_names["Rate"].attr_text == "Plan!$D$9"
    assert "Local" in sheet.defined_names
    assert book(path)["History"]["A2"].value == datetime(2026, 11, 22)  # noqa: DTZ001
    assert not sync(path, anna())


def test_a_tab_with_our_title_that_is_not_ours_is_refused(path: Path) -> None:
    foreign(path)
    team = book(path)
    team["Plan"].title = "profiles"
    team.save(path)
    before = path.read_bytes()
    with pytest.raises(DestinationError, match="that sheetsync did not make"):
        sync(path, anna())
    assert path.read_bytes() == before


def test_protection_print_areas_and_tab_colours_are_named_in_a_dated_copy_s_note(
    path: Path,
) -> None:
    sync(path, profile("anna", followers=1))
    theirs = book(path)
    tab = theirs.create_sheet("Plan")
    tab["A1"] = "ours"
    tab.protection.sheet = True
    tab.sheet_properties.tabColor = "FF8800"
    tab.print_area = "A1:B2"
    theirs.save(path)
    with open_destination(str(path)) as destination:
        state = destination.read(DASHBOARD)
        plan = make_plan(
            *(DASHBOARD, state, [profile("ben", followers=2)], NOW), find=find, platforms=TOK
        )
        destination.apply(plan)
        notes = " ".join(destination.notes)
    for lost in ("sheet protection", "print areas", "tab colours"):
        assert lost in notes
    assert len(list(path.parent.glob("* (before *.xlsx"))) == 1
    sync(path, profile("cas", followers=3))
    assert len(list(path.parent.glob("* (before *.xlsx"))) == 1, "what is ours is not lost"


def test_charts_that_cannot_stay_are_kept_in_a_dated_copy(path: Path) -> None:
    from openpyxl.chart import BarChart, Reference  # noqa: PLC0415

    sync(path, anna(at(20)))
    team = book(path)
    chart = BarChart()
    chart.add_data(Reference(team["Profiles"], min_col=9, min_row=1, max_row=2))
    team["Profiles"].add_chart(chart, "BD2")
    team.save(path)
    before = path.read_bytes()
    [note] = notes(path)
    [copy] = path.parent.glob("dashboard (before *).xlsx")
    assert copy.read_bytes() == before
    assert note == (
        f"{copy.name} keeps what is not in the new dashboard.xlsx,"
        " because a sync writes the file afresh: charts."
    )
    sync(path, anna(at(22)))
    assert len(list(path.parent.glob("*before*"))) == 1


def test_everything_that_goes_is_named(path: Path) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    sync(path, anna(at(20)))
    team = book(path)
    sheet, mine = team["Profiles"], team.create_sheet("Mine")
    sheet["B2"].comment = Comment("call her", "me")
    sheet[f"{FANS}2"].fill = PatternFill("solid", fgColor="FFFF0000")
    sheet.add_data_validation(DataValidation("list", formula1='"a,b"', sqref="B2:B9"))
    sheet.conditional_formatting.add(f"{FANS}2:{FANS}9", CellIsRule("greaterThan", ["5"]))
    mine.merge_cells("A1:B1")
    mine["C1"] = "the brief"
    mine["C1"].hyperlink = "https://drive.test/brief"
    team.save(path)
    [note] = notes(path)
    assert note.endswith(
        ": cell colours, comments, conditional formats, drop-down lists, hyperlinks"
        " and merged cells."
    )
    guide = " ".join(str(line.text) for line in DASHBOARD.guide.lines)
    named = ("cell colours", "comments", "conditional formats", "drop-downs", "hyperlinks")
    assert [words for words in (*named, "merged cells", "charts") if words not in guide] == []


@pytest.mark.parametrize("target", [url("ben"), url("ben") + "/", "http://" + url("ben")[8:]])
def test_the_link_that_a_program_makes_of_a_pasted_address_is_no_loss(
    path: Path, target: str
) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    team["Profiles"]["A3"] = url("ben").removeprefix("https://")
    team["Profiles"]["A3"].hyperlink = target
    team["Profiles"]["A3"].value = url("ben").removeprefix("https://")
    team.save(path)
    assert notes(path) == []
    assert list(path.parent.glob("*before*")) == []


def test_tables_are_refused_because_formulas_lean_on_them(path: Path) -> None:
    from openpyxl.worksheet.table import Table  # noqa: PLC0415

    sync(path, anna(at(20)))
    team = book(path)
    team["Profiles"].add_table(Table(displayName="T", ref="A1:B2"))
    team.save(path)
    with pytest.raises(DestinationError, match="Format as Table") as error:
        sync(path, anna(at(21)))
    assert "Convert to Range" in error.value.hint


# --- nothing is lost on the way -------------------------------------------------------------


def test_a_file_changed_since_it_was_read_is_not_replaced(path: Path) -> None:
    sync(path, anna(at(20)))
    with open_destination(str(path)) as destination:
        state = destination.read(DASHBOARD)
        plan = make_plan(DASHBOARD, state, [anna(at(21), 6000)], NOW, find=find, platforms=TOK)
        team = book(path)
        team["Profiles"]["B2"] = "typed meanwhile"
        team.save(path)
        with pytest.raises(DestinationChanged):
            destination.apply(plan)
        assert book(path)["Profiles"]["B2"].value == "typed meanwhile"
        state = destination.read(DASHBOARD)  # read and planned again
        destination.apply(
            make_plan(DASHBOARD, state, [anna(at(21), 6000)], NOW, find=find, platforms=TOK)
        )
    sheet = book(path)["Profiles"]
    assert (sheet["B2"].value, sheet[f"{FANS}2"].value) == ("typed meanwhile", 6000)


def test_a_file_that_appeared_since_it_was_read_is_not_replaced(path: Path) -> None:
    with open_destination(str(path)) as destination:
        plan = make_plan(
            DASHBOARD, destination.read(DASHBOARD), [anna()], NOW, find=find, platforms=TOK
        )
        foreign(path)
        before = path.read_bytes()
        with pytest.raises(DestinationChanged):
            destination.apply(plan)
    assert path.read_bytes() == before


def test_permissions_and_links_stay_as_they_were(path: Path) -> None:
    sync(path, anna(at(20)))
    path.chmod(0o640)
    link = path.with_name("link.xlsx")
    link.symlink_to(path)
    sync(link, anna(at(21), 6000))
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert book(path)["Profiles"][f"{FANS}2"].value == 6000


def test_nothing_but_the_workbook_and_its_lock_is_left_behind(path: Path) -> None:
    path.with_name(".dashboard.xlsx.4711.tmp").write_bytes(b"of a run that was killed")
    sync(path, anna())
    assert {p.name for p in path.parent.iterdir()} == {"dashboard.xlsx", ".dashboard.xlsx.lock"}


def test_the_account_of_a_deleted_row_is_known_from_its_newest_day(path: Path) -> None:
    sync(path, anna(at(18), account_id="1"), anna(at(20), account_id="2"), anna(at(21)))
    sync(path, profile("ben", at(20), followers=1, account_id="9"), anna(at(19), account_id="3"))
    sync(path, profile("cleo", at(20), followers=1))
    with open_destination(str(path)) as destination:
        accounts = destination.read(DASHBOARD).accounts
        assert accounts(["tok:anna", "tok:cleo", "tok:nobody"]) == {"tok:anna": "2"}
        assert accounts([]) == {}


def test_history_asked_for_again_is_not_read_again(path: Path) -> None:
    sync(path, anna(at(19), 1), anna(at(20), 2), profile("ben", at(18), followers=3))
    with open_destination(str(path)) as destination:
        history = destination.read(DASHBOARD).history
        first = history([("tok:anna", date(2026, 11, 20))])
        assert [row.cells["followers"] for row in first.rows.values()] == [2]
        near = history([("tok:anna", date(2026, 11, day)) for day in (19, 20, 21)])
        assert [row.cells["followers"] for row in near.rows.values()] == [1, 2]
        other = history([("tok:ben", date(2026, 11, 18))])
        assert [row.cells["followers"] for row in other.rows.values()] == [3]
        assert {first.next_row, near.next_row, other.next_row} == {5}


def test_new_days_go_below_a_formula_that_nobody_computed(path: Path) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    team["History"]["D6"] = "=SUM(D2:D5)"
    team.save(path)
    sync(path, anna(at(21), 6000))
    sheet = book(path)["History"]
    assert (sheet["D6"].value, sheet["D7"].value) == ("=SUM(D2:D5)", 6000)


def test_an_address_or_a_zone_that_is_a_formula_stays_known_after_a_sync(
    path: Path, convert: Convert
) -> None:
    sync(path, anna(at(20)))
    team = book(path)
    zone = state_of(path).zone_cell.partition("!")[2]
    team["Profiles"]["A2"] = '="https://tok.test/@"&"anna"'
    team["How to read this"][zone] = '="Pacific/"&"Auckland"'
    team.save(path)
    with pytest.raises(ConfigError, match="Pacific"):  # of no use before it is computed
        sync(path, anna(at(21), 6000))
    computed = convert(path, "xlsx")
    for day in (21, 22):
        sync(computed, anna(at(day, 12), 6000 + day))
        assert state_of(computed).zone == "Pacific/Auckland"
    sheet = book(computed)["Profiles"]
    assert sheet["A2"].value == '="https://tok.test/@"&"anna"'
    assert (sheet[f"{FANS}2"].value, sheet["A3"].value) == (6022, None)


def test_history_of_other_profiles_streams_through_unchanged(path: Path) -> None:
    days = [NOW - timedelta(days=n) for n in range(400)]
    sync(path, *(anna(day, 1000 + n) for n, day in enumerate(days)))
    before = [[c.value for c in row] for row in book(path)["History"].iter_rows()]
    sync(path, profile("ben", datetime(2026, 1, 1, tzinfo=UTC), followers=1))
    after = [[c.value for c in row] for row in book(path)["History"].iter_rows()]
    assert after[:-1] == before
    assert after[-1][1] == "tok:ben"


# --- LibreOffice ----------------------------------------------------------------------------

#: LibreOffice itself mistakes two codes that share an underscore; the long one is only slow.
SHOWN = [text for text in HOSTILE[:-1] if "_x005F_" not in text]


def test_libreoffice_opens_edits_and_saves_and_the_sync_goes_on(
    path: Path, convert: Convert
) -> None:
    batch = [
        anna(at(20), 1_200_000, step=100_000, verified=True, private=False, account_id="67" * 10),
        *(profile(f"u{n}", at(20), followers=n, name=t) for n, t in enumerate(SHOWN)),
        profile("ben", at(20), Outcome.LOGIN_WALL),
    ]
    sync(path, *batch)
    team = book(path)
    sheet = team["Profiles"]
    sheet.insert_cols(4)
    sheet["D1"], sheet["D2"], sheet["D3"] = "Double", f"={FANS_MOVED}2*2", f"={FANS_MOVED}3*2"
    team["Posts"].title = "Clips"
    team.create_sheet("Mine")["A1"] = f"=SUM(Profiles!{FANS_MOVED}2:{FANS_MOVED}9)"
    team.save(path)
    saved = convert(path, "xlsx")

    again = sync(saved, *batch)
    assert again.lines(hidden=True) == []
    plan = sync(saved, anna(at(21), 1_300_000, step=100_000))
    assert f"Profiles!{FANS_MOVED}2 followers 1,200,000 → 1,300,000" in plan.lines()
    formulas, values = book(saved), book(saved, values=True)
    assert formulas["Profiles"]["D2"].value == f"={FANS_MOVED}2*2"
    # The value last computed was of the old number: no program may show it any more.
    assert (values["Profiles"]["D2"].value, values["Mine"]["A1"].value) == (2_600_000, 1_300_021)
    computed = book(convert(saved, "xlsx"), values=True)
    assert (computed["Profiles"]["D2"].value, computed["Mine"]["A1"].value) == (
        2_600_000,
        1_300_021,
    )
    names = [row.cells["name"] for row in state_of(saved).tabs["profiles"].rows[1:-1]]
    assert names == SHOWN
    assert formulas["Clips"].sheet_state == "visible"
    assert list(saved.parent.glob("*before*")) == []


def test_libreoffice_computes_every_formula_over_a_changed_number(
    path: Path, convert: Convert
) -> None:
    from openpyxl.worksheet.formula import ArrayFormula  # noqa: PLC0415

    sync(path, anna(at(20), 100))
    team = book(path)
    mine = team.create_sheet("Mine")
    mine["A1"], mine["A2"] = f"=Profiles!{FANS}2+1", '=A1&" fans"'
    mine["B1"] = ArrayFormula("B1:B2", f"=Profiles!{FANS}1:{FANS}2")
    mine["C1"], mine["C2"] = f"=Profiles!{FANS}2>150", f"=1/(Profiles!{FANS}2-100)"
    mine["D1"] = "#N/A"
    team["Profiles"][f"{FREE}2"] = f"={FANS}2*10"
    team.save(path)
    computed = convert(path, "xlsx")
    assert book(computed, values=True)["Mine"]["C2"].value == "#DIV/0!"
    sync(computed, anna(at(21), 200))
    shown = book(convert(computed, "xlsx"), values=True)
    mine = shown["Mine"]
    assert [mine[c].value for c in ("A1", "A2", "B2", "C1", "C2", "D1")] == [
        *(201, "201 fans", 200, True, 0.01, "#N/A")
    ]
    assert shown["Profiles"][f"{FREE}2"].value == 2000


def test_libreoffice_shows_what_the_formats_promise(path: Path, convert: Convert) -> None:
    sync(path, anna(at(20, 7), 1_200_000, step=100_000, likes=5351, verified=True, private=False))
    # As shown, separated by "|", in UTF-8.
    team = book(path)
    team.move_sheet("Profiles", -1)  # of all tabs only the first one is exported
    team.save(path)
    csv = convert(path, "csv:Text - txt - csv (StarCalc):124,34,76")
    header, row = csv.read_text("utf-8").splitlines()[:2]
    shown = dict(zip(header.split("|"), row.split("|"), strict=True))
    assert shown["Followers"] == "≈ 1,200,000"
    assert shown["Likes"] == "≈ 5,351"
    assert shown["Read at"] == "20 Nov 2026 07:00"
    assert (shown["Verified"], shown["Private"]) == ("yes", "no")
    assert shown["Followers, step"] == "100,000"


def test_the_description_of_history_is_the_file(path: Path) -> None:
    sync(path, anna())
    header = [cell.value for cell in book(path)["History"][1]]
    assert header == [column.header for column in HISTORY.columns]
