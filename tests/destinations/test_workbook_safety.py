"""Nothing is lost: refusals that write nothing, kills at any moment, two runs at once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sheetsync.dashboard.tabs import DASHBOARD, PROFILES
from sheetsync.destinations.workbook import WorkbookDestination
from sheetsync.errors import DestinationError
from sheetsync.plan import letters
from tests.destinations.conftest import book, state_of, sync
from tests.plan.sheet import at, profile

#: Where Followers stands.
FANS = letters([column.key for column in PROFILES.columns].index("followers") + 1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dashboard(path: Path) -> Path:
    sync(path, profile("anna", at(20), followers=5351))
    return path


def refused(path: Path, match: str) -> None:
    """The sync is refused in one sentence with a next step, and the folder is as it was."""
    listing = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    with pytest.raises(DestinationError, match=match) as error:
        sync(path, profile("anna", at(21), followers=6000))
    assert error.value.hint
    assert error.value.exit_status == 3
    assert path.name in error.value.message or str(path.parent) in error.value.message
    left = {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}
    assert {n: b for n, b in left.items() if not n.endswith(".lock")} == {
        n: b for n, b in listing.items() if not n.endswith(".lock")
    }


# --- refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["~$dashboard.xlsx", ".~lock.dashboard.xlsx#"])
def test_a_workbook_open_in_another_program_is_refused(dashboard: Path, name: str) -> None:
    dashboard.with_name(name).write_text("mark")
    refused(dashboard, "is open in (Excel|LibreOffice)")


def test_a_workbook_opened_while_we_work_is_refused_too(dashboard: Path) -> None:
    with WorkbookDestination(dashboard) as destination:
        plan = plan_for(destination)
        dashboard.with_name(".~lock.dashboard.xlsx#").write_text("mark")
        before = dashboard.read_bytes()
        with pytest.raises(DestinationError, match="open in LibreOffice"):
            destination.apply(plan)
    assert dashboard.read_bytes() == before


def plan_for(destination: WorkbookDestination) -> object:
    from sheetsync.plan import make_plan  # noqa: PLC0415
    from tests.plan.sheet import NOW, TOK, find  # noqa: PLC0415

    state = destination.read(DASHBOARD)
    records = [profile("anna", at(21), followers=6000)]
    return make_plan(DASHBOARD, state, records, NOW, find=find, platforms=TOK)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"not a workbook",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-30],
        lambda data: data[:300] + bytes(200) + data[500:],
    ],
    ids=["empty", "text", "half", "cut", "holed"],
)
def test_a_damaged_file_is_refused(dashboard: Path, spoil: Callable[[bytes], bytes]) -> None:
    dashboard.write_bytes(spoil(dashboard.read_bytes()))
    refused(dashboard, "is damaged, or no Excel workbook")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
@pytest.mark.parametrize("content", [b"", b"<broken", b"\xff\xfe\x00", b"<a/>"])
def test_a_file_with_a_broken_part_is_refused(dashboard: Path, part: str, content: bytes) -> None:
    with zipfile.ZipFile(dashboard) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(dashboard, "w") as archive:
        for name, data in (parts | {part: content}).items():
            archive.writestr(name, data)
    refused(dashboard, "is damaged, or no Excel workbook")


def test_a_file_cut_anywhere_is_refused_and_left(dashboard: Path) -> None:
    whole = dashboard.read_bytes()
    for length in random.Random(1).sample(range(len(whole)), 15):
        dashboard.write_bytes(whole[:length])
        refused(dashboard, "is damaged")


def test_a_password_is_named_as_the_reason(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    refused(path, "protected with a password")


def test_a_folder_is_no_workbook(path: Path) -> None:
    path.mkdir()
    refused(path, "is a folder")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match=r"no folder .*nowhere"):
        sync(tmp_path / "nowhere" / "dashboard.xlsx")


def test_a_read_only_file_is_refused(dashboard: Path) -> None:
    dashboard.chmod(0o444)
    refused(dashboard, "is read-only")


def test_a_read_only_folder_is_refused() -> None:
    folder = Path(tempfile.mkdtemp())  # where others than root may go
    try:
        folder.chmod(0o555)
        if root := os.geteuid() == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(DestinationError, match=r"is read-only|Permission denied"):
                sync(folder / "dashboard.xlsx")
        finally:
            if root:
                os.seteuid(0)
        assert list(folder.iterdir()) == []
    finally:
        shutil.rmtree(folder)


def test_a_lock_held_by_another_run_is_waited_for_and_then_said(dashboard: Path) -> None:
    with WorkbookDestination(dashboard):
        started = time.monotonic()
        with (
            pytest.raises(DestinationError, match="Another sheetsync run"),
            WorkbookDestination(dashboard, wait=0.2),
        ):
            pass
        assert 0.2 <= time.monotonic() - started < 5


FULL = """
import resource, sys, tempfile
from pathlib import Path
from sheetsync.errors import DestinationError
from tests.destinations.conftest import sync
from tests.plan.sheet import at, profile

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
tempfile.tempdir = sys.argv[3]
try:
    sync(Path(sys.argv[1]), profile("anna", at(21), followers=6000))
except DestinationError as error:
    print(error.message, error.hint)
"""


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    dashboard: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    """Of a file no more than this share of the workbook's size can be written: less than one
    tab, less than some tabs packed into one file, nearly all."""
    team = book(dashboard)
    for number in range(6):
        noise = random.Random(number).randbytes(15_000).hex()
        team.create_sheet(f"Noise {number}")["A1"] = noise
    team.save(dashboard)
    before = dashboard.read_bytes()
    scratch = tmp_path_factory.mktemp("scratch")
    words = [str(dashboard), str(int(len(before) * share)), str(scratch)]
    child = [sys.executable, "-X", "dev", "-W", "ignore", "-c", FULL, *words]
    done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith(f"{dashboard.name} cannot be written: File too large. See to")
    assert dashboard.read_bytes() == before
    assert {p.name for p in dashboard.parent.iterdir()} == {dashboard.name, ".dashboard.xlsx.lock"}
    assert list(scratch.iterdir()) == []


def test_a_copy_that_the_disk_has_no_room_for_leaves_nothing(
    dashboard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = book(dashboard)
    team["Profiles"].merge_cells("BC1:BD1")
    team.save(dashboard)

    def half(source: Path, copy: Path) -> None:
        copy.write_bytes(source.read_bytes()[:99])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", half)
    refused(dashboard, "No space left")


# --- kills ----------------------------------------------------------------------------------

CHILD = """
import os, signal, sys
from pathlib import Path
import sheetsync.destinations.workbook as workbook
from tests.destinations.conftest import sync
from tests.plan.sheet import at, profile

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def before(module, name):
    setattr(module, name, die)

def after(module, name):
    whole = getattr(module, name)
    setattr(module, name, lambda *given: (whole(*given), die()))

point = sys.argv[2]
if point == "rows":
    import sheetsync.destinations.workbook_write as writer
    before(writer._Writer, "_properties")
elif point != "none":
    when, name = point.split()
    owner = os if name in ("replace", "fsync") else workbook
    {"before": before, "after": after}[when](owner, name)
print("ready", flush=True)
sync(Path(sys.argv[1]), *(profile("anna", at(21), followers=6000) for _ in range(1)),
     *(profile(f"u{n}", at(21), followers=n) for n in range(300)))
"""


def child(path: Path, point: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), point], cwd=ROOT, stdout=subprocess.PIPE
    )


def is_whole(path: Path, before: bytes) -> str:
    if path.read_bytes() == before:
        return "old"
    assert book(path)["Profiles"][f"{FANS}2"].value == 6000
    assert len(state_of(path).tabs["profiles"].rows) == 301
    return "new"


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("rows", "old"),
        ("after write_workbook", "old"),
        ("before fsync", "old"),
        ("before replace", "old"),
        ("after replace", "new"),
    ],
)
def test_a_kill_at_this_point_leaves_a_whole_file(dashboard: Path, point: str, left: str) -> None:
    before = dashboard.read_bytes()
    with child(dashboard, point) as process:
        assert process.wait(60) == -signal.SIGKILL
    assert is_whole(dashboard, before) == left
    sync(dashboard, profile("anna", at(22), followers=7000))
    assert book(dashboard)["Profiles"][f"{FANS}2"].value == 7000
    assert {p.name for p in dashboard.parent.iterdir()} == {dashboard.name, ".dashboard.xlsx.lock"}


def test_a_kill_at_any_moment_leaves_a_whole_file(dashboard: Path) -> None:
    before = dashboard.read_bytes()
    seen = set()
    for delay in (0.02, 0.1, 0.2, 0.3):
        dashboard.write_bytes(before)
        with child(dashboard, "none") as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
        seen.add(is_whole(dashboard, before))
    assert "old" in seen


# --- two at once ----------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from sheetsync.destinations import DestinationChanged
from tests.destinations.conftest import sync
from tests.plan.sheet import at, profile
for day in range(11, 17):
    records = [profile(name, at(day), followers=day) for name in (sys.argv[2], "both")]
    try:
        sync(Path(sys.argv[1]), *records)
    except DestinationChanged:  # both found no file at first: the second one reads again
        sync(Path(sys.argv[1]), *records)
"""


def test_two_runs_at_once_lose_nothing_and_write_nothing_twice(path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], cwd=ROOT)
        for name in ("anna", "ben")
    ]
    assert [run.wait(180) for run in runs] == [0, 0]
    rows = [tuple(c.value for c in row[:4]) for row in book(path)["History"].iter_rows(min_row=2)]
    keys = sorted((profile, day.day) for day, profile, _, _ in rows)
    expected = [(f"tok:{name}", day) for name in ("anna", "ben", "both") for day in range(11, 17)]
    assert keys == sorted(expected)
    assert all(followers == day.day for day, _, _, followers in rows)
    assert len(state_of(path).tabs["profiles"].rows) == 3
