"""Words in, words out: options, messages, exit status. Everything else is elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from sheetsync import __version__, report
from sheetsync.demo import demo_pages
from sheetsync.destinations import open_destination
from sheetsync.errors import ConfigError, SheetsyncError
from sheetsync.extract import extract_any
from sheetsync.fetch.saved import SavedPages, read_saved
from sheetsync.fixture import write_fixture
from sheetsync.model import Outcome, Page, Post, Profile, Record
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin, load
from sheetsync.sync import Read, Synced, failed, read_pages, sync

F = TypeVar("F", bound=Callable[..., Any])

EXIT_STATUS = """\b
Exit status:
  0  everything was read, or what was not had not been read before either
  1  a profile that could be read before, or a page named on the command line, was not read
  2  wrong usage or configuration
  3  the destination refused; nothing was written
  4  the plan was judged unsafe; nothing was written
"""


class Commands(click.Group):
    """Shows a SheetsyncError as the terminal should: what happened, then the next step."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SheetsyncError as error:
            click.echo(f"error: {error.message}", err=True)
            click.echo(f"hint: {error.hint}", err=True)
            ctx.exit(error.exit_status)


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that is also an environment variable: ``--to`` is SHEETSYNC_TO."""
    long = next(name for name in names if name.startswith("--"))
    variable = "SHEETSYNC_" + long.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **settings)


class Moment(click.ParamType[datetime]):
    """A day (taken at noon UTC, so that it is that day almost everywhere) or a full time."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no date such as 2026-11-22 or 2026-11-22T05:31", param, ctx)
        if len(value) == 10:
            found = found.replace(hour=12)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


platform_option = option(
    "--platform",
    "platform_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A platform file of your own (.toml), tried before the built-in ones.",
)
json_option = option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def platforms_with(files: Sequence[Path]) -> tuple[Platform, ...]:
    return (*(load(file) for file in files), *builtin())


def now() -> datetime:
    return datetime.now(UTC)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sheetsync")
def main() -> None:
    """Public profile numbers in your team's spreadsheet: dated, checkable, with a reason for
    every gap.

    \b
    Try it:            sheetsync demo
    Your saved pages:  sheetsync sync --saved ~/Downloads
    One page:          sheetsync show page.html
    What works where:  sheetsync platforms
    """


@main.command("sync", epilog=EXIT_STATUS)
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
    help="Read saved pages: a file or a folder. May be given more than once.",
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
    platform_files: tuple[Path, ...],
) -> None:
    """Bring the dashboard up to date.

    ADDRESS adds a profile or a post to the watch list: an address as you would paste it,
    platform:name, or @name for TikTok.

    \b
    Examples:
      sheetsync sync --saved ~/Downloads
      sheetsync sync --saved monday/ --captured 2026-11-16 --to team.xlsx
      sheetsync sync https://www.tiktok.com/@nasa -n
    """
    platforms = platforms_with(platform_files)
    watched = [watch(address, platforms) for address in addresses]
    moment = now()
    found = read_saved(saved, now=moment, captured=captured) if saved else SavedPages((), 0, 0)
    reads, foreign = read_pages(found.pages, platforms)
    with open_destination(to) as destination:
        synced = sync(
            destination,
            reads,
            platforms=platforms,
            now=moment,
            watched=watched,
            passed_over=found.passed_over + foreign,
            dry_run=dry_run,
            allow_loss=allow_loss,
        )
    tell(synced, to, dry_run=dry_run, as_json=as_json, quiet=quiet)
    named = {str(path.name) for path in saved if path.is_file()}
    if any(failed(read, strict=strict or read.name in named) for read in synced.reads):
        sys.exit(1)


def watch(address: str, platforms: Sequence[Platform]) -> Profile | Post:
    found = find_watched(address, platforms)
    if found is None:
        raise ConfigError(
            f"“{address}” is not the address of a profile or a post that sheetsync knows.",
            hint="paste the address from the browser, e.g. https://www.tiktok.com/@nasa;"
            " sheetsync platforms lists what it can read.",
        )
    return found


def tell(synced: Synced, to: str, *, dry_run: bool, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(report.to_json(synced, to))
        return
    if quiet:
        return
    lines = report.sync_lines(synced, to)
    if dry_run:
        lines = [*synced.plan.lines(), "", *lines]
    click.echo("\n".join(lines))
    for hint in report.hints(synced):
        click.echo(f"hint: {hint}", err=True)


@main.command()
@click.argument("what", metavar="ADDRESS|FILE")
@json_option
@option("--captured", type=Moment(), metavar="DATE", help="When the page was saved.")
@option(
    "--fixture",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the page, redacted to what its layout needs, with its record: a ready test.",
)
@platform_option
def show(
    what: str,
    as_json: bool,
    captured: datetime | None,
    fixture: Path | None,
    platform_files: tuple[Path, ...],
) -> None:
    """Read one page and print its record. Writes nothing to any dashboard.

    \b
    Examples:
      sheetsync show ~/Downloads/page.html
      sheetsync show page.html --json
      sheetsync show page.html --fixture tests/platforms/tiktok/my-case
    """
    platforms = platforms_with(platform_files)
    pages = pages_of(what, captured, platforms)
    records = [(page, read_one(page, platforms)) for page in pages]
    if fixture:
        page, record = next(((p, r) for p, r in records if r.layout), records[0])
        written = write_fixture(page, record, platforms, fixture)
        click.echo(f"{fixture}: {', '.join(written)} written.", err=True)
    if as_json:
        shapes = [record.to_json() for _, record in records]
        print_json(shapes[0] if len(shapes) == 1 else shapes)
    else:
        names = {platform.key: platform.name for platform in platforms}
        blocks = ["\n".join(report.record_lines(r, names.get(r.platform, ""))) for _, r in records]
        click.echo("\n\n".join(blocks))
    if not any(record.outcome.has_numbers for _, record in records):
        sys.exit(1)


def pages_of(what: str, captured: datetime | None, platforms: Sequence[Platform]) -> Sequence[Page]:
    path = Path(what)
    if not path.exists():
        if find_watched(what, platforms):
            raise ConfigError(
                f"{what}: reading from the network is not part of this version yet.",
                hint="save the page in your browser and show the file.",
            )
        raise ConfigError(
            f"{what}: no such file, and not an address that sheetsync knows.",
            hint="give a saved page, e.g. sheetsync show page.html",
        )
    pages = read_saved([path], now=now(), captured=captured).pages
    if not pages:
        raise ConfigError(
            f"{what}: no saved page in it.",
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
        detail="not a page of any platform that sheetsync knows",
    )


@main.command()
@click.argument("name", required=False)
@json_option
@platform_option
def platforms(name: str | None, as_json: bool, platform_files: tuple[Path, ...]) -> None:
    """What each platform gives, through which doors, and how reliably.

    \b
    Examples:
      sheetsync platforms
      sheetsync platforms tiktok
    """
    found = platforms_with(platform_files)
    if name:
        chosen = [p for p in found if name.lower() in (p.key, p.name.lower())]
        if not chosen:
            raise ConfigError(
                f"“{name}” is no platform that sheetsync knows.",
                hint=f"one of: {', '.join(p.key for p in found)}",
            )
        found = (chosen[0],)
    if as_json:
        shapes = [report.platform_json(platform) for platform in found]
        print_json(shapes[0] if name else shapes)
    else:
        lines = report.one_platform_lines(found[0]) if name else report.platform_lines(found)
        click.echo("\n".join(lines))


@main.command()
@option(
    "--to", default="demo.xlsx", show_default=True, metavar="DEST", help="A path ending in .xlsx."
)
def demo(to: str) -> None:
    """The whole pipeline on pages that come with sheetsync, to demo.xlsx. Needs no network."""
    moment = now()
    reads, _ = read_pages(demo_pages(moment), builtin())
    with open_destination(to) as destination:
        synced = sync(destination, reads, platforms=builtin(), now=moment)
    tell(synced, to, dry_run=False, as_json=False, quiet=False)
    click.echo(f"Open {to} to see it. Invented accounts; the numbers are made up.", err=True)


__all__ = ["Read", "main"]
