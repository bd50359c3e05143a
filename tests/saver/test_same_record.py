"""Click, and the file gives what the page gives: in a real browser, under the real addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Count, Record
from sheetsync.platform_file import builtin
from tests.conftest import manifest
from tests.saver.browser import Browser, Site
from tests.saver.pages import (
    OF_THE_PAST,
    PLATFORMS,
    SMALL,
    STRICT,
    about,
    in_a_browser,
    made_up,
    page_at,
    said,
    small,
)
from tests.test_recorded import name, pages

#: Data that names another account than the address stays out of the file (it may be the reader's
#: own), and a browser mends or drops what is cut off: no number comes of either, page or file.
NO_NUMBER_EITHER_WAY = {
    "instagram/relay-under-another-title",
    "snapchat/next-left-over",
    "tiktok/cut-in-the-script",
    "x/jsonld-left-over",
}
#: As long as the reader takes these for their author's profile once it knows their address.
READ_AS_A_PROFILE = {"tiktok/video-sigi-pender", "tiktok/video-sigi-trex1"}


def small_pages() -> list[str]:
    cases = sorted(p.parent.relative_to(SMALL).as_posix() for p in SMALL.glob("*/*/page.html"))
    return [
        case
        for case in cases
        # A status is not in the page, and no file of a browser has it.
        if "status" not in about(case) and in_a_browser(PLATFORMS[case.partition("/")[0]])
    ]


def recorded_pages() -> list[dict[str, Any]]:
    return [
        entry
        for entry in manifest()
        if entry["file"].endswith(".html")
        and entry["platform"] in PLATFORMS
        and in_a_browser(PLATFORMS[entry["platform"]])
        and name(entry) not in READ_AS_A_PROFILE
    ]


def read(file: Path) -> Record | None:
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    return extract_any(page, builtin())


def saved(browser: Browser, site: Site, saver: str, address: str, text: str) -> Path:
    site.put(address, text, STRICT)
    browser.open(address)
    return browser.saved(saver)


def no_other_number(page: Record, file: Record) -> bool:
    """The rest of an old page (its meta tags, what it shows) says nothing else than its data."""
    counts = [(n, c) for n, c in file.fields.items() if isinstance(c, Count)]
    return not counts or (
        file.key in (page.key, "")
        and all(
            (true := page.count(name)) and abs(true.value - count.value) < true.step + count.step
            for name, count in counts
        )
    )


def check(case: str, page: Record | None, file: Record | None) -> None:
    if case in NO_NUMBER_EITHER_WAY:
        assert page is not None and not page.outcome.has_numbers
        assert file is None or not (file.outcome.has_numbers or file.fields.keys() - {"handle"})
    elif page is not None and f"{page.platform}/{page.layout}" in OF_THE_PAST:
        assert file is None or no_other_number(page, file)
    else:
        assert said(file) == said(page)


@pytest.mark.parametrize("case", small_pages())
def test_the_file_of_a_small_page_gives_the_same_record(
    case: str, browser: Browser, site: Site, saver: str
) -> None:
    address, text = small(case)
    file = saved(browser, site, saver, address, text)
    check(case, extract_any(page_at(address, text), builtin()), read(file))


@pytest.mark.parametrize("entry", recorded_pages(), ids=name)
def test_the_file_of_a_recorded_page_gives_the_same_record(
    entry: dict[str, Any], browser: Browser, site: Site, saver: str
) -> None:
    recorded = pages(entry["file"])[0]
    record = extract_any(recorded, builtin())
    address = recorded.url or (record.url if record else "")
    if not address.startswith("http"):
        address = made_up(f"{entry['platform']}/", recorded.text)
    address = address.replace("http:", "https:")
    text = recorded.text.encode("utf-8", "replace").decode()
    file = saved(browser, site, saver, address, text)
    check(name(entry), extract_any(page_at(address, text), builtin()), read(file))


def test_the_file_says_when_the_page_was_loaded(browser: Browser, site: Site, saver: str) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    file = saved(browser, site, saver, *small("tiktok/universal"))
    record = read(file)
    assert record is not None and record.captured_at is not None
    assert before <= record.captured_at <= datetime.now(UTC)
    assert record.captured_by == "content"
    stamp = record.captured_at.strftime("%Y%m%dT%H%M%SZ")
    assert file.name.startswith(f"sheetsync-tiktok.com-anna.bakt-{stamp}")


def test_a_late_click_gives_no_later_time(browser: Browser, site: Site, saver: str) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    browser.open(address)
    loaded = browser.run("return performance.timeOrigin") // 1000
    browser.wait_for(lambda: browser.run("return Date.now()") // 1000 > loaded + 1)
    record = read(browser.saved(saver))
    assert record is not None and record.captured_at is not None
    assert record.captured_at.timestamp() == loaded


def test_the_address_in_the_file_has_of_its_query_only_what_says_which_page_it_is(
    browser: Browser, site: Site, saver: str
) -> None:
    _, text = small("youtube/watch")
    address = "https://www.youtube.com/watch?app=desktop&v=madeup-0001&si=who-sent-it#t=9"
    site.put(address.partition("#")[0], text, STRICT)
    browser.open(address)
    (page,) = read_saved([browser.saved(saver)], now=datetime.now(UTC)).pages
    assert page.url == "https://www.youtube.com/watch?v=madeup-0001"
    assert "who-sent-it" not in page.text


# Data of another page or of another day


def test_a_page_that_the_site_changed_without_loading_is_to_be_reloaded(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    site.put("https://www.tiktok.com/@piet.vist", text, STRICT)
    browser.open(address)
    browser.run("history.pushState(null, '', '/@piet.vist')")
    assert "reload this page" in browser.click(saver)
    browser.cdp("Page.reload")
    browser.open("https://www.tiktok.com/@piet.vist")
    assert browser.saved(saver)


def test_an_address_that_the_site_only_writes_in_full_is_the_same_page(
    browser: Browser, site: Site, saver: str
) -> None:
    _, text = small("x/post")
    site.put("https://x.com/i/status/1800000000000000001", text, STRICT)
    browser.open("https://x.com/i/status/1800000000000000001")
    browser.run("history.replaceState(null, '', '/Paper_Boat/status/1800000000000000001?s=20')")
    record = read(browser.saved(saver))
    assert record is not None and record.count("views") is not None


def test_a_page_that_the_browser_brought_back_is_to_be_reloaded(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    for each in (address, "https://www.tiktok.com/@next"):  # no-store: not kept as it stood
        site.put(each, text, {**STRICT, "Cache-Control": "no-store"})
        browser.open(each)
    browser.run("history.back()")
    # A click on a page that is still being put in place is lost.
    there = "return document.readyState === 'complete' && location.href === arguments[0]"
    browser.wait_for(lambda: browser.run(there, address))
    assert "reload this page" in browser.click(saver)


def test_a_page_open_since_the_morning_is_to_be_reloaded(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    browser.open(address)
    later = timedelta(hours=6, minutes=1).total_seconds() * 1000
    browser.run("const now = Date.now; Date.now = () => now() + arguments[0]", later)
    assert "reload this page" in browser.click(saver)


def test_a_page_that_is_still_coming_is_waited_for(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    browser.open(address)
    code = saver.removeprefix("javascript:")
    loading = "{value:'loading',configurable:true}"
    before = f"javascript:Object.defineProperty(document,'readyState',{loading});"
    after = ";void(delete%20document.readyState)"
    assert browser.click(before + code + after) == "sheetsync: wait until the page is there."
    assert browser.saved(saver)


def test_a_page_that_breaks_the_saver_says_what_to_do_instead(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    browser.open(address)
    browser.run("document.evaluate = () => { throw new Error('odd') }")
    assert '(odd). Save it with Ctrl+S, as "Webpage, Complete".' in browser.click(saver)


def test_a_redirect_is_no_change_of_page(browser: Browser, site: Site, saver: str) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    site.put("https://www.tiktok.com/t/ZM000001/", "", {"Location": address})
    browser.open("https://www.tiktok.com/t/ZM000001/")
    record = read(browser.saved(saver))
    assert record is not None and record.handle == "anna.bakt"


def test_a_site_that_no_platform_file_names_is_not_saved(
    browser: Browser, site: Site, saver: str
) -> None:
    site.put("https://bank.example/account", "<title>Bank</title><p>1,234.56", STRICT)
    browser.open("https://bank.example/account")
    assert browser.click(saver) == "sheetsync: no page of this site needs the saver."


def test_a_server_of_anybody_is_known_by_its_software(
    browser: Browser, site: Site, saver: str
) -> None:
    _, text = small("mastodon/page-of-any-server")
    record = read(saved(browser, site, saver, "https://boats.example/@paper_boat", text))
    assert said(record) == said(
        extract_any(page_at("https://boats.example/@paper_boat", text), builtin())
    )
    assert record is not None and record.outcome.has_numbers
