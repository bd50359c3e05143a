"""Requests as Google's own discovery document has them: types, names, unions, read-only fields.

Over the recorded request bodies this agrees with Google's accept and refuse; the words of the
type errors are recorded for lists and [unverified] for the other types.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.sheets_server.errors import Json, bad_request

_FOLDER = Path(__file__).parent / "discovery"
Violation = tuple[str, str]

#: Unions that the document does not declare: one field of each group at most.
UNIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ExtendedValue": (
        "value",
        ("numberValue", "stringValue", "boolValue", "formulaValue", "errorValue"),
    ),
    "UpdateCellsRequest": ("area", ("start", "range")),
    "DataFilter": ("filter", ("a1Range", "developerMetadataLookup", "gridRange")),
    "DeveloperMetadataLocation": ("location", ("sheetId", "spreadsheet", "dimensionRange")),
    "ColorStyle": ("kind", ("rgbColor", "themeColor")),
    "ConditionValue": ("value", ("relativeDate", "userEnteredValue")),
    "ConditionalFormatRule": ("rule", ("booleanRule", "gradientRule")),
    "EmbeddedObjectPosition": ("location", ("sheetId", "overlayPosition", "newSheet")),
    "AutoResizeDimensionsRequest": ("area", ("dimensions", "dataSourceSheetDimensions")),
    "ChartData": ("type", ("sourceRange", "columnReference")),
    "ChartSpec": (
        "chart",
        (
            "basicChart",
            "pieChart",
            "bubbleChart",
            "candlestickChart",
            "orgChart",
            "histogramChart",
            "waterfallChart",
            "treemapChart",
            "scorecardChart",
        ),
    ),
}
#: Read-only in the document, and taken by Google all the same.
_TAKEN = {
    ("ProtectedRange", "requestingUserCanEdit"),  # recorded: gspread sends it
    ("ProtectedRange", "protectedRangeId"),  # "It is an error to specify the ID of a range that…"
    ("DeveloperMetadataLocation", "locationType"),  # [unverified]: sent back by careless clients
    ("SheetProperties", "gridProperties"),
}
_NUMBERS = {"int32": "TYPE_INT32", "int64": "TYPE_INT64", "uint32": "TYPE_UINT32"}


@cache
def document(name: str = "sheets.v4") -> Json:
    """``sheets.v4`` or ``drive.v3``: revision, parameters, schemas, methods."""
    found: Json = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@cache
def properties(message: str, name: str = "sheets.v4") -> Json:
    found: Json = document(name)["schemas"][message].get("properties", {})
    return found


def parse(body: Any, message: str, root: str = "") -> Json:
    """The body without its nulls. Raises a 400 that names everything that does not fit.

    ``root`` is what Google calls the body in its paths: "data" for the values methods, else "".
    """
    wrong: list[Violation] = []
    cleaned = _message(body, message, root, wrong)
    if wrong:
        raise bad_request(wrong)
    return cleaned if isinstance(cleaned, dict) else {}


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda m: "_" + m[1].lower(), name)


def _below(path: str, name: str) -> str:
    return f"{path}.{_snake(name)}" if path else _snake(name)


def _bad(path: str, kind: str, value: Any, wrong: list[Violation]) -> None:
    shown = json.dumps(value, ensure_ascii=False)
    wrong.append((path, f"Invalid value at '{path}' ({kind}), {shown}"))


_PLAIN: dict[str, tuple[type, ...]] = {
    "numberValue": (int, float),
    "stringValue": (str,),
    "boolValue": (bool,),
    "formulaValue": (str,),
}


def _plain_cell(value: Any) -> bool:
    """A cell that is one sound value, as nearly all are: seen without a walk."""
    inner = value.get("userEnteredValue") if type(value) is dict and len(value) == 1 else None
    if type(inner) is not dict or len(inner) != 1:
        return False
    ((name, one),) = inner.items()
    return type(one) in _PLAIN.get(name, ()) and one not in (math.inf, -math.inf)


def _message(value: Any, message: str, path: str, wrong: list[Violation]) -> Any:
    if message == "CellData" and _plain_cell(value):
        return value
    if not isinstance(value, dict):
        _bad(path, f"type.googleapis.com/google.apps.sheets.v4.{message}", value, wrong)
        return None
    known = properties(message)
    done: Json = {}
    for name, inner in value.items():
        if name not in known:
            where = f" at '{path}'" if path else ""
            text = (
                f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
            )
            wrong.append((path, text))
            continue
        if inner is None:
            continue
        field = known[name]
        if field.get("readOnly") and (message, name) not in _TAKEN:
            # [unverified]: Google may well ignore it; a client that sends it is mistaken.
            wrong.append((_below(path, name), f"'{_below(path, name)}' is an output-only field."))
            continue
        done[name] = _value(inner, field, _below(path, name), wrong)
    _one_of_each_union(done, message, path, wrong)
    return done


def _one_of_each_union(value: Json, message: str, path: str, wrong: list[Violation]) -> None:
    if message == "Request":
        union, members = "kind", tuple(value)
    elif message in UNIONS:
        union, members = UNIONS[message]
    else:
        return
    given = [name for name in members if name in value]
    for name in given[1:]:
        text = f"oneof field '{union}' is already set. Cannot set '{name}'"
        wrong.append((path, f"Invalid value at '{path}' (oneof), {text}"))


def _value(value: Any, field: Json, path: str, wrong: list[Violation]) -> Any:
    if "$ref" in field:
        return _message(value, field["$ref"], path, wrong)
    kind = field.get("type")
    if kind == "array":
        return _list(value, field["items"], path, wrong)
    if kind == "object":
        if not isinstance(value, dict):
            _bad(path, "type.googleapis.com/google.protobuf.Struct", value, wrong)
        return value
    return value if kind == "any" else _scalar(value, field, path, wrong)


def _list(value: Any, items: Json, path: str, wrong: list[Violation]) -> Any:
    if not isinstance(value, list):
        lists = items.get("type") == "array"
        kind = "type.googleapis.com/google.protobuf.ListValue" if lists else "repeated"
        _bad(path, kind, value, wrong)
        return None
    if items.get("type") == "array":
        # Rows of values: each a ListValue of anything.
        for at, row in enumerate(value):
            if not isinstance(row, list):
                kind = "type.googleapis.com/google.protobuf.ListValue"
                _bad(f"{path}[{at}]", kind, row, wrong)
        return value
    ref = items.get("$ref")
    if ref:
        return [
            {} if one is None else _message(one, ref, f"{path}[{at}]", wrong)
            for at, one in enumerate(value)
        ]
    return [_value(one, items, f"{path}[{at}]", wrong) for at, one in enumerate(value)]


def _scalar(value: Any, field: Json, path: str, wrong: list[Violation]) -> Any:
    kind, form = field["type"], field.get("format", "")
    if kind == "boolean":
        if not isinstance(value, bool):
            _bad(path, "TYPE_BOOL", value, wrong)
        return value
    if kind == "string" and form not in _NUMBERS:
        if not isinstance(value, str):
            _bad(path, "TYPE_STRING", value, wrong)
        elif "enum" in field and value not in field["enum"]:
            _bad(path, "type.googleapis.com/google.apps.sheets.v4", value, wrong)
        return value
    return _number(value, form, path, wrong)


def _number(value: Any, form: str, path: str, wrong: list[Violation]) -> Any:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
        if not math.isfinite(number):
            raise ValueError
        if form not in _NUMBERS:
            return value if isinstance(value, int | float) else number
        if number != int(number) or (form == "int32" and not -(2**31) <= number < 2**31):
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError):
        _bad(path, _NUMBERS.get(form, f"TYPE_{form.upper()}"), value, wrong)
        return value
