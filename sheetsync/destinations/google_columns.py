"""Where History's columns stood when its newest rows were written. Pure.

New rows go in by position. Where somebody moves, inserts or deletes a column of History in the
second between read and write, they stand in the wrong cells, and only the positions they were
written by tell which number is which. So each write says them in the index of days; as long as the
columns still stand there, all is well. Where they do not, each of those rows is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheetsync.dashboard import Tab, Value
from sheetsync.destinations.google_cells import Json, cell

#: No reading is older.
_FIRST = date(2005, 1, 1)


@dataclass(frozen=True, slots=True)
class Written:
    """``positions`` of the columns, in the order of the description; of rows from ``since`` on."""

    since: int = 0
    positions: tuple[int, ...] = ()

    @classmethod
    def of_text(cls, text: str) -> Written:
        """``812:1-3,5-17``; what is not understood is nothing."""
        since, _, spans = text.partition(":")
        try:
            ends = [[int(end) for end in span.split("-")] for span in spans.split(",")]
            found = tuple(p for pair in ends for p in range(pair[0], pair[-1] + 1))
            return cls(int(since), found)
        except ValueError:
            return cls()

    def text(self) -> str:
        spans: list[list[int]] = []
        for position in self.positions:
            if spans and spans[-1][1] == position - 1:
                spans[-1][1] = position
            else:
                spans.append([position, position])
        said = (f"{a}-{b}" if a != b else f"{a}" for a, b in spans)
        return f"{self.since}:{','.join(said)}" if self.positions else ""

    def at(self, tab: Tab) -> dict[str, int]:
        """By column key; {} when another version of sheetsync had other columns."""
        if len(self.positions) != len(tab.columns):
            return {}
        return {c.key: p for c, p in zip(tab.columns, self.positions, strict=True)}

    def moved(self, tab: Tab, now: Mapping[str, int]) -> dict[str, int]:
        """Where columns stood, when that is not where they stand ``now``; else {}."""
        then = self.at(tab)
        return {} if all(now.get(key) == p for key, p in then.items()) else then


def is_misplaced(
    now: Mapping[str, Value], then: Mapping[str, Value], known: Sequence[Mapping[str, Value]]
) -> bool:
    """Whether a row was written when columns stood otherwise: ``now`` and ``then`` are its cells
    as either would have them, ``known`` what is known of its reading from elsewhere.

    A column that was moved in peace took its cells along: such a row is right as it is.
    """
    if not _is_key(then):
        return False
    if not _is_key(now):
        return True
    return any(_alike(then, one) > _alike(now, one) for one in known)


def _is_key(cells: Mapping[str, Value]) -> bool:
    day, profile = cells.get("day"), cells.get("profile")
    dated = isinstance(day, date) and day >= _FIRST
    return dated and isinstance(profile, str) and ":" in profile


def _alike(cells: Mapping[str, Value], known: Mapping[str, Value]) -> int:
    return sum(cells.get(key) == value for key, value in known.items() if value is not None)


def in_place(
    tab: Tab,
    misplaced: Mapping[int, Mapping[str, Value]],
    now: Mapping[str, int],
    then: Mapping[str, int],
) -> dict[tuple[int, int], Json]:
    """The cells of these rows where they belong; what else was written over was blank before."""
    cells: dict[tuple[int, int], Json] = {}
    for row, held in misplaced.items():
        cells |= {(row, position): {} for position in then.values()}
        for column in tab.columns:
            if column.key in now:
                cells[row, now[column.key]] = cell(held.get(column.key))
    return cells
