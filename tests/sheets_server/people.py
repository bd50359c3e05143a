"""What people do in the browser meanwhile: no token, no quota, no fault; the owner's hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sheets_server import a1, batch, values
from tests.sheets_server.compute import Values, mistake
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json
from tests.sheets_server.schema import parse

if TYPE_CHECKING:
    from tests.sheets_server.google import Google
    from tests.sheets_server.state import Sheet, Spreadsheet


class People:
    """One spreadsheet in a browser."""

    def __init__(self, google: Google, spreadsheet_id: str) -> None:
        self._google = google
        self._id = spreadsheet_id

    @property
    def book(self) -> Spreadsheet:
        """The state as it is now."""
        return self._google.books[self._id]

    def tab(self, title: str) -> Sheet:
        found = self.book.titled(title)
        assert found is not None, f"no tab “{title}”"
        return found

    def edit(self, *requests: Json) -> list[Json]:
        """Any requests of a batchUpdate; their replies."""
        body = parse({"requests": list(requests)}, "BatchUpdateSpreadsheetRequest")
        with self._google.lock:
            ctx = self._context()
            replies: list[Json] = batch.apply(ctx, body)["replies"]
            self._google.keep(ctx.book)
        return replies

    def write(self, where: str, rows: list[list[Any]]) -> None:
        """Typed as into the grid: "=A1", "3,5", "2026-11-22"."""
        with self._google.lock:
            ctx = self._context()
            values.write(ctx, a1.resolve(ctx.book, where), {"values": rows}, "USER_ENTERED", {})
            self._google.keep(ctx.book)

    def read(self, where: str, render: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        area = a1.resolve(self.book, where)
        how = {"valueRenderOption": render}
        found: list[list[Any]] = values.read(self.book, area, how, "ROWS", Values(self.book)).get(
            "values", []
        )
        return found

    def bad_formulas(self) -> list[str]:
        """Every formula, in a cell or a rule, that Google could not begin to compute, and why.

        Tests of a locale assert that there is none.
        """
        book = self.book
        found = []
        for sheet in book.sheets:
            for (row, column), cell in sheet.cells.items():
                formula = cell.get("userEnteredValue", {}).get("formulaValue")
                wrong = mistake(formula, book) if formula else None
                if wrong:
                    place = f"{a1.quoted(sheet.title)}!{a1.letters(column)}{row + 1}"
                    found.append(f"{place} {formula} {wrong.get('why') or wrong['message']}")
        return found

    def _context(self) -> Context:
        owner = next(user for user, role in self.book.shared.items() if role == "owner")
        return Context(self.book.copy(), owner, self._google.ids, self._google.rules)
