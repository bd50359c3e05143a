"""The workflow that init writes: held to GitHub's schema, and to the Action that it calls."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from sheetsync.workflow import Wanted, cron, minute, untouched, workflow
from tests.runner import ACTION, ROOT

ID = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdef"
COMMIT = "a" * 40
KEY = Wanted(ID, f"org/sheetsync/.github/actions/sync@{COMMIT}", "team/numbers")
WIF = replace(KEY, auth="wif", uses="./.github/actions/sync", repository="")
MORE = replace(KEY, secrets=("YOUTUBE_API_KEY", "GITHUB_TOKEN"), ahead=timedelta(hours=1))


def read(wanted: Wanted) -> dict[str, Any]:
    found: dict[Any, Any] = yaml.safe_load(workflow(wanted))
    return {"on" if key is True else key: value for key, value in found.items()}


README = (ROOT / "README.md").read_text("utf-8").split("```yaml\n")[1].split("```")[0]
TEXTS = {"key": workflow(KEY), "wif": workflow(WIF), "more": workflow(MORE), "README": README}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_fits_githubs_own_schema(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sheetsync.yml"
    file.write_text(text, "utf-8")
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*line, "vendor.github-workflows", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wanted", [KEY, WIF, MORE], ids=["key", "wif", "more"])
def test_it_is_bounded_and_gives_the_action_only_inputs_that_it_has(wanted: Wanted) -> None:
    found = read(wanted)
    job = found["jobs"]["sync"]
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    assert set(job["steps"][-1]["with"]) <= set(action["inputs"])
    assert job["steps"][-1]["with"]["to"] == ID
    assert job["timeout-minutes"] == 30
    assert found["concurrency"]["cancel-in-progress"] is False
    assert set(found["on"]) == {"schedule", "workflow_dispatch"}
    assert set(found["on"]["workflow_dispatch"]["inputs"]) == {"addresses", "dry-run"}
    uses = [step["uses"] for step in job["steps"] if not step["uses"].startswith("./")]
    assert all(len(one.partition("@")[2]) == 40 for one in uses)


def test_permissions_are_the_least_that_each_way_needs() -> None:
    assert read(KEY)["permissions"] == {}
    assert read(WIF)["permissions"] == {"contents": "read", "id-token": "write"}
    assert read(replace(WIF, auth="key"))["permissions"] == {"contents": "read"}


def test_a_fork_does_not_run_it() -> None:
    assert read(KEY)["jobs"]["sync"]["if"] == "github.repository == 'team/numbers'"
    assert read(WIF)["jobs"]["sync"]["if"] == "${{ !github.event.repository.fork }}"


def test_the_key_goes_to_the_action_and_workload_identity_needs_none() -> None:
    assert "secrets.SHEETSYNC_CREDENTIALS_JSON" in workflow(KEY)
    assert "secrets." not in workflow(WIF)
    steps = [step["uses"].partition("@")[0] for step in read(WIF)["jobs"]["sync"]["steps"]]
    expected = ["actions/checkout", "google-github-actions/auth", "./.github/actions/sync"]
    assert steps == expected


def test_further_keys_reach_the_action_alone() -> None:
    found = read(MORE)
    assert found["jobs"]["sync"]["steps"][-1]["env"] == {
        "YOUTUBE_API_KEY": "${{ secrets.YOUTUBE_API_KEY }}",
        "GITHUB_TOKEN": "${{ secrets.GITHUB_TOKEN }}",
    }
    assert "env" not in found and "env" not in found["jobs"]["sync"]


def test_two_spreadsheets_wait_for_themselves_and_not_for_each_other() -> None:
    other = replace(KEY, spreadsheet=ID[::-1])
    groups = {read(wanted)["concurrency"]["group"] for wanted in (KEY, MORE, WIF, other)}
    assert len(groups) == 2


def test_minutes_are_odd_and_spread() -> None:
    minutes = [minute(f"{n:x}" * 9) for n in range(1, 300)]
    assert all(one % 2 == 1 and 0 < one < 60 for one in minutes)
    assert len(set(minutes)) == 30
    assert minute(ID) == minute(ID)


@pytest.mark.parametrize(
    ("hours", "hour"), [(0, 5), (1, 4), (-5, 10), (9, 20), (5.5, 23), (13, 16)]
)
def test_the_cron_is_in_utc_for_a_morning_by_the_dashboards_clock(hours: float, hour: int) -> None:
    wanted = replace(KEY, ahead=timedelta(hours=hours))
    assert cron(wanted) == f"{minute(ID)} {hour} * * *"


def test_a_change_by_hand_is_seen() -> None:
    text = workflow(KEY)
    assert untouched(text)
    assert untouched(text.replace("\n", "\r\n")), "git may write it so on Windows"
    assert not untouched(text.replace("timeout-minutes: 30", "timeout-minutes: 60"))
    assert not untouched("name: theirs\n")
    assert not untouched("")
