"""A real page, cut down to what its layout needs, with its record: ready to be a test.

Everything is tried without: elements, attributes, keys of the state, the words in it. What can go
while the record stays the same goes. Biographies and captions are not part of "the same", nor are
other accounts, nor more than three posts; so none of that is left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree, html

from sheetsync.document import BROKEN, Document, loads
from sheetsync.extract import extract
from sheetsync.model import Page, Record
from sheetsync.platform import Layout, Platform

POSTS = 3
PERSONAL = ("bio", "caption")


def write_fixture(
    page: Page, record: Record, platforms: Sequence[Platform], folder: Path
) -> list[str]:
    """Write the redacted page and its record into ``folder``; return the names of the files."""
    platform = next((p for p in platforms if p.key == record.platform), None)
    small = page if platform is None else redact(page, record, platform)
    again = record if platform is None else extract(small, platform)
    name = "page.json" if Document(small.text).is_json else "page.html"
    shape = json.dumps(again.to_json(), ensure_ascii=False, indent=1)
    files = {name: small.text, "record.json": shape + "\n"}
    if small.url:
        files["case.toml"] = f'url = "{small.url}"\n'
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return list(files)


def redact(page: Page, record: Record, platform: Platform) -> Page:
    """Return the smallest page, taken from ``page``, that still gives the same record."""
    kept = tuple(post.id for post in record.posts[:POSTS])
    wanted = _view(record, kept)

    def same(text: str, url: str) -> bool:
        return _view(extract(replace(page, text=text, url=url), platform), kept) == wanted

    url = next(u for u in ("", page.url.partition("?")[0], page.url) if same(page.text, u))
    layout = next((x for x in platform.layouts if x.name == record.layout), None)
    text = _smaller(page.text, layout, lambda text: same(text, url))
    return Page(text=text, url=url, source=page.source)


def _view(record: Record, kept: Sequence[str]) -> object:
    """What must stay the same: everything but the personal fields, the date and other posts."""
    posts = [_fields(post) for post in record.posts if post.id in kept]
    return (record.outcome, record.layout, record.handle, record.url, _fields(record), posts)


def _fields(record: Record) -> dict[str, object]:
    return {name: value for name, value in record.fields.items() if name not in PERSONAL}


def _smaller(text: str, layout: Layout | None, same: Callable[[str], bool]) -> str:
    document = Document(text)
    if document.is_json:
        if document.body is BROKEN:
            return text
        return Pruned(document.body, _dumps, same).text()
    if not text.strip():
        return text
    root = html.document_fromstring(text)
    if not same(_html(root)):  # e.g. a page that is recognised by being cut
        return text
    _prune_elements(root, lambda: same(_html(root)))
    for script in root.iter("script"):
        _prune_script(script, layout, lambda: same(_html(root)))
    _prune_words(root, lambda: same(_html(root)))
    return _html(root)


def _html(root: html.HtmlElement) -> str:
    return "<!DOCTYPE html>\n" + str(etree.tostring(root, encoding="unicode", method="html")) + "\n"


def _prune_elements(parent: Any, same: Callable[[], bool]) -> None:
    for child in list(parent):
        at, tail = parent.index(child), child.tail
        parent.remove(child)
        if not same():
            child.tail = tail
            parent.insert(at, child)
            _prune_elements(child, same)


def _prune_words(root: Any, same: Callable[[], bool]) -> None:
    """Take away attributes and texts, one by one, where that changes nothing."""
    for element in [e for e in root.iter() if isinstance(e.tag, str)]:
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            if not same():
                element.set(name, value)
        for part in ("text", "tail"):
            words = getattr(element, part)
            if words and not (part == "text" and element.tag == "script"):
                setattr(element, part, None)
                if not same():
                    setattr(element, part, words)


def _prune_script(script: Any, layout: Layout | None, same: Callable[[], bool]) -> None:
    """Cut down the JSON in a script, whole or behind the layout's pattern."""
    text, prefix = script.text or "", ""
    if layout and layout.after and (found := layout.after.search(text)):
        prefix, data = found[0], loads(text, found.end())
    else:
        data = loads(text) if text.strip() else BROKEN
    if data is BROKEN:
        return

    def as_script(value: Any) -> str:
        return prefix + _dumps(value).replace("</", "<\\/")

    def still(text: str) -> bool:
        before, script.text = script.text, text
        if same():
            return True
        script.text = before
        return False

    Pruned(data, as_script, still).text()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass
class Pruned:
    """A JSON value that loses keys, items and words as long as ``same`` holds for its text."""

    root: Any
    write: Callable[[Any], str]
    same: Callable[[str], bool]

    def text(self) -> str:
        if self._holds():
            self._prune(self.root)
        return self.write(self.root)

    def _holds(self) -> bool:
        return self.same(self.write(self.root))

    def _prune(self, value: Any) -> None:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))[::-1]
        for key in keys:
            held = value.pop(key)
            if self._holds():
                continue
            if isinstance(value, dict):
                value[key] = held
            else:
                value.insert(key, held)
            if isinstance(held, dict | list):
                self._prune(held)
            elif isinstance(held, str):
                self._shorten(value, key, held)

    def _shorten(self, holder: Any, key: Any, words: str) -> None:
        """Words that only have to be there are not kept."""
        holder[key] = "x"
        if not self._holds():
            holder[key] = words
