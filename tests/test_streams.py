"""stdout and stderr that are closed, full or poor in letters: no traceback, nothing half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbooks import rows

PAGES = Path(__file__).parent / "platforms" / "tiktok"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")


def shell(line: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``sheetsync`` is the command."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SHEETSYNC_")}
    begin = f'set -o pipefail; sheetsync() {{ "{sys.executable}" -m sheetsync "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", begin + line],
        cwd=folder,
        env={**kept, **more},
        capture_output=True,
        encoding=more.get("PYTHONIOENCODING", "utf-8"),
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for case in ("universal", "sigi"):
        source = next((PAGES / case).glob("page.*"))
        (tmp_path / f"{case}.html").write_bytes(source.read_bytes())
    return tmp_path


SYNC = "sheetsync sync --saved universal.html --saved sigi.html"


@pytest.mark.parametrize(
    "line",
    [
        f"{SYNC} | true",
        f"{SYNC} --json | head -c 1",
        f"{SYNC} 2>&1 | true",
        f"{SYNC} >&-",
        f"{SYNC} 2>&-",
        f"{SYNC} >&- 2>&-",
        f"{SYNC} 2>/dev/full",
    ],
)
def test_a_reader_that_has_gone_changes_nothing_of_the_run(folder: Path, line: str) -> None:
    done = shell(line, folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr in ("", done.stderr.replace("Traceback", "").replace("Exception", ""))
    assert len(rows(folder / "dashboard.xlsx", "Profiles")) == 1


@pytest.mark.parametrize("more", ["", " --json"])
def test_a_full_disk_for_the_report_is_a_sentence_and_no_success(folder: Path, more: str) -> None:
    done = shell(f"{SYNC}{more} >/dev/full", folder)
    assert done.returncode == 1
    assert "error: The report could not be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert len(rows(folder / "dashboard.xlsx", "Profiles")) == 1, "the dashboard came first"


@pytest.mark.parametrize("line", ["sheetsync --help", "sheetsync sync --help", "sheetsync demo"])
def test_help_to_a_full_disk_or_to_nobody_is_no_traceback(folder: Path, line: str) -> None:
    for end in (">/dev/full", "| true"):
        done = shell(f"{line} {end}", folder)
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr


def test_a_locale_without_letters_gets_words_and_json_without_a_loss(folder: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell(f"{SYNC} -n", folder, **plain)
    assert done.returncode == 0, done.stderr
    assert "anna.bakt" in done.stdout
    plain["PYTHONIOENCODING"] = "cp1252"
    assert "? 23,400" in shell("sheetsync show sigi.html", folder, **plain).stdout
    told = shell("sheetsync show sigi.html --json", folder, **plain).stdout
    assert told.isascii()
    assert json.loads(told) == json.loads(shell("sheetsync show sigi.html --json", folder).stdout)


def test_no_color_and_no_terminal_give_no_codes(folder: Path) -> None:
    done = shell(f"{SYNC} -n", folder, NO_COLOR="1", FORCE_COLOR="1", COLUMNS="40")
    assert "\x1b" not in done.stdout + done.stderr
