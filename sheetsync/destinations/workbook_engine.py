"""Computes a workbook's formulas with IronCalc: a program of its own, run by ``workbook_values``.

It is run by its path in a process of its own: the engine prints what nobody should see, and when
it crashes, it must not take a sync with it. It imports nothing of sheetsync.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import ironcalc

#: What the engine says of a formula that it does not understand; other errors are true ones.
_UNKNOWN = frozenset({"#NAME?", "#N/IMPL!", "#ERROR!", "#CIRC!", "#CALC!", "#SPILL!"})


def main(job: str, answer: str) -> None:
    """``job``: a JSON file with ``path``, ``zone``, and ``before``: for each tab title the cells
    (row, position, value) of formulas that keep their value where the engine does not know them.

    Writes to ``answer``, for each tab title, the cells (row, position, value) of formulas without
    an error.
    """
    with open(job, encoding="utf-8") as file:  # noqa: PTH123
        asked = json.load(file)
    model = ironcalc.load_from_xlsx(asked["path"], "en", asked["zone"])
    model.evaluate()
    sheets = [sheet["name"] for sheet in model.get_worksheets_properties()]
    kept = _keep(model, sheets, asked["before"])
    found: dict[str, list[Any]] = {title: [] for title in sheets}
    for sheet, row, at in model.get_all_cells():
        if (sheet, row, at) in kept:
            found[sheets[sheet]].append([row, at, kept[sheet, row, at]])
        elif model.get_cell_formula(sheet, row, at) is not None:
            kind = model.get_cell_type(sheet, row, at)
            value = model.get_cell_value(sheet, row, at)
            if value is not None and kind != ironcalc.CellType.ErrorValue:
                found[sheets[sheet]].append([row, at, _whole(value)])
    with open(answer, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(found, file)


def _keep(model: Any, sheets: list[str], before: dict[str, list[Any]]) -> dict[Any, Any]:
    """Gives the formulas that the engine does not know their last values, as constants, so that
    what depends on them is computed from what is shown."""
    kept: dict[Any, Any] = {}
    for title, cells in before.items():
        sheet = sheets.index(title)
        for row, at, value in cells:
            error = model.get_cell_type(sheet, row, at) == ironcalc.CellType.ErrorValue
            if error and model.get_cell_value(sheet, row, at) in _UNKNOWN:
                kept[sheet, row, at] = value
    for (sheet, row, at), value in kept.items():
        if isinstance(value, bool):
            model.update_cell_with_bool(sheet, row, at, value)
        elif isinstance(value, str):
            model.update_cell_with_text(sheet, row, at, value)
        else:
            model.update_cell_with_number(sheet, row, at, float(value))
    if kept:
        model.evaluate()
    return kept


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
