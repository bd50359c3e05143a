"""The boards of a workbook as they were found: where each stands, its picks, Trend and Log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sheetsync.dashboard import Area, Board, BoardCell, Formula, Scalar, Value
from sheetsync.dashboard.trend import DAY, LOG_COLUMNS, LOG_ROWS
from sheetsync.destinations.workbook_cells import Cell, Cells
from sheetsync.destinations.workbook_history import moment_of
from sheetsync.destinations.workbook_names import Spot, area_name, name_of
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.plan import Trend, trend_of

Texts = Mapping[int, str]
#: A board is recognised, and known to stand where it should, by this share of its words.
_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class HeldBoard:
    """``area`` is all that is ours in the file; ``in_place``: every cell stands where described.

    ``spots`` are where the picks were found, ``picks`` what they hold.
    """

    title: str
    area: Area
    in_place: bool
    rows: Mapping[int, Cells] = field(default_factory=dict)
    spots: Mapping[str, Spot] = field(default_factory=dict)
    picks: Mapping[str, Cell] = field(default_factory=dict)

    def inside(self, row: int, at: int) -> bool:
        area = self.area
        return area.first_row <= row <= area.last_row and area.first_at <= at <= area.last_at


def described_area(board: Board, more: Collection[tuple[int, int]] = ()) -> Area:
    """The rectangle around all that is ours on a board; ``more`` are further cells."""
    rows = [cell.row for cell in board.cells] + [row for row, _ in more]
    ats = [cell.at for cell in board.cells] + [at for _, at in more]
    rows += [area.last_row for area in board.names.values()]
    ats += [area.last_at for area in board.names.values()]
    return Area(1, 1, max(rows, default=1), max(ats, default=1))


def find_board(
    snapshot: Snapshot,
    board: Board,
    spots: Mapping[str, Spot],
    areas: Mapping[str, tuple[str, Area]],
    tops: Mapping[str, Mapping[int, Texts]],
) -> HeldBoard | None:
    """``tops`` are the texts in the first rows of the tabs that nobody else's."""
    named = areas.get(area_name(board.key))
    title = named[0] if named and named[0] in tops else _by_words(board, tops)
    if title is None:
        return None
    rows = {number: cells for number, cells, _ in snapshot.rows(title)}
    places = _places(rows)
    shift = _shift(board, places)
    area = named[1] if named else described_area(board)
    usual = described_area(board)
    # A program that leaves names behind has moved the cells out of the area.
    area = replace(
        area,
        last_row=max(area.last_row, usual.last_row + shift[0]),
        last_at=max(area.last_at, usual.last_at + shift[1]),
    )
    picks = {
        name: _pick_spot(cell, board, spots.get(name_of(board.key, name)), title, places)
        for name, cell in board.picks.items()
    }
    stays = shift == (0, 0) and _stands(board, rows) and area.first_row == area.first_at == 1
    stays = stays and all((s.row, s.at) == _at(board.picks[n]) for n, s in picks.items())
    held = {n: rows.get(s.row, {}).get(s.at, Cell()) for n, s in picks.items()}
    return HeldBoard(title, area, stays, rows, picks, held)


def _at(cell: BoardCell) -> tuple[int, int]:
    return cell.row, cell.at


def _words(board: Board) -> Iterator[tuple[BoardCell, str]]:
    for cell in board.cells:
        if not cell.live and not cell.pick and isinstance(cell.content, str):
            yield cell, cell.content.strip()


def _by_words(board: Board, tops: Mapping[str, Mapping[int, Texts]]) -> str | None:
    """The tab whose first rows hold at least half of the words that stand there."""
    top = {word for cell, word in _words(board) if cell.row <= 20}
    scores = {
        title: len(top & {text for texts in rows.values() for text in texts.values()})
        for title, rows in tops.items()
    }
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and top and scores[best] * 2 >= len(top) else None


def _places(rows: Mapping[int, Cells]) -> dict[str, tuple[int, int]]:
    """Where each text stands that stands only once."""
    found: dict[str, tuple[int, int]] = {}
    often: Counter[str] = Counter()
    for row, cells in rows.items():
        for at, cell in cells.items():
            if isinstance(cell.value, str) and not cell.formula:
                text = cell.value.strip()
                often[text] += 1
                found[text] = (row, at)
    return {text: place for text, place in found.items() if often[text] == 1}


def _shift(board: Board, places: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """By how many rows and columns the farthest of our words was moved down and right."""
    moved = [
        (places[word][0] - cell.row, places[word][1] - cell.at)
        for cell, word in _words(board)
        if word in places
    ]
    return max((m[0] for m in moved), default=0), max((m[1] for m in moved), default=0)


def _stands(board: Board, rows: Mapping[int, Cells]) -> bool:
    words = list(_words(board))
    there = sum(rows.get(c.row, {}).get(c.at, Cell()).value == word for c, word in words)
    return there >= _ENOUGH * len(words)


def _pick_spot(
    cell: BoardCell,
    board: Board,
    named: Spot | None,
    title: str,
    places: Mapping[str, tuple[int, int]],
) -> Spot:
    """Where the name points; the label to its left tells when names were left behind."""
    if named is not None and named.title == title and (named.row, named.at) != _at(cell):
        return named
    labels = [(c, word) for c, word in _words(board) if c.row == cell.row and c.at < cell.at]
    for label, word in reversed(labels):
        if word in places:
            row, at = places[word]
            return Spot(title, row, at + cell.at - label.at)
    return Spot(title, cell.row, cell.at)


def value_of(cell: Cell) -> Value:
    return Formula(cell.formula, cell.value) if cell.formula else cell.value


# --- what the plan takes from boards ----------------------------------------------------------


def trend_in(held: HeldBoard | None, snapshot: Snapshot) -> Trend | None:
    """None when it cannot be trusted: History has it all."""
    if held is None or not held.in_place:
        return None
    trend = trend_of((number, _valued(cells, snapshot)) for number, cells in held.rows.items())
    return trend if any(trend.slots) else None


def _valued(cells: Cells, snapshot: Snapshot) -> dict[int, Value]:
    values: dict[int, Value] = {at: cell.value for at, cell in cells.items() if not cell.formula}
    if DAY in values and (day := moment_of(cells[DAY].value, snapshot.epoch)):
        values[DAY] = day.date()
    return values


def log_in(held: HeldBoard | None, snapshot: Snapshot) -> tuple[tuple[Scalar, ...], ...]:
    """The rows of the Log that begin with a moment, oldest first."""
    if held is None:
        return ()
    rows = []
    for _, cells in sorted(held.rows.items()):
        values = [cells.get(at, Cell()).value for at in range(1, len(LOG_COLUMNS) + 1)]
        if (when := moment_of(values[0], snapshot.epoch)) is not None:
            rows.append((when, *values[1:]))
    return tuple(rows[-LOG_ROWS:])
