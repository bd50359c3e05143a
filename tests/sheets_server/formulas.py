"""Formulas, parsed in the spreadsheet's locale as Google parses them.

Known (reports from the wild): in a locale with a decimal comma "," is no argument separator and
"\\" separates array columns; ";" separates arguments in every locale and array rows in every
locale. A formula that does not parse is *kept* by updateCells and the values methods, and its cell
shows #ERROR!; in a condition (conditional format, validation, filter) it is refused with a 400.
Function names are English here; localized names are not accepted [unverified].
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from tests.sheets_server.locales import Signs, signs


class BadFormula(ValueError):
    """Google would show #ERROR! for it; the text says what was not understood."""


class Token(NamedTuple):
    kind: str
    text: str


_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d*"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[1-9]\d*"
_TAB = r"(?:(?:'(?:[^']|'')+'|[\w.]+)!)?"
_AREA = (
    rf"{_TAB}(?:{_CELL}:(?:{_CELL}|{_COLUMN}|{_ROW})|{_COLUMN}:{_COLUMN}\d*|{_ROW}:{_ROW}"
    rf"|{_CELL})(?![\w(.!])"
)
_PATTERNS = (
    ("space", r"\s+"),
    ("text", r'"(?:[^"]|"")*"'),
    ("area", _AREA),
    ("error", r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)"),
    ("number", ""),  # by locale
    ("function", r"[A-Za-z_][\w.]*(?=\()"),
    ("name", r"[^\W\d][\w.]*"),
    ("operator", r"<>|<=|>=|[-+*/^&=<>%:]"),
    ("mark", r"[(){},;\\]"),
)


@lru_cache(maxsize=8)
def _tokens_of(decimal: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    number = rf"(?:\d+(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"
    parts = [f"(?P<{kind}>{number if kind == 'number' else p})" for kind, p in _PATTERNS]
    return re.compile("|".join(parts))


def _tokens(text: str, mark: Signs) -> list[Token]:
    pattern, at, found = _tokens_of(mark.decimal), 0, []
    while at < len(text):
        match = pattern.match(text, at)
        if not match:
            raise BadFormula(f"not understood at {text[at : at + 12]!r}")
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match[0]))
        at = match.end()
    return found


class _Parser:
    """Writes the formula anew with "," for arguments, "." for decimals; raises BadFormula."""

    def __init__(self, tokens: list[Token], mark: Signs) -> None:
        self._tokens = tokens
        self._at = 0
        self._mark = mark
        self._decimal_comma = mark.comma

    def whole(self) -> str:
        done = self._expression()
        if self._at < len(self._tokens):
            raise BadFormula(f"{self._tokens[self._at].text!r} is too much")
        return done

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else Token("end", "")

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _expression(self) -> str:
        done = self._operand()
        while self._peek().kind == "operator":
            sign = self._take().text
            done += sign
            if sign != "%":
                done += self._operand()
        return done

    def _operand(self) -> str:
        token = self._take()
        if token.kind == "operator" and token.text in "+-":
            return token.text + self._operand()
        if token.kind in ("text", "area", "error", "name"):
            return token.text
        if token.kind == "number":
            return token.text.replace(self._mark.decimal, ".")
        if token.kind == "function":
            self._take()
            return f"{token.text}({self._arguments(')')})"
        if token.text == "(":
            return f"({self._closed(self._expression, ')')})"
        if token.text == "{":
            return f"{{{self._closed(self._array, '}')}}}"
        raise BadFormula(f"{token.text or 'the end'!r} is not expected")

    def _closed(self, inside: Callable[[], str], end: str) -> str:
        done = inside()
        if self._take().text != end:
            raise BadFormula(f"{end!r} is missing")
        return done

    def _arguments(self, end: str) -> str:
        """Arguments may be empty: IF(A1;;1)."""
        done, first = "", True
        while True:
            if first and self._peek().text == end:
                break
            first = False
            if self._peek().text not in (end, ";", ","):
                done += self._expression()
            token = self._take()
            if token.text == end:
                return done
            if token.text != ";" and (token.text != "," or self._decimal_comma):
                raise BadFormula(f"{token.text or 'the end'!r} does not separate arguments here")
            done += ","
        self._take()
        return done

    def _array(self) -> str:
        done = self._expression()
        columns = "\\" if self._decimal_comma else ","
        while self._peek().text in (";", columns):
            done += ";" if self._take().text == ";" else ","
            done += self._expression()
        return done


@lru_cache(maxsize=4096)
def neutral(formula: str, locale: str) -> str:
    """The formula in en_US. Raises BadFormula when Google, in that locale, could not parse it."""
    if not formula.startswith("="):
        raise BadFormula("a formula begins with =")
    mark = signs(locale)
    return "=" + _Parser(_tokens(formula[1:], mark), mark).whole()


def problem(formula: str, locale: str) -> str:
    """Why a formula does not parse; "" when it does."""
    try:
        neutral(formula, locale)
    except BadFormula as bad:
        return str(bad)
    return ""


@lru_cache(maxsize=65_536)
def respelled(formula: str, old: str, new: str) -> str:
    """A formula of one locale as another spells it; blanks stay. What does not parse stays.

    With the same locale twice: as it is read back, ";" between arguments become the locale's own
    sign [unverified over the API; the browser does it].
    """
    if problem(formula, old):
        return formula
    ours, theirs = signs(old), signs(new)
    inside: list[str] = []
    done = ["="]
    for match in _tokens_of(ours.decimal).finditer(formula, 1):
        text = match[0]
        if match.lastgroup == "number":
            text = text.replace(ours.decimal, theirs.decimal)
        elif match.lastgroup == "mark":
            text = _mark(text, inside, theirs)
        done.append(text)
    return "".join(done)


def _mark(text: str, inside: list[str], theirs: Signs) -> str:
    if text in "({":
        inside.append(text)
    elif text in ")}":
        inside.pop()
    elif inside[-1] == "{":
        return ";" if text == ";" else theirs.column
    else:
        return theirs.argument
    return text


class Named(NamedTuple):
    """What a formula names: functions, tabs, and names that are neither."""

    functions: frozenset[str]
    tabs: frozenset[str]
    names: frozenset[str]


def names_in(formula: str, locale: str) -> Named:
    """Raises BadFormula when it does not parse."""
    neutral(formula, locale)
    functions, tabs, names = set(), set(), set()
    for kind, text in _tokens(formula[1:], signs(locale)):
        if kind == "function":
            functions.add(text.upper())
        elif kind == "name" and text.upper() not in ("TRUE", "FALSE"):
            names.add(text)
        elif kind == "area" and "!" in text:
            tab = text.rpartition("!")[0]
            tabs.add(tab[1:-1].replace("''", "'") if tab.startswith("'") else tab)
    return Named(frozenset(functions), frozenset(tabs), frozenset(names))


def moved(formula: str, shift: Callable[[str], str], locale: str) -> str:
    """The formula with every reference passed through ``shift`` (``Tab!A1:B2`` as written).

    What does not parse stays as it is.
    """
    parts = _parts(formula, locale)
    if not parts:
        return formula
    return "=" + "".join(shift(text) if kind == "area" else text for kind, text in parts)


@lru_cache(maxsize=4096)
def _parts(formula: str, locale: str) -> tuple[tuple[str | None, str], ...]:
    """Kind and text of each token, blanks too; none when it does not parse."""
    tokens = _tokens_of(signs(locale).decimal).finditer(formula, 1)
    parts = tuple((m.lastgroup, m[0]) for m in tokens)
    return parts if "=" + "".join(text for _, text in parts) == formula else ()
