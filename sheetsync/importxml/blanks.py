"""Nothing was found: which of the reasons for that is it?"""

from __future__ import annotations

import re

from lxml import etree

from sheetsync.bounds import TooMuch
from sheetsync.document import Document
from sheetsync.importxml.content import Content
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.walls import Wall, of_hosting, of_page

#: Less text than this, with scripts beside it, is a shell that scripts fill in the browser.
_SHELL = 200
_ASKS_FOR_SCRIPT = re.compile(
    r"(enable|requires?|need|turn on|activat\w*)\s.{0,30}javascript", re.I
)
_MOUNT = ("root", "app", "__next", "__nuxt", "___gatsby", "svelte", "main-app")
_NO_AT = re.compile(r"\[\s*(class|id|href|name|rel|src|title|type|property|content)\s*=")


def nothing_found(content: Content, query: str, *, matches: int = 0) -> NoValue:
    """``matches``: so many places were found, but all of them are blank."""
    if matches:
        return NoValue(
            Reason.EMPTY,
            f"The XPath finds {matches:,} {'place' if matches == 1 else 'places'} on the page, "
            "and no text in any of them.",
            hint="Ask for an attribute (//img/@alt), or for what stands around it.",
        )
    if content.form == "html":
        document = Document(content.text)
        if document.is_json:
            return NoValue(
                Reason.UNREADABLE,
                "This is JSON, which has no elements for an XPath.",
                hint="Read it with IMPORTJSON and a JMESPath, e.g. user.name.",
            )
        if wall := _wall(document):
            return NoValue(
                Reason.REFUSED,
                f"The site {wall[1]}.",
                hint="Open the page in your browser, save it (Ctrl+S) and give it with --page.",
            )
    if content.form == "html" and _is_shell(content):
        return NoValue(
            Reason.SCRIPT_RENDERED,
            "The number is not in the page that the server sends; scripts put it there in the "
            "browser.",
            hint="Open the page, save it (Ctrl+S) and give it with --page; or ask with IMPORTJSON "
            "for the data that the scripts load.",
        )
    return NoValue(
        Reason.EMPTY, "Nothing on the page matches the XPath.", hint=_hint(content, query)
    )


def _wall(document: Document) -> Wall | None:
    try:
        return of_hosting(document) or of_page(document)
    except TooMuch:  # a wall is a small page
        return None


def _hint(content: Content, query: str) -> str:
    if found := _NO_AT.search(query):
        return f"An attribute is written with @: [@{found[1]}=…]."
    if content.form == "xml" and (uri := content.xml.nsmap.get(None)):
        return (
            f"The page's names are in the namespace {uri[:80]}: "
            f"write //*[local-name()='{_a_name(query)}']."
        )
    if re.search(r"^/html/|/div\[\d+\]/div\[\d+\]", query):
        return "A path copied from a browser breaks with any change; look for a class or an id."
    if re.search(r"[A-Z]", re.sub(r"'[^']*'|\"[^\"]*\"", "", query)) and content.form == "html":
        return "Names of HTML are written small in XPath: //div, not //DIV."
    return "Look for it in the page's source (Ctrl+U), not in the inspector."


def _a_name(query: str) -> str:
    names = re.findall(r"(?<![@\w:.\-])[A-Za-z_][\w.\-]*(?!\s*[(:\w])", query)
    return names[-1] if names else "…"


def _is_shell(content: Content) -> bool:
    root = content.browser
    if not root.xpath("boolean(//script)"):
        return False
    asks = " ".join(str(text) for text in _texts(root, "//noscript//text()"))
    shown = " ".join(" ".join(str(text) for text in _texts(root, _SHOWN)).split())
    mount = " or ".join(f"@id='{name}'" for name in _MOUNT)
    hollow = root.xpath(f"boolean(//*[{mount}][not(normalize-space())])")
    return len(shown) < _SHELL or bool(hollow) or bool(_ASKS_FOR_SCRIPT.search(asks))


_SHOWN = "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


def _texts(root: etree._Element, query: str) -> list[object]:
    found = root.xpath(query, smart_strings=False)
    return list(found) if isinstance(found, list) else []
