"""What a page can do when it is asked: answer, or misbehave. Every loop here ends by itself."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from tests.world.server import Wire

Handler = Callable[[Wire], None]
TEN_GB = 10_000_000_000


@dataclass(frozen=True)
class Reply:
    """An ordinary answer. ``headers`` replace the usual ones; "" takes one away."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, wire: Wire) -> None:
        usual = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(self.body)),
        }
        wire.send(head(self.status, usual | dict(self.headers)) + self.body)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    known = {one.value: one.phrase for one in HTTPStatus}
    lines = [f"HTTP/1.1 {status} {known.get(status, 'Odd')}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def redirect(to: str, status: int = 302, body: bytes = b"") -> Reply:
    return Reply(body, status, {"Location": to})


def packed(body: bytes, **headers: str) -> Reply:
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip", **headers})


def raw(*parts: bytes, end: Literal["close", "cut", "reset", "keep"] = "close") -> Handler:
    """Exactly these bytes, then: closed as TLS wants it, cut off without, reset, or kept open."""

    def handler(wire: Wire) -> None:
        for part in parts:
            wire.send(part)
        if end != "keep":
            wire.end(end)

    return handler


def silence(wire: Wire) -> None:
    """Never answers; the other side has to give up."""
    wire.wait(20)
    wire.end("cut")


def reset_after(part: bytes) -> Handler:
    """Sends this and resets the connection."""
    return raw(part, end="reset")


def _drip(wire: Wire, data: bytes, every: float) -> None:
    for place in range(min(len(data), 2000)):
        if wire.wait(every):
            return
        wire.send(data[place : place + 1])


def drip_head(every: float = 0.05) -> Handler:
    """Headers that come byte by byte, for ever as far as the other side can tell."""

    def handler(wire: Wire) -> None:
        _drip(wire, head(200, {"X-Slow": "y" * 3000}), every)

    return handler


def drip_body(every: float = 0.05, headers: Mapping[str, str] | None = None) -> Handler:
    """A body that comes byte by byte."""

    def handler(wire: Wire) -> None:
        wire.send(head(200, {"Content-Length": "100000"} | dict(headers or {})))
        _drip(wire, b"x" * 2000, every)

    return handler


def bomb(status: int = 200, size: int = TEN_GB, coding: str = "gzip", **headers: str) -> Handler:
    """``size`` bytes of nothing, packed a thousandfold, made while they are sent."""

    def handler(wire: Wire) -> None:
        wire.send(head(status, {"Content-Encoding": coding, **headers}))
        for block in _nothing(size, coding):
            wire.send(block)
        wire.end("cut")

    return handler


def _nothing(size: int, coding: str) -> Iterator[bytes]:
    """A full flush forgets what was before, so that one packed block can be sent for ever."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | (16 if coding == "gzip" else 0))
    megabyte = bytes(1_000_000)
    yield packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(size // len(megabyte)):
        yield block


def endless(start: bytes, block: bytes, size: int = 2_000_000_000) -> Handler:
    """``start``, then ``block`` again and again up to ``size`` bytes."""

    def handler(wire: Wire) -> None:
        wire.send(start)
        many = block * max(64 * 1024 // len(block), 1)
        for _ in range(size // len(many)):
            wire.send(many)
        wire.end("cut")

    return handler
