"""A platform that somebody adds: the saver follows its file, and there is nothing else to write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Count, Record
from sheetsync.platform import Platform
from sheetsync.platform_file import parse
from sheetsync.saver import bookmarklet
from tests.saver.browser import Browser, Site
from tests.saver.pages import STRICT, page_at, said

ADDRESS = "https://boats.example/mara"
FILE = """
name = "Boats"
checked = "2026-11"
hosts = ["boats.example"]
[profile]
address = ['boats\\.example/(?P<handle>\\w+)']
url = "https://boats.example/{handle}"
[profile.fields]
handle = "handle"
name = "name"
followers = "followers"
following = "following"
[[layouts]]
name = "graph"
kind = "profile"
jsonld = true
when = '''[?"@type" == 'Boat'].owner'''
shape = '''[?"@type" == 'Boat'] | [0].{handle: owner, followers: crew, name: name}'''
required = ["handle", "followers"]
[[layouts]]
name = "state"
kind = "profile"
script = "BOATS"
when = "boat && !(sunk.year)"
shape = '''{handle: boat.owner, followers: boat.crew, following: rows[?kind == '~('].n | [0]}'''
required = ["handle", "followers"]
outcomes = [{ when = "sunk", is = "not_found", say = "the boat has sunk" }]
[[layouts]]
name = "printed"
kind = "profile"
when = "page && handle"
required = ["handle", "followers"]
[layouts.elements]
page = "//main"
handle = { xpath = "//a/@href", pattern = '^/(\\w+)$' }
followers = { xpath = "//p/text()", pattern = '^(\\d+) aboard$' }
[[signs]]
is = "challenge"
own = true
xpath = "//a[starts-with(@href, '/check/')] | //form[contains(@action, '/check/')]"
say = "Boats wants to see who is reading"
[[signs]]
is = "login_wall"
own = true
xpath = "//*[@class='wall'][contains(., 'Sign in')]"
say = "Boats asks for a sign-in"
"""


@pytest.fixture(scope="module")
def boats() -> Platform:
    return parse(FILE, "boats", "boats.toml")


def saved(browser: Browser, site: Site, boats: Platform, body: str, head: str = "") -> Path:
    site.put(ADDRESS, f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>", STRICT)
    browser.open(ADDRESS)
    return browser.saved(bookmarklet([boats]))


def read(file: Path, boats: Platform) -> Record:
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    record = extract_any(page, [boats])
    assert record is not None
    return record


def test_data_in_a_graph_is_found(browser: Browser, site: Site, boats: Platform) -> None:
    body = (
        '<script type="application/ld+json">{"@context": "x", "@graph": [{"@type": "Boat", '
        '"owner": "mara", "crew": 12}, {"@type": "Person", "name": "Vera"}]}</script>'
    )
    file = saved(browser, site, boats, body)
    record = read(file, boats)
    assert (record.layout, record.count("followers")) == ("graph", Count(12))
    assert "Vera" not in file.read_text("utf-8")


def test_a_state_is_cut_down_to_what_is_read(browser: Browser, site: Site, boats: Platform) -> None:
    body = (
        '<script id="BOATS">{"boat": {"owner": "mara", "crew": 12, "mail": "vera"}, '
        '"rows": [{"kind": "vera", "n": 1}, {"kind": "~(", "n": 34, "by": "vera"}]}</script>'
    )
    file = saved(browser, site, boats, body)
    record = read(file, boats)
    assert (record.layout, record.count("followers")) == ("state", Count(12))
    assert record.count("following") == Count(34)
    assert "vera" not in file.read_text("utf-8")


def test_that_something_is_there_is_kept_without_what_it_is(
    browser: Browser, site: Site, boats: Platform
) -> None:
    body = '<script id="BOATS">{"boat": {"owner": "mara"}, "sunk": {"by": "vera"}}</script>'
    file = saved(browser, site, boats, body)
    assert read(file, boats).detail == "the boat has sunk"
    assert "vera" not in file.read_text("utf-8")


def test_of_several_texts_the_one_that_is_read_is_kept(
    browser: Browser, site: Site, boats: Platform
) -> None:
    body = (
        "<main>hello vera</main><a href='/mara'>x</a><a href='/vera'>y</a>"
        "<p>by vera</p><p>12 aboard</p><p>99 aboard</p>"
    )
    file = saved(browser, site, boats, body)
    record = read(file, boats)
    assert (record.layout, record.count("followers")) == ("printed", Count(12))
    text = file.read_text("utf-8")
    assert "vera" not in text and "99" not in text


@pytest.mark.parametrize(
    "body",
    [
        "<a href='/check/6999000000000000777?token=vera'>go on</a>",
        "<form action='https://boats.example/check/vera'><input value='vera'></form>",
    ],
)
def test_a_wall_is_known_without_the_secrets_in_its_addresses(
    body: str, browser: Browser, site: Site, boats: Platform
) -> None:
    file = saved(browser, site, boats, body)
    assert read(file, boats).outcome == "challenge"
    text = file.read_text("utf-8")
    assert "vera" not in text and "6999" not in text


def test_a_wall_is_known_by_its_words_and_nothing_else_of_them_is_kept(
    browser: Browser, site: Site, boats: Platform
) -> None:
    body = "<div class='wall'><p>Welcome back, vera!</p><p>Sign in to go on.</p></div>"
    file = saved(browser, site, boats, body)
    assert read(file, boats).outcome == "login_wall"
    assert "vera" not in file.read_text("utf-8")


def test_a_page_with_nothing_to_read_gives_what_the_page_gives(
    browser: Browser, site: Site, boats: Platform
) -> None:
    record = read(saved(browser, site, boats, "<h1>Boats</h1>"), boats)
    page = "<!DOCTYPE html><html><head></head><body><h1>Boats</h1></body></html>"
    assert said(record) == said(extract_any(page_at(ADDRESS, page), [boats]))
