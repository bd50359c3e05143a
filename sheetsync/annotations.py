"""A run as GitHub's annotations: lines of the job's log that its page shows first. Pure.

An annotation is a line of a command channel, and names and reasons come from strangers: the signs
that end one are escaped as GitHub's own toolkit does (actions/toolkit,
packages/core/src/command.ts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sheetsync.address_report import address_lines
from sheetsync.markdown import plain
from sheetsync.news import imports_not_read, lost, lost_imports, not_read
from sheetsync.record_report import why
from sheetsync.summary import Told, failed_how, idle_line, name_of, whose
from sheetsync.sync import ImportTold, Read, Synced

#: GitHub shows ten annotations of a kind for a step.
_ANNOTATIONS, _ANNOTATED = 8, 10
#: Of these those that tell of imports; each has a reason of its own.
_IMPORTS = 4


def commands(told: Told) -> list[str]:
    """``::warning …`` lines for the job's log and page; ``::error`` for what ended the run."""
    lines = []
    if line := idle_line(told.idle):
        lines.append(command("warning", "sheetsync: schedule", line))
    if told.error:
        said = f"{told.error.message} {told.error.hint}"
        lines.append(command("error", f"sheetsync: {failed_how(told.error)}", said))
    if told.stopped:
        lines.append(command("warning", "sheetsync: cut short", f"{told.stopped}."))
    if told.synced:
        strange = address_lines(told.synced)
        lines += [command("warning", "sheetsync: addresses", line) for line in strange]
        lines += _annotated(told, told.synced)
        lines += _imports(told.synced)
    return lines


def _annotated(told: Told, synced: Synced) -> list[str]:
    newly = lost(synced)
    ids = {id(read) for read in newly}
    known = [read for read in not_read(synced) if id(read) not in ids]
    return [
        *_by_platform(told, "error", "could be read last time and not now", newly),
        *_by_platform(told, "warning", "not read", known),
    ]


def _by_platform(told: Told, kind: str, said: str, reads: Sequence[Read]) -> list[str]:
    groups: dict[tuple[str, str], list[Read]] = {}
    for read in reads:
        groups.setdefault((read.record.platform, why(read.record)), []).append(read)
    lines = []
    for (platform, reason), group in list(groups.items())[:_ANNOTATIONS]:
        names = ", ".join(whose(read) for read in group[:_ANNOTATED])
        more = f" and {len(group) - _ANNOTATED} more" if len(group) > _ANNOTATED else ""
        title = f"{name_of(told, platform) or 'A page'}: {len(group)} {said}"
        lines.append(command(kind, title, f"{names}{more}: {reason}"))
    return lines


def _imports(synced: Synced) -> list[str]:
    newly = lost_imports(synced)
    ids = {id(told) for told in newly}
    known = [told for told in imports_not_read(synced) if id(told) not in ids]
    return [
        *_each_import("error", "could be read last time and not now", newly),
        *_each_import("warning", "not read", known),
    ]


def _each_import(kind: str, said: str, imports: Sequence[ImportTold]) -> list[str]:
    lines = []
    for number, told in enumerate(imports[:_IMPORTS], 1):
        left = len(imports) - number if number == _IMPORTS else 0
        more = f" And {left} more imports." if left else ""
        reason = f"{told.read.why} {told.read.hint}".strip()
        lines.append(command(kind, f"Import {told.name}: {said}", f"{reason}{more}"))
    return lines


def command(kind: str, title: str, message: str) -> str:
    """``::warning title=…::message`` with nothing in it that could end or begin a command."""
    said = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={said}::{_data(message)}"


def _data(message: str) -> str:
    """One line; “::” and the older “##[” are taken apart, wherever somebody may look for them."""
    line = re.sub(":(?=:)", ": ", plain(message)).replace("##[", "## [")
    return line.replace("%", "%25")
