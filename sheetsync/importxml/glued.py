"""Was the text or number that an XPath works out put together from digits of several elements?

``string()`` of ``29<sup>99</sup>`` is "2999" and ``number()`` of it 2999, which stands nowhere on
the page. Found out for the functions that make texts and numbers of elements, inside of one another
too. Not found out: arithmetic on elements themselves (``//p * 1``), what is compared inside of […],
and what an author puts together knowingly (``concat(//b, '.', //i)``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lxml import etree

from sheetsync.importxml.syntax import Call
from sheetsync.importxml.texts import pieces_with_digits

#: What gives a text of its arguments' texts, and what a number. (How long or how many is neither.)
_TEXTS = frozenset(
    ("string", "normalize-space", "concat", "translate", "substring", "substring-before")
) | {"substring-after"}
_NUMBERS = frozenset(("number", "sum", "floor", "ceiling", "round"))
#: An XPath, and what it finds in the tree at hand.
Evaluated = Callable[[str], Any]


def is_glued(query: str, calls: Sequence[Call], found: str | float, evaluated: Evaluated) -> bool:
    """``calls`` are those of ``query``, ``found`` what the whole of it gives."""
    names = _TEXTS if isinstance(found, str) else _NUMBERS
    look = _Look(query, calls, evaluated)
    return any(look.glues(call) for call in look.outermost(0, len(query)) if call.name in names)


class _Look:
    def __init__(self, query: str, calls: Sequence[Call], evaluated: Evaluated) -> None:
        self._query, self._calls, self._evaluated = query, calls, evaluated

    def outermost(self, start: int, end: int) -> list[Call]:
        """The calls of this part of the query that stand inside of no other one of it."""
        inside = [call for call in self._calls if start <= call.start and call.end <= end]
        return [
            call
            for call in inside
            if not any(o.start < call.start and call.end < o.end for o in inside)
        ]

    def glues(self, call: Call) -> bool:
        """Whether digits of several texts are one run in what it gives. A piece that was cut out
        of one of them (substring-before) is not."""
        if call.name in _NUMBERS and not self._gives_elements(call):
            return any(
                self.glues(inner)
                for start, end in call.arguments
                for inner in self.outermost(start, end)
                if inner.name in _TEXTS | _NUMBERS
            )
        texts = list(self._sources(call))
        if not texts or call.name in _NUMBERS:
            return bool(texts)
        given = " ".join(str(self._evaluated(self._query[call.start : call.end])).split())
        alone = re.compile(rf"(?<![0-9]){re.escape(given)}(?![0-9])")
        return not any(alone.search(" ".join(text.split())) for text in texts)

    def _gives_elements(self, call: Call) -> bool:
        return any(isinstance(self._value(start, end), list) for start, end in call.arguments)

    def _sources(self, call: Call) -> Iterator[str]:
        """The texts with digits of each element that feeds it and has several such texts."""
        for start, end in call.arguments:
            value = self._value(start, end)
            if isinstance(value, list):
                for node in value if call.name == "sum" else value[:1]:
                    texts = pieces_with_digits(node) if isinstance(node, etree._Element) else []
                    yield from texts if len(texts) > 1 else ()
                continue
            for inner in self.outermost(start, end):
                if inner.name in _TEXTS:
                    yield from self._sources(inner)

    def _value(self, start: int, end: int) -> Any:
        return self._evaluated(self._query[start:end])
