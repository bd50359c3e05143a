"""What of a spreadsheet names a person, and the requests that take it away. Pure.

Cells and rows can only be written by their place, so each is copied to the hidden undo tab first,
in the same batch; afterwards the copies tell whether it was the right one (``google_erase``). All
else has an id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sheetsync.dashboard import words
from sheetsync.dashboard.formulas import letters
from sheetsync.destinations.google_book import NAME
from sheetsync.destinations.google_cells import VALUE, Json, grid_range, runs, update_cells
from sheetsync.destinations.google_found import Found
from sheetsync.destinations.google_layout import UNDO
from sheetsync.destinations.google_metadata import metadata_gone
from sheetsync.destinations.google_whole import Tab, Whole
from sheetsync.plan import Erasure

#: All of a cell that people fill.
_FILLED = f"{VALUE},note,textFormatRuns,chipRuns"
_LINK, _NUMBER = "userEnteredFormat.textFormat.link", "userEnteredFormat.numberFormat"
#: Where objects hold texts of people's; anything else is one of Google's own words.
_TEXTS = frozenset(
    {"title", "subtitle", "altText", "description", "inputMessage", "userEnteredValue", "name"}
    | {"hiddenValues", "prefix", "suffix"}
)
_HIDDEN = ("history", "trend", "log")


@dataclass(frozen=True, slots=True)
class Hit:
    """Rows ``first`` to ``last`` of a tab from position ``at``, ``width`` wide, that are written or
    taken away; ``requests`` do it. ``whole``: rows of the person's, that lose every cell."""

    sheet: int
    first: int
    last: int
    at: int
    width: int
    requests: tuple[Json, ...]
    whole: bool = False
    place: str = ""

    @property
    def height(self) -> int:
        return self.last - self.first + 1


class Scrub:
    """``whole`` is all that was read, ``found`` which tabs are ours."""

    def __init__(self, whole: Whole, found: Found, erasure: Erasure) -> None:
        self.whole, self.found, self.erasure = whole, found, erasure
        self.keys = {sheet.id: key for key, sheet in found.book.ours.items()}
        self.keys |= {sheet.id: key for key, sheet in found.sheets.items()}
        self.picks = {
            (found.sheets[key].id, *spot)
            for key, spots in found.spots.items()
            if key not in ("guide", *_HIDDEN)
            for spot in spots.values()
        }
        self.gone = {
            found.sheets[key].id: rows for key, rows in erasure.rows.items() if key in found.sheets
        }
        self.days = self._days()

    def _days(self) -> list[int]:
        """Rows of History that are the person's."""
        held, sheet = self.found.state.tabs.get("history"), self.found.sheets.get("history")
        if held is None or sheet is None or "profile" not in held.columns:
            return []
        profile, account = held.columns["profile"], held.columns.get("account_id", 0)
        cells = self.whole.tab(sheet.id).cells
        return sorted(
            row
            for (row, at), cell in cells.items()
            if at == profile
            and row > held.header_row
            and self.erasure.is_of(_text(cell), _text(cells.get((row, account), {})))
        )

    # --- cells ------------------------------------------------------------------------------

    def cells(self) -> list[Hit]:
        """Cells that only mention the person, wherever they are."""
        found = []
        for tab in self.whole.tabs:
            if self.keys.get(tab.id) == UNDO:
                continue
            days = self.days if self.keys.get(tab.id) == "history" else ()
            gone = {*self.gone.get(tab.id, ()), *days}
            for (row, at), cell in sorted(tab.cells.items()):
                content, fields = self._cleaned(cell, (tab.id, row, at), gone=row in gone)
                if fields:
                    request = update_cells(tab.id, row, at, [[content]], ",".join(sorted(fields)))
                    place = "" if row in gone else self._place(tab, row, at, fields)
                    found.append(Hit(tab.id, row, row, at, 1, (request,), place=place))
        return found

    def _place(self, tab: Tab, row: int, at: int, fields: Collection[str]) -> str:
        if self.keys.get(tab.id) in _HIDDEN:
            return ""
        kinds = {"note": "note", "dataValidation": "choices"}
        more = "" if VALUE in fields else ", ".join(kinds[f] for f in sorted(fields & kinds.keys()))
        return f"{tab.title}!{letters(at)}{row}" + (f" ({more})" if more else "")

    def _cleaned(
        self, cell: Json, place: tuple[int, int, int], *, gone: bool
    ) -> tuple[Json, set[str]]:
        """The fields of the cell that change, and what they become."""
        content: Json = {}
        fields: set[str] = set()
        if not gone:  # a row that goes whole loses these anyhow
            for name, new in (
                (VALUE, self._value(cell.get(VALUE, {}), pick=place in self.picks)),
                ("note", self._note(cell.get("note", ""))),
                ("textFormatRuns", [] if self._names(cell.get("textFormatRuns")) else None),
                ("chipRuns", [] if self._names(cell.get("chipRuns")) else None),
            ):
                if new is not None:
                    fields.add(name)
                    content |= {name: new} if new else {}
        rule = cell.get("dataValidation")
        if rule and (left := _choices(rule, self.erasure)) != rule:
            fields.add("dataValidation")
            content |= {"dataValidation": left} if left else {}
        look = cell.get("userEnteredFormat", {})
        if self._names(look.get("textFormat", {}).get("link")):
            fields.add(_LINK)
        if self._names(shown := look.get("numberFormat")):
            fields.add(_NUMBER)
            pattern = self.erasure.formula(shown.get("pattern", ""))
            content["userEnteredFormat"] = {"numberFormat": {**shown, "pattern": pattern}}
        return content, fields

    def _value(self, value: Json, *, pick: bool) -> Json | None:
        """None for one that stays, {} for an empty cell. A pick of theirs is no pick any more."""
        text, formula = value.get("stringValue"), value.get("formulaValue")
        if text:
            new = self.erasure.cell(text)
            if new != text:
                return {"stringValue": new} if new and not pick else {}
        if formula:
            new = self.erasure.formula(formula)
            if new != formula:
                return {} if pick else {"formulaValue": new}
        return None

    def _note(self, note: str) -> str | None:
        new = self.erasure.cell(note) or ""
        return None if new == note else new

    def _names(self, value: object) -> bool:
        return any(map(self.erasure.names_them, _leaves(value)))

    # --- rows -------------------------------------------------------------------------------

    def rows(self) -> list[Hit]:
        """The person's own rows, which stay where they are and lose every cell."""
        found = []
        for sheet, rows in self.gone.items():
            cells = self.whole.tab(sheet).cells
            for row in sorted(rows):
                width = max((at for number, at in cells if number == row), default=1)
                clear = {"range": grid_range(sheet, row, 1, row), "fields": _FILLED}
                requests = ({"updateCells": clear},)
                found.append(Hit(sheet, row, row, 1, width, requests, whole=True))
        return found

    def history(self) -> list[Hit]:
        """The person's days, from below, so that what is above keeps its number."""
        sheet = self.found.sheets["history"].id if self.days else 0
        cells = self.whole.tab(sheet).cells if self.days else {}
        width = max((at for _, at in cells), default=1)
        found = []
        for first, last in reversed(list(runs(self.days))):
            span = {"sheetId": sheet, "dimension": "ROWS"}
            span |= {"startIndex": first - 1, "endIndex": last}
            requests = ({"deleteDimension": {"range": span}},)
            found.append(Hit(sheet, first, last, 1, width, requests, whole=True))
        return found

    # --- what has an id ---------------------------------------------------------------------

    def objects(self) -> Iterator[tuple[str, Json]]:
        """What a person may see it as, and the request. Titles come last: formulas of the same
        batch still use the old ones."""
        yield from self._metadata(self.whole.metadata)
        for tab in self.whole.tabs:
            yield from self._metadata(tab.metadata)
            yield from self._held(tab)
        yield from self._named()
        titles = {tab.title.casefold() for tab in self.whole.tabs}
        for tab in self.whole.tabs:
            if self.erasure.names_them(tab.title):
                new = _free(self.erasure.cell(tab.title) or words.REMOVED, titles)
                named = {"properties": {"sheetId": tab.id, "title": new}, "fields": "title"}
                yield f"the title of the tab {tab.title}", {"updateSheetProperties": named}
        if self.erasure.names_them(self.whole.title):
            new = self.erasure.cell(self.whole.title) or words.REMOVED
            change = {"properties": {"title": new}, "fields": "title"}
            yield "the spreadsheet's title", {"updateSpreadsheetProperties": change}

    def _held(self, tab: Tab) -> Iterator[tuple[str, Json]]:
        held = tab.held
        for chart in self._changed(held.get("charts", []), "spec"):
            yield f"a chart in {tab.title}", {"updateChartSpec": chart}
        for slicer in self._changed(held.get("slicers", []), "spec"):
            yield f"a slicer in {tab.title}", {"updateSlicerSpec": {**slicer, "fields": "*"}}
        for index, rule in enumerate(held.get("conditionalFormats", [])):
            if (new := scrubbed(rule, self.erasure)) != rule:
                change = {"sheetId": tab.id, "index": index, "rule": new}
                yield f"a rule in {tab.title}", {"updateConditionalFormatRule": change}
        for view in held.get("filterViews", []):
            if (new := scrubbed(view, self.erasure)) != view:
                fields = ",".join(k for k in new if new[k] != view.get(k))
                yield (
                    f"a filter in {tab.title}",
                    {"updateFilterView": _masked("filter", new, fields)},
                )
        if (own := held.get("basicFilter")) and (new := scrubbed(own, self.erasure)) != own:
            yield f"the filter in {tab.title}", {"setBasicFilter": {"filter": new}}
        for area in self._changed(held.get("protectedRanges", []), "description"):
            change = _masked("protectedRange", area, "description")
            yield f"a protected range in {tab.title}", {"updateProtectedRange": change}
        for table in self._changed(held.get("tables", []), "name"):
            yield f"a table in {tab.title}", {"updateTable": _masked("table", table, "name")}

    def _changed(self, objects: Iterable[Json], name: str) -> Iterator[Json]:
        """Those whose field names the person, without them."""
        for one in objects:
            new = scrubbed({name: one.get(name)}, self.erasure)
            if new[name] != one.get(name):
                yield {**one, **new}

    def _named(self) -> Iterator[tuple[str, Json]]:
        """A name can hold neither @ nor a dot, so the signs of a handle are written as _."""
        taken = {one.get("name", "").casefold() for one in self.whole.names}
        for one in self.whole.names:
            name = one.get("name", "")
            ours = one["namedRangeId"].startswith(NAME)
            spellings = (name, name.replace("_", " "), name.replace("_", "."))
            if not ours and any(map(self.erasure.names_them, spellings)):
                new = {**one, "name": _free("removed", taken, "_")}
                yield (
                    f"the named range {name}",
                    {"updateNamedRange": _masked("namedRange", new, "name")},
                )

    def _metadata(self, entries: Iterable[Json]) -> Iterator[tuple[str, Json]]:
        """Of other programs: ours holds nobody's name."""
        for entry in entries:
            key, value = entry.get("metadataKey", ""), entry.get("metadataValue", "")
            by_id = {"metadataId": entry.get("metadataId", 0)}
            if self.erasure.names_them(key):
                yield "", metadata_gone(by_id)
            elif self.erasure.names_them(value):
                new = {"metadataValue": self.erasure.cell(value) or words.REMOVED}
                change = {
                    "dataFilters": [{"developerMetadataLookup": by_id}],
                    "developerMetadata": new,
                }
                yield "", {"updateDeveloperMetadata": {**change, "fields": "metadataValue"}}


def _masked(name: str, content: Json, fields: str) -> Json:
    return {name: content, "fields": fields}


def _free(title: str, taken: set[str], joint: str = " ") -> str:
    """``title``, or with a number where there is such a one."""
    new, number = title, 1
    while new.casefold() in taken:
        number += 1
        new = f"{title}{joint}{number}"
    taken.add(new.casefold())
    return new


def scrubbed(value: Any, erasure: Erasure, key: str = "") -> Any:
    """An object without the person: only in its texts, never in Google's own words."""
    match value:
        case dict():
            return {name: scrubbed(inner, erasure, name) for name, inner in value.items()}
        case list() if key == "hiddenValues":
            return [text for text in value if not erasure.names_them(text)]
        case list():
            return [scrubbed(inner, erasure, key) for inner in value]
        case str() if key in _TEXTS and value.startswith("="):
            return erasure.formula(value)
        case str() if key in _TEXTS:
            return erasure.cell(value) or (words.REMOVED if value else "")
    return value


def _choices(rule: Json, erasure: Erasure) -> Json | None:
    """A drop-down list without their name; None when nothing is left to choose."""
    new: Json = scrubbed(rule, erasure)
    condition = new.get("condition", {})
    if condition.get("type") != "ONE_OF_LIST":
        return new
    held = rule["condition"].get("values", [])
    kept = [one for one in held if not erasure.names_them(one.get("userEnteredValue", ""))]
    return {**new, "condition": {**condition, "values": kept}} if kept else None


def _leaves(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for inner in value.values() for text in _leaves(inner))
        case list():
            yield from (text for inner in value for text in _leaves(inner))


def _text(cell: Mapping[str, Any]) -> str:
    return str(cell.get(VALUE, {}).get("stringValue", ""))
