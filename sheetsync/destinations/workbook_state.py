"""Which tabs and columns of a workbook are ours, and the State that they hold.

Hidden defined names point at our header cells; Excel and LibreOffice move them along when
people rename, move or insert. Programs such as openpyxl do not, so a name is only believed as
far as the headers do not contradict it; where there is no name the header's text decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from sheetsync.dashboard import Column, Dashboard, Format, Formula, Guide, Line, Scalar, Tab, Value
from sheetsync.destinations.workbook_cells import Cells, Held, Peek
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.errors import DestinationError
from sheetsync.plan import History, HistoryKey, Row, State, TabState, letters

#: Every name of ours begins so: ``sheetsync.profiles.followers``.
PREFIX = "sheetsync."
EDITION = PREFIX + "edition"
#: A header is looked for in the first rows only.
_TOP = 20
#: The day after 31 Dec 9999, the last that a spreadsheet knows.
_LAST_DAY = 2_958_466
_REFERENCE = re.compile(r"^'?((?:[^']|'')+?)'?!\$?([A-Z]{1,3})\$?(\d+)$")
#: How LibreOffice writes a plain TRUE or FALSE.
_FLAGS = ("=TRUE()", "=FALSE()")

Texts = Mapping[int, str]


def name_of(tab: str, key: str) -> str:
    """The defined name of a column or setting."""
    return f"{PREFIX}{tab}.{key.replace('~', '.')}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell: tab title, row and position from 1."""

    title: str
    row: int
    at: int


@dataclass(frozen=True, slots=True)
class Found:
    """``state`` for planning; for writing also where our tabs and settings are.

    ``moved`` are tabs whose names were out of date: widths stayed behind when columns moved.
    """

    state: State = field(default_factory=State)
    titles: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Spot] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()


def find(snapshot: Snapshot, dashboard: Dashboard) -> Found:
    """Raises DestinationError when a tab has our title and is not ours, or cannot be read."""
    spots = _spots(snapshot)
    tops = {title: _top(snapshot, title) for title in snapshot.titles}
    tabs: dict[str, TabState] = {}
    moved = set()
    free = set(snapshot.titles)
    for tab in dashboard.tables:
        named = {c.key: spots[n] for c in tab.columns if (n := name_of(tab.key, c.key)) in spots}
        title = _title(tab, named, {title: tops[title] for title in tops if title in free})
        if title is None:
            continue
        free.discard(title)
        # A tab that was renamed by a program that leaves names behind: they still tell where.
        here = {k: s for k, s in named.items() if s.title == title or s.title not in tops}
        row = _header_row(tab, here, tops[title])
        header = tops[title].get(row, {})
        columns = _columns(tab, header, here)
        if any(spot.at != columns.get(key) for key, spot in here.items()):
            moved.add(tab.key)
        tabs[tab.key] = _tab_state(snapshot, tab, title, row, header, columns)
    guide, settings = _guide(dashboard.guide, spots, tops, free)
    titles = {key: held.title for key, held in tabs.items()}
    titles |= {dashboard.guide.key: guide} if guide else {}
    _refuse_strangers(snapshot, dashboard, titles)
    history = _History(snapshot, dashboard.tab("history"), tabs.get("history"))
    state = State(
        tabs,
        zone=_zone(snapshot, settings.get("zone")),
        zone_cell=_a1(settings.get("zone")),
        edition=_whole(snapshot.names.get(EDITION, "")) if guide else 0,
        history=history.read,
        accounts=history.accounts,
    )
    return Found(state, titles, settings, frozenset(moved))


def _spots(snapshot: Snapshot) -> dict[str, Spot]:
    """Where our names point, those that still point at a cell."""
    spots = {}
    for name, reference in snapshot.names.items():
        match = _REFERENCE.match(reference) if name.startswith(PREFIX) else None
        if match:
            title = match[1].replace("''", "'")
            spots[name] = Spot(title, int(match[3]), column_index_from_string(match[2]))
    return spots


def _top(snapshot: Snapshot, title: str) -> dict[int, Texts]:
    """The texts in the first rows."""
    rows = takewhile(lambda row: row[0] <= _TOP, snapshot.rows(title))
    return {number: _texts(cells) for number, cells, _ in rows}


def _texts(cells: Cells) -> dict[int, str]:
    values = ((at, cell.value) for at, cell in cells.items())
    return {at: text for at, value in values if isinstance(value, str) and (text := value.strip())}


# --- our tables -----------------------------------------------------------------------------


def _title(
    tab: Tab, named: Mapping[str, Spot], tops: Mapping[str, Mapping[int, Texts]]
) -> str | None:
    """The tab that most names point into, else the one with at least half of our headers."""
    votes = Counter(spot.title for spot in named.values() if spot.title in tops)
    if votes:
        return votes.most_common(1)[0][0]
    scores = {
        title: max((_matches(tab, texts) for texts in top.values()), default=0)
        for title, top in tops.items()
    }
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] * 2 >= len(tab.columns) else None


def _matches(tab: Tab, texts: Texts) -> int:
    return len({column.header for column in tab.columns} & set(texts.values()))


def _header_row(tab: Tab, named: Mapping[str, Spot], top: Mapping[int, Texts]) -> int:
    rows = Counter(spot.row for spot in named.values())
    by_name = rows.most_common(1)[0][0] if rows else 0
    best = max(top, key=lambda row: _matches(tab, top[row]), default=1)
    if by_name and _matches(tab, top.get(by_name, {})) * 2 >= _matches(tab, top.get(best, {})):
        return by_name
    return best


def _columns(tab: Tab, header: Texts, named: Mapping[str, Spot]) -> dict[str, int]:
    """Each column's position: where its name points, unless the headers say that names were
    left behind. They do when the name points at a header that we gave to another column, or
    when our header stands elsewhere, over a column that another name points at."""
    often = Counter(header.values())
    by_text = {text: at for at, text in header.items() if often[text] == 1}
    ours = {column.header for column in tab.columns}
    found: dict[str, int] = {}
    for column in tab.columns:
        at = spot.at if (spot := named.get(column.key)) else None
        text_at = by_text.get(column.header)
        others = {spot.at for key, spot in named.items() if key != column.key}
        if at is not None and header.get(at) in ours - {column.header}:
            at = None
        elif text_at in others or header.get(at or 0) is None:
            at = text_at or at
        at = at or text_at
        if at is not None and at not in found.values():
            found[column.key] = at
    return found


def _tab_state(
    snapshot: Snapshot,
    tab: Tab,
    title: str,
    header_row: int,
    header: Texts,
    columns: dict[str, int],
) -> TabState:
    width = max([*columns.values(), *header], default=0)
    if tab.kind is None:  # History's rows are read when they are asked for
        return TabState(title, columns, width, header_row)
    rows = []
    last = header_row
    for number, cells, _ in snapshot.rows(title):
        width = max([width, *cells])
        if number <= header_row:
            continue
        row = Row(number, _row_cells(snapshot, tab, columns, cells))
        if row.cells:
            last = number
            rows.append(row)
    return TabState(title, columns, width, header_row, tuple(rows), last + 1)


def _row_cells(
    snapshot: Snapshot, tab: Tab, columns: Mapping[str, int], cells: Cells
) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for column in tab.columns:
        cell = cells.get(columns.get(column.key, 0))
        if cell is not None and (cell.formula or cell.value is not None):
            value = scalar(cell.value, column, snapshot.epoch)
            computed = cell.formula and cell.formula not in _FLAGS
            row[column.key] = Formula(cell.formula, value) if computed else value
    return row


def scalar(value: Held, column: Column, epoch: datetime) -> Scalar:
    """The value as its column means it: a file knows no dates, only numbers."""
    if column.format is Format.FLAG and value in (0, 1):  # LibreOffice saves TRUE as 1
        return bool(value)
    if column.format not in (Format.DATE, Format.MOMENT) or isinstance(value, str | bool | None):
        return value
    if not 1 <= value < _LAST_DAY:
        return value
    moment: datetime = from_excel(value, epoch)
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.date() if column.format is Format.DATE else moment


# --- History --------------------------------------------------------------------------------


class _History:
    """The rows of History, streamed: what is not asked for is passed by, its cells unread.

    A pass over all rows is what costs, so one pass also reads the days beside those asked for,
    which are asked for next, and is not made again for what it has read.
    """

    def __init__(self, snapshot: Snapshot, tab: Tab, held: TabState | None) -> None:
        self.snapshot, self.tab, self.held = snapshot, tab, held
        at = held.columns if held else {}
        self.profile_at, self.day_at, self.account_at = (
            at.get(key, 0) for key in ("profile", "day", "account_id")
        )
        self.days: dict[Held, date | None] = {}
        self.asked: set[HistoryKey] = set()
        self.rows: dict[HistoryKey, Row] = {}
        self.last = held.header_row if held else 1

    def read(self, keys: Collection[HistoryKey]) -> History:
        if self.held is None:
            return History()
        if not self.asked.issuperset(keys):
            self._pass(self.held, keys)
        return History({key: self.rows[key] for key in keys if key in self.rows}, self.last + 1)

    def _pass(self, held: TabState, keys: Collection[HistoryKey]) -> None:
        self.asked.update((key, day + timedelta(n)) for key, day in keys for n in (-1, 0, 1))
        profiles = {profile for profile, _ in self.asked}
        found: dict[int, HistoryKey] = {}

        def want(row: Peek) -> bool:
            if row.holds:
                self.last = max(self.last, row.number)
            profile = row.value(self.profile_at)
            if profile not in profiles or row.number <= held.header_row:
                return False
            day = self._day(row)
            if wanted := day is not None and (str(profile), day) in self.asked:
                found[row.number] = (str(profile), day)
            return wanted

        for number, cells, _ in self.snapshot.rows(held.title, want):
            row = Row(number, _row_cells(self.snapshot, self.tab, held.columns, cells))
            self.rows.setdefault(found[number], row)

    def accounts(self, keys: Collection[str]) -> dict[str, str]:
        """Of each profile key the account id of its newest day that has one."""
        newest: dict[str, tuple[date, str]] = {}

        def want(row: Peek) -> bool:
            profile = row.value(self.profile_at)
            if isinstance(profile, str) and profile in keys:
                account, day = row.value(self.account_at), self._day(row)
                if isinstance(account, str) and account and day is not None:
                    newest[profile] = max(newest.get(profile, (day, account)), (day, account))
            return False

        for _ in self.snapshot.rows(self.held.title, want) if self.held and keys else ():
            pass  # no row is wanted whole
        return {profile: account for profile, (_, account) in newest.items()}

    def _day(self, row: Peek) -> date | None:
        """Many rows have one day, and a date is dear to make."""
        value = row.value(self.day_at)
        if value not in self.days:
            day = scalar(value, self.tab.column("day"), self.snapshot.epoch)
            self.days[value] = day if isinstance(day, date) else None
        return self.days[value]


# --- the guide ------------------------------------------------------------------------------


def _guide(
    guide: Guide,
    spots: Mapping[str, Spot],
    tops: Mapping[str, Mapping[int, Texts]],
    free: Collection[str],
) -> tuple[str | None, dict[str, Spot]]:
    """The guide's tab and where its settings stand: beside their label, else where named."""
    named = {
        ln.setting: spots.get(name_of(guide.key, ln.setting)) for ln in guide.lines if ln.setting
    }
    titles = [spot.title for spot in named.values() if spot and spot.title in free]
    title = titles[0] if titles else None
    if title is None and guide.title in free and guide.lines[0].label in _labels(tops[guide.title]):
        title = guide.title
    settings: dict[str, Spot] = {}
    if title is not None:
        for line in guide.lines:
            spot = _setting(line, named.get(line.setting), title, _labels(tops[title]))
            if line.setting and spot:
                settings[line.setting] = spot
    return title, settings


def _labels(top: Mapping[int, Texts]) -> dict[str, int]:
    return {texts[1]: row for row, texts in top.items() if 1 in texts}


def _setting(line: Line, named: Spot | None, title: str, labels: Mapping[str, int]) -> Spot | None:
    if named and named.title == title and labels.get(line.label, named.row) == named.row:
        return named
    return Spot(title, labels[line.label], 2) if line.label in labels else None


def _zone(snapshot: Snapshot, spot: Spot | None) -> str:
    """The text of the zone's cell, "" for none. A formula that no program has computed yet
    stands for itself: it is no zone, and to take UTC instead would move the days."""
    if spot is None:
        return ""
    rows = snapshot.rows(spot.title)
    cells = next((cells for number, cells, _ in rows if number == spot.row), {})
    cell = cells.get(spot.at)
    return "" if cell is None else str(cell.formula if cell.value is None else cell.value)


def _a1(spot: Spot | None) -> str:
    return f"{spot.title}!{letters(spot.at)}{spot.row}" if spot else ""


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _refuse_strangers(snapshot: Snapshot, dashboard: Dashboard, titles: Mapping[str, str]) -> None:
    taken = {title.casefold() for title in snapshot.titles}
    for tab in dashboard.tabs:
        if tab.key not in titles and tab.title.casefold() in taken:
            raise DestinationError(
                f"{snapshot.name} has a tab named {tab.title} that sheetsync did not make.",
                hint="Rename that tab, or give another path with --to.",
            )
