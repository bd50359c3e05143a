"""The one colour signal of a column: blue and orange, which nearly everybody can tell apart.

Every rule holds a word by which it is known as ours.
"""

from __future__ import annotations

from typing import Any

from sheetsync.dashboard import Signal
from sheetsync.dashboard.formulas import letters
from sheetsync.dashboard.signals import signal_rules
from sheetsync.destinations.workbook_formats import Formats
from sheetsync.destinations.workbook_lost import RULE
from sheetsync.destinations.workbook_names import name_of


def add_signal(
    sheet: Any, formats: Formats, signal: Signal, area: tuple[int, int, int, int]
) -> None:
    """``area``: first row and position, last row and position, from 1."""
    first_row, first_at, last_row, last_at = area
    cell = f"{letters(first_at)}{first_row}"
    # By name: a rule of older Excel cannot refer to another tab.
    old_after = name_of("guide", "old_after")
    for test, look in signal_rules(signal, cell, old_after, ","):
        rule = {"type": "formula", "criteria": f"=AND({RULE},{test})"}
        rule["format"] = formats.signal(look)
        sheet.conditional_format(first_row - 1, first_at - 1, last_row - 1, last_at - 1, rule)
