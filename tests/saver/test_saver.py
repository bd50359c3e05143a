"""The one-liner and its table, from the platform files; no browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from sheetsync.platform import Platform
from sheetsync.platform_file import builtin, parse
from sheetsync.saver import bookmarklet, by_hand, sites, source
from sheetsync.saver.short import shortened
from tests.readme import README, with_saver
from tests.saver.pages import in_a_browser

NODE = shutil.which("node")
SHOWN = [platform for platform in builtin() if in_a_browser(platform)]
#: A spreadsheet's cell has room for 32,767 characters (Excel), a bookmark for 65,536 (Firefox).
ROOM = 32_767
#: What a person reads in a minute or two, half of it the table of sites.
SHORT = 13_000
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
    return [dict(site) for site in sites(platforms)]


def test_it_is_one_line_of_an_address_s_letters() -> None:
    """Nothing in it is changed by an address field, a cell or a page that shows it as text."""
    for code in (bookmarklet(builtin()), bookmarklet(builtin(), every=True)):
        assert re.fullmatch(r"javascript:[ -~]+;", code)
        assert "#" not in code and not re.search(r"%(?![0-9A-F]{2})", code)
        assert "  " not in code  # a page would show one


def test_it_is_short_and_with_every_site_it_fits_into_a_cell() -> None:
    assert len(bookmarklet(builtin())) < SHORT
    assert len(bookmarklet(builtin(), every=True)) < ROOM


def test_readme_shows_it_as_it_is() -> None:
    text = README.read_text("utf-8")
    assert with_saver(text) == text, "write it anew: python -m tests.readme"
    assert bookmarklet(builtin()) in text


def test_it_has_the_sites_that_no_program_may_read() -> None:
    by_person = {platform.key for platform in builtin() if by_hand(platform)}
    assert {"tiktok", "instagram", "facebook", "x", "linkedin", "threads"} <= by_person
    assert not by_person & {"bluesky", "mastodon", "youtube", "telegram", "github", "twitch"}
    code = bookmarklet(builtin())
    assert "tiktok.com" in code and "bsky.app" not in code
    assert "bsky.app" in bookmarklet(builtin(), every=True)


def test_a_file_without_doors_is_of_a_site_that_a_person_reads() -> None:
    assert by_hand(boats())


def test_a_layout_of_the_past_is_left_out() -> None:
    assert table(boats(LAYOUT.replace("kind =", "saver = false\nkind ="))) == []


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
    assert len(table(*builtin())) == len(SHOWN)
    for platform, site in zip(SHOWN, table(*builtin()), strict=True):
        if platform.any_host:  # known by its software, wherever it runs
            assert site["any"] and site["marks"]
        else:
            assert site["hosts"] and set(site["hosts"]) <= set(platform.hosts)


def test_hosts_of_an_interface_show_no_page() -> None:
    (site,) = table(*(platform for platform in builtin() if platform.key == "tiktok"))
    assert site["hosts"] == ["tiktok.com"]


@pytest.mark.parametrize("platform", SHOWN, ids=lambda platform: platform.key)
def test_the_table_names_every_place_where_a_layout_finds_its_data(platform: Platform) -> None:
    (site,) = table(platform)
    wanted = [layout for layout in platform.layouts if layout.saver and not layout.body]
    data = dict(site.get("data", []))
    assert data.keys() == {
        *(f"#{layout.script}" for layout in wanted if layout.script),
        *(layout.after for layout in wanted if layout.after),
        *("" for layout in wanted if layout.jsonld),
    }
    assert all(data.values())


def test_the_table_is_a_platform_file_s_own() -> None:
    assert table(boats()) == [
        {
            "hosts": ["boats.example"],
            "query": ["no"],
            "data": [("#BOATS", "boat(handle,stats(followers))")],
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
        ["//a/@href|//b", re.compile(r"^/boat/(\w+)$")],
        ["//h2/following-sibling::p", re.compile(r'"n":(\d+)')],
    ]
    assert site["rows"] == [("//li", ["@data-id"])]
    marks = [of_class.format("*", "boat"), "//h2", of_class.format("p", "sunk")]
    assert site["marks"] == "|".join(marks)


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
    assert site["meta"] == " og:x"
    assert site["texts"] == [["//link[@rel='alternate']/@href", re.compile(r"^/n/(\d+)$")]]


def test_elements_that_differ_in_one_attribute_stand_together() -> None:
    layout = LAYOUT.replace('script = "BOATS"\n', "").replace("boat.handle", "handle")
    layout = layout.replace("boat.stats.followers", "followers")
    elements = """
[layouts.elements]
handle = { css = '[data-t="who"]' }
followers = { css = '[data-t="crew"], b' }
"""
    (site,) = table(boats(layout + elements))
    assert site["texts"] == ["//b|~data-t=who crew"]


# The one-liner is made from the commented source


def test_it_does_what_the_source_does_in_fewer_letters() -> None:
    code = """
    // what it is for
    const first = [1, 2], second = ({first: 3}); // here
    const third = (one, [two]) => one.second + two;
    if (first) { alert('a // b ' + 'c' + "d"); }
    for (const each of first) third(each, /[/'"]\\//g);
    """
    assert shortened(code) == (
        "const a=[1,2],f=({first:3}),b=(c,[d])=>c.second+d;"
        "if(a){alert('a // b c'+\"d\")}for(const e of a)b(e,/[/'\"]\\//g);"
    )


def test_no_name_of_the_browser_s_is_changed() -> None:
    code = bookmarklet([])
    for name in ("document.evaluate(", "new URL(location.href)", "JSON.parse(", ".click()"):
        assert name in code


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_it_is_javascript(tmp_path: Path) -> None:
    for name, code in (("long", source(builtin())), ("short", bookmarklet(builtin()))):
        file = tmp_path / f"{name}.js"
        file.write_text(unquote(code.removeprefix("javascript:")), "utf-8")
        subprocess.run([str(NODE), "--check", str(file)], check=True)
