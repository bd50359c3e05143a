"""What a runner in a data centre can read, by the doors of the platform files."""

from __future__ import annotations

import pytest

from sheetsync.hosted import Reach, examples_of, hosted, of_all, reach_of, secrets_of
from sheetsync.model import Post, Profile
from sheetsync.platform_file import builtin

PLATFORMS = {platform.key: platform for platform in builtin()}


def profile(platform: str, handle: str = "nasa") -> Profile:
    return Profile(platform, handle, "")


@pytest.mark.parametrize(
    ("platform", "reach"),
    [
        ("bluesky", Reach.YES),
        ("github", Reach.YES),
        ("tiktok", Reach.KEY),
        ("instagram", Reach.KEY),
        ("youtube", Reach.KEY),
        ("telegram", Reach.NOT_KNOWN),
        ("threads", Reach.NO),
        ("linkedin", Reach.NO),
        ("facebook", Reach.NO),
    ],
)
def test_how_far_a_hosted_runner_gets(platform: str, reach: Reach) -> None:
    assert reach_of(profile(platform), PLATFORMS[platform]) is reach


def test_a_tiktok_post_has_no_door_at_all_for_it() -> None:
    post = Post("tiktok", "7", "", "nasa")
    assert reach_of(post, PLATFORMS["tiktok"]) is Reach.NO


def test_lines_are_for_a_person_and_the_worst_comes_first() -> None:
    targets = [profile("bluesky"), profile("tiktok"), profile("tiktok", "anna.b"), profile("x")]
    x, tiktok, bluesky = [one.line() for one in hosted(targets, builtin())]
    assert x == "X (1): no, only from pages that a person saves"
    assert tiktok == (
        "TikTok (2): no, but for accounts whose owners give a key, as far as is known:"
        " TIKTOK_ACCESS_TOKEN_NASA, TIKTOK_ACCESS_TOKEN_ANNA_B"
    )
    assert bluesky == "Bluesky (1): yes"


def test_a_hundred_creators_are_one_short_line() -> None:
    (one,) = hosted([profile("tiktok", f"a{n}") for n in range(100)], builtin())
    assert one.line().endswith(
        "TIKTOK_ACCESS_TOKEN_A0, TIKTOK_ACCESS_TOKEN_A1, TIKTOK_ACCESS_TOKEN_A2, …"
    )
    assert len(one.keys) == 100


def test_before_anything_is_watched_every_platform_has_its_line() -> None:
    found = of_all(builtin())
    assert {one.platform.key for one in found} == set(PLATFORMS)
    assert all("(" not in one.line() for one in found)
    assert all("TOKEN_," not in one.line() for one in found)


def test_secrets_are_names_that_a_workflow_can_hold() -> None:
    found = hosted([profile("youtube"), profile("github"), profile("youtube", "b")], builtin())
    assert secrets_of(found, {}) == ["YOUTUBE_API_KEY", "GITHUB_TOKEN"]
    assert examples_of(found) == []


def test_a_workflow_is_no_list_of_who_is_watched() -> None:
    found = hosted([profile("tiktok", "anna.b"), profile("tiktok")], builtin())
    assert secrets_of(found, {}) == []
    there = {"TIKTOK_ACCESS_TOKEN_NASA": "act.sesame", "TIKTOK_ACCESS_TOKEN_ANNA_B": ""}
    assert secrets_of(found, there) == ["TIKTOK_ACCESS_TOKEN_NASA"]
    assert examples_of(found) == ["TIKTOK_ACCESS_TOKEN_NAME"]
