"""What a dashboard watches, from its State. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from sheetsync.dashboard import STEP
from sheetsync.model import POST_FIELDS, Count, Kind, Post, Profile, Record, iso
from sheetsync.plan import Row, State, zone_of
from sheetsync.plan.baselines import Trail
from sheetsync.plan.reading import from_cells, from_record, merge, moment_out
from sheetsync.platform import Platform, find_watched

_TABS: Mapping[Kind, str] = {"profile": "profiles", "post": "posts"}


def watch_list(state: State, platforms: Sequence[Platform]) -> list[Profile | Post]:
    """Return what column A of Profiles and Posts names, each once, longest-unread first.

    Who was forgotten is not among them. A run that is cut short by its deadline begins next time
    with what it did not reach.
    """
    oldest: dict[tuple[str, str], tuple[float, Profile | Post]] = {}
    for row in _rows(state):
        target = find_watched(row.text("address"), platforms) if row.text("address") else None
        if target is not None and not state.forgotten.about(target):
            mine = row.text("for") == target.key
            read = row.cells.get("read_at~utc") if mine else None
            at = read.timestamp() if isinstance(read, datetime) else 0.0
            oldest.setdefault((target.kind, target.key), (at, target))
    return [target for _, target in sorted(oldest.values(), key=lambda pair: pair[0])]


def read_before(state: State) -> set[str]:
    """Return the keys whose rows hold at least one number."""
    return {
        row.text("for")
        for row in _rows(state)
        if row.text("for") and any(_is_step(key, value) for key, value in row.cells.items())
    }


def left_old(missed: Sequence[Record], reads: Sequence[Record], state: State) -> set[int]:
    """Return the ``id()`` of each of ``missed`` for which the dashboard holds a number that no
    record of this run reads anew: of that post, or of any post of its profile where it has no id.

    The numbers that a profile's page gives of a post are no loss when the post's own page is not
    to be had.
    """
    new = {(post.key, name) for r in reads for post in (r, *r.posts) for name in _counted(post)}
    held = [row for row in _rows(state) if row.text("id") and _numbers(row, new)]
    keys = {row.text("for") for row in held}
    authors = {(row.text("for").partition(":")[0], row.text("handle").lower()) for row in held}
    return {
        id(r)
        for r in missed
        if (r.key in keys if r.key else (r.platform, r.handle.lower()) in authors)
    }


def _counted(record: Record) -> list[str]:
    return [name for name, value in record.fields.items() if isinstance(value, Count)]


def _numbers(row: Row, new: Collection[tuple[str, str]]) -> bool:
    """Whether a post's row holds a number that is not among the new ones."""
    names = (key.removesuffix(STEP) for key, value in row.cells.items() if _is_step(key, value))
    return any(name in POST_FIELDS and (row.text("for"), name) not in new for name in names)


def already_there(records: Sequence[Record], state: State) -> list[bool]:
    """For each record: whether the dashboard holds this reading, of the same moment, or a better
    one of its day, so that it changes nothing."""
    zone = zone_of(state)
    rows = _rows_of(records, state, zone)
    return [
        any(
            (_holds(row, r, at) and (r.source != "typed" or _shows(row, r, at, strict=True)))
            or _is_better(row, r, at, zone)
            for row in rows.get(_whose(r), ())
        )
        for r, at in zip(records, map(_moment, records), strict=True)
    ]


def stored(records: Sequence[Record], state: State) -> list[bool]:
    """For each record: whether its own numbers, and those of the posts on its page, stand in the
    dashboard: in the row, in its day of History or among a post's earlier views."""
    posts = [replace(post, captured_at=r.captured_at) for r in records for post in r.posts]
    rows = _rows_of([*records, *posts], state, zone_of(state))

    def has(record: Record, at: datetime | None) -> bool:
        held = rows.get(_whose(record), ())
        return any(_holds(row, record, at) and _shows(row, record, at) for row in held)

    return [
        (at := _moment(r)) is not None
        and all(has(each, at) for each in (r, *r.posts) if _counted(each))
        for r in records
    ]


def _rows_of(
    records: Sequence[Record], state: State, zone: tzinfo
) -> Mapping[tuple[str, str], Sequence[Row]]:
    """The rows about each (kind, key): those of Profiles and Posts, and the days of History."""
    days = {
        (r.key, at.replace(tzinfo=UTC).astimezone(zone).date())
        for r in records
        if r.kind == "profile" and (at := _moment(r))
    }
    found: dict[tuple[str, str], list[Row]] = {}
    for kind, tab in _TABS.items():
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            found.setdefault((kind, row.text("for")), []).append(row)
    for row in state.history(days).rows.values() if days else ():
        found.setdefault(("profile", row.text("profile")), []).append(row)
    return found


def _whose(record: Record) -> tuple[str, str]:
    return record.kind, record.key


def _trail(row: Row) -> Trail:
    return Trail.of_text(row.text("trail"))


def _holds(row: Row, record: Record, at: datetime | None) -> bool:
    """Whether the row has a number of this very moment."""
    if at is None or not record.key:
        return False
    kept = f"@{iso(at.replace(tzinfo=UTC))}"
    then = (moment_out(entry[0]) for entry in _trail(row).entries)
    return row.cells.get("read_at~utc") == at or kept in row.text("kept") or at in then


def _shows(row: Row, record: Record, at: datetime | None, *, strict: bool = False) -> bool:
    """Whether the numbers are the record's own: two pages may be of one moment."""
    views = record.count("views")
    then = {moment_out(then): count for then, count in _trail(row).entries}
    if views and then.get(at) == views and not strict:
        return True
    counts = {name: c for name in _counted(record) if (c := record.count(name))}
    held = from_cells(row.cells, counts, record.kind).seen
    return all(
        name in held and (held[name].value == c or not (c.exact or strict))
        for name, c in counts.items()
    )


def _is_better(row: Row, record: Record, at: datetime | None, zone: tzinfo) -> bool:
    """Whether the row's numbers stay as they are when these are joined with them."""
    names = _counted(record)
    if at is None or not names or (record.kind == "profile" and not row.text("profile")):
        return False
    moment = at.replace(tzinfo=UTC)
    new = from_record(replace(record, captured_at=moment), names, moment)
    held = from_cells(row.cells, names, record.kind)
    views = record.count("views")
    trail = _trail(row)
    if views and trail.with_readings([(moment, views)], zone) != trail:
        return False
    return held.at is not None and merge(held, new, zone, fresh=True) == held


def _moment(record: Record) -> datetime | None:
    """When the page was made, as the dashboard holds it: UTC, naive, to the second."""
    at = record.captured_at
    if at is None or not record.outcome.has_numbers or not record.key:
        return None
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _rows(state: State) -> Iterator[Row]:
    for tab in _TABS.values():
        held = state.tabs.get(tab)
        yield from held.rows if held else ()


def _is_step(key: str, value: object) -> bool:
    """Every number that was read has its step beside it; the team's own numbers have none."""
    return key.endswith(STEP) and isinstance(value, int)
