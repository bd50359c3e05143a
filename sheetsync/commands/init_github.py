"""``init --github``: the workflow file, and what has to be done on GitHub for it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from sheetsync import clone
from sheetsync.commands.shared import now
from sheetsync.destinations import spreadsheet_of
from sheetsync.errors import ConfigError
from sheetsync.hosted import Hosted, Reach, examples_of, hosted, of_all, secrets_of
from sheetsync.plan import State, zone_of
from sheetsync.platform_file import builtin
from sheetsync.settings import HERE_ALONE, read_settings, typed
from sheetsync.terminal import note, say
from sheetsync.watch import watch_list
from sheetsync.workflow import (
    ACTION,
    KEY_SECRET,
    PATH,
    Auth,
    Wanted,
    untouched,
    workflow,
)

#: GitHub gives a repository so many; one of them is the service account's key.
_MOST_SECRETS = 100
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ACTION_AT = re.compile(r"[A-Za-z0-9][\w-]*/[\w.-]+@([0-9a-f]{40}|v?\d+\.\d+\.\d+[\w.+-]*)")
_MOVING = re.compile(r"[\w-]+/[\w.-]+@v?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before anything was written. ``path`` is the workflow file's, ``key`` the
    service account's, as a shell takes it."""

    spreadsheet: str
    root: Path
    uses: str
    auth: Auth
    force: bool
    key: str

    @property
    def path(self) -> Path:
        return self.root / PATH


def prepared(
    to: str, auth: Auth, action: str, force: bool, credentials: Path | None, *, asks: bool
) -> Prepared:
    """Raises ConfigError for whatever would stop the workflow from being written."""
    if not spreadsheet_of(to):
        raise ConfigError(
            f"{to} is no Google spreadsheet, and what a GitHub-hosted runner writes to a file is"
            " gone when it ends.",
            hint="Give --to the address of a spreadsheet, or let this computer do it:"
            " sheetsync init --schedule cron",
        )
    root = clone.top(Path.cwd()) or Path.cwd()
    key = shlex.quote(str(credentials)) if credentials else "key.json"
    found = Prepared(spreadsheet_of(to), root, _uses(action, root, asks=asks), auth, force, key)
    if not asks:
        _refuse_changed(found)
    return found


def write(
    found: Prepared, state: State | None, commands: Mapping[str, click.Command], *, asks: bool
) -> None:
    watched = watch_list(state, builtin()) if state else []
    reaches = hosted(watched, builtin()) if watched else of_all(builtin())
    if not _goes_ahead(reaches, asks=asks):
        raise click.Abort
    wanted = Wanted(
        found.spreadsheet,
        found.uses,
        clone.repository(found.root),
        found.auth,
        _secrets(reaches) if watched else (),
        examples_of(reaches) if watched else (),
        _options(commands),
        _ahead(state),
    )
    _refuse_changed(found, asks=asks)
    _replace(found.path, workflow(wanted))
    say("\n".join([f"{found.path} written.", "", *_after(wanted, found.key)]))


def _goes_ahead(found: Sequence[Hosted], *, asks: bool) -> bool:
    """Say what a hosted runner cannot read before there is a schedule that tries every morning."""
    note("What a GitHub-hosted runner can read:")
    for one in found:
        note(f"  {one.line()}")
    if all(one.reach is Reach.YES for one in found):
        return True
    note("For the others: the API keys named above; pages that you save (sheetsync due --open);")
    note("a runner of your own (runs-on: self-hosted); or this computer's own scheduler, from")
    note("your own connection: sheetsync init --schedule cron (systemd, launchd, windows).")
    some = any(one.reach < Reach.NO for one in found)
    return not asks or click.confirm("Write the workflow?", default=some, err=True)


def _uses(action: str, root: Path, *, asks: bool) -> str:
    if not action and (root / ACTION / "action.yml").is_file():
        return f"./{ACTION}"
    named = action or clone.installed()
    if not named and asks:
        asked = "Repository of sheetsync, as OWNER/REPO@COMMIT"
        named = click.prompt(asked, value_proc=_answer, err=True)
    elif not _ACTION_AT.fullmatch(named):
        raise _not_pinned(named)
    name, _, commit = named.partition("@")
    if not _COMMIT.fullmatch(commit):
        note(
            f"note: {commit} is a tag, which its owner can move to another program; the 40 letters"
        )
        note("note: of its commit cannot be moved.")
    return f"{name}/{ACTION}@{commit}"


def _answer(text: str) -> str:
    if not _ACTION_AT.fullmatch(text.strip()):
        error = _not_pinned(text.strip())
        raise click.BadParameter(f"{error.message} {error.hint}")
    return text.strip()


def _not_pinned(named: str) -> ConfigError:
    said = "It is not known which repository this sheetsync came from."
    if named:
        moves = ": that version moves with every release" if _MOVING.fullmatch(named) else ""
        said = f"“{named}” is no OWNER/REPO@COMMIT{moves}."
    return ConfigError(
        said,
        hint="Say it with --action OWNER/REPO@COMMIT, where COMMIT is the 40 letters of a"
        " commit (or a whole version such as v1.0.0): a branch can be another program tomorrow.",
    )


def _secrets(found: Sequence[Hosted]) -> Sequence[str]:
    names = secrets_of(found, os.environ)
    room = _MOST_SECRETS - 1
    if len(names) > room:
        note(f"note: GitHub gives a repository {_MOST_SECRETS} secrets; the last")
        note(f"note: {len(names) - room} of {len(names)} keys are not in the workflow.")
    return names[:room]


def _options(commands: Mapping[str, click.Command]) -> list[str]:
    """What sheetsync.toml says for a sync: the runner has no file of this folder's."""
    found = []
    for name, value in typed(commands["sync"], read_settings(Path.cwd(), commands)):
        if name == "--platform":
            note(f"note: {value} is a file of this computer; the runner does not have it.")
        elif re.search(r"[\r\n]|\$\{\{", value):
            note(f"note: {name} cannot be handed over as it is; the workflow goes without.")
        elif name not in HERE_ALONE:
            found.append(f"{name} {value}".strip())
    return found


def _ahead(state: State | None) -> timedelta:
    try:
        return (now().astimezone(zone_of(state)).utcoffset() if state else None) or timedelta()
    except ConfigError:
        return timedelta()


def _refuse_changed(found: Prepared, *, asks: bool = False) -> None:
    """Never over what somebody changed, unless they say so."""
    path = found.path
    try:
        there = path.read_text("utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        there = "?"
    if there and not untouched(there) and not found.force:
        said = f"{path} is there already, and not as sheetsync wrote it."
        if not asks or not click.confirm(f"{said} Replace it?", default=False, err=True):
            raise ConfigError(said, hint="Look at it, then replace it with --force, or keep it.")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.new")
    half.write_text(text, encoding="utf-8", newline="\n")
    half.replace(path)


def _after(wanted: Wanted, file: str) -> list[str]:
    page = f"https://github.com/{wanted.repository}" if wanted.repository else "the repository"
    secrets = [f"  gh secret set {name}" for name in wanted.secrets if name != "GITHUB_TOKEN"]
    key = [f"  gh secret set {KEY_SECRET} < {file}      (the service account's key)"]
    identity = [
        "  gh variable set SHEETSYNC_WIF_PROVIDER          (projects/…/providers/…)",
        "  gh variable set SHEETSYNC_SERVICE_ACCOUNT       (…@….iam.gserviceaccount.com)",
        "  How to make both: https://github.com/google-github-actions/auth",
    ]
    one_by_one = [
        f"  {name}: for each account whose owner gave you its key; its line waits in the file"
        for name in wanted.examples
    ]
    return [
        f"Next, in {page} (Settings → Secrets and variables → Actions), or with gh:",
        *(key if wanted.auth == "key" else identity),
        *secrets,
        *one_by_one,
        "Then commit the file, push it, and start it once by hand: Actions → sheetsync → Run.",
        "Keep the repository private: who sees it sees your numbers on each run's page.",
    ]
