"""Words in, words out: options, messages, exit status. Everything else is elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar

import click

from sheetsync import __version__, report
from sheetsync.bar import Bar
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.demo import demo_pages
from sheetsync.destinations import open_destination
from sheetsync.errors import ConfigError, SheetsyncError
from sheetsync.extract import extract_any
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.saved import SavedPages, read_saved
from sheetsync.fetch.web import Manners, Web
from sheetsync.fixture import write_fixture
from sheetsync.model import Outcome, Page, Post, Profile, Record
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin, load
from sheetsync.sync import Read, Synced, failed, read_pages, sync
from sheetsync.watch import watch_list

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
        for stream in (sys.stdout, sys.stderr):  # a console without “≈” shows “?”, and goes on
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
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
    """A day (taken at noon) or a full time; without an offset it is the dashboard's own time.

    Returned naive then, for `sync` to place in the dashboard's zone.
    """

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no date such as 2026-11-22 or 2026-11-22T05:31", param, ctx)
        if not set("T: ") & set(value):
            found = found.replace(hour=12)
        plain = found.replace(tzinfo=None)
        if not datetime(2005, 1, 1) <= plain <= now().replace(tzinfo=None) + timedelta(days=1):  # noqa: DTZ001
            self.fail(f"“{value}” is not a day on which a page can have been saved", param, ctx)
        return found


platform_option = option(
    "--platform",
    "platform_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A platform file of your own (.toml), tried before the built-in ones.",
)
NO_PAGES = SavedPages((), 0, 0)
NO_PLATFORM = "not a page of any platform that sheetsync knows"
json_option = option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def web_options(command: F) -> F:
    """What the person who runs the command decides about asking sites."""
    for add in (
        option(
            "--ignore-robots",
            is_flag=True,
            help="Also ask for pages that robots.txt forbids. You decide that, and answer for it.",
        ),
        option(
            "--contact",
            default="",
            metavar="TEXT",
            help="An address (mail or web) for the User-Agent, so that a site can reach you.",
        ),
        option(
            "--deadline",
            type=click.FloatRange(1, 6 * 3600),
            default=20 * 60,
            show_default=True,
            metavar="SECONDS",
            help="End after so many seconds; the longest-unread come first.",
        ),
        option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            metavar="PATTERN",
            help="Another host that may be asked, e.g. a Mastodon server: social.example.",
        ),
        option(
            "--allow-any-host",
            is_flag=True,
            help="Any host of the public web may be asked; never this machine or its network.",
        ),
        option("--allow-http", is_flag=True, help="Also ask without encryption (http)."),
        option(
            "--save",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Keep every page that came back, as it came, in this folder.",
        ),
    ):
        command = add(command)
    return command


def web_settings(web: Mapping[str, Any]) -> dict[str, Any]:
    """The options above as Manners takes them."""
    return {name: value for name, value in web.items() if name != "save"}


def platforms_with(files: Sequence[Path]) -> tuple[Platform, ...]:
    return (*(load(file) for file in files), *builtin())


def now() -> datetime:
    return datetime.now(UTC)


def width() -> int | None:
    """The terminal's width; None when nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


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


def in_utc(captured: datetime | None) -> datetime | None:
    if captured is None or captured.tzinfo:
        return captured
    return captured.replace(tzinfo=UTC)


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


def fetch(
    watched: Sequence[Profile | Post],
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
        came = web.read(watched, bar.tell)
    reads = [Read(f.asked.url, f.record, door=f.door) for f in came.fetched]
    return reads, came.stopped


def watch(address: str, platforms: Sequence[Platform]) -> Profile | Post:
    found = find_watched(address, platforms)
    if found is None:
        raise ConfigError(
            f"“{address}” is not the address of a profile or a post that sheetsync knows.",
            hint="paste the address from the browser, e.g. https://www.tiktok.com/@nasa;"
            " sheetsync platforms lists what it can read.",
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
            click.echo(f"{fixture}: {', '.join(written)} written.", err=True)
    else:
        manners = Manners(**web_settings(web))
        target = address_or_file(what, platforms)
        reads, _ = fetch([target], platforms, manners, web["save"], quiet=as_json)
        records = [read.record for read in reads]
    if as_json:
        shapes = [record.to_json() for record in records]
        print_json(shapes[0] if len(shapes) == 1 else shapes)
    else:
        names = {platform.key: platform.name for platform in platforms}
        blocks = ["\n".join(report.record_lines(r, names.get(r.platform, ""))) for r in records]
        if len(blocks) > 1 and Path(what).exists():
            blocks = [f"{page.name}\n{block}" for page, block in zip(pages, blocks, strict=True)]
        click.echo("\n\n".join(blocks))
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


@main.command()
@click.argument("name", required=False)
@option(
    "--check",
    is_flag=True,
    help="Read an account that exists and one that does not: are they still told apart?",
)
@json_option
@web_options
@platform_option
def platforms(
    name: str | None, check: bool, as_json: bool, platform_files: tuple[Path, ...], **web: Any
) -> None:
    """What each platform gives, through which doors, and how reliably.

    \b
    Examples:
      sheetsync platforms
      sheetsync platforms tiktok
      sheetsync platforms bluesky --check --save pages/
    """
    found = platforms_with(platform_files)
    if name:
        found = (chosen(name, found),)
    if check:
        if not name:
            raise ConfigError(
                "--check is for one platform at a time.",
                hint="e.g. sheetsync platforms tiktok --check",
            )
        check_platform(found[0], Manners(**web_settings(web)), web["save"])
    elif as_json:
        shapes = [report.platform_json(platform) for platform in found]
        print_json(shapes[0] if name else shapes)
    else:
        short = report.platform_lines(found, width())
        click.echo("\n".join(report.one_platform_lines(found[0]) if name else short))


def chosen(name: str, found: Sequence[Platform]) -> Platform:
    for platform in found:
        if name.lower() in (platform.key, platform.name.lower()):
            return platform
    raise ConfigError(
        f"“{name}” is no platform that sheetsync knows.",
        hint=f"one of: {', '.join(platform.key for platform in found)}",
    )


def check_platform(platform: Platform, manners: Manners, save: Path | None) -> None:
    """What a maintainer runs when a site changed. Exits 1 when the two are not told apart."""
    accounts = [platform.named(platform.known.get(which, "")) for which in ("exists", "missing")]
    if None in accounts:
        raise ConfigError(
            f"{platform.name}'s file names no two accounts to check.",
            hint="add [known] with exists and missing; README, “Add a platform”, shows it.",
        )
    reads, _ = fetch([a for a in accounts if a], [platform], manners, save, quiet=True)
    lines = report.check_lines(platform, reads[0].record, reads[1].record)
    click.echo("\n".join(lines))
    if "NOT" in lines[0]:
        sys.exit(1)


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
    tell(synced, to)
    click.echo(f"Open {to} to see it. Invented accounts; the numbers are made up.", err=True)


__all__ = ["Read", "main"]
