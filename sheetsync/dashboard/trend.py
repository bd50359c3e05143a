"""The tabs Trend (followers of 90 days, for charts and sparklines) and Log. Both are hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheetsync.dashboard import Area, Board, BoardCell, CellStyle, Format
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.words.headings import CARDS, TITLES, header

KEY, LOG_KEY = "trend", "log"
#: Profiles that get a column, days that get a row (the last is the newest reading's), and lines
#: of the chart in which profiles are compared.
SLOTS, DAYS, LINES = 200, 91, 5
#: Rows: of each slot the profile's key, its short name and its first number in these days.
KEY_ROW, LABEL_ROW, FIRST_ROW, TOP = 1, 2, 3, 4
LAST = TOP + DAYS - 1
#: Positions: the day, what all gained, of how many; the lines; followers and their steps by slot.
DAY, GAINED, OF, LINE = 1, 2, 3, 4
SLOT = LINE + LINES
STEP = SLOT + SLOTS
END = STEP + SLOTS - 1

LOG_COLUMNS = ("when", "seconds", "read", "not_read", "codes", "changed", "calls")
LOG_ROWS = 100


def _rows(at: int, first: int = TOP) -> Area:
    return Area(first, at, LAST, at)


NAMES: Mapping[str, Area] = {
    "day": _rows(DAY),
    "gained": _rows(GAINED),
    "keys": Area(KEY_ROW, SLOT, KEY_ROW, STEP - 1),
    "labels": Area(LABEL_ROW, SLOT, LABEL_ROW, STEP - 1),
    "first": Area(FIRST_ROW, SLOT, FIRST_ROW, STEP - 1),
    "followers": Area(TOP, SLOT, LAST, STEP - 1),
    **{f"line_{n}": _rows(LINE + n - 1) for n in range(1, LINES + 1)},
}
LAST_28: Mapping[str, Area] = {
    "day": _rows(DAY, LAST - 27),
    "gained": _rows(GAINED, LAST - 27),
}


def _across(at: int, row: int) -> str:
    return f"${letters(at)}{row}:${letters(at + SLOTS - 1)}{row}"


def _gained(row: int) -> Iterator[BoardCell]:
    """Of the profiles with an exact reading on this day and on the day before."""
    exact = f"({_across(STEP, row)}=1)*({_across(STEP, row - 1)}=1)"
    less = f"({_across(SLOT, row)}-{_across(SLOT, row - 1)})"
    count = f"SUMPRODUCT({exact})"
    total = f'IF({letters(OF)}{row}=0,"",SUMPRODUCT({exact}*{less}))'
    yield BoardCell(row, GAINED, total, live=True, format=Format.COUNT)
    yield BoardCell(row, OF, count, live=True, format=Format.COUNT)


def _line(row: int, n: int) -> BoardCell:
    """The picked profile's followers, its first reading = 100; flat where there is no reading,
    because a blank would be drawn as zero."""
    pick = f"dashboard[line_{n}]"
    slot = f"MATCH({pick},trend[labels],0)"
    here = f"INDEX(trend[followers],{row - TOP + 1},{slot})"
    before = "100" if row == TOP else f"{letters(LINE + n - 1)}{row - 1}"
    index = f"{here}/INDEX(trend[first],1,{slot})*100"
    value = f"IF(N({here})=0,{before},{index})"
    source = f'IF({pick}="","",IF(COUNTIF(trend[labels],{pick})=0,"",{value}))'
    return BoardCell(row, LINE + n - 1, source, live=True, format=Format.COUNT)


def _heads() -> Iterator[BoardCell]:
    for at, word in ((DAY, "trend_day"), (GAINED, "trend_gained"), (OF, "trend_n")):
        yield BoardCell(LABEL_ROW, at, CARDS[word], style=CellStyle.HEADING)
    for row, word in ((KEY_ROW, "key"), (FIRST_ROW, "first")):
        yield BoardCell(row, 1, CARDS[f"trend_{word}"], style=CellStyle.HEADING)
    for n in range(1, LINES + 1):
        source = f'dashboard[line_{n}]&""'
        yield BoardCell(LABEL_ROW, LINE + n - 1, source, live=True, style=CellStyle.HEADING)


def _cells() -> Iterator[BoardCell]:
    yield from _heads()
    for row in range(TOP, LAST + 1):
        if row > TOP:
            yield from _gained(row)
        for n in range(1, LINES + 1):
            yield _line(row, n)


TREND = Board(
    KEY, TITLES[KEY], tuple(_cells()), NAMES, widths=(14, 10, 10), freeze=(3, 1), hidden=True
)

LOG = Board(
    LOG_KEY,
    TITLES[LOG_KEY],
    tuple(
        BoardCell(1, at, header(name, LOG_KEY), style=CellStyle.HEADING)
        for at, name in enumerate(LOG_COLUMNS, 1)
    ),
    widths=(20, 10, 10, 10, 40, 14, 10),
    freeze=(1, 0),
    hidden=True,
)
