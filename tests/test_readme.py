"""README says what the command can do: every command, every option, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

import sheetsync
from sheetsync.cli import main
from tests.readme import with_platforms

HOUSE = Path(sheetsync.__file__).parent
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


def test_the_table_of_platforms_is_what_their_files_say() -> None:
    assert with_platforms(README) == README, "write it anew: python -m tests.readme"


def _told() -> list[str]:
    """Every text in the product that a person may be told."""
    texts = [path.read_text("utf-8") for path in HOUSE.rglob("*.toml")]
    for path in HOUSE.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        texts += [
            n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)
        ]
    return texts


TOLD = _told()
TROUBLE = README.partition("What it says, and what to do:")[2].partition("## What")[0]
SAYS = re.findall(r"(?m)^\| ([^|]*) \|", TROUBLE)[1:]


@pytest.mark.parametrize("says", SAYS)
def test_each_message_under_trouble_is_one_that_the_product_says(says: str) -> None:
    parts = re.split(r"…|, asks |, or |, “|”| \(exit status 4\)", says)
    for part in filter(None, map(str.strip, parts)):
        assert any(part.lower() in text.lower() for text in TOLD), part


def test_trouble_is_answered_for_a_dozen_messages_at_least() -> None:
    assert len(SAYS) >= 12
