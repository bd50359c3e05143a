"""Rows of a tab's XML, as Excel, LibreOffice and other programs write them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.utils.datetime import WINDOWS_EPOCH

from sheetsync.destinations.workbook_cells import PLAIN, Cell, Look, Size, serial
from sheetsync.destinations.workbook_rows import Peek, read_rows, shared_strings
from sheetsync.destinations.workbook_sheet import Sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOLD = Look(font=(("bold", True),))


def rows(xml: str, strings: tuple[str, ...] = ()) -> list[tuple[int, dict[int, Cell]]]:
    found = read_rows(tab(xml), strings, lambda style: BOLD, WINDOWS_EPOCH)
    return [(number, cells) for number, cells, _ in found]


def tab(xml: str) -> io.BytesIO:
    whole = f'<worksheet xmlns="{MAIN}"><sheetData>{xml}</sheetData></worksheet>'
    return io.BytesIO(whole.encode())


def cell(xml: str, strings: tuple[str, ...] = ()) -> Cell:
    [(_, cells)] = rows(f'<row r="1">{xml}</row>', strings)
    return cells[1]


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ('<c r="A1"><v>12</v></c>', 12),
        ('<c r="A1"><v>12.0</v></c>', 12),
        ('<c r="A1"><v>inf</v></c>', "inf"),  # no number, and no reason to lose the file
        ('<c r="A1"><v>1e400</v></c>', "1e400"),
        ('<c r="A1" t="n"><v>1.5E-3</v></c>', 0.0015),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="s"><v>1</v></c>', "shared"),
        ('<c r="A1" t="str"><v>=text</v></c>', "=text"),
        ('<c r="A1" t="inlineStr"><is><t>inline</t></is></c>', "inline"),
        ('<c r="A1" t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r></is></c>', "two runs"),
        ('<c r="A1" t="inlineStr"><is><t>日</t><rPh><t>ni</t></rPh></is></c>', "日"),
        ('<c r="A1" t="inlineStr"><is><t>_x0009_=1</t></is></c>', "\t=1"),
        ('<c r="A1" t="inlineStr"><is><t>_x005F_x0009_</t></is></c>', "_x0009_"),
        ('<c r="A1" t="inlineStr"><is><t>_xD83D__xDE00_</t></is></c>', "😀"),
        ('<c r="A1" t="inlineStr"><is><t>_xD83D_</t></is></c>', "\ufffd"),
        ('<c r="A1" t="d"><v>2026-11-22T12:00:00</v></c>', 46348.5),
        ("<c><v>3</v></c>", 3),
    ],
)
def test_a_cell_gives_its_value(xml: str, value: Any) -> None:
    found = cell(xml, ("first", "shared"))
    assert found == Cell(value)
    assert type(found.value) is type(value)


def test_an_error_is_known_as_one() -> None:
    assert cell('<c r="A1" t="e"><v>#N/A</v></c>') == Cell("#N/A", error=True)


def test_a_formula_comes_with_the_value_last_computed() -> None:
    assert cell('<c r="A1"><f>B1*2</f><v>8</v></c>') == Cell(8, "=B1*2")
    assert cell('<c r="A1" t="str"><f>B1&amp;"x"</f><v>8x</v></c>') == Cell("8x", '=B1&"x"')
    assert cell('<c r="A1"><f>NOW()</f></c>') == Cell(None, "=NOW()")


def test_a_shared_formula_is_moved_to_each_of_its_cells() -> None:
    found = rows(
        '<row r="2"><c r="C2"><f t="shared" ref="C2:C3" si="0">A2*$B$1</f><v>2</v></c></row>'
        '<row r="3"><c r="C3"><f t="shared" si="0"/><v>4</v></c></row>'
    )
    assert [cells[3] for _, cells in found] == [Cell(2, "=A2*$B$1"), Cell(4, "=A3*$B$1")]


def test_an_array_formula_keeps_its_range() -> None:
    assert cell('<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c>') == Cell(
        1, "=B1:B2", "A1:A2"
    )


def test_a_what_if_table_keeps_its_values() -> None:
    assert cell('<c r="A1"><f t="dataTable" ref="A1:A2" r1="B1"/><v>9</v></c>') == Cell(9)


def test_a_blank_cell_counts_only_when_it_has_a_look() -> None:
    found = rows(
        '<row r="1"><c r="A1"/><c r="C1" s="4"/></row><row r="2"/><row r="3"><c r="A3"/></row>'
    )
    assert found == [(1, {3: Cell(look=BOLD)})]
    assert cell('<c r="A1"><v>1</v></c>').look is PLAIN


def test_rows_and_cells_may_leave_out_where_they_are() -> None:
    found = rows(
        '<row><c><v>1</v></c><c><v>2</v></c></row><row r="9"><c r="AA9"><v>3</v></c></row>'
    )
    assert found == [(1, {1: Cell(1), 2: Cell(2)}), (9, {27: Cell(3)})]


def test_a_row_may_be_hidden_or_as_high_as_a_person_set_it() -> None:
    xml = (
        '<row r="1" ht="40" customHeight="1"/><row r="2" ht="12.8" customHeight="false"/>'
        '<row r="3" hidden="true" ht="9"><c><v>1</v></c></row><row r="4" spans="1:2"/>'
    )
    found = read_rows(tab(xml), (), lambda style: BOLD, WINDOWS_EPOCH)
    assert [(n, size) for n, _, size in found] == [(1, Size(40)), (3, Size(0, hidden=True))]


def test_a_row_is_peeked_at_and_read_whole_only_when_it_is_wanted() -> None:
    xml = (
        '<row r="1"><c r="A1" s="1"/><c r="B1"/></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="C2" t="b"><v>1</v></c></row>'
        '<row r="3"><c><v>2</v></c><c t="str"><v>x</v></c></row>'
    )
    seen = []

    def want(row: Peek) -> bool:
        seen.append((row.number, row.holds, [row.value(at) for at in (0, 1, 2, 3, 9)]))
        return row.value(1) == 2

    found = list(read_rows(tab(xml), (), lambda style: BOLD, WINDOWS_EPOCH, want))
    assert seen == [
        (1, False, [None] * 5),
        (2, True, [None, 1, None, True, None]),
        (3, True, [None, 2, "x", None, None]),
    ]
    assert found == [(3, {1: Cell(2), 2: Cell("x")}, Size())]


def test_a_shared_formula_whose_text_stands_in_a_row_passed_by_gives_its_value() -> None:
    xml = (
        '<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="0">B2*2</f><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/><v>4</v></c></row>'
    )
    found = read_rows(tab(xml), (), lambda style: BOLD, WINDOWS_EPOCH, lambda row: row.number == 3)
    assert list(found) == [(3, {1: Cell(4)}, Size())]


held = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.sampled_from(["<r>a</r>", "_x0041_x0042_", " a ", "\r\n", "a&b", "]]>", "\x00\ufffe"]),
)


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 40), held, max_size=6), st.integers(1, 9))
def test_a_row_that_was_written_is_read_as_it_was(values: dict[int, Any], number: int) -> None:
    cells = {at: Cell(value) for at, value in sorted(values.items()) if value not in (None, "")}
    cells[41], cells[42] = Cell(None, '=IF(A1<2,"a&b",0)'), Cell("#N/A", error=True)
    cells[43], cells[44] = Cell("<x>", "=A1"), Cell(3.5, "=B1:B2", f"AR{number}:AR9")
    size = Size(7.5, hidden=number % 2 == 0, level=number % 3, collapsed=number == 4)
    with zipfile.ZipFile(written(number, cells, size)) as archive:
        part = archive.open("xl/worksheets/sheet1.xml")
        found = list(read_rows(part, (), lambda style: PLAIN, WINDOWS_EPOCH))
    assert found == [(number, cells, size)]
    [(_, again, _)] = found
    assert [cell.value is True for cell in again.values()] == [
        cell.value is True for cell in cells.values()
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        (float("nan"), "nan"),
        (10**400, "1.00000000000000e+400"),
    ],
)
def test_a_number_that_no_file_can_hold_is_written_as_text(value: Any, text: str) -> None:
    """Programs take a file with such a number for a damaged one."""
    cells = {1: Cell(value), 2: Cell(value, "=A1"), 3: Cell(5)}
    packed = written(1, cells, Size())
    with zipfile.ZipFile(packed) as archive:
        part = archive.open("xl/worksheets/sheet1.xml")
        [(_, found, _)] = read_rows(part, (), lambda style: PLAIN, WINDOWS_EPOCH)
    assert found == {1: Cell(text), 2: Cell(text, "=A1"), 3: Cell(5)}
    sheet = openpyxl.load_workbook(packed)["Tab"]
    assert [cell.value for cell in sheet[1]] == [text, "=A1", 5]


def test_a_times_zone_is_left_out() -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))
    assert serial(moment, WINDOWS_EPOCH) == 46348.5


def written(number: int, cells: dict[int, Cell], size: Size) -> io.BytesIO:
    """A workbook with this one row."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True})
    sheet = book.add_worksheet("Tab", Sheet)
    sheet.put_row(number, [(at, cell, None) for at, cell in cells.items()], size)
    book.close()
    return packed


def test_shared_strings_join_their_runs() -> None:
    part = (
        f'<sst xmlns="{MAIN}"><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si><si/></sst>'
    )
    assert shared_strings(io.BytesIO(part.encode())) == ["a", "bc", ""]


def test_entities_of_a_hostile_file_are_not_followed() -> None:
    part = io.BytesIO(
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet xmlns="'
        + MAIN.encode()
        + b'"><sheetData><row r="1"><c r="A1" t="str"><v>&e;</v></c></row></sheetData></worksheet>'
    )
    found = list(read_rows(part, (), lambda style: PLAIN, datetime(1899, 12, 30)))  # noqa: DTZ001
    assert found == []


@pytest.mark.parametrize(
    "xml", ['<row r="x"/>', '<row r="1"><c r="A1" t="s"><v>7</v></c></row>', "<row><c></row>"]
)
def test_a_broken_part_raises(xml: str) -> None:
    with pytest.raises((ValueError, IndexError, etree.XMLSyntaxError)):
        rows(xml)
