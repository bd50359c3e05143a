"""State + records -> Plan: the cells to change, old and new. Pure.

Rooms inside: ``state`` (what the destination holds), ``reading`` and ``known`` (what is known of
one key, and how two pages are joined), ``rows`` (Profiles and Posts), ``changes`` (the parts of a
plan). Here: the Plan itself, and History.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import count

from sheetsync.dashboard import Dashboard, Formula, Tab, Value, words
from sheetsync.errors import UnsafePlan
from sheetsync.model import Record
from sheetsync.plan.changes import NO_LOSS, Change, Counts, Part, diff
from sheetsync.plan.reading import (
    Reading,
    from_cells,
    from_record,
    merge,
    moment_out,
    to_cells,
)
from sheetsync.plan.rows import Find, Rows, Target
from sheetsync.plan.state import (
    History,
    HistoryKey,
    Row,
    State,
    TabState,
    addresses,
    known_accounts,
    letters,
    positions,
    zone_of,
)

__all__ = [
    "Change",
    "Counts",
    "Find",
    "History",
    "HistoryKey",
    "Plan",
    "Row",
    "State",
    "TabState",
    "Target",
    "addresses",
    "known_accounts",
    "letters",
    "make_plan",
    "positions",
    "zone_of",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that ``apply`` will do, and nothing else. Falsy when nothing would change.

    ``missing`` are the (tab, column) keys that the destination makes first: column "" is the tab
    itself, ("guide", "") the guide's text. ``unplaced`` are records that fit no row: without an
    address of their own, or with one that means something else. ``unused`` are records whose
    numbers changed nothing because nobody knows their day, and those of the row have one (not
    those that were there already). ``filled`` counts the owned cells that hold something now.
    """

    dashboard: Dashboard
    state: State
    changes: tuple[Change, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    unplaced: tuple[Record, ...] = ()
    unused: tuple[Record, ...] = ()
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
            change.new is None and change.old is not None and change.column not in NO_LOSS
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
    shown = "(empty)" if value is None else str(value)
    match value:
        case Formula():
            shown = value.text
        case int() if not isinstance(value, bool):
            shown = f"{value:,}"
        case datetime():
            shown = f"{words.day(value)} {value:%H:%M}"
        case date():
            shown = words.day(value)
    return " ".join(shown.split())


def make_plan(
    dashboard: Dashboard,
    state: State,
    records: Sequence[Record],
    now: datetime,
    *,
    find: Find,
    platforms: Collection[str],
    watched: Sequence[Target] = (),
) -> Plan:
    """The plan that brings ``state`` up to ``records``, which are judged already.

    ``platforms`` are the keys of those that ``find`` knows: a row of any other keeps what it
    holds. ``watched`` get a row even without a record. Raises ConfigError for an unknown time zone.
    """
    zone = zone_of(state)
    profiles = [record for record in records if record.kind == "profile"]
    by_kind = {"profile": profiles, "post": _posts_of(records)}
    rows = {
        tab.kind: Rows(tab, state, zone, now, find, platforms)
        for tab in dashboard.tables
        if tab.kind is not None
    }
    parts = [tab.plan(by_kind[kind], watched) for kind, tab in rows.items()]
    unplaced = [record for part in parts for record in part.unplaced]
    placed = [record for record in profiles if record not in unplaced]
    parts.append(_plan_history(dashboard.tab("history"), state, zone, placed, now))
    return Plan(
        dashboard,
        state,
        changes=tuple(change for part in parts for change in part.changes),
        missing=_missing(dashboard, state),
        counts={part.tab: part.counts for part in parts},
        unplaced=tuple(unplaced),
        unused=tuple(record for record in records if rows[record.kind].unused(record)),
        filled=sum(part.filled for part in parts),
    )


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


# --- History --------------------------------------------------------------------------------


def _plan_history(
    tab: Tab, state: State, zone: tzinfo, profiles: Sequence[Record], now: datetime
) -> Part:
    """One row for each profile and day: replaced in place, or appended in order of days."""
    names = tab.fields("profile")
    found = list(_dated(profiles, names, now))
    days = [(profile, at.astimezone(zone).date()) for profile, at, _ in found]
    near = {(profile, day + timedelta(n)) for profile, day in days for n in (-1, 0, 1)}
    held = state.history(near) if near else History()
    readings: dict[HistoryKey, Reading] = {}
    for (profile, day), (_, at, reading) in zip(days, found, strict=True):
        key = (profile, _day_held(held, profile, day, at))
        readings[key] = merge(readings.get(key, Reading()), reading, zone)
    free = count(held.next_row)
    changes: list[Change] = []
    changed = added = 0
    for (profile, day), reading in sorted(readings.items(), key=lambda item: item[0][::-1]):
        row = held.rows.get((profile, day))
        before = from_cells(row.cells, names, "profile") if row else Reading()
        whole = merge(before, reading, zone, fresh=True)
        cells = {"day": day, "profile": profile, **to_cells(whole, zone)}
        new = diff(tab, row or Row(next(free), {}), cells, added=row is None)
        changes += new
        added += row is None
        changed += row is not None and bool(new)
    return Part(tab.key, changes, Counts(changed, added, len(readings) - changed - added))


def _dated(
    profiles: Sequence[Record], names: Sequence[str], now: datetime
) -> Iterator[tuple[str, datetime, Reading]]:
    """(profile key, moment, reading) of each record that has all three, and numbers."""
    for record in profiles:
        reading = from_record(record, names, now) if record.outcome.has_numbers else Reading()
        if record.key and reading.at is not None and reading.has_numbers:
            yield record.key, reading.at, reading


def _day_held(held: History, profile: str, day: date, at: datetime) -> date:
    """The day of History that a reading belongs to: its own, but where a day beside it holds a
    reading of the very moment, that one. (It was written when the dashboard had another zone;
    one reading must not become two days.)"""
    for near in (day, day - timedelta(1), day + timedelta(1)):
        row = held.rows.get((profile, near))
        if row is not None and row.cells.get("read_at~utc") == moment_out(at):
            return near
    return day
