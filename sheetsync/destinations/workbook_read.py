"""A workbook as it was found: its tabs, streamed cell by cell, and which of them are ours.

openpyxl gives the book: tabs, names, formats. Its read-only mode leaves out what we take from the
XML: widths and hidden columns, frozen panes, and what stands below the cells (``tail``). The cells
come from ``workbook_rows``; what cannot be carried into a new file is ``workbook_lost``'s.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

import openpyxl
from lxml import etree
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.styles.numbers import builtin_format_id

from sheetsync.destinations.workbook_cells import Cells, Look, Size
from sheetsync.destinations.workbook_rows import Peek, read_rows, shared_strings
from sheetsync.errors import DestinationError

#: What a broken file raises in zipfile, zlib, the XML parsers and openpyxl.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ParseError, etree.LxmlError),
    *(KeyError, ValueError, TypeError, IndexError, AttributeError, NotImplementedError),
)
#: Parts whose loss would break formulas or programs: such a file is refused.
_REFUSED = {
    "xl/externalLinks/": "formulas that read other workbooks",
    "xl/tables/": "tables made with “Format as Table”",
    "xl/pivotTables/": "pivot tables",
    "xl/vbaProject.bin": "macros",
}
_ROOT = re.compile(rb"<(?:\w+:)?worksheet(?:\s[^>]*)?>")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
#: The lines of a border, by XlsxWriter's numbers from 1.
_LINES = (
    *("thin", "medium", "dashed", "dotted", "thick", "double", "hair", "mediumDashed"),
    *("dashDot", "mediumDashDot", "dashDotDot", "mediumDashDotDot", "slantDashDot"),
)
_OLE = b"\xd0\xcf\x11\xe0"  # an encrypted workbook is an OLE file around the zip


class Width(NamedTuple):
    """Of a column; ``level`` and ``collapsed`` are of the group that it stands in or closes."""

    pixels: int = 64
    hidden: bool = False
    level: int = 0
    collapsed: bool = False

    @property
    def options(self) -> dict[str, Any]:
        return {"hidden": self.hidden, "level": self.level, "collapsed": self.collapsed}


@dataclass(frozen=True, slots=True)
class View:
    """How a tab is shown; ``filter`` is the range that has filter buttons."""

    columns: Mapping[int, Width] = field(default_factory=dict)
    freeze: tuple[int, int] = (0, 0)
    gridlines: bool = True
    filter: str = ""


class Snapshot:
    """The bytes of a workbook, opened. Raises DestinationError for what is no usable workbook."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.data = data
        self.digest = hashlib.sha256(data).digest()
        self._looks: dict[int, Look] = {}
        self._tails: dict[str, Any] = {}
        self.also_lost: set[str] = set()
        self._book: Any = None
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            if (part := self._archive.testzip()) is not None:
                raise zipfile.BadZipFile(part)
            self._book = self._open()
            if not self._book.worksheets:
                raise zipfile.BadZipFile("no tabs")
        except _BROKEN as error:
            raise self._damaged() from error
        self._refuse_unkeepable()

    def _open(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of parts that it will not keep
            return openpyxl.load_workbook(io.BytesIO(self.data), read_only=True, keep_links=False)

    def _damaged(self) -> DestinationError:
        if self.data.startswith(_OLE):
            return DestinationError(
                f"{self.name} is protected with a password, or in the old Excel format.",
                hint="Save it as .xlsx without a password, or give another path with --to.",
            )
        return DestinationError(
            f"{self.name} is damaged, or no Excel workbook.",
            hint="Restore an earlier copy of it, or give another path with --to.",
        )

    def _refuse_unkeepable(self) -> None:
        for part, words in _REFUSED.items():
            if any(name.startswith(part) for name in self._archive.namelist()):
                raise DestinationError(
                    f"{self.name} has {words}, which sheetsync cannot keep.",
                    hint="Remove them (Excel: Table Design > Convert to Range, or Data > Edit"
                    " Links > Break Link), or give another path with --to.",
                )

    # --- the tabs ---------------------------------------------------------------------------

    @cached_property
    def titles(self) -> tuple[str, ...]:
        return tuple(sheet.title for sheet in self._book.worksheets)

    @cached_property
    def active(self) -> str:
        sheet = self._book.active
        return sheet.title if sheet is not None else ""

    def visibility(self, title: str) -> str:
        """visible, hidden or veryHidden"""
        return str(self._book[title].sheet_state)

    @property
    def epoch(self) -> Any:
        return self._book.epoch

    @property
    def properties(self) -> Any:
        return self._book.properties

    @cached_property
    def names(self) -> dict[str, str]:
        """The workbook's defined names and what they refer to; those of one tab are not here."""
        return {name: str(n.attr_text or "") for name, n in self._book.defined_names.items()}

    def tab_names(self, title: str) -> dict[str, str]:
        names = self._book[title].defined_names
        return {name: str(n.attr_text or "") for name, n in names.items()}

    def rows(
        self, title: str, want: Callable[[Peek], bool] | None = None
    ) -> Iterator[tuple[int, Cells, Size]]:
        """(row number, cells by position, size), top to bottom; what is empty is left out, and
        so are rows that ``want`` does not want.

        Raises DestinationError when the tab's XML is broken.
        """
        try:
            with self._archive.open(self._part(title)) as part:
                yield from read_rows(part, self._strings, self._look, self._book.epoch, want)
        except _BROKEN as error:
            raise self._damaged() from error

    @cached_property
    def _strings(self) -> list[str]:
        name = next((n for n in self._archive.namelist() if n.endswith("/sharedStrings.xml")), "")
        if not name:
            return []
        with self._archive.open(name) as part:
            return shared_strings(part)

    # --- looks ------------------------------------------------------------------------------

    def _look(self, style: int) -> Look:
        if style not in self._looks:
            cell: Any = ReadOnlyCell(self._book.worksheets[0], 1, 1, None, style_id=style)
            look = self._looks[style] = _look_of(cell)
            # A colour of the theme, or a pattern: only plain colours are carried.
            if cell.fill.fill_type and not look.fill:
                self.also_lost.add("cell colours")
        return self._looks[style]

    def view(self, title: str) -> View:
        """Widths, hidden columns, frozen panes, filter buttons."""
        columns: dict[int, Width] = {}
        freeze, gridlines = (0, 0), True
        with self._archive.open(self._part(title)) as part:
            for _, element in etree.iterparse(part, events=("start",)):
                match etree.QName(element).localname:
                    case "col":
                        columns |= _col(element)
                    case "pane" if element.get("state") in ("frozen", "frozenSplit"):
                        freeze = (_whole(element.get("ySplit")), _whole(element.get("xSplit")))
                    case "sheetView":
                        gridlines = element.get("showGridLines") not in ("0", "false")
                    case "sheetData":
                        break
        filter_ = self.tail(title).find("{*}autoFilter")
        buttons = filter_.get("ref") or "" if filter_ is not None else ""
        return View(columns, freeze, gridlines, buttons if ":" in buttons else "")

    def filtered(self, title: str) -> bool:
        """Whether a filter of the tab has hidden rows."""
        return self.tail(title).find(".//{*}filterColumn") is not None

    def _part(self, title: str) -> str:
        return str(self._book[title]._worksheet_path)

    # --- what is not a cell -----------------------------------------------------------------

    def head(self, title: str) -> bytes:
        """The XML of a tab before its cells, as far as it is short."""
        with self._archive.open(self._part(title)) as part:
            return part.read(4096).partition(b"<sheetData")[0]

    def tail(self, title: str) -> Any:
        """The tab's XML element with what stands below its rows: rules, links, filters."""
        if title not in self._tails:
            try:
                self._tails[title] = etree.fromstring(self._tail(title))
            except _BROKEN as error:
                raise self._damaged() from error
        return self._tails[title]

    def _tail(self, title: str) -> bytes:
        with self._archive.open(self._part(title)) as part:
            chunk = part.read(1 << 20)
            root = _ROOT.search(chunk)
            start = root[0] if root else b"<worksheet>"
            while (end := _END.search(chunk)) is None:
                more = part.read(1 << 20)
                if not more:
                    return start + b"</worksheet>" if b":worksheet" not in start else b"<none/>"
                chunk = chunk[-64:] + more
            return start + chunk[end.end() :] + part.read()

    def parts(self) -> list[str]:
        return self._archive.namelist()

    def xml(self, name: str) -> Any:
        try:
            return etree.fromstring(self._archive.read(name))
        except _BROKEN as error:
            raise self._damaged() from error

    def targets(self, title: str) -> dict[str, str]:
        """Where the links of a tab lead, by their ids."""
        folder, _, name = self._part(title).rpartition("/")
        try:
            root = etree.fromstring(self._archive.read(f"{folder}/_rels/{name}.rels"))
        except KeyError:
            return {}
        return {element.get("Id", ""): element.get("Target", "") for element in root}


def _look_of(cell: Any) -> Look:
    font, align = cell.font, cell.alignment
    fonts = {
        "font_name": font.name,
        "font_size": font.sz,
        "bold": bool(font.b),
        "italic": bool(font.i),
        "underline": 1 if font.u else 0,
        "font_strikeout": bool(font.strike),
        "font_color": _rgb(font.color),
    }
    aligns = {
        "align": align.horizontal if align.horizontal != "general" else None,
        "valign": "vcenter" if align.vertical == "center" else align.vertical,
        "text_wrap": bool(align.wrap_text),
        "indent": int(align.indent or 0),
        "shrink": bool(align.shrink_to_fit),
    }
    number = builtin_format_id(cell.number_format)
    return Look(
        # By its number where it has one: 14 is the reader's own way to write a date. But not 0,
        # which XlsxWriter takes for the format "0": it would show 3.7 as 4.
        num_format=number or str(cell.number_format),
        font=tuple((name, value) for name, value in fonts.items() if value),
        fill=_rgb(cell.fill.fgColor) if cell.fill.fill_type == "solid" else "",
        align=tuple((name, value) for name, value in aligns.items() if value),
        border=tuple(_border(cell.border)),
    )


def _border(border: Any) -> Iterator[tuple[str, Any]]:
    for side in ("left", "right", "top", "bottom"):
        line = getattr(border, side)
        if line is not None and line.style in _LINES:
            yield side, _LINES.index(line.style) + 1
            if colour := _rgb(line.color):
                yield f"{side}_color", colour


def _rgb(color: Any) -> str:
    value = color.rgb if color is not None and color.type == "rgb" else None
    return f"#{value[-6:]}" if isinstance(value, str) else ""


def _col(element: Any) -> dict[int, Width]:
    """In pixels of the default font (7 to a character), so that widths do not drift."""
    first, last = _whole(element.get("min")), min(_whole(element.get("max")), 16_384)
    pixels = round(float(element.get("width") or 0) * 7) or 64
    hidden, collapsed = (element.get(name) in ("1", "true") for name in ("hidden", "collapsed"))
    width = Width(pixels, hidden, _whole(element.get("outlineLevel")), collapsed)
    return dict.fromkeys(range(first, last + 1), width)


def _whole(text: str | None) -> int:
    return int(float(text or 0))
