"""A cron line as GitHub takes it: five parts, each within its bounds. Pure."""

from __future__ import annotations

import re

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
#: What it is called, the least, the most, and the names that stand for numbers.
_PARTS: list[tuple[str, int, int, list[str]]] = [
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _DAYS),
]


def problem(cron: str) -> str:
    """What is wrong with it, "" when nothing is."""
    words = cron.split()
    if len(words) != len(_PARTS):
        return f"it has {len(words)} parts instead of five"
    for word, (name, least, most, names) in zip(words, _PARTS, strict=True):
        for item in word.split(","):
            if not _is_one(item.upper(), least, most, names):
                return f"{word} is no {name} (those go from {least} to {most})"
    return ""


def _is_one(item: str, least: int, most: int, names: list[str]) -> bool:
    """``*``, ``5``, ``1-5``, ``*/2``, ``10-50/5``"""
    span, slash, step = item.partition("/")
    if slash and not (re.fullmatch(r"\d{1,2}", step) and 0 < int(step) <= most):
        return False
    if span == "*":
        return True
    ends = [_number(word, least, names) for word in span.split("-")]
    if len(ends) > 2 or None in ends:
        return False
    numbers = [end for end in ends if end is not None]
    return all(least <= n <= most for n in numbers) and numbers == sorted(numbers)


def _number(word: str, least: int, names: list[str]) -> int | None:
    if word in names:
        return names.index(word) + least
    return int(word) if re.fullmatch(r"\d{1,2}", word) else None
