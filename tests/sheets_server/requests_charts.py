"""Requests about charts."""

from __future__ import annotations

from tests.sheets_server import a1, masks
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.requests import handles
from tests.sheets_server.requests_cells import colours
from tests.sheets_server.requests_objects import all_of, chosen_id, find_one, replace_one


@handles("addChart")
def add_chart(ctx: Context, body: Json) -> Json:
    given = body.get("chart", {})
    taken = [one["chartId"] for _, one in all_of(ctx, "charts")]
    chosen = chosen_id(ctx, given, "chartId", taken, "chart")
    spec = given.get("spec", {})
    _check_spec(ctx, spec)
    anchor = given.get("position", {}).get("overlayPosition", {}).get("anchorCell", {})
    if "overlayPosition" not in given.get("position", {}):
        raise invalid("This server wants charts with an overlayPosition.")
    sheet = ctx.book.sheet(anchor.get("sheetId", 0))
    row, column = anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)
    if row >= sheet.row_count or column >= sheet.column_count:
        raise invalid("The anchor cell of the chart is outside the grid.")
    position = {"widthPixels": 600, "heightPixels": 371} | given["position"]["overlayPosition"]
    chart = {
        "chartId": chosen,
        "spec": colours(spec),
        "position": given["position"] | {"overlayPosition": position},
    }
    sheet.charts.append(chart)
    return {"chart": chart}


_CHARTS: tuple[str, ...] = (
    "basicChart",
    "pieChart",
    "scorecardChart",
    "histogramChart",
    "bubbleChart",
)
_CHARTS += ("candlestickChart", "orgChart", "waterfallChart", "treemapChart")


def _check_spec(ctx: Context, spec: Json) -> None:
    """Exactly one kind of chart, and every source inside the grid."""
    if sum(name in spec for name in _CHARTS) != 1:
        raise invalid("Exactly one chart type must be set in the chart spec.")

    def deep(value: object) -> None:
        if isinstance(value, list):
            for one in value:
                deep(one)
        elif isinstance(value, dict):
            for source in value.get("sources", []):
                a1.of_grid_range(ctx.book, source)
            for inner in value.values():
                deep(inner)

    deep(spec)


@handles("updateChartSpec")
def update_chart_spec(ctx: Context, body: Json) -> None:
    _check_spec(ctx, body.get("spec", {}))
    sheet, old = find_one(ctx, "charts", "chartId", body.get("chartId"), "chart")
    replace_one(sheet.charts, old, old | {"spec": colours(body["spec"])})


@handles("updateEmbeddedObjectPosition")
def update_embedded_object_position(ctx: Context, body: Json) -> Json:
    sheet, old = find_one(ctx, "charts", "chartId", body.get("objectId"), "embedded object")
    tree = masks.request_mask(body.get("fields", ""), "OverlayPosition")
    held = old["position"].get("overlayPosition", {})
    given = body.get("newPosition", {}).get("overlayPosition", {})
    new = old["position"] | {"overlayPosition": masks.updated(held, given, tree)}
    replace_one(sheet.charts, old, old | {"position": new})
    return {"position": new}


@handles("deleteEmbeddedObject")
def delete_embedded_object(ctx: Context, body: Json) -> None:
    sheet, old = find_one(ctx, "charts", "chartId", body.get("objectId"), "embedded object")
    sheet.charts.remove(old)
