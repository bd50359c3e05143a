"""The process that works formulas out: it is stopped in time, and another one goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sheetsync.importxml import Content, Import, NoValue, Worker
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
