"""The schedule on GitHub: its workflow file, the secrets that it names, what its runner can read.

The file is read as text: what is looked for are single lines, and no reader of YAML is needed for
them. Whether a secret is set, only GitHub knows; the link leads there.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetsync.doctor import Finding, Step, World, look, ok, wrong
from sheetsync.doctor.watched import Watched, way_of
from sheetsync.platform import Platform

_FOLDER = Path(".github", "workflows")
_SECRET = re.compile(r"\$\{\{\s*secrets\.(\w+)")
_CRON = re.compile(r"^\s*-?\s*cron:\s*[\"']?([^\"'#\n]+)", re.MULTILINE)
_RUNS_ON = re.compile(r"^\s*runs-on:\s*(.+)$", re.MULTILINE)
_LOOSE = re.compile(r"uses:\s*([\w./-]+)@(main|master|latest|HEAD)\b")
_FILE = re.compile(r"(?:--to[ =]|to:\s*|SHEETSYNC_TO:\s*)[\"']?([^\s\"']+\.xlsx)")
#: GitHub ends the schedule of a public repository in which nothing happened for 60 days.
_IDLE = timedelta(days=50)
_INIT = "sheetsync init --github writes one."


def workflow_steps(
    world: World,
    targets: Sequence[Watched],
    platforms: Sequence[Platform],
    to: str,
) -> Iterator[Step]:
    """``targets`` are what the dashboard lists; ``to`` is where it lives."""
    repository = _repository(world.here)
    page = f"https://github.com/{repository}" if repository else ""
    yield _on_github(world.here, page)
    found = _workflow(world.here)
    if found is None:
        yield wrong("Workflow", f"no file in {_FOLDER.as_posix()} calls sheetsync.", _INIT)
        return
    path, text = found
    yield from _as_text(path, text)
    yield _schedule(text, page)
    yield from _limits(text)
    yield _destination(text, to)
    yield _secrets(text, page, to)
    yield from _keys(text, targets, platforms, page)
    yield from _reads(text, targets, platforms)
    yield from _idle(world, page)


def _on_github(here: Path, page: str) -> Step:
    if page:
        return ok("On GitHub", page)
    if not (here / ".git").exists():
        return wrong(
            "On GitHub",
            "this folder is no git repository.",
            "Run this in the clone of the repository whose Actions are to read the numbers.",
        )
    return wrong(
        "On GitHub",
        "the repository has no address on github.com.",
        "Make one, and: git remote add origin ADDRESS",
        "https://github.com/new",
    )


def _repository(here: Path) -> str:
    """``owner/name`` of the remote, "" when it is not on github.com."""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        config.read_string((here / ".git" / "config").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return ""
    names = sorted((n for n in config.sections() if n.startswith("remote ")), key=_origin_first)
    urls = [config[name].get("url", "") for name in names]
    found = [re.search(r"github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", url) for url in urls]
    return next((match[1] for match in found if match), "")


def _origin_first(name: str) -> tuple[bool, str]:
    return "origin" not in name, name


def _workflow(here: Path) -> tuple[Path, str] | None:
    """The first workflow that calls sheetsync, as a command or as an action."""
    for path in sorted((here / _FOLDER).glob("*.y*ml")):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if re.search(r"sheetsync\s+sync|uses:\s*\S*/actions/sync|uses:\s*\S*sheetsync", text):
            return path, text
    return None


def _as_text(path: Path, text: str) -> Iterator[Step]:
    tabs = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    if tabs:
        yield wrong(
            "Workflow",
            f"{path.name}, line {tabs[0]} begins with a tab.",
            "YAML wants blanks there.",
        )
    elif re.search(r"BEGIN [A-Z ]*PRIVATE KEY|\"private_key\"|ghp_\w{20}|AIza\w{20}", text):
        yield wrong(
            "Workflow",
            f"{path.name} holds a key, which everybody who sees the repository can read.",
            "Make a new key, put it into a secret, and name that: ${{ secrets.… }}",
        )
    else:
        yield ok("Workflow", path.name)


def _schedule(text: str, page: str) -> Step:
    crons = [cron.strip() for cron in _CRON.findall(text)]
    if not crons:
        return wrong("Schedule", "the workflow has no cron, so it never starts by itself.", _INIT)
    bad = next((cron for cron in crons if len(cron.split()) != 5), "")
    if bad:
        return wrong(
            "Schedule",
            f"“{bad}” is no cron line: it has {len(bad.split())} parts instead of five.",
            "Minute, hour, day, month, weekday, in UTC, e.g. '17 5 * * *'",
            "https://crontab.guru/",
        )
    busy = next((cron for cron in crons if cron.split()[0] in ("0", "00", "*", "30")), "")
    if busy:
        return look(
            "Schedule",
            f"“{busy}” starts when everybody's does: GitHub comes late or leaves runs out.",
            "Take an odd minute, e.g. '17 5 * * *'",
        )
    switch = f"{page}/actions" if page else ""
    return Step("Schedule", Finding.OK, f"{', '.join(crons)} (UTC)", link=switch)


def _limits(text: str) -> Iterator[Step]:
    wanted = {
        "workflow_dispatch": "on: workflow_dispatch, so that somebody can start it by hand",
        "permissions": "permissions: contents: read, so that it may do no more than it must",
        "concurrency": "concurrency with cancel-in-progress: false, so that runs never overlap",
        "timeout-minutes": "timeout-minutes: 30, so that a stuck run ends",
    }
    lacks = [cure for name, cure in wanted.items() if not re.search(rf"^\s*{name}:", text, re.M)]
    if lacks:
        yield look("Limits", f"the workflow lacks {len(lacks)} of 4.", "Add " + "; ".join(lacks))
    else:
        yield ok("Limits", "start by hand, permissions, no overlap, an end")
    if loose := _LOOSE.search(text):
        yield look(
            "Versions",
            f"{loose[1]}@{loose[2]} can be another program tomorrow.",
            "Name a commit or a version instead of the branch.",
        )


def _destination(text: str, to: str) -> Step:
    """A hosted runner is thrown away after the run, and a workbook in it too."""
    named = _FILE.search(text)
    own = "self-hosted" in " ".join(_RUNS_ON.findall(text))
    book = named[1] if named else to if to.lower().endswith(".xlsx") else ""
    if book and not own:
        return wrong(
            "Destination",
            f"the dashboard is {Path(book).name}, and what a GitHub-hosted runner writes to a"
            " file is gone when it ends.",
            "Give it a Google spreadsheet (--to ADDRESS), or a runner of your own.",
        )
    return ok("Destination", "a runner of your own" if own else "not a file of the runner's")


def _secrets(text: str, page: str, to: str) -> Step:
    names = sorted(set(_SECRET.findall(text)) - {"GITHUB_TOKEN"})
    google = not to.lower().endswith(".xlsx")
    key = re.search(
        r"credentials-json:|SHEETSYNC_CREDENTIALS_JSON|google-github-actions/auth", text
    )
    link = f"{page}/settings/secrets/actions" if page else ""
    if google and not key:
        return wrong(
            "Secrets",
            "nothing in the workflow hands over the credentials for the spreadsheet.",
            "credentials-json: ${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}, or Workload Identity.",
            link,
        )
    if not names:
        return ok("Secrets", "it names none")
    said = f"it names {', '.join(names)}; whether they are set, only GitHub shows."
    return Step("Secrets", Finding.UNSEEN, said, "Look that each is in the list.", link)


def _keys(
    text: str, targets: Sequence[Watched], platforms: Sequence[Platform], page: str
) -> Iterator[Step]:
    """Keys that watched platforms cannot do without, and that the workflow does not hand over."""
    wanted: dict[str, str] = {}
    for target, platform in _pairs(targets, platforms):
        way = way_of(target, platform, _environment(text))
        if way.door is None and not any(door.via == "saved" for door in platform.doors):
            wanted |= dict.fromkeys(way.lacks, platform.name)
    for key, name in wanted.items():
        yield wrong(
            key,
            f"{name} cannot be read without it, and the workflow does not hand it over.",
            f"Add {key}: ${{{{ secrets.{key} }}}} below env: of the step.",
            f"{page}/settings/secrets/actions/new" if page else "",
        )


def _reads(text: str, targets: Sequence[Watched], platforms: Sequence[Platform]) -> Iterator[Step]:
    """What a machine in a data centre is turned away from."""
    if "self-hosted" in " ".join(_RUNS_ON.findall(text)):
        return
    shut: dict[str, list[Platform]] = {}
    for target, platform in _pairs(targets, platforms):
        if not way_of(target, platform, _environment(text)).hosted:
            shut.setdefault(platform.name, []).append(platform)
    for name, held in shut.items():
        yield look(
            name,
            f"{len(held)} of its addresses cannot be read by a GitHub-hosted runner.",
            "Saved pages (sheetsync due --open), a key"
            f" (sheetsync platforms {held[0].key}), or a runner of your own.",
        )
    if targets and not shut:
        yield ok("Readable", "every address, from a GitHub-hosted runner, as far as is known")


def _pairs(
    targets: Sequence[Watched], platforms: Sequence[Platform]
) -> Iterator[tuple[Watched, Platform]]:
    by_key = {platform.key: platform for platform in platforms}
    for target in targets:
        if target.platform in by_key:
            yield target, by_key[target.platform]


def _environment(text: str) -> dict[str, str]:
    """Of the workflow's step: a name that its text holds is set there."""
    return dict.fromkeys(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", text), "set")


def _idle(world: World, page: str) -> Iterator[Step]:
    """By the last thing that this clone saw happen."""
    try:
        newest = (world.here / ".git" / "logs" / "HEAD").read_text("utf-8").splitlines()[-1]
        stamp = re.search(r"> (\d{9,11}) [+-]\d{4}\t", newest)
        at = datetime.fromtimestamp(int(stamp[1]), UTC) if stamp else None
    except (OSError, UnicodeDecodeError, IndexError, ValueError):
        return
    if at is not None and world.now - at > _IDLE:
        yield look(
            "Still on",
            f"nothing was committed here for {(world.now - at).days} days; after 60 without any"
            " activity GitHub ends the schedule of a public repository.",
            "Push a commit, or switch the workflow on again.",
            f"{page}/actions" if page else "",
        )
