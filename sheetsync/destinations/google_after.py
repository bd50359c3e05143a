"""What follows a write: what people moved in that very second is put right, and rows of History
that are past their time, or stand there twice, are taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sheetsync.destinations import DestinationChanged
from sheetsync.destinations.google_book import Sheet
from sheetsync.destinations.google_cells import Grid, Json, rectangles
from sheetsync.destinations.google_check import (
    added_days,
    days_are_well,
    is_well,
    ranges,
    rewritten,
)
from sheetsync.destinations.google_columns import in_place
from sheetsync.destinations.google_history import GoogleHistory
from sheetsync.destinations.google_layout import UNDO, Layout
from sheetsync.destinations.google_read import Reader
from sheetsync.destinations.google_repair import Repair
from sheetsync.destinations.google_send import Sender
from sheetsync.destinations.google_tidy import (
    Key,
    Tidying,
    copied_keys,
    keys_of,
    missing,
    month_end,
    old_rows,
    put_back,
    removal,
    restored,
    thinned,
    undone,
)

MOVED = "Somebody sorted or moved rows or columns while this was written: put right."
#: How often what people moved is put right before it is left to the next sync.
_ROUNDS = 3


class After:
    """``reader`` makes one that reads anew; ``notes`` are for the person."""

    def __init__(self, reader: Callable[[], Reader], sender: Sender, notes: list[str]) -> None:
        self._reader, self._sender, self.notes = reader, sender, notes
        self._keys: dict[int, tuple[str, int]] = {}

    def follow(self, layout: Layout, answer: Json | None, work: Tidying, g: int) -> int:
        """All of it, in its order. ``g`` is the generation of the write; returns the last one."""
        g = self.put_right(layout, answer, g)
        g = self.days_put_right(layout, answer, g)
        return self.tidy(layout, work, g)

    def put_right(self, layout: Layout, answer: Json | None, g: int) -> int:
        """Moves segments to their rows and columns, and restores the team's cells, where people
        sorted or moved columns in that very second."""
        last = layout
        for _ in range(_ROUNDS):
            if is_well(last, answer):
                return g
            reader = self._reader()
            reader.written = added_days(layout)
            found = reader.read(layout.dashboard)
            repair = Repair(layout, last, found, theirs_only=found.book.g != g)
            requests = repair.requests()
            if not repair.theirs_only:
                requests += moved_back(reader.history, repair.now)
                requests += repair.boards()
            if not requests:
                return g
            try:
                answer = self._sender.write(found.book, [requests], ranges(repair.now))
            except DestinationChanged:
                answer = None
                continue
            if MOVED not in self.notes:
                self.notes.append(MOVED)
            last = repair.now
            g = g if repair.theirs_only else found.book.g + 1
        return g

    def days_put_right(self, layout: Layout, answer: Json | None, g: int) -> int:
        """Rows of History that were replaced, and were somebody else's by then: as they were."""
        if days_are_well(layout, answer):
            return g
        reader = self._reader()
        found = reader.read(layout.dashboard)
        sheet = found.sheets["history"]
        tab = layout.dashboard.tab("history")
        now = found.state.tabs[tab.key].columns
        if not {"day", "profile"} <= now.keys():
            return g
        first = layout.header_row(tab) + 1
        there, meant = _keys_in(reader, sheet, now, first), layout.rows(tab).held
        stayed = all(now.get(key) == p for key, p in layout.at[tab.key].items())
        rows_stayed = {row: there.get(row) for row in meant} == rewritten(layout)
        if found.book.g != g or (stayed and rows_stayed):
            return g
        copied: Grid = {}
        if UNDO in found.book.ours:
            copied = _copied(reader, layout, found.book.ours[UNDO].id)
        cells = {} if stayed else undone(layout, meant, copied, now)
        there = there if stayed else {**there, **copied_keys(meant, copied, now)}
        cells |= restored(layout, meant, copied, there, now)
        self._sender.write(found.book, [list(rectangles(cells, sheet.id))])
        self.notes.append(MOVED)
        return found.book.g + 1

    def tidy(self, layout: Layout, work: Tidying, g: int) -> int:
        """Takes away rows of History that stand there twice, and thins months past retention."""
        if not work.doomed or MOVED in self.notes:
            return g
        reader = self._reader()
        sheet = layout.found.sheets["history"]
        now = reader.read(layout.dashboard)
        if now.book.g != g:
            return g  # somebody else is at work: another time
        layout = Layout(replace(layout.plan, state=now.state, changes=(), missing=()), now)
        doomed = {key for row in work.doomed if (key := self._keys.get(row))}
        assert reader.history is not None
        self._sender.write(now.book, [list(removal(layout, reader.history.index, work))])
        at = layout.at["history"]
        first = layout.header_row(layout.dashboard.tab("history")) + 1
        there = _keys_in(reader, sheet, at, first)
        copied = _copied(reader, layout, layout.ids[UNDO])
        # Of a doubled row the other one has to be there still.
        gone = doomed if work.upto else set()
        back = missing(copied, there.values(), gone, at)
        if back:
            book = self._reader().read(layout.dashboard).book
            self._sender.write(book, [[put_back(layout, back)]])
            return book.g + 1
        return g + 1

    def doomed(self, layout: Layout, doors: GoogleHistory | None) -> Tidying:
        """What is to be taken away: new rows go in below, so it stands there after the write."""
        if doors is None or doors.held is None:
            return Tidying(())
        keep, sheet = layout.plan.keep_daily, layout.found.sheets.get("history")
        self._keys = {}
        if doubled := doors.doubled():
            return Tidying(tuple(doubled))
        rows = old_rows(doors.index, keep, sheet.entry.get("thinned", "")) if keep and sheet else []
        if not rows or keep is None or sheet is None:
            return Tidying(())
        wanted = set(rows)
        found = _keys_in(self._reader(), sheet, layout.at["history"], rows[0], rows[-1])
        self._keys = {row: key for row, key in found.items() if row in wanted}
        return Tidying(tuple(thinned(self._keys)), month_end(keep))


def _keys_in(
    reader: Reader, history: Sheet, at: Mapping[str, int], first: int, last: int = 0
) -> dict[int, Key]:
    """Whose rows stand where in History, from ``first`` to ``last`` (0: all below)."""
    columns = [(first, at[key], last, at[key]) for key in ("day", "profile")]
    return keys_of(*reader.spreadsheet.blocks(history, columns))


def _copied(reader: Reader, layout: Layout, undo: int) -> Grid:
    """The rows of History that stand in the undo tab; ``undo`` is its sheetId."""
    (copied,) = reader.spreadsheet.values([(undo, 1, 1, 0, max(layout.at["history"].values()))])
    return copied


def moved_back(doors: GoogleHistory | None, layout: Layout) -> list[Json]:
    """Puts rows of History right whose columns were moved while they were written."""
    if doors is None or not doors.misplaced:
        return []
    now = layout.at["history"]
    there = {key: now[key] for key in doors.at}
    cells = in_place(doors.tab, doors.misplaced, there, doors.then)
    return list(rectangles(cells, layout.ids["history"]))
