"""The command line: which commands there are, and how an error reaches the terminal."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

import click

from sheetsync import __version__
from sheetsync.commands.demo import demo
from sheetsync.commands.due import due
from sheetsync.commands.platforms import platforms
from sheetsync.commands.show import show
from sheetsync.commands.sync import sync_command
from sheetsync.errors import SheetsyncError


class Commands(click.Group):
    """Shows a SheetsyncError as the terminal should: what happened, then the next step."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):  # a console without “≈” shows “?”, and goes on
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except SheetsyncError as error:
            click.echo(f"error: {error.message}", err=True)
            click.echo(f"hint: {error.hint}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sheetsync")
def main() -> None:
    """Public profile numbers in your team's spreadsheet: dated, checkable, with a reason for
    every gap.

    \b
    Try it:            sheetsync demo
    Your saved pages:  sheetsync sync --saved ~/Downloads
    One page:          sheetsync show page.html
    What works where:  sheetsync platforms
    """


for command in (sync_command, due, show, platforms, demo):
    main.add_command(command)
