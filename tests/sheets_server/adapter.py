"""The server in the process, behind a `requests` session: for what is run thousands of times.

::

    session.mount("https://", InProcess(google))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter

from tests.sheets_server.google import Google, call_of


class InProcess(BaseAdapter):
    """Endings are exceptions: ConnectionError for a reset, ReadTimeout for silence."""

    def __init__(self, google: Google) -> None:
        super().__init__()
        self._google = google

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        body: Any = request.body or b""
        headers = {str(name): str(value) for name, value in request.headers.items()}
        data = body.encode() if isinstance(body, str) else body
        call = call_of(request.method or "GET", request.url or "", headers, data)
        answer = self._google.handle(call)
        if answer.ending == "silence":
            raise requests.exceptions.ReadTimeout("Read timed out.", request=request)
        if answer.ending:
            raise requests.exceptions.ConnectionError("Connection aborted.", request=request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response._content = answer.body
        response.url = request.url or ""
        response.request = request
        response.encoding = "utf-8"
        return response

    def close(self) -> None:
        """Nothing is held open."""
