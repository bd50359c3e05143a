"""The one signal of a column, as conditions that any spreadsheet can test. Pure.

A site's refusal is no alarm: it waits.
"""

from __future__ import annotations

from sheetsync.dashboard import Signal
from sheetsync.dashboard.words import Status

_NEEDS = (Status.CHANGED, Status.PRIVATE, Status.GONE, Status.CHECK)
_WAITS = (Status.OLD, Status.WAITING, Status.REFUSED)


def signal_rules(
    signal: Signal, cell: str, old_after: str, separator: str
) -> tuple[tuple[str, str], ...]:
    """(condition, look) for a ``cell``; the looks are up, down, late and waits.

    ``old_after`` is how a rule names that setting, ``separator`` stands between arguments.
    """
    number = f"ISNUMBER({cell}){separator}N({cell})"
    match signal:
        case Signal.RISE:
            return ((f"{number}>0", "up"), (f"{number}<0", "down"))
        case Signal.LATE:
            return ((f"{number}>{old_after}", "late"),)
        case Signal.STATUS:
            needs, waits = (_one_of(cell, words, separator) for words in (_NEEDS, _WAITS))
            return ((needs, "late"), (waits, "waits"))
    return ()


def _one_of(cell: str, words: tuple[Status, ...], separator: str) -> str:
    tests = (f'{cell}="{word}"' for word in words)
    return f"OR({separator.join(tests)})"
