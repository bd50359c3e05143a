"""The tab History of a workbook: streamed, never held, and thinned where it is old."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from openpyxl.utils.datetime import from_excel

from sheetsync.dashboard import Column, Format, Formula, Scalar, Tab, Value
from sheetsync.destinations.workbook_cells import Cells, Held
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_rows import Peek
from sheetsync.plan import History, HistoryKey, Row, TabState

#: The day after 31 Dec 9999, the last that a spreadsheet knows.
_LAST_DAY = 2_958_466
#: How LibreOffice writes a plain TRUE or FALSE.
_FLAGS = ("=TRUE()", "=FALSE()")
#: A baseline is nearly always this near to the day asked for: older rows are only counted.
_NEAR = timedelta(days=8)


def row_cells(
    snapshot: Snapshot, tab: Tab, columns: Mapping[str, int], cells: Cells
) -> dict[str, Value]:
    """The cells of a row by column key; what our formulas make is not read."""
    row: dict[str, Value] = {}
    for column in tab.columns:
        if column.formula:
            continue
        cell = cells.get(columns.get(column.key, 0))
        if cell is not None and (cell.formula or cell.value is not None):
            value = scalar(cell.value, column, snapshot.epoch)
            computed = cell.formula and cell.formula not in _FLAGS
            row[column.key] = Formula(cell.formula, value) if computed else value
    for column in tab.columns:
        if column.format is Format.ANY and column.about and column.key in row:
            row[column.key] = _dated(row[column.key], row.get(column.about[0]), snapshot.epoch)
    return row


def _dated(value: Value, kind: Value, epoch: datetime) -> Value:
    """A number that stands for a date, as the word beside it says."""
    if isinstance(value, Formula) or kind not in ("date", "time"):
        return value
    moment = moment_of(value, epoch) if not isinstance(value, date) else None
    if moment is None:
        return value
    return moment.date() if kind == "date" else moment


def scalar(value: Held, column: Column, epoch: datetime) -> Scalar:
    """The value as its column means it: a file knows no dates, only numbers."""
    if column.format is Format.FLAG and value in (0, 1):  # LibreOffice saves TRUE as 1
        return bool(value)
    if column.format not in (Format.DATE, Format.MOMENT):
        return value
    moment = moment_of(value, epoch)
    if moment is None:
        return value
    return moment.date() if column.format is Format.DATE else moment


def moment_of(value: Held, epoch: datetime) -> datetime | None:
    """What a number means as a date, to the second; None when it cannot be one."""
    if isinstance(value, str | bool | None) or not 1 <= value < _LAST_DAY:
        return None
    moment: datetime = from_excel(value, epoch)
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


class Days:
    """The doors of ``State`` to History.

    A pass over all rows is what costs, so a row's cells are read only when it is asked for.
    ``read`` also reads the days beside those asked for, which are asked for next.
    """

    def __init__(self, snapshot: Snapshot, tab: Tab, held: TabState | None) -> None:
        self.snapshot, self.tab, self.held = snapshot, tab, held
        at = held.columns if held else {}
        self.profile_at, self.day_at, self.account_at = (
            at.get(key, 0) for key in ("profile", "day", "account_id")
        )
        self.days: dict[Held, date | None] = {}
        self.asked: set[HistoryKey] = set()
        self.rows: dict[HistoryKey, Row] = {}
        self.last = held.header_row if held else 1

    # --- rows of certain days ---------------------------------------------------------------

    def read(self, keys: Collection[HistoryKey]) -> History:
        if self.held is None:
            return History()
        if not self.asked.issuperset(keys):
            self._pass(self.held, keys)
        return History({key: self.rows[key] for key in keys if key in self.rows}, self.last + 1)

    def _pass(self, held: TabState, keys: Collection[HistoryKey]) -> None:
        self.asked.update((key, day + timedelta(n)) for key, day in keys for n in (-1, 0, 1))
        profiles = {profile for profile, _ in self.asked}
        found: dict[int, HistoryKey] = {}

        def want(row: Peek) -> bool:
            if row.holds:
                self.last = max(self.last, row.number)
            profile = row.value(self.profile_at)
            if profile not in profiles or row.number <= held.header_row:
                return False
            day = self._day(row)
            if wanted := day is not None and (str(profile), day) in self.asked:
                found[row.number] = (str(profile), day)
            return wanted

        for row in self._wanted(want):
            self.rows.setdefault(found[row.number], row)

    # --- the nearest row at or before a day -------------------------------------------------

    def before(self, days: Mapping[str, Collection[date]]) -> dict[HistoryKey, Row]:
        """For each (profile, day) asked about, its newest row of that day or earlier."""
        best: dict[HistoryKey, tuple[date, int]] = {}
        found: dict[HistoryKey, Row] = {}
        better: list[HistoryKey] = []

        def want(row: Peek) -> bool:
            better.clear()
            profile = row.value(self.profile_at)
            asked = days.get(profile) if isinstance(profile, str) else None
            day = self._day(row) if asked else None
            for limit in asked or () if day is not None else ():
                key = (str(profile), limit)
                if day is not None and day <= limit and (key not in best or day > best[key][0]):
                    best[key] = (day, row.number)
                    found.pop(key, None)
                    if limit - day <= _NEAR:
                        better.append(key)
            return bool(better)

        for row in self._wanted(want) if days else ():
            found |= dict.fromkeys(better, row)
        far = {number for key, (_, number) in best.items() if key not in found}
        if far:  # somebody was not read for long: once more, for these rows alone
            rows = {row.number: row for row in self._wanted(lambda row: row.number in far)}
            found |= {key: rows[n] for key, (_, n) in best.items() if n in rows}
        return found

    def since(self, first: date) -> Iterator[Row]:
        """All rows of that day and later."""
        return self._wanted(lambda row: (day := self._day(row)) is not None and day >= first)

    # --- accounts ---------------------------------------------------------------------------

    def accounts(self, keys: Collection[str]) -> dict[str, str]:
        """Of each profile key the account id of its newest day that has one."""
        newest: dict[str, tuple[date, str]] = {}

        def want(row: Peek) -> bool:
            profile = row.value(self.profile_at)
            if isinstance(profile, str) and profile in keys:
                account, day = row.value(self.account_at), self._day(row)
                if isinstance(account, str) and account and day is not None:
                    newest[profile] = max(newest.get(profile, (day, account)), (day, account))
            return False

        for _ in self._wanted(want) if keys else ():
            pass  # no row is wanted whole
        return {profile: account for profile, (_, account) in newest.items()}

    # --- what goes with the years -----------------------------------------------------------

    def thinned(self, keep_daily: date, added: Mapping[HistoryKey, int]) -> set[int]:
        """The numbers of the rows that go: before that day only the last of each month stays.

        ``added`` are rows that are being written: (profile, day) -> number.
        """
        last: dict[tuple[str, int, int], tuple[date, int]] = {}
        gone: set[int] = set()

        def consider(profile: str, day: date, number: int) -> None:
            if day >= keep_daily:
                return
            month = (profile, day.year, day.month)
            kept = last.get(month)
            if kept is None or day > kept[0]:
                last[month] = (day, number)
            gone.add(number)

        def want(row: Peek) -> bool:
            profile, day = row.value(self.profile_at), self._day(row)
            if isinstance(profile, str) and day is not None:
                consider(profile, day, row.number)
            return False

        for _ in self._wanted(want):
            pass
        for (profile, day), number in added.items():
            consider(profile, day, number)
        return gone - {number for _, number in last.values()}

    # --- what goes with a person ------------------------------------------------------------

    def of(self, is_of: Callable[[str, str], bool]) -> set[int]:
        """The numbers of the rows of which ``is_of(profile key, account id)`` holds."""
        found: set[int] = set()

        def want(row: Peek) -> bool:
            profile, account = row.value(self.profile_at), row.value(self.account_at)
            if isinstance(profile, str) and is_of(profile, str(account or "")):
                found.add(row.number)
            return False

        for _ in self._wanted(want):
            pass  # no row is wanted whole
        return found - set(range(self.held.header_row + 1 if self.held else 0))

    # --- streaming --------------------------------------------------------------------------

    def _wanted(self, want: Callable[[Peek], bool]) -> Iterator[Row]:
        held = self.held
        if held is None:
            return
        for number, cells, _ in self.snapshot.rows(held.title, want):
            if number > held.header_row:
                yield Row(number, row_cells(self.snapshot, self.tab, held.columns, cells))

    def _day(self, row: Peek) -> date | None:
        """Many rows have one day, and a date is dear to make."""
        value = row.value(self.day_at)
        if value not in self.days:
            day = scalar(value, self.tab.column("day"), self.snapshot.epoch)
            self.days[value] = day if isinstance(day, date) else None
        return self.days[value]
