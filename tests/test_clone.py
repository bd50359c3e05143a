"""Which repository this is, as git has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sheetsync import clone


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/team/numbers", "team/numbers"),
        ("https://github.com/team/numbers.git", "team/numbers"),
        ("git@github.com:team/num.bers.git", "team/num.bers"),
        ("ssh://git@github.com/team/numbers.git", "team/numbers"),
        ("https://user:ghp_sesame@github.com/team/numbers.git", "team/numbers"),
        ("https://ghp_sesame@github.com/team/numbers", "team/numbers"),
        ("https://www.github.com/team/numbers/", "team/numbers"),
        ("ssh://git@ssh.github.com:443/team/numbers.git", "team/numbers"),
        ("org-12@github.com:team/numbers.git", "team/numbers"),
        ("github.com:team/numbers", "team/numbers"),
        ("https://github.com@evil.example/team/numbers", ""),
        ("https://notgithub.com/team/numbers", ""),
        ("https://git.example/team/numbers.git", ""),
        ("https://github.com.evil.example/team/numbers", ""),
    ],
)
def test_a_clone_knows_its_repository(tmp_path: Path, url: str, name: str) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", url)
    assert clone.repository(tmp_path) == name


def test_a_clone_whose_origin_is_elsewhere_is_known_by_its_other_remote(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://git.example/team/numbers.git")
    git(tmp_path, "remote", "add", "hub", "git@github.com:team/numbers.git")
    assert clone.repository(tmp_path) == "team/numbers"
    git(tmp_path, "remote", "set-url", "origin", "git@github.com:team/first.git")
    assert clone.repository(tmp_path) == "team/first"


def test_a_folder_below_a_clone_is_part_of_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert clone.top(below) == tmp_path


def test_a_folder_that_is_no_clone_has_no_repository(tmp_path: Path) -> None:
    assert clone.repository(tmp_path) == ""


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
