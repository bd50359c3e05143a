"""What the tab Imports asks for, from a State: every formula with its cells filled in. Pure.

Also which formulas of the team's own tabs belong there (``sync --adopt``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from sheetsync.dashboard import Formula as HeldFormula
from sheetsync.dashboard import Value, words
from sheetsync.dashboard.imports import IMPORTS
from sheetsync.errors import ConfigError
from sheetsync.importxml import Formula, Import, NoValue, Reason, parse_formula, to_import
from sheetsync.model import Outcome, Post, Profile
from sheetsync.plan import Place, Row, State
from sheetsync.plan.listed import FIELDS, ImportKey, Listed, listed_rows, names_in
from sheetsync.platform import Platform, find_watched

#: What “Stands in” says of a formula that is not in its cell any more.
GONE = " (not there any more)"
#: More formulas than this in one spreadsheet are not the work of a person.
MOST = 1000

_IN_BRACES = re.compile(r"\{([A-Za-z_ ]{1,30})\}")
_FAMILY = re.compile(r"\bIMPORT(?:XML|HTML|DATA|FEED)\s*\(", re.IGNORECASE)
#: As a download from Google keeps what Excel does not know, and as Excel keeps that.
_GOOGLES = re.compile(r'=\s*IFERROR\(__xludf\.DUMMYFUNCTION\("((?:[^"]|"")*)"\)', re.IGNORECASE)
_UNKNOWN = re.compile(r"_xl(?:fn|udf)\.", re.IGNORECASE)
_CELL = re.compile(
    r"(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!)?"
    r"\$?(?P<letters>[A-Za-z]{1,3})\$?(?P<row>[0-9]{1,7})"
)
_ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#VALUE!", "#ERROR!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"),
        "Loading...",  # what Google shows, for hours at times, of an import that it works on
    }
)
_TYPED = re.compile(r"(?P<name>[^=(\"]*?)[\s:]*(?P<formula>=?\s*IMPORT[A-Z]+\s*\(.*)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Ask:
    """One import that is to be worked out: ``calls`` are what to fetch and read, by profile key
    for a formula with ``{handle}`` (``each``), else under "". Where there is no call, why."""

    formula: str
    cell: str
    calls: Mapping[str, Import | NoValue]
    each: bool = False


def typed_import(text: str) -> Listed:
    """What ``--import`` says: a formula, with a name before it or not: ``Price =IMPORTXML(…)``.

    Raises NoValue for a formula that can be none, ConfigError for what is none at all.
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ConfigError(
            f"--import {text[:60]}: this is no IMPORT formula.",
            hint='write e.g. --import \'Price =IMPORTXML("https://example.com/"; "//h1")\'',
        )
    formula = "=" + found["formula"].strip().removeprefix("=").strip()
    parse_formula(formula)
    return Listed(formula, " ".join(found["name"].split()))


def asks_of(
    state: State,
    wanted: Iterable[ImportKey],
    platforms: Sequence[Platform],
    named: Sequence[Profile | Post] = (),
) -> list[Ask]:
    """The imports with these formulas and cells, each once; ``named`` will be listed too."""
    keys = list(dict.fromkeys(wanted))
    parsed = {key: _parsed(key[0]) for key in keys}
    cells = _Cells(state, [(home_of(state, key[1]), parsed[key]) for key in keys])
    people = _people(state, platforms, named) if any(names_in(key[0]) for key in keys) else {}
    asks = [_ask(key, parsed[key], cells.of(home_of(state, key[1])), people) for key in keys]
    return [_respected(ask, state, platforms) for ask in asks]


def _respected(ask: Ask, state: State, platforms: Sequence[Platform]) -> Ask:
    """Nobody who was forgotten is asked for this way either."""

    def call(made: Import | NoValue) -> Import | NoValue:
        if isinstance(made, NoValue) or not state.forgotten.marks:
            return made
        target = find_watched(made.url, platforms)
        if target is None or not state.forgotten.about(target):
            return made
        return NoValue(Reason.REFUSED, words.WHY[Outcome.FORGOTTEN], hint="")

    return replace(ask, calls={key: call(made) for key, made in ask.calls.items()})


def all_keys(state: State) -> list[ImportKey]:
    return [(formula, row.text("cell")) for row, formula in listed_rows(state)]


def _ask(
    key: ImportKey,
    parsed: Formula | NoValue,
    cell: Callable[[str], object],
    people: Mapping[str, Mapping[str, str]],
) -> Ask:
    formula, where = key
    names = names_in(formula)
    if isinstance(parsed, Formula) and (unknown := _unknown(parsed)):
        return Ask(formula, where, {"": unknown})
    if not names or isinstance(parsed, NoValue):
        return Ask(formula, where, {"": _call(parsed, cell)})
    calls = {}
    for profile, values in people.items():
        lacks = next((name for name in names if not values.get(name)), None)
        if lacks is None:
            calls[profile] = _call(_filled(parsed, values), cell)
        else:
            message = f"This profile has no {lacks} yet."
            calls[profile] = NoValue(Reason.EMPTY, message, hint="")
    return Ask(formula, where, calls, each=True)


def _parsed(formula: str) -> Formula | NoValue:
    try:
        return parse_formula(plain_formula(formula))
    except NoValue as failure:
        return failure


def _call(parsed: Formula | NoValue, cell: Callable[[str], object]) -> Import | NoValue:
    try:
        return parsed if isinstance(parsed, NoValue) else to_import(parsed, cell)
    except NoValue as failure:
        return failure


# --- {handle} -------------------------------------------------------------------------------


def _unknown(formula: Formula) -> NoValue | None:
    """For braces in an address that name no column of Profiles: no address has any of its own."""
    texts = [part for part in (formula.arguments or ((),))[0] if isinstance(part, str)]
    named = [name for text in texts for name in _IN_BRACES.findall(text)]
    strange = next((name for name in named if name not in FIELDS), None)
    if strange is None:
        return None
    return NoValue(
        Reason.ARGUMENT,
        f"{{{strange}}} is nothing that a formula can have of a profile.",
        hint=f"There is: {', '.join(f'{{{name}}}' for name in sorted(FIELDS))}.",
    )


def _people(
    state: State, platforms: Sequence[Platform], named: Sequence[Profile | Post]
) -> dict[str, dict[str, str]]:
    """By profile key what may stand in braces."""
    held = state.tabs.get("profiles")
    rows = [row for row in (held.rows if held else ()) if row.text("address")]
    listed = [(find_watched(row.text("address"), platforms), row) for row in rows]
    found: dict[str, dict[str, str]] = {}
    for target, row in [*listed, *((target, Row(0, {})) for target in named)]:
        if target is None or state.forgotten.about(target):
            continue
        if target.kind == "profile":
            texts = {name: row.text(name) for name in ("name", "group", "account_id")}
            found.setdefault(target.key, {**texts, **_told(target)})
    return found


def _told(target: Profile | Post) -> dict[str, str]:
    return {"handle": target.handle, "platform": target.platform, "address": target.url}


def _filled(formula: Formula, values: Mapping[str, str]) -> Formula:
    """In the texts of the formula, so that no name can end a text and begin something else."""
    arguments = tuple(
        tuple(_text(p, values, url=not n) if isinstance(p, str) else p for p in argument)
        for n, argument in enumerate(formula.arguments)
    )
    return replace(formula, arguments=arguments)


def _text(part: str, values: Mapping[str, str], *, url: bool) -> str:
    def value(found: re.Match[str]) -> str:
        text = values.get(found[1])
        if text is None:
            return found[0]
        whole = not url or (found[1] == "address" and found.start() == 0)
        return text if whole else quote(text, safe="@._~-")

    return re.sub(r"\{([a-z_]+)\}", value, part)


# --- cells ----------------------------------------------------------------------------------


def home_of(state: State, cell: str) -> str:
    """The tab that a formula's A2 is in: its own cell's, else Imports."""
    place = place_of(cell.removesuffix(GONE), "")
    if place is not None and place.tab:
        return place.tab
    held = state.tabs.get(IMPORTS.key)
    return held.title if held else IMPORTS.title


def place_of(name: str, home: str) -> Place | None:
    """``$B$4``, ``Sheet1!B4``, ``'My tab'!B4``; None for what names no cell."""
    found = _CELL.fullmatch(name.strip())
    if found is None:
        return None
    at = 0
    for letter in found["letters"].upper():
        at = at * 26 + ord(letter) - 64
    tab = (found["quoted"] or "").replace("''", "'") or found["plain"] or home
    return Place(tab, int(found["row"]), at)


class _Cells:
    """What stands in the cells that formulas refer to, read in one go."""

    def __init__(self, state: State, used: Iterable[tuple[str, Formula | NoValue]]) -> None:
        places = {
            place
            for home, formula in used
            if isinstance(formula, Formula)
            for name in formula.references
            if (place := place_of(name, home)) is not None
        }
        self._titles = {title.casefold() for title in state.titles}
        self._held = state.cells(places) if places else {}

    def of(self, home: str) -> Callable[[str], object]:
        def cell(name: str) -> object:
            place = place_of(name, home)
            if place is None:
                raise _reference(f"{name} is no cell", "Write a cell such as B4 or Sheet1!B4.")
            if place.tab.casefold() not in self._titles:
                raise _reference(f"There is no tab {place.tab}", "Was it renamed?")
            return _plain(self._held.get(place), place)

        return cell


def _plain(value: Value, place: Place) -> object:
    found = value.value if isinstance(value, HeldFormula) else value
    if isinstance(value, HeldFormula) and found is None:
        raise _reference(
            f"{place.a1} has a formula that no program has worked out yet",
            "Open the file in a spreadsheet program and save it.",
        )
    if isinstance(found, str) and found in _ERRORS:
        raise _reference(f"{place.a1} shows {found}", "Put that cell right first.")
    return found


def _reference(message: str, hint: str) -> NoValue:
    return NoValue(Reason.REFERENCE, f"{message}, which the formula refers to.", hint=hint)


# --- formulas of the team's -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Adopted:
    """What ``--adopt`` found: rows to add, and by import what “Stands in” is to say now."""

    added: tuple[Listed, ...] = ()
    cells: Mapping[ImportKey, str] = field(default_factory=dict)
    found: int = 0


def adopted(state: State) -> Adopted:
    """Compares the formulas in the team's own cells with what Imports lists.

    A formula that was moved is found again within its tab; one that is not there any more stays
    listed.
    """
    found = dict(_formulas(state))
    rows = [(formula, row) for row, formula in listed_rows(state) if row.text("cell")]
    homes = {(formula, row.text("cell").removesuffix(GONE)) for formula, row in rows}
    waiting = {key: place for key, place in found.items() if key not in homes}
    cells: dict[ImportKey, str] = {}
    for formula, row in rows:
        said = row.text("cell")
        now = _where(formula, said.removesuffix(GONE), found, waiting)
        if now != said:
            cells[formula, said] = now
    added = tuple(Listed(formula, cell=cell) for formula, cell in waiting)
    return Adopted(added, cells, len(found))


def _where(
    formula: str, before: str, found: Collection[ImportKey], waiting: dict[ImportKey, Place]
) -> str:
    """What “Stands in” says; a formula that was moved is taken from those that wait."""
    if (formula, before) in found:
        return before
    home = place_of(before, "")
    for key, place in waiting.items():
        if key[0] == formula and home is not None and place.tab == home.tab:
            del waiting[key]
            return key[1]
    return before + GONE


def _formulas(state: State) -> Iterator[tuple[ImportKey, Place]]:
    for number, (place, text) in enumerate(state.formulas("import")):
        formula = plain_formula(text)
        if number >= MOST:
            return
        if _FAMILY.search(formula):
            yield (formula, place.a1), place


def plain_formula(text: str) -> str:
    """As it was typed in Google: without what Excel and Google put around what is unknown."""
    if found := _GOOGLES.match(text.strip()):
        text = "=" + found[1].replace('""', '"')
    return _UNKNOWN.sub("", text.strip())
