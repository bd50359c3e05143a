"""README says what the command can do: every command, every option, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from sheetsync.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
OPTIONS = sorted(
    {
        name
        for command in main.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }
)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_in_readme(option: str) -> None:
    assert re.search(rf"{option}(?![\w-])", README)


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))))
def test_readme_names_no_option_that_does_not_exist(option: str) -> None:
    assert option in [*OPTIONS, "--version"]


@pytest.mark.parametrize(
    "name",
    sorted(
        set(
            re.findall(
                r"sheetsync (sync|show|demo|platforms|due|eval|init|doctor|forget)\b", README
            )
        )
    ),
)
def test_readme_names_no_command_that_does_not_exist(name: str) -> None:
    assert name in main.commands
