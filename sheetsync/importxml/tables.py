"""The tables and lists of a page, as a sheet would hold them.

Tables are counted through the page, those inside of others too. A row is as long as the longest;
a merged cell has its text once (``Choices.merged``). What a cell holds is what a browser shows of
it: white space folded, ``<br>`` a new line, no scripts. A table inside a cell, and a list inside an
item, is counted as its own and is no part of the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from sheetsync.importxml.content import Content
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import MAX_CELLS, Bounds, too_large
from sheetsync.importxml.texts import shown_text

#: The HTML standard's own limits on merged cells.
_MOST_COLUMNS, _MOST_ROWS = 1000, 65534
_LISTS = ("ul", "ol", "dl")


def table(content: Content, index: int, *, repeat: bool = False) -> list[list[str]]:
    """The rows of the page's table ``index``, counted from 1. Raises NoValue.

    ``repeat``: a merged cell's text stands in every place that it covers.
    """
    found = list(content.browser.iter("table"))
    rows = _grid(_chosen(found, index, "table", _about_table), repeat=repeat)
    if not any(map(any, rows)):
        raise NoValue(
            Reason.EMPTY,
            f"Table {index} of this page has no text in it.",
            hint="Try another one, or look whether scripts fill it in the browser.",
        )
    return rows


def listed(content: Content, index: int) -> list[list[str]]:
    """The items of the page's list (ul, ol, dl) ``index``, one in a row. Raises NoValue."""
    chosen = _chosen(list(content.browser.iter(*_LISTS)), index, "list", _about_list)
    items = _items(chosen)
    if not any(map(any, items)):
        raise NoValue(
            Reason.EMPTY,
            f"List {index} of this page has no text in it.",
            hint="Try another one, or look whether scripts fill it in the browser.",
        )
    return items


def _chosen(
    found: Sequence[etree._Element],
    index: int,
    what: str,
    about: Callable[[etree._Element], str],
) -> etree._Element:
    if index <= len(found):
        return found[index - 1]
    if not found:
        raise NoValue(
            Reason.NO_SUCH_TABLE,
            f"There is no {what} on this page.",
            hint="Scripts may make it in the browser, or it is none: ask with IMPORTXML.",
        )
    are = f"is 1 {what}" if len(found) == 1 else f"are {len(found)} {what}s"
    shown = "; ".join(f"{number} {about(one)}" for number, one in enumerate(found[:10], 1))
    raise NoValue(
        Reason.NO_SUCH_TABLE,
        f"There {are} on this page; the formula asks for {what} {index}.",
        hint=f"They are: {shown}{'; …' if len(found) > 10 else ''}.",
    )


def _about_table(one: etree._Element) -> str:
    rows = list(_own_rows(one))
    cells = [text for cell in _cells(rows[0]) if (text := shown_text(cell))] if rows else []
    return f"({_many(len(rows), 'row')}: {' | '.join(cells)[:40]})"


def _about_list(one: etree._Element) -> str:
    items = [text for (text,) in _items(one)]
    return f"({_many(len(items), 'item')}: {' | '.join(items)[:40]})"


def _many(number: int, word: str) -> str:
    return f"1 {word}" if number == 1 else f"{number} {word}s"


def _items(chosen: etree._Element) -> list[list[str]]:
    bounds = Bounds()
    return [
        bounds.checked([shown_text(one, _LISTS)])
        for one in chosen.iter("li", "dt", "dd")
        if _owner(one, _LISTS) is chosen
    ]


def _owner(element: etree._Element, names: Sequence[str]) -> etree._Element | None:
    return next((above for above in element.iterancestors() if above.tag in names), None)


def _own_rows(one: etree._Element) -> Iterator[etree._Element]:
    """Rows in the order of the page; those of a table inside are not this table's."""
    for child in one:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _grid(one: etree._Element, *, repeat: bool) -> list[list[str]]:
    """The HTML standard's way to form a table: a cell goes to the first free place of its row."""
    taken: dict[tuple[int, int], str] = {}
    rows = [(row, len(_rest_of_group(row))) for row in _own_rows(one)]
    width = 0
    for y, (row, room) in enumerate(rows):
        x = 0
        for cell in _cells(row):
            while (y, x) in taken:
                x += 1
            columns, down = _span(cell, "colspan", _MOST_COLUMNS), _span(cell, "rowspan", room)
            text = shown_text(cell)
            if len(taken) + columns * down > MAX_CELLS:
                raise too_large(f"The table has more than {MAX_CELLS:,} cells.")
            for dy in range(down):
                for dx in range(columns):
                    shown = text if repeat or not (dx or dy) else ""
                    taken.setdefault((y + dy, x + dx), shown)
            x += columns
            width = max(width, x)
    return _checked([[taken.get((y, x), "") for x in range(width)] for y in _filled(taken, rows)])


def _filled(taken: dict[tuple[int, int], str], rows: Sequence[object]) -> list[int]:
    """A row without any cell is none."""
    having = {y for y, _ in taken}
    return [y for y in range(len(rows)) if y in having]


def _checked(rows: list[list[str]]) -> list[list[str]]:
    bounds = Bounds()
    return [bounds.checked(row) for row in rows]


def _rest_of_group(row: etree._Element) -> list[etree._Element]:
    """This row and those after it in its group: a merged cell ends with its group."""
    return [row, *(other for other in row.itersiblings("tr"))]


def _span(cell: etree._Element, name: str, most: int) -> int:
    found = re.match(r"\s*\+?(\d{1,6})", cell.get(name, "1"))
    number = int(found[1]) if found else 1
    if number == 0:
        return min(most, _MOST_ROWS) if name == "rowspan" else 1
    return min(number, most, _MOST_ROWS)
