"""What several commands do alike: platforms, sites, the terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from sheetsync.bar import Bar
from sheetsync.errors import ConfigError
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.web import Manners, Web
from sheetsync.model import Post, Profile
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin, load
from sheetsync.sync import Read

NO_PLATFORM = "not a page of any platform that sheetsync knows"


def platforms_with(files: Sequence[Path]) -> tuple[Platform, ...]:
    return (*(load(file) for file in files), *builtin())


def now() -> datetime:
    return datetime.now(UTC)


def width() -> int | None:
    """The terminal's width; None when nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def fetch(
    targets: Sequence[Profile | Post],
    platforms: Sequence[Platform],
    manners: Manners,
    save: Path | None,
    *,
    quiet: bool,
) -> tuple[list[Read], str]:
    """Ask the sites. Returns the readings, and why the round was cut short ("" if it was not)."""
    keep = Keeper(save).keep if save else None
    web = Web(platforms, manners, environment=os.environ, now=now, keep=keep)
    with web, Bar(sys.stderr, quiet=quiet) as bar:
        came = web.read(targets, bar.tell)
    reads = [Read(f.asked.url, f.record, door=f.door) for f in came.fetched]
    return reads, came.stopped


def watched(address: str, platforms: Sequence[Platform]) -> Profile | Post:
    found = find_watched(address, platforms)
    if found is None:
        raise ConfigError(
            f"“{address}” is not the address of a profile or a post that sheetsync knows.",
            hint="paste the address from the browser, e.g. https://www.tiktok.com/@nasa;"
            " sheetsync platforms lists what it can read.",
        )
    return found
