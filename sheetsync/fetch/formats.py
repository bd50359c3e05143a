"""What bytes are, and how they become text, as browsers do it. Pure.

A format is decided by how a file begins (`sniff`): people, browsers and extensions name files as
they like. What a page says about its own letters is believed only for encodings that browsers know.
"""

from __future__ import annotations

import re
from typing import Literal

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding, to_unicode

Format = Literal["html", "json", "har", "mhtml", "webarchive", "yaml"]

#: How much of a file `sniff` wants to see, in bytes.
HEAD = 2048

# "*+" gives nothing back: a stranger's file of nothing but comments would cost exponential time.
_BEFORE_MARKUP = r"(?:\s|<!--.*?-->|<\?xml[^>]*>)*+"
_TAGS = (
    "!doctype\\s+html|html|head|body|title|meta|link|style|script|base|noscript|template|"
    "div|main|section|article|header|footer|nav|span|p|a|h[1-6]|ul|ol|table|form|img"
)
_HTML_START = re.compile(rf"{_BEFORE_MARKUP}<(?:{_TAGS})\b[^<]*>", re.IGNORECASE | re.DOTALL)
_HTML_INSIDE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[\[\]{"\d-]|true|false|null))')
_HAR_START = re.compile(r'\s*\{\s*"log"\s*:\s*\{')
_YAML_START = re.compile(r"(?:---[^\n]*\n|#[^\n]*\n|\s)*+(?:http_)?interactions:\s")
_HEADER_START = re.compile(r"\s*[\w-]+:")
_MHTML_HEADER = re.compile(
    r"^(?:Snapshot-Content-Location:|Content-Type:\s*multipart/related)",
    re.IGNORECASE | re.MULTILINE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

# Python knows "charsets" that are no text (hex, zlib) or run escapes; a page may name only these.
_WEB_ENCODING = re.compile(
    r"utf-8|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gb18030|big5hkscs|euc[_-]\w+|iso2022_jp|shift_jis"
)


def sniff(head: bytes) -> Format | None:
    """What a file that begins with ``head`` (`HEAD` bytes do) seems to be; None: no page."""
    encoding, rest = unmarked(head)
    return looks_like(rest.decode(encoding or "latin-1", "replace"))


def looks_like(text: str) -> Format | None:
    """The same for a body that is text already."""
    text = text[:HEAD]
    if is_binary(text):
        return None
    # The order matters: an MHTML file's first 2 KB hold the beginning of its HTML too.
    if _HEADER_START.match(text) and _MHTML_HEADER.search(text):
        return "mhtml"
    if _HAR_START.match(text):
        return "har"
    if _JSON_START.match(text):
        return "json"
    if _YAML_START.match(text):
        return "yaml"
    return "html" if _HTML_START.match(text) or _HTML_INSIDE.search(text) else None


def is_binary(text: str) -> bool:
    """More than one stray control character, and more than one in fifty, is no text."""
    return (len(_CONTROL.findall(text)) - 1) * 50 > len(text)


def unmarked(data: bytes) -> tuple[str | None, bytes]:
    """The encoding that a byte order mark names, and the data behind the mark."""
    encoding, mark = read_bom(data)
    return encoding, data[len(mark or b"") :]


def decode_html(data: bytes, charset: str | None = None) -> str:
    """As browsers do: byte order mark, ``charset`` or the page's own word, UTF-8, windows-1252."""
    marked, rest = unmarked(data)
    if marked:
        return to_unicode(rest, marked)
    stated = charset and re.fullmatch(r"[\w.:-]+", charset)
    encoding = resolve_encoding(stated[0]) if stated else None
    encoding = encoding or html_body_declared_encoding(data)
    if encoding and _WEB_ENCODING.fullmatch(encoding):
        return to_unicode(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and not data[: error.start].isascii()
        if cut:  # all letters before are UTF-8, and only the last one is not whole
            return data.decode("utf-8", "replace")
        return data.decode("cp1252", "replace")


def decode_typed(data: bytes) -> str:
    """What a shell or an editor wrote: UTF-8, UTF-16 as Windows has it, with a mark or without."""
    marked, rest = unmarked(data)
    if marked:
        return rest.decode(marked, "replace")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    if data[:1] == b"\0":
        return data.decode("utf-16-be", "replace")
    return decode_html(data)
