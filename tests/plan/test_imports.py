"""What each row of Imports holds, from what its formula gave, day after day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sheetsync.dashboard import Formula, Value
from sheetsync.dashboard.imports import IMPORTS
from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.errors import DestinationError
from sheetsync.model import ImportRead
from sheetsync.plan import Imported, Plan, Row, State, TabState, make_plan
from sheetsync.plan.listed import Listed, fields_of
from sheetsync.plan.spills import SPILL_CELLS
from tests.plan.sheet import TOK, at, clock, find

PRICE = '=IMPORTXML("https://shop.test/"; "//b")'
RANK = '=IMPORTXML("https://rank.test/{handle}"; "//h1")'
DESCRIBED = with_imports(DASHBOARD)


class Listing:
    """The tab Imports in memory, as people and plans leave it."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Value]] | None = None
        self.spilled: dict[str, tuple[tuple[Any, ...], ...]] = {}
        self.titles: tuple[str, ...] = ()

    def state(self) -> State:
        titles = (*self.titles, *self.spilled)
        if self.rows is None:
            return State(titles=titles)
        columns = {column.key: n for n, column in enumerate(IMPORTS.columns, 1)}
        rows = tuple(Row(n, dict(cells)) for n, cells in sorted(self.rows.items()) if cells)
        last = max(self.rows, default=1)
        held = TabState("Imports", columns, len(columns), rows=rows, next_row=last + 1)
        return State({"imports": held}, titles=(*titles, "Imports"), spilled=self.spilled)

    def plan(self, *reads: ImportRead, **more: Any) -> Plan:
        return make_plan(
            DESCRIBED,
            self.state(),
            [],
            at(22),
            find=find,
            platforms=TOK,
            imported=Imported(reads, **more),
        )

    def sync(self, *reads: ImportRead, **more: Any) -> Plan:
        plan = self.plan(*reads, **more)
        for change in plan.changes:
            assert change.tab == "imports"
            self.rows = self.rows or {}
            cells = self.rows.setdefault(change.row, {})
            cells.pop(change.column, None)
            if change.new is not None:
                cells[change.column] = change.new
        self.spilled |= plan.spills
        return plan

    def type(self, row: int, **cells: Value) -> None:
        self.rows = self.rows or {}
        self.rows.setdefault(row, {}).update(cells)

    def __getitem__(self, row: int) -> Mapping[str, Value]:
        assert self.rows is not None
        return self.rows[row]


def read(
    *values: Any, day: int = 22, hour: int = 6, formula: str = PRICE, **more: Any
) -> ImportRead:
    """What one column of cells gave."""
    return ImportRead(formula, at(day, hour), rows=tuple((value,) for value in values), **more)


def failed(reason: str, day: int = 23, why: str = "It is so.") -> ImportRead:
    return ImportRead(PRICE, at(day), reason=reason, shows="#N/A", why=why)


@pytest.fixture
def listing() -> Listing:
    listing = Listing()
    listing.sync(read(100, day=20), added=[Listed(PRICE, "Price")])
    return listing


def test_without_an_import_there_is_no_such_tab() -> None:
    plan = Listing().plan()
    assert "imports" not in [tab for tab, _ in plan.missing]
    assert plan.dashboard == DASHBOARD


def test_the_first_import_makes_the_tab_and_its_row(listing: Listing) -> None:
    row = listing[2]
    assert (row["name"], row["formula"], row["result"]) == ("Price", PRICE, 100)
    assert (row["status"], row["read_at"]) == ("Read", clock(20, 6))
    assert "before" not in row


def test_a_row_that_is_there_is_not_added_again(listing: Listing) -> None:
    assert listing.sync(added=[Listed(PRICE)]).changes == ()


def test_the_same_reading_again_changes_nothing(listing: Listing) -> None:
    assert not [c for c in listing.sync(read(100, day=20)).changes if c.tab == "imports"]


def test_the_value_before_is_the_last_one_of_an_earlier_day(listing: Listing) -> None:
    listing.sync(read(110, day=21))
    listing.sync(read(120, day=21, hour=9))
    row = listing[2]
    assert (row["result"], row["before"], row["before_day"]) == (120, 100, date(2026, 11, 20))
    listing.sync(read(130, day=23))
    row = listing[2]
    assert (row["before"], row["before_day"]) == (120, date(2026, 11, 21))
    assert [row.get(f"last_{n}") for n in range(25, 29)] == [None, 100, 120, 130]


@pytest.mark.parametrize(
    ("reason", "with_value", "without"),
    [
        ("refused", "Old", "Refused by the site"),
        ("not_found", "Old", "Waiting"),
        ("empty", "Old", "Waiting"),
        ("not_reached", "Old", "Waiting"),
        ("query", "Check the formula", "Check the formula"),
        ("formula", "Check the formula", "Check the formula"),
    ],
)
def test_a_failure_keeps_the_value_and_its_day_and_says_why(
    listing: Listing, reason: str, with_value: str, without: str
) -> None:
    before = dict(listing[2])
    listing.sync(failed(reason))
    now = listing[2]
    assert (now["status"], now["why"]) == (with_value, "#N/A: It is so.")
    told = ("status", "why", "as_read")
    kept = {key: value for key, value in now.items() if key not in told}
    assert kept == {key: value for key, value in before.items() if key not in told}
    fresh = Listing()
    fresh.sync(failed(reason), added=[Listed(PRICE)])
    assert fresh[2]["status"] == without
    assert "result" not in fresh[2]


def test_a_formula_that_was_retyped_begins_anew_and_is_no_loss(listing: Listing) -> None:
    for day in range(1, 20):
        listing.sync(read(day, day=day))
    listing.type(2, formula=PRICE.replace("//b", "//i"))
    plan = listing.sync()
    plan.raise_if_unsafe()
    assert set(listing[2]) == {"name", "formula", "for", "status", "why", "as_read"}
    assert listing[2]["why"] == "Not read yet."


def test_a_row_without_a_formula_is_cleared_if_it_was_ours_and_else_left_alone(
    listing: Listing,
) -> None:
    listing.type(2, formula=None)
    listing.type(3, name="a heading", result="theirs")
    listing.sync()
    assert {k: v for k, v in listing[2].items() if v is not None} == {"name": "Price"}
    assert listing[3] == {"name": "a heading", "result": "theirs"}


def test_a_formula_that_a_program_computed_is_taken_as_it_was_typed(listing: Listing) -> None:
    typed = '=IMPORTXML("https://shop.test/","//i")'
    listing.type(3, formula=Formula(typed, "#NAME?"))
    listing.sync(read("x", formula=typed))
    assert listing[3]["result"] == "x"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "number"),
        (1.5, "number"),
        (True, "flag"),
        ("a", "text"),
        (date(2026, 1, 2), "date"),
        (clock(2, 3), "time"),
        (None, "empty"),
    ],
)
def test_a_result_is_typed(listing: Listing, value: Any, kind: str) -> None:
    listing.sync(read(value, "more", day=22))
    assert listing[2].get("result") == value
    assert type(listing[2].get("result")) is type(value)
    assert (listing[2]["result~type"], listing[2]["size"]) == (kind, "2 × 1")


def test_a_text_longer_than_a_cell_is_cut_and_that_is_said(listing: Listing) -> None:
    listing.sync(read("x" * 40_000, day=22))
    assert len(str(listing[2]["result"])) == 32_000
    assert "first 32,000 signs" in str(listing[2]["why"])


# --- whole results --------------------------------------------------------------------------


def test_a_whole_result_becomes_a_tab_once(listing: Listing) -> None:
    listing.type(2, spill="Prices")
    plan = listing.sync(read(1, 2, None, day=22))
    assert plan.spills == {"Prices": ((1,), (2,))}, "what is blank at the end is nothing"
    assert "Prices: 2 × 1 cells, written whole" in plan.lines()
    assert listing.sync(read(1, 2, None, day=22)).spills == {}
    assert listing.sync(read(1, 3, None, day=22)).spills == {"Prices": ((1,), (3,))}


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("Theirs", "did not make the tab Theirs"),
        ("tHEIRS", "did not make the tab tHEIRS"),
        ("imports", "did not make the tab imports"),
        ("History", "did not make the tab History"),
        ("a/b", "cannot be the name of a tab"),
        ("x" * 32, "cannot be the name of a tab"),
        ("'x", "cannot be the name of a tab"),
    ],
)
def test_a_tab_that_is_theirs_or_has_no_name_is_never_written(
    listing: Listing, title: str, says: str
) -> None:
    listing.titles = ("Theirs",)
    listing.type(2, spill=title)
    assert listing.sync(read(1, 2, day=22)).spills == {}
    assert says in str(listing[2]["why"])
    assert listing[2]["result"] == 1


def test_two_imports_do_not_spill_into_one_tab(listing: Listing) -> None:
    other = PRICE.replace("//b", "//i")
    listing.type(2, spill="Prices")
    listing.type(3, formula=other, spill="prices")
    plan = listing.sync(read(1), read(2, formula=other))
    assert plan.spills == {"Prices": ((1,),)}
    assert "Another import spills" in str(listing[3]["why"])


def test_what_is_too_much_for_a_tab_is_left_out_and_that_is_said(listing: Listing) -> None:
    listing.type(2, spill="Prices")
    plan = listing.sync(read(*range(SPILL_CELLS + 5)))
    assert len(plan.spills["Prices"]) == SPILL_CELLS
    assert "first 20,000 of 20,005 rows" in str(listing[2]["why"])


def test_a_text_too_long_for_a_cell_is_cut_in_its_tab_and_that_is_said(listing: Listing) -> None:
    listing.type(2, spill="Prices")
    plan = listing.sync(read(1, "x" * 40_000))
    assert plan.spills == {"Prices": ((1,), ("x" * 32_000,))}
    assert "first 32,000 signs of a text" in str(listing[2]["why"])
    assert listing.sync(read(1, "x" * 40_000)).spills == {}


def test_a_whole_result_of_nothing_is_an_empty_tab(listing: Listing) -> None:
    listing.type(2, spill="Prices")
    plan = listing.sync(read(None, None))
    assert plan.spills == {"Prices": ()}
    assert "Prices: 0 × 0 cells, written whole" in plan.lines()


# --- adopted formulas -----------------------------------------------------------------------


def test_one_formula_in_two_cells_is_two_rows() -> None:
    listing = Listing()
    listing.sync(added=[Listed(PRICE, cell="S!B1"), Listed(PRICE, cell="S!B2")])
    listing.sync(replace(read(1), cell="S!B1"), replace(read(2), cell="S!B2"))
    assert [listing[row]["result"] for row in (2, 3)] == [1, 2]
    listing.sync(cells={(PRICE, "S!B1"): "S!B1 (not there any more)"})
    assert listing[2]["cell"] == "S!B1 (not there any more)"
    assert listing[2]["result"] == 1


def test_a_tab_of_theirs_with_our_name_is_refused_before_anything_is_written() -> None:
    listing = Listing()
    listing.titles = ("Imports",)
    with pytest.raises(DestinationError, match="did not make"):
        listing.sync(added=[Listed(PRICE)])


# --- columns of Profiles --------------------------------------------------------------------


def numbers(listing: Listing, added: Sequence[Listed] = ()) -> list[int]:
    return [number for number, _ in fields_of(listing.state(), added).values()]


def test_a_column_of_profiles_keeps_its_number(listing: Listing) -> None:
    assert numbers(listing) == []
    assert numbers(listing, [Listed(RANK)]) == [1]
    listing.sync(added=[Listed(RANK, "Rank")])
    assert listing[3]["column"] == "import_1"
    listing.type(4, formula=RANK + " ", column=None)
    listing.type(2, formula=RANK.replace("h1", "h2"))
    listing.sync()
    assert listing[2]["column"] == "import_2"
    assert listing[3]["column"] == "import_1"


def test_braces_that_name_no_column_of_profiles_are_the_formulas_own(listing: Listing) -> None:
    listing.type(3, formula='=IMPORTJSON("https://x.test/"; "{a: b}"; "{a}")')
    assert numbers(listing) == []


def test_what_was_read_for_some_profiles_says_for_how_many() -> None:
    listing = Listing()
    each = {"tok:anna": 1, "tok:ben": 2}
    one = ImportRead(RANK, at(22), each=each, missed={"tok:cleo": "no such page (404)."})
    listing.sync(one, added=[Listed(RANK, "Rank")])
    assert (listing[2]["result"], listing[2]["status"]) == ("2 of 3", "Read in part")
    assert listing[2]["why"] == "2 of 3; @cleo: no such page (404)."


# --- what people see is sorted, and what they do not see is not ------------------------------


DAYS = PRICE.replace("//b", "//time")


@pytest.fixture
def pair(listing: Listing) -> Listing:
    day = ImportRead(DAYS, at(20), rows=((date(2026, 1, 2),),))
    listing.sync(day, added=[Listed(DAYS, "Days")])
    return listing


def failing(listing: Listing) -> None:
    both = [replace(failed("refused"), formula=formula) for formula in (PRICE, DAYS)]
    listing.sync(*both)


def test_a_result_moved_by_a_cell_is_put_right_though_nothing_answers(pair: Listing) -> None:
    pair.type(2, result=pair[3]["result"], read_at=None)
    pair.type(3, result=100, before_day=date(2020, 1, 1))
    failing(pair)
    assert (pair[2]["result"], pair[3]["result"]) == (100, date(2026, 1, 2))
    assert pair[2]["read_at"] == pair[2]["read_at~utc"]
    assert "before_day" not in pair[3]


def test_results_follow_their_formula_when_that_alone_was_sorted(pair: Listing) -> None:
    kept = pair[3]["trail"]
    pair.type(2, formula=DAYS)
    pair.type(3, formula=PRICE)
    failing(pair)
    assert (pair[2]["result"], pair[2]["trail"]) == (date(2026, 1, 2), kept)
    assert (pair[3]["result"], pair[3]["status"]) == (100, "Old")


# --- rows that scripts move -----------------------------------------------------------------


def test_what_the_results_are_of_is_kept_in_a_form_that_no_script_makes_a_formula_of(
    listing: Listing,
) -> None:
    assert listing[2]["for"] == PRICE.removeprefix("=")
    listing.type(2, formula=Formula(PRICE))  # as openpyxl and Apps Script write what begins with =
    listing.sync(failed("refused"))
    assert (listing[2]["result"], listing[2]["status"]) == (100, "Old")


@pytest.mark.parametrize("former", [PRICE, Formula(PRICE), Formula(PRICE, "#NAME?")])
def test_a_row_of_an_older_sheet_keeps_its_history(listing: Listing, former: Value) -> None:
    listing.type(2, **{"for": former})
    listing.sync(failed("refused"))
    assert (listing[2]["result"], listing[2]["status"]) == (100, "Old")
    assert listing[2]["for"] == PRICE.removeprefix("=")
    assert "2026-11-20" in str(listing[2]["trail"])


def test_a_result_that_a_script_made_a_formula_of_is_kept_as_the_text_it_was(
    listing: Listing,
) -> None:
    listing.sync(read("=1+1", day=21))
    listing.type(2, result=Formula("=1+1"))
    listing.sync(failed("refused"))
    assert listing[2]["result"] == "=1+1"


@pytest.mark.parametrize("typed", [12, True, date(2026, 1, 2)])
def test_a_formula_cell_that_holds_no_text_gets_a_reason_which_goes_with_it(
    listing: Listing, typed: Value
) -> None:
    listing.type(3, name="Num", formula=typed)
    listing.sync()
    assert listing[3]["status"] == "Check the formula"
    assert str(listing[3]["why"]).startswith("This is no formula: write e.g. =IMPORTXML(")
    assert not listing.sync().changes
    listing.type(3, formula=None)
    listing.sync()
    assert {k: v for k, v in listing[3].items() if v is not None} == {"name": "Num"}
