"""``sheetsync sync``: bring the dashboard up to date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sheetsync import report
from sheetsync.commands.shared import (
    NO_PLATFORM,
    fetch,
    now,
    platforms_with,
    print_json,
    watch,
    width,
)
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.errors import ConfigError
from sheetsync.fetch.saved import SavedPages, read_saved
from sheetsync.fetch.web import Manners
from sheetsync.model import Outcome, Post, Profile, Record
from sheetsync.options import (
    Moment,
    in_utc,
    json_option,
    option,
    platform_option,
    web_options,
    web_settings,
)
from sheetsync.platform import Platform
from sheetsync.sync import Read, Synced, failed, read_pages, sync
from sheetsync.watch import watch_list

EXIT_STATUS = """\b
Exit status:
  0  everything was read, or what was not had not been read before either
  1  a profile that could be read before, or a page named on the command line, was not read
  2  wrong usage or configuration
  3  the destination refused; nothing was written
  4  the plan was judged unsafe; nothing was written
"""

NO_PAGES = SavedPages((), 0, 0)


@click.command("sync", epilog=EXIT_STATUS)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@option(
    "--to",
    default="dashboard.xlsx",
    show_default=True,
    metavar="DEST",
    help="Where the dashboard lives: a path ending in .xlsx.",
)
@option(
    "--saved",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Read saved pages: a file or a folder. May be given more than once. Without an "
    "ADDRESS nothing is fetched then.",
)
@option(
    "--captured",
    type=Moment(),
    metavar="DATE",
    help="When the saved pages were saved, for pages that do not say so themselves.",
)
@option(
    "-n", "--dry-run", is_flag=True, help="Print what would change, cell by cell; write nothing."
)
@json_option
@option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@option("--strict", is_flag=True, help="Exit 1 when anything at all was not read.")
@option("--allow-loss", is_flag=True, help="Write even if that empties many cells.")
@web_options
@option(
    "--posts",
    type=click.IntRange(0, 30),
    default=0,
    metavar="N",
    help="Read the N newest posts' own pages of each profile too: more numbers, more requests.",
)
@platform_option
def sync_command(
    addresses: tuple[str, ...],
    to: str,
    saved: tuple[Path, ...],
    captured: datetime | None,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    strict: bool,
    allow_loss: bool,
    posts: int,
    platform_files: tuple[Path, ...],
    **web: Any,
) -> None:
    """Bring the dashboard up to date.

    Without an ADDRESS it reads what the Profiles and Posts tabs list. ADDRESS adds a profile or a
    post to that list: an address as you would paste it, platform:name, or @name for TikTok.

    \b
    Examples:
      sheetsync sync https://bsky.app/profile/bsky.app https://github.com/octocat
      sheetsync sync
      sheetsync sync --saved ~/Downloads
      sheetsync sync --saved monday/ --captured 2026-11-16 --to team.xlsx
      sheetsync sync https://www.tiktok.com/@nasa -n
    """
    platforms = platforms_with(platform_files)
    named = [watch(address, platforms) for address in addresses]
    moment = now()
    found = read_saved(saved, now=moment, captured=in_utc(captured)) if saved else NO_PAGES
    reads, foreign = read_pages(found.pages, platforms)
    reads = with_named_files(reads, [path for path in saved if path.is_file()])
    stopped = ""
    if named or not saved:
        manners = Manners(posts=posts, **web_settings(web))
        there = named or listed(to, platforms)
        fetched, stopped = fetch(there, platforms, manners, web["save"], quiet=quiet or as_json)
        keys = {target.key for target in named}
        reads += [replace(read, named=read.record.key in keys) for read in fetched]
    with open_destination(to) as destination:
        synced = sync(
            destination,
            reads,
            platforms=platforms,
            now=moment,
            watched=named,
            passed_over=found.passed_over + foreign,
            floating=captured is not None and captured.tzinfo is None,
            dry_run=dry_run,
            allow_loss=allow_loss,
        )
        notes = [*destination.notes, *report.about_the_round(stopped, web["ignore_robots"])]
    steps = report.next_steps(synced, {p.key: p.name for p in platforms})
    tell(synced, to, notes, steps, dry_run=dry_run, as_json=as_json, quiet=quiet)
    if stopped or any(failed(read, strict=strict) for read in synced.reads):
        sys.exit(1)


def with_named_files(reads: Sequence[Read], files: Sequence[Path]) -> list[Read]:
    """A file that a person named is never passed over in silence."""
    names = {path.name for path in files}
    there = {read.name.partition(" #")[0] for read in reads}
    nothing = Record("", "profile", Outcome.NOT_A_PROFILE, detail=NO_PLATFORM)
    marked = [replace(read, named=read.name.partition(" #")[0] in names) for read in reads]
    return marked + [Read(name, nothing, named=True) for name in sorted(names - there)]


def listed(to: str, platforms: Sequence[Platform]) -> list[Profile | Post]:
    """What the dashboard lists. Read before the round: no lock is held while sites are asked."""
    with open_destination(to) as destination:
        found = watch_list(destination.read(DASHBOARD), platforms)
    if not found:
        raise ConfigError(
            f"{to} lists no profile and no post yet, so there is nothing to read.",
            hint="add one: sheetsync sync https://www.tiktok.com/@nasa"
            " – or read saved pages: sheetsync sync --saved ~/Downloads",
        )
    return found


def tell(
    synced: Synced,
    to: str,
    notes: Sequence[str] = (),
    steps: Sequence[str] = (),
    *,
    dry_run: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    if as_json:
        print_json(report.to_json(synced, to))
        return
    if quiet:
        return
    lines = report.sync_lines(synced, to, width())
    if dry_run:
        lines = [*synced.plan.lines(), "", *lines]
    click.echo("\n".join([*lines, *steps]))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for hint in report.hints(synced):
        click.echo(f"hint: {hint}", err=True)
