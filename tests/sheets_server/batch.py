"""spreadsheets.batchUpdate: every request applied to a copy, in order; all or nothing."""

from __future__ import annotations

from tests.sheets_server import a1, masks, read
from tests.sheets_server.context import Context
from tests.sheets_server.errors import ApiError, CommittedError, Json, invalid
from tests.sheets_server.masks import wants
from tests.sheets_server.requests import HANDLERS

MOST_REQUESTS = 100_000


def apply(ctx: Context, body: Json) -> Json:
    """Works on ``ctx.book``, which the caller keeps only when nothing was raised."""
    given = body.get("requests", [])
    if not given:
        raise invalid("Must specify at least one request.")
    if len(given) > MOST_REQUESTS:
        raise invalid(f"Cannot exceed {MOST_REQUESTS} requests in a single batch")
    replies = [_one(ctx, at, request) for at, request in enumerate(given)]
    answer: Json = {"spreadsheetId": ctx.book.id, "replies": replies}
    mask = masks.answer_mask(ctx.one("fields"), "BatchUpdateSpreadsheetResponse")
    if body.get("includeSpreadsheetInResponse"):
        answer["updatedSpreadsheet"] = _updated(ctx, body, masks.below(mask, "updatedSpreadsheet"))
    found: Json = masks.apply(mask, answer)
    return found


def _one(ctx: Context, at: int, request: Json) -> Json:
    if not request:
        raise invalid(f"Invalid requests[{at}]: No request set.")
    ((kind, inside),) = request.items()
    try:
        if kind not in HANDLERS:
            raise ApiError(
                501, "this server does not know this request yet", status="UNIMPLEMENTED"
            )
        reply = HANDLERS[kind](ctx, inside)
    except ApiError as error:
        message = f"Invalid requests[{at}].{kind}: {error.message}"
        raise ApiError(error.code, message, status=error.status) from error
    return {} if reply is None else {kind: read.proto(reply)}


def _updated(ctx: Context, body: Json, mask: masks.Mask) -> Json:
    """The spreadsheet after the batch. ``responseRanges`` limit the tabs and the grid data.

    A title in ``responseRanges`` that is no tab's is a 400; before the commit, or after it as
    `Rules` says [unverified].
    """
    try:
        ranges = [a1.resolve(ctx.book, text) for text in body.get("responseRanges", [])]
    except ApiError as error:
        if ctx.rules.bad_response_range_commits:
            raise CommittedError(error.code, error.message) from error
        raise
    data = bool(body.get("responseIncludeGridData")) or (
        bool(mask) and wants(mask, "sheets", "data")
    )
    return read.spreadsheet(ctx, mask, ranges, only=bool(ranges), data=data)
