"""The door of saved pages: every file a page, or passed over; every page of its own day.

Nothing here is fetched, nothing is written. Which files: `folders`. What they hold: `containers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetsync.fetch.claims import damaged, too_large
from sheetsync.fetch.containers import pages_in
from sheetsync.fetch.folders import SavedFile, files_in, reason
from sheetsync.fetch.formats import HEAD, Format, sniff
from sheetsync.model import Page

#: Files that claim to be a page: when they are damaged, that is said and not passed over.
PAGE_NAMES: Mapping[str, Format] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "json",
    ".har": "har",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".webarchive": "webarchive",
}
# Never a page, though the text of some looks like one; not even opened.
_OTHER_NAMES = frozenset(
    f".{name}"
    for names in (
        "asc c cfg cpp cs css csv eml geojson go h ini ipynb java js jsonl jsx key less lock log",
        "map md mjs ndjson patch pem plist py rb rs rst rtf scss sh sql svelte svg tex toml ts tsv",
        "tsx vcf vue webmanifest xml xsl crdownload download part tmp 7z avi dmg doc docx exe gif",
        "gz heic ico iso jpeg jpg m4a mkv mov mp3 mp4 msi ods odt pdf pkg png pps ppt pptx psd rar",
        "tar tgz wav webm webp woff woff2 xls xlsm xlsx zip",
    )
    for name in names.split()
)
# What carries pictures and scripts too may be so many times larger than a page (MHTML less: the
# standard library's reader takes nine times a file's size in memory).
_ROOM: Mapping[Format, int] = {"har": 20, "mhtml": 5, "webarchive": 5}

# Archives write 1970 or 1980 for "no time"; FAT rounds a file's time up to 2 s.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_ROUNDING = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class SavedPages:
    """What lay in the files: each is among the pages or counted in ``passed_over``.

    ``undated`` counts the pages whose day only `extract` can still find: neither the file's
    content nor ``--captured`` says it, and the file's time is shared, or no time at all.
    ``files`` gives the file behind a page's name (before its " #n"), where there is just one.
    """

    pages: tuple[Page, ...]
    passed_over: int
    undated: int
    files: Mapping[str, SavedFile] = field(default_factory=dict)


def read_saved(
    paths: Sequence[Path],
    *,
    now: datetime,
    captured: datetime | None = None,
    max_bytes: int = 10_000_000,
    gone_ok: bool = False,
) -> SavedPages:
    """The pages saved in ``paths``: files, and folders with everything in them.

    ``captured`` is when a person says the pages were saved; a time inside a file's content beats
    it, and it beats the file's own time. ``max_bytes`` is the most that one page may have. Raises
    ConfigError when a path does not exist, unless ``gone_ok`` (a folder's files come and go).
    """
    pages: list[Page] = []
    passed_over = 0
    places: dict[str, list[SavedFile]] = {}
    for file in files_in(paths, gone_ok=gone_ok):
        found = _read(file, max_bytes)
        if found:
            places.setdefault(file.name, []).append(file)
        passed_over += not found
        pages += [_dated(page, captured, file.time, now) for page in _named(found, file.name)]
    undated = sum(page.captured_at is None and page.problem is None for page in pages)
    single = {name: found[0] for name, found in places.items() if len(found) == 1}
    return SavedPages(tuple(pages), passed_over, undated, single)


def may_be_page(path: Path) -> bool:
    """By its name alone."""
    return path.suffix.lower() not in _OTHER_NAMES


def _read(file: SavedFile, max_bytes: int) -> list[Page]:
    """The file's pages; [] when it is no page and is passed over."""
    suffix = file.path.suffix.lower()
    if not may_be_page(file.path):
        return []
    if file.trouble:
        return [damaged(f"It cannot be opened: {file.trouble}.")]
    if file.size is None:
        return []
    try:
        return _open(file.path, file.size, PAGE_NAMES.get(suffix), max_bytes)
    except OSError as error:
        return [damaged(f"It cannot be read: {reason(error)}.")]


def _open(path: Path, size: int, named: Format | None, max_bytes: int) -> list[Page]:
    """Only what begins like a page is read whole: a Downloads folder costs little."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        looks = sniff(head) or named
        if looks is None:
            return []
        limit = max_bytes * _ROOM.get(looks, 1)
        if size > limit:
            pages = [too_large(size, limit)]
        else:
            pages = pages_in(head + stream.read(limit), looks, max_bytes=max_bytes)
    # Notes that begin with a bracket claim nothing; only a file named as a page can be damaged.
    return [] if looks == "json" and not named and pages and pages[0].problem else pages


def _named(pages: list[Page], name: str) -> list[Page]:
    if len(pages) == 1:
        return [replace(pages[0], name=name)]
    return [replace(page, name=f"{name} #{number}") for number, page in enumerate(pages, 1)]


def _dated(page: Page, captured: datetime | None, written: datetime | None, now: datetime) -> Page:
    """Design decision 11: the content's own time, else what a person states, else the file's."""
    if at := _believed(page.captured_at, now):
        return replace(page, captured_at=at, captured_by="content")
    if captured:
        return replace(page, captured_at=captured.astimezone(UTC), captured_by="option")
    if at := _believed(written, now):
        return replace(page, captured_at=at, captured_by="file")
    return replace(page, captured_at=None, captured_by=None)


def _believed(at: datetime | None, now: datetime) -> datetime | None:
    """A clock that was wrong names no day: neither the future nor an archive's 1980."""
    return min(at, now) if at and _EARLIEST <= at <= now + _ROUNDING else None
