"""What Chromium saves by itself, of the same pages: its MHTML, and its "Webpage, Complete".

The MHTML is the browser's own. "Complete" has no switch that a test could press: here it is made
as Chromium makes it, from the page as it stands, with its comment and with whole addresses.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Page
from sheetsync.platform_file import builtin
from tests.saver.browser import Browser, Site
from tests.saver.pages import STRICT, page_at, said, small

COMPLETE = """
for (const link of document.querySelectorAll('a[href]')) link.setAttribute('href', link.href);
return document.documentElement.outerHTML;
"""
#: One page for each way in which a site tells its numbers.
PAGES = [
    "bluesky/jsonld",
    "facebook/page",
    "instagram/description",
    "instagram/relay",
    "instagram/rendered",
    "soundcloud/hydration",
    "telegram/page",
    "telegram/preview",
    "threads/relay",
    "tiktok/rendered-2026",
    "tiktok/sigi",
    "tiktok/universal",
    "tiktok/universal-post",
    "x/jsonld",
    "x/rendered",
    "youtube/page-header",
    "youtube/watch",
]
#: MHTML has no scripts: what is left for each page that has numbers outside of them.
WITHOUT_SCRIPTS = {
    "facebook/page": "description",
    "instagram/description": "description",
    "instagram/rendered": "rendered",
    "soundcloud/hydration": "meta",
    "telegram/page": "page",
    "telegram/preview": "preview",
    "threads/relay": "description",
    "tiktok/rendered-2026": "rendered",
    "x/jsonld": "rendered",
    "x/rendered": "rendered",
}


def opened(browser: Browser, site: Site, case: str) -> tuple[str, str]:
    address, text = small(case)
    site.put(address, text, STRICT)
    browser.open(address)
    return address, text


def read(file: Path) -> Page:
    (page,) = read_saved([file], now=datetime.now(UTC) + timedelta(seconds=5)).pages
    return page


@pytest.mark.parametrize("case", PAGES)
def test_complete_gives_the_same_record(
    case: str, browser: Browser, site: Site, tmp_path: Path
) -> None:
    address, text = opened(browser, site, case)
    comment = f"<!-- saved from url=({len(address):04}){address} -->"
    file = tmp_path / "page.html"
    file.write_text(f"<!DOCTYPE html>\n{comment}\n{browser.run(COMPLETE)}", "utf-8")
    page = read(file)
    assert page.url == address
    assert said(extract_any(page, builtin())) == said(
        extract_any(page_at(address, text), builtin())
    )


@pytest.mark.parametrize("case", PAGES)
def test_mhtml_gives_what_stands_outside_of_scripts(
    case: str, browser: Browser, site: Site, tmp_path: Path
) -> None:
    address, text = opened(browser, site, case)
    file = tmp_path / "page.mhtml"
    file.write_text(browser.cdp("Page.captureSnapshot", format="mhtml")["data"], "utf-8")
    page = read(file)
    assert page.url == address
    assert page.captured_by == "content"
    record, whole = extract_any(page, builtin()), extract_any(page_at(address, text), builtin())
    assert record is not None and whole is not None
    if case not in WITHOUT_SCRIPTS:
        assert not record.outcome.has_numbers
    else:
        assert record.layout == WITHOUT_SCRIPTS[case]
        for name in {"followers", "likes", "posts"} & record.fields.keys():
            count, true = record.count(name), whole.count(name)
            assert count and true and abs(count.value - true.value) < count.step
        assert [post.id for post in record.posts] == [post.id for post in whole.posts]
