"""What a run says, for a person and for a program. Pure: it returns lines, it prints nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sheetsync.dashboard.words import WHY, day
from sheetsync.model import PROFILE_FIELDS, Count, FieldValue, Outcome, Record
from sheetsync.plan import zone_of
from sheetsync.platform import Door, Platform
from sheetsync.sync import Read, Synced

SHOWN = ("followers", "likes", "posts")
SHOWN_POST = ("views", "likes", "comments", "shares", "saves")
FROM = {"content": "", "option": " (as you say)", "file": " (the file's time)", "clock": ""}


def who(record: Record) -> str:
    """``@handle``, or ``@handle, post 123``."""
    name = f"@{record.handle}" if record.handle else ""
    if record.kind == "post":
        return f"{name}, post {record.id}" if name else f"post {record.id}"
    return name or record.text("account_id")


def number(count: Count) -> str:
    """``783,427``, and ``≈ 1,200,000`` when the site rounded it."""
    return f"{count.value:,}" if count.exact else f"≈ {count.value:,}"


def _counted(count: Count, name: str) -> str:
    return f"{number(count)} {name.removesuffix('s') if count == Count(1) else name}"


def numbers(record: Record) -> str:
    names = SHOWN if record.kind == "profile" else SHOWN_POST
    parts = [_counted(c, name) for name in names if (c := record.count(name))]
    if record.posts:
        seen = len(record.posts)
        views = [c for post in record.posts if (c := post.count("views"))]
        about = ", views ≈" if any(not c.exact for c in views) else ""
        parts.append(("1 post seen" if seen == 1 else f"{seen} posts seen") + about)
    return " · ".join(parts)


def when(record: Record) -> str:
    at = record.captured_at
    if at is None:
        return "no date"
    if record.source == "typed":
        return "typed by the team"
    return f"{day(at.date())} {at:%H:%M} UTC{FROM.get(record.captured_by or '', '')}"


def why(record: Record) -> str:
    """One line for a person: why there is no number."""
    return record.detail or WHY[record.outcome]


def sync_lines(
    synced: Synced, destination: str, width: int | None = None, now: datetime | None = None
) -> list[str]:
    """The whole report of a run, for a terminal of ``width`` columns (None: any)."""
    again = [r for r in synced.reads if r.again and r.record.source != "typed"]
    good = [r for r in synced.reads if r.record.outcome.has_numbers and not r.again]
    bad = [read for read in synced.reads if not read.record.outcome.has_numbers]
    lines = []
    if good:
        rows = [_good(read, synced, now) for read in good]
        lines += [f"Read ({len(good)})", *_columns(rows, width), ""]
    if bad:
        lines += [f"Not read ({len(bad)})", *_columns(map(_bad, bad), width), ""]
    if again:
        pages = "1 page was" if len(again) == 1 else f"{len(again)} pages were"
        lines += [f"{pages} in the dashboard already.", ""]
    if synced.passed_over:
        files = "file" if synced.passed_over == 1 else "files"
        lines += [f"{synced.passed_over} other {files} passed over.", ""]
    for line in (*_written(synced, destination), *_growth(good)):
        lines += textwrap.wrap(line, width) if width else [line]
    return lines


def _good(read: Read, synced: Synced, now: datetime | None) -> tuple[str, ...]:
    unused = read.record in synced.plan.unused
    missing = ", ".join(read.record.missing)
    host = urlsplit(read.door).hostname
    return (
        who(read.record),
        numbers(read.record) + (f" (not on the page: {missing})" if missing else ""),
        f"from {host}" if host else _saved(read.record, synced, now) + _but(read.record, unused),
    )


def _saved(record: Record, synced: Synced, now: datetime | None) -> str:
    """``from your saved page of today 05:31``, in the dashboard's own time."""
    if record.source != "saved" or record.captured_at is None:
        return when(record)
    zone = zone_of(synced.plan.state)
    at = record.captured_at.astimezone(zone)
    days = (now.astimezone(zone).date() - at.date()).days if now else -1
    told = {0: "today", 1: "yesterday"}.get(days, day(at.date()))
    return f"from your saved page of {told} {at:%H:%M}{FROM.get(record.captured_by or '', '')}"


def _growth(good: Sequence[Read]) -> list[str]:
    """Said as long as a profile has one day only."""
    days: dict[str, set[object]] = {}
    for read in good:
        record = read.record
        if record.kind == "profile" and record.captured_at and not read.known:
            days.setdefault(record.key, set()).add(record.captured_at.date())
    one = any(len(found) == 1 for found in days.values())
    return ["Growth starts with a second reading on another day."] if one else []


def _but(record: Record, unused: bool) -> str:
    if unused:
        return " (not used: the dashboard has numbers with a date)"
    return f" ({record.detail})" if record.detail else ""


def _bad(read: Read) -> tuple[str, ...]:
    name = who(read.record) if read.record.handle else read.name
    said = why(read.record)
    for start in ("not asked", "not reached"):
        if said.lower().startswith(f"{start}: "):
            return (name, start, said[len(start) + 2 :])
    return (name, "no numbers", said)


def _written(synced: Synced, destination: str) -> list[str]:
    if not synced.plan:
        return [f"{destination}: nothing to change."]
    parts = [
        _changes(synced, "profiles", "profile", "profiles"),
        _changes(synced, "posts", "post", "posts"),
        _changes(synced, "history", "day of history", "days of history"),
    ]
    verb = "written" if synced.written else "would be written (dry run)"
    return [f"{destination} {verb}: {', '.join(part for part in parts if part) or 'its tabs'}."]


def _changes(synced: Synced, tab: str, one: str, many: str) -> str:
    counts = synced.plan.counts.get(tab)
    if counts is None or not (counts.added or counts.changed):
        return ""
    added = f"{counts.added:,} {one if counts.added == 1 else many} added" if counts.added else ""
    noun = "" if added else f" {one if counts.changed == 1 else many}"
    changed = f"{counts.changed:,}{noun} changed" if counts.changed else ""
    return " and ".join(part for part in (added, changed) if part)


def about_the_round(stopped: str, ignore_robots: bool) -> list[str]:
    """What has to be said about how the sites were asked."""
    notes = []
    if ignore_robots:
        notes.append("--ignore-robots is on: pages were asked for that robots.txt forbids.")
    if stopped:
        notes.append(f"{stopped}: what was read is written, the rest keeps its last value.")
    return notes


#: Outcomes that a page saved from a person's browser would not have met.
_WALLS = {
    *(Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL, Outcome.ROBOTS_DISALLOWED),
}


def next_steps(synced: Synced, names: Mapping[str, str]) -> list[str]:
    """For each platform that turned us away: how to get its numbers all the same."""
    asked = [r.record for r in synced.reads if r.record.source in ("http", "api")]
    walled = dict.fromkeys(r.platform for r in asked if r.outcome in _WALLS)
    closed = dict.fromkeys(r.platform for r in asked if r.outcome in (*_WALLS, Outcome.NEEDS_KEY))
    lines = []
    if walled:
        lines += [
            "Numbers in two minutes, from your own browser: open the page, save it, then",
            "  sheetsync sync --saved ~/Downloads",
        ]
    for key in closed:
        lines += [
            f"All ways to read {names.get(key, key)}, and what each costs:",
            f"  sheetsync platforms {key}",
        ]
    return lines


def hints(synced: Synced) -> list[str]:
    """What to do next, each line a step."""
    undated = sum(r.record.outcome.has_numbers and not r.record.captured_at for r in synced.reads)
    found = list(synced.wrong)
    if undated:
        pages = "1 page has" if undated == 1 else f"{undated} pages have"
        found.append(
            f"{pages} no date, so no day of history was made;"
            " say when they were saved: --captured YYYY-MM-DD"
        )
    return found


def to_json(synced: Synced, destination: str) -> dict[str, object]:
    """The one shape of ``sync --json``; each page as ``show --json`` gives it, and its file."""
    plan = synced.plan
    return {
        "destination": destination,
        "written": synced.written,
        "profiles": [_read_json(read) for read in synced.reads],
        "passed_over": synced.passed_over,
        "rows": {
            tab: {"added": c.added, "changed": c.changed, "kept": c.kept}
            for tab, c in plan.counts.items()
        },
        "changes": plan.lines(),
    }


def _read_json(read: Read) -> dict[str, object]:
    where = "file" if read.record.source == "saved" else "address"
    door = {"door": read.door} if read.door else {}
    return {**read.record.to_json(), where: read.name, **door}


def record_lines(record: Record, platform: str) -> list[str]:
    """One record as ``show`` prints it."""
    head = " ".join(part for part in (platform, record.kind, who(record)) if part)
    if not record.outcome.has_numbers:
        return [head, f"  no numbers ({record.outcome.value}): {why(record)}"]
    rows = [(name, _value(value)) for name, value in record.fields.items()]
    rows += [(name, "not on the page") for name in record.missing if name not in record.fields]
    about = f"{record.outcome.value}, layout {record.layout}, {when(record)}"
    lines = [head, f"  {about}", *_columns(rows)]
    if record.posts:
        lines += ["", f"  {len(record.posts)} posts on the page", *_columns(_posts(record.posts))]
    return lines


def _posts(posts: Sequence[Record]) -> Iterable[tuple[str, ...]]:
    for post in posts:
        published = post.fields.get("published")
        at = day(published.date()) if isinstance(published, datetime) else ""
        yield (post.id, at, numbers(post))


def _value(value: FieldValue) -> str:
    if isinstance(value, Count):
        return number(value) + ("" if value.exact else f"  (within {value.step:,})")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{day(value.date())} {value:%H:%M} UTC"
    return " ".join(value.split())


def platform_lines(platforms: Sequence[Platform], width: int | None = None) -> list[str]:
    """Every platform with its doors, in the order in which they are tried."""
    rows = []
    for platform in platforms:
        doors = [(DOORS[d.via], d.state, _gives(d)) for d in platform.doors if d.kind == "profile"]
        for n, door in enumerate(dict.fromkeys(doors)):
            rows.append((platform.name if n == 0 else "", *door))
    return _columns([("PLATFORM", "DOOR", "STATE", "GIVES"), *rows], width)


DOORS = {"http": "public page", "api": "official API", "saved": "saved page"}


def _gives(door: Door) -> str:
    return ", ".join(door.gives)


def one_platform_lines(platform: Platform) -> list[str]:
    """What one platform gives, the truth about each door, and how sure we are."""
    lines = [f"{platform.name}: {platform.note}" if platform.note else platform.name]
    if not platform.verified:
        lines.append("Unverified: written from descriptions, no real page of it was at hand.")
    lines.append(f"Evidence last checked: {platform.checked}")
    for door in platform.doors:
        lines += ["", f"{door.kind}, {DOORS[door.via]}: {door.state}"]
        lines += [f"  address  {door.url}"] if door.url else []
        lines += [f"  gives    {_gives(door)}", f"  hosted   {_hosted(door)}"]
        lines += [f"  key      {' and '.join(door.keys)}"] if door.keys else []
        lines += [f"  {door.note}"]
    names = [name for name in PROFILE_FIELDS if name in platform.subjects["profile"].fields]
    return [*lines, "", f"Fields of a profile: {', '.join(names)}"]


def _hosted(door: Door) -> str:
    """Whether a scheduled job on somebody else's machine gets through."""
    if door.via == "saved":
        return "no: a person saves the page"
    return {
        "yes": "yes, a GitHub-hosted runner gets through",
        "no": "no, a GitHub-hosted runner is turned away",
        "not known": "not known for a GitHub-hosted runner",
    }[door.hosted]


def check_lines(platform: Platform, exists: Record, missing: Record) -> list[str]:
    """Whether the file still tells an account that exists from one that does not."""
    gone = (Outcome.NOT_FOUND, Outcome.ABSENT_OR_PRIVATE)
    right = exists.outcome.has_numbers and missing.outcome in gone
    verdict = "still tells them apart" if right else "does NOT tell them apart"
    return [
        f"{platform.name} {verdict}.",
        f"  exists   {who(exists)}: {exists.outcome.value}  {numbers(exists) or why(exists)}",
        f"  missing  {who(missing)}: {missing.outcome.value}  {why(missing)}",
    ]


def platform_json(platform: Platform) -> dict[str, object]:
    return {
        "platform": platform.key,
        "name": platform.name,
        "checked": platform.checked,
        "verified": platform.verified,
        "note": platform.note,
        "fields": {kind: list(s.fields) for kind, s in platform.subjects.items()},
        "layouts": [layout.name for layout in platform.layouts],
        "doors": [
            {
                "kind": door.kind,
                "via": door.via,
                "url": door.url,
                "state": door.state,
                "gives": list(door.gives),
                "hosted": door.hosted,
                "keys": list(door.keys),
                "note": door.note,
            }
            for door in platform.doors
        ],
    }


def _columns(rows: Iterable[Sequence[str]], width: int | None = None) -> list[str]:
    """Align all columns but the last, two spaces apart, indented by two.

    Where that is wider than ``width``, each row becomes a line with its first cell and, under it,
    the rest, folded.
    """
    table = [[_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in table
    ]
    if width is None or all(len(line) <= width for line in lines):
        return lines
    left = 2 + sum(w + 2 for w in widths[:-1])
    if width - left >= 28:
        return [
            line
            for row, full in zip(table, lines, strict=True)
            for line in _hung(row, full, left, width)
        ]
    return [line for row in table for line in _stacked(row, width)]


def _line(cell: str) -> str:
    """One line, whatever a file's name or a page says; nothing that a terminal obeys."""
    return "".join(c for c in " ".join(cell.split()) if c.isprintable())


def _hung(row: Sequence[str], full: str, left: int, width: int) -> list[str]:
    """The row with its last cell folded under itself."""
    folds = textwrap.wrap(row[-1], width - left) or [""]
    return [(full[:left] + folds[0]).rstrip(), *(" " * left + fold for fold in folds[1:])]


def _stacked(row: Sequence[str], width: int) -> list[str]:
    rest = "  ".join(cell for cell in row[1:] if cell)
    return [f"  {row[0]}", *(f"      {line}" for line in textwrap.wrap(rest, max(width - 6, 20)))]
