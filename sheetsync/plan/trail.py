"""What an import gave on its last days: one hidden text in its row. Pure.

JSON: ``[["2026-11-22", 1031], ["2026-11-23", "sold out"]]``, oldest first, one value a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite

from sheetsync.dashboard import LAST, Scalar

#: Signs of a text that are kept.
_TEXT = 80

Entry = tuple[date, str | bool | int | float]


@dataclass(frozen=True, slots=True)
class Results:
    """At most ``LAST`` days."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of_text(cls, text: str) -> Results:
        """What a person typed over it is passed over."""
        try:
            found = json.loads(text) if text else []
        except (ValueError, RecursionError):
            found = []
        entries = _entries(found) if isinstance(found, list) else ()
        return cls(tuple(sorted(dict(entries).items())[-LAST:]))

    def text(self) -> str | None:
        if not self.entries:
            return None
        shown = [[day.isoformat(), value] for day, value in self.entries]
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))

    def with_value(self, day: date, value: Scalar) -> Results:
        """A second value of a day replaces the first; a day without one has no entry."""
        days = {then: held for then, held in self.entries if then != day}
        kept = value.isoformat() if isinstance(value, date) else value
        if kept is not None and _is_kept(kept):
            days[day] = kept[:_TEXT] if isinstance(kept, str) else kept
        return Results(tuple(sorted(days.items())[-LAST:]))

    def before(self, day: date) -> Entry | None:
        """The newest entry of an earlier day."""
        return next((entry for entry in reversed(self.entries) if entry[0] < day), None)

    def numbers(self) -> list[int | float | None]:
        """``LAST`` of them, the newest last: what a line is drawn from."""
        found: list[int | float | None] = [
            value if isinstance(value, int | float) and not isinstance(value, bool) else None
            for _, value in self.entries
        ]
        return [None] * (LAST - len(found)) + found


def _is_kept(value: str | bool | int | float) -> bool:
    """JSON has no infinity, and no line can be drawn through it."""
    return not isinstance(value, float) or isfinite(value)


def _entries(found: list[object]) -> Iterator[Entry]:
    for entry in found:
        match entry:
            case [str(day), str() | bool() | int() | float() as value] if _is_kept(value):
                try:
                    yield date.fromisoformat(day), value
                except ValueError:
                    continue
