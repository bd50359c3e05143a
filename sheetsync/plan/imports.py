"""The rows of Imports: what each should hold, from what its formula gave. Pure.

The results of a row belong to the formula in its ``for``: one that was retyped begins anew. A
formula that cannot be worked out keeps its last result, with its age and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from sheetsync.dashboard import Formula, Scalar, Tab, Value, words
from sheetsync.dashboard.imports import FIELD, TYPE
from sheetsync.dashboard.words import Status
from sheetsync.errors import DestinationError
from sheetsync.model import ImportRead, ImportValue
from sheetsync.plan.changes import Change, Counts, Part, diff
from sheetsync.plan.state import Block, Row, State
from sheetsync.plan.trail import Results

#: So many cells of a result are written into a tab of its own; what is left out is said.
SPILL_CELLS = 20_000
#: Signs of a text in a cell: Excel's own limit is 32,767.
MOST_TEXT = 32_000
#: Columns of Profiles that may stand in braces in a formula.
_BRACES = re.compile(r"\{([a-z_]+)\}")
FIELDS = frozenset({"address", "handle", "platform", "name", "group", "account_id"})
_EXCEL_TITLE = re.compile(r"[^\[\]:*?/\\]{1,31}")

#: Which import: its formula and the cell of the team's that it stands in.
ImportKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """An import that is to get a row."""

    formula: str
    name: str = ""
    cell: str = ""

    @property
    def key(self) -> ImportKey:
        return self.formula, self.cell


@dataclass(frozen=True, slots=True)
class Imported:
    """A run's share of Imports: what was read, rows to add, and what becomes of ``Stands in``
    where a formula of the team's was moved or removed."""

    reads: Sequence[ImportRead] = ()
    added: Sequence[Listed] = ()
    cells: Mapping[ImportKey, str] = field(default_factory=dict)


NOTHING = Imported()


def formula_in(row: Row) -> str:
    """The formula that a row lists, "" for none; a formula that a program has computed too."""
    cell = row.cells.get("formula")
    return cell.text.strip() if isinstance(cell, Formula) else row.text("formula")


def formula_of(row: Row) -> str:
    """The formula that a row's results are of.

    It is kept without its ``=``: a script of the team's that moves rows would make a formula of
    it. (Sheets of before have the ``=``, or that formula.)
    """
    cell = row.cells.get("for")
    text = cell.text.strip() if isinstance(cell, Formula) else row.text("for")
    return _kept(text) and f"={_kept(text)}"


def _kept(formula: str) -> str:
    return formula.strip().removeprefix("=").strip()


def is_of(row: Row, formula: str) -> bool:
    """Whether the results that a row holds are of this formula."""
    return formula_of(row).removeprefix("=") == _kept(formula)


def names_in(formula: str) -> tuple[str, ...]:
    """The columns of Profiles in a formula's braces: such a formula is one for each profile."""
    return tuple(name for name in _BRACES.findall(formula) if name in FIELDS)


def listed_rows(state: State) -> Iterator[tuple[Row, str]]:
    """The rows of Imports with a formula, and it."""
    held = state.tabs.get("imports")
    for row in held.rows if held else ():
        if formula := formula_in(row):
            yield row, formula


def fields_of(state: State, added: Sequence[Listed] = ()) -> dict[ImportKey, tuple[int, str]]:
    """The imports that are a column of Profiles: its number, which stays, and its name."""
    wanted: dict[ImportKey, tuple[int, str]] = {}
    for row, formula in listed_rows(state):
        if names_in(formula):
            key = (formula, row.text("cell"))
            if not wanted.get(key, (0, ""))[0]:  # a row that says the same twice has one column
                wanted[key] = _number(row), row.text("name")
    for one in added:
        if names_in(one.formula):
            wanted.setdefault(one.key, (0, one.name))
    taken: set[int] = set()
    found: dict[ImportKey, tuple[int, str]] = {}
    for key, (number, name) in sorted(wanted.items(), key=lambda item: item[1][0] == 0):
        free = next(n for n in range(1, len(wanted) + len(taken) + 2) if n not in taken)
        own = number if number and number not in taken else free
        taken.add(own)
        found[key] = own, name
    return found


def _number(row: Row) -> int:
    text = row.text("column").removeprefix(FIELD)
    return int(text) if re.fullmatch(r"[1-9]\d{0,3}", text) else 0


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
        there = {self._key(row) for row, _ in listed_rows(state)}
        unique = {one.key: one for one in imported.added if one.key not in there}
        self.added = list(unique.values())
        self.spills: dict[str, Block] = {}
        #: By row why its whole result is in no tab.
        self.unspilled: dict[int, str] = {}
        if self.added and held is None and _taken(tab.title, state):
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
        cells = self._held(row) if is_of(row, formula) else {}
        number = self.numbers.get(key)
        cells |= {"for": _kept(formula), "cell": cell or None}
        cells["column"] = f"{FIELD}{number[0]}" if number else None
        read = self.reads.get(key)
        if read is None:
            if cells.get("status") is None:
                cells |= {"status": str(Status.WAITING), "why": words.NOT_READ_YET}
        elif read.has_value:
            cells |= self._value(read, Results.of_text(_text(cells.get("trail"))))
            if read.rows and (title := row.text("spill")):
                spilled = len(self.spills)
                said = self._spill(title, read.rows)
                if said and len(self.spills) == spilled:
                    self.unspilled[row.number] = said
                cells["why"] = _joined(_text(cells.get("why")), said)
        else:
            old = cells.get("read_at") is not None
            cells |= {"status": str(_status(read, old)), "why": why_of(read)}
        return cells

    def _held(self, row: Row) -> dict[str, Scalar]:
        plain = {column.key: row.cells.get(column.key) for column in self.tab.columns}
        return {k: _held(v) if isinstance(v, Formula) else v for k, v in plain.items()}

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

    def _spill(self, title: str, rows: Block) -> str:
        """Plans the tab; returns what has to be said about it."""
        held = {known.casefold(): known for known in self.state.spilled}
        known = held.get(title.casefold())
        if known is None and (problem := self._no_title(title)):
            return problem
        name = known or title
        if name.casefold() in {other.casefold() for other in self.spills}:
            return f"Another import spills into the tab {name}; type another name."
        most = max(SPILL_CELLS // len(rows[0]), 1)
        self.spills[name] = _trimmed(rows[:most])
        long = any(isinstance(v, str) and len(v) > MOST_TEXT for row in rows[:most] for v in row)
        few = f"The tab {name} has the first {most:,} of {len(rows):,} rows."
        cut = f"The tab {name} has the first {MOST_TEXT:,} signs of a text that is longer."
        return _joined(few if len(rows) > most else "", cut if long else "") or ""

    def _no_title(self, title: str) -> str:
        if not _EXCEL_TITLE.fullmatch(title) or title[0] == "'" or title[-1] == "'":
            return f"“{title[:40]}” cannot be the name of a tab: 31 signs at most, no []:*?/\\."
        if _taken(title, self.state) or title.casefold() in ("history", self.tab.title.casefold()):
            return f"sheetsync did not make the tab {title}, so it does not write there."
        return ""

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
        value = read.rows[0][0]
        return value[:MOST_TEXT] if isinstance(value, str) else value
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


def _joined(*parts: str) -> str | None:
    return " ".join(part for part in parts if part) or None


def _trimmed(rows: Block) -> Block:
    """Without blank rows and columns at the end, which nobody can read back; texts as a cell
    can hold them."""
    places = ((n, at, v) for n, row in enumerate(rows, 1) for at, v in enumerate(row, 1))
    filled = [(n, at) for n, at, value in places if value is not None]
    last, width = (max((place[n] for place in filled), default=0) for n in (0, 1))
    return tuple(tuple(_fitting(value) for value in row[:width]) for row in rows[:last])


def _fitting(value: Scalar) -> Scalar:
    return value[:MOST_TEXT] if isinstance(value, str) else value


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _taken(title: str, state: State) -> bool:
    return title.casefold() in {known.casefold() for known in state.titles}
