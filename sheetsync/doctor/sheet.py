"""The dashboard: there, readable, writable, whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.words import day
from sheetsync.destinations import Destination
from sheetsync.doctor import Step, World, look, ok, wrong
from sheetsync.doctor.spreadsheet import link_in
from sheetsync.errors import SheetsyncError
from sheetsync.plan import State, TabState, zone_of

#: Rows that an .xlsx tab can have.
_ROWS = 1_048_576
_FULL = 0.8
#: A schedule that runs every day has missed one.
_SILENT = timedelta(days=2)


def read_sheet(
    destination: Destination, described: Dashboard, to: str
) -> tuple[Step, State | None]:
    """Opens it, with everything that a sync needs: the lock, its folder, that it is not open
    elsewhere."""
    try:
        with destination:
            state = destination.read(described)
    except SheetsyncError as error:
        return wrong("Dashboard", error.message, error.hint, link_in(error.hint)), None
    if not state.tabs:
        return ok("Dashboard", f"{to} is not there yet: the first sync makes it"), state
    return ok("Dashboard", f"{to} can be read and written"), state


def sheet_steps(state: State, described: Dashboard, world: World, to: str) -> Iterator[Step]:
    """Of a dashboard that was read."""
    if not state.tabs:
        return
    yield _whole(state, described)
    yield from _zone_and_clock(state, world)
    history = state.tabs.get("history")
    if history is not None and to.lower().endswith(".xlsx"):
        yield _room(history, state)


def _whole(state: State, described: Dashboard) -> Step:
    gone = [tab.title for tab in described.tables if tab.key not in state.tabs]
    gone += [board.title for board in described.boards if board.key not in state.boards]
    if "History" in gone:
        return wrong(
            "Tabs",
            "The tab History is gone, and with it every earlier day.",
            "Restore it before the next sync: from a copy, or from the version history.",
        )
    nameless = [
        held.title
        for key in ("profiles", "posts")
        if (held := state.tabs.get(key)) and held.rows and "address" not in held.columns
    ]
    if nameless:
        return wrong(
            "Tabs",
            f"Column A of {' and '.join(nameless)} is gone, and with it the addresses: until it is"
            " back, a sync writes nothing.",
            "Undo it, or restore an earlier copy: dashboard (before …).xlsx beside the workbook, or"
            " File → Version history of a Google spreadsheet.",
        )
    columns = [
        f"{held.title}: {column.header}"
        for tab in described.tables
        if (held := state.tabs.get(tab.key))
        for column in tab.columns
        if column.key not in held.columns and not column.hidden
    ]
    if not gone and not columns:
        return ok("Tabs", "all there")
    missing = [*(f"the tab {title}" for title in gone), *(f"{name}" for name in columns)]
    return look("Tabs", f"missing: {', '.join(missing)}.", "The next sync makes them again.")


def _zone_and_clock(state: State, world: World) -> Iterator[Step]:
    try:
        zone = zone_of(state)
    except SheetsyncError as error:
        yield wrong("Time zone", error.message, error.hint)
        return
    yield ok("Time zone", state.zone or "UTC")
    last = max((m for row in state.log if isinstance(m := row[0], datetime)), default=None)
    if last is None:
        return
    here = world.now.astimezone(zone).replace(tzinfo=None)
    shown = f"{day(last)} {last:%H:%M}"
    if last - here > timedelta(minutes=10):
        yield wrong(
            "Clock",
            f"The dashboard was last written at {shown}, which is still to come on this machine.",
            "Set this machine's clock and time zone; Google refuses a clock that is minutes off.",
        )
    elif here - last > _SILENT:
        yield look(
            "Last sync",
            f"{shown}, {(here - last).days} days ago.",
            "If it should run every day, see to its schedule: sheetsync doctor --github",
        )
    else:
        yield ok("Last sync", shown)


def _room(history: TabState, state: State) -> Step:
    used = state.history([("", date(2000, 1, 1))]).next_row - 1  # asks for nobody's day
    if used < _FULL * _ROWS:
        return ok("Room", f"{history.title} has {used:,} of {_ROWS:,} rows")
    return look(
        "Room",
        f"{history.title} has {used:,} of {_ROWS:,} rows.",
        "Keep fewer days: sheetsync sync --retention 200",
    )
