"""Where a site may send us on to, and what goes along."""

from __future__ import annotations

import time

import pytest

from sheetsync.fetch.guard import hosts_allowed
from sheetsync.model import Outcome
from tests.fetch.conftest import MakeClient
from tests.world import Reply, Wire, World, redirect

START = "https://www.tiktok.com/@x"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed(world: World, client: MakeClient, status: int) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("/login?from=x", status))
    world.serve("www.tiktok.com", "/login?from=x", b"please log in")
    answer = client().get(START)
    assert (answer.status, answer.text) == (200, "please log in")
    assert answer.url == "https://www.tiktok.com/login?from=x"
    assert answer.redirects == (START,)
    assert answer.sent_to == ""


@pytest.mark.parametrize(
    "to",
    [
        "http://www.tiktok.com/@x",
        "HTTP://www.tiktok.com/@x",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://168.63.129.16/",
        "https://100.100.100.200/",
        "//localhost/",
        "//intranet/",
        "https://metadata.google.internal/",
        "https://www.tiktok.com:8443/",
        "https://me@www.tiktok.com/",
        "https://www.tiktok.com@127.0.0.1/",
        "https://127.0.0.1\\@www.tiktok.com/",
        "https://127.0.0.1#@www.tiktok.com/",
        "https://evil.example/",
        "//evil.example/@x",
        "\\\\evil.example/",
        "https://www.tiktok.com.evil.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,followers",
        "snssdk1233://user/profile/1",
        "ftp://www.tiktok.com/",
        "https://[::1",
    ],
)
@pytest.mark.parametrize("http", [False, True])
def test_redirect_that_is_not_followed(
    world: World, client: MakeClient, to: str, http: bool
) -> None:
    world.serve("www.tiktok.com", "/@x", redirect(to, body=b"a page"))
    guard = world.guard(hosts_allowed(["tiktok.com"]), http=http)
    answer = client(guard=guard).get(START)
    if to.startswith("\\"):  # no address of another host, but a path on this one
        assert answer.status == 404
        return
    assert answer.problem is Outcome.REFUSED_ADDRESS
    assert answer.detail.startswith("www.tiktok.com sends on to a")
    assert (answer.status, answer.url, answer.text) == (302, START, "")
    assert answer.sent_to
    assert len(world.server.log) == 1
    assert world.looked_up == ["www.tiktok.com"]


def test_redirect_to_a_name_that_leads_inside(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("https://vm.tiktok.com/"))
    world.addresses["vm.tiktok.com"] = ["10.0.0.7"]
    answer = client().get(START)
    assert answer.problem is Outcome.REFUSED_ADDRESS
    assert answer.detail == "vm.tiktok.com leads to 10.0.0.7, which is no public address."
    assert len(world.dialled) == 1


def test_five_redirects_and_no_more(world: World, client: MakeClient) -> None:
    for number in range(7):
        world.serve("www.tiktok.com", f"/{number}", redirect(f"/{number + 1}"))
    world.serve("bsky.app", "/a", redirect("https://www.tiktok.com/2"))
    one = client()
    answer = one.get("https://www.tiktok.com/0")
    assert answer.problem is Outcome.UNREACHABLE
    assert answer.detail == "www.tiktok.com sends on from one address to the next without an end."
    assert (len(answer.redirects), answer.sent_to) == (5, "https://www.tiktok.com/6")
    assert len(world.server.log) == 6
    world.serve("www.tiktok.com", "/7", b"page")
    assert one.get("https://www.tiktok.com/2").text == "page"


@pytest.mark.parametrize("to", ["/@x", START, "https://WWW.tiktok.com/@x#again", "", "?"])
def test_redirect_to_itself_is_not_followed_at_all(
    world: World, client: MakeClient, to: str
) -> None:
    """Sites do that to set a cookie; without one the second answer would be the first."""
    world.serve("www.tiktok.com", "/@x", redirect(to or START))
    answer = client().get(START)
    assert answer.problem is Outcome.CHALLENGE
    assert answer.detail == (
        "www.tiktok.com sends on in a circle, as sites do that want to set a cookie first."
    )
    assert len(world.server.log) == 1


def test_circle_of_redirects_ends_where_it_closes(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("https://bsky.app/set"))
    world.serve("bsky.app", "/set", redirect(START))
    assert client().get(START).problem is Outcome.CHALLENGE
    assert [seen.path for seen in world.server.log] == ["/@x", "/set"]


def test_same_path_with_another_query_is_another_page(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("/@x?lang=en"))
    world.serve("www.tiktok.com", "/@x?lang=en", b"page")
    assert client().get(START).text == "page"


def test_secret_stays_with_its_host(world: World, client: MakeClient) -> None:
    world.serve("api.github.com", "/a", redirect("/b"))
    world.serve("api.github.com", "/b", redirect("https://github.com/c"))
    world.serve("github.com", "/c", redirect("https://api.github.com/d"))
    world.serve("api.github.com", "/d", b"page")
    answer = client().get(
        "https://api.github.com/a", secret_headers={"Authorization": "Bearer s3cret"}
    )
    assert answer.text == "page"
    with_secret = [seen.path for seen in world.server.log if "authorization" in seen.headers]
    assert with_secret == ["/a", "/b"]


@pytest.mark.parametrize("status", [300, 304, 305, 399, 206, 302])
def test_answer_without_a_page_is_none(world: World, client: MakeClient, status: int) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"half a page", status))
    answer = client().get(START)
    assert (answer.problem, answer.text) == (Outcome.UNREADABLE, "")
    assert answer.detail == f"www.tiktok.com answered {status} and no page."


def test_letters_in_a_location_may_be_utf_8(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("/é".encode().decode("latin-1")))
    world.serve("www.tiktok.com", "/%C3%A9", b"page")
    assert client().get(START).text == "page"


def test_deadline_covers_all_redirects_together(world: World, client: MakeClient) -> None:
    def slow(wire: Wire) -> None:
        time.sleep(0.15)
        redirect(f"{wire.seen.path}x")(wire)

    for number in range(1, 6):
        world.serve("www.tiktok.com", "/@" + "x" * number, slow)
    began = time.monotonic()
    assert client(seconds=0.4).get(START).problem is Outcome.TIMEOUT
    assert time.monotonic() - began < 3
    assert len(world.server.log) <= 3


def test_address_that_robots_txt_forbids_is_not_followed(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("/@y"))
    world.serve("www.tiktok.com", "/@y", redirect("/login?next=1"))
    asked = []

    def may_follow(url: str) -> str | None:
        asked.append(url)
        return "robots.txt says no." if "/login" in url else None

    answer = client().get(START, may_follow=may_follow)
    assert asked == ["https://www.tiktok.com/@y", "https://www.tiktok.com/login?next=1"]
    assert (answer.problem, answer.detail) == (Outcome.ROBOTS_DISALLOWED, "robots.txt says no.")
    assert answer.sent_to == "https://www.tiktok.com/login?next=1"
    assert [seen.path for seen in world.server.log] == ["/@x", "/@y"]
