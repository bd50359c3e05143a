"""The world that tests build: pages behind hosts' names, and the ways that lead to them."""

from __future__ import annotations

import socket
import ssl
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import trustme

from sheetsync.fetch.guard import Guard
from sheetsync.fetch.network import Network
from tests.world.proxy import Proxy
from tests.world.replies import Handler, Reply
from tests.world.server import Seen, Server, Wire

#: A public address, which nobody ever dials: `World.dial` leads to the server instead.
PUBLIC = "93.184.215.14"
Flaw = Literal["expired", "stranger", "other name"]


class World:
    """Start it with ``with``. Hosts and pages may be added at any time."""

    def __init__(self) -> None:
        self._authority, self._stranger = trustme.CA(), trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._pages: dict[tuple[str, str], list[Handler]] = {}
        #: What is wrong with a host's certificate.
        self.flaws: dict[str, Flaw] = {}
        #: What a host's name leads to on the direct way; an exception is raised.
        self.addresses: dict[str, Sequence[str] | OSError] = {}
        #: What was looked up and what was dialled on the direct way.
        self.looked_up: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self.ca = Path(self._folder.name) / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca))
        self.server = self.make_server()
        self.proxy = Proxy(self.server.port, self.certificate_for("127.0.0.1"))
        return self

    def make_server(self) -> Server:
        """Another kind of server, for a world that answers with more than pages."""
        return Server(self)

    def __exit__(self, *_: object) -> None:
        self.proxy.close()
        self.server.close()
        self._folder.cleanup()

    def serve(self, host: str, path: str, *replies: Reply | bytes | Handler) -> None:
        """What an address answers: one reply after the other, the last one for ever."""
        self._pages[host, path] = [Reply(r) if isinstance(r, bytes) else r for r in replies]

    def seen(self, host: str) -> list[Seen]:
        """The requests that reached a host, in their order."""
        return [seen for seen in self.server.log if seen.host == host]

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.proxy.port}"

    def environment(self) -> dict[str, str]:
        """What a subprocess needs to find this world instead of the web."""
        names = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
        return dict.fromkeys(names, self.proxy_url) | {
            "REQUESTS_CA_BUNDLE": str(self.ca),
            "NO_PROXY": "",
            "no_proxy": "",
        }

    def network(self, *, proxy: bool = False) -> Network:
        """For a `Client` in this process."""
        way = {"https": self.proxy_url, "http": self.proxy_url} if proxy else {}
        return Network(way, str(self.ca))

    def guard(self, allow: Callable[[str], bool] = lambda host: True, **options: Any) -> Guard:
        """The product's own guard, whose names and whose last step are ours."""
        return Guard(allow, resolve=self.resolve, dial=self.dial, **options)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        found = self.addresses.get(host, [PUBLIC])
        if isinstance(found, OSError):
            raise found
        return found

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds)

    def certificate_for(self, name: str) -> ssl.SSLContext:
        if name not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._leaf(name).configure_cert(context)
            self._contexts[name] = context
        return self._contexts[name]

    def _leaf(self, name: str) -> trustme.LeafCert:
        flaw = self.flaws.get(name)
        if flaw == "stranger":
            return self._stranger.issue_cert(name)
        if flaw == "other name":
            return self._authority.issue_cert("other.example")
        if flaw == "expired":
            now = datetime.now(UTC)
            return self._authority.issue_cert(
                name, not_before=now - timedelta(days=9), not_after=now - timedelta(days=2)
            )
        return self._authority.issue_cert(name)

    def handler_for(self, seen: Seen) -> Callable[[Wire], None]:
        replies = self._pages.get((seen.host, seen.path)) or [Reply(b"no such page", 404)]
        return replies.pop(0) if len(replies) > 1 else replies[0]
