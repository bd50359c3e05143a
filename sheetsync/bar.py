"""A live bar on a terminal, plain lines elsewhere: how far it is, and what it waits for."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from sheetsync.fetch.round import Progress as Round

#: Without a terminal: one line for so many read, so that a log stays short.
EVERY = 25


class Bar:
    """A context manager; ``tell`` may be called as often as one likes."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        console = Console(file=stream)
        self._quiet, self._console = quiet, console
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._said = 0
        if console.is_terminal and not quiet:
            columns = (TextColumn("Reading"), BarColumn(30), MofNCompleteColumn())
            self._bar = Progress(
                *columns, TextColumn("{task.description}"), console=console, transient=True
            )

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def tell(self, round_: Round) -> None:
        """Show how far the round is."""
        waiting = "waiting for " + ", ".join(round_.waiting) if round_.waiting else ""
        if self._bar:
            if self._task is None:
                self._task = self._bar.add_task(waiting, total=round_.total)
            self._bar.update(self._task, completed=round_.done, description=waiting)
        elif not self._quiet and round_.done >= self._said + EVERY:
            self._said = round_.done
            self._console.print(f"{round_.done} of {round_.total} read, {waiting}", highlight=False)
