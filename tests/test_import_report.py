"""What a run says of imports: the text, the JSON, and which of them make it exit 1."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.import_report import about_adopting
from sheetsync.imports import Adopted
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Plan, Row, State, TabState
from sheetsync.plan.listed import Listed
from sheetsync.report import sync_lines, to_json
from sheetsync.sync import ImportTold, Synced, failed, imports_told

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
TEXT = '=IMPORTXML("https://shop.test/"; "//b")'


def read(*rows: tuple[Any, ...], **more: Any) -> ImportRead:
    return ImportRead(TEXT, NOW, rows=rows, **more)


NONE = read(reason="not_found", shows="#N/A", why="shop.test has no such page (404).", hint="Look.")
SOME = read(each={"tok:anna": 1}, missed={"tok:ben": "no such page."})


def synced(*told: ImportTold) -> Synced:
    return Synced((), Plan(DASHBOARD, State()), 0, False, imports=told)


def test_each_import_is_a_line_and_what_was_not_read_says_why() -> None:
    lines = sync_lines(
        synced(
            ImportTold("Price", read((1031,))),
            ImportTold("Sold", read((date(2026, 6, 6), 1), ("x", 2))),
            ImportTold("Rank", SOME),
            ImportTold("Sheet1!B4", NONE, known=True),
        ),
        "team.xlsx",
    )
    assert lines == [
        "Imports read (3)",
        "  Price  1,031",
        "  Sold   2026-06-06       the first of 2 × 2 cells",
        "  Rank   1 of 2 profiles",
        "",
        "Imports not read (1)",
        "  Sheet1!B4  #N/A  shop.test has no such page (404). Look. (the last result stays)",
        "",
        "3 of 4 imports read.",
        "team.xlsx: nothing to change.",
    ]


def test_json_has_the_first_cell_each_profile_and_the_failure() -> None:
    told = (ImportTold("A", read((1, 2))), ImportTold("B", SOME), ImportTold("C", NONE))
    one, some, none = to_json(synced(*told), "team.xlsx")["imports"]  # type: ignore[misc]
    assert (one["value"], one["rows"], one["columns"], one["profiles"]) == (1, 1, 2, None)
    assert some["profiles"] == {"tok:anna": 1, "tok:ben": None}
    assert none["failure"] == {
        "reason": "not_found",
        "cell": "#N/A",
        "message": "shop.test has no such page (404).",
        "hint": "Look.",
    }


@pytest.mark.parametrize(
    ("told", "plain", "strict"),
    [
        (ImportTold("A", read((1,))), False, False),
        (ImportTold("A", NONE), False, True),
        (ImportTold("A", NONE, known=True), True, True),
        (ImportTold("A", NONE, named=True), True, True),
        (ImportTold("A", SOME, known=True), False, True),
    ],
)
def test_an_import_fails_a_run_as_a_profile_does(
    told: ImportTold, plain: bool, strict: bool
) -> None:
    assert (failed(told), failed(told, strict=True)) == (plain, strict)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Adopted(), ["no IMPORT formula stands in your own cells."]),
        (
            Adopted((Listed(TEXT, cell="S!B1"),), found=3),
            ["3 IMPORT formulas in your own cells: 1 listed in Imports and 2 there already."],
        ),
        (
            Adopted(cells={(TEXT, "S!B1"): "S!B1 (not there any more)"}),
            [
                "no IMPORT formula stands in your own cells.",
                "S!B1 no longer holds its formula; its row stays.",
            ],
        ),
    ],
)
def test_adopting_says_what_it_found(found: Adopted, says: list[str]) -> None:
    assert about_adopting(found, dry_run=False) == says


REFUSED = "sheetsync did not make the tab Mine, so it does not write there."


def test_a_whole_result_that_is_in_no_tab_is_told() -> None:
    told = ImportTold("Sold", read((1, 2)), known=True, unspilled=REFUSED)
    lines = sync_lines(synced(told), "team.xlsx")
    assert lines[:6] == [
        "Imports read (1)",
        "  Sold  1  the first of 1 × 2 cells",
        "",
        "Whole results not written (1)",
        f"  Sold  {REFUSED}",
        "",
    ]
    (shape,) = to_json(synced(told), "team.xlsx")["imports"]  # type: ignore[misc]
    assert shape["spill_refused"] == REFUSED
    assert (failed(told), failed(told, strict=True)) == (False, True)
    assert failed(ImportTold("Sold", read((1, 2)), known=True, unspilled=REFUSED, lost=True))


def listing(*rows: dict[str, object]) -> State:
    held = tuple(Row(n, {"formula": TEXT, "for": TEXT[1:], **row}) for n, row in enumerate(rows, 2))  # type: ignore[dict-item]
    return State({"imports": TabState("Imports", {}, 0, rows=held)})


def test_two_rows_with_one_formula_are_told_each_by_its_name() -> None:
    state = listing({"name": "A", "read_at": 1}, {"name": "B"}, {})
    told = imports_told(state, Imported([read((5,))]))
    assert [(one.name, one.known) for one in told] == [("A", True), ("B", False), (TEXT, False)]


def test_a_refusal_that_was_said_before_is_no_loss() -> None:
    state = listing({"read_at": 1}, {"read_at": 1, "why": REFUSED}, {}, {"read_at": 1})
    told = imports_told(state, Imported([read((5,))]), {2: REFUSED, 3: REFUSED, 4: REFUSED})
    assert [one.lost for one in told] == [True, False, False, False]
