"""The bytes of one saved file → the pages in it. Pure: no I/O, no clock, no file names."""

from __future__ import annotations

import email
import json
import plistlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from typing import Any
from xml.parsers.expat import ExpatError

from sheetsync.fetch.claims import damaged, moment, page_from, saver_time, under
from sheetsync.fetch.formats import HEAD, Format, decode_html, is_binary, unmarked
from sheetsync.fetch.recordings import captures_in, pages_of, unpacked
from sheetsync.model import Page

# Browsers and SingleFile put their comment right behind <html …>, whose style can be long.
_COMMENT_WITHIN = 20_000
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_SINGLEFILE = re.compile(
    r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)"
    r"(?:\s+saved date:\s*\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4}))?"
)
# A recording is 8 deep; libyaml's loader overruns the stack, and ends Python, at many thousands.
_DEEPEST_YAML = 100


def pages_in(data: bytes, format: Format, *, max_bytes: int) -> list[Page]:
    """The pages in a file, with ``url``, ``status`` and ``captured_at`` where the content says.

    Never raises: what is damaged is one Page with a ``problem`` and a ``detail``; a page of more
    than ``max_bytes`` inside a container is ``too_large``. An empty list: nothing to read here.
    """
    if not data.strip():
        return [damaged("The file is empty. Save the page again.")]
    try:
        return _READERS[format](data, max_bytes)
    except RecursionError:
        return [damaged("The file is damaged: it is nested deeper than any page is.")]


def _html(data: bytes, max_bytes: int) -> list[Page]:
    encoding, _ = unmarked(data)
    if not encoding and is_binary(data[:HEAD].decode("latin-1")):
        return [damaged("This is no text: it is compressed, damaged or no page at all.")]
    text = decode_html(data)
    url, at = _saver_comment(text[:_COMMENT_WITHIN])
    return [page_from(text, url=url, at=at, max_bytes=max_bytes)]


def _saver_comment(head: str) -> tuple[str, datetime | None]:
    """Address and time from SingleFile's or our saver's comment, else a browser's address."""
    if found := _SINGLEFILE.search(head):
        url, month, day, year, clock, offset = found.groups()
        return url, moment(f"{day} {month} {year} {clock} {offset}")
    browser = _SAVED_FROM.search(head)
    return (browser[1] if browser else ""), saver_time(head)


def _mhtml(data: bytes, max_bytes: int) -> list[Page]:
    """RFC 2557: the first HTML part is the page, the rest are its frames and pictures."""
    message = email.message_from_bytes(data)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    root = next((part for part in leaves if "html" in part.get_content_type()), None)
    if root is None:
        return [damaged("There is no page in this file. Save the page again.")]
    if root is leaves[-1] and _is_cut(message):
        return [damaged("The file stops in the middle of the page. Save the page again.")]
    body = root.get_payload(decode=True)
    text = decode_html(body if isinstance(body, bytes) else b"", root.get_content_charset())
    url = message["Snapshot-Content-Location"] or root["Content-Location"]
    # Older Chrome writes "-0000": UTC, with nothing known about the local time (RFC 5322).
    at = moment(str(message["Date"]), naive_is_utc=True)
    return [page_from(text, url="".join(str(url).split()), at=at, max_bytes=max_bytes)]


def _is_cut(message: Message) -> bool:
    return any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects)


def _webarchive(data: bytes, max_bytes: int) -> list[Page]:
    """What Safari saves unless told otherwise: a property list with the page's bytes."""
    try:
        main = under(plistlib.loads(data), "WebMainResource")
    except (ValueError, ExpatError, LookupError, TypeError, AttributeError, OverflowError):
        main = None  # plistlib lets a damaged file's errors through as they come
    body, charset = under(main, "WebResourceData"), under(main, "WebResourceTextEncodingName")
    if not isinstance(body, bytes):
        return [damaged("This Safari web archive is damaged. Save the page again.")]
    text = decode_html(body, charset if isinstance(charset, str) else None)
    return [page_from(text, url=under(main, "WebResourceURL"), max_bytes=max_bytes)]


def _json(data: bytes, max_bytes: int) -> list[Page]:
    """A recording, a capture, or the page itself; a lone number or text is no page."""
    encoding, rest = unmarked(data)
    try:
        text = rest.decode(encoding or "utf-8")
        value = json.loads(text, strict=False)  # sites print raw newlines into their strings
    except UnicodeDecodeError:
        return [damaged("The file is damaged: its letters are not UTF-8. Save the page again.")]
    except json.JSONDecodeError as error:
        return [damaged(_broken(error))]
    except ValueError:
        return [damaged("The file is damaged: it holds a number with thousands of digits.")]
    if not isinstance(value, (dict, list)):
        return []
    pages = pages_of(value, max_bytes) or captures_in(value, max_bytes)
    return pages or [page_from(text, max_bytes=max_bytes)]


def _broken(error: json.JSONDecodeError) -> str:
    cut = error.msg.startswith("Unterminated") or error.pos >= len(error.doc.rstrip())
    what = "it stops in the middle" if cut else f"line {error.lineno} is no JSON"
    return f"The file is damaged: {what}. Save the page again."


def _yaml(data: bytes, max_bytes: int) -> list[Page]:
    """A VCR recording."""
    import yaml  # noqa: PLC0415 few people need it, and it takes its time to load

    # The loader that guesses no types: a stranger's "dates" and "numbers" stay text.
    loader: Any = type("Recording", (getattr(yaml, "CBaseLoader", yaml.BaseLoader),), {})
    for tag in ("tag:yaml.org,2002:binary", "!binary"):  # vcrpy; VCR for Ruby
        loader.add_constructor(tag, lambda self, node: unpacked(self.construct_scalar(node)))
    depth = 0
    try:
        for event in yaml.parse(data, loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST_YAML:
                raise RecursionError
        value = yaml.load(data, loader)
    except (yaml.YAMLError, ValueError):
        return [damaged("The file is damaged: it is no complete YAML.")]
    return pages_of(value, max_bytes)


_READERS: Mapping[Format, Callable[[bytes, int], list[Page]]] = {
    "html": _html,
    "json": _json,
    "har": _json,
    "mhtml": _mhtml,
    "webarchive": _webarchive,
    "yaml": _yaml,
}
