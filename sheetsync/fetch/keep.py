"""``--save``: every page that came back, as it came, for whoever looks into a changed site."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Lock

from sheetsync.errors import ConfigError
from sheetsync.model import Page


class Keeper:
    """Writes pages into one folder, numbered in the order in which they came.

    Nothing that lies there is written over: the numbers go on where they ended, and another run
    into the same folder at the same time takes its own. Raises ConfigError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept = [re.match(r"(\d{3,9})-", path.name) for path in folder.iterdir()]
        except OSError as error:
            raise _unwritable(folder, error) from error
        self._number = max((int(found[1]) for found in kept if found), default=0)

    def keep(self, page: Page) -> None:
        name = re.sub(r"[^\w.-]+", "-", page.name.partition("://")[2]).strip("-")[:80] or "page"
        suffix = ".json" if page.text.lstrip()[:1] in ("{", "[") else ".html"
        text = page.text.encode("utf-8", "surrogatepass")
        with self._lock:
            self._write(f"-{name}{suffix}", text)

    def _write(self, name: str, text: bytes) -> None:
        while True:
            self._number += 1
            try:
                with (self._folder / f"{self._number:03}{name}").open("xb") as file:
                    file.write(text)
                return
            except FileExistsError:
                continue
            except OSError as error:
                raise _unwritable(self._folder, error) from error


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{folder}: pages cannot be kept there ({error.strerror}).",
        hint="give --save a folder that you may write to.",
    )
