"""Which watched profiles and posts wait for a page that a person saves. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from sheetsync.model import Post, Profile
from sheetsync.plan import Row, State
from sheetsync.platform import Platform, find_watched

_GOOD = {"Read", "Read in part"}


@dataclass(frozen=True, slots=True)
class Due:
    """``read_at`` is when its newest numbers are of, in UTC; None: there are none yet."""

    target: Profile | Post
    platform: str
    read_at: datetime | None


def due_list(
    state: State,
    platforms: Sequence[Platform],
    now: datetime,
    *,
    older: float = 1,
    group: str = "",
) -> list[Due]:
    """Return what waits for a saved page, longest-unread first.

    That is what no program may read (its platform has no open door but the saved page), or what
    turned the program away at the last try; and whose numbers are at least ``older`` days old.
    ``group``: only rows of Profiles with that text in Group, in letters of any size, and the posts
    of those profiles.
    """
    by_key = {platform.key: platform for platform in platforms}
    latest = now - timedelta(days=older)
    wanted = _handles_of(state, platforms, group) if group else None
    found: dict[tuple[str, str], Due] = {}
    for row, target in _watched(state, platforms):
        read_at = _read_at(row) if row.text("for") == target.key else None
        platform = by_key[target.platform]
        if wanted is not None and (target.platform, target.handle.lower()) not in wanted:
            continue
        if _needs_a_person(row, target, platform) and (read_at is None or read_at <= latest):
            found.setdefault((target.kind, target.key), Due(target, platform.name, read_at))
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found.values(), key=lambda due: due.read_at or never)


def _watched(state: State, platforms: Sequence[Platform]) -> Iterator[tuple[Row, Profile | Post]]:
    for tab in ("profiles", "posts"):
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            address = row.text("address")
            target = find_watched(address, platforms) if address else None
            if target is not None and not state.forgotten.about(target):
                yield row, target


def groups(state: State) -> list[str]:
    """What stands in Group, each once, in the order of the rows."""
    held = state.tabs.get("profiles")
    texts = (row.text("group") for row in held.rows) if held else ()
    return list(dict.fromkeys(text for text in texts if text))


def _handles_of(state: State, platforms: Sequence[Platform], group: str) -> set[tuple[str, str]]:
    return {
        (target.platform, target.handle.lower())
        for row, target in _watched(state, platforms)
        if row.text("group").lower() == group.strip().lower()
    }


def _needs_a_person(row: Row, target: Profile | Post, platform: Platform) -> bool:
    saved = any(door.via == "saved" and door.kind == target.kind for door in platform.doors)
    open_ = any(
        door.via != "saved" and door.state == "open" and door.kind == target.kind
        for door in platform.doors
    )
    refused = row.text("status") == "Refused by the site"
    return saved and (not open_ or refused)


def _read_at(row: Row) -> datetime | None:
    value = row.cells.get("read_at~utc")
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def age(due: Due, now: datetime) -> str:
    """``never read``, ``read today``, ``read 3 days ago``."""
    if due.read_at is None:
        return "never read"
    days = (now.date() - due.read_at.date()).days
    return "read today" if days < 1 else f"read {days} day{'s' if days > 1 else ''} ago"


def due_page(found: Sequence[Due], now: datetime, bookmarklet: str, command: str) -> str:
    """The same list as a page of links, with the saver to drag and the steps in four lines."""
    rows = "\n".join(_item(due, now) for due in found)
    words: Mapping[str, str] = {
        "COUNT": "1 page to save" if len(found) == 1 else f"{len(found)} pages to save",
        "ROWS": rows or "<li>Nothing waits for a saved page.</li>",
        "SAVER": escape(bookmarklet),
        "COMMAND": escape(command),
    }
    return re.sub("@([A-Z]+)@", lambda found: words[found[1]], PAGE)  # once: names may be "@ROWS@"


def _item(due: Due, now: datetime) -> str:
    about = f"<small>{escape(due.platform)}, {age(due, now)}</small>"
    link = f'href="{escape(due.target.url)}" target="_blank" rel="noreferrer noopener"'
    return f"<li><a {link}>{escape(_name(due.target))}</a> {about}</li>"


def _name(target: Profile | Post) -> str:
    who = f"@{target.handle}" if target.handle else target.url
    return f"{who}, post {target.id}" if isinstance(target, Post) else who


PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sheetsync: pages to save</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto;
       padding: 0 1rem; color: #222 }
a { color: #0b57d0 }
a.saver { display: inline-block; padding: .4rem .9rem; border-radius: .5rem;
          background: #0b57d0; color: #fff; text-decoration: none }
small { color: #666 }
li { margin: .3rem 0 }
li:has(a:visited) { opacity: .5 }
code { background: #f2f2f2; padding: .1rem .3rem; border-radius: .3rem }
</style>
<h1>@COUNT@</h1>
<p><a class="saver" href="@SAVER@">sheetsync saver</a></p>
<ol>
<li>Once: drag the blue button to your bookmarks bar.</li>
<li>Open a link below and wait until its numbers show.</li>
<li>Click “sheetsync saver” in the bookmarks bar: a file lands in your Downloads.</li>
<li>When you are done: <code>@COMMAND@</code></li>
</ol>
<ol>
@ROWS@
</ol>
</html>
"""
