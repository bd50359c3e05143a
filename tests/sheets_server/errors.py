"""Refusals in Google's form. Every handler raises ApiError; nothing else leaves the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """An answer that is no success: ``code`` (HTTP), ``message`` and Google's ``details``."""

    def __init__(
        self, code: int, message: str, *, status: str = "", details: Sequence[Json] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUS.get(code, "UNKNOWN")
        self.details = list(details)

    def body(self) -> Json:
        error: Json = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


class CommittedError(ApiError):
    """A refusal although the work was done: a switch of `Rules`, for what nobody has verified."""


class DriveError(ApiError):
    """Drive's older form, with a list of ``errors``."""

    def __init__(self, code: int, message: str, reason: str, location: str = "") -> None:
        super().__init__(code, message)
        self.reason = reason
        self.location = location

    def body(self) -> Json:
        one: Json = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            one |= {"location": self.location, "locationType": "parameter"}
        return {"error": {"code": self.code, "message": self.message, "errors": [one]}}


def invalid(message: str) -> ApiError:
    """A 400 with nothing but a message."""
    return ApiError(400, message)


def bad_request(violations: Sequence[tuple[str, str]]) -> ApiError:
    """A 400 for a body that does not fit the schema: ``(field, description)`` each (recorded)."""
    fields = [
        {"field": field, "description": text} if field else {"description": text}
        for field, text in violations
    ]
    return ApiError(
        400,
        "\n".join(text for _, text in violations),
        details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}],
    )


def error_info(reason: str, **metadata: str) -> Json:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
