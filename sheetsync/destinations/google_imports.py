"""What imports read of a spreadsheet beside the tab Imports: any cell, and the team's formulas.

Each is one call, made when somebody asks and there is something to ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sheetsync.dashboard import Dashboard, Value
from sheetsync.destinations.google_book import Sheet
from sheetsync.destinations.google_cells import Grid, Json, plain
from sheetsync.destinations.google_found import Found
from sheetsync.plan import Place

#: The formulas of cells and nothing else, so that text that looks like one is not taken for one.
FIELDS = (
    "sheets(properties(sheetId),"
    "data(startRow,startColumn,rowData(values(userEnteredValue(formulaValue)))))"
)

#: sheetId, row and position of cells -> the values that they show, in their order.
FetchCells = Callable[[Sequence[tuple[int, int, int]]], Sequence[Grid]]
#: sheetIds -> the answer of ``spreadsheets.getByDataFilter`` with ``FIELDS``.
FetchFormulas = Callable[[Sequence[int]], Json]


def cells_at(found: Found, fetch: FetchCells, places: Collection[Place]) -> dict[Place, Value]:
    """What these cells show, a date as its text; blank ones are left out."""
    sheets = {sheet.title.casefold(): sheet for sheet in found.book.sheets}
    asked: dict[Place, tuple[int, int, int]] = {}
    for place in places:
        sheet = sheets.get(place.tab.casefold())
        # A cell beyond the grid is refused, and blank.
        if sheet and place.row <= sheet.rows and place.at <= sheet.columns:
            asked[place] = (sheet.id, place.row, place.at)
    where = sorted(set(asked.values()))
    grids = dict(zip(where, fetch(where), strict=True)) if where else {}
    values = {p: plain(grids[at].get(at[1], {}).get(at[2])) for p, at in asked.items()}
    return {place: value for place, value in values.items() if value is not None}


def team_formulas(
    found: Found, dashboard: Dashboard, fetch: FetchFormulas, word: str
) -> list[tuple[Place, str]]:
    """The formulas that hold ``word``, in any case, in cells that are the team's."""
    ours = _ours(found, dashboard)
    theirs = [sheet for sheet in found.book.sheets if ours.get(sheet.id, ()) is not None]
    answer = fetch([sheet.id for sheet in theirs]) if theirs else {}
    by_id = {one["properties"].get("sheetId", 0): one for one in answer.get("sheets", [])}
    return [
        (place, text)
        for sheet in theirs
        for place, text in _formulas(sheet, by_id.get(sheet.id, {}))
        if word.casefold() in text.casefold() and place.at not in (ours.get(sheet.id) or ())
    ]


def _formulas(sheet: Sheet, answer: Json) -> Iterator[tuple[Place, str]]:
    for data in answer.get("data", []):
        for row, line in enumerate(data.get("rowData", []), data.get("startRow", 0) + 1):
            for at, held in enumerate(line.get("values", []), data.get("startColumn", 0) + 1):
                if text := held.get("userEnteredValue", {}).get("formulaValue"):
                    yield Place(sheet.title, row, at), text


def _ours(found: Found, dashboard: Dashboard) -> Mapping[int, Collection[int] | None]:
    """By sheetId the positions of our columns; None for a tab that is ours whole."""
    whole = [sheet for sheet in found.book.sheets if sheet.key]
    ours: dict[int, Collection[int] | None] = dict.fromkeys(
        sheet.id for sheet in [*whole, *found.sheets.values()]
    )
    for tab in dashboard.tables:
        held = found.state.tabs.get(tab.key)
        if held is not None and tab.kind in ("profile", "post"):
            owned = [held.columns[c.key] for c in tab.columns if c.owned and c.key in held.columns]
            ours[found.sheets[tab.key].id] = frozenset(owned)
    return ours
