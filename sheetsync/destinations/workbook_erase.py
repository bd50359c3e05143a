"""A person out of a workbook: out of every text of the old file on its way into the new one, and
out of the copies beside it.

The new file is written afresh from the old one's cells, so what is not passed on is in no byte of
it: there are no revisions, no unused strings and no old values under formulas in a file of ours.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from sheetsync.dashboard.formulas import letters
from sheetsync.destinations import Traces
from sheetsync.destinations.workbook_cells import Cell, Cells
from sheetsync.destinations.workbook_names import PREFIX
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_state import Found
from sheetsync.plan import Erasure

_CELL = re.compile(">([^<>]+)<")


@dataclass(frozen=True, slots=True)
class Eraser:
    """What stays of a cell."""

    erasure: Erasure

    def row(self, cells: Cells) -> Cells:
        return {at: self.cell(cell) for at, cell in cells.items()}

    def cell(self, cell: Cell) -> Cell:
        value = self.erasure.cell(cell.value) if isinstance(cell.value, str) else cell.value
        formula = self.erasure.formula(cell.formula) if cell.formula else ""
        return cell._replace(value=value, formula=formula)

    def picks(self, held: Mapping[str, Cell]) -> dict[str, Cell]:
        """A pick of the person is no pick any more."""
        shown = {n: self.cell(c)._replace(look=c.look) for n, c in held.items()}
        return {
            n: c if c.value == held[n].value and c.formula == held[n].formula else Cell(look=c.look)
            for n, c in shown.items()
        }

    def names_them(self, cell: Cell) -> bool:
        """What a person put there: not what a formula makes of other cells."""
        text = cell.formula or cell.value
        return isinstance(text, str) and self.erasure.names_them(text)


def traces_in(snapshot: Snapshot, found: Found, erasure: Erasure, copies: list[Path]) -> Traces:
    """What will go besides the rows that the plan names, and what no program can put right."""
    eraser = Eraser(erasure)
    hidden = {found.titles.get(key) for key in ("history", "trend", "log")}
    gone = {found.titles.get(tab): rows for tab, rows in erasure.rows.items()}
    places = [
        f"{title}!{letters(at)}{number}"
        for title in snapshot.titles
        if title not in hidden and title not in erasure.spills
        for number, cells, _ in snapshot.rows(title)
        if number not in gone.get(title, ())
        for at, cell in sorted(cells.items())
        if eraser.names_them(cell)
    ]
    names = [name for name in snapshot.names if not name.startswith(PREFIX)]
    named = [f"the tab {t}" for t in snapshot.titles if erasure.names_them(t)]
    named += [f"the defined name {n}" for n in names if erasure.names_them(n.replace("_", " "))]
    history = len(found.history.of(erasure.is_of)) if found.history else 0
    return Traces(history, tuple(places), tuple(named), tuple(copy.name for copy in copies))


# --- copies beside the workbook -------------------------------------------------------------


def copies_of(path: Path, erasure: Erasure) -> list[Path]:
    """The dated copies that syncs made, of those the ones that name the person; also the ones
    that cannot be looked into."""
    made = re.compile(rf"{re.escape(path.stem)} \(before [^)]*\)\.xlsx", re.IGNORECASE)
    beside = sorted(other for other in path.parent.iterdir() if made.fullmatch(other.name))
    return [copy for copy in beside if _names_them(copy, erasure)]


def _names_them(copy: Path, erasure: Erasure) -> bool:
    try:
        with zipfile.ZipFile(copy) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile, RuntimeError):
        return True
    texts = [unescape(part.decode("utf-8", "replace")) for part in parts]
    cells = (cell for text in texts for cell in _CELL.findall(text))
    return any(map(erasure.names_them, texts)) or any(map(erasure.names_them, cells))
