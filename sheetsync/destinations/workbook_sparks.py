"""What stands in the tab Trend beside the board itself: the numbers behind the sparklines, and
the lists that drop-downs offer.

A sparkline stays in its cell when somebody sorts the rows. So it is drawn from formulas that look
up whose row that is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetsync.dashboard import Area, Tab
from sheetsync.dashboard.formulas import absolute, letters
from sheetsync.dashboard.trend import END, KEY, LAST, SLOTS, TOP
from sheetsync.dashboard.words.headings import CARDS
from sheetsync.destinations.workbook_cells import Cell
from sheetsync.destinations.workbook_frame import Frame
from sheetsync.plan import positions

_DAYS = 28
#: Positions: the profile's column in Trend, then its days; the lists.
_SLOT = END + 2
_FIRST, _LAST = _SLOT + 1, _SLOT + _DAYS
_LISTS = _LAST + 2


@dataclass(frozen=True, slots=True)
class SparkBlock:
    """``lines``: for a row of ``tab``, the cells in ``board`` that its line is drawn from.

    ``cells`` are by row and position; ``lists`` where each list of choices stands.
    """

    tab: str
    board: str = KEY
    lines: Mapping[int, Area] = field(default_factory=dict)
    cells: Mapping[int, Mapping[int, Cell]] = field(default_factory=dict)
    lists: Mapping[str, Area] = field(default_factory=dict)


def spark_block(frame: Frame) -> SparkBlock:
    drawn = (t for t in frame.dashboard.tables if any(c.spark for c in t.columns))
    tab = next(drawn, None)
    if tab is None:
        return SparkBlock("")
    cells: dict[int, dict[int, Cell]] = {}
    lines: dict[int, Area] = {}
    for number, row in enumerate(_rows(frame, tab)[:SLOTS], 1):
        cells[number] = _line(frame, tab, row, number)
        lines[row] = Area(number, _FIRST, number, _LAST)
    lists = {}
    choices = {**frame.plan.choices}
    if "groups" in choices:
        choices["groups"] = (CARDS["all"], *choices["groups"])
    for at, (name, words) in enumerate(sorted(choices.items()), _LISTS):
        for number, word in enumerate(words, 1):
            cells.setdefault(number, {})[at] = Cell(word)
        if words:
            lists[name] = Area(1, at, len(words), at)
    return SparkBlock(tab.key, KEY, lines, cells, lists)


def _rows(frame: Frame, tab: Tab) -> list[int]:
    """The rows whose numbers are of somebody when the plan is applied."""
    held = frame.plan.state.tabs.get(tab.key)
    rows = {row.number for row in held.rows if row.text("for")} if held else set()
    for change in frame.plan.changes:
        if change.tab == tab.key and change.column == "for":
            (rows.discard if change.new is None else rows.add)(change.row)
    return sorted(rows)


def _line(frame: Frame, tab: Tab, row: int, number: int) -> dict[int, Cell]:
    """A gap is filled with the next number known; the last with the row's own followers."""
    at = positions(tab, frame.plan.state.tabs.get(tab.key))
    title = frame.titles[tab.key]

    def of(key: str) -> str:
        return absolute(title, Area(row, at[key], row, at[key]))

    same = f"{of('address')}={of('for_address')}"
    keys = absolute(frame.titles[KEY], frame.places.at(KEY, "keys")[1])
    followers = absolute(frame.titles[KEY], frame.places.at(KEY, "followers")[1])
    slot = f"${letters(_SLOT)}{number}"
    board = frame.titles[KEY]
    made = {
        _SLOT: f"=IF({same},IF(COUNTIF({keys},{of('for')})=0,0,MATCH({of('for')},{keys},0)),-1)"
    }
    for day in range(1, _DAYS + 1):
        where = _SLOT + day
        line = LAST - TOP + 1 - _DAYS + day
        then = f"{letters(where + 1)}{number}"
        if day == _DAYS:
            then = f'IF({slot}<0,"",IF({of("followers")}="","",{of("followers")}))'
        here = f"INDEX({followers},{line},{slot})"
        made[where] = f"=IF({slot}<1,{then},IF(N({here})=0,{then},{here}))"
    return {where: frame.ours(formula, board, number, where) for where, formula in made.items()}
