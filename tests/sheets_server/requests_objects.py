"""Requests about what lies on the cells: named and protected ranges, rules, filters.

A request that chooses an id which exists is refused ("It is an error to specify the ID of a … that
already exists"); the words of those refusals are [unverified].
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.sheets_server import a1, masks
from tests.sheets_server.conditions import check_condition, check_same_sheet
from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json, invalid
from tests.sheets_server.protection import may_edit
from tests.sheets_server.requests import handles
from tests.sheets_server.requests_cells import colours
from tests.sheets_server.state import Sheet


def chosen_id(ctx: Context, given: Json, name: str, taken: Iterable[object], what: str) -> int:
    used = set(taken)
    wanted = given.get(name)
    if wanted in used:
        raise invalid(f"A {what} with id {wanted} already exists.")
    if wanted is not None and wanted <= 0:
        raise invalid(f"The id of a {what} must be positive.")
    return ctx.ids.number(used) if wanted is None else int(wanted)


def _grid(ctx: Context, grid: Json) -> Json:
    """Checked against the grid; kept as given, with the tab's id."""
    area = a1.of_grid_range(ctx.book, grid)
    return {k: v for k, v in grid.items() if k != "sheetId"} | {"sheetId": area.sheet.id}


def all_of(ctx: Context, name: str) -> list[tuple[Sheet, Json]]:
    return [(sheet, one) for sheet in ctx.book.sheets for one in getattr(sheet, name)]


def find_one(ctx: Context, name: str, key: str, wanted: object, what: str) -> tuple[Sheet, Json]:
    for sheet, one in all_of(ctx, name):
        if one[key] == wanted:
            return sheet, one
    raise invalid(f"No {what} with id: {wanted}")


def replace_one(held: list[Json], old: Json, new: Json) -> None:
    held[next(at for at, one in enumerate(held) if one is old)] = new


_NAME = re.compile(r"[^\W\d][\w]{0,249}$")


def _check_name(ctx: Context, name: str, but: str = "") -> None:
    if not _NAME.match(name) or re.match(r"([A-Za-z]{1,3}\d+|[rR]\d*[cC]\d*|TRUE|FALSE)$", name):
        raise invalid(f'The name "{name}" is not valid for a named range.')
    for one in ctx.book.named_ranges:
        if one["name"].lower() == name.lower() and one["namedRangeId"] != but:
            # Somebody's lock is built on these words: they are Google's.
            raise invalid(
                f"Cannot add named range with name {name}, a named range with that name "
                "already exists."
            )


@handles("addNamedRange")
def add_named_range(ctx: Context, body: Json) -> Json:
    given = body.get("namedRange", {})
    _check_name(ctx, given.get("name", ""))
    taken = {one["namedRangeId"] for one in ctx.book.named_ranges}
    wanted = given.get("namedRangeId")
    if wanted in taken:
        raise invalid(f"A named range with id {wanted} already exists.")
    named = {
        "namedRangeId": wanted or str(ctx.ids.number()),
        "name": given["name"],
        "range": _grid(ctx, given.get("range", {})),
    }
    ctx.book.named_ranges.append(named)
    return {"namedRange": named}


def _named(ctx: Context, wanted: str) -> Json:
    for one in ctx.book.named_ranges:
        if one["namedRangeId"] == wanted:
            return one
    raise invalid(f"No named range with id: {wanted}")


@handles("updateNamedRange")
def update_named_range(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "NamedRange")
    given = body.get("namedRange", {})
    old = _named(ctx, given.get("namedRangeId", ""))
    new = masks.updated(old, given, tree) | {"namedRangeId": old["namedRangeId"]}
    _check_name(ctx, new.get("name", ""), old["namedRangeId"])
    new["range"] = _grid(ctx, new.get("range", {}))
    replace_one(ctx.book.named_ranges, old, new)


@handles("deleteNamedRange")
def delete_named_range(ctx: Context, body: Json) -> None:
    ctx.book.named_ranges.remove(_named(ctx, body.get("namedRangeId", "")))


@handles("addProtectedRange")
def add_protected_range(ctx: Context, body: Json) -> Json:
    """The reply names only the editors asked for; a get names the owner too (recorded)."""
    given = {k: v for k, v in body.get("protectedRange", {}).items() if v not in (False, "")}
    taken = [one["protectedRangeId"] for _, one in all_of(ctx, "protected_ranges")]
    grid = _grid(ctx, given.get("range", {}))
    sheet = ctx.book.sheet(grid["sheetId"])
    editors = {k: v for k, v in given.get("editors", {}).items() if v}
    chosen = chosen_id(ctx, given, "protectedRangeId", taken, "protected range")
    protected = {"protectedRangeId": chosen, "range": grid}
    protected |= {k: v for k, v in given.items() if k not in ("protectedRangeId", "range")}
    users = list(dict.fromkeys([*editors.get("users", []), *_owners(ctx)]))
    sheet.protected_ranges.append(protected | {"editors": editors | {"users": users}})
    return {"protectedRange": protected | {"requestingUserCanEdit": True, "editors": editors}}


def _owners(ctx: Context) -> list[str]:
    return [user for user, role in ctx.book.shared.items() if role == "owner"]


@handles("updateProtectedRange")
def update_protected_range(ctx: Context, body: Json) -> None:
    tree = masks.request_mask(body.get("fields", ""), "ProtectedRange")
    given = body.get("protectedRange", {})
    wanted = given.get("protectedRangeId")
    sheet, old = find_one(ctx, "protected_ranges", "protectedRangeId", wanted, "protected range")
    _may_change(ctx, old)
    new = masks.updated(old, given, tree) | {"protectedRangeId": wanted}
    replace_one(sheet.protected_ranges, old, {k: v for k, v in new.items() if v is not False})


@handles("deleteProtectedRange")
def delete_protected_range(ctx: Context, body: Json) -> None:
    wanted = body.get("protectedRangeId")
    sheet, old = find_one(ctx, "protected_ranges", "protectedRangeId", wanted, "protected range")
    _may_change(ctx, old)
    sheet.protected_ranges.remove(old)


def _may_change(ctx: Context, protected: Json) -> None:
    if not may_edit(ctx, protected):
        raise invalid("You are trying to edit a protected cell or object.")


def _rule(ctx: Context, given: Json) -> Json:
    if not given.get("ranges"):
        raise invalid("A conditional format rule needs at least one range.")
    ranges = [_grid(ctx, one) for one in given["ranges"]]
    if len({one["sheetId"] for one in ranges}) > 1:
        raise invalid("All ranges of a rule must be on the same sheet.")
    if "booleanRule" in given:
        condition = given["booleanRule"].get("condition", {})
        check_condition(ctx.book.locale, condition)
        check_same_sheet(ctx.book, condition, ctx.book.sheet(ranges[0]["sheetId"]))
    elif "gradientRule" not in given:
        raise invalid("One of booleanRule or gradientRule must be set.")
    rule: Json = colours(given) | {"ranges": ranges}
    return rule


@handles("addConditionalFormatRule")
def add_conditional_format_rule(ctx: Context, body: Json) -> None:
    rule = _rule(ctx, body.get("rule", {}))
    rules = ctx.book.sheet(rule["ranges"][0]["sheetId"]).conditional_formats
    rules.insert(_index(body.get("index", 0), len(rules)), rule)


def _index(index: int, most: int) -> int:
    if not 0 <= index <= most:
        raise invalid(f"No conditional format on sheet at index: {index}")
    return index


@handles("deleteConditionalFormatRule")
def delete_conditional_format_rule(ctx: Context, body: Json) -> Json:
    rules = ctx.book.sheet(body.get("sheetId", 0)).conditional_formats
    return {"rule": rules.pop(_index(body.get("index", 0), len(rules) - 1))}


@handles("updateConditionalFormatRule")
def update_conditional_format_rule(ctx: Context, body: Json) -> Json:
    """A new rule in place of the old, or the old one at a new index."""
    rule = body.get("rule")
    sheet_id = rule["ranges"][0].get("sheetId", 0) if rule else body.get("sheetId", 0)
    rules = ctx.book.sheet(sheet_id).conditional_formats
    at = _index(body.get("index", 0), len(rules) - 1)
    old = rules[at]
    if rule:
        rules[at] = _rule(ctx, rule)
        return {"newRule": rules[at], "newIndex": at, "oldRule": old, "oldIndex": at}
    to = _index(body.get("newIndex", 0), len(rules) - 1)
    rules.insert(to, rules.pop(at))
    return {"newRule": old, "newIndex": to, "oldIndex": at}


@handles("setBasicFilter")
def set_basic_filter(ctx: Context, body: Json) -> None:
    """Open ends are filled in (recorded)."""
    given = body.get("filter", {})
    area = a1.of_grid_range(ctx.book, given.get("range", {}))
    grid = {"sheetId": area.sheet.id, "startRowIndex": area.top, "endRowIndex": area.bottom}
    grid |= {"startColumnIndex": area.left, "endColumnIndex": area.right}
    _check_criteria(ctx, given)
    area.sheet.basic_filter = given | {"range": grid}


def _check_criteria(ctx: Context, given: Json) -> None:
    """Rows are not hidden by them here: nobody of ours looks at filtered rows."""
    specs = [spec.get("filterCriteria", {}) for spec in given.get("filterSpecs", [])]
    for criteria in [*given.get("criteria", {}).values(), *specs]:
        if isinstance(criteria, dict) and "condition" in criteria:
            check_condition(ctx.book.locale, criteria["condition"])


@handles("clearBasicFilter")
def clear_basic_filter(ctx: Context, body: Json) -> None:
    ctx.book.sheet(body.get("sheetId", 0)).basic_filter = None


@handles("addFilterView")
def add_filter_view(ctx: Context, body: Json) -> Json:
    given = body.get("filter", {})
    taken = [one["filterViewId"] for _, one in all_of(ctx, "filter_views")]
    chosen = chosen_id(ctx, given, "filterViewId", taken, "filter view")
    grid = _grid(ctx, given.get("range", {}))
    _check_criteria(ctx, given)
    view = given | {"filterViewId": chosen, "range": grid}
    ctx.book.sheet(grid["sheetId"]).filter_views.append(view)
    return {"filter": view}


@handles("updateFilterView")
def update_filter_view(ctx: Context, body: Json) -> None:
    given = body.get("filter", {})
    tree = masks.request_mask(body.get("fields", ""), "FilterView")
    wanted = given.get("filterViewId")
    sheet, old = find_one(ctx, "filter_views", "filterViewId", wanted, "filter view")
    new = masks.updated(old, given, tree) | {"filterViewId": old["filterViewId"]}
    _check_criteria(ctx, new)
    new["range"] = _grid(ctx, new.get("range", {}))
    replace_one(sheet.filter_views, old, new)


@handles("deleteFilterView")
def delete_filter_view(ctx: Context, body: Json) -> None:
    wanted = body.get("filterId")
    sheet, old = find_one(ctx, "filter_views", "filterViewId", wanted, "filter view")
    sheet.filter_views.remove(old)


@handles("addBanding")
def add_banding(ctx: Context, body: Json) -> Json:
    """Refused where another banding is: the data of the same batch would go with it."""
    given = body.get("bandedRange", {})
    taken = [one["bandedRangeId"] for _, one in all_of(ctx, "banded_ranges")]
    chosen = chosen_id(ctx, given, "bandedRangeId", taken, "banded range")
    area = a1.of_grid_range(ctx.book, given.get("range", {}))
    for one in area.sheet.banded_ranges:
        other = a1.of_grid_range(ctx.book, one["range"])
        if set(other.places()) & set(area.places()):
            raise invalid(
                "You cannot add alternating background colors to a range that already has "
                "alternating background colors."
            )
    banded = colours(given) | {"bandedRangeId": chosen, "range": _grid(ctx, given["range"])}
    area.sheet.banded_ranges.append(banded)
    return {"bandedRange": banded}


@handles("deleteBanding")
def delete_banding(ctx: Context, body: Json) -> None:
    wanted = body.get("bandedRangeId")
    sheet, old = find_one(ctx, "banded_ranges", "bandedRangeId", wanted, "banded range")
    sheet.banded_ranges.remove(old)


_SIDES = ("top", "bottom", "left", "right")


@handles("updateBorders")
def update_borders(ctx: Context, body: Json) -> None:
    """A side is set on the cells of that edge; the inner ones between the cells."""
    area = a1.of_grid_range(ctx.book, body.get("range", {}))
    for row, column in area.places():
        edge = {
            "top": row == area.top,
            "bottom": row == area.bottom - 1,
            "left": column == area.left,
            "right": column == area.right - 1,
        }
        borders = {}
        for side in _SIDES:
            inner = "innerHorizontal" if side in ("top", "bottom") else "innerVertical"
            found = body.get(side if edge[side] else inner)
            if found:
                borders[side] = colours(found)
        if borders:
            cell = area.sheet.cells.get((row, column), {})
            form = cell.get("userEnteredFormat", {})
            done = form | {"borders": form.get("borders", {}) | borders}
            area.sheet.put((row, column), cell | {"userEnteredFormat": done})
