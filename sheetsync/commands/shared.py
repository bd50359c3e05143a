"""What several commands do alike: platforms, and the sites themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sheetsync.bar import Bar
from sheetsync.errors import ConfigError
from sheetsync.fetch.doors import Fetched
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.round import Progress
from sheetsync.fetch.way import Manners, Way
from sheetsync.fetch.web import Web
from sheetsync.model import Post, Profile
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin, load
from sheetsync.stop import stop
from sheetsync.sync import Read

NO_PLATFORM = "not a page of any platform that sheetsync knows"


def platforms_with(
    files: Sequence[Path], allow_hosts: Sequence[str] = (), *, any_host: bool = False
) -> tuple[Platform, ...]:
    """The platforms, and on which hosts besides their own they may live."""
    found = (*(load(file) for file in files), *builtin())
    also = ("*",) if any_host else tuple(allow_hosts)
    return tuple(replace(p, also=also) if p.any_host and also else p for p in found)


def now() -> datetime:
    return datetime.now(UTC)


def fetch(
    targets: Sequence[Profile | Post],
    platforms: Sequence[Platform],
    manners: Manners,
    save: Path | None,
    *,
    quiet: bool,
) -> tuple[list[Read], str]:
    """Ask the sites. Returns the readings, and why the round was cut short ("" if it was not)."""
    with Way(platforms, manners, os.environ) as way:
        return fetch_by(way, targets, platforms, save, quiet=quiet)


def fetch_by(
    way: Way,
    targets: Sequence[Profile | Post],
    platforms: Sequence[Platform],
    save: Path | None,
    *,
    quiet: bool,
) -> tuple[list[Read], str]:
    """The same in a run that asks for more than that."""
    keep = Keeper(save).keep if save else None
    web = Web(way, platforms, environment=os.environ, now=now, keep=keep)
    with stop.held(), Bar(sys.stderr, quiet=quiet) as bar:

        def tell(progress: Progress) -> None:
            bar.tell(progress)
            stop.check()  # the round takes it as Ctrl-C, where nothing is cut in two

        came = web.read(targets, tell)
    why = stop.why if stop.times and came.stopped else came.stopped
    return [read for fetched in came.fetched for read in _reads(fetched)], why


def _reads(fetched: Fetched) -> Iterator[Read]:
    yield Read(fetched.asked.url, fetched.record, door=fetched.door)
    for record in fetched.missed:
        yield Read(record.url, record, beside=True)


def watched(address: str, platforms: Sequence[Platform]) -> Profile | Post:
    found = find_watched(address, platforms)
    if found is None:
        raise ConfigError(
            f"“{address}” is not the address of a profile or a post that sheetsync knows.",
            hint="paste the address from the browser, e.g. https://www.tiktok.com/@nasa;"
            " sheetsync platforms lists what it can read. An account of any Mastodon server is"
            " @anna@social.example, with --allow-host social.example.",
        )
    return found
