"""What ``doctor --github`` says of workflows as people write them by hand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.cli import main
from sheetsync.doctor import cron
from sheetsync.workflow import Wanted, workflow
from tests.runner import ROOT

SHEET = "1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
USES = f"org/sheetsync/.github/actions/sync@{COMMIT}"
OURS = workflow(Wanted(SHEET, USES, "team/numbers"))
WIF = workflow(Wanted(SHEET, USES, "team/numbers", auth="wif"))
README = (ROOT / "README.md").read_text("utf-8").split("```yaml\n")[1].split("```")[0]
BY_HAND = README.replace("OWNER/REPO", "org/sheetsync").replace("COMMIT", COMMIT)
BY_HAND = BY_HAND.replace("spreadsheets/d/…", f"spreadsheets/d/{SHEET}")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SHEETSYNC_", "GOOGLE_"))]:
        monkeypatch.delenv(name)
    subprocess.run(["git", "init", "-q"], check=True)
    remote = ["git", "remote", "add", "origin", "https://u:sesame@github.com/team/numbers.git"]
    subprocess.run(remote, check=True)
    return tmp_path


def judged(text: str | bytes, name: str = "sheetsync.yml") -> dict[str, dict[str, Any]]:
    folder = Path(".github/workflows")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(main, ["doctor", "--github", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "sesame" not in result.output
    return {step["name"]: step for step in json.loads(result.stdout)["steps"]}


def wrong(found: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, step in found.items() if step["finding"] == "wrong"}


# --- what is right --------------------------------------------------------------------------


@pytest.mark.parametrize("text", [OURS, WIF, BY_HAND], ids=["ours", "wif", "by hand"])
def test_a_workflow_that_runs_has_nothing_wrong(text: str) -> None:
    found = judged(text)
    assert wrong(found) == set()
    assert found["On GitHub"]["said"] == "https://github.com/team/numbers"
    assert found["Destination"]["said"] == f"the spreadsheet {SHEET}"
    assert found["Limits"]["finding"] == "ok", found["Limits"]


def test_a_comment_is_no_runner_of_ones_own() -> None:
    assert "self-hosted" in OURS, "the comment that init writes"
    found = judged(OURS.replace(SHEET, "team.xlsx"))
    assert "gone when it ends" in found["Destination"]["said"]
    assert found["Destination"]["finding"] == "wrong"


@pytest.mark.parametrize("runner", ["self-hosted", "[self-hosted, linux]", "{labels: self-hosted}"])
def test_a_runner_of_ones_own_keeps_its_files(runner: str) -> None:
    found = judged(OURS.replace("ubuntu-24.04", runner).replace(SHEET, "team.xlsx"))
    assert found["Destination"]["finding"] == "ok"


def test_the_names_of_secrets_in_comments_are_not_wanted() -> None:
    found = judged(OURS + "          # X_TOKEN: ${{ secrets.X_TOKEN }}\n")
    assert "X_TOKEN" not in found["Secrets"]["said"]


def test_workload_identity_names_its_variables_and_no_secret() -> None:
    found = judged(WIF)
    assert "SHEETSYNC_SERVICE_ACCOUNT, SHEETSYNC_WIF_PROVIDER" in found["Variables"]["said"]
    assert found["Variables"]["link"].endswith("/team/numbers/settings/variables/actions")
    assert found["Secrets"]["finding"] == "ok"


def test_the_command_in_a_line_of_shell_is_read_too() -> None:
    shell = f"""
on: {{schedule: [cron: 17 5 * * *], workflow_dispatch: }}
permissions: {{}}
concurrency: sheetsync
jobs:
  sync:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    env:
      SHEETSYNC_CREDENTIALS_JSON: ${{{{ secrets.KEY }}}}
    steps:
      - run: |
          pip install .
          sheetsync sync --retention 90 \\
            --to {SHEET}  # every morning
"""
    Path("sheetsync.toml").write_text(f'to = "{SHEET}"\n[sync]\nretention = 90\n')
    found = judged(shell)
    assert found["Destination"]["finding"] == "ok"
    assert found["Secrets"]["said"].startswith("it names KEY;")
    assert found["Settings there"]["finding"] == "ok"


def test_a_file_that_is_broken_and_anothers_is_left_alone() -> None:
    judged("a: b: c", "pages.yml")
    assert judged(OURS)["Workflow"]["finding"] == "ok"


def test_a_workflow_that_starts_by_itself_is_judged_before_one_that_does_not() -> None:
    judged(OURS.replace("schedule:", "issues:"), "a.yml")
    assert judged(OURS)["Workflow"]["said"] == "sheetsync.yml"


# --- what is not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "step", "finding", "said"),
    [
        ('cron: "', 'cron: "99 5 * * *" # ', "Schedule", "wrong", "99 is no minute"),
        ('cron: "', 'cron: "@daily" # ', "Schedule", "wrong", "1 parts instead of five"),
        (
            "cancel-in-progress: false",
            "cancel-in-progress: true",
            *("Overlap", "look", "cuts a run short"),
        ),
        ("permissions: {}", "permissions: write-all", "Permissions", "look", "write everything"),
        (
            "permissions: {} # none",
            "permissions:\n  contents: write",
            *("Permissions", "look", "write contents"),
        ),
        ("  workflow_dispatch:", "  pull_request_target:", "Trigger", "wrong", "dangerous"),
        (
            "          credentials-json: ${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}\n",
            "",
            *("Secrets", "wrong", "nothing in the workflow hands over"),
        ),
        (f"@{COMMIT}", "@v1", "Versions", "look", "another program tomorrow"),
        (f"@{COMMIT}", "@main", "Versions", "look", "another program tomorrow"),
        (f"@{COMMIT}", "@COMMIT", "Versions", "wrong", "README's example"),
        (f'to: "{SHEET}"', "addresses: x", "Destination", "wrong", "names no dashboard"),
        (f'"{SHEET}"', "${{ vars.SHEET }}", "Destination", "unseen", "only GitHub knows"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, step: str, finding: str, said: str) -> None:
    assert old in OURS
    found = judged(OURS.replace(old, new))
    assert found[step]["finding"] == finding, found[step]
    assert said in found[step]["said"]


def test_workload_identity_without_the_right_to_it_is_wrong() -> None:
    found = judged(
        WIF.replace("  id-token: write # to say to Google who we are", "  actions: read")
    )
    assert "id-token: write" in found["Identity"]["cure"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (OURS.replace("    timeout-minutes", "   timeout-minutes"), "sheetsync.yml, line "),
        (OURS.replace('cron: "', 'cron: "" "'), "sheetsync.yml, line 6"),
        (OURS.replace("    steps", "\tsteps"), "begins with a tab"),
        (OURS.encode("utf-16"), "is not in UTF-8"),
        ("sheetsync sync", "line 1 is no list of names"),
        ("[" * 5000, "is no YAML"),
    ],
)
def test_a_broken_file_is_said_with_its_line(text: str | bytes, where: str) -> None:
    step = judged(text)["Workflow"]
    assert step["finding"] == "wrong"
    assert where in step["said"], step
    assert "Mend it there" in step["cure"]


@pytest.mark.parametrize(
    "text",
    ["", "a: b", "jobs: []", "on: x\njobs: {a: {steps: x}}", "jobs: {a: x, b: {steps: [y, [z]]}}"],
)
def test_a_file_of_another_shape_calls_nothing(text: str) -> None:
    assert judged(text)["Workflow"]["finding"] == "wrong"


@pytest.mark.parametrize(
    "part",
    [
        *("on: [schedule]", "permissions: 3", "concurrency: [x]", "env: [A, B]"),
        "on: {schedule: {cron: x}}",
    ],
)
def test_parts_of_another_kind_are_no_crash(part: str) -> None:
    whole = yaml.load(OURS, yaml.BaseLoader)
    judged(json.dumps(whole | yaml.load(part, yaml.BaseLoader)))


def test_yaml_that_grows_or_never_ends_is_not_followed() -> None:
    bomb = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    assert wrong(judged(f"{OURS}\na0: &a0 [x]\n{bomb}")) == set()
    assert wrong(judged(f"{OURS}\nx: &x [*x]\n")) == {"Workflow"}


# --- settings -------------------------------------------------------------------------------


def test_settings_that_the_workflow_does_not_know_are_told() -> None:
    text = f'to = "{SHEET}"\ncredentials = "key.json"\nposts = 3\n[sync]\nretention = 90\n'
    Path("sheetsync.toml").write_text(text)
    step = judged(OURS)["Settings there"]
    assert step["finding"] == "wrong", "it keeps days longer than the team wants"
    assert "--posts 3" in step["said"] and "--retention 90" in step["said"]
    assert "credentials" not in step["said"]
    knows = Wanted(SHEET, USES, options=("--retention 90", "--posts 3"))
    assert judged(workflow(knows))["Settings there"]["finding"] == "ok"


def test_with_a_checkout_the_file_itself_counts() -> None:
    Path("sheetsync.toml").write_text(f'to = "{SHEET}"\nretention = 90\n')
    text = workflow(Wanted(SHEET, "./.github/actions/sync"))
    assert "Settings there" not in judged(text)
    assert judged(text.replace(f'          to: "{SHEET}"\n', ""))["Destination"]["finding"] == "ok"


def test_another_dashboard_than_the_one_here_is_said() -> None:
    Path("sheetsync.toml").write_text('to = "team.xlsx"\n')
    step = judged(OURS)["Destination"]
    assert step["finding"] == "look"
    assert "team.xlsx" in step["said"] and SHEET in step["said"]


# --- cron -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "17 5 * * *",
        "*/15 0-6/2 1,15 JAN-mar MON-FRI",
        "0 0 31 12 7",
        "5,35 5 * * 1-5",
        "1 2 3 4 SUN",
    ],
)
def test_what_github_takes_is_a_cron_line(line: str) -> None:
    assert cron.problem(line) == ""


@pytest.mark.parametrize(
    "line",
    [
        *("", "17 5 * *", "60 5 * * *", "17 24 * * *", "17 5 0 * *", "17 5 * 13 *", "17 5 * * 8"),
        *("17 5 * * FOO", "9-3 5 * * *", "*/0 5 * * *", "1-2-3 5 * * *", "- 5 * * *", "5, 5 * * *"),
        *("@daily", "² 5 * * *", "17 5 * MON *", "*/99 5 * * *"),
    ],
)
def test_what_it_refuses_is_none(line: str) -> None:
    assert cron.problem(line)


@given(st.text(alphabet="0123456789*/,-JANMO ", max_size=30))
def test_any_text_is_judged(line: str) -> None:
    assert isinstance(cron.problem(line), str)
