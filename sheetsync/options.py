"""The options that several commands share; each is also an environment variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from sheetsync.secret import holds_key

F = TypeVar("F", bound=Callable[..., Any])
#: Where the dashboard lives when nobody says.
DASHBOARD_FILE = "dashboard.xlsx"


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option that is also an environment variable: ``--to`` is SHEETSYNC_TO."""
    long = next(name for name in names if name.startswith("--"))
    variable = "SHEETSYNC_" + long.removeprefix("--").replace("-", "_").upper()
    kind = _Lines if settings.get("multiple") else click.Option
    return click.option(*names, envvar=variable, cls=kind, **settings)


class _Lines(click.Option):
    """An option that may be given more than once: its variable has a value on each line, for a
    formula has blanks in it, and a path colons."""

    def value_from_envvar(self, ctx: click.Context) -> list[str] | None:
        said = self.resolve_envvar_value(ctx)
        lines = [line.strip() for line in said.splitlines()] if said else []
        return [line for line in lines if line] or None


class Days(click.IntRange):
    """A number of days between two that make sense."""

    name = "days"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(
                f"“{value}” is no whole number of days from {self.min} to {self.max}", param, ctx
            )


class Moment(click.ParamType[datetime]):
    """A day (taken at noon) or a full time; without an offset it is the dashboard's own time.

    Returned naive then, for `sync` to place in the dashboard's zone.
    """

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no date such as 2026-11-22 or 2026-11-22T05:31", param, ctx)
        if not set("T: ") & set(value):
            found = found.replace(hour=12)
        plain = found.replace(tzinfo=None)
        if (
            not datetime(2005, 1, 1)  # noqa: DTZ001  naive like what it is compared with
            <= plain
            <= datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
        ):
            self.fail(f"“{value}” is not a day on which a page can have been saved", param, ctx)
        return found


class KeyFile(click.Path):
    """The path of a file of credentials; what is no path is never repeated."""

    def __init__(self, *, exists: bool = False) -> None:
        super().__init__(exists=exists, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if holds_key(str(value)):
            self.fail(
                "it holds the key itself, not the path of a file. The JSON itself may stand in"
                " SHEETSYNC_CREDENTIALS_JSON.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


def in_utc(captured: datetime | None) -> datetime | None:
    if captured is None or captured.tzinfo:
        return captured
    return captured.replace(tzinfo=UTC)


platform_option = option(
    "--platform",
    "platform_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A platform file of your own (.toml), tried before the built-in ones.",
)
to_option = option(
    "--to",
    default=DASHBOARD_FILE,
    show_default=True,
    metavar="DEST",
    help="Where the dashboard lives: a Google spreadsheet's address, or a path ending in .xlsx.",
)
credentials_option = option(
    "--credentials",
    type=KeyFile(),
    metavar="FILE",
    help="The key of a service account, or another file of credentials for Google.",
)
json_option = option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def google_options(command: F) -> F:
    """How a Google spreadsheet is reached."""
    for add in (
        option(
            "--verbose", is_flag=True, help="Say each call to Google, with sizes, and whose hand."
        ),
        credentials_option,
    ):
        command = add(command)
    return command


def web_options(command: F) -> F:
    """What the person who runs the command decides about asking sites."""
    for add in (
        option(
            "--ignore-robots",
            is_flag=True,
            help="Also ask for pages that robots.txt forbids. You decide that, and answer for it.",
        ),
        option(
            "--contact",
            default="",
            metavar="TEXT",
            help="An address (mail or web) for the User-Agent, so that a site can reach you.",
        ),
        option(
            "--deadline",
            type=click.IntRange(1, 6 * 3600),
            default=20 * 60,
            show_default=True,
            metavar="SECONDS",
            help="End after so many seconds; the longest-unread come first.",
        ),
        option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            metavar="PATTERN",
            help="Another host that may be asked, e.g. a Mastodon server: social.example.",
        ),
        option(
            "--allow-any-host",
            is_flag=True,
            help="Any host of the public web may be asked; never this machine or its network.",
        ),
        option("--allow-http", is_flag=True, help="Also ask without encryption (http)."),
        option(
            "--save",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Keep every page that came back, as it came, in this folder; a dry run does too.",
        ),
    ):
        command = add(command)
    return command


def web_settings(web: Mapping[str, Any]) -> dict[str, Any]:
    """The options above as Manners takes them."""
    return {name: value for name, value in web.items() if name != "save"}
