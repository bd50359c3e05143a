"""Opening a page no further than asked."""

from __future__ import annotations

import re

import pytest

from sheetsync.document import BROKEN, CUT, DAMAGED, Document
from tests import test_recorded as recorded

IDS = ["__UNIVERSAL_DATA_FOR_REHYDRATION__", "SIGI_STATE", "__NEXT_DATA__", "ProfilePage"]


@pytest.mark.parametrize("entry", recorded.MANIFEST, ids=recorded.name)
def test_a_script_found_by_its_bytes_is_the_one_that_the_tree_has(entry: dict[str, str]) -> None:
    for page in recorded.pages(entry["file"]):
        for script in IDS:
            quick = Document(page.text)._script_by_bytes(script)
            assert quick is None or quick == Document(page.text).script_by_tree(script)


TRICKY = [
    '<script id="X">{"a": 1}</script>',
    "<script type='application/json' id='X'>{\"a\": 1}</script>",
    '<script id=X>{"a": 1}</script>',
    '<SCRIPT id="X">{"a": 1}</SCRIPT>',
    '<script data-note="a > b" id="X">{"a": 1}</script>',
    '<script id="X" data-note="a > b">{"a": 1}</script>',
    '<!-- <script id="X">{"a": 2}</script> --><script id=\'X\'>{"a": 1}</script>',
    '<!-- <script id="X">{"a": 2}</script> -->',
    '<script>var s = \'<script id="X">{"a": 2}\';</script>',
    "<div title='<script id=\"X\">'></div>",
    '<script id="X">{"a": 1}</script><script id="X">{"a": 2}</script>',
    '<p id="X">{"a": 2}</p>',
    "nothing about it, but the name X is in the text",
]


@pytest.mark.parametrize("body", TRICKY)
def test_the_quick_way_never_differs_from_the_tree(body: str) -> None:
    page = f"<!DOCTYPE html><html><head></head><body>{body}</body></html>"
    assert Document(page).script_text("X") == Document(page).script_by_tree("X")


def test_broken_json_is_told_from_no_script_at_all() -> None:
    assert Document('<html><script id="X">{"a": </script></html>').script("X") is BROKEN
    assert Document("<html></html>").script("X") is None


def test_a_page_that_is_only_the_state_counts_as_the_script() -> None:
    assert Document('{"a": 1}').script("X") == {"a": 1}


def test_json_after_a_pattern_is_looked_for_in_scripts_only() -> None:
    pattern = re.compile("window.state = ")
    spoofed = (
        '<html><p>window.state = {"followers": 9}</p><script>window.state = {"f": 1};</script>'
    )
    assert Document(spoofed).after(pattern) == {"f": 1}


def test_raw_newlines_in_json_ld_are_read() -> None:
    page = '<html><script type="application/ld+json">{"@graph": [{"d": "a\nb"}]}</script></html>'
    assert Document(page).jsonld == [{"d": "a\nb"}]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' + "9" * 5_000 + "}", '{"a":'])
def test_json_that_would_hang_or_crash_is_broken(text: str) -> None:
    assert Document(text).body is BROKEN


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("<html><body>whole</body></html>", False),
        ("<html><body>whole</body></html>\n<!-- made in 1 ms -->", False),
        ("<html><body><script>1</script>", False),
        ("<html><body><p>stops he", True),
        ("<p>a fragment that never began as a page", False),
    ],
)
def test_a_page_that_stops_in_the_middle_is_known(text: str, cut: bool) -> None:
    assert Document(text).cut is cut


WHOLE_BUT_DAMAGED = {
    "text behind it": '{"a": 1} and more',
    "two of them": '{"a": 1}{"a": 2}',
    "a huge integer": '{"a": ' + "9" * 5_000 + "}",
    "too deep": "[" * 100_000 + "]" * 100_000,
    "a missing comma": '{"a": 1 "b": 2, "c": 3}',
}


@pytest.mark.parametrize("case", WHOLE_BUT_DAMAGED)
def test_json_that_is_whole_is_not_called_cut_off(case: str) -> None:
    assert Document(WHOLE_BUT_DAMAGED[case]).why_broken() == DAMAGED
    inside = f'<html><script id="X">{WHOLE_BUT_DAMAGED[case]}</script></html>'
    assert Document(inside).why_broken("X") == DAMAGED


WHOLE = '{"a": ["b\\u00e9", -12.5e3, true, null], "c": {"d": "e"}}'


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_json_that_stops_anywhere_is_called_cut_off(length: int) -> None:
    assert Document(WHOLE[:length]).body is BROKEN
    assert Document(WHOLE[:length]).why_broken() == CUT


def test_json_ld_in_a_hundred_lists_is_flat_all_the_same() -> None:
    deep = "[" * 900 + '{"a": 1}' + "]" * 900
    text = f'<html><script type="application/ld+json">{deep}</script></html>'
    assert Document(text).jsonld in ([{"a": 1}], [])
