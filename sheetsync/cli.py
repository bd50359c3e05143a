"""The command line: which commands there are, and how an error reaches the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from sheetsync import __version__
from sheetsync.commands.demo import demo
from sheetsync.commands.doctor import doctor
from sheetsync.commands.due import due
from sheetsync.commands.eval import eval_command
from sheetsync.commands.forget import forget
from sheetsync.commands.init import init
from sheetsync.commands.platforms import platforms
from sheetsync.commands.show import show
from sheetsync.commands.sync import sync_command
from sheetsync.errors import ConfigError, SheetsyncError
from sheetsync.job import job
from sheetsync.secret import without_keys
from sheetsync.settings import Settings, read_settings
from sheetsync.stop import STATUS, asks_for_json, stop
from sheetsync.terminal import lost_if_nobody_reads, note, note_error, print_json, ready

STOPPED = SheetsyncError("The run was stopped before it wrote anything.", hint="start it again.")


class Commands(click.Group):
    """Ends every command as the terminal should see it: what happened, then the next step.

    With ``--json`` the same stands on stdout as an object, so that a program need not parse a
    sentence.
    """

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        ready()
        self.words = list(sys.argv[1:] if args is None else args)
        self.by_file: Settings = {}
        job.begin()
        try:
            status = super().main(args, *rest, **{**settings, "standalone_mode": False})
        except click.Abort:
            self.tell_job(STOPPED)
            sys.exit(tell_stopped(self.as_json()))
        except click.UsageError as error:
            said = without_keys(error.format_message())
            with lost_if_nobody_reads():
                click.UsageError(said, error.ctx).show()
            wrong = ConfigError(said, hint="--help lists what there is.")
            self.tell_job(wrong)
            sys.exit(tell_json(wrong) if self.as_json() else error.exit_code)
        except SheetsyncError as error:
            self.tell_job(error)
            sys.exit(tell_error(error, self.as_json()))
        except OSError as error:
            self.tell_job(of_the_system(error))
            sys.exit(tell_error(of_the_system(error), self.as_json()))
        except Exception as error:
            self.tell_job(of_ours(error))
            raise
        sys.exit(status if isinstance(status, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        stop.begin()
        if not {"-h", "--help"} & set(self.words):  # which is for everybody, at all times
            try:
                ctx.default_map = self.by_file = read_settings(Path.cwd(), self.commands)
            except SheetsyncError:
                if self.named() != "doctor":  # which tells it among its steps
                    raise
        return super().invoke(ctx)

    def as_json(self) -> bool:
        """Also when the words are so wrong that they were never parsed."""
        by_file = self.by_file.get(self.named(), {}).get("as_json", False)
        return asks_for_json(self.words) or (by_file and "SHEETSYNC_JSON" not in os.environ)

    def named(self) -> str:
        """The command that was asked for, known before anything is parsed, or ""."""
        return next((word for word in self.words if word in self.commands), "")

    def tell_job(self, error: SheetsyncError) -> None:
        """A scheduled sync that never began has to say so where its people look."""
        if self.named() == "sync":
            job.failed(error)


def tell_error(error: SheetsyncError, as_json: bool) -> int:
    note_error(error)
    return tell_json(error) if as_json else error.exit_status


def tell_json(error: SheetsyncError) -> int:
    with suppress(SheetsyncError):  # stdout itself may be what is wrong
        print_json({"error": error.to_json()})
    return error.exit_status


def tell_stopped(as_json: bool) -> int:
    note("Stopped.")
    if as_json:
        print_json({"error": {"message": "Stopped.", "hint": "", "exit_status": STATUS}})
    return STATUS


def of_the_system(error: OSError) -> SheetsyncError:
    """What the computer refused, and about which file."""
    why = error.strerror or str(error)
    return SheetsyncError(
        f"{error.filename}: {why}." if error.filename else f"{why}.",
        hint="see to the disk, and to the path and its permissions.",
    )


def of_ours(error: Exception) -> SheetsyncError:
    """A mistake in sheetsync; what it was stands in the log, where its lines follow."""
    return SheetsyncError(
        f"sheetsync itself failed ({type(error).__name__}).",
        hint="the log of this step ends with the lines to report.",
    )


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sheetsync")
def main() -> None:
    """Public profile numbers in your team's spreadsheet: dated, checkable, with a reason for
    every gap.

    \b
    Try it:            sheetsync demo
    Set it up:         sheetsync init
    Your saved pages:  sheetsync sync --saved ~/Downloads
    One page:          sheetsync show page.html
    What works where:  sheetsync platforms
    """


for command in (init, sync_command, due, show, eval_command, platforms, doctor, forget, demo):
    main.add_command(command)
