"""What a run says of imports, for a person and for a program. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sheetsync.columns import columns
from sheetsync.imports import GONE, Adopted
from sheetsync.model import ImportRead, ImportValue
from sheetsync.sync import ImportTold


def import_lines(imports: Sequence[ImportTold], width: int | None) -> list[str]:
    """A line for each import, as for each page."""
    good = [told for told in imports if told.read.has_value]
    bad = [told for told in imports if not told.read.has_value]
    lines = []
    if good:
        rows = [(_short(told.name), *import_value(told.read)) for told in good]
        lines += [f"Imports read ({len(good)})", *columns(rows, width), ""]
    if apart := [told for told in good if told.unspilled]:
        why = [(_short(told.name), told.unspilled) for told in apart]
        lines += [f"Whole results not written ({len(apart)})", *columns(why, width), ""]
    if bad:
        rows = [(_short(told.name), told.read.shows or "not asked", _why(told)) for told in bad]
        lines += [f"Imports not read ({len(bad)})", *columns(rows, width), ""]
    return lines


def import_value(read: ImportRead) -> tuple[str, str]:
    """Its first cell, and of how many: ``("1,031", "")``, ``("Date", "the first of 12 cells")``."""
    if read.each:
        return f"{len(read.each)} of {len(read.each) + len(read.missed)} profiles", ""
    size = f"{len(read.rows)} × {len(read.rows[0])}"
    return _short(_shown(read.rows[0][0])), "" if size == "1 × 1" else f"the first of {size} cells"


def _shown(value: ImportValue) -> str:
    match value:
        case None:
            return "(empty)"
        case bool():
            return str(value).upper()
        case int() | float():
            return f"{value:,}"
        case date():
            return value.isoformat()
    return value


def _short(text: str, most: int = 48) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _why(told: ImportTold) -> str:
    kept = " (the last result stays)" if told.known else ""
    return f"{told.read.why} {told.read.hint}".strip() + kept


def imports_count(imports: Sequence[ImportTold]) -> list[str]:
    """Said when one was not read."""
    bad = sum(not told.read.has_value for told in imports)
    whole = len(imports)
    return [f"{whole - bad} of {whole} imports read."] if bad else []


def about_adopting(found: Adopted, dry_run: bool) -> list[str]:
    """What ``--adopt`` did; nothing of the team's is touched by it."""
    formulas = "1 IMPORT formula" if found.found == 1 else f"{found.found:,} IMPORT formulas"
    lines = ["no IMPORT formula stands in your own cells."]
    new = len(found.added)
    verb = "would be listed" if dry_run else "listed"
    there = f"{found.found - new:,} there already" if found.found > new else ""
    parts = [f"{new:,} {verb} in Imports" if new else "", there]
    if found.found:
        lines = [f"{formulas} in your own cells: {' and '.join(part for part in parts if part)}."]
    gone = [cell.removesuffix(GONE) for cell in found.cells.values() if cell.endswith(GONE)]
    return lines + [f"{cell} no longer holds its formula; its row stays." for cell in gone]


def import_json(told: ImportTold) -> dict[str, object]:
    """``value`` is the first cell's; ``profiles`` has each one's for a formula with {handle}."""
    read = told.read
    first = read.rows[0][0] if read.rows else None
    failure = {"reason": read.reason, "cell": read.shows, "message": read.why, "hint": read.hint}
    each = {key: _plain(value) for key, value in read.each.items()}
    return {
        "name": told.name,
        "formula": read.formula,
        "cell": read.cell or None,
        "value": _plain(first),
        "rows": len(read.rows),
        "columns": len(read.rows[0]) if read.rows else 0,
        "spill_refused": told.unspilled or None,
        "profiles": {**each, **dict.fromkeys(read.missed)} if each or read.missed else None,
        "missed": dict(read.missed),
        "failure": failure if read.reason else None,
    }


def _plain(value: ImportValue) -> object:
    return value.isoformat() if isinstance(value, date) else value
