"""What a layout reads from a page's JSON, as a tree of keys: the saver keeps that and no more.

The platform file says it already, in its JMESPaths. Walking through their syntax trees gives every
place that a layout can look at, so the saver needs no list of its own that somebody could forget
to extend, and nothing that no layout reads (the signed-in reader, tokens) comes into a saved file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetsync.platform import Layout, Query, Subject, compiled

#: A JMESPath's syntax tree, as the library gives it: type, value, children.
Syntax = Mapping[str, Any]


@dataclass(eq=False)
class Place:
    """A place in the JSON. Lists are not levels: what is read from a list is read from each item.

    ``only``: the items read, as {key: texts}, when every reading asks for such a text there
    (key "" is the item itself, which has to contain the text). ``whose``: it names the account.
    """

    below: dict[str, Place] = field(default_factory=dict)
    only: dict[str, set[str]] = field(default_factory=dict)
    free: bool = False
    whose: bool = False

    def at(self, key: str) -> Place:
        return self.below.setdefault(key, Place())

    def text(self) -> str:
        """The places below, as the saver reads them: ``a(b,c(d))``, ``?key~text``, ``=``."""
        keys = [(_plain(key), place.text()) for key, place in self.below.items()]
        rules = [] if self.free else self.only.items()
        words = [key + (f"({below})" if below else "") for key, below in keys]
        words += ["?" + "~".join(map(_plain, [key, *sorted(texts)])) for key, texts in rules]
        return ",".join([*words, *(["="] if self.whose else [])])


#: What an expression may yield: places, and objects that it made out of places.
Made = dict[str, "Found"]
Found = list[Place | Made]


def read_by(layout: Layout, subject: Subject, root: Place) -> None:
    """Grow ``root`` by everything that ``layout`` and its subject's fields look at."""
    data: Found = [root]
    if layout.elements or layout.lists:
        data = [{**{name: [] for name in (*layout.elements, *layout.lists)}, "json": [root]}]
    for query in (layout.when, layout.exact, *(rule.when for rule in layout.rules)):
        _look(query, data)
    for name, query in layout.names.items():
        for named in _look(query, data):
            if isinstance(named, Place) and name == "handle":
                named.whose = True
    if not layout.required:
        return
    shape = _look(layout.shape, data) if layout.shape else data
    for read in _reads(subject.fields):
        _look(read, shape)
    if subject.posts:
        items = _look(subject.posts.each, shape)
        for read in _reads(subject.posts.fields):
            _look(read, items)


def _reads(fields: Mapping[str, Sequence[Any]]) -> Iterator[Query]:
    return (read.path for ways in fields.values() for read in ways)


def _look(query: Query | None, data: Found) -> Found:
    return _walk(compiled(query.text).parsed, data) if query else []


def _walk(node: Syntax, data: Found) -> Found:
    """What ``node`` yields when it is applied to ``data``; grows the places that it passes."""
    return _STEPS.get(node["type"], _each_apart)(node, data)


def _each_apart(node: Syntax, data: Found) -> Found:
    """Conditions and comparisons: all is looked at, nothing is yielded."""
    for child in node["children"]:
        if isinstance(child, dict):
            _walk(child, data)
    return []


def _through(node: Syntax, data: Found) -> Found:
    for child in node["children"]:
        data = _walk(child, data)
    return data


def _either(node: Syntax, data: Found) -> Found:
    return [found for child in node["children"] for found in _walk(child, data)]


def _field(node: Syntax, data: Found) -> Found:
    return _key(node["value"], data)


def _key(name: str, data: Found) -> Found:
    found: Found = []
    for each in data:
        found += [each.at(name)] if isinstance(each, Place) else each.get(name, [])
    return found


def _same(node: Syntax, data: Found) -> Found:
    return data


def _values(node: Syntax, data: Found) -> Found:
    left, right = node["children"]
    return _walk(right, _key("*", _walk(left, data)))


def _filtered(node: Syntax, data: Found) -> Found:
    left, right, condition = node["children"]
    items = _walk(left, data)
    only = _only(condition)
    for item in items:
        if isinstance(item, Place):
            item.free = item.free or not only
            for key, texts in only.items():
                item.only.setdefault(key, set()).update(texts)
    _walk(condition, items)
    return _walk(right, items)


def _only(node: Syntax) -> dict[str, set[str]]:
    """{key: texts} of which an item must have one to fulfil the condition; {} when unknown."""
    parts = [child for child in node["children"] if isinstance(child, dict)]
    if node["type"] == "comparator" and node["value"] == "eq" and parts[0]["type"] == "field":
        text = parts[1].get("value") if parts[1]["type"] == "literal" else None
        return {parts[0]["value"]: {text}} if isinstance(text, str) else {}
    if node["type"] == "function_expression" and node["value"] in ("starts_with", "ends_with"):
        if parts[0]["type"] == "current" and parts[1]["type"] == "literal":
            text = re.escape(parts[1]["value"])
            return {"": {"^" + text if node["value"] == "starts_with" else text + "$"}}
    if node["type"] == "and_expression":
        return _only(parts[0]) or _only(parts[1])
    if node["type"] == "or_expression":
        one, other = _only(parts[0]), _only(parts[1])
        if one and other:
            return {key: one.get(key, set()) | other.get(key, set()) for key in {**one, **other}}
    return {}


def _object(node: Syntax, data: Found) -> Found:
    return [{child["value"]: _through(child, data) for child in node["children"]}]


def _function(node: Syntax, data: Found) -> Found:
    if key := _key_asked_for(node):
        return _key(key, _either(node["children"][0], data))
    found = _either(node, data)
    return _key("*", found) if node["value"] in ("values", "keys") else found


def _key_asked_for(node: Syntax) -> str:
    """The key of ``contains(keys(@), 'key')``."""
    names, key = node["children"][:2] if len(node["children"]) == 2 else ({}, {})
    inner = names.get("type") == "function_expression" and names["value"] == "keys"
    return str(key["value"]) if inner and key.get("type") == "literal" else ""


def values_of(layout: Layout, subject: Subject) -> set[str]:
    """The layout's elements whose text matters; of the others only that they are there."""
    shape = [layout.shape, layout.exact, *layout.names.values()]
    shape += [] if layout.shape else _reads(subject.fields)
    asked = [layout.when, *(rule.when for rule in layout.rules)]
    found = {name for query in shape for name in _names(query, bare=True)}
    return found | {name for query in asked for name in _names(query, bare=False)}


def _names(query: Query | None, *, bare: bool) -> Iterator[str]:
    """The keys in an expression; not ``bare``: without those asked for as true or false."""
    return _keys(compiled(query.text).parsed, bare) if query else iter(())


def _keys(node: Syntax, bare: bool) -> Iterator[str]:
    if node["type"] == "field" and bare:
        yield node["value"]
    truth = node["type"] in ("and_expression", "or_expression", "not_expression")
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _keys(child, bare or not truth)


def _plain(text: str) -> str:
    """Without the letters that mean something to the saver; "{handle}" has none of them."""
    return re.sub(r"[%(),~]", lambda found: f"%{ord(found[0]):02X}", text)


_STEPS: Mapping[str, Callable[[Syntax, Found], Found]] = {
    "field": _field,
    "identity": _same,
    "current": _same,
    "index": _same,
    "slice": _same,
    "subexpression": _through,
    "index_expression": _through,
    "pipe": _through,
    "projection": _through,
    "flatten": _through,
    "expref": _through,
    "value_projection": _values,
    "filter_projection": _filtered,
    "or_expression": _either,
    "and_expression": _either,
    "multi_select_list": _either,
    "multi_select_dict": _object,
    "function_expression": _function,
}
