"""The way to Google: gspread's client with our own rules of patience.

Reads are sent again, a bounded number of times; a write is sent once, and whether it is sent again
is for the fence to say (``google_send``). gspread's own BackOffHTTPClient repeats writes too, and
its limit does not hold (facts/sheets-api.md §1).
"""

from __future__ import annotations

import json as json_text
import random
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import gspread
import requests
from google.auth.exceptions import TransportError

import sheetsync

#: Seconds to connect and to wait for an answer: Google ends a request itself after 180.
TIMEOUTS = (10, 190)
READS = 6
#: A quota is one of a minute: it is outlasted, in seconds and tries.
_QUOTA, _TRIES = 65.0, 20
_BASE, _MOST = 1.0, 32.0
#: A Retry-After beyond this is no reason to sit and wait.
_PATIENCE = 120.0
#: Answers up to so many bytes are looked into.
_SMALL = 4096
#: What may pass by itself.
PASSING = frozenset({408, 429, 500, 502, 503, 504})
#: The connection, not the answer, was the matter.
_LOST = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    TransportError,
)
_READING_POSTS = (":getByDataFilter", "values:batchGetByDataFilter", "developerMetadata:search")


@dataclass(frozen=True, slots=True)
class Called:
    """One call that was made. Sizes in bytes, of the answer as it was unpacked; ``status`` 0: none
    came."""

    method: str
    name: str
    sent: int
    got: int
    status: int
    seconds: float

    def line(self) -> str:
        size = f"sent {self.sent:,} B, got {self.got:,} B, {self.seconds:.1f} s"
        return f"{self.method} {self.name}: {self.status or 'no answer'}, {size}"


class NotGoogle(requests.ConnectionError):
    """Something answered that is not Google: a network's sign-in page, a proxy."""


class SheetsClient(gspread.HTTPClient):
    """``calls`` has every call made; ``tell`` is told each of them."""

    def __init__(self, auth: Any, session: requests.Session | None = None) -> None:
        super().__init__(auth, session)
        self.set_timeout(TIMEOUTS)
        # Google packs an answer only for who also says so here (its performance guide).
        self.session.headers["User-Agent"] = f"sheetsync/{sheetsync.__version__} (gzip)"
        self.calls: list[Called] = []
        self.tell: Callable[[str], None] = lambda line: None
        self.sleep: Callable[[float], None] = time.sleep

    def request(
        self,
        method: str,
        endpoint: str,
        params: MutableMapping[str, Any] | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        """Raises gspread's APIError for any answer but 2xx, and requests' or google-auth's errors
        when there was no answer."""
        more: dict[str, Any] = {"params": params, "data": data, "json": json, "files": files}
        more["headers"] = headers
        reads = method.lower() == "get" or endpoint.endswith(_READING_POSTS)
        waited = 0.0
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(method, endpoint, more)
            except Exception as error:
                most = _TRIES if _status(error) == 429 and waited < _QUOTA else READS
                if not reads or attempt >= most or not may_pass(error):
                    raise
                waited += self.wait(attempt, error)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, endpoint: str, more: dict[str, Any]) -> requests.Response:
        start, got, status = time.monotonic(), 0, 0
        sent = len(more["data"] or b"") + len(json_text.dumps(more["json"] or ""))
        try:
            response = self._answered(method, endpoint, more)
            got, status = len(response.content), response.status_code
            return response
        except gspread.exceptions.APIError as error:
            got, status = len(error.response.content), error.response.status_code
            raise
        finally:
            seconds = time.monotonic() - start
            name = endpoint.rpartition("/spreadsheets/")[2].partition("?")[0]
            name = name.partition("/")[2] or name.partition(":")[2] or "spreadsheet"
            call = Called(method.upper(), name, sent, got, status, seconds)
            self.calls.append(call)
            self.tell(call.line())

    def _answered(self, method: str, endpoint: str, more: dict[str, Any]) -> requests.Response:
        try:
            response = super().request(method, endpoint, **more)
        except (TypeError, KeyError, AttributeError) as error:  # of google-auth, for such a token
            raise NotGoogle("no token of Google's") from error
        if not _is_googles(response.content):
            raise NotGoogle("no answer of Google's")
        return response

    def wait(self, attempt: int, error: Exception) -> float:
        """Full jitter, and what the answer asks for: how many seconds. Raises the error when that
        is too long."""
        seconds = random.uniform(0, min(_MOST, _BASE * 2**attempt))
        if isinstance(error, gspread.exceptions.APIError):
            asked = error.response.headers.get("Retry-After", "")
            if asked.isdecimal():
                if int(asked) > _PATIENCE:
                    raise error
                seconds += int(asked)
        self.sleep(seconds)
        return seconds


def _is_googles(content: bytes) -> bool:
    """Whether it is an object with anything in it, and no refusal: those have another status."""
    if len(content) > _SMALL:
        return content.lstrip()[:1] == b"{"
    try:
        held = json_text.loads(content)
    except ValueError:
        return False
    return isinstance(held, dict) and bool(held) and "error" not in held


def _status(error: Exception) -> int:
    """0 where there was no answer."""
    return error.response.status_code if isinstance(error, gspread.exceptions.APIError) else 0


def may_pass(error: Exception) -> bool:
    """Whether the same call may go well a little later."""
    if isinstance(error, gspread.exceptions.APIError):
        return error.response.status_code in PASSING
    return isinstance(error, _LOST)
