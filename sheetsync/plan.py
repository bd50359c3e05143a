"""State + records -> Plan: the cells to change, old and new. Pure.

A row is a view of what is known of the key that its address means, joined from every row whose
``for`` says that key and from the new records. So an address typed twice has both rows filled,
and a row whose address was retyped never shows the numbers of the former one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from itertools import chain, count

from sheetsync.dashboard import Dashboard, Formula, Scalar, Tab, Value, words
from sheetsync.dashboard.words import Status
from sheetsync.errors import UnsafePlan
from sheetsync.known import Known
from sheetsync.model import Post, Profile, Record
from sheetsync.reading import Reading, from_cells, from_record, merge, to_cells
from sheetsync.state import Row, State, letters, positions, zone_of

Target = Profile | Post
#: What an address in column A means; None when no platform knows it.
Find = Callable[[str], Target | None]

#: Cells that become blank when things get better; their loss is no loss.
_NO_LOSS = frozenset({"why", "kept"})


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, by tab key and column key; ``added`` when its row is new."""

    tab: str
    row: int
    column: str
    old: Value
    new: Value
    added: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, not cells. ``kept`` rows of History are those of this run's readings only."""

    changed: int = 0
    added: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that ``apply`` will do, and nothing else. Falsy when nothing would change.

    ``missing`` are the (tab, column) keys that the destination makes first: column "" is the tab
    itself, ("guide", "") the guide's text. ``unplaced`` are records that fit no row: without an
    address of their own, or with one that means something else. ``filled`` counts the owned cells
    that hold something now.
    """

    dashboard: Dashboard
    state: State
    changes: tuple[Change, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    unplaced: tuple[Record, ...] = ()
    filled: int = 0

    def __bool__(self) -> bool:
        return bool(self.changes or self.missing)

    def title(self, tab: str) -> str:
        """The tab's title as the team has it."""
        held = self.state.tabs.get(tab)
        return held.title if held else next(t.title for t in self.dashboard.tabs if t.key == tab)

    def a1(self, change: Change) -> str:
        """``Profiles!F4``"""
        at = positions(self.dashboard.tab(change.tab), self.state.tabs.get(change.tab))
        return f"{self.title(change.tab)}!{letters(at[change.column])}{change.row}"

    def lines(self, *, hidden: bool = False) -> list[str]:
        """``Profiles!F4 followers 5,351 → 5,402`` for each cell; ``hidden`` columns on request."""
        made = [f"{self.title(tab)}: new {_what(column)}" for tab, column in self.missing]
        shown = [
            f"{self.a1(change)} {change.column} {_show(change.old)} → {_show(change.new)}"
            for change in self.changes
            if hidden or not self.dashboard.tab(change.tab).column(change.column).hidden
        ]
        return made + shown

    @property
    def blanked(self) -> int:
        """Owned cells that would lose what they hold."""
        return sum(
            change.new is None and change.old is not None and change.column not in _NO_LOSS
            for change in self.changes
        )

    def raise_if_unsafe(self, allow_loss: bool = False) -> None:
        """Raises UnsafePlan when 10 cells or more, and over 30 % of the filled, become blank."""
        if allow_loss or self.blanked < 10 or self.blanked <= 0.3 * self.filled:
            return
        raise UnsafePlan(
            f"This sync would empty {self.blanked:,} of {self.filled:,} filled cells,"
            " so nothing was written.",
            hint="Look at the cells with --dry-run; if that is right, add --allow-loss.",
        )


def _what(column: str) -> str:
    return f"column {column}" if column else "tab"


def _show(value: Value) -> str:
    match value:
        case None:
            return "(empty)"
        case Formula():
            return value.text
        case bool():
            return str(value)
        case int():
            return f"{value:,}"
        case datetime():
            return f"{words.day(value)} {value:%H:%M}"
        case date():
            return words.day(value)
    return " ".join(str(value).split())


def make_plan(
    dashboard: Dashboard,
    state: State,
    records: Sequence[Record],
    now: datetime,
    *,
    find: Find,
    watched: Sequence[Target] = (),
) -> Plan:
    """The plan that brings ``state`` up to ``records``, which are judged already.

    ``watched`` get a row even without a record. Raises ConfigError for an unknown time zone.
    """
    zone = zone_of(state)
    profiles = [record for record in records if record.kind == "profile"]
    by_kind = {"profile": profiles, "post": _posts_of(records)}
    missing = _missing(dashboard, state)
    parts = [
        _Rows(tab, state, zone, now, find).plan(by_kind[tab.kind], watched)
        for tab in dashboard.tables
        if tab.kind is not None
    ]
    parts.append(_plan_history(dashboard.tab("history"), state, zone, profiles, now))
    return Plan(
        dashboard,
        state,
        changes=tuple(change for part in parts for change in part.changes),
        missing=missing,
        counts={part.tab: part.counts for part in parts},
        unplaced=tuple(record for part in parts for record in part.unplaced),
        filled=sum(part.filled for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One tab's share of the plan."""

    tab: str
    changes: Sequence[Change] = ()
    counts: Counts = Counts()
    unplaced: Sequence[Record] = ()
    filled: int = 0


def _missing(dashboard: Dashboard, state: State) -> tuple[tuple[str, str], ...]:
    missing = []
    for tab in dashboard.tables:
        held = state.tabs.get(tab.key)
        if held is None:
            missing.append((tab.key, ""))
        else:
            missing += [(tab.key, c.key) for c in tab.columns if c.key not in held.columns]
    if state.edition < dashboard.edition:
        missing.append((dashboard.guide.key, ""))
    return tuple(missing)


def _posts_of(records: Iterable[Record]) -> list[Record]:
    """Post records, and the posts on the pages of profiles, which share their page's origin.

    A page that gave no numbers of its profile may be about anybody: its posts are passed over.
    """
    posts = []
    for record in records:
        if record.kind == "post":
            posts.append(_with_handle(record, record.handle))
        elif record.outcome.has_numbers:
            for post in record.posts:
                seen = _with_handle(post, post.handle or record.handle)
                origin = (record.layout, record.source, record.captured_at, record.captured_by)
                layout, source, at, by = origin
                posts.append(
                    replace(seen, layout=layout, source=source, captured_at=at, captured_by=by)
                )
    return posts


def _with_handle(post: Record, handle: str) -> Record:
    return replace(post, fields={"handle": handle, **post.fields}) if handle else post


# --- rows with an address -------------------------------------------------------------------


class _Rows:
    """The plan of Profiles or Posts."""

    def __init__(self, tab: Tab, state: State, zone: tzinfo, now: datetime, find: Find) -> None:
        assert tab.kind is not None
        self.tab, self.kind, self.zone, self.now, self.find = tab, tab.kind, zone, now, find
        held = state.tabs.get(tab.key)
        self.rows = held.rows if held else ()
        self.next_row = held.next_row if held else 2
        self.owned = [column for column in tab.columns if column.value]
        # The address itself says whose row it is: these two are not learnt from pages.
        told = {"profile": "handle", "post": "id"}[self.kind]
        self.stored = [name for name in tab.fields(self.kind) if name != told]
        self.targets = {row.number: self._target(row) for row in self.rows}

    def plan(self, records: Sequence[Record], watched: Sequence[Target]) -> Part:
        known = self._known()
        wanted = {target.key: target for target in watched if target.kind == self.kind}
        unplaced = []
        for record in records:
            target = self._meant(record.url)
            key = record.key or (target.key if target else "")
            if target is not None and target.key == key:
                wanted.setdefault(key, target)
            elif key not in known:
                unplaced.append(record)
                continue
            self._join(known, key, Known.of_record(record, self.stored, self.now))
        changed = [change for row in self.rows if (change := self._row(row, known))]
        there = {target.key for target in self.targets.values() if target}
        added = [target for key, target in wanted.items() if key not in there]
        return Part(
            self.tab.key,
            [*chain.from_iterable(changed), *self._append(added, known)],
            Counts(len(changed), len(added), len(self.rows) - len(changed)),
            unplaced,
            self._filled(),
        )

    def _target(self, row: Row) -> Target | None:
        return self._meant(row.text("address"))

    def _meant(self, address: str) -> Target | None:
        target = self.find(address) if address else None
        return target if target is not None and target.kind == self.kind else None

    def _known(self) -> dict[str, Known]:
        """What the rows say, by key; a row speaks only for the key in its ``for``."""
        known = {target.key: Known() for target in self.targets.values() if target}
        for row in self.rows:
            key = row.text("for")
            if key in known:
                cells = {column.value: row.cells.get(column.key) for column in self.owned}
                self._join(known, key, Known.of_cells(cells, self.stored, self.kind))
        return known

    def _join(self, known: dict[str, Known], key: str, more: Known) -> None:
        known[key] = known.get(key, Known()).join(more, self.zone)

    def _row(self, row: Row, known: Mapping[str, Known]) -> list[Change]:
        target = self.targets[row.number]
        cells = self._cells(target, known[target.key]) if target else self._stranger(row)
        return [] if cells is None else diff(self.tab, row, cells)

    def _cells(self, target: Target, known: Known) -> dict[str, Scalar]:
        cells = known.cells(self.zone, self.now)
        cells |= {"for": target.key, "platform": target.platform}
        if isinstance(target, Profile):
            cells["handle"] = target.handle
        else:
            cells |= {"id": target.id, "handle": cells.get("handle") or target.handle or None}
        return cells

    def _stranger(self, row: Row) -> Mapping[str, Value] | None:
        """The cells of a row whose address means nothing here; None to leave it alone.

        Numbers that belonged to the row's former address go; a row that was never ours (a line
        of totals, say) keeps everything but the two words.
        """
        typed = row.cells.get("address") is not None
        here: Mapping[str, Value] = {}
        if not row.text("for"):
            if not typed and row.text("why") not in words.NO_ANSWER:
                return None
            here = {column.value: row.cells.get(column.key) for column in self.owned}
        if not typed:
            return {**here, "status": None, "why": None}
        other = self.find(row.text("address")) if row.text("address") else None
        why = words.WRONG_TAB[self.kind] if other else words.UNKNOWN_ADDRESS
        return {**here, "status": str(Status.WAITING), "why": why}

    def _append(self, added: Sequence[Target], known: Mapping[str, Known]) -> list[Change]:
        changes = []
        for number, target in enumerate(added, self.next_row):
            cells = self._cells(target, known.get(target.key, Known()))
            changes.append(Change(self.tab.key, number, "address", None, target.url, added=True))
            changes += diff(self.tab, Row(number, {}), cells, added=True)
        return changes

    def _filled(self) -> int:
        keys = [column.key for column in self.owned if column.key not in _NO_LOSS]
        return sum(row.cells.get(key) is not None for row in self.rows for key in keys)


def diff(tab: Tab, row: Row, cells: Mapping[str, Value], *, added: bool = False) -> list[Change]:
    """The changes that make the row's owned cells equal ``cells``, which are by ``value``."""
    return [
        Change(tab.key, row.number, column.key, old, new, added)
        for column in tab.columns
        if column.value
        and not same(old := row.cells.get(column.key), new := cells.get(column.value))
    ]


def same(a: Value, b: Value) -> bool:
    """Equal for a reader of the sheet: TRUE is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


# --- History --------------------------------------------------------------------------------


def _plan_history(
    tab: Tab, state: State, zone: tzinfo, profiles: Sequence[Record], now: datetime
) -> Part:
    """One row for each profile and day: replaced in place, or appended in order of days."""
    names = tab.fields("profile")
    readings: dict[tuple[date, str], Reading] = {}
    for record in profiles:
        reading = from_record(record, names, now) if record.outcome.has_numbers else Reading()
        if record.key and reading.at is not None and reading.has_numbers:
            key = (reading.at.astimezone(zone).date(), record.key)
            readings[key] = merge(readings.get(key, Reading()), reading, zone)
    there = state.history({key for _, key in readings}) if readings else {}
    held = state.tabs.get(tab.key)
    free = count(held.next_row if held else 2)
    changes: list[Change] = []
    changed = added = 0
    for (day, profile), reading in sorted(readings.items(), key=lambda item: item[0]):
        row = there.get((profile, day))
        if row is not None:
            reading = merge(reading, from_cells(row.cells, names, "profile"), zone)
        cells = {"day": day, "profile": profile, **to_cells(reading, zone)}
        new = diff(tab, row or Row(next(free), {}), cells, added=row is None)
        changes += new
        added += row is None
        changed += row is not None and bool(new)
    return Part(tab.key, changes, Counts(changed, added, len(readings) - changed - added))
