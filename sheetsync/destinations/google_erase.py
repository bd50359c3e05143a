"""Takes a person out of a spreadsheet: one batch, a look at what it did, and a second batch.

The first batch copies what it is about to write over or to delete to the hidden undo tab, does it,
and keeps the marks of who is forgotten. Then everything is read again. What was copied is what was
meant, unless somebody sorted or moved cells in that very second: such cells are put back. The
second batch does that and empties the undo tab; where anything of the person is left (it had moved)
DestinationChanged asks for another round. A run that is killed between the two has left a copy in
the undo tab: its write is unfinished, which the next write of anybody sees, and empties the tab.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sheetsync.dashboard import Formula
from sheetsync.destinations import DestinationChanged, Traces
from sheetsync.destinations.google_book import Book
from sheetsync.destinations.google_cells import (
    VALUE,
    Grid,
    Json,
    Raw,
    cell,
    grid_range,
    plain,
    same_raw,
    update_cells,
)
from sheetsync.destinations.google_found import Found
from sheetsync.destinations.google_layout import UNDO, Layout
from sheetsync.destinations.google_parts import LIMIT, batches, size_of
from sheetsync.destinations.google_read import Reader
from sheetsync.destinations.google_scrub import Hit, Scrub
from sheetsync.destinations.google_setup import undo_tab
from sheetsync.destinations.google_tidy import put_back, without
from sheetsync.destinations.google_whole import Whole, read_whole
from sheetsync.errors import DestinationError, SheetsyncError
from sheetsync.plan import Erasure, Plan, Row

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_LEFT = "Their rows are taken out, but a copy is left in the hidden tab “sheetsync undo”"


class Write(Protocol):
    """Sends batches: the first is ``first`` of ``of``."""

    def __call__(
        self, book: Book, parts: Sequence[Sequence[Json]], *, first: int = 1, of: int = 0
    ) -> object: ...


def scrub_of(reader: Reader, found: Found, erasure: Erasure) -> Scrub:
    history = found.sheets.get("history")
    ours = {sheet.id for sheet in found.sheets.values()}
    whole = read_whole(reader.spreadsheet, ours, history.id if history else None)
    return Scrub(whole, found, erasure)


def traces_in(scrub: Scrub) -> Traces:
    places = [hit.place for hit in scrub.cells() if hit.place]
    places += [name for name, _ in scrub.objects() if name]
    return Traces(len(scrub.days), tuple(places))


@dataclass(frozen=True, slots=True)
class Placed:
    """A hit, and the row of the undo tab at which its copy begins."""

    hit: Hit
    row: int

    def copy(self, undo: int) -> Json:
        hit = self.hit
        source = (hit.first, hit.at, hit.last, hit.at + hit.width - 1)
        target = (self.row, 1, self.row + hit.height - 1, hit.width)
        return {
            "copyPaste": {
                "source": grid_range(hit.sheet, *source),
                "destination": grid_range(undo, *target),
                "pasteType": "PASTE_FORMULA",
            }
        }


class Erasing:
    """One round. ``found`` is what the plan was made from."""

    def __init__(
        self, reader: Callable[[], Reader], write: Write, plan: Plan, found: Found
    ) -> None:
        assert plan.erasure is not None
        self.new_reader, self.write, self.plan, self.found = reader, write, plan, found
        self.erasure = plan.erasure

    def run(self) -> None:
        """Raises DestinationChanged when something of the person is left, or was moved."""
        reader = self.new_reader()
        scrub = scrub_of(reader, self.found, self.erasure)
        found = reader.read(self.plan.dashboard)
        self._refuse_changed(found)
        assert reader.history is not None
        layout = Layout(self.plan, found, reader.history.cells())
        placed = list(_placed([*scrub.cells(), *scrub.rows(), *scrub.history()]))
        index = without(reader.history.index, scrub.days)
        parts = _parts(layout, placed, scrub, batches(layout, index))
        self.write(found.book, parts, of=len(parts) + 1)
        try:
            self._finish(layout, scrub.whole, placed, found.book.g + len(parts), len(parts) + 1)
        except DestinationChanged:
            raise
        except Exception as error:
            # Whatever it was: what was written stands, and "nothing was written" would be a lie.
            said = error.message if isinstance(error, SheetsyncError) else type(error).__name__
            raise DestinationError(
                f"{_LEFT} ({said})", hint="Run this again in ten minutes."
            ) from error

    def _refuse_changed(self, now: Found) -> None:
        """All was read between two looks that show the same: so it belongs together."""
        before = self.found
        if (
            now.book.g != before.book.g
            or now.book.places != before.book.places
            or _typed(now) != _typed(before)
        ):
            raise changed()

    def _finish(
        self, layout: Layout, before: Whole, placed: Sequence[Placed], g: int, part: int
    ) -> None:
        reader = self.new_reader()
        found = reader.read(self.plan.dashboard)
        if found.book.g != g:
            raise changed()  # somebody waited until we were given up, and has emptied the undo tab
        copies: Grid = {}
        if undo := found.book.ours.get(UNDO):
            (copies,) = reader.spreadsheet.values([(undo.id, 1, 1, 0, 0)])
        wrong = [one for one in placed if not _is_meant(one, copies, before)]
        requests = [r for one in wrong for r in self._restored(layout, one, copies, before)]
        requests += emptied(found.book)
        anywhere = replace(self.erasure, rows={})
        scrub = scrub_of(reader, found, anywhere)
        self.write(found.book, [requests], first=part, of=part)
        left = scrub.cells() or scrub.history() or any(True for _ in scrub.objects())
        if wrong or left:
            raise changed()

    def _is_theirs(self, layout: Layout) -> Callable[[Mapping[int, Raw]], bool]:
        at = layout.at["history"]

        def theirs(cells: Mapping[int, Raw]) -> bool:
            profile, account = (cells.get(at.get(key, 0)) for key in ("profile", "account_id"))
            return self.erasure.is_of(str(profile or ""), str(account or ""))

        return theirs

    def _restored(self, layout: Layout, one: Placed, copies: Grid, before: Whole) -> Iterator[Json]:
        hit = one.hit
        lines = [copies.get(one.row + n, {}) for n in range(hit.height)]
        if hit.sheet == layout.ids["history"] and hit.whole:
            theirs = self._is_theirs(layout)
            rows = [line for line in lines if line and not theirs(line)]
            if rows:
                yield put_back(layout, rows)
            return
        for number, line in enumerate(lines, hit.first):
            old = _found_again(hit, line, before)
            cells = old or [cell(plain(line.get(at))) for at in range(1, hit.width + 1)]
            yield update_cells(hit.sheet, number, hit.at, [cells], f"{VALUE},note")


def _typed(found: Found) -> object:
    """What stands in our tables; of a formula its text: its value may be another each time."""
    return {
        key: (held.header_row, held.columns, [(row.number, _texts(row)) for row in held.rows])
        for key, held in found.state.tabs.items()
    }


def _texts(row: Row) -> dict[str, object]:
    return {k: v.text if isinstance(v, Formula) else v for k, v in row.cells.items()}


def changed() -> DestinationChanged:
    return DestinationChanged(
        "Somebody sorted or moved rows or columns while the person was taken out.",
        hint="Run this again.",
    )


def emptied(book: Book) -> list[Json]:
    """The undo tab without anything in it."""
    undo = book.ours.get(UNDO)
    return (
        [{"updateCells": {"range": {"sheetId": undo.id}, "fields": f"{VALUE},note"}}]
        if undo
        else []
    )


# --- the batches ----------------------------------------------------------------------------


def _placed(hits: Sequence[Hit]) -> Iterator[Placed]:
    row = 1
    for hit in hits:
        yield Placed(hit, row)
        row += hit.height


def _parts(
    layout: Layout, placed: Sequence[Placed], scrub: Scrub, rest: Sequence[Sequence[Json]]
) -> list[list[Json]]:
    """One batch; where it would be over 2 MB several, in which what says who the person is (their
    own rows) goes last: a second run can finish what a first began."""
    height = sum(one.hit.height for one in placed)
    width = max((one.hit.width for one in placed), default=1)
    first = list(undo_tab(layout, height, width))
    erased = [[one.copy(layout.ids[UNDO]), *one.hit.requests] for one in placed]
    last = [request for _, request in scrub.objects()]
    whole = [*first, *(r for group in erased for r in group), *(r for p in rest for r in p), *last]
    if size_of(whole) <= LIMIT:
        return [whole]
    parts = [first]
    for group in [*erased, *([one] for one in last)]:
        if size_of(parts[-1]) + size_of(group) > LIMIT:
            parts.append([])
        parts[-1] += group
    return [*(list(part) for part in rest), *parts]


# --- was it what was meant? -----------------------------------------------------------------


def _is_meant(one: Placed, copies: Grid, before: Whole) -> bool:
    """Whether the copies hold what was read at these places."""
    hit, cells = one.hit, before.tab(one.hit.sheet).cells
    for number in range(hit.first, hit.last + 1):
        line = copies.get(one.row + number - hit.first, {})
        old = [cells.get((number, hit.at + n), {}) for n in range(hit.width)]
        if not _same(line, old):
            return False
    return True


def _same(line: Mapping[int, Raw], cells: Sequence[Json]) -> bool:
    values = [one.get(VALUE, {}) for one in cells]
    return all(_alike(line.get(at), value) for at, value in enumerate(values, 1))


def _alike(raw: Raw, value: Json) -> bool:
    """A copied formula has other references, and the same texts."""
    formula = value.get("formulaValue")
    if formula is None:
        return same_raw(raw, next(iter(value.values()), None))
    is_one = isinstance(raw, str) and raw.startswith("=")
    return is_one and _TEXT.findall(str(raw)) == _TEXT.findall(formula)


def _found_again(hit: Hit, line: Mapping[int, Raw], before: Whole) -> list[Json]:
    """The row as it was read, wherever it stood then, with its formulas and notes."""
    cells = before.tab(hit.sheet).cells
    for number in sorted({row for row, _ in cells}):
        old = [cells.get((number, hit.at + n), {}) for n in range(hit.width)]
        if any(one.get(VALUE) for one in old) and _same(line, old):
            return [{k: v for k, v in one.items() if k in (VALUE, "note")} for one in old]
    return []
