"""Rows of text in columns, for a terminal of any width. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]], width: int | None = None) -> list[str]:
    """Align all columns but the last, two spaces apart, indented by two.

    Where that is wider than ``width``, each row becomes a line with its first cell and, under it,
    the rest, folded.
    """
    table = [[_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in table
    ]
    if width is None or all(len(line) <= width for line in lines):
        return lines
    left = 2 + sum(w + 2 for w in widths[:-1])
    if width - left >= 28:
        return [
            line
            for row, full in zip(table, lines, strict=True)
            for line in _hung(row, full, left, width)
        ]
    return [line for row in table for line in _stacked(row, width)]


def _line(cell: str) -> str:
    """One line, whatever a file's name or a page says; nothing that a terminal obeys."""
    return "".join(c for c in " ".join(cell.split()) if c.isprintable())


def _hung(row: Sequence[str], full: str, left: int, width: int) -> list[str]:
    """The row with its last cell folded under itself."""
    folds = textwrap.wrap(row[-1], width - left) or [""]
    return [(full[:left] + folds[0]).rstrip(), *(" " * left + fold for fold in folds[1:])]


def _stacked(row: Sequence[str], width: int) -> list[str]:
    rest = "  ".join(cell for cell in row[1:] if cell)
    return [f"  {row[0]}", *(f"      {line}" for line in textwrap.wrap(rest, max(width - 6, 20)))]


def folded(lines: Iterable[str], width: int | None) -> list[str]:
    """Each line within ``width`` columns, folded under its own indent; None: as it is.

    An address or a path is never cut: it has to be copied whole.
    """
    if width is None:
        return list(lines)
    made = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        wrap = textwrap.TextWrapper(
            width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        made += wrap.wrap(line) or [""]
    return made


def joined(words: Sequence[str]) -> str:
    """``a, b and c``"""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
