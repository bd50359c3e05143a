"""What a run says, for a person and for a program. Pure: it returns lines, it prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sheetsync.address_report import address_cell, address_lines
from sheetsync.columns import columns, folded
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import KEY_ROW, STEP, TOP
from sheetsync.dashboard.words import day
from sheetsync.import_report import import_json, import_lines, imports_count
from sheetsync.model import Record, iso
from sheetsync.plan import zone_of
from sheetsync.record_report import FROM, numbers, when, who, why
from sheetsync.sync import Read, Synced


def sync_lines(
    synced: Synced, destination: str, width: int | None = None, now: datetime | None = None
) -> list[str]:
    """The whole report of a run, for a terminal of ``width`` columns (None: any)."""
    reads = _once(synced.reads)
    again = [r for r in reads if r.again and r.record.source == "saved"]
    good = [r for r in reads if r.record.outcome.has_numbers and not _held(r)]
    bad = [r for r in reads if not r.record.outcome.has_numbers and not r.beside]
    beside = [read for read in reads if read.beside]
    lines = []
    if good:
        rows = [_good(read, synced, now) for read in good]
        lines += [f"Read ({len(good)})", *columns(rows, width), ""]
    if bad:
        lines += [f"Not read ({len(bad)})", *columns(_not_read(bad), width), ""]
    lines += import_lines(synced.imports, width)
    if beside:
        lines += [f"Posts not read ({len(beside)})", *columns(_not_read(beside), width), ""]
    if again:
        pages = "1 page was" if len(again) == 1 else f"{len(again)} pages were"
        lines += [f"{pages} in the dashboard already.", ""]
    if synced.passed_over:
        files = "file" if synced.passed_over == 1 else "files"
        lines += [f"{synced.passed_over} other {files} passed over.", ""]
    whole = sum(not read.beside for read in reads)
    result = _result(synced, destination, bad, whole)
    said = (*imports_count(synced.imports), result, *_growth(good, synced), *address_lines(synced))
    lines += folded(said, width)
    return lines


def _once(reads: Sequence[Read]) -> list[Read]:
    """Without the copies of a saved page: a file downloaded twice is one page."""
    found: dict[object, Read] = {}
    for number, read in enumerate(reads):
        record = read.record
        page = (record.kind, record.key, record.captured_at, numbers(record), read.again)
        copy = record.source == "saved" and record.outcome.has_numbers and record.captured_at
        found.setdefault(page if copy else number, read)
    return list(found.values())


def unwritten_lines(reads: Sequence[Read], destination: str, width: int | None = None) -> list[str]:
    """What was read from the sites, and is not in the dashboard because that refused."""
    good = [read.record for read in reads if read.record.outcome.has_numbers]
    bad = [read for read in reads if not read.record.outcome.has_numbers]
    lines = []
    if good:
        rows = [(who(record), numbers(record), when(record)) for record in good]
        lines += [f"Read, and not written ({len(good)})", *columns(rows, width), ""]
    if bad:
        lines += [f"Not read ({len(bad)})", *columns(_not_read(bad), width), ""]
    return [*lines, f"Nothing was written to {destination}."]


def _held(read: Read) -> bool:
    """Saved or typed, and there already. What was fetched is told: the site was asked for it."""
    return read.again and read.record.source not in ("http", "api")


def _good(read: Read, synced: Synced, now: datetime | None) -> tuple[str, ...]:
    unused = read.record in synced.plan.unused
    missing = ", ".join(read.record.missing)
    host = urlsplit(read.door).hostname
    return (
        who(read.record),
        numbers(read.record) + (f" (not on the page: {missing})" if missing else ""),
        f"from {host}{_as_old(read.record, synced, now)}"
        if host
        else _saved(read.record, synced, now) + _but(read.record, unused),
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


#: A fetched page that says it is older than this is reported with its day.
_FRESH = timedelta(hours=48)


def _as_old(record: Record, synced: Synced, now: datetime | None) -> str:
    """What has to be said of a page that was fetched just now, and is older by its own word."""
    zone, at = zone_of(synced.plan.state), record.captured_at
    told = []
    if at and now and record.captured_by == "content" and now - at > _FRESH:
        told.append(f"the page says it is of {day(at.astimezone(zone).date())}")
    if newer := overtaken_by(record, synced):
        local = newer.astimezone(zone)
        shown = f"{day(local.date())} {local:%H:%M}"
        told.append(f"not shown: the dashboard has newer numbers, of {shown}")
    return f" ({'; '.join(told)})" if told else ""


def overtaken_by(record: Record, synced: Synced) -> datetime | None:
    return next((at for each, at in synced.plan.overtaken if each == record), None)


def _growth(good: Sequence[Read], synced: Synced) -> list[str]:
    """Said as long as a profile read has one day only, with those that the dashboard holds."""
    fill = synced.plan.fills.get(TREND, {})
    keys = {at: key for (row, at), key in fill.items() if row == KEY_ROW and at < STEP}
    days = Counter(keys[at] for row, at in fill if row >= TOP and at in keys)
    read = {each.record.key for each in good if each.record.kind == "profile"}
    one = any(days[key] == 1 for key in read)
    return ["Growth starts with a second reading on another day."] if one else []


def _but(record: Record, unused: bool) -> str:
    if unused:
        return " (not used: the dashboard has numbers with a date)"
    return f" ({record.detail})" if record.detail else ""


#: So many posts of one platform with one reason become one line.
_MANY = 3


def _not_read(bad: Sequence[Read]) -> list[tuple[str, ...]]:
    """A row for each, and one for many posts that met the same."""
    groups: dict[tuple[object, ...], list[Read]] = {}
    for index, read in enumerate(bad):
        record, met = read.record, _bad(read)[1:]
        post = record.kind == "post" and record.source in ("http", "api")
        key = (record.platform, bool(record.id), *met) if post else (index,)
        groups.setdefault(key, []).append(read)
    rows: list[tuple[str, ...]] = []
    for group in groups.values():
        alone = [_bad(read) for read in group]
        rows += alone if len(group) < _MANY else [(_posts_of(group), *alone[0][1:])]
    return rows


def _posts_of(group: Sequence[Read]) -> str:
    """``12 posts of @anna``, ``12 posts of 3 profiles``, ``the posts of 5 profiles``."""
    handles = {read.record.handle for read in group}
    whose = f"{len(handles)} profiles" if len(handles) > 1 else f"@{group[0].record.handle}"
    posts = f"{len(group)} posts" if group[0].record.id else "the posts"
    return posts if "" in handles else f"{posts} of {whose}"


def _bad(read: Read) -> tuple[str, ...]:
    name = who(read.record) if read.record.handle else read.name
    said = why(read.record)
    for start in ("not asked", "not reached"):
        if said.lower().startswith(f"{start}: "):
            return (name, start, said[len(start) + 2 :])
    return (name, "no numbers", said)


def _result(synced: Synced, destination: str, bad: Sequence[Read], whole: int) -> str:
    """The one line that everybody reads: how many, and what became of it."""
    if not bad:
        return _written(synced, destination)
    read = whole - len(bad)
    first = not any(each.known for each in bad)
    asked = all(each.record.source in ("http", "api") for each in bad)
    if synced.written and not read and first and asked:
        listed = {1: "it", 2: "both"}.get(len(bad), f"all {len(bad)}")
        done = f"{destination} lists {listed} and waits for a first reading."
    else:
        done = _written(synced, destination)
    return f"{read} of {whole} read. {done}"


def _written(synced: Synced, destination: str) -> str:
    if not synced.plan:
        return f"{destination}: nothing to change."
    parts = [
        _changes(synced, "profiles", "profile", "profiles"),
        _changes(synced, "posts", "post", "posts"),
        _changes(synced, "history", "day of history", "days of history"),
        _changes(synced, "imports", "import", "imports"),
    ]
    verb = "written" if synced.written else "would be written (dry run)"
    return f"{destination} {verb}: {', '.join(part for part in parts if part) or 'its tabs'}."


def _changes(synced: Synced, tab: str, one: str, many: str) -> str:
    """``2 profiles added, 1 changed and 5 kept``, without what there is none of."""
    counts = synced.plan.counts.get(tab)
    if counts is None:
        return ""
    numbers = {"added": counts.added, "changed": counts.changed, "kept": counts.kept}
    told = [f"{number:,} {verb}" for verb, number in numbers.items() if number]
    if told:
        number, verb = told[0].split(" ")
        told[0] = f"{number} {one if number == '1' else many} {verb}"
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def to_json(
    synced: Synced, destination: str, stopped: str = "", calls: int | None = None
) -> dict[str, object]:
    """The one shape of ``sync --json``; each page as ``show --json`` gives it, and its file.

    ``stopped`` says why the run was cut short, null when it was not; ``calls`` how often a
    spreadsheet was asked, null for a workbook. A post with ``beside`` was
    asked for beside its profile, without an id it is the list of the profile's posts. What has
    ``newer_in_dashboard`` was read from an older page than the row's numbers, which stay.
    """
    plan = synced.plan
    return {
        "destination": destination,
        "written": synced.written,
        "stopped": stopped or None,
        "calls": calls,
        "profiles": [_read_json(read, synced) for read in synced.reads],
        "imports": [import_json(told) for told in synced.imports],
        "passed_over": synced.passed_over,
        "not_understood": [
            f"{synced.plan.title(tab)}!{address_cell(synced, tab, number)}"
            for tab, rows in synced.strange.items()
            for number in rows
        ],
        "rows": {
            tab: {"added": c.added, "changed": c.changed, "kept": c.kept}
            for tab, c in plan.counts.items()
        },
        "changes": plan.lines(),
    }


def _read_json(read: Read, synced: Synced) -> dict[str, object]:
    where = "file" if read.record.source == "saved" else "address"
    door = {"door": read.door} if read.door else {}
    beside = {"beside": True} if read.beside else {}
    newer = overtaken_by(read.record, synced)
    shown = {"newer_in_dashboard": iso(newer)} if newer else {}
    return {**read.record.to_json(), where: read.name, **door, **beside, **shown}
