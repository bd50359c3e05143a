"""The compiler of formulas: one neutral text, A1 for each destination, mistakes at the start."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sheetsync.dashboard import Area, Dashboard, Format
from sheetsync.dashboard.formulas import (
    GOOGLE,
    PORTABLE,
    WORKBOOK,
    Places,
    check,
    compile_formula,
    letters,
    places_of,
)
from sheetsync.dashboard.profiles import PROFILES
from sheetsync.dashboard.rows import formula
from sheetsync.dashboard.tabs import DASHBOARD

PLACES = Places(
    {
        ("profiles", "followers"): ("Ann's tab", Area(2, 6, 200, 6)),
        ("profiles", "likes"): ("Ann's tab", Area(2, 28, 200, 28)),
        ("guide", "old_after"): ("Guide", Area(9, 2, 9, 2)),
    }
)


def compiled(source: str, dialect: object = WORKBOOK, row: int = 7) -> str:
    return compile_formula(source, PLACES, dialect, tab="profiles", row=row)  # type: ignore[arg-type]


def test_a_reference_to_the_same_row_is_relative() -> None:
    assert compiled("[@followers]-[@likes]") == "=F7-AB7"


def test_a_whole_column_and_a_setting_are_absolute_and_quoted() -> None:
    assert compiled("SUM(profiles[followers])") == "=SUM('Ann''s tab'!$F$2:$F$200)"
    assert compiled("[@likes]>guide[old_after]") == "=AB7>'Guide'!$B$9"


def test_each_destination_has_its_separator_and_its_prefixes() -> None:
    source = "SWITCH([@followers],1,2)"
    assert compiled(source) == "=_xlfn.SWITCH(F7,1,2)"
    assert compiled(source, GOOGLE) == "=SWITCH(F7;1;2)"


def test_a_comma_in_a_text_stays_a_comma() -> None:
    assert compiled('IF([@likes]="a, ""b""","x","")', GOOGLE) == '=IF(AB7="a, ""b""";"x";"")'


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("XLOOKUP([@likes],1,2)", "not a portable function"),
        ("[@likez]", "no profiles"),
        ("posts[likes]", "no posts"),
        ("guide[nothing]", "no guide"),
        ("[@likes]*0.5", "not understood"),
        ("SUM({1,2})", "not understood"),
        ("[@likes];2", "not understood"),
        ("SUM(B2:B)", "not understood"),
        ("followers", "not understood"),
        ('"open', "not understood"),
    ],
)
def test_what_is_not_sound_is_an_error(source: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compiled(source)


def test_a_mistake_in_the_description_is_found_when_the_program_starts() -> None:
    wrong = formula("profiles", "rank", "[@nobody]", Format.COUNT)
    columns = tuple(wrong if c.key == "rank" else c for c in PROFILES.columns)
    broken = Dashboard((replace(PROFILES, columns=columns), *DASHBOARD.tabs[2:]), 1)
    with pytest.raises(ValueError, match=r"profiles\[.+nobody|dashboard"):
        check(broken)


def google_formulas() -> list[str]:
    places = places_of(DASHBOARD, lambda tab: (tab.title, 1, 400, {}), {})
    found = [
        compile_formula(column.formula, places, GOOGLE, tab=tab.key, row=2)
        for tab in DASHBOARD.tables
        for column in tab.columns
        if column.formula
    ]
    return found + [
        compile_formula(str(cell.content), places, GOOGLE, tab=board.key)
        for board in DASHBOARD.boards
        for cell in board.cells
        if cell.live
    ]


@pytest.mark.parametrize("text", google_formulas(), ids=lambda text: text[:40])
def test_in_google_s_form_nothing_depends_on_the_language_of_the_spreadsheet(text: str) -> None:
    bare = re.sub(r"'(?:[^']|'')*'!", "", re.sub(r'"(?:[^"]|"")*"', '""', text))
    assert "," not in bare
    assert "{" not in bare
    assert not re.search(r"\d\.\d", bare)
    assert not re.search(r"[A-Z]:[A-Z]\b", bare), "an open range"
    assert set(re.findall(r"([A-Z][A-Z.]+)\(", bare)) <= PORTABLE
    assert len(text) < 8000


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [letters(n) for n in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
