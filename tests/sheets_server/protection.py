"""Who may edit a protected range."""

from __future__ import annotations

from tests.sheets_server.a1 import Area, of_grid_range
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid

_TEXT = (
    "You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)


def may_edit(ctx: Context, protected: Json) -> bool:
    """Owners may always; for the others the list of editors says so."""
    if protected.get("warningOnly") or ctx.book.shared.get(ctx.user) == "owner":
        return True
    return ctx.user in protected.get("editors", {}).get("users", [])


def check_protected(ctx: Context, area: Area) -> None:
    """Raises a 400 when any cell of the area may not be edited by this user (seen in the wild)."""
    for protected in area.sheet.protected_ranges:
        if may_edit(ctx, protected):
            continue
        other = of_grid_range(ctx.book, protected["range"])
        apart = (
            other.bottom <= area.top
            or area.bottom <= other.top
            or other.right <= area.left
            or area.right <= other.left
        )
        if not apart:
            raise invalid(_TEXT)
