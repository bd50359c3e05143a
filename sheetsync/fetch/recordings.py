"""Recordings and captures → the pages in them: HAR, VCR, one recorded answer, an extension's file.

Only the answers' bodies, addresses, statuses and times are read. Headers and cookies are never
looked at, so they cannot leak into a sheet. Pure: values (of JSON or YAML) in, Pages out.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sheetsync.fetch.claims import damaged, moment, page_from, under
from sheetsync.fetch.formats import HEAD, looks_like, sniff
from sheetsync.model import Page

# A capture is a whole page; the snippet in an API's answer (oEmbed: under 1,000 letters) is not.
_WHOLE_PAGE = 2_000


def pages_of(value: Any, max_bytes: int) -> list[Page]:
    """The pages in a recording (HAR, VCR, one answer); [] when ``value`` is none.

    A recording that holds no page is one damaged Page, so that nobody waits for its numbers.
    Looks only at known keys: YAML's aliases make values without an end.
    """
    har = under(value, "log", "entries")
    if isinstance(har, list):
        pages = [page for entry in har if (page := _har_page(entry, max_bytes))]
        opened = tuple(dict.fromkeys(_opened(har)))
        pages = [replace(page, opened=opened) for page in pages]
        return pages or [damaged("No HTML or JSON answer is stored in this HAR file.")]
    tape = under(value, "interactions") or under(value, "http_interactions")
    if isinstance(tape, list) and any(under(item, "response") for item in tape):
        pages = [page for item in tape if (page := _vcr_page(item, max_bytes))]
        return pages or [damaged("No HTML or JSON answer is stored in this recording.")]
    mock = under(value, "response", "responseBody")
    return [_mock_page(value, mock, max_bytes)] if isinstance(mock, str) else []


def captures_in(value: Any, max_bytes: int) -> list[Page]:
    """Whole pages that lie under ``html`` beside their address: a browser extension's capture.

    Only where HTML is the bulk of the file: an API's answer may carry a snippet (oEmbed does),
    and then the answer itself is the page. ``value`` is JSON's.
    """
    found: list[Mapping[str, Any]] = []
    letters, todo = 0, [value]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            letters += len(node)
        elif isinstance(node, list):
            todo.extend(reversed(node))
        elif isinstance(node, dict):
            todo.extend(reversed(node.values()))
            found += [node] if _is_capture(node) else []
    if sum(len(node["html"]) for node in found) * 2 < letters:
        return []
    return [
        page_from(
            node["html"],
            url=node.get("href") or node.get("url"),
            at=moment(node.get("savingTime")),
            max_bytes=max_bytes,
        )
        for node in found
    ]


def unpacked(base64: object) -> bytes:
    """Base64 that may be damaged; then nothing."""
    try:
        return b64decode(base64) if isinstance(base64, str) else b""
    except ValueError:
        return b""


def _har_page(entry: Any, max_bytes: int) -> Page | None:
    content = under(entry, "response", "content")
    body, mime = under(content, "text"), under(content, "mimeType")
    if not isinstance(mime, str) or not re.search("html|json", mime, re.IGNORECASE):
        return None
    if under(content, "encoding") == "base64":
        body = unpacked(body)
    if not isinstance(body, (str, bytes)) or not body:
        return None
    return page_from(
        body,
        url=under(entry, "request", "url"),
        status=under(entry, "response", "status"),
        at=moment(under(entry, "startedDateTime")),
        max_bytes=max_bytes,
    )


def _opened(entries: list[Any]) -> Iterator[str]:
    """The addresses of the pages themselves: what came as HTML, whether it is stored or not."""
    for entry in entries:
        mime, url = under(entry, "response", "content", "mimeType"), under(entry, "request", "url")
        if isinstance(mime, str) and isinstance(url, str) and "html" in mime.lower():
            yield url


def _vcr_page(item: Any, max_bytes: int) -> Page | None:
    """vcrpy, betamax and VCR for Ruby; ``recorded_at`` without an offset is UTC (betamax)."""
    response = under(item, "response")
    body = under(response, "body")
    packed = under(body, "base64_string")
    body = unpacked(packed) if packed else under(body, "string") or body
    body = _unzipped(body, max_bytes) if isinstance(body, bytes) else body
    if not isinstance(body, (str, bytes)) or not _is_page(body):
        return None
    return page_from(
        body,
        url=under(item, "request", "uri") or under(item, "request", "url"),
        status=under(response, "status", "code") or under(response, "status"),
        at=moment(under(item, "recorded_at"), naive_is_utc=True),
        max_bytes=max_bytes,
    )


def _mock_page(value: Any, body: str, max_bytes: int) -> Page:
    """One request and its answer, as the NewPipe extractor's tests record them."""
    return page_from(
        body,
        url=under(value, "response", "latestUrl") or under(value, "request", "url"),
        status=under(value, "response", "responseCode"),
        max_bytes=max_bytes,
    )


def _is_capture(node: Mapping[str, Any]) -> bool:
    html, url = node.get("html"), node.get("href") or node.get("url")
    if not isinstance(html, str) or not isinstance(url, str):
        return False
    return len(html) >= _WHOLE_PAGE and "<" in html


def _is_page(body: str | bytes) -> bool:
    found = sniff(body[:HEAD]) if isinstance(body, bytes) else looks_like(body)
    return found in ("html", "json")


def _unzipped(body: bytes, limit: int) -> bytes:
    """A gzip body opened, but only as far as needed to know that it is too large."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, limit + 1)
    except zlib.error:
        return b""
