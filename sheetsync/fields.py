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
HOUR = timedelta(hours=1)
HALF_A_DAY = timedelta(hours=12)
YEAR = timedelta(days=400)
_NEVER = datetime.max.replace(tzinfo=UTC)
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

    Where its content only says when the visit began (a cookie that the page carries along, which
    may be weeks older: recorded page tiktok/video-universal-nao), what the door knows is better
    when it is later.
    """
    if page.opened and page.captured_at:  # a recording knows the second
        return page.captured_at, page.captured_by
    visits, exact = _times_in(layout, root, text, page)
    begun = max(visits, default=None)
    if exact:
        return max([*exact, *visits]), "content"
    if begun is None or _later(page, begun):
        return page.captured_at, page.captured_by
    return begun, "content"


def _times_in(
    layout: Layout, root: Any, text: str, page: Page
) -> tuple[list[datetime], list[datetime]]:
    """When the visit began, and when the page itself was made; without what cannot be: no page
    is younger than the file in which it lies (a clock may be a little off, a stated day is whole).
    """
    off = DAY if page.captured_by == "option" else HOUR
    limit = page.captured_at + off if page.captured_at else _NEVER
    read = [(each, list(_raws(each, root, text))) for each in layout.captured]
    found = [(each, time) for each, raws in read for raw in raws if (time := moment(raw))]
    visits = [time for each, time in found if each.visit and time <= limit]
    exact = [t for each, t in found if not (each.visit or each.request) and t <= limit]
    if since := max(visits, default=None):
        ids = [raw for each, raws in read for raw in raws if each.request]
        exact += [time for raw in ids if (time := request_time(raw, since, limit))]
    return visits, exact


def _later(page: Page, begun: datetime) -> bool:
    """Whether the door knows better than the begin of the visit: most visits are of a moment,
    and a file's time can be that of a copy, so it has to be of another part of the day."""
    if page.captured_at is None:
        return False
    least = HALF_A_DAY if page.captured_by == "file" else timedelta(0)
    return page.captured_at > begun + least


def request_time(raw: object, since: datetime, limit: datetime) -> datetime | None:
    """The moment in the id of a request that TikTok answered, at most 400 days after ``since``.

    The id has 20 digits. Either the first ten are Unix seconds, or the last eleven are Unix
    milliseconds modulo 10**11. No documentation says so: on 14 recorded pages it fits their other
    clocks (tiktok/video-universal-nao, tiktok/profile-sigi-pender-old).
    """
    digits = str(raw)
    if not re.fullmatch("[0-9]{20}", digits):
        return None
    first = int((since - DAY).timestamp())
    last = min(since + YEAR, limit).timestamp()
    shifted = first + (int(digits[9:17]) - first) % 10**8
    forms = (int(digits[:10]), shifted)
    return next((datetime.fromtimestamp(n, UTC) for n in forms if first <= n <= last), None)


def _raws(each: Moment, root: Any, text: str) -> Iterator[Any]:
    raw = each.path.search(root) if each.path else None
    if each.pattern is None:
        yield raw
        return
    source = raw if each.path else text
    yield from each.pattern.findall(source) if isinstance(source, str) else []


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
