"""Files that arrive in a folder while somebody watches it: told once each, when they are whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sheetsync.fetch.folders import files_in

#: Seconds between two looks. A file that did not change in between is whole.
PAUSE = 1.5

Look = dict[Path, tuple[int | None, float]]


def arrivals(
    paths: Sequence[Path], *, sleep: Callable[[float], object] = time.sleep
) -> Iterator[list[Path]]:
    """Yield what is new or changed in ``paths``, at first all that is there; for ever.

    A file that is still being written is told at the next look at which it has not grown.
    """
    told: Look = {}
    before = _look(paths)
    while True:
        sleep(PAUSE)
        here = _look(paths)
        whole = [p for p, seen in here.items() if before.get(p) == seen and told.get(p) != seen]
        if whole:
            told |= {path: here[path] for path in whole}
            yield whole
        before = here


def _look(paths: Sequence[Path]) -> Look:
    found: Look = {}
    for file in files_in(paths):
        try:
            status = file.path.stat()
        except OSError:  # gone again: a download that was renamed
            continue
        found[file.path] = (status.st_size, status.st_mtime)
    return found
