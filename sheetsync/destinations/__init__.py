"""Where a dashboard lives. ``read`` and ``apply`` are all that the rest of the program knows.

::

    with open_destination("dashboard.xlsx") as destination:   # nobody else writes it meanwhile
        state = destination.read(DASHBOARD)
        plan = make_plan(DASHBOARD, state, …)
        destination.apply(plan)                               # one atomic step, or nothing
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sheetsync.dashboard import Dashboard
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.plan import Plan, State

_GOOGLE = re.compile(r"google\.com/|^[\w-]{40,}$")


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def read(self, dashboard: Dashboard) -> State:
        """What is there now; an empty State when there is nothing yet."""

    def apply(self, plan: Plan) -> None:
        """Makes the plan true in one atomic step; an empty plan touches nothing.

        Raises DestinationChanged when it is no longer what was read.
        """


def open_destination(to: str) -> Destination:
    """The destination that ``--to`` names. Raises ConfigError when it names none."""
    text = to.strip()
    if text.lower().endswith(".xlsx") and "://" not in text:
        # A destination's libraries are loaded only when it is asked for.
        from sheetsync.destinations.workbook import WorkbookDestination  # noqa: PLC0415

        return WorkbookDestination(Path(text).expanduser())
    if _GOOGLE.search(text):
        raise ConfigError(
            f"{text} is a Google spreadsheet; writing those comes in a later version.",
            hint="For now say --to with a path that ends in .xlsx, e.g. --to dashboard.xlsx",
        )
    raise ConfigError(
        f"“{text}” is no destination.",
        hint="Say --to with a path that ends in .xlsx, e.g. --to dashboard.xlsx",
    )
