"""The rows of Profiles and Posts: what each should hold, from its address. Pure.

A row is a view of what is known of the key that its address means, joined from every row whose
``for`` says that key and from the new records. So an address typed twice has both rows filled,
and a row whose address was retyped never shows the numbers of the former one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import chain

from sheetsync.dashboard import Formula, Scalar, Tab, Value, words
from sheetsync.dashboard.words import Status
from sheetsync.model import Count, Post, Profile, Record
from sheetsync.plan.changes import NO_LOSS, Change, Counts, Part, diff
from sheetsync.plan.known import Known
from sheetsync.plan.reading import moment
from sheetsync.plan.state import Row, State

Target = Profile | Post
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
        assert tab.kind is not None
        self.tab, self.kind, self.zone, self.now, self.find = tab, tab.kind, zone, now, find
        self.platforms = platforms
        self.dated: set[str] = set()
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
        new: dict[str, Known] = {}
        # An address that does not mean its own key would be appended again by every sync.
        wanted = {t.key: t for t in watched if (m := self._meant(t.url)) and m.key == t.key}
        unplaced = []
        for record in records:
            target = self._meant(record.url)
            key = self._key(record)
            if target is not None and target.key == key:
                wanted.setdefault(key, target)
            elif key not in known:
                unplaced.append(record)
                continue
            self._join(new, key, Known.of_record(record, self.stored, self.now))
        for key, more in new.items():
            known[key] = known.get(key, Known()).join(more, self.zone, fresh=True)
        self.dated = {key for key, all_of_it in known.items() if all_of_it.reading.at}
        changed = [change for row in self.rows if (change := self._row(row, known))]
        there = {target.key for target in self.targets.values() if target}
        there |= {row.text("for") for row in self.rows if self._unjudged(row)}
        added = [target for key, target in wanted.items() if key not in there]
        return Part(
            self.tab.key,
            [*chain.from_iterable(changed), *self._append(added, known)],
            Counts(len(changed), len(added), len(self.rows) - len(changed)),
            unplaced,
            self._filled(),
        )

    def unused(self, record: Record) -> bool:
        """Whether its numbers have no date and gave way to those of a row that has one."""
        undated = moment(record.captured_at, self.now) is None
        return undated and _has_numbers(record) and self._key(record) in self.dated

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
        if self._unjudged(row):
            return []
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
        keys = [column.key for column in self.owned if column.key not in NO_LOSS]
        return sum(row.cells.get(key) is not None for row in self.rows for key in keys)


def _has_numbers(record: Record) -> bool:
    return record.outcome.has_numbers and any(isinstance(v, Count) for v in record.fields.values())
