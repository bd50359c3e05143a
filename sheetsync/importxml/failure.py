"""Why an import has no value: a reason, the cell's own error, a sentence and a next step."""

from __future__ import annotations

from enum import StrEnum

from sheetsync.errors import SheetsyncError


class Reason(StrEnum):
    """A closed list; `NoValue` carries one."""

    FORMULA = "formula"
    ARGUMENT = "argument"
    REFERENCE = "reference"
    LOCALE = "locale"
    QUERY = "query"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    SCRIPT_RENDERED = "script_rendered"
    NO_SUCH_TABLE = "no_such_table"
    NO_NUMBER = "no_number"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"


#: What the cell shows in a sheet. All else is #N/A, as Google has it.
_CELLS = {
    Reason.FORMULA: "#ERROR!",
    Reason.ARGUMENT: "#VALUE!",
    Reason.LOCALE: "#VALUE!",
    Reason.NO_NUMBER: "#VALUE!",
    Reason.REFERENCE: "#REF!",
}
#: What the person who typed the formula can put right.
_USAGE = {Reason.FORMULA, Reason.ARGUMENT, Reason.REFERENCE, Reason.LOCALE, Reason.QUERY}


class NoValue(SheetsyncError):
    """An import without a value. ``cell``: what a sheet shows (``#N/A``, ``#REF!``, …).

    ``position``: where in the formula or the query, counted from 1; 0 when it is nowhere.
    """

    def __init__(self, reason: Reason, message: str, *, hint: str, position: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.position = position
        self.exit_status = 2 if reason in _USAGE else 1

    @property
    def cell(self) -> str:
        return _CELLS.get(self.reason, "#N/A")

    def __reduce__(self) -> tuple[object, ...]:  # keyword-only arguments cross no process unaided
        return _again, (self.reason, self.message, self.hint, self.position)


def _again(reason: Reason, message: str, hint: str, position: int) -> NoValue:
    return NoValue(reason, message, hint=hint, position=position)
