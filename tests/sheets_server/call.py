"""A call and its answer, before any wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.sheets_server.errors import ApiError, Json

#: What becomes of the connection instead of the answer.
Ending = Literal["", "reset", "cut", "silence"]


@dataclass(frozen=True)
class Call:
    """``path`` as it came, percent signs and all. ``method``: e.g. sheets.spreadsheets.get."""

    verb: str
    host: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    method: str = ""
    number: int = 0


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = ""


def answer_of(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON as Google sends it: two spaces of indent and a last line's end (recorded)."""
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    usual = {"Content-Type": "application/json; charset=UTF-8"}
    return Answer(status, text.encode(), usual | dict(headers or {}))


def answered(error: ApiError, headers: Mapping[str, str] | None = None) -> Answer:
    return answer_of(error.code, error.body(), headers)
