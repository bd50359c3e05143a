"""One server for every host: TLS by the name that is asked for, routes by the Host header."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

_MOST_HEAD = 64 * 1024


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. ``at``: monotonic seconds; ``connection``: its number."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float
    scheme: str
    connection: int


class Wire:
    """The server's end of one request."""

    def __init__(self, sock: socket.socket, seen: Seen, closing: threading.Event) -> None:
        self.seen = seen
        self.open = True
        self._sock = sock
        self._closing = closing

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def wait(self, seconds: float) -> bool:
        """Sleep; True when the world ends or the other side has gone."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            gone, _, _ = select.select([self._sock], [], [], min(left, 0.05))
            if gone or self._closing.is_set():
                return True
        return False

    def end(self, how: Literal["close", "cut", "reset", "keep"]) -> None:
        self.open = False
        if how == "reset":
            linger_none(self._sock)
        elif how == "close" and isinstance(self._sock, ssl.SSLSocket):
            self._sock.settimeout(0.5)
            with suppress(OSError, ValueError):
                self._sock.unwrap()


class Routes(Protocol):
    def certificate_for(self, name: str) -> ssl.SSLContext: ...

    def handler_for(self, seen: Seen) -> Callable[[Wire], None]: ...


class Listener:
    """A loopback port whose every connection gets a thread; `close` ends them all."""

    def __init__(self, port: int = 0) -> None:
        self.closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._spawn(self._accept)

    def serve(self, sock: socket.socket, number: int) -> None:
        raise NotImplementedError

    @property
    def connections(self) -> int:
        """How many are open."""
        with self._lock:
            return sum(sock.fileno() >= 0 for sock in self._sockets)

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for sock in self._sockets:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        with self._lock:
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        while not self.closing.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            number += 1
            self._spawn(self._serve, sock, number)

    def _serve(self, sock: socket.socket, number: int) -> None:
        # The other side goes away in the middle: that is what many tests are about.
        with sock, self.tracked(sock), suppress(OSError, ValueError):
            sock.settimeout(30)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.serve(sock, number)

    @contextmanager
    def tracked(self, sock: socket.socket) -> Iterator[None]:
        """Have the socket shut down when the world ends."""
        with self._lock:
            self._sockets.add(sock)
        try:
            yield
        finally:
            with self._lock:
                self._sockets.discard(sock)


class Server(Listener):
    def __init__(self, routes: Routes, port: int = 0) -> None:
        self._routes = routes
        self.log: list[Seen] = []
        #: How many handshakes failed or were broken off.
        self.broken_handshakes = 0
        super().__init__(port)

    def serve(self, sock: socket.socket, number: int) -> None:
        first = sock.recv(1, socket.MSG_PEEK)
        if first != b"\x16":  # no TLS handshake
            self._talk(sock, number, "http")
            return
        context = self._routes.certificate_for("unnamed.example")
        context.sni_callback = self._by_name
        try:
            secure = context.wrap_socket(sock, server_side=True)
        except (OSError, ValueError):
            self.broken_handshakes += 1
            raise
        with secure, self.tracked(secure):
            self._talk(secure, number, "https")

    def _by_name(self, secure: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            secure.context = self._routes.certificate_for(name)

    def _talk(self, sock: socket.socket, number: int, scheme: str) -> None:
        for _ in range(1000):
            head = read_head(sock)
            if not head:
                return
            seen = _seen(head, scheme, number)
            self.log.append(seen)
            wire = Wire(sock, seen, self.closing)
            self._routes.handler_for(seen)(wire)
            if not wire.open:
                return


def read_head(sock: socket.socket) -> str:
    """A request up to its empty line, "" when none came."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = sock.recv(4096)
        if not more or len(head) > _MOST_HEAD:
            return ""
        head += more
    return head.decode("latin-1")


def _seen(head: str, scheme: str, number: int) -> Seen:
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    path = first.split(" ")[1]
    if "://" in path:  # as a proxy is asked
        parts = urlsplit(path)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
    host = headers.get("host", "")
    return Seen(host, path, headers, time.monotonic(), scheme, number)


def linger_none(sock: socket.socket) -> None:
    """Make the next close a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
