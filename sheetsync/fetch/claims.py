"""What a stranger's file claims (an address, a status, a time) → a Page, or the reason for none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sheetsync.fetch.formats import HEAD, decode_html, sniff
from sheetsync.model import Outcome, Page

#: What sheetsync's own saver writes right behind a browser's comment (sheetsync/saver/saver.js).
_SAVER = re.compile(r"<!-- saved from url=\(\d+\)\S+ -->\s*<!-- sheetsync saver (\S{1,40}) -->")


def page_from(
    body: str | bytes,
    *,
    max_bytes: int,
    url: object = "",
    status: object = None,
    at: datetime | None = None,
) -> Page:
    """A Page without a name; what is no web address or no HTTP status is left out.

    It has text, or a ``problem``. ``at`` is the file's own time (``captured_by`` "content").
    """
    address = url if isinstance(url, str) and re.match(r"https?://", url) else ""
    if len(body) > max_bytes:
        return replace(too_large(len(body), max_bytes), url=_whole(address))
    text = _whole(body if isinstance(body, str) else _text(body))
    if not text.strip():
        return replace(damaged("The page is empty. Save it again."), url=_whole(address))
    return Page(
        text,
        url=_whole(address),
        status=_status(status),
        captured_at=at,
        captured_by="content" if at else None,
    )


def damaged(detail: str) -> Page:
    return Page("", problem=Outcome.UNREADABLE, detail=detail)


def too_large(size: int, limit: int) -> Page:
    """``size`` and ``limit`` in bytes."""
    detail = f"It has {size / 1e6:,.1f} MB; at most {limit / 1e6:g} MB are read."
    return Page("", problem=Outcome.TOO_LARGE, detail=detail)


def moment(text: object, *, naive_is_utc: bool = False) -> datetime | None:
    """An ISO 8601 or e-mail date in UTC; without an offset it names no day, unless it is UTC."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(text.strip() if isinstance(text, str) else "")
            if found.tzinfo is None and naive_is_utc:
                found = found.replace(tzinfo=UTC)
            return found.astimezone(UTC) if found.tzinfo else None
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def saver_time(head: str) -> datetime | None:
    """When the page in a file of sheetsync's saver was loaded; None for any other file."""
    found = _SAVER.search(head)
    return moment(found[1]) if found else None


def under(value: Any, *keys: str) -> Any:
    """What lies under these keys; None where a stranger's file has something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _status(status: object) -> int | None:
    if isinstance(status, int):
        status = str(status)
    known = isinstance(status, str) and re.fullmatch(r"[1-5][0-9][0-9]", status)
    return int(known[0]) if known else None


def _text(body: bytes) -> str:
    if sniff(body[:HEAD]) == "json":
        return body.decode("utf-8-sig", "replace")
    return decode_html(body)


def _whole(text: str) -> str:
    """JSON can smuggle in half characters (lone surrogates), which no file or parser takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
