"""A CONNECT proxy that leads every host to the world's server, and can misbehave for some."""

from __future__ import annotations

import select
import socket
import ssl
import time
from base64 import b64encode
from contextlib import suppress
from typing import Literal

from tests.world.server import Listener, linger_none, read_head

#: What happens to a host at the proxy: an HTTP status; no answer to CONNECT; an answer, and then
#: silence or a reset before TLS begins, or bytes that are no TLS.
Gate = int | Literal["silent", "silent after", "reset after", "no tls"]


class Proxy(Listener):
    """``log`` has every first line: ``CONNECT www.tiktok.com:443 HTTP/1.1`` or ``GET http://…``."""

    def __init__(self, server_port: int, tls: ssl.SSLContext) -> None:
        self._server_port = server_port
        self._tls = tls
        self.log: list[str] = []
        self.gates: dict[str, Gate] = {}
        #: "user:password" when one is asked for.
        self.login = ""
        super().__init__()

    def serve(self, sock: socket.socket, number: int) -> None:
        if sock.recv(1, socket.MSG_PEEK) != b"\x16":
            self._answer(sock)
            return
        with self._tls.wrap_socket(sock, server_side=True) as secure, self.tracked(secure):
            self._answer(secure)

    def _answer(self, sock: socket.socket) -> None:
        head = read_head(sock)
        if not head:
            return
        first = head.split("\r\n")[0]
        self.log.append(first)
        if not self._may_pass(head):
            sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        if not first.startswith("CONNECT "):
            self._relay(sock, head.encode("latin-1"))
            return
        gate = self.gates.get(first.split(" ")[1].removesuffix(":443"))
        if isinstance(gate, int):
            sock.sendall(f"HTTP/1.1 {gate} No\r\n\r\n".encode())
            return
        if gate != "silent":
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if gate is None:
            self._relay(sock, b"")
        elif gate == "reset after":
            sock.recv(1)
            linger_none(sock)
        elif gate == "no tls":
            sock.recv(1)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)
        else:
            self._wait_until_gone(sock)

    def _may_pass(self, head: str) -> bool:
        wanted = b64encode(self.login.encode()).decode()
        return not self.login or f"Proxy-Authorization: Basic {wanted}\r\n" in head

    def _wait_until_gone(self, sock: socket.socket) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not self.closing.is_set():
            readable, _, _ = select.select([sock], [], [], 0.05)
            if readable and not sock.recv(4096):
                return

    def _relay(self, sock: socket.socket, head: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self._server_port), timeout=30) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(head)
            other = {sock: server, server: sock}
            while not self.closing.is_set():
                unread = isinstance(sock, ssl.SSLSocket) and sock.pending()
                readable, _, _ = select.select(list(other), [], [], 0 if unread else 0.05)
                for one in {*readable, *([sock] if unread else [])}:
                    try:
                        data = one.recv(64 * 1024)
                        _acknowledge(one)
                    except ConnectionResetError:
                        linger_none(other[one])
                        return
                    if not data:
                        with suppress(OSError):
                            other[one].shutdown(socket.SHUT_WR)
                        return
                    other[one].sendall(data)


def _acknowledge(sock: socket.socket) -> None:
    """At once: urllib3 turns Nagle's algorithm on towards proxies, and waits 40 ms."""
    if hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
