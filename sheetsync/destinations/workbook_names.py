"""The hidden defined names by which our cells are found again after people moved them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from sheetsync.dashboard import Area

#: Every name of ours begins so: ``sheetsync.profiles.followers``.
PREFIX = "sheetsync."
EDITION = PREFIX + "edition"
SPILL = PREFIX + "spill."
#: Marks of forgotten people: ``sheetsync.forgotten.<hash>`` is a number; and the hashes' salt.
FORGOTTEN = PREFIX + "forgotten."
SALT = PREFIX + "salt"
_CELL = r"\$?([A-Z]{1,3})\$?(\d+)"
_REFERENCE = re.compile(rf"^'?((?:[^']|'')+?)'?!{_CELL}(?::{_CELL})?$")


def name_of(tab: str, key: str) -> str:
    """The defined name of a column, setting or pick."""
    return f"{PREFIX}{tab}.{key.replace('~', '.')}"


def spill_name(number: int) -> str:
    """The defined name of a tab that sheetsync made for an import's whole result."""
    return f"{SPILL}{number}"


def area_name(board: str) -> str:
    """The defined name of all that is ours on a board."""
    return f"{PREFIX}area.{board}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell: tab title, row and position from 1."""

    title: str
    row: int
    at: int


def spots_of(names: Mapping[str, str]) -> dict[str, Spot]:
    """Where our names point, those that still point at one cell."""
    found = {name: _parsed(text) for name, text in names.items() if name.startswith(PREFIX)}
    return {
        name: Spot(title, area.first_row, area.first_at)
        for name, (title, area) in found.items()
        if area and (area.first_row, area.first_at) == (area.last_row, area.last_at)
    }


def areas_of(names: Mapping[str, str]) -> dict[str, tuple[str, Area]]:
    """Where our boards stand, by the board's name: tab title and area."""
    found = {name: _parsed(text) for name, text in names.items() if name.startswith(PREFIX)}
    return {name: (title, area) for name, (title, area) in found.items() if area}


def _parsed(reference: str) -> tuple[str, Area | None]:
    match = _REFERENCE.match(reference)
    if match is None:
        return "", None
    title, left, top, right, bottom = match.groups()
    first_at, first_row = column_index_from_string(left), int(top)
    last_at = column_index_from_string(right) if right else first_at
    last_row = int(bottom) if bottom else first_row
    return title.replace("''", "'"), Area(first_row, first_at, last_row, last_at)
