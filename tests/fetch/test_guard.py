"""Which addresses are asked, and which socket is opened for them."""

from __future__ import annotations

import ipaddress
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.errors import ConfigError
from sheetsync.fetch.addresses import is_public
from sheetsync.fetch.connections import prepared_for
from sheetsync.fetch.guard import Guard, Refused, hosts_allowed
from tests.world import PUBLIC, World


def anything(host: str) -> bool:
    return True


def refusal(url: str, guard: Guard | None = None) -> str:
    with pytest.raises(Refused) as caught:
        (guard or Guard(anything)).check(prepared_for(url).url or "")
    return caught.value.detail


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.5",
        "100.64.0.1",  # a provider's network
        "100.100.100.200",  # metadata of Alibaba
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",  # Azure's agent
        "169.254.169.254",  # metadata of most clouds
        "169.254.170.2",  # credentials of a container at Amazon
        "172.31.255.255",
        "192.0.0.192",  # metadata of Oracle
        "192.168.1.1",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2001::1",  # Teredo
        "2001:470:1:1:0:5efe:7f00:1",  # ISATAP of 127.0.0.1
        "2002:808:808::200:5efe:a9fe:a9fe",
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",
        "fc00::1",
        "fd00:ec2::254",  # metadata of Amazon
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "3fff::1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "not an address",
        "",
    ],
)
def test_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "172.32.0.1",
        "2606:4700::6810:84e5",
        "2a00:1450:4001:82a::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",  # what a network without IPv4 sees of 8.8.8.8
        "2002:808:808::1",
    ],
)
def test_address_that_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_no_form_of_an_address_is_more_public_than_the_address(ip: ipaddress.IPv4Address) -> None:
    plain, number = is_public(str(ip)), int(ip)
    for prefix in ("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "::"):
        form = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | number)
        assert is_public(str(form)) == plain
    assert is_public(str(ipaddress.IPv6Address(0x2002 << 112 | number << 80))) == plain


@given(st.ip_addresses())
def test_public_is_never_wider_than_the_library_says(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if isinstance(ip, ipaddress.IPv6Address) and int(ip) >> 112 in (0, 0x64, 0x2002):
        return  # these carry an IPv4 address, which is what counts
    assert not is_public(str(ip)) or not (ip.is_private or ip.is_multicast or ip.is_loopback)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.tiktok.com/",
        "ftp://www.tiktok.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        "www.tiktok.com/@x",
        "//www.tiktok.com/@x",
        "https://",
        "https:///etc/passwd",
        "https://www.tiktok.com:8443/",
        "https://www.tiktok.com:22/",
        "https://www.tiktok.com:99999/",
        "https://www.tiktok.com:x/",
        "https://someone@www.tiktok.com/",
        "https://someone:secret@www.tiktok.com/",
        "https://www.tiktok.com@127.0.0.1/",
        "https://www.tiktok.com:443@127.0.0.1/",
        "https://127.0.0.1\\@www.tiktok.com/",
        "https://127.0.0.1#@www.tiktok.com/",
        "https://127.0.0.1?@www.tiktok.com/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:7f00:0001]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00:ec2::254]/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://168.63.129.16/machine",
        "https://[::1/",
        "https://localhost/",
        "https://LocalHost./",
        "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        "https://app.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://kubernetes.default.svc/",
        "https://router.home.arpa/",
        "https://intranet/",
        "https://www..tiktok.com/",
        "https://www.tiktok.com%2f@127.0.0.1/",
        "https://www.tiktok.com%00.example.org/",
        "https://-.tiktok.com/",
        "https://" + "a." * 130 + "com/",
        "https://" + "a" * 64 + ".com/",
    ],
)
def test_address_that_is_not_asked(url: str) -> None:
    assert refusal(url).endswith((".", "https."))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.tiktok.com/@x?y=z#part", "www.tiktok.com"),
        ("https://WWW.TikTok.com:443/", "www.tiktok.com"),
        ("https://www.tiktok.com./", "www.tiktok.com"),
        ("https://www.tiktok.com:80/", "www.tiktok.com"),
        ("https://bücher.example.org/", "xn--bcher-kva.example.org"),
        ("https://8.8.8.8/", "8.8.8.8"),
        ("https://[2606:4700::6810:84e5]/", "2606:4700::6810:84e5"),
        ("https://a_b.example.org/", "a_b.example.org"),
    ],
)
def test_address_that_is_asked(url: str, host: str) -> None:
    assert Guard(anything).check(prepared_for(url).url or "") == host


def test_plain_http_is_an_option() -> None:
    assert Guard(anything, http=True).check("http://www.tiktok.com/") == "www.tiktok.com"


def test_unknown_site_is_refused_with_the_way_to_allow_it() -> None:
    guard = Guard(hosts_allowed(["tiktok.com"]))
    assert guard.check("https://www.tiktok.com/") == "www.tiktok.com"
    assert refusal("https://example.org/", guard) == (
        "example.org is not one of the sites that sheetsync reads. "
        "To read it all the same: --allow-host example.org"
    )


def test_allowed_sites_and_patterns() -> None:
    allow = hosts_allowed(["tiktok.com"], ["example.org", "*.Example.net"])
    allowed = ["tiktok.com", "m.tiktok.com", "example.org", "a.example.net", "a.b.example.net"]
    assert all(allow(host) for host in allowed)
    refused = ["nottiktok.com", "tiktok.com.evil.example", "www.example.org", "example.net"]
    assert not any(allow(host) for host in refused)


@pytest.mark.parametrize("pattern", ["*", "*.*.org", "exa*ple.org", "https://x.org", "", ".org"])
def test_pattern_that_is_no_host_is_a_mistake(pattern: str) -> None:
    with pytest.raises(ConfigError, match="--allow-host"):
        hosts_allowed([], [pattern])


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        [PUBLIC, "10.0.0.1"],  # one bad among good ones
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%eth0"],
        ["100.64.3.4"],
    ],
)
def test_name_that_leads_inside_is_never_dialled(world: World, found: list[str]) -> None:
    world.addresses["www.tiktok.com"] = found
    with pytest.raises(Refused, match="no public address"):
        world.guard().open("www.tiktok.com", 443, 1)
    assert world.dialled == []


def test_name_is_looked_up_once_and_the_vetted_address_is_dialled() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    dialled = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append((address, port))
        return socket.socket()

    guard = Guard(anything, resolve=lambda host, port: answers.pop(0), dial=dial)
    guard.open("rebinding.example.org", 443, 1).close()
    assert dialled == [(PUBLIC, 443)]
    with pytest.raises(Refused):
        guard.open("rebinding.example.org", 443, 1)
    assert dialled == [(PUBLIC, 443)]


def test_second_address_is_tried_when_the_first_is_silent() -> None:
    dialled = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append((address, seconds))
        if len(dialled) == 1:
            raise TimeoutError
        return socket.socket()

    found = ["2606:4700::1", PUBLIC]
    Guard(anything, resolve=lambda host, port: found, dial=dial).open(
        "a.example.org", 443, 4
    ).close()
    assert dialled == [("2606:4700::1", 2), (PUBLIC, 4)]


def test_look_up_that_hangs_ends_in_time() -> None:
    def hang(host: str, port: int) -> list[str]:
        time.sleep(4)
        return [PUBLIC]

    began = time.monotonic()
    guard = Guard(anything, resolve=hang)
    with pytest.raises(TimeoutError):
        guard.open("slow.example.org", 443, 0.1)
    assert time.monotonic() - began < 3


def test_socket_is_vetted_again_whatever_the_address_said() -> None:
    """The connection asks for its socket by name: two parsers that differ gain nothing."""
    guard = Guard(hosts_allowed(["tiktok.com"]))
    for host in ("localhost", "127.0.0.1", "[::1]", "evil.example.org", "LOCALHOST."):
        with pytest.raises(Refused):
            guard.open(host, 443, 1)


@given(st.text(max_size=40))
def test_no_text_from_a_cell_breaks_the_guard(text: str) -> None:
    for url in (text, f"https://{text}", f"https://www.tiktok.com{text}", f"https://x@{text}/"):
        try:
            host = Guard(hosts_allowed(["tiktok.com"])).check(prepared_for(url).url or "")
        except Refused:
            continue
        assert host == "tiktok.com" or host.endswith(".tiktok.com")
