"""``sheetsync demo``: the whole pipeline on pages that come with sheetsync."""

from __future__ import annotations

import click

from sheetsync.commands.shared import now
from sheetsync.commands.sync import tell
from sheetsync.demo import demo_pages
from sheetsync.destinations import open_destination
from sheetsync.options import option
from sheetsync.platform_file import builtin
from sheetsync.sync import read_pages, sync


@click.command()
@option(
    "--to", default="demo.xlsx", show_default=True, metavar="DEST", help="A path ending in .xlsx."
)
def demo(to: str) -> None:
    """The whole pipeline on pages that come with sheetsync, to demo.xlsx. Needs no network."""
    moment = now()
    reads, _ = read_pages(demo_pages(moment), builtin())
    with open_destination(to) as destination:
        synced = sync(destination, reads, platforms=builtin(), now=moment)
    tell(synced, to)
    click.echo(f"Open {to} to see it. Invented accounts; the numbers are made up.", err=True)
