"""Conditions of conditional formats, validations and filters."""

from __future__ import annotations

import re

from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.formulas import names_in, problem
from tests.sheets_server.state import Sheet, Spreadsheet

_NEEDS: dict[str, int] = {
    "NUMBER_BETWEEN": 2,
    "NUMBER_NOT_BETWEEN": 2,
    "DATE_BETWEEN": 2,
    "DATE_NOT_BETWEEN": 2,
    "BLANK": 0,
    "NOT_BLANK": 0,
    "DATE_IS_VALID": 0,
    "TEXT_IS_EMAIL": 0,
    "TEXT_IS_URL": 0,
}
_MANY = ("ONE_OF_LIST", "BOOLEAN")


def check_same_sheet(book: Spreadsheet, condition: Json, sheet: Sheet) -> None:
    """A conditional format may name cells of its own tab only (seen in the wild), or INDIRECT.

    A named range counts as the tab that it is on.
    """
    for value in condition.get("values", []):
        text = value.get("userEnteredValue", "")
        if not text.startswith("="):
            continue
        named = names_in(text, book.locale)
        names = {name.lower() for name in named.names}
        away = [
            one
            for one in book.named_ranges
            if one["name"].lower() in names and one["range"].get("sheetId", 0) != sheet.id
        ]
        if away or any(tab.lower() != sheet.title.lower() for tab in named.tabs):
            raise invalid("Conditional format rule cannot reference a different sheet.")


def check_condition(locale: str, condition: Json) -> None:
    """Raises a 400 for a type without its values, or a formula that does not parse in the locale.

    ``Invalid ConditionValue.userEnteredValue`` is what comma formulas get in es_ES and pt_BR, and a
    range without "=" in ONE_OF_RANGE (both seen in the wild).
    """
    kind = condition.get("type", "")
    if not kind or kind == "CONDITION_TYPE_UNSPECIFIED":
        raise invalid("Condition type is required.")
    values = condition.get("values", [])
    needs = _NEEDS.get(kind, 1)
    if kind not in _MANY and not kind.startswith("FILTER") and len(values) != needs:
        raise invalid(f"ConditionType {kind} requires exactly {needs} values.")
    if kind == "ONE_OF_LIST" and not values:
        raise invalid("ConditionType ONE_OF_LIST requires at least one value.")
    for value in values:
        text = value.get("userEnteredValue", "")
        formula = text.startswith("=")
        must = kind in ("CUSTOM_FORMULA", "ONE_OF_RANGE")
        number = kind.startswith("NUMBER") and not formula
        if (
            (formula and problem(text, locale))
            or (must and not formula)
            or (number and not re.fullmatch(r"[-+]?[\d.,\u00a0\u202f ]+%?", text))
        ):
            raise invalid(
                f"Invalid ConditionValue.userEnteredValue: {text} for ConditionType: {kind}"
            )
