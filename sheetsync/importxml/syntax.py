"""Is this XPath 1.0, and if not, where does it go wrong? libxml2 itself says neither where nor why.

A recursive descent over the grammar of https://www.w3.org/TR/1999/REC-xpath-19991116/. Only the
core functions are known: no variables, and no extensions such as ``re:test``, whose patterns can
run for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from sheetsync.importxml.failure import NoValue, Reason

MAX_XPATH = 2000
_DEEPEST = 50

_FIRST = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
#: What XML takes for a name without a colon (https://www.w3.org/TR/xml/#NT-Name).
NAME = rf"[{_FIRST}][{_FIRST}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*"
_TOKEN = re.compile(
    rf"""[\ \t\r\n]*(?:
      (?P<literal>"[^"]*"|'[^']*')
    | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<sign>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*$:])
    | (?P<name>{NAME})
    )""",
    re.VERBOSE,
)
_AXIS_NAMES = (
    "ancestor ancestor-or-self attribute child descendant descendant-or-self following "
    "following-sibling namespace parent preceding preceding-sibling self"
)
_AXES = frozenset(_AXIS_NAMES.split())
_NODE_TYPES = frozenset(("comment", "text", "processing-instruction", "node"))
#: The core functions, and how many arguments each takes at least and at most.
_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "last": (0, 0),
    "position": (0, 0),
    "count": (1, 1),
    "id": (1, 1),
    "local-name": (0, 1),
    "namespace-uri": (0, 1),
    "name": (0, 1),
    "string": (0, 1),
    "concat": (2, 999),
    "starts-with": (2, 2),
    "contains": (2, 2),
    "substring-before": (2, 2),
    "substring-after": (2, 2),
    "substring": (2, 3),
    "string-length": (0, 1),
    "normalize-space": (0, 1),
    "translate": (3, 3),
    "boolean": (1, 1),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "lang": (1, 1),
    "number": (0, 1),
    "sum": (1, 1),
    "floor": (1, 1),
    "ceiling": (1, 1),
    "round": (1, 1),
}
#: What people write of XPath 2, and how it is said in XPath 1.0.
_INSTEAD = {
    "lower-case": "translate(., 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
    "upper-case": "translate(., 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
    "matches": "contains(., '…') or starts-with(., '…')",
    "ends-with": "substring(., string-length(.) - string-length('…') + 1) = '…'",
    "replace": "translate(., 'ab', 'xy'), which replaces single letters",
    "string-join": "the nodes themselves, one row for each",
}
_BINARY = ("or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod")
_CURLY = "“”„‟‘’‚‛«»"
#: What XPath takes for a blank; the non-breaking one that comes along from web pages is none.
_BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # literal, number, sign, name, end
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function's call: where it and each of its arguments begin and end."""

    name: str
    start: int
    end: int
    arguments: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What an XPath names: the prefixes in it with their positions, its ``name()`` calls, and all
    calls that do not stand inside of […]."""

    prefixes: Mapping[str, int]
    name_calls: tuple[int, ...]
    calls: tuple[Call, ...] = ()


def check_xpath(query: str) -> Checked:
    """Raises NoValue (``query``) with the position, counted from 1, and what to write instead."""
    if len(query) > MAX_XPATH:
        _fail(query, f"it has {len(query):,} signs", f"At most {MAX_XPATH:,} are read.", 0)
    return _Parser(query).whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = list(_tokens(query))
        self._at = 0
        self._depth = 0
        self._prefixes: dict[str, int] = {}
        self._names: list[int] = []
        self._calls: list[Call] = []
        self._brackets = 0

    def whole(self) -> Checked:
        self._expression()
        if self._now.kind != "end":
            self._unexpected()
        return Checked(self._prefixes, tuple(self._names), tuple(self._calls))

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _peek(self, ahead: int = 1) -> str:
        place = self._at + ahead
        return self._tokens[place].text if place < len(self._tokens) else ""

    def _is(self, *texts: str) -> bool:
        return self._now.kind in ("sign", "name") and self._now.text in texts

    def _next(self) -> _Token:
        token = self._now
        self._at += token.kind != "end"
        return token

    def _take(self, text: str) -> bool:
        found = self._now.kind == "sign" and self._now.text == text
        self._at += found
        return found

    def _need(self, text: str, opened: int) -> None:
        if not self._take(text):
            if self._now.kind == "end":
                what = {")": "parenthesis", "]": "bracket"}[text]
                opening = self._query[opened]
                self._fail(f"the {what} {opening} is never closed", f"Add {text}.", opened)
            self._unexpected()

    def _expression(self) -> None:
        """All binary operators alike: only where it goes wrong matters here, not what binds."""
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail("it is nested too deep", f"At most {_DEEPEST} levels.", self._now.start)
        self._unary()
        while self._is(*_BINARY):
            self._next()
            self._unary()
        self._depth -= 1

    def _unary(self) -> None:
        while self._take("-"):
            pass
        self._path()
        while self._take("|"):
            self._path()

    def _path(self) -> None:
        if self._begins_filter():
            self._primary()
            self._predicates()
            if self._is("/", "//"):
                self._next()
                self._steps()
            return
        if self._take("/"):
            if self._begins_step():
                self._steps()
            return
        self._take("//")
        self._steps()

    def _begins_filter(self) -> bool:
        now = self._now
        if now.kind in ("literal", "number") or self._is("(", "$"):
            return True
        return (now.kind == "name" and self._peek() == "(" and now.text not in _NODE_TYPES) or (
            now.kind == "name" and self._peek() == ":" and self._peek(3) == "("
        )

    def _begins_step(self) -> bool:
        return self._now.kind == "name" or self._is(".", "..", "@", "*")

    def _primary(self) -> None:
        now = self._next()
        if now.text == "(" and now.kind == "sign":
            self._expression()
            self._need(")", now.start)
        elif now.text == "$":
            self._fail("it has a variable ($)", "Write the value itself.", now.start)
        elif now.kind == "name":
            self._call(now)

    def _call(self, name: _Token) -> None:
        full = name.text
        if self._take(":"):
            full += ":" + self._next().text
        if full not in _FUNCTIONS:
            instead = _INSTEAD.get(full)
            hint = (
                f"In XPath 1.0: {instead}." if instead else "Google's sheets know XPath 1.0 only."
            )
            self._fail(f"{full}() is no function of XPath 1.0", hint, name.start)
        if full == "name":
            self._names.append(name.start)
        opened = self._next().start
        arguments = [] if self._is(")") else [self._argument()]
        while arguments and self._take(","):
            arguments.append(self._argument())
        given = len(arguments)
        self._need(")", opened)
        if not self._brackets:
            end = self._tokens[self._at - 1].end
            self._calls.append(Call(full, name.start, end, tuple(arguments)))
        least, most = _FUNCTIONS[full]
        if not least <= given <= most:
            wanted = {(0, 0): "nothing", (0, 1): "at most one argument"}.get(
                (least, most), f"{least} arguments" if least == most else f"{least} or more"
            )
            wanted = "one argument" if (least, most) == (1, 1) else wanted
            self._fail(f"{full}() takes {wanted}, not {given}", "Look into the (…).", name.start)

    def _argument(self) -> tuple[int, int]:
        start = self._now.start
        self._expression()
        return start, self._tokens[self._at - 1].end

    def _steps(self) -> None:
        self._step()
        while self._is("/", "//"):
            self._next()
            self._step()

    def _step(self) -> None:
        if self._take(".") or self._take(".."):
            return
        if not self._take("@") and self._now.kind == "name" and self._peek() == "::":
            axis = self._next()
            if axis.text not in _AXES:
                self._fail(f"{axis.text}:: is no axis", "E.g. following-sibling::.", axis.start)
            self._next()
        self._node_test()
        self._predicates()

    def _node_test(self) -> None:
        now = self._now
        if self._take("*"):
            return
        if now.kind != "name":
            self._unexpected()
        self._next()
        if self._is("(") and now.text in _NODE_TYPES:
            opened = self._next().start
            if now.text == "processing-instruction" and self._now.kind == "literal":
                self._next()
            self._need(")", opened)
        elif self._take(":"):
            self._prefixes.setdefault(now.text, now.start)
            local = self._now
            if local.start != now.end + 1:
                self._fail("a prefix touches its name", "Write prefix:name.", now.start)
            if not self._take("*"):
                if local.kind != "name":
                    self._unexpected()
                self._next()

    def _predicates(self) -> None:
        while self._is("["):
            opened = self._next().start
            self._brackets += 1
            self._expression()
            self._brackets -= 1
            self._need("]", opened)

    def _unexpected(self) -> NoReturn:
        now = self._now
        if now.kind == "end":
            self._fail("it stops where more has to come", "What is missing at its end?", now.start)
        if now.text == "@":
            better = f"{self._query[: now.start].rstrip()}/{self._query[now.start :]}"
            self._fail("an attribute is a step of its own", f"Write {better}", now.start)
        self._fail(f"“{now.text}” cannot stand here", "Look at what stands before it.", now.start)

    def _fail(self, why: str, hint: str, at: int) -> NoReturn:
        _fail(self._query, why, hint, at)


def _tokens(query: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while rest := query[at:].lstrip(_BLANKS):
        match = _TOKEN.match(query, at)
        if match is None:
            _bad_sign(query, len(query) - len(rest))
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind), match.end()))
        at = match.end()
    return [*found, _Token("end", "", len(query), len(query))]


def _bad_sign(query: str, at: int) -> NoReturn:
    char = query[at]
    if char in _CURLY:
        straight = re.sub(f"[{_CURLY}]", "'", query)
        _fail(query, f"{char} is a curly quote", f"With straight ones: {straight}", at)
    if char in "\"'":
        _fail(query, f"the quote {char} has no end", "Close it with the same sign.", at)
    if char.isspace():
        _fail(query, "a blank is no plain one", "Type it again with the space bar.", at)
    if char == "#":
        _fail(query, "# is a sign of CSS", "An id in XPath: //*[@id='…'].", at)
    _fail(query, f"“{char}” is no sign of XPath", "Take it out.", at)


def _fail(query: str, why: str, hint: str, at: int) -> NoReturn:
    shown = query if len(query) <= 200 else query[:200] + "…"
    raise NoValue(
        Reason.QUERY,
        f"The XPath {shown} is not valid: {why} (position {at + 1}).",
        hint=hint,
        position=at + 1,
    )
