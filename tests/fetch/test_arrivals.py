"""Files are told once, when they are whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sheetsync.fetch.arrivals import arrivals


def looks(*steps: Callable[[], object]) -> Callable[[float], None]:
    """A sleep in which the folder changes: one step between two looks each."""
    left: Iterator[Callable[[], object]] = iter(steps)

    def sleep(seconds: float) -> None:
        next(left)()

    return sleep


def nothing() -> None:
    pass


def test_what_is_there_is_told_at_once_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("a")
    new = tmp_path / "b.html"
    told = arrivals([tmp_path], sleep=looks(nothing, nothing, lambda: new.write_text("b"), nothing))
    assert next(told) == [tmp_path / "a.html"]
    assert next(told) == [new]


def test_a_file_that_is_still_growing_waits_until_it_is_whole(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    grow = [lambda n=n: page.write_text("x" * n) for n in (1, 2, 3)]
    told = arrivals([tmp_path], sleep=looks(*grow, nothing))
    assert next(told) == [page]
    assert page.read_text() == "xxx"


def test_a_file_that_changed_is_told_again(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("a")
    told = arrivals([tmp_path], sleep=looks(nothing, lambda: page.write_text("bb"), nothing))
    assert next(told) == [page]
    assert next(told) == [page]


def test_a_file_that_went_away_is_no_trouble(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    other = tmp_path / "b.html"
    told = arrivals(
        [tmp_path],
        sleep=looks(
            lambda: page.write_text("a"), page.unlink, lambda: other.write_text("b"), nothing
        ),
    )
    assert next(told) == [other]
