"""What a run tells the job that it is a step of, and how long its repository has been still."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetsync.cli import main
from sheetsync.errors import ConfigError
from sheetsync.job import Job, idle_days
from sheetsync.summary import Told
from sheetsync.terminal import harmless, print_json
from tests.mornings import NOW


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SHEETSYNC_", "GITHUB_"))]:
        monkeypatch.delenv(name)


# --- idle -----------------------------------------------------------------------------------


def scheduled(tmp_path: Path, **repository: object) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"schedule": "17 5 * * *", "repository": repository}))
    return {"GITHUB_EVENT_NAME": "schedule", "GITHUB_EVENT_PATH": str(event)}


def days_ago(days: int) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_event_says_when_the_repository_was_last_pushed_to(tmp_path: Path) -> None:
    assert idle_days(scheduled(tmp_path, private=False, pushed_at=days_ago(52)), NOW) == 52


def test_a_private_repository_loses_no_schedule(tmp_path: Path) -> None:
    assert idle_days(scheduled(tmp_path, private=True, pushed_at=days_ago(52)), NOW) is None


def test_a_run_by_hand_is_no_sign_of_a_schedule(tmp_path: Path) -> None:
    env = scheduled(tmp_path, private=False, pushed_at=days_ago(52))
    assert idle_days({**env, "GITHUB_EVENT_NAME": "workflow_dispatch"}, NOW) is None
    assert idle_days({}, NOW) is None


def test_where_the_event_says_nothing_the_checkouts_newest_commit_does(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    at = days_ago(55)
    env = {**os.environ, "GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    git = ["git", "-C", str(work), *who]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True, env=env)
    told = {**scheduled(tmp_path), "GITHUB_WORKSPACE": str(work)}
    assert idle_days(told, NOW) == 55


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"repository": 3}', '{"repository": {}}'])
def test_where_nobody_knows_nothing_is_claimed(text: str, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(text)
    env = {"GITHUB_EVENT_NAME": "schedule", "GITHUB_EVENT_PATH": str(event)}
    assert idle_days(env, NOW) is None


# --- telling --------------------------------------------------------------------------------


def test_a_run_tells_once_and_adds_to_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    job = Job()
    job.tell(Told("", NOW, error=ConfigError("One.", hint="Do.")))
    job.tell(Told("", NOW, error=ConfigError("Two.", hint="Do.")))
    text = page.read_text("utf-8")
    assert text.startswith("before\n### sheetsync: nothing was written")
    assert "One" in text and "Two" not in text


def test_a_summary_that_cannot_be_written_fails_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    Job().tell(Told("", NOW, error=ConfigError("One.", hint="Do.")))
    assert "the job's summary could not be written" in capsys.readouterr().err


def test_outside_of_github_nothing_is_written_and_nothing_annotated(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["sync"])
    assert "::" not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["sync", "--nonsense"], ["sync"], ["sync", "--to", "x"]])
def test_a_sync_that_never_began_is_told(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    assert CliRunner().invoke(main, words).exit_code == 2
    assert page.read_text("utf-8").startswith("### sheetsync: nothing was written")


def test_other_commands_tell_the_job_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert CliRunner().invoke(main, ["show", "nothing.html"]).exit_code != 0
    assert not (tmp_path / "summary.md").exists()


# --- what is printed ------------------------------------------------------------------------

HOSTILE = "::add-mask::x\n  ::stop-commands::y\nfine :: here\na ##[add-mask]z"


def test_a_job_prints_no_command_of_a_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    said = harmless(HOSTILE)
    assert "##[" not in said
    assert not any(line.strip().startswith("::") for line in said.splitlines())
    assert "fine :: here" in said


def test_elsewhere_every_word_stays_as_it_is() -> None:
    assert harmless(HOSTILE) == HOSTILE


def test_json_is_the_same_data_and_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"detail": HOSTILE})
    said = capsys.readouterr().out
    assert json.loads(said) == {"detail": HOSTILE}
    assert "##[" not in said
