"""CSV and TSV → rows of texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sheetsync.importxml.content import Content
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import MAX_TEXT, Bounds, too_large

#: A line of our own after the last one, which shows whether a quote is still open there.
_END = "\x1f"
_OPEN = (
    "A quote in line {} of the file has no end; all that comes after it is in one cell. A cell "
    "that begins with a quote has to end with one."
)
_DELIMITERS = (",", ";", "\t", "|")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|head|body|rss|feed)\b", re.I)
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"])")


def data_rows(content: Content, delimiter: str, url: str, notes: list[str]) -> list[list[str]]:
    """``delimiter`` "": a tab for TSV, else what the first line has most. Raises NoValue.

    A quote without an end takes the rest of the file into its cell, as the format has it; that is
    said in ``notes``.
    """
    text = re.sub(r"\r\n?", "\n", content.text)
    if not text.strip():
        raise NoValue(Reason.EMPTY, "The file is empty.", hint="Open the address in a browser.")
    _no_other_kind(text, content.content_type)
    bounds = Bounds()
    found = delimiter or _delimiter(text, content.content_type, url)
    try:
        reader, rows, begun = csv.reader(_lines(f"{text}\n{_END}"), delimiter=found), [], 1
        for row in reader:
            if row == [_END]:
                break
            if row and row[-1].endswith(f"\n{_END}"):  # the quote took the end into its cell
                row[-1] = row[-1].removesuffix(_END)
                notes.append(_OPEN.format(begun))
            rows.append(bounds.checked(row))
            begun = reader.line_num + 1
    except csv.Error as error:  # a field of more signs than the reader takes
        raise too_large(f"A cell would have more than {MAX_TEXT:,} signs.") from error
    return _trimmed(rows)


def _lines(text: str) -> Iterator[str]:
    """Not str.splitlines, which also splits at signs that are letters to CSV."""
    return (found[0] for found in re.finditer(r"[^\n]*\n|[^\n]+", text))


def _delimiter(text: str, content_type: str, url: str) -> str:
    path = urlsplit(url).path.lower()
    if path.endswith((".tsv", ".tab")) or "tab-separated" in content_type.lower():
        return "\t"
    line = next((line for line in _lines(text) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", line)
    counts = {sign: bare.count(sign) for sign in _DELIMITERS}
    return max(counts, key=lambda sign: counts[sign])


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Blank lines at the end are no rows; between others they are."""
    stripped = [[cell.strip() for cell in row] or [""] for row in rows]
    while stripped and not any(stripped[-1]):
        stripped.pop()
    return stripped


def _no_other_kind(text: str, content_type: str) -> None:
    if _MARKUP.match(text) and "csv" not in content_type.lower():
        raise NoValue(
            Reason.UNREADABLE,
            "This is a page (HTML or XML), no CSV or TSV file.",
            hint="Read it with IMPORTXML, IMPORTHTML or IMPORTFEED.",
        )
    if _JSON.match(text) and "csv" not in content_type.lower():
        raise NoValue(
            Reason.UNREADABLE,
            "This is JSON, no CSV or TSV file.",
            hint="Read it with IMPORTJSON.",
        )
