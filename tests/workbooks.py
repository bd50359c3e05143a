"""Reading a workbook in tests as a stranger would: openpyxl, by what its headers say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl


def rows(path: str | Path, tab: str) -> list[dict[str, Any]]:
    """The rows below the header of ``tab``, by header."""
    book = openpyxl.load_workbook(path)
    lines = list(book[tab].iter_rows(values_only=True))
    book.close()
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if any(line)]
