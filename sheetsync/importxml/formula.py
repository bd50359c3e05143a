"""A formula as people type it → its function and arguments. Nothing is looked up here.

    parse_formula('=IMPORTXML(A2&"/feed"; "//a")').arguments
        ((Reference("A2"), "/feed"), ("//a",))

Arguments are split by ``;`` or ``,`` (Google's own pages use both, by the sheet's locale), quotes
inside a text are doubled, ``&`` joins, and a parenthesis missing at the end is forgiven, as Google
forgives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

from sheetsync.importxml.around import Place, inside
from sheetsync.importxml.failure import NoValue, Reason

#: A cell of a sheet holds no more (Google's own limit).
MAX_FORMULA = 50_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a named range, as typed: ``A2``, ``$B$4``, ``'My tab'!C3``."""

    name: str


Part = str | int | float | bool | Reference
#: What ``&`` joins; () is an argument left out.
Argument = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """``name`` in capitals; ``text`` as it was typed; ``place`` is what an INDEX around it takes
    of the result: row and column from 1, 0 for all."""

    name: str
    arguments: tuple[Argument, ...]
    text: str
    place: Place = (0, 0)

    @property
    def references(self) -> tuple[str, ...]:
        parts = (part for argument in self.arguments for part in argument)
        return tuple(part.name for part in parts if isinstance(part, Reference))


_CURLY = str.maketrans("“”„‟«»‘’‚‛", '""""""\'\'\'\'')
_START = re.compile(r"\s*=?\s*([A-Za-z][\w.]*)\s*\(")
_TOKEN = re.compile(
    r"""\s*(?:
      "(?P<text>(?:[^"]|"")*)"
    | (?P<flag>TRUE|FALSE)\b(?!\s*\()
    | (?P<number>-?\d+(?:\.\d+)?)(?![\w.])
    | (?P<call>[A-Za-z][\w.]*)\s*\(
    | (?P<reference>(?:(?:'(?:[^']|'')+'|\w+)!)?(?:\$?[A-Za-z]{1,3}\$?\d{1,8}|[A-Za-z_]\w*)\b)
    | (?P<sign>[;,&)])
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def straightened(text: str) -> str:
    """Curly quotes made straight."""
    return text.translate(_CURLY)


def parse_formula(text: str) -> Formula:
    """Raises NoValue (``formula``, ``#ERROR!``), with the position of the mistake."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_FORMULA:
        _fail("The formula is longer than a cell can hold.", "Give a shorter formula.", 0)
    if (within := inside(text)) is not None:
        found = parse_formula(within.text)
        if within.place is None or found.place == (0, 0):
            return replace(found, text=text, place=within.place or found.place)
    start = _START.match(text)
    if start is None:
        _fail(
            "This is no formula of the form IMPORTXML(…).",
            'Write e.g. =IMPORTXML("https://example.com/"; "//h1").',
            0,
        )
    arguments = _arguments(text, start.end())
    return Formula(start[1].upper(), arguments, text)


def _arguments(text: str, at: int) -> tuple[Argument, ...]:
    found: list[list[Part]] = [[]]
    joining = True  # the next thing may be a value
    for token in _tokens(text, at):
        kind, position = token.lastgroup or "", token.start(token.lastgroup or 0)
        sign = token["sign"]
        if sign is None:
            if not joining:
                _fail(
                    f"Something is missing before position {position + 1} of the formula.",
                    "Put ; or , between two arguments, & between two parts of one. "
                    "A quote inside a text is doubled.",
                    position,
                )
            found[-1].append(_part(kind, token[kind], position))
            joining = False
        elif sign == "&":
            if joining:
                _fail(f"& at position {position + 1} has nothing before it.", _JOIN, position)
            joining = True
        elif sign == ")":
            _check_end(text, token.end())
            break
        else:
            found.append([])
            joining = True
    if joining and found[-1]:
        _fail("The formula ends with &.", _JOIN, len(text))
    return () if found == [[]] else tuple(tuple(argument) for argument in found)


_JOIN = "& stands between two texts or cells."


def _tokens(text: str, at: int) -> Iterator[re.Match[str]]:
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            _unexpected(text, at + len(text[at:]) - len(text[at:].lstrip()))
        yield token
        at = token.end()


def _part(kind: str, text: str, position: int) -> Part:
    if kind == "text":
        return text.replace('""', '"')
    if kind == "flag":
        return text.upper() == "TRUE"
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "call" and text.upper().startswith("IMPORT"):
        _fail(
            f"{text.upper()}(…) stands inside of another function.",
            "Give it alone, without what is around it.",
            position,
        )
    if kind == "call":
        _fail(
            f"{text.upper()}(…) inside the formula is not worked out here.",
            "Write its result in its place. Only texts, numbers, cells and & are read.",
            position,
        )
    return Reference(text)


def _unexpected(text: str, at: int) -> NoReturn:
    char = text[at]
    if char == "\\":
        _fail(
            f"The backslash at position {at + 1} is for a shell, and no part of a formula.",
            'In a formula quotes stand alone: =IMPORTXML("https://example.com/"; "//h1").',
            at,
        )
    if char in ":/" and (bare := _unquoted(text)):
        _fail(
            f"The quotes are missing around {bare[:60]}.",
            'A text stands in double quotes: =IMPORTXML("https://example.com/"; "//h1").',
            text.find(bare),
        )
    if char.translate(_CURLY) != char:
        _fail(
            f"Curly quotes are no quotes to a sheet: {char} at position {at + 1}.",
            f"With straight ones: {straightened(text).strip()}",
            at,
        )
    if char == '"':
        _fail(
            f"The quote at position {at + 1} of the formula has no end.",
            "A text begins and ends with a quote; a quote inside it is doubled.",
            at,
        )
    if char == "'":
        _fail(
            f"The single quote at position {at + 1} begins no text.",
            'A text stands in double quotes: "…". Single ones may stand inside it.',
            at,
        )
    if char == ":":
        _fail(
            f"The formula refers to a range (position {at + 1}); one import reads one address.",
            "Refer to a single cell, e.g. A2.",
            at,
        )
    _fail(
        f"“{char}” at position {at + 1} of the formula is not understood.",
        "An argument is a text in double quotes, a number, TRUE, FALSE or a cell.",
        at,
    )


def _unquoted(text: str) -> str:
    """The first argument that is an address or an XPath without quotes around it, "" for none."""
    outside = re.sub(r'"(?:[^"]|"")*"', lambda found: " " * len(found[0]), text)
    found = re.search(r"https?://[^\s;,)]+|(?<=[(;,\s])/{1,2}[\w@*][^;,)]*", outside)
    return found[0] if found else ""


def _check_end(text: str, at: int) -> None:
    if rest := text[at:].strip():
        _fail(
            f"After the closing parenthesis comes more: {rest[:20]}",
            "Give the IMPORT… formula alone, without what is around it.",
            at,
        )


def _fail(message: str, hint: str, position: int) -> NoReturn:
    raise NoValue(Reason.FORMULA, message, hint=hint, position=position + 1)
