"""``sheetsync sync``: bring the dashboard up to date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    watched,
    width,
)
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.errors import ConfigError
from sheetsync.fetch.arrivals import arrivals
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
@option(
    "--watch",
    is_flag=True,
    help="Keep looking at the --saved folder and sync as files arrive, until Ctrl-C.",
)
@option(
    "--delete-saved",
    is_flag=True,
    help="Delete a saved page once its numbers are in the dashboard; never any other file.",
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
    watch: bool,
    delete_saved: bool,
    platform_files: tuple[Path, ...],
    save: Path | None,
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
      sheetsync sync --saved ~/Downloads --watch
      sheetsync sync --saved monday/ --captured 2026-11-16 --to team.xlsx
      sheetsync sync https://www.tiktok.com/@nasa -n
    """
    platforms = platforms_with(platform_files)
    named = [watched(address, platforms) for address in addresses]
    run = Run(
        to=to,
        platforms=platforms,
        manners=Manners(posts=posts, **web),
        save=save,
        captured=captured,
        dry_run=dry_run,
        as_json=as_json,
        quiet=quiet,
        allow_loss=allow_loss,
        delete_saved=delete_saved,
    )
    if watch:
        keep_watching(run, saved)
        return
    synced, stopped = run.once(named, saved, [path for path in saved if path.is_file()])
    if stopped or any(failed(read, strict=strict) for read in synced.reads):
        sys.exit(1)


def keep_watching(run: Run, saved: Sequence[Path]) -> None:
    """Sync whenever files have arrived, until Ctrl-C."""
    if not saved:
        raise ConfigError(
            "--watch looks at a folder, and none was given.",
            hint="e.g. sheetsync sync --saved ~/Downloads --watch",
        )
    click.echo(f"Watching {', '.join(map(str, saved))}. Ctrl-C ends.", err=True)
    try:
        for arrived in arrivals(saved):
            run.once([], arrived)
    except KeyboardInterrupt:
        click.echo("Stopped by you; everything read so far is in the dashboard.", err=True)


@dataclass(frozen=True)
class Run:
    """One sync, or one of many when a folder is watched."""

    to: str
    platforms: Sequence[Platform]
    manners: Manners
    save: Path | None
    captured: datetime | None
    dry_run: bool
    as_json: bool
    quiet: bool
    allow_loss: bool
    delete_saved: bool

    def once(
        self,
        named: Sequence[Profile | Post],
        saved: Sequence[Path],
        files: Sequence[Path] = (),
    ) -> tuple[Synced, str]:
        """Read saved pages and sites, sync, and tell; also why the round was cut short.

        ``files`` are saved pages that a person named one by one.
        """
        moment = now()
        found = NO_PAGES
        if saved:
            found = read_saved(saved, now=moment, captured=in_utc(self.captured))
        reads, foreign = read_pages(found.pages, self.platforms)
        reads = with_named_files(reads, files)
        fetched, stopped = self._fetched(named) if named or not saved else ([], "")
        with open_destination(self.to) as destination:
            synced = sync(
                destination,
                [*reads, *fetched],
                platforms=self.platforms,
                now=moment,
                watched=named,
                passed_over=found.passed_over + foreign,
                floating=self.captured is not None and self.captured.tzinfo is None,
                dry_run=self.dry_run,
                allow_loss=self.allow_loss,
            )
            notes = list(destination.notes)
        if self.delete_saved and not self.dry_run:
            notes += delete_read(synced, found)
        self._tell(synced, [*notes, *report.about_the_round(stopped, self.manners.ignore_robots)])
        return synced, stopped

    def _fetched(self, named: Sequence[Profile | Post]) -> tuple[list[Read], str]:
        there = named or listed(self.to, self.platforms)
        with open_destination(self.to) as destination:  # no site is asked for a sheet that refuses
            destination.read(DASHBOARD)
        quiet = self.quiet or self.as_json
        fetched, stopped = fetch(there, self.platforms, self.manners, self.save, quiet=quiet)
        keys = {target.key for target in named}
        return [replace(read, named=read.record.key in keys) for read in fetched], stopped

    def _tell(self, synced: Synced, notes: Sequence[str]) -> None:
        steps = report.next_steps(synced, {p.key: p.name for p in self.platforms})
        settings = {"dry_run": self.dry_run, "as_json": self.as_json, "quiet": self.quiet}
        tell(synced, self.to, notes, steps, **settings)


def delete_read(synced: Synced, found: SavedPages) -> list[str]:
    """Delete the files whose numbers are in the dashboard now; returns what to say about it."""
    by_file: dict[str, list[Read]] = {}
    for read in synced.reads:
        by_file.setdefault(read.name.partition(" #")[0], []).append(read)
    waiting = [*synced.plan.unplaced, *synced.plan.unused]
    deleted = 0
    for name, reads in by_file.items():
        path = found.paths.get(name)
        safe = all(r.record.outcome.has_numbers and r.record not in waiting for r in reads)
        if path and safe:
            path.unlink(missing_ok=True)
            deleted += 1
    files = "1 saved page was" if deleted == 1 else f"{deleted} saved pages were"
    return [f"{files} deleted: the numbers are in the dashboard."] if deleted else []


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
    lines = report.sync_lines(synced, to, width(), now())
    if dry_run:
        lines = [*synced.plan.lines(), "", *lines]
    click.echo("\n".join([*lines, *steps]))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for hint in report.hints(synced):
        click.echo(f"hint: {hint}", err=True)
