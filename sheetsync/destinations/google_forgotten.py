"""Who was forgotten, as a spreadsheet keeps it: one entry of developer metadata. Pure.

``{"salt": "…", "people": ["…", "…"]}``: of each person the marks in a row, 16 bytes each, in
base64 (the quota is 30,000 characters for all entries of a spreadsheet).
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator

from sheetsync.destinations.google_cells import Json
from sheetsync.destinations.google_metadata import metadata, metadata_gone
from sheetsync.errors import DestinationError
from sheetsync.plan import Forgotten

FORGOTTEN = "sheetsync.forgotten"
#: What is left of the quota by heads and by what was installed. About 250 people.
_MOST = 20_000
_MARK = 32


def forgotten_of(entries: Iterable[Json]) -> Forgotten:
    """Of a spreadsheet's metadata; of several entries (somebody's script doubled one) all."""
    texts = (e.get("metadataValue", "") for e in entries if e.get("metadataKey") == FORGOTTEN)
    found = Forgotten()
    for text in texts:
        salt, people = _parsed(text)
        if salt and found.salt in ("", salt):
            number = max(found.marks.values(), default=0)
            marks = {m: n for n, marks in enumerate(people, number + 1) for m in marks}
            found = Forgotten(salt, {**marks, **found.marks})
    return found


def _parsed(text: str) -> tuple[str, list[list[str]]]:
    try:
        held = json.loads(text)
        people = [urlsafe_b64decode(one).hex() for one in held["people"]]
        return str(held["salt"]), [_marks(one) for one in people]
    except (ValueError, KeyError, TypeError):
        return "", []


def _marks(text: str) -> list[str]:
    return [text[at : at + _MARK] for at in range(0, len(text), _MARK)]


def text_of(forgotten: Forgotten) -> str:
    """ "" for nobody. Raises DestinationError when a spreadsheet has no room for so many."""
    by_person: dict[int, str] = {}
    for mark, number in forgotten.marks.items():
        by_person[number] = by_person.get(number, "") + mark
    if not by_person:
        return ""
    people = [urlsafe_b64encode(bytes.fromhex(marks)).decode() for marks in by_person.values()]
    text = json.dumps({"salt": forgotten.salt, "people": people}, separators=(",", ":"))
    if len(text) > _MOST:
        raise DestinationError(
            "So many people are forgotten in this spreadsheet that it has no room for one more.",
            hint="Begin a new one with “sheetsync init”, and take those that are left along.",
        )
    return text


def requests(now: Forgotten, before: Forgotten) -> Iterator[Json]:
    """What brings the entry from ``before`` to ``now``."""
    if now.marks.keys() == before.marks.keys() and now.salt == before.salt:
        return
    if before.marks:
        yield metadata_gone({"metadataKey": FORGOTTEN})
    if text := text_of(now):
        yield metadata(FORGOTTEN, text, {"spreadsheet": True})
