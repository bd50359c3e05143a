"""A morning's work with saved pages: who was due, what arrived, and what the terminal says."""

from __future__ import annotations

import os
import plistlib
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from tests.test_typed import type_in
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
    assert "Read (10)" in said, "the page that was saved twice is one page"
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
    assert "10 pages were in the dashboard already." in again
    assert "nothing to change" in again


def test_due_as_a_page_of_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def launch(url: str) -> int:
        opened.append(url)
        return 0

    monkeypatch.setattr("click.launch", launch)
    monkeypatch.setenv("BROWSER", "one")
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


def test_a_file_is_deleted_for_its_own_numbers_only(tmp_path: Path) -> None:
    """Not for those that somebody typed, though its name is theirs in the report: "typed"."""
    run("sync", "--saved", str(_written(tmp_path / "a.html", profile("anna", 10))))
    type_in(
        Path("dashboard.xlsx"),
        "Profiles",
        {"typed followers": 12, "typed on": date(2026, 11, 20)},
    )
    mine = _written(tmp_path / "in" / "typed", "<html><p>my own notes</p></html>")
    said = run("sync", "--saved", str(mine.parent), "--delete-saved")
    assert mine.exists(), said.output


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
    path.parent.mkdir(exist_ok=True)
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
    assert "stopped by you" in err.lower()
    assert {r["Handle"]: r["Followers"] for r in rows("dashboard.xlsx", "Profiles")} == {
        "anna": 10,
        "piet": 11,
    }


def _handles() -> set[str]:
    if not Path("dashboard.xlsx").exists():
        return set()
    return {row["Handle"] for row in rows("dashboard.xlsx", "Profiles")}


# What a browser's own ways of saving leave out


def single_file(address: str, page: str) -> str:
    """As Chrome writes it: without a single script."""
    bare = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    head = (
        f"From: <Saved by Blink>\nSnapshot-Content-Location: {address}\nSubject: x\n"
        "Date: Sat, 21 Nov 2026 10:00:00 -0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----x"\n\n\n------x\n'
        f"Content-Type: text/html\nContent-Location: {address}\n\n"
    )
    return f"{head}{bare}\n\n------x--\n"


def test_single_file_is_read_rounded_and_the_terminal_says_why_and_what_to_do() -> None:
    page = (PAGES / "rendered-2026" / "page.html").read_text("utf-8")
    _written(Path("in/a.mhtml"), single_file("https://www.tiktok.com/@anna.bakt", page))
    bare = (PAGES / "universal" / "page.html").read_text("utf-8")
    _written(Path("in/b.mht"), single_file("https://www.tiktok.com/@piet.vist", bare))
    said = run("sync", "--saved", "in")
    assert "≈" in said.stdout
    assert "2 pages were saved as “Single File” (MHTML), which leaves out" in said.stderr
    assert "Webpage, Complete" in said.stderr and "sheetsync due --open" in said.stderr
    _written(Path("whole/c.html"), profile("mara", 1_000))
    assert "Single File" not in run("sync", "--saved", "whole").stderr


@pytest.mark.parametrize("way", ["complete", "webarchive", "singlefile"])
def test_ways_of_saving_that_keep_scripts_give_the_exact_numbers(way: str) -> None:
    page, address = profile("anna", 23_391), "https://www.tiktok.com/@anna"
    folder = Path("in")
    folder.mkdir()
    if way == "webarchive":
        main = {"WebResourceData": page.encode(), "WebResourceURL": address}
        main |= {"WebResourceTextEncodingName": "UTF-8", "WebResourceMIMEType": "text/html"}
        (folder / "a.webarchive").write_bytes(
            plistlib.dumps({"WebMainResource": main}, fmt=plistlib.FMT_BINARY)
        )
    else:
        comment = {
            "complete": f"<!-- saved from url=({len(address):04}){address} -->\n",
            "singlefile": f"<!--\n Page saved with SingleFile \n url: {address} \n saved date: "
            "Sat Nov 21 2026 05:31:12 GMT+0000 (Coordinated Universal Time)\n-->",
        }[way]
        text = re.sub(r"<html[^>]*>", lambda tag: tag[0] + comment, page, count=1)
        _written(folder / "a.html", text)
        _written(folder / "a_files" / "x.html", profile("frame", 1))
    said = run("sync", "--saved", "in")
    assert "@anna  23,391 followers" in said.stdout
    assert "Read (1)" in said.stdout
    assert "Single File" not in said.stderr
