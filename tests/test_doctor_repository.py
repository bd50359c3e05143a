"""What ``doctor`` finds that git would publish, or has already: in a repository of real git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sheetsync.cli import main
from tests.sheets_server import Google

PAGE = Path(__file__).parent / "platforms" / "tiktok" / "universal" / "page.html"


@pytest.fixture(scope="module")
def key() -> str:
    return json.dumps(Google().tokens.service_account("a@loopback.iam.gserviceaccount.com"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SHEETSYNC_", "GOOGLE_"))]:
        monkeypatch.delenv(name)
    git("init", "-q")
    return tmp_path


def git(*words: str) -> None:
    who = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def found(*words: str, **env: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["doctor", "--json", *words], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "PRIVATE KEY" not in result.output
    return [step for step in json.loads(result.stdout)["steps"] if step["name"] == "Repository"]


def wrong(*words: str, **env: str) -> dict[str, Any]:
    (step,) = found(*words, **env)
    assert step["finding"] == "wrong", step
    return dict(step)


def ignore(text: str) -> None:
    Path(".gitignore").write_text(text)


def test_a_key_under_any_name_is_seen_by_what_it_holds(key: str) -> None:
    Path("deep").mkdir()
    Path("deep/whatever.json").write_text(key)
    step = wrong()
    assert "would publish deep/whatever.json, which holds a key" in step["said"]
    assert "Add a line deep/whatever.json to .gitignore" in step["cure"]


def test_a_key_with_a_mark_before_it_is_one(key: str) -> None:
    Path("key.json").write_text("\ufeff" + key, "utf-8")
    assert "key.json" in wrong()["said"]


def test_an_ignored_key_is_where_it_may_be(key: str) -> None:
    ignore("key.json\n")
    Path("key.json").write_text(key)
    (step,) = found("--credentials", "key.json")
    assert step["finding"] == "ok"


def test_a_staged_key_is_taken_out_again(key: str) -> None:
    Path("key.json").write_text(key)
    git("add", "key.json")
    assert "git rm --cached key.json" in wrong()["cure"]


def test_a_committed_key_has_to_be_revoked(key: str) -> None:
    Path("key.json").write_text(key)
    git("add", "key.json")
    git("commit", "-qm", "numbers")
    step = wrong()
    assert "is in the history of this repository" in step["said"]
    assert step["cure"].startswith("Revoke the key")
    assert step["link"].startswith("https://console.cloud.google.com/")


def test_a_key_that_was_taken_out_again_is_still_in_the_history(key: str) -> None:
    Path("old name.json").write_text(key)
    git("add", ".")
    git("commit", "-qm", "numbers")
    git("rm", "-q", "old name.json")
    git("commit", "-qm", "oh")
    assert "old name.json" in (said := wrong()["said"])
    assert "is in the history" in said


@pytest.mark.parametrize(
    "named",
    [
        lambda: found("--credentials", "k"),
        lambda: found(SHEETSYNC_CREDENTIALS="k"),
        lambda: found(GOOGLE_APPLICATION_CREDENTIALS="k"),
        lambda: (Path("sheetsync.toml").write_text('credentials = "k"\n'), found())[1],
        lambda: (Path("sheetsync.toml").write_text('[sync]\ncredentials = "k"\n'), found())[1],
    ],
    ids=["option", "variable", "google's variable", "settings", "settings of sync"],
)
def test_a_file_that_is_named_as_the_key_is_one(named: Callable[[], list[dict[str, Any]]]) -> None:
    Path("k").write_text("PKCS12 or whatever it is")
    (step,) = named()
    assert step["finding"] == "wrong" and "would publish k, " in step["said"]


def test_from_a_folder_below_the_whole_repository_is_seen(
    key: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "key.json").write_text(key)
    (here / "docs").mkdir()
    monkeypatch.chdir(here / "docs")
    assert "key.json" in wrong()["said"]


def test_examples_and_federations_are_no_keys() -> None:
    shutil.copy(Path(__file__).parents[1] / "credentials.example.json", ".")
    Path("package.json").write_text('{"private": true}')
    Path("wif.json").write_text('{"type": "external_account", "audience": "//iam"}')
    (step,) = found("--credentials", "wif.json")
    assert step["finding"] == "ok"


def test_dated_copies_saved_pages_and_the_log_are_readings() -> None:
    Path("pages").mkdir()
    shutil.copy(PAGE, "pages/anna.html")
    shutil.copy(PAGE, "pages/bert.html")
    Path("kept").mkdir()
    Path("kept/001-public.api.bsky.app-xrpc.json").write_text("{}")
    Path("dashboard (before 2026-11-12 09.00.00).xlsx").write_text("x")
    Path("sheetsync.log").write_text("Read (3)")
    Path("readme.html").write_text("<!DOCTYPE html><title>Ours</title>")
    step = wrong()
    assert "dashboard (before 2026-11-12 09.00.00).xlsx" in step["said"]
    assert "and 1 more" in step["said"] and "readme.html" not in step["said"]
    for line in ("*(before *).xlsx", "kept/001-public.api.bsky.app-xrpc.json", "pages/"):
        assert f" a line {line}" in step["cure"]
    ignore("*(before *).xlsx\npages/\nkept/\nsheetsync.log\n")
    assert found()[0]["finding"] == "ok"


def test_a_page_of_a_platforms_test_is_made_up() -> None:
    shutil.copytree(PAGE.parent, "tests/tiktok")
    assert found()[0]["finding"] == "ok"


def test_a_committed_reading_is_told_with_what_that_means() -> None:
    Path("team.xlsx").write_text("x")
    git("add", ".")
    step = wrong("--to", "team.xlsx")
    assert "Add a line team.xlsx" in step["cure"]
    assert "git rm" in step["cure"] and "history" in step["cure"]


def test_without_git_it_is_open_what_it_would_publish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (step,) = found()
    assert step["finding"] == "unseen"


def test_names_that_mean_something_to_git_are_escaped() -> None:
    Path("#1 [a].xlsx").write_text("x")
    cure = wrong("--to", "#1 [a].xlsx")["cure"]
    assert r"\#1 \[a].xlsx" in cure
    ignore(r"\#1 \[a].xlsx" + "\n")
    assert found("--to", "#1 [a].xlsx")[0]["finding"] == "ok"
