"""The server on real connections: HTTPS by Google's own names through the world's proxy, or HTTP.

::

    with GoogleWorld() as world:
        environment = os.environ | world.environment()     # for a subprocess
        world.google.faults.add(lose_answer("reset"), "spreadsheets.batchUpdate")
"""

from __future__ import annotations

import gzip
import re
import socket
import ssl
from collections.abc import Callable

from tests.sheets_server.call import Answer, Call
from tests.sheets_server.google import HOSTS, Google, call_of
from tests.world import Seen, Wire, World
from tests.world.replies import head
from tests.world.server import Server, _seen

_MOST_HEAD = 64 * 1024


class TalkingServer(Server):
    """The world's server, for requests with methods and bodies."""

    def _talk(self, sock: socket.socket, number: int, scheme: str) -> None:
        inbox = Inbox(sock)
        while True:
            text, body = inbox.request()
            if not text:
                return
            seen = _seen(text, scheme, number)
            self.log.append(seen)
            wire = Wire(sock, seen, self.closing)
            self._reply(wire, seen, text, body)
            if not wire.open:
                return

    def _reply(self, wire: Wire, seen: Seen, text: str, body: bytes) -> None:
        raise NotImplementedError


class GoogleServer(TalkingServer):
    """The world's server, for Google's hosts with methods and bodies; other hosts as ever."""

    def __init__(self, world: GoogleWorld) -> None:
        self._world = world
        super().__init__(world)

    def _reply(self, wire: Wire, seen: Seen, text: str, body: bytes) -> None:
        if seen.host in HOSTS:
            call = call_from(text, body, seen, seen.host)
            send(wire, call, self._world.google.handle(call))
        else:
            self._world.handler_for(seen)(wire)


class GoogleWorld(World):
    """A world in which Google answers too."""

    def __init__(self, google: Google | None = None) -> None:
        super().__init__()
        self.google = google or Google()

    def make_server(self) -> Server:
        return GoogleServer(self)


class PlainServer(TalkingServer):
    """Google's Sheets, Drive and tokens on one port, over HTTP, whatever the Host header says."""

    def __init__(self, google: Google, port: int = 0) -> None:
        self._google = google
        super().__init__(_NoPages(), port)

    def _reply(self, wire: Wire, seen: Seen, text: str, body: bytes) -> None:
        call = call_from(text, body, seen, host_for(seen.path))
        send(wire, call, self._google.handle(call))


class _NoPages:
    def certificate_for(self, name: str) -> ssl.SSLContext:
        raise ValueError("this server speaks plain HTTP")

    def handler_for(self, seen: Seen) -> Callable[[Wire], None]:
        raise AssertionError("never asked")


def host_for(path: str) -> str:
    """Whose path it is, where all hosts share one port."""
    if path.startswith("/token"):
        return "oauth2.googleapis.com"
    return "www.googleapis.com" if path.startswith("/drive") else "sheets.googleapis.com"


class Inbox:
    """Requests with bodies, one after the other; the world's own reader knows only heads."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._held = bytearray()

    def request(self) -> tuple[str, bytes]:
        """The head and the body; "" when the client has gone.

        By Content-Length: clients of Google send no chunks.
        """
        while (end := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > _MOST_HEAD or not self._more():
                return "", b""
        head = self._taken(end + 4)
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        size = int(length[1]) if length else 0
        while len(self._held) < size:
            if not self._more():
                return "", b""
        return head.decode("latin-1"), self._taken(size)

    def _taken(self, size: int) -> bytes:
        part = bytes(self._held[:size])
        del self._held[:size]
        return part

    def _more(self) -> bool:
        block = self._sock.recv(1 << 20)
        self._held += block
        return bool(block)


def call_from(text: str, body: bytes, seen: Seen, host: str) -> Call:
    verb = text.split(" ", 1)[0]
    return call_of(verb, f"https://{host}{seen.path}", dict(seen.headers), body)


def send(wire: Wire, call: Call, answer: Answer) -> None:
    """The answer, or what becomes of the connection instead."""
    if answer.ending == "silence":
        wire.wait(300)
        wire.end("cut")
    elif answer.ending == "reset":
        wire.end("reset")
    elif answer.ending == "cut":
        wire.end("cut")
    else:
        body, headers = packed(call, answer)
        wire.send(head(answer.status, headers) + body)


def packed(call: Call, answer: Answer) -> tuple[bytes, dict[str, str]]:
    """gzip when the client accepts it *and* names it in its User-Agent, as Google asks for."""
    headers = {"Date": "", **answer.headers}
    body = answer.body
    wants = "gzip" in call.headers.get("accept-encoding", "")
    if body and wants and "gzip" in call.headers.get("user-agent", ""):
        body = gzip.compress(body, 6)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body)) if answer.status != 204 else ""
    return body, headers
