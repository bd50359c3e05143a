"""Which tabs and columns of a workbook are ours, and the State that they hold.

Hidden defined names point at our header cells; Excel and LibreOffice move them along when
people rename, move or insert. Programs such as openpyxl do not, so a name is only believed as
far as the headers do not contradict it; where there is no name the header's text decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile

from sheetsync.dashboard import Dashboard, Guide, Line, Tab
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.workbook_boards_read import (
    HeldBoard,
    Texts,
    find_board,
    log_in,
    trend_in,
    value_of,
)
from sheetsync.destinations.workbook_cells import Cell, Cells
from sheetsync.destinations.workbook_history import Days, row_cells
from sheetsync.destinations.workbook_imports import cells_at, spilled_in, team_formulas
from sheetsync.destinations.workbook_names import (
    EDITION,
    FORGOTTEN,
    SALT,
    Spot,
    areas_of,
    name_of,
    spots_of,
)
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.errors import DestinationError
from sheetsync.plan import Forgotten, Row, State, TabState, letters

#: A header is looked for in the first rows only.
_TOP = 20
#: So many of our headers in one row, and of our words in column A, are no accident.
_MANY, _FEW = 10, 4


@dataclass(frozen=True, slots=True)
class Found:
    """``state`` for planning; for writing also where our tabs, boards and settings are.

    ``moved`` are tabs whose names were out of date: widths stayed behind when columns moved.
    ``held`` are the cells of the settings.
    """

    state: State = field(default_factory=State)
    titles: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Spot] = field(default_factory=dict)
    held: Mapping[str, Cell] = field(default_factory=dict)
    boards: Mapping[str, HeldBoard] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()
    history: Days | None = None


def find(snapshot: Snapshot, dashboard: Dashboard) -> Found:
    """Raises DestinationError when a tab has our title and is not ours, or cannot be read."""
    spots, areas = spots_of(snapshot.names), areas_of(snapshot.names)
    tops = {title: _top(snapshot, title) for title in snapshot.titles}
    tabs: dict[str, TabState] = {}
    moved = set()
    free = set(snapshot.titles)
    names = {tab.key: _named(tab, spots) for tab in dashboard.tables}
    for tab in dashboard.tables:
        named = names[tab.key]
        # A tab that was deleted must not take one that the names give to another.
        others = {s.title for key, at in names.items() if key != tab.key for s in at.values()}
        mine = free if any(s.title in free for s in named.values()) else free - others
        title = _title(tab, named, {title: tops[title] for title in tops if title in mine})
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
    guide, settings = _guide(snapshot, dashboard.guide, spots, tops, free)
    free.discard(guide or "")
    boards: dict[str, HeldBoard] = {}
    for board in dashboard.boards:
        left = {title: tops[title] for title in tops if title in free}
        if (found := find_board(snapshot, board, spots, areas, left)) is not None:
            boards[board.key] = found
            free.discard(found.title)
    titles = {key: held.title for key, held in tabs.items()}
    titles |= {key: held.title for key, held in boards.items()}
    titles |= {dashboard.guide.key: guide} if guide else {}
    spilled = spilled_in(snapshot, set(titles.values()))
    _refuse_strangers(snapshot, dashboard, titles)
    history = Days(snapshot, dashboard.tab("history"), tabs.get("history"))
    held = _held(snapshot, guide, settings)
    # A setting that somebody deleted comes back with the guide's text.
    whole = guide and settings.keys() >= _names(dashboard.guide)
    state = State(
        tabs,
        zone=_zone(held.get("zone")),
        zone_cell=_a1(settings.get("zone")),
        edition=_whole(snapshot.names.get(EDITION, "")) if whole else 0,
        history=history.read,
        accounts=history.accounts,
        before=history.before,
        since=history.since,
        boards=frozenset(boards),
        picks={n: value_of(c) for board in boards.values() for n, c in board.picks.items()},
        trend=trend_in(boards.get(TREND), snapshot),
        log=log_in(boards.get(LOG), snapshot),
        titles=snapshot.titles,
        cells=partial(cells_at, snapshot),
        formulas=partial(team_formulas, snapshot, _not_theirs(dashboard, tabs, titles, spilled)),
        spilled=spilled,
        forgotten=_forgotten(snapshot.names),
    )
    return Found(state, titles, settings, held, boards, frozenset(moved), history)


def _not_theirs(
    dashboard: Dashboard,
    tabs: Mapping[str, TabState],
    titles: Mapping[str, str],
    spilled: Collection[str],
) -> dict[str, Collection[int] | None]:
    """By title the positions of our columns; None for a tab that is ours whole."""
    ours: dict[str, Collection[int] | None] = dict.fromkeys([*titles.values(), *spilled])
    for tab in dashboard.tables:
        if tab.key in tabs and tab.kind in ("profile", "post"):
            held = tabs[tab.key]
            owned = [held.columns[c.key] for c in tab.columns if c.owned and c.key in held.columns]
            ours[held.title] = frozenset(owned)
    return ours


def _top(snapshot: Snapshot, title: str) -> dict[int, Texts]:
    """The texts in the first rows."""
    rows = takewhile(lambda row: row[0] <= _TOP, snapshot.rows(title))
    return {number: _texts(cells) for number, cells, _ in rows}


def _texts(cells: Cells) -> dict[int, str]:
    values = ((at, cell.value) for at, cell in cells.items())
    return {at: text for at, value in values if isinstance(value, str) and (text := value.strip())}


# --- our tables -----------------------------------------------------------------------------


def _named(tab: Tab, spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Where the hidden names of the tab's columns point."""
    return {c.key: spots[n] for c in tab.columns if (n := name_of(tab.key, c.key)) in spots}


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
    enough = min(len(tab.columns) / 2, _MANY)
    return best if best is not None and scores[best] >= enough else None


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
        if column.named_only and at is None:
            continue  # a header that reads the same may be the team's
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
        row = Row(number, row_cells(snapshot, tab, columns, cells))
        if row.cells:
            last = number
            rows.append(row)
    return TabState(title, columns, width, header_row, tuple(rows), last + 1)


# --- the guide ------------------------------------------------------------------------------


def _names(guide: Guide) -> set[str]:
    return {name for line in guide.lines for name, _ in _settings_of(line)}


def _settings_of(line: Line) -> list[tuple[str, int]]:
    """The names of a line's settings, and their positions."""
    names = [(line.setting, 2)] if line.setting else []
    return [*names, (line.also[0], 3)] if line.also else names


def _guide(
    snapshot: Snapshot,
    guide: Guide,
    spots: Mapping[str, Spot],
    tops: Mapping[str, Mapping[int, Texts]],
    free: Collection[str],
) -> tuple[str | None, dict[str, Spot]]:
    """The guide's tab and where its settings stand: beside their label, else where named."""
    named = {name: spots.get(name_of(guide.key, name)) for name in _names(guide)}
    votes = Counter(spot.title for spot in named.values() if spot and spot.title in free)
    title = votes.most_common(1)[0][0] if votes else None
    ours = {line.label for line in guide.lines if line.label}
    title = title or _by_labels(ours, {title: tops[title] for title in tops if title in free})
    if title is None:
        return None, {}
    labels = _labels({number: _texts(cells) for number, cells, _ in snapshot.rows(title)})
    settings: dict[str, Spot] = {}
    for line in guide.lines:
        for name, at in _settings_of(line):
            others = {labels[label] for label in ours - {line.label} if label in labels}
            if spot := _setting(line.label, at, named[name], title, labels, others):
                settings[name] = spot
    return title, settings


def _labels(top: Mapping[int, Texts]) -> dict[str, int]:
    return {texts[1]: row for row, texts in top.items() if 1 in texts}


def _by_labels(ours: Collection[str], tops: Mapping[str, Mapping[int, Texts]]) -> str | None:
    """The tab that begins like a guide, whatever it is called."""
    scores = {title: len(_labels(top).keys() & ours) for title, top in tops.items()}
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] >= _FEW else None


def _setting(
    label: str,
    at: int,
    named: Spot | None,
    title: str,
    labels: Mapping[str, int],
    others: Collection[int],
) -> Spot | None:
    """``others`` are the rows with another label of ours: there the name was left behind."""
    here = named is not None and named.title == title and named.row not in others
    if named is not None and here and labels.get(label, named.row) == named.row:
        return named
    return Spot(title, labels[label], at) if label in labels else None


def _held(snapshot: Snapshot, title: str | None, settings: Mapping[str, Spot]) -> dict[str, Cell]:
    """The cells of the settings, those that hold something."""
    rows = {n: cells for n, cells, _ in snapshot.rows(title)} if title and settings else {}
    found = {name: rows.get(s.row, {}).get(s.at, Cell()) for name, s in settings.items()}
    return {name: c for name, c in found.items() if c.formula or c.value is not None}


def _zone(cell: Cell | None) -> str:
    """The text of the zone's cell, "" for none. A formula that no program has computed yet
    stands for itself: it is no zone, and to take UTC instead would move the days."""
    return "" if cell is None else str(cell.formula if cell.value is None else cell.value)


def _a1(spot: Spot | None) -> str:
    return f"{spot.title}!{letters(spot.at)}{spot.row}" if spot else ""


def _forgotten(names: Mapping[str, str]) -> Forgotten:
    ours = {name: text for name, text in names.items() if name.startswith(FORGOTTEN)}
    marks = {name.removeprefix(FORGOTTEN): _whole(text) for name, text in ours.items()}
    return Forgotten(names.get(SALT, "").strip('"'), marks)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _refuse_strangers(snapshot: Snapshot, dashboard: Dashboard, titles: Mapping[str, str]) -> None:
    taken = {title.casefold() for title in snapshot.titles}
    for tab in dashboard.tabs:
        optional = isinstance(tab, Tab) and tab.optional
        if tab.key not in titles and tab.title.casefold() in taken and not optional:
            raise DestinationError(
                f"{snapshot.name} has a tab named {tab.title} that sheetsync did not make.",
                hint="Rename that tab, or give another path with --to.",
            )
