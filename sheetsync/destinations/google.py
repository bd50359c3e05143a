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
from sheetsync.destinations.google_after import MOVED, After, moved_back
from sheetsync.destinations.google_cells import Json
from sheetsync.destinations.google_check import ranges
from sheetsync.destinations.google_client import Called, SheetsClient
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
from sheetsync.destinations.google_history import GoogleHistory, Index
from sheetsync.destinations.google_layout import Layout
from sheetsync.destinations.google_looks import Looks
from sheetsync.destinations.google_parts import batches, with_calls
from sheetsync.destinations.google_read import Reader
from sheetsync.destinations.google_send import Sender
from sheetsync.destinations.google_setup import MOST_CELLS, cells_after
from sheetsync.destinations.google_spreadsheet import Spreadsheet
from sheetsync.destinations.google_tidy import Tidying
from sheetsync.errors import DestinationError, SheetsyncError
from sheetsync.plan import Erasure, Plan, State

P = ParamSpec("P")
T = TypeVar("T")

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
        self._after = After(self._new_reader, self._sender, self.notes)
        self._found: Found | None = None
        self._reader: Reader | None = None
        self._dashboard: Dashboard | None = None
        self._read_at = now()

    @property
    def calls(self) -> int:
        """How many calls the run has made, for the report."""
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
        reader = self._reader = self._new_reader()
        self._found = self._asked(lambda: reader.read(dashboard))
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

    def _asked(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except SheetsyncError:
            raise
        except Exception as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> DestinationError:
        book = self._found.book if self._found else None
        named = self._sender.sheet_in(error)
        sheet = book.sheet(named) if book and named is not None else None
        who, tab = self.identity.email, sheet.title if sheet else ""
        return explain(error, who, self.spreadsheet, read=book is not None, tab=tab)

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
        self._refuse_stale()
        read, doors = self._there(), self._doors()
        if plan.erasure is not None:
            self._erase(plan, read)
            return
        unfinished = any(not head.finished for head in read.book.heads[-1:])
        found = self._asked(lambda: self._handled(Layout(plan, read)))
        layout = Layout(plan, found, doors.cells())
        work = self._asked(lambda: self._after.doomed(layout, doors))
        counted, parts = self._counted(layout, work, doors.index)
        parts[0][:0] = moved_back(doors, counted)
        if unfinished:
            parts[0] += emptied(found.book)  # of a run that was cut short
        if cells_after(counted, [one for part in parts for one in part]) > MOST_CELLS:
            raise too_large()
        answer = self._asked(lambda: self._write_or_reread(counted, parts, ranges(counted)))
        self._follow(counted, answer, work, found.book.g + len(parts))
        self._tell(self._there())

    def _refuse_stale(self) -> None:
        if self.now() - self._read_at > _STALE:
            raise DestinationChanged(
                "The spreadsheet was read more than five minutes ago.", hint="Run this again."
            )

    def _counted(
        self, layout: Layout, work: Tidying, index: Index
    ) -> tuple[Layout, list[list[Json]]]:
        """The layout whose Log says how many calls the run makes, and its batches, which are some
        of these calls."""
        calls = len(self.client.calls) + self._calls_after(layout, work)

        def counted(writes: int) -> tuple[Layout, list[list[Json]]]:
            plan = with_calls(layout.plan, calls + writes)
            told = Layout(plan, layout.found, layout.days)
            return told, batches(told, index)

        told, parts = counted(1)
        return (told, parts) if len(parts) == 1 else counted(len(parts))

    def _follow(self, layout: Layout, answer: Json | None, work: Tidying, g: int) -> None:
        """The numbers are written, whatever becomes of this."""
        try:
            last = self._asked(lambda: self._after.follow(layout, answer, work, g))
            if self.dress:
                self._dress(layout, last)
        except DestinationError as error:
            self.notes.append(
                f"The numbers were written, but what comes after was not done ({error.message})"
                " The next sync does it first."
            )

    def _there(self) -> Found:
        assert self._found is not None, "read comes before apply"
        return self._found

    def _doors(self) -> GoogleHistory:
        assert self._reader is not None and self._reader.history is not None
        return self._reader.history

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
        return Reader(Spreadsheet(self.client, self.spreadsheet), self.now)

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
            again = Spreadsheet(self.client, self.spreadsheet).book()
            if again.places == book.places and again.names == book.names:
                raise
            raise DestinationChanged(
                "Somebody changed the spreadsheet's tabs or columns meanwhile.",
                hint="Run this again.",
            ) from error

    def _calls_after(self, layout: Layout, work: Tidying) -> int:
        """How many calls follow the write when nobody comes between, for the Log."""
        looks = self.dress and bool(Looks(layout).wanted())
        return int(looks) + (_TIDYING if work.doomed else 0)

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


def open_spreadsheet(
    spreadsheet: str,
    credentials: Path | None = None,
    tell: Callable[[str], None] | None = None,
    calls: list[Called] | None = None,
) -> GoogleDestination:
    """``calls`` are those that the run has made before. Raises ConfigError when there are no
    credentials that can be used."""
    identity = find_credentials(credentials, os.environ, Path.cwd())
    client = gspread.authorize(identity.credentials, http_client=SheetsClient).http_client
    assert isinstance(client, SheetsClient)
    client.calls = [] if calls is None else calls
    if tell is not None:
        client.tell = tell
        whose = f" ({identity.email})" if identity.email else ""
        tell(f"credentials: {identity.source}{whose}")
    return GoogleDestination(spreadsheet, client, identity)
