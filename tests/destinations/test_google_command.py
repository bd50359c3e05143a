"""``sheetsync sync --to`` a spreadsheet: a process of its own, the real gspread and google-auth,
Google's own host names, and pages on loopback; nothing in the product knows of that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sheetsync
from tests.sheets_server import GoogleWorld, lose_answer
from tests.world import Reply

PACKAGE = Path(sheetsync.__file__).parents[1]
ROBOT = "robot@loopback.iam.gserviceaccount.com"
ANNA = "anna@example.org"
SKY = "public.api.bsky.app"
PAGE = Path(__file__).parents[1] / "platforms" / "bluesky" / "api"


class Command:
    """A spreadsheet that is shared with a robot, and the command that syncs it."""

    def __init__(self, world: GoogleWorld, folder: Path) -> None:
        self.world, self.google, self.folder = world, world.google, folder
        self.id = self.google.new_spreadsheet("Team", ANNA)
        self.google.share(self.id, ROBOT)
        self.address = f"https://docs.google.com/spreadsheets/d/{self.id}/edit#gid=0"
        self.key = folder / "key.json"
        self.key.write_text(json.dumps(self.google.tokens.service_account(ROBOT)), "utf-8")

    def serve(self, handle: str, followers: int) -> None:
        shape = json.loads(next(PAGE.glob("page.*")).read_bytes())
        body = json.dumps({**shape, "handle": handle, "followersCount": followers}).encode()
        path = f"/xrpc/app.bsky.actor.getProfile?actor={handle}"
        self.world.serve(SKY, path, Reply(body, headers={"Content-Type": "application/json"}))

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.call("sync", *words, **more)

    def call(self, name: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        dropped = ("SHEETSYNC_", "GITHUB_", "GOOGLE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        here = {"HOME": str(self.folder), "PYTHONPATH": str(PACKAGE)}
        env = {**kept, **self.world.environment(), **here, **more}
        line = [sys.executable, "-m", "sheetsync", name, "--to", self.address, *words]
        options: dict[str, Any] = {"cwd": self.folder, "env": env, "text": True}
        return subprocess.run(line, timeout=120, check=False, capture_output=True, **options)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    with GoogleWorld() as world:
        yield Command(world, tmp_path)
        assert not world.google.crashes


def test_a_sync_fills_the_spreadsheet_and_the_next_one_reads_its_watch_list(
    command: Command,
) -> None:
    command.serve("bsky.app", 77)
    first = command.run("bluesky:bsky.app", "--credentials", str(command.key))
    assert first.returncode == 0, first.stdout + first.stderr
    assert "robot@loopback" in first.stderr
    assert "bytes" not in first.stderr
    people = command.google.people(command.id)
    head, row = people.read("Profiles!A1:H2")
    assert dict(zip(head, row, strict=False))["Followers"] == 77
    command.serve("bsky.app", 78)
    again = command.run("--credentials", str(command.key), "--verbose")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "batchUpdate: 200, sent" in again.stderr
    assert "bytes sent, " in again.stderr
    assert dict(zip(head, people.read("Profiles!A2:H2")[0], strict=False))["Followers"] == 78
    assert people.bad_formulas() == []


def test_every_call_of_a_run_is_counted_also_those_that_read_the_watch_list(
    command: Command,
) -> None:
    command.serve("bsky.app", 77)
    command.run("bluesky:bsky.app", "--credentials", str(command.key))
    before = len(command.google.calls)
    command.serve("bsky.app", 78)
    done = command.run("--credentials", str(command.key), "--json")
    kinds = [call.method for call in command.google.calls[before:]]
    made = sum(kind.startswith("sheets.") for kind in kinds)
    assert made == 5, "two that read the list, then the three of a steady sync"
    assert json.loads(done.stdout)["calls"] == made
    people = command.google.people(command.id)
    assert people.read("Log")[-1][-1] == made


def test_a_dry_run_shows_the_cells_and_writes_nothing(command: Command) -> None:
    command.serve("bsky.app", 77)
    done = command.run("bluesky:bsky.app", "-n", "--credentials", str(command.key))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Profiles!H2 followers (empty) → 77" in done.stdout
    assert not [call for call in command.google.calls if call.method.endswith("batchUpdate")]
    assert [sheet.title for sheet in command.google.people(command.id).book.sheets] == ["Sheet1"]


def test_a_spreadsheet_that_is_not_shared_says_whom_to_share_it_with(command: Command) -> None:
    del command.google.books[command.id].shared[ROBOT]
    done = command.run("bluesky:bsky.app", "--credentials", str(command.key))
    assert done.returncode == 3
    assert ROBOT in done.stderr
    assert "share it as Editor" in done.stderr
    assert command.world.seen(SKY) == [], "no site is asked for a sheet that refuses"


def test_the_key_may_stand_in_the_environment_and_is_never_shown(command: Command) -> None:
    command.serve("bsky.app", 77)
    secret = command.key.read_text("utf-8")
    done = command.run("bluesky:bsky.app", "--verbose", SHEETSYNC_CREDENTIALS_JSON=secret)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "credentials: SHEETSYNC_CREDENTIALS_JSON" in done.stderr
    assert "PRIVATE KEY" not in done.stdout + done.stderr


def test_a_revoked_key_and_a_wrong_clock_are_told_apart(command: Command) -> None:
    google = command.google
    google.tokens.accounts[ROBOT].revoked = True
    done = command.run("bluesky:bsky.app", "--credentials", str(command.key))
    assert done.returncode == 3
    assert "was revoked or deleted" in done.stderr
    google.tokens.accounts[ROBOT].revoked = False
    google.tokens._clock = lambda: 1_000_000_000.0
    done = command.run("bluesky:bsky.app", "--credentials", str(command.key))
    assert done.returncode == 3
    assert "clock is wrong" in done.stderr
    assert not [call for call in google.calls if call.method.endswith("batchUpdate")]


def test_an_answer_that_is_lost_on_the_wire_is_no_second_write(command: Command) -> None:
    command.serve("bsky.app", 77)
    command.google.faults.add(lose_answer("reset"), "batchUpdate")
    done = command.run("bluesky:bsky.app", "--credentials", str(command.key))
    assert done.returncode == 0, done.stdout + done.stderr
    people = command.google.people(command.id)
    assert len(people.read("History!A2:B")) == 1
    assert len(people.read("Profiles!A2:A")) == 1
