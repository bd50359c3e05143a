"""``sheetsync due``: what waits for a page that a person saves."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import click

from sheetsync.commands.shared import now, platforms_with, print_json
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.due import Due, age, due_list, due_page
from sheetsync.options import json_option, option, platform_option
from sheetsync.saver import bookmarklet


@click.command()
@option(
    "--to",
    default="dashboard.xlsx",
    show_default=True,
    metavar="DEST",
    help="Where the dashboard lives: a path ending in .xlsx.",
)
@option(
    "--older",
    type=click.FloatRange(0, 3650),
    default=1,
    show_default=True,
    metavar="DAYS",
    help="Only what was read that long ago, or never.",
)
@option("--group", default="", metavar="NAME", help="Only profiles with this word in Group.")
@option(
    "--open",
    "open_",
    is_flag=True,
    help="Open the list in the browser: links, and the saver to drag to the bookmarks bar.",
)
@json_option
@platform_option
def due(
    to: str,
    older: float,
    group: str,
    open_: bool,
    as_json: bool,
    platform_files: tuple[Path, ...],
) -> None:
    """Which watched profiles and posts wait for a page that you save, longest-unread first.

    Those are what no program may read, or what turned it away last time. Writes nothing to the
    dashboard.

    \b
    Examples:
      sheetsync due
      sheetsync due --open
      sheetsync due --older 7 --group clients
    """
    platforms, moment = platforms_with(platform_files), now()
    with open_destination(to) as destination:
        state = destination.read(DASHBOARD)
    found = due_list(state, platforms, moment, older=older, group=group)
    command = f"sheetsync sync --saved ~/Downloads{'' if to == 'dashboard.xlsx' else f' --to {to}'}"
    if as_json:
        print_json([shape(each) for each in found])
    else:
        click.echo("\n".join(lines(found, moment, command)))
    if open_:
        page = due_page(found, moment, bookmarklet(platforms), command)
        path = Path(tempfile.gettempdir()) / "sheetsync-due.html"
        path.write_text(page, encoding="utf-8")
        click.echo(f"{path} written; it opens in your browser.", err=True)
        click.launch(path.as_uri())


def lines(found: list[Due], moment: datetime, command: str) -> list[str]:
    if not found:
        return ["Nothing waits for a saved page."]
    head = "1 page waits" if len(found) == 1 else f"{len(found)} pages wait"
    return [
        f"{head} to be saved, longest-unread first:",
        *(f"  {due.target.url}  ({age(due, moment)})" for due in found),
        "",
        "Open each, save it (one click with the saver: sheetsync due --open), then:",
        f"  {command}",
    ]


def shape(due: Due) -> dict[str, object]:
    return {
        "platform": due.target.platform,
        "kind": due.target.kind,
        "handle": due.target.handle,
        "url": due.target.url,
        "read_at": due.read_at.isoformat().replace("+00:00", "Z") if due.read_at else None,
    }
