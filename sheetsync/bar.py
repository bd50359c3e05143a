"""A live bar on a terminal, plain lines elsewhere: how far it is, and what it waits for."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column

from sheetsync.fetch.round import Progress as Round

#: Without a terminal: a line for so many read, and after so many seconds, so that a log is short.
EVERY = 25
SECONDS = 30.0


class Bar:
    """A context manager; ``tell`` may be called as often as one likes.

    ``stream`` is None where the process has no stderr. A stream that breaks ends the telling only.
    """

    def __init__(self, stream: TextIO | None, *, quiet: bool) -> None:
        self._stream = None if quiet else stream
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._said, self._at = -EVERY, 0.0
        if self._stream is not None and self._stream.isatty():
            console = Console(file=self._stream)
            if not console.is_dumb_terminal:
                self._bar = _live(console)

    def __enter__(self) -> Self:
        with suppress(OSError):
            if self._bar:
                self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            if self._bar:
                self._bar.stop()

    def tell(self, round_: Round) -> None:
        """Show how far the round is."""
        try:
            if self._bar:
                self._show(self._bar, round_)
            elif self._stream is not None and round_.waiting:
                self._print(self._stream, round_)
        except OSError:  # the terminal is gone; what is being read is not
            self._bar = self._stream = None

    def _show(self, bar: Progress, round_: Round) -> None:
        if self._task is None:
            self._task = bar.add_task("", total=round_.total)
        bar.update(self._task, completed=round_.done, description=told(round_))

    def _print(self, stream: TextIO, round_: Round) -> None:
        often = round_.done >= self._said + EVERY
        if often or monotonic() >= self._at + SECONDS:
            self._said, self._at = round_.done, monotonic()
            stream.write(f"{told(round_)}\n")
            stream.flush()


def told(round_: Round) -> str:
    """``3 of 10 read, 7 left, waiting for bluesky, tiktok``"""
    left = round_.total - round_.done
    waiting = f", waiting for {', '.join(round_.waiting)}" if round_.waiting else ""
    return f"{round_.done} of {round_.total} read, {left} left{waiting}"


def _live(console: Console) -> Progress:
    """One line, however narrow: the bar is short and the text is cut at the edge."""
    text = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis"))
    width = 24 if console.width >= 80 else 8
    return Progress(BarColumn(width), text, console=console, transient=True)
