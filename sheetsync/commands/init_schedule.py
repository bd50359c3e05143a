"""``init --schedule``: the lines for this computer's own scheduler, which work as they stand."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from sheetsync.destinations import spreadsheet_of
from sheetsync.errors import ConfigError
from sheetsync.platform_file import builtin
from sheetsync.schedule import SCHEDULES, Morning
from sheetsync.settings import KEY_VARIABLE
from sheetsync.terminal import note, say
from sheetsync.workflow import minute

_GOOGLES = "GOOGLE_APPLICATION_CREDENTIALS"


def tell(schedule: str, to: str, credentials: Path | None) -> None:
    """Print them; what a scheduler cannot know is said beside them."""
    say("\n".join(SCHEDULES[schedule](_morning(to, credentials))))
    if lost := _only_here(os.environ):
        note(f"note: a scheduler does not know what this terminal has set: {', '.join(lost)}.")
        note("note: give it to the scheduler too (cron: a line NAME=value above the line), or put")
        note("note: what is no key into sheetsync.toml.")


def _morning(to: str, credentials: Path | None) -> Morning:
    folder = Path.cwd()
    where = to if spreadsheet_of(to) else str((folder / Path(to).expanduser()).resolve())
    beside = Path(sys.executable).with_name("sheetsync.exe" if os.name == "nt" else "sheetsync")
    program = [str(beside)] if beside.exists() else [sys.executable, "-m", "sheetsync"]
    command = [*program, "sync", "--to", where]
    if spreadsheet_of(to) and (key := _key(credentials)):
        command += ["--credentials", str(key)]
    return Morning(command, str(folder), str(folder / "sheetsync.log"), minute(where))


def _key(credentials: Path | None) -> Path | None:
    """The whole path of the file that this terminal would use; None where sheetsync finds one by
    itself. Raises ConfigError when it is not there, or when there is a key but no file of it."""
    if credentials is None and os.environ.get(KEY_VARIABLE):
        raise ConfigError(
            f"The key is in {KEY_VARIABLE}, which a scheduler does not know.",
            hint="Put it into a file that only you can read, and give that: --credentials FILE",
        )
    named = credentials or (Path(text) if (text := os.environ.get(_GOOGLES)) else None)
    if named is None:
        return None
    whole = Path(os.path.abspath(named.expanduser()))  # noqa: PTH100 a link keeps its name
    if not whole.is_file():
        raise ConfigError(
            f"There is no file {whole}, and the schedule would fail every morning.",
            hint="Give the service account's key with --credentials FILE.",
        )
    return whole


def _only_here(environment: Mapping[str, str]) -> list[str]:
    """Names of settings and keys; those that stand in the line are not lost."""
    keys = [key.partition("{")[0] for p in builtin() for door in p.doors for key in door.keys]
    said = {"SHEETSYNC_TO", "SHEETSYNC_CREDENTIALS", "SHEETSYNC_SCHEDULE"}
    return sorted(
        name
        for name, value in environment.items()
        if value and name not in said and name.startswith(("SHEETSYNC_", *keys))
    )
