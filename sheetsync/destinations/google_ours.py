"""Which tabs without a handle are ours: old ones, copies, and those whose handles were lost. Pure.

They are known by what stands in their first rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetsync.dashboard import Board, Guide, Tab
from sheetsync.destinations.google_book import Sheet
from sheetsync.destinations.google_cells import Grid
from sheetsync.destinations.google_found import fits_best, looks_like
from sheetsync.errors import DestinationError


def by_headers(
    missing: Sequence[Tab | Guide | Board],
    free: Sequence[Sheet],
    tops: Sequence[Grid],
    tables: Sequence[Tab],
) -> dict[str, Sheet]:
    """The ``missing`` tabs by key, of the ``free`` ones, whose first rows are ``tops``.

    Raises DestinationError for a tab that has our title and is not ours.
    """
    found: dict[str, Sheet] = {}
    in_the_way: list[str] = []
    for tab in missing:
        for sheet, top in zip(free, tops, strict=True):
            mine = sheet not in found.values() and _is(tab, sheet, top, tables)
            if mine and tab.key not in found:
                found[tab.key] = sheet
        optional = isinstance(tab, Tab) and tab.optional
        if tab.key not in found and not optional:
            same = (s.title for s in free if s.title.casefold() == tab.title.casefold())
            in_the_way += same
    if in_the_way:
        raise _clash(in_the_way)
    return found


def _is(tab: Tab | Guide | Board, sheet: Sheet, top: Grid, tables: Sequence[Tab]) -> bool:
    """A copy says of which tab: a copy of History never becomes Profiles."""
    if sheet.copy_of not in ("", tab.key):
        return False
    if isinstance(tab, Tab):
        return looks_like(tab, top) and fits_best(tab, tables, top)
    same = sheet.title.casefold() == tab.title.casefold()
    if isinstance(tab, Guide):
        return same and top.get(1, {}).get(1) == tab.lines[0].label
    words = {c.content for c in tab.cells if isinstance(c.content, str) and not c.live}
    held = {raw for cells in top.values() for raw in cells.values()}
    return same and len(words & held) >= min(3, len(words))


def _clash(titles: Sequence[str]) -> DestinationError:
    """``titles`` as people spell them."""
    what = f"a tab named {titles[0]}" if len(titles) == 1 else f"tabs named {', '.join(titles)}"
    return DestinationError(
        f"The spreadsheet has {what} that sheetsync did not make.",
        hint=f"Rename {'that tab' if len(titles) == 1 else 'these tabs'}, or give another"
        " spreadsheet with --to.",
    )
