"""Saved pages that are about one person, and their deletion."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheetsync.fetch.folders import SavedFile, deleted, picture_folders
from sheetsync.fetch.saved import read_saved
from sheetsync.model import Page


@dataclass(frozen=True, slots=True)
class Swept:
    """``files`` are about the person; ``folders`` are those of pictures that browsers save with
    a page; ``naming`` are pages of others that name the person, which stay; ``unread`` names files
    that claim to be pages and could not be looked into."""

    files: tuple[SavedFile, ...] = ()
    folders: tuple[Path, ...] = ()
    naming: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def sweep(
    folders: Sequence[Path],
    is_about: Callable[[Page], bool],
    names_them: Callable[[str], bool],
    now: datetime,
) -> Swept:
    """The files in ``folders`` of which a page is about the person. Raises ConfigError.

    A recording of many pages goes whole: what else is in it can be recorded again.
    """
    files: dict[Path, SavedFile] = {}
    naming: dict[Path, str] = {}
    unread: list[str] = []
    for folder in folders:  # one by one: two folders may have files of one name
        found = read_saved([folder], now=now)
        for page in found.pages:
            file = found.files.get(page.name.partition(" #")[0])
            if page.problem and not is_about(page):
                unread.append(page.name)
            elif file is not None and is_about(page):
                files.setdefault(file.path, file)
            elif file is not None and names_them(page.text):
                naming.setdefault(file.path, str(file.path))
    beside = [f for file in files.values() for f in picture_folders(file.path)]
    others = tuple(name for path, name in naming.items() if path not in files)
    return Swept(tuple(files.values()), tuple(beside), others, tuple(unread))


def delete_swept(swept: Swept) -> list[str]:
    """Deletes them; returns the names of what is still there."""
    kept = [file.name for file in swept.files if not deleted(file)]
    for folder in swept.folders:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            kept.append(folder.name)
    return kept
