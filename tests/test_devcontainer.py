"""The container in which somebody starts in a browser: what it installs is what the tests need."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))


def test_it_has_every_engine_that_ci_demands() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    needed = set(re.findall(r"need\+=\(([^)]+)\)", script))
    engines = {name for names in needed for name in names.split()}
    assert engines and engines <= set(FILE["onCreateCommand"].split())


def test_it_installs_as_readme_does_and_ends_with_the_demo() -> None:
    command = FILE["postCreateCommand"]
    assert ".venv/bin/pip install -q -e '.[dev]'" in command
    assert command.endswith(".venv/bin/sheetsync demo")
    assert '.venv/bin/pip install -q -e ".[dev]"' in (ROOT / "README.md").read_text("utf-8")


def test_its_image_is_a_standard_one_with_a_python_that_is_new_enough() -> None:
    name, version = re.fullmatch(r"([\w/.-]+):3\.(\d+)-\w+", FILE["image"]).groups()  # type: ignore[union-attr]
    assert name == "python"  # the official image: no registry's host is named
    assert int(version) >= 11


def test_what_is_made_in_it_is_not_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {".venv/", "/*.xlsx"} <= set(ignored)
