"""Writes a workbook whole: our tabs with the plan's changes, everything else as it was found.

XlsxWriter in its constant-memory mode: rows are written strictly downwards and never held, so
the old rows stream through from the Snapshot while new values are laid over them. First a trial
without History, which a spreadsheet engine computes; then the file itself, with the values.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.utils.datetime import MAC_EPOCH

from sheetsync.dashboard import Area, Board, Guide, Tab
from sheetsync.dashboard.formulas import absolute
from sheetsync.destinations.workbook_boards import write_board
from sheetsync.destinations.workbook_frame import Frame, Values
from sheetsync.destinations.workbook_guide import carry_settings, guide_paper, write_guide
from sheetsync.destinations.workbook_names import (
    EDITION,
    FORGOTTEN,
    PREFIX,
    SALT,
    area_name,
)
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_sheet import Sheet
from sheetsync.destinations.workbook_sparks import spark_block
from sheetsync.destinations.workbook_spills import name_spills, write_spill
from sheetsync.destinations.workbook_state import Found
from sheetsync.destinations.workbook_tables import write_table
from sheetsync.destinations.workbook_values import evaluate
from sheetsync.plan import Plan

_SCRATCH = "sheetsync-scratch-"  # no name that somebody gives a folder of theirs
#: Seconds after which a run that wrote there is not at work any more.
_STALE = 3600


def write_workbook(path: Path, plan: Plan, snapshot: Snapshot | None, found: Found) -> None:
    """The whole workbook that ``plan`` asks for, at ``path``. Raises OSError, and
    DestinationError when ``snapshot`` breaks while it is read."""
    _sweep_scratch()
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
        values = _values(plan, snapshot, found, Path(scratch))
        _, data = _written(plan, snapshot, found, scratch, values)
    path.write_bytes(data)


def _sweep_scratch() -> None:
    """What runs left that were killed while they wrote: it holds names and numbers of people."""
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)


def _values(plan: Plan, snapshot: Snapshot | None, found: Found, scratch: Path) -> Values:
    if snapshot is not None and snapshot.epoch == MAC_EPOCH:
        return {}  # the engine counts days from 1900
    trial, data = _written(plan, snapshot, found, str(scratch), None)
    if trial.asks_history or _names_ask(trial):
        return {}  # a formula of theirs asks for rows that the trial does not have
    return evaluate(data, plan.state.zone.strip() or "UTC", trial.before, scratch) or {}


def _names_ask(trial: Frame) -> bool:
    names = trial.snapshot.names if trial.snapshot else {}
    return any(trial.asks(text) for name, text in names.items() if not name.startswith(PREFIX))


def _written(
    plan: Plan, snapshot: Snapshot | None, found: Found, scratch: str, values: Values | None
) -> tuple[Frame, bytes]:
    options = {
        "constant_memory": True,
        "tmpdir": scratch,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "date_1904": snapshot is not None and snapshot.epoch == MAC_EPOCH,
    }
    # Packed in memory (a tenth of its XML): a ZipFile that was cut short by a full disk tries
    # again when it is forgotten, and that error goes to nobody but the screen.
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, options)
    frame = Frame(book, plan, snapshot, found, values)
    try:
        _Writer(frame).write()
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from None
    finally:
        for sheet in book.worksheets():
            with suppress(OSError):
                sheet._opt_close()
    return frame, packed.getvalue()


class _Writer:
    def __init__(self, frame: Frame) -> None:
        self.frame, self.book, self.plan = frame, frame.book, frame.plan
        self.snapshot = frame.snapshot
        self.areas: dict[str, tuple[str, Area]] = {}

    def write(self) -> None:
        tabs = {self.frame.titles[tab.key]: tab for tab in self.frame.dashboard.tabs}
        name_spills(self.frame, {*self.plan.state.spilled, *self.plan.spills})
        sheets = {title: self.book.add_worksheet(title, Sheet) for title in self._order()}
        sparks = spark_block(self.frame)
        for title, sheet in sheets.items():
            tab = tabs.get(title)
            self._show(sheet, title, tab)
            match tab:
                case Tab() if tab.kind is None and self.frame.values is None:
                    pass  # a trial is without History
                case Tab():
                    write_table(self.frame, sheet, tab, sparks)
                case Board():
                    self.areas[tab.key] = (title, write_board(self.frame, sheet, tab, sparks))
                case Guide() if self.frame.new_guide:
                    write_guide(self.frame, sheet, tab)
                case None if title in self.plan.spills:
                    write_spill(self.frame, sheet, self.plan.spills[title])
                case _:
                    self._carry(sheet, title)
        self._activate(sheets)
        self._define_names()
        self._properties()

    # --- tabs -------------------------------------------------------------------------------

    def _order(self) -> list[str]:
        """The tabs that are there as they are; each new one of ours behind the one that comes
        before it in the description, as far as that is there."""
        order = list(self.snapshot.titles) if self.snapshot else []
        ours = [self.frame.titles[tab.key] for tab in self.frame.dashboard.tabs]
        for number, title in enumerate(ours):
            if title in order:
                continue
            before = [order.index(t) + 1 for t in ours[:number] if t in order]
            after = [order.index(t) for t in ours[number + 1 :] if t in order]
            order.insert(before[-1] if before else min(after, default=len(order)), title)
        return order + [title for title in self.plan.spills if title not in order]

    def _show(self, sheet: Any, title: str, tab: Tab | Guide | Board | None) -> None:
        state = "hidden" if tab and tab.hidden else "visible"
        if self.snapshot and title in self.snapshot.titles:
            state = self.snapshot.visibility(title)
        if state == "hidden":
            sheet.hide()
        elif state == "veryHidden":
            sheet.very_hidden()

    def _activate(self, sheets: Mapping[str, Any]) -> None:
        shown = [title for title, sheet in sheets.items() if not sheet.hidden]
        active = self.snapshot.active if self.snapshot else ""
        first = active if active in shown else next(iter(shown), self.frame.titles["profiles"])
        sheets[first].activate()

    def _carry(self, sheet: Any, title: str) -> None:
        self.frame.view(sheet, title)
        known = carry_settings(self.frame, title)
        last_row = last_at = 1
        for number, cells, size in self.frame.old_rows(title):
            keep = known.get(number, ())
            sheet.put_row(number, self.frame.carried(cells, title, number, keep), size)
            last_row, last_at = number, max([last_at, *cells])
        if title == self.frame.titles[self.frame.dashboard.guide.key]:
            guide_paper(sheet, last_row, last_at)

    # --- the book ---------------------------------------------------------------------------

    def _define_names(self) -> None:
        for name, spot in self.frame.names.items():
            cell = Area(spot.row, spot.at, spot.row, spot.at)
            self._define(name, absolute(spot.title, cell), hidden=True)
        for key, (title, area) in self.areas.items():
            self._define(area_name(key), absolute(title, area), hidden=True)
        self._define(EDITION, str(self.frame.dashboard.edition), hidden=True)
        self._mark_forgotten()
        if self.snapshot:
            for name, text in self.snapshot.names.items():
                if not name.startswith((PREFIX, "_xlnm.")):
                    self._define(name, self._kept(text))
            for title in self.snapshot.titles:
                for name, text in self.snapshot.tab_names(title).items():
                    self._define(f"{title}!{name}", self._kept(text))

    def _mark_forgotten(self) -> None:
        forgotten = self.plan.forgotten
        for mark, number in sorted(forgotten.marks.items()):
            self._define(FORGOTTEN + mark, str(number), hidden=True)
        if forgotten.salt:
            self._define(SALT, f'"{forgotten.salt}"', hidden=True)

    def _kept(self, text: str) -> str:
        """A name's formula, without whom the plan forgets."""
        return self.frame.eraser.erasure.formula(text) if self.frame.eraser else text

    def _define(self, name: str, text: str, *, hidden: bool = False) -> None:
        names = self.book.defined_names
        if self.book.define_name(name, f"={text}") == 0:
            names[-1][3] = hidden  # define_name itself has no way to say so

    def _properties(self) -> None:
        if self.snapshot:
            old = self.snapshot.properties
            texts = {"title": old.title, "author": old.creator}
            kept: dict[str, Any] = {name: self.frame.cleaned(text) for name, text in texts.items()}
            kept["created"] = old.created
            self.book.set_properties({name: value for name, value in kept.items() if value})
