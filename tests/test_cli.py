"""What a person types, and what the terminal answers: text, streams and exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from sheetsync.model import Outcome
from tests.workbooks import rows

PAGES = Path(__file__).parent / "platforms" / "tiktok"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SHEETSYNC_")]:
        monkeypatch.delenv(name)


def run(*words: str | Path, **env: str) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def save(case: str, to: Path) -> Path:
    """A small page of our own, as a file that somebody saved."""
    page = next((PAGES / case).glob("page.*"))
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(page.read_bytes())
    return to


def test_sync_takes_what_is_new_in_a_folder_and_says_what_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "Downloads"
    save("universal", folder / "anna.html")
    save("browser-check", folder / "wall.html")
    (folder / "notes.txt").write_text("hello")
    (folder / "holiday.html").write_text("<html><body>my holiday</body></html>")
    result = run("sync", "--saved", folder)
    assert result.exit_code == 0
    assert "@anna.bakt  23,391 followers · 2,680,875,280 likes · 353 posts" in result.stdout
    assert "wall.html  no numbers  TikTok sent a browser check instead of the page" in result.stdout
    assert "2 other files passed over." in result.stdout
    assert "dashboard.xlsx written: 1 profile added, 1 day of history added." in result.stdout


def test_a_second_run_on_the_same_pages_changes_nothing(tmp_path: Path) -> None:
    page = save("universal", tmp_path / "anna.html")
    run("sync", "--saved", page)
    before = (tmp_path / "dashboard.xlsx").read_bytes()
    result = run("sync", "--saved", page)
    assert "dashboard.xlsx: nothing to change." in result.stdout
    assert (tmp_path / "dashboard.xlsx").read_bytes() == before


def test_dry_run_prints_the_cells_and_writes_nothing(tmp_path: Path) -> None:
    result = run("sync", "-n", "--saved", save("universal", tmp_path / "anna.html"))
    assert "followers (empty) → 23,391" in result.stdout
    assert "would be written (dry run)" in result.stdout
    assert not (tmp_path / "dashboard.xlsx").exists()


def test_json_is_data_only(tmp_path: Path) -> None:
    result = run("sync", "--json", "--saved", save("universal", tmp_path / "anna.html"))
    shape = json.loads(result.stdout)
    assert shape["written"] is True
    assert shape["profiles"][0]["fields"]["followers"] == {"value": 23391, "step": 1}
    assert shape["profiles"][0]["file"] == "anna.html"
    assert shape["rows"]["profiles"] == {"added": 1, "changed": 0, "kept": 0}


def test_quiet_is_quiet(tmp_path: Path) -> None:
    result = run("sync", "-q", "--saved", save("universal", tmp_path / "anna.html"))
    assert result.output == ""


def test_an_empty_dashboard_has_nothing_to_read_and_says_how_to_begin() -> None:
    result = run("sync")
    assert result.exit_code == 2
    assert "lists no profile and no post yet" in result.stderr
    assert "hint: add one" in result.stderr


def test_a_list_of_nothing_but_strange_addresses_is_told_what_is_wrong_with_each(
    tmp_path: Path,
) -> None:
    run("init", "--to", "dashboard.xlsx")
    book = openpyxl.load_workbook("dashboard.xlsx")
    book["Profiles"]["A3"] = "hello world"
    book.save("dashboard.xlsx")
    result = run("sync")
    assert "1 address in Profiles is not understood: A3" in result.stdout
    (row,) = rows(tmp_path / "dashboard.xlsx", "Profiles")
    assert row["Why"] == "sheetsync does not know this address."


def test_a_page_named_on_the_command_line_that_gives_nothing_is_exit_1(tmp_path: Path) -> None:
    wall = save("browser-check", tmp_path / "wall.html")
    assert run("sync", "--saved", wall).exit_code == 1


def test_a_profile_that_could_be_read_before_and_now_not_is_exit_1(tmp_path: Path) -> None:
    save("universal", tmp_path / "monday" / "anna.html")
    save("private", tmp_path / "tuesday" / "anna.html")
    assert run("sync", "--saved", tmp_path / "monday").exit_code == 0
    assert run("sync", "--saved", tmp_path / "tuesday").exit_code == 1
    (row,) = rows("dashboard.xlsx", "Profiles")
    assert row["Followers"] == 23_391, "the last good value stays"


def test_strict_makes_any_refusal_exit_1(tmp_path: Path) -> None:
    save("browser-check", tmp_path / "in" / "wall.html")
    assert run("sync", "--saved", tmp_path / "in").exit_code == 0
    assert run("sync", "--strict", "--saved", tmp_path / "in").exit_code == 1


def test_files_of_one_time_make_no_history_until_a_person_says_when(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        page = save("embed", tmp_path / "in" / f"{name}.json")
        os.utime(page, (1_790_000_000, 1_790_000_000))
    result = run("sync", "--saved", tmp_path / "in")
    assert "--captured" in result.stderr
    assert rows("dashboard.xlsx", "History") == []
    assert rows("dashboard.xlsx", "Profiles")[0]["Followers"] == 1_800_000
    run("sync", "--saved", tmp_path / "in", "--captured", "2026-09-22")
    (day,) = rows("dashboard.xlsx", "History")
    assert str(day["Day"]).startswith("2026-09-22")


@pytest.mark.parametrize(
    ("zone", "said", "day"),
    [
        ("UTC", "2026-09-22", "2026-09-22"),
        ("Pacific/Kiritimati", "2026-09-22", "2026-09-22"),
        ("America/New_York", "20260922", "2026-09-22"),
        ("Europe/Brussels", "2026-09-22T23:30", "2026-09-22"),
        ("Europe/Brussels", "2026-09-22T23:30+00:00", "2026-09-23"),
    ],
)
def test_captured_is_a_day_of_the_dashboards_own_zone(
    tmp_path: Path, zone: str, said: str, day: str
) -> None:
    run("sync", "bluesky:nobody.example", HTTPS_PROXY="http://127.0.0.1:9")
    book = openpyxl.load_workbook("dashboard.xlsx")
    (cell,) = [
        row[1] for row in book["How to read this"].iter_rows() if row[0].value == "Time zone"
    ]
    cell.value = zone
    book.save("dashboard.xlsx")
    run("sync", "--saved", save("embed", tmp_path / "a.json"), "--captured", said)
    (row,) = rows("dashboard.xlsx", "History")
    assert str(row["Day"]).startswith(day)


@pytest.mark.parametrize("said", ["9999-12-31", "2027-06-01", "1900-01-01"])
def test_captured_has_to_be_a_day_that_can_be(tmp_path: Path, said: str) -> None:
    result = run("sync", "--saved", save("embed", tmp_path / "a.json"), "--captured", said)
    assert result.exit_code == 2
    assert "is not a day" in result.stderr


def test_a_console_without_the_sign_for_about_still_gets_its_report(tmp_path: Path) -> None:
    page = save("sigi", tmp_path / "a.html")
    words = [sys.executable, "-m", "sheetsync", "sync", "--saved", str(page)]
    env = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(words, capture_output=True, env=env, check=True, timeout=60)
    assert b"? 23,400 followers" in done.stdout


def test_a_file_named_on_the_command_line_is_never_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<html><body>my holiday</body></html>")
    result = run("sync", "--saved", "x.html")
    assert result.exit_code == 1
    assert "x.html  no numbers  not a page of any platform" in result.stdout


def test_nothing_that_a_page_says_commands_the_terminal(tmp_path: Path) -> None:
    page = save("name-with-terminal-codes", tmp_path / "a\nb.html")
    for result in (run("show", page), run("sync", "--saved", page), run("show", page, "--json")):
        assert "\x1b" not in result.output
        assert "Anna" in result.output or "@anna.bakt" in result.output


def test_show_prints_one_record(tmp_path: Path) -> None:
    result = run("show", save("universal", tmp_path / "anna.html"))
    assert result.exit_code == 0
    assert "TikTok profile @anna.bakt" in result.stdout
    assert "followers   23,391" in result.stdout
    assert not (tmp_path / "dashboard.xlsx").exists()


def test_show_json_is_the_stable_shape(tmp_path: Path) -> None:
    shape = json.loads(run("show", "--json", save("universal", tmp_path / "anna.html")).stdout)
    want = json.loads((PAGES / "universal" / "record.json").read_text("utf-8"))
    assert shape == want


def test_show_says_why_there_is_no_number_and_exits_1(tmp_path: Path) -> None:
    result = run("show", save("security-check", tmp_path / "wall.html"))
    assert result.exit_code == 1
    assert "no numbers (challenge): TikTok sent a picture puzzle" in result.stdout


def test_show_on_a_page_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<html><body>my holiday</body></html>")
    result = run("show", "x.html", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["outcome"] == Outcome.NOT_A_PROFILE


def test_fixture_writes_a_test_that_is_ready(tmp_path: Path) -> None:
    run("show", save("universal", tmp_path / "anna.html"), "--fixture", tmp_path / "case")
    assert sorted(p.name for p in (tmp_path / "case").iterdir()) == ["page.html", "record.json"]


def test_a_platform_file_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        """
name = "Mine"
checked = "2026-11"
hosts = ["mine.example"]
[profile]
address = ['mine\\.example/(?P<handle>\\w+)']
url = "https://mine.example/{handle}"
[profile.fields]
handle = "who"
followers = "fans"
[[layouts]]
name = "only"
kind = "profile"
script = "MINE"
when = "who"
required = ["followers"]
"""
    )
    page = tmp_path / "page.html"
    page.write_text('<html><script id="MINE">{"who": "anna", "fans": 12}</script></html>')
    shape = json.loads(run("show", page, "--platform", "mine.toml", "--json").stdout)
    assert (shape["platform"], shape["outcome"]) == ("mine", "ok")


def test_platforms_lists_doors_and_one_platform_tells_all() -> None:
    assert "TikTok" in run("platforms").stdout
    told = run("platforms", "tiktok").stdout
    assert "browser check" in told
    assert "saved page: open" in told
    assert json.loads(run("platforms", "tiktok", "--json").stdout)["platform"] == "tiktok"


WRONG: list[tuple[list[str], int, str]] = [
    (["sync", "https://evil.example/@x"], 2, "is not the address"),
    (["sync", "--saved", "nowhere"], 2, "nowhere"),
    (["sync", "--captured", "soon"], 2, "is no date"),
    (["sync", "--to", "dashboard.ods"], 2, "no destination"),
    (["sync", "--to", "missing-folder/dashboard.xlsx"], 3, "missing-folder"),
    (["show", "nowhere.html"], 2, "no such file"),
    (["show", "x", "--platform", "nowhere.toml"], 2, "nowhere.toml"),
    (["platforms", "myspace"], 2, "is no platform"),
    (["nonsense"], 2, "No such command"),
]


@pytest.mark.parametrize(("words", "status", "says"), WRONG)
def test_what_is_wrong_is_said_with_the_next_step(words: list[str], status: int, says: str) -> None:
    result = run(*words)
    assert result.exit_code == status
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert status != 2 or "hint:" in result.stderr or "--help" in result.stderr
    assert result.stdout == ""


def test_every_option_is_also_an_environment_variable(tmp_path: Path) -> None:
    page = save("universal", tmp_path / "anna.html")
    run("sync", SHEETSYNC_TO="team.xlsx", SHEETSYNC_SAVED=str(page))
    assert (tmp_path / "team.xlsx").exists()


def commands() -> list[tuple[str, Any]]:
    return sorted(main.commands.items())


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda x: x if x is str else "")
def test_every_command_has_help_with_an_example_and_a_line_in_readme(
    name: str, command: Any
) -> None:
    told = run(name, "--help").stdout
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert "Examples:" in told or name == "demo"
    assert f"sheetsync {name}" in readme


def test_the_shell_command_and_the_module_are_the_same() -> None:
    """Run as a person does, in a process of its own."""
    words = [sys.executable, "-m", "sheetsync", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("sheetsync, version ")


@pytest.mark.parametrize(("words", "status", "says"), WRONG)
def test_with_json_an_error_is_an_object_too(words: list[str], status: int, says: str) -> None:
    if words[0] == "nonsense":
        words = ["sync", "--nonsense"]
        says = "No such option"
    result = run(*words, "--json")
    assert result.exit_code == status
    assert says in result.stderr, "the sentence stays"
    error = json.loads(result.stdout)["error"]
    assert says in error["message"]
    assert error["exit_status"] == status
    assert error["hint"]


def test_with_json_a_plan_that_is_unsafe_is_an_object_too(tmp_path: Path) -> None:
    for n in range(30):
        page = save("universal", tmp_path / "in" / f"{n}.html")
        page.write_text(page.read_text("utf-8").replace("anna.bakt", f"anna{n}"), "utf-8")
    run("sync", "--saved", tmp_path / "in")
    book = openpyxl.load_workbook("dashboard.xlsx")
    for row in range(2, 32):  # a person pastes other addresses over all of them
        book["Profiles"].cell(row, 1).value = f"https://www.tiktok.com/@other{row}"
    book.save("dashboard.xlsx")
    (tmp_path / "none").mkdir()
    before = Path("dashboard.xlsx").read_bytes()
    for words in (["-n"], []):
        result = run("sync", "--json", *words, "--saved", tmp_path / "none")
        assert result.exit_code == 4
        assert "would empty" in result.stderr
        shape = json.loads(result.stdout)
        assert "--allow-loss" in shape["error"]["hint"]
        assert bool(words) == any("23,391 → (empty)" in line for line in shape.get("changes", []))
    told = run("sync", "-n", "--saved", tmp_path / "none")
    assert told.exit_code == 4
    assert "followers 23,391 → (empty)" in told.stdout, "the hint says: look at the cells"
    assert Path("dashboard.xlsx").read_bytes() == before
    assert run("sync", "--allow-loss", "--saved", tmp_path / "none").exit_code == 0


def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    page = save("universal", tmp_path / "pages" / "anna.html")
    run("sync", "-n", "--saved", page)
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_a_second_dry_run_shows_the_cells_that_change(tmp_path: Path) -> None:
    page = save("universal", tmp_path / "anna.html")
    run("sync", "--saved", page)
    text = page.read_text("utf-8").replace('"23391"', '"23402"')
    page.write_text(text, "utf-8")
    before = (tmp_path / "dashboard.xlsx").read_bytes()
    result = run("sync", "-n", "--saved", page, "--captured", "2026-11-20")
    lines = result.stdout.splitlines()
    assert any(
        line.startswith("Profiles!") and "followers 23,391 → 23,402" in line for line in lines
    ), lines
    assert "1 profile changed" in result.stdout
    shape = json.loads(run("sync", "-n", "--json", "--saved", page).stdout)
    assert any("23,391 → 23,402" in line for line in shape["changes"])
    assert shape["rows"]["profiles"] == {"added": 0, "changed": 1, "kept": 0}
    assert shape["written"] is False
    assert (tmp_path / "dashboard.xlsx").read_bytes() == before


def test_what_the_computer_refuses_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    page = save("universal", tmp_path / "anna.html")
    result = run("show", page, "--fixture", "file/below")
    assert result.exit_code == 1
    assert "error: " in result.stderr
    assert "file" in result.stderr
