"""Real files, and a real LibreOffice where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.model import Record
from sheetsync.plan import Plan, State, Target, make_plan
from tests.plan.sheet import NOW, TOK, find

Convert = Callable[..., Path]


def sync(
    path: Path,
    *records: Record,
    now: datetime = NOW,
    watched: Sequence[Target] = (),
    dashboard: Dashboard = DASHBOARD,
) -> Plan:
    """One whole sync of a workbook."""
    with open_destination(str(path)) as destination:
        state = destination.read(dashboard)
        plan = make_plan(dashboard, state, records, now, find=find, platforms=TOK, watched=watched)
        destination.apply(plan)
        return plan


def state_of(path: Path) -> State:
    with open_destination(str(path)) as destination:
        return destination.read(DASHBOARD)


def book(path: Path, *, values: bool = False) -> openpyxl.Workbook:
    """The file as openpyxl loads it: an opinion that is not ours."""
    return openpyxl.load_workbook(path, data_only=values)


def columns(path: Path, tab: str = "profiles") -> dict[str, str]:
    """Column key -> letter, in the file as it is now."""
    with open_destination(str(path)) as destination:
        held = destination.read(DASHBOARD).tabs[tab].columns
    return {key: openpyxl.utils.get_column_letter(at) for key, at in held.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dashboard.xlsx"


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """``convert(path, "xlsx")``: the file as LibreOffice loads and saves it."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is not installed, and in CI it must be")
        pytest.skip("LibreOffice is not installed")
    # A profile of its own: two processes on one profile collide.
    home = tmp_path_factory.mktemp("libreoffice")

    def run(source: Path, kind: str) -> Path:
        out = tmp_path_factory.mktemp("converted")
        command = [program, f"-env:UserInstallation={home.as_uri()}", "--headless"]
        command += ["--convert-to", kind, "--outdir", str(out), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        made = out / f"{source.stem}.{kind.partition(':')[0]}"
        assert made.exists(), "soffice reported success and wrote nothing"
        return made

    return run
