"""A TOML table that is checked while it is read: types, selectors, patterns, unknown keys.

Every mistake is a :class:`PlatformFileError` that names the file and the dotted key.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from sheetsync.errors import PlatformFileError
from sheetsync.model import Outcome
from sheetsync.platform import Query, compiled

T = TypeVar("T")
#: JMESPath reads ``!a.b`` as ``(!a).b``, which finds nothing, ever.
NOT_OF_A_PART = re.compile(r'!\s*(?:[A-Za-z_]\w*|"[^"]*")\.')


class Table:
    """A TOML table of which every key must be asked for: what is left over is a mistake."""

    def __init__(self, data: Any, path: str, key: str = "") -> None:
        self.path, self.key = path, key
        if not isinstance(data, dict):
            raise self.wrong("", "must be a table")
        self.data: dict[str, Any] = dict(data)

    def wrong(self, key: str, problem: str) -> PlatformFileError:
        return PlatformFileError(self.path, self.at(key) or "(file)", problem)

    def at(self, key: str) -> str:
        return ".".join(part for part in (self.key, key) if part)

    def take(self, key: str, type_: type[T], default: T | None = None) -> T:
        """Take a value of just this type (a bool is no int); without a default it must be there."""
        if key not in self.data:
            if default is None:
                raise self.wrong(key, "is missing")
            return default
        value = self.data.pop(key)
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            raise self.wrong(key, f"must be {KINDS[type_]}")
        return value

    def maybe(self, key: str, read: Callable[[str, str], T]) -> T | None:
        """Read an optional text with one of the readers below."""
        return read(self.take(key, str), key) if key in self.data else None

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "must be a list of texts")
        return tuple(values)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> Any:
        value = self.take(key, str, default)
        if value not in choices:
            raise self.wrong(key, f"“{value}” is none of: {', '.join(choices)}")
        return value

    def table(self, key: str) -> Table:
        return Table(self.take(key, dict, {}), self.path, self.at(key))

    def tables(self, key: str) -> list[Table]:
        rows = self.take(key, list, [])
        return [Table(row, self.path, self.at(f"{key}[{n}]")) for n, row in enumerate(rows)]

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not be silently without effect."""
        for key in self.data:
            raise self.wrong(key, "is not a key that sheetsync knows")

    def query(self, text: str, key: str) -> Query:
        needs = tuple(name for name in ("handle", "id") if f"{{{name}}}" in text)
        sample = text.replace("{handle}", "x").replace("{id}", "x")
        try:
            with warnings.catch_warnings(action="error"):  # e.g. `text` where 'text' is meant
                compiled(sample)
        except (JMESPathError, PendingDeprecationWarning) as error:
            raise self.wrong(key, f"not a JMESPath: {str(error).splitlines()[0]}") from error
        if problem := _unknown_function(compiled(sample).parsed):
            raise self.wrong(key, problem)
        if found := NOT_OF_A_PART.search(text):
            raise self.wrong(key, f"“{found[0]}…” is never true: write !(a.b), not !a.b")
        return Query(text, needs)

    def pattern(self, text: str, key: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except re.error as error:
            raise self.wrong(key, f"not a pattern: {error}") from error

    def group(self, text: str, key: str) -> re.Pattern[str]:
        """A pattern for printed text: anchored, with one group that every match fills.

        Or with the two groups ``handle`` and ``host``: then it gives ``handle@host``.
        """
        found = self.pattern(text, key)
        one = found.groups == 1 or set(found.groupindex) == {"handle", "host"}
        if not text.startswith("^") or not one:
            raise self.wrong(key, "must begin with ^ and have exactly one (group)")
        return found

    def xpath(self, text: str, key: str) -> str:
        try:
            etree.XPath(text)(etree.Element("html"))
        except (etree.XPathError, ValueError) as error:
            raise self.wrong(key, f"not an XPath: {error}") from error
        return text

    def address(self, key: str) -> str:
        """An https address whose {names} are all known."""
        text = self.take(key, str)
        unknown = set(re.findall(r"\{([^{}]*)\}", text)) - {"handle", "id", "user", "host"}
        if unknown or not text.startswith("https://"):
            raise self.wrong(
                key, "must begin with https:// and name only {handle}, {id}, {user}, {host}"
            )
        return text

    def host_names(self, key: str) -> tuple[str, ...]:
        hosts = self.texts(key)
        if not hosts or not all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in hosts):
            raise self.wrong(key, 'must name the site\'s hosts, e.g. ["example.social"]')
        return hosts

    def css(self, text: str, key: str) -> str:
        try:
            return str(HTMLTranslator().css_to_xpath(text))
        except SelectorError as error:
            raise self.wrong(key, f"not a CSS selector: {error}") from error

    def outcome(self, key: str = "is") -> Outcome:
        return Outcome(self.choice(key, [outcome.value for outcome in Outcome]))


KINDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "a table",
}


def _unknown_function(node: Any) -> str:
    """What is wrong with the first function that JMESPath would only refuse when it is met."""
    if node["type"] == "function_expression":
        known = Functions.FUNCTION_TABLE.get(node["value"])
        if known is None:
            return f"JMESPath has no function {node['value']}()"
        wanted, given = known["signature"], len(node["children"])
        variadic = bool(wanted) and wanted[-1].get("variadic")
        if given != len(wanted) and not (variadic and given >= len(wanted)):
            return f"{node['value']}() takes {len(wanted)} arguments, not {given}"
    found = (_unknown_function(child) for child in node["children"] if isinstance(child, dict))
    return next((problem for problem in found if problem), "")
