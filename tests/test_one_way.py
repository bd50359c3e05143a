"""Profiles and imports of one sync are one visitor: one robots.txt, one pace, each page once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.test_web_sync import ROBOTS, TIKTOK, asked, run, sky, sky_path, tiktok
from tests.workbooks import rows
from tests.world import Reply, World

SKY = "public.api.bsky.app"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.serve(TIKTOK, "/robots.txt", ROBOTS)
        yield world


def test_a_page_that_a_profile_and_an_import_need_is_asked_for_once(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"))
    world.serve(TIKTOK, "/about", b"<html><title>About</title></html>")
    anna = f"https://{TIKTOK}/@anna.bakt"
    words = [
        *("--import", f'Scripts =IMPORTXML("{anna}"; "count(//script)")'),
        *("--import", f'=IMPORTXML("https://{TIKTOK}/about"; "//title")'),
    ]
    done = run(world, tmp_path, "sync", anna, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked(world, TIKTOK) == ["/robots.txt", "/@anna.bakt", "/about"]
    times = [seen.at for seen in world.seen(TIKTOK)]
    assert min(b - a for a, b in pairwise(times)) >= 3.9, "TikTok's own pace, for all of them"
    found = [row["Result"] for row in rows(tmp_path / "dashboard.xlsx", "Imports")]
    assert found == [1, "About"]


def test_a_host_that_asked_to_slow_down_is_not_asked_for_an_import(
    world: World, tmp_path: Path
) -> None:
    world.serve(SKY, sky_path("bsky.app"), Reply(b"", 503))
    world.serve(SKY, "/status", b"<h1>fine</h1>")
    text = f'=IMPORTXML("https://{SKY}/status"; "//h1")'
    done = run(world, tmp_path, "sync", "bluesky:bsky.app", "--import", text)
    assert done.returncode == 1
    assert "/status" not in asked(world, SKY)
    (row,) = rows(tmp_path / "dashboard.xlsx", "Imports")
    assert f"Not asked: {SKY} is overloaded" in row["Why"]


def test_what_an_official_door_may_read_an_import_may_not(world: World, tmp_path: Path) -> None:
    """robots.txt does not speak of an API that invites programs; of an import's page it does."""
    world.serve(SKY, "/robots.txt", b"User-agent: *\nDisallow: /xrpc/\n")
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app", 77))
    text = f'=IMPORTJSON("https://{SKY}{sky_path("bsky.app")}"; "followersCount")'
    done = run(world, tmp_path, "sync", "bluesky:bsky.app", "--import", text)
    assert done.returncode == 1
    (row,) = rows(tmp_path / "dashboard.xlsx", "Imports")
    assert "robots.txt" in row["Why"]


def test_what_a_key_has_opened_is_not_shown_by_an_import(world: World, tmp_path: Path) -> None:
    """Its answer may hold more than anybody gets who asks without the key."""
    github = "api.github.com"
    mine = Reply(b'{"login": "octocat", "followers": 5}', headers={"X-Mine": "1"})
    world.serve(github, "/users/octocat", mine, Reply(b'{"login": "octocat", "followers": 4}'))
    text = f'=IMPORTJSON("https://{github}/users/octocat"; "followers")'
    key = {"GITHUB_TOKEN": "secret"}
    run(world, tmp_path, "sync", "github:octocat", "--import", text, **key)
    (row,) = rows(tmp_path / "dashboard.xlsx", "Imports")
    assert row["Result"] == 4
    keys = ["authorization" in seen.headers for seen in world.seen(github)]
    assert keys[0] and not keys[-1]
