"""Sends a write so that it happens once, whatever becomes of the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime

import gspread

from sheetsync.destinations import DestinationChanged
from sheetsync.destinations.google_book import Book
from sheetsync.destinations.google_cells import Json, packed
from sheetsync.destinations.google_client import NotGoogle, SheetsClient, may_pass
from sheetsync.destinations.google_fence import Head, fence, head_of, id_of, mark_of
from sheetsync.errors import DestinationError

#: How often one write is sent at the most.
_SENDS = 6
#: What comes back with a write: what the check needs, and nothing that waits on recalculation.
ANSWER = (
    "spreadsheetId,updatedSpreadsheet(developerMetadata(metadataId,metadataKey,metadataValue),"
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(userEnteredValue)),"
    "columnMetadata(developerMetadata(metadataKey,metadataValue)))))"
)


class Sender:
    """``run`` marks the entries of this run as its own."""

    def __init__(
        self, client: SheetsClient, spreadsheet: str, run: str, now: Callable[[], datetime]
    ) -> None:
        self.client, self.spreadsheet, self.run, self.now = client, spreadsheet, run, now
        self._sent: Sequence[Json] = ()

    def write(
        self,
        book: Book,
        parts: Sequence[Sequence[Json]],
        asked: Sequence[str] = (),
        *,
        first: int = 1,
        of: int = 0,
    ) -> Json | None:
        """Batches, of which the first is ``first`` of ``of`` (0: there are no others). The answer
        of the last, with the ranges that are ``asked`` for; None when it was lost."""
        answer = None
        for number, requests in enumerate(parts, first):
            part, mark = number - first, mark_of(self.spreadsheet)
            g, at = book.g + part + 1, self.now().timestamp()
            head = Head(g, self.run, mark, number, of or len(parts), at)
            last = part == len(parts) - 1
            answer = self.send(
                head, requests, () if part else book.all_heads, asked if last else ()
            )
        return answer

    def send(
        self, head: Head, requests: Sequence[Json], held: Sequence[Head], ranges: Sequence[str] = ()
    ) -> Json | None:
        """The answer of the write, None when it was done but its answer was lost.

        Raises DestinationChanged when somebody else wrote this generation, and the errors of the
        client when it was refused; then nothing was written.
        """
        self._sent = [*fence(head, self.spreadsheet, held), *requests]
        body = {
            "requests": self._sent,
            "includeSpreadsheetInResponse": bool(ranges),
            "responseRanges": list(ranges),
        }
        for attempt in range(1, _SENDS + 1):
            try:
                return self._post(body)
            except Exception as error:
                again = attempt < _SENDS and may_pass(error) and self._waited(attempt, error)
                # Read after the wait: it may have been committed meanwhile.
                if self._is_done(head, error, attempt):
                    return None
                if not again:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _waited(self, attempt: int, error: Exception) -> bool:
        """False when Google asks for more patience than anybody has."""
        try:
            self.client.wait(attempt, error)
        except gspread.exceptions.APIError:
            return False
        return True

    def _post(self, body: Json) -> Json:
        url = f"{gspread.urls.SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet}?fields={ANSWER}"
        headers = {"Content-Type": "application/json"}
        answer: Json = self.client.request("post", url, data=packed(body), headers=headers).json()
        if "spreadsheetId" not in answer:
            raise NotGoogle("no answer to a write")
        return answer

    def _is_done(self, head: Head, error: Exception, attempt: int) -> bool:
        """Whether the write stands, as the token says. No wording of a refusal is parsed: whoever
        moved the head, the entry with its id tells."""
        if isinstance(error, gspread.exceptions.APIError):
            status = error.response.status_code
            # Who may not write may not read the token either; nothing was sent before.
            if status in (401, 404) or (status == 403 and attempt == 1):
                return False
        try:
            found = self.token(head.g)
        except Exception as lost:
            raise DestinationError(
                "The connection to Google was lost while the spreadsheet was written, and it is"
                " not known whether that was done.",
                hint="Run this again: what was written is not written twice.",
            ) from lost
        if found is None:
            return False
        if found.run != self.run:
            raise DestinationChanged(
                "Somebody else wrote the spreadsheet at the same moment.", hint="Run this again."
            )
        return True

    def sheet_in(self, error: Exception) -> int | None:
        """The id of the tab that the refused request of the last write is about."""
        found = re.search(r"requests\[(\d+)\]", str(error))
        if found is None or int(found[1]) >= len(self._sent):
            return None
        named = re.search(r'"sheetId": ?(\d+)', json.dumps(self._sent[int(found[1])]))
        return int(named[1]) if named else None

    def token(self, g: int) -> Head | None:
        """The head of a generation; None when there is none yet."""
        url = gspread.urls.SPREADSHEET_URL % self.spreadsheet
        try:
            entry = self.client.request(
                "get", f"{url}/developerMetadata/{id_of(self.spreadsheet, g)}"
            ).json()
        except gspread.exceptions.APIError as error:
            if error.response.status_code == 404:
                return None
            raise
        return head_of(entry)
