"""What a run means for the people who rely on it: what changed, what was lost, what needs them.

Facts only, read off the plan; `summary` puts them into words. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sheetsync.dashboard import STEP
from sheetsync.dashboard.imports import KEY as IMPORTS
from sheetsync.dashboard.words import Status
from sheetsync.dashboard.words.guide import guide
from sheetsync.dashboard.words.headings import NEEDS
from sheetsync.model import Count, Outcome
from sheetsync.plan import Plan, Row, zone_of
from sheetsync.plan.listed import formula_in, is_of
from sheetsync.sync import ImportTold, Read, Synced

#: As the guide's yellow cells have them at first; a team's own choice there is the sheet's alone.
_SETTINGS = {line.setting: line.text for line in guide() if isinstance(line.text, int)}
OLD_AFTER, SILENT_AFTER = _SETTINGS["old_after"], _SETTINGS["silent_after"]
_GOOD = {Status.READ, Status.PART}


@dataclass(frozen=True, slots=True)
class Gain:
    """A profile's followers, now and as the dashboard held them before this run.

    ``before`` and ``since`` (a day) are None when there was no number of this profile yet.
    """

    read: Read
    now: Count | None
    before: Count | None = None
    since: date | None = None

    @property
    def proven(self) -> int | None:
        """The difference, where the steps of both numbers can prove one (design decision 5)."""
        if self.now is None or self.before is None:
            return None
        found = self.now.value - self.before.value
        return found if not self.step or abs(found) >= self.step else None

    @property
    def step(self) -> int:
        """Below this the sites' rounding hides a difference; 0 when both numbers are exact."""
        both = [count.step for count in (self.now, self.before) if count]
        return sum(step for step in both if step > 1)


@dataclass(frozen=True, slots=True)
class Ages:
    """Of all profiles in the dashboard that have numbers: how many days old these are."""

    profiles: int
    fresh: int
    oldest: int


def gains(synced: Synced) -> list[Gain]:
    """A line for each profile that was read and is new to the dashboard, largest change first."""
    before = {row.text("for"): row for row in _before(synced.plan) if row.text("for")}
    after = {row.text("for"): row for row in after_rows(synced.plan)}
    last = {
        read.record.key: read
        for read in synced.reads
        if read.record.kind == "profile" and read.record.outcome.has_numbers and not read.again
    }
    found = [
        Gain(read, _followers(after.get(key)), *_was(before.get(key))) for key, read in last.items()
    ]
    return sorted(found, key=lambda gain: -abs(gain.proven or 0))


def lost(synced: Synced) -> list[Read]:
    """What the run before this one could read, and this one could not.

    A refusal that goes on is known by its row's Status, and what a deadline cut off is not lost.
    """
    good = {
        row.text("for")
        for tab in ("profiles", "posts")
        for row in _before(synced.plan, tab)
        if row.text("status") in _GOOD
    }
    return [
        read
        for read in not_read(synced)
        if read.record.key in good
        and read.record.outcome not in (Outcome.NOT_REACHED, Outcome.FORGOTTEN)
    ]


def not_read(synced: Synced) -> list[Read]:
    """Without posts that were only asked for beside their profile."""
    return [r for r in synced.reads if not r.record.outcome.has_numbers and not r.beside]


def imports_not_read(synced: Synced) -> list[ImportTold]:
    return [told for told in synced.imports if not told.read.has_value]


def lost_imports(synced: Synced) -> list[ImportTold]:
    """What `lost` says of profiles, of imports."""
    good = {formula_in(row) for row in _before(synced.plan, IMPORTS) if _was_read(row)}
    return [
        told
        for told in imports_not_read(synced)
        if told.read.formula in good and told.read.reason != Outcome.NOT_REACHED
    ]


def _was_read(row: Row) -> bool:
    """Whether the formula that stands there gave its result in the run before."""
    return row.text("status") in _GOOD and is_of(row, formula_in(row))


def needs_you(synced: Synced, now: datetime) -> list[tuple[str, str]]:
    """(short name, what is with it) of each profile that a person has to look at."""
    today = now.astimezone(zone_of(synced.plan.state)).date()
    found = []
    for row in after_rows(synced.plan):
        name = row.text("label") or row.text("handle") or row.text("address")
        if row.text("for") and (why := _need(row, today)):
            found.append((name, why.strip()))
    return found


def _need(row: Row, today: date) -> str:
    status = row.text("status")
    said = {
        Status.CHANGED: NEEDS["changed"],
        Status.PRIVATE: NEEDS["private"],
        Status.GONE: NEEDS["gone"],
    }
    if status in set(said):
        return said[Status(status)]
    read = _day(row, "read_at")
    if read is None:
        return NEEDS["refused"] if status == Status.REFUSED else ""
    if (age := (today - read).days) > OLD_AFTER:
        return f"{NEEDS['old_1']}{age}{NEEDS['old_2']}"
    posted = _day(row, "last_post")
    if posted and (silent := (today - posted).days) >= SILENT_AFTER:
        return f"{NEEDS['silent_1']}{silent}{NEEDS['silent_2']}".removeprefix(": ")
    return ""


def ages(synced: Synced, now: datetime) -> Ages:
    moments = [
        at.replace(tzinfo=UTC)
        for row in after_rows(synced.plan)
        if isinstance(at := row.cells.get("read_at~utc"), datetime)
    ]
    days = [max((now - at).days, 0) for at in moments]
    return Ages(len(days), sum(day < 1 for day in days), max(days, default=0))


def after_rows(plan: Plan, tab: str = "profiles") -> list[Row]:
    """The rows of a tab as they are once the plan is applied."""
    rows = {row.number: row for row in _before(plan, tab)}
    for change in plan.changes:
        if change.tab == tab:
            row = rows.get(change.row, Row(change.row, {}))
            rows[change.row] = replace(row, cells={**row.cells, change.column: change.new})
    return list(rows.values())


def _before(plan: Plan, tab: str = "profiles") -> Iterator[Row]:
    held = plan.state.tabs.get(tab)
    yield from held.rows if held else ()


def _was(row: Row | None) -> tuple[Count | None, date | None]:
    count = _followers(row)
    return count, _day(row, "read_at") if row and count else None


def _followers(row: Row | None) -> Count | None:
    cells: Mapping[str, object] = row.cells if row else {}
    value, step = cells.get("followers"), cells.get("followers" + STEP)
    return Count(value, step) if isinstance(value, int) and isinstance(step, int) else None


def _day(row: Row, key: str) -> date | None:
    value = row.cells.get(key)
    return value.date() if isinstance(value, datetime) else None
