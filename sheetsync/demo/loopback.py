"""Today's pages on this machine, and the real fetcher asking for them. Nothing else is reached.

The names of the sites are looked up and vetted as ever, but the look-up is answered here, and the
last step, the dialling, always ends at the server below: there is no address that leads out. What
the environment says of proxies and certificates is about the real web and is not asked. One thing
is left out of the way that pages take, TLS: it would need a certificate of a site that is not
ours, and on this machine nobody listens in.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

from sheetsync.demo.story import Reply
from sheetsync.fetch.client import Client
from sheetsync.fetch.doors import Doors, Fetched
from sheetsync.fetch.guard import Guard, connect, hosts_allowed
from sheetsync.fetch.network import Network
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import Robots
from sheetsync.fetch.round import read_round
from sheetsync.model import Post, Profile
from sheetsync.platform import Platform

#: What every name leads to here: the guard wants a public address. It is never dialled.
_SOMEWHERE = "93.184.215.14"
_SECONDS = 60.0


def fetch(
    targets: Sequence[Profile | Post],
    web: Mapping[str, Reply],
    platforms: Sequence[Platform],
    now: Callable[[], datetime],
) -> tuple[Fetched, ...]:
    """Read the targets from ``web``, pages by address, through the doors of their platforms."""
    hosts = [host for platform in platforms for host in platform.hosts]
    with _serving(web) as port:

        def dial(_address: str, _port: int, seconds: float) -> socket.socket:
            return connect("127.0.0.1", port, seconds)

        guard = Guard(hosts_allowed(hosts), resolve=lambda name, port: [_SOMEWHERE], dial=dial)
        pace = Pace(lambda host: 0.0, start=0.0)  # nobody has to be spared but this machine
        with Client(guard, network=_Loopback(), pace=pace) as client:
            doors = Doors(client, Robots(client, pace), environment={}, now=now)
            return read_round(targets, platforms, doors, client, deadline=_SECONDS).fetched


class _Loopback(Network):
    """No proxy, no certificates: whatever the environment says."""

    def context(self) -> ssl.SSLContext:
        return _Plain(ssl.PROTOCOL_TLS_CLIENT)


class _Plain(ssl.SSLContext):
    """Leaves a connection as it is; only ever given to the client above."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> Any:
        return sock


class _Server(ThreadingTCPServer):
    """Not ``HTTPServer``: that one looks up this machine's own name, which can take seconds."""

    daemon_threads = True
    web: Mapping[str, Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise each page waits 40 ms for nothing
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        found = self.server.web.get(f"https://{self.headers['Host']}{self.path}")
        body = (found or Reply("no such page")).body.encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", (found or Reply("")).kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the terminal is the report's."""


@contextmanager
def _serving(web: Mapping[str, Reply]) -> Iterator[int]:
    """The port on which the pages are served."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.web = web
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
