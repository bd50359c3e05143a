"""What a row shows, kept a second time in a cell that nobody sees. Pure.

People sort the columns that they see, paste into them and type over them, while hidden columns
stay where they are: then what a row shows is no longer that of the key in its ``for``. So what
is visible is never read again, only written; what was read is told by the hidden cell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sheetsync.dashboard import AS_READ, BOOKKEEPING, Scalar, Tab, Value
from sheetsync.dashboard.imports import FIELD
from sheetsync.model import FIELDS

#: Longer texts are not kept twice: of them the visible cell is believed.
_LONG = 500
#: A text in braces that names anything else is somebody's own.
_NAMES = BOOKKEEPING.union(*FIELDS.values())


def shown_in(tab: Tab) -> tuple[str, ...]:
    """What columns that people see show of a page, by a Column's ``value``."""
    return tuple(c.written for c in tab.columns if c.written and not c.hidden)


def as_read(cells: Mapping[str, Scalar], shown: Collection[str]) -> str | None:
    """``{"followers":2100,"name":"Dora"}``: without the moments, which have hidden columns.

    A text that is too long is null there.
    """
    kept = {
        name: None if isinstance(value, str) and len(value) > _LONG else value
        for name in shown
        if isinstance(value := cells.get(name), str | int | float)
    }
    return written(kept) if kept else None


def written(kept: Mapping[str, Scalar]) -> str:
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def with_as_read(cells: Mapping[str, Value], shown: Collection[str]) -> dict[str, Value]:
    """A row's cells as they were read. One without that cell, from an older dashboard or with
    something else typed into it, says what it shows."""
    kept = kept_in(cells.get(AS_READ))
    if kept is None:
        return dict(cells)
    long = {name for name in kept if kept[name] is None}
    return {**cells, **{name: kept.get(name) for name in shown if name not in long}}


def kept_in(cell: Value) -> dict[str, Scalar] | None:
    """What such a cell keeps, None when it is no such cell."""
    try:
        kept = json.loads(cell) if isinstance(cell, str) and cell[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or not all(n in _NAMES or n.startswith(FIELD) for n in kept):
        return None
    return {k: v for k, v in kept.items() if v is None or isinstance(v, str | int | float)}
