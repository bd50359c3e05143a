"""One request and its answer, with a site that behaves."""

from __future__ import annotations

import gc
import threading
import time
from itertools import pairwise

import pytest

from sheetsync import __version__
from sheetsync.errors import ConfigError
from sheetsync.fetch.pace import Pace
from sheetsync.model import Outcome
from tests.fetch.conftest import MakeClient
from tests.world import PUBLIC, Reply, World, drip_body, redirect, reset_after, silence
from tests.world.replies import packed

TIKTOK = "https://www.tiktok.com/@x"


@pytest.mark.parametrize("proxy", [False, True])
def test_page_comes_as_the_site_sent_it(world: World, client: MakeClient, proxy: bool) -> None:
    world.serve("www.tiktok.com", "/@x", "<p>é".encode())
    answer = client(proxy=proxy).get(TIKTOK)
    assert (answer.status, answer.text, answer.body) == (200, "<p>é", "<p>é".encode())
    assert (answer.url, answer.redirects, answer.problem) == (TIKTOK, (), None)
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.size == 5
    assert 0 < answer.latency < 1


def test_direct_way_looks_up_and_dials_what_was_found(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    assert client().get(TIKTOK).text == "page"
    assert world.looked_up == ["www.tiktok.com"]
    assert world.dialled == [(PUBLIC, 443)]


def test_request_says_who_asks_and_nothing_else(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    client(contact="https://example.org").get(TIKTOK, accept_language="nl", accept="text/plain")
    assert dict(world.seen("www.tiktok.com")[0].headers) == {
        "host": "www.tiktok.com",
        "user-agent": f"sheetsync/{__version__} (+https://example.org)",
        "accept": "text/plain",
        "accept-language": "nl",
        "accept-encoding": "gzip, deflate",
    }


def test_headers_of_a_platform_are_added_but_not_in_the_place_of_ours(
    world: World, client: MakeClient
) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    given = {"accept": "application/json", "X-Version": "1", "user-agent": "Mozilla/5.0"}
    client().get(TIKTOK, headers=given)
    seen = world.seen("www.tiktok.com")[0].headers
    assert (seen["accept"], seen["x-version"]) == ("application/json", "1")
    assert seen["user-agent"] == f"sheetsync/{__version__} (no contact given)"


def test_query_arrives_as_it_was_given(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/a%20b?c=d%2Fe&f=%C3%A9", b"page")
    assert client().get("https://www.tiktok.com/a b?c=d%2Fe&f=é#part").text == "page"


def test_packed_page_is_unpacked(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", packed(b"page" * 1000))
    assert client().get(TIKTOK).body == b"page" * 1000


def test_connection_is_used_again(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    one = client()
    assert [one.get(TIKTOK).status for _ in range(3)] == [200] * 3
    assert len({seen.connection for seen in world.seen("www.tiktok.com")}) == 1


@pytest.mark.parametrize("proxy", [False, True])
def test_no_connection_outlives_the_client(world: World, client: MakeClient, proxy: bool) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    world.serve("www.tiktok.com", "/@y", reset_after(b""))
    gc.disable()  # urllib3 would leave it to the collector, as soon as something has failed
    try:
        with client(proxy=proxy) as one:
            one.get("https://www.tiktok.com/@y")
            one.get(TIKTOK)
            assert world.server.connections == 1
        until = time.monotonic() + 2
        while world.server.connections and time.monotonic() < until:
            time.sleep(0.01)
        assert world.server.connections == 0
    finally:
        gc.enable()


def test_cookies_are_neither_kept_nor_sent(world: World, client: MakeClient) -> None:
    cookie = {"Set-Cookie": "sid=1; Path=/"}
    world.serve("www.tiktok.com", "/@x", Reply(b"", 302, {"Location": "/@y", **cookie}))
    world.serve("www.tiktok.com", "/@y", Reply(b"page", headers=cookie))
    one = client()
    for _ in range(2):
        assert one.get(TIKTOK).text == "page"
    assert not any("cookie" in seen.headers for seen in world.seen("www.tiktok.com"))
    assert not one._session.cookies


def test_nothing_of_the_person_is_sent(
    world: World, client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = world.ca.with_name("netrc")
    netrc.write_text("machine www.tiktok.com login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    world.serve("www.tiktok.com", "/@x", b"page")
    client().get(TIKTOK)
    assert "authorization" not in world.seen("www.tiktok.com")[0].headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 999])
def test_page_of_any_status_is_read(world: World, client: MakeClient, status: int) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"a page that says why", status))
    answer = client().get(TIKTOK)
    assert (answer.status, answer.text) == (status, "a page that says why")
    assert answer.problem is None
    assert len(world.seen("www.tiktok.com")) == 1


def test_empty_page_is_an_empty_page(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"")
    world.serve("www.tiktok.com", "/@y", Reply(b"", 204, {"Content-Length": ""}))
    one = client()
    for url in (TIKTOK, "https://www.tiktok.com/@y"):
        answer = one.get(url)
        assert (answer.text, answer.problem) == ("", None)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30", 30), ("Sun, 22 Nov 2026 12:02:00 GMT", 120), ("", None), ("later", None)],
)
def test_429_comes_with_its_time(
    world: World, client: MakeClient, said: str, seconds: float | None
) -> None:
    headers = {"Retry-After": said, "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    world.serve("www.tiktok.com", "/@x", Reply(b"slow down", 429, headers))
    answer = client().get(TIKTOK)
    assert (answer.status, answer.retry_after, answer.text) == (429, seconds, "slow down")
    assert len(world.seen("www.tiktok.com")) == 1


def test_503_is_not_asked_again(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"overload-protect triggered", 503))
    answer = client().get(TIKTOK)
    assert (answer.status, answer.text) == (503, "overload-protect triggered")
    assert len(world.seen("www.tiktok.com")) == 1


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_trouble_is_asked_twice_again(
    world: World, client: MakeClient, status: int
) -> None:
    world.serve("www.tiktok.com", "/@x", *[Reply(b"busy", status)] * 2, b"page")
    world.serve("www.tiktok.com", "/@y", Reply(b"busy", status))
    pauses: list[float] = []
    one = client(sleep=pauses.append, jitter=lambda: -0.4)
    assert one.get(TIKTOK).text == "page"
    answer = one.get("https://www.tiktok.com/@y")
    assert (answer.status, answer.text, answer.problem) == (status, "busy", None)
    assert len(world.seen("www.tiktok.com")) == 6
    assert pauses == pytest.approx([0.1] * 4)


def test_second_attempt_stays_inside_the_deadline(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"busy", 502))
    answer = client(jitter=lambda: 0.9, seconds=1.0).get(TIKTOK)
    assert answer.status == 502
    assert len(world.seen("www.tiktok.com")) == 1


def test_gateway_that_names_a_time_is_left_alone(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"busy", 504, {"Retry-After": "9"}))
    assert client().get(TIKTOK).retry_after == 9
    assert len(world.seen("www.tiktok.com")) == 1


def test_limit_of_one_page_can_be_smaller(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"x" * 2000)
    one = client()
    assert one.get(TIKTOK, max_bytes=1000).problem is Outcome.TOO_LARGE
    assert one.get(TIKTOK, max_bytes=1000, cut=True).body == b"x" * 1000
    assert one.get(TIKTOK).size == 2000


def test_deadline_of_one_page_can_be_shorter(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", silence)
    began = time.monotonic()
    answer = client(seconds=20).get(TIKTOK, deadline=0.2)
    assert (answer.problem, answer.detail) == (
        Outcome.TIMEOUT,
        "www.tiktok.com did not answer in time (0.2 s).",
    )
    assert time.monotonic() - began < 5


def test_deadline_that_has_passed_asks_nothing(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    assert client().get(TIKTOK, deadline=0).problem is Outcome.TIMEOUT
    assert client().get(TIKTOK, deadline=-1).problem is Outcome.TIMEOUT
    assert world.server.log == []


def test_secret_is_sent_and_shown_nowhere(world: World, client: MakeClient) -> None:
    world.serve("api.github.com", "/users/x?key=k3y", Reply(b"no", 302, {"Location": "/nowhere:1"}))
    one = client(guard=world.guard(lambda host: host != "api.github.com"))
    refused = one.get("https://api.github.com/users/x?key=k3y", secret_headers={"X-Key": "s3cret"})
    asked = client().get(
        "https://api.github.com/users/x?key=k3y", secret_headers={"X-Key": "s3cret\n"}
    )
    assert world.seen("api.github.com")[0].headers["x-key"] == "s3cret"
    for answer in (refused, asked):
        assert "s3cret" not in repr(answer)
        assert "k3y" not in answer.detail


def test_secret_with_a_line_break_inside_is_a_mistake(client: MakeClient) -> None:
    with pytest.raises(ConfigError, match="X-Key"):
        client().get(TIKTOK, secret_headers={"X-Key": "a\r\nb"})


def test_stop_ends_what_is_under_way(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/slow", drip_body())
    world.serve("bsky.app", "/silent", silence)
    one = client(seconds=20)
    answers = []
    urls = ["https://www.tiktok.com/slow", "https://bsky.app/silent"]
    threads = [threading.Thread(target=lambda u=u: answers.append(one.get(u))) for u in urls]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while len(world.server.log) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    one.stop()
    for thread in threads:
        thread.join(2)
    assert [answer.problem for answer in answers] == [Outcome.NOT_REACHED] * 2
    after = one.get(TIKTOK)
    assert after.problem is Outcome.NOT_REACHED
    assert after.detail == "Not asked: the run was stopped before."
    assert len(world.server.log) == 2


def test_hosts_in_parallel_and_one_request_at_a_time_per_host(
    world: World, client: MakeClient
) -> None:
    hosts = ["www.tiktok.com", "bsky.app", "api.github.com"]
    for host in hosts:
        for page in range(4):
            world.serve(host, f"/{page}", Reply(f"{host} {page}".encode()))
    one = client(pace=Pace(lambda host: 0.1, start=0.1))
    answers = {}

    def work(host: str, page: int) -> None:
        answers[host, page] = one.get(f"https://{host}/{page}").text

    threads = [
        threading.Thread(target=work, args=(host, page)) for host in hosts for page in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == {(h, p): f"{h} {p}" for h in hosts for p in range(4)}
    for host in hosts:
        seen = world.seen(host)
        assert len({one.connection for one in seen}) == 1
        gaps = [b.at - a.at for a, b in pairwise(seen)]
        assert min(gaps) >= 0.1
    times = [[one.at for one in world.seen(host)] for host in hosts]
    assert max(sent[0] for sent in times) < min(sent[-1] for sent in times)


def test_redirects_and_second_attempts_wait_their_turn_too(
    world: World, client: MakeClient
) -> None:
    world.serve("www.tiktok.com", "/@x", redirect("/@y"))
    world.serve("www.tiktok.com", "/@y", Reply(b"", 502), b"page")
    answer = client(pace=Pace(lambda host: 0.1, start=0.1), seconds=0.5).get(TIKTOK)
    assert (answer.text, answer.redirects) == ("page", (TIKTOK,))
    seen = world.seen("www.tiktok.com")
    assert [one.path for one in seen] == ["/@x", "/@y", "/@y"]
    assert min(b.at - a.at for a, b in pairwise(seen)) >= 0.1


def test_waiting_for_a_turn_is_not_counted_as_slowness(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", b"page")
    pace = Pace(lambda host: 0.6, start=0.6)
    one = client(pace=pace, seconds=0.5)
    assert [one.get(TIKTOK).text for _ in range(2)] == ["page"] * 2


def test_host_that_is_over_is_not_asked(world: World, client: MakeClient) -> None:
    world.serve("www.tiktok.com", "/@x", Reply(b"no", 429))
    world.serve("bsky.app", "/go", redirect(TIKTOK))
    one = client(pace=Pace(lambda host: 0, start=0))
    assert one.get(TIKTOK).status == 429
    for url in (TIKTOK, "https://bsky.app/go"):
        answer = one.get(url)
        assert (answer.problem, answer.status) == (Outcome.NOT_REACHED, None)
        assert answer.detail == "Not asked: www.tiktok.com asked to slow down."
    assert len(world.seen("www.tiktok.com")) == 1
