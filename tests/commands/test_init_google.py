"""``sheetsync init`` on a Google spreadsheet: a process of its own, on the loopback Google."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from sheetsync.workflow import PATH
from tests.destinations.test_google_command import ROBOT, Command
from tests.runner import ROOT, SYNC, Job
from tests.sheets_server import GoogleWorld

Init = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    with GoogleWorld() as world:
        yield Command(world, tmp_path)
        assert not world.google.crashes


def environment(command: Command) -> dict[str, str]:
    dropped = ("SHEETSYNC_", "GITHUB_", "GOOGLE_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    here = {"HOME": str(command.folder), "PYTHONPATH": str(ROOT)}
    return {**kept, **command.world.environment(), **here}


@pytest.fixture
def init(command: Command) -> Init:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sheetsync", "init", "--to", command.address, *words],
            cwd=command.folder,
            env=environment(command),
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )

    return run


def test_the_first_dashboard_is_written_and_the_team_told_whom_to_share_with(
    command: Command, init: Init
) -> None:
    done = init("--credentials", str(command.key))
    assert done.returncode == 0, done.stderr
    assert f"shared with {ROBOT} as an Editor" in done.stderr
    titles = [sheet.title for sheet in command.google.people(command.id).book.sheets]
    assert {"Dashboard", "Profiles", "Posts", "How to read this"} <= set(titles)
    assert "is set up already" in init("--credentials", str(command.key)).stdout


def test_a_spreadsheet_that_is_not_shared_is_3_and_says_with_whom(
    command: Command, init: Init
) -> None:
    del command.google.books[command.id].shared[ROBOT]
    done = init("--credentials", str(command.key))
    assert done.returncode == 3
    assert ROBOT in done.stderr


def test_the_workflow_hands_over_the_keys_that_the_watch_list_needs(
    command: Command, init: Init
) -> None:
    command.serve("bsky.app", 77)
    command.run("bluesky:bsky.app", "youtube:@nasa", "--credentials", str(command.key))
    done = init("--credentials", str(command.key), "--github", "--action", "o/r@" + "a" * 40)
    assert done.returncode == 0, done.stderr
    assert "YouTube (1): only with a key" in done.stderr
    assert "Bluesky (1): yes" in done.stderr
    assert "TikTok" not in done.stderr
    step = yaml.safe_load((command.folder / PATH).read_text("utf-8"))["jobs"]["sync"]["steps"][-1]
    assert step["env"] == {"YOUTUBE_API_KEY": "${{ secrets.YOUTUBE_API_KEY }}"}


def test_the_action_syncs_the_spreadsheet_with_the_key_of_a_secret(command: Command) -> None:
    command.serve("bsky.app", 77)
    bin_ = command.folder / "bin"
    bin_.mkdir()
    program = bin_ / "sheetsync"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sheetsync "$@"\n'
    )
    program.chmod(0o755)
    folder = command.folder / "job"
    folder.mkdir()
    path = os.pathsep.join([str(bin_), os.environ["PATH"]])
    job = Job(folder, {**command.world.environment(), "PATH": path})
    secret = command.key.read_text("utf-8")
    status = job.run(
        [SYNC], to=command.address, addresses="bluesky:bsky.app", credentials_json=secret
    )
    assert status == 0, job.log
    assert "1 of 1 read, dashboard written" in job.summary
    assert "PRIVATE KEY" not in job.log + job.summary
