"""From an address to a method, and from a method to its work."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.sheets_server import (
    batch,
    masks,
    metadata,
    read,
    requests_cells,
    requests_charts,
    requests_dimensions,
    requests_objects,
    requests_sheets,
    requests_sort,
    values,
)
from tests.sheets_server.call import Call
from tests.sheets_server.context import Context
from tests.sheets_server.errors import ApiError, Json, bad_request
from tests.sheets_server.schema import document

#: The rooms that hold handlers of requests: importing them registers these.
HOLD_HANDLERS = (
    metadata,
    requests_cells,
    requests_charts,
    requests_dimensions,
    requests_objects,
    requests_sheets,
    requests_sort,
)
_BOOK = r"/v4/spreadsheets/([^/:]+)"
_FILE = r"/drive/v3/files/([^/]+)"
#: verb, pattern of the raw path, method.
_ROUTES = [
    ("GET", _BOOK, "sheets.spreadsheets.get"),
    ("POST", "/v4/spreadsheets", "sheets.spreadsheets.create"),
    ("POST", _BOOK + ":batchUpdate", "sheets.spreadsheets.batchUpdate"),
    ("POST", _BOOK + ":getByDataFilter", "sheets.spreadsheets.getByDataFilter"),
    ("GET", _BOOK + "/developerMetadata/([^/:]+)", "sheets.spreadsheets.developerMetadata.get"),
    (
        "POST",
        _BOOK + "/developerMetadata:search",
        "sheets.spreadsheets.developerMetadata.search",
    ),
    ("GET", _BOOK + "/values:batchGet", "sheets.spreadsheets.values.batchGet"),
    ("POST", _BOOK + "/values:batchUpdate", "sheets.spreadsheets.values.batchUpdate"),
    ("POST", _BOOK + "/values:batchClear", "sheets.spreadsheets.values.batchClear"),
    *(
        ("POST", f"{_BOOK}/values:{name}", f"sheets.spreadsheets.values.{name}")
        for name in (
            "batchGetByDataFilter",
            "batchUpdateByDataFilter",
            "batchClearByDataFilter",
        )
    ),
    ("POST", _BOOK + "/values/(.+):append", "sheets.spreadsheets.values.append"),
    ("POST", _BOOK + "/values/(.+):clear", "sheets.spreadsheets.values.clear"),
    ("PUT", _BOOK + "/values/(.+)", "sheets.spreadsheets.values.update"),
    ("GET", _BOOK + "/values/(.+)", "sheets.spreadsheets.values.get"),
    ("POST", "/drive/v3/files", "drive.files.create"),
    ("GET", "/drive/v3/files", "drive.files.list"),
    ("POST", _FILE + "/copy", "drive.files.copy"),
    ("GET", _FILE + "/export", "drive.files.export"),
    ("GET", _FILE + "/comments", "drive.comments.list"),
    ("GET", _FILE, "drive.files.get"),
    ("DELETE", _FILE, "drive.files.delete"),
]


@dataclass(frozen=True)
class Route:
    """``parts``: what the path names, decoded: the spreadsheet's or file's id, then a range."""

    method: str
    parts: tuple[str, ...]


def find(call: Call) -> Route | None:
    for verb, pattern, method in _ROUTES:
        match = re.fullmatch(pattern, call.path) if verb == call.verb else None
        if match:
            return Route(method, tuple(unquote(part) for part in match.groups()))
    return None


_WORK: dict[str, Callable[[Context, Json, tuple[str, ...]], Json]] = {
    "get": lambda ctx, body, parts: read.get(ctx),
    "getByDataFilter": lambda ctx, body, parts: read.by_data_filter(ctx, body),
    "batchUpdate": lambda ctx, body, parts: batch.apply(ctx, body),
    "developerMetadata.get": lambda ctx, body, parts: metadata.get(ctx, parts[1]),
    "developerMetadata.search": lambda ctx, body, parts: metadata.search(ctx, body),
    "values.get": lambda ctx, body, parts: values.get(ctx, parts[1]),
    "values.update": lambda ctx, body, parts: values.update(ctx, parts[1], body),
    "values.append": lambda ctx, body, parts: values.append(ctx, parts[1], body),
    "values.clear": lambda ctx, body, parts: values.clear(ctx, parts[1]),
    "values.batchGet": lambda ctx, body, parts: values.batch_get(ctx),
    "values.batchUpdate": lambda ctx, body, parts: values.batch_update(ctx, body),
    "values.batchClear": lambda ctx, body, parts: values.batch_clear(ctx, body),
    "values.batchGetByDataFilter": lambda ctx, body, parts: values.batch_get_by_data_filter(
        ctx, body
    ),
    "values.batchUpdateByDataFilter": lambda ctx, body, parts: values.batch_update_by_data_filter(
        ctx, body
    ),
    "values.batchClearByDataFilter": lambda ctx, body, parts: values.batch_clear_by_data_filter(
        ctx, body
    ),
}
#: Methods that apply the field mask of the answer themselves.
_MASKED = ("get", "getByDataFilter", "batchUpdate")


def work(route: Route, ctx: Context, body: Json) -> Json:
    name = route.method.removeprefix("sheets.spreadsheets.")
    answer = _WORK[name](ctx, body, route.parts)
    if name in _MASKED or not ctx.one("fields"):
        return answer
    mask = masks.answer_mask(ctx.one("fields"), masks.message_of(route.method, "response"))
    found: Json = masks.apply(mask, answer)
    return found


def whole(ctx: Context) -> Json:
    return read.get(ctx)


def body_of(call: Call) -> Json:
    """Raises a 400 for a body that is no JSON."""
    if not call.body:
        return {}
    try:
        found: Json = json.loads(call.body, parse_constant=_no_number)
    except ValueError as error:
        raise ApiError(400, "Invalid JSON payload received. Parsing terminated.") from error
    return found


def _no_number(name: str) -> float:
    """NaN and Infinity are no JSON, whatever Python thinks."""
    raise ValueError(name)


def check_query(query: Mapping[str, list[str]], method: Json) -> None:
    """Raises a 400 for a parameter that the method has not, or a value outside its list."""
    wrong = []
    known = method["parameters"] | document()["parameters"]
    for name, given in query.items():
        if name not in known:
            text = (
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                f"parameter. Field '{name}' could not be found in request message."
            )
            wrong.append(("", text))
            continue
        allowed = known[name].get("enum")
        if known[name].get("type") == "boolean":
            allowed = ["true", "false", "True", "False"]
        for value in given:
            if allowed and value not in allowed:
                snake = re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name)
                text = f"Invalid value at '{snake}' (type.googleapis.com/…), \"{value}\""
                wrong.append((snake, text))
    if wrong:
        raise bad_request(wrong)
