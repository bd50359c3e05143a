"""Field masks, in requests and for answers: parsed, checked against the schema, applied."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.errors import ApiError, Json, invalid
from tests.sheets_server.schema import document, properties

#: A mask as a tree; an empty tree is "everything below". "*" is expanded by the schema.
Mask = dict[str, Any]


class BadMask(ValueError):
    """``path`` is the first path that means nothing."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def parse(text: str) -> Mask:
    """``a(b,c/d),e.f`` -> ``{"a": {"b": {}, "c": {"d": {}}}, "e": {"f": {}}}``."""
    tree, rest = _list(text.replace(" ", ""))
    if rest:
        raise BadMask(text)
    return tree


def _list(text: str) -> tuple[Mask, str]:
    tree: Mask = {}
    while True:
        text = _path(tree, text)
        if not text.startswith(","):
            return tree, text
        text = text[1:]


def _path(tree: Mask, text: str) -> str:
    """Reads one path into the tree; the rest of the text. Whole beats part."""
    at, whole = tree, False
    while True:
        end = next((i for i, c in enumerate(text) if c in ",()./"), len(text))
        name, text = text[:end], text[end:]
        if not name:
            raise BadMask(text)
        whole = whole or (name in at and not at[name])
        at = at.setdefault(name, {})
        if text[:1] in (".", "/"):
            text = text[1:]
            continue
        if text[:1] == "(":
            inner, text = _list(text[1:])
            if text[:1] != ")":
                raise BadMask(text)
            if not whole:
                _merge(at, inner)
            return text[1:]
        at.clear()
        return text


def _merge(into: Mask, more: Mask) -> None:
    for name, below in more.items():
        if name in into and (not into[name] or not below):
            into[name] = {}
        else:
            _merge(into.setdefault(name, {}), below)


def check(tree: Mask, message: str, api: str = "sheets.v4", path: str = "") -> None:
    """Raises BadMask with the first path that the message has not."""
    if "*" in tree:
        return
    known = properties(message, api)
    for name, below in tree.items():
        where = f"{path}.{name}" if path else name
        if name not in known:
            raise BadMask(where)
        field = known[name]
        field = field.get("items", field)
        if below and "$ref" in field:
            check(below, field["$ref"], api, where)
        elif below and field.get("type") not in ("any", "object"):
            raise BadMask(where + "." + next(iter(below)))


def answer_mask(text: str | None, message: str, api: str = "sheets.v4") -> Mask:
    """The mask of ``?fields=``; {} when there is none. Raises a 400."""
    if not text:
        return {}
    try:
        tree = parse(text)
        check(tree, message, api)
    except BadMask as bad:
        what = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{bad}'."
        violation = {"field": bad.path, "description": what}
        kind = "type.googleapis.com/google.rpc.BadRequest"
        raise ApiError(
            400,
            "Request contains an invalid argument.",
            details=[{"@type": kind, "fieldViolations": [violation]}],
        ) from bad
    return {} if "*" in tree else tree


def request_mask(text: str, message: str) -> Mask:
    """The mask of an update. Raises a 400 for none, an unknown or a read-only field.

    [unverified]: the words for a read-only field.
    """
    if not text:
        raise invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    try:
        tree = parse(text)
        check(tree, message)
    except BadMask as bad:
        raise invalid(f"Invalid field: {bad.path}") from bad
    known = properties(message)
    if "*" in tree:
        return {name: {} for name, field in known.items() if not field.get("readOnly")}
    for name in tree:
        if known[name].get("readOnly") and name != "gridProperties":
            raise invalid(f"Invalid field: {name}")
    return tree


def wants(tree: Mask, *path: str) -> bool:
    """Is anything at or below the path asked for? An empty mask asks for all."""
    for name in path:
        if not tree or "*" in tree:
            return True
        if name not in tree:
            return False
        tree = tree[name]
    return True


def below(tree: Mask, *path: str) -> Mask:
    """The mask of what lies at a path."""
    for name in path:
        if not tree or "*" in tree:
            return {}
        tree = tree.get(name, {})
    return tree


def apply(tree: Mask, value: Any) -> Any:
    """Only what the mask names, in the order of the value; empty objects stay (recorded)."""
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [apply(tree, one) for one in value]
    if isinstance(value, dict):
        return {name: apply(tree[name], inner) for name, inner in value.items() if name in tree}
    return value


def updated(old: Json, new: Json, tree: Mask) -> Json:
    """``old`` with the masked fields taken from ``new``; what ``new`` lacks is taken away."""
    done = dict(old)
    for name, deeper in tree.items():
        if deeper and isinstance(new.get(name), dict):
            base = done.get(name)
            done[name] = updated(base if isinstance(base, dict) else {}, new[name], deeper)
        elif deeper and isinstance(done.get(name), dict):
            done[name] = updated(done[name], {}, deeper)
        elif name in new and not deeper:
            done[name] = new[name]
        else:
            done.pop(name, None)
        if done.get(name) == {}:
            del done[name]
    return done


def message_of(method: str, side: str) -> str:
    found: str = document("sheets.v4")["methods"][method][side]
    return found
