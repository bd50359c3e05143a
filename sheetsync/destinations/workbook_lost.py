"""What is in a workbook and cannot be carried into one that is written afresh, in words.

Of notes, charts, colours by rule, drop-downs and sparklines many are our own: those are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.trend import END
from sheetsync.destinations.workbook_cells import Cell
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_state import Found

#: The author of our notes, and a word that every rule of ours holds.
AUTHOR = "sheetsync"
RULE = 'N("sheetsync")=0'
_RULE = re.compile(r'N\(\s*"sheetsync"\s*\)')
#: What a page's header says without words of theirs: fonts, sizes, the tab's name, page numbers.
#: (LibreOffice writes such a one into every file.)
_CODES = re.compile(r'&"[^"]*"|&\d+|\w+\s&P|&[A-Z]')
_PARTS = {
    "xl/chartsheets/": "charts",
    "xl/threadedComments/": "comments",
    "xl/media/": "pictures",
}


@dataclass(frozen=True, slots=True)
class Ours:
    """By what ours are known. ``picks`` are cells such as B2 by tab title; ``lines`` the titles
    of our tabs with lines drawn from numbers in their own rows, ``printed`` of those whose print
    area is ours."""

    notes: frozenset[str] = frozenset()
    charts: frozenset[str] = frozenset()
    picks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    former: bool = False
    lines: frozenset[str] = frozenset()
    printed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dashboard: Dashboard, found: Found) -> Ours:
        notes = {column.note for table in dashboard.tables for column in table.columns}
        picks = {
            held.title: frozenset(f"{get_column_letter(s.at)}{s.row}" for s in held.spots.values())
            for held in found.boards.values()
        }
        return cls(
            notes=frozenset(map(_plain, notes)),
            charts=frozenset(_plain(c.title) for board in dashboard.boards for c in board.charts),
            picks=picks,
            former=found.state.edition < dashboard.edition,
            lines=frozenset(
                found.titles[table.key]
                for table in dashboard.tables
                if table.key in found.titles and any(column.line for column in table.columns)
            ),
            printed=frozenset({*picks, found.titles.get(dashboard.guide.key, "")}),
        )


def lost(snapshot: Snapshot, ours: Ours) -> tuple[str, ...]:
    """Of colours and of cells on boards it is known when the new file has been written."""
    words = set(snapshot.also_lost)
    parts = snapshot.parts()
    words |= {word for part, word in _PARTS.items() if any(n.startswith(part) for n in parts)}
    if any(_is_theirs(snapshot, name, ours) for name in parts if _is_chart(name)):
        words.add("charts")
    if any(_has_comments(snapshot, name, ours) for name in parts if "/comments" in f"/{name}"):
        words.add("comments")
    for title in snapshot.titles:
        words |= set(_on_tab(snapshot, title, ours))
    if any(title not in ours.printed for title in _printed(snapshot)):
        words.add("print areas")
    return tuple(sorted(words))


def _printed(snapshot: Snapshot) -> Iterator[str]:
    """The titles of tabs with a print area."""
    for name in snapshot.xml("xl/workbook.xml").iterfind(".//{*}definedName"):
        if name.get("name") == "_xlnm.Print_Area":
            yield (name.text or "").rpartition("!")[0].strip("'").replace("''", "'")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _is_chart(name: str) -> bool:
    return re.fullmatch(r"xl/charts/chart\d+\.xml", name) is not None


def _is_theirs(snapshot: Snapshot, name: str, ours: Ours) -> bool:
    """Whether a chart has another title than ours have."""
    root = snapshot.xml(name)
    title = root.find(".//{*}chart/{*}title")
    runs = title.iterfind(".//{*}t") if title is not None else ()
    return _plain("".join(run.text or "" for run in runs)) not in ours.charts


def _has_comments(snapshot: Snapshot, name: str, ours: Ours) -> bool:
    """Whether a comment is not our note as we wrote it (or, of a former edition, by us)."""
    if not name.endswith(".xml") or "threaded" in name:
        return False
    root = snapshot.xml(name)
    authors = [author.text or "" for author in root.iterfind(".//{*}author")]
    for comment in root.iterfind(".//{*}comment"):
        text = _plain("".join(run.text or "" for run in comment.iterfind(".//{*}t")))
        number = int(comment.get("authorId") or 0)
        author = authors[number] if number < len(authors) else ""
        if text not in ours.notes and not (ours.former and author == AUTHOR):
            return True
    return False


def _on_tab(snapshot: Snapshot, title: str, ours: Ours) -> Iterator[str]:
    tail = snapshot.tail(title)
    if any(not _is_our_rule(rule) for rule in tail.iterfind(".//{*}cfRule")):
        yield "conditional formats"
    picks = ours.picks.get(title, frozenset())
    for validation in tail.iterfind(".//{*}dataValidation"):
        inner = validation.find("{*}sqref")  # as newer programs write lists of another tab
        cells = (inner.text if inner is not None else validation.get("sqref")) or ""
        if not set(cells.replace("$", "").split()) <= picks:
            yield "drop-down lists"
    if tail.find(".//{*}mergeCell") is not None:
        yield "merged cells"
    if tail.find(".//{*}filterColumn") is not None:
        yield "the choices of a filter"
    if any(not _is_our_line(line, ours) for line in tail.iterfind(".//{*}sparkline")):
        yield "sparklines"
    if tail.find(".//{*}sheetProtection") is not None:
        yield "sheet protection"
    if b"tabColor" in snapshot.head(title):
        yield "tab colours"
    lines = (line.text or "" for line in tail.iterfind("{*}headerFooter/*"))
    if any(_CODES.sub("", line).strip() for line in lines):
        yield "page headers and footers"
    if tail.find(".//{*}hyperlink") is not None and _leads_away(snapshot, title, tail):
        yield "hyperlinks"


def _is_our_rule(rule: Any) -> bool:
    formulas = [child.text or "" for child in rule if child.tag.endswith(("}formula", "}f"))]
    return any(_RULE.search(text) for text in formulas)


def _is_our_line(line: Any, ours: Ours) -> bool:
    """Ours are drawn from far to the right in a tab of ours, which nobody else would do, or from
    hidden numbers in their own tab."""
    reference = next((child.text or "" for child in line if child.tag.endswith("}f")), "")
    if reference.rpartition("!")[0].strip("'").replace("''", "'") in ours.lines:
        return True
    found = re.search(r"!\$?([A-Z]{1,3})\$?\d+:", reference)
    return found is not None and column_index_from_string(found[1]) > END


def _leads_away(snapshot: Snapshot, title: str, tail: Any) -> bool:
    """Whether a link leads elsewhere than its cell says. Those that programs make of pasted
    addresses do not: of them nothing is lost, since the address stays."""
    targets, links = snapshot.targets(title), {}
    for element in tail.iterfind(".//{*}hyperlink"):
        key = next((v for k, v in element.items() if k.endswith("}id")), "")
        links[element.get("ref")] = targets.get(key, "")
    for number, cells, _ in snapshot.rows(title):
        for at, cell in cells.items():
            target = links.pop(f"{get_column_letter(at)}{number}", None)
            if target is not None and not _says(cell, target):
                return True
    return bool(links)


def _says(cell: Cell, target: str) -> bool:
    """Whether a cell's text is the address that its link leads to; programs add https:// and /."""
    text = cell.value.strip().rstrip("/").casefold() if isinstance(cell.value, str) else ""
    return text != "" and target.rstrip("/").casefold().endswith(text)
