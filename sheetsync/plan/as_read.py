"""What a row shows, kept a second time in a cell that nobody sees. Pure.

People sort the columns that they see, paste into them and type over them, while hidden columns
stay where they are: then what a row shows is no longer that of the key in its ``for``. So what
is visible is never read again, only written; what was read is told by the hidden cell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sheetsync.dashboard import AS_READ, RESULT, UTC_OF, Scalar, Tab, Value

#: Longer texts are not kept twice: of them the visible cell is believed.
_LONG = 500
#: A workbook's cell holds twice as many.
_MOST = 16_000
#: By these moments the cell and its row say that they are of one write: an older sheetsync, which
#: does not know the cell, writes the moments alone.
_MOMENTS = ("read_at" + UTC_OF, "checked" + UTC_OF)
#: Every row of ours has one; a text in braces that names none is somebody's own.
_ALWAYS = "status"


def shown_in(tab: Tab) -> tuple[str, ...]:
    """What columns that people see show of a page, by a Column's ``value``."""
    return tuple(c.written for c in tab.columns if c.written and not c.hidden)


def as_read(cells: Mapping[str, Scalar], shown: Collection[str]) -> str | None:
    """``{"followers":2100,"name":"Dora"}``, a text that is too long as null; and the two hidden
    moments of the row. None when there is nothing to keep, or too much.
    """
    kept: dict[str, Scalar] = {
        name: None if isinstance(value, str) and len(value) > _LONG else value
        for name in shown
        if isinstance(value := _plain(name, cells.get(name)), str | int | float)
    }
    if _ALWAYS not in kept:
        return None
    kept |= _moments(cells)
    text = written(kept)
    return text if len(text) <= _MOST else None


def _plain(name: str, value: Value) -> Value:
    """An import's result may be a day: as text, and a hidden cell beside it says that it is one."""
    return value.isoformat() if name == RESULT and isinstance(value, date) else value


def _moments(cells: Mapping[str, Value]) -> dict[str, Scalar]:
    there = ((name, cells.get(name)) for name in _MOMENTS)
    return {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in there if isinstance(at, datetime)}


def written(kept: Mapping[str, Scalar]) -> str:
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def with_as_read(cells: Mapping[str, Value], shown: Collection[str]) -> dict[str, Value]:
    """A row's cells as they were read. One without that cell, or with one that is not of the same
    write, says what it shows."""
    kept = kept_in(cells.get(AS_READ))
    if kept is None or _moments(cells) != {n: kept[n] for n in _MOMENTS if n in kept}:
        return dict(cells)
    long = {name for name in kept if kept[name] is None}
    return {**cells, **{name: kept.get(name) for name in shown if name not in long}}


def kept_in(cell: Value) -> dict[str, Scalar] | None:
    """What such a cell keeps, None when it is no such cell."""
    try:
        kept = json.loads(cell) if isinstance(cell, str) and cell[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or _ALWAYS not in kept:
        return None
    plain = all(v is None or isinstance(v, str | int | float) for v in kept.values())
    return kept if plain else None
