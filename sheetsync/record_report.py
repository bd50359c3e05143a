"""One record in words: whose it is, its numbers, its day, and why it has none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sheetsync.columns import columns
from sheetsync.dashboard.words import WHY, day
from sheetsync.model import Count, FieldValue, Record

SHOWN = ("followers", "likes", "posts")
SHOWN_POST = ("views", "likes", "comments", "shares", "saves")
FROM = {"content": "", "option": " (as you say)", "file": " (the file's time)", "clock": ""}


def who(record: Record) -> str:
    """``@handle``, or ``@handle, post 123``; ``@handle, its posts`` for the list of them."""
    name = f"@{record.handle}" if record.handle else ""
    if record.kind == "post" and not record.id:
        return f"{name}, its posts" if name else "a list of posts"
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


def record_lines(record: Record, platform: str) -> list[str]:
    """One record as ``show`` prints it."""
    kind = "" if record.kind == "post" and not record.id else record.kind
    head = " ".join(part for part in (platform, kind, who(record)) if part)
    if not record.outcome.has_numbers:
        return [head, f"  no numbers ({record.outcome.value}): {why(record)}"]
    rows = [(name, _value(value)) for name, value in record.fields.items()]
    rows += [(name, "not on the page") for name in record.missing if name not in record.fields]
    about = f"{record.outcome.value}, layout {record.layout}, {when(record)}"
    lines = [head, f"  {about}", *columns(rows)]
    if record.posts:
        lines += ["", f"  {len(record.posts)} posts on the page", *columns(_posts(record.posts))]
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
