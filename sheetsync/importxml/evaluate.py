"""One import and the page that its address gave → rows of typed cells, or the reason for none."""

from __future__ import annotations

from sheetsync.importxml.call import CellOf, Import, no_cells, to_import
from sheetsync.importxml.cells import EMPTY, Cell, known_locale, typed
from sheetsync.importxml.choices import DOZEN, Choices
from sheetsync.importxml.content import Content
from sheetsync.importxml.data import data_rows
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.feed import feed_rows
from sheetsync.importxml.formula import Formula
from sheetsync.importxml.jmes import json_rows
from sheetsync.importxml.result import Result, padded
from sheetsync.importxml.select import select
from sheetsync.importxml.tables import listed, table
from sheetsync.importxml.texts import Joined

DEFAULT = Choices()


def evaluate(
    what: Import | Formula | str,
    page: Content | str,
    *,
    locale: str = "en_US",
    choices: Choices = DEFAULT,
    cell: CellOf = no_cells,
) -> Result:
    """Read ``page`` as the formula says. Raises NoValue, and nothing else.

    ``page`` is the decoded text of what the formula's address gave; a Content when several
    formulas read one page (its trees are then built once) or when the header's type is known.
    ``locale`` is the sheet's, which the formula's own beats. ``cell`` gives what stands in a cell
    that the formula refers to.

    Pure, and without any bound in time: an XPath can be written that runs for years, and libxml2
    cannot be interrupted. `worker.Worker` is the way to read strangers' formulas.
    """
    call = what if isinstance(what, Import) else to_import(what, cell)
    try:
        content = Content(page) if isinstance(page, str) else page
        if not content.text.strip():
            raise NoValue(
                Reason.EMPTY,
                "The page is empty: the server sent nothing.",
                hint="Open the address in a browser.",
            )
        speech = _locale(call, locale, choices)
        notes: list[str] = []
        rows = _rows(call, content, speech, choices, notes)
        return Result(_taken(padded(rows, EMPTY), *call.place), tuple(notes))
    except (RecursionError, MemoryError) as error:
        deep = isinstance(error, RecursionError)
        raise NoValue(
            Reason.TOO_LARGE,
            "The page is nested too deep to be read."
            if deep
            else "The page takes more memory than there is.",
            hint="Ask for a smaller page, e.g. one part of the list.",
        ) from error


def _taken(
    rows: tuple[tuple[Cell, ...], ...], row: int, column: int
) -> tuple[tuple[Cell, ...], ...]:
    """The row, the column or the cell that INDEX takes of a result; 0 is all of them."""
    if row > len(rows) or column > len(rows[0]):
        raise NoValue(
            Reason.REFERENCE,
            f"INDEX asks for row {row}, column {column}; the result has {len(rows):,} × "
            f"{len(rows[0]):,} cells.",
            hint="Look at the whole result, without INDEX.",
        )
    rows = rows[row - 1 : row] if row else rows
    taken = tuple(one[column - 1 : column] for one in rows) if column else rows
    if not any(cell.value is not None for one in taken for cell in one):
        message = "There is nothing in the place that INDEX asks for."
        raise NoValue(Reason.EMPTY, message, hint="Look at the whole result, without INDEX.")
    return taken


def _locale(call: Import, sheet: str, choices: Choices) -> str:
    asked = call.locale or sheet
    if choices.unknown_locale == "sheet" and not known_locale(asked):
        asked = sheet
    typed("1", asked)  # raises, if nobody knows it
    return asked


def _rows(
    call: Import, content: Content, locale: str, choices: Choices, notes: list[str]
) -> list[list[Cell]]:
    if call.kind == "json":
        return json_rows(content, call.query)
    if call.kind == "feed":
        items = call.items or (DOZEN if choices.items == "dozen" else None)
        return feed_rows(content, call.query, headers=call.headers, items=items)
    found: list[list[str]]
    if call.kind == "data":
        found = data_rows(content, call.query, call.url, notes)
    elif call.kind == "html" and call.query == "list":
        found = listed(content, call.index)
    elif call.kind == "html":
        found = table(content, call.index, repeat=choices.merged == "repeated")
    else:
        selected = select(content, call.query, choices, notes)
        if not isinstance(selected, list):
            return [[_worked_out(selected, locale, choices)]]
        found = selected
    return [[_cell(text, locale) for text in row] for row in found]


def _cell(text: str, locale: str) -> Cell:
    return Cell(str(text), str(text)) if isinstance(text, Joined) else typed(text, locale)


def _worked_out(found: str | bool | float, locale: str, choices: Choices) -> Cell:
    """A string is read like any text of the page; a number of XPath's is a number already."""
    if isinstance(found, str):
        return _cell(found, locale)
    if isinstance(found, bool):
        return Cell(found, "TRUE" if found else "FALSE")
    whole = choices.counts == "whole" and found.is_integer()
    value: int | float = int(found) if whole else found
    return Cell(value, str(value))
