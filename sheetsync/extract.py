"""Page and Platform in, Record out. Pure: no I/O, no clock, and no idea which door was used.

A layout finds its data and reshapes it; the platform's fields are read from that one shape.
There is no "else ok": a Record is ``ok`` only with a recognised layout, a name for whose numbers
they are, and every field that its layout requires (design decision 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sheetsync import walls
from sheetsync.bounds import TooMuch
from sheetsync.document import BROKEN, Document, host_of
from sheetsync.fields import FieldReader, content_time, elements
from sheetsync.model import Count, Outcome, Page, Post, Profile, Record
from sheetsync.platform import Layout, Platform, Sign, of_host
from sheetsync.verdict import (
    all_exact,
    dated,
    identified,
    newest_first,
    sharpened,
    weigh,
    without_numbers,
)

EMPTY = "the page is empty"
#: What may stand for {handle} or {id} inside a platform file's quotes.
NAME = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A layout that was recognised, its data, and the names read from it."""

    layout: Layout
    root: Any
    names: Mapping[str, str]


def extract(page: Page, platform: Platform, asked: Profile | Post | None = None) -> Record:
    """Read everything that ``platform`` describes from ``page``.

    ``asked`` is whose page was wanted, when somebody said: it chooses among several accounts on
    one page, and a page of somebody else is ``other_profile`` without a number.
    """
    return Extraction(Document(page.text), page, platform, asked).bounded()


def extract_any(page: Page, platforms: Sequence[Platform]) -> Record | None:
    """Read a page of which nobody said whose it is; None when it is no page of ours at all."""
    if page.problem:
        return Record("", "profile", page.problem, detail=page.detail, source=page.source)
    document = Document(page.text)
    first = None
    try:
        candidates = list(_candidates(document, page, platforms))
    except TooMuch as much:
        return Record("", "profile", Outcome.TOO_LARGE, detail=str(much), source=page.source)
    for platform in candidates:
        extraction = Extraction(document, page, platform, None)
        record = extraction.bounded()
        if record.outcome is Outcome.TOO_LARGE:
            return record
        if record.layout or extraction.own_sign or extraction.left_over or extraction.broken:
            return record
        if first is None and extraction.owned:
            first = record
    return first


def _candidates(
    document: Document, page: Page, platforms: Sequence[Platform]
) -> Iterator[Platform]:
    """Platforms worth trying: the address's own; else whose script is there; else all."""
    if page.url:
        yield from of_host(host_of(page.url), platforms)
        return
    likely = [p for p in platforms if _has_script(p, document)]
    yield from likely
    rest = [p for p in platforms if p not in likely]
    owners = [p for p in rest if any(p.owns(host) for host in document.hosts)]
    yield from owners
    if not any(p.owns(host) for p in platforms for host in document.hosts):
        yield from (p for p in rest if p not in owners)


def _has_script(platform: Platform, document: Document) -> bool:
    return any(layout.script and layout.script in document.text for layout in platform.layouts)


def _kind(whose: Profile | Post | None) -> str:
    return whose.kind if whose else ""


class Extraction:
    """One page read with one platform's file."""

    def __init__(
        self,
        document: Document,
        page: Page,
        platform: Platform,
        asked: Profile | Post | None,
    ) -> None:
        self.document, self.page, self.platform, self.asked = document, page, platform, asked
        #: Whose page it was meant to be: as asked, else as its address says.
        self.meant = asked or platform.find(page.url)
        self.own_sign = False
        self.status = page.status or 200
        #: The handle of a state that was left over from another page.
        self.left_over = ""
        #: Whether the platform's own script is there but cannot be read.
        self.broken = False

    def bounded(self) -> Record:
        """The record; that of a page that would take too long to open says so."""
        try:
            return self.record()
        except TooMuch as much:
            return self._refused(Outcome.TOO_LARGE, str(much))

    def record(self) -> Record:
        page = self.page
        if page.problem:
            return self._refused(page.problem, page.detail)
        may_own = self.platform.any_host or self.platform.owns(host_of(page.url))
        if page.url and not may_own:
            elsewhere = walls.of_address(page.url) or (
                Outcome.NOT_A_PROFILE,
                "answered with a page of another site",
            )
            return self._walled(elsewhere)
        best: Record | None = None
        for layout in self.platform.layouts:
            if best and (layout.kind != best.kind or all_exact(best)):
                continue
            root = self._root(layout)
            found = None if root is None else self._recognise(layout, root)
            if root is BROKEN or (found and self.document.cut):
                self.broken = True
                return best or self._refused(
                    Outcome.UNREADABLE, self.document.why_broken(layout.script or "")
                )
            if found:
                record, doubtful = self._read(found)
                best = sharpened(best, record, doubtful) if best else record
        if best and best.outcome.has_numbers and self.status >= 300:
            outcome, say = walls.of_status(self.status) or walls.of_odd_status(self.status)
            return without_numbers(best, outcome, self._sentence(say))
        return identified(best, self.asked) if best else self._unrecognised()

    @property
    def owned(self) -> bool:
        """Whether the page says, or its address does, that it is this platform's."""
        hosts = self.document.hosts or ((host_of(self.page.url),) if self.page.url else ())
        return any(self.platform.owns(host) for host in hosts)

    # --- recognising ---------------------------------------------------------------------

    def _root(self, layout: Layout) -> Any:
        """The layout's data, None when it is not on the page, BROKEN when it cannot be read."""
        document, data = self.document, None
        if layout.script:
            data = document.script(layout.script)
        elif layout.after:
            data = document.body if document.is_json else document.after(layout.after)
        elif layout.body:
            data = document.body
        elif layout.jsonld:
            data = document.jsonld or None
        has_json = layout.script or layout.after or layout.body or layout.jsonld
        if data is BROKEN or (has_json and data is None):
            return data
        if not (layout.elements or layout.lists):
            return data
        if document.is_json:  # a saved state alone: what is drawn beside it is missing
            return {"json": data} if has_json else None
        return {**elements(document.tree, layout), "json": data}

    def _recognise(self, layout: Layout, root: Any) -> Found | None:
        if root is BROKEN or not self._plausible(layout):
            return None
        if layout.path and not layout.path.search(self.page.url):
            return None
        names = self._names(layout, root)
        if layout.answer and not self._was_open(names):
            return None
        if not layout.when.search(root, names):
            return None
        if not self._shown_agrees(layout, names):
            self.left_over = names["handle"]
            return None
        return Found(layout, root, names)

    def _plausible(self, layout: Layout) -> bool:
        """Signs that any site may carry (meta tags, JSON-LD) count only on the site's own pages.

        ``own`` says that the layout's ``when`` is proof enough (Telegram's pages name no address).
        """
        if layout.own or layout.script or layout.body or self.document.is_json:
            return True
        return self.owned

    def _was_open(self, names: Mapping[str, str]) -> bool:
        """A browser is answered about many accounts (its reader's too): only those count whose
        page was open."""
        opened = (self.platform.find(address) for address in self.page.opened)
        handle = names.get("handle", "").lower()
        return handle in {target.handle.lower() for target in opened if target} - {""}

    def _names(self, layout: Layout, root: Any) -> Mapping[str, str]:
        """The names that choose among several accounts on a page, as far as they are known."""
        names: dict[str, str] = {}
        for name, query in layout.names.items():
            value = query.search(root) or (
                getattr(self.meant, name, None) if _kind(self.meant) == layout.kind else None
            )
            if isinstance(value, str) and NAME.fullmatch(value):
                names[name] = value
        return names

    def _shown_agrees(self, layout: Layout, names: Mapping[str, str]) -> bool:
        """False when the address or the rendered page is somebody else's: then the state is
        left over from the page that was open before (sites change pages without loading anew).
        """
        if layout.shown is None or "handle" not in names:
            return True
        if not self.asked and isinstance(self.meant, Profile):
            return names["handle"].lower() == self.meant.handle.lower()
        handle = names["handle"].lower()
        shown = [text.lower() for text in layout.shown.findall(self.document.text)]
        if shown:  # a page that went on inside the site keeps the former address in its head
            return handle in shown
        said = (self.platform.find(address) for address in self.document.addresses)
        owners = {who.handle.lower() for who in said if isinstance(who, Profile)}
        return not owners or handle in owners

    # --- reading -------------------------------------------------------------------------

    def _read(self, found: Found) -> tuple[Record, Mapping[str, Count]]:
        """Read the layout: the record, and counts that can only confirm another layout's."""
        layout = found.layout
        captured_at, captured_by = content_time(layout, found.root, self.document.text, self.page)
        base = Record(
            platform=self.platform.key,
            kind=layout.kind,
            outcome=Outcome.OK,
            layout=layout.name,
            source=self.page.source,
            captured_at=captured_at,
            captured_by=captured_by,
        )
        reader = FieldReader(self.platform, found.layout, found.root, found.names)
        fields = reader.fields()
        handle = str(fields.get("handle", ""))
        record = replace(
            base,
            fields=fields,
            handle=handle,
            url=self.platform.url(layout.kind, handle, str(fields.get("id", ""))),
        )
        for rule in layout.rules:
            if rule.when.search(found.root, found.names):
                return self._named(without_numbers(record, rule.outcome, rule.say)), {}
        weighed = weigh(layout, replace(record, posts=self._posts(reader, record)))
        return dated(weighed), reader.doubtful

    def _posts(self, reader: FieldReader, record: Record) -> tuple[Record, ...]:
        posts: dict[str, Record] = {}
        for fields in reader.posts():
            post_id = str(fields["id"])
            handle = str(fields.get("handle", record.handle))
            if post_id in posts or handle.lower() != record.handle.lower():
                continue
            posts[post_id] = replace(
                record,
                kind="post",
                outcome=Outcome.OK if "views" in fields else Outcome.PARTIAL,
                handle=record.handle,
                url=self.platform.url("post", record.handle, post_id),
                fields=fields,
            )
        return tuple(sorted(posts.values(), key=newest_first))

    # --- what is no reading --------------------------------------------------------------

    def _unrecognised(self) -> Record:
        """No layout was found: say what came instead."""
        document = self.document
        if self.left_over:
            return self._strange_page()
        hosting = walls.of_hosting(document)
        for sign in () if hosting else self.platform.signs:
            if self._shows(sign):
                self.own_sign = sign.own
                return self._refused(sign.outcome, sign.say)
        if wall := hosting or walls.of_status(self.status) or self._own_wall():
            return self._walled(wall)
        if self.status >= 300:
            return self._walled(walls.of_odd_status(self.status))
        if document.cut_short or not document.text.strip():
            say = document.why_broken() if document.text.strip() else EMPTY
            return self._refused(Outcome.UNREADABLE, say)
        return self._strange_page()

    def _own_wall(self) -> walls.Wall | None:
        """A page before the page, which a file of its own need not know. Names may be "login"."""
        if self.document.is_json:  # an interface's answer, whatever its host is called
            return None
        named = self.platform.find(self.page.url)
        return (None if named else walls.of_address(self.page.url)) or walls.of_page(self.document)

    def _walled(self, wall: walls.Wall) -> Record:
        outcome, say = wall
        return self._refused(outcome, self._sentence(say))

    def _sentence(self, say: str) -> str:
        told = "" if self.status < 300 else f" ({self.status})"
        return f"{self.platform.name} {say}{told}"

    def _strange_page(self) -> Record:
        if self.left_over:
            say = f"the page holds @{self.left_over}’s numbers under another profile’s address"
            return self._refused(Outcome.OTHER_PROFILE, say)
        for address in (*self.document.addresses, self.page.url):
            if address and (watched := self.platform.find(address)):
                say = f"{self.platform.name} changed its page: no known layout was found"
                return self._refused(Outcome.LAYOUT_CHANGED, say, watched)
        return self._refused(Outcome.NOT_A_PROFILE, "neither a profile nor a post")

    def _shows(self, sign: Sign) -> bool:
        document, page = self.document, self.page
        inside = sign.title or sign.xpath or sign.body or sign.json
        address = page.url or next(iter(document.addresses), "")
        if sign.status and page.status not in sign.status:
            return False
        if sign.path is not None and not sign.path.search(address):
            return False
        if not document.text.strip():
            return not inside
        if sign.empty or document.cut_short:
            return False
        return all(
            (
                sign.body is None or bool(sign.body.fullmatch(document.text.strip()[:2000])),
                sign.json is None or bool(document.is_json and sign.json.search(document.body)),
                sign.title is None or bool(sign.title.search(document.title)),
                sign.xpath is None or bool(document.tree.xpath(sign.xpath)),
            )
        )

    def _refused(self, outcome: Outcome, say: str, whose: Profile | Post | None = None) -> Record:
        page, whose = self.page, self.meant or whose
        record = Record(
            platform=self.platform.key,
            kind=whose.kind if whose else "profile",
            outcome=outcome,
            source=page.source,
            captured_at=page.captured_at,
            captured_by=page.captured_by,
            detail=say,
        )
        return self._named(record, whose)

    def _named(self, record: Record, whose: Profile | Post | None = None) -> Record:
        """Say whose page it was meant to be, where the page itself does not."""
        whose = whose or self.meant
        if whose is None or record.handle or record.id:
            return record
        fields = {**record.fields, **({"id": whose.id} if isinstance(whose, Post) else {})}
        return replace(record, handle=whose.handle, url=whose.url, fields=fields)
