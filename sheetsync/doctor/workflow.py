"""The schedule on GitHub: its workflow file, when it starts, what bounds it, where it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetsync import clone
from sheetsync.destinations import spreadsheet_of
from sheetsync.doctor import Finding, Step, World, cron, look, ok, unseen, wrong
from sheetsync.doctor.runner import runner_steps
from sheetsync.doctor.watched import Watched
from sheetsync.doctor.workflow_file import FOLDER, BrokenFile, Call, call_in
from sheetsync.platform import Platform

_LOOSE = re.compile(r"([\w./-]+)@(main|master|latest|HEAD|v?\d+(?:\.\d+)?)$")
_KEY_IN_IT = re.compile(r"BEGIN [A-Z ]*PRIVATE KEY|\"private_key\"|ghp_\w{20}|AIza\w{20}")
#: GitHub ends the schedule of a public repository in which nothing happened for 60 days.
_IDLE = timedelta(days=50)
_INIT = "sheetsync init --github writes one."


def workflow_steps(
    world: World,
    targets: Sequence[Watched],
    platforms: Sequence[Platform],
    to: str,
    settings: Sequence[tuple[str, str]] = (),
) -> Iterator[Step]:
    """``targets`` are what the dashboard lists; ``to`` is where it lives, "" when nobody said;
    ``settings`` are what ``sheetsync.toml`` says for a sync, as options."""
    root = clone.top(world.here)
    repository = clone.repository(root) if root else ""
    page = f"https://github.com/{repository}" if repository else ""
    yield _on_github(root, page)
    call = None
    try:
        call = call_in(root or world.here)
    except BrokenFile as error:
        yield _broken(error)
        return
    if call is None:
        yield wrong("Workflow", f"no file in {FOLDER.as_posix()} calls sheetsync.", _INIT)
        return
    yield _as_text(call)
    yield from _triggers(call)
    yield _schedule(call, page)
    yield from _limits(call)
    yield from _versions(call)
    yield _destination(call, to, settings)
    yield from _settings(call, settings)
    yield from runner_steps(call, targets, platforms, page)
    yield from _idle(world, root, page)


def _on_github(root: Path | None, page: str) -> Step:
    if page:
        return ok("On GitHub", page)
    if root is None:
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


def _broken(error: BrokenFile) -> Step:
    line = f", line {error.line}" if error.line else ""
    return wrong(
        "Workflow",
        f"{error.path.name}{line} {error.why}.",
        "Mend it there (YAML wants blanks, never tabs, and the same indent for what belongs"
        " together), or: sheetsync init --github --force",
    )


def _as_text(call: Call) -> Step:
    if not _KEY_IN_IT.search(call.text):
        return ok("Workflow", call.path.name)
    return wrong(
        "Workflow",
        f"{call.path.name} holds a key, which everybody who sees the repository can read.",
        "Revoke it, make a new key, put that into a secret, and name it: ${{ secrets.… }}",
    )


def _triggers(call: Call) -> Iterator[Step]:
    """By a pull request's target strangers start it, with the secrets in it."""
    if "pull_request_target" in call.triggers:
        yield wrong(
            "Trigger",
            "pull_request_target is dangerous: anybody's pull request starts this with your"
            " secrets.",
            "Take it out of on: schedule and workflow_dispatch are enough.",
        )


def _schedule(call: Call, page: str) -> Step:
    crons = call.crons
    if not crons:
        return wrong("Schedule", "the workflow has no cron, so it never starts by itself.", _INIT)
    for one in crons:
        if problem := cron.problem(one):
            return wrong(
                "Schedule",
                f"“{one}” is no cron line: {problem}.",
                "Minute, hour, day, month, weekday, in UTC, e.g. '17 5 * * *'",
                "https://crontab.guru/",
            )
    busy = next((one for one in crons if one.split()[0] in ("0", "00", "*", "30")), "")
    if busy:
        return look(
            "Schedule",
            f"“{busy}” starts when everybody's does: GitHub comes late or leaves runs out.",
            "Take an odd minute, e.g. '17 5 * * *'",
        )
    switch = f"{page}/actions" if page else ""
    return Step("Schedule", Finding.OK, f"{', '.join(crons)} (UTC)", link=switch)


def _limits(call: Call) -> Iterator[Step]:
    overlap = call.job.get("concurrency", call.whole.get("concurrency"))
    wanted = {
        "on: workflow_dispatch, so that somebody can start it by hand": (
            "workflow_dispatch" in call.triggers
        ),
        "permissions: {}, so that it may do no more than it must": call.permissions is not None,
        "concurrency with cancel-in-progress: false, so that runs never overlap": bool(overlap),
        "timeout-minutes: 30, so that a stuck run ends": (
            "timeout-minutes" in call.job or "timeout-minutes" in call.step
        ),
    }
    lacks = [cure for cure, there in wanted.items() if not there]
    if lacks:
        yield look("Limits", f"the workflow lacks {len(lacks)} of 4.", "Add " + "; ".join(lacks))
    else:
        yield ok("Limits", "start by hand, permissions, no overlap, an end")
    cancels = isinstance(overlap, dict) and str(overlap.get("cancel-in-progress", "")).lower()
    if cancels and cancels != "false":
        yield look(
            "Overlap",
            "cancel-in-progress cuts a run short when the next one starts, with what it has read.",
            "cancel-in-progress: false",
        )
    yield from _rights(call.permissions)


def _rights(permissions: object) -> Iterator[Step]:
    if isinstance(permissions, dict):
        more = [k for k, v in permissions.items() if v == "write" and k != "id-token"]
    else:
        more = ["everything"] if permissions == "write-all" else []
    if more:
        yield look(
            "Permissions",
            f"the workflow may write {', '.join(more)} in your repository, and needs not.",
            "permissions: {} (contents: read with a checkout, id-token: write with Workload"
            " Identity)",
        )


def _versions(call: Call) -> Iterator[Step]:
    used = [str(step.get("uses", "")) for step in (*call.before, call.step)]
    mine = str(call.step.get("uses", ""))
    for loose in filter(None, map(_LOOSE.search, used)):
        if loose[2][-1].isdigit() and loose[0] != mine:
            continue  # the version of somebody's action: a habit, and theirs to decide
        yield look(
            "Versions",
            f"{loose[1]}@{loose[2]} can be another program tomorrow.",
            "Name a commit (40 letters) instead of the branch or the moving version.",
        )
    if mine.endswith("@COMMIT") or mine.startswith("OWNER/"):
        yield wrong(
            "Versions",
            f"{mine} is README's example, and no repository.",
            "Put in the repository of sheetsync and a commit of it, or: sheetsync init --github",
        )


def _destination(call: Call, to: str, settings: Sequence[tuple[str, str]]) -> Step:
    """Where the workflow itself writes. A hosted runner is thrown away, and a workbook in it."""
    there = call.to() or (dict(settings).get("--to", "") if call.checks_out else "")
    if "${{" in there:
        return unseen("Destination", f"{there} is what the workflow writes; only GitHub knows it.")
    if call.own_runner:
        return ok("Destination", f"{there or 'dashboard.xlsx'}, on a runner of your own")
    if not spreadsheet_of(there):
        said = f"the dashboard is {Path(there).name}" if there else "it names no dashboard"
        return wrong(
            "Destination",
            f"{said}, and what a GitHub-hosted runner writes to a file is gone when it ends.",
            "Give it a Google spreadsheet (to: ADDRESS), or a runner of your own.",
        )
    if to and spreadsheet_of(to) != spreadsheet_of(there):
        return look(
            "Destination",
            f"the workflow writes the spreadsheet {spreadsheet_of(there)}, and “sheetsync sync”"
            f" here {to}.",
            "Look which of the two your team opens, and make the other say the same.",
        )
    return ok("Destination", f"the spreadsheet {spreadsheet_of(there)}")


def _settings(call: Call, settings: Sequence[tuple[str, str]]) -> Iterator[Step]:
    """What the file of settings says counts there only with a checkout, or said again."""
    there = call.options()
    lacks = [
        f"{name} {value}".strip()
        for name, value in settings
        if name != "--to" and not call.checks_out and value not in there.get(name, [])
    ]
    if lacks:
        private = any(line.startswith("--retention") for line in lacks)
        made = wrong if private else look
        yield made(
            "Settings there",
            f"the workflow does not know {', '.join(lacks)}, which sheetsync.toml says.",
            "sheetsync init --github writes it again with them; or add them to its options:, one"
            " on each line.",
        )
    elif settings and not call.checks_out:
        yield ok("Settings there", "as sheetsync.toml has them")


def _idle(world: World, root: Path | None, page: str) -> Iterator[Step]:
    """By the last thing that this clone saw happen."""
    try:
        newest = (
            ((root or world.here) / ".git" / "logs" / "HEAD").read_text("utf-8").splitlines()[-1]
        )
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
