"""``sheetsync platforms``: what each can give, and whether it still does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sheetsync import report
from sheetsync.commands.shared import fetch, platforms_with, print_json, width
from sheetsync.errors import ConfigError
from sheetsync.fetch.web import Manners
from sheetsync.options import json_option, option, platform_option, web_options, web_settings
from sheetsync.platform import Platform


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
        check_platform(found[0], Manners(**web_settings(web)), web["save"])
    elif as_json:
        shapes = [report.platform_json(platform) for platform in found]
        print_json(shapes[0] if name else shapes)
    else:
        short = report.platform_lines(found, width())
        click.echo("\n".join(report.one_platform_lines(found[0]) if name else short))


def chosen(name: str, found: Sequence[Platform]) -> Platform:
    for platform in found:
        if name.lower() in (platform.key, platform.name.lower()):
            return platform
    raise ConfigError(
        f"“{name}” is no platform that sheetsync knows.",
        hint=f"one of: {', '.join(platform.key for platform in found)}",
    )


def check_platform(platform: Platform, manners: Manners, save: Path | None) -> None:
    """What a maintainer runs when a site changed. Exits 1 when the two are not told apart."""
    accounts = [platform.named(platform.known.get(which, "")) for which in ("exists", "missing")]
    if None in accounts:
        raise ConfigError(
            f"{platform.name}'s file names no two accounts to check.",
            hint="add [known] with exists and missing; README, “Add a platform”, shows it.",
        )
    reads, _ = fetch([a for a in accounts if a], [platform], manners, save, quiet=True)
    lines = report.check_lines(platform, reads[0].record, reads[1].record)
    click.echo("\n".join(lines))
    if "NOT" in lines[0]:
        sys.exit(1)
