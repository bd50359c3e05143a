"""JSON with a JMESPath → rows. JSON's own types are kept: nothing is parsed by locale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, ParseError

from sheetsync.importxml.cells import EMPTY, Cell
from sheetsync.importxml.content import Content, whole
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import Bounds

MAX_QUERY = 2000


def json_rows(content: Content, query: str) -> list[list[Cell]]:
    """One cell for a value, a row for each of a list, a header row over objects. Raises NoValue."""
    data = _data(content)
    found = _searched(data, query or "@")
    rows = [[_cell(value) for value in row] for row in _table(found)]
    bounds = Bounds()
    for row in rows:
        bounds.checked([cell.text for cell in row])
    if not any(cell.value is not None for row in rows for cell in row):
        raise NoValue(Reason.EMPTY, "Nothing in the data matches the query.", hint=_names_in(data))
    return rows


def _data(content: Content) -> Any:
    try:
        return json.loads(content.text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
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


def _searched(data: Any, query: str) -> Any:
    if len(query) > MAX_QUERY:
        _refuse(f"it has {len(query):,} signs", f"At most {MAX_QUERY:,} are read.")
    try:
        return jmespath.search(query, data)
    except ParseError as error:
        at = max(error.lex_position, 0) + 1
        _refuse(f"position {at} of {query[:200]}", "E.g. users[].followers, or data.stats.", at)
    except (JMESPathError, RecursionError) as error:
        _refuse(str(error).splitlines()[0][:200], "See jmespath.org for its functions.")


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
        # A sheet's number has 15 digits; a longer one is an id, which it would round.
        text = json.dumps(value)
        return Cell(text if isinstance(value, int) and abs(value) >= 10**15 else value, text)
    text = whole(json.dumps(value, ensure_ascii=False))
    return Cell(text, text)


def _names_in(data: Any) -> str:
    if isinstance(data, dict) and data:
        return f"On its first level it has: {whole(', '.join(list(map(str, data))[:12]))}."
    if isinstance(data, list):
        return f"It is a list of {len(data):,}; begin with [] or [0]."
    return "The data are empty themselves."
