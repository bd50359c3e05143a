"""The two ways to a site, direct and through a proxy: certificates, names, addresses."""

from __future__ import annotations

import socket

import pytest

from sheetsync.fetch.guard import Guard
from sheetsync.fetch.network import Network
from sheetsync.model import Outcome
from tests.fetch.conftest import MakeClient
from tests.world import World, redirect
from tests.world.proxy import Gate
from tests.world.world import Flaw

HOST = "www.tiktok.com"
URL = f"https://{HOST}/@x"


@pytest.mark.parametrize(
    ("flaw", "word"),
    [("expired", "expired"), ("stranger", "local issuer"), ("other name", "Hostname mismatch")],
)
@pytest.mark.parametrize("proxy", [False, True])
def test_certificate_that_cannot_be_trusted(
    world: World, client: MakeClient, flaw: Flaw, word: str, proxy: bool
) -> None:
    world.flaws[HOST] = flaw
    world.serve(HOST, "/@x", b"page")
    answer = client(proxy=proxy).get(URL, secret_headers={"X-Key": "s3cret"})
    assert answer.problem is Outcome.UNREACHABLE
    assert answer.detail.startswith(f"{HOST} shows a certificate that cannot be trusted: ")
    assert word in answer.detail
    assert world.server.log == []


def test_certificate_by_another_authority_than_ours(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    answer = client(network=Network()).get(URL)
    assert "certificate that cannot be trusted" in answer.detail


@pytest.mark.parametrize(
    ("failure", "detail", "lookups"),
    [
        (socket.EAI_NONAME, f"There is no site of the name {HOST}.", 1),
        (
            socket.EAI_AGAIN,
            f"The name {HOST} could not be looked up just now. Is this computer online?",
            3,
        ),
    ],
)
def test_name_that_cannot_be_looked_up(
    world: World, client: MakeClient, failure: int, detail: str, lookups: int
) -> None:
    world.addresses[HOST] = socket.gaierror(failure, "as the system says it")
    answer = client().get(URL)
    assert (answer.problem, answer.detail) == (Outcome.UNREACHABLE, detail)
    assert len(world.looked_up) == lookups


def test_name_without_an_address(world: World, client: MakeClient) -> None:
    world.addresses[HOST] = []
    assert client().get(URL).problem is Outcome.UNREACHABLE


@pytest.mark.parametrize("found", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_name_that_leads_inside(world: World, client: MakeClient, found: str) -> None:
    world.addresses[HOST] = [found]
    answer = client().get(URL)
    assert answer.problem is Outcome.REFUSED_ADDRESS
    assert answer.detail == f"{HOST} leads to {found}, which is no public address."
    assert world.dialled == []
    assert world.looked_up == [HOST]


def test_name_that_leads_elsewhere_the_second_time(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    one = client()
    assert one.get(URL).text == "page"
    world.addresses[HOST] = ["127.0.0.1"]
    # The connection that is open still leads to where it was vetted for; a new one is refused.
    assert one.get(URL).text == "page"
    assert client().get(URL).problem is Outcome.REFUSED_ADDRESS
    assert {seen.connection for seen in world.seen(HOST)} == {1}


@pytest.mark.parametrize(
    ("error", "outcome", "attempts"),
    [
        (ConnectionRefusedError(), Outcome.UNREACHABLE, 3),
        (OSError(113, "No route to host"), Outcome.UNREACHABLE, 3),
        (TimeoutError(), Outcome.TIMEOUT, 1),
    ],
)
def test_address_that_cannot_be_dialled(
    world: World, client: MakeClient, error: OSError, outcome: Outcome, attempts: int
) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        world.dialled.append((address, port))
        raise error

    guard = Guard(lambda host: True, resolve=world.resolve, dial=dial)
    assert client(guard=guard).get(URL).problem is outcome
    assert len(world.dialled) == attempts


@pytest.mark.parametrize(
    ("gate", "outcome", "word", "attempts"),
    [
        (403, Outcome.UNREACHABLE, "answered 403", 1),
        (502, Outcome.UNREACHABLE, "answered 502", 3),
        ("silent", Outcome.TIMEOUT, "in time", 1),
        ("silent after", Outcome.TIMEOUT, "in time", 1),
        ("reset after", Outcome.UNREACHABLE, "broke off", 3),
        ("no tls", Outcome.UNREACHABLE, "No secure connection", 1),
    ],
)
def test_proxy_that_does_not_let_through(
    world: World, client: MakeClient, gate: Gate, outcome: Outcome, word: str, attempts: int
) -> None:
    world.proxy.gates[HOST] = gate
    answer = client(proxy=True).get(URL, deadline=0.4 if outcome is Outcome.TIMEOUT else None)
    assert answer.problem is outcome
    assert word in answer.detail
    assert len(world.proxy.log) == attempts


def test_proxy_with_a_password(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    world.proxy.login = "me:s3cret"
    refused = client(proxy=True).get(URL)
    assert refused.detail == f"The proxy (HTTPS_PROXY) answered 407 when asked for {HOST}."
    named = world.proxy_url.replace("://", "://me:s3cret@")
    assert client(network=Network({"https": named}, str(world.ca))).get(URL).text == "page"
    assert "proxy-authorization" not in world.seen(HOST)[0].headers


def test_proxy_that_is_asked_by_tls_itself(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    named = world.proxy_url.replace("http:", "https:")
    both = Network({"https": named, "http": named}, str(world.ca))
    one = client(network=both, guard=world.guard(http=True))
    assert [one.get(url).text for url in (URL, URL, f"http://{HOST}/@x")] == ["page"] * 3
    assert [first.split(" ")[0] for first in world.proxy.log] == ["CONNECT", "GET"]
    refused = client(network=Network({"https": named})).get(URL)
    assert refused.problem is Outcome.UNREACHABLE
    assert refused.detail == "The proxy (HTTPS_PROXY) could not be reached."


def test_proxy_that_is_not_there(world: World, client: MakeClient) -> None:
    nobody = Network({"https": "http://me:s3cret@127.0.0.1:1"}, str(world.ca))
    answer = client(network=nobody).get(URL)
    assert answer.problem is Outcome.UNREACHABLE
    assert answer.detail == "The proxy (HTTPS_PROXY) could not be reached."


def test_proxy_looks_names_up_and_we_do_not(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    world.addresses[HOST] = ["127.0.0.1"]
    assert client(proxy=True).get(URL).text == "page"
    assert (world.looked_up, world.dialled) == ([], [])
    assert [first.split(" ")[:2] for first in world.proxy.log] == [["CONNECT", f"{HOST}:443"]]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/",
        "https://localhost/",
        "https://printer.local/",
        "https://intranet/",
        "http://127.0.0.1/",
    ],
)
def test_proxy_is_not_asked_for_what_lies_inside(
    world: World, client: MakeClient, url: str
) -> None:
    one = client(proxy=True, guard=world.guard(http=True))
    assert one.get(url).problem is Outcome.REFUSED_ADDRESS
    world.serve(HOST, "/@x", redirect(url))
    assert one.get(URL).problem is Outcome.REFUSED_ADDRESS
    assert len(world.proxy.log) == 1


def test_host_exempt_from_the_proxy_is_vetted(world: World, client: MakeClient) -> None:
    world.serve(HOST, "/@x", b"page")
    network = Network({"https": world.proxy_url, "no": "tiktok.com"}, str(world.ca))
    assert client(network=network).get(URL).text == "page"
    world.addresses[HOST] = ["10.0.0.1"]
    assert client(network=network).get(URL).problem is Outcome.REFUSED_ADDRESS
    assert world.proxy.log == []


@pytest.mark.parametrize("proxy", [False, True])
def test_plain_http_by_option(world: World, client: MakeClient, proxy: bool) -> None:
    world.serve(HOST, "/@x", b"page")
    one = client(proxy=proxy, guard=world.guard(http=True))
    assert one.get(f"http://{HOST}/@x").text == "page"
    assert world.seen(HOST)[0].scheme == "http"
