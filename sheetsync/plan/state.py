"""State: what a destination holds, as far as planning needs it. Values only, no I/O.

``State.history``, ``accounts``, ``before`` and ``since`` are the only doors back to the
destination: History is never held whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sheetsync.dashboard import Formula, Scalar, Tab, Value
from sheetsync.dashboard.formulas import letters
from sheetsync.errors import ConfigError
from sheetsync.model import Count
from sheetsync.plan.forgotten import Forgotten


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the row in the destination, from 1; ``cells`` are by column key."""

    number: int
    cells: Mapping[str, Value]

    def shown(self, key: str) -> Scalar:
        """What the cell shows: of a formula the value last computed."""
        cell = self.cells.get(key)
        value = cell.value if isinstance(cell, Formula) else cell
        return (value.strip() or None) if isinstance(value, str) else value

    def text(self, key: str) -> str:
        """The text of a cell as a person sees it, "" for a number or nothing."""
        cell = self.cells.get(key)
        value = cell.value if isinstance(cell, Formula) else cell
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class TabState:
    """A table as it was found: ``columns`` gives each key's position, from 1.

    ``width`` is the last position in use by anybody; ``next_row`` the first row below the table.
    ``rows`` are all rows under the header; History has none here (see ``State.history``).
    """

    title: str
    columns: Mapping[str, int]
    width: int
    header_row: int = 1
    rows: tuple[Row, ...] = ()
    next_row: int = 2


#: (profile key, day): there is one row of History for each.
HistoryKey = tuple[str, date]


@dataclass(frozen=True, slots=True)
class History:
    """The rows asked for, and the first free row below all rows."""

    rows: Mapping[HistoryKey, Row] = field(default_factory=dict)
    next_row: int = 2


def _no_history(_keys: Collection[HistoryKey]) -> History:
    return History()


#: Of each profile key the days asked about.
Days = Mapping[str, Collection[date]]


def _none_before(_days: Days) -> Mapping[HistoryKey, Row]:
    return {}


def _none_since(_day: date) -> Iterable[Row]:
    return ()


@dataclass(frozen=True, slots=True)
class Trend:
    """Followers by profile key and day, of the days that the tab Trend reaches back.

    ``slots`` are the profile keys in the order of their columns.
    """

    slots: tuple[str, ...] = ()
    followers: Mapping[HistoryKey, Count] = field(default_factory=dict)


def _no_accounts(_keys: Collection[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Place:
    """A cell anywhere in the destination: the title of its tab, row and position from 1."""

    tab: str
    row: int
    at: int

    @property
    def a1(self) -> str:
        """``Sheet1!B4``, quoted where a formula needs it."""
        plain = re.fullmatch(r"[A-Za-z_]\w*", self.tab) is not None
        tab = self.tab if plain else "'" + self.tab.replace("'", "''") + "'"
        return f"{tab}!{letters(self.at)}{self.row}"


#: The whole content of a tab: rows of one length.
Block = tuple[tuple[Scalar, ...], ...]


def _no_cells(_places: Collection[Place]) -> Mapping[Place, Value]:
    return {}


def _no_formulas(_word: str) -> Iterable[tuple[Place, str]]:
    return ()


@dataclass(frozen=True, slots=True)
class State:
    """``tabs`` lacks what is not there; ``edition`` is that of the guide's text, 0 for none.

    ``zone`` is the text of the cell ``zone_cell``. ``history(keys)`` reads these rows of
    History, those that are there; ``accounts(profile keys)`` the account id of each one's newest
    row of History that has one: the row in Profiles may be gone. Both may have to look through
    all of History, so they are asked once, and only for what nothing else tells.

    For imports: ``titles`` are those of all tabs; ``cells(places)`` what stands there, without the
    blank ones; ``formulas(word)`` the formulas with that word in cells that are the team's; and
    ``spilled`` holds by title the tabs that sheetsync made for whole results. ``locale`` is the
    one in which people read numbers here. ``unsettled``: cells stand where they do not belong,
    which the next write puts right, even one that changes nothing else.
    """

    tabs: Mapping[str, TabState] = field(default_factory=dict)
    zone: str = "UTC"
    zone_cell: str = ""
    edition: int = 0
    history: Callable[[Collection[HistoryKey]], History] = _no_history
    accounts: Callable[[Collection[str]], Mapping[str, str]] = _no_accounts
    before: Callable[[Days], Mapping[HistoryKey, Row]] = _none_before
    since: Callable[[date], Iterable[Row]] = _none_since
    boards: frozenset[str] = frozenset()
    picks: Mapping[str, Value] = field(default_factory=dict)
    trend: Trend | None = None
    log: tuple[tuple[Scalar, ...], ...] = ()
    titles: tuple[str, ...] = ()
    cells: Callable[[Collection[Place]], Mapping[Place, Value]] = _no_cells
    formulas: Callable[[str], Iterable[tuple[Place, str]]] = _no_formulas
    spilled: Mapping[str, Block] = field(default_factory=dict)
    locale: str = "en_US"
    forgotten: Forgotten = field(default_factory=Forgotten)
    unsettled: bool = False

    def rows(self, tab: str) -> tuple[Row, ...]:
        """Of the tab with that key; none where it is not there."""
        held = self.tabs.get(tab)
        return held.rows if held else ()


def addresses(state: State, tab: str) -> tuple[str, ...]:
    """The texts in column A of ``profiles`` or ``posts``, in row order, without the blank ones."""
    texts = (row.text("address") for row in state.rows(tab))
    return tuple(text for text in texts if text)


def known_accounts(state: State) -> dict[str, str]:
    """Profile key -> account id, of every row whose numbers say whose they are."""
    pairs = ((row.text("for"), row.text("account_id")) for row in state.rows("profiles"))
    return {key: account for key, account in pairs if key and account}


def zone_of(state: State) -> tzinfo:
    """The dashboard's time zone. Raises ConfigError that names the cell."""
    name = state.zone.strip() or "UTC"
    if name.upper() == "UTC":  # known without a zone database, which Windows lacks
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        where = state.zone_cell or "The cell of the time zone"
        raise ConfigError(
            f"{where}: there is no time zone “{name}”.",
            hint="Type a name such as Europe/Brussels, America/New_York or UTC there.",
        ) from error


def positions(tab: Tab, held: TabState | None) -> dict[str, int]:
    """Where each column stands, from 1: where it was found, else behind all that is in use."""
    found = dict(held.columns) if held else {}
    free = held.width if held else 0
    for column in tab.columns:
        if column.key not in found:
            free += 1
            found[column.key] = free
    return found
