"""Values of formulas, by ironcalc where it can; an honest "not computed" where it cannot.

The messages of the errors are as the browser shows them [unverified over the API].
"""

from __future__ import annotations

from typing import Any

import ironcalc

from tests.sheets_server.errors import Json
from tests.sheets_server.formulas import BadFormula, names_in, neutral
from tests.sheets_server.functions import FUNCTIONS
from tests.sheets_server.state import Spreadsheet

#: What stands where a value would be when nobody computed it. Google never says this.
NOT_COMPUTED = "#NOT_COMPUTED!"
_MOST = 20_000
_ERRORS = {
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#N/A": "N_A",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#REF!": "REF",
    "#VALUE!": "VALUE",
    "#NULL!": "NULL_VALUE",
}
PARSE_ERROR: Json = {"type": "ERROR", "message": "Formula parse error."}


class Values:
    """The computed values of one spreadsheet as it is now; worked out when first asked for."""

    def __init__(self, book: Spreadsheet) -> None:
        self._book = book
        self._model: Any = None
        self._order = {sheet.id: at for at, sheet in enumerate(book.sheets)}

    def of(self, place: tuple[int, int, int]) -> Any:
        """``(sheetId, row, column)`` -> a number, text, bool, an ErrorValue or NOT_COMPUTED."""
        sheet_id, row, column = place
        formula = self._formula(place)
        wrong = mistake(formula, self._book)
        if wrong:
            return wrong
        if self._model is None:
            self._model = _build(self._book)
        if self._model is False:
            return NOT_COMPUTED
        value = self._model.get_cell_value(self._order[sheet_id], row + 1, column + 1)
        return _ours(value)

    def _formula(self, place: tuple[int, int, int]) -> str:
        sheet = self._book.sheets[self._order[place[0]]]
        return str(sheet.cells[place[1:]]["userEnteredValue"]["formulaValue"])


def mistake(formula: str, book: Spreadsheet) -> Json | None:
    """The ErrorValue of a formula that Google could not even begin to compute.

    It does not parse, or names a function, a tab or a name that is not there.
    """
    try:
        named = names_in(formula, book.locale)
    except BadFormula as bad:
        return PARSE_ERROR | {"why": str(bad)}
    unknown = sorted(named.functions - FUNCTIONS)
    if named.functions & {"LET", "LAMBDA"}:
        unknown = []  # a variable may be called like a function
    if unknown:
        return {"type": "NAME", "message": f"Unknown function: '{unknown[0]}'."}
    for tab in sorted(named.tabs):
        if book.titled(tab) is None:
            return {"type": "REF", "message": f"Unresolved sheet name '{tab}'."}
    known = {one["name"].lower() for one in book.named_ranges}
    missing = sorted(name for name in named.names if name.lower() not in known)
    if missing and not named.functions & {"LET", "LAMBDA"}:
        return {"type": "NAME", "message": f"Unknown range name: '{missing[0].upper()}'."}
    return None


def _ours(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("#"):
        if value in _ERRORS and value not in ("#NAME?", "#N/IMPL!"):
            return {"type": _ERRORS[value], "message": ""}
        return NOT_COMPUTED  # a function that ironcalc does not know, more often than a mistake
    return value


def _build(book: Spreadsheet) -> Any:
    """An ironcalc model of the whole spreadsheet; False when that is too much or it cannot."""
    held = (cell for sheet in book.sheets for cell in sheet.cells.values())
    if sum("userEnteredValue" in cell for cell in held) > _MOST:
        return False
    try:
        model = ironcalc.create("book", "en", "UTC")
        for at, sheet in enumerate(book.sheets):
            if at:
                model.new_sheet()
            model.rename_sheet(at, sheet.title)
        for at, sheet in enumerate(book.sheets):
            for (row, column), cell in sheet.cells.items():
                if "userEnteredValue" in cell:
                    _enter(model, (at, row + 1, column + 1), cell["userEnteredValue"], book.locale)
        model.evaluate()
    except ironcalc.WorkbookError:
        return False
    return model


def _enter(model: Any, place: tuple[int, int, int], value: Json, locale: str) -> None:
    if "formulaValue" in value:
        try:
            model.update_cell_with_formula(*place, neutral(value["formulaValue"], locale))
        except BadFormula:
            model.update_cell_with_text(*place, "#ERROR!")
    elif "numberValue" in value:
        model.update_cell_with_number(*place, float(value["numberValue"]))
    elif "boolValue" in value:
        model.update_cell_with_bool(*place, value["boolValue"])
    else:
        model.update_cell_with_text(*place, value.get("stringValue", ""))
