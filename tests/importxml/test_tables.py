"""Tables and lists, and what another reader of tables makes of the same pages."""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sheetsync.fetch.formats import decode_html
from sheetsync.importxml import Content, NoValue
from sheetsync.importxml.tables import listed, table
from tests.conftest import RECORDED
from tests.importxml.pages import ADDRESS, SMALL, read, refused


def rows(page: str, index: int = 1, **settings: Any) -> list[list[str]]:
    return table(Content(page), index, **settings)


def test_a_ragged_table_is_filled_up_with_blanks() -> None:
    page = "<table><tr><td>1<td>2<td>3<tr><td>4<tr></tr><tr><td>5<td>6</table>"
    assert rows(page) == [["1", "2", "3"], ["4", "", ""], ["5", "6", ""]]


MERGED = (
    "<table><tr><th rowspan=2>A<th colspan=2>B</tr><tr><th>b1<th>b2</tr>"
    "<tr><td>1<td>2<td>3</tr></table>"
)


def test_a_merged_cell_has_its_text_once_and_keeps_the_columns_in_place() -> None:
    assert rows(MERGED) == [["A", "B", ""], ["", "b1", "b2"], ["1", "2", "3"]]


def test_or_in_every_place_when_that_is_chosen() -> None:
    assert rows(MERGED, repeat=True) == [["A", "B", "B"], ["A", "b1", "b2"], ["1", "2", "3"]]
    formula = f'=IMPORTHTML("{ADDRESS}"; "table"; 1)'
    assert read(formula, MERGED, merged="repeated")[1] == ["A", "b1", "b2"]


def test_a_merged_cell_ends_with_its_group_of_rows() -> None:
    page = "<table><tbody><tr><td rowspan=9>a<td>b</tbody><tbody><tr><td>c<td>d</tbody></table>"
    assert rows(page) == [["a", "b"], ["c", "d"]]


def test_a_merged_cell_from_above_stays_in_its_column_beside_a_short_row() -> None:
    page = "<table><tr><td>1<td>2<td rowspan=2>3<tr><td>4</table>"
    assert rows(page, repeat=True) == [["1", "2", "3"], ["4", "", "3"]]


def test_rowspan_0_reaches_to_the_end_of_the_group() -> None:
    page = "<table><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d</table>"
    assert rows(page) == [["a", "b"], ["", "c"], ["", "d"]]


def test_a_table_inside_a_table_is_counted_and_is_no_text_of_its_cell() -> None:
    page = "<table><tr><td>out<table><tr><td>in</table><td>2</table><table><tr><td>last</table>"
    assert rows(page, 1) == [["out", "2"]]
    assert rows(page, 2) == [["in"]]
    assert rows(page, 3) == [["last"]]


def test_a_cell_holds_what_a_browser_shows() -> None:
    page = (
        "<table><tr><td> a \n b<br>c<script>var x</script><style>td{}</style>"
        "<td><ul><li>1<li>2</ul><td><p>x</p><p>y</p></table>"
    )
    assert rows(page) == [["a b\nc", "1\n2", "x\ny"]]


def test_a_cell_with_a_raised_part_is_no_number() -> None:
    page = "<table><tr><td>29<sup>99</sup><td>1,031<td><b>1</b><b>2</b></table>"
    assert read(f'=IMPORTHTML("{ADDRESS}"; "table"; 1)', page) == [["29 99", 1031, "12"]]


def test_head_and_foot_stay_where_the_page_has_them() -> None:
    page = (
        "<table><tfoot><tr><td>foot</tfoot><thead><tr><th>head</thead><tbody><tr><td>1</tbody>"
        "</table>"
    )
    assert rows(page) == [["foot"], ["head"], ["1"]]


def test_lists_are_counted_apart_from_tables_with_those_inside_of_others() -> None:
    page = "<ul><li>a<ol><li>x<li>y</ol><li>b</ul><table><tr><td>t</table><dl><dt>k<dd>v</dl>"
    assert listed(Content(page), 1) == [["a"], ["b"]]
    assert listed(Content(page), 2) == [["x"], ["y"]]
    assert listed(Content(page), 3) == [["k"], ["v"]]


def test_a_list_that_is_not_there() -> None:
    failure = refused(f'=IMPORTHTML("{ADDRESS}"; "list"; 3)', "<ul><li>a<li>b</ul><ol><li>c</ol>")
    assert failure.message == "There are 2 lists on this page; the formula asks for list 3."
    assert failure.hint == "They are: 1 (2 items: a | b); 2 (1 item: c)."


def test_no_table_at_all() -> None:
    failure = refused(f'=IMPORTHTML("{ADDRESS}"; "table"; 1)', "<p>hello</p>")
    assert failure.message == "There is no table on this page."
    assert failure.hint == (
        "Scripts may make it in the browser, or it is none: ask with IMPORTXML."
    )


def test_an_empty_table() -> None:
    failure = refused(f'=IMPORTHTML("{ADDRESS}"; "table"; 1)', "<table><tr><td> </table>")
    assert failure.message == "Table 1 of this page has no text in it."


def test_merged_cells_cannot_blow_a_table_up() -> None:
    page = "<table>" + "<tr><td colspan=1000 rowspan=65534>x</td></tr>" * 500 + "</table>"
    with pytest.raises(NoValue) as caught:
        rows(page)
    assert caught.value.message == "The table has more than 100,000 cells."


CELLS = st.tuples(
    st.text(alphabet="abc 1<&é", max_size=5).map(str.strip),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["td", "td", "th"]),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5)


Cells = list[list[tuple[str, int, int, str]]]


def is_odd(cells: Cells) -> bool:
    """Two merged cells in one place, an error in the table, of which each reader makes its own; or
    a short row with a merged cell from above beyond its end, which pandas moves to the left.
    """
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(cells):
        x = 0
        for _, across, down, _ in row:
            while (y, x) in taken:
                x += 1
            places = {(y + dy, x + dx) for dy in range(down) for dx in range(across)}
            if places & taken:
                return True
            taken |= places
            x += across
        beyond = [column for row_number, column in taken if row_number == y and column >= x]
        if len(beyond) != max(beyond, default=x - 1) + 1 - x:
            return True
    return False


def written(cells: Cells) -> str:
    """A table as pandas and the HTML standard both read it.

    Where they differ the standard is right, and is tested above: pandas takes rows of headers out
    of the table (so the first row is none), and lets a merged cell reach below the last row.
    """
    body = "<tr><td>first</td></tr>"
    for y, row in enumerate(cells):
        tags = [
            f'<{name} colspan="{across}" rowspan="{min(down, len(cells) - y)}">{escape(text)}'
            for text, across, down, name in row
        ]
        body += f"<tr>{''.join(tags)}</tr>"
    return f"<html><body><table><tbody>{body}</tbody></table></body></html>"


def by_pandas(page: str) -> list[list[list[str]]]:
    found = pandas.read_html(io.StringIO(page), flavor="lxml", header=None, keep_default_na=False)
    return [[[str(cell) for cell in row] for row in frame.values] for frame in found]


def same_text(found: list[list[str]]) -> list[list[str]]:
    """pandas reads "1" as a number and forgets rows at the end that are empty."""
    plain = [["" if cell == "nan" else re.sub(r"\.0$", "", cell) for cell in row] for row in found]
    return [row for row in plain if any(row)]


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_pandas_reads_the_same_from_any_table(cells: Cells) -> None:
    assume(not is_odd(cells))
    page = written(cells)
    ours = rows(page, repeat=True)
    assert same_text(ours) == same_text(padded(by_pandas(page)[0], len(ours[0])))


def padded(found: list[list[str]], width: int) -> list[list[str]]:
    return [[*row, *[""] * (width - len(row))] for row in found]


RECORDINGS = sorted(RECORDED.glob("*/*.html"))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_pandas_finds_the_same_tables_on_the_recorded_pages(path: Path) -> None:
    """Sites of this kind make no tables: neither reader may find one that the other does not."""
    page = decode_html(path.read_bytes())
    content = Content(page)
    count = len(list(content.browser.iter("table")))
    try:
        theirs = by_pandas(page)
    except ValueError:  # "No tables found"
        theirs = []
    assert len(theirs) == count
    for index, found in enumerate(theirs, 1):
        assert same_text(table(content, index, repeat=True)) == same_text(found)


def test_what_stands_around_a_list_or_a_table_inside_is_not_glued_together() -> None:
    inside = "<ol><li>1<ol><li>2</ol>tail<li>29<ul><li>x</ul>99</ol>"
    assert read(f'=IMPORTHTML("{ADDRESS}"; "list"; 1)', inside) == [["1\ntail"], ["29\n99"]]
    assert read(f'=IMPORTHTML("{ADDRESS}"; "list"; 2)', inside) == [[2]]
    cell = "<table><tr><td>29<table><tr><td>q</table>99</table>"
    assert read(f'=IMPORTHTML("{ADDRESS}"; "table"; 1)', cell) == [["29\n99"]]


def test_index_takes_a_row_a_column_or_a_cell_of_the_result() -> None:
    whole = f'IMPORTHTML("{ADDRESS}"; "table"; 1)'
    assert read(f"=INDEX({whole}; 2; 1)", SMALL) == [[1]]
    assert read(f"=INDEX({whole}; 2)", SMALL) == [[1, "a"]]
    assert read(f"=INDEX({whole}; 0; 2)", SMALL) == [["B"], ["a"], ["b"]]
    assert read(f'=IFERROR({whole}; "-")', SMALL) == [["A", "B"], [1, "a"], [2, "b"]]
    failure = refused(f"=INDEX({whole}; 4; 1)", SMALL)
    assert failure.cell == "#REF!"
    assert failure.message == "INDEX asks for row 4, column 1; the result has 3 × 2 cells."
