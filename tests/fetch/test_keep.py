"""``--save``: pages as they came, and nothing that lay there before is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.errors import ConfigError
from sheetsync.fetch.keep import Keeper
from sheetsync.model import Page

PAGE = Page("<html>one</html>", name="https://bsky.app/profile/x")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pages_are_numbered_as_they_came(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "kept")
    keeper.keep(PAGE)
    keeper.keep(Page('{"a": 1}', name="https://api.github.com/users/x"))
    assert names(tmp_path / "kept") == [
        "001-bsky.app-profile-x.html",
        "002-api.github.com-users-x.json",
    ]


def test_another_run_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "041-mine.html").write_text("mine")
    Keeper(tmp_path).keep(PAGE)
    Keeper(tmp_path).keep(Page("<html>two</html>", name=PAGE.name))
    assert names(tmp_path) == [
        "041-mine.html",
        "042-bsky.app-profile-x.html",
        "043-bsky.app-profile-x.html",
    ]
    assert (tmp_path / "041-mine.html").read_text() == "mine"
    assert (tmp_path / "042-bsky.app-profile-x.html").read_text() == PAGE.text


def test_two_runs_at_once_write_over_nothing(tmp_path: Path) -> None:
    one, other = Keeper(tmp_path), Keeper(tmp_path)
    one.keep(PAGE)
    other.keep(Page("<html>two</html>", name=PAGE.name))
    kept = [path.read_text() for path in sorted(tmp_path.iterdir())]
    assert kept == [PAGE.text, "<html>two</html>"]


def test_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be kept there"):
        Keeper(tmp_path / "file")
