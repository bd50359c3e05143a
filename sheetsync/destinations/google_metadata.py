"""Developer metadata as requests: entries that nobody sees, made and taken away. Pure."""

from __future__ import annotations

from sheetsync.destinations.google_cells import Json


def metadata(key: str, value: str, location: Json, id: int = 0) -> Json:
    """Makes an entry; with an ``id`` of our own choice, or Google's."""
    entry = {
        "metadataKey": key,
        "metadataValue": value,
        "visibility": "DOCUMENT",
        "location": location,
    }
    own = {"metadataId": id} if id else {}
    return {"createDeveloperMetadata": {"developerMetadata": own | entry}}


def metadata_gone(lookup: Json) -> Json:
    """Takes the entries away that a DeveloperMetadataLookup finds."""
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}
