"""Whatever a team does to its workbook between two syncs: theirs stays, ours is right."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from tests.destinations.conftest import Convert, book, columns, errors, shown, state_of, story, sync
from tests.plan.sheet import NOW, profile, url

Edit = Callable[[random.Random, Any], None]


def _tab(chance: random.Random, team: Any, *keys: str) -> Any:
    """One of our tabs, whatever it is called now: by a header or word that stays."""
    words = {"profiles": "Numbers are of", "posts": "Post id", "guide": "Colours"}
    key = chance.choice(keys)
    for sheet in team.worksheets:
        texts = {cell.value for row in sheet.iter_rows(max_row=6) for cell in row}
        if words[key] in texts and ("Post id" in texts) == (key == "posts"):
            return sheet
    raise AssertionError(key)


def insert_column(chance: random.Random, team: Any) -> None:
    sheet = _tab(chance, team, "profiles", "posts")
    at = chance.randint(1, 30)
    sheet.insert_cols(at)
    sheet.cell(1, at, f"Note {chance.random()}")


def insert_row(chance: random.Random, team: Any) -> None:
    _tab(chance, team, "profiles", "posts", "guide").insert_rows(chance.randint(1, 6))


def delete_row(chance: random.Random, team: Any) -> None:
    sheet = _tab(chance, team, "profiles", "posts")
    header = next(row[0].row for row in sheet.iter_rows() if len([c for c in row if c.value]) > 40)
    sheet.delete_rows(header + chance.randint(1, 4))


def rename_tab(chance: random.Random, team: Any) -> None:
    _tab(chance, team, "profiles", "posts", "guide").title = f"It's {chance.randint(0, 10**6)}"


def retype_address(chance: random.Random, team: Any) -> None:
    sheet = _tab(chance, team, "profiles")
    cells = [c for row in sheet.iter_rows() for c in row if str(c.value).startswith("https://tok")]
    chance.choice(cells).value = url(chance.choice(["anna", "ben", "other"]))


def rename_header(chance: random.Random, team: Any) -> None:
    sheet = _tab(chance, team, "profiles")
    cell = next(c for row in sheet.iter_rows(max_row=12) for c in row if c.value == "Why")
    cell.value = "Because"


def insert_on_board(chance: random.Random, team: Any) -> None:
    board = next(sheet for sheet in team.worksheets if sheet["A1"].value == "Readings of")
    chance.choice([board.insert_rows, board.insert_cols])(chance.randint(2, 9))


EDITS: tuple[Edit, ...] = (
    *(insert_column, insert_row, delete_row, rename_tab, retype_address),
    *(rename_header, insert_on_board),
)


@pytest.mark.parametrize("seed", range(6))
def test_any_edits_between_two_syncs(path: Path, recompute: Convert, seed: int) -> None:
    chance = random.Random(seed)
    sync(path, *story(20))
    team = book(path)
    mine = team.create_sheet("Mine")
    mine["B2"], mine["B3"] = "kept", "=2*21"
    team.save(path)
    for edit in chance.sample(EDITS, 4):
        team = book(path)
        edit(chance, team)
        team.save(path)
        if chance.random() < 0.5:
            later = profile("ben", NOW, followers=chance.randint(900, 999))
            sync(path, later)
            assert not sync(path, later)
    last = [*story(20), profile("new", NOW, followers=5)]
    sync(path, *last)
    assert not sync(path, *last)
    sheet = book(path, values=True)["Mine"]
    assert (sheet["B2"].value, sheet["B3"].value) == ("kept", 42)
    rows = {row.text("address"): row.cells for row in state_of(path).tabs["profiles"].rows}
    assert rows[url("new")]["followers"] == 5
    assert rows[url("anna")]["followers"] == 21_000 + 20 * 43
    computed = shown(recompute(path, "xlsx"))
    assert errors(computed) == {}
    assert valueless(path) == []
    title, where = state_of(path).tabs["profiles"].title, columns(path)
    anna = next(r for r in state_of(path).tabs["profiles"].rows if r.text("for") == "tok:anna")
    assert computed[title, f"{where['change_7d']}{anna.number}"] == 7 * 43
    assert {tab.key for tab in DASHBOARD.boards} == state_of(path).boards


def valueless(path: Path) -> list[str]:
    """Formulas that the engine gave no value, or an error."""
    with zipfile.ZipFile(path) as archive:
        tabs = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        cells = [
            c for n in tabs for c in re.findall(r"<c [^>]*><f>.*?</c>", archive.read(n).decode())
        ]
    return [cell for cell in cells if "</f><v>" not in cell]
