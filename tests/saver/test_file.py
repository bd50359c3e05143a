"""What the saver does in the page and what its file is: nothing sent, nothing touched, inert."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from parsel import Selector

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.platform_file import builtin
from tests.saver.browser import Browser, Site
from tests.saver.pages import STRICT, small

DATA = {"application/json", "application/ld+json", "text/plain"}
#: Notes in ``touched`` whoever sends something or looks where the reader's secrets are.
WATCHMAN = """
window.touched = [];
const watch = (owner, name) => {
  const old = Object.getOwnPropertyDescriptor(owner, name);
  const note = function (...all) {
    touched.push(name);
    return (old.get || old.value).apply(this, all);
  };
  Object.defineProperty(owner, name, old.get ? {...old, get: note} : {...old, value: note});
};
for (const name of ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Image', 'open']) {
  watch(window, name);
}
for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) watch(window, name);
watch(Document.prototype, 'cookie');
watch(Navigator.prototype, 'sendBeacon');
for (const name of ['write', 'open']) watch(Document.prototype, name);
for (const name of ['innerHTML', 'outerHTML']) watch(Element.prototype, name);
"""


def saved(browser: Browser, site: Site, saver: str, address: str, text: str) -> Path:
    site.put(address, text, STRICT)
    browser.open(address)
    return browser.saved(saver)


def test_a_page_that_forbids_every_script_is_saved(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    text = text.replace("</head>", "<script>document.title = 'ran'</script></head>")
    site.put(address, text, STRICT)
    browser.open(address)
    assert browser.run("return document.title") == "TikTok - Make Your Day"
    assert "webapp.user-detail" in browser.saved(saver).read_text("utf-8")


def test_a_click_sends_nothing_and_looks_at_no_secret(
    browser: Browser, site: Site, saver: str
) -> None:
    for case in ("tiktok/universal", "instagram/relay", "x/rendered", "youtube/watch"):
        address, text = small(case)
        site.put(address, text, STRICT)
        browser.open(address)
        browser.run(WATCHMAN)
        asked = list(site.asked)
        assert browser.saved(saver)
        assert browser.run("return touched") == []
        assert site.asked == asked


def test_a_click_leaves_the_page_as_it_was(browser: Browser, site: Site, saver: str) -> None:
    address, text = small("tiktok/rendered")
    site.put(address, text, STRICT)
    browser.open(address)
    whole = "return document.documentElement.outerHTML + location.href"
    before = browser.run(whole)
    assert browser.saved(saver)
    assert browser.run(whole) == before


def test_the_file_opens_and_does_nothing(browser: Browser, site: Site, saver: str) -> None:
    """Though the page is hostile: its texts and attributes try to become scripts of the file."""
    evil = "</script><script>window.ran = 1</script><img src=/x onerror='window.ran = 1'>"
    address, text = small("tiktok/universal")
    text = text.replace('"signature": ""', f'"signature": {json.dumps(evil)}'.replace("</", "<\\/"))
    rendered = (
        "<h1 data-e2e='user-title' onclick='window.ran = 1'>&lt;script&gt;window.ran = 1"
        "&lt;/script&gt;</h1><h2 data-e2e='user-subtitle'>anna.bakt<script>window.ran = 1</script>"
        "</h2><div data-e2e='user-post-item' style='background: url(/y)'><a onmouseover='ran = 1' "
        "href='https://www.tiktok.com/@anna.bakt/video/7560000000000000000&quot;&gt;&lt;script&gt;"
        "ran = 1&lt;/script&gt;'><img src=/z></a></div>"
    )
    text = text.replace("</body>", rendered + "</body>")
    text = text.replace("<head>", "<head><meta http-equiv='refresh' content='0; url=/gone'>", 1)
    site.put(address, text.replace("content='0;", "content='600;"), STRICT)
    browser.open(address)
    file = browser.saved(saver)
    found = Selector(file.read_text("utf-8"))
    assert set(found.xpath("//script/@type").getall()) <= DATA
    assert not found.xpath(
        "//script[not(@type)] | //script[@src] | //@*[starts-with(name(), 'on')]"
    )
    assert not found.xpath("//img | //iframe | //@style | //@src | //meta[@http-equiv='refresh']")
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    record = extract_any(page, builtin())
    assert record is not None and record.text("bio") == evil

    site.put("https://opened.example/", file.read_bytes())
    asked = len(site.asked)
    browser.open("https://opened.example/")
    browser.run("for (const one of document.querySelectorAll('[data-e2e]')) one.click()")
    assert browser.run("return window.ran") is None
    assert {a for a in site.asked[asked:] if "favicon" not in a} == {"https://opened.example/"}


def test_the_file_is_small_however_large_the_page_is(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("tiktok/universal")
    text = text.replace("</body>", "<p>" + "noise " * 300_000 + "</p></body>")
    assert saved(browser, site, saver, address, text).stat().st_size < 3_000


def test_the_reader_s_unread_messages_are_not_in_the_title(
    browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("x/jsonld")
    text = re.sub("<title>", "<title>(12+) ", text)
    assert "(12+)" in text
    assert "(12+)" not in saved(browser, site, saver, address, text).read_text("utf-8")


def test_what_pages_do_to_json_is_understood(browser: Browser, site: Site, saver: str) -> None:
    """Raw line ends inside texts, and ids that JavaScript's numbers would round."""
    address, text = small("tiktok/universal")
    text = text.replace('"id": "7100000000000000001"', '"id": 7100000000000000001')
    text = text.replace('"signature": ""', '"signature": "soup\n\tand \\"bread\\", {daily}"')
    file = saved(browser, site, saver, address, text)
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    record = extract_any(page, builtin())
    assert record is not None
    assert record.text("account_id") == "7100000000000000001"
    assert record.text("bio") == 'soup\n\tand "bread", {daily}'
