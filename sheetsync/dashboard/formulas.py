"""Formulas of the dashboard: written once with names, compiled to A1 for each destination. Pure.

Neutral form: ``[@followers]`` is the cell of that column in the same row, ``profiles[followers]``
the whole column, ``guide[old_after]`` a setting, ``dashboard[group]`` a pick or a named area of a
board; in boards also plain A1 of the same tab. Arguments are parted by commas. There are no decimal
and no array literals, because their signs depend on a spreadsheet's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sheetsync.dashboard import Area, Board, Dashboard, Guide, Tab

#: Functions that Google, Excel 2019, LibreOffice 7.4 and IronCalc compute alike (measured).
PORTABLE = frozenset(
    {
        *("ABS", "AND", "AVERAGE", "CONCATENATE", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "IF"),
        *("IFERROR", "INDEX", "INT", "ISBLANK", "ISNUMBER", "ISTEXT", "LARGE", "LEFT", "LEN"),
        *("MATCH", "MAX", "MEDIAN", "MIN", "MOD", "N", "NOT", "NOW", "OR"),
        *("RANK", "ROUND", "ROW", "SMALL", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "SWITCH"),
        *("TODAY", "TRIM"),
    }
)
#: What only one destination has, each with a twin on the other side (here: native sparklines).
GOOGLE_ONLY = frozenset({"SPARKLINE"})

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
      | \[@(?P<here>[\w~]+)\]
      | (?P<tab>[a-z_]+)\[(?P<name>[\w~]+)\]
      | (?P<function>[A-Z][A-Z0-9.]*)(?=\()
      | (?P<a1>\$?[A-Z]{1,3}\$?[1-9][0-9]*)(?![\w(])
      | (?P<number>[0-9]+(?!\.[0-9]))
      | (?P<comma>,)
      | (?P<other><>|<=|>=|[-+*/^&=<>():\s])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one destination writes a formula; ``prefixes`` are of functions newer than its format."""

    separator: str
    prefixes: Mapping[str, str] = field(default_factory=dict)


WORKBOOK = Dialect(",", {"SWITCH": "_xlfn."})
GOOGLE = Dialect(";")


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are in one destination, by (tab key, name): the tab's title and an Area."""

    areas: Mapping[tuple[str, str], tuple[str, Area]]

    def at(self, tab: str, name: str) -> tuple[str, Area]:
        """Raises ValueError for what is not there."""
        if (tab, name) not in self.areas:
            raise ValueError(f"there is no {tab}[{name}]")
        return self.areas[tab, name]


def compile_formula(
    source: str, places: Places, dialect: Dialect, *, tab: str = "", row: int = 0
) -> str:
    """Return ``source`` with "=" and A1 references, for the cell in ``row`` of ``tab``.

    Raises ValueError for an unknown function, reference or sign.
    """
    return "=" + "".join(_written(parts, places, dialect, tab, row) for parts in _parsed(source))


def _written(
    token: tuple[str, str, str], places: Places, dialect: Dialect, tab: str, row: int
) -> str:
    kind, text, name = token
    match kind:
        case "here":
            _, area = places.at(tab, text)
            return f"{letters(area.first_at)}{row}"
        case "tab":
            return absolute(*places.at(text, name))
        case "function":
            return dialect.prefixes.get(text, "") + text
        case "comma":
            return dialect.separator
    return text


@lru_cache(maxsize=1024)
def _parsed(source: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_tokens(source))


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise ValueError(f"{source[at : at + 12]!r} is not understood in {source!r}")
        kind = str(match.lastgroup)
        if kind == "function" and match[kind] not in PORTABLE | GOOGLE_ONLY:
            raise ValueError(f"{match[kind]} is not a portable function")
        if kind == "name":
            yield "tab", match["tab"], match["name"]
        elif not match[0].isspace():
            yield kind, match[kind], ""
        at = match.end()


def absolute(title: str, area: Area) -> str:
    """``'Profiles'!$F$2:$F$600``; one cell without a colon."""
    quoted = title.replace("'", "''")
    first = f"${letters(area.first_at)}${area.first_row}"
    last = f"${letters(area.last_at)}${area.last_row}"
    return f"'{quoted}'!{first}" + ("" if first == last else f":{last}")


def letters(position: int) -> str:
    """1 -> A, 27 -> AA."""
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def check(dashboard: Dashboard) -> None:
    """Raises ValueError that names the cell when a formula of the dashboard is not sound."""
    places = _described(dashboard)
    for where, tab, source in _all_formulas(dashboard):
        try:
            compile_formula(source, places, GOOGLE, tab=tab, row=2)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error


def _all_formulas(dashboard: Dashboard) -> Iterator[tuple[str, str, str]]:
    """(where, tab key, source)"""
    for table in dashboard.tables:
        for column in table.columns:
            if column.formula:
                yield f"{table.key}[{column.key}]", table.key, column.formula
    for board in dashboard.boards:
        for cell in board.cells:
            if cell.live:
                yield f"{board.key}!{letters(cell.at)}{cell.row}", board.key, str(cell.content)


def _described(dashboard: Dashboard) -> Places:
    """The places in a dashboard that nobody has touched."""
    return places_of(dashboard, lambda tab: (tab.title, 1, 1000, {}), {})


#: Of a table: its title, header row, last row that formulas look at, and its columns' positions.
Found = Callable[[Tab], tuple[str, int, int, Mapping[str, int]]]


def places_of(
    dashboard: Dashboard,
    found: Found,
    settings: Mapping[str, tuple[str, int, int]],
    titles: Mapping[str, str] | None = None,
) -> Places:
    """The places in a destination; ``settings`` are (title, row, position) of the guide's cells
    where they were found, ``titles`` those of boards and guide that the team renamed."""
    titles = titles or {}
    areas: dict[tuple[str, str], tuple[str, Area]] = {}
    for tab in dashboard.tabs:
        title = titles.get(tab.key, tab.title)
        match tab:
            case Tab():
                areas |= _columns(tab, *found(tab))
            case Board():
                picks = {n: Area(c.row, c.at, c.row, c.at) for n, c in tab.picks.items()}
                named = {**tab.names, **picks}
                areas |= {(tab.key, name): (title, area) for name, area in named.items()}
            case Guide():
                for name, (where, row, at) in {**_settings(tab, title), **settings}.items():
                    areas[tab.key, name] = (where, Area(row, at, row, at))
    return Places(areas)


def _columns(
    tab: Tab, title: str, header_row: int, last_row: int, at: Mapping[str, int]
) -> dict[tuple[str, str], tuple[str, Area]]:
    usual = {column.key: number for number, column in enumerate(tab.columns, 1)}
    return {
        (tab.key, key): (title, Area(header_row + 1, position, last_row, position))
        for key, position in {**usual, **at}.items()
    }


def _settings(guide: Guide, title: str) -> dict[str, tuple[str, int, int]]:
    found = {}
    for row, line in enumerate(guide.lines, 1):
        if line.setting:
            found[line.setting] = (title, row, 2)
        if line.also:
            found[line.also[0]] = (title, row, 3)
    return found
