"""The process that works formulas out: it is stopped in time, and another one goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sheetsync.importxml import Choices, Content, Import, NoValue, Worker
from sheetsync.importxml import worker as worker_room
from tests.importxml.pages import ADDRESS, MIXED

DEEP = "//*[count(//*[count(//*[count(//*[count(//*) > 0]) > 0]) > 0]) > 0]"


def xpath(query: str) -> Import:
    return Import("xml", ADDRESS, query)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(seconds=2.0) as one:
        yield one


def test_it_answers_as_the_library_door_does(worker: Worker) -> None:
    page = Content("<p>1.031<p>a")
    assert worker.evaluate(xpath("//p"), page, locale="nl_NL").values == [[1031], ["a"]]
    with pytest.raises(NoValue) as caught:
        worker.evaluate(xpath("//a@b"), page)
    assert caught.value.message.endswith("an attribute is a step of its own (position 4).")
    assert caught.value.hint == "Write //a/@b"
    assert (caught.value.position, caught.value.exit_status) == (4, 2)


def test_a_four_deep_count_is_stopped_in_time_and_the_next_formula_is_worked_out(
    worker: Worker,
) -> None:
    page = Content(MIXED * 200)
    assert worker.evaluate(xpath("//p"), page).first.value == "Foo"
    began = time.monotonic()
    with pytest.raises(NoValue) as caught:
        worker.evaluate(xpath(DEEP), page)
    assert time.monotonic() - began < 5
    assert caught.value.message == "The formula was stopped after 2 seconds."
    assert (caught.value.cell, caught.value.reason) == ("#N/A", "timeout")
    assert worker.evaluate(xpath("//p"), page).first.value == "Foo"


def test_a_page_that_no_parser_gets_to_its_end_is_stopped_too(worker: Worker) -> None:
    """Misnested formatting makes the standard's own algorithm slow."""
    began = time.monotonic()
    with pytest.raises(NoValue):
        worker.evaluate(xpath("//nope"), Content("<b><i><a><p>" * 40_000))
    assert time.monotonic() - began < 5


def test_a_process_that_dies_is_said_and_replaced(worker: Worker) -> None:
    worker.evaluate(xpath("//p"), Content(MIXED))
    assert worker._process is not None
    worker._process.kill()
    worker._process.join()
    assert worker.evaluate(xpath("//p"), Content(MIXED)).first.value == "Foo"


def test_nothing_is_left_running(worker: Worker) -> None:
    worker.evaluate(xpath("//p"), Content(MIXED))
    process = worker._process
    assert process is not None
    worker.stop()
    with pytest.raises(ValueError, match="closed"):
        process.is_alive()


def _fails(*_: object, **__: object) -> None:
    raise AttributeError("a mistake of ours")


def test_a_failure_that_nobody_foresaw_is_a_reason_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In this process: what is spawned cannot be given a mistake."""
    ours, theirs = multiprocessing.Pipe()
    monkeypatch.setattr(worker_room, "evaluate", _fails)
    monkeypatch.setattr(worker_room, "_limit_memory", lambda: None)
    monkeypatch.setattr(worker_room, "_end_after", lambda seconds: None)
    monkeypatch.setattr(worker_room.signal, "signal", lambda *_: None)
    ours.send((xpath("//p"), "<p>", "", "en_US", Choices()))
    thread = threading.Thread(target=worker_room._serve, args=(theirs, 2.0))
    thread.start()
    assert ours.recv() == "ready"
    failure = ours.recv()
    ours.close()
    thread.join()
    assert isinstance(failure, NoValue)
    assert failure.message == (
        "The formula could not be worked out: the reader failed (AttributeError)."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (signal.SIGKILL, "the page takes more memory than there is."),
        (signal.SIGSEGV, "the reader broke off (exit code -11)."),
    ],
)
def test_memory_is_blamed_only_when_the_system_ended_the_reader(
    worker: Worker, sent: signal.Signals, said: str
) -> None:
    page = Content(MIXED * 200)
    worker.evaluate(xpath("//p"), page)
    assert worker._process is not None
    pid = worker._process.pid
    assert pid is not None
    threading.Timer(0.5, os.kill, (pid, sent)).start()
    with pytest.raises(NoValue) as caught:
        worker.evaluate(xpath(DEEP), page)
    assert caught.value.message == f"The formula could not be worked out: {said}"


@pytest.mark.parametrize(
    ("kind", "hint"), [("xml", "A // inside"), ("html", "Building the page"), ("feed", "Ask for")]
)
def test_what_to_do_about_a_slow_formula_is_for_its_own_function(kind: Any, hint: str) -> None:
    late = Worker(seconds=2)._late(Import(kind, ADDRESS))
    assert late.hint.startswith(hint)
