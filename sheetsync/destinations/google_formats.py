"""How cells look in a spreadsheet: Google's CellFormat for what the dashboard describes. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sheetsync.dashboard import (
    NUMERIC,
    PATTERNS,
    BoardCell,
    CellStyle,
    Column,
    Format,
    Line,
    LineStyle,
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
    TYPED,
    UP,
    WAITS,
    WRITTEN,
    YELLOW,
)
from sheetsync.destinations.google_cells import Json

#: Google's names for what a number format is of.
KINDS: Mapping[Format, str] = {
    Format.TEXT: "TEXT",
    Format.PERCENT: "PERCENT",
    Format.DATE: "DATE",
    Format.MOMENT: "DATE_TIME",
}


def colour(text: str) -> Json:
    """``#FFE699`` as a ColorStyle."""
    parts = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), parts, strict=True))}


def number_format(format: Format, pattern: str) -> Json:
    return {"type": KINDS.get(format, "NUMBER"), "pattern": pattern}


def column_format(column: Column) -> Json:
    """Cells below a header. Text of the team's, or that is computed, is not forced to be text: a
    formula in such a cell might show as itself."""
    text = COMPUTED if column.formula else TYPED if column.team else WRITTEN
    made: Json = {
        "horizontalAlignment": _side(column.format),
        "textFormat": {"foregroundColorStyle": colour(text)},
    }
    if column.team:
        made["backgroundColorStyle"] = colour(PALE_YELLOW)
    if column.format is not Format.TEXT or (column.owned and not column.formula):
        made["numberFormat"] = number_format(column.format, column.pattern())
    return made


def header_format(column: Column) -> Json:
    made: Json = {
        "horizontalAlignment": _side(column.format),
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
        "textFormat": {"bold": True},
    }
    if not column.formula:
        made["backgroundColorStyle"] = colour(YELLOW if column.team else GREY)
    return made


def _side(format: Format) -> str:
    if format is Format.FLAG:
        return "CENTER"
    return "RIGHT" if format in NUMERIC else "LEFT"


_STYLES: Mapping[CellStyle, Json] = {
    CellStyle.PLAIN: {},
    CellStyle.TITLE: {
        "textFormat": {"bold": True, "fontSize": 15, "foregroundColorStyle": colour(ACCENT)},
        "horizontalAlignment": "LEFT",
    },
    CellStyle.HEADING: {"textFormat": {"bold": True, "foregroundColorStyle": colour(ACCENT)}},
    CellStyle.LABEL: {"textFormat": {"foregroundColorStyle": colour(DIM)}},
    CellStyle.FIGURE: {"textFormat": {"bold": True, "fontSize": 17}},
    CellStyle.NOTE: {"textFormat": {"fontSize": 9, "foregroundColorStyle": colour(WRITTEN)}},
    CellStyle.PICK: {
        "backgroundColorStyle": colour(PALE_YELLOW),
        "textFormat": {"foregroundColorStyle": colour(TYPED)},
        "horizontalAlignment": "LEFT",
    },
}


def board_format(cell: BoardCell) -> Json:
    made = {"verticalAlignment": "MIDDLE", **_STYLES[cell.style]}
    if cell.format is not Format.TEXT:
        made["numberFormat"] = number_format(cell.format, PATTERNS[cell.format])
    if cell.format in NUMERIC and cell.style in (CellStyle.PLAIN, CellStyle.FIGURE):
        made["horizontalAlignment"] = "RIGHT"
    return made


def line_format(line: Line, at: int) -> Json:
    """A cell of the guide, in column A (1) to C (3)."""
    typed = (2, 3) if line.setting else (1,)
    wrap = "CLIP" if line.long else "WRAP"
    made: Json = {"verticalAlignment": "MIDDLE", "wrapStrategy": wrap}
    match line.style:
        case LineStyle.TITLE:
            made = {"textFormat": {"bold": True, "fontSize": 16}}
        case LineStyle.HEADING:
            made["textFormat"] = {"bold": True}
        case LineStyle.YOURS if at in typed:
            made["backgroundColorStyle"] = colour(PALE_YELLOW)
            made["textFormat"] = {"foregroundColorStyle": colour(TYPED)}
            if line.setting and line.format is not Format.TEXT:
                made["numberFormat"] = number_format(line.format, PATTERNS[line.format])
                made["horizontalAlignment"] = "LEFT"
        case LineStyle.OURS if at == 1:
            made["backgroundColorStyle"] = colour(GREY)
    return made


SIGNALS: Mapping[str, Json] = {
    "up": {"textFormat": {"foregroundColorStyle": colour(UP)}},
    "down": {"textFormat": {"foregroundColorStyle": colour(DOWN)}},
    "late": {
        "backgroundColorStyle": colour(LATE),
        "textFormat": {"foregroundColorStyle": colour(LATE_TEXT)},
    },
    "waits": {
        "backgroundColorStyle": colour(WAITS),
        "textFormat": {"foregroundColorStyle": colour(WRITTEN)},
    },
}
