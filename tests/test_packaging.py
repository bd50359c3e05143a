"""What is installed: everything that the program reads, not only its code."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

import sheetsync

HOUSE = Path(sheetsync.__file__).parent
FILES = [
    path.relative_to(HOUSE).as_posix()
    for path in HOUSE.rglob("*")
    if path.is_file() and path.suffix not in (".py", ".pyc")
]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_no_code_is_installed_too(file: str) -> None:
    project = tomllib.loads((HOUSE.parent / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["sheetsync"]
    assert any(fnmatch(file, pattern) for pattern in patterns)
