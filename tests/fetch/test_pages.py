"""Pages for the IMPORT formulas: asked for once, however many formulas read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sheetsync import importxml
from sheetsync.fetch.pages import Pages
from sheetsync.fetch.way import Manners, Way
from sheetsync.importxml.answers import content_of
from sheetsync.model import Outcome
from tests.world import World

HOSTS = ("one.example", "two.example")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with World() as world:
        for name, value in world.environment().items():
            monkeypatch.setenv(name, value)
        for number, host in enumerate(HOSTS):
            world.serve(host, "/robots.txt", b"User-agent: *\nDisallow: /no\n")
            items = "".join(f"<li>{number * 100 + item}</li>" for item in range(15))
            world.serve(host, "/list", f"<ul>{items}</ul>".encode())
        yield world


def test_thirty_imports_of_two_pages_are_two_requests_and_every_value_is_right(
    world: World,
) -> None:
    """As the Imports tab does it: the page fetched outside, one process for all formulas."""
    wanted = [
        (f'=IMPORTXML(A{number}; "//li[{item + 1}]")', number * 100 + item)
        for item in range(15)
        for number in range(2)
    ]
    sheet = {f"A{number}": f"https://{host}/list" for number, host in enumerate(HOSTS)}
    with (
        Way((), Manners(allow_hosts=HOSTS), {}) as way,
        importxml.Worker() as worker,
    ):
        pages = Pages(way)
        for text, value in wanted:
            call = importxml.to_import(text, sheet.__getitem__)
            found = worker.evaluate(call, content_of(pages.get(call.url)))
            assert found.values == [[value]]
    for host in HOSTS:
        assert [seen.path for seen in world.seen(host)] == ["/robots.txt", "/list"]


@pytest.mark.parametrize(
    "url",
    ["https://[", "https://other.example/", "https://127.0.0.1/", "http://one.example/", "x"],
)
def test_an_address_without_leave_is_never_asked(world: World, url: str) -> None:
    with Way((), Manners(allow_hosts=HOSTS), {}) as way:
        assert Pages(way).get(url).problem is Outcome.REFUSED_ADDRESS
    assert not world.server.log


def test_a_page_that_robots_forbids_is_not_asked(world: World) -> None:
    with Way((), Manners(allow_hosts=HOSTS), {}) as way:
        answer = Pages(way).get("https://one.example/no")
    assert answer.problem is Outcome.ROBOTS_DISALLOWED
    assert [seen.path for seen in world.seen("one.example")] == ["/robots.txt"]
