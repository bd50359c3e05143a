"""RSS and Atom → rows. https://support.google.com/docs/answer/3093337"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import html5lib
from lxml import etree

from sheetsync.importxml.cells import EMPTY, Cell
from sheetsync.importxml.content import Content
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import Bounds

#: The queries and the columns that each gives.
_ITEMS = ("Title", "Author", "URL", "Date Created", "Summary")
_FEED = ("Title", "Description", "Author", "URL")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "": _ITEMS,
    "items": _ITEMS,
    "items title": ("Title",),
    "items author": ("Author",),
    "items url": ("URL",),
    "items created": ("Date Created",),
    "items summary": ("Summary",),
    "feed": _FEED,
    "feed title": ("Title",),
    "feed description": ("Description",),
    "feed author": ("Author",),
    "feed url": ("URL",),
}
#: Elements by local name, the first that has text: RSS 2.0, RSS 1.0 with Dublin Core, Atom.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "Title": ("title",),
    "Author": ("author", "creator", "managingEditor"),
    "Date Created": ("pubDate", "published", "date", "issued", "created", "updated", "modified"),
    "Summary": ("description", "summary", "encoded", "content"),
    "Description": ("description", "subtitle", "tagline"),
}


#: A feed that is no well-formed XML is one all the same: what is wrong with it is to be said.
_FEED_ROOT = re.compile(r"\s*(?:<!--.*?-->\s*)*+<(?:rss|feed|rdf:RDF)[\s>]", re.S)


def feed_rows(
    content: Content, query: str, *, headers: bool, items: int | None
) -> list[list[Cell]]:
    """``items``: so many from the top, None for all that the feed has. Raises NoValue."""
    asked = " ".join(query.lower().split())
    columns = _COLUMNS.get(asked)
    if columns is None:
        raise NoValue(
            Reason.QUERY,
            f"“{query[:40]}” is nothing that IMPORTFEED can give.",
            hint="It gives: " + ", ".join(name for name in _COLUMNS if name) + ".",
        )
    head, entries = _parts(content)
    chosen = [head] if asked.startswith("feed") else entries[:items]
    rows = [[_cell(one, column) for column in columns] for one in chosen]
    bounds = Bounds()
    for row in rows:
        bounds.checked([cell.text for cell in row])
    if not any(cell.value is not None for row in rows for cell in row):
        raise NoValue(
            Reason.EMPTY,
            "The feed has no such item." if chosen else "The feed has no items.",
            hint='Ask for all that it has: IMPORTFEED(url; "items"; TRUE).',
        )
    return [[Cell(name, name) for name in columns], *rows] if headers else rows


def _parts(content: Content) -> tuple[etree._Element, list[etree._Element]]:
    """The element with the feed's own title, and the items."""
    if content.form == "html" and not _FEED_ROOT.match(content.text):
        raise NoValue(Reason.UNREADABLE, "This is a page, no feed.", hint=_where(content))
    root = content.xml
    kind = _local(root)
    if kind == "rss":
        channel = _child(root, "channel")
        if channel is not None:
            return channel, [one for one in channel if _local(one) == "item"]
    if kind == "RDF":  # RSS 1.0: the items stand beside the channel
        channel = _child(root, "channel")
        items = [one for one in root if _local(one) == "item"]
        return (root if channel is None else channel), items
    if kind == "feed":
        return root, [one for one in root if _local(one) == "entry"]
    raise NoValue(
        Reason.UNREADABLE,
        f"This is XML, but no feed: it begins with <{kind}>.",
        hint="Read it with IMPORTXML.",
    )


def _where(content: Content) -> str:
    links = content.browser.iter("link")
    for link in links:
        if re.search(r"(rss|atom)\+xml", link.get("type", "")) and link.get("href"):
            return f"It names its feed: {link.get('href', '')[:200]}"
    return "Look for the feed's own address, often /feed or /rss."


def _cell(one: etree._Element, column: str) -> Cell:
    if column == "URL":
        return _text(_link(one))
    for name in _NAMES[column]:
        for found in (child for child in one if _local(child) == name):
            text = _content(found, column)
            if text:
                return _moment(text) if column == "Date Created" else _text(text)
    return EMPTY


def _content(found: etree._Element, column: str) -> str:
    if _local(found) == "author" and (name := _child(found, "name")) is not None:
        found = name
    text = "".join(str(part) for part in found.itertext()).strip()
    if column in ("Summary", "Description", "Title") and re.search(r"<[a-zA-Z!/]|&[\w#]+;", text):
        # Text with mark-up in it: a summary is "the item content, minus hyperlinks and images".
        fragment = html5lib.parseFragment(
            re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text),
            treebuilder="etree",
            namespaceHTMLElements=False,
        )
        text = "".join(fragment.itertext())
    return " ".join(text.split())


def _link(one: etree._Element) -> str:
    """RSS has it as text; Atom in ``href``, where ``alternate`` is the page itself."""
    links = [child for child in one if _local(child) == "link"]
    for link in links:
        if link.get("href") and link.get("rel", "alternate") == "alternate":
            return link.get("href", "").strip()
    for link in links:
        if (link.text or "").strip():
            return (link.text or "").strip()
    guid = _child(one, "guid")
    text = "" if guid is None else (guid.text or "").strip()
    return text if text.startswith(("http://", "https://")) else ""


def _moment(text: str) -> Cell:
    """The day and time of day that the feed writes, naive as a sheet's times are: which zone they
    are of stands in ``text`` alone. As text when it is none, or says no zone."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if found.tzinfo is not None:
            return Cell(found.replace(tzinfo=None), text)
    return Cell(text, text)


def _text(text: str) -> Cell:
    return Cell(text, text) if text else EMPTY


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: etree._Element, name: str) -> etree._Element | None:
    children: Sequence[etree._Element] = list(element)
    return next((child for child in children if _local(child) == name), None)
