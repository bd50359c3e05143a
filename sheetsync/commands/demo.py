"""``sheetsync demo``: the whole pipeline on invented profiles, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from sheetsync import report
from sheetsync.commands.shared import now
from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.tabs import dashboard, for_demo
from sheetsync.demo.cast import DAYS
from sheetsync.demo.loopback import fetch
from sheetsync.demo.story import Story, story
from sheetsync.demo.team import with_typed
from sheetsync.destinations import Destination, open_destination
from sheetsync.errors import DestinationError
from sheetsync.plan import State
from sheetsync.platform import Platform
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from sheetsync.stop import stop
from sheetsync.sync import Read, Synced, read_pages, sync
from sheetsync.terminal import note, say, width


@click.command()
@click.option(  # no SHEETSYNC_TO here: that one names the team's own dashboard
    "--to", default="demo.xlsx", show_default=True, metavar="DEST", help="A path ending in .xlsx."
)
def demo(to: str) -> None:
    """The whole pipeline on invented profiles, to demo.xlsx. Needs no network and takes seconds.

    60 days of history, and today's pages asked of this machine itself, through everything that a
    real sync goes through. Each run makes the file afresh.
    """
    moment = now()
    told, platforms = story(moment), builtin()
    described = for_demo(dashboard(bookmarklet(platforms)))
    path = Path(to).expanduser()
    with stop.held(f"Stopping as soon as {to} is written."), open_destination(to) as destination:
        _make_room(path, destination.read(described))
        _list(destination, told, platforms, moment, described)
        before, _ = read_pages(told.saved, platforms)
        asked = fetch([*told.profiles, *told.posts], told.web, platforms, now=lambda: moment)
        today = [Read(each.asked.url, each.record, door=each.door) for each in asked]
        synced = sync(
            destination, [*before, *today], platforms=platforms, now=moment, dashboard=described
        )
    with suppress(OSError):  # what one run at a time leaves beside a workbook
        path.with_name(f".{path.name}.lock").unlink()
    say("\n".join(_lines(synced, len(before), to)))
    for line in _next_steps(to):
        note(line)


def _make_room(path: Path, state: State) -> None:
    """Take an earlier demo away. Raises DestinationError for a file that is anything else."""
    if not path.exists():
        return
    held = state.tabs.get("profiles")
    if held is None or not held.title.startswith("DEMO "):
        raise DestinationError(
            f"{path.name} is there already, and it is no demo: it was left as it is.",
            hint="Give another path with --to.",
        )
    try:
        path.unlink()
    except OSError as error:
        raise DestinationError(
            f"{path.name} cannot be written: {error.strerror}.",
            hint="Close it where it is open, or give another path with --to.",
        ) from error


def _list(
    destination: Destination,
    told: Story,
    platforms: Sequence[Platform],
    moment: datetime,
    described: Dashboard,
) -> None:
    """A first sync makes the watch list; beside it stands what a team would type."""
    plan = sync(
        destination,
        [],
        platforms=platforms,
        now=moment,
        watched=[*told.profiles, *told.posts],
        dry_run=True,
        dashboard=described,
    ).plan
    destination.apply(with_typed(plan, told))


def _lines(synced: Synced, saved: int, to: str) -> list[str]:
    """What was asked today, as `sync` tells it; the days before in one line."""
    today = synced.reads[saved:]
    profiles = [replace(read, known=True) for read in today if read.record.kind == "profile"]
    told = replace(synced, reads=tuple(profiles))
    first = f"{len(profiles)} invented profiles over {DAYS} days: {saved} saved pages, and today's"
    return [
        f"{first} asked of this machine itself.",
        "",
        *report.sync_lines(told, to, width(), now()),
    ]


def _next_steps(to: str) -> list[str]:
    return [
        f"Open {to}: its yellow cells choose a Group, and whom to compare.",
        "Your own numbers:",
        "  sheetsync sync https://bsky.app/profile/bsky.app   asks the site",
        "  sheetsync sync --saved ~/Downloads                 reads the pages that you saved",
    ]
