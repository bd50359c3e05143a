"""What is deleted is what the dashboard holds; what gave way stays, and the report says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from tests.test_saved_round import profile
from tests.workbooks import rows

MORNING = int(datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp())
NOON = MORNING + 3 * 3600


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["sync", "--saved", "in", *words])


def left() -> list[str]:
    return sorted(path.name for path in Path("in").iterdir())


def test_an_earlier_page_of_a_day_that_gave_way_stays() -> None:
    Path("in/a.html").write_text(profile("anna", 10, MORNING).replace("7110", "7"), "utf-8")
    Path("in/b.html").write_text(profile("anna", 11, NOON).replace("7111", "7"), "utf-8")
    said = run("--delete-saved")
    assert left() == ["a.html"], said.output
    assert "1 saved page was deleted: the numbers are in the dashboard." in said.stderr
    assert "not deleted, because the dashboard keeps other numbers" in said.stderr
    assert rows("dashboard.xlsx", "History")[0]["Followers"] == 11


def test_such_a_page_is_in_the_dashboard_already_the_next_time() -> None:
    Path("in/a.html").write_text(profile("anna", 10, MORNING).replace("7110", "7"), "utf-8")
    Path("in/b.html").write_text(profile("anna", 11, NOON).replace("7111", "7"), "utf-8")
    assert "Read (2)" in run().stdout
    again = run().stdout
    assert "2 pages were in the dashboard already." in again
    assert "Read (" not in again


def test_an_earlier_day_of_a_profile_is_in_history_and_goes() -> None:
    Path("in/a.html").write_text(profile("anna", 10, MORNING - 86_400).replace("7110", "7"))
    Path("in/b.html").write_text(profile("anna", 11, MORNING).replace("7111", "7"))
    run("--delete-saved")
    assert left() == []


def test_delete_saved_alone_is_a_mistake() -> None:
    said = CliRunner().invoke(main, ["sync", "--delete-saved", "@anna"])
    assert said.exit_code == 2
    assert "--saved" in said.stderr


GROWTH = "Growth starts with a second reading on another day."


def test_growth_starts_is_said_as_long_as_there_is_one_day() -> None:
    Path("in/a.html").write_text(profile("anna", 10, MORNING).replace("7110", "7"), "utf-8")
    assert GROWTH in run().stdout
    Path("in/b.html").write_text(profile("anna", 11, NOON).replace("7111", "7"), "utf-8")
    assert GROWTH in run().stdout, "it is the same day"
    Path("in/c.html").write_text(profile("anna", 12, MORNING - 86_400).replace("7112", "7"))
    assert GROWTH not in run().stdout
