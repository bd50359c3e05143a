"""Formulas of a workbook and the values under them, judged by LibreOffice."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.formula import ArrayFormula

from sheetsync.dashboard import Tab
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.tabs import DASHBOARD, PROFILES
from sheetsync.destinations import workbook_values
from tests.destinations.conftest import (
    Convert,
    book,
    columns,
    errors,
    formulas,
    shown,
    state_of,
    story,
    sync,
)
from tests.plan.sheet import NOW, at, profile, url


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return ours == pytest.approx(theirs, rel=1e-9)
    return bool(ours == theirs)


def differences(path: Path, recompute: Convert) -> dict[Any, Any]:
    """Cells that show something else than LibreOffice computes."""
    ours, theirs = shown(path), shown(recompute(path, "xlsx"))
    assert errors(theirs) == {}
    places = ours.keys() | theirs.keys()
    return {p: (ours.get(p), theirs.get(p)) for p in places if not same(ours.get(p), theirs.get(p))}


def cell(path: Path, key: str, row: int, tab: str = "profiles") -> Any:
    title = state_of(path).tabs[tab].title
    return book(path, values=True)[title][f"{columns(path, tab)[key]}{row}"].value


def test_every_value_is_what_libreoffice_computes(path: Path, recompute: Convert) -> None:
    records = story()
    sync(path, *records)
    assert differences(path, recompute) == {}
    assert not sync(path, *records)
    computed = shown(path)
    full = [place for place in formulas(path) if place in computed]
    assert len(full) > 800
    assert cell(path, "change_7d", 2) == 43 * 7
    assert cell(path, "change_7d", 5) == "<200k"


def test_the_engine_gives_every_formula_of_ours_a_value_and_no_error(path: Path) -> None:
    sync(path, *story())
    with zipfile.ZipFile(path) as archive:
        tabs = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        cells = [re.findall(r"<c [^>]*><f>.*?</c>", archive.read(n).decode()) for n in tabs]
    assert [cell for tab in cells for cell in tab if "</f><v>" not in cell] == []
    assert not any(' t="e"' in cell for tab in cells for cell in tab)


def test_the_engine_answered_and_not_what_stood_there(path: Path, recompute: Convert) -> None:
    """With wrong values under all formulas LibreOffice gives the same."""
    sync(path, *story())
    right = shown(path)
    wrong = path.with_name("wrong.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(wrong, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>-1</v>", data)
            new.writestr(name, data)
    assert shown(wrong) != right
    found = shown(recompute(wrong, "xlsx"))
    assert {p: v for p, v in right.items() if not same(v, found.get(p))} == {}


def test_an_empty_dashboard_computes_without_errors(path: Path, recompute: Convert) -> None:
    sync(path)
    assert differences(path, recompute) == {}


def test_a_row_without_an_account_has_no_formulas_and_a_new_one_gets_them(path: Path) -> None:
    sync(path, profile("anna", at(20), followers=1))
    team = book(path)
    team["Profiles"]["A3"], team["Profiles"]["A4"] = url("ben"), "no address"
    team["Profiles"]["H9"] = "=SUM(H2:H8)"
    team.save(path)
    sync(path, profile("anna", at(21), followers=2))
    at_, sheet = columns(path), book(path)["Profiles"]
    for key in ("change_7d", "needs", "gained_28d"):
        assert [sheet[f"{at_[key]}{row}"].data_type for row in (2, 3, 4, 9)] == ["f", "f", "n", "n"]
    assert sheet["H9"].value == "=SUM(H2:H8)"
    team = book(path)
    team["Profiles"]["A2"] = None
    team.save(path)
    sync(path, profile("ben", at(21), followers=2))
    assert book(path)["Profiles"][f"{at_['change_7d']}2"].value is None


def test_rows_sorted_by_hand_are_right_again_at_once(path: Path, recompute: Convert) -> None:
    """A sort moves a row's formulas along; they lean on nothing but their own row."""
    sync(path, *story())
    team = book(path)
    sheet = team["Profiles"]
    rows = [[cell.value for cell in sheet[row]] for row in range(2, 8)]
    for row, values in enumerate(reversed(rows), 2):
        for at_, value in enumerate(values, 1):
            moved = isinstance(value, str) and value.startswith("=")
            old = 9 - row
            pattern = rf"(?<![$A-Z'!])([A-Z]{{1,2}}){old}(?![0-9(])"
            text = re.sub(pattern, rf"\g<1>{row}", value) if moved else value
            sheet.cell(row, at_).value = text
    team.save(path)
    before = shown(recompute(path, "xlsx"))
    assert errors(before) == {}
    sync(path, profile("new", NOW, followers=5))
    assert differences(path, recompute) == {}
    for key in ("change_7d", "engagement", "rank", "needs"):
        where = columns(path)[key]
        for row in range(2, 8):
            place = ("Profiles", f"{where}{row}")
            assert same(before.get(place), shown(path).get(place))


def test_an_edited_address_blanks_what_its_row_computed(path: Path, recompute: Convert) -> None:
    sync(path, *story())
    team = book(path)
    team["Profiles"]["A2"] = url("somebody")
    team.save(path)
    computed = shown(recompute(path, "xlsx"))
    where = columns(path)
    assert ("Profiles", f"{where['change_7d']}2") not in computed
    assert errors(computed) == {}


@pytest.mark.parametrize("through", ["openpyxl", "libreoffice"])
def test_rows_and_columns_inserted_and_deleted_by_hand(
    path: Path, recompute: Convert, convert: Convert, through: str
) -> None:
    sync(path, *story())
    team = book(path)
    sheet = team["Profiles"]
    sheet.insert_cols(5)
    sheet["E1"] = "Ours"
    sheet.insert_rows(4, 2)
    sheet.delete_rows(7)
    sheet.title = "People"
    team["Posts"].delete_rows(3)
    team.save(path)
    file = convert(path, "xlsx") if through == "libreoffice" else path
    sync(file, profile("anna", NOW + timedelta(minutes=1), followers=22_000))
    assert differences(file, recompute) == {}
    assert "People" in book(file).sheetnames
    assert not sync(file, profile("anna", NOW + timedelta(minutes=1), followers=22_000))


# --- formulas of the team's -------------------------------------------------------------------


def mine(path: Path, **cells: Any) -> None:
    team = book(path)
    sheet = team["Mine"] if "Mine" in team.sheetnames else team.create_sheet("Mine")
    for place, value in cells.items():
        sheet[place] = value
    team.save(path)


def values_of(path: Path, *places: str) -> list[Any]:
    sheet = book(path, values=True)["Mine"]
    return [sheet[place].value for place in places]


def test_the_teams_formulas_get_values_of_the_new_numbers(path: Path) -> None:
    fans = letters([c.key for c in PROFILES.columns].index("followers") + 1)
    sync(path, profile("anna", at(20), followers=100))
    mine(path, A1=f"=Profiles!{fans}2*2", A2=f"=Profiles!{fans}2>150", A3='="n"&A1')
    sync(path, profile("anna", at(21), followers=200))
    assert values_of(path, "A1", "A2", "A3") == [400, True, "n400"]


def test_a_formula_that_the_engine_does_not_know_keeps_its_value(
    path: Path, convert: Convert
) -> None:
    sync(path, profile("anna", at(20), followers=100))
    unknown = "=_xlfn.AGGREGATE(9,6,B1:B2)"
    mine(path, A1=unknown, A2='=IFERROR(A1,"none")', A3="=1/0", B1=2, B2=3)
    computed = convert(path, "xlsx")
    assert values_of(computed, "A1") == [5]
    sync(computed, profile("anna", at(21), followers=200))
    assert values_of(computed, "A1", "A2", "A3") == [5, 5, None]


def test_no_value_is_made_of_a_history_that_the_engine_does_not_see(path: Path) -> None:
    sync(path, profile("anna", at(20), followers=100))
    mine(path, A1="=SUM(History!D:D)", A2="=1+1")
    sync(path, profile("anna", at(21), followers=200))
    assert values_of(path, "A1", "A2") == [None, None]


def test_an_array_formula_goes_on_computing(path: Path, recompute: Convert) -> None:
    sync(path, profile("anna", at(20), followers=100))
    mine(path, B1=ArrayFormula("B1:B2", "=Profiles!C1:C2"), C1="=2*3")
    sync(path, profile("anna", at(21), followers=200))
    assert values_of(path, "C1") == [6]
    assert values_of(recompute(path, "xlsx"), "B1") == ["Fee"]


# --- the engine -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "engine",
    ["import no_such_module", "import os; os.abort()", "print('noise'); raise SystemExit(3)"],
    ids=["absent", "crash", "refusal"],
)
def test_a_sync_does_without_an_engine(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, recompute: Convert
) -> None:
    script = tmp_path / "engine.py"
    script.write_text(engine)
    monkeypatch.setattr(workbook_values, "_ENGINE", script)
    sync(path, *story(10))
    assert cell(path, "change_7d", 2) is None
    computed = shown(recompute(path, "xlsx"))
    assert computed["Profiles", f"{columns(path)['change_7d']}2"] == 43 * 7


def test_an_engine_that_does_not_end_is_given_up(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "engine.py"
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(workbook_values, "_ENGINE", script)
    monkeypatch.setattr(workbook_values, "_PATIENCE", 0.2)
    started = time.monotonic()
    sync(path, profile("anna", followers=1))
    assert time.monotonic() - started < 20
    assert len(state_of(path).tabs["profiles"].rows) == 1


def test_the_engines_noise_reaches_nobody(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.destinations.conftest import sync, story;"
        "sync(Path(sys.argv[1]), *story(10))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_ranges_end_well_below_the_table_and_stay_there(path: Path) -> None:
    sync(path, *story(10))
    before = formulas(path)
    sync(path, profile("more", NOW, followers=1))
    after = formulas(path)
    kept = {place: text for place, text in before.items() if place[0] == "Dashboard"}
    assert {place: after[place] for place in kept} == kept
    assert any("$200" in text for text in kept.values())


def test_no_formula_goes_beyond_the_portable_functions(path: Path) -> None:
    sync(path, *story(10))
    texts = formulas(path).values()
    assert not any("#REF" in text or "{" in text for text in texts)
    used = {name for text in texts for name in re.findall(r"([A-Z][A-Z.]+)\(", text)}
    from sheetsync.dashboard.formulas import PORTABLE  # noqa: PLC0415

    assert used <= PORTABLE


def test_described_formula_columns_are_all_there(path: Path) -> None:
    sync(path, *story(10))
    found = formulas(path)
    tables: list[Tab] = [tab for tab in DASHBOARD.tables if tab.kind]
    for tab in tables:
        where = columns(path, tab.key)
        for column in tab.columns:
            assert ((tab.title, f"{where[column.key]}2") in found) == bool(column.formula)
