"""Data filters: the areas, and the developer metadata, that they match."""

from __future__ import annotations

from tests.sheets_server import a1
from tests.sheets_server.a1 import Area
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.state import Spreadsheet


def areas(book: Spreadsheet, one: Json) -> list[Area]:
    """What a DataFilter matches as rectangles; metadata on the spreadsheet itself matches none."""
    if "a1Range" in one:
        return [a1.resolve(book, one["a1Range"])]
    if "gridRange" in one:
        return [a1.of_grid_range(book, one["gridRange"])]
    if "developerMetadataLookup" not in one:
        raise invalid("Invalid dataFilter: no filter is specified.")
    found = []
    for entry in matching(book, one["developerMetadataLookup"]):
        grid = _range_of(book, entry["location"])
        if grid:
            found.append(a1.of_grid_range(book, grid))
    return found


def _range_of(book: Spreadsheet, location: Json) -> Json | None:
    if "sheetId" in location:
        return {"sheetId": location["sheetId"]}
    span = location.get("dimensionRange")
    if not span:
        return None
    axis = "Row" if span["dimension"] == "ROWS" else "Column"
    return {
        "sheetId": span.get("sheetId", 0),
        f"start{axis}Index": span["startIndex"],
        f"end{axis}Index": span["endIndex"],
    }


def location_type(location: Json) -> str:
    if location.get("spreadsheet"):
        return "SPREADSHEET"
    if "sheetId" in location:
        return "SHEET"
    return "ROW" if location["dimensionRange"]["dimension"] == "ROWS" else "COLUMN"


def matching(book: Spreadsheet, lookup: Json) -> list[Json]:
    """The developer metadata that a lookup matches: all that is said must hold."""
    return [entry for entry in book.metadata if _matches(entry, lookup)]


def _matches(entry: Json, lookup: Json) -> bool:
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and entry.get(name) != lookup[name]:
            return False
    kind = lookup.get("locationType", "")
    said = kind not in ("", "DEVELOPER_METADATA_LOCATION_TYPE_UNSPECIFIED")
    if said and location_type(entry["location"]) != kind:
        return False
    return "metadataLocation" not in lookup or _located(entry, lookup)


def _located(entry: Json, lookup: Json) -> bool:
    """EXACT_LOCATION (the default) or INTERSECTING_LOCATION [unverified: only the documents]."""
    wanted, held = lookup["metadataLocation"], entry["location"]
    if lookup.get("locationMatchingStrategy") != "INTERSECTING_LOCATION":
        return _plain(wanted) == _plain(held)
    if wanted.get("spreadsheet"):
        return True
    sheet = wanted.get("sheetId", wanted.get("dimensionRange", {}).get("sheetId", 0))
    if held.get("sheetId", held.get("dimensionRange", {}).get("sheetId", 0)) != sheet:
        return False
    if "dimensionRange" not in wanted or "dimensionRange" not in held:
        return not held.get("spreadsheet")
    mine, other = wanted["dimensionRange"], held["dimensionRange"]
    if mine["dimension"] != other["dimension"]:
        return True
    return bool(mine["startIndex"] < other["endIndex"] and other["startIndex"] < mine["endIndex"])


def _plain(location: Json) -> Json:
    span = location.get("dimensionRange")
    if span:
        return {"dimensionRange": {"sheetId": 0} | span}
    return {k: v for k, v in location.items() if k != "locationType"}
