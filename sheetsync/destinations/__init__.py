"""Where a dashboard lives. ``read`` and ``apply`` are all that the rest of the program knows.

::

    with open_destination("dashboard.xlsx") as destination:   # nobody else writes it meanwhile
        state = destination.read(DASHBOARD)
        plan = make_plan(DASHBOARD, state, …)
        destination.apply(plan)                               # one atomic step, or nothing
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from sheetsync.dashboard import Dashboard
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.plan import Erasure, Plan, State

_GOOGLE = re.compile(r"docs\.google\.com/(?:a/[\w.-]+/)?spreadsheets/(?:u/\d+/)?d/([\w-]{20,})")
_ID = re.compile(r"[\w-]{40,}")


class DestinationChanged(DestinationError):
    """Somebody wrote the destination after it was read: read it and plan again."""


class Destination(Protocol):
    """A context manager that holds the lock from ``read`` to ``apply``.

    All methods raise DestinationError with nothing written. ``notes`` are sentences for the
    report, filled by ``apply``.
    """

    @property
    def notes(self) -> Sequence[str]: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def read(self, dashboard: Dashboard) -> State:
        """What is there now; an empty State when there is nothing yet."""

    def apply(self, plan: Plan) -> None:
        """Makes the plan true in one atomic step; an empty plan touches nothing.

        Raises DestinationChanged when it is no longer what was read.
        """


@dataclass(frozen=True, slots=True)
class Traces:
    """What an erasure does besides the rows that it names, for the person to see before.

    ``history`` counts rows; ``places`` are cells such as Notes!B4 whose text loses the name;
    ``named`` what is called after the person and must be renamed by hand; ``copies`` the files
    beside the dashboard that go; ``lost`` what of the team cannot stay in the new file.
    """

    history: int = 0
    places: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@runtime_checkable
class Forgets(Protocol):
    """A destination that can take a person out: its ``apply`` does what ``plan.erasure`` says,
    and its ``state`` and ``apply`` keep ``forgotten``."""

    def traces(self, erasure: Erasure) -> Traces:
        """Of the dashboard that was read last. Raises DestinationError."""


def spreadsheet_of(text: str) -> str:
    """The id of the Google spreadsheet that an address or an id names, else ""."""
    found = _GOOGLE.search(text)
    if found:
        return found[1]
    return text.strip() if _ID.fullmatch(text.strip()) else ""


def open_destination(
    to: str,
    *,
    credentials: Path | None = None,
    tell: Callable[[str], None] | None = None,
    calls: list[Any] | None = None,
) -> Destination:
    """The destination that ``--to`` names. Raises ConfigError when it names none.

    For a Google spreadsheet: the file with ``credentials``, who is told each call, and those that
    this run has made already, to which more are added.
    """
    text = to.strip()
    if text.lower().endswith(".xlsx") and "://" not in text:
        # A destination's libraries are loaded only when it is asked for.
        from sheetsync.destinations.workbook import WorkbookDestination  # noqa: PLC0415

        return WorkbookDestination(Path(text).expanduser())
    if spreadsheet := spreadsheet_of(text):
        from sheetsync.destinations.google import open_spreadsheet  # noqa: PLC0415

        return open_spreadsheet(spreadsheet, credentials, tell, calls)
    raise ConfigError(
        f"“{text}” is no destination.",
        hint="Say --to with a path that ends in .xlsx, e.g. --to dashboard.xlsx, or with the"
        " address of a Google spreadsheet.",
    )
