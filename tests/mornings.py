"""Runs for tests to tell of: a workbook, and what a site answered on which morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetsync.destinations import open_destination
from sheetsync.model import Count, FieldValue, Outcome, Record
from sheetsync.platform_file import builtin
from sheetsync.sync import Read, Synced, sync

NOW = datetime(2026, 11, 23, 6, 12, tzinfo=UTC)
PLATFORMS = builtin()


def read(
    handle: str, followers: int = 100, step: int = 1, *, days: float = 0, **more: FieldValue
) -> Read:
    """A profile's page that was read ``days`` before NOW."""
    fields = {"followers": Count(followers, step), **more}
    return _asked(handle, Outcome.OK, "", fields, NOW - timedelta(days))


def refused(handle: str, outcome: Outcome = Outcome.CHALLENGE, detail: str = "") -> Read:
    return _asked(handle, outcome, detail, {}, None)


def _asked(
    handle: str,
    outcome: Outcome,
    detail: str,
    fields: Mapping[str, FieldValue],
    at: datetime | None,
) -> Read:
    url = f"https://www.tiktok.com/@{handle}"
    record = Record(
        "tiktok",
        "profile",
        outcome,
        handle=handle,
        url=url,
        source="http",
        captured_at=at,
        captured_by="content" if at else None,
        fields=fields,
        detail=detail,
    )
    return Read(url, record, door=url)


def with_posts(asked: Read, *published: datetime) -> Read:
    first = 7_000_000_000 + sum(asked.record.handle.encode()) * 100
    posts = tuple(
        Record(
            "tiktok",
            "post",
            Outcome.OK,
            url=f"https://www.tiktok.com/@{asked.record.handle}/video/{first + n}",
            handle=asked.record.handle,
            fields={"id": str(first + n), "published": at, "views": Count(10)},
        )
        for n, at in enumerate(published)
    )
    return replace(asked, record=replace(asked.record, posts=posts))


def morning(path: Path, reads: Sequence[Read], *, days: float = 0, dry_run: bool = False) -> Synced:
    """One sync, ``days`` before NOW."""
    with open_destination(str(path)) as destination:
        return sync(
            destination,
            reads,
            platforms=PLATFORMS,
            now=NOW - timedelta(days),
            dry_run=dry_run,
        )
