"""The text of one page, and the trees that it makes; each is built once, when it is asked for.

The browser's tree comes from html5lib, which follows the HTML standard's parsing algorithm: what
stands in a table without a row gets one, what is left open is closed where browsers close it. The
other tree is libxml2's, closer to what is written. Nothing is loaded from outside, and entities
that a page declares itself cannot grow (libxml2's own limit on amplification).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, Literal

import html5lib
from lxml import etree

from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.syntax import NAME

Form = Literal["html", "xml"]

#: Signs; the fetcher's own limit is 10 MB.
MAX_PAGE = 10_000_000
#: Prefixes that a page need not declare: HTML puts these in a namespace without one.
PREFIXES: Mapping[str, str] = {
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
    "xlink": "http://www.w3.org/1999/xlink",
}
#: For names such as ``o:p`` in HTML, where a colon is only a letter.
_OURS = "urn:x-html-prefix:"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(NAME)
_ROOT = re.compile(
    r"\s*(?:(?:<\?[^>]*>|<!--.*?-->|<!doctype[^>[]*(?:\[.*?\]\s*)?>)\s*)*+<([\w:.-]+)", re.I | re.S
)
_HTML_NAMES = (
    "html head body title meta link base style script template noscript div span p a b i u s "
    "em strong h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr td th caption "
    "form input button select option label img br hr main section article header footer nav "
    "aside pre code blockquote iframe video audio canvas font center small sub sup"
)
_HTML_ROOTS = frozenset(_HTML_NAMES.split())
_XML_TYPE = re.compile(r"\s*(?:text/xml|application/xml|[\w.-]+/[\w.-]+\+xml)\b", re.I)
_HTML_TYPE = re.compile(r"\s*text/html\b", re.I)


class Content:
    """One page. ``content_type`` is the header's, "" when there is none (a saved page)."""

    def __init__(self, text: str, *, content_type: str = "") -> None:
        if len(text) > MAX_PAGE:
            raise NoValue(
                Reason.TOO_LARGE,
                f"The page has {len(text) / 1e6:,.1f} million signs; at most "
                f"{MAX_PAGE / 1e6:g} million are read.",
                hint="Ask for a smaller page, e.g. one part of the list.",
            )
        if text.lstrip()[:5] == "%PDF-":
            raise NoValue(
                Reason.UNREADABLE,
                "This is a PDF and no page: it has no elements and no cells.",
                hint="Look for the same numbers on a web page, or in a CSV file.",
            )
        self.text = whole(text.removeprefix("\ufeff"))
        self.content_type = content_type

    @cached_property
    def form(self) -> Form:
        """By the header, and by how the page begins; XHTML is read as browsers mostly get it."""
        root = _ROOT.match(self.text)
        name = root[1].lower() if root else ""
        if name == "html" or _HTML_TYPE.match(self.content_type):
            return "html"
        if _XML_TYPE.match(self.content_type) or self.text.lstrip()[:5] == "<?xml":
            return "xml"
        return "xml" if name and name not in _HTML_ROOTS and self._is_whole else "html"

    @cached_property
    def _is_whole(self) -> bool:
        try:
            _ = self.xml
        except NoValue:
            return False
        return True

    @cached_property
    def browser(self) -> etree._Element:
        """The tree that browsers build. Elements of HTML are in no namespace."""
        parsed = html5lib.parse(
            _NO_XML.sub("\ufffd", self.text), treebuilder="etree", namespaceHTMLElements=False
        )
        return _converted(parsed)

    @cached_property
    def written(self) -> etree._Element:
        """The tree as the page is written, without rows that only browsers add."""
        parser = etree.HTMLParser(encoding="utf-8", no_network=True)
        data = _NO_XML.sub("\ufffd", self.text).encode()
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            root = None  # not one element
        return etree.Element("html") if root is None else root

    @cached_property
    def xml(self) -> etree._Element:
        """Raises NoValue (``unreadable``) with the line where the XML is broken."""
        # lxml 5's own default, said aloud; its stubs know only the older True and False.
        only_its_own: Any = "internal"
        parser = etree.XMLParser(
            encoding="utf-8", no_network=True, load_dtd=False, resolve_entities=only_its_own
        )
        text = re.sub(r"^\s*(<\?xml[^>]*?)\sencoding\s*=\s*(\"[^\"]*\"|'[^']*')", r"\1", self.text)
        try:
            return etree.fromstring(_NO_XML.sub("\ufffd", text.lstrip()).encode(), parser)
        except etree.XMLSyntaxError as error:
            if re.search(r"excessive depth|huge", str(error.msg), re.IGNORECASE):
                raise NoValue(
                    Reason.TOO_LARGE,
                    "The XML is nested too deep (256 levels are read), or one of its texts is too "
                    "long.",
                    hint="Ask the site for less of it: its address may take a limit.",
                ) from error
            raise NoValue(
                Reason.UNREADABLE,
                f"The page is no well-formed XML: {_because(error)}.",
                hint="The site has to repair it; a browser that opens the address shows the place.",
            ) from error


def whole(text: str) -> str:
    """Half characters (lone surrogates), which JSON can smuggle in, made whole."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def declared(root: etree._Element) -> dict[str, str]:
    """The prefixes that the page itself declares, the first meaning of each, and `PREFIXES`."""
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        for prefix, uri in element.nsmap.items():
            if prefix:
                found.setdefault(prefix, uri)
    return {**PREFIXES, **found}


def _because(error: etree.XMLSyntaxError) -> str:
    line = error.lineno
    why = re.sub(r", line \d+, column \d+.*", "", str(error.msg or "it is empty"), flags=re.S)
    why = "an & stands alone, which is written &amp;" if "EntityRef: no name" in why else why
    return f"{why[:120]} (line {line})" if line else why[:120]


def _converted(root: Any) -> etree._Element:
    """html5lib's tree as one of lxml, where XPath works; not by recursion: pages are deep."""
    made = _made(root, None)
    waiting = [(root, made)]
    while waiting:
        old, new = waiting.pop()
        for child in old:
            if isinstance(child.tag, str):
                waiting.append((child, _made(child, new)))
            else:  # a comment
                new.append(etree.Comment(_comment(child.text or "")))
                new[-1].tail = _clean(child.tail)
    return made


def _made(old: Any, parent: etree._Element | None) -> etree._Element:
    tag, attributes = _name(old.tag), {}
    for name, value in old.attrib.items():
        attributes[_name(name)] = _clean(value) or ""
    nsmap = {prefix: _OURS + prefix for prefix in _prefixes(old)} or None
    if parent is None:
        new = etree.Element(tag, attributes, nsmap=nsmap)
    else:
        new = etree.SubElement(parent, tag, attributes, nsmap=nsmap)
        new.tail = _clean(old.tail)
    new.text = _clean(old.text)
    return new


def _prefixes(old: Any) -> Iterator[str]:
    for name in (old.tag, *old.attrib):
        if ":" in name and _name(name).startswith("{" + _OURS):
            yield name.partition(":")[0]


@lru_cache(maxsize=1000)
def _name(name: str) -> str:
    """What XML can name: other signs become _; ``o:p`` gets a namespace for its prefix."""
    if _NAME.fullmatch(name):
        return name
    if name.startswith("{"):
        uri, _, local = name[1:].rpartition("}")
        return f"{{{uri}}}{_name(local.replace(':', '_'))}"
    prefix, _, local = name.partition(":")
    if _NAME.fullmatch(prefix) and _NAME.fullmatch(local) and prefix not in ("xml", "xmlns"):
        return f"{{{_OURS}{prefix}}}{local}"
    rest = "".join(sign if _NAME.fullmatch(f"_{sign}") else "_" for sign in name)
    return rest if _NAME.fullmatch(rest) else f"_{rest}"


def _clean(text: str | None) -> str | None:
    """None for nothing: "" would be a text node, which ``text()`` finds."""
    return _NO_XML.sub("\ufffd", text) if text else None


def _comment(text: str) -> str:
    cleaned = re.sub("-(?=-)", "- ", _clean(text) or "")
    return cleaned + " " if cleaned.endswith("-") else cleaned
