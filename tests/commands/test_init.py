"""``sheetsync init``, as somebody types it: with options, without a terminal, and asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from sheetsync.cli import main
from sheetsync.workflow import PATH, untouched
from tests.commands.terminal import on_a_terminal
from tests.runner import ROOT
from tests.test_workflow import COMMIT, ID
from tests.workbooks import rows

SHEET = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0"
ACTION = f"org/sheetsync@{COMMIT}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SHEETSYNC_")]:
        monkeypatch.delenv(name)
    # No login of this machine's, and no way out to look for one.
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["init", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def asked(folder: Path, typed: str, *words: str) -> str:
    return on_a_terminal(folder, typed, "init", *words)


def github(*words: str) -> Result:
    return run("--to", SHEET, "--github", "--action", ACTION, *words)


def written() -> str:
    return Path(PATH).read_text("utf-8")


# --- the first dashboard --------------------------------------------------------------------


def test_a_workbook_has_its_tabs_before_anybody_is_in_it(tmp_path: Path) -> None:
    result = run("--to", "team.xlsx")
    assert result.exit_code == 0, result.output
    assert "team.xlsx written: its tabs are there." in result.stdout
    assert rows(tmp_path / "team.xlsx", "Profiles") == []


def test_the_next_sync_in_this_folder_means_this_dashboard() -> None:
    run("--to", "team.xlsx")
    assert Path("sheetsync.toml").read_text() == 'to = "team.xlsx"\n'
    assert "team.xlsx lists no profile" in CliRunner().invoke(main, ["sync"]).stderr


def test_settings_that_are_there_stay() -> None:
    Path("sheetsync.toml").write_text("retention = 90\n")
    run("--to", "team.xlsx")
    assert Path("sheetsync.toml").read_text() == "retention = 90\n"


def test_a_second_init_changes_nothing() -> None:
    run("--to", "team.xlsx")
    before = Path("team.xlsx").read_bytes()
    assert "team.xlsx is set up already." in run("--to", "team.xlsx").stdout
    assert Path("team.xlsx").read_bytes() == before


def test_without_a_terminal_nothing_is_asked() -> None:
    assert "dashboard.xlsx written" in run().stdout
    assert not Path("sheetsync.toml").exists(), "it is where sync looks anyway"


def test_on_a_terminal_it_asks_where_the_dashboard_shall_live(tmp_path: Path) -> None:
    said = asked(tmp_path, "asked.xlsx\n")
    assert "Address of your spreadsheet" in said
    assert (tmp_path / "asked.xlsx").exists()


def test_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    said = asked(tmp_path, "team.csv\nnowhere/team.xlsx\nteam.xlsx\n")
    assert "“team.csv” is neither a spreadsheet's address nor a path" in said
    assert "there is no folder nowhere" in said
    assert (tmp_path / "team.xlsx").exists()


def test_for_github_a_workbook_is_no_answer(tmp_path: Path) -> None:
    words = ("--github", "--action", ACTION, "--credentials", __file__)
    said = asked(tmp_path, f"team.xlsx\n{SHEET}\ny\n", *words)
    assert "it has to be a Google spreadsheet's address" in said
    assert untouched(written())


def test_settings_of_another_dashboard_stay_and_it_says_where_sync_goes() -> None:
    Path("sheetsync.toml").write_text('to = "team.xlsx"\n')
    result = run("--to", "other.xlsx")
    assert "“sheetsync sync” in this folder goes to team.xlsx" in result.stderr
    assert "bsky.app --to other.xlsx" in result.stdout
    assert Path("sheetsync.toml").read_text() == 'to = "team.xlsx"\n'
    result = run("--to", "team.xlsx")
    assert "goes to" not in result.stderr and "--to" not in result.stdout
    assert "--github" not in result.stdout, "a workbook cannot live there"


def test_git_leaves_out_what_was_written_and_somebodys_own_list_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    run("--to", "team.xlsx")
    assert Path(".gitignore").read_text() == "team.xlsx\n*(before *).xlsx\n"
    result = run("--to", "other.xlsx")
    assert "add to .gitignore: other.xlsx\n" in result.stderr, "the copies are left out already"
    assert "other" not in Path(".gitignore").read_text()


def test_outside_of_a_repository_there_is_nothing_to_leave_out() -> None:
    run("--to", "team.xlsx")
    assert not Path(".gitignore").exists()


def test_an_option_that_answers_is_not_asked_again(tmp_path: Path) -> None:
    assert "Address of" not in asked(tmp_path, "", "--to", "team.xlsx")
    assert (tmp_path / "team.xlsx").exists()


def test_a_spreadsheet_without_credentials_says_what_is_missing() -> None:
    result = run("--to", SHEET)
    assert result.exit_code == 2
    assert "hint: " in result.stderr


# --- GitHub ---------------------------------------------------------------------------------


def test_the_workflow_calls_the_action_at_its_commit() -> None:
    result = github()
    assert result.exit_code == 0, result.output
    job = yaml.safe_load(written())["jobs"]["sync"]
    assert job["steps"][-1]["uses"] == f"org/sheetsync/.github/actions/sync@{COMMIT}"
    assert job["steps"][-1]["with"]["to"] == ID
    assert "gh secret set SHEETSYNC_CREDENTIALS_JSON" in result.stdout
    assert "Keep the repository private" in result.stdout


def test_it_says_first_what_a_hosted_runner_cannot_read() -> None:
    said = github().stderr
    assert "Threads: no, only from pages that a person saves" in said
    assert "TikTok: no, but for accounts whose owners give a key" in said
    for cure in ("API keys", "sheetsync due --open", "self-hosted", "--schedule cron"):
        assert cure in said


def test_no_secret_is_asked_for_that_no_watched_platform_needs() -> None:
    assert "gh secret set" in (said := github().stdout)
    assert said.count("gh secret set") == 1, "the service account's key alone"
    assert "env:" not in written()


def test_it_goes_where_the_repository_begins_and_knows_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    remote = ["git", "remote", "add", "origin", "git@github.com:team/numbers.git"]
    subprocess.run(remote, check=True)
    below = tmp_path / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    github()
    text = (tmp_path / PATH).read_text("utf-8")
    assert "github.repository == 'team/numbers'" in text


def test_workload_identity_needs_no_key_in_a_secret() -> None:
    result = github("--auth", "wif")
    assert "id-token: write" in written()
    assert "SHEETSYNC_CREDENTIALS_JSON" not in written() + result.stdout
    assert "gh variable set SHEETSYNC_WIF_PROVIDER" in result.stdout


def test_a_repository_with_the_action_in_it_uses_its_own() -> None:
    folder = Path(".github/actions/sync")
    folder.mkdir(parents=True)
    (folder / "action.yml").write_text("name: sheetsync\n")
    assert run("--to", SHEET, "--github").exit_code == 0
    assert "uses: ./.github/actions/sync\n" in written()
    assert "actions/checkout@" in written()


LOOSE = ["org/sheetsync@main", "org/sheetsync", "x@v1", "../x@" + COMMIT]
MOVING = ["org/sheetsync@v1", "org/sheetsync@v1.2", "org/sheetsync@2"]


@pytest.mark.parametrize("loose", LOOSE + MOVING)
def test_an_action_that_is_not_pinned_is_refused(loose: str) -> None:
    result = run("--to", SHEET, "--github", "--action", loose)
    assert result.exit_code == 2
    assert "is no OWNER/REPO@COMMIT" in result.stderr
    assert not Path(PATH).exists()


def test_a_version_that_moves_is_called_so_and_a_whole_one_noted() -> None:
    assert "moves with every release" in run("--to", SHEET, "--github", "--action", "o/r@v1").stderr
    result = run("--to", SHEET, "--github", "--action", "o/r@v1.2.3")
    assert "v1.2.3 is a tag, which its owner can move" in result.stderr
    assert untouched(written())


def test_without_a_known_action_nothing_is_written_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetsync.clone.installed", lambda: "")
    result = run("--to", SHEET, "--github")
    assert result.exit_code == 2
    assert "not known which repository" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_workflow_that_was_changed_stops_it_before_anything_is_written(tmp_path: Path) -> None:
    Path(PATH).parent.mkdir(parents=True)
    Path(PATH).write_text("name: theirs\n")
    assert github().exit_code == 2
    assert not Path("sheetsync.toml").exists()


def test_the_workflow_knows_the_settings_of_the_file() -> None:
    lines = ['to = "x.xlsx"', 'credentials = "k.json"', 'allow-host = ["a.example", "b.example"]']
    lines += ['saved = "pages"', 'contact = "${{ secrets.X }}"', "[sync]", "retention = 90"]
    lines += ["strict = true", 'fields = "+bio"']
    Path("sheetsync.toml").write_text("\n".join(lines))
    result = github()
    said = yaml.safe_load(written())["jobs"]["sync"]["steps"][-1]["with"]["options"].splitlines()
    assert sorted(said) == [
        *("--allow-host a.example", "--allow-host b.example", "--fields +bio"),
        *("--retention 90", "--strict"),
    ]
    assert "--contact cannot be handed over" in result.stderr


def test_a_workbook_cannot_live_on_githubs_machines() -> None:
    result = run("--to", "team.xlsx", "--github", "--action", ACTION)
    assert result.exit_code == 2
    assert "gone when it ends" in result.stderr
    assert "--schedule cron" in result.stderr
    assert not Path("team.xlsx").exists()


def test_its_own_file_is_renewed_and_a_changed_one_kept() -> None:
    github()
    assert github("--auth", "wif").exit_code == 0
    assert "id-token" in written()
    changed = written().replace("timeout-minutes: 30", "timeout-minutes: 60")
    Path(PATH).write_text(changed, "utf-8")
    result = github()
    assert result.exit_code == 2
    assert "not as sheetsync wrote it" in result.stderr
    assert written() == changed
    assert github("--force").exit_code == 0
    assert untouched(written())


def test_a_file_of_somebody_elses_is_kept() -> None:
    Path(PATH).parent.mkdir(parents=True)
    Path(PATH).write_bytes(b"\xff theirs")
    assert github().exit_code == 2
    assert Path(PATH).read_bytes() == b"\xff theirs"


def test_on_a_terminal_it_asks_before_a_changed_file_is_replaced(tmp_path: Path) -> None:
    Path(PATH).parent.mkdir(parents=True)
    Path(PATH).write_text("name: theirs\n")
    words = ["--to", SHEET, "--github", "--action", ACTION, "--credentials", __file__]
    assert "Replace it?" in asked(tmp_path, "y\nn\n", *words)
    assert written() == "name: theirs\n"
    asked(tmp_path, "y\ny\n", *words)
    assert untouched(written())


# --- this computer's own scheduler ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["cron", "systemd", "launchd", "windows"])
def test_the_lines_are_printed_and_nothing_is_written(kind: str, tmp_path: Path) -> None:
    result = run("--to", "team.xlsx", "--schedule", kind)
    assert result.exit_code == 0
    assert f"{tmp_path / 'team.xlsx'}" in result.stdout
    assert "sheetsync.log" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_line_of_cron_syncs_from_any_folder(tmp_path: Path) -> None:
    run("--to", "team.xlsx")
    line = run("--to", "team.xlsx", "--schedule", "cron").stdout.strip().splitlines()[-1]
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    subprocess.run(["/bin/sh", "-c", command], cwd="/", env=env, check=False)
    assert "lists no profile and no post yet" in (tmp_path / "sheetsync.log").read_text()


def test_what_only_this_terminal_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_API_KEY", "sesame")
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN_NASA", "sesame")
    monkeypatch.setenv("SHEETSYNC_RETENTION", "90")
    result = run("--to", "team.xlsx", "--schedule", "cron")
    for name in ("YOUTUBE_API_KEY", "TIKTOK_ACCESS_TOKEN_NASA", "SHEETSYNC_RETENTION"):
        assert name in result.stderr
    assert "sesame" not in result.output and "a scheduler does not know" not in result.stdout


def test_a_key_that_is_in_no_file_makes_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETSYNC_CREDENTIALS_JSON", "{}")
    result = run("--to", SHEET, "--schedule", "cron")
    assert result.exit_code == 2
    assert "which a scheduler does not know" in result.stderr


def test_two_ways_at_once_are_none() -> None:
    assert run("--to", SHEET, "--github", "--schedule", "cron").exit_code == 2
