"""The saver: a bookmarklet that saves the open page for sheetsync, without its signed-in reader.

``saver.js`` is what runs in the browser; what it takes of which site is filled in here from the
platform files. Pure: texts in, texts out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from sheetsync.platform import Element, Layout, Listing, Platform
from sheetsync.saver.reads import Place, read_by, values_of

_HERE = "const SITES = [];"
#: What stays as it is: the one-liner goes through address fields, cells and HTML.
_PLAIN = ";,/?:@&=+$-_.!~*'()[]"
_COMMENT = re.compile(r"(^|\s)//(\s.*)?$")
#: An element that is found from another one beside it.
_BESIDE = re.compile(r"/(?:following|preceding)-sibling::")
#: About the page and nobody else: taken without looking at what it says.
_META = re.compile(r"//meta\b[^/|]*/@content|//link\[@rel='canonical'\]/@href")
#: How a CSS selector's class and its beginning are translated, and a shorter way to say it.
_CLASS = re.compile(
    r"@class and contains\(@class, '[^']*'\) and "
    r"contains\(concat\(' ', normalize-space\(@class\), ' '\), ('[^']*')\)"
)
_CLASS_SHORT = r"contains(concat(' ',normalize-space(@class),' '),\1)"
_ANYWHERE = re.compile(r"(^|\| )descendant-or-self::")


def source(platforms: Sequence[Platform]) -> str:
    """Return the saver's commented source, its table of sites filled in from ``platforms``."""
    return _filled(_template(), platforms)


def bookmarklet(platforms: Sequence[Platform]) -> str:
    """Return the same as one ``javascript:`` address, without comments and indentation.

    About 30,000 characters with every platform; with those that somebody watches it is shorter.
    """
    lines = (_COMMENT.sub("", line).strip() for line in _template().splitlines())
    code = _filled("\n".join(line for line in lines if line), platforms)
    return "javascript:" + quote(code, safe=_PLAIN)


def _filled(code: str, platforms: Sequence[Platform]) -> str:
    sites = [_site(platform) for platform in platforms]
    lines = [json.dumps(site, ensure_ascii=False, separators=(",", ":")) for site in sites if site]
    return code.replace(_HERE, "const SITES = [\n" + ",\n".join(lines) + "\n];")


@cache
def _template() -> str:
    file = resources.files("sheetsync") / "saver" / "saver.js"
    return file.read_text(encoding="utf-8")


def _site(platform: Platform) -> Mapping[str, Any] | None:
    """The platform's line in the table; None when none of its layouts is a page in a browser."""
    layouts = [layout for layout in platform.layouts if not layout.body]
    if not layouts:
        return None
    keys: dict[tuple[str, str], Place] = {}
    for layout in layouts:
        if name := _data(layout):
            read_by(layout, platform.subjects[layout.kind], keys.setdefault(name, Place()))
    trees = [(kind, name, place.text()) for (kind, name), place in keys.items()]
    line = {
        "hosts": platform.hosts,
        "any": platform.any_host,
        "query": _query(platform),
        "scripts": [(name, text) for kind, name, text in trees if kind == "script"],
        "after": [(name, text) for kind, name, text in trees if kind == "after"],
        "jsonld": [text for kind, _, text in trees if kind == "jsonld"],
        "texts": _unique(_texts(platform, layouts)),
        "lists": _unique(_rows(each) for layout in layouts for each in layout.lists.values()),
        "marks": _unique(_marks(platform, layouts)),
    }
    return {key: value for key, value in line.items() if value}


def _data(layout: Layout) -> tuple[str, str] | None:
    if layout.script:
        return ("script", layout.script)
    if layout.after:
        return ("after", layout.after.pattern)
    return ("jsonld", "") if layout.jsonld else None


def _query(platform: Platform) -> list[str]:
    """What of an address's query says which page it is, e.g. YouTube's ``v``."""
    patterns = [p.pattern for subject in platform.subjects.values() for p in subject.addresses]
    return _unique(name for p in patterns for name in re.findall(r"(\w+)=\(\?P<", p))


def _texts(platform: Platform, layouts: Iterable[Layout]) -> Iterator[list[str]]:
    for layout in layouts:
        valued = values_of(layout, platform.subjects[layout.kind])
        for name, element in layout.elements.items():
            if name in valued and _is_meta(element):
                yield from ([path] for path in _parts(element))
            elif name in valued:
                yield _text(element, _short(element.xpath))


def _rows(each: Listing) -> tuple[str, list[list[str]]]:
    return _short(each.each), _unique(
        _text(e, _CLASS.sub(_CLASS_SHORT, e.xpath)) for e in each.elements.values()
    )


def _marks(platform: Platform, layouts: Iterable[Layout]) -> Iterator[str]:
    for layout in layouts:
        valued = values_of(layout, platform.subjects[layout.kind])
        for name, element in layout.elements.items():
            if name not in valued:
                yield _short(element.xpath)
            beside = (_BESIDE.split(path) for path in _parts(element))
            yield from (_short(path) for path, *others in beside if others)
    yield from (_short(sign.xpath) for sign in platform.signs if sign.xpath)


def _is_meta(element: Element) -> bool:
    return all(_META.fullmatch(path) for path in _parts(element))


def _parts(element: Element) -> list[str]:
    return element.xpath.split(" | ")


def _text(element: Element, xpath: str) -> list[str]:
    """[XPath, pattern]; in a script's text the pattern finds its place by itself."""
    pattern = element.pattern.pattern.removeprefix(r"^[\s\S]*?") if element.pattern else ""
    return [xpath, pattern] if pattern else [xpath]


def _short(xpath: str) -> str:
    """The same XPath, for the whole document."""
    return _ANYWHERE.sub(r"\1//", _CLASS.sub(_CLASS_SHORT, xpath))


def _unique(items: Iterable[Any]) -> list[Any]:
    return [json.loads(text) for text in dict.fromkeys(json.dumps(item) for item in items)]
