"""Files that arrive in a folder while somebody watches it: told once each, when they are whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sheetsync.fetch.folders import Stamp, files_in
from sheetsync.fetch.saved import may_be_page

#: Seconds between two looks. A file that did not change in between is whole.
PAUSE = 1.5

Look = dict[Path, Stamp]


def arrivals(
    paths: Sequence[Path], *, sleep: Callable[[float], object] = time.sleep
) -> Iterator[list[Path]]:
    """Yield what is new or changed in ``paths``, at first all that is there; for ever.

    A file that is still being written is told at the next look at which it has not grown; what
    cannot be a page by its name (an unfinished download, a photo) is not told. Raises ConfigError
    when a path does not exist; later it may go away, and come back.
    """
    told: Look = {}
    before = _look(paths)
    while True:
        sleep(PAUSE)
        here = _look(paths, gone_ok=True)
        whole = [p for p, seen in here.items() if before.get(p) == seen and told.get(p) != seen]
        if whole:
            told |= {path: here[path] for path in whole}
            yield whole
        before = here


def _look(paths: Sequence[Path], *, gone_ok: bool = False) -> Look:
    files = files_in(paths, gone_ok=gone_ok)
    return {f.path: f.stamp for f in files if f.stamp and f.size and may_be_page(f.path)}
