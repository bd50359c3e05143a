"""``sheetsync sync``: bring the dashboard up to date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sheetsync import imports
from sheetsync.commands.run import Run
from sheetsync.commands.shared import platforms_with, watched
from sheetsync.dashboard.tabs import ON_REQUEST, dashboard, with_imports
from sheetsync.errors import ConfigError
from sheetsync.fetch.arrivals import arrivals
from sheetsync.fetch.way import Manners
from sheetsync.options import (
    Days,
    Moment,
    google_options,
    json_option,
    option,
    platform_option,
    to_option,
    web_options,
)
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from sheetsync.stop import stop
from sheetsync.sync import ImportTold, Read, failed
from sheetsync.terminal import note

EXIT_STATUS = """\b
Exit status:
  0  everything was read, or what was not had not been read before either
  1  a profile that could be read before, or a page named on the command line, was not read
  2  wrong usage or configuration
  3  the destination refused; nothing was written
  4  the plan was judged unsafe; nothing was written
"""


class Fields(click.ParamType[tuple[str, ...]]):
    """``+bio``: what is kept besides the numbers, by its name."""

    name = "fields"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = [name.strip().removeprefix("+") for name in value.split(",") if name.strip()]
        for name in names:
            if name not in ON_REQUEST:
                there = ", ".join(f"+{field}" for field in ON_REQUEST)
                self.fail(f"“{name}” is no field that can be added; there is: {there}", param, ctx)
        return tuple(names)


@click.command("sync", epilog=EXIT_STATUS)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@to_option
@google_options
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
    "-n",
    "--dry-run",
    is_flag=True,
    help="Print what would change, cell by cell; the dashboard stays as it is.",
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
@option(
    "--retention",
    type=Days(35, 36_500),
    default=400,
    show_default=True,
    metavar="DAYS",
    help="For how long History keeps every day (35 to 36500); of those before, one a month.",
)
@option(
    "--fields",
    type=Fields(),
    default="",
    metavar="+FIELD",
    help="Keep personal fields too that are left out by default: +bio.",
)
@option(
    "--import",
    "formulas",
    multiple=True,
    metavar="[NAME] FORMULA",
    help='Add a row to the tab Imports and work it out: \'Price =IMPORTXML("https://…"; '
    '"//…")\'. May be given more than once.',
)
@option(
    "--adopt",
    is_flag=True,
    help="List the IMPORT formulas that stand in the team's own cells in the tab Imports too.",
)
@option(
    "--locale",
    default="",
    metavar="LOCALE",
    help="How imports read numbers: nl_NL, it_IT, … (default: as the spreadsheet, else en_US).",
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
    retention: int,
    fields: tuple[str, ...],
    formulas: tuple[str, ...],
    adopt: bool,
    locale: str,
    platform_files: tuple[Path, ...],
    save: Path | None,
    credentials: Path | None,
    verbose: bool,
    **web: Any,
) -> None:
    """Bring the dashboard up to date.

    Without an ADDRESS it reads what the Profiles and Posts tabs list. ADDRESS adds a profile or a
    post to that list: an address as you would paste it, platform:name, @name for TikTok, or
    @name@server for Mastodon.

    \b
    Examples:
      sheetsync sync https://bsky.app/profile/bsky.app https://github.com/octocat
      sheetsync sync
      sheetsync sync --saved ~/Downloads
      sheetsync sync --saved ~/Downloads --watch
      sheetsync sync --saved monday/ --captured 2026-11-16 --to team.xlsx
      sheetsync sync https://www.tiktok.com/@nasa -n
      sheetsync sync --import 'Price =IMPORTXML("https://example.com/"; "//b")'
    """
    if delete_saved and not saved:
        raise ConfigError(
            "--delete-saved deletes pages that --saved names, and none was given.",
            hint="e.g. sheetsync sync --saved ~/Downloads --delete-saved",
        )
    platforms = platforms_with(platform_files, web["allow_hosts"], any_host=web["allow_any_host"])
    named = [watched(address, platforms) for address in addresses]
    listed = [imports.typed_import(text) for text in formulas]
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
        watch=watch,
        retention=retention,
        dashboard=with_imports(dashboard(bookmarklet(builtin()), fields)),
        listed=listed,
        adopt=adopt,
        locale=locale,
        credentials=credentials,
        verbose=verbose,
    )
    if watch:
        keep_watching(run, saved)
        return
    synced, stopped = run.once(named, saved, [path for path in saved if path.is_file()])
    told: list[Read | ImportTold] = [*synced.reads, *synced.imports]
    strange = strict and synced.strange
    if stopped or strange or any(failed(read, strict=strict) for read in told):
        sys.exit(1)


def keep_watching(run: Run, saved: Sequence[Path]) -> None:
    """Sync whenever files have arrived, until Ctrl-C."""
    if not saved:
        raise ConfigError(
            "--watch looks at a folder, and none was given.",
            hint="e.g. sheetsync sync --saved ~/Downloads --watch",
        )
    try:
        note(f"Watching {', '.join(map(str, saved))}. Ctrl-C ends.")
        for arrived in arrivals(saved):
            run.once([], arrived)
            stop.check()
    except KeyboardInterrupt:
        done = "a dry run writes nothing" if run.dry_run else "what was read is in the dashboard"
        note(f"{stop.why}: {done}.")
