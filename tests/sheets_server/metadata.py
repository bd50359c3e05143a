"""Developer metadata: create, update, delete, get, search.

From Google's guide: ids are unique in the spreadsheet and may be chosen; "if you specify an ID
that's already in use, the request will be unsuccessful". The words of the refusals, what a copied
tab does with them, and PROJECT visibility for other projects are [unverified].
"""

from __future__ import annotations

from tests.sheets_server import masks
from tests.sheets_server.context import Context
from tests.sheets_server.errors import ApiError, Json, invalid
from tests.sheets_server.filters import location_type, matching
from tests.sheets_server.read import metadata
from tests.sheets_server.requests import handles

#: Characters of keys and values: so many for the spreadsheet, and so many for each tab (guide).
MOST_CHARACTERS = 30_000


@handles("createDeveloperMetadata")
def create(ctx: Context, body: Json) -> Json:
    given = dict(body.get("developerMetadata", {}))
    if not given.get("metadataKey"):
        raise invalid("developerMetadata.metadataKey is required.")
    if given.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("developerMetadata.visibility is required.")
    location = _location(ctx, given.get("location", {}))
    taken = {entry["metadataId"] for entry in ctx.book.metadata}
    chosen = given.get("metadataId", 0)
    if chosen < 0:
        raise invalid("developerMetadata.metadataId must not be negative.")
    if chosen in taken and ctx.rules.unique_metadata:
        # These words were seen in somebody's stand-in for Google.
        raise invalid(
            f"Cannot add developer metadata with ID [{chosen}] because developer metadata "
            "with that ID already exists."
        )
    entry = {"metadataId": chosen or ctx.ids.number(taken), "metadataKey": given["metadataKey"]}
    if "metadataValue" in given:
        entry["metadataValue"] = given["metadataValue"]
    entry |= {"location": location, "visibility": given["visibility"]}
    ctx.book.metadata.append(entry)
    _check_quota(ctx)
    return {"developerMetadata": metadata(entry)}


def _location(ctx: Context, given: Json) -> Json:
    """Exactly the spreadsheet, a tab, or one row or column that exists."""
    if given.get("spreadsheet"):
        return {"spreadsheet": True}
    if "sheetId" in given:
        return {"sheetId": ctx.book.sheet(given["sheetId"]).id}
    span = given.get("dimensionRange")
    if not span:
        raise invalid("developerMetadata.location is required.")
    sheet = ctx.book.sheet(span.get("sheetId", 0))
    most = sheet.row_count if span.get("dimension") == "ROWS" else sheet.column_count
    start, end = span.get("startIndex", 0), span.get("endIndex", 0)
    if span.get("dimension") not in ("ROWS", "COLUMNS") or end - start != 1:
        raise invalid("The dimensionRange of developer metadata must be a single row or column.")
    if not 0 <= start < most:
        raise invalid("The dimensionRange of developer metadata is outside the grid.")
    return {"dimensionRange": {"sheetId": sheet.id} | span}


def _check_quota(ctx: Context) -> None:
    used: dict[object, int] = {}
    for entry in ctx.book.metadata:
        place = entry["location"]
        where = place.get("sheetId", place.get("dimensionRange", {}).get("sheetId"))
        size = len(entry["metadataKey"]) + len(entry.get("metadataValue", ""))
        used[where] = used.get(where, 0) + size
    if max(used.values(), default=0) > MOST_CHARACTERS:
        raise invalid("The developer metadata exceeds the storage limit.")


def _found(ctx: Context, filters: list[Json]) -> list[Json]:
    found: dict[int, Json] = {}
    for one in filters:
        if "developerMetadataLookup" not in one:
            raise invalid("Only developerMetadataLookup filters are supported here.")
        for entry in matching(ctx.book, one["developerMetadataLookup"]):
            found[id(entry)] = entry
    return list(found.values())


@handles("deleteDeveloperMetadata")
def delete(ctx: Context, body: Json) -> Json:
    """[unverified] that nothing to delete is no error: the documents say nothing."""
    gone = _found(ctx, [body.get("dataFilter", {})])
    ctx.book.metadata[:] = [e for e in ctx.book.metadata if not any(e is g for g in gone)]
    return {"deletedDeveloperMetadata": [metadata(entry) for entry in gone]} if gone else {}


@handles("updateDeveloperMetadata")
def update(ctx: Context, body: Json) -> Json:
    tree = masks.request_mask(body.get("fields", ""), "DeveloperMetadata")
    found = _found(ctx, body.get("dataFilters", []))
    done = []
    for at, entry in enumerate(ctx.book.metadata):
        if any(entry is one for one in found):
            new = masks.updated(entry, body.get("developerMetadata", {}), tree)
            new["location"] = _location(ctx, new["location"])
            ctx.book.metadata[at] = new
            done.append(metadata(new))
    _check_quota(ctx)
    return {"developerMetadata": done} if done else {}


def get(ctx: Context, text: str) -> Json:
    """One entry by its id. 404 when there is none (guide)."""
    entry = next((e for e in ctx.book.metadata if str(e["metadataId"]) == text), None)
    if entry is None:
        raise ApiError(404, "Requested entity was not found.")
    return metadata(entry)


def search(ctx: Context, body: Json) -> Json:
    filters = body.get("dataFilters", [])
    matched = [
        {
            "developerMetadata": metadata(entry),
            "dataFilters": [
                f
                for f in filters
                if any(e is entry for e in matching(ctx.book, f.get("developerMetadataLookup", {})))
            ],
        }
        for entry in _found(ctx, filters)
    ]
    return {"matchedDeveloperMetadata": matched} if matched else {}


def forget_sheet(ctx: Context, sheet_id: int) -> None:
    """What was on a deleted tab goes with it."""
    ctx.book.metadata[:] = [
        e
        for e in ctx.book.metadata
        if location_type(e["location"]) == "SPREADSHEET"
        or e["location"].get("sheetId", e["location"].get("dimensionRange", {}).get("sheetId"))
        != sheet_id
    ]


def copy_metadata(ctx: Context, source: int, target: int) -> None:
    """The same entries on another tab, with new ids."""
    taken = {entry["metadataId"] for entry in ctx.book.metadata}
    for entry in list(ctx.book.metadata):
        place = entry["location"]
        span = place.get("dimensionRange")
        if place.get("sheetId") == source:
            location: Json = {"sheetId": target}
        elif span and span.get("sheetId", 0) == source:
            location = {"dimensionRange": span | {"sheetId": target}}
        else:
            continue
        new = ctx.ids.number(taken)
        taken.add(new)
        ctx.book.metadata.append(entry | {"metadataId": new, "location": location})
