"""``sheetsync doctor``: walk every step, and say for each that it is right, or its cure."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from sheetsync.columns import columns, folded
from sheetsync.commands.shared import platforms_with
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.doctor import Finding, Step, World, lines, look, ok, unseen, verdict, wrong
from sheetsync.doctor.machine import machine_steps, this_world
from sheetsync.doctor.repository import repository_steps
from sheetsync.doctor.sheet import read_sheet, sheet_steps
from sheetsync.doctor.spreadsheet import Spreadsheet, link_in, spreadsheet_steps, whose
from sheetsync.doctor.watched import targets_of, watched_steps
from sheetsync.doctor.workflow import workflow_steps
from sheetsync.errors import SheetsyncError
from sheetsync.fetch.saved import read_saved
from sheetsync.options import (
    DASHBOARD_FILE,
    credentials_option,
    json_option,
    platform_option,
    to_option,
)
from sheetsync.plan import State
from sheetsync.platform import Platform
from sheetsync.platform_file import builtin
from sheetsync.settings import FILE, HERE_ALONE, NOTHING, given, in_force, read_settings, typed
from sheetsync.sync import read_pages
from sheetsync.terminal import print_json, say, width


@click.command(epilog="Exit status: 0 nothing is wrong, 1 something is.")
@to_option
@credentials_option
@click.option(
    "--github", is_flag=True, help="Also the schedule on GitHub: workflow, secrets, runner."
)
@click.option(
    "--settings", is_flag=True, help="Also every setting in force, and where it comes from."
)
@json_option
@platform_option
@click.pass_context
def doctor(
    ctx: click.Context,
    to: str,
    credentials: Path | None,
    github: bool,
    settings: bool,
    as_json: bool,
    platform_files: tuple[Path, ...],
) -> None:
    """Find the step that is wrong and say its cure. Changes nothing, and asks no site.

    \b
    Examples:
      sheetsync doctor
      sheetsync doctor --github
      sheetsync doctor --settings --json
    """
    commands = ctx.parent.command.commands if ctx.parent else {}  # type: ignore[attr-defined]
    world = this_world(os.environ)
    platforms, broken = loaded(platform_files)
    now_typed = given(ctx)
    values, badly = settings_of(commands, now_typed)
    if "--to" not in now_typed:
        unknown = badly is not None and ctx.get_parameter_source("to") is ParameterSource.DEFAULT
        to = "" if unknown else of_sync(values, "--to") or to
    if "--credentials" not in now_typed and (named := of_sync(values, "--credentials")):
        credentials = Path(named)
    steps = [*machine_steps(world), *setting_steps(world, commands, badly), *broken]
    keys = [credentials] if credentials else []
    steps += repository_steps(world, to or DASHBOARD_FILE, keys, is_reading(platforms))
    state, found = dashboard_steps(world, platforms, to, credentials)
    steps += found
    if github:
        steps += github_steps(world, platforms, to, state, commands)
    if as_json:
        print_json(shape(steps, values if settings else None))
    else:
        told = [*lines(steps), "", verdict(steps)]
        if settings:
            told += ["", *columns([("SETTING", "VALUE", "FROM", "COMMANDS"), *values], width())]
        say("\n".join(folded(told, width())))
    if any(step.finding is Finding.WRONG for step in steps):
        sys.exit(1)


def dashboard_steps(
    world: World, platforms: Sequence[Platform], to: str, credentials: Path | None
) -> tuple[State, list[Step]]:
    """What the dashboard holds, and what was found on the way to it; ``to`` is "" when nobody
    knows which it is."""
    if not to:
        cure = f"Mend {FILE} first, or say which: --to DEST"
        said = f"not looked at: {FILE} may name it, and cannot be used."
        return State(), [unseen("Dashboard", said, cure)]
    steps, state = [], None
    try:
        destination = open_destination(to, credentials=credentials)
    except SheetsyncError as error:
        steps.append(wrong("Dashboard", error.message, error.hint, link_in(error.hint)))
    else:
        if isinstance(destination, Spreadsheet):
            steps.append(whose(destination))
        step, state = read_sheet(destination, DASHBOARD, to)
        steps.append(step)
        if state is not None and isinstance(destination, Spreadsheet):
            steps += spreadsheet_steps(destination, world)
    if state is not None:
        steps += sheet_steps(state, DASHBOARD, world, to)
        steps += watched_steps(state, platforms, world.environment)
    return state or State(), steps


def github_steps(
    world: World,
    platforms: Sequence[Platform],
    to: str,
    state: State,
    commands: Mapping[str, click.Command],
) -> Iterator[Step]:
    there = to != DASHBOARD_FILE or (world.here / to).exists()
    try:
        of_file = typed(commands["sync"], read_settings(world.here, commands))
    except SheetsyncError:  # which is a step of its own
        of_file = []
    settings = [
        (name, value) for name, value in of_file if name == "--to" or name not in HERE_ALONE
    ]
    targets = targets_of(state, platforms)
    yield from workflow_steps(world, targets, platforms, to if there else "", settings)


def is_reading(platforms: Sequence[Platform]) -> Callable[[Path], bool]:
    """Whether a sync would read numbers of somebody from a file."""

    def look_into(path: Path) -> bool:
        try:
            pages = read_saved([path], now=datetime.now(UTC), gone_ok=True).pages
        except SheetsyncError:
            return False
        reads, _ = read_pages(pages, platforms)
        return any(read.record.outcome.has_numbers for read in reads)

    return look_into


def loaded(files: Sequence[Path]) -> tuple[Sequence[Platform], list[Step]]:
    """The platforms; a file of the person's own that cannot be read is a step of its own."""
    try:
        return platforms_with(files), []
    except SheetsyncError as error:
        return builtin(), [wrong("Platform file", error.message, error.hint)]


# --- settings -------------------------------------------------------------------------------

#: Option, value, where it came from, for which commands.
Value = tuple[str, str, str, str]


def settings_of(
    commands: Mapping[str, click.Command], now_typed: Mapping[str, str]
) -> tuple[list[Value], SheetsyncError | None]:
    """What is in force, alike values of several commands in one line; what was typed for this
    command has a line of its own."""
    found: dict[tuple[str, str, str], list[str]] = {}
    try:
        read_settings(Path.cwd(), commands)
        for name, command in commands.items():
            for option, value, source in in_force(command):
                mine = name == "doctor" and option in now_typed
                row = (
                    (option, now_typed[option], "command line") if mine else (option, value, source)
                )
                found.setdefault(row, []).append(name)
    except SheetsyncError as error:
        return [], error
    return [(*value, ", ".join(names)) for value, names in sorted(found.items())], None


def of_sync(values: Sequence[Value], option: str) -> str:
    """The value of an option that `sync` takes when nothing is typed, "" for none."""
    found = [
        v for name, v, _, commands in values if name == option and "sync" in commands.split(", ")
    ]
    return next((v for v in found if v != NOTHING), "")


def setting_steps(
    world: World, commands: Mapping[str, click.Command], badly: SheetsyncError | None
) -> Iterator[Step]:
    if badly is not None:
        yield wrong("Settings", badly.message, badly.hint)
    elif (world.here / FILE).exists():
        yield ok("Settings", f"{FILE} is read; --settings shows what is in force")
    known = {
        str(p.envvar)
        for command in commands.values()
        for p in command.params
        if isinstance(p, click.Option) and p.envvar
    } | {"SHEETSYNC_CREDENTIALS_JSON", "SHEETSYNC_CREDENTIALS"}
    for name in sorted(n for n in world.environment if n.startswith("SHEETSYNC_")):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"Did you mean {near[0]}?" if near else "Unset it; README names them all."
            yield look(name, "is set, and no option is called so: it does nothing.", cure)


def shape(steps: Sequence[Step], values: Sequence[Value] | None) -> dict[str, object]:
    """The one shape of ``doctor --json``."""
    found: dict[str, object] = {
        "ok": not any(step.finding is Finding.WRONG for step in steps),
        "steps": [step.to_json() for step in steps],
    }
    if values is not None:
        names = ("option", "value", "from", "commands")
        found["settings"] = [dict(zip(names, value, strict=True)) for value in values]
    return found
