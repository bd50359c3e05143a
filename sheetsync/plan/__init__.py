"""State + records -> Plan: the cells to change, old and new. Pure.

Rooms inside: ``state`` (what the destination holds), ``reading`` and ``known`` (what is known of
one key, and how two pages are joined), ``rows`` (Profiles and Posts), ``imports``, ``listed``,
``spills`` and ``trail`` (Imports), ``baselines`` and ``window`` (what the formulas of a row compute
with), ``follow`` (which of that each row gets), ``trend`` (the tabs Trend and Log), ``history``
(the days), ``erasure`` and ``forgotten`` (a person who is taken out), ``changes`` (parts of a
plan), ``plan`` (the Plan itself). Here: how it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from sheetsync.dashboard import Dashboard, Scalar
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.tabs import without_imports
from sheetsync.dashboard.trend import LINES
from sheetsync.dashboard.words.headings import CARDS
from sheetsync.errors import DestinationError
from sheetsync.model import FIELDS, Count, Outcome, Profile, Record
from sheetsync.plan.changes import Change, Counts
from sheetsync.plan.erasure import Erasure, erasure_of, own_texts, without
from sheetsync.plan.follow import follow
from sheetsync.plan.forgotten import Forgotten, respected
from sheetsync.plan.history import plan_days
from sheetsync.plan.imports import NOTHING, Imported, ImportRows, field_cells
from sheetsync.plan.known import Known
from sheetsync.plan.plan import Plan
from sheetsync.plan.reading import Reading
from sheetsync.plan.rows import Find, Rows, Target
from sheetsync.plan.state import (
    Block,
    History,
    HistoryKey,
    Place,
    Row,
    State,
    TabState,
    Trend,
    addresses,
    known_accounts,
    positions,
    zone_of,
)
from sheetsync.plan.trend import (
    Fill,
    Run,
    log_after,
    log_fill,
    trend_after,
    trend_fill,
    trend_of,
)

__all__ = [
    "Block",
    "Change",
    "Counts",
    "Erasure",
    "Fill",
    "Find",
    "Forgotten",
    "History",
    "HistoryKey",
    "Imported",
    "Place",
    "Plan",
    "Row",
    "Run",
    "State",
    "TabState",
    "Target",
    "Trend",
    "addresses",
    "allow_plan",
    "forget_plan",
    "known_accounts",
    "letters",
    "make_plan",
    "positions",
    "respected",
    "trend_of",
    "zone_of",
]


def make_plan(
    dashboard: Dashboard,
    state: State,
    records: Sequence[Record],
    now: datetime,
    *,
    find: Find,
    platforms: Collection[str],
    watched: Sequence[Target] = (),
    run: Run = Run(),  # noqa: B008 -- it is frozen
    retention: int | None = None,
    imported: Imported = NOTHING,
) -> Plan:
    """The plan that brings ``state`` up to ``records``, which are judged already.

    ``platforms`` are the keys of those that ``find`` knows: a row of any other keeps what it
    holds. ``watched`` get a row even without a record. ``retention``: for how many days History
    keeps every day. The plan's dashboard lacks the tab Imports as long as nobody asked for one.
    Raises ConfigError for an unknown time zone, and DestinationError where a tab is in the way.
    """
    before, state = state, replace(state, forgotten=state.forgotten.meeting(records))
    zone = zone_of(state)
    _refuse_without_addresses(dashboard, state)
    dashboard, imports = _with_imports(dashboard, state, zone, imported)
    read = [record for record in records if not _is_forgotten(record, state)]
    profiles = [record for record in read if record.kind == "profile"]
    rows = {
        kind: Rows(tab, state, zone, now, find, platforms)
        for kind in FIELDS
        for tab in dashboard.tables
        if tab.kind == kind
    }
    rows["profile"].learn(profiles, watched)
    rows["post"].learn(_posts_of(read), watched)
    unplaced = [record for tab in rows.values() for record in tab.unplaced]
    placed = [record for record in profiles if record not in unplaced]
    keep_daily = None if retention is None else now.astimezone(zone).date() - timedelta(retention)
    days = plan_days(dashboard.tab("history"), state, zone, placed, now, keep_daily)
    more = follow(rows["profile"], rows["post"], days.readings, zone)
    if imports is not None:
        _add_fields(imports, rows["profile"], more["profile"])
    parts = [*(tab.part(more[kind]) for kind, tab in rows.items()), days.part]
    if imports is not None:
        parts.append(imports.part())
    changes = tuple(change for part in parts for change in part.changes)
    labels = {key: str(cells["label"]) for key, cells in more["profile"].items()}
    shown = now.astimezone(zone).replace(tzinfo=None, microsecond=0)
    log = log_after(state, shown, [*records, *imported.reads], len(changes), run)
    return Plan(
        dashboard,
        before,
        changes=changes,
        missing=_missing(dashboard, state),
        counts={part.tab: part.counts for part in parts},
        unplaced=tuple(unplaced),
        unused=tuple(record for record in read if rows[record.kind].unused(record)),
        overtaken=tuple((r, at) for r in read if (at := rows[r.kind].overtaken(r))),
        filled=sum(part.filled for part in parts),
        fills={"trend": _trend(state, days.readings, labels), "log": log_fill(log)},
        choices={"groups": _groups(state), "labels": tuple(labels.values())},
        picks=_picks(labels, rows["profile"].known),
        keep_daily=keep_daily,
        spills=_new_spills(imports, state),
        unspilled=imports.spills.refused if imports else {},
        forgotten=state.forgotten,
    )


def _with_imports(
    dashboard: Dashboard, state: State, zone: tzinfo, imported: Imported
) -> tuple[Dashboard, ImportRows | None]:
    """None, and no such tab, as long as nobody asked for an import."""
    listing = next((tab for tab in dashboard.tables if tab.kind == "import"), None)
    imports = ImportRows(listing, state, zone, imported) if listing else None
    if imports is None or not imports.needed:
        return without_imports(dashboard), None
    return dashboard, imports


def _refuse_without_addresses(dashboard: Dashboard, state: State) -> None:
    """Without its addresses nobody can say whose the numbers of a row are."""
    for tab in dashboard.tables:
        held = state.tabs.get(tab.key)
        if tab.kind in FIELDS and held is not None and "address" not in held.columns:
            raise DestinationError(
                f"The column {tab.column('address').header} of {held.title} is gone,"
                " so nothing was written.",
                hint="Take it back with Ctrl+Z, from the version history, or from an older copy of"
                " the file; then run this again.",
            )


def _add_fields(imports: ImportRows, profiles: Rows, more: dict[str, dict[str, Scalar]]) -> None:
    """The columns of Profiles that an import fills."""
    changed = imports.changed_fields()
    for column, read in imports.fields().items():
        for key in profiles.all_targets():
            held = profiles.held(key, [column]).get(column)
            more.setdefault(key, {})[column] = field_cells(
                read, key, held, changed=column in changed
            )


def _new_spills(imports: ImportRows | None, state: State) -> dict[str, Block]:
    spills = imports.spills.tabs if imports else {}
    return {title: rows for title, rows in spills.items() if state.spilled.get(title) != rows}


def _is_forgotten(record: Record, state: State) -> bool:
    return record.outcome is Outcome.FORGOTTEN or state.forgotten.about(record)


def forget_plan(
    dashboard: Dashboard,
    state: State,
    target: Profile,
    now: datetime,
    *,
    find: Find,
    platforms: Collection[str],
    salt: str,
    allow_loss: bool = False,
    earlier: Erasure | None = None,
    spoken: Collection[str] = (),
) -> Plan:
    """The plan after which the dashboard holds nothing of ``target`` but marks (see Forgotten).

    ``salt`` is random text, used when the dashboard has none yet; ``earlier`` what an attempt
    found that somebody's hand came between; ``spoken`` what platforms and layouts are called.
    """
    ours = own_texts(dashboard) | frozenset(spoken)
    found = erasure_of(state, target, find, earlier)
    erasure = replace(found, ours=ours, allow_loss=allow_loss)
    forgotten = state.forgotten.adding(erasure.names, salt)
    rest = replace(without(state, erasure), forgotten=forgotten)
    done = Record(target.platform, "profile", Outcome.FORGOTTEN)  # for the Log: that, not who
    plan = make_plan(dashboard, rest, [done], now, find=find, platforms=platforms)
    return replace(plan, erasure=erasure)


def allow_plan(
    dashboard: Dashboard,
    state: State,
    target: Profile,
    now: datetime,
    *,
    find: Find,
    platforms: Collection[str],
) -> Plan:
    """The plan after which ``target`` may be read again."""
    lifted = replace(state, forgotten=state.forgotten.lifting(target))
    plan = make_plan(dashboard, lifted, (), now, find=find, platforms=platforms)
    return replace(plan, state=state)


def _trend(state: State, readings: Mapping[HistoryKey, Reading], labels: Mapping[str, str]) -> Fill:
    trend, last = trend_after(state, _followers(readings), labels)
    return trend_fill(trend, last, labels)


def _followers(readings: Mapping[HistoryKey, Reading]) -> dict[HistoryKey, Count]:
    found = {key: reading.seen.get("followers") for key, reading in readings.items()}
    return {k: s.value for k, s in found.items() if s and isinstance(s.value, Count)}


def _groups(state: State) -> tuple[str, ...]:
    """What stands in Group beside an address, each once, in the order of the rows."""
    rows = [row for row in state.rows("profiles") if row.text("address")]
    groups = dict.fromkeys(group for row in rows if (group := row.shown("group")) is not None)
    return tuple(str(group) for group in groups if str(group).lower() != CARDS["all"])


def _picks(labels: Mapping[str, str], known: Mapping[str, Known]) -> dict[str, str]:
    """First choices: the largest profiles, compared and drawn."""
    size = {
        key: count.value
        for key in labels
        if (seen := known[key].reading.seen.get("followers"))
        and isinstance(count := seen.value, Count)
    }
    largest = [labels[key] for key in sorted(size, key=lambda key: (-size[key], key))]
    pairs = zip((f"compare_{n}" for n in (1, 2)), largest, strict=False)
    lines = zip((f"line_{n}" for n in range(1, LINES + 1)), largest, strict=False)
    return {**dict(pairs), **dict(lines)}


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
    missing += [(board.key, "") for board in dashboard.boards if board.key not in state.boards]
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
                posts.append(
                    replace(
                        seen,
                        layout=record.layout,
                        source=record.source,
                        captured_at=record.captured_at,
                        captured_by=record.captured_by,
                    )
                )
    return posts


def _with_handle(post: Record, handle: str) -> Record:
    return replace(post, fields={"handle": handle, **post.fields}) if handle else post
