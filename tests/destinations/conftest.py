"""Real files, and a real LibreOffice where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.model import Outcome, Record
from sheetsync.plan import Plan, State, Target, make_plan
from tests.plan.sheet import NOW, TOK, find, post, profile

Convert = Callable[..., Path]


def sync(
    path: Path,
    *records: Record,
    now: datetime = NOW,
    watched: Sequence[Target] = (),
    dashboard: Dashboard = DASHBOARD,
    **more: Any,
) -> Plan:
    """One whole sync of a workbook."""
    with open_destination(str(path)) as destination:
        state = destination.read(dashboard)
        known = {"find": find, "platforms": TOK, "watched": watched}
        plan = make_plan(dashboard, state, records, now, **known, **more)
        destination.apply(plan)
        return plan


def state_of(path: Path) -> State:
    with open_destination(str(path)) as destination:
        return destination.read(DASHBOARD)


def book(path: Path, *, values: bool = False) -> openpyxl.Workbook:
    """The file as openpyxl loads it: an opinion that is not ours. It knows no sparklines."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Sparkline Group|Unable to read chart")
        return openpyxl.load_workbook(path, data_only=values)


def columns(path: Path, tab: str = "profiles") -> dict[str, str]:
    """Column key -> letter, in the file as it is now."""
    with open_destination(str(path)) as destination:
        held = destination.read(DASHBOARD).tabs[tab].columns
    return {key: openpyxl.utils.get_column_letter(at) for key, at in held.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dashboard.xlsx"


#: Makes LibreOffice compute every formula when it loads a file, whatever values stand there.
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
 oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>"""


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """``convert(path, "xlsx")``: the file as LibreOffice loads and saves it."""
    return _libreoffice(tmp_path_factory)


@pytest.fixture(scope="session")
def recompute(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """``recompute(path, "xlsx")``: the same, but every formula is computed anew."""
    return _libreoffice(tmp_path_factory, ALWAYS)


def _libreoffice(tmp_path_factory: pytest.TempPathFactory, settings: str = "") -> Convert:
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is not installed, and in CI it must be")
        pytest.skip("LibreOffice is not installed")
    # A profile of its own: two processes on one profile collide.
    home = tmp_path_factory.mktemp("libreoffice")
    if settings:
        (home / "user").mkdir()
        (home / "user" / "registrymodifications.xcu").write_text(settings)

    def run(source: Path, kind: str) -> Path:
        out = tmp_path_factory.mktemp("converted")
        command = [program, f"-env:UserInstallation={home.as_uri()}", "--headless"]
        command += ["--convert-to", kind, "--outdir", str(out), str(source)]
        environment = {**os.environ, "TZ": "UTC"}  # the zone of TODAY() in these dashboards
        subprocess.run(command, check=True, capture_output=True, timeout=120, env=environment)
        made = list(out.glob(f"{source.stem}*.{kind.partition(':')[0]}"))
        assert made, "soffice reported success and wrote nothing"
        return made[0]

    return run


Cells = dict[tuple[str, str], object]


def shown(path: Path) -> Cells:
    """What every cell that is not blank shows: {(tab, "B5"): value}."""
    tabs = book(path, values=True).worksheets
    cells = ((tab.title, cell) for tab in tabs for row in tab.iter_rows() for cell in row)
    return {(tab, c.coordinate): c.value for tab, c in cells if c.value not in (None, "")}


def formulas(path: Path) -> dict[tuple[str, str], str]:
    tabs = book(path).worksheets
    cells = ((tab.title, cell) for tab in tabs for row in tab.iter_rows() for cell in row)
    return {(tab, c.coordinate): c.value for tab, c in cells if c.data_type == "f"}


def errors(cells: Cells) -> Cells:
    return {
        place: value
        for place, value in cells.items()
        if isinstance(value, str) and value.startswith("#") and value.endswith(("!", "?", "A"))
    }


def story(days: int = 40) -> list[Record]:
    """Profiles of several sizes over some weeks, with days missed; one is rounded, one refuses."""
    records = []
    for number, (handle, fans) in enumerate(
        {"anna": 21_000, "ben": 950, "big": 23_000_000}.items()
    ):
        for ago in range(days, -1, -1):
            if ago and (ago + number) % 6 == 0:
                continue
            then = NOW - timedelta(days=ago, minutes=5)
            grown = fans + (days - ago) * (fans // 500 + 1) * (-1 if handle == "ben" else 1)
            posts = [
                post(
                    f"{number}{n}",
                    handle,
                    views=grown // (n + 2) * (12 - ago),
                    likes=grown // 40 + 1,
                    comments=3 + n,
                    shares=n,
                    published=NOW - timedelta(days=2 * n + 0.5),
                    caption=f"Number {n}, and a line that is long enough to be cut off in a cell",
                )
                for n in range(4)
                if ago < min(2 * n, 10)
            ]
            records.append(
                profile(handle, then, followers=grown, likes=grown * 9 + ago, posts=posts)
            )
    rounded = {"followers": 1_200_000, "step": 100_000}
    records += [profile("round", NOW - timedelta(days=n), **rounded) for n in (7, 0)]
    records.append(profile("shut", NOW, Outcome.CHALLENGE))
    records.append(profile("gone", NOW, Outcome.NOT_FOUND))
    return records
