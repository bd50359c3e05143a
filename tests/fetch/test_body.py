"""A body is unpacked whole, or not at all."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fetch.body import Damaged, Incomplete, TooLarge, decode, read_body


class Raw:
    """What urllib3 would hand over, in pieces of any size."""

    def __init__(self, data: bytes, piece: int = 1000, length: int | None = None) -> None:
        self._data = io.BytesIO(data)
        self._piece = piece
        self.length_remaining = length
        self.asked = 0

    def read(self, amt: int, decode_content: bool) -> bytes:
        self.asked += 1
        return self._data.read(min(amt, self._piece))


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZip ": gzip.compress,
}
PACKERS |= {"deflate": zlib.compress, "DEFLATE": bare}


@given(st.binary(max_size=5000), st.sampled_from(sorted(PACKERS)), st.integers(2, 3000))
def test_whatever_is_packed_comes_out_the_same(body: bytes, coding: str, piece: int) -> None:
    assert read_body(Raw(PACKERS[coding](body), piece), coding, limit=5000) == body


@given(
    st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate", "DEFLATE"]), st.data()
)
def test_what_is_cut_is_never_a_shorter_page(body: bytes, coding: str, data: st.DataObject) -> None:
    packed = PACKERS[coding](body)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises((Incomplete, Damaged)):
        read_body(Raw(packed[:cut]), coding, limit=5000)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_no_bytes_break_it(data: bytes, coding: str) -> None:
    try:
        read_body(Raw(data, 7), coding, limit=1000)
    except (Incomplete, Damaged, TooLarge):
        return


def test_several_gzip_members_are_one_body() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two ") + gzip.compress(b"three")
    assert read_body(Raw(packed, 3), "gzip", limit=100) == b"one two three"


def test_what_follows_the_gzip_is_left_alone() -> None:
    assert read_body(Raw(gzip.compress(b"page") + bytes(50)), "gzip", limit=100) == b"page"


def test_limit_is_exact() -> None:
    for coding, pack in PACKERS.items():
        assert len(read_body(Raw(pack(b"x" * 1000)), coding, limit=1000)) == 1000
        with pytest.raises(TooLarge):
            read_body(Raw(pack(b"x" * 1001)), coding, limit=1000)


def test_announced_length_beyond_the_limit_is_refused_unread() -> None:
    raw = Raw(b"x" * 2000, length=2000)
    with pytest.raises(TooLarge):
        read_body(raw, "", limit=1000)
    assert raw.asked == 0


def test_packed_bytes_that_unpack_to_nothing_count() -> None:
    with pytest.raises(TooLarge):
        read_body(Raw(gzip.compress(b"") * 1000), "gzip", limit=10_000)


def test_beginning_will_do_when_asked_for() -> None:
    for coding, pack in PACKERS.items():
        raw = Raw(pack(b"abc" * 1000), length=3000)
        assert read_body(raw, coding, limit=10, cut=True) == b"abcabcabca"


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "x" * 500])
def test_packing_that_was_not_asked_for_is_refused_unread(coding: str) -> None:
    raw = Raw(b"x")
    with pytest.raises(Damaged, match="not asked for"):
        read_body(raw, coding, limit=1000)
    assert raw.asked == 0


def test_empty_body_is_whole_in_any_packing() -> None:
    assert [read_body(Raw(b""), coding, limit=10) for coding in PACKERS] == [b""] * len(PACKERS)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), "text/html; charset=utf-8", "é"),
        ("é".encode("cp1252"), "text/html; charset=ISO-8859-1", "é"),
        ("é".encode("cp1252"), "text/html", "é"),
        ("é".encode(), "text/html", "é"),
        ("é".encode("cp1252"), "text/html; charset=utf-8", "\ufffd"),  # the header is wrong
        ("é".encode(), "text/html; charset=nonsense", "é"),
        ("é".encode(), "text/html; charset=zlib", "é"),
        ("\ufeffé".encode(), "text/html; charset=iso-8859-1", "é"),  # a mark beats the header
        (b'<meta charset="windows-1251">\xe9', "text/html", '<meta charset="windows-1251">й'),
        ('{"a": "é"}'.encode(), "application/json; charset=iso-8859-1", '{"a": "é"}'),
        ('{"a": "é"}'.encode(), "application/activity+json", '{"a": "é"}'),
    ],
)
def test_letters_as_browsers_read_them(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type) == text
