"""Which imports a dashboard lists, and which of them a row's results are of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetsync.dashboard import Formula
from sheetsync.dashboard.imports import FIELD
from sheetsync.plan.state import Row, State

#: Columns of Profiles that may stand in braces in a formula.
_BRACES = re.compile(r"\{([a-z_]+)\}")
FIELDS = frozenset({"address", "handle", "platform", "name", "group", "account_id"})

#: Which import: its formula and the cell of the team's that it stands in.
ImportKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """An import that is to get a row."""

    formula: str
    name: str = ""
    cell: str = ""

    @property
    def key(self) -> ImportKey:
        return self.formula, self.cell


def formula_in(row: Row) -> str:
    """The formula that a row lists, "" for none; a formula that a program has computed too."""
    cell = row.cells.get("formula")
    return cell.text.strip() if isinstance(cell, Formula) else row.text("formula")


def formula_of(row: Row) -> str:
    """The formula that a row's results are of.

    It is kept without its ``=``: a script of the team's that moves rows would make a formula of
    it. (Sheets of before have the ``=``, or that formula.)
    """
    cell = row.cells.get("for")
    text = cell.text.strip() if isinstance(cell, Formula) else row.text("for")
    return without_sign(text) and f"={without_sign(text)}"


def without_sign(formula: str) -> str:
    """As ``for`` keeps it."""
    return formula.strip().removeprefix("=").strip()


def is_of(row: Row, formula: str) -> bool:
    """Whether the results that a row holds are of this formula."""
    return formula_of(row).removeprefix("=") == without_sign(formula)


def names_in(formula: str) -> tuple[str, ...]:
    """The columns of Profiles in a formula's braces: such a formula is one for each profile."""
    return tuple(name for name in _BRACES.findall(formula) if name in FIELDS)


def listed_rows(state: State) -> Iterator[tuple[Row, str]]:
    """The rows of Imports with a formula, and it."""
    for row in state.rows("imports"):
        if formula := formula_in(row):
            yield row, formula


def fields_of(state: State, added: Sequence[Listed] = ()) -> dict[ImportKey, tuple[int, str]]:
    """The imports that are a column of Profiles: its number, which stays, and its name."""
    wanted: dict[ImportKey, tuple[int, str]] = {}
    for row, formula in listed_rows(state):
        if names_in(formula):
            key = (formula, row.text("cell"))
            if not wanted.get(key, (0, ""))[0]:  # a row that says the same twice has one column
                wanted[key] = _number(row), row.text("name")
    for one in added:
        if names_in(one.formula):
            wanted.setdefault(one.key, (0, one.name))
    taken: set[int] = set()
    found: dict[ImportKey, tuple[int, str]] = {}
    for key, (number, name) in sorted(wanted.items(), key=lambda item: item[1][0] == 0):
        free = next(n for n in range(1, len(wanted) + len(taken) + 2) if n not in taken)
        own = number if number and number not in taken else free
        taken.add(own)
        found[key] = own, name
    return found


def _number(row: Row) -> int:
    text = row.text("column").removeprefix(FIELD)
    return int(text) if re.fullmatch(r"[1-9]\d{0,3}", text) else 0
