"""What to do next after a run, and what has to be said of how it was made. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from sheetsync.columns import folded
from sheetsync.model import Count, Outcome
from sheetsync.sync import Read, Synced


def about_the_round(
    stopped: str, ignore_robots: bool, *, written: bool = True, dry_run: bool = False
) -> list[str]:
    """What has to be said about how the sites were asked, and about a round that was cut short."""
    notes = []
    if ignore_robots:
        notes.append("--ignore-robots is on: pages were asked for that robots.txt forbids.")
    if stopped:
        done = "there was nothing new to write."
        if dry_run:
            done = "a dry run writes nothing."
        elif written:
            done = "what was read is written, the rest keeps its last value."
        notes.append(f"{stopped}: {done}")
    return notes


#: Outcomes that a page saved from a person's browser would not have met.
_WALLS = {
    *(Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL, Outcome.ROBOTS_DISALLOWED),
}


def next_steps(
    synced: Synced, names: Mapping[str, str], to: str = "", width: int | None = None
) -> list[str]:
    """For each platform that turned us away: how to get its numbers all the same.

    ``to`` is the destination where it is not the usual one.
    """
    asked = [r.record for r in synced.reads if r.record.source in ("http", "api")]
    walled = dict.fromkeys(r.platform for r in asked if r.outcome in _WALLS)
    closed = dict.fromkeys(r.platform for r in asked if r.outcome in (*_WALLS, Outcome.NEEDS_KEY))
    steps = []
    if walled:
        due = f"sheetsync due --to {shlex.quote(to)}" if to else "sheetsync due"
        steps.append(("Numbers in two minutes, from your own browser:", due))
    for key in closed:
        say = f"All ways to read {names.get(key, key)}, and what each costs:"
        steps.append((say, f"sheetsync platforms {key}"))
    left = max((len(say) for say, _ in steps), default=0)
    lines = [f"{say:<{left}}  {command}" for say, command in steps]
    if width is None or all(len(line) <= width for line in lines):
        return lines
    return folded((line for say, command in steps for line in (say, f"  {command}")), width)


def hints(synced: Synced) -> list[str]:
    """What to do next, each line a step."""
    undated = sum(r.record.outcome.has_numbers and not r.record.captured_at for r in synced.reads)
    found = list(synced.wrong)
    if undated:
        pages = "1 page has" if undated == 1 else f"{undated} pages have"
        found.append(
            f"{pages} no date, so no day of history was made;"
            " say when they were saved: --captured YYYY-MM-DD"
        )
    if single := sum(_without_scripts(read) for read in synced.reads):
        pages = "1 page was" if single == 1 else f"{single} pages were"
        found.append(
            f"{pages} saved as “Single File” (MHTML), which leaves out a page's scripts, and with"
            " them the exact numbers; save as “Webpage, Complete”, or with the saver"
            " (sheetsync due --open)"
        )
    return found


def _without_scripts(read: Read) -> bool:
    """An MHTML file from which not every number is exact, or none came."""
    record = read.record
    values = [value for each in (record, *record.posts) for value in each.fields.values()]
    counts = [value for value in values if isinstance(value, Count)]
    single = read.name.partition(" #")[0].lower().endswith((".mhtml", ".mht")) and not read.again
    return single and (not counts or any(not count.exact for count in counts))
