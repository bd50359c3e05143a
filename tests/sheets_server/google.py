"""Google on loopback, without the wire: a call goes in, an answer comes out.

::

    google = Google()
    info = google.tokens.service_account("robot@loopback.iam.gserviceaccount.com")
    book = google.new_spreadsheet("Dashboard", owner="anna@example.org")
    google.share(book, "robot@loopback.iam.gserviceaccount.com", "writer")
    google.people(book).write("Sheet1!A1", [["https://www.tiktok.com/@x"]])
    google.faults.add(lose_answer("reset"), "spreadsheets.batchUpdate")
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sheets_server import drive, routes
from tests.sheets_server.call import Answer, Call, answer_of, answered
from tests.sheets_server.context import Context, Ids, Rules
from tests.sheets_server.errors import ApiError, CommittedError, Json, error_info
from tests.sheets_server.faults import Faults
from tests.sheets_server.people import People
from tests.sheets_server.quota import Quota
from tests.sheets_server.schema import document, parse
from tests.sheets_server.state import Spreadsheet, new_spreadsheet
from tests.sheets_server.tokens import Refused, Tokens

HOSTS = (
    "sheets.googleapis.com",
    "www.googleapis.com",
    "oauth2.googleapis.com",
    "iamcredentials.googleapis.com",
)
#: Methods that are POST and only read.
_READS = ("getByDataFilter", "batchGetByDataFilter", "developerMetadata.search")
_NOT_ENABLED = (
    "Google Sheets API has not been used in project 1 before or it is disabled. Enable it by "
    "visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview"
    "?project=1 then retry. If you enabled this API recently, wait a few minutes for the action to "
    "propagate to our systems and retry."
)


class Google:
    """``clock``: seconds since 1970. ``calls`` has every call that arrived, in order."""

    def __init__(self, clock: Callable[[], float] = time.time, seed: int = 1) -> None:
        self.clock = clock
        self.books: dict[str, Spreadsheet] = {}
        self.ids = Ids(seed)
        self.rules = Rules()
        self.tokens = Tokens(clock)
        self.quota = Quota(clock)
        self.faults = Faults()
        self.calls: list[Call] = []
        self._late: list[Callable[[], Answer]] = []
        #: Held while a call works; a fault's own actions run outside it.
        self.lock = threading.RLock()
        #: What went wrong in the server itself (answered 500): tests assert that it is empty.
        self.crashes: list[str] = []

    # What tests arrange

    def new_spreadsheet(self, title: str, owner: str, locale: str = "en_US", zone: str = "") -> str:
        """The id of a new spreadsheet."""
        book = new_spreadsheet(self.ids.file(), title, owner, self.now())
        book.properties["locale"] = locale
        book.properties["timeZone"] = zone or book.properties["timeZone"]
        self.books[book.id] = book
        return book.id

    def share(self, spreadsheet_id: str, email: str, role: str = "writer") -> None:
        """``writer`` or ``reader``."""
        self.books[spreadsheet_id].shared[email] = role

    def people(self, spreadsheet_id: str) -> People:
        return People(self, spreadsheet_id)

    def now(self) -> str:
        moment = datetime.fromtimestamp(self.clock(), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

    def commit_late(self) -> list[Answer]:
        """The calls that timed out and were still running: they end now."""
        with self.lock:
            late, self._late = self._late, []
        return [work() for work in late]

    def keep_late(self, work: Callable[[], Answer]) -> None:
        self._late.append(work)

    # What the wire asks

    def handle(self, call: Call) -> Answer:
        """One call, with the faults that were arranged for it."""
        route = routes.find(call)
        method = route.method if route else ""
        with self.lock:
            known = replace(call, method=method, number=len(self.calls) + 1)
            self.calls.append(known)
            fault = self.faults.for_call(known)

        def work() -> Answer:
            with self.lock:
                return self._answer(known, route)

        return fault(self, known, work) if fault else work()

    def _answer(self, call: Call, route: routes.Route | None) -> Answer:
        try:
            if call.host == "oauth2.googleapis.com":
                return self._token(call)
            if call.host == "iamcredentials.googleapis.com":
                return answer_of(404, ApiError(404, "Requested entity was not found.").body())
            if route is None:
                raise ApiError(404, "Method not found.")
            return self._method(call, route)
        except ApiError as error:
            return answered(error)
        except Exception:  # noqa: BLE001 - a fault of this server must not look like a lost call
            self.crashes.append(f"{call.method}\n{traceback.format_exc()}")
            return answered(ApiError(500, "Internal error encountered."))

    def _token(self, call: Call) -> Answer:
        try:
            return answer_of(200, self.tokens.exchange(call.body.decode()))
        except Refused as refused:
            return answer_of(400, refused.body)

    def _method(self, call: Call, route: routes.Route) -> Answer:
        sheets = route.method.startswith("sheets.")
        known = document("sheets.v4" if sheets else "drive.v3")["methods"][route.method]
        user = self.tokens.caller(call.headers.get("authorization", ""), known["scopes"])
        if not sheets:
            return self._drive(call, route, user)
        if not self.rules.api_enabled:
            info = error_info(
                "SERVICE_DISABLED", service="sheets.googleapis.com", consumer="projects/1"
            )
            raise ApiError(403, _NOT_ENABLED, details=[info])
        write = known["verb"] != "GET" and not route.method.endswith(_READS)
        self.quota.spend(user, write=write, most=self.rules.quota)
        routes.check_query(call.query, known)
        body = routes.body_of(call)
        if known["request"]:
            root = "data" if known["request"] == "ValueRange" else ""
            body = parse(body, known["request"], root)
        if route.method == "sheets.spreadsheets.create":
            return answer_of(200, self._create(user, body))
        return answer_of(200, self._on_book(call, route, user, body, write=write))

    def _on_book(
        self, call: Call, route: routes.Route, user: str, body: Json, *, write: bool
    ) -> Json:
        """The work on a copy, which takes the original's place when nothing was raised."""
        book = self._book(route.parts[0], user, write=write)
        ctx = Context(book.copy() if write else book, user, self.ids, self.rules, call.query)
        try:
            answer = routes.work(route, ctx, body)
        except CommittedError:
            self.keep(ctx.book)
            raise
        if write:
            self.keep(ctx.book)
        return answer

    def keep(self, book: Spreadsheet) -> None:
        """A changed copy takes the original's place."""
        book.revision += 1
        book.modified = self.now()
        self.books[book.id] = book

    def _book(self, spreadsheet_id: str, user: str, *, write: bool) -> Spreadsheet:
        book = self.books.get(spreadsheet_id)
        if book is None:
            raise ApiError(404, "Requested entity was not found.")
        role = book.shared.get(user) or book.shared.get("anyone")
        if role is None or (write and role == "reader"):
            raise ApiError(403, "The caller does not have permission")
        if book.excel:
            raise ApiError(
                400,
                "This operation is not supported for this document",
                status="FAILED_PRECONDITION",
            )
        return book

    def _create(self, user: str, body: Json) -> Json:
        props = body.get("properties", {})
        made = self.new_spreadsheet(props.get("title", "Untitled spreadsheet"), user)
        self.books[made].properties |= {k: v for k, v in props.items() if k != "title"}
        ctx = Context(self.books[made], user, self.ids, self.rules)
        return routes.whole(ctx)

    def _drive(  # noqa: PLR0911 - one a method
        self, call: Call, route: routes.Route, user: str
    ) -> Answer:
        fields = call.query.get("fields", [""])[0]
        file_id = route.parts[0] if route.parts else ""
        name = route.method.removeprefix("drive.")
        if name == "files.create":
            return answer_of(200, drive.create(self, user, routes.body_of(call)))
        if name == "files.copy":
            return answer_of(200, drive.copy(self, user, file_id, routes.body_of(call)))
        if name == "files.delete":
            drive.delete(self, user, file_id)
            return Answer(204, b"", {"Content-Type": "text/html"})
        if name == "files.list":
            query = call.query.get("q", [""])[0]
            return answer_of(200, drive.listing(self, user, query, fields))
        if name == "files.export":
            kind = call.query.get("mimeType", [""])[0]
            made = drive.export(self, user, file_id, kind)
            return Answer(200, made, {"Content-Type": kind})
        if name == "comments.list":
            drive.find(self, user, file_id)
            return answer_of(200, {"comments": []})
        return answer_of(200, drive.get(self, user, file_id, fields))


def call_of(
    verb: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Call:
    """A call from an address."""
    parts = urlsplit(url)
    return Call(
        verb,
        parts.netloc,
        parts.path,
        parse_qs(parts.query, keep_blank_values=True),
        {name.lower(): value for name, value in (headers or {}).items()},
        body or b"",
    )


def json_of(answer: Answer) -> Any:
    return json.loads(answer.body) if answer.body else None


__all__ = ["HOSTS", "Google", "call_of", "json_of"]
