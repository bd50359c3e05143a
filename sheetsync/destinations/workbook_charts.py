"""The charts of a board, as XlsxWriter makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sheetsync.dashboard import Area, Board, Chart, Series
from sheetsync.dashboard.colours import DIM, LINES, MUTED, RULE
from sheetsync.dashboard.formulas import absolute
from sheetsync.dashboard.trend import FIRST_ROW, SLOT, TOP
from sheetsync.destinations.workbook_boards_read import value_of
from sheetsync.destinations.workbook_cells import Cell, Held
from sheetsync.destinations.workbook_frame import Frame

_FONT = {"size": 10, "color": DIM}


def add_charts(frame: Frame, sheet: Any, board: Board, picks: Mapping[str, Cell]) -> None:
    for chart in board.charts:
        shown = [s for s in chart.series if not s.shown_by or value_of(picks[s.shown_by])]
        if shown:
            made = _chart(frame, board, chart, shown, picks)
            sheet.insert_chart(chart.row - 1, chart.at - 1, made, {"object_position": 2})


def _chart(
    frame: Frame, board: Board, chart: Chart, shown: list[Series], picks: Mapping[str, Cell]
) -> Any:
    made = frame.book.add_chart({"type": chart.kind})
    for series, colour in zip(shown, LINES, strict=False):
        made.add_series(_series(frame, board, chart, series, colour, picks))
    made.set_title({"name": chart.title, "name_font": {**_FONT, "size": 11}, "overlay": False})
    made.set_size({"width": chart.width, "height": chart.height})
    made.set_x_axis(
        {
            "date_axis": True,
            "num_format": "d mmm",
            "num_font": _FONT,
            "line": {"color": RULE},
            "major_unit": 7,
            "major_unit_type": "days",
            "label_position": "low",
        }
    )
    grid = {"visible": True, "line": {"color": "#E5E5E5", "width": 0.75}}
    axis: dict[str, Any] = {"num_format": "#,##0", "num_font": _FONT, "line": {"none": True}}
    if chart.kind == "line" and (low := _low(frame)) is not None:
        axis["min"] = low
    made.set_y_axis({**axis, "major_gridlines": grid})
    made.set_legend({"none": True} if len(shown) == 1 and not shown[0].shown_by else _LEGEND)
    made.set_chartarea({"border": {"color": MUTED}})
    made.show_hidden_data()
    made.show_blanks_as("gap")
    return made


_LEGEND = {"position": "bottom", "font": _FONT}


def _series(
    frame: Frame,
    board: Board,
    chart: Chart,
    series: Series,
    colour: str,
    picks: Mapping[str, Cell],
) -> dict[str, Any]:
    title = frame.titles[chart.source]
    pick = board.picks.get(series.name)
    name = series.name
    if pick is not None:
        cell = Area(pick.row, pick.at, pick.row, pick.at)
        name = f"={absolute(frame.titles[board.key], cell)}"
    days, values = (_since_first(frame, area) for area in (chart.x, series.values))
    made: dict[str, Any] = {
        "name": name,
        "categories": f"={absolute(title, days)}",
        "values": f"={absolute(title, values)}",
        "categories_data": _data(frame, chart.source, title, days),
        "values_data": _data(frame, chart.source, title, values),
    }
    if chart.kind == "column":
        return {**made, "gap": 40, "fill": {"color": colour}}
    return {**made, "line": {"color": colour, "width": 2}, "marker": {"type": "none"}}


def _since_first(frame: Frame, area: Area) -> Area:
    """Without the days before anybody's first reading; two days at least make a line."""
    rows = [row for row, at in frame.plan.fills.get("trend", {}) if row >= TOP and at >= SLOT]
    first = min(rows, default=area.first_row)
    return replace(area, first_row=max(area.first_row, min(first, area.last_row - 1)))


def _data(frame: Frame, source: str, title: str, area: Area) -> list[Held]:
    """The numbers as they are now, for programs that do not compute."""
    fill = frame.plan.fills.get(source, {})
    computed = (frame.values or {}).get(title, {})
    places = [
        (row, at)
        for row in range(area.first_row, area.last_row + 1)
        for at in range(area.first_at, area.last_at + 1)
    ]
    return [frame.held(fill[p]) if p in fill else computed.get(p) for p in places]


def _low(frame: Frame) -> int | None:
    """Where the index axis begins: below every profile's line, so that no choice is cut off, and
    not at zero, which would make all lines flat. None where somebody fell by half."""
    fill = frame.plan.fills.get("trend", {})
    first = {at: value for (row, at), value in fill.items() if row == FIRST_ROW}
    shares = [
        value / whole * 100
        for (row, at), value in fill.items()
        if row >= TOP
        and isinstance(value, int)
        and isinstance(whole := first.get(at), int)
        and whole > 0
    ]
    low = int(min(shares, default=100) / 5) * 5
    return low if low >= 50 else None
