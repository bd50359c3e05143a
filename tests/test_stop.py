"""Ctrl-C, SIGTERM and SIGHUP at every stage: nothing is lost, nothing is half, and it is said.

A process of its own each time, against sites on loopback.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.test_web_sync import SKY, asked, command, run, sky, sky_path
from tests.workbooks import rows
from tests.world import World, silence

NAMES = ["a.bsky.social", "b.bsky.social"]
WORDS = [f"bluesky:{name}" for name in NAMES]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def world() -> Iterator[World]:
    """The first profile answers, the second is silent."""
    with World() as world:
        world.serve(SKY, sky_path(NAMES[0]), sky(NAMES[0]))
        world.serve(SKY, sky_path(NAMES[1]), silence)
        yield world


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def start(world: World, folder: Path, *words: str) -> subprocess.Popen[str]:
    line, settings = command(world, folder, *words)
    return subprocess.Popen(line, **settings)


def stopped(
    world: World, folder: Path, *words: str, by: signal.Signals = signal.SIGINT
) -> tuple[int, str, str]:
    """What is left of a run that is stopped while the second profile is waited for."""
    process = start(world, folder, "sync", *words, *WORDS)
    wait_until(lambda: sky_path(NAMES[1]) in asked(world, SKY))
    process.send_signal(by)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_was_read_is_written_whoever_stops_it(
    world: World, tmp_path: Path, by: signal.Signals
) -> None:
    status, out, err = stopped(world, tmp_path, by=by)
    assert status == 1
    who = "by you" if by == signal.SIGINT else f"from outside ({by.name})"
    assert f"note: stopped {who}: what was read is written" in err
    assert "not reached  the run was stopped before it was read" in out
    found = {r["Handle"]: r["Followers"] for r in rows(tmp_path / "dashboard.xlsx", "Profiles")}
    assert found == {NAMES[0]: 5, NAMES[1]: None}


def test_a_dry_run_that_is_stopped_does_not_say_that_it_wrote(world: World, tmp_path: Path) -> None:
    status, out, err = stopped(world, tmp_path, "-n")
    assert "stopped by you: a dry run writes nothing." in err
    assert "is written" not in out + err
    assert list(tmp_path.iterdir()) == []
    assert status == 1


def test_json_says_that_the_run_was_stopped(world: World, tmp_path: Path) -> None:
    _, out, err = stopped(world, tmp_path, "--json", by=signal.SIGTERM)
    shape = json.loads(out)
    assert shape["stopped"] == "stopped from outside (SIGTERM)"
    assert shape["written"] is True
    assert "stopped from outside" in err


def test_quiet_says_it_too(world: World, tmp_path: Path) -> None:
    _, out, err = stopped(world, tmp_path, "-q")
    assert out == ""
    assert "stopped by you" in err


def test_again_and_again_loses_nothing(world: World, tmp_path: Path) -> None:
    """The write waits for another run's lock; whoever is impatient meanwhile is told."""
    run(world, tmp_path, "sync", WORDS[0])
    book = tmp_path / "dashboard.xlsx"
    before = book.read_bytes()
    world.serve(SKY, sky_path(NAMES[0]), sky(NAMES[0], 6))
    process = start(world, tmp_path, "sync", *WORDS)
    wait_until(lambda: sky_path(NAMES[1]) in asked(world, SKY))
    with FileLock(tmp_path / ".dashboard.xlsx.lock"):
        for _ in range(4):
            process.send_signal(signal.SIGINT)
            time.sleep(0.4)
        assert book.read_bytes() == before
    out, err = process.communicate(timeout=40)
    assert rows(book, "Profiles")[0]["Followers"] == 6
    assert "Already stopping; what was read is finished first" in err
    assert "what was read is written" in err
    assert "Aborted" not in err
    assert process.returncode == 1, out


def test_ctrl_c_while_it_writes_finishes_the_writing_and_says_so(
    world: World, tmp_path: Path
) -> None:
    run(world, tmp_path, "sync", WORDS[0])
    world.serve(SKY, sky_path(NAMES[0]), sky(NAMES[0], 6))
    process = start(world, tmp_path, "sync", WORDS[0])
    wait_until(lambda: asked(world, SKY).count(sky_path(NAMES[0])) == 2)
    with FileLock(tmp_path / ".dashboard.xlsx.lock"):
        time.sleep(3)  # by now all is read, and the write waits
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    out, err = process.communicate(timeout=40)
    assert "Stopping as soon as dashboard.xlsx is written." in err
    assert "stopped by you while dashboard.xlsx was written: that was finished first." in err
    assert process.returncode == 0, out + err
    assert rows(tmp_path / "dashboard.xlsx", "Profiles")[0]["Followers"] == 6


def catches_signals(process: subprocess.Popen[str]) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(next(x for x in status.splitlines() if x.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
@pytest.mark.parametrize("later", [0.0, 0.1, 0.2, 0.4])
def test_ctrl_c_while_it_starts_is_a_plain_word(tmp_path: Path, later: float) -> None:
    """Also while its libraries are loaded and its options are read."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sheetsync", "sync", "--saved", str(tmp_path), "--watch"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: catches_signals(process))
    time.sleep(later)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) in ((130, ""), (0, ""))
    assert err.strip().endswith("Stopped.") or "stopped by you: what was read" in err
    assert "Traceback" not in err


def test_signals_that_a_parent_ignores_stay_ignored(world: World, tmp_path: Path) -> None:
    """As nohup does: the terminal closes, and the run goes on."""
    world.serve(SKY, sky_path(NAMES[1]), sky(NAMES[1], 7))
    line, settings = command(world, tmp_path, "sync", *WORDS)
    process = subprocess.Popen(["nohup", *line], stdin=subprocess.DEVNULL, **settings)
    wait_until(lambda: sky_path(NAMES[0]) in asked(world, SKY))
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert len(rows(tmp_path / "dashboard.xlsx", "Profiles")) == 2


def test_watching_ends_by_sigterm_as_by_ctrl_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sheetsync", "sync", "--saved", str(tmp_path), "--watch"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr
    assert "Ctrl-C ends" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "stopped from outside (SIGTERM): what was read is in the dashboard." in err


def test_once_all_is_said_a_late_ctrl_c_changes_nothing() -> None:
    late = """
import os, signal
from sheetsync.stop import stop
stop.install()
stop.done()
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    os.kill(os.getpid(), number)
print("all there")
"""
    words = [sys.executable, "-c", late]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "all there\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_with_json_a_stop_before_the_first_request_is_an_object_on_stdout(tmp_path: Path) -> None:
    """Also while sheetsync is still being loaded."""
    code = (
        "import os, signal, sys\n"
        "sys.argv[1:] = ['sync', '--json']\n"
        "from sheetsync.stop import stop\n"
        "stop.install()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["exit_status"] == 130
