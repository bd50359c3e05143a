"""The tab History of a spreadsheet: read by blocks of days, appended to, never held whole.

Rows are appended in the order of days, so a small index (``sheetsync.days``, developer metadata of
the tab) says where each day's rows stand. What is read is checked against it; where somebody
sorted or deleted rows, one call reads day and key of all rows and the index is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sheetsync.dashboard import Tab, Value
from sheetsync.dashboard.profiles import SPANS
from sheetsync.destinations.google_cells import Raw, moment_of, runs, scalar
from sheetsync.destinations.google_columns import Written, is_misplaced
from sheetsync.plan import History, HistoryKey, Row, TabState
from sheetsync.plan.state import Days

#: (first row, first position, last row, last position), edges included; 0 is open.
Block = tuple[int, int, int, int]
#: Reads blocks: for each its rows by number, and their cells by position.
Fetch = Callable[[Sequence[Block]], list[Mapping[int, Mapping[int, Raw]]]]
#: Metadata of a tab may have 30,000 characters (guide); the oldest days are forgotten first.
_MOST = 20_000
_SEGMENT = re.compile(r"(\d+)@(\d+):([\d,]+)")
_EPOCH = date(1899, 12, 30)


@dataclass(slots=True)
class Index:
    """``spans``: (day, first row, number of rows), in the order of rows. Rows above ``known`` are
    not in it."""

    spans: list[tuple[date, int, int]] = field(default_factory=list)
    known: int = 2
    written: Written = field(default_factory=Written)

    @classmethod
    def of_text(cls, text: str) -> Index:
        """``46348@2:40,40,41;46355@123:40#123:1-16`` – days that follow each other share a segment;
        at the end stands what ``google_columns`` says of the newest rows."""
        text, _, written = text.partition("#")
        spans = []
        for day, row, counts in _SEGMENT.findall(text):
            on, at = _EPOCH + timedelta(int(day)), int(row)
            for number in counts.split(","):
                spans.append((on, at, int(number or 0)))
                on, at = on + timedelta(1), at + int(number or 0)
        return cls(spans, spans[0][1] if spans else 2, Written.of_text(written))

    def text(self) -> str:
        segments: list[list[str]] = []
        expected: tuple[date, int] | None = None
        for day, row, number in self.spans:
            if (day, row) == expected:
                segments[-1].append(str(number))
            else:
                segments.append([f"{(day - _EPOCH).days}@{row}:{number}"])
            expected = (day + timedelta(1), row + number)
        while len(text := ";".join(",".join(s) for s in segments)) > _MOST:
            del segments[0]
        return "#".join(filter(None, (text, self.written.text())))

    @property
    def next_row(self) -> int:
        return max((row + number for _, row, number in self.spans), default=self.known)

    def add(self, day: date, row: int, number: int = 1) -> None:
        if self.spans and self.spans[-1][0] == day and sum(self.spans[-1][1:]) == row:
            last = self.spans.pop()
            row, number = last[1], last[2] + number
        self.spans.append((day, row, number))

    def rows_of(self, days: Collection[date]) -> set[int]:
        return {
            row + more for day, row, number in self.spans if day in days for more in range(number)
        }

    def days(self) -> set[date]:
        return {day for day, _, _ in self.spans}


class GoogleHistory:
    """The doors of ``State`` to History. ``newest`` says of a profile's row in Profiles the day of
    its newest reading and, by span, the day of the baseline that it holds; ``known`` what else is
    known of a profile's day, from its row in Profiles or because it was just written."""

    def __init__(
        self,
        tab: Tab,
        held: TabState | None,
        index: Index,
        fetch: Fetch,
        newest: Mapping[str, tuple[date, Mapping[int, date | None]]],
        known: Sequence[Mapping[HistoryKey, Mapping[str, Value]]] = (),
    ) -> None:
        self.tab, self.held, self.index, self._fetch = tab, held, index, fetch
        self.newest = newest
        self.at = dict(held.columns) if held else {}
        #: Where columns stood when the newest rows were written, if they do not stand there now.
        self.then = index.written.moved(tab, self.at) if held else {}
        self.width = max([*self.at.values(), *self.then.values()], default=1)
        self.known = known
        #: Rows whose cells stand in other columns, as they should be.
        self.misplaced: dict[int, Mapping[str, Value]] = {}
        #: Rows read, by number; None for one that holds nothing of ours.
        self.rows: dict[int, Row | None] = {}
        self.keys: dict[int, HistoryKey | None] = {}
        self.sound = True

    # --- what was read ----------------------------------------------------------------------

    def take(self, first: int, last: int, cells: Mapping[int, Mapping[int, Raw]]) -> None:
        """The rows ``first`` to ``last`` (0: all below) as they were read with the small tabs."""
        end = last or max([*cells, first - 1])
        for number in range(first, end + 1):
            self._keep(number, cells.get(number, {}))
        if not last and self.sound:
            self.sound = end < first or end == self.index.next_row - 1
        for day, row, number in self.index.spans:
            for at in range(max(row, first), min(row + number - 1, end) + 1):
                key = self.keys.get(at)
                self.sound = self.sound and key is not None and key[1] == day

    def _keep(self, number: int, cells: Mapping[int, Raw]) -> None:
        found = self._cells(cells, self.at)
        if self.then and number >= self.index.written.since:
            then = self._cells(cells, self.then)
            if is_misplaced(found, then, self._known(then)):
                found = self.misplaced[number] = then
        day, profile = found.get("day"), found.get("profile")
        whose = isinstance(day, date) and isinstance(profile, str)
        self.rows[number] = Row(number, found) if found else None
        self.keys[number] = (profile, day) if whose else None  # type: ignore[assignment]

    def _cells(self, cells: Mapping[int, Raw], at: Mapping[str, int]) -> dict[str, Value]:
        return {
            column.key: value
            for column in self.tab.columns
            if (value := scalar(cells.get(at.get(column.key, 0)), column)) is not None
        }

    def _known(self, cells: Mapping[str, Value]) -> list[Mapping[str, Value]]:
        key = (cells.get("profile"), cells.get("day"))
        return [known[key] for known in self.known if key in known]  # type: ignore[index]

    def _load(self, numbers: Iterable[int]) -> None:
        """Reads these rows, where they were not read yet, in one call."""
        wanted = [number for number in numbers if number not in self.rows]
        spans = list(runs(wanted))
        if not spans:
            return
        blocks = [(first, 1, last, self.width) for first, last in spans]
        for (first, last), cells in zip(spans, self._fetch(blocks), strict=True):
            self.take(first, last, cells)

    def _sound(self) -> None:
        """Makes the index anew from all rows when it has proved wrong. One call."""
        if self.sound:
            return
        columns = [self.at[key] for key in ("day", "profile") if key in self.at]
        first = self.held.header_row + 1 if self.held else 2
        parts = self._fetch([(first, at, 0, at) for at in columns])
        rows = sorted(set().union(*parts))
        self.index = Index([], first, self.index.written)
        for number in rows:
            day = moment_of(parts[0].get(number, {}).get(columns[0]))
            if day is not None:
                self.index.add(day.date(), number)
        self.rows.clear()
        self.keys.clear()
        self.sound = True

    def _of_days(self, days: Collection[date]) -> None:
        self._load(sorted(self.index.rows_of(days)))
        if not self.sound:
            self._sound()
            self._load(sorted(self.index.rows_of(days)))

    # --- the doors --------------------------------------------------------------------------

    def history(self, keys: Collection[HistoryKey]) -> History:
        if self.held is None:
            return History()
        self._of_days({day for _, day in keys})
        wanted = set(keys)
        rows: dict[HistoryKey, Row] = {}
        for number, key in sorted(self.keys.items()):
            row = self.rows.get(number)
            if key in wanted and row is not None:
                rows.setdefault(key, row)
        return History(rows, self.index.next_row)

    def before(self, days: Days) -> dict[HistoryKey, Row]:
        """The newest row at or before each day asked about. What a row in Profiles says of its
        baselines tells which days need no look."""
        if self.held is None:
            return {}
        asked = [(key, limit) for key, limits in days.items() for limit in limits]
        wanted: dict[HistoryKey, list[date]] = {}
        known = sorted(self.index.days())
        for key, limit in asked:
            wanted[key, limit] = self._look(key, limit, known)
        self._of_days({day for found in wanted.values() for day in found[-1:]})
        best = self._newest(asked)
        left = [pair for pair in asked if pair not in best and len(wanted[pair]) > 1]
        if left:
            self._of_days({day for pair in left for day in wanted[pair]})
            best = self._newest(asked)
        return best

    def _look(self, key: str, limit: date, known: Sequence[date]) -> list[date]:
        """The days in which the row can be, oldest first."""
        newest, held = self.newest.get(key, (None, {}))
        if newest is None:
            return [day for day in known if day <= limit]
        floors = [
            (newest - timedelta(span), then)
            for span, then in held.items()
            if newest - timedelta(span) <= limit
        ]
        end = min(limit, newest)
        if not floors:
            return [day for day in known if day <= end]
        floor, then = max(floors, key=lambda pair: pair[0])
        found = [day for day in known if floor < day <= end]
        return [then, *found] if then is not None else found

    def _newest(self, asked: Collection[HistoryKey]) -> dict[HistoryKey, Row]:
        by_profile: dict[str, list[tuple[date, Row]]] = {}
        for number, key in self.keys.items():
            row = self.rows.get(number)
            if key is not None and row is not None:
                by_profile.setdefault(key[0], []).append((key[1], row))
        best = {}
        for profile, limit in asked:
            rows = [pair for pair in by_profile.get(profile, ()) if pair[0] <= limit]
            if rows:
                best[profile, limit] = max(rows, key=lambda pair: pair[0])[1]
        return best

    def since(self, first: date) -> Iterator[Row]:
        if self.held is not None:
            self._of_days({day for day in self.index.days() if day >= first})
            for number, key in sorted(self.keys.items()):
                row = self.rows.get(number)
                if key is not None and row is not None and key[1] >= first:
                    yield row

    def accounts(self, keys: Collection[str]) -> dict[str, str]:
        """Of each profile key the account id of its newest day that has one: three columns of all
        rows are read, once a profile is new and History is not empty."""
        if self.held is None or self.index.next_row <= self.index.known:
            return {}
        columns = [self.at[key] for key in ("day", "profile", "account_id") if key in self.at]
        if len(columns) < 3:
            return {}
        first = self.held.header_row + 1
        day_at, profile_at, account_at = columns
        parts = self._fetch([(first, at, 0, at) for at in columns])
        newest: dict[str, tuple[float, str]] = {}
        for number, cells in parts[2].items():
            profile, account = parts[1].get(number, {}).get(profile_at), cells.get(account_at)
            day = parts[0].get(number, {}).get(day_at)
            wanted = isinstance(profile, str) and profile in keys
            if wanted and isinstance(account, str) and isinstance(day, int | float):
                newest[str(profile)] = max(newest.get(str(profile), (day, account)), (day, account))
        return {profile: account for profile, (_, account) in newest.items()}

    def cells(self) -> dict[int, Mapping[str, Value]]:
        """Every row that was read, by number."""
        return {number: row.cells for number, row in self.rows.items() if row is not None}

    # --- what is there twice ----------------------------------------------------------------

    def doubled(self) -> list[int]:
        """Rows, of those read, whose profile and day stand in a row above: a write that was
        committed twice."""
        seen: set[HistoryKey] = set()
        found = []
        for number, key in sorted(self.keys.items()):
            if key in seen:
                found.append(number)
            if key is not None:
                seen.add(key)
        return found


def tail_of(index: Index, day: date) -> int:
    """The first row of the newest days: those from the day before ``day`` on."""
    rows = [row for on, row, _ in index.spans if on >= day - timedelta(1)]
    return min(rows, default=index.next_row)


def earlier_days(index: Index, day: date) -> set[date]:
    """The days that baselines of a reading of ``day`` most likely need."""
    known = sorted(index.days())
    found = set()
    for span in SPANS:
        upto = [on for on in known if on <= day - timedelta(span)]
        found.update(upto[-1:])
    return found
