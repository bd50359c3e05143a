"""The straight line: read state, read pages, extract, plan, apply.

Dry run is the absence of a call. A destination that changed since it was read is read and
planned again; what was extracted is not read twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import Destination, DestinationChanged
from sheetsync.extract import extract_any
from sheetsync.model import Outcome, Page, Post, Profile, Record
from sheetsync.plan import Plan, State, known_accounts, make_plan, zone_of
from sheetsync.platform import Platform, find_watched
from sheetsync.typed import typed_records
from sheetsync.verdict import judge
from sheetsync.watch import already_there, read_before

#: How often a destination may change under our hands before we say so.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Read:
    """One page and what was read from it.

    ``name`` is the file's, or the address; ``known``: it had been read before this run; ``door``:
    the address that gave the numbers; ``named``: a person asked for just this one; ``again``:
    this very reading is in the dashboard already.
    """

    name: str
    record: Record
    known: bool = False
    door: str = ""
    named: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """What a run read and changed. ``passed_over`` counts pages that are no platform's; ``wrong``
    says which numbers that the team typed cannot be one."""

    reads: tuple[Read, ...]
    plan: Plan
    passed_over: int
    written: bool
    wrong: tuple[str, ...] = ()


def read_pages(pages: Sequence[Page], platforms: Sequence[Platform]) -> tuple[list[Read], int]:
    """Extract every page: the readings, and how many files hold no page of any platform.

    A recording of a browser holds many answers beside the one page: they are no files of their own.
    """
    found = [(page.name, extract_any(page, platforms)) for page in pages]
    reads = [Read(name, record) for name, record in found if record is not None]
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
) -> Synced:
    """Bring the destination up to what was read.

    ``floating``: the time that a person stated for saved pages (``--captured``) has no offset, so
    it is a time of the dashboard's own zone. Raises DestinationError, UnsafePlan and ConfigError,
    each with nothing written.
    """
    for attempt in range(ATTEMPTS):
        state = destination.read(DASHBOARD)
        placed = [in_zone(read, zone_of(state)) for read in reads] if floating else reads
        typed, wrong = typed_records(state, platforms, now)
        judged = judge_all([*placed, *(Read("typed", r) for r in typed)], state, now)
        held = already_there([read.record for read in judged], state)
        judged = [replace(r, again=again) for r, again in zip(judged, held, strict=True)]
        plan = make_plan(
            DASHBOARD,
            state,
            [read.record for read in judged],
            now,
            find=lambda address: find_watched(address, platforms),
            platforms={platform.key for platform in platforms},
            watched=watched,
        )
        plan.raise_if_unsafe(allow_loss)
        if dry_run or not plan:
            break
        try:
            destination.apply(plan)
            break
        except DestinationChanged:
            if attempt == ATTEMPTS - 1:
                raise
    return Synced(tuple(judged), plan, passed_over, bool(plan) and not dry_run, tuple(wrong))


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
    accounts = known_accounts(state)
    profiles = (read.record for read in reads if read.record.kind == "profile")
    new = {r.key for r in profiles if r.key and r.text("account_id")} - accounts.keys()
    accounts |= state.accounts(new) if new else {}
    before = read_before(state)
    judged: dict[int, Read] = {}
    for index in sorted(range(len(reads)), key=lambda i: _age(reads[i].record)):
        read = reads[index]
        record = _believed(read.record, now)
        if record.kind == "profile":
            record = judge(record, accounts.get(record.key, ""))
            if record.outcome.has_numbers and record.text("account_id"):
                accounts.setdefault(record.key, record.text("account_id"))
        judged[index] = replace(read, record=record, known=read.record.key in before)
    return [judged[index] for index in range(len(reads))]


def _age(record: Record) -> datetime:
    return record.captured_at or datetime.max.replace(tzinfo=UTC)


def _believed(record: Record, now: datetime) -> Record:
    at = record.captured_at
    if at is None or at <= now + timedelta(days=1):
        return record
    return replace(record, captured_at=None, captured_by=None)


def failed(read: Read, *, strict: bool = False) -> bool:
    """Whether this reading makes the run exit 1: asked for by name, or read before, or strict."""
    outcome = read.record.outcome
    if outcome.has_numbers:
        return False
    return read.named or ((read.known or strict) and outcome is not Outcome.NOT_A_PROFILE)
