"""What imports read of a workbook beside the tab Imports: any cell, the team's formulas, and the
tabs into which whole results were written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping
from datetime import datetime

from sheetsync.dashboard import PATTERNS, Format, Formula, Scalar, Value
from sheetsync.destinations.workbook_cells import Cell
from sheetsync.destinations.workbook_history import moment_of
from sheetsync.destinations.workbook_names import SPILL, spots_of
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_rows import Peek
from sheetsync.plan import Block, Place

_DATES = (PATTERNS[Format.DATE], PATTERNS[Format.MOMENT])


def cells_at(snapshot: Snapshot, places: Collection[Place]) -> dict[Place, Value]:
    """What stands in these cells; blank ones are left out. Each tab is streamed once."""
    titles = {title.casefold(): title for title in snapshot.titles}
    by_title: dict[str, dict[tuple[int, int], list[Place]]] = {}
    for place in places:
        if (title := titles.get(place.tab.casefold())) is not None:
            by_title.setdefault(title, {}).setdefault((place.row, place.at), []).append(place)
    found: dict[Place, Value] = {}
    for title, asked in by_title.items():
        for number, cells, _ in snapshot.rows(title, _among({row for row, _ in asked})):
            for at, cell in cells.items():
                for place in asked.get((number, at), ()):
                    if cell.formula or cell.value is not None:
                        value = _value(cell, snapshot.epoch)
                        found[place] = Formula(cell.formula, value) if cell.formula else value
    return found


def _among(numbers: Container[int]) -> Callable[[Peek], bool]:
    return lambda row: row.number in numbers


def team_formulas(
    snapshot: Snapshot, ours: Mapping[str, Collection[int] | None], word: str
) -> Iterator[tuple[Place, str]]:
    """The formulas that hold ``word``, in any case. ``ours``: by title the positions of our own
    columns, None for a tab that is ours whole."""
    sought = word.casefold()
    for title in snapshot.titles:
        positions = ours.get(title, ())
        if positions is None:
            continue
        for number, cells, _ in snapshot.rows(title):
            for at, cell in sorted(cells.items()):
                if sought in cell.formula.casefold() and at not in positions:
                    yield Place(title, number, at), cell.formula


def spilled_in(snapshot: Snapshot, ours: Collection[str]) -> dict[str, Block]:
    """By title, what the tabs hold that sheetsync made for whole results."""
    named = {n: spot for n, spot in spots_of(snapshot.names).items() if n.startswith(SPILL)}
    titles = {s.title for s in named.values() if s.title in snapshot.titles} - set(ours)
    return {title: _block(snapshot, title) for title in snapshot.titles if title in titles}


def _block(snapshot: Snapshot, title: str) -> Block:
    held: dict[tuple[int, int], Scalar] = {}
    for number, cells, _ in snapshot.rows(title):
        for at, cell in cells.items():
            if cell.formula or cell.value is not None:
                held[number, at] = cell.formula or _value(cell, snapshot.epoch)
    last, width = (max((place[n] for place in held), default=0) for n in (0, 1))
    return tuple(
        tuple(held.get((row, at)) for at in range(1, width + 1)) for row in range(1, last + 1)
    )


def _value(cell: Cell, epoch: datetime) -> Scalar:
    """A number with a date's format of ours is that date."""
    if cell.look.num_format in _DATES:
        moment = moment_of(cell.value, epoch)
        if moment is not None:
            return moment.date() if cell.look.num_format == _DATES[0] else moment
    return cell.value
