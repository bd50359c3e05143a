"""A Google spreadsheet: whose hand, may it write, is there room, do the clocks agree.

What reading it needs (credentials, token, the API enabled, shared at all) has been found wrong by
then, with the destination's own words. Nothing here knows the destination's rooms: it is told by
its shape, so that a run without Google loads none of Google's libraries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, runtime_checkable

from sheetsync.doctor import Step, World, look, ok, unseen, wrong

MOST_CELLS = 10_000_000
_FULL = 0.8
#: Google takes a token's time for wrong when it is five minutes off.
_SKEW = timedelta(minutes=2)
_SHEETS = "https://sheets.googleapis.com/v4/spreadsheets/"
_FIELDS = "properties(locale,timeZone),sheets.properties.gridProperties(rowCount,columnCount)"
#: Deletes what nobody has: a write that changes nothing and asks for the right to write.
_NOTHING = {"developerMetadataLookup": {"metadataKey": "sheetsync.doctor.none"}}
_LINK = re.compile(r"https?://[^\s“”]+")


@runtime_checkable
class Spreadsheet(Protocol):
    """``identity`` has ``source`` and ``email``; ``client.request`` is gspread's."""

    spreadsheet: str
    identity: Any
    client: Any


def link_in(hint: str) -> str:
    """The page that a hint names, to be clicked."""
    found = _LINK.search(hint)
    return found[0].rstrip(".,") if found else ""


def whose(destination: Spreadsheet) -> Step:
    found = destination.identity
    who = found.email or "an account that does not say its e-mail"
    return ok("Credentials", f"{who}, from {found.source}")


def spreadsheet_steps(destination: Spreadsheet, world: World) -> Iterator[Step]:
    """Of one that could be read. Two calls."""
    address = _SHEETS + destination.spreadsheet
    try:
        answer = destination.client.request("get", address, params={"fields": _FIELDS})
        book = answer.json()
    except Exception as error:  # noqa: BLE001  whatever a client raises: it was read just now
        yield unseen("Spreadsheet", f"it was not told again ({type(error).__name__}).")
        return
    yield clocks(answer.headers, world)
    settings = book.get("properties", {})
    yield ok("Language", f"{settings.get('locale', '?')}, {settings.get('timeZone', '?')}")
    yield _cells(book, destination.spreadsheet)
    yield _may_write(destination, address)


def clocks(headers: Mapping[str, str], world: World) -> Step:
    """By the time in the answer's own headers."""
    try:
        theirs = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return unseen("Clock", "Google's answer had no time.")
    off = abs(world.now - theirs)
    if off <= _SKEW:
        return ok("Clock", "agrees with Google's")
    return wrong(
        "Clock",
        f"this machine's clock is {off.total_seconds() / 60:.0f} minutes off.",
        "Turn on automatic time; Google refuses credentials from a clock that is wrong.",
    )


def _cells(book: Mapping[str, Any], spreadsheet: str) -> Step:
    grids = [sheet.get("properties", {}).get("gridProperties", {}) for sheet in book["sheets"]]
    used = sum(grid.get("rowCount", 0) * grid.get("columnCount", 0) for grid in grids)
    said = f"{used:,} of {MOST_CELLS:,} cells; empty ones count"
    if used < _FULL * MOST_CELLS:
        return ok("Room", said)
    return look(
        "Room",
        f"{said}.",
        "Delete tabs, or empty rows and columns, that nobody needs; or keep fewer days.",
        _page(spreadsheet),
    )


def _may_write(destination: Spreadsheet, address: str) -> Step:
    body = {"requests": [{"deleteDeveloperMetadata": {"dataFilter": _NOTHING}}]}
    try:
        destination.client.request("post", f"{address}:batchUpdate", json=body)
    except Exception as error:  # noqa: BLE001  only one answer says something here
        status = getattr(getattr(error, "response", None), "status_code", 0)
        if status == 403 or isinstance(error, PermissionError):
            who = destination.identity.email or "the account of these credentials"
            return wrong(
                "Edit rights",
                f"{who} may read the spreadsheet, but not write it.",
                f"Press Share there, and make {who} an Editor.",
                _page(destination.spreadsheet),
            )
        if status != 400:  # 400: it may write, and there was nothing to delete
            return unseen("Edit rights", f"no answer ({type(error).__name__}).")
    return ok("Edit rights", "may write")


def _page(spreadsheet: str) -> str:
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}"
