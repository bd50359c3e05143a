"""A morning's work with saved pages: who was due, what arrived, and what the terminal says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from tests.workbooks import rows

PAGES = Path(__file__).parent / "platforms" / "tiktok"
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, env=NOWHERE)


def profile(handle: str, followers: int, made: int = 1_795_000_000) -> str:
    text = (PAGES / "universal" / "page.html").read_text("utf-8")
    text = text.replace("anna.bakt", handle).replace('"23391"', f'"{followers}"')
    return text.replace("1763788620", str(made)).replace("7100000000000000001", f"71{followers}")


def test_thirty_due_ten_saved_and_the_report_is_true_line_by_line(tmp_path: Path) -> None:
    names = [f"maker{n:02}" for n in range(30)]
    run("sync", *(f"https://www.tiktok.com/@{name}" for name in names))
    due = run("due")
    assert "30 pages wait to be saved" in due.stdout
    folder = tmp_path / "Downloads"
    folder.mkdir()
    for n in range(10):
        (folder / f"{n}.html").write_text(profile(names[n], 1_000 + n, 1_763_788_620 + n), "utf-8")
    (folder / "0 (1).html").write_text((folder / "0.html").read_text("utf-8"), "utf-8")
    other = "<!-- saved from url=(0031)https://www.tiktok.com/@maker11 -->"
    (folder / "wrong.html").write_text(other + profile("somebody", 5), "utf-8")
    wall = (PAGES / "browser-check" / "page.html").read_text("utf-8")
    (folder / "wall.html").write_text(wall, "utf-8")
    for n in range(40):
        (folder / f"note{n}.txt").write_text("hello")
    (folder / "half.html").write_text(profile(names[12], 7)[:900], "utf-8")
    said = run("sync", "--saved", str(folder)).stdout
    for n in range(10):
        assert f"@maker{n:02}  {1_000 + n:,} followers" in said
    assert "Read (11)" in said, "the page that was saved twice is read twice, and counts once"
    assert "wall.html" in said
    assert "TikTok sent a browser check" in said
    assert "@maker11" in said
    assert "holds @somebody’s numbers under another profile’s address" in said
    assert "half.html" in said
    assert "cut off in the middle" in said
    assert "40 other files passed over." in said
    found = {r["Handle"]: r["Followers"] for r in rows("dashboard.xlsx", "Profiles")}
    assert found == {name: 1_000 + n if n < 10 else None for n, name in enumerate(names)}
    assert len(rows("dashboard.xlsx", "History")) == 10
    assert "20 pages wait" in run("due", "--older", "3000").stdout
    again = run("sync", "--saved", str(folder)).stdout
    assert "11 pages were in the dashboard already." in again
    assert "nothing to change" in again


def test_due_as_a_page_of_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    run("sync", "https://www.tiktok.com/@celine_dept")
    run("due", "--open")
    (address,) = opened
    page = Path(address.removeprefix("file://")).read_text("utf-8")
    assert 'href="https://www.tiktok.com/@celine_dept"' in page
    assert 'href="javascript:' in page
    assert "sheetsync sync --saved" in page


def test_delete_saved_deletes_what_was_read_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_text(profile("anna", 10), "utf-8")
    wall = (PAGES / "browser-check" / "page.html").read_text("utf-8")
    (folder / "wall.html").write_text(wall, "utf-8")
    (folder / "note.txt").write_text("mine")
    dry = run("sync", "--saved", str(folder), "--delete-saved", "-n")
    assert dry.exit_code == 0
    assert len(list(folder.iterdir())) == 3, "a dry run deletes nothing"
    done = run("sync", "--saved", str(folder), "--delete-saved")
    assert "1 saved page was deleted" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["note.txt", "wall.html"]


def test_a_page_whose_numbers_found_no_place_is_not_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    run("sync", "--saved", str(_written(tmp_path / "dated.html", profile("nasa", 5))))
    undated = (PAGES / "embed" / "page.html").read_text("utf-8").replace("anna.bakt", "nasa")
    undated = undated.replace("7100000000000000001", "715")
    for name in ("x.html", "y.html", "z.html"):
        os.utime(_written(folder / name, undated), (1_790_000_000, 1_790_000_000))
    said = run("sync", "--saved", str(folder), "--delete-saved")
    assert "not used: the dashboard has numbers with a date" in said.stdout
    assert len(list(folder.iterdir())) == 3


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_watch_syncs_as_files_arrive_until_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    words = [sys.executable, "-m", "sheetsync", "sync", "--saved", str(folder), "--watch"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for n, name in enumerate(("anna", "piet")):
        (folder / f"{name}.html").write_text(profile(name, 10 + n), "utf-8")
        until = time.monotonic() + 30
        while time.monotonic() < until and name not in _handles():
            time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert "Stopped by you" in err
    assert {r["Handle"]: r["Followers"] for r in rows("dashboard.xlsx", "Profiles")} == {
        "anna": 10,
        "piet": 11,
    }


def _handles() -> set[str]:
    if not Path("dashboard.xlsx").exists():
        return set()
    return {row["Handle"] for row in rows("dashboard.xlsx", "Profiles")}
