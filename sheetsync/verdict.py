"""What a reading is worth: whose it is, what it lacks, when it may not be used. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sheetsync.model import Count, FieldValue, Outcome, Post, Profile, Record
from sheetsync.platform import Layout

#: Times that come from outside the page, in words.
_TOLD: Mapping[str | None, str] = {
    "file": "the file's time",
    "option": "--captured",
    "content": "the time in the file",
}
#: So much two clocks of one site may differ.
_APART = timedelta(hours=1)


def judge(record: Record, account_id: str) -> Record:
    """Refuse numbers of an account other than the one seen before under this name."""
    seen = record.text("account_id")
    if not account_id or not seen or seen == account_id:
        return record
    return without_numbers(
        record,
        Outcome.ACCOUNT_CHANGED,
        f"@{record.handle} is another account here than the one seen before under this name",
    )


def without_numbers(record: Record, outcome: Outcome, detail: str) -> Record:
    """The same reading, with a reason in place of every number."""
    kept = {k: v for k, v in record.fields.items() if k in ("handle", "account_id", "id")}
    return replace(record, outcome=outcome, detail=detail, fields=kept, posts=(), missing=())


def weigh(layout: Layout, record: Record) -> Record:
    """Give the outcome that the fields justify."""
    missing = tuple(name for name in layout.required if name not in record.fields)
    named = record.handle or record.text("account_id") or record.id
    if not _has_number(record):
        say = "the page no longer holds its numbers"
        return without_numbers(record, Outcome.LAYOUT_CHANGED, say)
    outcome = Outcome.PARTIAL if missing or not named else Outcome.OK
    return replace(record, outcome=outcome, missing=missing)


def identified(record: Record, asked: Profile | Post | None) -> Record:
    """Check the page against whose page was asked for."""
    if asked is None:
        return record
    if isinstance(asked, Post) or record.kind == "post":
        same = isinstance(asked, Post) and (not record.id or record.id == asked.id)
        same = same and record.kind == "post"
    else:
        names = {record.handle.lower(), record.text("account_id").lower()} - {""}
        same = not names or asked.handle.lower() in names
    if same:
        return record
    whose = f"@{record.handle}" if record.handle else "somebody else"
    say = f"the page is {whose}’s, not the one asked for"
    return without_numbers(record, Outcome.OTHER_PROFILE, say)


def _counts(record: Record) -> list[Count]:
    return [value for value in record.fields.values() if isinstance(value, Count)]


def all_exact(record: Record) -> bool:
    """Whether no count of the record can become more exact."""
    return all(count.exact for count in _counts(record))


def _has_number(record: Record) -> bool:
    return bool(_counts(record)) or any(_counts(post) for post in record.posts)


def sharpened(best: Record, other: Record, doubtful: Mapping[str, Count]) -> Record:
    """Exact beats rounded: take another layout's exact count where it fits the rounded one."""
    if other.handle.lower() != best.handle.lower() or other.id != best.id:
        return best
    fields: dict[str, FieldValue] = dict(best.fields)
    for name, value in best.fields.items():
        sharp = other.count(name) or doubtful.get(name)
        if not isinstance(value, Count) or sharp is None or value.exact or not sharp.exact:
            continue
        if abs(sharp.value - value.value) < value.step:
            fields[name] = sharp
    return replace(best, fields=fields)


def dated(record: Record) -> Record:
    """Refuse a time that the page contradicts: it holds a newer post. Not only a file's or a
    person's: the saver and a recording have theirs from the clock of a computer."""
    published = [
        p for post in record.posts if isinstance(p := post.fields.get("published"), datetime)
    ]
    at, newest = record.captured_at, max(published, default=None)
    if at is None or newest is None or record.captured_by not in _TOLD:
        return record
    if newest <= at + (_APART if record.captured_by == "content" else timedelta(0)):
        return record
    say = (
        f"{_TOLD[record.captured_by]} says {at:%Y-%m-%d}, but the page holds a post of"
        f" {newest:%Y-%m-%d}: that time is not used"
    )
    posts = tuple(replace(p, captured_at=None, captured_by=None) for p in record.posts)
    return replace(record, captured_at=None, captured_by=None, posts=posts, detail=say)


def newest_first(post: Record) -> tuple[float, str]:
    """A sort key: by the time a post was published; what has no time comes last."""
    published = post.fields.get("published")
    seconds = published.timestamp() if isinstance(published, datetime) else 0.0
    return (-seconds, post.id)
