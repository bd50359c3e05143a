"""``sheetsync due``: what waits for a page that a person saves."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from sheetsync.columns import folded
from sheetsync.commands.shared import now, platforms_with
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import open_destination
from sheetsync.due import Due, age, due_list, due_page, groups
from sheetsync.errors import ConfigError
from sheetsync.options import (
    DASHBOARD_FILE,
    google_options,
    json_option,
    option,
    platform_option,
    to_option,
)
from sheetsync.plan import State
from sheetsync.saver import bookmarklet
from sheetsync.terminal import note, print_json, say, width


@click.command()
@to_option
@option(
    "--older",
    type=click.FloatRange(0, 3650),
    default=1,
    show_default=True,
    metavar="DAYS",
    help="Only what was read that long ago, or never.",
)
@option("--group", default="", metavar="NAME", help="Only profiles of this Group.")
@option(
    "--open",
    "open_",
    is_flag=True,
    help="Open the list in the browser: links, and the saver to drag to the bookmarks bar.",
)
@json_option
@google_options
@platform_option
def due(
    to: str,
    older: float,
    group: str,
    open_: bool,
    as_json: bool,
    credentials: Path | None,
    verbose: bool,
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
    _clear_away()
    platforms, moment = platforms_with(platform_files), now()
    tell = note if verbose else None
    destination = open_destination(to, credentials=credentials, tell=tell)
    state = destination.read(DASHBOARD)  # not entered: who only reads takes no lock
    _refuse_nothing(to, state, group)
    found = due_list(state, platforms, moment, older=older, group=group)
    where = "" if to == DASHBOARD_FILE else f' --to "{to}"' if " " in to else f" --to {to}"
    command = f"sheetsync sync --saved ~/Downloads{where}"
    if as_json:
        print_json([shape(each) for each in found])
    else:
        say("\n".join(folded(lines(found, moment, command), width())))
    if open_:
        page = due_page(found, moment, bookmarklet(platforms, every=True), command)
        _show(page)


def _show(page: str) -> None:
    """In the browser. The page names who is watched, so it does not stay where it lies."""
    path = Path(tempfile.mkdtemp(prefix="sheetsync-")) / "due.html"  # nobody else's
    path.write_text(page, encoding="utf-8")
    if _has_browser(os.environ) and click.launch(path.as_uri()) == 0:
        note(f"{path} written; it opens in your browser.")
    else:
        note(f"{path} written, but no browser opens from here: open that file in yours.")
    if sys.stdin is None or not sys.stdin.isatty():
        note("It says whom you watch: the next “sheetsync due” deletes it.")
        return
    try:
        asked = "It says whom you watch. Press Enter when you are done with it: it goes then"
        click.prompt(asked, default="", show_default=False, err=True)
    finally:
        _clear_away()


def _has_browser(environment: Mapping[str, str]) -> bool:
    """A Linux without a screen starts what it finds, or says nothing of its failure."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
    return sys.platform != "linux" or any(environment.get(name) for name in screens)


def _clear_away() -> None:
    """The pages of this and of earlier calls; what belongs to somebody else cannot go."""
    for path in Path(tempfile.gettempdir()).glob("sheetsync-*/due.html"):
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()


def _refuse_nothing(to: str, state: State, group: str) -> None:
    """Raises ConfigError when there is no dashboard, or no such group in it."""
    if not state.tabs:
        raise ConfigError(
            f"{to}: there is no dashboard there.",
            hint="Give the one that you keep with --to, or begin one: sheetsync sync ADDRESS",
        )
    there = groups(state)
    if group and group.strip().lower() not in {name.lower() for name in there}:
        raise ConfigError(
            f"No profile has “{group}” in Group.",
            hint=f"The groups there are: {', '.join(there)}"
            if there
            else "No cell there is filled.",
        )


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
