"""The text of an element with others inside, as one cell.

Texts of several elements in one cell can make a number that stands nowhere on the page: a price of
``29<sup>99</sup>`` is not 2999. So blocks, ``<br>``, ``<sup>`` and ``<sub>`` keep a distance, and a
text with digits out of more than one place is a `Joined`, which nobody takes for a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

_NO_TEXT = frozenset(("script", "style", "template"))
_UNSHOWN = _NO_TEXT | {"noscript", "head"}
_BLOCK_NAMES = (
    "address article aside blockquote br dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol optgroup option p pre section summary "
    "table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_RAISED = frozenset(("sub", "sup"))
#: Where a block begins or ends, and a raised text; no page has these signs, XML forbids them.
_EDGE, _GAP = "\x1f", "\x1e"


class Joined(str):
    """A text put together from several with digits in them: it is no number."""

    __slots__ = ()


def flat_text(element: etree._Element, *, html: bool) -> str:
    """All text of an element; inner white space as it is, a space where a block ends (HTML)."""
    pieces = list(_pieces(element, _NO_TEXT if html else frozenset(), html=html))
    text = re.sub(rf"\s*[{_EDGE}{_GAP}][\s{_EDGE}{_GAP}]*", " ", "".join(pieces))
    return _marked(text.strip(), pieces)


def shown_text(element: etree._Element, without: Sequence[str] = ("table",)) -> str:
    """What a browser shows of it, leaving out the elements called ``without`` inside of it."""
    pieces = list(_pieces(element, _UNSHOWN.union(without), html=True))
    blocks = "".join(pieces).replace(_GAP, " ").split(_EDGE)
    lines = (" ".join(block.split()) for block in blocks)
    return _marked("\n".join(line for line in lines if line), pieces)


def pieces_with_digits(element: etree._Element) -> list[str]:
    """Of the texts that XPath's ``string()`` puts together, those that hold digits."""
    return [text for text in _pieces(element, frozenset(), html=False) if _has_digit(text)]


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def _marked(text: str, pieces: Sequence[str]) -> str:
    with_digits = sum(map(_has_digit, pieces))
    return Joined(text) if with_digits > 1 else text


def _pieces(element: etree._Element, without: frozenset[str], *, html: bool) -> Iterator[str]:
    """By a list of what waits, not by recursion: pages are deep."""
    waiting: list[etree._Element | str] = [element]
    while waiting:
        now = waiting.pop()
        if isinstance(now, str):
            yield now
            continue
        inside: list[etree._Element | str] = [now.text or ""]
        for child in now:
            edge = _edge(child.tag) if html and isinstance(child.tag, str) else ""
            if isinstance(child.tag, str) and child.tag not in without:
                inside += [edge, child, edge]
            elif edge:  # what is left out parts the texts around it all the same
                inside.append(edge)
            inside.append(child.tail or "")
        waiting += reversed(inside)


def _edge(tag: str) -> str:
    if tag in _BLOCKS:
        return _EDGE
    return _GAP if tag in _RAISED else ""
