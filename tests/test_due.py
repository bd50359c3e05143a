"""What waits for a saved page: who needs a person, how old the numbers are, in which order."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from sheetsync.cli import main
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.due import Due, age, due_list, due_page
from sheetsync.model import Count, Outcome, Profile, Record
from sheetsync.platform import find_watched
from sheetsync.platform_file import builtin
from sheetsync.sync import Read, sync
from tests.commands.terminal import on_a_terminal
from tests.runner import ROOT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reading(address: str, days: float, outcome: Outcome = Outcome.OK) -> Read:
    target = find_watched(address, builtin())
    assert isinstance(target, Profile)
    record = Record(
        target.platform,
        "profile",
        outcome,
        handle=target.handle,
        url=target.url,
        captured_at=NOW - timedelta(days=days),
        captured_by="content",
        fields={"followers": Count(10), "handle": target.handle} if outcome.has_numbers else {},
    )
    return Read("page.html", record)


def listed(to: Path, *reads: Read, older: float = 1, group: str = "", also: str = "") -> list[str]:
    watched = [found] if also and (found := find_watched(also, builtin())) else []
    with open_destination(str(to)) as destination:
        sync(destination, reads, platforms=builtin(), now=NOW, watched=watched)
        state = destination.read(DASHBOARD)
    found_due = due_list(state, builtin(), NOW, older=older, group=group)
    return [due.target.handle for due in found_due]


def test_what_was_never_read_comes_first_then_the_longest_unread(tmp_path: Path) -> None:
    found = listed(
        tmp_path / "d.xlsx",
        reading("@young", 2),
        reading("@old", 30),
        also="https://www.tiktok.com/@never",
    )
    assert found == ["never", "old", "young"]


def test_what_was_read_today_does_not_wait(tmp_path: Path) -> None:
    assert listed(tmp_path / "d.xlsx", reading("@today", 0.2)) == []
    assert listed(tmp_path / "d.xlsx", older=0.1) == ["today"]


def test_what_a_program_may_read_does_not_wait_unless_it_was_turned_away(tmp_path: Path) -> None:
    assert listed(tmp_path / "a.xlsx", reading("github:octocat", 9)) == []
    refused = reading("youtube:kiwi", 2, Outcome.CONSENT_WALL)
    assert listed(tmp_path / "b.xlsx", reading("youtube:kiwi", 9), refused) == ["kiwi"]


def test_a_day_is_counted_in_words() -> None:
    target = Profile("tiktok", "a", "https://www.tiktok.com/@a")
    at = [None, NOW, NOW - timedelta(days=1), NOW - timedelta(days=5)]
    words = [age(Due(target, "TikTok", moment), NOW) for moment in at]
    assert words == ["never read", "read today", "read 1 day ago", "read 5 days ago"]


@pytest.mark.parametrize("command", ["sheetsync sync --saved ~/Downloads --to a.xlsx"])
def test_the_page_has_links_the_saver_and_the_command_and_no_script(command: str) -> None:
    due = Due(Profile("tiktok", "a.b", "https://www.tiktok.com/@a.b?x=<y>"), "TikTok", None)
    page = due_page([due], NOW, "javascript:void('\"<saver>')", command)
    assert 'href="https://www.tiktok.com/@a.b?x=&lt;y&gt;"' in page
    assert "javascript:void(&#x27;&quot;&lt;saver&gt;&#x27;)" in page
    assert command in page
    assert "<script" not in page
    assert "1 page" in page


def test_a_name_that_looks_like_a_place_of_the_page_is_a_name() -> None:
    who = Profile("mastodon", "SAVER@chaos.social", "https://chaos.social/@SAVER")
    page = due_page([Due(who, "Mastodon", None)], NOW, "javascript:void(0)", "sheetsync sync")
    assert ">@SAVER@chaos.social</a>" in page
    assert page.count("javascript:") == 1


def due(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["due", *words])
    return result.exit_code, result.stdout, result.stderr


def in_group(to: Path, group: str) -> None:
    book = openpyxl.load_workbook(to)
    headers = {cell.value: cell.column for cell in book["Profiles"][1]}
    book["Profiles"].cell(2, headers["Group"]).value = group  # type: ignore
    book.save(to)


def test_a_group_is_named_whole_in_letters_of_any_size(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    listed(to, reading("@old", 30))
    in_group(to, "Key clients")
    assert "@old" in due("--to", str(to), "--group", "key CLIENTS")[1]
    status, said, wrong = due("--to", str(to), "--group", "clients")
    assert (status, said) == (2, "")
    assert "The groups there are: Key clients" in wrong


def test_a_dashboard_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    status, said, wrong = due("--to", str(tmp_path / "nowhere.xlsx"))
    assert (status, said) == (2, "")
    assert "there is no dashboard there" in wrong


def test_who_only_reads_leaves_no_trace(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    listed(to, reading("@old", 30))
    for file in tmp_path.glob(".*"):
        file.unlink()
    assert due("--to", str(to))[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["d.xlsx"]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop whose browser writes down what it opened, and a temporary folder of its own."""
    for name in ("temp", "bin"):
        (tmp_path / name).mkdir()
    browser = tmp_path / "bin" / "xdg-open"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    return tmp_path


def process(*words: str) -> str:
    """What it says on stderr; nobody is there to press a key."""
    done = subprocess.run(
        [sys.executable, "-m", "sheetsync", "due", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a desktop of Linux")
def test_the_page_opens_and_the_next_call_deletes_it(opened: Path) -> None:
    to = opened / "d.xlsx"
    listed(to, reading("@old", 30))
    said = process("--to", str(to), "--open")
    assert "it opens in your browser" in said and "the next “sheetsync due” deletes it" in said
    (page,) = (opened / "temp").glob("*/due.html")
    assert "@old" in page.read_text("utf-8")
    process("--to", str(to))
    assert list((opened / "temp").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a desktop of Linux")
@pytest.mark.parametrize("lacks", ["screen", "xdg-open"])
def test_without_a_browser_it_says_so(
    opened: Path, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = opened / "d.xlsx"
    listed(to, reading("@old", 30))
    if lacks == "screen":
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
            monkeypatch.delenv(name, raising=False)
    else:
        (opened / "bin" / "xdg-open").unlink()
    said = process("--to", str(to), "--open")
    assert "no browser opens from here: open that file in yours" in said


def test_on_a_terminal_the_page_goes_when_the_person_is_done(tmp_path: Path) -> None:
    to, temp = tmp_path / "d.xlsx", tmp_path / "temp"
    temp.mkdir()
    listed(to, reading("@old", 30))
    env = {"TMPDIR": str(temp), "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}
    said = on_a_terminal(tmp_path, "\n", "due", "--to", str(to), "--open", **env)
    assert "Press Enter when you are done with it" in said
    assert list(temp.iterdir()) == []
