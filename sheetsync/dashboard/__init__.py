"""What a dashboard is made of, neutral of any destination: types, no I/O.

The one description is ``tabs.DASHBOARD``; the words in it are in ``words``. Where a column's
cells come from is exactly one of ``value`` (the sync writes what was read, or its
bookkeeping), ``baseline`` (an older reading, dated), ``formula``, or ``team`` (theirs). That one
rule answers "what will a sync write over?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from sheetsync.model import FIELDS, Kind

#: What a cell may hold. A ``datetime`` is naive: the clock that the cell shows.
Scalar = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes. Text from a page is never one: only a Column's ``formula`` makes it
    (and a destination, for a formula that it found); ``value`` is the value last computed."""

    text: str
    value: Scalar = None


Value = Scalar | Formula

#: A column whose value is ``followers~step`` holds the step of ``followers``, and
#: ``read_at~utc`` the exact moment that ``read_at`` shows in the dashboard's own zone.
STEP = "~step"
UTC_OF = "~utc"
#: The hidden column that keeps what a row's visible ones showed when they were read.
AS_READ = "as_read"
#: The column of Imports with what a formula gave: a number, a text, a day.
RESULT = "result"

#: How many of a profile's newest posts its rates are made of.
WINDOW = 12

#: How many earlier values an import keeps, one a day.
LAST = 28

#: What the sync writes besides fields of a Record; ``plan`` makes each of them.
BOOKKEEPING = frozenset(
    {
        *("platform", "handle", "id", "for", "status", "why", "checked~utc"),
        *("read_at", "read_at~utc", "kept", "source", "captured_by", "layout"),
        *("day", "profile", "for_address", "twice", "label", "last_post", "trail"),
        AS_READ,
        *("profile_group", "profile_median", "rated_n", "rated_views", "rated_sum"),
        *("shared_n", "shared_views", "shared_sum"),
        *(f"views_{number}" for number in range(1, WINDOW + 1)),
        *("result", "result~type", "size", "cell", "before", "before_day", "column"),
        *(f"last_{number}" for number in range(1, LAST + 1)),
    }
)


class Format(StrEnum):
    """How a cell is shown; ``PATTERNS`` has the number format, the same on every destination."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"
    TIMES = "times"
    GAIN = "gain"
    POINTS = "points"  # the difference of two rates, times a hundred
    ABOUT = "about"
    PRICE = "price"
    ANY = "any"  # numbers, text and dates in one column


#: TEXT is ``@``, so that a caption "=1+1" stays text also after a person has edited the cell.
PATTERNS: Mapping[Format, str] = {
    Format.TEXT: "@",
    Format.COUNT: "#,##0",
    Format.MONEY: "#,##0.00",
    Format.PERCENT: "0.0%",
    Format.DATE: "d mmm yyyy",
    Format.MOMENT: "d mmm yyyy hh:mm",
    Format.FLAG: '"yes";"yes";"no"',  # without it LibreOffice shows TRUE as 1
    Format.TIMES: "0.0",
    Format.GAIN: "+#,##0;-#,##0;0",
    Format.POINTS: '+0.0" points";-0.0" points";0.0" points"',
    Format.ABOUT: '"≈ "#,##0',
    Format.PRICE: "#,##0.000",
    Format.ANY: "General",
}
#: Chosen cell by cell: Google's conditional formats cannot set a number format.
ROUNDED = PATTERNS[Format.ABOUT]

NUMERIC = frozenset(Format) - {Format.TEXT, Format.FLAG, Format.ANY}
#: A number is a date only by its format; these words stand beside it.
_DATED: Mapping[str, Format] = {"date": Format.DATE, "time": Format.MOMENT}


@dataclass(frozen=True, slots=True)
class Baseline:
    """An older reading of ``field``: its value, its step, or the day on which it was made.

    ``since`` "reading": the one nearest to, and not after, ``days`` days before the day of the
    row's newest reading. "published": the one nearest to the age of ``days`` days.
    """

    field: str
    days: int
    part: Literal["value", "step", "day"] = "value"
    since: Literal["reading", "published"] = "reading"


class Signal(StrEnum):
    """The one thing that a column's colour says; how is for the destination to know."""

    NONE = ""
    RISE = "rise"  # numbers above zero against those below
    LATE = "late"  # a number over the guide's setting "old_after"
    STATUS = "status"  # what needs a person


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` never changes; ``header`` is the first text, which the team may rename.

    ``width`` is in characters; ``folded`` columns stand in a collapsed group; ``about`` names the
    columns with the steps of the numbers that a formula computes with. ``spark``: where a
    destination can draw, the cell holds a small line of the profile's followers; ``line``: of the
    numbers in its own row, from the first of these columns to the second, which stand side by side.
    ``named_only``: it is never guessed from a header, where the team may have one of that name.
    Raises ValueError unless there is exactly one kind of source.
    """

    key: str
    header: str
    format: Format = Format.TEXT
    value: str = ""
    baseline: Baseline | None = None
    formula: str = ""
    team: bool = False
    width: float = 12
    hidden: bool = False
    note: str = ""
    folded: bool = False
    signal: Signal = Signal.NONE
    about: tuple[str, ...] = ()
    spark: bool = False
    line: tuple[str, str] | None = None
    named_only: bool = False

    def __post_init__(self) -> None:
        sources = [bool(self.value), self.baseline is not None, bool(self.formula), self.team]
        if sum(sources) != 1:
            raise ValueError(f"column {self.key}: exactly one of value, baseline, formula, team")

    @property
    def owned(self) -> bool:
        return not self.team

    @property
    def written(self) -> str:
        """What the plan calls the cell's content; "" where the sync plans none."""
        return self.value or (self.key if self.baseline else "")

    @property
    def steps(self) -> tuple[str, ...]:
        """The columns that say how exact this one's number is."""
        return self.about or (self.key + STEP,)

    def pattern(self, *steps: Value) -> str:
        """The number format of one cell; ``steps`` are those of the numbers in it, or for a cell
        that may hold anything the word for what it holds."""
        if self.format is Format.ANY:
            dated = (_DATED[step] for step in steps if isinstance(step, str) and step in _DATED)
            return PATTERNS[next(dated, self.format)]
        rounded = any(isinstance(step, int) and step > 1 for step in steps)
        return ROUNDED if rounded and self.format is Format.COUNT else PATTERNS[self.format]


@dataclass(frozen=True, slots=True)
class Tab:
    """A table: one header row, then rows. ``kind`` says whose addresses stand in column A, or
    that the rows are imports.

    ``kind`` is None where rows have no address (History). An ``optional`` tab is there only from
    the first row on that somebody asked for.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    kind: Kind | Literal["import"] | None = None
    hidden: bool = False
    optional: bool = False

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def fields(self, kind: Kind) -> tuple[str, ...]:
        """The Record fields that the tab stores, in column order."""
        return tuple(column.value for column in self.columns if column.value in FIELDS[kind])


class LineStyle(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    PLAIN = "plain"
    YOURS = "yours"  # the label shows the colour of cells that the team types into
    OURS = "ours"


#: A longer text in the guide is one line (the saver): wrapped, it would fill the screen.
LONG_TEXT = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a guide: a label in column A, text in column B.

    With ``setting`` the text is only the first value of a named cell that belongs to the team;
    ``also`` is a second such cell in column C, with its own name and first value.
    """

    label: str = ""
    text: str | int | float = ""
    style: LineStyle = LineStyle.PLAIN
    setting: str = ""
    also: tuple[str, int | float] | None = None
    format: Format = Format.TEXT

    @property
    def long(self) -> bool:
        """A text to copy, not to read."""
        return len(str(self.text)) > LONG_TEXT


@dataclass(frozen=True, slots=True)
class Guide:
    """A tab of text. It is written once for each ``Dashboard.edition``, settings kept."""

    key: str
    title: str
    lines: tuple[Line, ...]
    hidden: bool = False


class CellStyle(StrEnum):
    PLAIN = "plain"
    TITLE = "title"
    HEADING = "heading"
    LABEL = "label"
    FIGURE = "figure"  # the one big number of a card
    NOTE = "note"
    PICK = "pick"  # the team chooses: yellow


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One cell of a Board, at ``row`` and ``at`` (position), from 1.

    ``content`` is text or a number, or with ``live`` a neutral formula. ``pick`` names a cell that
    belongs to the team (``content`` is its first value); it offers the plan's ``choices`` of that
    name.
    """

    row: int
    at: int
    content: Scalar = None
    live: bool = False
    format: Format = Format.TEXT
    style: CellStyle = CellStyle.PLAIN
    pick: str = ""
    choices: str = ""
    signal: Signal = Signal.NONE


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, edges included, from 1."""

    first_row: int
    first_at: int
    last_row: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of bars; ``shown_by`` is the pick without which it is left out."""

    name: str
    values: Area
    shown_by: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """``x`` and the series' values are areas of the tab ``source``; a series' ``name`` is text, or
    the name of a pick that holds it. Size in pixels; anchored at ``row`` and ``at``."""

    key: str
    title: str
    kind: Literal["column", "line"]
    source: str
    x: Area
    series: tuple[Series, ...]
    row: int
    at: int
    width: int = 620
    height: int = 280


@dataclass(frozen=True, slots=True)
class Board:
    """A tab that is sheetsync's whole, every cell at a fixed place, but for the picks.

    What the plan fills in lies beside ``cells``; ``names`` are areas that formulas refer to.
    ``widths`` are of its first columns, in characters. ``freeze``: rows, columns.
    """

    key: str
    title: str
    cells: tuple[BoardCell, ...] = ()
    names: Mapping[str, Area] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    widths: tuple[float, ...] = ()
    freeze: tuple[int, int] = (0, 0)
    hidden: bool = False

    @property
    def picks(self) -> Mapping[str, BoardCell]:
        return {cell.pick: cell for cell in self.cells if cell.pick}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All tabs in their order. ``edition`` rises when formulas or the words of the guide change."""

    tabs: tuple[Tab | Guide | Board, ...]
    edition: int

    @property
    def tables(self) -> tuple[Tab, ...]:
        return tuple(tab for tab in self.tabs if isinstance(tab, Tab))

    @property
    def boards(self) -> tuple[Board, ...]:
        return tuple(tab for tab in self.tabs if isinstance(tab, Board))

    @property
    def guide(self) -> Guide:
        return next(tab for tab in self.tabs if isinstance(tab, Guide))

    def tab(self, key: str) -> Tab:
        return next(tab for tab in self.tables if tab.key == key)
