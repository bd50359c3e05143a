"""The tabs of sheetsync's own that whole results of imports are written into. Pure."""

from __future__ import annotations

import re

from sheetsync.dashboard import Scalar
from sheetsync.plan.state import Block, State

#: So many cells of a result are written into a tab of its own; what is left out is said.
SPILL_CELLS = 20_000
#: Signs of a text in a cell: Excel's own limit is 32,767.
MOST_TEXT = 32_000
_EXCEL_TITLE = re.compile(r"[^\[\]:*?/\\]{1,31}")


class Spills:
    """``tabs`` are those of this run, by title; ``home`` is the title of Imports."""

    def __init__(self, state: State, home: str) -> None:
        self.state, self.home = state, home
        self.tabs: dict[str, Block] = {}
        #: By row of Imports why its whole result is in no tab.
        self.refused: dict[int, str] = {}

    def add(self, row: int, title: str, rows: Block) -> str:
        """Plans the tab that this row of Imports names; returns what has to be said about it."""
        known = {known.casefold(): known for known in self.state.spilled}.get(title.casefold())
        name = known or title
        problem = self._no_title(title) if known is None else ""
        if not problem and name.casefold() in {other.casefold() for other in self.tabs}:
            problem = f"Another import spills into the tab {name}; type another name."
        if problem:
            self.refused[row] = problem
            return problem
        most = max(SPILL_CELLS // len(rows[0]), 1)
        self.tabs[name] = _trimmed(rows[:most])
        long = any(isinstance(v, str) and len(v) > MOST_TEXT for line in rows[:most] for v in line)
        few = f"The tab {name} has the first {most:,} of {len(rows):,} rows."
        cut = f"The tab {name} has the first {MOST_TEXT:,} signs of a text that is longer."
        return " ".join(filter(None, (few if len(rows) > most else "", cut if long else "")))

    def _no_title(self, title: str) -> str:
        if not _EXCEL_TITLE.fullmatch(title) or title[0] == "'" or title[-1] == "'":
            return f"“{title[:40]}” cannot be the name of a tab: 31 signs at most, no []:*?/\\."
        if is_taken(title, self.state) or title.casefold() in ("history", self.home.casefold()):
            return f"sheetsync did not make the tab {title}, so it does not write there."
        return ""


def _trimmed(rows: Block) -> Block:
    """Without blank rows and columns at the end, which nobody can read back; texts as a cell
    can hold them."""
    places = ((n, at, v) for n, row in enumerate(rows, 1) for at, v in enumerate(row, 1))
    filled = [(n, at) for n, at, value in places if value is not None]
    last, width = (max((place[n] for place in filled), default=0) for n in (0, 1))
    return tuple(tuple(fitting(value) for value in row[:width]) for row in rows[:last])


def fitting(value: Scalar) -> Scalar:
    """A text as long as a cell can hold it."""
    return value[:MOST_TEXT] if isinstance(value, str) else value


def is_taken(title: str, state: State) -> bool:
    """Whether there is a tab with that title, in any case."""
    return title.casefold() in {known.casefold() for known in state.titles}
