"""The little of Drive v3 that gspread asks: files, their copies, export, comments."""

from __future__ import annotations

import csv
import io
import re
from copy import deepcopy
from typing import TYPE_CHECKING

from tests.sheets_server import masks
from tests.sheets_server.a1 import Area
from tests.sheets_server.cells import rendered
from tests.sheets_server.compute import Values
from tests.sheets_server.errors import DriveError, Json
from tests.sheets_server.state import Spreadsheet, new_spreadsheet

if TYPE_CHECKING:
    from tests.sheets_server.google import Google

SHEET_TYPE = "application/vnd.google-apps.spreadsheet"
_DEFAULT = ("kind", "id", "name", "mimeType")


def _file(book: Spreadsheet) -> Json:
    return {
        "kind": "drive#file",
        "id": book.id,
        "name": book.properties["title"],
        "mimeType": SHEET_TYPE,
        "createdTime": book.created,
        "modifiedTime": book.modified,
    }


def _masked(book: Spreadsheet, fields: str) -> Json:
    file = _file(book)
    mask = masks.answer_mask(fields, "File", "drive.v3")
    found: Json = masks.apply(mask, file) if mask else {name: file[name] for name in _DEFAULT}
    return found


def not_found(file_id: str) -> DriveError:
    return DriveError(404, f"File not found: {file_id}.", "notFound", "fileId")


def find(google: Google, user: str, file_id: str) -> Spreadsheet:
    """A file that this user may see; Drive says "not found" for any other."""
    book = google.books.get(file_id)
    if book is None or user not in book.shared:
        raise not_found(file_id)
    return book


def create(google: Google, user: str, body: Json) -> Json:
    title = body.get("name") or "Untitled"
    book = new_spreadsheet(google.ids.file(), title, user, google.now())
    google.books[book.id] = book
    return _masked(book, "")


def copy(google: Google, user: str, file_id: str, body: Json) -> Json:
    """Developer metadata comes along as `Rules` says."""
    source = find(google, user, file_id)
    book = deepcopy(source)
    book.id, book.shared = google.ids.file(), {user: "owner"}
    book.created = book.modified = google.now()
    book.properties["title"] = body.get("name") or f"Copy of {source.properties['title']}"
    if not google.rules.file_copy_keeps_metadata:
        book.metadata = []
    google.books[book.id] = book
    return _masked(book, "")


def delete(google: Google, user: str, file_id: str) -> None:
    book = find(google, user, file_id)
    if book.shared[user] != "owner":
        text = "The user does not have sufficient permissions for this file."
        raise DriveError(403, text, "insufficientFilePermissions")
    del google.books[file_id]


def get(google: Google, user: str, file_id: str, fields: str) -> Json:
    return _masked(find(google, user, file_id), fields)


_QUERY = re.compile(r'^(mimeType|name)\s*=\s*(["\'])(.*)\2$')


def listing(google: Google, user: str, query: str, fields: str) -> Json:
    """Newest first (recorded); a query of ``field = "text"`` joined by "and"."""
    mine = [book for book in google.books.values() if user in book.shared]
    mine.sort(key=lambda book: book.modified, reverse=True)
    files = [_file(book) for book in mine]
    for term in filter(None, re.split(r"\s+and\s+", query)):
        match = _QUERY.match(term.strip())
        if not match:
            raise DriveError(400, "Invalid Value", "invalid", "q")
        files = [file for file in files if file[match[1]] == match[3]]
    answer: Json = {"kind": "drive#fileList", "files": files}
    mask = masks.answer_mask(fields, "FileList", "drive.v3")
    found: Json = masks.apply(mask, answer)
    return found


def export(google: Google, user: str, file_id: str, kind: str) -> bytes:
    """The first tab as CSV (recorded); other types are not made here."""
    book = find(google, user, file_id)
    if kind != "text/csv":
        raise DriveError(400, "The requested conversion is not supported.", "badRequest")
    sheet, values = book.sheets[0], Values(book)
    filled = [place for place, cell in sheet.cells.items() if "userEnteredValue" in cell]
    bottom = max((row for row, _ in filled), default=-1) + 1
    right = max((column for _, column in filled), default=-1) + 1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in range(Area(sheet, 0, 0, bottom, right).bottom):
        writer.writerow(
            rendered(sheet.cells.get((row, at), {}), (sheet.id, row, at), values, book.locale, {})
            for at in range(right)
        )
    return out.getvalue().removesuffix("\r\n").encode()
