"""``sheetsync platforms``: what each can give, and whether it still does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sheetsync import platform_report as report
from sheetsync.columns import folded
from sheetsync.commands.shared import fetch, platforms_with
from sheetsync.errors import ConfigError
from sheetsync.fetch.way import Manners
from sheetsync.options import json_option, option, platform_option, web_options, web_settings
from sheetsync.platform import Platform
from sheetsync.platform_report import Verdict
from sheetsync.terminal import note, print_json, say, width


@click.command()
@click.argument("name", required=False)
@option(
    "--check",
    is_flag=True,
    help="Read an account that exists and one that does not: are they still told apart?",
)
@json_option
@web_options
@platform_option
def platforms(
    name: str | None, check: bool, as_json: bool, platform_files: tuple[Path, ...], **web: Any
) -> None:
    """What each platform gives, through which doors, and how reliably.

    With --check the exit status is 0 when the two are told apart, 1 when they are not, and 5 when
    that could not be checked (no answer, no key, turned away).

    \b
    Examples:
      sheetsync platforms
      sheetsync platforms tiktok
      sheetsync platforms bluesky --check --save pages/
    """
    found = platforms_with(platform_files)
    if name:
        found = (chosen(name, found),)
    if check:
        if not name:
            raise ConfigError(
                "--check is for one platform at a time.",
                hint="e.g. sheetsync platforms tiktok --check",
            )
        manners = Manners(**web_settings(web))
        sys.exit(check_platform(found[0], manners, web["save"], as_json=as_json))
    elif as_json:
        shapes = [report.platform_json(platform) for platform in found]
        print_json(shapes[0] if name else shapes)
    else:
        one = folded(report.one_platform_lines(found[0]), width()) if name else []
        say("\n".join(one or report.platform_lines(found, width())))


def chosen(name: str, found: Sequence[Platform]) -> Platform:
    for platform in found:
        if name.lower() in (platform.key, platform.name.lower()):
            return platform
    raise ConfigError(
        f"“{name}” is no platform that sheetsync knows.",
        hint=f"one of: {', '.join(platform.key for platform in found)}",
    )


#: The exit status of each verdict; what could not be checked is neither good nor bad.
STATUS = {Verdict.APART: 0, Verdict.CHANGED: 1, Verdict.NOT_CHECKED: 5}


def check_platform(
    platform: Platform, manners: Manners, save: Path | None, *, as_json: bool
) -> int:
    """What a maintainer runs when a site changed: says whether its file still fits; the status."""
    accounts = [platform.named(platform.known.get(which, "")) for which in ("exists", "missing")]
    if None in accounts:
        raise ConfigError(
            f"{platform.name}'s file names no two accounts to check.",
            hint="add [known] with exists and missing; README, “Add a platform”, shows it.",
        )
    reads, stopped = fetch([a for a in accounts if a], [platform], manners, save, quiet=True)
    exists, missing = (read.record for read in reads if not read.beside)
    if as_json:
        print_json(report.check_json(platform, exists, missing))
    else:
        say("\n".join(folded(report.check_lines(platform, exists, missing), width())))
    if stopped:
        note(f"note: {stopped}.")
    return STATUS[report.verdict(exists, missing)[0]]
