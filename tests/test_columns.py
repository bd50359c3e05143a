"""Rows and sentences within a terminal's width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheetsync.columns import columns, folded

ADDRESS = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at://x"


def test_without_a_terminal_lines_stay_as_they_are() -> None:
    assert folded(["a " * 300], None) == ["a " * 300]


def test_a_line_is_folded_under_its_own_indent_and_an_address_stays_whole() -> None:
    assert folded([f"  address  {ADDRESS}", "", "one two three four"], 12) == [
        "  address",
        f"  {ADDRESS}",
        "",
        "one two",
        "three four",
    ]


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1), st.integers(28, 120))
def test_whatever_a_cell_holds_it_is_one_line_of_printable_text(
    rows: list[list[str]], width: int
) -> None:
    for line in columns(rows, width):
        assert line.isprintable()
