"""What is printed: nothing that a terminal obeys, nothing that becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sheetsync.importxml import Cell, Result
from sheetsync.importxml.show import csv_lines, json_text, table_lines

TEXTS = st.lists(
    st.lists(st.text(max_size=12), min_size=2, max_size=2), min_size=1, max_size=4
).filter(lambda rows: any(map(any, rows)))


def result(rows: list[list[str]]) -> Result:
    return Result(tuple(tuple(Cell(text or None, text) for text in row) for row in rows))


def test_numbers_stand_to_the_right_and_wide_letters_take_two_places() -> None:
    rows = ((Cell("動画", "動画"), Cell(5, "5")), (Cell("abc", "abc"), Cell(1031, "1,031")))
    assert table_lines(Result(rows)) == ["動画     5", "abc   1031"]


def test_a_narrow_terminal_cuts_what_is_widest() -> None:
    lines = table_lines(result([["a" * 50, "b"], ["c", "d" * 30]]), 30)
    assert all(len(line) <= 30 for line in lines)
    assert lines[0].startswith("aaaa")
    assert "…" in lines[0]
    assert "…" in lines[1]


def test_nothing_is_cut_when_nobody_looks() -> None:
    assert table_lines(result([["a" * 500, "b"]])) == ["a" * 500 + "  b"]


@given(TEXTS, st.integers(5, 80))
def test_no_line_for_a_terminal_holds_anything_that_it_obeys(
    rows: list[list[str]], width: int
) -> None:
    lines = table_lines(result(rows), width) + csv_lines(result(rows), looked_at=True)
    assert all(sign.isprintable() for line in lines for sign in line)
    assert len(table_lines(result(rows), width)) == len(rows)


@given(TEXTS)
def test_csv_holds_the_texts_and_none_is_a_formula(rows: list[list[str]]) -> None:
    text = "\n".join(csv_lines(result(rows)))
    found = list(csv.reader(io.StringIO(text, newline="")))
    cells = [cell for row in found for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert [cell.removeprefix("'") for cell in cells] == [
        text.removeprefix("'") for row in rows for text in row
    ]


def test_csv_leaves_numbers_and_other_texts_alone() -> None:
    rows = ((Cell(-5, "-5"), Cell("=1", "=1"), Cell("a,b", "a,b"), Cell(True, "x")),)
    assert csv_lines(Result(rows)) == ['-5,\'=1,"a,b",TRUE']


@given(st.text(max_size=30))
def test_json_is_exact_and_shows_a_terminal_only_letters(text: str) -> None:
    printed = json_text({"text": text})
    assert json.loads(printed) == {"text": text}
    hidden = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    assert not [sign for sign in printed if sign != "\n" and unicodedata.category(sign) in hidden]
    assert json_text({"text": text}, plain=True).isascii()
