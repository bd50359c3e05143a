"""What people write around an IMPORT formula: ``IFERROR(…; "-")`` and ``INDEX(…; row; column)``.

IFERROR's own value is left out, since here an error has its reason. Of anything else around a
formula nothing is worked out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_AROUND = re.compile(r"\s*=?\s*(IFERROR|INDEX)\s*\(\s*(?=(?:IMPORT\w+|IFERROR|INDEX)\s*\()", re.I)
_EACH = re.compile(r"\b(?:IFERROR|INDEX)\s*\(", re.I)
_DEEPEST = 8
_PLACE = re.compile(r"[;,]\s*(\d{1,6})?\s*(?:[;,]\s*(\d{1,6})?\s*)?\)?")
_QUOTED_OR_SIGN = re.compile(r'"(?:[^"]|"")*"?|[()]')
#: A row and a column of a result, from 1; 0 is all of them.
Place = tuple[int, int]


class Inside(NamedTuple):
    """``text`` stands where it stood, so that positions in it are right; ``place`` is INDEX's,
    None for IFERROR."""

    text: str
    place: Place | None


def inside(text: str) -> Inside | None:
    """The formula inside of an IFERROR or INDEX; None when there is none or more around it."""
    around = _AROUND.match(text)
    if around is None or len(_EACH.findall(text)) > _DEEPEST:
        return None
    start = around.end()
    end = _closed(text, start)
    rest = text[end:].strip()
    if text[_closed(text, 0) :].strip() or not re.match(r"[;,)]|$", rest):
        return None
    inner = " " * start + text[start:end]
    if around[1].upper() == "IFERROR":
        return Inside(inner, None)
    place = _PLACE.fullmatch(rest)
    return Inside(inner, (int(place[1] or 0), int(place[2] or 0))) if place else None


def _closed(text: str, at: int) -> int:
    """Where the first parenthesis behind ``at`` is closed; the end when it is not."""
    depth = 0
    for found in _QUOTED_OR_SIGN.finditer(text, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0 and found[0] == ")":
            return found.end()
    return len(text)
