"""The one-liner and its table, from the platform files; no browser."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from sheetsync.platform import Platform
from sheetsync.platform_file import builtin, parse
from sheetsync.saver import bookmarklet, source
from tests.saver.pages import in_a_browser

SHOWN = [platform for platform in builtin() if in_a_browser(platform)]
#: A spreadsheet's cell has room for 32,767 characters (Excel), a bookmark for 65,536 (Firefox).
ROOM = 32_767
BOATS = """
name = "Boats"
checked = "2026-11"
hosts = ["boats.example"]

[profile]
address = ['boats\\.example/boat\\?no=(?P<handle>\\w+)']
url = "https://boats.example/boat?no={handle}"

[profile.fields]
handle = "handle"
followers = "followers"
"""
LAYOUT = """
[[layouts]]
name = "state"
kind = "profile"
script = "BOATS"
when = "boat.handle"
shape = "{handle: boat.handle, followers: boat.stats.followers}"
required = ["handle", "followers"]
"""


def boats(layout: str = LAYOUT) -> Platform:
    return parse(BOATS + layout, "boats", "boats.toml")


def table(*platforms: Platform) -> list[dict[str, Any]]:
    found = re.search(r"const SITES = (\[.*?\n\]);\n", source(platforms), re.DOTALL)
    assert found
    sites: list[dict[str, Any]] = json.loads(found[1])
    return sites


def test_it_is_one_address_in_plain_letters() -> None:
    code = bookmarklet(builtin())
    assert re.fullmatch(r"javascript:[!-~]+", code)
    assert not set(code) & set('"<>#`{}|\\^ ')


def test_it_fits_into_a_cell_with_every_platform() -> None:
    assert len(bookmarklet(builtin())) < ROOM


def test_it_is_the_source_without_comments_and_indentation() -> None:
    code = unquote(bookmarklet([boats()]).removeprefix("javascript:"))
    lines = [line.strip() for line in source([boats()]).splitlines()]
    assert all(any(whole.startswith(line) for whole in lines) for line in code.splitlines())
    assert not re.search(r"(^|\s)//\s", code, re.MULTILINE)
    assert "'//script[not(@src)]'" in code


def test_it_asks_for_nothing_that_sends_stores_or_runs() -> None:
    """The browser tests watch it; this reads it."""
    code = source([])
    code = re.sub(r"^\s*//.*$", "", code, flags=re.MULTILINE)
    forbidden = (
        "fetch XMLHttpRequest WebSocket EventSource sendBeacon Image src cookie localStorage "
        "sessionStorage indexedDB innerHTML outerHTML insertAdjacentHTML eval Function import "
        "postMessage clipboard open appendChild append setAttribute"
    )
    for name in forbidden.split():
        assert not re.search(rf"(?<![\w@]){name}\s*[.(=`]", code), name


def test_the_table_has_a_line_for_every_site_that_a_browser_shows() -> None:
    hosts = [site["hosts"] for site in table(*builtin())]
    assert hosts == [list(platform.hosts) for platform in SHOWN]


@pytest.mark.parametrize("platform", SHOWN, ids=lambda platform: platform.key)
def test_the_table_names_every_place_where_a_layout_finds_its_data(platform: Platform) -> None:
    (site,) = table(platform)
    wanted = [layout for layout in platform.layouts if not layout.body]
    scripts, after = dict(site.get("scripts", [])), dict(site.get("after", []))
    assert {layout.script for layout in wanted if layout.script} == set(scripts)
    assert {layout.after.pattern for layout in wanted if layout.after} == set(after)
    assert any(layout.jsonld for layout in wanted) == ("jsonld" in site)
    assert all([*scripts.values(), *after.values()])


def test_the_table_is_a_platform_file_s_own() -> None:
    assert table(boats()) == [
        {
            "hosts": ["boats.example"],
            "query": ["no"],
            "scripts": [["BOATS", "boat(handle,stats(followers))"]],
        }
    ]


def test_a_site_that_only_has_an_interface_is_left_out() -> None:
    assert table(boats(LAYOUT.replace('script = "BOATS"', "body = true"))) == []


def test_elements_are_texts_lists_are_rows_and_what_only_has_to_be_there_is_a_mark() -> None:
    layout = LAYOUT.replace('script = "BOATS"\n', "").replace("boat.handle", "page && handle", 1)
    layout = layout.replace("boat.handle", "handle").replace("boat.stats.followers", "followers")
    (site,) = table(
        boats(
            layout
            + """
[layouts.elements]
page = { css = ".boat" }
handle = { xpath = "//a/@href | //b", pattern = '^/boat/(\\w+)$' }
followers = { xpath = "//h2/following-sibling::p", pattern = '^[\\s\\S]*?"n":(\\d+)' }
[layouts.lists.logs]
css = "li"
[layouts.lists.logs.elements]
id = "@data-id"
[[signs]]
is = "not_found"
css = "p.sunk"
"""
        )
    )
    of_class = "//{}[contains(concat(' ',normalize-space(@class),' '),' {} ')]"
    assert site["texts"] == [
        ["//a/@href | //b", r"^/boat/(\w+)$"],
        ["//h2/following-sibling::p", r'"n":(\d+)'],
    ]
    assert site["lists"] == [["//li", [["@data-id"]]]]
    assert site["marks"] == [of_class.format("*", "boat"), "//h2", of_class.format("p", "sunk")]


def test_a_meta_tag_is_taken_whatever_it_says_and_another_link_is_not() -> None:
    layout = LAYOUT.replace('script = "BOATS"\n', "").replace("boat.handle", "handle")
    layout = layout.replace("boat.stats.followers", "followers")
    (site,) = table(
        boats(
            layout
            + """
[layouts.elements]
handle = { xpath = "//meta[@property='og:x']/@content", pattern = '^(\\w+)$' }
followers = { xpath = "//link[@rel='alternate']/@href", pattern = '^/n/(\\d+)$' }
"""
        )
    )
    assert site["texts"] == [
        ["//meta[@property='og:x']/@content"],
        ["//link[@rel='alternate']/@href", r"^/n/(\d+)$"],
    ]
