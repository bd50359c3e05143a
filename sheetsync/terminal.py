"""stdout is data, stderr is messages; either may be closed, full, narrow or without a letter."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Literal

import click

from sheetsync.errors import SheetsyncError


def ready() -> None:
    """A console without “≈” shows “?”, and goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def width() -> int | None:
    """The terminal's width; None when nobody looks at one."""
    looked_at = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if looked_at else None


def say(text: str) -> None:
    """Data, to stdout. A reader that has seen enough (``| head``) changes nothing of the run.

    Raises SheetsyncError when it cannot be written for another reason, such as a full disk.
    """
    try:
        click.echo(harmless(text))
    except BrokenPipeError:
        _give_up("stdout")
    except OSError as error:
        _give_up("stdout")
        raise SheetsyncError(
            f"The report could not be written: {error.strerror}.",
            hint="send it where there is room; a dashboard is written before its report.",
        ) from error


def print_json(value: object) -> None:
    """As data: where a letter cannot be written as it is, it is escaped and not lost."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    plain = encoding.lower().replace("-", "").replace("_", "") != "utf8"
    said = json.dumps(value, ensure_ascii=plain, indent=2)
    say(said.replace("##[", "\\u0023#["))  # the same data, and no command of a runner's


def note(line: str) -> None:
    """A message, to stderr; nobody may be there to read it."""
    with lost_if_nobody_reads():
        click.echo(harmless(line), err=True)


def harmless(text: str) -> str:
    """The text with nothing in it that GitHub's runner would take for a command of its own.

    There every line that a job prints is looked at, and what sites and sheets say is printed.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    return re.sub(r"(?m)^(\s*):(?=:)", r"\1: ", text).replace("##[", "## [")


def note_error(error: SheetsyncError) -> None:
    """What happened, then the next step."""
    note(f"error: {error.message}")
    note(f"hint: {error.hint}")


@contextmanager
def lost_if_nobody_reads() -> Iterator[None]:
    try:
        yield
    except OSError:
        _give_up("stderr")


def _give_up(name: Literal["stdout", "stderr"]) -> None:
    """Send the rest nowhere, so that Python's own end does not fail on it again."""
    stream = getattr(sys, name)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):  # a stream that is no file
        pass
    finally:
        os.close(nowhere)
