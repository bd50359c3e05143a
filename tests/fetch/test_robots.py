"""What robots.txt allows, as RFC 9309 reads it."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetsync.fetch.guard import hosts_allowed
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import MOST_BYTES, Robots
from sheetsync.model import Outcome
from tests.fetch.conftest import MakeClient
from tests.world import Reply, Wire, World, bomb, drip_body, redirect, reset_after, silence
from tests.world.replies import packed

HOST = "www.tiktok.com"
PAGE = f"https://{HOST}/@x"
EMBED = f"https://{HOST}/embed/@x"
RULES = b"""\
User-agent: *
Allow: /embed/v2/*/open$
Disallow: /embed
Crawl-delay: 2.5

User-agent: otherbot
Disallow: /
"""


def test_rules_for_everybody_are_ours(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", RULES)
    robots = Robots(client())
    allowed, forbidden = robots.allowed(PAGE), robots.allowed(EMBED)
    assert (allowed.allowed, forbidden.allowed) == (True, False)
    assert robots.allowed(f"https://{HOST}/embed/v2/1/open").allowed
    assert not robots.allowed(f"https://{HOST}/embed/v2/1/open?x").allowed
    assert forbidden.why == "robots.txt of www.tiktok.com forbids this page to programs."
    assert (allowed.crawl_delay, allowed.problem) == (2.5, None)
    assert [seen.path for seen in world.seen(HOST)] == ["/robots.txt"]


def test_rules_that_name_us_come_first(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", RULES + b"\nUser-agent: SheetSync\nDisallow: /@x\n")
    robots = Robots(client())
    assert not robots.allowed(PAGE).allowed
    assert robots.allowed(EMBED).allowed
    assert not robots.allowed(PAGE, "otherbot").allowed


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: SheetSync/1.0",
        "USER-AGENT:SHEETSYNC",
        "user-agent : sheetsync/0.1.0 (+https://example.org)  # a comment",
        "User-Agent: sheetsync*",
        "useragent sheetsync",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_group_that_names_us_is_ours_however_it_is_written(
    world: World, client: MakeClient, line: str, end: str
) -> None:
    """RFC 9309, 2.2.1: in any case, and the version behind the name does not count."""
    lines = ["User-agent: *", "Disallow: /embed", line, "Disallow: /@x", "Crawl-delay: 3", ""]
    world.serve(HOST, "/robots.txt", end.join(lines).encode())
    robots = Robots(client())
    assert (robots.allowed(PAGE).allowed, robots.allowed(EMBED).allowed) == (False, True)
    assert robots.allowed(PAGE).crawl_delay == 3


@pytest.mark.parametrize("name", ["sheet", "sheetsync-news", "s", "mysheetsync", "sync/1.0", ""])
def test_group_of_a_name_like_ours_is_not_ours(world: World, client: MakeClient, name: str) -> None:
    text = f"User-agent: {name}\nAllow: /\n\nUser-agent: *\nDisallow: /@x\n"
    world.serve(HOST, "/robots.txt", text.encode())
    assert not Robots(client()).allowed(PAGE).allowed


def test_groups_of_one_name_are_one(world: World, client: MakeClient) -> None:
    text = b"User-agent: sheetsync/1\nDisallow: /@x\n\nUser-agent: SheetSync/2\nDisallow: /embed\n"
    world.serve(HOST, "/robots.txt", text)
    robots = Robots(client())
    assert (robots.allowed(PAGE).allowed, robots.allowed(EMBED).allowed) == (False, False)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451])
def test_any_4xx_allows_all(world: World, client: MakeClient, status: int) -> None:
    world.serve(HOST, "/robots.txt", Reply(b"User-agent: *\nDisallow: /", status))
    assert Robots(client()).allowed(EMBED).allowed


@pytest.mark.parametrize("status", [500, 502, 503, 504, 999])
def test_any_5xx_forbids_all(world: World, client: MakeClient, status: int) -> None:
    world.serve(HOST, "/robots.txt", Reply(b"", status))
    verdict = Robots(client()).allowed(PAGE)
    assert not verdict.allowed
    assert str(status) in verdict.why


@pytest.mark.parametrize(
    "check", [Reply(b"", 202), Reply(b"<html>", 200, {"x-amzn-waf-action": "challenge"})]
)
def test_browser_check_in_its_place_is_told_as_one(
    world: World, client: MakeClient, check: Reply
) -> None:
    world.serve(HOST, "/robots.txt", check)
    verdict = Robots(client()).allowed(PAGE)
    assert (verdict.allowed, verdict.problem) == (False, Outcome.CHALLENGE)


def test_site_that_cannot_be_reached_forbids_all(world: World, client: MakeClient) -> None:
    faults = {"silence": silence, "drip": drip_body(), "reset": reset_after(b"HTTP/1.1 200")}
    for name, fault in faults.items():
        world.serve(f"{name}.tiktok.com", "/robots.txt", fault)
    robots = Robots(client(seconds=0.3))
    verdicts = {name: robots.allowed(f"https://{name}.tiktok.com/@x") for name in faults}
    assert not any(verdict.allowed for verdict in verdicts.values())
    problems = {name: verdict.problem for name, verdict in verdicts.items()}
    assert problems["silence"] is problems["drip"] is Outcome.TIMEOUT
    assert problems["reset"] is Outcome.UNREACHABLE


def test_it_is_asked_once_for_all_threads_and_also_when_it_failed(
    world: World, client: MakeClient
) -> None:
    def slow(wire: Wire) -> None:
        time.sleep(0.1)
        Reply(RULES)(wire)

    world.serve(HOST, "/robots.txt", slow)
    world.serve("bsky.app", "/robots.txt", Reply(b"", 500))
    robots, verdicts = Robots(client()), []
    urls = [EMBED, "https://bsky.app/profile/x"] * 4
    threads = [
        threading.Thread(target=lambda u=u: verdicts.append(robots.allowed(u).allowed))
        for u in urls
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [False] * 8
    assert [len(world.seen(host)) for host in (HOST, "bsky.app")] == [1, 1]


def test_redirects_are_followed_through_the_guard(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", redirect("https://tiktok.com/robots.txt", 301))
    world.serve("tiktok.com", "/robots.txt", RULES)
    world.serve("m.tiktok.com", "/robots.txt", redirect("https://127.0.0.1/robots.txt"))
    world.serve("vm.tiktok.com", "/robots.txt", redirect("https://evil.example/robots.txt"))
    robots = Robots(client(guard=world.guard(hosts_allowed(["tiktok.com"]))))
    assert robots.allowed(PAGE).allowed
    assert not robots.allowed(EMBED).allowed
    for host in ("m.tiktok.com", "vm.tiktok.com"):
        verdict = robots.allowed(f"https://{host}/@x")
        assert (verdict.allowed, verdict.problem) == (False, Outcome.REFUSED_ADDRESS)
    assert len(world.server.log) == 4


@pytest.mark.parametrize("pack", [Reply, packed])
def test_what_lies_behind_500_kib_is_not_read(
    world: World, client: MakeClient, pack: type[Reply]
) -> None:
    rules = b"User-agent: *\nDisallow: /embed\n"
    filler = b"# nothing\n" * (MOST_BYTES // 10)
    world.serve(HOST, "/robots.txt", pack(rules + filler + b"Disallow: /\n" * 1000))
    robots = Robots(client())
    assert robots.allowed(PAGE).allowed
    assert not robots.allowed(EMBED).allowed


def test_bomb_of_nothing_is_no_robots_file(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", bomb())
    verdict = Robots(client()).allowed(PAGE)
    assert (verdict.allowed, verdict.problem) == (False, Outcome.UNREADABLE)


@pytest.mark.parametrize(
    "text",
    [
        b"".join(b"User-agent: a%d\n" % n for n in range(9000)) + b"Disallow: /a\n" * 20_000,
        b"".join(b" useragent a%d\n\nSitemap: x\n" % n for n in range(1000))
        + b"disalow /a\n" * 999,
        b"".join(b"User-agent: a%d\n" % n for n in range(9000)) * 3,
    ],
)
def test_file_that_would_fill_the_memory_forbids_all(
    world: World, client: MakeClient, text: bytes
) -> None:
    world.serve(HOST, "/robots.txt", text)
    began = time.monotonic()
    verdict = Robots(client()).allowed(PAGE)
    assert (verdict.allowed, verdict.why) == (
        False,
        "robots.txt of www.tiktok.com is too odd to be understood.",
    )
    assert time.monotonic() - began < 3


def test_long_file_with_many_agents_is_understood(world: World, client: MakeClient) -> None:
    group = b"User-agent: bot%d\n" + b"Disallow: /%d/*/x\n" * 80
    groups = [group % ((number,) * 81) for number in range(60)]
    many = b"".join(b"User-agent: ai%d\n" % number for number in range(200)) + b"Disallow: /\n"
    rules = b"\n".join([*groups, many, b"User-agent: *\nDisallow: /embed\n"])
    world.serve(HOST, "/robots.txt", rules)
    robots = Robots(client())
    assert (robots.allowed(PAGE).allowed, robots.allowed(EMBED).allowed) == (True, False)


def test_page_instead_of_a_robots_file_holds_no_rules(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", b"<!doctype html><html><body>Welcome</body></html>")
    assert Robots(client()).allowed(EMBED).allowed


def test_crawl_delay_sets_the_pace(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", RULES)
    pace = Pace(lambda host: 0.0, start=0.0)
    robots = Robots(client(pace=pace), pace)
    robots.allowed(PAGE)
    assert 2 < pace.due(HOST) <= 2.5


def test_its_request_waits_its_turn(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/robots.txt", b"")
    world.serve(HOST, "/@x", b"page")
    pace = Pace(lambda host: 0.1, start=0.1)
    one = client(pace=pace)
    assert Robots(one, pace).allowed(PAGE).allowed
    assert one.get(PAGE).text == "page"
    first, second = world.seen(HOST)
    assert second.at - first.at >= 0.1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from([b"User-agent: *", b"Disallow: /", b"Allow", b"Crawl-delay: nan", b":"])
        | st.binary(max_size=30),
        max_size=12,
    )
)
def test_no_file_breaks_it(world: World, client: MakeClient, lines: list[bytes]) -> None:
    world.serve(HOST, "/robots.txt", b"\n".join(lines))
    verdict = Robots(client()).allowed(PAGE)
    assert verdict.crawl_delay is None or 0 <= verdict.crawl_delay < float("inf")
    assert verdict.problem in (None, Outcome.UNREADABLE)
