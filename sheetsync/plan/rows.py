"""The rows of Profiles and Posts: what each should hold, from its address. Pure.

A row is a view of what is known of the key that its address means, joined from every row whose
``for`` says that key and from the new records. So an address typed twice has both rows filled,
and a row whose address was retyped never shows the numbers of the former one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import chain

from sheetsync.dashboard import AS_READ, Formula, Scalar, Tab, Value, words
from sheetsync.dashboard.words import Status
from sheetsync.model import FIELDS, Count, Kind, Outcome, Post, Profile, Record
from sheetsync.plan.as_read import as_read, shown_in, with_as_read
from sheetsync.plan.changes import NO_LOSS, Change, Counts, Part, diff
from sheetsync.plan.known import Known
from sheetsync.plan.reading import moment
from sheetsync.plan.state import Row, State

Target = Profile | Post
#: How an address looks on every Mastodon server.
_ON_ANY_HOST = re.compile(r"(?:https://)?([\w-]+(?:\.[\w-]+)+)/@\w[\w.-]*(?:/\d+)?/?")
#: What an address in column A means; None when no platform knows it.
Find = Callable[[str], Target | None]


class Rows:
    """The plan of Profiles or Posts."""

    def __init__(
        self,
        tab: Tab,
        state: State,
        zone: tzinfo,
        now: datetime,
        find: Find,
        platforms: Collection[str],
    ) -> None:
        assert tab.kind in FIELDS
        self.kind: Kind = "profile" if tab.kind == "profile" else "post"
        self.tab, self.zone, self.now, self.find = tab, zone, now, find
        self.platforms = platforms
        self.state = state
        self.dated: set[str] = set()
        self.known: dict[str, Known] = {}
        self.new: dict[str, Known] = {}
        self.views: dict[str, list[tuple[datetime, Count]]] = {}
        self.added: list[Target] = []
        self.unplaced: list[Record] = []
        held = state.tabs.get(tab.key)
        self.rows = held.rows if held else ()
        self.next_row = held.next_row if held else 2
        self.shown = shown_in(tab)
        self.owned = [column for column in tab.columns if column.written]
        # The address itself says whose row it is: these two are not learnt from pages.
        told = {"profile": "handle", "post": "id"}[self.kind]
        self.stored = [name for name in tab.fields(self.kind) if name != told]
        self.targets = {row.number: self._target(row) for row in self.rows}
        self.first: dict[str, Row] = {}
        self.listed: dict[str, Row] = {}
        for row in self.rows:
            self.first.setdefault(row.text("for"), row)
            if target := self.targets[row.number]:
                self.listed.setdefault(target.key, row)

    def learn(self, records: Sequence[Record], watched: Sequence[Target]) -> None:
        """Joins what the rows hold with what was read; ``part`` then says what changes."""
        known = self.known = self._known()
        # An address that does not mean its own key would be appended again by every sync.
        wanted = {t.key: t for t in watched if (m := self._meant(t.url)) and m.key == t.key}
        for record in records:
            target = self._meant(record.url)
            key = self._key(record)
            if target is not None and target.key == key:
                wanted.setdefault(key, target)
            elif key not in known:
                self.unplaced.append(record)
                continue
            more = Known.of_record(record, self.stored, self.now)
            self._join(self.new, key, more)
            self._see(key, more)
        for key, more in self.new.items():
            known[key] = known.get(key, Known()).join(more, self.zone, fresh=True)
        self.dated = {key for key, all_of_it in known.items() if all_of_it.reading.at}
        there = {target.key for target in self.targets.values() if target}
        there |= {row.text("for") for row in self.rows if self._unjudged(row)}
        self.added = [target for key, target in wanted.items() if key not in there]
        for target in self.added:
            known.setdefault(target.key, Known())

    def part(self, more: Mapping[str, Mapping[str, Scalar]]) -> Part:
        """The tab's share of the plan; ``more`` gives by key the cells that follow from others:
        baselines, sums over posts, short names."""
        changed = [change for row in self.rows if (change := self._row(row, more))]
        return Part(
            self.tab.key,
            [*chain.from_iterable(changed), *self._append(more)],
            Counts(len(changed), len(self.added), len(self.rows) - len(changed)),
            self.unplaced,
            self._filled(),
        )

    def all_targets(self) -> dict[str, Target]:
        """By key, in the order of the rows, what each row and each new row is about."""
        rows = (target for target in self.targets.values() if target)
        return {target.key: target for target in (*rows, *self.added)}

    def held(self, key: str, columns: Sequence[str]) -> dict[str, Value]:
        """These cells of the first row whose numbers are of ``key``; none when there is none."""
        row = self.first.get(key)
        shown = [column for column in columns if column in self.shown]
        cells = with_as_read(row.cells, shown) if row else {}
        return {column: cells.get(column) for column in columns} if row else {}

    @property
    def lacks(self) -> frozenset[str]:
        """The columns that the tab is still to get."""
        held = self.state.tabs.get(self.tab.key)
        return frozenset(c.key for c in self.tab.columns if not held or c.key not in held.columns)

    def unused(self, record: Record) -> bool:
        """Whether its numbers have no date and gave way to those of a row that has one."""
        undated = moment(record.captured_at, self.now) is None
        return undated and _has_numbers(record) and self._key(record) in self.dated

    def overtaken(self, record: Record) -> datetime | None:
        """The moment of the numbers that stand in the row in place of all of a record's own."""
        at, known = moment(record.captured_at, self.now), self.known.get(self._key(record))
        if at is None or known is None or not _has_numbers(record):
            return None
        names = (name for name, value in record.fields.items() if isinstance(value, Count))
        shown = [seen.at for name in names if (seen := known.reading.seen.get(name)) and seen.at]
        return max(shown) if shown and min(shown) > at else None

    def _key(self, record: Record) -> str:
        target = self._meant(record.url)
        return record.key or (target.key if target else "")

    def _unjudged(self, row: Row) -> bool:
        """Whether nobody can say now what the row's address means, though it meant something:
        its platform is not loaded in this run, or it is a formula that is not computed yet."""
        address, key = row.cells.get("address"), row.text("for")
        computed = not isinstance(address, Formula) or address.value is not None
        loaded = key.partition(":")[0] in self.platforms
        return key != "" and self.targets[row.number] is None and not (computed and loaded)

    def _target(self, row: Row) -> Target | None:
        return self._meant(row.text("address"))

    def _meant(self, address: str) -> Target | None:
        target = self.find(address) if address else None
        if target is None or target.kind != self.kind or self.state.forgotten.about(target):
            return None
        return target

    def _known(self) -> dict[str, Known]:
        """What the rows say, by key; a row speaks only for the key in its ``for``."""
        known = {target.key: Known() for target in self.targets.values() if target}
        for row in self.rows:
            key = row.text("for")
            if key in known:
                cells = {column.written: row.cells.get(column.key) for column in self.owned}
                held = Known.of_cells(with_as_read(cells, self.shown), self.stored, self.kind)
                self._join(known, key, held)
                self._see(key, held)
        return known

    def _see(self, key: str, known: Known) -> None:
        """Views of any moment count for a post's trail, also those that newer ones replace."""
        views = known.reading.seen.get("views")
        if views and views.at and isinstance(views.value, Count):
            self.views.setdefault(key, []).append((views.at, views.value))

    def _join(self, known: dict[str, Known], key: str, more: Known) -> None:
        known[key] = known.get(key, Known()).join(more, self.zone)

    def _row(self, row: Row, more: Mapping[str, Mapping[str, Scalar]]) -> list[Change]:
        if self._unjudged(row):
            return []
        target = self.targets[row.number]
        cells = self._stranger(row)
        if target is not None:
            twice = 1 if self.listed[target.key] is not row else None
            cells = {
                **self._cells(target, more.get(target.key, {})),
                "for_address": _raw(row.cells.get("address")),
                "twice": twice,
            }
        return [] if cells is None else diff(self.tab, row, cells)

    def _cells(self, target: Target, more: Mapping[str, Scalar]) -> dict[str, Scalar]:
        cells = {**self.known[target.key].cells(self.zone, self.now), **more}
        cells |= {"for": target.key, "platform": target.platform}
        if isinstance(target, Profile):
            cells["handle"] = target.handle
        else:
            cells |= {"id": target.id, "handle": cells.get("handle") or target.handle or None}
        return {**cells, AS_READ: as_read(cells, self.shown)}

    def _stranger(self, row: Row) -> Mapping[str, Value] | None:
        """The cells of a row whose address means nothing here; None to leave it alone.

        Numbers that belonged to the row's former address go; a row that was never ours (a line
        of totals, say) keeps everything but the two words.
        """
        typed = row.cells.get("address") is not None
        here: Mapping[str, Value] = {}
        if not row.text("for"):
            if not typed and not words.is_no_answer(row.text("why")):
                return None
            here = {column.written: row.cells.get(column.key) for column in self.owned}
        if not typed:
            return {**here, "status": None, "why": None}
        return {**here, "status": str(Status.WAITING), "why": self._why(row)}

    def _why(self, row: Row) -> str:
        """Why the row's address is not read here."""
        other = self.find(row.text("address")) if row.text("address") else None
        if other is not None and self.state.forgotten.about(other):
            return words.WHY[Outcome.FORGOTTEN]
        if not other and (found := _ON_ANY_HOST.fullmatch(row.text("address"))):
            return words.allow_host(found[1].lower())
        return words.WRONG_TAB[self.kind] if other else words.UNKNOWN_ADDRESS

    def _append(self, more: Mapping[str, Mapping[str, Scalar]]) -> list[Change]:
        changes = []
        for number, target in enumerate(self.added, self.next_row):
            cells = self._cells(target, more.get(target.key, {}))
            cells["for_address"] = target.url
            changes.append(Change(self.tab.key, number, "address", None, target.url, added=True))
            changes += diff(self.tab, Row(number, {}), cells, added=True)
        return changes

    def _filled(self) -> int:
        keys = [column.key for column in self.owned if column.key not in NO_LOSS]
        return sum(row.cells.get(key) is not None for row in self.rows for key in keys)


def _raw(cell: Value) -> Scalar:
    """The address as it stands in the cell: formulas compare it letter by letter."""
    return cell.value if isinstance(cell, Formula) else cell


def _has_numbers(record: Record) -> bool:
    return record.outcome.has_numbers and any(isinstance(v, Count) for v in record.fields.values())
