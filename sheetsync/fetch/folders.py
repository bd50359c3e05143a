"""Which files a person meant by ``--saved``, and which of their times say a day. Reads no file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from sheetsync.errors import ConfigError

_HTML_NAMES = (".html", ".htm", ".xhtml")
# A browser's "_files" folder in the languages that Windows knows. A closed list, not any word: a
# folder "profiles-old" beside "profiles.html" holds pages. Source: Microsoft, "Managing the File
# System", connected files.
_PAGE_FOLDER = re.compile(
    r"(.+)[_.-](?:archivos|arquivos|bestanden|bylos|dateien|datoteke|dosyalar|elemei|failid|fails"
    r"|fajlovi|ficheiros|fichiers|filer|files|file|fitxers|fitxategiak|pliki|soubory|tiedostot)",
    re.IGNORECASE | re.DOTALL,
)
# Files written closer together than this, in seconds, were written by a machine, not by hand.
_BY_MACHINE = 0.05


#: Device, inode, bytes, nanoseconds.
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that was found. ``name`` is what a person would call it.

    ``size`` is in bytes, None for what is no regular file (a pipe, a link out of the folder);
    ``time`` is when it was written, None when that names no day; ``trouble``: why it cannot be
    looked at. ``stamp`` says which file with which content it was then.
    """

    path: Path
    name: str
    size: int | None = None
    time: datetime | None = None
    trouble: str = ""
    stamp: Stamp | None = None


def files_in(paths: Sequence[Path], *, gone_ok: bool = False) -> list[SavedFile]:
    """The files that ``paths`` name or hold, each once, in a stable order.

    Hidden files, a saved page's own folder of pictures and links that stay within a folder do not
    count. Raises ConfigError when a path does not exist, unless it may have gone by now.
    """
    files: dict[Path, SavedFile] = {}
    beside: dict[Path, frozenset[float]] = {}
    for path in paths:
        try:
            folder = _is_folder(path)
        except ConfigError:
            if gone_ok:
                continue
            raise
        if folder:
            found = list(_walk(path))
            shared = _shared_times(found)
        else:
            found = [_look_at(path, _shown(path, path))]
            if path.parent not in beside:
                beside[path.parent] = _shared_times(_siblings(path.parent))
            shared = beside[path.parent]
        for one in found:
            files.setdefault(_place(one.path), _saved_file(one, shared))
    return list(files.values())


def picture_folders(page: Path) -> list[Path]:
    """The folder that a browser saved with an HTML page, in any of its languages."""
    if not _is_html(page.name):
        return []
    try:
        beside = [other for other in page.parent.iterdir() if not other.is_symlink()]
    except OSError:
        return []
    stem = page.stem.casefold()
    named = ((other, _PAGE_FOLDER.fullmatch(other.name)) for other in beside if other.is_dir())
    return [other for other, found in named if found and found[1].casefold() == stem]


def reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path}: {reason(error)}.",
            hint="Give --saved a saved page, or the folder in which your saved pages lie.",
        ) from None


def _place(path: Path) -> Path:
    """The same for one file on whatever way it was reached; a link is not what it points to."""
    return Path(os.path.realpath(path.parent), path.name)


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    name: str
    status: os.stat_result | None = None
    trouble: str = ""


def _walk(root: Path) -> Iterator[_Found]:
    errors: list[OSError] = []
    for here, folders, names in os.walk(root, onerror=errors.append):
        stems = {Path(name).stem.casefold() for name in names if _is_html(name)}
        folders[:] = sorted(name for name in folders if not _is_left_out(name, stems))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(here, name)
            if not path.is_symlink():
                yield _look_at(path, _shown(path, root))
            elif not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
                yield _Found(path, _shown(path, root))
    for error in errors if root.exists() else ():
        path = Path(error.filename)
        yield _Found(path, _shown(path, root), trouble=reason(error))


def _look_at(path: Path, name: str) -> _Found:
    try:
        status = path.stat()
    except OSError as error:
        return _Found(path, name, trouble=reason(error))
    # Reading a pipe would wait for ever.
    return _Found(path, name, status if stat.S_ISREG(status.st_mode) else None)


def _siblings(folder: Path) -> list[_Found]:
    """The files beside one that was named alone: does it share its time with them?"""
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []
    return [_look_at(path, path.name) for path in paths]


def _is_html(name: str) -> bool:
    return name.lower().endswith(_HTML_NAMES)


def _is_left_out(folder: str, stems: set[str]) -> bool:
    of_page = _PAGE_FOLDER.fullmatch(folder)
    return folder.startswith(".") or bool(of_page and of_page[1].casefold() in stems)


def _shown(path: Path, root: Path) -> str:
    """A name that can be printed, whatever bytes the file system holds."""
    name = (root.name or str(root)) if path == root else path.relative_to(root).as_posix()
    return os.fsencode(name).decode("utf-8", "replace")


def _saved_file(found: _Found, shared: frozenset[float]) -> SavedFile:
    status = found.status
    return SavedFile(
        found.path,
        found.name,
        status.st_size if status else None,
        _own_time(status, shared),
        found.trouble,
        stamp(status) if status else None,
    )


def stamp(status: os.stat_result) -> Stamp:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def deleted(file: SavedFile) -> bool:
    """Delete what was read; False where another file, another content or a link is there now."""
    try:
        now = file.path.lstat()
        if not stat.S_ISREG(now.st_mode) or file.stamp != stamp(now):
            return False
        file.path.unlink()
    except OSError:
        return False
    return True


def _shared_times(found: Sequence[_Found]) -> frozenset[float]:
    """The times (Unix seconds) that a checkout, a copy or an unpacked archive made: no day's.

    Either all files looked at have about the same time, or a file was written within 50 ms of
    another one: a ``git pull`` brings five new pages into a folder of older ones.
    """
    times = sorted(one.status.st_mtime for one in found if one.status)
    if len(times) > 1 and times[-1] - times[0] <= max(2.0, _BY_MACHINE * len(times)):
        return frozenset(times)
    return frozenset(t for a, b in pairwise(times) if b - a <= _BY_MACHINE for t in (a, b))


def _own_time(status: os.stat_result | None, shared: frozenset[float]) -> datetime | None:
    if status is None or status.st_mtime in shared:
        return None
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
