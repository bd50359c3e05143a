"""``sheetsync doctor`` on a Google spreadsheet that is broken in one way each: a process of its
own, the real client libraries, Google on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sheetsync
from tests.sheets_server import GoogleWorld

pytest.importorskip("sheetsync.destinations.google")  # a destination of a later version

PACKAGE = Path(sheetsync.__file__).parents[1]
ROBOT = "robot@loopback.iam.gserviceaccount.com"


class Setup:
    """A spreadsheet that is shared with a robot, the robot's key, and the command."""

    def __init__(self, world: GoogleWorld, folder: Path) -> None:
        self.world, self.google, self.folder = world, world.google, folder
        self.id = self.google.new_spreadsheet(
            "Team", "anna@example.org", "nl_NL", "Europe/Brussels"
        )
        self.google.share(self.id, ROBOT)
        self.address = f"https://docs.google.com/spreadsheets/d/{self.id}/edit"
        self.key(json.dumps(self.google.tokens.service_account(ROBOT)))

    def key(self, text: str) -> None:
        (self.folder / "key.json").write_text(text, "utf-8")

    def doctor(self) -> dict[str, dict[str, Any]]:
        dropped = ("SHEETSYNC_", "GITHUB_", "GOOGLE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        here = {"HOME": str(self.folder), "PYTHONPATH": str(PACKAGE)}
        env = {**kept, **self.world.environment(), **here}
        line = [sys.executable, "-m", "sheetsync", "doctor", "--json", "--to", self.address]
        line += ["--credentials", "key.json"]
        options: dict[str, Any] = {"cwd": self.folder, "env": env, "timeout": 120}
        done = subprocess.run(line, check=False, capture_output=True, **options)
        assert done.returncode in (0, 1), done.stderr
        found = json.loads(done.stdout)
        assert found["ok"] is (done.returncode == 0)
        assert b"PRIVATE KEY" not in done.stdout + done.stderr
        return {step["name"]: step for step in found["steps"]}


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    with GoogleWorld() as world:
        yield Setup(world, tmp_path)
        assert not world.google.crashes


def test_a_spreadsheet_that_is_ready_is_said_so(setup: Setup) -> None:
    before = setup.google.books[setup.id].copy()
    found = setup.doctor()
    wrong = {name: step for name, step in found.items() if step["finding"] == "wrong"}
    assert wrong == {}
    assert found["Credentials"]["said"] == f"{ROBOT}, from --credentials key.json"
    assert found["Language"]["said"] == "nl_NL, Europe/Brussels"
    assert found["Edit rights"]["said"] == "may write"
    assert "of 10,000,000 cells" in found["Room"]["said"]
    after = setup.google.books[setup.id]
    assert [sheet.title for sheet in after.sheets] == [sheet.title for sheet in before.sheets]


def _viewer(setup: Setup) -> None:
    setup.google.share(setup.id, ROBOT, "reader")


def _not_shared(setup: Setup) -> None:
    del setup.google.books[setup.id].shared[ROBOT]


def _oauth_client(setup: Setup) -> None:
    setup.key(json.dumps({"installed": {"client_id": "x"}}))


def _no_key(setup: Setup) -> None:
    (setup.folder / "key.json").unlink()


def _other_sheet(setup: Setup) -> None:
    setup.address = setup.address.replace(setup.id, "1" * 44)


@pytest.mark.parametrize(
    ("broken", "step", "said", "cure", "link"),
    [
        (_viewer, "Edit rights", f"{ROBOT} may read", f"make {ROBOT} an Editor", "docs.google.com"),
        (_not_shared, "Dashboard", f"not shared with {ROBOT}", "press Share", "docs.google.com"),
        (_other_sheet, "Dashboard", "no spreadsheet at", "address bar", ""),
        (_oauth_client, "Dashboard", "OAuth client's file, not a key", "service account", ""),
        (_no_key, "Dashboard", "cannot be read", "service account", ""),
    ],
)
def test_it_finds_what_is_broken_and_says_the_cure(
    setup: Setup, broken: Callable[[Setup], None], step: str, said: str, cure: str, link: str
) -> None:
    broken(setup)
    found = setup.doctor()[step]
    assert found["finding"] == "wrong"
    assert said in found["said"]
    assert cure in found["cure"]
    assert link in found["link"]
