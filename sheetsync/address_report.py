"""What a run says of the addresses in column A that nobody understands. Pure."""

from __future__ import annotations

from sheetsync.plan import Change
from sheetsync.sync import Synced

#: So many cells are named in a line.
_NAMED = 5


def address_lines(synced: Synced) -> list[str]:
    """``60 addresses in Profiles are not understood: A12, A13, …`` for each tab."""
    lines = []
    for tab, found in synced.strange.items():
        cells = [address_cell(synced, tab, number) for number in found]
        named = ", ".join(cells[:_NAMED]) + (", …" if len(cells) > _NAMED else "")
        many = "1 address" if len(cells) == 1 else f"{len(cells):,} addresses"
        verb = "is" if len(cells) == 1 else "are"
        title = synced.plan.title(tab)
        lines.append(f"{many} in {title} {verb} not understood: {named} – the sheet says why.")
    return lines


def address_cell(synced: Synced, tab: str, row: int) -> str:
    """``A12``, wherever the team has moved the column."""
    change = Change(tab, row, "address", None, None)
    return synced.plan.a1(change).rpartition("!")[2]
