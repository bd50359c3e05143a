"""Exactly once: each write creates one developer metadata entry whose id we choose.

An id that is in use makes the whole batch fail ("if you specify an ID that's already in use, the
request will be unsuccessful", Google's guide), so of two writers on one head the second is
refused whole; and because a write that is sent again carries the same id, a timed-out one that is
still running at Google cannot commit beside it. If uniqueness were weaker than written, doubled
rows of History show in the next read, and are removed. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sheetsync.destinations.google_cells import Json
from sheetsync.destinations.google_metadata import metadata, metadata_gone

HEAD = "sheetsync.head"
#: So many entries are kept, and all that are younger than an hour.
_KEEP, _YOUNG = 32, 3600.0
#: An unfinished run stops others for so long, in seconds.
BUSY = 600.0


@dataclass(frozen=True, slots=True)
class Head:
    """One committed write. ``g`` counts from 1; ``at`` in seconds since 1970; ``sid`` is the
    spreadsheet's own mark: an entry with another one came along when somebody copied the file."""

    g: int
    run: str
    sid: str
    part: int = 1
    parts: int = 1
    at: float = 0.0
    id: int = 0

    @property
    def finished(self) -> bool:
        return self.part == self.parts

    def text(self) -> str:
        shown = {"v": 1, "sid": self.sid, "g": self.g, "run": self.run, "at": int(self.at)}
        return json.dumps({**shown, "part": f"{self.part}/{self.parts}"}, separators=(",", ":"))


def mark_of(spreadsheet: str) -> str:
    """The ``sid`` of a spreadsheet: a hash, so that the sheet does not name itself."""
    return sha256(spreadsheet.encode()).hexdigest()[:12]


def id_of(spreadsheet: str, g: int) -> int:
    """A positive int32: the same for everybody who writes generation ``g``."""
    base = int(sha256(f"sheetsync {spreadsheet}".encode()).hexdigest()[:8], 16)
    return 100_000_000 + base % 1_900_000_000 + g


def heads_of(entries: Iterable[Json]) -> list[Head]:
    """All heads among a spreadsheet's metadata, oldest first; what is not understood is none."""
    ours = (entry for entry in entries if entry.get("metadataKey") == HEAD)
    found = [head for entry in ours if (head := head_of(entry))]
    return sorted(found, key=lambda head: (head.g, head.id))


def head_of(entry: Json) -> Head | None:
    try:
        held = json.loads(entry.get("metadataValue", ""))
        part, parts = (int(text) for text in str(held["part"]).split("/"))
        return Head(
            int(held["g"]),
            str(held["run"]),
            str(held["sid"]),
            part,
            parts,
            float(held["at"]),
            int(entry.get("metadataId", 0)),
        )
    except (ValueError, KeyError, TypeError):
        return None


def fence(head: Head, spreadsheet: str, held: Sequence[Head]) -> list[Json]:
    """The requests that create ``head``, first in its batch, and drop what is long past.

    Heads of another spreadsheet (ours is a copy of it) go as well.
    """
    create = metadata(HEAD, head.text(), {"spreadsheet": True}, id_of(spreadsheet, head.g))
    own = [one for one in held if one.sid == head.sid]
    past = [one for one in own[:-_KEEP] if head.at - one.at > _YOUNG]
    foreign = [one for one in held if one.sid != head.sid]
    gone = (metadata_gone({"metadataId": one.id}) for one in (*past, *foreign) if one.id)
    return [create, *gone]
