"""Every formula, computed by LibreOffice and by IronCalc, against Python's own numbers.

The whole way: invented histories are planned, written as a workbook, recalculated by a spreadsheet
program that may not trust what the file says, and compared with ``reference``, which knows the
readings and the words of the notes, but neither the formulas nor the baseline columns.
"""

from __future__ import annotations

import math
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetsync.dashboard import Tab
from sheetsync.dashboard.posts import POSTS
from sheetsync.dashboard.profiles import PROFILES
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.model import Profile
from sheetsync.plan import make_plan
from tests.dashboard.engines import IronCalc, recalculated
from tests.dashboard.histories import Case, cases, find, now_utc, records
from tests.dashboard.reference import (
    BLANK,
    Cell,
    ProfileSeen,
    board_figures,
    movers,
    post_cells,
    profile_cells,
)

#: One seed in CI; ``SHEETSYNC_FULL=1`` tries many.
SEEDS = range(20 if os.environ.get("SHEETSYNC_FULL") else 2)


NEW = Profile("tiktok", "new.here", "https://www.tiktok.com/@new.here")


def write(path: Path, of: list[Case]) -> None:
    """Sync everything, then type the fees and sync again, as a team's day goes."""
    now = now_utc()
    for typing in (False, True):
        with open_destination(str(path)) as destination:
            state = destination.read(DASHBOARD)
            pages = [] if typing else [r for case in of for r in records(case)]
            plan = make_plan(
                *(DASHBOARD, state, pages, now),
                find=find,
                platforms={"tiktok"},
                watched=[NEW] if typing else (),  # so that the file is written again
            )
            destination.apply(plan)
        if not typing:
            type_fees(path, of)


def type_fees(path: Path, of: list[Case]) -> None:
    book = openpyxl.load_workbook(path)
    tab = book[POSTS.title]
    fees = {number: post.fee for case in of for number, post in case.posts.items()}
    for row in tab.iter_rows(min_row=2):
        if (fee := fees.get(str(row[0].value).rpartition("/")[2])) is not None:
            row[1].value = fee
    book.save(path)


Grid = dict[str, list[list[Any]]]


@dataclass
class Sheet:
    """One tab as an engine computed it, by address and column key."""

    rows: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, grid: list[list[Any]], tab: Tab) -> Sheet:
        head = {text: at for at, text in enumerate(grid[0]) if text}
        at = {column.key: head[column.header] for column in tab.columns if column.header in head}
        rows = {str(row[0]): {key: row[n] for key, n in at.items()} for row in grid[1:] if row[0]}
        return cls(rows)


def same(found: Any, wanted: Cell) -> bool:
    if wanted == BLANK:
        return found in (None, "")
    if isinstance(wanted, str):
        return bool(found == wanted)
    number = isinstance(found, int | float) and not isinstance(found, bool)
    return number and math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)


def differences(grid: Grid, of: list[Case]) -> Iterator[str]:
    profiles = Sheet.of(grid[PROFILES.title], PROFILES).rows
    posts = Sheet.of(grid[POSTS.title], POSTS).rows
    for case in of:
        if not any(seen.numbers for seen in case.readings):
            continue
        seen = [post for post in case.posts.values() if post.readings]
        wanted = profile_cells(case.readings, seen)
        yield from _unlike(case.url, profiles[case.url], wanted)
        for number, post in case.posts.items():
            if post.readings:
                url = f"{case.url}/video/{number}"
                yield from _unlike(url, posts[url], post_cells(post, seen))


def _unlike(name: str, row: dict[str, Any], wanted: dict[str, Cell]) -> Iterator[str]:
    for key, value in wanted.items():
        if not same(row[key], value):
            yield f"{name} {key}: {row[key]!r} in the sheet, {value!r} by hand"


def board_differences(grid: Grid, of: list[Case], now: datetime) -> Iterator[str]:
    seen = [
        ProfileSeen(f"@{c.handle}", c.readings, [p for p in c.posts.values() if p.readings])
        for c in of
        if any(reading.numbers for reading in c.readings)
    ]
    rows = grid["Dashboard"]
    figures = {str(row[0]): row[1] for row in reversed(rows[:11]) if row[0]}  # the cards
    yield from _unlike("Dashboard", figures, board_figures(seen, now))
    top = next(n for n, row in enumerate(rows) if str(row[0]).startswith("Movers"))
    found = [(row[0], row[1]) for row in rows[top + 1 : top + 9] if row[1] not in (None, "")]
    wanted = movers(seen)
    if sorted(gain for _, gain in found) != sorted(gain for _, gain in wanted):
        yield f"movers: {found} in the sheet, {wanted} by hand"
    if any(dict(wanted).get(name) not in (gain, None) for name, gain in found):
        yield f"movers: {found} in the sheet, {wanted} by hand"


def errors(grid: Grid) -> list[str]:
    return [
        f"{title} row {number}: {cell}"
        for title, rows in grid.items()
        for number, row in enumerate(rows, 1)
        for cell in row
        if isinstance(cell, str) and cell.startswith("#") and cell.endswith(("!", "?", "A"))
    ]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed{seed}")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("values") / "dashboard.xlsx"
    of = cases(request.param, now_utc())
    write(path, of)
    return path, of


def test_libreoffice_computes_what_python_computes(written: tuple[Path, list[Case]]) -> None:
    path, of = written
    grid = recalculated(path)
    assert errors(grid) == []
    assert list(differences(grid, of)) == []
    assert list(board_differences(grid, of, now_utc())) == []


def test_ironcalc_computes_what_python_computes(written: tuple[Path, list[Case]]) -> None:
    path, of = written
    grid = IronCalc(path).grid()
    assert errors(grid) == []
    assert list(differences(grid, of)) == []
    assert list(board_differences(grid, of, now_utc())) == []


def test_the_values_in_the_file_are_those_that_an_engine_computes(
    written: tuple[Path, list[Case]],
) -> None:
    path, of = written
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    grid = {tab.title: [list(row) for row in tab.iter_rows(values_only=True)] for tab in book}
    assert errors(grid) == []
    assert list(differences(grid, of)) == []


def test_every_formula_that_people_see_is_compared(written: tuple[Path, list[Case]]) -> None:
    _, of = written
    by_hand: set[str] = {"trend", "rank"}
    for case in of:
        seen = [post for post in case.posts.values() if post.readings]
        by_hand |= {f"profiles.{key}" for key in profile_cells(case.readings, seen)}
        by_hand |= {f"posts.{key}" for post in seen for key in post_cells(post, seen)}
    shown = {
        f"{tab.key}.{column.key}"
        for tab in (PROFILES, POSTS)
        for column in tab.columns
        if column.formula and not column.hidden
    }
    assert shown - by_hand <= {"profiles.trend", "profiles.rank"}


def test_wrong_values_in_the_file_prove_that_the_engine_answers(
    written: tuple[Path, list[Case]], tmp_path: Path
) -> None:
    path, of = written
    spoilt = tmp_path / "spoilt.xlsx"
    spoil(path, spoilt)
    book = openpyxl.load_workbook(spoilt, data_only=True, read_only=True)
    seen = [list(row) for row in book[PROFILES.title].iter_rows(values_only=True)]
    assert list(differences({**recalculated(path), PROFILES.title: seen}, of)) != []
    assert list(differences(recalculated(spoilt), of)) == []


def spoil(source: Path, target: Path) -> None:
    """Every value under a formula becomes -1."""
    formula = re.compile(rb'<c ([^>]*?)(?: t="[a-z]+")?>(<f>[^<]*</f>)<v>[^<]*</v></c>')
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = formula.sub(rb"<c \1>\2<v>-1</v></c>", data)
            new.writestr(name, data)
