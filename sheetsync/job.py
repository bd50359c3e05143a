"""The job of GitHub's that a run is a step of: its summary, its annotations, its outputs.

Everywhere else nothing happens here. What is told is made in `summary` and `annotations`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from sheetsync.annotations import commands
from sheetsync.errors import SheetsyncError
from sheetsync.summary import Told, markdown, outputs
from sheetsync.terminal import lost_if_nobody_reads, note


class Job:
    """``told``: this run has said how it ended; what goes wrong after it is no news."""

    def __init__(self) -> None:
        self.told = False

    def begin(self) -> None:
        self.told = False

    def tell(self, told: Told) -> None:
        """Says how a run ended, once. A summary that cannot be written fails no run."""
        if self.told:
            return
        self.told = True
        env = os.environ
        try:
            if path := env.get("GITHUB_STEP_SUMMARY"):
                _append(path, markdown(told))
            if path := env.get("GITHUB_OUTPUT"):
                lines = [f"{name}={value}\n" for name, value in outputs(told).items()]
                _append(path, "".join(lines))
        except OSError as error:
            note(f"note: the job's summary could not be written: {error.strerror}.")
        if env.get("GITHUB_ACTIONS") == "true":
            with lost_if_nobody_reads():
                for line in commands(told):
                    click.echo(line, err=True)

    def failed(self, error: SheetsyncError) -> None:
        """A run that ended before there was anything to tell but this."""
        now = datetime.now(UTC)
        self.tell(Told("", now, error=error, idle=idle_days(os.environ, now)))


#: Of this process, which is one step of one job.
job = Job()


def idle_days(environment: Mapping[str, str], now: datetime) -> int | None:
    """How many days ago the repository of a scheduled run was last pushed to.

    GitHub says so in the event ("Additional information available in GitHub event payload for
    scheduled workflow runs", its changelog of 2022-09-27); where it does not, the newest commit
    of the checkout has a day. Neither is GitHub's own count of activity, which it does not tell.
    None: no scheduled run, a private repository (only public ones lose their schedules), or
    nobody knows.
    """
    if environment.get("GITHUB_EVENT_NAME") != "schedule":
        return None
    repository = _repository(environment.get("GITHUB_EVENT_PATH", ""))
    if repository.get("private") is True:
        return None
    pushed = _pushed(repository) or _committed(environment.get("GITHUB_WORKSPACE", ""))
    return max((now - pushed).days, 0) if pushed else None


def _repository(event: str) -> Mapping[str, Any]:
    try:
        found = json.loads(Path(event).read_text("utf-8")) if event else {}
    except (OSError, ValueError):
        return {}
    repository = found.get("repository") if isinstance(found, dict) else None
    return repository if isinstance(repository, dict) else {}


def _pushed(repository: Mapping[str, Any]) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(repository.get("pushed_at")))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _committed(folder: str) -> datetime | None:
    if not folder or not (Path(folder) / ".git").exists():
        return None
    line = ["git", "-C", folder, "log", "-1", "--format=%ct"]
    try:
        said = subprocess.run(line, capture_output=True, text=True, timeout=10, check=True).stdout
        return datetime.fromtimestamp(int(said), UTC)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _append(path: str, text: str) -> None:
    with Path(path).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
