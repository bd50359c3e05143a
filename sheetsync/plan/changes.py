"""The parts of a plan: cells to change, old and new, and how many rows that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheetsync.dashboard import AS_READ, Tab, Value
from sheetsync.model import Record
from sheetsync.plan.state import Row

#: Cells that become blank when things get better, or that follow from others: no loss.
NO_LOSS = frozenset({"why", "kept", "twice", "trail", AS_READ})


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, by tab key and column key; ``added`` when its row is new."""

    tab: str
    row: int
    column: str
    old: Value
    new: Value
    added: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, not cells. ``kept`` rows of History are those of this run's readings only."""

    changed: int = 0
    added: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One tab's share of the plan."""

    tab: str
    changes: Sequence[Change] = ()
    counts: Counts = Counts()
    unplaced: Sequence[Record] = ()
    filled: int = 0


def diff(tab: Tab, row: Row, cells: Mapping[str, Value], *, added: bool = False) -> list[Change]:
    """The changes that make the row's owned cells equal ``cells``, by a Column's ``written``."""
    return [
        Change(tab.key, row.number, column.key, old, new, added)
        for column in tab.columns
        if column.written
        and not same(old := row.cells.get(column.key), new := cells.get(column.written))
    ]


def same(a: Value, b: Value) -> bool:
    """Equal for a reader of the sheet: TRUE is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)
