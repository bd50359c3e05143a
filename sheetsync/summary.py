"""A run as GitHub shows it on the job's page: the summary (Markdown), and the outputs. Pure.

Names and reasons come from strangers: see `markdown` for what becomes of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sheetsync import next_steps
from sheetsync.address_report import address_lines
from sheetsync.dashboard.words import day
from sheetsync.errors import ConfigError, DestinationError, SheetsyncError, UnsafePlan
from sheetsync.import_report import import_value
from sheetsync.markdown import name, table, text
from sheetsync.model import Outcome
from sheetsync.news import (
    Ages,
    Gain,
    ages,
    gains,
    imports_not_read,
    lost,
    lost_imports,
    needs_you,
    not_read,
)
from sheetsync.record_report import number, who, why
from sheetsync.sync import ImportTold, Read, Synced

#: GitHub cuts off a step's summary at 1 MiB; a reader is lost long before.
_ROWS, _LINES = 200, 20
#: GitHub turns off schedules of public repositories after 60 days without activity.
IDLE_FROM, IDLE_END = 50, 60


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of a run when it ends.

    ``synced`` is None when it failed before there was anything to tell; ``names`` are the
    platforms' by key; ``stopped`` says why it was cut short; ``calls`` is how many API calls the
    destination counts, None when it counts none; ``idle`` how many days ago the repository was
    last pushed to, None when that is of no concern.
    """

    destination: str
    now: datetime
    synced: Synced | None = None
    error: SheetsyncError | None = None
    names: Mapping[str, str] | None = None
    notes: Sequence[str] = ()
    stopped: str = ""
    dry_run: bool = False
    calls: int | None = None
    idle: int | None = None


# --- the summary ----------------------------------------------------------------------------


def markdown(told: Told) -> str:
    """The job's summary: outcome first, details folded."""
    parts = [f"### sheetsync: {_outcome(told)}", *_error(told)]
    if line := idle_line(told.idle):
        parts.append(f"**{text(line)}**")
    if synced := told.synced:
        parts += [
            *_needs(needs_you(synced, told.now)),
            *(f"**{text(line)}**" for line in address_lines(synced)),
            *_not_read(told, synced),
            *_imports_not_read(synced),
            *_gains(gains(synced)),
            *_imports_read(synced),
            _age(ages(synced, told.now)),
            *_details(told, synced),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _outcome(told: Told) -> str:
    if told.synced is None:
        return failed_how(told.error)
    done = "dashboard written" if told.synced.written else "nothing to change"
    if told.error:
        done = "nothing was written"
    elif told.dry_run:
        done = "dry run, nothing was written"
    return f"{', '.join(_counts(told.synced))}, {done}"


def _counts(synced: Synced) -> list[str]:
    """``9 of 10 read``, and the same for imports where there are any."""
    whole = [read for read in synced.reads if not read.beside]
    good = sum(read.record.outcome.has_numbers for read in whole)
    values = sum(told.read.has_value for told in synced.imports)
    counts = [f"{good} of {len(whole)} read"] if whole or not synced.imports else []
    if synced.imports:
        counts.append(f"{values} of {len(synced.imports)} imports read")
    return counts


def failed_how(error: SheetsyncError | None) -> str:
    """Of these three it is certain that they come before anything is written (`errors`)."""
    before = isinstance(error, ConfigError | DestinationError | UnsafePlan)
    return "nothing was written" if before else "it failed"


def _error(told: Told) -> list[str]:
    if not told.error:
        return [f"**Cut short:** {text(told.stopped)}."] if told.stopped else []
    return [f"**{text(told.error.message)}**", f"Next step: {text(told.error.hint)}"]


def idle_line(idle: int | None) -> str:
    """A schedule that is about to be turned off says so while somebody can still help."""
    if idle is None or idle < IDLE_FROM:
        return ""
    return (
        f"The last push to this repository was {idle} days ago. GitHub turns off the schedules of"
        f" a public repository after {IDLE_END} days without activity: push any commit, or, when"
        " it has happened, click “Enable workflow” on the Actions page."
    )


def _needs(found: Sequence[tuple[str, str]]) -> list[str]:
    if not found:
        return []
    lines = [f"- {name(who_)} {text(why_)}" for who_, why_ in found[:_LINES]]
    return [f"**Needs you ({len(found)})**", "\n".join([*lines, *_more(found, _LINES)])]


#: What a person can do, by what the site answered.
_SAVE = "save the page in your own browser: `sheetsync due` lists what waits"
_AGAIN = "nothing: the next run begins with it"
_CHECK = "look at the address in column A of the dashboard"
_NEWER = "`sheetsync platforms NAME --check` says whether its file still fits the site"
NEXT: Mapping[Outcome, str] = {
    Outcome.NOT_FOUND: _CHECK,
    Outcome.ABSENT_OR_PRIVATE: _CHECK,
    Outcome.PRIVATE: "ask its owner, or clear the address in column A",
    Outcome.ACCOUNT_CHANGED: "find the new address of the account, and type it in column A",
    Outcome.OTHER_PROFILE: _CHECK,
    Outcome.NOT_A_PROFILE: _CHECK,
    Outcome.REFUSED_ADDRESS: _CHECK,
    Outcome.CHALLENGE: _SAVE,
    Outcome.LOGIN_WALL: _SAVE,
    Outcome.CONSENT_WALL: _SAVE,
    Outcome.AGE_RESTRICTED: _SAVE,
    Outcome.REGION_BLOCKED: _SAVE,
    Outcome.ROBOTS_DISALLOWED: _SAVE,
    Outcome.NEEDS_KEY: "add the key as a secret: `sheetsync platforms NAME` tells which",
    Outcome.LAYOUT_CHANGED: _NEWER,
    Outcome.UNKNOWN_STATUS: _NEWER,
    Outcome.UNREADABLE: _AGAIN,
    Outcome.TOO_LARGE: _NEWER,
    Outcome.TIMEOUT: _AGAIN,
    Outcome.UNREACHABLE: _AGAIN,
    Outcome.RATE_LIMITED: _AGAIN,
    Outcome.NOT_REACHED: _AGAIN,
}


def _not_read(told: Told, synced: Synced) -> list[str]:
    missed, newly = not_read(synced), {id(read) for read in lost(synced)}
    if not missed:
        return []
    groups: dict[tuple[str, Outcome, str], list[Read]] = {}
    for read in missed:
        key = (read.record.platform, read.record.outcome, why(read.record))
        groups.setdefault(key, []).append(read)
    rows = [
        [
            text(name_of(told, platform)),
            _names(group),
            text(reason) + _newly(group, newly),
            NEXT.get(outcome, "").replace("NAME", platform),
        ]
        for (platform, outcome, reason), group in groups.items()
    ]
    head = ["Platform", "Profile or post", "Why", "Next step"]
    return [f"**Not read ({len(missed)})**", table(head, rows)]


def _newly(group: Sequence[Read], newly: set[int]) -> str:
    count = sum(id(read) in newly for read in group)
    return f" **({count} could be read last time)**" if count else ""


def _names(group: Sequence[Read]) -> str:
    names = [name(whose(read)) for read in group[:_LINES]]
    more = f" and {len(group) - _LINES} more" if len(group) > _LINES else ""
    return ", ".join(names) + more


def whose(read: Read) -> str:
    return who(read.record) if read.record.handle else read.name


def _imports_not_read(synced: Synced) -> list[str]:
    missed, newly = imports_not_read(synced), {id(told) for told in lost_imports(synced)}
    if not missed:
        return []
    rows = [
        [
            name(told.name),
            text(told.read.why) + (" **(could be read last time)**" if id(told) in newly else ""),
            text(told.read.hint),
        ]
        for told in missed[:_ROWS]
    ]
    shown = table(["Import", "Why", "Next step"], rows)
    more = "\n".join([shown, "", *_more(missed, _ROWS)]).rstrip()
    return [f"**Imports not read ({len(missed)})**", more]


def _imports_read(synced: Synced) -> list[str]:
    good = [told for told in synced.imports if told.read.has_value]
    if not good:
        return []
    shown = table(["Import", "Result", ""], [_result(told) for told in good[:_ROWS]])
    more = "\n".join([shown, "", *_more(good, _ROWS)]).rstrip()
    return [f"**Imports read ({len(good)})**", more]


def _result(told: ImportTold) -> list[str]:
    return [name(told.name), *(text(part) for part in import_value(told.read))]


def _gains(found: Sequence[Gain]) -> list[str]:
    if not found:
        return []
    rows = [
        [
            name(whose(gain.read)),
            number(gain.now) if gain.now else "",
            _change(gain),
            day(gain.since) if gain.since else "first reading",
        ]
        for gain in found[:_ROWS]
    ]
    shown = table(["Profile", "Followers", "Change", "Since"], rows)
    return [f"**Read ({len(found)})**", "\n".join([shown, "", *_more(found, _ROWS)]).rstrip()]


def _change(gain: Gain) -> str:
    """``+51``, ``≈ +12,300``, or ``<200``: less than the sites' rounding can show."""
    if gain.before is None or gain.now is None:
        return ""
    if gain.proven is None:
        return f"&lt;{gain.step:,}"
    return f"{'≈ ' if gain.step else ''}{gain.proven:+,}" if gain.proven else "0"


def _age(found: Ages) -> str:
    if not found.profiles:
        return ""
    oldest = "today" if found.oldest < 1 else f"{found.oldest} days old" if found.oldest > 1 else ""
    old = (
        f"; the oldest numbers are {oldest or 'a day old'}" if found.fresh < found.profiles else ""
    )
    read = f"{found.fresh} of {found.profiles} profiles read in the last 24 hours"
    return f"Age of the data: {read}{old}."


def _details(told: Told, synced: Synced) -> list[str]:
    lines = [f"- Destination: {name(told.destination)}"]
    if told.calls is not None:
        lines.append(f"- API calls to the destination: {told.calls}")
    lines.append(f"- Cells changed: {len(synced.plan.changes)}")
    lines += [f"- {text(line)}" for line in (*told.notes, *next_steps.hints(synced))]
    if beside := [read for read in synced.reads if read.beside]:
        lines.append(f"- Posts not read beside their profile: {len(beside)}")
    return [*folded("Details", lines), *(_cells(synced) if told.dry_run else [])]


def _cells(synced: Synced) -> list[str]:
    """What a dry run is for; the job's log is no place for numbers."""
    cells = synced.plan.lines()
    lines = [f"- {text(line)}" for line in cells[:_ROWS]]
    return folded(f"Cells that would change ({len(cells)})", [*lines, *_more(cells, _ROWS)])


def folded(title: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "\n".join(lines), "</details>"]


def _more(found: Sequence[object], shown: int) -> list[str]:
    return [f"- and {len(found) - shown} more"] if len(found) > shown else []


def name_of(told: Told, platform: str) -> str:
    return (told.names or {}).get(platform, platform)


# --- outputs --------------------------------------------------------------------------------


def outputs(told: Told) -> dict[str, str]:
    """The step's outputs: numbers only. The Action is red for ``lost``, not for ``not-read``."""
    if told.synced is None:
        return {"written": "false"}
    whole = [read for read in told.synced.reads if not read.beside]
    missed = not_read(told.synced)
    return {
        "read": str(len(whole) - len(missed)),
        "not-read": str(len(missed)),
        "lost": str(len(lost(told.synced)) + len(lost_imports(told.synced))),
        "written": str(told.synced.written and not told.error).lower(),
    }
