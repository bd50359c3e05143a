"""Addresses as people paste them, and what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.model import Post, Profile
from sheetsync.platform import address_forms, find_watched
from sheetsync.platform_file import builtin

PROFILES = [
    ("https://www.tiktok.com/@celine_dept", "tiktok", "celine_dept"),
    ("http://tiktok.com/@celine_dept/", "tiktok", "celine_dept"),
    ("tiktok.com/@celine_dept", "tiktok", "celine_dept"),
    ("  www.tiktok.com/@celine_dept?lang=nl-NL&_r=1  ", "tiktok", "celine_dept"),
    ("https://m.tiktok.com/@khaby.lame#top", "tiktok", "khaby.lame"),
    ("<https://www.tiktok.com/@khaby.lame>", "tiktok", "khaby.lame"),
    ("HTTPS://WWW.TIKTOK.COM/@khaby.lame", "tiktok", "khaby.lame"),
    ("https://www.tiktok.com/embed/@nasa", "tiktok", "nasa"),
    ("@khaby.lame", "tiktok", "khaby.lame"),
    ("tiktok:khaby.lame", "tiktok", "khaby.lame"),
    ("TikTok:@khaby.lame", "tiktok", "khaby.lame"),
    ("github:octocat", "github", "octocat"),
    ("https://github.com/octocat", "github", "octocat"),
    ("https://www.instagram.com/ulsaninsta/", "instagram", "ulsaninsta"),
    ("https://x.com/Kikobeats", "x", "Kikobeats"),
    ("https://twitter.com/Kikobeats", "x", "Kikobeats"),
    ("https://bsky.app/profile/bsky.app", "bluesky", "bsky.app"),
    ("https://mastodon.social/@Gargron", "mastodon", "Gargron@mastodon.social"),
    ("@anna@bakkers.example", "mastodon", "anna@bakkers.example"),
    ("mastodon:anna@bakkers.example", "mastodon", "anna@bakkers.example"),
    ("https://www.youtube.com/@kurzgesagt/videos", "youtube", "kurzgesagt"),
]


@pytest.mark.parametrize(("address", "platform", "handle"), PROFILES)
def test_profile_is_found(address: str, platform: str, handle: str) -> None:
    found = find_watched(address, builtin())
    assert isinstance(found, Profile)
    assert (found.platform, found.handle) == (platform, handle)
    assert find_watched(found.url, builtin()) == found, "the canonical address means the same"


def test_post_is_found_with_its_author() -> None:
    found = find_watched("https://www.tiktok.com/@a.b/video/7665075736742530317?x=1", builtin())
    assert found == Post(
        "tiktok",
        "7665075736742530317",
        "https://www.tiktok.com/@a.b/video/7665075736742530317",
        "a.b",
    )


STRANGERS = [
    "",
    "hello",
    "@",
    "tiktok.com",
    "https://www.tiktok.com/explore",
    "https://www.tiktok.com/@",
    "https://evil.example/@celine_dept",
    "https://www.tiktok.com.evil.example/@celine_dept",
    "https://evil.example/https://www.tiktok.com/@celine_dept",
    "https://user@www.tiktok.com/@celine_dept",
    "https://www.tiktok.com:8443/@celine_dept",
    "ftp://www.tiktok.com/@celine_dept",
    "javascript:alert(1)//www.tiktok.com/@celine_dept",
    '=HYPERLINK("https://www.tiktok.com/@celine_dept")',
    "https://[::1",
    "nowhere:octocat",
    "@x@www.linkedin.com",
    "@x@x.com",
    "mastodon:x@bsky.app",
]


@pytest.mark.parametrize("address", STRANGERS)
def test_what_is_no_address_means_nothing(address: str) -> None:
    assert find_watched(address, builtin()) is None


@given(st.text())
def test_any_text_is_matched_without_a_crash(text: str) -> None:
    find_watched(text, builtin())
    assert all("://" not in form.partition("/")[0] for form in address_forms(text))


def test_a_host_belongs_to_the_platform_or_is_below_it() -> None:
    tiktok = builtin()[0]
    assert tiktok.owns("tiktok.com")
    assert tiktok.owns("www.tiktok.com")
    assert not tiktok.owns("nottiktok.com")
    assert not tiktok.owns("tiktok.com.evil.example")
