"""``--save``: every page that came back, as it came, for whoever looks into a changed site."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Lock

from sheetsync.errors import ConfigError
from sheetsync.model import Page


class Keeper:
    """Writes pages into one folder, numbered in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number, self._lock = folder, 0, Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{folder}: pages cannot be kept there ({error.strerror}).",
                hint="give --save a folder that you may write to.",
            ) from error

    def keep(self, page: Page) -> None:
        with self._lock:
            self._number += 1
            number = self._number
        name = re.sub(r"[^\w.-]+", "-", page.name.partition("://")[2]).strip("-")[:80] or "page"
        suffix = ".json" if page.text.lstrip()[:1] in ("{", "[") else ".html"
        path = self._folder / f"{number:03}-{name}{suffix}"
        path.write_text(page.text, encoding="utf-8", errors="surrogatepass")
