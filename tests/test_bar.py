"""What is told while sites are asked: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import io
import re

import pytest

from sheetsync.bar import Bar, told
from sheetsync.fetch.round import Progress


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_tells_what_is_done_what_is_left_and_what_it_waits_for() -> None:
    assert told(Progress(3, 10, ("bluesky", "tiktok"))) == (
        "3 of 10 read, 7 left, waiting for bluesky, tiktok"
    )


def test_without_a_terminal_there_are_few_plain_lines() -> None:
    stream = io.StringIO()
    with Bar(stream, quiet=False) as bar:
        for done in range(61):
            bar.tell(Progress(done, 100, ("tiktok",)))
    assert stream.getvalue().splitlines() == [
        f"{done} of 100 read, {100 - done} left, waiting for tiktok" for done in (0, 25, 50)
    ]


def test_quiet_and_a_process_without_stderr_tell_nothing() -> None:
    stream = io.StringIO()
    for bar in (Bar(stream, quiet=True), Bar(None, quiet=False)):
        with bar:
            bar.tell(Progress(0, 3, ("tiktok",)))
    assert stream.getvalue() == ""


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    with Bar(Broken(), quiet=False) as bar:
        bar.tell(Progress(0, 3, ("tiktok",)))
        bar.tell(Progress(1, 3, ("tiktok",)))


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with Bar(stream, quiet=False) as bar:
        bar.tell(Progress(0, 3, ("tiktok",)))
    assert stream.getvalue() == "0 of 3 read, 3 left, waiting for tiktok\n"


def test_on_a_narrow_terminal_it_stays_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    with Bar(stream, quiet=False) as bar:
        bar.tell(Progress(3, 100, ("bluesky", "tiktok", "youtube", "instagram")))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "3 of 100 read" in shown
    assert max(len(line) for line in re.split(r"[\r\n]", shown)) <= 40
