"""XPath on a page → rows of texts: a row for each match, a column for each of its children."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from sheetsync.importxml.blanks import nothing_found
from sheetsync.importxml.cells import MOST_DIGITS
from sheetsync.importxml.choices import Choices
from sheetsync.importxml.content import Content, declared
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.glued import Evaluated, is_glued
from sheetsync.importxml.result import Bounds
from sheetsync.importxml.syntax import Checked, check_xpath
from sheetsync.importxml.texts import Joined, flat_text

#: Children of an HTML element that are no cell: they never hold text, or none that is shown.
_NO_CELL_NAMES = (
    "area base br col embed hr img input link meta param script source style template track wbr"
)
_NO_CELL = frozenset(_NO_CELL_NAMES.split())
Scalar = str | bool | float
_TWO_ANSWERS = "{} in the page as browsers build it, {} in the page as it is written (--tree)."
WRITTEN = (
    "Found in the page as it is written; browsers add tbody and rows, and there the XPath finds "
    "nothing."
)


def select(
    content: Content, query: str, choices: Choices, notes: list[str]
) -> list[list[str]] | Scalar:
    """Rows of texts, or the one value that the XPath works out. Raises NoValue."""
    checked = check_xpath(query)
    if choices.names == "local":
        query = _local_names(query, checked)
    found = _found(content, query, checked, choices, notes)
    if isinstance(found, float):
        return _number(found, query)
    if isinstance(found, bool):
        return found
    if not found:
        raise nothing_found(content, query)
    return found if isinstance(found, str) else _rows(content, query, found, choices)


def _found(
    content: Content, query: str, checked: Checked, choices: Choices, notes: list[str]
) -> Any:
    """What the first tree has; what the second has where the first has nothing."""
    trees = _trees(content, choices)
    first = _evaluated(next(trees), query, checked)
    for other in trees:
        second = _evaluated(other, query, checked)
        if isinstance(first, (bool, float)):
            if first != second and not (math.isnan(first) and math.isnan(second)):
                notes.append(_TWO_ANSWERS.format(_said(first), _said(second)))
        elif not first and second:
            notes.append(WRITTEN)
            return second
    return first


def _said(answer: object) -> str:
    return str(answer).upper() if isinstance(answer, bool) else f"{answer:g}"


def _trees(content: Content, choices: Choices) -> Iterator[etree._Element]:
    if content.form == "xml":
        yield content.xml
        return
    if choices.tree != "written":
        yield content.browser
    if choices.tree != "browser":
        yield content.written


def _local_names(query: str, checked: Checked) -> str:
    for at in reversed(checked.name_calls):
        query = f"{query[:at]}local-{query[at:]}"
    return query


def _evaluated(root: etree._Element, query: str, checked: Checked) -> Any:
    namespaces = declared(root)
    for prefix, at in checked.prefixes.items():
        if prefix not in namespaces and prefix != "xml":
            raise NoValue(
                Reason.QUERY,
                f"The prefix {prefix}: (position {at + 1} of the XPath) is not declared on this "
                "page.",
                hint="Write //*[name()='prefix:name'], or leave the prefix out.",
                position=at + 1,
            )
    try:
        compiled = etree.XPath(query, namespaces=namespaces, regexp=False, smart_strings=False)
        found = compiled(root.getroottree())
        return _unglued(found, query, checked, _parts_of(root, namespaces))
    except etree.XPathError as error:
        raise NoValue(
            Reason.QUERY,
            f"The XPath {query[:200]} cannot be worked out: {_because(error)}.",
            hint="Try a shorter one first, e.g. //h1, and add to it step by step.",
        ) from error


def _parts_of(root: etree._Element, namespaces: dict[str, str]) -> Evaluated:
    """For parts of a query that was worked out as a whole."""

    def evaluated(query: str) -> Any:
        found = etree.XPath(query, namespaces=namespaces, regexp=False, smart_strings=False)
        return found(root.getroottree())

    return evaluated


def _unglued(found: Any, query: str, checked: Checked, evaluated: Evaluated) -> Any:
    """A text out of several elements is no number, and a number out of them is not given."""
    if isinstance(found, str):
        glued = re.search(r"\d", found) and is_glued(query, checked.calls, found, evaluated)
        return Joined(found.strip()) if glued else found.strip()
    if isinstance(found, float) and is_glued(query, checked.calls, found, evaluated):
        raise NoValue(
            Reason.NO_NUMBER,
            f"The XPath {query[:200]} takes digits of several elements for one number, which "
            "stands nowhere on the page.",
            hint="Ask for the text of one of them, e.g. (//p)[1]/text()[1].",
        )
    return found


def _because(error: etree.XPathError) -> str:
    if "Invalid type" in str(error):
        return "it uses a text or a number where elements have to stand"
    return str(error).lower() or "it is too complicated"


def _number(found: float, query: str) -> float:
    if abs(found) < 10**MOST_DIGITS:
        return found
    if math.isfinite(found):
        raise NoValue(
            Reason.NO_NUMBER,
            f"The XPath {query[:200]} works out a number of more than {MOST_DIGITS} digits, which "
            "would be rounded.",
            hint="Ask for the text itself, without number() or sum(); it stays as it is.",
        )
    raise NoValue(
        Reason.NO_NUMBER,
        f"The XPath {query[:200]} works out a number, and what it finds is none.",
        hint="Ask for the text itself, without number() or sum(), to see what stands there.",
    )


def _rows(content: Content, query: str, found: list[Any], choices: Choices) -> list[list[str]]:
    bounds = Bounds()
    rows = [bounds.checked(_row(node, choices, html=content.form == "html")) for node in found]
    filled = [row for row in rows if any(row)]
    if not filled:
        raise nothing_found(content, query, matches=len(rows))
    return filled if choices.blanks == "dropped" else rows


def _row(node: Any, choices: Choices, *, html: bool) -> list[str]:
    if isinstance(node, tuple):  # a namespace node
        return [str(node[1])]
    if not isinstance(node, etree._Element):
        return [str(node).strip()]
    if isinstance(node, (etree._Comment, etree._ProcessingInstruction)):
        return [(node.text or "").strip()]
    if choices.children == "joined" or not any(isinstance(child.tag, str) for child in node):
        return [flat_text(node, html=html)]
    return list(_pieces(node, html=html)) or [""]


def _pieces(node: etree._Element, *, html: bool) -> Iterator[str]:
    """A child without text is a blank column, so that a table's columns stay where they are."""
    if text := (node.text or "").strip():
        yield text
    for child in node:
        if isinstance(child.tag, str) and not (html and child.tag in _NO_CELL):
            yield flat_text(child, html=html)
        if text := (child.tail or "").strip():
            yield text
