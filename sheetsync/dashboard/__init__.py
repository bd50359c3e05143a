"""What a dashboard is made of, neutral of any destination: types, no I/O.

The one description is ``tabs.DASHBOARD``; the words in it are in ``words``. Where a column's
cells come from is exactly one of ``value`` (the sync writes what was read, or its
bookkeeping), ``baseline`` (an older reading, dated), ``formula``, or ``team`` (theirs). That one
rule answers "what will a sync write over?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

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

#: What the sync writes besides fields of a Record; ``plan`` makes each of them.
BOOKKEEPING = frozenset(
    {
        *("platform", "handle", "id", "for", "status", "why", "checked~utc"),
        *("read_at", "read_at~utc", "kept", "source", "captured_by", "layout"),
        *("day", "profile"),
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


#: TEXT is ``@``, so that a caption "=1+1" stays text also after a person has edited the cell.
PATTERNS: Mapping[Format, str] = {
    Format.TEXT: "@",
    Format.COUNT: "#,##0",
    Format.MONEY: "#,##0.00",
    Format.PERCENT: "0.0%",
    Format.DATE: "d mmm yyyy",
    Format.MOMENT: "d mmm yyyy hh:mm",
    Format.FLAG: '"yes";"yes";"no"',  # without it LibreOffice shows TRUE as 1
}
#: Chosen cell by cell: Google's conditional formats cannot set a number format.
ROUNDED = '"≈ "#,##0'

NUMERIC = frozenset({Format.COUNT, Format.MONEY, Format.PERCENT, Format.DATE, Format.MOMENT})


@dataclass(frozen=True, slots=True)
class Baseline:
    """The reading of ``field`` nearest to, and not after, ``days`` days before the newest one."""

    field: str
    days: int


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` never changes; ``header`` is the first text, which the team may rename.

    ``width`` is in characters. Raises ValueError unless there is exactly one kind of source.
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

    def __post_init__(self) -> None:
        sources = [bool(self.value), self.baseline is not None, bool(self.formula), self.team]
        if sum(sources) != 1:
            raise ValueError(f"column {self.key}: exactly one of value, baseline, formula, team")

    @property
    def owned(self) -> bool:
        return not self.team

    def pattern(self, step: Value = None) -> str:
        """The number format of one cell; ``step`` is the step of the number in it."""
        rounded = self.format is Format.COUNT and isinstance(step, int) and step > 1
        return ROUNDED if rounded else PATTERNS[self.format]


@dataclass(frozen=True, slots=True)
class Tab:
    """A table: one header row, then rows. ``kind`` says whose addresses stand in column A.

    ``kind`` is None where rows have no address (History).
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    kind: Kind | None = None
    hidden: bool = False

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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a guide: a label in column A, text in column B.

    With ``setting`` the text is only the first value of a named cell that belongs to the team.
    """

    label: str = ""
    text: str = ""
    style: LineStyle = LineStyle.PLAIN
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A tab of text. It is written once for each ``Dashboard.edition``, settings kept."""

    key: str
    title: str
    lines: tuple[Line, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All tabs in their order. ``edition`` rises when the words of the guide change."""

    tabs: tuple[Tab | Guide, ...]
    edition: int

    @property
    def tables(self) -> tuple[Tab, ...]:
        return tuple(tab for tab in self.tabs if isinstance(tab, Tab))

    @property
    def guide(self) -> Guide:
        return next(tab for tab in self.tabs if isinstance(tab, Guide))

    def tab(self, key: str) -> Tab:
        return next(tab for tab in self.tables if tab.key == key)
