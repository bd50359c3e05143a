"""The Action, as GitHub would run it, against sites on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.runner import ACTION, INSTALL, PYTHON, ROOT, SYNC, Job
from tests.test_web_sync import ROBOTS, SKY, TIKTOK, page, sky, sky_path
from tests.world import Reply, Wire, World, silence

SKY_ADDRESS = "https://bsky.app/profile/bsky.app"
ANNA = "https://www.tiktok.com/@anna.bakt"


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        world.serve(TIKTOK, "/robots.txt", ROBOTS)
        world.serve(SKY, sky_path("bsky.app"), sky("bsky.app", 77))
        yield world


@pytest.fixture
def job(world: World, tmp_path: Path) -> Callable[..., Job]:
    """A job on a runner where sheetsync is installed already: this very source."""
    commands = tmp_path / "bin"
    commands.mkdir()
    command = commands / "sheetsync"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sheetsync "$@"\n'
    )
    command.chmod(0o755)

    def make(name: str = "today", **settings: Any) -> Job:
        folder = tmp_path / name
        folder.mkdir()
        path = os.pathsep.join([str(commands), os.environ["PATH"]])
        (tmp_path / "shared").mkdir(exist_ok=True)
        (folder / "work").symlink_to(tmp_path / "shared", target_is_directory=True)
        return Job(folder, world.environment() | {"PATH": path}, **settings)

    return make


# --- what the file says ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", ".github/actions/sync/action.yml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
    ],
)
def test_the_yaml_fits_githubs_own_schema(schema: str, path: str) -> None:
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, path]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda p: p.name)
def test_whatever_is_used_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used)


def test_what_the_action_installs_is_pinned_to_what_the_project_allows() -> None:
    lines = (ACTION / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for said in project["dependencies"]:
        wanted = Requirement(said)
        name = re.sub(r"[-_.]+", "-", wanted.name.lower())
        assert Version(pins[name]) in wanted.specifier, said


def test_every_output_is_one_that_a_sync_gives() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    assert set(action["outputs"]) == {"read", "not-read", "lost", "written"}


# --- what its steps do ----------------------------------------------------------------------


def test_a_mornings_sync_is_green_and_told(job: Callable[..., Job]) -> None:
    today = job()
    assert today.run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 0, today.log
    assert today.outputs["sync"] == {"read": "1", "not-read": "0", "lost": "0", "written": "true"}
    assert "### sheetsync: 1 of 1 read, dashboard written" in today.summary
    assert (today.folder / "work" / "team.xlsx").exists()


def test_no_number_is_in_the_log(job: Callable[..., Job]) -> None:
    today = job()
    today.run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS)
    assert today.log == ""
    assert "| 77 |" in today.summary


def test_a_new_refusal_is_red_once_and_then_a_warning(
    job: Callable[..., Job], world: World
) -> None:
    world.serve(SKY, sky_path("bsky.app"), sky("bsky.app", 77), Reply(b"busy", 429))
    assert job("one").run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 0
    second, third = job("two"), job("three")
    assert second.run([SYNC], to="team.xlsx") == 1
    assert "::error title=Bluesky%3A 1 could be read last time and not now::@bsky" in second.log
    assert third.run([SYNC], to="team.xlsx") == 0
    assert "::warning title=Bluesky%3A 1 not read::@bsky.app: " in third.log
    assert third.outputs["sync"]["not-read"] == "1"


def test_a_cancelled_step_writes_what_was_read_and_tells_it(
    job: Callable[..., Job], world: World
) -> None:
    asked = Event()

    def slow(wire: Wire) -> None:
        asked.set()
        silence(wire)

    world.serve(TIKTOK, "/@anna.bakt", slow)
    today = job(cancelled=asked)
    assert today.run([SYNC], to="team.xlsx", addresses=f"{SKY_ADDRESS} {ANNA}") == 1, today.log
    assert "**Cut short:** stopped from outside &#40;SIGTERM&#41;." in today.summary
    assert "| 77 |" in today.summary
    assert today.outputs["sync"] == {"read": "1", "not-read": "1", "lost": "0", "written": "true"}
    assert "::warning title=sheetsync%3A cut short::stopped from outside (SIGTERM)" in today.log
    assert (today.folder / "work" / "team.xlsx").exists()


PRICE = 'Price =IMPORTXML("https://shop.example/item"; "//b")'
ALLOW = "--allow-host shop.example\n"


def test_a_lost_import_is_red_once_and_then_a_warning(
    job: Callable[..., Job], world: World
) -> None:
    price = Reply(b"<html><b>1031</b></html>", headers={"Content-Type": "text/html"})
    world.serve("shop.example", "/robots.txt", Reply(b"", 404))
    world.serve("shop.example", "/item", price, Reply(b"busy", 500))
    first, second, third = job("one"), job("two"), job("three")
    assert first.run([SYNC], to="team.xlsx", options=f"{ALLOW}--import {PRICE}") == 0, first.log
    assert "### sheetsync: 1 of 1 imports read, dashboard written" in first.summary
    assert "| <code>Price</code> | 1,031 |" in first.summary
    assert second.run([SYNC], to="team.xlsx", options=ALLOW) == 1, (second.log, second.summary)
    assert "::error title=Import Price%3A could be read last time and not now::" in second.log
    assert "**Imports not read (1)**" in second.summary
    assert second.outputs["sync"]["lost"] == "1"
    assert third.run([SYNC], to="team.xlsx", options=ALLOW) == 0
    assert "::warning title=Import Price%3A not read::" in third.log


@pytest.mark.parametrize(("options", "status"), [("", 0), ("--strict", 1)])
def test_addresses_that_nobody_understands_are_told(
    job: Callable[..., Job], options: str, status: int
) -> None:
    assert job("one").run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 0
    book = job("two")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not keep sparklines, as people's tools
        sheets = openpyxl.load_workbook(book.folder / "work" / "team.xlsx")
    for cell, typed in {"A4": "http://evil.example/::error::x", "A5": "anna"}.items():
        sheets["Profiles"][cell] = typed
    sheets.save(book.folder / "work" / "team.xlsx")
    assert book.run([SYNC], to="team.xlsx", options=options) == status, book.log
    said = "2 addresses in Profiles are not understood: A4, A5 – the sheet says why."
    assert f"::warning title=sheetsync%3A addresses::{said}" in book.log
    assert "2 addresses in Profiles are not understood&#58; A4, A5" in book.summary


def test_strict_is_red_for_a_known_refusal_too(job: Callable[..., Job], world: World) -> None:
    world.serve(TIKTOK, "/@anna.bakt", page("tiktok/browser-check"))
    assert job("one").run([SYNC], to="team.xlsx", addresses=ANNA) == 0
    assert job("two").run([SYNC], to="team.xlsx", options="--strict\n") == 1


def test_a_dispatch_with_addresses_and_a_dry_run_writes_nothing(job: Callable[..., Job]) -> None:
    today = job(event_name="workflow_dispatch", event={"inputs": {"dry-run": True}})
    assert today.run([SYNC], to="team.xlsx", addresses=f" {SKY_ADDRESS}\n", dry_run="true") == 0
    assert not (today.folder / "work" / "team.xlsx").exists()
    assert "dry run, nothing was written" in today.summary
    assert "Cells that would change" in today.summary


def test_a_pull_request_from_a_fork_does_nothing_and_is_green(job: Callable[..., Job]) -> None:
    event = {"pull_request": {"head": {"repo": {"fork": True}}}}
    today = job(event_name="pull_request", event=event)
    assert today.run(to="team.xlsx", addresses=SKY_ADDRESS) == 0
    assert today.ran == ["guard"]
    assert today.used == []
    assert "given no secrets" in today.log
    assert today.summary == ""


@pytest.mark.parametrize(
    ("inputs", "status", "said"),
    [
        ({"to": "nonsense"}, 2, "is no destination"),
        ({"to": "team.xlsx"}, 2, "lists no profile and no post yet"),
        ({"to": "team.xlsx", "options": "--retentoin 90"}, 2, "No such option"),
        ({"to": "broken.xlsx", "addresses": SKY_ADDRESS}, 3, "broken.xlsx"),
    ],
)
def test_a_run_that_fails_is_red_and_says_why_on_the_jobs_page(
    job: Callable[..., Job], inputs: dict[str, str], status: int, said: str
) -> None:
    today = job()
    (today.folder / "work" / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert today.run([SYNC], **inputs) == status, today.log
    assert today.summary.startswith("### sheetsync: nothing was written\n\n**")
    assert "Next step: " in today.summary
    assert "::error title=sheetsync%3A nothing was written::" in today.log
    assert said in today.log
    assert today.outputs["sync"] == {"written": "false"}


def test_a_wrong_settings_file_in_the_checkout_is_told_too(job: Callable[..., Job]) -> None:
    today = job()
    (today.folder / "work" / "sheetsync.toml").write_text("retentoin = 90\n")
    assert today.run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 2
    assert "retentoin" in today.summary
    assert "Did you mean" in today.summary


def test_without_a_destination_the_settings_file_of_the_checkout_says_it(
    job: Callable[..., Job],
) -> None:
    today = job()
    (today.folder / "work" / "sheetsync.toml").write_text('to = "theirs.xlsx"\n')
    assert today.run([SYNC], addresses=SKY_ADDRESS) == 0, today.log
    assert (today.folder / "work" / "theirs.xlsx").exists()


def test_an_option_has_a_line_and_a_value_may_have_blanks(
    job: Callable[..., Job], world: World
) -> None:
    options = "--contact https://team.example/x\n\n  --to my team.xlsx  \n--posts 0"
    today = job()
    assert today.run([SYNC], addresses=SKY_ADDRESS, options=options) == 0, today.log
    assert (today.folder / "work" / "my team.xlsx").exists()
    assert "https://team.example/x" in world.seen(SKY)[0].headers["user-agent"]


@pytest.mark.parametrize("hostile", ["$(touch owned)", "`touch owned`", "; touch owned", "--to=x"])
def test_an_address_is_never_a_command_and_never_an_option(
    job: Callable[..., Job], hostile: str
) -> None:
    today = job()
    assert today.run([SYNC], to="team.xlsx", addresses=hostile) == 2
    assert list((today.folder / "work").iterdir()) == []


def test_a_schedule_that_github_is_about_to_turn_off_is_warned_of(job: Callable[..., Job]) -> None:
    pushed = (datetime.now(UTC) - timedelta(days=52)).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {"schedule": "17 5 * * *", "repository": {"private": False, "pushed_at": pushed}}
    today = job(event=event)
    assert today.run([SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 0
    assert "::warning title=sheetsync%3A schedule::The last push" in today.log
    assert "52 days ago" in today.summary


def test_python_is_set_up_unless_the_runner_has_its_own(job: Callable[..., Job]) -> None:
    hosted, own = job("hosted"), job("own")
    hosted.run([PYTHON])
    own.run([PYTHON], python_version="")
    assert [one.partition("@")[0] for one in hosted.used] == ["actions/setup-python"]
    assert own.used == []


def test_what_is_installed_is_this_repository_itself(
    job: Callable[..., Job],
) -> None:
    """Really installed, without a network: the libraries are those of this Python."""
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib")}
    today = job()
    clone = today.folder / "clone"  # a build leaves things where it is made
    for name in (".github", "sheetsync"):
        shutil.copytree(ROOT / name, clone / name)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, clone)
    there = {"GITHUB_ACTION_PATH": str(clone / ACTION.relative_to(ROOT))}
    path = {"PATH": os.environ["PATH"]}
    today.environment = {**today.environment, **offline, **libraries, **there, **path}
    assert today.run([INSTALL, SYNC], to="team.xlsx", addresses=SKY_ADDRESS) == 0, today.log
    (added,) = today.path
    data = Path(added).parent.rglob("sheetsync/platforms/tiktok.toml")
    assert list(data), "with the files that are data"
    assert Path(added).is_relative_to(today.folder / "temp")
