"""Servers that misbehave: the right outcome, in bounded time, and nothing left over."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetsync.model import Outcome
from tests.fetch.conftest import MakeClient
from tests.world import (
    Reply,
    World,
    bomb,
    drip_body,
    drip_head,
    endless,
    raw,
    reset_after,
    silence,
)
from tests.world.replies import Handler, head

HOST = "www.tiktok.com"
URL = f"https://{HOST}/@x"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"<html>followers: 1234567</html>" * 50)


@pytest.fixture(autouse=True)
def bounded_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 8


#: What a page does, and the outcome.
FAULTS: dict[str, tuple[Handler, Outcome]] = {
    # too much
    "gzip bomb on a 200": (bomb(), Outcome.TOO_LARGE),
    "gzip bomb on a 404": (bomb(404), Outcome.TOO_LARGE),
    "deflate bomb": (bomb(coding="deflate"), Outcome.TOO_LARGE),
    "gzip bomb on a 302 that leads inside": (
        bomb(302, Location="https://127.0.0.1/"),
        Outcome.REFUSED_ADDRESS,
    ),
    "gzip bomb on a 302 that leads nowhere": (bomb(302), Outcome.UNREADABLE),
    "gzip bomb on a 304": (bomb(304), Outcome.UNREADABLE),
    "endless page": (endless(OK + b"\r\n", b"x" * 1024), Outcome.TOO_LARGE),
    "endless page in chunks": (endless(CHUNKED, b"1\r\nx\r\n"), Outcome.TIMEOUT),
    "announced length of 50 GB": (
        endless(OK + b"Content-Length: 50000000000\r\n\r\n", b"x"),
        Outcome.TOO_LARGE,
    ),
    "chunk of minus one byte": (endless(CHUNKED + b"-1\r\n", b"x"), Outcome.UNREACHABLE),
    "line of a chunk's size without an end": (endless(CHUNKED, b"1"), Outcome.UNREADABLE),
    "header line without an end": (endless(OK + b"X: ", b"x"), Outcome.UNREADABLE),
    "headers without an end": (endless(OK, b"X: y\r\n"), Outcome.UNREADABLE),
    # too slow
    "silence": (silence, Outcome.TIMEOUT),
    "headers byte by byte": (drip_head(), Outcome.TIMEOUT),
    "body byte by byte": (drip_body(), Outcome.TIMEOUT),
    "packed body byte by byte": (drip_body(headers={"Content-Encoding": "gzip"}), Outcome.TIMEOUT),
    "chunks byte by byte": (
        drip_body(headers={"Content-Length": "", "Transfer-Encoding": "chunked"}),
        Outcome.TIMEOUT,
    ),
    "headers and then silence": (
        raw(OK + b"Content-Length: 9\r\n\r\n", end="keep"),
        Outcome.TIMEOUT,
    ),
    "half a body and then silence": (
        raw(OK + b"Content-Length: 9\r\n\r\nhalf", end="keep"),
        Outcome.TIMEOUT,
    ),
    "body without a length and then silence": (raw(OK + b"\r\nhalf", end="keep"), Outcome.TIMEOUT),
    "100 Continue without an end": (
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        Outcome.TIMEOUT,
    ),
    # broken off
    "closed before an answer": (raw(end="cut"), Outcome.UNREACHABLE),
    "reset before an answer": (reset_after(b""), Outcome.UNREACHABLE),
    "reset in the status line": (reset_after(b"HTTP/1."), Outcome.UNREACHABLE),
    "reset in the headers": (reset_after(OK + b"Content-Ty"), Outcome.UNREACHABLE),
    "reset in the body": (reset_after(OK + b"Content-Length: 9\r\n\r\nhalf"), Outcome.UNREACHABLE),
    "reset in a chunk": (reset_after(CHUNKED + b"9\r\nhalf"), Outcome.UNREACHABLE),
    "closed in the headers": (raw(OK + b"Content-Ty", end="cut"), Outcome.UNREACHABLE),
    "length greater than the body": (
        raw(OK + b"Content-Length: 9\r\n\r\nhalf"),
        Outcome.UNREACHABLE,
    ),
    "length greater than the packed body": (
        raw(OK + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n" + PACKED),
        Outcome.UNREACHABLE,
    ),
    "two lengths": (
        raw(OK + b"Content-Length: 4\r\nContent-Length: 9\r\n\r\nhalf a page"),
        Outcome.UNREADABLE,
    ),
    "gzip that is cut and says the length of the cut": (
        Reply(PACKED[:-20], headers={"Content-Encoding": "gzip"}),
        Outcome.UNREACHABLE,
    ),
    "deflate that is cut": (
        Reply(zlib.compress(b"page" * 100)[:-5], headers={"Content-Encoding": "deflate"}),
        Outcome.UNREACHABLE,
    ),
    "chunks that stop": (raw(CHUNKED + b"4\r\nhalf\r\n"), Outcome.UNREACHABLE),
    "chunks that stop in the middle": (raw(CHUNKED + b"9\r\nhalf"), Outcome.UNREACHABLE),
    "body without a length that is cut off": (
        raw(OK + b"\r\nhalf", end="cut"),
        Outcome.UNREACHABLE,
    ),
    # nonsense
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), Outcome.UNREADABLE),
    "zero bytes": (raw(bytes(5000)), Outcome.UNREADABLE),
    "status that is no number": (raw(b"HTTP/1.1 abc OK\r\n\r\n"), Outcome.UNREADABLE),
    "early hints and no more": (raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"), Outcome.UNREADABLE),
    "switching protocols": (raw(b"HTTP/1.1 101 Switching\r\n\r\n"), Outcome.UNREADABLE),
    "chunk size that is no number": (raw(CHUNKED + b"zz\r\nx"), Outcome.UNREACHABLE),
    "brotli": (Reply(b"x", headers={"Content-Encoding": "br"}), Outcome.UNREADABLE),
    "zstd": (bomb(coding="zstd"), Outcome.UNREADABLE),
    "gzip in gzip": (
        Reply(gzip.compress(PACKED), headers={"Content-Encoding": "gzip, gzip"}),
        Outcome.UNREADABLE,
    ),
    "gzip that is none": (
        Reply(b"<html>page</html>", headers={"Content-Encoding": "gzip"}),
        Outcome.UNREADABLE,
    ),
    "a picture": (Reply(bytes(range(256)) * 4), Outcome.UNREADABLE),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("proxy", [False, True])
def test_fault_of_a_server(world: World, client: MakeClient, fault: str, proxy: bool) -> None:
    handler, outcome = FAULTS[fault]
    world.serve(HOST, "/@x", handler)
    world.serve(HOST, "/@y", b"another page")
    one = client(proxy=proxy)
    answer = one.get(URL, deadline=0.4 if outcome is Outcome.TIMEOUT else None)
    assert answer.problem is outcome
    assert (answer.text, answer.body) == ("", b"")
    assert answer.detail.endswith(".")
    assert HOST in answer.detail
    # And the next page is its own: nothing of the last one is left on the connection.
    assert one.get(f"https://{HOST}/@y").text == "another page"


@pytest.mark.parametrize(
    "fault", ["closed before an answer", "reset in the body", "chunks that stop"]
)
def test_what_may_pass_is_asked_twice_again(world: World, client: MakeClient, fault: str) -> None:
    handler, _ = FAULTS[fault]
    world.serve(HOST, "/@x", handler, handler, b"page")
    world.serve(HOST, "/@y", handler)
    one = client(seconds=5)
    assert one.get(URL).text == "page"
    assert one.get(f"https://{HOST}/@y").problem is Outcome.UNREACHABLE
    assert len(world.seen(HOST)) == 6


@pytest.mark.parametrize("fault", ["silence", "no HTTP", "gzip bomb on a 200", "gzip that is none"])
def test_what_will_not_pass_is_asked_once(world: World, client: MakeClient, fault: str) -> None:
    world.serve(HOST, "/@x", FAULTS[fault][0])
    client(seconds=0.5).get(URL)
    assert len(world.seen(HOST)) == 1


def test_bomb_on_a_redirect_is_not_even_read(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", bomb(301, Location="/@y"))
    world.serve(HOST, "/@y", b"page")
    answer = client().get(URL)
    assert (answer.text, answer.redirects) == ("page", (URL,))


def test_page_without_a_length_that_ends_as_it_should(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", raw(OK + b"\r\nwhole page", end="close"))
    assert client().get(URL).text == "whole page"


def test_length_smaller_than_the_body_spoils_no_other_page(
    world: World, client: MakeClient
) -> None:
    """What is left over looks like an answer of its own: http.client reads 8 KB at a time, and
    the rest of what TLS has unpacked would be the next thing read.
    """
    first = OK + b"Content-Length: 4\r\n\r\npage"
    false = head(200, {"Content-Length": "11"}) + b"WRONG PAGE!"
    world.serve(HOST, "/@x", raw(first.ljust(8192) + false, end="keep"))
    world.serve(HOST, "/@y", b"another page")
    one = client()
    assert one.get(URL).text == "page"
    assert one.get(f"https://{HOST}/@y").text == "another page"


def test_page_after_early_hints_is_not_taken_for_the_next(world: World, client: MakeClient) -> None:
    late = raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + head(200, {"Content-Length": "5"}) + b"WRONG")
    world.serve(HOST, "/@x", late)
    world.serve(HOST, "/@y", b"another page")
    one = client()
    assert one.get(URL).problem is Outcome.UNREADABLE
    assert one.get(f"https://{HOST}/@y").text == "another page"


@pytest.mark.parametrize("fault", ["headers byte by byte", "body byte by byte"])
def test_deadline_holds_on_a_connection_that_was_kept_open(
    world: World, client: MakeClient, fault: str
) -> None:
    world.serve(HOST, "/@x", FAULTS[fault][0])
    world.serve(HOST, "/@y", b"page")
    one = client()
    assert one.get(f"https://{HOST}/@y").text == "page"
    assert one.get(URL, deadline=0.4).problem is Outcome.TIMEOUT
    assert {seen.connection for seen in world.seen(HOST)} == {1}


def test_end_that_the_deadline_made_is_not_taken_for_the_end_of_the_page(
    world: World, client: MakeClient
) -> None:
    """Without TLS, without a length: shutting the socket down looks like an ordinary end."""
    world.serve(HOST, "/@x", raw(OK + b"\r\nhalf", end="keep"))
    answer = client(guard=world.guard(http=True), seconds=0.3).get(f"http://{HOST}/@x")
    assert (answer.problem, answer.text) == (Outcome.TIMEOUT, "")


def test_charset_that_is_wrong_loses_letters_and_no_digits(
    world: World, client: MakeClient
) -> None:
    page = "Abonnés : 1234567".encode("cp1252")
    world.serve(HOST, "/@x", Reply(page, headers={"Content-Type": "text/html; charset=utf-8"}))
    assert client().get(URL).text == "Abonn\ufffds : 1234567"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([b"", OK, CHUNKED, OK + b"Content-Encoding: gzip\r\n\r\n"]),
    rest=st.binary(max_size=200),
)
def test_no_bytes_from_a_server_break_the_client(
    world: World, client: MakeClient, start: bytes, rest: bytes
) -> None:
    world.serve(HOST, "/@x", raw(start + rest, end="cut"))
    answer = client(guard=world.guard(http=True), seconds=0.5).get(f"http://{HOST}/@x")
    assert answer.problem is None or answer.text == ""
