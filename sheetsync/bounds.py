"""How much of a page is opened: a cheap linear look before anything is built from it. Pure.

A page of a few hundred kilobytes can keep libxml2 busy for minutes (it compares every attribute
of a tag with every other), and small brackets become large objects. The recorded pages have at
most 2,800 elements, 14 attributes in one tag and 9,800 in all, 54 levels and 12,400 marks of JSON;
libxml2 itself goes no deeper than 2,048 levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsel import Selector

ELEMENTS = 150_000
ATTRIBUTES = 300_000
IN_ONE_TAG = 250
DEEP = 300
CONTAINERS = 200_000
VALUES = 500_000

_SPACE = r"\t\n\f\r "
#: One attribute, as browsers (and libxml2 since 2.14) read it: a ">" in quotes ends no tag.
_ATTRIBUTE = re.compile(
    rf"[{_SPACE}/]*+[^{_SPACE}/>][^{_SPACE}/>=]*+"
    rf"(?:[{_SPACE}]*+=[{_SPACE}]*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^{_SPACE}>]*+))?+"
)
_TAG = rf"[^{_SPACE}/>]*+(?:{_ATTRIBUTE.pattern})*+"
#: A tag at a time; what only looks like tags (comments, scripts) is passed over whole.
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?:[!?]|/[^a-z>])[^>]*+>?+"
    rf"|<(?P<raw>script|style|title|textarea|xmp|iframe|noembed|noframes)(?=[{_SPACE}/>])"
    rf"(?P<raw_tag>{_TAG})"
    rf"(?:[{_SPACE}/]*/>|[{_SPACE}/]*+>?+[^<]*+(?:<(?!/(?P=raw)[{_SPACE}/>])[^<]*+)*+)"
    rf"|</?[a-z](?P<tag>{_TAG})[{_SPACE}/]*+>?+",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(rf"[^{_SPACE}/>]*+")


class TooMuch(Exception):
    """A page that is not opened; the argument is the reason, for a person."""


def look_at_markup(text: str) -> None:
    """Raises TooMuch for HTML that no profile page is."""
    if text.count("<") > ELEMENTS:
        raise TooMuch(f"the page has more than {ELEMENTS:,} elements, so it is not opened")
    total = 0
    for attributes in _tags(text.replace("\0", "")):  # as the tree is built
        total += attributes
        if attributes > IN_ONE_TAG:
            say = f"a tag of the page has more than {IN_ONE_TAG} attributes, so it is not opened"
            raise TooMuch(say)
    if total > ATTRIBUTES:
        raise TooMuch(f"the page has more than {ATTRIBUTES:,} attributes, so it is not opened")


def look_at_depth(tree: Selector) -> None:
    """Raises TooMuch: paths upwards (``ancestor::``) cost an element's depth for each element."""
    if tree.xpath(f"boolean({'/*' * (DEEP + 1)})").get() == "1":
        raise TooMuch(f"the page is nested more than {DEEP} levels deep, so it is not opened")


def look_at_json(text: str) -> None:
    """Raises TooMuch for JSON that would take hundreds of bytes for each of its own.

    Marks inside of texts are counted too.
    """
    if text.count("[") + text.count("{") > CONTAINERS or text.count(",") > VALUES:
        raise TooMuch("the page holds far more data than a profile has, so it is not opened")


def _tags(text: str) -> Iterator[int]:
    """How many attributes each tag has."""
    for found in _MARKUP.finditer(text):
        tag = found["tag"] or found["raw_tag"]
        if tag and (name := _NAME.match(tag)) and name.end() < len(tag):
            yield sum(1 for _ in _ATTRIBUTE.finditer(tag, name.end()))
