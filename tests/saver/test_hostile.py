"""Pages that are odd, huge or hostile: the same record or a plain word, and never the reader."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Record
from sheetsync.platform_file import builtin
from tests.saver.browser import Browser, Site
from tests.saver.pages import STRICT, page_at, said, small


def opened(browser: Browser, site: Site, address: str, text: str) -> None:
    site.put(address.partition("#")[0], text, STRICT)
    browser.open(address)


def read(file: Path) -> Record | None:
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    return extract_any(page, builtin())


#: Elements whose names hide the browser's own (`document.title`, `form.childNodes`).
CLOBBERING = {
    "an image called title": '<img name="title">',
    "a form called head": '<form name="head"><input name="attributes"></form>',
    "a form called body": '<form name="body"><input name="childNodes"></form>',
    "a form called evaluate": '<form name="evaluate"></form>',
    "a form called createElement": '<form name="createElement"></form>',
    "elements called as the browser's globals": '<a id="location"></a><a id="performance"></a>'
    '<a id="SITES"></a><a id="alert"></a><a id="URL"></a>',
}


@pytest.mark.parametrize("what", CLOBBERING)
def test_names_that_hide_the_browser_s_own(
    what: str, browser: Browser, site: Site, saver: str
) -> None:
    """A reader's name beside it, as on every page that is read while signed in."""
    address, text = small("tiktok/rendered-2026")
    reader = '<a data-e2e="nav-profile" href="/@vera_views">Vera</a>'
    text = text.replace("</body>", f"{CLOBBERING[what]}{reader}</body>")
    opened(browser, site, address, text)
    got = browser.clicked(saver)
    if isinstance(got, str):
        assert "Save it with Ctrl+S" in got
    else:
        assert "vera" not in got.read_text("utf-8").lower()
        assert said(read(got)) == said(extract_any(page_at(address, text), builtin()))


def test_a_form_around_the_numbers_with_fields_that_hide_its_own(
    browser: Browser, site: Site, saver: str
) -> None:
    """What an element is asked for may be a field of the page's: a number may be lost by that,
    but none is made."""
    address, text = small("tiktok/rendered-2026")
    body = text.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    fields = "".join(f'<input name="{n}">' for n in ("attributes", "childNodes", "parentElement"))
    text = text.replace(body, f"<form>{fields}{body}</form>")
    opened(browser, site, address, text)
    got = browser.clicked(saver)
    record = None if isinstance(got, str) else read(got)
    page = extract_any(page_at(address, text), builtin())
    assert page is not None
    assert record is None or record.fields.items() <= page.fields.items()


def test_keys_that_every_object_has_take_nothing_with_them(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    names = ("constructor", "toString", "hasOwnProperty", "__proto__", "valueOf")
    plant = ",".join(f'"{name}": "vera@example.org"' for name in names)
    planted = text.replace('"user": {', f'"user": {{{plant},').replace(
        '"__DEFAULT_SCOPE__": {', f'"__DEFAULT_SCOPE__": {{{plant},'
    )
    assert planted.count("vera") > len(names)
    opened(browser, site, address, planted)
    file = browser.saved(saver)
    assert "vera" not in file.read_text("utf-8")
    assert said(read(file)) == said(extract_any(page_at(address, text), builtin()))


@pytest.mark.parametrize(
    "huge",
    [
        json.dumps([{"id": n, "text": 'a "quoted"\n word \\ ' * 20} for n in range(9_000)]),
        json.dumps('\\"' * 1_500_000),
        "[" * 50_000 + "]" * 50_000,
    ],
    ids=["many", "one", "deep"],
)
def test_five_megabytes_of_state_are_no_trouble(
    huge: str, browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    whole = text.replace('"__DEFAULT_SCOPE__": {', f'"__DEFAULT_SCOPE__": {{"webapp.big": {huge},')
    opened(browser, site, address, whole)
    file = browser.saved(saver)
    assert file.stat().st_size < 3_000
    record = read(file)
    if huge[:2] != "[[":  # nested deeper than any page: then the page's own way of saving is left
        assert said(record) == said(extract_any(page_at(address, text), builtin()))
    assert record is None or not record.fields.keys() & {"huge"}


@pytest.mark.parametrize(
    "tail",
    [
        "?lang=en#top",
        "?q=--%3E%3Cscript%3E&v=1",
        "/?a=%00%ff",
        "?x='\"><img src=x>",
        "#%F0%9F%8D%9E",
    ],
)
def test_addresses_with_odd_letters(tail: str, browser: Browser, site: Site, saver: str) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, STRICT)
    browser.open(address)
    browser.run("history.replaceState(null, '', arguments[0])", address + tail)
    (page,) = read_saved([browser.saved(saver)], now=datetime.now(UTC)).pages
    assert page.url.rstrip("/") == address
    assert "<img" not in page.text
    record = extract_any(page, builtin())
    assert record is not None and record.handle == "anna.bakt"


def test_two_clicks_in_one_second_are_two_files(browser: Browser, site: Site, saver: str) -> None:
    opened(browser, site, *small("tiktok/universal"))
    first, second = browser.saved(saver), browser.saved(saver)
    assert first != second
    assert first.read_bytes() == second.read_bytes()
    for file in (first, second):
        record = read(file)
        assert record is not None and record.captured_by == "content"


def test_a_signed_in_reader_s_own_page_is_a_profile_like_any_other(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    me = '"webapp.app-context": {"user": {"uniqueId": "anna.bakt", "email": "anna@example.org"}},'
    whole = text.replace('"__DEFAULT_SCOPE__": {', '"__DEFAULT_SCOPE__": {' + me)
    opened(browser, site, address, whole)
    file = browser.saved(saver)
    assert "anna@example.org" not in file.read_text("utf-8")
    assert said(read(file)) == said(extract_any(page_at(address, text), builtin()))


def test_another_account_s_page_is_never_given_the_reader_s_numbers(
    browser: Browser, site: Site, saver: str
) -> None:
    """The state of the reader's own profile, left over under somebody else's address."""
    _, text = small("tiktok/universal")
    opened(browser, site, "https://www.tiktok.com/@piet.vist", text)
    file = browser.saved(saver)
    record = read(file)
    assert record is None or not record.outcome.has_numbers
    assert "23391" not in file.read_text("utf-8")


def test_a_page_in_a_sandbox_runs_nothing_and_leaves_no_file(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    site.put(address, text, {"Content-Security-Policy": "sandbox"})
    browser.open(address)
    before = set(browser.downloads.iterdir())
    browser.cdp("Page.navigate", url=saver)
    time.sleep(1)  # there is nothing to wait for
    assert set(browser.downloads.iterdir()) == before
