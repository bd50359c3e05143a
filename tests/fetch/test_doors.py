"""One refusal is enough, doors that disagree, and keys: real requests, counted by the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sheetsync.fetch.doors import Doors
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import Robots
from sheetsync.fetch.round import read_round
from sheetsync.model import Outcome, Record
from sheetsync.platform import find_watched
from sheetsync.platform_file import builtin
from tests.fetch.conftest import MakeClient
from tests.world import Reply, World, bomb, redirect, reset_after, silence
from tests.world.replies import Handler

PAGES = Path(__file__).parents[1] / "platforms"
SNAP, TIKTOK, GITHUB = "www.snapchat.com", "www.tiktok.com", "api.github.com"
NAMES = [f"name{number:03}" for number in range(300)]
Read = Callable[..., list[Record]]


def page(case: str) -> bytes:
    return next((PAGES / case).glob("page.*")).read_bytes()


@pytest.fixture
def read(world: World, client: MakeClient) -> Read:
    """Reads addresses as a round does, without its pauses."""

    def read(
        *addresses: str,
        keys: dict[str, str] | None = None,
        in_turn: bool = False,
        seconds: float = 10.0,
        **options: Any,
    ) -> list[Record]:
        pace = Pace(lambda host: 0.0, start=0.0)
        one = client(pace=pace, seconds=seconds)
        doors = Doors(
            *(one, Robots(one, pace)),
            environment=keys or {},
            now=lambda: datetime(2026, 11, 22, 6, tzinfo=UTC),
            **options,
        )
        by_key = {platform.key: platform for platform in builtin()}
        watched = [found for text in addresses if (found := find_watched(text, builtin()))]
        assert len(watched) == len(addresses)
        if in_turn:
            return [doors.read(each, by_key[each.platform]).record for each in watched]
        round_ = read_round(watched, builtin(), doors, one, deadline=60)
        return [each.record for each in round_.fetched]

    return read


def asked(world: World, host: str) -> list[str]:
    return [seen.path for seen in world.seen(host) if seen.path != "/robots.txt"]


def titled(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>".encode()


WALLS: dict[str, tuple[Handler, Outcome, int]] = {
    "401": (Reply(b"", 401), Outcome.LOGIN_WALL, 1),
    "403": (Reply(b"", 403), Outcome.CHALLENGE, 1),
    "405": (Reply(b"", 405), Outcome.CHALLENGE, 1),
    "999": (Reply(b"", 999), Outcome.CHALLENGE, 1),
    "202 and nothing": (Reply(b"", 202), Outcome.CHALLENGE, 1),
    "firewall that says so in a header": (
        Reply(titled("x"), 200, {"x-amzn-waf-action": "challenge"}),
        Outcome.CHALLENGE,
        1,
    ),
    "captcha on a 200": (Reply(titled("Are you a robot?")), Outcome.CHALLENGE, 1),
    "sign-in on a 200": (Reply(titled("Log in")), Outcome.LOGIN_WALL, 1),
    "consent on a 200": (Reply(titled("Before you continue")), Outcome.CONSENT_WALL, 1),
    "sent on to a sign-in elsewhere": (
        redirect("https://accounts.snapchat.com/v2/login"),
        Outcome.LOGIN_WALL,
        1,
    ),
    "429": (Reply(b"", 429), Outcome.RATE_LIMITED, 1),
    "429 with a time": (Reply(b"", 429, {"Retry-After": "5"}), Outcome.RATE_LIMITED, 1),
    "503": (Reply(b"", 503), Outcome.RATE_LIMITED, 1),
    "403 with a time": (Reply(b"", 403, {"Retry-After": "5"}), Outcome.RATE_LIMITED, 1),
    "451": (Reply(b"", 451), Outcome.REGION_BLOCKED, 5),
    "500": (Reply(b"", 500), Outcome.UNREACHABLE, 5),
    "504, each asked twice again": (Reply(b"", 504), Outcome.UNREACHABLE, 15),
    "reset, each asked twice again": (reset_after(b""), Outcome.UNREACHABLE, 15),
    "bomb": (bomb(), Outcome.TOO_LARGE, 5),
    "silence": (silence, Outcome.TIMEOUT, 5),
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_before_300_profiles_costs_few_requests(world: World, read: Read, wall: str) -> None:
    handler, outcome, requests = WALLS[wall]
    world.serve("accounts.snapchat.com", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    for name in NAMES:
        world.serve(SNAP, f"/@{name}", handler)
    seconds = 0.3 if outcome is Outcome.TIMEOUT else 10.0
    records = read(*(f"snapchat:{name}" for name in NAMES), seconds=seconds)
    assert len(asked(world, SNAP)) == requests
    assert len(world.seen(SNAP)) == requests + 1, "and robots.txt once"
    assert records[0].outcome is outcome
    assert not any(record.outcome.has_numbers for record in records)
    told = [record.detail for record in records if record.detail.lower().startswith("not asked")]
    assert len(told) == 300 - min(requests, 5)
    assert {record.outcome for record in records} <= {outcome, Outcome.NOT_REACHED}


def test_a_circle_of_redirects_before_300_profiles_costs_one_request(
    world: World, read: Read
) -> None:
    for name in NAMES:
        world.serve(SNAP, f"/@{name}", redirect(f"/@{name}"))
    records = read(*(f"snapchat:{name}" for name in NAMES))
    assert len(asked(world, SNAP)) == 1
    assert records[0].outcome is Outcome.CHALLENGE
    assert "in a circle" in records[0].detail


def test_a_missing_account_is_no_wall(world: World, read: Read) -> None:
    """Nor is a bare 404 the site's word that the account is gone."""
    records = read(*(f"snapchat:{name}" for name in NAMES[:5]))
    assert len(asked(world, SNAP)) == 5
    assert {record.outcome for record in records} == {Outcome.UNKNOWN_STATUS}
    assert records[0].detail.startswith("Snapchat has no page there")


def test_trouble_now_and_then_is_no_wall(world: World, read: Read) -> None:
    for number, name in enumerate(NAMES[:20]):
        world.serve(SNAP, f"/@{name}", Reply(b"", 500 if number % 5 else 404))
    read(*(f"snapchat:{name}" for name in NAMES[:20]))
    assert len(asked(world, SNAP)) == 20


@pytest.mark.parametrize(
    ("status", "headers", "case"),
    [
        (403, {"X-RateLimit-Remaining": "0"}, "github/limit-used-up"),
        (403, {"X-RateLimit-Remaining": "0"}, ""),
        (403, {"Retry-After": "60"}, ""),
        (429, {"X-RateLimit-Remaining": "0"}, ""),
        (403, {}, "github/limit-used-up"),
    ],
)
def test_an_allowance_that_is_used_up_ends_the_host(
    world: World, read: Read, status: int, headers: dict[str, str], case: str
) -> None:
    body = page(case) if case else b'{"message": "no"}'
    for name in NAMES:
        world.serve(GITHUB, f"/users/{name}", Reply(body, status, headers))
    records = read(*(f"github:{name}" for name in NAMES))
    assert len(world.seen(GITHUB)) == 1
    assert records[0].outcome is Outcome.RATE_LIMITED
    assert records[-1].detail.lower().startswith("not asked")


def test_overload_that_is_told_in_a_body_ends_the_host_too(world: World, read: Read) -> None:
    world.serve(TIKTOK, "/@anna", page("tiktok/overloaded"))
    read("tiktok:anna", "tiktok:bert", ignore_robots=True)
    assert asked(world, TIKTOK) == ["/@anna"]


# --- doors that disagree -------------------------------------------------------------------------

GONE = Reply(b"no such page", 404)
CHECK = Reply(b"<html></html>", 503, {"cf-mitigated": "challenge"})


@pytest.mark.parametrize(
    ("profile", "embed", "outcome"),
    [
        (GONE, Reply(page("tiktok/embed")), Outcome.OK),
        (GONE, GONE, Outcome.UNKNOWN_STATUS),
        (Reply(page("tiktok/browser-check")), GONE, Outcome.CHALLENGE),
        (Reply(page("tiktok/browser-check")), Reply(b"", 400), Outcome.ABSENT_OR_PRIVATE),
        (Reply(page("tiktok/layout-changed")), GONE, Outcome.LAYOUT_CHANGED),
        (GONE, Reply(page("tiktok/browser-check")), Outcome.CHALLENGE),
        (Reply(b"", 451), GONE, Outcome.REGION_BLOCKED),
        (Reply(b"", 451), Reply(page("tiktok/embed")), Outcome.OK),
        (redirect("/gone"), GONE, Outcome.UNKNOWN_STATUS),
        (CHECK, Reply(page("tiktok/embed")), Outcome.OK),
    ],
)
def test_the_most_truthful_of_two_doors_is_told(
    world: World, read: Read, profile: Reply, embed: Reply, outcome: Outcome
) -> None:
    world.serve(TIKTOK, "/@anna.bakt", profile)
    world.serve(TIKTOK, "/embed/@anna.bakt", embed)
    (record,) = read("tiktok:anna.bakt", ignore_robots=True)
    assert record.outcome is outcome


def test_the_sites_own_word_is_the_last(world: World, read: Read) -> None:
    gone = page("tiktok/not-found").decode()
    world.serve(TIKTOK, "/@anna.bakt", gone.encode())
    (record,) = read("tiktok:anna.bakt", ignore_robots=True)
    assert record.outcome is Outcome.NOT_FOUND
    assert asked(world, TIKTOK) == ["/@anna.bakt"]


def test_youtubes_own_page_for_nobody_is_its_word(world: World, read: Read) -> None:
    nobody = Reply(page("youtube/status-404"), 404)
    world.serve("www.youtube.com", "/@kiwi?hl=en", nobody)
    assert read("youtube:kiwi")[0].outcome is Outcome.NOT_FOUND
    world.serve("www.youtube.com", "/@plum?hl=en", Reply(titled("404 Not Found"), 404))
    assert read("youtube:plum")[0].outcome is Outcome.UNKNOWN_STATUS


def test_the_wall_of_one_server_is_not_that_of_another(world: World, read: Read) -> None:
    for name in ("anna", "bert"):
        world.serve("one.example.org", f"/api/v1/accounts/lookup?acct={name}", Reply(b"{}", 401))
    world.serve(
        *("two.example.org", "/api/v1/accounts/lookup?acct=carl"),
        Reply(b'{"error": "Record not found"}', 404),
    )
    names = ("@anna@one.example.org", "@bert@one.example.org", "@carl@two.example.org")
    records = read(*names, in_turn=True)
    outcomes = [record.outcome for record in records]
    assert outcomes == [Outcome.LOGIN_WALL, Outcome.LOGIN_WALL, Outcome.NOT_FOUND]
    assert len(asked(world, "one.example.org")) == 1


# --- keys ----------------------------------------------------------------------------------------

SECRET, OWN_ID = "EAAB-very/secret+token", "1784140/../me?x="
INSTAGRAM = {"INSTAGRAM_USER_ID": OWN_ID, "INSTAGRAM_ACCESS_TOKEN": SECRET}


def test_a_key_in_an_address_is_one_word_of_it_and_in_no_name_of_a_file(
    world: World, read: Read, tmp_path: Path
) -> None:
    seen: list[str] = []

    def answer(wire: Any) -> None:
        seen.append(wire.seen.path)
        Reply(f'{{"error": {{"message": "{SECRET} of {OWN_ID}"}}}}'.encode(), 400)(wire)

    quoted_id = "1784140%2F..%2Fme%3Fx%3D"
    rest = (
        "?fields=business_discovery.username(anna.bakt)%7Busername,name,followers_count,"
        "follows_count,media_count,media.limit(25)%7Bpermalink,timestamp,caption,like_count,"
        "comments_count%7D%7D"
    )
    world.serve("graph.facebook.com", f"/v23.0/{quoted_id}{rest}", answer)
    world.serve("www.instagram.com", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    (record,) = read("instagram:anna.bakt", keys=INSTAGRAM, keep=Keeper(tmp_path).keep)
    assert len(seen) == 1
    (kept,) = tmp_path.iterdir()
    assert "1784140" not in kept.name
    assert "INSTAGRAM_USER_ID" in kept.name
    assert SECRET not in kept.read_text() + str(record)
    assert "{INSTAGRAM_ACCESS_TOKEN}" in kept.read_text()


def test_a_key_that_a_site_sends_back_reaches_no_reading(world: World, read: Read) -> None:
    body = page("github/api").decode()
    assert '"name": "' in body
    body = body.replace('"name": "', f'"name": "{SECRET} ')
    handle = "paper-boat"
    world.serve(GITHUB, f"/users/{handle}", body.encode())
    (record,) = read(f"github:{handle}", keys={"GITHUB_TOKEN": SECRET})
    assert SECRET not in str(record)
    spelled = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
    world.serve(GITHUB, f"/users/{handle}", body.replace(SECRET, spelled).encode())
    (record,) = read(f"github:{handle}", keys={"GITHUB_TOKEN": SECRET})
    assert record.outcome is Outcome.OK
    assert record.text("name").startswith("{GITHUB_TOKEN}")
    sent = f"https://{SECRET.replace('/', '').replace('+', '')}.evil.example/"
    world.serve(GITHUB, "/users/other", redirect(sent))
    (record,) = read("github:other", keys={"GITHUB_TOKEN": "EAAB-verysecrettoken"})
    assert "verysecret" not in str(record).lower()


def test_a_key_that_is_refused_by_its_status_is_said_and_tried_once(
    world: World, read: Read
) -> None:
    for name in NAMES[:3]:
        path = f"/youtube/v3/channels?part=snippet,statistics&forHandle=@{name}"
        world.serve("youtube.googleapis.com", path, Reply(b"{}", 401))
        world.serve("www.youtube.com", f"/@{name}?hl=en", titled("Sign in - YouTube"))
    records = read(*(f"youtube:{name}" for name in NAMES[:3]), keys={"YOUTUBE_API_KEY": SECRET})
    assert len(world.seen("youtube.googleapis.com")) == 1
    assert records[0].outcome is Outcome.LOGIN_WALL
    assert "refuses the key: renew YOUTUBE_API_KEY" in records[0].detail


@pytest.mark.parametrize("status", [200, 404])
def test_a_way_to_a_login_page_is_no_word_on_the_key(world: World, read: Read, status: int) -> None:
    path = "/youtube/v3/channels?part=snippet,statistics&forHandle=@alpha"
    sign_in = titled("Sign in - YouTube")
    world.serve("youtube.googleapis.com", path, redirect("https://youtube.googleapis.com/login"))
    world.serve("youtube.googleapis.com", "/login", Reply(sign_in, status))
    world.serve("www.youtube.com", "/@alpha?hl=en", sign_in)
    (record,) = read("youtube:alpha", keys={"YOUTUBE_API_KEY": SECRET})
    assert "refuses the key" not in record.detail


def test_the_key_of_one_account_says_nothing_of_anothers(world: World, read: Read) -> None:
    path = (
        "/v2/user/info/?fields=open_id,username,display_name,is_verified,"
        "follower_count,following_count,likes_count,video_count"
    )
    world.serve("open.tiktokapis.com", path, Reply(b"{}", 401))
    for name in ("anna", "bert"):
        world.serve(TIKTOK, f"/@{name}", page("tiktok/browser-check"))
    keys = {"TIKTOK_ACCESS_TOKEN_ANNA": "first-token", "TIKTOK_ACCESS_TOKEN_BERT": "second-token"}
    records = read("tiktok:anna", "tiktok:bert", keys=keys)
    sent = [seen.headers["authorization"] for seen in world.seen("open.tiktokapis.com")]
    assert sent == ["Bearer first-token", "Bearer second-token"]
    assert "renew TIKTOK_ACCESS_TOKEN_ANNA" in records[0].detail


def test_further_pages_behind_a_wall_are_asked_for_once(world: World, read: Read) -> None:
    host = "api.twitch.tv"
    user = page("twitch/helix-user").decode()
    for number, name in enumerate(("tin_kettle", "oak_kettle")):
        body = user.replace("tin_kettle", name).replace("9901", f"990{number}")
        world.serve(host, f"/helix/users?login={name}", body.encode())
        more = f"/helix/channels/followers?broadcaster_id=990{number}&first=1"
        world.serve(host, more, Reply(b"{}", 401))
    keys = {"TWITCH_TOKEN": "token-token", "TWITCH_CLIENT_ID": "client"}
    records = read("twitch:tin_kettle", "twitch:oak_kettle", keys=keys)
    assert len(world.seen(host)) == 2
    assert [record.outcome for record in records] == [Outcome.NEEDS_KEY, Outcome.NEEDS_KEY]
