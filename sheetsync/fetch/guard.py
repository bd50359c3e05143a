"""Which addresses may be asked, and the socket that really goes there.

Whoever can edit the sheet can name an address, and the run may stand on a machine that reaches
more than they do. So the name is checked when the address is read, and the numbers behind the name
are checked when the socket connects: looked up once, all of them vetted, one of them dialled. A
name that points elsewhere the second time gains nothing, because there is no second time.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from sheetsync.errors import ConfigError
from sheetsync.fetch.addresses import is_public

#: A name and a port in, numeric addresses out; raises ``socket.gaierror`` (an ``OSError``).
Resolve = Callable[[str, int], Sequence[str]]
#: A numeric address, a port and the seconds left in, a connected socket out; raises ``OSError``.
Dial = Callable[[str, int, float], socket.socket]

_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
#: As browsers do it: a name whose last part is a number is an address in some old notation.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
#: Names that mean this machine or its own network (RFC 6761, 6762, 8375 and common practice).
_LOCAL = {"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home"}
_LOCAL |= {"lan", "svc", "arpa", "test", "invalid", "onion"}
_MOST_ADDRESSES = 8


class Refused(Exception):
    """An address that may not be asked; ``detail`` is one plain line for a person."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Guard:
    """The one who decides. ``allow`` says of a host's name whether it is a site to be read.

    ``http`` lets plain http through as well as https. ``resolve`` and ``dial`` stand for the
    system's own; whatever they are, a socket is dialled only to an address that was vetted.
    """

    def __init__(
        self,
        allow: Callable[[str], bool],
        *,
        http: bool = False,
        resolve: Resolve | None = None,
        dial: Dial | None = None,
    ) -> None:
        self._allow = allow
        self._schemes = {"https", "http"} if http else {"https"}
        self._resolve = resolve or look_up
        self._dial = dial or connect

    def check(self, url: str) -> str:
        """The host of an address that may be asked, in small letters. Raises Refused."""
        parts = _parts(url)
        if parts.scheme not in self._schemes:
            raise Refused(
                f"An address that begins with {parts.scheme[:20]}: is not read, only https."
            )
        if "@" in parts.netloc:
            raise Refused("An address with a user name in it is not read.")
        if (parts.port or _PORTS[parts.scheme]) not in _PORTS.values():
            raise Refused(f"Port {parts.port} is not asked, only the web's own (443, 80).")
        return self._check_host((parts.hostname or "").rstrip("."))

    def open(self, host: str, port: int, seconds: float) -> socket.socket:
        """A socket to a host that was checked. Raises Refused, TimeoutError or OSError."""
        name = self._check_host(host.strip("[]").rstrip(".").lower())
        found = _within(seconds, lambda: self._resolve(name, port))
        for address in found:
            if not is_public(address):
                raise Refused(f"{name} leads to {address[:45]}, which is no public address.")
        return self._first(found, port, seconds)

    def open_proxy(self, host: str, port: int, seconds: float) -> socket.socket:
        """A socket to the proxy that the operator named: its own address is exempt."""
        found = _within(seconds, lambda: look_up(host.strip("[]"), port))
        return self._first(found, port, seconds, connect)

    def _check_host(self, host: str) -> str:
        _check_name(host)
        if not self._allow(host):
            raise Refused(
                f"{host} is not one of the sites that sheetsync reads. "
                f"To read it all the same: --allow-host {host}"
            )
        return host

    def _first(
        self, found: Sequence[str], port: int, seconds: float, dial: Dial | None = None
    ) -> socket.socket:
        """The first address that answers; an address that is silent leaves time for the rest."""
        failure: OSError = OSError("the name has no address")
        tried = found[:_MOST_ADDRESSES]
        for number, address in enumerate(tried):
            try:
                return (dial or self._dial)(address, port, seconds / (len(tried) - number))
            except OSError as error:
                failure = error
        raise failure


def hosts_allowed(hosts: Iterable[str], patterns: Iterable[str] = ()) -> Callable[[str], bool]:
    """What `Guard` asks: a platform's host with all below it, and the operator's patterns.

    A pattern is a host's name (``example.org``, itself only) or ``*.example.org`` (all below it).
    Raises ConfigError for any other.
    """
    known = tuple(host.lower().rstrip(".") for host in hosts)
    exact, below = set(known), {f".{host}" for host in known}
    for pattern in patterns:
        name = pattern.strip().lower().rstrip(".")
        bare = name.removeprefix("*.")
        if not all(_LABEL.fullmatch(label) for label in bare.split(".")):
            raise ConfigError(
                f"--allow-host {pattern}: this is no host's name.",
                hint="Write a name like example.org, or *.example.org for all below it.",
            )
        if name == bare:
            exact.add(name)
        else:
            below.add(f".{bare}")
    endings = tuple(below)
    return lambda host: host in exact or host.endswith(endings)


def look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says, each address once, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=max(seconds, 0.001))


def _parts(url: str) -> SplitResult:
    """The parts of an address on which two parsers agree: they must, or one of them is fooled."""
    try:
        parts, other = urlsplit(url), parse_url(url)
        agreed = (parts.hostname, parts.port) == ((other.host or "").strip("[]"), other.port)
    except (ValueError, HTTPError):
        agreed = False
    if not agreed or not url.isascii() or re.search(r"[\x00-\x20\\\x7f]", url):
        raise Refused("This is no web address.")
    return parts


def _check_name(host: str) -> None:
    """Raises Refused for an address in numbers that is not public, and for a local name."""
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        # Anything but the plain notation (127.1, 0x7f000001, 017700000001) is no address here.
        if not is_public(host):
            raise Refused(f"{host[:45]} is no public address.")
        return
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("This is no web address.")
    if len(labels) < 2 or labels[-1] in _LOCAL:
        raise Refused(f"{host} is a name inside a network, not a public site.")


def _within(seconds: float, work: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Run a look-up that may hang: the system's resolver knows no time limit."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except Exception as error:  # noqa: BLE001  (handed over, and raised by the caller)
            answers.put(error)

    Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise TimeoutError("the name was not looked up in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer
