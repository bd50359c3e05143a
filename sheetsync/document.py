"""A page's text, opened no further than asked: one script, one JSON body, or the whole tree.

What would take minutes or hundreds of megabytes to open raises TooMuch (``bounds``).
Finding the one script by its bytes costs about half of a full parse (measured; the tests prove
on all recordings that both ways give the same text). Whatever looks unusual goes to the tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector

from sheetsync.bounds import look_at_depth, look_at_json, look_at_markup

#: What stands for "there, but not readable": a cut page, broken JSON.
BROKEN = object()
#: Half of a word or of an escape at the end: ``tru``, ``\u00e``.
_LAST_WORD = 5
CUT = "the page is cut off in the middle: save or fetch it again"
DAMAGED = "the page’s data is whole, but no program can read it: it is not the JSON it should be"
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")


class Document:
    """Lazy views of one page's text."""

    def __init__(self, text: str) -> None:
        self.text = text.lstrip("\ufeff")
        self._scripts: dict[str, Any] = {}

    @cached_property
    def is_json(self) -> bool:
        return self.text[:64].lstrip()[:1] in ("{", "[")

    @cached_property
    def body(self) -> Any:
        """The page as JSON; None when it is no JSON, BROKEN when it is broken JSON."""
        return loads(self.text) if self.is_json else None

    @cached_property
    def tree(self) -> Selector:
        if self.is_json:
            return Selector("<html></html>")
        look_at_markup(self.text)
        tree = Selector(self.text)
        look_at_depth(tree)
        return tree

    @cached_property
    def cut(self) -> bool:
        """True when an HTML page stops in the middle: then what is missing may be on the rest.

        Servers leave out ``</html>`` but not the end of the last script (recorded Instagram pages).
        """
        end = self.text[-3000:].rstrip()
        begins = re.search(r"<(!doctype|html|head|body)\b", self.text[:5000], re.IGNORECASE)
        return bool(begins) and not ("</html>" in end.lower() or end.endswith("</script>"))

    @property
    def cut_short(self) -> bool:
        """True when a page stops so that nothing can be said about it: within a tag or a text."""
        return (self.cut and not self.text.rstrip().endswith(">")) or self.body is BROKEN

    def why_broken(self, id: str = "") -> str:
        """What is wrong with the JSON that is BROKEN: of the script ``id``, else of the page."""
        text = self.text if self.is_json or not id else self.script_text(id) or ""
        whole = not self.cut and (not (self.is_json or id) or _is_whole(text))
        return DAMAGED if whole else CUT

    @cached_property
    def title(self) -> str:
        return " ".join((self.tree.xpath("string(//title)").get() or "").split())

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """What the page says its own address is: canonical, og:url, the browser's own comment."""
        if self.is_json:
            return ()
        found = self.tree.xpath(
            "//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"
        )
        saved = SAVED_FROM.search(self.text[:3000])
        return (*found.getall(), *([saved[1]] if saved else []))

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for address in self.addresses if (host := host_of(address)))

    def script(self, id: str) -> Any:
        """The JSON in ``<script id=…>``; None when there is none, BROKEN when it is not JSON.

        A page that is nothing but that JSON (a saved state) counts as the script itself.
        """
        if self.is_json:
            return self.body
        if id not in self._scripts:
            text = self.script_text(id)
            self._scripts[id] = None if text is None else loads(text)
        return self._scripts[id]

    def script_text(self, id: str) -> str | None:
        if id not in self.text:
            return None
        quick = self._script_by_bytes(id)
        return quick if quick is not None else self.script_by_tree(id)

    def _script_by_bytes(self, id: str) -> str | None:
        """Find the script without parsing the page; None unless it is plainly the only one."""
        text, marker = self.text, f'id="{id}"'
        at = text.find(marker)
        if at < 0 or text.find(marker, at + 1) >= 0:
            return None
        start = text.rfind("<", 0, at)
        if text[start : start + 7].lower() != "<script" or ">" in text[start:at]:
            return None
        if text.rfind("<!--", 0, start) > text.rfind("-->", 0, start):
            return None
        if text.rfind("<script", 0, start) > text.rfind("</script", 0, start):
            return None
        opened = text.find(">", at)
        end = text.find("</script", opened)
        found = text[opened + 1 : end] if 0 < opened < end else ""
        return found if found.lstrip()[:1] in ("{", "[") else None

    def script_by_tree(self, id: str) -> str | None:
        found = self.tree.xpath("//script[@id=$id]", id=id)
        return found[0].xpath("string()").get() if found else None

    def after(self, pattern: re.Pattern[str]) -> Any:
        """The JSON right after ``pattern`` in a script; None when the pattern is not there.

        Only scripts are searched: a biography in the page's text cannot pose as data.
        """
        for script in self.inline_scripts:
            if found := pattern.search(script):
                return loads(script, found.end())
        return None

    @cached_property
    def inline_scripts(self) -> tuple[str, ...]:
        return tuple(self.tree.xpath("//script[not(@src)]/text()").getall())

    @cached_property
    def jsonld(self) -> list[Any]:
        """Every JSON-LD object of the page, ``@graph`` taken apart, in document order."""
        scripts = self.tree.xpath("//script[@type='application/ld+json']/text()").getall()
        return [item for script in scripts for item in _flat(loads(script))]


def loads(text: str, start: int = 0) -> Any:
    """Read JSON from ``start`` (what follows it is ignored when start > 0); BROKEN if unreadable.

    Raw newlines in strings are accepted: real pages have them (Bluesky's JSON-LD). Raises TooMuch.
    """
    look_at_json(text)
    try:
        if not start:
            return json.loads(text, strict=False)
        space = re.compile(r"\s*").match(text, start)
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, space.end() if space else start)
        return value
    except (ValueError, RecursionError):
        return BROKEN


def _is_whole(text: str) -> bool:
    """False when the JSON in ``text`` stops in the middle; what is wrong with it is elsewhere."""
    try:
        json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data"):
            return True
        rest = len(text.rstrip()) - error.pos
        return not (error.msg.startswith("Unterminated") or rest <= _LAST_WORD)
    except (ValueError, RecursionError):  # a number or a nesting beyond what Python reads
        return text.rstrip()[-1:] in ("}", "]")
    return True


def host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _flat(item: Any) -> Iterator[Any]:
    if isinstance(item, list):
        for each in item:
            yield from _flat(each)
    elif isinstance(item, dict) and isinstance(item.get("@graph"), list):
        yield from _flat(item["@graph"])
    elif item is not BROKEN:
        yield item
