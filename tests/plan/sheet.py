"""Records, addresses and a destination in memory, for tests of planning."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sheetsync.dashboard import Scalar, Value
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.model import FIELDS, Count, FieldValue, Kind, Outcome, Post, Profile, Record
from sheetsync.plan import (
    Find,
    History,
    HistoryKey,
    Plan,
    Row,
    State,
    TabState,
    Target,
    Trend,
    make_plan,
    trend_of,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: The platforms that these tests know.
TOK = frozenset({"tok"})
_ADDRESS = re.compile(r"https://(?:www\.)?tok\.test/@([\w.]+)(?:/video/(\d+))?/?")


def at(day: int, hour: int = 6, minute: int = 0) -> datetime:
    """A moment in November 2026, UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def clock(day: int, hour: int) -> datetime:
    """What a cell shows for that hour."""
    return at(day, hour).replace(tzinfo=None)


def url(handle: str, post: str = "") -> str:
    return f"https://tok.test/@{handle}" + (f"/video/{post}" if post else "")


def find(address: str) -> Target | None:
    """What an address of the invented platform “tok” means."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    handle, post = match.groups()
    if post:
        return Post("tok", post, url(handle, post), handle)
    return Profile("tok", handle, url(handle))


def watch(handle: str) -> Profile:
    return Profile("tok", handle, url(handle))


def _fields(kind: Kind, given: dict[str, Any], step: int) -> dict[str, FieldValue]:
    def field(name: str, value: Any) -> FieldValue:
        plain = FIELDS[kind][name] == "count" and type(value) is int
        return Count(value, step) if plain else value

    return {name: field(name, value) for name, value in given.items() if value is not None}


def profile(
    handle: str,
    captured_at: datetime | None = NOW,
    outcome: Outcome = Outcome.OK,
    *,
    step: int = 1,
    posts: Sequence[Record] = (),
    source: Any = "saved",
    detail: str = "",
    missing: tuple[str, ...] = (),
    **fields: Any,
) -> Record:
    """A record of a profile; plain numbers become counts of the given step."""
    return Record(
        "tok",
        "profile",
        outcome,
        handle=handle,
        url=url(handle),
        layout="universal",
        source=source,
        captured_at=captured_at,
        captured_by="content" if captured_at else None,
        fields=_fields("profile", fields, step),
        posts=tuple(posts),
        detail=detail,
        missing=missing,
    )


def post(
    id: str, handle: str = "anna", captured_at: datetime | None = None, **fields: Any
) -> Record:
    return Record(
        "tok",
        "post",
        Outcome.OK,
        handle=handle,
        url=url(handle, id),
        captured_at=captured_at,
        captured_by="content" if captured_at else None,
        fields={"id": id, **_fields("post", fields, 1)},
    )


class Sheet:
    """A destination in memory: cells by tab, row and column key, as people and plans leave them."""

    def __init__(self, zone: str = "UTC") -> None:
        self.zone = zone
        self.edition = 0
        self.tabs: dict[str, dict[int, dict[str, Value]]] = {}
        self.asked: list[HistoryKey] = []
        self.boards: frozenset[str] = frozenset()
        self.picks: dict[str, Value] = {}
        self.trend: Trend | None = None
        self.log: tuple[tuple[Scalar, ...], ...] = ()
        self.hidden_columns: frozenset[str] = frozenset()

    def state(self) -> State:
        tabs = {}
        for tab in DASHBOARD.tables:
            if tab.key in self.tabs:
                rows = self.tabs[tab.key]
                held = tuple(Row(n, dict(cells)) for n, cells in sorted(rows.items()) if cells)
                columns = {c.key: at for at, c in enumerate(tab.columns, 1)}
                columns = {k: at for k, at in columns.items() if k not in self.hidden_columns}
                shown = held if tab.kind else ()
                last = max(rows, default=1)
                tabs[tab.key] = TabState(
                    tab.title, columns, len(columns), rows=shown, next_row=last + 1
                )
        return State(
            tabs,
            self.zone,
            "How to read this!B7",
            self.edition,
            self._history,
            self._accounts,
            self._before,
            self._since,
            self.boards,
            self.picks,
            self.trend,
            self.log,
        )

    def _before(self, days: Mapping[str, Collection[date]]) -> dict[HistoryKey, Row]:
        found: dict[HistoryKey, Row] = {}
        for key, asked in days.items():
            for day in asked:
                rows: list[Any] = [
                    (cells["day"], Row(number, dict(cells)))
                    for number, cells in self.tabs.get("history", {}).items()
                    if cells["profile"] == key
                ]
                older = [pair for pair in rows if pair[0] <= day]
                if older:
                    found[key, day] = max(older, key=lambda pair: pair[0])[1]
        return found

    def _since(self, day: date) -> list[Row]:
        rows: Any = self.tabs.get("history", {}).items()
        return [Row(number, dict(cells)) for number, cells in rows if cells["day"] >= day]

    def _history(self, keys: Collection[HistoryKey]) -> History:
        self.asked += keys
        rows = self.tabs.get("history", {})
        by_key: dict[Any, Row] = {
            (cells["profile"], cells["day"]): Row(number, dict(cells))
            for number, cells in rows.items()
        }
        wanted = {key: row for key, row in by_key.items() if key in keys}
        return History(wanted, max(rows, default=1) + 1)

    def apply(self, plan: Plan) -> None:
        tables = {tab.key for tab in DASHBOARD.tables}
        for tab, column in plan.missing:
            if not column and tab in tables:
                self.tabs.setdefault(tab, {})
        self._fill(plan)
        self.edition = plan.dashboard.edition
        for change in plan.changes:
            cells = self.tabs[change.tab].setdefault(change.row, {})
            assert cells.get(change.column) == change.old, "the plan was made for another state"
            cells.pop(change.column, None)
            if change.new is not None:
                cells[change.column] = change.new

    def _fill(self, plan: Plan) -> None:
        """Boards are written whole, as a destination does when it writes at all."""
        if not plan:
            return
        self.boards = frozenset(board.key for board in DASHBOARD.boards)
        self.picks = {**plan.picks, **self.picks}
        rows: dict[int, dict[int, Value]] = {}
        for (row, position), value in plan.fills["trend"].items():
            rows.setdefault(row, {})[position] = value
        self.trend = trend_of(sorted(rows.items()))
        lines: dict[int, list[Scalar]] = {}
        for (row, _), value in sorted(plan.fills["log"].items()):
            lines.setdefault(row, []).append(value)
        self.log = tuple(tuple(line) for line in lines.values())

    def _accounts(self, keys: Collection[str]) -> dict[str, str]:
        rows = sorted(self.rows("history"), key=lambda cells: str(cells["day"]))
        named = [cells for cells in rows if cells["profile"] in keys and "account_id" in cells]
        return {str(cells["profile"]): str(cells["account_id"]) for cells in named}

    def sync(
        self,
        *records: Record,
        now: datetime = NOW,
        watched: Sequence[Target] = (),
        platforms: Collection[str] = TOK,
        find: Find = find,
    ) -> Plan:
        state = self.state()
        plan = make_plan(
            DASHBOARD, state, records, now, find=find, platforms=platforms, watched=watched
        )
        self.apply(plan)
        return plan

    def type(self, row: int, address: str | None, tab: str = "profiles", **cells: Value) -> None:
        """What the team types: an address in column A, and more."""
        self.tabs.setdefault(tab, {}).setdefault(row, {}).update(cells)
        here = self.tabs[tab][row]
        here.pop("address", None)
        if address is not None:
            here["address"] = address

    def rows(self, tab: str = "profiles") -> list[dict[str, Value]]:
        return [cells for _, cells in sorted(self.tabs.get(tab, {}).items())]

    def row(self, address: str, tab: str = "profiles") -> dict[str, Value]:
        return next(cells for cells in self.rows(tab) if cells.get("address") == address)

    def history(self) -> dict[Any, dict[str, Value]]:
        rows = self.rows("history")
        found = {(cells["profile"], cells["day"]): cells for cells in rows}
        assert len(found) == len(rows), "two rows for one profile and day"
        return found
