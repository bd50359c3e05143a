"""What an open page's scripts were answered, joined with the page itself. Pure.

A browser's recording (HAR) holds the page and dozens of answers beside it: the list of its posts,
and advertisements, other accounts, settings. They are no pages of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sheetsync.model import Count, FieldValue, Outcome, Record
from sheetsync.verdict import newest_first

#: The name of the file, or of the page in it ("recording.har #3"), and what was read there.
Named = tuple[str, Record]


def joined(found: Sequence[Named]) -> list[Named]:
    """Return ``found`` with each list of posts joined to the same account's page in its file.

    Where a recording gave numbers, what is neither a profile nor a post in it is left out.
    """
    files: dict[str, list[Named]] = {}
    for name, record in found:
        files.setdefault(name.partition(" #")[0], []).append((name, record))
    return [each for inside in files.values() for each in _of_one_file(inside)]


def _of_one_file(inside: list[Named]) -> list[Named]:
    if len(inside) > 1 and any(record.outcome.has_numbers for _, record in inside):
        inside = [each for each in inside if each[1].outcome is not Outcome.NOT_A_PROFILE]
    pages = {
        record.key: at for at, (_, record) in reversed([*enumerate(inside)]) if _counts(record)
    }
    kept: dict[int, Named] = dict(enumerate(inside))
    for at, (_, record) in enumerate(inside):
        page = pages.get(record.key) if record.kind == "profile" and not _counts(record) else None
        if page is not None and record.posts:
            name, whole = kept[page]
            kept[page] = (name, replace(whole, posts=_sharper(whole.posts, record.posts)))
            del kept[at]
    return list(kept.values())


def _counts(record: Record) -> bool:
    return any(isinstance(value, Count) for value in record.fields.values())


def _sharper(shown: Sequence[Record], listed: Sequence[Record]) -> tuple[Record, ...]:
    """Each post once, with the more exact of two numbers."""
    posts = {post.id: post for post in shown}
    for post in listed:
        seen = posts.get(post.id)
        posts[post.id] = post if seen is None else _merged(seen, post)
    return tuple(sorted(posts.values(), key=newest_first))


def _merged(seen: Record, listed: Record) -> Record:
    fields: dict[str, FieldValue] = {**seen.fields, **listed.fields}
    for name, value in seen.fields.items():
        other = listed.fields.get(name)
        if isinstance(value, Count) and isinstance(other, Count) and value.step < other.step:
            fields[name] = value
    return replace(listed, fields=fields)
