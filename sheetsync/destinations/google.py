"""A dashboard in a Google spreadsheet: read, then written in one atomic batch.

What makes it safe: the fence (``google_fence``), by which each write happens once and never beside
another one's; the check after each write (``google_check``), which puts right what people moved
meanwhile. One window remains: somebody inserts or moves a *column* in the second between read and
write, and this process is killed before its next call: then cells of a column of theirs hold
numbers of ours, until they undo it (Ctrl+Z, or the version history).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

import gspread

from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.words.headings import TITLES
from sheetsync.destinations import DestinationChanged, Traces
from sheetsync.destinations.google_book import FIELDS, book_of
from sheetsync.destinations.google_cells import Grid, Json, rectangles
from sheetsync.destinations.google_check import (
    Repair,
    added_days,
    days_are_well,
    is_well,
    ranges,
    rewritten,
)
from sheetsync.destinations.google_client import SheetsClient
from sheetsync.destinations.google_columns import in_place
from sheetsync.destinations.google_credentials import Identity, find_credentials
from sheetsync.destinations.google_erase import Erasing, emptied, scrub_of, traces_in
from sheetsync.destinations.google_errors import explain, too_large
from sheetsync.destinations.google_fence import BUSY, Head, mark_of
from sheetsync.destinations.google_found import Found
from sheetsync.destinations.google_handles import (
    handle_requests,
    handles_are_well,
    handles_asked,
    handles_gone,
    handles_wanted,
    with_handles,
)
from sheetsync.destinations.google_history import GoogleHistory
from sheetsync.destinations.google_layout import UNDO, Layout
from sheetsync.destinations.google_looks import Looks
from sheetsync.destinations.google_parts import batches, with_calls
from sheetsync.destinations.google_read import Reader, places_of
from sheetsync.destinations.google_send import Sender
from sheetsync.destinations.google_setup import MOST_CELLS, cells_after
from sheetsync.destinations.google_tidy import (
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
from sheetsync.errors import DestinationError, SheetsyncError
from sheetsync.plan import Erasure, Plan, State

P = ParamSpec("P")
T = TypeVar("T")

MOVED = "Somebody sorted or moved rows or columns while this was written: put right."
#: How often what people moved is put right before it is left to the next sync.
_ROUNDS = 3
#: Calls of a tidying: two to read, one to write, two to look at what it did.
_TIDYING = 5
#: A plan whose reads are older than this is not written.
_STALE = timedelta(minutes=5)


class GoogleDestination:
    """``identity`` says whose hand it is; without ``dress`` numbers are written and no looks."""

    def __init__(
        self,
        spreadsheet: str,
        client: SheetsClient,
        identity: Identity,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        dress: bool = True,
    ) -> None:
        self.spreadsheet, self.client, self.identity = spreadsheet, client, identity
        self.notes: list[str] = []
        self.now, self.dress = now, dress
        self.run = uuid.uuid4().hex[:16]
        self._sender = Sender(client, spreadsheet, self.run, now)
        self._found: Found | None = None
        self._reader: Reader | None = None
        self._dashboard: Dashboard | None = None
        self._read_at = now()

    @property
    def calls(self) -> int:
        """How many calls were made, for the report."""
        return len(self.client.calls)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._found = self._reader = None
        self.client.session.close()

    # --- read -------------------------------------------------------------------------------

    def read(self, dashboard: Dashboard) -> State:
        """Raises DestinationError in the person's words, and while another run is at work."""
        self._read_at, self._dashboard = self.now(), dashboard
        self._reader = self._new_reader()
        self._found = self._asked(lambda: self._reader_read(dashboard))
        self._refuse_busy(self._found)
        return self._with_doors(self._found.state)

    def _with_doors(self, state: State) -> State:
        """What is only asked later is refused in the person's words too."""

        def door(call: Callable[P, T]) -> Callable[P, T]:
            return lambda *given, **more: self._asked(lambda: call(*given, **more))

        return replace(
            state,
            history=door(state.history),
            accounts=door(state.accounts),
            before=door(state.before),
            cells=door(state.cells),
            formulas=door(state.formulas),
        )

    def _reader_read(self, dashboard: Dashboard) -> Found:
        assert self._reader is not None
        return self._reader.read(dashboard)

    def _asked(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except SheetsyncError:
            raise
        except Exception as error:
            raise explain(error, self.identity.email, self.spreadsheet) from error

    def _refuse_busy(self, found: Found) -> None:
        newest = max(found.book.heads, key=lambda head: head.g, default=None)
        if newest is None or newest.finished or newest.run == self.run:
            return
        age = self.now().timestamp() - newest.at
        if age < BUSY:
            raise DestinationError(
                "Another sheetsync run is writing this spreadsheet.",
                hint="Wait until it has ended (ten minutes at the most) and run this again.",
            )

    # --- write ------------------------------------------------------------------------------

    def apply(self, plan: Plan) -> None:
        """Raises DestinationChanged when somebody else wrote the spreadsheet since it was read."""
        if not plan:
            return
        found = self._there()
        assert self._reader is not None
        if self.now() - self._read_at > _STALE:
            raise DestinationChanged(
                "The spreadsheet was read more than five minutes ago.", hint="Run this again."
            )
        if plan.erasure is not None:
            self._erase(plan, found)
            return
        assert self._reader.history is not None
        doors = self._reader.history
        index = doors.index
        days = doors.cells()
        unfinished = any(not head.finished for head in found.book.heads[-1:])
        found = self._asked(lambda: self._handled(Layout(plan, self._there())))
        layout = Layout(plan, found, days)
        work = self._asked(lambda: self._doomed(layout, doors))
        calls = len(self.client.calls) + self._calls_after(layout, work)
        layout = Layout(with_calls(plan, calls + 1), found, days)
        parts = batches(layout, index)
        if len(parts) > 1:
            layout = Layout(with_calls(plan, calls + len(parts)), found, days)
            parts = batches(layout, index)
        parts[0][:0] = _in_place(self._reader.history, layout)
        if unfinished:
            parts[0] += emptied(found.book)  # of a run that was cut short
        if cells_after(layout, [one for part in parts for one in part]) > MOST_CELLS:
            raise too_large()
        answer = self._asked(lambda: self._write_or_reread(layout, parts, ranges(layout)))
        try:
            g = self._asked(lambda: self._put_right(layout, answer, found.book.g + len(parts)))
            g = self._asked(lambda: self._days_put_right(layout, answer, g))
            g = self._asked(lambda: self._tidy(layout, work, g))
            if self.dress:
                self._dress(layout, g)
        except DestinationError as error:
            self.notes.append(
                f"The numbers were written, but what comes after was not done ({error.message})"
                " The next sync does it first."
            )
        self._tell(self._there())

    def _there(self) -> Found:
        assert self._found is not None, "read comes before apply"
        return self._found

    def _handled(self, layout: Layout) -> Found:
        """Once every column has its handle, where it was read. Raises DestinationChanged."""
        wanted, found = handles_wanted(layout), layout.found
        if not wanted:
            return found
        requests = handle_requests(layout, wanted, self.run)
        answer = self._write_or_reread(layout, [requests], handles_asked(layout, wanted))
        head = Head(found.book.g + 1, self.run, mark_of(self.spreadsheet))
        handled = with_handles(layout, wanted, head)
        if not handles_are_well(layout, wanted, answer):
            self._sender.write(handled.book, [handles_gone(wanted, self.run)])
            raise DestinationChanged(
                "Somebody moved columns of the spreadsheet meanwhile.", hint="Run this again."
            )
        return handled

    def _erase(self, plan: Plan, found: Found) -> None:
        """Takes a person out, and does the rest of the plan with it."""
        self._asked(Erasing(self._new_reader, self._sender.write, plan, found).run)
        self._tell(found)

    def traces(self, erasure: Erasure) -> Traces:
        """Raises DestinationError; ``read`` comes before."""
        found, reader = self._found, self._reader
        if found is None or reader is None or self._dashboard is None or not found.sheets:
            return Traces()
        return self._asked(lambda: traces_in(scrub_of(reader, found, erasure)))

    def _new_reader(self) -> Reader:
        return Reader(self.client, self.spreadsheet, self.now)

    def _write_or_reread(
        self, layout: Layout, parts: Sequence[Sequence[Json]], asked: Sequence[str]
    ) -> Json | None:
        """A write that is refused because people renamed, deleted or moved something since it was
        read is planned again; that is seen by looking, not by the refusal's words."""
        book = layout.found.book
        try:
            return self._sender.write(book, parts, asked)
        except gspread.exceptions.APIError as error:
            if error.response.status_code != 400:
                raise
            again = book_of(self.client.fetch_sheet_metadata(self.spreadsheet, {"fields": FIELDS}))
            if places_of(again) == places_of(book) and again.names == book.names:
                raise
            raise DestinationChanged(
                "Somebody changed the spreadsheet's tabs or columns meanwhile.",
                hint="Run this again.",
            ) from error

    def _put_right(self, layout: Layout, answer: Json | None, g: int) -> int:
        """Moves segments to their rows and columns, and restores the team's cells, where people
        sorted or moved columns in that very second."""
        last = layout
        for _ in range(_ROUNDS):
            if is_well(last, answer):
                return g
            reader = self._new_reader()
            reader.written = added_days(layout)
            found = reader.read(layout.dashboard)
            repair = Repair(layout, last, found, theirs_only=found.book.g != g)
            requests = repair.requests()
            if not repair.theirs_only:
                requests += _in_place(reader.history, repair.now)
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

    def _days_put_right(self, layout: Layout, answer: Json | None, g: int) -> int:
        """Rows of History that were replaced, and were somebody else's by then: as they were."""
        if days_are_well(layout, answer):
            return g
        reader = self._new_reader()
        found = reader.read(layout.dashboard)
        sheet = found.sheets["history"]
        tab = layout.dashboard.tab("history")
        now = found.state.tabs[tab.key].columns
        if not {"day", "profile"} <= now.keys():
            return g
        first = layout.header_row(tab) + 1
        days, profiles = reader.fetch_of(sheet)(
            [(first, now[k], 0, now[k]) for k in ("day", "profile")]
        )
        there, meant = keys_of(days, profiles), layout.rows(tab).held
        stayed = all(now.get(key) == p for key, p in layout.at[tab.key].items())
        rows_stayed = {row: there.get(row) for row in meant} == rewritten(layout)
        if found.book.g != g or (stayed and rows_stayed):
            return g
        copied: Grid = {}
        if UNDO in found.book.ours:
            undo = replace(sheet, id=found.book.ours[UNDO].id)
            (copied,) = reader.fetch_of(undo)([(1, 1, 0, max(layout.at[tab.key].values()))])
        cells = {} if stayed else undone(layout, meant, copied, now)
        there = there if stayed else {**there, **copied_keys(meant, copied, now)}
        cells |= restored(layout, meant, copied, there, now)
        self._sender.write(found.book, [list(rectangles(cells, sheet.id))])
        self.notes.append(MOVED)
        return found.book.g + 1

    def _calls_after(self, layout: Layout, work: Tidying) -> int:
        """How many calls follow the write when nobody comes between, for the Log."""
        looks = self.dress and bool(Looks(layout).wanted())
        return int(looks) + (_TIDYING if work.doomed else 0)

    def _tidy(self, layout: Layout, work: Tidying, g: int) -> int:
        """Takes away rows of History that stand there twice, and thins months past retention."""
        if not work.doomed or MOVED in self.notes:
            return g
        reader = self._new_reader()
        fetch = reader.fetch_of(layout.found.sheets["history"])
        now = reader.read(layout.dashboard)
        if now.book.g != g:
            return g  # somebody else is at work: another time
        layout = Layout(replace(layout.plan, state=now.state, changes=(), missing=()), now)
        doomed = {key for row in work.doomed if (key := self._keys.get(row))}
        assert reader.history is not None
        self._sender.write(now.book, [list(removal(layout, reader.history.index, work))])
        undo = replace(layout.found.sheets["history"], id=layout.ids[UNDO])
        at = layout.at["history"]
        first = layout.header_row(layout.dashboard.tab("history")) + 1
        days, profiles = fetch([(first, at[k], 0, at[k]) for k in ("day", "profile")])
        (copied,) = reader.fetch_of(undo)([(1, 1, 0, max(at.values()))])
        # Of a doubled row the other one has to be there still.
        gone = doomed if work.upto else set()
        back = missing(copied, keys_of(days, profiles).values(), gone, at)
        if back:
            book = self._new_reader().read(layout.dashboard).book
            self._sender.write(book, [[put_back(layout, back)]])
            return book.g + 1
        return g + 1

    def _doomed(self, layout: Layout, doors: GoogleHistory | None) -> Tidying:
        """What is to be taken away: new rows go in below, so it stands there after the write."""
        if doors is None or doors.held is None:
            return Tidying(())
        keep, sheet = layout.plan.keep_daily, layout.found.sheets.get("history")
        self._keys: dict[int, tuple[str, int]] = {}
        if doubled := doors.doubled():
            return Tidying(tuple(doubled))
        rows = old_rows(doors.index, keep, sheet.entry.get("thinned", "")) if keep and sheet else []
        if not rows or keep is None or sheet is None:
            return Tidying(())
        at = layout.at["history"]
        fetch = self._new_reader().fetch_of(sheet)
        days, profiles = fetch([(rows[0], at[k], rows[-1], at[k]) for k in ("day", "profile")])
        wanted = set(rows)
        found = keys_of(days, profiles)
        self._keys = {row: key for row, key in found.items() if row in wanted}
        return Tidying(tuple(thinned(self._keys)), month_end(keep))

    def _dress(self, layout: Layout, g: int) -> None:
        """What is only to look at, once; no number waits for it, and none is lost by it."""
        looks = Looks(layout)
        wanted = looks.wanted()
        if not wanted or MOVED in self.notes:
            return
        head = Head(g + 1, self.run, mark_of(self.spreadsheet), at=self.now().timestamp())
        try:
            self._sender.send(head, looks.requests(wanted), ())
        except (DestinationError, gspread.exceptions.GSpreadException, OSError) as error:
            said = error.message if isinstance(error, DestinationError) else str(error)
            self.notes.append(f"The numbers are written; their look was refused: {said[:200]}")

    def _tell(self, found: Found) -> None:
        calls = self.client.calls
        sent, got = sum(call.sent for call in calls), sum(call.got for call in calls)
        self.client.tell(f"{sent:,} bytes sent, {got:,} received")
        whose = f"{self.identity.email}, " if self.identity.email else ""
        used = f"with the credentials of {whose}{self.identity.source}"
        self.notes.append(f"{len(calls)} calls to Google, {used}.")
        for key, sheet in found.sheets.items():
            if not sheet.entry and not found.book.copied:
                what = "was a copy" if sheet.copy_of else "has the headers"
                title = TITLES.get(key, key)
                self.notes.append(
                    f"The tab {sheet.title} {what} of {title}, which is gone: it is {title} now."
                )
        if found.book.copied:
            self.notes.append(
                "This spreadsheet is a copy of another dashboard; it is now one of its own."
            )


def _in_place(doors: GoogleHistory | None, layout: Layout) -> list[Json]:
    """Puts rows of History right whose columns were moved while they were written."""
    if doors is None or not doors.misplaced:
        return []
    now = layout.at["history"]
    there = {key: now[key] for key in doors.at}
    cells = in_place(doors.tab, doors.misplaced, there, doors.then)
    return list(rectangles(cells, layout.ids["history"]))


def open_spreadsheet(
    spreadsheet: str,
    credentials: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> GoogleDestination:
    """Raises ConfigError when there are no credentials that can be used."""
    identity = find_credentials(credentials, os.environ, Path.cwd())
    client = gspread.authorize(identity.credentials, http_client=SheetsClient).http_client
    assert isinstance(client, SheetsClient)
    if tell is not None:
        client.tell = tell
        whose = f" ({identity.email})" if identity.email else ""
        tell(f"credentials: {identity.source}{whose}")
    return GoogleDestination(spreadsheet, client, identity)
