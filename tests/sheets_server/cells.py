"""What goes into a cell and what is read from it."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.compute import NOT_COMPUTED, Values
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.formats import is_date, shown
from tests.sheets_server.formulas import respelled
from tests.sheets_server.locales import date_from, number_from
from tests.sheets_server.state import MOST_TEXT

Value = float | str | bool


def entered(value: Any, option: str, locale: str, cell: Json) -> Json:
    """The cell with a value of a values method written into it ("" takes the value away)."""
    done = {k: v for k, v in cell.items() if k not in ("userEnteredValue", "textFormatRuns")}
    if value == "" and isinstance(value, str):
        return done
    if isinstance(value, bool):
        return done | {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        return done | {"userEnteredValue": {"numberValue": value}}
    if not isinstance(value, str):
        raise invalid(f"Invalid values[0][0]: {type(value).__name__}")
    check_text(value)
    if option == "USER_ENTERED":
        return _typed(value, locale, done)
    return done | {"userEnteredValue": {"stringValue": value}}


def check_text(text: str) -> None:
    """Seen in the wild; [unverified] to the letter."""
    if len(text) > MOST_TEXT:
        raise invalid(
            f"Your input contains more than the maximum of {MOST_TEXT} characters in a single cell."
        )


def _typed(text: str, locale: str, cell: Json) -> Json:  # noqa: PLR0911 - one a kind
    """As if a person had typed it: formulas, numbers, dates, logical values, else text."""
    if text.startswith("=") and len(text) > 1:
        return cell | {"userEnteredValue": {"formulaValue": respelled(text, locale, locale)}}
    if text.startswith("'"):
        return cell | {"userEnteredValue": {"stringValue": text[1:]}}
    if text.upper() in ("TRUE", "FALSE"):
        return cell | {"userEnteredValue": {"boolValue": text.upper() == "TRUE"}}
    if (cell.get("userEnteredFormat", {}).get("numberFormat") or {}).get("type") == "TEXT":
        return cell | {"userEnteredValue": {"stringValue": text}}
    number = number_from(text, locale)
    if number:
        formed = _formatted(cell, number[1]) if number[1] else cell
        return formed | {"userEnteredValue": {"numberValue": number[0]}}
    date = date_from(text, locale)
    if date:
        formed = _formatted(cell, date[1], date[2])
        return formed | {"userEnteredValue": {"numberValue": date[0]}}
    return cell | {"userEnteredValue": {"stringValue": text}}


def _formatted(cell: Json, kind: str, pattern: str = "") -> Json:
    """A typed date or percentage brings its format, unless the cell has one."""
    old = cell.get("userEnteredFormat", {})
    if "numberFormat" in old:
        return cell
    number_format = {"type": kind} | ({"pattern": pattern} if pattern else {})
    return cell | {"userEnteredFormat": old | {"numberFormat": number_format}}


def number_format(cell: Json) -> Json | None:
    found: Json | None = cell.get("userEnteredFormat", {}).get("numberFormat")
    return found


def effective(cell: Json, place: tuple[int, int, int], values: Values) -> Json | None:
    """``effectiveValue``; None for an empty cell."""
    given: Json | None = cell.get("userEnteredValue")
    if not given or "formulaValue" not in given:
        return given
    found = values.of(place)
    if isinstance(found, dict):
        return {"errorValue": {k: found[k] for k in ("type", "message") if found.get(k)}}
    if isinstance(found, bool):
        return {"boolValue": found}
    if isinstance(found, int | float):
        return {"numberValue": found}
    return {"stringValue": found}


def plain_value(value: Json) -> Value:
    """The value inside an ExtendedValue; an error is its sign (``#DIV/0!``)."""
    if "errorValue" in value:
        return sign_of(value["errorValue"])
    found: Value = next(iter(value.values()))
    return found


def sign_of(error: Json) -> str:
    names = {"DIVIDE_BY_ZERO": "#DIV/0!", "N_A": "#N/A", "NULL_VALUE": "#NULL!"}
    return names.get(error["type"], f"#{error['type']}" + ("?" if error["type"] == "NAME" else "!"))


def formatted(cell: Json, value: Json | None, locale: str) -> str | None:
    """``formattedValue``; None for an empty cell."""
    if value is None:
        return None
    found = plain_value(value)
    return str(found) if found == NOT_COMPUTED else shown(found, number_format(cell), locale)


def rendered(
    cell: Json, place: tuple[int, int, int], values: Values, locale: str, how: Json
) -> Value:
    """A cell as the values methods give it; "" when it is empty.

    ``how``: valueRenderOption and dateTimeRenderOption.
    """
    option = how.get("valueRenderOption", "FORMATTED_VALUE")
    given = cell.get("userEnteredValue")
    if not given:
        return ""
    if option == "FORMULA" and "formulaValue" in given:
        return str(given["formulaValue"])
    value = effective(cell, place, values)
    if option == "FORMATTED_VALUE":
        return formatted(cell, value, locale) or ""
    found = plain_value(value or {})
    as_text = how.get("dateTimeRenderOption", "SERIAL_NUMBER") == "FORMATTED_STRING"
    if as_text and isinstance(found, int | float) and is_date(number_format(cell)):
        return shown(found, number_format(cell), locale)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found
