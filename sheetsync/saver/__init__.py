"""The saver: a bookmarklet that saves the open page for sheetsync, without its signed-in reader.

``saver.js`` is what runs in the browser; what it takes of which site is filled in here from the
platform files, so a new platform is saved without a word about it here. Pure: texts in, texts out.

A file of the saver gives what the whole page gives, with these exceptions: the time is that of
the page's loading (so no clock of the site's is taken: TikTok's stands beside the signed-in
reader); data that names another account than the address is left out; and so is what only pages
of the past have (``saver = false`` in a platform file).
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
from sheetsync.saver.short import shortened

_HERE = re.compile(r"(const \w+ ?= ?)\[\]")
#: An element that is found from another one beside it.
_BESIDE = re.compile(r"/(?:following|preceding)-sibling::")
#: About the page and nobody else: taken without looking at what it says.
_META = re.compile(r"//meta\[(@(?:property|name|itemprop)='[^']*'(?: or |(?=\])))+\]/@content")
_NAME = re.compile(r"@(?:property|name|itemprop)='([^']*)'")
#: What the saver takes of every page.
_ALWAYS = {
    *("/html/@lang", "//html/@lang", "//link[@rel='canonical']/@href"),
    *("og:url", "og:title", "og:description", "description"),
}
#: Elements by one attribute: "~name=a b" in the table.
_BY = re.compile(r"//\*\[@([\w-]+)=(['\"])([\w-]+)\2\]")
#: How a CSS selector is translated, and shorter ways to say it.
_SHORTER = (
    (
        re.compile(
            r"@class and contains\(@class, '[^']*'\) and "
            r"contains\(concat\(' ', normalize-space\(@class\), ' '\), ('[^']*')\)"
        ),
        r"contains(concat(' ',normalize-space(@class),' '),\1)",
    ),
    (re.compile(r"(@[\w-]+) = (')"), r"\1=\2"),
    (re.compile(r"(^|\| )descendant-or-self::"), r"\1//"),
    (re.compile(r" \| "), "|"),
    (re.compile(r"(\([.@][\w-]*), '"), r"\1,'"),
)

Site = Mapping[str, Any]


def source(platforms: Sequence[Platform]) -> str:
    """Return the saver's commented source, its table of sites filled in from ``platforms``."""
    return _filled(_template(), sites(platforms))


def bookmarklet(platforms: Sequence[Platform], *, every: bool = False) -> str:
    """Return the same as one ``javascript:`` address in one line, under 13,000 characters.

    Its table has the sites that no program may read; with ``every`` the others too, for the day
    on which they turn a program away (then it is as long as half a spreadsheet's cell).
    """
    wanted = [platform for platform in platforms if every or by_hand(platform)]
    code = _filled(shortened(_template()), sites(wanted))
    # An address is decoded before it runs, and has no letters but ASCII's.
    return "javascript:" + re.sub(r"[%#]|[^ -~]", lambda found: quote(found[0]), code)


def by_hand(platform: Platform) -> bool:
    """Whether some of it is read by nobody but a person, as `due` lists it: every door is shut."""
    kinds = {door.kind for door in platform.doors if door.via == "saved"}
    return not platform.doors or any(
        all(d.via == "saved" or d.state != "open" for d in platform.doors if d.kind == kind)
        for kind in kinds
    )


def sites(platforms: Sequence[Platform]) -> list[Site]:
    """Return the table: a line for each platform that a browser shows; see saver.js."""
    return [site for platform in platforms if (site := _site(platform))]


def _filled(code: str, table: Sequence[Site]) -> str:
    lines = ",\n".join(_literal(site) for site in table)
    return _HERE.sub(lambda here: f"{here[1]}[{lines}]", code, count=1)


def _literal(value: Any) -> str:
    """As JavaScript: names of keys without quotes, texts in those that need no backslash."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_literal, value)) + "]"
    if isinstance(value, bool):
        return "1"
    if isinstance(value, re.Pattern):
        return "/" + re.sub(r"(?<!\\)/", r"\\/", value.pattern) + "/"
    text = json.dumps(value, ensure_ascii=False)
    if "'" not in value and '\\"' in text:
        return "'" + text[1:-1].replace('\\"', '"') + "'"
    return text


@cache
def _template() -> str:
    file = resources.files("sheetsync") / "saver" / "saver.js"
    return file.read_text(encoding="utf-8")


def _site(platform: Platform) -> Site | None:
    """The platform's line in the table; None when none of its layouts is a page in a browser."""
    layouts = [layout for layout in platform.layouts if layout.saver and not layout.body]
    if not layouts:
        return None
    keys: dict[str | re.Pattern[str], Place] = {}
    for layout in layouts:
        if (where := _where(layout)) is not None:
            read_by(layout, platform.subjects[layout.kind], keys.setdefault(where, Place()))
    paths = _unique(path for layout in layouts for path in _texts(platform, layout))
    plain = [path for path in paths if len(path) == 1 and not _META.fullmatch(path[0])]
    line = {
        "hosts": [] if platform.any_host else _hosts(platform),
        "any": platform.any_host,
        "query": _query(platform),
        "data": [(where, place.text()) for where, place in keys.items()],
        "meta": "".join(f" {name}" for name in _metas(paths) if name not in _ALWAYS),
        "texts": _union([path[0] for path in plain]) + [path for path in paths if len(path) > 1],
        "rows": _unique(_rows(each) for layout in layouts for each in layout.lists.values()),
        "marks": "".join(_union(_unique(_marks(platform, layouts)))),
        "walls": [s.title for s in platform.signs if s.title and s.title.pattern[0] == "^"],
    }
    return {key: value for key, value in line.items() if value or key == "hosts"}


def _hosts(platform: Platform) -> list[str]:
    """Those that show pages: not the ones of an interface."""
    patterns = _addresses(platform)
    shown = [host for host in platform.hosts if any(re.escape(host) in p for p in patterns)]
    return shown or list(platform.hosts)


def _addresses(platform: Platform) -> list[str]:
    return [p.pattern for subject in platform.subjects.values() for p in subject.addresses]


def _where(layout: Layout) -> str | re.Pattern[str] | None:
    if layout.script:
        return f"#{layout.script}"
    return layout.after or ("" if layout.jsonld else None)


def _query(platform: Platform) -> list[str]:
    """What of an address's query says which page it is, e.g. YouTube's ``v``."""
    return _unique(name for p in _addresses(platform) for name in re.findall(r"(\w+)=\(\?P<", p))


def _texts(platform: Platform, layout: Layout) -> Iterator[list[Any]]:
    """[XPath] or [XPath, pattern], each meta tag by itself."""
    valued = values_of(layout, platform.subjects[layout.kind])
    for name, element in layout.elements.items():
        parts = element.xpath.split(" | ")
        if name not in valued:
            continue
        if all(_META.fullmatch(path) or path in _ALWAYS for path in parts):
            yield from ([path] for path in parts if path not in _ALWAYS)
        else:
            yield _text(element, _short(element.xpath))


def _metas(paths: list[list[Any]]) -> list[str]:
    tags = (path[0] for path in paths if _META.fullmatch(path[0]))
    return _unique(name for tag in tags for name in _NAME.findall(tag))


def _union(paths: Sequence[str]) -> list[str]:
    """[one XPath for all of them], those by the same attribute together."""
    by: dict[str, list[str]] = {}
    others = []
    for path in "|".join(paths).split("|") if paths else ():
        if found := _BY.fullmatch(path):
            by.setdefault(found[1], []).append(found[3])
        else:
            others.append(path)
    joined = [f"~{name}=" + " ".join(dict.fromkeys(words)) for name, words in by.items()]
    return ["|".join([*others, *joined])] if others or joined else []


def _rows(each: Listing) -> tuple[str, list[Any]]:
    cells = _unique(_text(e, _shorter(e.xpath, whole=False)) for e in each.elements.values())
    plain = [cell[0] for cell in cells if len(cell) == 1]
    return _short(each.each), _union(plain) + [cell for cell in cells if len(cell) > 1]


def _marks(platform: Platform, layouts: Iterable[Layout]) -> Iterator[str]:
    for layout in layouts:
        valued = values_of(layout, platform.subjects[layout.kind])
        for name, element in layout.elements.items():
            if name not in valued:
                yield _short(element.xpath)
            beside = (_BESIDE.split(path) for path in element.xpath.split(" | "))
            yield from (_short(path) for path, *others in beside if others)
    yield from (_short(sign.xpath) for sign in platform.signs if sign.xpath)


def _text(element: Element, xpath: str) -> list[Any]:
    """[XPath, pattern]; in a script's text the pattern finds its place by itself."""
    if element.pattern is None:
        return [xpath]
    return [xpath, re.compile(element.pattern.pattern.removeprefix(r"^[\s\S]*?"))]


def _short(xpath: str) -> str:
    """The same XPath, for the whole document."""
    return _shorter(xpath, whole=True)


def _shorter(xpath: str, *, whole: bool) -> str:
    for pattern, short in _SHORTER:
        if whole or "self::" not in pattern.pattern:
            xpath = pattern.sub(short, xpath)
    return xpath


def _unique(items: Iterable[Any]) -> list[Any]:
    return list({repr(item): item for item in items}.values())
