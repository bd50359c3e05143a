"""``sheetsync sync`` against sites on loopback: a process of its own, real TLS, real host names.

Nothing in the product knows of this world: the environment names a proxy and a CA, as an
operator's would. The servers' own logs say what was asked, and when.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workbooks import rows
from tests.world import Reply, Wire, World, redirect, silence

PAGES = Path(__file__).parent / "platforms"
ROBOTS = b"User-agent: *\nDisallow: /embed/\n"
TIKTOK, SKY = "www.tiktok.com", "public.api.bsky.app"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.serve(TIKTOK, "/robots.txt", ROBOTS)
        yield world


def page(case: str) -> bytes:
    return next((PAGES / case).glob("page.*")).read_bytes()


def tiktok(handle: str, followers: str = "23391") -> bytes:
    text = page("tiktok/universal").decode()
    return text.replace("anna.bakt", handle).replace('"23391"', f'"{followers}"').encode()


def sky(handle: str, followers: int = 5) -> Reply:
    shape = json.loads(page("bluesky/api"))
    body = json.dumps({**shape, "handle": handle, "followersCount": followers}).encode()
    return Reply(body, headers={"Content-Type": "application/json"})


def sky_path(handle: str) -> str:
    return f"/xrpc/app.bsky.actor.getProfile?actor={handle}"


def command(
    world: World, folder: Path, *words: str, **more: str
) -> tuple[list[str], dict[str, Any]]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHEETSYNC_", "GITHUB_"))}
    env = {**kept, **world.environment(), **more}
    return [sys.executable, "-m", "sheetsync", *words], {
        "cwd": folder,
        "env": env,
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }


def run(world: World, folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    line, settings = command(world, folder, *words, **more)
    return subprocess.run(line, timeout=90, check=False, **settings)


def asked(world: World, host: str) -> list[str]:
    return [seen.path for seen in world.seen(host)]


def test_the_first_day_with_tiktok(world: World, tmp_path: Path) -> None:
    """One refusal is enough for a run; nothing is guessed; the next step is said."""
    world.serve(TIKTOK, "/@celine_dept", page("tiktok/browser-check"))
    done = run(
        *(world, tmp_path, "sync"),
        *("https://www.tiktok.com/@celine_dept", "https://www.tiktok.com/@stien_dd"),
    )
    assert done.returncode == 1, done.stderr
    assert "@celine_dept  no numbers  TikTok sent a browser check" in done.stdout
    assert "@stien_dd     not asked   TikTok had just refused" in done.stdout
    assert "sheetsync platforms tiktok" in done.stdout
    assert asked(world, TIKTOK) == ["/robots.txt", "/@celine_dept"]
    listed = {row["Handle"]: row for row in rows(tmp_path / "dashboard.xlsx", "Profiles")}
    assert set(listed) == {"celine_dept", "stien_dd"}
    assert all(row["Followers"] is None for row in listed.values())
    assert listed["celine_dept"]["Status"] == "Refused by the site"


def test_numbers_come_with_the_name_of_the_door(world: World, tmp_path: Path) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"))
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app", 77))
    done = run(
        world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt", "bsky.app/profile/bsky.app"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "from www.tiktok.com" in done.stdout
    assert "from public.api.bsky.app" in done.stdout
    found = {
        row["Handle"]: row["Followers"] for row in rows(tmp_path / "dashboard.xlsx", "Profiles")
    }
    assert found == {"anna.bakt": 23_391, "bsky.app": 77}


def test_the_watch_list_is_read_again_and_a_refusal_keeps_the_last_value(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"), page("tiktok/browser-check"))
    assert run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt").returncode == 0
    again = run(world, tmp_path, "sync")
    assert again.returncode == 1, "it could be read before"
    (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
    assert (row["Followers"], row["Status"]) == (23_391, "Refused by the site")
    assert len(rows(tmp_path / "dashboard.xlsx", "History")) == 1


def test_one_request_at_a_time_and_never_faster_than_the_platform_file_says(
    world: World, tmp_path: Path
) -> None:
    names = [f"anna{n}.bsky.social" for n in range(3)]
    for name in names:
        world.serve(SKY, sky_path(name), sky(name))
    done = run(world, tmp_path, "sync", *(f"bluesky:{name}" for name in names))
    assert done.returncode == 0, done.stdout + done.stderr
    times = [seen.at for seen in world.seen(SKY)]
    assert len(times) == 6, "a profile and its posts each, and no robots.txt of an official API"
    assert min(b - a for a, b in pairwise(times)) >= 0.95


def test_a_page_that_robots_forbids_is_asked_for_only_when_a_person_says_so(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/browser-check"))
    world.serve(TIKTOK, "/embed/@anna.bakt", page("tiktok/embed"))
    done = run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt")
    assert "/embed/@anna.bakt" not in asked(world, TIKTOK)
    assert "its other page is forbidden to programs by robots.txt" in done.stdout
    done = run(world, tmp_path, "sync", "--ignore-robots", "https://www.tiktok.com/@anna.bakt")
    assert done.returncode == 0, done.stdout
    assert "/embed/@anna.bakt" in asked(world, TIKTOK)
    assert "--ignore-robots is on" in done.stderr
    assert rows(tmp_path / "dashboard.xlsx", "Profiles")[0]["Followers"] == 1_800_000


def test_too_many_requests_ends_the_host_for_the_run(world: World, tmp_path: Path) -> None:
    names = ["a.bsky.social", "b.bsky.social"]
    world.serve(SKY, sky_path(names[0]), Reply(b"{}", 429))
    world.serve("bsky.app", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    done = run(world, tmp_path, "sync", *(f"bluesky:{name}" for name in names))
    assert done.returncode == 1
    assert asked(world, SKY) == [sky_path(names[0])]
    assert "not asked" in done.stdout


def test_an_allowance_that_is_used_up_ends_the_host_for_the_run(
    world: World, tmp_path: Path
) -> None:
    """GitHub answers 403 and not 429; the rest of the list costs nothing."""
    host, names = "api.github.com", [f"name{number}" for number in range(30)]
    used_up = {"X-RateLimit-Remaining": "0", "Content-Type": "application/json"}
    for name in names:
        world.serve(host, f"/users/{name}", Reply(page("github/limit-used-up"), 403, used_up))
    done = run(world, tmp_path, "sync", *(f"github:{name}" for name in names))
    assert done.returncode == 1
    assert asked(world, host) == ["/users/name0"]
    assert "limit for this hour is used up" in done.stdout
    assert done.stdout.lower().count("not asked") >= 1


def test_a_bare_404_is_not_reported_as_a_missing_account(world: World, tmp_path: Path) -> None:
    done = run(world, tmp_path, "show", "snapchat:kiwi", "--json")
    shape = json.loads(done.stdout)
    assert (shape["outcome"], shape["fields"]) == ("unknown_status", {})
    assert "does not say that the account is gone" in shape["detail"]


def test_a_site_that_sends_on_to_its_sign_in_asks_for_a_sign_in(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", redirect("https://www.tiktok.com/login?redirect_url=x"))
    world.serve(TIKTOK, "/login?redirect_url=x", b"<html><title>Log in</title></html>")
    done = run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt")
    assert "TikTok asks for a sign-in" in done.stdout


def test_a_consent_page_on_another_host_is_told_for_what_it_is(
    world: World, tmp_path: Path
) -> None:
    world.serve("www.youtube.com", "/@kiwi?hl=en", redirect("https://consent.google.com/m?x=1"))
    done = run(world, tmp_path, "sync", "youtube:kiwi")
    assert "YouTube asks for consent to cookies" in done.stdout
    assert world.seen("consent.google.com") == []


def test_a_listed_post_is_asked_for_once_also_with_posts(world: World, tmp_path: Path) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/sigi"))
    post = "/@anna.bakt/video/7133000000000000001"
    world.serve(TIKTOK, post, page("tiktok/sigi-post"))
    there = "https://www.tiktok.com"
    run(world, tmp_path, "sync", "--posts", "1", f"{there}/@anna.bakt", there + post)
    assert asked(world, TIKTOK).count(post) == 1


def test_the_deadline_bounds_a_host_that_wants_to_be_left_alone(
    world: World, tmp_path: Path
) -> None:
    names = ["a.bsky.social", "b.bsky.social"]
    world.serve("bsky.app", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    world.serve(SKY, sky_path(names[0]), Reply(b"{}", 429, {"Retry-After": "600"}))
    begin = time.monotonic()
    done = run(world, tmp_path, "sync", "--deadline", "5", *(f"bluesky:{n}" for n in names))
    assert time.monotonic() - begin < 20
    assert done.returncode == 1, done.stderr
    assert rows(tmp_path / "dashboard.xlsx", "Profiles")[0]["Followers"] is None


def test_the_deadline_bounds_a_silent_server(world: World, tmp_path: Path) -> None:
    world.serve(SKY, sky_path("a.bsky.social"), silence)
    begin = time.monotonic()
    done = run(world, tmp_path, "sync", "--deadline", "3", "bluesky:a.bsky.social")
    assert time.monotonic() - begin < 15
    assert "not reached" in done.stdout


def test_an_api_that_sends_on_to_another_host_meets_that_hosts_robots(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/robots.txt", b"User-agent: *\nDisallow: /secret\n")
    world.serve("api.github.com", "/users/octocat", redirect("https://www.tiktok.com/secret"))
    run(world, tmp_path, "sync", "github:octocat")
    assert "/secret" not in asked(world, TIKTOK)


def test_a_posts_own_page_is_read_when_it_is_fetched(world: World, tmp_path: Path) -> None:
    post = "/@anna.bakt/video/7133000000000000001"
    world.serve(TIKTOK, post, page("tiktok/sigi-post"))
    done = run(world, tmp_path, "sync", f"https://www.tiktok.com{post}")
    assert done.returncode == 0, done.stdout
    assert rows(tmp_path / "dashboard.xlsx", "Posts")[0]["Views"] == 52_100


def test_no_site_is_asked_for_a_workbook_that_cannot_be_written(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "dashboard.xlsx").write_bytes(b"no workbook")
    done = run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt")
    assert done.returncode == 3
    assert world.seen(TIKTOK) == []


def test_a_refusal_with_a_readable_body_overwrites_nothing(world: World, tmp_path: Path) -> None:
    first, then = sky("a.bsky.social", 50), sky("a.bsky.social", 0)
    world.serve(SKY, sky_path("a.bsky.social"), first, Reply(then.body, 429, then.headers))
    world.serve("bsky.app", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    run(world, tmp_path, "sync", "bluesky:a.bsky.social")
    run(world, tmp_path, "sync")
    (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
    assert (row["Followers"], row["Status"]) == (50, "Refused by the site")


def test_a_key_goes_to_the_official_interface_and_nowhere_else(
    world: World, tmp_path: Path
) -> None:
    host, path = (
        "youtube.googleapis.com",
        "/youtube/v3/channels?part=snippet,statistics&forHandle=@",
    )
    world.serve(host, path + "kiwi_kitchen", Reply(page("youtube/data-api")))
    done = run(
        *(world, tmp_path, "show", "youtube:kiwi_kitchen", "--json"),
        YOUTUBE_API_KEY="secret-key",
    )
    (seen,) = world.seen(host)
    assert seen.headers["x-goog-api-key"] == "secret-key"
    assert "secret-key" not in done.stdout + done.stderr
    assert asked(world, "www.youtube.com") == []


def test_an_interface_of_two_requests_gives_one_record(world: World, tmp_path: Path) -> None:
    host = "api.twitch.tv"
    who, total = page("twitch/helix-user"), page("twitch/helix-followers")
    world.serve(host, "/helix/users?login=tin_kettle", who)
    world.serve(host, "/helix/channels/followers?broadcaster_id=9901&first=1", total)
    keys = {"TWITCH_TOKEN": "t", "TWITCH_CLIENT_ID": "c"}
    done = run(world, tmp_path, "show", "twitch:tin_kettle", "--json", **keys)
    shape = json.loads(done.stdout)
    assert shape["outcome"] == "ok"
    assert shape["fields"]["followers"] == {"value": 48_210, "step": 1}
    assert shape["fields"]["account_id"] == "9901"
    assert [s.headers["client-id"] for s in world.seen(host)] == ["c", "c"]


def test_a_refused_key_is_shown_once_and_not_tried_again(world: World, tmp_path: Path) -> None:
    host, path = "api.twitch.tv", "/helix/users?login="
    for name in ("tin_kettle", "oak_kettle"):
        world.serve(host, path + name, Reply(page("twitch/key-refused"), 401))
    keys = {"TWITCH_TOKEN": "t", "TWITCH_CLIENT_ID": "c"}
    done = run(world, tmp_path, "sync", "twitch:tin_kettle", "twitch:oak_kettle", **keys)
    assert "renew TWITCH_TOKEN" in done.stdout
    assert asked(world, host) == [path + "tin_kettle"]


def test_check_says_whether_a_platform_still_tells_accounts_apart(
    world: World, tmp_path: Path
) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app"))
    gone = Reply(page("bluesky/no-account"), 400)
    world.serve(SKY, sky_path("noonewouldeverusethis1.bsky.social"), gone)
    done = run(world, tmp_path, "platforms", "bluesky", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Bluesky still tells them apart." in done.stdout
    world.serve(SKY, sky_path("noonewouldeverusethis1.bsky.social"), sky("bsky.app"))
    done = run(world, tmp_path, "platforms", "bluesky", "--check")
    assert done.returncode == 1
    assert "does NOT tell them apart" in done.stdout


def test_without_its_key_a_platform_says_which_is_wanted(world: World, tmp_path: Path) -> None:
    done = run(world, tmp_path, "show", "spotify:4Z8W4fKeB5YxbusRsdQVPb")
    assert done.returncode == 1
    assert "set SPOTIFY_TOKEN" in done.stdout


def test_ctrl_c_writes_what_was_read_and_says_so(world: World, tmp_path: Path) -> None:
    names = ["a.bsky.social", "b.bsky.social"]
    world.serve(SKY, sky_path(names[0]), sky(names[0]))
    world.serve(SKY, sky_path(names[1]), silence)
    line, settings = command(world, tmp_path, "sync", *(f"bluesky:{name}" for name in names))
    process = subprocess.Popen(line, **settings)
    until = time.monotonic() + 30
    while sky_path(names[1]) not in asked(world, SKY) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err
    assert "stopped by you: what was read is written" in err
    found = {r["Handle"]: r["Followers"] for r in rows(tmp_path / "dashboard.xlsx", "Profiles")}
    assert found == {names[0]: 5, names[1]: None}
    assert "Traceback" not in err


def test_the_deadline_ends_the_run_and_the_longest_unread_come_first_next_time(
    world: World, tmp_path: Path
) -> None:
    names = [f"{letter}.bsky.social" for letter in "abc"]
    for name in names:
        world.serve(SKY, sky_path(name), sky(name))
    words = [f"bluesky:{name}" for name in names]
    done = run(world, tmp_path, "sync", "--deadline", "1", *words)
    assert "not reached" in done.stdout
    first = asked(world, SKY)
    done = run(world, tmp_path, "sync")
    then = asked(world, SKY)[len(first) :]
    assert then[0] != first[0], "what was read last time comes last"


def test_save_keeps_the_pages_as_they_came(world: World, tmp_path: Path) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"))
    run(world, tmp_path, "sync", "--save", "kept", "https://www.tiktok.com/@anna.bakt")
    (kept,) = (tmp_path / "kept").iterdir()
    assert kept.read_bytes() == tiktok("anna.bakt")
    shown = run(world, tmp_path, "show", str(kept), "--json")
    assert json.loads(shown.stdout)["fields"]["followers"]["value"] == 23_391


def test_a_dry_run_keeps_the_pages_that_were_asked_for_and_says_so(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"))
    done = run(world, tmp_path, "sync", "-n", "--save", "kept", "https://www.tiktok.com/@anna.bakt")
    assert "note: the pages that came back are kept in kept all the same." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_save_into_the_same_folder_writes_over_nothing(world: World, tmp_path: Path) -> None:
    world.serve(TIKTOK, "/@anna.bakt", tiktok("anna.bakt"), tiktok("anna.bakt", "23400"))
    for _ in range(2):
        run(world, tmp_path, "show", "--save", "kept", "https://www.tiktok.com/@anna.bakt")
    first, second = sorted((tmp_path / "kept").iterdir())
    assert b"23391" in first.read_bytes()
    assert b"23400" in second.read_bytes()


def test_posts_own_pages_are_read_only_when_asked_for(world: World, tmp_path: Path) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/sigi"))
    post = "/@anna.bakt/video/7133000000000000001"
    world.serve(TIKTOK, post, page("tiktok/sigi-post"))
    run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt")
    assert post not in asked(world, TIKTOK)
    run(world, tmp_path, "sync", "--posts", "1", "https://www.tiktok.com/@anna.bakt")
    assert asked(world, TIKTOK).count(post) == 1


def test_the_user_agent_says_who_we_are_and_how_to_reach_us(world: World, tmp_path: Path) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app"))
    run(world, tmp_path, "sync", "--contact", "team@example.org", "bluesky:bsky.app")
    agent = world.seen(SKY)[0].headers["user-agent"]
    assert agent.startswith("sheetsync/")
    assert "team@example.org" in agent
    assert "Mozilla" not in agent


def test_a_scheduled_run_can_be_reached_at_its_repository(world: World, tmp_path: Path) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app"))
    here = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/numbers"}
    run(world, tmp_path, "show", "bluesky:bsky.app", **here)
    agent = world.seen(SKY)[0].headers["user-agent"]
    assert agent.endswith("(+https://github.com/team/numbers)")


def test_an_address_in_the_sheet_of_a_host_that_is_no_platform_is_never_asked(
    world: World, tmp_path: Path
) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app"))
    run(world, tmp_path, "sync", "bluesky:bsky.app")
    book = openpyxl.load_workbook(tmp_path / "dashboard.xlsx")
    book["Profiles"].append(["https://evil.example/@x"])
    book["Profiles"].append(["@root@internal.example"])
    book.save(tmp_path / "dashboard.xlsx")
    done = run(world, tmp_path, "sync")
    assert world.seen("evil.example") == []
    assert world.seen("internal.example") == [], "Mastodon anywhere needs the operator's word"
    assert "--allow-host internal.example" in done.stdout
    assert "Traceback" not in done.stderr


POST_PAGES = [f"/@anna.bakt/video/{n}" for n in (7133000000000000001, 7132000000000000002)]


def test_posts_own_pages_that_were_refused_are_told_in_text_and_in_json(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/sigi"))
    for path in POST_PAGES:
        world.serve(TIKTOK, path, page("tiktok/browser-check"))
    words = ("sync", "--posts", "2", "https://www.tiktok.com/@anna.bakt")
    done = run(world, tmp_path, *words)
    assert "Posts not read (2)" in done.stdout
    assert "@anna.bakt, post 7133000000000000001  no numbers  TikTok sent" in done.stdout
    assert "@anna.bakt, post 7132000000000000002  not asked" in done.stdout
    assert done.returncode == 0, "they had not been read before, and the profile was"
    shape = json.loads(run(world, tmp_path, *words, "--json").stdout)
    missed = [each for each in shape["profiles"] if each.get("beside")]
    assert [each["outcome"] for each in missed] == ["challenge", "challenge"]
    for row in rows(tmp_path / "dashboard.xlsx", "Posts"):
        assert row["Views"], "the profile's page gave what the row holds"
        assert row["Status"] != "Refused by the site"


def test_a_posts_own_page_that_was_read_before_and_is_refused_now_is_exit_1(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/sigi"))
    own = page("tiktok/universal-post").replace(b"7560000000000000000", b"7133000000000000001")
    world.serve(TIKTOK, POST_PAGES[0], own, page("tiktok/browser-check"))
    words = ("sync", "--posts", "1", "https://www.tiktok.com/@anna.bakt")
    assert run(world, tmp_path, *words).returncode == 0
    again = run(world, tmp_path, *words)
    assert again.returncode == 1, again.stdout
    assert rows(tmp_path / "dashboard.xlsx", "Posts")[0]["Saves"] is not None


def test_listed_posts_that_one_wall_refused_are_one_line_and_exit_1(
    world: World, tmp_path: Path
) -> None:
    paths = [f"/@anna.bakt/video/713300000000000010{n}" for n in range(6)]
    for path in paths:
        world.serve(TIKTOK, path, page("tiktok/browser-check"))
    done = run(world, tmp_path, "sync", *(f"https://www.tiktok.com{path}" for path in paths))
    assert done.returncode == 1
    assert "5 posts of @anna.bakt" in done.stdout
    assert done.stdout.count("TikTok had just refused") == 1
    assert "0 of 6 read. dashboard.xlsx lists all 6 and waits" in done.stdout


FEED = "/xrpc/app.bsky.feed.getAuthorFeed?actor=a.bsky.social&filter=posts_no_replies&limit=30"


def test_a_list_of_posts_that_an_interface_refuses_is_told(world: World, tmp_path: Path) -> None:
    world.serve(SKY, sky_path("a.bsky.social"), sky("a.bsky.social"))
    world.serve(SKY, FEED, Reply(b"{}", 429))
    done = run(world, tmp_path, "sync", "bluesky:a.bsky.social")
    assert "@a.bsky.social  5 followers" in done.stdout
    assert "@a.bsky.social, its posts  no numbers  Bluesky asks to slow down" in done.stdout
    assert done.returncode == 0


def test_an_account_without_posts_has_no_list_that_was_refused(
    world: World, tmp_path: Path
) -> None:
    world.serve(SKY, sky_path("a.bsky.social"), sky("a.bsky.social"))
    world.serve(SKY, FEED, Reply(b'{"feed": []}'))
    done = run(world, tmp_path, "sync", "bluesky:a.bsky.social")
    assert "Not read" not in done.stdout


def test_followers_that_an_interface_refuses_are_no_change_of_the_site(
    world: World, tmp_path: Path
) -> None:
    world.serve("api.twitch.tv", "/helix/users?login=tin_kettle", page("twitch/helix-user"))
    path = "/helix/channels/followers?broadcaster_id=9901&first=1"
    world.serve("api.twitch.tv", path, Reply(b"{}", 429))
    keys = {"TWITCH_TOKEN": "t", "TWITCH_CLIENT_ID": "c"}
    done = run(world, tmp_path, "show", "twitch:tin_kettle", "--json", **keys)
    assert json.loads(done.stdout)["outcome"] == "rate_limited"


MISSING = sky_path("noonewouldeverusethis1.bsky.social")


@pytest.mark.parametrize(
    ("missing", "says", "status"),
    [
        (Reply(b"{}", 429), "could not be checked: Bluesky asks to slow down.", 5),
        (Reply(b"<html>gateway</html>", 404), "does NOT tell them apart.", 1),
    ],
)
def test_check_claims_nothing_that_the_site_did_not_say(
    world: World, tmp_path: Path, missing: Reply, says: str, status: int
) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app"))
    world.serve(SKY, MISSING, missing)
    name = "noonewouldeverusethis1.bsky.social"
    world.serve("bsky.app", f"/profile/{name}", Reply(b"<html>gateway</html>", missing.status))
    done = run(world, tmp_path, "platforms", "bluesky", "--check")
    assert says in done.stdout
    assert done.returncode == status


def test_check_without_its_key_is_no_verdict_and_json_holds_both_records(
    world: World, tmp_path: Path
) -> None:
    done = run(world, tmp_path, "platforms", "twitch", "--check", "--json")
    assert done.returncode == 5, done.stdout
    shape = json.loads(done.stdout)
    assert shape["verdict"] == "not_checked"
    assert "set TWITCH_TOKEN" in shape["reason"]
    assert [shape[which]["outcome"] for which in ("exists", "missing")] == ["needs_key"] * 2


def old_tiktok(handle: str, followers: str, at: bytes) -> bytes:
    """A page out of a cache: it is fetched now, and says that it was made at ``at`` (unix)."""
    return tiktok(handle, followers).replace(b"1763788620", at)


def test_a_fetched_page_of_an_older_day_clears_the_refusal_and_says_its_age(
    world: World, tmp_path: Path
) -> None:
    new, old = tiktok("anna.bakt", "2000"), old_tiktok("anna.bakt", "1000", b"1760000000")
    wall = page("tiktok/browser-check")
    world.serve(TIKTOK, "/@anna.bakt", new, wall, old, old)
    assert run(world, tmp_path, "sync", "https://www.tiktok.com/@anna.bakt").returncode == 0
    assert run(world, tmp_path, "sync").returncode == 1
    (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
    assert (row["Followers"], row["Status"]) == (2000, "Refused by the site")
    for _ in range(2):
        done = run(world, tmp_path, "sync")
        assert done.returncode == 0, done.stdout
        assert "Read (1)" in done.stdout
        assert "the page says it is of 9 Oct 2025" in done.stdout
        assert "not shown: the dashboard has newer numbers, of 22 Nov 2025 05:17" in done.stdout
        (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
        assert row["Followers"] == 2000
        assert row["Status"] != "Refused by the site"


def test_what_another_door_answered_is_said_though_the_first_was_not_asked(
    world: World, tmp_path: Path
) -> None:
    world.serve(TIKTOK, "/robots.txt", b"User-agent: *\nAllow: /\n")
    for handle in ("aa_1", "bb_2"):
        world.serve(TIKTOK, f"/@{handle}", page("tiktok/browser-check"))
        world.serve(TIKTOK, f"/embed/@{handle}", Reply(page("tiktok/embed-gone"), 400))
    done = run(world, tmp_path, "sync", "https://www.tiktok.com/@aa_1", "tiktok:bb_2")
    (line,) = [line for line in done.stdout.splitlines() if "@bb_2" in line]
    assert asked(world, TIKTOK).count("/embed/@bb_2") == 1
    assert not line.split("@bb_2")[1].strip().startswith("not asked"), line


def far(host: str, user: str, followers: int) -> Reply:
    shape = json.loads(page("mastodon/api"))
    named = {"username": user, "acct": user, "url": f"https://{host}/@{user}"}
    body = json.dumps({**shape, **named, "followers_count": followers}).encode()
    return Reply(body, headers={"Content-Type": "application/json"})


def test_a_mastodon_server_that_was_allowed_is_read_by_its_pasted_address(
    world: World, tmp_path: Path
) -> None:
    host = "social.example"
    world.serve(host, "/api/v1/accounts/lookup?acct=anna", far(host, "anna", 12))
    pasted = f"https://{host}/@anna"
    refused = run(world, tmp_path, "sync", pasted)
    assert refused.returncode == 2
    assert "--allow-host social.example" in refused.stderr
    done = run(world, tmp_path, "sync", pasted, "--allow-host", host)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
    assert row["Followers"] == 12


def test_addresses_in_column_a_that_mean_nothing_are_told_and_a_far_one_with_its_cure(
    world: World, tmp_path: Path
) -> None:
    host, book = "social.example", tmp_path / "dashboard.xlsx"
    world.serve(host, "/api/v1/accounts/lookup?acct=anna", far(host, "anna", 12))
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app", 77))
    assert run(world, tmp_path, "sync", "bsky.app/profile/bsky.app").returncode == 0
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Profiles"]
    at = sheet.max_row + 1
    for number, text in enumerate([f"https://{host}/@anna", "what is this", "???"]):
        sheet.cell(at + number, 1, text)
    workbook.save(book)
    done = run(world, tmp_path, "sync")
    assert done.returncode == 0, done.stdout + done.stderr
    said = f"3 addresses in Profiles are not understood: A{at}, A{at + 1}, A{at + 2}"
    assert said in done.stdout
    why = {row["Address"]: row["Why"] for row in rows(book, "Profiles")}
    assert "--allow-host social.example" in why[f"https://{host}/@anna"]
    assert run(world, tmp_path, "sync", "--strict").returncode == 1
    told = json.loads(run(world, tmp_path, "sync", "--json", "--allow-host", host).stdout)
    assert told["not_understood"] == [f"Profiles!A{at + 1}", f"Profiles!A{at + 2}"]
    there = {row["Address"]: row["Followers"] for row in rows(book, "Profiles")}
    assert there[f"https://{host}/@anna"] == 12
    run(world, tmp_path, "sync")
    there = {row["Address"]: row["Followers"] for row in rows(book, "Profiles")}
    assert there[f"https://{host}/@anna"] == 12, "without the option it keeps its number"


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_was_read_is_told_though_the_dashboard_refuses_it_at_last(
    world: World, tmp_path: Path, more: tuple[str, ...]
) -> None:
    def opened_meanwhile(wire: Wire) -> None:
        (tmp_path / "~$dashboard.xlsx").write_text("Excel")
        sky("bsky.app", 77)(wire)

    world.serve(SKY, sky_path("bsky.app"), opened_meanwhile)
    done = run(world, tmp_path, "sync", "bsky.app/profile/bsky.app", *more)
    assert done.returncode == 3
    assert "--save DIR" in done.stderr
    assert not (tmp_path / "dashboard.xlsx").exists()
    if more:
        told = json.loads(done.stdout)
        assert told["written"] is False
        assert told["profiles"][0]["fields"]["followers"]["value"] == 77
        assert told["error"]["exit_status"] == 3
    else:
        assert "Read, and not written (1)" in done.stdout
        assert "77 followers" in done.stdout
