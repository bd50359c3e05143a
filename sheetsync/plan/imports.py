"""The rows of Imports: what each should hold, from what its formula gave. Pure.

The results of a row belong to the formula in its ``for``: one that was retyped begins anew. A
formula that cannot be worked out keeps its last result, with its age and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from sheetsync.dashboard import AS_READ, UTC_OF, Formula, Scalar, Tab, Value, words
from sheetsync.dashboard.imports import FIELD, TYPE
from sheetsync.dashboard.words import Status
from sheetsync.errors import DestinationError
from sheetsync.model import ImportRead, ImportValue
from sheetsync.plan.as_read import as_read, shown_in, with_as_read
from sheetsync.plan.changes import Change, Counts, Part, diff
from sheetsync.plan.listed import (
    ImportKey,
    Listed,
    fields_of,
    formula_in,
    formula_of,
    is_of,
    listed_rows,
    without_sign,
)
from sheetsync.plan.spills import MOST_TEXT, Spills, fitting, is_taken
from sheetsync.plan.state import Row, State
from sheetsync.plan.trail import Results


@dataclass(frozen=True, slots=True)
class Imported:
    """A run's share of Imports: what was read, rows to add, and what becomes of ``Stands in``
    where a formula of the team's was moved or removed."""

    reads: Sequence[ImportRead] = ()
    added: Sequence[Listed] = ()
    cells: Mapping[ImportKey, str] = field(default_factory=dict)


NOTHING = Imported()


class ImportRows:
    """The plan of the tab Imports, and of the tabs that results spill into."""

    def __init__(self, tab: Tab, state: State, zone: tzinfo, imported: Imported) -> None:
        self.tab, self.state, self.zone = tab, state, zone
        self.imported = imported
        self.reads = {read.key: read for read in imported.reads}
        self.numbers = fields_of(state, imported.added)
        held = state.tabs.get(tab.key)
        self.rows = held.rows if held else ()
        self.next_row = held.next_row if held else 2
        self.shown = shown_in(tab)
        self.by_formula = {(row.text("for"), self._place(row)): row for row in self.rows}
        there = {self._key(row) for row, _ in listed_rows(state)}
        unique = {one.key: one for one in imported.added if one.key not in there}
        self.added = list(unique.values())
        self.spills = Spills(state, tab.title)
        if self.added and held is None and is_taken(tab.title, state):
            raise DestinationError(
                f"There is a tab named {tab.title} that sheetsync did not make.",
                hint="Rename that tab, or give another destination with --to.",
            )

    @property
    def needed(self) -> bool:
        """Whether there is such a tab, or has to be."""
        return bool(self.added) or self.tab.key in self.state.tabs

    def part(self) -> Part:
        changed = [change for row in self.rows if (change := self._row(row))]
        changes = [change for row in changed for change in row]
        for number, one in enumerate(self.added, self.next_row):
            typed = {"name": one.name or None, "formula": one.formula}
            for column, value in typed.items():
                if value is not None:
                    changes.append(Change(self.tab.key, number, column, None, value, added=True))
            cells = self._cells(Row(number, {}), one.formula, one.cell, one.key)
            changes += diff(self.tab, Row(number, {}), cells, added=True)
        counts = Counts(len(changed), len(self.added), len(self.rows) - len(changed))
        return Part(self.tab.key, changes, counts)

    def _key(self, row: Row) -> ImportKey:
        key = formula_in(row), row.text("cell")
        return key[0], self.imported.cells.get(key, key[1])

    def _row(self, row: Row) -> list[Change]:
        formula, cell = self._key(row)
        if formula:
            return diff(self.tab, row, self._cells(row, formula, cell, (formula, cell)))
        if row.cells.get("formula") not in (None, ""):  # a number, a day, TRUE
            why = {"status": str(Status.CHECK), "why": words.NO_FORMULA}
            return diff(self.tab, row, {**self._held(row), **why})
        ours = formula_of(row) or row.text("why") == words.NO_FORMULA
        return diff(self.tab, row, {}) if ours else []  # a line of theirs is left alone

    def _cells(self, row: Row, formula: str, cell: str, key: ImportKey) -> dict[str, Scalar]:
        source = row if is_of(row, formula) else self.by_formula.get((without_sign(formula), cell))
        cells = self._held(source) if source else {}
        number = self.numbers.get(key)
        cells |= {"for": without_sign(formula), "cell": cell or None}
        cells["column"] = f"{FIELD}{number[0]}" if number else None
        read = self.reads.get(key)
        if read is None:
            if cells.get("status") is None:
                cells |= {"status": str(Status.WAITING), "why": words.NOT_READ_YET}
        elif read.has_value:
            cells |= self._value(read, Results.of_text(_text(cells.get("trail"))))
            if read.rows and (title := row.text("spill")):
                said = self.spills.add(row.number, title, read.rows)
                cells["why"] = " ".join(filter(None, (_text(cells.get("why")), said))) or None
        else:
            old = cells.get("read_at") is not None
            cells |= {"status": str(_status(read, old)), "why": why_of(read)}
        return {**cells, AS_READ: as_read(cells, self.shown)}

    def _held(self, row: Row) -> dict[str, Scalar]:
        plain = {column.key: row.cells.get(column.key) for column in self.tab.columns}
        read = {**with_as_read(plain, self.shown), **self._moments(plain)}
        read["result"] = _day_of(read.get("result"), read.get(TYPE))
        return {k: _held(v) if isinstance(v, Formula) else v for k, v in read.items()}

    def _moments(self, plain: Mapping[str, Value]) -> dict[str, Value]:
        """What hidden cells say of the visible days."""
        at = plain.get("read_at" + UTC_OF)
        if not isinstance(at, datetime):
            return {name: plain.get(name) for name in ("read_at", "before_day")}
        shown = at.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)
        before = Results.of_text(_text(plain.get("trail"))).before(shown.date())
        return {"read_at": shown, "before_day": before[0] if before else None}

    def _place(self, row: Row) -> str:
        """The cell that the results of a row stand in."""
        return _text(with_as_read(row.cells, ("cell",)).get("cell"))

    def _value(self, read: ImportRead, results: Results) -> dict[str, Scalar]:
        at = read.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        shown = read.at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        value = _value_of(read)
        results = results.with_value(shown.date(), value) if read.rows else results
        before = results.before(shown.date())
        size = f"{len(read.rows)} × {len(read.rows[0])}" if read.rows else ""
        return {
            "result": value,
            TYPE: type_of(value),
            "size": size if size not in ("", "1 × 1") else None,
            "status": str(Status.PART if read.missed else Status.READ),
            "why": why_of(read) or None,
            "read_at": shown,
            "read_at~utc": at,
            "before": before[1] if before else None,
            "before_day": before[0] if before else None,
            "trail": results.text(),
            **{f"last_{n}": number for n, number in enumerate(results.numbers(), 1)},
        }

    # --- columns of Profiles ----------------------------------------------------------------

    def fields(self) -> dict[str, ImportRead | None]:
        """By column of Profiles what was read for it; None where its values have to stay. A
        column whose formula was retyped and was not read is left out: its values go."""
        held = {self._key(row): row for row, _ in listed_rows(self.state)}
        found: dict[str, ImportRead | None] = {}
        for key, (number, _) in self.numbers.items():
            read, row = self.reads.get(key), held.get(key)
            if read is not None or (row is not None and is_of(row, key[0])):
                found[f"{FIELD}{number}"] = read
        return found

    def changed_fields(self) -> frozenset[str]:
        """Columns whose formula is another one now: what they hold is of the former."""
        rows = {self._key(row): row for row, _ in listed_rows(self.state)}
        return frozenset(
            f"{FIELD}{number}"
            for key, (number, _) in self.numbers.items()
            if key not in rows or not is_of(rows[key], key[0])
        )


def _day_of(value: Value, kind: Value) -> Value:
    """A day that was kept as text."""
    try:
        if kind == "date" and isinstance(value, str):
            return date.fromisoformat(value)
        if kind == "time" and isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    return value


def _held(cell: Formula) -> Scalar:
    """A text of the page that begins with = is a formula without a value, once a script of the
    team's has moved its row."""
    return cell.text if cell.value is None else cell.value


def field_cells(read: ImportRead | None, key: str, held: Value, *, changed: bool) -> Scalar:
    """What a profile's cell of an import should hold: its last good value stays."""
    before = held.value if isinstance(held, Formula) else held
    before = None if changed else before
    value = read.each.get(key) if read else None
    if value is None:
        return before
    return value.isoformat(sep=" ") if isinstance(value, datetime) else _plain_day(value)


def _plain_day(value: ImportValue) -> Scalar:
    return value.isoformat() if isinstance(value, date) else value


def _value_of(read: ImportRead) -> Scalar:
    if read.rows:
        return fitting(read.rows[0][0])
    return f"{len(read.each)} of {len(read.each) + len(read.missed)}"


def type_of(value: Scalar) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "flag"
        case str():
            return "text"
        case datetime():
            return "time"
        case date():
            return "date"
    return "number"


def _status(read: ImportRead, old: bool) -> Status:
    """A formula that is wrong needs its author, whatever it gave before."""
    if read.reason in ("formula", "argument", "reference", "locale", "query"):
        return Status.CHECK
    if old:
        return Status.OLD
    return Status.REFUSED if read.reason == "refused" else Status.WAITING


def why_of(read: ImportRead) -> str:
    """``12 of 14; @anna: …``, or the reason, with what a sheet's own cell would show."""
    if read.each:
        return _of_each(read)
    if read.rows:
        value = read.rows[0][0]
        cut = isinstance(value, str) and len(value) > MOST_TEXT
        return f"Only the first {MOST_TEXT:,} signs of the text are shown." if cut else ""
    shows = f"{read.shows}: " if read.shows else ""
    return " ".join(f"{shows}{read.why} {read.hint}".split())


def _of_each(read: ImportRead) -> str:
    if not read.missed:
        return ""
    first = [f"@{k.partition(':')[2]}: {why}" for k, why in list(read.missed.items())[:3]]
    more = len(read.missed) - len(first)
    told = " · ".join([*first, *([f"and {more} more"] if more else [])])
    return f"{_value_of(read)}; {told}"


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
