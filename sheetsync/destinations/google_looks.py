"""Everything that is only to look at: in a batch of its own, once. Pure.

Numbers never share a batch with it, because an error in it would reject them too. What was
installed once is never touched again: present, it may have been changed by a person; missing,
somebody deleted it, and it stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from zlib import crc32

from sheetsync.dashboard import (
    Area,
    Board,
    BoardCell,
    Chart,
    Column,
    Format,
    Guide,
    Series,
    Signal,
    Tab,
)
from sheetsync.dashboard.colours import LINES
from sheetsync.dashboard.formulas import absolute, letters
from sheetsync.dashboard.signals import signal_rules
from sheetsync.dashboard.trend import DAY, LABEL_ROW, LOG_ROWS
from sheetsync.dashboard.trend import KEY as TREND
from sheetsync.dashboard.trend import LOG_KEY as LOG
from sheetsync.destinations.google_boards import GROUPS_AT, GROUPS_MOST
from sheetsync.destinations.google_book import INSTALLED, NAME
from sheetsync.destinations.google_cells import Json, grid_range, repeat_cell, runs
from sheetsync.destinations.google_formats import (
    SIGNALS,
    board_format,
    colour,
    column_format,
    header_format,
    line_format,
)
from sheetsync.destinations.google_layout import Layout, whose
from sheetsync.destinations.google_metadata import metadata, metadata_gone
from sheetsync.destinations.google_rows import rounding

FORMAT = "userEnteredFormat"
#: A rule cannot name another tab; by name and INDIRECT it can. [unverified]
_OLD_AFTER = f'INDIRECT("{NAME}old_after")'

Made = Callable[[], Iterator[Json]]


class Looks:
    """``objects`` are by name; each is made once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.objects: dict[str, Made] = {}
        #: Conditional formats go behind those that are there.
        self.rules = {s.id: s.rules for s in layout.found.book.sheets}
        for tab in layout.dashboard.tabs:
            match tab:
                case Tab():
                    self._table(tab)
                case Board():
                    self._board(tab)
                case Guide():
                    self.objects[f"guide:{tab.key}"] = partial(self._guide, tab)

    def wanted(self) -> list[str]:
        """What was never installed; of a tab or column that is made anew everything."""
        new = {
            f"{tab}:{column}:" if column else f"{tab}:" for tab, column in self.layout.plan.missing
        }
        installed = self.layout.found.book.installed
        found = []
        for name in self.objects:
            of = name.partition(":")[2] + ":"
            if name not in installed or any(of.startswith(made) for made in new):
                found.append(name)
        return found

    def requests(self, wanted: list[str]) -> list[Json]:
        made = [one for name in wanted for one in self.objects[name]()]
        book = self.layout.found.book
        kept = sorted({*book.installed, *self.objects})
        if book.installed:
            made.append(metadata_gone({"metadataKey": INSTALLED}))
        return [*made, metadata(INSTALLED, " ".join(kept), {"spreadsheet": True})]

    # --- tables -----------------------------------------------------------------------------

    def _table(self, tab: Tab) -> None:
        for column in tab.columns:
            self.objects[f"col:{tab.key}:{column.key}"] = partial(self._column, tab, column)
        self.objects[f"fold:{tab.key}"] = partial(self._fold, tab)
        self.objects[f"rounded:{tab.key}"] = partial(self._rounded, tab)
        for column in tab.columns:
            if column.signal is not Signal.NONE:
                where = (self.layout.header_row(tab) + 1, self.layout.at[tab.key][column.key], 0, 0)
                self.objects[f"rule:{tab.key}:{column.key}"] = partial(
                    self._rule, self.layout.ids[tab.key], column.signal, where
                )
        if tab.kind in ("profile", "post"):  # with an address in column A
            self.objects[f"grey:{tab.key}"] = partial(self._grey, tab)
        self.objects[f"protect:{tab.key}"] = partial(self._protect, tab)

    def _column(self, tab: Tab, column: Column) -> Iterator[Json]:
        sheet, at = self.layout.ids[tab.key], self.layout.at[tab.key][column.key]
        row = self.layout.header_row(tab)
        yield _dimension(
            sheet, at, {"pixelSize": int(column.width * 7 + 5), "hiddenByUser": column.hidden}
        )
        below = column_format(column)
        fields = f"{FORMAT}({','.join(below)})"
        yield repeat_cell(grid_range(sheet, row + 1, at, 0, at), {FORMAT: below}, fields)
        head = header_format(column)
        cell = {FORMAT: head} | ({"note": column.note} if column.note else {})
        fields = f"{FORMAT}({','.join(head)})" + (",note" if column.note else "")
        yield repeat_cell(grid_range(sheet, row, at, row, at), cell, fields)

    def _fold(self, tab: Tab) -> Iterator[Json]:
        sheet, at = self.layout.ids[tab.key], self.layout.at[tab.key]
        for first, last in runs(at[column.key] for column in tab.columns if column.folded):
            span = {"sheetId": sheet, "dimension": "COLUMNS"}
            span |= {"startIndex": first - 1, "endIndex": last}
            yield {"addDimensionGroup": {"range": span}}
            group = {"range": span, "depth": 1, "collapsed": True}
            yield {"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}}

    def _rounded(self, tab: Tab) -> Iterator[Json]:
        """The columns' formats are new: the sign ≈ goes onto them again."""
        if tab.kind is not None:
            yield from rounding(self.layout, tab, {}, self.layout.rows(tab).all)

    def _grey(self, tab: Tab) -> Iterator[Json]:
        """A row whose numbers are of another address than the one in column A, or of another
        formula than the one that Imports lists (one that Google computes too shows its value)."""
        at, row = self.layout.at[tab.key], self.layout.header_row(tab) + 1
        a, b = (f"${letters(at[key])}{row}" for key in whose(tab))
        sheet = self.layout.ids[tab.key]
        other = f"{a}<>{b}"
        if tab.kind == "import":
            other = f"NOT(ISFORMULA({a}));TRIM({a})<>TRIM({b})"
        test = f'AND(N("ss:grey")=0;{b}<>"";{other})'
        area = grid_range(sheet, row, 1, 0, max(at.values()))
        yield self._condition(sheet, area, test, SIGNALS["waits"])

    def _protect(self, tab: Tab) -> Iterator[Json]:
        """A warning before somebody types where a sync writes; it keeps nobody from it."""
        sheet, at = self.layout.ids[tab.key], self.layout.at[tab.key]
        row = self.layout.header_row(tab) + 1
        for first, last in runs(at[column.key] for column in tab.columns if column.owned):
            yield _protected(grid_range(sheet, row, first, 0, last))

    # --- conditional formats ----------------------------------------------------------------

    def _rule(self, sheet: int, signal: Signal, where: tuple[int, int, int, int]) -> Iterator[Json]:
        row, at = where[0], where[1]
        cell = f"{letters(at)}{row}"
        area = grid_range(sheet, row, at, where[2], where[3] or at)
        for test, look in signal_rules(signal, cell, _OLD_AFTER, ";"):
            yield self._condition(sheet, area, f'AND(N("ss:{signal}")=0;{test})', SIGNALS[look])

    def _condition(self, sheet: int, area: Json, test: str, look: Json) -> Json:
        index = self.rules.get(sheet, 0)
        self.rules[sheet] = index + 1
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": f"={test}"}]}
        rule = {"ranges": [area], "booleanRule": {"condition": condition, "format": look}}
        return {"addConditionalFormatRule": {"rule": rule, "index": index}}

    # --- boards -----------------------------------------------------------------------------

    def _board(self, board: Board) -> None:
        self.objects[f"board:{board.key}"] = partial(self._board_cells, board)
        for number, cell in enumerate(board.cells):
            if cell.signal is not Signal.NONE:
                where = (cell.row, cell.at, cell.row, cell.at)
                name = f"rule:{board.key}:{number}"
                sheet = self.layout.ids[board.key]
                self.objects[name] = partial(self._rule, sheet, cell.signal, where)
            if cell.format is Format.POINTS:  # where it was a percentage when the board was made
                self.objects[f"points:{board.key}:{number}"] = partial(self._cell, board, cell)
        for name, cell in board.picks.items():
            self.objects[f"pick:{board.key}:{name}"] = partial(self._pick, board, cell)
        for chart in board.charts:
            self.objects[f"chart:{board.key}:{chart.key}"] = partial(self._chart, board, chart)
        if board.hidden:
            self.objects[f"protect:{board.key}"] = partial(self._whole, board)

    def _whole(self, board: Board) -> Iterator[Json]:
        yield _protected({"sheetId": self.layout.ids[board.key]})

    def _board_cells(self, board: Board) -> Iterator[Json]:
        sheet = self.layout.ids[board.key]
        if board.key in (TREND, LOG):
            pattern = "d mmm yyyy" if board.key == TREND else "d mmm yyyy hh:mm"
            look = {"numberFormat": {"type": "DATE_TIME", "pattern": pattern}}
            area = grid_range(sheet, LABEL_ROW, DAY, 0 if board.key == TREND else LOG_ROWS + 1, DAY)
            yield repeat_cell(area, {FORMAT: look}, f"{FORMAT}.numberFormat")
        else:
            for cell in board.cells:
                yield from self._cell(board, cell)
        for at, width in enumerate(board.widths, 1):
            yield _dimension(sheet, at, {"pixelSize": int(width * 7 + 5)})

    def _cell(self, board: Board, cell: BoardCell) -> Iterator[Json]:
        look = board_format(cell)
        area = grid_range(self.layout.ids[board.key], cell.row, cell.at, cell.row, cell.at)
        yield repeat_cell(area, {FORMAT: look}, f"{FORMAT}({','.join(look)})")

    def _pick(self, board: Board, cell: BoardCell) -> Iterator[Json]:
        if cell.choices == "groups":
            where = Area(1, GROUPS_AT, GROUPS_MOST, GROUPS_AT)
            source = absolute(self.layout.titles[TREND], where)
        else:
            source = absolute(*self.layout.places.at("profiles", "label"))
        condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": f"={source}"}]}
        area = grid_range(self.layout.ids[board.key], cell.row, cell.at, cell.row, cell.at)
        rule = {"condition": condition, "showCustomUi": True, "strict": False}
        yield {"setDataValidation": {"range": area, "rule": rule}}

    def _chart(self, board: Board, chart: Chart) -> Iterator[Json]:
        sheet = self.layout.ids[board.key]
        source = self.layout.ids[chart.source]
        taken = {c for s in self.layout.found.book.sheets for c in s.charts}
        chart_id = crc32(f"sheetsync chart {board.key} {chart.key}".encode()) % 2_000_000_000 + 1
        if chart_id in taken:
            return
        basic = {
            "chartType": "COLUMN" if chart.kind == "column" else "LINE",
            "legendPosition": "NO_LEGEND" if len(chart.series) == 1 else "BOTTOM_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": _source(source, chart.x)}],
            "series": [
                _series(source, series, line)
                for series, line in zip(chart.series, LINES, strict=False)
            ],
        }
        spec = {
            "title": chart.title,
            "hiddenDimensionStrategy": "SHOW_ALL",
            "basicChart": basic,
        }
        anchor = {"sheetId": sheet, "rowIndex": chart.row - 1, "columnIndex": chart.at - 1}
        position = {
            "anchorCell": anchor,
            "widthPixels": chart.width,
            "heightPixels": chart.height,
        }
        made = {"chartId": chart_id, "spec": spec, "position": {"overlayPosition": position}}
        yield {"addChart": {"chart": made}}

    # --- the guide --------------------------------------------------------------------------

    def _guide(self, guide: Guide) -> Iterator[Json]:
        sheet = self.layout.ids[guide.key]
        for at, width in enumerate((36, 90, 12), 1):
            yield _dimension(sheet, at, {"pixelSize": width * 7 + 5})
        for row, line in enumerate(guide.lines, 1):
            for at in (1, 2, 3) if line.also else (1, 2):
                look = line_format(line, at)
                area = grid_range(sheet, row, at, row, at)
                yield repeat_cell(area, {FORMAT: look}, f"{FORMAT}({','.join(look)})")


def _source(sheet: int, area: Area) -> Json:
    """With the word above it as its header: all sources are one column wide, as they must be."""
    parts = [(LABEL_ROW, LABEL_ROW), (area.first_row, area.last_row)]
    sources = [grid_range(sheet, a, area.first_at, b, area.last_at) for a, b in parts]
    return {"sourceRange": {"sources": sources}}


def _series(sheet: int, series: Series, line: str) -> Json:
    return {
        "series": _source(sheet, series.values),
        "targetAxis": "LEFT_AXIS",
        "colorStyle": colour(line),
    }


def _dimension(sheet: int, at: int, properties: Json) -> Json:
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": at - 1, "endIndex": at}
    fields = ",".join(properties)
    return {
        "updateDimensionProperties": {"range": span, "properties": properties, "fields": fields}
    }


def _protected(area: Json) -> Json:
    text = "sheetsync writes here; the next sync writes over what is typed"
    return {
        "addProtectedRange": {
            "protectedRange": {"range": area, "description": text, "warningOnly": True}
        }
    }
