"""What the files of sheetsync's own saver say about themselves."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fetch.claims import saver_time
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Page

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
URL = "https://www.tiktok.com/@mara.cooks"
FROM = f"<!DOCTYPE html>\n<!-- saved from url=(0034){URL} -->\n"
REST = "<html><body>783427</body></html>"


def read(tmp_path: Path, head: str, captured: datetime | None = None) -> Page:
    file = tmp_path / "page.html"
    file.write_text(head + REST, "utf-8")
    os.utime(file, (1_790_000_000, 1_790_000_000))
    (page,) = read_saved([file], now=NOW, captured=captured).pages
    return page


def test_the_saver_s_address_and_time_are_the_page_s(tmp_path: Path) -> None:
    page = read(tmp_path, FROM + "<!-- sheetsync saver 2026-11-22T05:17:00Z -->\n")
    assert page.url == URL
    assert page.captured_at == datetime(2026, 11, 22, 5, 17, tzinfo=UTC)
    assert page.captured_by == "content"


def test_the_saver_s_time_beats_what_a_person_states(tmp_path: Path) -> None:
    stated = datetime(2026, 11, 1, tzinfo=UTC)
    page = read(tmp_path, FROM + "<!-- sheetsync saver 2026-11-22T05:17:00Z -->\n", stated)
    assert page.captured_at == datetime(2026, 11, 22, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "mark",
    [
        "<!-- sheetsync saver yesterday -->",
        "<!-- sheetsync saver 2026-11-22T05:17:00 -->",  # of which time zone?
        "<!-- sheetsync saver 2027-11-22T05:17:00Z -->",  # in the future
        "<html><p>x</p><!-- sheetsync saver 2026-11-22T05:17:00Z -->",  # the page's own words
    ],
)
def test_a_time_that_is_none_leaves_the_file_s_own(mark: str, tmp_path: Path) -> None:
    page = read(tmp_path, FROM + mark + "\n")
    assert page.url == URL
    assert page.captured_by == "file"


def test_without_the_address_before_it_there_is_no_time() -> None:
    assert saver_time("<!-- sheetsync saver 2026-11-22T05:17:00Z -->") is None


@given(st.text())
def test_no_file_s_head_is_too_strange(words: str) -> None:
    assert saver_time(f"{FROM}<!-- sheetsync saver {words} -->") is None or any(
        letter.isdigit() for letter in words
    )
