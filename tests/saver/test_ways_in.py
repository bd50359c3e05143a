"""How the saver comes into the bookmarks bar: dragged from the page of `due`, or copied as text."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from sheetsync.due import due_page
from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet, by_hand
from tests.readme import README
from tests.saver.browser import Browser, Site
from tests.saver.pages import STRICT, page_at, said, small

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: A page of each site that only people may read.
BY_HAND = [
    "facebook/page",
    "instagram/relay",
    "linkedin/public",
    "snapchat/next",
    "soundcloud/hydration",
    "spotify/page-with-listeners",
    "threads/relay",
    "tiktok/universal",
    "tiktok/universal-post",
    "x/rendered",
]


def test_every_such_site_is_below() -> None:
    tested = {case.partition("/")[0] for case in BY_HAND}
    assert tested == {platform.key for platform in builtin() if by_hand(platform)}


def same(browser: Browser, site: Site, case: str, saver: str) -> None:
    address, text = small(case)
    site.put(address, text, STRICT)
    browser.open(address)
    (page,) = read_saved([browser.saved(saver)], now=datetime.now(UTC)).pages
    assert said(extract_any(page, builtin())) == said(
        extract_any(page_at(address, text), builtin())
    )


def test_the_button_that_is_dragged(browser: Browser, site: Site) -> None:
    """A browser bookmarks the address that the link has for it, not the letters in the page."""
    page = due_page([], NOW, bookmarklet(builtin(), every=True), "sheetsync sync")
    site.put("https://due.example/", page)
    browser.open("https://due.example/")
    dragged = browser.run("return document.querySelector('a.saver').href")
    assert dragged.startswith("javascript:")
    for case in ("tiktok/universal", "youtube/watch", "telegram/page"):
        same(browser, site, case, dragged)


@pytest.mark.parametrize("case", BY_HAND)
def test_the_text_that_is_copied_from_readme(case: str, browser: Browser, site: Site) -> None:
    found = re.search(r"```text\n(javascript:.*)\n```", README.read_text("utf-8"))
    assert found
    same(browser, site, case, found[1])


def test_the_text_that_is_copied_from_a_cell_or_a_page(browser: Browser, site: Site) -> None:
    """What shows it as text may break its line, and a field for addresses trims what is pasted."""
    site.put("https://guide.example/", f"<pre>{html.escape(bookmarklet(builtin()))}</pre>")
    browser.open("https://guide.example/")
    shown = browser.run("return document.querySelector('pre').textContent")
    same(browser, site, "tiktok/universal", f" {shown}\n")


def test_the_sites_that_a_program_may_read_are_told_so(browser: Browser, site: Site) -> None:
    address, text = small("bluesky/jsonld")
    site.put(address, text, STRICT)
    browser.open(address)
    told = browser.click(bookmarklet(builtin()))
    assert told == "sheetsync: no page of this site needs the saver."
