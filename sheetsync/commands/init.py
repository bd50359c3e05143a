"""``sheetsync init``: a first dashboard, and who keeps it up to date every morning."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from sheetsync.commands import init_folder, init_github, init_schedule
from sheetsync.commands.shared import now
from sheetsync.dashboard.tabs import dashboard
from sheetsync.destinations import Destination, open_destination, spreadsheet_of
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.options import DASHBOARD_FILE, KeyFile, option
from sheetsync.plan import State
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from sheetsync.schedule import SCHEDULES
from sheetsync.sync import sync
from sheetsync.terminal import note, note_error, say
from sheetsync.workflow import PATH, Auth


@click.command("init")
@option(
    "--to",
    default=DASHBOARD_FILE,
    show_default=True,
    metavar="DEST",
    help="Where the dashboard shall live: the address of a Google spreadsheet that you made, or a"
    " path ending in .xlsx.",
)
@option(
    "--credentials",
    type=KeyFile(),
    metavar="FILE",
    help="The service account's key, for a Google spreadsheet.",
)
@option("--github", is_flag=True, help=f"Write {PATH}: a sync every morning, on GitHub's machines.")
@option(
    "--auth",
    type=click.Choice(["key", "wif"]),
    default="key",
    show_default=True,
    help="How that workflow shows Google who it is: the key as a secret, or Workload Identity.",
)
@option(
    "--action",
    default="",
    metavar="OWNER/REPO@COMMIT",
    help="The repository of sheetsync that the workflow uses, where it cannot be found out.",
)
@option(
    "--schedule",
    type=click.Choice(list(SCHEDULES)),
    help="Print the lines for this computer's own scheduler instead; write nothing.",
)
@option("--force", is_flag=True, help="Replace a workflow file that was changed by hand.")
@click.pass_context
def init(
    ctx: click.Context,
    to: str,
    credentials: Path | None,
    github: bool,
    auth: Auth,
    action: str,
    schedule: str | None,
    force: bool,
) -> None:
    """Set up a dashboard, and what keeps it up to date.

    Asks for what no option says; without a terminal it asks nothing.

    \b
    Examples:
      sheetsync init
      sheetsync init --to https://docs.google.com/spreadsheets/d/... --credentials key.json
      sheetsync init --to https://docs.google.com/spreadsheets/d/... --github
      sheetsync init --schedule cron
    """
    if schedule and github:
        raise click.UsageError("--schedule and --github are two ways to do the same: choose one.")
    commands = ctx.parent.command.commands if ctx.parent else {}  # type: ignore[attr-defined]
    if ctx.get_parameter_source("to") is ParameterSource.DEFAULT and asks():
        to = _asked_where(to, spreadsheet=github)
    to = to.strip()
    if schedule:
        init_schedule.tell(schedule, to, credentials)
        return
    ready = None
    if github:
        ready = init_github.prepared(to, auth, action, force, credentials, asks=asks())
    state, credentials = _first(to, credentials, go_on=github)
    rest = init_folder.remember(to, credentials, commands["sync"])
    init_folder.keep_out(to, credentials)
    if ready is not None:
        init_github.write(ready, state, commands, asks=asks())
    else:
        say("\n".join(_next_steps(to, rest)))


def asks() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def _asked_where(to: str, *, spreadsheet: bool) -> str:
    """Asked again until it names a place that a dashboard can live in."""

    def place(text: str) -> str:
        text = text.strip()
        if spreadsheet_of(text):
            return text
        if spreadsheet:
            raise click.BadParameter("for GitHub it has to be a Google spreadsheet's address")
        if not text.lower().endswith(".xlsx") or "://" in text:
            raise click.BadParameter(
                f"“{text}” is neither a spreadsheet's address nor a path that ends in .xlsx"
            )
        if not Path(text).expanduser().absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {Path(text).parent}")
        return text

    asked = "Address of your spreadsheet" + ("" if spreadsheet else ", or a .xlsx path")
    default = None if spreadsheet else to
    found: str = click.prompt(asked, default=default, value_proc=place, err=True)
    return found


# --- the first dashboard --------------------------------------------------------------------


def _first(to: str, credentials: Path | None, *, go_on: bool) -> tuple[State | None, Path | None]:
    """Make the tabs. Returns what the dashboard held, None when ``go_on`` without having seen it,
    and the file of credentials that it was opened with.

    A workflow can be written by who has no key on this computer: its first run makes the tabs.
    """
    try:
        return _make(to, credentials)
    except (ConfigError, DestinationError) as error:
        if not go_on:
            raise
        note(f"note: {error.message} {error.hint}")
        note("note: so it was not looked at from here; the first run on GitHub makes its tabs.")
        return None, credentials


def _make(to: str, credentials: Path | None) -> tuple[State, Path | None]:
    while True:
        destination, credentials = _opened(to, credentials)
        try:
            return _with_tabs(destination, to), credentials
        except DestinationError as error:
            if "press Share" not in error.hint or not asks():
                raise
            note_error(error)
            done = "Press Enter when that is done"
            click.prompt(done, default="", show_default=False, err=True)


def _opened(to: str, credentials: Path | None) -> tuple[Destination, Path | None]:
    """A key that somebody types is asked for again until it is one; no answer is none."""
    given = credentials is not None
    while True:
        try:
            return open_destination(to, credentials=credentials), credentials
        except ConfigError as error:
            if given or not spreadsheet_of(to) or not asks():
                raise
            note_error(error)
            key = "The service account's key file (nothing: go on without)"
            named = click.prompt(key, default="", show_default=False, err=True).strip()
            if not named:
                raise
            credentials = Path(named).expanduser()


def _with_tabs(destination: Destination, to: str) -> State:
    with destination:
        synced = sync(
            destination,
            [],
            platforms=builtin(),
            now=now(),
            dashboard=dashboard(bookmarklet(builtin()), ()),
        )
        notes = list(destination.notes)
    done = "written: its tabs are there" if synced.written else "is set up already"
    say(f"{to} {done}.")
    for line in notes:
        note(f"note: {line}")
    return synced.plan.state


def _next_steps(to: str, rest: list[str]) -> list[str]:
    """``rest`` are the options that this folder's settings do not say already."""
    more = "".join(f" {shlex.quote(word)}" for word in rest)
    morning = f"sheetsync init --schedule cron{more}"
    if spreadsheet_of(to):  # a workbook cannot live on GitHub's machines
        morning = f"sheetsync init --github{more}, or\n{'':18}{morning}"
    return [
        "",
        f"Add a profile:    sheetsync sync https://bsky.app/profile/bsky.app{more}",
        "                  or paste its address into column A of the tab Profiles",
        f"Every morning:    {morning}",
    ]
