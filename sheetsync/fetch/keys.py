"""The operator's keys: into addresses and headers, and out of everything that is shown or kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from urllib.parse import quote

from sheetsync.model import FieldValue, Record

#: Shorter values are no secrets, and would be found in every second word.
_SHORTEST = 6


def quoted(keys: Mapping[str, str]) -> dict[str, str]:
    """The values as they may stand in an address: a key is one word of it, whatever it holds."""
    return {name: quote(value, safe="") for name, value in keys.items()}


def hidden(text: str, keys: Mapping[str, str], *, ids: bool = True) -> str:
    """The text with the name of a key, in braces, in the place of its value.

    A site may send a key back as it was, quoted for an address, for JSON or for HTML.
    ``ids=False`` leaves the values of keys called ``…_ID``: those are not secret by themselves,
    and on a page about one's own account they are data.
    """
    for name, value in sorted(keys.items(), key=lambda pair: len(pair[1]), reverse=True):
        if len(value) >= _SHORTEST and (ids or not name.endswith("_ID")):
            text = re.sub(_any_form(value), "{" + name + "}", text, flags=re.IGNORECASE)
    return text


def hidden_in(record: Record, keys: Mapping[str, str]) -> Record:
    """The record without keys in its texts: JSON may spell them so that only its reader sees."""

    def clean(value: FieldValue) -> FieldValue:
        return hidden(value, keys, ids=False) if isinstance(value, str) else value

    return replace(
        record,
        handle=hidden(record.handle, keys, ids=False),
        url=hidden(record.url, keys, ids=False),
        fields={name: clean(value) for name, value in record.fields.items()},
        posts=tuple(hidden_in(post, keys) for post in record.posts),
        detail=hidden(record.detail, keys),
    )


def _any_form(value: str) -> str:
    packed = json.dumps(value)[1:-1]
    forms = {value, quote(value, safe=""), packed, packed.replace("/", "\\/")}
    forms |= {escape(form) for form in forms}
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
