"""What a layout reads from a page's JSON, as a tree of keys: the saver keeps that and no more.

The platform file says it already, in its JMESPaths. A walk through their syntax trees gives every
place that a layout can look at, so the saver needs no list of its own that somebody could forget
to extend, and what no layout reads (the signed-in reader, tokens) comes into no saved file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sheetsync.platform import Layout, Query, Read, Subject, compiled

#: A JMESPath's syntax tree, as the library gives it: type, value, children.
Syntax = Mapping[str, Any]


@dataclass(eq=False)
class Place:
    """A place in the JSON. Lists are no level: what is read from a list is read from its items.

    ``only``: which items are read, as {key: texts}: those with such a text there (key "": those
    that fit the pattern themselves), unless ``free``: somebody reads them all. ``whose``: it names
    the account that the page is about.
    """

    below: dict[str, Place] = field(default_factory=dict)
    only: dict[str, set[str]] = field(default_factory=dict)
    free: bool = False
    whose: bool = False

    def at(self, key: str) -> Place:
        return self.below.setdefault(key, Place())

    def text(self) -> str:
        """The places below, as the saver takes them: ``a(b,c(d))``, ``?key~text``, ``=``."""
        keys = [(_plain(key), place.text()) for key, place in self.below.items()]
        rules = [] if self.free else self.only.items()
        words = [key + (f"({below})" if below else "") for key, below in keys]
        words += ["?" + _rule(key, *sorted(texts)) for key, texts in rules]
        return ",".join([*words, *(["="] if self.whose else [])])


def _plain(text: str) -> str:
    """Without the letters that mean something to the saver."""
    return re.sub(r"[%(),~]", lambda found: f"%{ord(found[0]):02X}", text)


def _rule(*texts: str) -> str:
    """The saver takes the rule apart at every ~ before it reads the texts as they were."""
    return "~".join(map(_plain, texts)).replace("%", "%25")


#: What an expression may yield: places, and objects that it made out of places.
Made = dict[str, "Found"]
Found = list[Place | Made]


def read_by(layout: Layout, subject: Subject, root: Place) -> None:
    """Grow ``root`` by everything that ``layout`` and its subject's fields look at."""
    data: Found = [root]
    if layout.elements or layout.lists:
        data = [{**{name: [] for name in (*layout.elements, *layout.lists)}, "json": [root]}]
    for query in (layout.when, layout.exact, *(rule.when for rule in layout.rules)):
        _use(query, data)
    for name, query in layout.names.items():
        for named in _places(_look(query, data)):
            named.whose = named.whose or name == "handle"
    if layout.required:
        shape = _look(layout.shape, data) if layout.shape else data
        for query in _paths(subject.fields):
            _use(query, shape)
        items = _look(subject.posts.each, shape) if subject.posts else []
        for query in _paths(subject.posts.fields) if subject.posts else ():
            _use(query, items)


def values_of(layout: Layout, subject: Subject) -> set[str]:
    """The layout's elements whose text matters; of the others only that they are there."""
    shape = [layout.shape, layout.exact, *layout.names.values()]
    shape += [] if layout.shape else _paths(subject.fields)
    asked = [layout.when, *(rule.when for rule in layout.rules)]
    found = {name for query in shape for name in _names(query, truth=False)}
    return found | {name for query in asked for name in _names(query, truth=True)}


def _paths(fields: Mapping[str, Sequence[Read]]) -> Iterator[Query]:
    return (read.path for ways in fields.values() for read in ways)


def _names(query: Query | None, *, truth: bool) -> Iterator[str]:
    return _keys(compiled(query.text).parsed, truth) if query else iter(())


def _keys(node: Syntax, truth: bool) -> Iterator[str]:
    """The keys in an expression; with ``truth`` without those that are only true or false."""
    if node["type"] == "field" and not truth:
        yield node["value"]
    logic = node["type"] in ("and_expression", "or_expression", "not_expression")
    for child in _parts(node):
        yield from _keys(child, truth and logic)


def _use(query: Query | None, data: Found) -> None:
    """What a field or a condition gets in the end, it reads whatever it says."""
    _freed(_look(query, data))


def _look(query: Query | None, data: Found) -> Found:
    return _walk(compiled(query.text).parsed, data) if query else []


def _walk(node: Syntax, data: Found) -> Found:
    """What ``node`` yields when it is applied to ``data``; grows the places that it passes."""
    return _STEPS.get(node["type"], _condition)(node, data)


def _parts(node: Syntax) -> list[Syntax]:
    return [child for child in node["children"] if isinstance(child, dict)]


def _places(found: Found) -> list[Place]:
    return [each for each in found if isinstance(each, Place)]


def _freed(found: Found) -> Found:
    for place in _places(found):
        place.free = True
    return found


def _condition(node: Syntax, data: Found) -> Found:
    for child in _parts(node):
        _freed(_walk(child, data))
    return []


def _same(node: Syntax, data: Found) -> Found:
    return data


def _items(node: Syntax, data: Found) -> Found:
    return _freed(data)


def _through(node: Syntax, data: Found) -> Found:
    for child in _parts(node):
        data = _walk(child, data)
    return data


def _flattened(node: Syntax, data: Found) -> Found:
    return _freed(_through(node, data))


def _each(node: Syntax, data: Found) -> Found:
    left, right = _parts(node)
    return _walk(right, _freed(_walk(left, data)))


def _either(node: Syntax, data: Found) -> Found:
    return [found for child in _parts(node) for found in _walk(child, data)]


def _field(node: Syntax, data: Found) -> Found:
    return _key(node["value"], data)


def _key(name: str, data: Found) -> Found:
    found: Found = []
    for each in data:
        found += [each.at(name)] if isinstance(each, Place) else each.get(name, [])
    return found


def _values(node: Syntax, data: Found) -> Found:
    left, right = _parts(node)
    return _walk(right, _key("*", _walk(left, data)))


def _filtered(node: Syntax, data: Found) -> Found:
    left, right, condition = _parts(node)
    only = _only(condition)
    found: Found = []
    for item in _walk(left, data):
        if isinstance(item, Place) and only:
            for key, texts in only.items():
                item.only.setdefault(key, set()).update(texts)
            item = replace(item)  # noqa: PLW2901 the same places below; who reads it is filtered
        found.append(item)
    _walk(condition, found)
    return _walk(right, found if only else _freed(found))


def _only(node: Syntax) -> dict[str, set[str]]:
    """{key: texts} of which an item must have one to fulfil the condition; {} when unknown."""
    parts = _parts(node)
    if node["type"] == "comparator" and node["value"] == "eq":
        name, text = parts[0], parts[1].get("value")
        known = name["type"] == "field" and parts[1]["type"] == "literal" and isinstance(text, str)
        return {name["value"]: {text}} if known and text else {}
    if node["type"] == "function_expression" and node["value"] in ("starts_with", "ends_with"):
        itself, text = parts[0]["type"] == "current", str(parts[1].get("value", ""))
        pattern = "^" + re.escape(text) if node["value"] == "starts_with" else re.escape(text) + "$"
        return {"": {pattern}} if itself and parts[1]["type"] == "literal" else {}
    if node["type"] == "and_expression":
        return _only(parts[0]) or _only(parts[1])
    if node["type"] == "or_expression":
        one, other = _only(parts[0]), _only(parts[1])
        both = {key: one.get(key, set()) | other.get(key, set()) for key in {**one, **other}}
        return both if one and other else {}
    return {}


def _object(node: Syntax, data: Found) -> Found:
    return [{child["value"]: _through(child, data) for child in _parts(node)}]


def _function(node: Syntax, data: Found) -> Found:
    parts = _parts(node)
    if node["value"] == "contains" and parts[0].get("value") == "keys":
        return _key(str(parts[1].get("value")), _either(parts[0], data))
    given = [found for part in parts if part["type"] != "expref" for found in _walk(part, data)]
    by = [found for part in parts if part["type"] == "expref" for found in _through(part, given)]
    below = _key("*", _freed(given)) if node["value"] in ("values", "keys") else given
    return {"keys": [], "map": by}.get(node["value"], below)


_STEPS: Mapping[str, Callable[[Syntax, Found], Found]] = {
    "field": _field,
    "identity": _same,
    "current": _same,
    "index": _items,
    "slice": _items,
    "subexpression": _through,
    "index_expression": _through,
    "pipe": _through,
    "flatten": _flattened,
    "projection": _each,
    "value_projection": _values,
    "filter_projection": _filtered,
    "or_expression": _either,
    "and_expression": _either,
    "multi_select_list": _either,
    "multi_select_dict": _object,
    "function_expression": _function,
}
