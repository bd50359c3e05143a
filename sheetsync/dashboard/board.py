"""The first screen: cards that a phone shows without scrolling sideways, charts to the right."""

from __future__ import annotations

from collections.abc import Iterator

from sheetsync.dashboard import (
    Board,
    BoardCell,
    CellStyle,
    Chart,
    Format,
    Series,
    Signal,
    trend,
)
from sheetsync.dashboard.words.headings import CARDS, TITLES

KEY = "dashboard"
#: What the drop-downs offer: names of the plan's ``choices``.
GROUPS, LABELS = "groups", "labels"
NEEDS_LINES, UP, DOWN, BEST = 8, 5, 3, 9

_COUNT, _PERCENT, _MONEY, _MOMENT = Format.COUNT, Format.PERCENT, Format.MONEY, Format.MOMENT


def _text(row: int, at: int, words: str, style: CellStyle = CellStyle.LABEL) -> BoardCell:
    return BoardCell(row, at, words, style=style)


def _live(
    row: int,
    at: int,
    source: str,
    format: Format = Format.TEXT,
    style: CellStyle = CellStyle.PLAIN,
    signal: Signal = Signal.NONE,
) -> BoardCell:
    return BoardCell(row, at, source, live=True, format=format, style=style, signal=signal)


def _top() -> Iterator[BoardCell]:
    newest = 'IF(COUNT(profiles[read_at])=0,"",MAX(profiles[read_at]))'
    yield _text(1, 1, CARDS["readings"], CellStyle.TITLE)
    yield _live(1, 2, newest, _MOMENT, CellStyle.TITLE)
    yield _text(2, 1, CARDS["group"])
    yield BoardCell(2, 2, CARDS["all"], style=CellStyle.PICK, pick="group", choices=GROUPS)


def _card(
    row: int, label: str, source: str, note: str, format: Format = _COUNT
) -> Iterator[BoardCell]:
    yield _text(row, 1, CARDS[label])
    yield _live(row, 2, source, format, CellStyle.FIGURE)
    yield _live(row, 3, note, style=CellStyle.NOTE)


def _sum(column: str) -> str:
    return f'IF(COUNT({column})=0,"",SUM({column}))'


def _cards() -> Iterator[BoardCell]:
    yield from _card(
        4, "recent", "SUM(profiles[recent])", f'"{CARDS["recent_of"]} "&SUM(profiles[in])'
    )
    for row, days in ((5, 7), (6, 28)):
        gained = f"profiles[gained_{days}d]"
        yield from _card(
            row,
            f"gained_{days}d",
            _sum(gained),
            f'COUNT({gained})&" of "&SUM(profiles[in])&" {CARDS["exact"]}"',
        )
    yield from _card(
        7,
        "posts_week",
        "SUM(posts[week])",
        f'"{CARDS["posts_seen"]}, "&SUM(posts[in])',
    )
    gained = "posts[gained_7d]"
    note = f'COUNT({gained})&" {CARDS["posts"]}"'
    yield from _card(8, "views_week", _sum(gained), note, Format.ABOUT)
    rates = "profiles[engagement_in]"
    yield from _card(
        9,
        "engagement",
        f'IF(COUNT({rates})=0,"",MEDIAN({rates}))',
        f'"{CARDS["engagement_of"]} "&COUNT({rates})',
        _PERCENT,
    )
    yield from _card(
        10,
        "cost",
        'IF(SUM(posts[views_in])=0,"",SUM(posts[fee_in])/SUM(posts[views_in])*1000)',
        f'COUNT(posts[fee_in])&" {CARDS["fees"]}"',
        _MONEY,
    )


def _nth(column: str, among: str, found: str) -> str:
    """The cell of ``column`` in the row where ``among`` equals ``found``."""
    return f"INDEX({column},MATCH({found},{among},0))"


def _needs(top: int) -> Iterator[BoardCell]:
    both = "(COUNT(profiles[needs_at])+COUNT(posts[needs_at]))"
    part = f'IF({both}>{NEEDS_LINES},"{NEEDS_LINES}{CARDS["needs_of"]}","")'
    yield _live(top, 1, f'"{CARDS["needs"]} ("&{part}&{both}&")"', style=CellStyle.HEADING)
    for n in range(1, NEEDS_LINES + 1):
        first = "COUNT(profiles[needs_at])"
        ours = _nth("profiles[needs]", "profiles[needs_at]", f"SMALL(profiles[needs_at],{n})")
        theirs = _nth("posts[needs]", "posts[needs_at]", f"SMALL(posts[needs_at],{n}-{first})")
        source = f'IF({n}<={first},{ours},IF({n}<={both},{theirs},""))'
        yield _live(top + n, 1, source)


def _header(row: int, *words: str) -> Iterator[BoardCell]:
    for at, word in enumerate(words, 1):
        yield _text(row, at, CARDS[word], CellStyle.HEADING)


def _movers(top: int) -> Iterator[BoardCell]:
    yield from _header(top, "movers", "gained", "growth", "followers")
    mover = "profiles[mover]"
    for n in range(1, UP + 1):
        yield from _mover(top + n, f"LARGE({mover},{n})", f"COUNT({mover})>={n}", ">0")
    for n in range(DOWN, 0, -1):
        row = top + UP + DOWN + 1 - n
        yield from _mover(row, f"SMALL({mover},{n})", f"COUNT({mover})>={n}", "<0")


def _mover(row: int, found: str, there: str, sign: str) -> Iterator[BoardCell]:
    mover = "profiles[mover]"
    columns = (
        (1, "label", Format.TEXT, Signal.NONE),
        (2, "change_7d", Format.GAIN, Signal.RISE),
        (3, "growth_7d", _PERCENT, Signal.NONE),
        (4, "followers", _COUNT, Signal.NONE),
    )
    # A gain of nothing is no move; ROW()/10000000 in mover only parts equal ones.
    moved = f"IF({there},ROUND({found},0){sign},0=1)"
    for at, column, shown, signal in columns:
        source = (
            f"IF({moved},{_nth(f'profiles[{column}]', mover, found)},{_none(mover, at, found)})"
        )
        yield _live(row, at, source, shown, signal=signal)


def _none(mover: str, at: int, found: str) -> str:
    """What an empty place of a list shows: the first says when there will be something."""
    first = at == 1 and found == f"LARGE({mover},1)"
    return f'IF(COUNT({mover})=0,"{CARDS["later"]}","")' if first else '""'


def _about(number: str, *steps: str) -> str:
    """A number of whose digits the site shows only the first: "≈ 412k"."""
    rounded = ",".join(f"N({step})>1" for step in steps)
    millions = f'ROUND({number}/100000,0)/10&"M"'
    short = f'"≈ "&IF({number}>=1000000,{millions},ROUND({number}/1000,0)&"k")'
    return f"IF(OR({rounded}),{short},{number})"


def _best(top: int) -> Iterator[BoardCell]:
    yield from _header(top, "best", "views_gained", "views", "caption")
    mover = "posts[mover]"
    columns = (
        (1, "label", Format.TEXT),
        (2, "change_7d", Format.GAIN),
        (3, "views", _COUNT),
        (4, "caption", Format.TEXT),
    )
    for n in range(1, BEST + 1):
        for at, column, shown in columns:
            found = f"LARGE({mover},{n})"
            source = (
                f"IF(COUNT({mover})>={n},{_best_cell(column, found)},{_none(mover, at, found)})"
            )
            yield _live(top + n, at, source, shown)


def _best_cell(column: str, found: str) -> str:
    source = _nth(f"posts[{column}]", "posts[mover]", found)
    if column == "caption":
        return f'{source}&""'  # an empty cell would show as 0
    steps = {"views": ("views~step",), "change_7d": ("views~step", "views_7d~step")}
    about = [_nth(f"posts[{step}]", "posts[mover]", found) for step in steps.get(column, ())]
    return _about(source, *about) if about else source


#: Label, column, format, and whether a difference of two profiles says something.
_COMPARED = (
    ("overview", "", Format.TEXT, False),
    ("followers", "followers", _COUNT, True),
    ("gained_7d", "change_7d", Format.GAIN, True),
    ("gained_28d", "change_28d", Format.GAIN, True),
    ("Growth, 7 days", "growth_7d", _PERCENT, True),
    ("Growth, 28 days", "growth_28d", _PERCENT, True),
    ("Likes gained, 7 days", "likes_change_7d", Format.GAIN, True),
    ("content", "", Format.TEXT, False),
    ("Posts gained, 7 days", "posts_change_7d", Format.GAIN, True),
    ("Posts gained, 28 days", "posts_change_28d", Format.GAIN, True),
    ("Views, median", "views_median", _COUNT, True),
    ("Engagement", "engagement", _PERCENT, True),
    ("of posts", "engagement_n", _COUNT, False),
    ("last_post", "last_post", Format.DATE, False),
    ("Read at", "read_at", _MOMENT, False),
)


def _compare(top: int) -> Iterator[BoardCell]:
    yield _text(top, 1, CARDS["compare"], CellStyle.HEADING)
    for at in (2, 3):
        name = f"compare_{at - 1}"
        yield BoardCell(top, at, style=CellStyle.PICK, pick=name, choices=LABELS)
    yield _text(top, 4, CARDS["difference"], CellStyle.HEADING)
    for row, (label, column, shown, differs) in enumerate(_COMPARED, top + 1):
        style = CellStyle.LABEL if column else CellStyle.HEADING
        yield _text(row, 1, CARDS.get(label, label), style)
        if not column:
            continue
        for at in (2, 3):
            yield _live(row, at, _of_pick(f"dashboard[compare_{at - 1}]", column), shown)
        if differs:
            both = f"AND(ISNUMBER(B{row}),ISNUMBER(C{row}))"
            less, apart = Format.GAIN if shown is _COUNT else shown, f"B{row}-C{row}"
            if shown is _PERCENT:  # 5 % and 6 % are not 1 % apart
                less, apart = Format.POINTS, f"({apart})*100"
            yield _live(row, 4, f'IF({both},{apart},"")', less, signal=Signal.RISE)


def _of_pick(pick: str, column: str) -> str:
    """The column's number of the profile picked; blank when it has none, or nobody is picked."""
    found = _nth(f"profiles[{column}]", "profiles[label]", pick)
    shown = found
    if column == "followers":
        shown = _about(found, _nth("profiles[followers~step]", "profiles[label]", pick))
    return f'IF(COUNTIF(profiles[label],{pick})=0,"",IF({found}="","",{shown}))'


def _chart_picks(row: int, at: int) -> Iterator[BoardCell]:
    yield _text(row, at, CARDS["chart_these"])
    for n in range(1, trend.LINES + 1):
        name = f"line_{n}"
        yield BoardCell(row, at + n, style=CellStyle.PICK, pick=name, choices=LABELS)


_NEEDS_AT = 12
_MOVERS_AT = _NEEDS_AT + NEEDS_LINES + 2
_BEST_AT = _MOVERS_AT + UP + DOWN + 2
_COMPARE_AT = _BEST_AT + BEST + 2
#: Column F. What a caption in D does not hold runs on into E.
_CHARTS = 6
_PICKS_AT = 20

_GAINED = Chart(
    "gained",
    CARDS["chart_gained"],
    "column",
    trend.KEY,
    trend.LAST_28["day"],
    (Series(CARDS["gained"], trend.LAST_28["gained"]),),
    row=3,
    at=_CHARTS,
)
_INDEX = Chart(
    "index",
    CARDS["chart_index"],
    "line",
    trend.KEY,
    trend.NAMES["day"],
    tuple(
        Series(f"line_{n}", trend.NAMES[f"line_{n}"], shown_by=f"line_{n}")
        for n in range(1, trend.LINES + 1)
    ),
    row=_PICKS_AT + 2,
    at=_CHARTS,
)

BOARD = Board(
    KEY,
    TITLES[KEY],
    (
        *_top(),
        *_cards(),
        *_needs(_NEEDS_AT),
        *_movers(_MOVERS_AT),
        *_best(_BEST_AT),
        *_compare(_COMPARE_AT),
        *_chart_picks(_PICKS_AT, _CHARTS),
    ),
    charts=(_GAINED, _INDEX),
    widths=(27, 17, 17, 20, 18, 14, 20, 20, 20, 20, 20),
    freeze=(2, 1),
)
