"""What git holds, or would take in, that nobody else may see: keys, and what was read of people.

Git is asked, and files are looked into; nothing is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from sheetsync import clone

#: What sheetsync itself writes beside a dashboard, or into the folder of ``--save``.
_WRITTEN = re.compile(
    r"(?i)(^|/)([^/]* \(before [^)/]*\)\.xlsx|dashboard\.xlsx|sheetsync\.log"
    r"|sheetsync-[\w.-]+\.html|\d{3,9}-[\w-]+(\.[\w-]+)+\.(html|json))$"
)
_PAGE = (".html", ".htm", ".mhtml", ".mht", ".webarchive", ".har")
#: Bytes; a service account's key has 2,400.
_LARGEST_KEY = 32_000
_LARGEST_PAGE = 10_000_000
#: A repository with more pages than that is a site; the first ones say enough.
_MOST_PAGES = 300


class Stage(IntEnum):
    """How far something got, and so what helps."""

    LOOSE = 0
    ADDED = 1
    COMMITTED = 2


@dataclass(frozen=True, slots=True)
class Published:
    """``path`` is from the top of the repository, with ``/``."""

    path: str
    key: bool
    stage: Stage


def published(
    here: Path,
    book: Path | None,
    keys: Sequence[Path],
    is_reading: Callable[[Path], bool],
) -> list[Published] | None:
    """Of the repository around ``here``, keys first; None when there is none.

    ``book`` is the dashboard and ``keys`` the files that are named as credentials, whether they
    are there or not; ``is_reading`` says of a page that somebody saved whether it has numbers.
    Raises OSError when there is a repository and git does not answer.
    """
    top = clone.top(here)
    if top is None:
        return None
    if clone.git(top, "rev-parse", "--is-inside-work-tree") != "true":
        raise OSError("git does not answer")
    added = _names(clone.git(top, "ls-files", "-z"))
    loose = _names(clone.git(top, "ls-files", "-z", "--others", "--exclude-standard"))
    named = _below(top, [here / "credentials.json", *(here / key for key in keys)])
    there = [name for name in (*added, *loose) if _is_key(top / name, name in named)]
    past = _committed(top, [*named, *there])
    found = []
    for name in dict.fromkeys([*past, *there]):
        stage = Stage.COMMITTED if name in past else Stage(name in added)
        found.append(Published(name, True, stage))
    book_names = _below(top, [here / book] if book else [])
    readings = _readings(top, [*added, *loose], book_names, is_reading)
    found += [Published(name, False, Stage(name in added)) for name in readings]
    return found


def _names(listed: str) -> list[str]:
    """Of files: what ends with a slash is a repository of its own."""
    return [name for name in listed.split("\0") if name and not name.endswith("/")]


def _below(top: Path, paths: Iterable[Path]) -> list[str]:
    """Those that lie in the repository, as git names them."""
    whole = [path.expanduser().resolve() for path in paths]
    root = top.resolve()
    return [path.relative_to(root).as_posix() for path in whole if path.is_relative_to(root)]


# --- keys -----------------------------------------------------------------------------------


def _is_key(path: Path, named: bool) -> bool:
    """By what it holds; a file that somebody named as the key is one unless it says otherwise."""
    if not named and path.suffix.lower() != ".json":
        return False
    try:
        if path.stat().st_size > _LARGEST_KEY:
            return False
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return named
    return _holds_key(text) or (named and '"external_account"' not in text)


def _holds_key(text: str) -> bool:
    """Of a service account, or a person's login; not an example with nothing in it."""
    if '"private_key"' not in text and '"refresh_token"' not in text:
        return False
    try:
        info = json.loads(text)
    except ValueError:
        return "-----BEGIN" in text
    if not isinstance(info, dict):
        return False
    return "-----BEGIN" in str(info.get("private_key")) or bool(info.get("refresh_token"))


def _committed(top: Path, names: Sequence[str]) -> list[str]:
    """Keys that any commit holds, also one that was taken out again."""
    one = ["log", "--all", "-1", "--format=%h", "--"]
    found = [n for n in dict.fromkeys(names) if clone.git(top, *one, f":(literal){n}")]
    words = ["log", "--all", "--format=commit %H", "--name-only", "-S", '"private_key"']
    commit = ""
    for line in clone.git(top, *words, "--", "*.json").splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif line and line not in found and _holds_key(clone.git(top, "show", f"{commit}:{line}")):
            found.append(line)
    return found


# --- readings -------------------------------------------------------------------------------


def _readings(
    top: Path, names: Sequence[str], books: Sequence[str], is_reading: Callable[[Path], bool]
) -> Iterator[str]:
    """A page beside a ``record.json`` is made up: a test of a platform file."""
    looked = 0
    for name in names:
        if name in books or _WRITTEN.search(name):
            yield name
        elif name.lower().endswith(_PAGE) and looked < _MOST_PAGES:
            path = top / name
            if path.with_name("record.json").exists() or not path.is_file():
                continue
            looked += 1
            if path.stat().st_size <= _LARGEST_PAGE and is_reading(path):
                yield name
