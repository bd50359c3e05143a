"""Older readings beside the newest one: what changes and growth are computed from. Pure.

Of a profile they come from History and from this run's own readings; of a post from its row, which
keeps its earlier views in one hidden text cell (there is no history of posts).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sheetsync.dashboard import Column, Scalar, Tab
from sheetsync.model import Count
from sheetsync.plan.known import Known
from sheetsync.plan.reading import Reading, from_cells, is_typed
from sheetsync.plan.state import HistoryKey, Row, State

#: A post's views "at 24 hours" and "at 7 days" may be read so far from that age.
_NEAR = {1: (timedelta(hours=18), timedelta(hours=36)), 7: (timedelta(6.5), timedelta(8))}
_BESIDE = (-1, 0, 1)
#: Days of a post's views that later baselines can need.
_TRAIL_DAYS = 9
#: A reading and its day.
_Dated = tuple[date, Reading]
_ENTRY = re.compile(r"(\d+):(\d+)(?:~(\d+))?")


def baseline_columns(tab: Tab, since: str = "reading") -> list[Column]:
    return [c for c in tab.columns if c.baseline is not None and c.baseline.since == since]


def _cells(tab: Tab, earlier: Mapping[int, tuple[date, Mapping[str, Count]]]) -> dict[str, Scalar]:
    """The baseline cells by column key; ``earlier`` is by days: the reading's day and numbers."""
    cells: dict[str, Scalar] = {}
    for column in baseline_columns(tab):
        baseline = column.baseline
        assert baseline is not None
        found = earlier.get(baseline.days)
        count = found[1].get(baseline.field) if found else None
        match baseline.part:
            case "day":
                cells[column.key] = found[0] if found else None
            case "value":
                cells[column.key] = count.value if count else None
            case "step":
                cells[column.key] = count.step if count else None
    return cells


# --- of profiles ----------------------------------------------------------------------------


def profile_baselines(
    tab: Tab,
    state: State,
    zone: tzinfo,
    newest: Mapping[str, Reading],
    readings: Mapping[HistoryKey, Reading],
    moved: Collection[str] = (),
) -> dict[str, dict[str, Scalar]]:
    """Profile key -> baseline cells, for the profiles in ``newest``.

    ``readings`` are this run's, merged with what History holds of their days. One account's
    numbers are no baseline of another's: a reading of another account id ends the search there.
    Of the profiles in ``moved`` the zone has changed: History has their days by the former one, so
    the days beside are looked at, too.
    """
    spans = sorted({c.baseline.days for c in baseline_columns(tab) if c.baseline})
    days = {
        key: at.astimezone(zone).date() for key, reading in newest.items() if (at := reading.at)
    }
    asked = {
        key: [
            day - timedelta(span + more)
            for span in spans
            for more in (_BESIDE if key in moved else (0,))
        ]
        for key, day in days.items()
    }
    held = state.before(asked) if asked else {}
    names = tab.fields("profile")
    by_key: dict[str, list[_Dated]] = {}
    for (key, day), reading in readings.items():
        moment = reading.at.astimezone(zone).date() if reading.at else day
        by_key.setdefault(key, []).append((moment, reading))
    cells = {}
    for key, day in days.items():
        earlier = {}
        for span in spans:
            limit = day - timedelta(span)
            rows = [held.get((key, limit - timedelta(more))) for more in _BESIDE]
            found = [pair for row in rows if row and (pair := _day_of(row, names, zone))]
            # Of one day this run's reading is the better one: it was merged with History's.
            if best := _newest_upto(limit, [*by_key.get(key, ()), *found], newest[key]):
                earlier[span] = (best[0], _comparable(best[1], newest[key], zone))
        cells[key] = _cells(tab, earlier)
    return cells


def _newest_upto(limit: date, found: Iterable[_Dated], now: Reading) -> _Dated | None:
    """Of several of one day the first; None when it is another account's."""
    upto = [(day, then) for day, then in found if day <= limit and then.at != now.at]
    best = max(upto, key=lambda pair: pair[0], default=None)
    return best if best and _same_account(best[1], now) else None


def _day_of(row: Row, names: Sequence[str], zone: tzinfo) -> _Dated | None:
    """A row of History as a day of the zone that the dashboard has now."""
    reading = from_cells(row.cells, names, "profile")
    held = row.cells.get("day")
    day = reading.at.astimezone(zone).date() if reading.at else held
    return (day, reading) if isinstance(day, date) else None


def _same_account(a: Reading, b: Reading) -> bool:
    ours, theirs = a.seen.get("account_id"), b.seen.get("account_id")
    return ours is None or theirs is None or ours.value == theirs.value


def _comparable(then: Reading, now: Reading, zone: tzinfo) -> dict[str, Count]:
    """The earlier numbers; not of a field whose newest number is itself of an earlier day, kept
    because the newest page did not show it: its change would be over other days than it says."""
    return {
        name: seen.value
        for name, seen in then.seen.items()
        if isinstance(seen.value, Count) and _is_of_the_day(name, now, zone)
    }


def _is_of_the_day(name: str, now: Reading, zone: tzinfo) -> bool:
    seen = now.seen.get(name)
    if seen is None or seen.at is None or now.at is None:
        return False
    return seen.at.astimezone(zone).date() == now.at.astimezone(zone).date()


# --- of posts -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trail:
    """A post's views by moment, oldest first: one a day, and those at the ages that posts are
    compared at."""

    entries: tuple[tuple[datetime, Count], ...] = ()

    @classmethod
    def of_text(cls, text: str) -> Trail:
        """Reads ``1763788620:1200~100 …``; what a person typed over is passed over."""
        entries = []
        for at, value, step in _ENTRY.findall(text):
            if len(at) <= 11 and len(value) <= 15:
                count = Count(int(value), max(1, int(step[:15] or 1)))
                entries.append((datetime.fromtimestamp(int(at), UTC), count))
        return cls(tuple(sorted(entries, key=lambda entry: entry[0])))

    def text(self) -> str | None:
        parts = []
        for at, count in self.entries:
            step = "" if count.exact else f"~{count.step}"
            parts.append(f"{int(at.timestamp())}:{count.value}{step}")
        return " ".join(parts) or None

    def with_readings(
        self,
        new: Iterable[tuple[datetime, Count]],
        zone: tzinfo,
        published: datetime | None = None,
    ) -> Trail:
        """Of a day an exact number beats a rounded one, then the later the earlier; but what was
        read nearest to an age that posts are compared at stays."""
        best: dict[date, tuple[datetime, Count]] = {}
        every = Trail((*self.entries, *new))
        for at, count in every.entries:
            day = at.astimezone(zone).date()
            held = best.get(day)
            corrected = held is not None and held[0] == at and is_typed(at, zone)
            if (
                held is None
                or corrected
                or (count.exact, at, count.value) > (held[1].exact, held[0], -1)
            ):
                best[day] = (at, count)
        kept = {at: (at, count) for at, count in best.values()}
        for days in _NEAR if published else ():
            if published and (entry := every.near(published, days)):
                kept.setdefault(entry[0], entry)
        return Trail(tuple(kept[at] for at in sorted(kept)))

    def before(self, day: date, zone: tzinfo) -> tuple[date, Count] | None:
        """The newest entry at or before the day."""
        found = [
            (then, count)
            for at, count in self.entries
            if (then := at.astimezone(zone).date()) <= day
        ]
        last = max((then for then, _ in found), default=None)
        of_day = [pair for pair in reversed(found) if pair[0] == last]  # the later one first
        return max(of_day, key=lambda pair: pair[1].exact, default=None)

    def near(self, published: datetime, days: int) -> tuple[datetime, Count] | None:
        """The entry nearest to the age of ``days`` days, if one is near enough."""
        low, high = _NEAR[days]
        fits = [e for e in self.entries if low <= e[0] - published <= high]
        aim = published + timedelta(days)
        return min(fits, key=lambda e: (abs(e[0] - aim), not e[1].exact, e[0]), default=None)

    def pruned(self, published: datetime | None, zone: tzinfo) -> Trail:
        """Only what a later sync can need: the last days, the newest one before them, and what
        was read at the ages that posts are compared at."""
        if not self.entries:
            return self
        last = self.entries[-1][0].astimezone(zone).date()
        first = last - timedelta(_TRAIL_DAYS)
        keep = {at for at, _ in self.entries if at.astimezone(zone).date() > first}
        older = [at for at, _ in self.entries if at not in keep]
        keep.update(older[-1:])
        if published:
            keep.update(entry[0] for days in _NEAR if (entry := self.near(published, days)))
        return Trail(tuple(entry for entry in self.entries if entry[0] in keep))


def post_baselines(
    tab: Tab, known: Known, before: str, new: Sequence[tuple[datetime, Count]], zone: tzinfo
) -> dict[str, Scalar]:
    """The baseline cells of one post, and its trail; ``before`` is the trail that its row held."""
    seen = known.reading.seen
    views = seen.get("views")
    now = [(views.at, views.value)] if views and views.at else []
    held = [(at, count) for at, count in now if isinstance(count, Count)]
    at = seen["published"].value if "published" in seen else None
    published = at if isinstance(at, datetime) else None
    trail = Trail.of_text(before).with_readings([*new, *held], zone, published)
    trail = trail.pruned(published, zone)
    earlier = {}
    if trail.entries and held and _is_of_the_day("views", known.reading, zone):
        today = held[0][0].astimezone(zone).date()
        for column in baseline_columns(tab):
            span = column.baseline.days if column.baseline else 0
            if found := trail.before(today - timedelta(span), zone):
                earlier[span] = (found[0], {"views": found[1]})
    return {**_cells(tab, earlier), **_at_ages(tab, trail, published), "trail": trail.text()}


def _at_ages(tab: Tab, trail: Trail, published: datetime | None) -> dict[str, Scalar]:
    cells: dict[str, Scalar] = {}
    for column in baseline_columns(tab, "published"):
        assert column.baseline is not None
        found = trail.near(published, column.baseline.days) if published else None
        part = column.baseline.part
        cells[column.key] = None if found is None else _part(found[1], part)
    return cells


def _part(count: Count, part: str) -> int:
    return count.step if part == "step" else count.value
