"""``sheetsync show``: one record, nothing written. The contributor's loop."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sheetsync.commands.shared import NO_PLATFORM, fetch, now, platforms_with
from sheetsync.errors import ConfigError
from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.fetch.way import Manners
from sheetsync.fixture import write_fixture
from sheetsync.model import Outcome, Page, Post, Profile, Record
from sheetsync.options import (
    Moment,
    in_utc,
    json_option,
    option,
    platform_option,
    web_options,
    web_settings,
)
from sheetsync.platform import Platform, find_watched
from sheetsync.record_report import record_lines
from sheetsync.terminal import note, print_json, say


@click.command()
@click.argument("what", metavar="ADDRESS|FILE")
@json_option
@option("--captured", type=Moment(), metavar="DATE", help="When the page was saved.")
@option(
    "--fixture",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the page, redacted to what its layout needs, with its record: a ready test.",
)
@web_options
@platform_option
def show(
    what: str,
    as_json: bool,
    captured: datetime | None,
    fixture: Path | None,
    platform_files: tuple[Path, ...],
    **web: Any,
) -> None:
    """Read one page and print its record. Writes nothing to any dashboard.

    \b
    Examples:
      sheetsync show https://github.com/octocat
      sheetsync show ~/Downloads/page.html
      sheetsync show page.html --json
      sheetsync show page.html --fixture tests/platforms/tiktok/my-case
    """
    platforms = platforms_with(platform_files)
    if Path(what).exists():
        pages = pages_of(Path(what), captured)
        records = [read_one(page, platforms) for page in pages]
        if fixture:
            both = list(zip(pages, records, strict=True))
            page, record = next(((p, r) for p, r in both if r.layout), both[0])
            written = write_fixture(page, record, platforms, fixture)
            note(f"{fixture}: {', '.join(written)} written.")
    else:
        manners = Manners(**web_settings(web))
        target = address_or_file(what, platforms)
        reads, stopped = fetch([target], platforms, manners, web["save"], quiet=as_json)
        if stopped:
            note(f"note: {stopped}.")
        records = [read.record for read in reads]
    if as_json:
        shapes = [record.to_json() for record in records]
        print_json(shapes[0] if len(shapes) == 1 else shapes)
    else:
        names = {platform.key: platform.name for platform in platforms}
        blocks = ["\n".join(record_lines(r, names.get(r.platform, ""))) for r in records]
        if len(blocks) > 1 and Path(what).exists():
            blocks = [f"{page.name}\n{block}" for page, block in zip(pages, blocks, strict=True)]
        say("\n\n".join(blocks))
    if not any(record.outcome.has_numbers for record in records):
        sys.exit(1)


def address_or_file(what: str, platforms: Sequence[Platform]) -> Profile | Post:
    found = find_watched(what, platforms)
    if found is None:
        raise ConfigError(
            f"{what}: no such file, and not an address that sheetsync knows.",
            hint="give a saved page, e.g. sheetsync show page.html, or a profile’s address.",
        )
    return found


def pages_of(path: Path, captured: datetime | None) -> Sequence[Page]:
    pages = read_saved([path], now=now(), captured=in_utc(captured)).pages
    if not pages:
        raise ConfigError(
            f"{path}: no saved page in it.",
            hint="give a page saved by a browser: .html, .mhtml, .har or .json.",
        )
    return pages


def read_one(page: Page, platforms: Sequence[Platform]) -> Record:
    """A page of no platform is not a failure of a platform file: it is no profile."""
    found = extract_any(page, platforms)
    return found or Record(
        "",
        "profile",
        Outcome.NOT_A_PROFILE,
        source=page.source,
        captured_at=page.captured_at,
        captured_by=page.captured_by,
        detail=NO_PLATFORM,
    )
