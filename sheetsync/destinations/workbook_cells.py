"""The cells of one tab: streamed from its XML, and written as XML, a row at a time.

openpyxl's read-only mode needs two passes for formulas and their last values, turns dates into
objects and back, and takes four times as long; so rows are read here, with lxml, and numbers stay
the numbers that the file holds. XlsxWriter takes ten calls for a cell where a row of History needs
one write, so a row's XML is made here too; everything else of a tab is XlsxWriter's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_ISO8601, to_excel
from openpyxl.utils.escape import unescape
from xlsxwriter.worksheet import Worksheet

#: What a cell of a file holds; dates are numbers with a date's number format.
Held = str | int | float | bool | None

#: What text must not hold as it is: markup, control characters, and text that looks like the
#: code of one. (XlsxWriter's own escape misses the second of two codes that share an underscore.)
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff<>&]|_x")
_CODE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_YES = ("1", "true")
#: Larger whole numbers are no numbers to any program that opens the file.
_MOST = 10**300


@dataclass(frozen=True, slots=True)
class Look:
    """A cell's own format, as far as it is carried; in XlsxWriter's words."""

    num_format: str | int = "General"
    font: tuple[tuple[str, Any], ...] = ()
    fill: str = ""
    align: tuple[tuple[str, Any], ...] = ()
    border: tuple[tuple[str, Any], ...] = ()


PLAIN = Look()


class Cell(NamedTuple):
    """``value`` of a formula is the value last computed. ``array`` is an array formula's range."""

    value: Held = None
    formula: str = ""
    array: str = ""
    error: bool = False
    look: Look = PLAIN


Cells = dict[int, Cell]


class Size(NamedTuple):
    """What a person set of a row: its height in points (0: the program chooses), hidden, and the
    group that it stands in or closes."""

    height: float = 0
    hidden: bool = False
    level: int = 0
    collapsed: bool = False


USUAL = Size()


# --- reading --------------------------------------------------------------------------------


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


def serial(moment: Any, epoch: datetime) -> float:
    """A date or time as the number that a file holds; a time's zone is left out, as sheets do."""
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=None)
    return float(to_excel(moment, epoch))  # type: ignore[no-untyped-call]


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


# --- writing --------------------------------------------------------------------------------


class Sheet(Worksheet):  # type: ignore[misc]
    """A tab of a new workbook in XlsxWriter's constant-memory mode: rows go down only.

    Text is text: nothing in it is taken for a formula, a link, a number or XML of its own.
    """

    def put_row(
        self, number: int, cells: Iterable[tuple[int, Cell, Any]], size: Size = USUAL
    ) -> None:
        """One whole row: (position, cell, XlsxWriter's format or None) from left to right."""
        parts = [f'<row r="{number}"{_size_attributes(size)}>']
        at = first = 0
        for at, cell, style in cells:
            first = first or at
            mark = "" if style is None else f' s="{style._get_xf_index()}"'
            place = f'r="{get_column_letter(at)}{number}"{mark}'
            value = cell.value
            if type(value) is int and not cell.formula and -_MOST < value < _MOST:  # most, by far
                parts.append(f"<c {place}><v>{value}</v></c>")
            elif cell.formula:
                parts.append(_formula_xml(place, cell._replace(value=_writable(value))))
            elif cell.error:
                parts.append(f'<c {place} t="e"><v>{escape(str(value))}</v></c>')
            elif isinstance(value := _writable(value), str):
                parts.append(f'<c {place} t="inlineStr"><is>{_text_xml(value)}</is></c>')
            elif isinstance(value, bool):
                parts.append(f'<c {place} t="b"><v>{value:d}</v></c>')
            elif value is not None:
                parts.append(f"<c {place}><v>{value!r}</v></c>")
            elif style is not None:
                parts.append(f"<c {place}/>")
        if size.level:  # a program shows the buttons of groups when it knows how deep they go
            deepest: int = self.outline_row_level  # type: ignore[has-type]
            self.outline_row_level = max(deepest, size.level)
        if len(parts) > 1 or size != USUAL:
            for edge in (first or 1, at or 1):
                self._check_dimensions(number - 1, edge - 1)
            self.fh.write("".join([*parts, "</row>"]))

    def _write_single_row(self, current_row_num: int = 0) -> None:
        """Nothing: rows are written by ``put_row``. (A note on a cell would make XlsxWriter write
        that row once more.)"""


def _writable(value: Held) -> Held:
    """A number that no file can hold, such as infinity, as text: a program that opens the file
    would take the whole of it for damaged."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, int) and not -_MOST < value < _MOST:
        return f"{Decimal(value):.14e}"
    return value


def _size_attributes(size: Size) -> str:
    height = f' ht="{size.height:g}" customHeight="1"' if size.height else ""
    level = f' outlineLevel="{size.level}"' if size.level else ""
    closes = ' collapsed="1"' if size.collapsed else ""
    return height + (' hidden="1"' if size.hidden else "") + level + closes


def _formula_xml(place: str, cell: Cell) -> str:
    """With a value the formula is not computed until something that it needs changes."""
    whole = f' t="array" ref="{cell.array}"' if cell.array else ""
    formula = f"<f{whole}>{escape(cell.formula.removeprefix('='))}</f>"
    match cell.value:
        case None:
            return f"<c {place}>{formula}</c>"
        case bool(value):
            return f'<c {place} t="b">{formula}<v>{value:d}</v></c>'
        case str(value):
            kind = "e" if cell.error else "str"
            return f'<c {place} t="{kind}">{formula}<v>{_escaped(value)}</v></c>'
    return f"<c {place}>{formula}<v>{cell.value!r}</v></c>"


def _text_xml(text: str) -> str:
    keep = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<t{keep}>{_escaped(text) if _SPECIAL.search(text) else text}</t>"


def _escaped(text: str) -> str:
    text = _CODE.sub("_x005F_", text)
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
