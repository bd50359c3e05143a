"""The one colour signal of a column: blue and orange, which nearly everybody can tell apart.

A site's refusal is no alarm: it is grey. Every rule holds a word by which it is known as ours.
"""

from __future__ import annotations

from typing import Any

from sheetsync.dashboard import Signal
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.words import Status
from sheetsync.destinations.workbook_formats import Formats
from sheetsync.destinations.workbook_lost import RULE
from sheetsync.destinations.workbook_names import name_of

_NEEDS = (Status.CHANGED, Status.PRIVATE, Status.GONE, Status.CHECK)
_WAITS = (Status.OLD, Status.WAITING, Status.REFUSED)


def add_signal(
    sheet: Any, formats: Formats, signal: Signal, area: tuple[int, int, int, int]
) -> None:
    """``area``: first row and position, last row and position, from 1."""
    first_row, first_at, last_row, last_at = area
    cell = f"{letters(first_at)}{first_row}"
    for test, look in _rules(signal, cell):
        rule = {"type": "formula", "criteria": f"=AND({RULE},{test})"}
        rule["format"] = formats.signal(look)
        sheet.conditional_format(first_row - 1, first_at - 1, last_row - 1, last_at - 1, rule)


def _rules(signal: Signal, cell: str) -> tuple[tuple[str, str], ...]:
    match signal:
        case Signal.RISE:
            return (
                (f"ISNUMBER({cell}),N({cell})>0", "up"),
                (f"ISNUMBER({cell}),N({cell})<0", "down"),
            )
        case Signal.LATE:
            # By name: a rule of older Excel cannot refer to another tab.
            return ((f"ISNUMBER({cell}),N({cell})>{name_of('guide', 'old_after')}", "late"),)
        case Signal.STATUS:
            return ((_one_of(cell, _NEEDS), "late"), (_one_of(cell, _WAITS), "waits"))
    return ()


def _one_of(cell: str, words: tuple[Status, ...]) -> str:
    tests = ",".join(f'{cell}="{word}"' for word in words)
    return f"OR({tests})"
