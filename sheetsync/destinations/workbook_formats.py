"""How cells look in a workbook: ours by what they are, the team's as they were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sheetsync.dashboard import (
    NUMERIC,
    PATTERNS,
    BoardCell,
    CellStyle,
    Column,
    Format,
    Line,
    LineStyle,
    Value,
)
from sheetsync.dashboard.colours import (
    ACCENT,
    COMPUTED,
    DIM,
    DOWN,
    GREY,
    LATE,
    LATE_TEXT,
    PALE_YELLOW,
    RULE,
    TYPED,
    UP,
    WAITS,
    WRITTEN,
    YELLOW,
)
from sheetsync.destinations.workbook_cells import PLAIN, Cell, Look

#: A cell's number format when nobody chose one, and the two ways in which a file says “text”.
GENERAL, AS_TEXT = PLAIN.num_format, ("@", 49)

_SIGNALS: Mapping[str, Mapping[str, Any]] = {
    "up": {"font_color": UP},
    "down": {"font_color": DOWN},
    "late": {"bg_color": LATE, "font_color": LATE_TEXT},
    "waits": {"bg_color": WAITS, "font_color": WRITTEN},
}

_BOARD: Mapping[CellStyle, Mapping[str, Any]] = {
    CellStyle.PLAIN: {},
    CellStyle.TITLE: {"bold": True, "font_size": 15, "font_color": ACCENT, "align": "left"},
    CellStyle.HEADING: {"bold": True, "bottom": 1, "bottom_color": RULE, "font_color": ACCENT},
    CellStyle.LABEL: {"font_color": DIM},
    CellStyle.FIGURE: {"bold": True, "font_size": 17},
    CellStyle.NOTE: {"font_color": WRITTEN, "font_size": 9, "indent": 1},
    CellStyle.PICK: {
        "bg_color": PALE_YELLOW,
        "font_color": TYPED,
        "border": 1,
        "border_color": RULE,
        "align": "left",
        "shrink": True,
    },
}


class Formats:
    """Each format of a new workbook once."""

    #: Of a sparkline.
    spark: Mapping[str, Any] = {"series_color": ACCENT, "last_color": DOWN}

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[object, Any] = {}

    def _make(self, key: object, properties: Mapping[str, Any]) -> Any:
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def ours(self, column: Column, steps: Sequence[Value], *, computed: bool = False) -> Any:
        """``steps`` say how exact the numbers are that are in the cell."""
        rounded = any(isinstance(step, int) and step > 1 for step in steps)
        key: tuple[object, ...] = (column.format, rounded, computed)
        if column.format is Format.ANY:
            key = (column.format, *steps, computed)
        made = self._made.get(key)  # asked for each cell of History, so nothing else is done first
        if made is None:
            pattern = column.pattern(*steps)
            if computed and pattern in AS_TEXT:  # a formula in a cell of text would show as itself
                pattern = str(GENERAL)
            colour = COMPUTED if computed else WRITTEN
            looks = {"num_format": pattern, "font_color": colour, **_align(column)}
            made = self._made[key] = self._make(("ours", pattern, column.format, colour), looks)
        return made

    def yours(self, column: Column, cell: Cell) -> Any:
        """Yellow with blue text, unless the team coloured the cell itself; their number format.

        Only text is kept from being computed: a formula in a cell of text would show as itself.
        """
        look = cell.look
        pattern = column.pattern() if look.num_format == GENERAL else look.num_format
        if pattern in AS_TEXT and (cell.formula or not isinstance(cell.value, str | None)):
            pattern = GENERAL
        properties = _properties(look)
        if not look.fill:
            properties |= _align(column)
            properties |= {"bg_color": PALE_YELLOW, "font_color": TYPED}
            properties |= {"border": 1, "border_color": RULE}
        properties |= {"num_format": pattern}
        return self._make(("yours", column.format, pattern, look), properties)

    def carried(self, look: Look) -> Any:
        return None if look == PLAIN else self._make(look, _properties(look))

    def heading(self, column: Column) -> Any:
        """Yellow, grey, or white over numbers that the sheet computes."""
        fill = YELLOW if column.team else "" if column.formula else GREY
        properties = {"bold": True, "bottom": 1, "valign": "vcenter", "text_wrap": True}
        properties |= _align(column)
        if fill:
            properties["bg_color"] = fill
        return self._make(("heading", fill, column.format), properties)

    def line(self, line: Line, at: int) -> Any:
        """A cell of the guide, in column A (1) to C (3)."""
        properties: dict[str, Any] = {"valign": "vcenter", "text_wrap": True}
        if line.long:  # or it runs out of the page sideways
            properties = {"valign": "vcenter", "align": "fill"}
        typed = (2, 3) if line.setting else (1,)
        match line.style:
            case LineStyle.TITLE:
                properties = {"bold": True, "font_size": 16}
            case LineStyle.HEADING:
                properties = {"bold": True, "bottom": 1}
            case LineStyle.YOURS if at in typed:
                properties |= {"bg_color": PALE_YELLOW, "font_color": TYPED, "border": 1}
                properties |= {"border_color": RULE}
                if line.setting:
                    properties |= {"num_format": PATTERNS[line.format], "align": "left"}
            case LineStyle.OURS if at == 1:
                properties |= {"bg_color": GREY, "font_color": WRITTEN}
        return self._make(("line", at, *properties.items()), properties)

    def board(self, cell: BoardCell, *, right: bool = False) -> Any:
        """``right``: a heading over numbers."""
        pattern = PATTERNS[cell.format]
        if pattern in AS_TEXT and not cell.pick:
            pattern = str(GENERAL)
        properties = {"valign": "vcenter", "num_format": pattern, **_BOARD[cell.style]}
        number = cell.format in NUMERIC and cell.style in (CellStyle.PLAIN, CellStyle.FIGURE)
        if number or right:
            properties["align"] = "right"
        elif cell.style is CellStyle.TITLE and cell.live:
            properties["font_size"] = 12  # a moment must fit its column
        elif cell.at > 1 and cell.style in (CellStyle.PLAIN, CellStyle.HEADING):
            properties |= {"align": "left", "indent": 1}
        return self._make(("board", *properties.items()), properties)

    def signal(self, name: str) -> Any:
        return self._make(("signal", name), _SIGNALS[name])


def _align(column: Column) -> dict[str, Any]:
    """Text keeps off the number to its left; a header stands where its cells do."""
    if column.format is Format.FLAG:
        return {"align": "center"}
    if column.format is Format.ANY:
        return {}
    return {"align": "right"} if column.format in NUMERIC else {"align": "left", "indent": 1}


def _properties(look: Look) -> dict[str, Any]:
    properties = {"num_format": look.num_format}
    properties |= {**dict(look.font), **dict(look.align), **dict(look.border)}
    return {**properties, "bg_color": look.fill} if look.fill else properties
