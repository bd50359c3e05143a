"""``sheetsync init``: a first dashboard, and who keeps it up to date every morning."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from sheetsync import clone
from sheetsync.commands.shared import now
from sheetsync.dashboard.tabs import dashboard
from sheetsync.destinations import open_destination, spreadsheet_of
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.hosted import Hosted, Reach, hosted, keys_of, of_all
from sheetsync.options import DASHBOARD_FILE, KeyFile, option
from sheetsync.plan import State, zone_of
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from sheetsync.schedule import SCHEDULES, Morning
from sheetsync.settings import FILE
from sheetsync.sync import sync
from sheetsync.terminal import note, note_error, say
from sheetsync.watch import watch_list
from sheetsync.workflow import (
    ACTION,
    KEY_SECRET,
    PATH,
    Auth,
    Wanted,
    minute,
    untouched,
    workflow,
)


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
    type=KeyFile(exists=True),
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
    if ctx.get_parameter_source("to") is click.core.ParameterSource.DEFAULT and _asks():
        to = click.prompt("Address of your spreadsheet, or a .xlsx path", default=to, err=True)
    to = to.strip()
    if schedule:
        say("\n".join(SCHEDULES[schedule](_morning(to))))
        return
    if github:
        _refuse_file(to)
    state = _first(to, credentials, go_on=github)
    _remember(to)
    if github:
        _on_github(to, state, auth, action, force)
    else:
        say("\n".join(_next_steps(to)))


def _asks() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin is not None and sys.stdin.isatty()


# --- the first dashboard --------------------------------------------------------------------


def _first(to: str, credentials: Path | None, *, go_on: bool) -> State | None:
    """Make the tabs. Returns what the dashboard held, None when ``go_on`` without having seen it.

    A workflow can be written by who has no key on this computer: its first run makes the tabs.
    """
    try:
        return _make(to, credentials)
    except (ConfigError, DestinationError) as error:
        if not go_on:
            raise
        note(f"note: {error.message} {error.hint}")
        note("note: so it was not looked at from here; the first run on GitHub makes its tabs.")
        return None


def _make(to: str, credentials: Path | None) -> State:
    try:
        destination = open_destination(to, credentials=credentials)
    except ConfigError as error:
        if credentials or not spreadsheet_of(to) or not _asks():
            raise
        note_error(error)
        file = click.prompt(
            "The service account's key file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            err=True,
        )
        return _make(to, file)
    _share(to, getattr(getattr(destination, "identity", None), "email", ""))
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


def _share(to: str, email: str) -> None:
    """A service account sees only what is shared with it, and can make no file of its own."""
    if not email:
        return
    note(f"The spreadsheet has to be shared with {email} as an Editor:")
    note(f"  https://docs.google.com/spreadsheets/d/{spreadsheet_of(to)}/edit → Share")
    if _asks():
        click.prompt("Press Enter when that is done", default="", show_default=False, err=True)


def _remember(to: str) -> None:
    """So that “sheetsync sync” in this folder means this dashboard."""
    file = Path(FILE)
    if to == DASHBOARD_FILE or file.exists():
        return
    quoted = to.replace("\\", "\\\\").replace('"', '\\"')
    file.write_text(f'to = "{quoted}"\n', encoding="utf-8")
    say(f"{FILE} written: in this folder, “sheetsync sync” means this dashboard.")


def _next_steps(to: str) -> list[str]:
    return [
        "",
        "Add a profile:    sheetsync sync https://bsky.app/profile/bsky.app",
        "                  or paste its address into column A of the tab Profiles",
        "Every morning:    sheetsync init --github, or sheetsync init --schedule cron",
    ]


# --- the laptop's own scheduler -------------------------------------------------------------


def _morning(to: str) -> Morning:
    folder = Path.cwd()
    where = to if spreadsheet_of(to) else str((folder / Path(to).expanduser()).resolve())
    beside = Path(sys.executable).with_name("sheetsync.exe" if os.name == "nt" else "sheetsync")
    program = [str(beside)] if beside.exists() else [sys.executable, "-m", "sheetsync"]
    command = [*program, "sync", "--to", where]
    return Morning(command, str(folder), str(folder / "sheetsync.log"), minute(where))


# --- GitHub ---------------------------------------------------------------------------------


def _refuse_file(to: str) -> None:
    if not spreadsheet_of(to):
        raise ConfigError(
            f"{to} is no Google spreadsheet, and what a GitHub-hosted runner writes to a file is"
            " gone when it ends.",
            hint="Give --to the address of a spreadsheet, or let this computer do it:"
            " sheetsync init --schedule cron",
        )


def _on_github(to: str, state: State | None, auth: Auth, action: str, force: bool) -> None:
    root = clone.top(Path.cwd()) or Path.cwd()
    uses = _uses(action, root)
    watched = watch_list(state, builtin()) if state else []
    found = hosted(watched, builtin()) if watched else of_all(builtin())
    if not _goes_ahead(found):
        raise click.Abort
    wanted = Wanted(
        spreadsheet_of(to),
        uses,
        clone.repository(root),
        auth,
        keys_of(found) if watched else (),
        _ahead(state),
    )
    path = root / PATH
    _write(path, workflow(wanted), force)
    say("\n".join([f"{path} written.", "", *_after(wanted)]))


def _goes_ahead(found: Sequence[Hosted]) -> bool:
    """Say what a hosted runner cannot read before there is a schedule that tries every morning."""
    note("What a GitHub-hosted runner can read:")
    for one in found:
        note(f"  {one.line()}")
    if all(one.reach is Reach.YES for one in found):
        return True
    note("For the others: the API keys named above; pages that you save (sheetsync due --open);")
    note("a runner of your own (runs-on: self-hosted); or this computer's own scheduler, from")
    note("your own connection: sheetsync init --schedule cron (systemd, launchd, windows).")
    some = any(one.reach < Reach.NO for one in found)
    return not _asks() or click.confirm("Write the workflow?", default=some, err=True)


def _uses(action: str, root: Path) -> str:
    if not action and (root / ACTION / "action.yml").is_file():
        return f"./{ACTION}"
    named = action or clone.installed()
    if not named and _asks():
        named = click.prompt("Repository of sheetsync, as OWNER/REPO@COMMIT", err=True)
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*/[\w.-]+@([0-9a-f]{40}|v\d[\w.]*)", named):
        unknown = "It is not known which repository this sheetsync came from."
        raise ConfigError(
            f"“{named}” is no OWNER/REPO@COMMIT." if named else unknown,
            hint="Say it with --action OWNER/REPO@COMMIT, where COMMIT is the 40 letters of a"
            " commit (or a version such as v1.0.0): a branch can be another program tomorrow.",
        )
    name, _, commit = named.partition("@")
    return f"{name}/{ACTION}@{commit}"


def _ahead(state: State | None) -> timedelta:
    try:
        return (now().astimezone(zone_of(state)).utcoffset() if state else None) or timedelta()
    except ConfigError:
        return timedelta()


def _write(path: Path, text: str, force: bool) -> None:
    """Never over what somebody changed, unless they say so."""
    try:
        there = path.read_text("utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        there = "?"
    if there and not untouched(there) and not force:
        said = f"{path} is there already, and not as sheetsync wrote it."
        if not _asks() or not click.confirm(f"{said} Replace it?", default=False, err=True):
            raise ConfigError(said, hint="Look at it, then replace it with --force, or keep it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.new")
    half.write_text(text, encoding="utf-8", newline="\n")
    half.replace(path)


def _after(wanted: Wanted) -> list[str]:
    page = f"https://github.com/{wanted.repository}" if wanted.repository else "the repository"
    secrets = [f"  gh secret set {name}" for name in wanted.secrets if name != "GITHUB_TOKEN"]
    key = [f"  gh secret set {KEY_SECRET} < key.json      (the service account's key)"]
    identity = [
        "  gh variable set SHEETSYNC_WIF_PROVIDER          (projects/…/providers/…)",
        "  gh variable set SHEETSYNC_SERVICE_ACCOUNT       (…@….iam.gserviceaccount.com)",
        "  How to make both: https://github.com/google-github-actions/auth",
    ]
    return [
        f"Next, in {page} (Settings → Secrets and variables → Actions), or with gh:",
        *(key if wanted.auth == "key" else identity),
        *secrets,
        "Then commit the file, push it, and start it once by hand: Actions → sheetsync → Run.",
        "Keep the repository private: who sees it sees your numbers on each run's page.",
    ]
