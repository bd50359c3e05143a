"""The recorded pages: every number that the manifest states, and no other.

One test for each page and field; the id says which (``tiktok/profile-universal-dash/followers``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sheetsync.extract import extract, extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.model import FIELDS, Count, FieldValue, Kind, Outcome, Page, Record
from sheetsync.platform_file import builtin
from tests.conftest import RECORDED, manifest

MANIFEST = manifest()
NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
#: The manifest's words for our fields.
OURS = {
    "videos": "posts",
    "tracks": "posts",
    "public_repos": "posts",
    "display_name": "name",
    "create_time": "published",
    "video_id": "id",
    "members": "followers",
    "replies": "comments",
    "reposts": "shares",
    "bookmarks": "saves",
    "channel_id": "account_id",
}
NO_TEXT = ("", None)


def wanted(entry: dict[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    """Yield (our field, value, exact) for everything an entry states in plain fields.

    The numbers of a post's author, which a post's page may state too, are not the post's.
    """
    stated = entry["expected"]
    kind: Kind = "post" if entry["kind"] in ("post", "video") else "profile"
    for name, value in stated.items():
        exact = name.endswith("_exact")
        if f"{name}_exact" in stated:
            continue
        field = OURS.get(name.removesuffix("_exact"), name.removesuffix("_exact"))
        if field in FIELDS[kind] and not (value in NO_TEXT and not exact):
            yield field, value, exact


@cache
def pages(file: str) -> tuple[Page, ...]:
    return read_saved([RECORDED / file], now=NOW).pages


@cache
def records(file: str) -> tuple[Record, ...]:
    found = [extract_any(page, builtin()) for page in pages(file)]
    return tuple(record for record in found if record is not None)


def record(entry: dict[str, Any]) -> Record:
    """The one reading of an entry's page (a cassette holds other answers beside it)."""
    found = records(entry["file"])
    handle = str(entry["expected"].get("handle", "")).lstrip("@").lower()
    named = [r for r in found if handle and account(r.handle) == handle]
    best = [r for r in named or found if r.outcome.has_numbers] or named or list(found)
    if not best:
        return Record("", "profile", Outcome.NOT_A_PROFILE)
    return best[0]


def account(handle: str) -> str:
    """Mastodon's handles are ``name@server``; the manifest has the name, YouTube's with an @."""
    return handle.removeprefix("@").partition("@")[0].lower()


def name(entry: dict[str, Any]) -> str:
    return Path(entry["file"]).with_suffix("").as_posix()


@pytest.mark.parametrize("entry", MANIFEST, ids=name)
def test_outcome_is_one_that_is_right_for_the_page(entry: dict[str, Any]) -> None:
    assert record(entry).outcome.value in entry["outcome"]


STATED = [
    pytest.param(entry, field, value, exact, id=f"{name(entry)}/{field}")
    for entry in MANIFEST
    for field, value, exact in wanted(entry)
    if {"ok", "partial"} & set(entry["outcome"])
]


@pytest.mark.parametrize(("entry", "field", "value", "exact"), STATED)
def test_field_is_what_the_page_says(
    entry: dict[str, Any], field: str, value: Any, exact: bool
) -> None:
    got = record(entry).fields.get(field)
    if isinstance(got, Count):
        assert abs(got.value - int(value)) < (1 if exact else got.step)
        assert got.exact or not exact
    elif field == "handle":
        assert account(str(got)) == account(str(value))
    else:
        assert plain(got) == plain(value)


def plain(value: FieldValue | None) -> object:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value.strip().removeprefix("@") if isinstance(value, str) else value


@pytest.mark.parametrize("entry", MANIFEST, ids=name)
def test_no_number_is_read_that_the_manifest_does_not_bear_out(entry: dict[str, Any]) -> None:
    """A page without a reading has no number; a page with one has none beside those stated."""
    found = record(entry)
    counts = {k for k, v in found.fields.items() if isinstance(v, Count)}
    if not found.outcome.has_numbers:
        assert not counts and not found.posts
        return
    stated = {field for field, _, _ in wanted(entry)} | UNSTATED.get(name(entry), set())
    assert counts <= stated, f"not in the manifest: {counts - stated}"


#: Numbers that stand on the page (checked by eye) though the manifest does not list them.
UNSTATED: dict[str, set[str]] = {
    "instagram/shareddata-metascraper-old": {"comments"},
    "youtube/video-old-metascraper": {"likes", "comments"},
}


@pytest.mark.parametrize("entry", MANIFEST, ids=name)
def test_posts_on_a_profile_page_are_what_the_page_says(entry: dict[str, Any]) -> None:
    posts = {post.id: post for post in record(entry).posts}
    for post_id, views in entry["expected"].get("video_views", []):
        assert posts[post_id].count("views") == Count(views, 100_000 if views >= 10**6 else 100)
    first = entry["expected"].get("first_video")
    for field in ("views", "likes", "comments", "shares"):
        if first:
            count = posts[first["id"]].count(field)
            assert count is not None
            assert count.value == first[field]
    if "videos_on_page" in entry["expected"]:
        assert len(posts) == entry["expected"]["videos_on_page"]


@pytest.mark.parametrize("entry", MANIFEST, ids=name)
def test_no_other_platform_takes_the_page_for_its_own(entry: dict[str, Any]) -> None:
    own = record(entry).platform
    for platform in builtin():
        if platform.key != own:
            for page in pages(entry["file"]):
                assert not extract(page, platform).outcome.has_numbers, platform.key
