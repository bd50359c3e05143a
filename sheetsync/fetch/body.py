"""The body of an answer, unpacked within bounds: whole, or the reason why not."""

from __future__ import annotations

import re
import zlib
from typing import Protocol

from w3lib.encoding import http_content_type_encoding

from sheetsync.fetch.formats import decode_html

_CHUNK = 16 * 1024
_JSON = re.compile(r"\s*[\w.-]+/(?:[\w.-]+\+)?json\b", re.IGNORECASE)

#: What ``Accept-Encoding`` asks for; anything else is refused unread.
CODINGS = "gzip, deflate"


class Unusable(Exception):
    """A body that is not read to its end, and so not used at all."""


class TooLarge(Unusable):
    """More than the limit in bytes, which is the argument."""


class Damaged(Unusable):
    """The packing is broken or of a kind that was not asked for."""


class Incomplete(Unusable):
    """It ended before its end."""


class Raw(Protocol):
    """The part of urllib3's response that is read here."""

    length_remaining: int | None

    def read(self, amt: int, decode_content: bool) -> bytes: ...


class _Packing(Protocol):
    def feed(self, data: bytes, room: int) -> bytes: ...

    def is_whole(self) -> bool: ...


def read_body(raw: Raw, coding: str, *, limit: int, cut: bool = False) -> bytes:
    """At most ``limit`` bytes, unpacked; with ``cut``, the beginning of what is larger.

    ``coding`` is the Content-Encoding. Raises TooLarge, Damaged, Incomplete, and what the
    connection raises.
    """
    packing = _packing(coding)
    if not cut and (raw.length_remaining or 0) > limit:
        raise TooLarge(limit)
    body, received = bytearray(), 0
    while data := raw.read(_CHUNK, decode_content=False):
        received += len(data)
        body += packing.feed(data, limit + 1 - len(body))
        # Packed bytes count too: some unpack to nothing, for ever.
        if max(len(body), received) > limit:
            if cut:
                return bytes(body[:limit])
            raise TooLarge(limit)
    if received and not packing.is_whole():
        raise Incomplete
    return bytes(body)


def decode(body: bytes, content_type: str) -> str:
    """As browsers do: byte order mark, header, the page's own word; JSON is UTF-8 (RFC 8259)."""
    charset = "utf-8" if _JSON.match(content_type) else http_content_type_encoding(content_type)
    return decode_html(body, charset)


def _packing(coding: str) -> _Packing:
    name = coding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    raise Damaged(f"It came packed as “{name[:30]}”, which was not asked for.")


class _Plain:
    def feed(self, data: bytes, room: int) -> bytes:
        return data

    def is_whole(self) -> bool:
        return True


class _Gzip:
    """One gzip member or several; what follows the last is left alone, as browsers do."""

    def __init__(self) -> None:
        self._member = _unpacker(zlib.MAX_WBITS | 16)

    def feed(self, data: bytes, room: int) -> bytes:
        found = b""
        while data and len(found) < room:
            if self._member.eof:
                if not data.startswith(b"\x1f"):
                    break
                self._member = _unpacker(zlib.MAX_WBITS | 16)
            found += _unpacked(self._member, data, room - len(found))
            data = self._member.unused_data
        return found

    def is_whole(self) -> bool:
        return self._member.eof


class _Deflate:
    """zlib's format as the standard says, or the bare one that some servers send."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes, room: int) -> bytes:
        if self._stream is None:
            bare = data[0] & 0x0F != 8 or int.from_bytes(data[:2], "big") % 31
            self._stream = _unpacker(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
        return b"" if self._stream.eof else _unpacked(self._stream, data, room)

    def is_whole(self) -> bool:
        return self._stream is not None and self._stream.eof


def _unpacker(window: int) -> zlib._Decompress:
    return zlib.decompressobj(window)


def _unpacked(stream: zlib._Decompress, data: bytes, room: int) -> bytes:
    try:
        return stream.decompress(data, room)
    except zlib.error as error:
        raise Damaged("It is damaged: it cannot be unpacked.") from error
