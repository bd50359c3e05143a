"""How cells look in a workbook: ours by what they are, the team's as they were found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetsync.dashboard import NUMERIC, Column, Format, Line, LineStyle, Value
from sheetsync.destinations.workbook_cells import PLAIN, Cell, Look

#: The legend of the guide: yellow is typed by the team, grey is written by sheetsync.
YELLOW, PALE_YELLOW, GREY, RULE = "#FFE699", "#FFF9E3", "#E7E6E6", "#BFBFBF"
TYPED, WRITTEN = "#1F4E9E", "#404040"
#: A cell's number format when nobody chose one, and the two ways in which a file says “text”.
GENERAL, AS_TEXT = PLAIN.num_format, ("@", 49)


class Formats:
    """Each format of a new workbook once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[object, Any] = {}

    def _make(self, key: object, properties: Mapping[str, Any]) -> Any:
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def ours(self, column: Column, step: Value) -> Any:
        key = (column.format, isinstance(step, int) and step > 1)
        made = self._made.get(key)  # asked for each cell of History, so nothing else is done first
        if made is None:
            pattern = column.pattern(step)
            looks = {"num_format": pattern, "font_color": WRITTEN, **_align(column)}
            made = self._made[key] = self._make(("ours", pattern, column.format), looks)
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
        fill = YELLOW if column.team else GREY
        align = _align(column)
        properties = {"bold": True, "bg_color": fill, "bottom": 1, **align}
        return self._make(("heading", fill, tuple(align.items())), properties)

    def line(self, line: Line, at: int) -> Any:
        """A cell of the guide, in column A (1) or B (2)."""
        properties: dict[str, Any] = {"valign": "vcenter", "text_wrap": True}
        match line.style:
            case LineStyle.TITLE:
                properties = {"bold": True, "font_size": 16}
            case LineStyle.HEADING:
                properties = {"bold": True, "bottom": 1}
            case LineStyle.YOURS if at == (2 if line.setting else 1):
                properties |= {"bg_color": PALE_YELLOW, "font_color": TYPED, "border": 1}
                properties |= {"border_color": RULE}
            case LineStyle.OURS if at == 1:
                properties |= {"bg_color": GREY, "font_color": WRITTEN}
        return self._make(("line", line.style, at, bool(line.setting)), properties)


def _align(column: Column) -> dict[str, Any]:
    """Text keeps off the number to its left; a header stands where its cells do."""
    if column.format is Format.FLAG:
        return {"align": "center"}
    return {"align": "right"} if column.format in NUMERIC else {"align": "left", "indent": 1}


def _properties(look: Look) -> dict[str, Any]:
    properties = {"num_format": look.num_format, **dict(look.font), **dict(look.align)}
    return {**properties, "bg_color": look.fill} if look.fill else properties
