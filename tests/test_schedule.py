"""The lines for a computer's own scheduler, read back by what will read them."""

from __future__ import annotations

import plistlib
import re
import subprocess
from pathlib import Path

import pytest

from sheetsync.schedule import SCHEDULES, Morning

ODD = "it's 100% “mine” $HOME"


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    folder = tmp_path / ODD
    folder.mkdir()
    command = folder / "sheet sync"
    command.write_text('#!/bin/sh\npwd\nfor word in "$@"; do echo "<$word>"; done\necho oh >&2\n')
    command.chmod(0o755)
    words = [str(command), "sync", "--to", str(folder / "team.xlsx")]
    return Morning(words, str(folder), str(folder / "sheetsync.log"), 17)


def test_the_line_of_cron_runs_as_it_stands(morning: Morning) -> None:
    line = SCHEDULES["cron"](morning)[-1]
    minute, hour, rest = line.split(" ", 2)
    assert (minute, hour, rest[:6]) == ("17", "7", "* * * ")
    assert not re.search(r"(?<!\\)%", line), "a bare % ends a crontab's line"
    subprocess.run(["/bin/sh", "-c", rest[6:].replace(r"\%", "%")], check=True, cwd="/")
    said = Path(morning.log).read_text().splitlines()
    assert said == [morning.folder, "<sync>", "<--to>", f"<{morning.folder}/team.xlsx>", "oh"]


def test_the_units_of_systemd_hold_every_word(morning: Morning) -> None:
    lines = SCHEDULES["systemd"](morning)
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', start.removeprefix("ExecStart="))
    plain = [(quoted or bare).replace("%%", "%").replace("$$", "$") for quoted, bare in words]
    assert plain == list(morning.command)
    assert "OnCalendar=*-*-* 07:17:00" in lines
    assert "Persistent=true" in lines
    assert f"WorkingDirectory={morning.folder.replace('%', '%%')}" in lines


def test_the_list_of_launchd_is_one(morning: Morning) -> None:
    lines = SCHEDULES["launchd"](morning)
    text = "\n".join(lines[2:-2])
    job = plistlib.loads(text.encode())
    assert job["ProgramArguments"] == list(morning.command)
    assert job["WorkingDirectory"] == morning.folder
    assert job["StartCalendarInterval"] == {"Hour": 7, "Minute": 17}


def test_the_lines_for_windows_quote_for_both_shells() -> None:
    program = r"C:\Users\An O'Neil\.venv\Scripts\sheetsync.exe"
    folder = r"C:\Users\An O'Neil"
    words = [program, "sync", "--to", rf"{folder}\team.xlsx"]
    lines = SCHEDULES["windows"](Morning(words, folder, rf"{folder}\sheetsync.log", 17))
    text = "\n".join(lines)
    double = program.replace("'", "''")
    assert f'"{double}" sync --to "' in text
    assert "-StartWhenAvailable" in text
    assert "-Daily -At 07:17" in text
    quoted = re.findall(r"'((?:[^']|'')*)'", text)
    assert folder in [one.replace("''", "'") for one in quoted]
