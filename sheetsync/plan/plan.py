"""The Plan itself: everything that ``apply`` will do, as data, and how it is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetsync.dashboard import Dashboard, Formula, Tab, Value, words
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.imports import FIELD
from sheetsync.dashboard.imports import KEY as IMPORTS
from sheetsync.errors import UnsafePlan
from sheetsync.model import Record
from sheetsync.plan.changes import NO_LOSS, Change, Counts
from sheetsync.plan.erasure import Erasure
from sheetsync.plan.forgotten import Forgotten
from sheetsync.plan.state import Block, State, positions
from sheetsync.plan.trend import Fill

#: Ranges of formulas end at a multiple of this, well below the table: so that a sync that adds
#: some rows does not change every formula, and rows that the team adds count before the next.
_STRIDE, _SLACK = 200, 50


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that ``apply`` will do, and nothing else. Falsy when nothing would change.

    ``missing`` are the (tab, column) keys that the destination makes first: column "" is the tab
    itself, ("guide", "") the guide's text. ``unplaced`` are records that fit no row: without an
    address of their own, or with one that means something else. ``unused`` are records whose
    numbers changed nothing because nobody knows their day, and those of the row have one (not
    those that were there already); ``overtaken`` are those none of whose numbers are in their row,
    which has newer ones, each with the moment of these. ``filled`` counts the owned cells that
    hold something now.

    What a destination writes along when it writes at all: ``fills``, the values of boards by tab
    key; ``choices`` of their drop-downs; ``picks``, first choices where the team made none; and
    before the day ``keep_daily`` History keeps one day a month (None: it keeps all).

    ``spills`` are tabs of sheetsync's own that are written whole, by title: those that change.
    ``unspilled`` says by row of Imports why its whole result is in no tab.
    ``erasure`` is all that goes of a person who is forgotten, ``forgotten`` who is not to be read
    again: a destination keeps it in a place that nobody sees, whole, with every plan that it
    writes, and gives it back in its State.
    """

    dashboard: Dashboard
    state: State
    changes: tuple[Change, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    unplaced: tuple[Record, ...] = ()
    unused: tuple[Record, ...] = ()
    overtaken: tuple[tuple[Record, datetime], ...] = ()
    filled: int = 0
    fills: Mapping[str, Fill] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picks: Mapping[str, str] = field(default_factory=dict)
    keep_daily: date | None = None
    spills: Mapping[str, Block] = field(default_factory=dict)
    unspilled: Mapping[int, str] = field(default_factory=dict)
    erasure: Erasure | None = None
    forgotten: Forgotten = field(default_factory=Forgotten)

    def __bool__(self) -> bool:
        more = self.erasure is not None or self.forgotten != self.state.forgotten
        return bool(self.changes or self.missing or self.spills or more or self.state.unsettled)

    def title(self, tab: str) -> str:
        """The tab's title as the team has it."""
        held = self.state.tabs.get(tab)
        return held.title if held else next(t.title for t in self.dashboard.tabs if t.key == tab)

    def a1(self, change: Change) -> str:
        """``Profiles!F4``"""
        at = positions(self.dashboard.tab(change.tab), self.state.tabs.get(change.tab))
        return f"{self.title(change.tab)}!{letters(at[change.column])}{change.row}"

    def last_row(self, tab: Tab) -> int:
        """The last row that ranges and rules look at."""
        held = self.state.tabs.get(tab.key)
        rows = [change.row for change in self.changes if change.tab == tab.key]
        last = max([held.next_row if held else 2, *rows])
        return ((last + _SLACK) // _STRIDE + 1) * _STRIDE

    def lines(self, *, hidden: bool = False) -> list[str]:
        """``Profiles!F4 followers 5,351 → 5,402`` for each cell; ``hidden`` columns on request."""
        made = [f"{self.title(tab)}: new {_what(column)}" for tab, column in self.missing]
        shown = [
            f"{self.a1(change)} {change.column} {_show(change.old)} → {_show(change.new)}"
            for change in self.changes
            if hidden or not self.dashboard.tab(change.tab).column(change.column).hidden
        ]
        spilled = [
            f"{title}: {len(rows)} × {len(rows[0]) if rows else 0} cells, written whole"
            for title, rows in self.spills.items()
        ]
        return made + shown + spilled

    @property
    def blanked(self) -> int:
        """Owned cells that would lose what they hold. Results of an import only go when its
        formula does, which is the team's own doing."""
        return sum(
            change.new is None and change.old is not None and change.column not in NO_LOSS
            for change in self.changes
            if change.tab != IMPORTS and not change.column.startswith(FIELD)
        )

    def raise_if_unsafe(self, allow_loss: bool = False) -> None:
        """Raises UnsafePlan when 10 cells or more, and over 30 % of the filled, become blank."""
        if allow_loss or self.blanked < 10 or self.blanked <= 0.3 * self.filled:
            return
        raise UnsafePlan(
            f"This sync would empty {self.blanked:,} of {self.filled:,} filled cells,"
            " so nothing was written.",
            hint="Look at the cells with --dry-run; if that is right, add --allow-loss.",
        )


def _what(column: str) -> str:
    return f"column {column}" if column else "tab"


def _show(value: Value) -> str:
    shown = "(empty)" if value is None else str(value)
    match value:
        case Formula():
            shown = value.text
        case int() if not isinstance(value, bool):
            shown = f"{value:,}"
        case datetime():
            shown = f"{words.day(value)} {value:%H:%M}"
        case date():
            shown = words.day(value)
    return " ".join(shown.split())
