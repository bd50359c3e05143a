"""``sheetsync doctor``: walk every step, and say for each that it is right, or its cure."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from sheetsync.columns import columns, folded
from sheetsync.commands.shared import platforms_with
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.doctor import Finding, Step, World, lines, look, ok, verdict, wrong
from sheetsync.doctor.machine import machine_steps, this_world
from sheetsync.doctor.repository import repository_steps
from sheetsync.doctor.sheet import read_sheet, sheet_steps
from sheetsync.doctor.spreadsheet import Spreadsheet, link_in, spreadsheet_steps, whose
from sheetsync.doctor.watched import targets_of, watched_steps
from sheetsync.doctor.workflow import workflow_steps
from sheetsync.errors import SheetsyncError
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
from sheetsync.settings import FILE, in_force, read_settings
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
    values, badly = settings_of(commands)
    if badly is None:
        to = named_in(values, to)
    steps = [*machine_steps(world), *setting_steps(world, commands, badly), *broken]
    steps += repository_steps(world, to)
    steps += dashboard_steps(world, platforms, to, credentials, github=github)
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
    world: World,
    platforms: Sequence[Platform],
    to: str,
    credentials: Path | None,
    *,
    github: bool,
) -> Iterator[Step]:
    try:
        destination = open_destination(to, credentials=credentials)
    except SheetsyncError as error:
        yield wrong("Dashboard", error.message, error.hint, link_in(error.hint))
        state = None
    else:
        if isinstance(destination, Spreadsheet):
            yield whose(destination)
        step, state = read_sheet(destination, DASHBOARD, to)
        yield step
        if state is not None and isinstance(destination, Spreadsheet):
            yield from spreadsheet_steps(destination, world)
    if state is not None:
        yield from sheet_steps(state, DASHBOARD, world, to)
        yield from watched_steps(state, platforms, world.environment)
    if github:
        targets = targets_of(state or State(), platforms)
        yield from workflow_steps(world, targets, platforms, to)


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
    commands: Mapping[str, click.Command],
) -> tuple[list[Value], SheetsyncError | None]:
    """What is in force when nothing is typed, alike values of several commands in one line."""
    found: dict[tuple[str, str, str], list[str]] = {}
    try:
        read_settings(Path.cwd(), commands)
        for name, command in commands.items():
            for value in in_force(command):
                found.setdefault(value, []).append(name)
    except SheetsyncError as error:
        return [], error
    return [(*value, ", ".join(names)) for value, names in sorted(found.items())], None


def named_in(values: Sequence[Value], to: str) -> str:
    """The destination of `sync`, where none was typed for `doctor`."""
    of_sync = [v for name, v, _, commands in values if name == "--to" and "sync" in commands]
    return of_sync[0] if to == DASHBOARD_FILE and of_sync else to


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
