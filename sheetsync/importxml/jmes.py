"""JSON with a JMESPath → rows. JSON's own types are kept: nothing is parsed by locale.

A number that a sheet cannot hold is the text that stands in the data: whole ones of more than 15
digits (ids, which a sheet would round) and those without an end (``1e400``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, ParseError

from sheetsync.importxml.cells import EMPTY, MOST_DIGITS, Cell
from sheetsync.importxml.content import Content, whole
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import Bounds

MAX_QUERY = 2000
#: Digits of a whole number that is still a number to JMESPath.
_LONG = 300
_FUNCTIONS = "See jmespath.org for its functions."
_COMPARED = "A number in it stands in `…`, a text in '…': [?price > `5`]. A step is not 0."


def json_rows(content: Content, query: str) -> list[list[Cell]]:
    """One cell for a value, a row for each of a list, a header row over objects. Raises NoValue."""
    data = _data(content)
    found = _finite(_searched(data, query or "@"))
    rows = [[_cell(value) for value in row] for row in _table(found)]
    bounds = Bounds()
    for row in rows:
        bounds.checked([cell.text for cell in row])
    if not any(cell.value is not None for row in rows for cell in row):
        raise NoValue(Reason.EMPTY, "Nothing in the data matches the query.", hint=_names_in(data))
    return rows


def _data(content: Content) -> Any:
    try:
        return json.loads(
            content.text, parse_constant=_no_constant, parse_float=_float, parse_int=_int
        )
    except RecursionError as error:
        raise NoValue(
            Reason.TOO_LARGE,
            "The JSON is nested too deep to be read.",
            hint="Ask the site for less of it: its address may take a limit or a page number.",
        ) from error
    except ValueError as error:
        if content.text.lstrip()[:1] == "<":
            raise NoValue(
                Reason.UNREADABLE,
                "This is a page (HTML or XML), no JSON.",
                hint="Read it with IMPORTXML or IMPORTHTML.",
            ) from error
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise NoValue(
            Reason.UNREADABLE,
            f"This is no well-formed JSON{line}.",
            hint="Open the address in a browser and look at the place.",
        ) from error


def _no_constant(name: str) -> None:
    """NaN and Infinity are no JSON; where a program writes them, there is no number."""


def _float(text: str) -> float | str:
    """As it is written, where a sheet's number would be another one."""
    number = float(text)
    return text if _is_long(number, text) or not isfinite(number) else number


def _is_long(number: float, text: str) -> bool:
    """Whether a sheet would round it."""
    digits = re.sub(r"[eE].*|[-.]", "", text).strip("0")
    whole = isinstance(number, int)
    return abs(number) >= 10**MOST_DIGITS and (whole or len(digits) > MOST_DIGITS)


def _int(text: str) -> int | str:
    """Python itself refuses to read more than some thousands of digits."""
    return int(text) if len(text) <= _LONG else text


def _finite(found: Any) -> Any:
    """What was found, where no number is without an end. Raises NoValue when one was worked out,
    or when what was found is no value at all."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, float) and not isfinite(one):
            raise NoValue(
                Reason.NO_NUMBER,
                "The JMESPath works out a number, and what comes out is none.",
                hint="Ask for the values themselves, without to_number() or sum(), to see them.",
            )
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif not (one is None or isinstance(one, (str, int, float))):
            _refuse("& stands only in a function, as in sort_by(list, &name)", _FUNCTIONS)
    return found


def _searched(data: Any, query: str) -> Any:
    if len(query) > MAX_QUERY:
        _refuse(f"it has {len(query):,} signs", f"At most {MAX_QUERY:,} are read.")
    try:
        return jmespath.search(query, data)
    except ParseError as error:
        at = max(error.lex_position, 0) + 1
        _refuse(f"position {at} of {query[:200]}", "E.g. users[].followers, or data.stats.", at)
    except RecursionError:
        _refuse("it is nested too deep", "Ask for less at once.")
    except JMESPathError as error:
        _refuse(str(error).splitlines()[0][:200], _FUNCTIONS)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError):
        # The library's own: it compares a text with a number, or takes every 0th.
        _refuse(f"it cannot be worked out on these data: {query[:200]}", _COMPARED)


def _refuse(why: str, hint: str, position: int = 0) -> Any:
    message = f"The JMESPath is not valid: {why}."
    raise NoValue(Reason.QUERY, message, hint=hint, position=position)


def _table(found: Any) -> Iterable[Sequence[Any]]:
    if isinstance(found, dict):
        return [list(found), list(found.values())]
    if not isinstance(found, list):
        return [[found]]
    if found and all(isinstance(one, dict) for one in found):
        names = list(dict.fromkeys(name for one in found for name in one))
        return [names, *([one.get(name) for name in names] for one in found)]
    return [one if isinstance(one, list) else [one] for one in found]


def _cell(value: Any) -> Cell:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, str):
        return Cell(whole(value), whole(value))
    if isinstance(value, bool):
        return Cell(value, "TRUE" if value else "FALSE")
    if isinstance(value, (int, float)):
        text = json.dumps(value)
        return Cell(text if _is_long(value, text) else value, text)
    text = whole(json.dumps(value, ensure_ascii=False))
    return Cell(text, text)


def _names_in(data: Any) -> str:
    if isinstance(data, dict) and data:
        return f"On its first level it has: {whole(', '.join(list(map(str, data))[:12]))}."
    if isinstance(data, list):
        return f"It is a list of {len(data):,}; begin with [] or [0]."
    return "The data are empty themselves."
