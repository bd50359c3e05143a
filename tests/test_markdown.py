"""What strangers wrote stays text, whatever it looks like."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.markdown import name, plain, table, text

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "| a | b |\n| --- | --- |",
    "# heading",
    "**bold** _it_ `code` ~~x~~",
    "@octocat see #1",
    "</code></td></details>",
    "https://evil.example www.evil.example a@evil.example",
    "&lt;b&gt; &#60;i&#62;",
    "\\<b>",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_markdown_or_html_reads_is_left(said: str) -> None:
    left = re.sub(r"&#\d+;", "", text(said))
    assert not re.search(r"[!-/:-@\[-`{-~\n\r]", left.replace(",", ""))


@given(st.text(max_size=300))
def test_any_text_shows_as_its_plain_line_and_is_nothing_else(said: str) -> None:
    made = text(said)
    assert html.unescape(made).replace("\u2060", "") == plain(said).replace("\u2060", "")
    left = re.sub(r"&#\d+;", "", made)
    assert not set(left) & set("<>&[]()|`*_~#@!\\:/.\n\r\x1b")


@given(st.text(max_size=600))
def test_a_plain_line_is_one_line_of_visible_signs(said: str) -> None:
    line = plain(said)
    assert len(line) <= 400
    assert line == line.strip()
    assert len(line.splitlines()) <= 1


def test_a_name_can_be_copied() -> None:
    assert html.unescape(name("@anna.b")) == "<code>@anna.b</code>"


def test_a_sentence_mentions_nobody() -> None:
    assert html.unescape(text("now @octocat, #12")) == "now @\u2060octocat, #\u206012"


def test_a_cell_cannot_end_its_row() -> None:
    made = table(["A", "B"], [[text("x | y\n| z"), "1"]])
    assert [line.count("|") for line in made.splitlines()] == [3, 3, 3]
