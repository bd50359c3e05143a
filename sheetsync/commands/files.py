"""Saved pages as files: those that a person named, and those that may be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sheetsync.commands.shared import NO_PLATFORM
from sheetsync.fetch.folders import deleted
from sheetsync.fetch.saved import SavedPages
from sheetsync.model import Outcome, Record
from sheetsync.sync import Read, Synced


def delete_read(synced: Synced, found: SavedPages, there: Sequence[bool]) -> list[str]:
    """Delete the files whose numbers are all in the dashboard now (``there`` says of each read
    whether its are); returns what to say about it."""
    by_file: dict[str, list[tuple[Record, bool]]] = {}
    for read, held in zip(synced.reads, there, strict=True):
        if read.record.source == "saved" and read.name.partition(" #")[0] in found.files:
            by_file.setdefault(read.name.partition(" #")[0], []).append((read.record, held))
    good = {
        name: [held for _, held in pairs]
        for name, pairs in by_file.items()
        if all(record.outcome.has_numbers for record, _ in pairs)
    }
    safe = [found.files[name] for name, held in good.items() if all(held)]
    other = [name for name, held in good.items() if not all(held)]
    kept = [file.name for file in safe if not deleted(file)]
    count = len(safe) - len(kept)
    files = "1 saved page was" if count == 1 else f"{count} saved pages were"
    notes = [f"{files} deleted: the numbers are in the dashboard."] if count else []
    if other:
        notes.append(
            "not deleted, because the dashboard keeps other numbers in place of some of theirs"
            f" (of a later page, or one with a date): {', '.join(other)}"
        )
    if kept:
        notes.append(f"not deleted, because it changed meanwhile or may not be: {', '.join(kept)}")
    return notes


def with_named_files(reads: Sequence[Read], files: Sequence[Path]) -> list[Read]:
    """A file that a person named is never passed over in silence."""
    names = {path.name for path in files}
    there = {read.name.partition(" #")[0] for read in reads}
    nothing = Record("", "profile", Outcome.NOT_A_PROFILE, detail=NO_PLATFORM)
    marked = [replace(read, named=read.name.partition(" #")[0] in names) for read in reads]
    return marked + [Read(name, nothing, named=True) for name in sorted(names - there)]
