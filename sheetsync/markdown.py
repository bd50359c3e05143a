"""What strangers wrote, as Markdown that shows it and does nothing else. Pure.

Each sign of theirs stands as a character reference, which is text and never structure (CommonMark,
“Entity and numeric character references”), and nobody is mentioned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_LONGEST = 400
_JOINER = "&#8288;"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are safe already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(said: str) -> str:
    """A stranger's sentence as text: no Markdown, no HTML, no link, no mention."""
    return "".join(_sign(sign) for sign in plain(said))


def name(said: str) -> str:
    """A stranger's name, set apart; GitHub looks for no mentions inside ``code``."""
    return f"<code>{text(said).replace(_JOINER, '')}</code>"


def plain(said: str) -> str:
    """One line of visible signs, of a length that a table bears."""
    shown = "".join(
        " " if sign.isspace() else sign
        for sign in said
        if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _sign(sign: str) -> str:
    if not sign.isascii() or sign.isalnum() or sign in " ,":
        return sign
    # The (invisible) word joiner keeps “@name” and “#1” from being looked up as somebody's.
    return f"&#{ord(sign)};" + (_JOINER if sign in "@#" else "")
