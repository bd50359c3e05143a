"""A layout's shape in, typed fields out: every field by the one type that its name has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from parsel import Selector

from sheetsync.counts import read_count
from sheetsync.model import FIELDS, CapturedBy, Count, FieldType, FieldValue, Kind, Page
from sheetsync.platform import Element, Layout, Moment, Names, Platform, Read, with_host

#: Nothing that we read is older than the platforms themselves; an earlier time is no time.
EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class FieldReader:
    """Reads one recognised layout: its own fields, and its list of posts."""

    def __init__(self, platform: Platform, layout: Layout, root: Any, names: Names) -> None:
        self.platform, self.names, self.kind = platform, names, layout.kind
        self.subject = platform.subjects[layout.kind]
        self.locale = layout.locale or platform.locale
        self.exact = bool(layout.exact and layout.exact.search(root, names))
        self.shape = layout.shape.search(root, names) if layout.shape else root
        #: Counts that may be wrapped: no numbers by themselves, but they can confirm a rounded one.
        self.doubtful: dict[str, Count] = {}

    def fields(self) -> dict[str, FieldValue]:
        return self._all(self.subject.fields, self.shape, self.kind)

    def posts(self) -> Iterator[dict[str, FieldValue]]:
        """Yield the fields of each post that has an id."""
        listed = self.subject.posts
        items = listed.each.search(self.shape, self.names) if listed else None
        for item in items if isinstance(items, list) else []:
            fields = self._all(listed.fields, item, "post") if listed else {}
            if "id" in fields:
                yield fields

    def _all(
        self, reads: Mapping[str, tuple[Read, ...]], data: Any, kind: Kind
    ) -> dict[str, FieldValue]:
        found = {name: self._first(name, kind, ways, data) for name, ways in reads.items()}
        handle = found.get("handle")
        if isinstance(handle, str):
            found["handle"] = self._handle(handle)
        return {name: value for name, value in found.items() if value is not None}

    def _handle(self, text: str) -> str | None:
        handle = text.strip().removeprefix("@")
        return handle if self.platform.subjects["profile"].handle.fullmatch(handle) else None

    def _first(self, name: str, kind: Kind, ways: tuple[Read, ...], data: Any) -> FieldValue | None:
        type_ = FIELDS[kind][name]
        for read in ways:
            raw = read.path.search(data, self.names)
            value = None if _is_hidden(raw, read) else self._typed(type_, read, raw)
            if isinstance(value, Count) and read.wraps and self._may_be_wrapped(value):
                self.doubtful[name], value = value, None
            if value is not None:
                return value
        return None

    def _typed(self, type_: FieldType, read: Read, raw: Any) -> FieldValue | None:
        if read.pattern is not None:
            match = read.pattern.search(raw) if isinstance(raw, str) else None
            raw = _group(match) if match else None
        if raw is None:
            return None
        if type_ == "count":
            return read_count(raw, self.locale, self.platform.ladder, exact=self.exact)
        if type_ == "time":
            return moment(raw, shift=read.shift)
        if type_ == "flag":
            return raw if isinstance(raw, bool) else None
        if type_ == "id":
            raw = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
            return raw.strip()[:200] or None if isinstance(raw, str) else None
        return _clean(raw) or None if isinstance(raw, str) and raw.strip() else None

    def _may_be_wrapped(self, count: Count) -> bool:
        """Whether a 32-bit counter may have wrapped round (khaby.lame's hearts did).

        2**32 is no multiple of any step, so a rounded number that wrapped is off the ladder.
        """
        rungs = [start for start, step in self.platform.ladder if step > 1]
        return not self.exact and count.exact and bool(rungs) and count.value >= rungs[0]


def elements(tree: Selector, layout: Layout) -> dict[str, Any]:
    """Return the texts that an elements layout names, and its lists, None where there is none."""
    values: dict[str, Any] = {name: _text(tree, e) for name, e in layout.elements.items()}
    for name, listing in layout.lists.items():
        values[name] = [
            {key: _text(row, element) for key, element in listing.elements.items()}
            for row in tree.xpath(listing.each)
        ]
    return values


def _text(tree: Selector, element: Element) -> str | None:
    """The first text that the selector finds and the pattern, if there is one, accepts."""
    for node in tree.xpath(element.xpath):
        text = node.get() if isinstance(node.root, str) else node.xpath("string()").get()
        text = (text or "").strip()
        if element.pattern is None:
            return text
        if found := element.pattern.search(text):
            return _group(found).strip()
    return None


def _group(match: re.Match[str]) -> str:
    return with_host(match.groupdict()) or match[1]


def _clean(text: str) -> str:
    """Text without what a terminal obeys and without halves of characters; newlines stay."""
    return _UNFIT.sub("", text)


def _is_hidden(raw: Any, read: Read) -> bool:
    return any(raw == hidden and type(raw) is type(hidden) for hidden in read.hidden)


def content_time(
    layout: Layout, root: Any, text: str, page: Page
) -> tuple[datetime | None, CapturedBy | None]:
    """When the page was made: the latest time in its content, else what the door says.

    The latest, because the others are older cookies that the page carries along (a visitor's
    id can be weeks older than the page: recorded page tiktok/video-universal-nao).
    """
    limit = page.captured_at + DAY if page.captured_at else None
    times = [time for each in layout.captured for time in _times(each, root, text)]
    times = [time for time in times if limit is None or time <= limit]
    return (max(times), "content") if times else (page.captured_at, page.captured_by)


def _times(each: Moment, root: Any, text: str) -> Iterator[datetime]:
    raw = each.path.search(root) if each.path else None
    raws = [raw]
    if each.pattern is not None:
        source = raw if each.path else text
        raws = each.pattern.findall(source) if isinstance(source, str) else []
    for value in raws:
        if found := moment(value):
            yield found


def moment(raw: Any, *, shift: int = 0) -> datetime | None:
    """Read a time: unix seconds or milliseconds (number or digits), yyyymmddhhmmss, ISO 8601.

    ``shift`` takes the time out of an id (TikTok: ``id >> 32`` is unix seconds).
    """
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 20:
        if len(raw) == 14 and not shift:
            return _stamp(raw)
        raw = int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        seconds = raw >> shift
        return _plausible(seconds / 1000 if seconds > 10**11 else float(seconds))
    return _iso(raw) if isinstance(raw, str) else None


def _plausible(seconds: float) -> datetime | None:
    if not EARLIEST.timestamp() <= seconds < 4_102_444_800:  # the year 2100
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _stamp(text: str) -> datetime | None:
    try:
        found = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if found >= EARLIEST else None


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if found.astimezone(UTC) >= EARLIEST else None
