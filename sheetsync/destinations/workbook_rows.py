"""The rows of one tab, streamed from its XML.

openpyxl's read-only mode needs two passes for formulas and their last values, turns dates into
objects and back, and takes four times as long; so rows are read here, with lxml, and numbers stay
the numbers that the file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import IO, Any

from lxml import etree
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_ISO8601
from openpyxl.utils.escape import unescape

from sheetsync.destinations.workbook_cells import (
    PLAIN,
    USUAL,
    Cell,
    Cells,
    Held,
    Look,
    Size,
    serial,
)

_YES = ("1", "true")


def shared_strings(part: IO[bytes]) -> list[str]:
    """The texts that cells refer to by number."""
    return [_rich(item) for item in _elements(part, "sst", "si")]


def read_rows(
    part: IO[bytes],
    strings: Sequence[str],
    look: Callable[[int], Look],
    epoch: datetime,
    want: Callable[[Peek], bool] | None = None,
) -> Iterator[tuple[int, Cells, Size]]:
    """(row number, cells by position, size), top to bottom; a row in which nothing is, is left out.

    Of History most rows are only passed: with ``want`` a row's cells are read when it says so.
    Raises what lxml and int() raise when the XML is not a tab's.
    """
    reader = _Reader(strings, look, epoch)
    number = 0
    for row in _elements(part, "worksheet", "row"):
        number = int(row.get("r") or number + 1)
        if want is None or want(Peek(number, row, reader)):
            cells, size = reader.cells(row), _size(row)
            if cells or size != USUAL:
                yield number, cells, size


def _elements(part: IO[bytes], root: str, tag: str) -> Iterator[Any]:
    """Each element once, forgotten as soon as the next one comes."""
    parser = etree.iterparse(part, tag=f"{{*}}{tag}", resolve_entities=False)
    for _, element in parser:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    if etree.QName(parser.root).localname != root:
        raise ValueError(f"not a {root}")


def _size(row: Any) -> Size:
    """Heights that a program chose itself are left to the next program: text may have grown."""
    if len(row.keys()) < 2:  # nothing but its number, nearly always
        return USUAL
    own = row.get("customHeight") in _YES
    height = float(row.get("ht") or 0) if own else 0
    level = min(int(row.get("outlineLevel") or 0), 7)
    return Size(height, row.get("hidden") in _YES, level, row.get("collapsed") in _YES)


@dataclass(frozen=True, slots=True)
class Peek:
    """A row that is not read yet."""

    number: int
    _row: Any
    _reader: _Reader

    @property
    def holds(self) -> bool:
        """Whether any cell holds something."""
        return any(len(cell) for cell in self._row)

    def value(self, at: int) -> Held:
        """The value of the cell at ``at``, None for none."""
        reader = self._reader
        expected = self._row[at - 1] if 0 < at <= len(self._row) else None
        if expected is not None and reader.position(expected.get("r"), 0) == at:
            return reader.cell(expected).value
        cell = reader.cells(self._row).get(at)
        return cell.value if cell else None


@dataclass(slots=True)
class _Reader:
    strings: Sequence[str]
    look: Callable[[int], Look]
    epoch: datetime
    shared: dict[str, Translator] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)

    def cells(self, row: Any) -> Cells:
        cells: Cells = {}
        at = 0
        for element in row:
            at = self.position(element.get("r"), at)
            cell = self.cell(element)
            if cell is not _NOTHING:
                cells[at] = cell
        return cells

    def cell(self, element: Any) -> Cell:
        """``_NOTHING`` for a cell without a value, formula or look."""
        style, kind = element.get("s"), element.get("t")
        look = self.look(int(style)) if style else PLAIN
        formula: Any = None
        text: str | None = None
        for child in element:
            name = child.tag[-2:]
            if name == "}v":
                text = child.text
            elif name == "is":
                text = _rich(child)
            elif name == "}f":
                formula = child
        value = None if text is None else self._value(kind, text)
        if formula is not None:
            return self._formula(formula, element.get("r") or "", value, look)
        if value is None and not style:
            return _NOTHING
        return Cell(value, "", "", kind == "e", look)

    def position(self, reference: str | None, before: int) -> int:
        if not reference:
            return before + 1
        name = reference.rstrip("0123456789")
        if name not in self.columns:
            self.columns[name] = column_index_from_string(name)
        return self.columns[name]

    def _value(self, kind: str | None, text: str) -> Held:
        if kind is None or kind == "n":
            return _number(text)
        match kind:
            case "inlineStr":
                return text or None
            case "s":
                return self.strings[int(text)]
            case "b":
                return text in _YES
            case "d":
                return serial(from_ISO8601(text), self.epoch)  # type: ignore[no-untyped-call]
        return _meant(text) or None

    def _formula(self, element: Any, coordinate: str, value: Held, look: Look) -> Cell:
        text = f"={element.text}" if element.text else ""
        match element.get("t"):
            case "array":
                return Cell(value, text, element.get("ref") or coordinate, look=look)
            case "shared" if text:
                self.shared[element.get("si")] = Translator(text, origin=coordinate)
            case "shared" if (first := self.shared.get(element.get("si"))) is not None:
                text = first.translate_formula(coordinate)
            case "dataTable":  # a what-if table: its value is kept
                text = ""
        return Cell(value, text, look=look)


_NOTHING = Cell()


def _number(text: str) -> int | float | str:
    """What a program wrote as a number and is none (inf, 1e400) is text: one such cell must not
    make the whole file unreadable."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not isfinite(number):
            return text
        return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _rich(element: Any) -> str:
    """All runs of a text as one, without how it is pronounced."""
    if len(element) == 1 and not len(element[0]):  # one plain text, nearly always
        return _meant(element[0].text or "")
    runs = element.iterfind(".//{*}t")
    return "".join(_meant(run.text or "") for run in runs if not _is_phonetic(run))


def _meant(text: str) -> str:
    """A file writes a control character as ``_x0007_``, and that text as ``_x005F_x0007_``."""
    if "_x" not in text:
        return text
    units = unescape(text).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")


def _is_phonetic(run: Any) -> bool:
    return bool(run.getparent().tag.endswith("}rPh"))
