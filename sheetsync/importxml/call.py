"""A formula with its cells filled in: which page, what of it, read in which locale."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

from sheetsync.importxml.around import Place
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.formula import Argument, Formula, Reference, parse_formula

Kind = Literal["xml", "html", "data", "feed", "json"]
#: What stands in a cell, by its name as typed (``A2``, ``'My tab'!C3``); KeyError: no such cell.
CellOf = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Import:
    """One import, ready to be fetched and read.

    ``query`` is the XPath (xml), ``table`` or ``list`` (html), the delimiter or "" (data),
    ``items``, ``feed title``, … (feed), or JMESPath (json). ``index`` counts from 1. ``locale`` ""
    is the sheet's. ``items``: how many of a feed, None for all. ``place``: the row and column of
    the result that are asked for, from 1; 0 for all.
    """

    kind: Kind
    url: str
    query: str = ""
    index: int = 1
    locale: str = ""
    headers: bool = False
    items: int | None = None
    place: Place = (0, 0)


#: Functions, their parameters in order, and how many of them are needed.
#: support.google.com/docs/answer/3093342, 3093339, 3093335, 3093337; IMPORTJSON is our own.
_SIGNATURES: Mapping[str, tuple[Kind, tuple[str, ...], int]] = {
    "IMPORTXML": ("xml", ("url", "query", "locale"), 2),
    "IMPORTHTML": ("html", ("url", "query", "index", "locale"), 2),
    "IMPORTDATA": ("data", ("url", "query", "locale"), 1),
    "IMPORTFEED": ("feed", ("url", "query", "headers", "items"), 1),
    "IMPORTJSON": ("json", ("url", "query"), 1),
}
_TYPED_AS = {
    "IMPORTXML": "IMPORTXML(url; xpath; [locale])",
    "IMPORTHTML": 'IMPORTHTML(url; "table" or "list"; index; [locale])',
    "IMPORTDATA": "IMPORTDATA(url; [delimiter]; [locale])",
    "IMPORTFEED": "IMPORTFEED(url; [query]; [headers]; [num_items])",
    "IMPORTJSON": "IMPORTJSON(url; [JMESPath])",
}


def no_cells(name: str) -> object:
    raise KeyError(name)


def to_import(formula: Formula | str, cell: CellOf = no_cells) -> Import:
    """Fill in the cells and check the arguments. Raises NoValue.

    ``cell`` gives what stands in a cell; without it every reference is an error (``#REF!``).
    """
    found = parse_formula(formula) if isinstance(formula, str) else formula
    signature = _SIGNATURES.get(found.name)
    if signature is None:
        raise NoValue(
            Reason.FORMULA,
            f"{found.name} is no function that is worked out here.",
            hint="Give the IMPORT… formula alone: " + ", ".join(_SIGNATURES) + ".",
        )
    kind, names, least = signature
    given = [_value(argument, cell) for argument in found.arguments]
    if not least <= len(given) <= len(names):
        raise NoValue(
            Reason.ARGUMENT,
            f"{found.name} takes {least} to {len(names)} arguments; here "
            f"{'is' if len(given) == 1 else 'are'} {len(given)}.",
            hint=f"Write {_TYPED_AS[found.name]}.",
        )
    values = {name: value for name, value in zip(names, given, strict=False) if value is not None}
    return replace(_import(kind, values), place=found.place)


def _import(kind: Kind, values: Mapping[str, object]) -> Import:
    url = _text(values.get("url", "")).strip()
    if not re.match(r"https?://[^/\s]", url, re.IGNORECASE):
        raise NoValue(
            Reason.ARGUMENT,
            f"“{url[:80]}” is no web address." if url else "The formula has no address.",
            hint="Begin it with https://, as in the browser's address bar.",
        )
    return Import(
        kind=kind,
        url=url,
        query=_query(kind, _text(values.get("query", ""))),
        index=_index(values.get("index", 1)),
        locale=_text(values.get("locale", "")).strip(),
        headers=_flag(values.get("headers", False)),
        items=_items(values.get("items")),
    )


def _value(argument: Argument, cell: CellOf) -> object:
    """One argument's value; None when it was left out or its one cell is empty."""
    if not argument:
        return None
    parts = [_cell(part.name, cell) if isinstance(part, Reference) else part for part in argument]
    return parts[0] if len(parts) == 1 else "".join(_text(part) for part in parts)


def _cell(name: str, cell: CellOf) -> object:
    try:
        return cell(name)
    except KeyError:
        raise NoValue(
            Reason.REFERENCE,
            f"The formula refers to the cell {name}, and there is no sheet here to find it in.",
            hint=f"Write what stands in {name} into the formula, in double quotes.",
        ) from None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _query(kind: Kind, query: str) -> str:
    """Checked as far as it can be without the page."""
    if kind == "xml" and not query.strip():
        _argument("The formula has no XPath.", 'Write e.g. "//h1" as the second argument.')
    if kind == "html":
        query = query.strip().lower()
        if query not in ("table", "list"):
            _argument(
                f"IMPORTHTML takes a table or a list, not “{query[:40]}”.",
                'The second argument is "table" or "list".',
            )
    if kind == "data":
        query = "\t" if query == "\\t" else query
        if len(query) > 1 or query in ('"', "\n", "\r"):
            _argument(f"“{query[:20]}” is no delimiter.", "A delimiter is one sign, e.g. ; or ,.")
    return query if kind == "data" else query.strip()


def _index(value: object) -> int:
    """0 and nothing are the first, as in practice (davy39/news-translation-tasks)."""
    number = _whole(value)
    if number is None or number < 0:
        _argument(f"“{_text(value)}” counts no table or list.", "The first one is 1.")
    return number or 1


def _items(value: object) -> int | None:
    if value is None:
        return None
    number = _whole(value)
    if number is None or number < 1:
        _argument(f"“{_text(value)}” is no number of items.", "Write a whole number from 1 up.")
    return number


def _whole(value: object) -> int | None:
    found = re.fullmatch(r"\s*(-?\d{1,9})(?:\.0+)?\s*", _text(value))
    return int(found[1]) if found else None


def _flag(value: object) -> bool:
    text = _text(value).strip().upper()
    if text not in ("TRUE", "FALSE", "1", "0", ""):
        _argument(f"“{text[:20]}” is neither TRUE nor FALSE.", "Write TRUE to get a header row.")
    return text in ("TRUE", "1")


def _argument(message: str, hint: str) -> NoReturn:
    raise NoValue(Reason.ARGUMENT, message, hint=hint)
