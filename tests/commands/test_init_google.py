"""``sheetsync init`` on a Google spreadsheet: a process of its own, on the loopback Google."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from sheetsync.workflow import PATH
from tests.commands.terminal import on_a_terminal
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


def test_the_first_dashboard_is_written_and_sharing_is_no_word_where_it_is_shared(
    command: Command, init: Init
) -> None:
    done = init("--credentials", str(command.key))
    assert done.returncode == 0, done.stderr
    assert "hare" not in done.stderr.replace(str(command.folder), "")
    titles = [sheet.title for sheet in command.google.people(command.id).book.sheets]
    assert {"Dashboard", "Profiles", "Posts", "How to read this"} <= set(titles)
    assert "is set up already" in init("--credentials", str(command.key)).stdout


def test_the_next_steps_that_it_prints_work_as_they_stand(command: Command, init: Init) -> None:
    command.serve("bsky.app", 77)
    done = init("--credentials", command.key.name)
    said = (command.folder / "sheetsync.toml").read_text("utf-8")
    assert f'credentials = "{command.key.name}"' in said
    (line,) = re.findall(r"sheetsync (sync https://bsky.*)", done.stdout)
    assert "--" not in line, "the settings know the rest"
    synced = again(command, *shlex.split(line))
    assert synced.returncode == 0, synced.stderr
    assert "1 profile added" in synced.stdout


def test_settings_of_another_dashboard_stay_and_the_steps_name_this_one(
    command: Command, init: Init
) -> None:
    command.serve("bsky.app", 77)
    (command.folder / "sheetsync.toml").write_text('to = "other.xlsx"\n')
    done = init("--credentials", command.key.name)
    assert "goes to other.xlsx" in done.stderr
    (line,) = re.findall(r"sheetsync (sync https://bsky.*)", done.stdout)
    assert again(command, *shlex.split(line)).returncode == 0
    assert not (command.folder / "other.xlsx").exists()


@pytest.mark.parametrize("way", ["option", "settings", "google's variable"])
def test_the_line_of_cron_knows_the_key(command: Command, init: Init, way: str) -> None:
    command.serve("bsky.app", 77)
    init("--credentials", command.key.name)
    words, env = ["--schedule", "cron"], {}
    if way != "settings":
        (command.folder / "sheetsync.toml").unlink()
    if way == "option":
        words += ["--credentials", command.key.name]
    if way == "google's variable":
        env = {"GOOGLE_APPLICATION_CREDENTIALS": command.key.name}
    done = again(command, "init", "--to", command.address, *words, **env)
    assert done.returncode == 0, done.stderr
    assert str(command.folder / command.key.name) in done.stdout
    line = done.stdout.strip().splitlines()[-1].split(" ", 5)[5].replace(r"\%", "%")
    bare = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **command.world.environment()}
    again(command, "sync", "bluesky:bsky.app", "--to", command.address, *words[2:], **env)
    subprocess.run(["/bin/sh", "-c", line], cwd="/", env=bare, check=False)
    assert "77 followers" in (log := (command.folder / "sheetsync.log").read_text()), log


def test_a_key_that_is_not_there_makes_no_line(command: Command, init: Init) -> None:
    done = init("--schedule", "cron", "--credentials", "nowhere.json")
    assert done.returncode == 2 and done.stdout == ""
    assert "There is no file" in done.stderr


def test_the_workflow_names_nobody_who_is_watched(command: Command, init: Init) -> None:
    words = ("tiktok:anna.bakt", "tiktok:bert.bakt", "--credentials", str(command.key))
    command.run(*words)
    words = ("--credentials", str(command.key), "--github", "--action", "o/r@" + "a" * 40)
    done = init(*words)
    assert done.returncode == 0, done.stderr
    text = (command.folder / PATH).read_text("utf-8")
    assert not re.search("(?i)anna|bert", text)
    assert "# TIKTOK_ACCESS_TOKEN_NAME: ${{ secrets.TIKTOK_ACCESS_TOKEN_NAME }}" in text
    given = again(
        command,
        *("init", "--to", command.address, *words),
        TIKTOK_ACCESS_TOKEN_ANNA_BAKT="act.sesame",
    )
    text = (command.folder / PATH).read_text("utf-8")
    step = yaml.safe_load(text)["jobs"]["sync"]["steps"][-1]
    assert list(step["env"]) == ["TIKTOK_ACCESS_TOKEN_ANNA_BAKT"]
    assert "sesame" not in text + given.stdout + given.stderr and "BERT" not in text


def again(command: Command, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sheetsync", *words],
        cwd=command.folder,
        env={**environment(command), **env},
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


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


def test_on_a_terminal_it_waits_until_the_spreadsheet_is_shared(command: Command) -> None:
    del command.google.books[command.id].shared[ROBOT]
    words = ("init", "--to", command.address, "--credentials", command.key.name)
    said = on_a_terminal(command.folder, "\n\x04", *words, **environment(command))
    assert said.count(f"not shared with {ROBOT}") == 2, "Enter was pressed, and it was not yet"
    assert "Press Enter when that is done" in said


def test_on_a_terminal_a_key_is_asked_for_again_and_remembered(command: Command) -> None:
    said = on_a_terminal(
        command.folder,
        f"nowhere.json\n{command.key.name}\n",
        *("init", "--to", command.address),
        **environment(command),
    )
    assert "nowhere.json: the file cannot be read" in said
    assert f'credentials = "{command.key.name}"' in (command.folder / "sheetsync.toml").read_text()
