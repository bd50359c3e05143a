"""Damaged pages may lose numbers; they never give another one, and they never crash.

Every recorded page is cut at 20 places, and each key that holds a number is removed in turn (a
fixed sample of them here; all of them with ``SHEETSYNC_FULL=1 pytest tests/test_damaged.py``).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.extract import extract, extract_any
from sheetsync.model import Count, Page, Record
from sheetsync.platform import Platform
from sheetsync.platform_file import builtin
from tests import test_recorded as recorded

FULL = os.environ.get("SHEETSYNC_FULL") == "1"
CUTS = 20
REMOVALS = 10**9 if FULL else 16
PLATFORMS = {platform.key: platform for platform in builtin()}
READABLE = [e for e in recorded.MANIFEST if {"ok", "partial"} & set(e["outcome"])]
PAIR = re.compile(r'"(?P<key>[A-Za-z_]\w*)"\s*:\s*(?P<value>"[\d,.]+\s?[KMBkmb]?"|\d+)\s*,?')
PRINTED = re.compile(
    r'data-e2e="[\w-]+-count"|data-e2e="video-views"|property="og:description"'
    r'|aria-label="\d[^"]*"|class="tgme_page_extra"'
)


@cache
def intact(file: str) -> tuple[tuple[Page, Platform, Record], ...]:
    found = [(page, extract_any(page, builtin())) for page in recorded.pages(file)]
    return tuple((page, PLATFORMS[r.platform], r) for page, r in found if r and r.platform)


def assert_part_of(damaged: Record, whole: Record) -> None:
    """Every number in ``damaged`` is one of ``whole``'s, with the same step."""
    if not damaged.outcome.has_numbers:
        assert not [v for v in damaged.fields.values() if isinstance(v, Count)]
        assert not damaged.posts
        return
    for name, value in damaged.fields.items():
        if isinstance(value, Count):
            assert value == whole.fields.get(name), name
    posts = {post.id: post for post in whole.posts}
    for post in damaged.posts:
        for name, value in post.fields.items():
            if isinstance(value, Count):
                assert value == posts[post.id].fields.get(name), (post.id, name)


@pytest.mark.parametrize("entry", recorded.MANIFEST, ids=recorded.name)
def test_cut_page_gives_no_other_number(entry: dict[str, Any]) -> None:
    for page, platform, whole in intact(entry["file"]):
        for cut in range(CUTS):
            text = page.text[: len(page.text) * cut // CUTS]
            assert_part_of(extract(replace(page, text=text), platform), whole)


def removals(text: str, platform: Platform, whole: Record) -> Iterator[str]:
    """The page without one of its numbers, for each number that the platform file may read."""
    keys = set(re.findall(r"[A-Za-z_]\w*", described(platform)))
    pairs = [m.span() for m in PAIR.finditer(text) if m["key"] in keys]
    printed = [m.span() for m in PRINTED.finditer(text)]
    spans = pairs + printed + prose(text, whole)
    for start, end in spans[:: max(1, len(spans) // REMOVALS)]:
        yield text[:start] + text[end:]
    for value in whole.fields.values():  # everywhere at once: pages repeat themselves
        if isinstance(value, Count) and value.value > 99:
            yield written(value).sub("", text)


def written(count: Count) -> re.Pattern[str]:
    """The number written out: "5351", "5,351", "5.351", "5 351"."""
    digits = f"{count.value:,}".replace(",", "[.,\u00a0\u202f ]?")
    return re.compile(rf"(?<![\d.,]){digits}(?![\d.,])")


def prose(text: str, whole: Record) -> list[tuple[int, int]]:
    """Where the record's numbers are written out in the page's text: "5,351", "1 234"."""
    found = []
    for value in whole.fields.values():
        if isinstance(value, Count) and value.value > 99:
            found += [m.span() for m in written(value).finditer(text)]
    return found


@cache
def described(platform: Platform) -> str:
    reads = [r for s in platform.subjects.values() for ways in s.fields.values() for r in ways]
    listed = [s.posts for s in platform.subjects.values() if s.posts]
    reads += [read for each in listed for ways in each.fields.values() for read in ways]
    shapes = [layout.shape.text for layout in platform.layouts if layout.shape]
    return " ".join([*(read.path.text for read in reads), *shapes])


@pytest.mark.parametrize("entry", READABLE, ids=recorded.name)
def test_page_without_one_number_gives_no_other_number(entry: dict[str, Any]) -> None:
    lost = 0
    for page, platform, whole in intact(entry["file"]):
        for text in removals(page.text, platform, whole):
            damaged = extract(replace(page, text=text), platform)
            assert_part_of(damaged, whole)
            lost += damaged.to_json() != whole.to_json()
    if FULL and not all(map(rounded, intact(entry["file"]))):
        assert lost, "not one removal touched a number that is read: the test does nothing"


def rounded(case: tuple[Page, Platform, Record]) -> bool:
    """A page whose every number is printed short ("2.52m") has none that is found by its digits."""
    counts = [value for value in case[2].fields.values() if isinstance(value, Count)]
    return not any(count.exact and count.value > 99 for count in counts)


@settings(max_examples=150, deadline=None)
@given(text=st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    for platform in builtin():
        assert not extract(Page(text=text), platform).outcome.has_numbers


#: Words that the layouts look for, so that generated states come near to real ones.
KEYS = st.one_of(
    st.sampled_from(["__DEFAULT_SCOPE__", "webapp.user-detail", "userInfo", "user", "stats"]),
    st.sampled_from(["statsV2", "followerCount", "heart", "id", "UserModule", "UserPage"]),
    st.sampled_from(["uniqueId", "users", "ItemModule", "author", "source", "data", "/embed/@x"]),
    st.sampled_from(["videoList", "props", "pageProps", "items", "itemInfo", "itemStruct"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(data=JSON, script=st.sampled_from(["__UNIVERSAL_DATA_FOR_REHYDRATION__", "SIGI_STATE"]))
def test_any_state_is_read_without_a_crash(data: Any, script: str) -> None:
    body = json.dumps(data)
    html = (
        f'<html><body><script id="{script}" type="application/json">{body}</script></body></html>'
    )
    for text in (html, body):
        record = extract_any(Page(text=text), builtin())
        if record is not None and record.outcome.has_numbers:
            assert record.handle or record.posts or record.missing
