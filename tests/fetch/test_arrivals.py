"""Files are told once, when they are whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheetsync.errors import ConfigError
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


def test_what_cannot_be_a_page_is_not_told(tmp_path: Path) -> None:
    """An unfinished download, a photo, and a name that a browser has only reserved yet."""
    for name in ("Unconfirmed 1.crdownload", "a.html.part", "photo.jpg"):
        (tmp_path / name).write_text("x")
    (tmp_path / "reserved.html").touch()
    page = tmp_path / "b.html"
    told = arrivals([tmp_path], sleep=looks(nothing, lambda: page.write_text("b"), nothing))
    assert next(told) == [page]


def test_a_download_that_gets_its_name_at_last_is_told_under_it(tmp_path: Path) -> None:
    part = tmp_path / "a.crdownload"
    part.write_text("a")
    page = tmp_path / "a.html"
    told = arrivals([tmp_path], sleep=looks(nothing, lambda: part.rename(page), nothing))
    assert next(told) == [page]


def test_a_folder_that_appears_inside_is_looked_into(tmp_path: Path) -> None:
    page = tmp_path / "monday" / "a.html"

    def appear() -> None:
        page.parent.mkdir()
        page.write_text("a")

    assert next(arrivals([tmp_path], sleep=looks(appear, nothing))) == [page]


def test_a_folder_that_goes_away_and_comes_back_is_looked_into_again(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    page = folder / "a.html"

    def back() -> None:
        folder.mkdir()
        page.write_text("a")

    told = arrivals([folder], sleep=looks(folder.rmdir, nothing, back, nothing))
    assert next(told) == [page]


def test_a_folder_that_was_never_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        next(arrivals([tmp_path / "typo"], sleep=looks(nothing)))


def test_a_file_that_was_written_anew_in_its_place_is_told_again(tmp_path: Path) -> None:
    page, other = tmp_path / "a.html", tmp_path / "b"
    page.write_text("a")
    other.write_text("b")
    os.utime(other, ns=(page.stat().st_atime_ns, page.stat().st_mtime_ns))
    told = arrivals(
        [tmp_path / "a.html"], sleep=looks(nothing, lambda: other.replace(page), nothing)
    )
    assert next(told) == [page]
    assert next(told) == [page]
