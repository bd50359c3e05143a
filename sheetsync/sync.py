"""The straight line: read state, read pages, extract, plan, apply.

Dry run is the absence of a call. A destination that changed since it was read is read and
planned again; what was extracted is not read twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from sheetsync.answers import joined
from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.imports import KEY as IMPORTS
from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.destinations import Destination, DestinationChanged
from sheetsync.extract import extract_any
from sheetsync.model import ImportRead, Outcome, Page, Post, Profile, Record
from sheetsync.plan import (
    Imported,
    Plan,
    Row,
    Run,
    State,
    known_accounts,
    make_plan,
    respected,
    zone_of,
)
from sheetsync.plan.imports import NOTHING
from sheetsync.plan.listed import ImportKey, fields_of, is_of, listed_rows
from sheetsync.platform import Platform, find_watched
from sheetsync.typed import typed_records
from sheetsync.understood import at_home, not_understood
from sheetsync.verdict import judge
from sheetsync.watch import already_there, left_old, read_before

NOTHING_SAID: Mapping[int, str] = {}
#: How often a destination may change under our hands before we say so.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Read:
    """One page and what was read from it.

    ``name`` is the file's, or the address; ``known``: it had been read before this run; ``door``:
    the address that gave the numbers; ``named``: a person asked for just this one; ``again``:
    this very reading is in the dashboard already; ``beside``: it was asked for beside a profile (a
    post's own page, the list of its posts) and gave no numbers: told, and no concern of the plan.
    """

    name: str
    record: Record
    known: bool = False
    door: str = ""
    named: bool = False
    again: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class ImportTold:
    """One row of Imports in a run. ``name`` is its name or its cell, else its formula; ``known``:
    it had a result before; ``named``: it was asked for on the command line. ``unspilled`` says why
    its whole result is in no tab, ``lost`` that this had not been so before."""

    name: str
    read: ImportRead
    known: bool = False
    named: bool = False
    unspilled: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """What a run read and changed. ``passed_over`` counts pages that are no platform's; ``wrong``
    says which numbers that the team typed cannot be one; ``strange`` gives by tab the rows whose
    address is not understood."""

    reads: tuple[Read, ...]
    plan: Plan
    passed_over: int
    written: bool
    wrong: tuple[str, ...] = ()
    imports: tuple[ImportTold, ...] = ()
    strange: Mapping[str, Sequence[int]] = field(default_factory=dict)


def read_pages(pages: Sequence[Page], platforms: Sequence[Platform]) -> tuple[list[Read], int]:
    """Extract every page: the readings, and how many files hold no page of any platform.

    A recording of a browser holds many answers beside the one page: they are no files of their own.
    """
    found = [(page.name, extract_any(page, platforms)) for page in pages]
    readable = [(name, record) for name, record in found if record is not None]
    reads = [Read(name, record) for name, record in joined(readable)]
    files = {name.partition(" #")[0] for name, _ in found}
    return reads, len(files - {read.name.partition(" #")[0] for read in reads})


def sync(
    destination: Destination,
    reads: Sequence[Read],
    *,
    platforms: Sequence[Platform],
    now: datetime,
    watched: Sequence[Profile | Post] = (),
    passed_over: int = 0,
    floating: bool = False,
    dry_run: bool = False,
    allow_loss: bool = False,
    dashboard: Dashboard = DASHBOARD,
    run: Run = Run(),  # noqa: B008 -- it is frozen
    retention: int | None = None,
    imported: Imported = NOTHING,
    fields: Mapping[int, str] | None = None,
) -> Synced:
    """Bring the destination up to what was read.

    ``floating``: the time that a person stated for saved pages (``--captured``) has no offset, so
    it is a time of the dashboard's own zone. ``run`` is for the Log; ``retention`` says for how
    many days History keeps every day. ``imported`` is for the tab Imports, which a dashboard
    has that was made ``with_imports``; ``fields`` are the columns of Profiles that imports filled a
    moment ago, which saves to read twice. Raises DestinationError, UnsafePlan (not in a dry
    run: there is no harm in looking) and ConfigError, each with nothing written.
    """
    expected = with_imports(dashboard, fields) if fields else dashboard
    for attempt in range(ATTEMPTS):
        state = destination.read(expected)
        described = with_fields(dashboard, state, imported)
        if described != expected:
            state = destination.read(described)
        expected = described
        understood = at_home(state, platforms)
        placed = [in_zone(read, zone_of(state)) for read in reads] if floating else reads
        typed, wrong = typed_records(state, understood, now)
        judged = judge_all([*placed, *(Read("typed", r) for r in typed)], state, now)
        held = already_there([read.record for read in judged], state)
        judged = [replace(r, again=again) for r, again in zip(judged, held, strict=True)]
        plan = make_plan(
            described,
            state,
            [read.record for read in judged if not read.beside],
            now,
            find=partial(find_watched, platforms=understood),
            platforms={platform.key for platform in platforms},
            watched=watched,
            run=run,
            retention=retention,
            imported=imported,
        )
        if dry_run or not plan:
            break
        plan.raise_if_unsafe(allow_loss)
        try:
            destination.apply(plan)
            break
        except DestinationChanged:
            if attempt == ATTEMPTS - 1:
                raise
    written = bool(plan) and not dry_run
    told = imports_told(state, imported, plan.unspilled)
    strange = not_understood(state, platforms)
    return Synced(tuple(judged), plan, passed_over, written, tuple(wrong), told, strange)


def with_fields(dashboard: Dashboard, state: State, imported: Imported) -> Dashboard:
    """The description with the columns of Profiles that imports fill. Which these are is known
    only when Imports has been read."""
    if not any(tab.key == IMPORTS for tab in dashboard.tabs):
        return dashboard
    fields = fields_of(state, imported.added)
    return with_imports(dashboard, dict(fields.values())) if fields else dashboard


def imports_told(
    state: State, imported: Imported, unspilled: Mapping[int, str] = NOTHING_SAID
) -> tuple[ImportTold, ...]:
    """What to tell of each import that was read: of each row, where several say the same."""
    rows: dict[ImportKey, list[Row]] = {}
    for row, formula in listed_rows(state):
        cell = row.text("cell")
        key = (formula, imported.cells.get((formula, cell), cell))
        rows.setdefault(key, []).append(row)
    added = {one.key: one.name for one in imported.added}
    found = []
    for read in imported.reads:
        named = read.key in added
        name = added.get(read.key) or read.cell or read.formula
        for row in rows.get(read.key, ()):
            known = is_of(row, read.formula) and row.cells.get("read_at") is not None
            why = unspilled.get(row.number, "")
            lost = known and why not in row.text("why")
            shown = row.text("name") or name
            found.append(ImportTold(shown, read, known, named, unspilled=why, lost=lost))
        if read.key not in rows:
            found.append(ImportTold(name, read, named=named))
    return tuple(found)


def in_zone(read: Read, zone: tzinfo) -> Read:
    """The reading at the same time of day, but in the dashboard's zone."""
    at = read.record.captured_at
    if at is None or read.record.captured_by != "option":
        return read
    moved = at.replace(tzinfo=zone).astimezone(UTC)
    return replace(read, record=replace(read.record, captured_at=moved))


def judge_all(reads: Sequence[Read], state: State, now: datetime) -> list[Read]:
    """Check each reading against the account seen before under its name, oldest page first.

    The order of files says nothing: a handle that moved to another account in between is found
    by the pages' own times. A page that says it is from the future has no time that we believe.
    """
    reads = [replace(read, record=respected(read.record, state.forgotten)) for read in reads]
    accounts = known_accounts(state)
    profiles = (read.record for read in reads if read.record.kind == "profile")
    new = {r.key for r in profiles if r.key and r.text("account_id")} - accounts.keys()
    accounts |= state.accounts(new) if new else {}
    before = read_before(state)
    missed = [read.record for read in reads if read.beside]
    old = left_old(missed, [read.record for read in reads], state) if missed else set()
    judged: dict[int, Read] = {}
    for index in sorted(range(len(reads)), key=lambda i: _age(reads[i].record)):
        read = reads[index]
        record = _believed(read.record, now)
        if record.kind == "profile":
            record = judge(record, accounts.get(record.key, ""))
            if record.outcome.has_numbers and record.text("account_id"):
                accounts.setdefault(record.key, record.text("account_id"))
        known = id(read.record) in old if read.beside else record.key in before
        judged[index] = replace(read, record=record, known=known)
    return [judged[index] for index in range(len(reads))]


def _age(record: Record) -> datetime:
    return record.captured_at or datetime.max.replace(tzinfo=UTC)


def _believed(record: Record, now: datetime) -> Record:
    at = record.captured_at
    if at is None or at <= now + timedelta(hours=1):
        return record
    return replace(record, captured_at=None, captured_by=None)


def failed(read: Read | ImportTold, *, strict: bool = False) -> bool:
    """Whether this reading makes the run exit 1: asked for by name, or read before, or strict."""
    if isinstance(read, ImportTold):
        whole = read.read.has_value and not (strict and (read.read.missed or read.unspilled))
        return read.lost or (not whole and (read.named or read.known or strict))
    outcome = read.record.outcome
    if outcome.has_numbers:
        return False
    return read.named or ((read.known or strict) and outcome is not Outcome.NOT_A_PROFILE)
