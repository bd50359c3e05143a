"""What Imports asks for: references, braces, and which formulas of the team's are listed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.dashboard import Formula, Value
from sheetsync.errors import ConfigError
from sheetsync.imports import (
    Ask,
    adopted,
    all_keys,
    asks_of,
    place_of,
    plain_formula,
    typed_import,
)
from sheetsync.importxml import Import, NoValue
from sheetsync.model import Profile
from sheetsync.plan import Forgotten, Place, Row, State, TabState
from sheetsync.platform_file import builtin

PAGE = "https://shop.test/"


def listing(*rows: Mapping[str, Value]) -> TabState:
    return TabState("Imports", {}, 0, rows=tuple(Row(n, dict(r)) for n, r in enumerate(rows, 2)))


def state(
    *rows: Mapping[str, Value],
    cells: Mapping[Place, Value] | None = None,
    formulas: Iterable[tuple[Place, str]] = (),
    people: Iterable[Mapping[str, Value]] = (),
) -> State:
    held = cells or {}

    def at(places: Collection[Place]) -> dict[Place, Value]:
        return {place: held[place] for place in places if place in held}

    tabs = {"imports": listing(*rows), "profiles": listing(*people)}
    found = list(formulas)
    return State(
        tabs,
        titles=("Plan", "My tab", "Imports"),
        cells=at,
        formulas=lambda word: [f for f in found if word in f[1].casefold()],
    )


def one(text: str, **more: Any) -> Import | NoValue:
    (ask,) = asks_of(state({"formula": text}, **more), [(text, "")], builtin())
    return ask.calls[""]


# --- references -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("A2", Place("Home", 2, 1)),
        ("$AB$12", Place("Home", 12, 28)),
        ("Plan!b3", Place("Plan", 3, 2)),
        ("'My tab'!C4", Place("My tab", 4, 3)),
        ("'Ann''s'!C4", Place("Ann's", 4, 3)),
        ("Prices", None),
        ("A1:B2", None),
    ],
)
def test_a_cell_is_found_by_its_name(name: str, place: Place | None) -> None:
    assert place_of(name, "Home") == place


@given(st.text(min_size=1, max_size=30), st.integers(1, 10**6), st.integers(1, 700))
def test_a_place_is_found_again_by_what_it_is_called(tab: str, row: int, at: int) -> None:
    place = Place(tab, row, at)
    assert place_of(place.a1, "") == place or tab != tab.strip() or "\n" in tab


def test_a_reference_is_filled_in_from_the_tab_where_the_formula_stands() -> None:
    cells: dict[Place, Value] = {
        Place("Plan", 1, 1): PAGE,
        Place("Imports", 1, 1): "https://other.test/",
        Place("My tab", 2, 2): Formula('="//"&"b"', "//b"),
    }
    text = "=IMPORTXML(A1; 'My tab'!B2)"
    asks = asks_of(state(cells=cells), [(text, "Plan!C1"), (text, "")], builtin())
    calls = [ask.calls[""] for ask in asks]
    assert [c.url for c in calls if isinstance(c, Import)] == [PAGE, "https://other.test/"]
    assert all(isinstance(c, Import) and c.query == "//b" for c in calls)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Gone!A1", "There is no tab Gone"),
        ("prices", "prices is no cell"),
        ("Plan!A7", "shows #N/A"),
        ("Plan!A9", "shows Loading..."),
        ("Plan!A8", "no program has worked out yet"),
    ],
)
def test_a_reference_that_leads_nowhere_is_ref(name: str, says: str) -> None:
    cells: dict[Place, Value] = {
        Place("Plan", 7, 1): Formula("=NA()", "#N/A"),
        Place("Plan", 8, 1): Formula("=1+1"),
        Place("Plan", 9, 1): "Loading...",
    }
    failure = one(f'=IMPORTXML({name}; "//b")', cells=cells)
    assert isinstance(failure, NoValue)
    assert failure.cell == "#REF!"
    assert says in failure.message


# --- braces ---------------------------------------------------------------------------------

ANNA = {
    "address": "https://bsky.app/profile/anna.test",
    "name": 'Ann "Q" & co',
    "group": "clients/new",
}


def each(text: str, *people: Mapping[str, Value]) -> Ask:
    (ask,) = asks_of(state({"formula": text}, people=people), [(text, "")], builtin())
    return ask


def test_braces_are_filled_in_for_each_profile() -> None:
    other = {"address": "https://bsky.app/profile/ben.test"}
    ask = each(
        '=IMPORTXML("https://rank.test/{platform}/{handle}"; "//h1")', ANNA, other, {"address": "?"}
    )
    urls = {key: call.url for key, call in ask.calls.items() if isinstance(call, Import)}
    assert urls == {
        "bluesky:anna.test": "https://rank.test/bluesky/anna.test",
        "bluesky:ben.test": "https://rank.test/bluesky/ben.test",
    }


def test_what_is_filled_in_cannot_end_a_text_or_leave_its_place_in_an_address() -> None:
    ask = each(
        '=IMPORTXML("https://rank.test/{group}?q={name}&u={address}"; "//*[.=\'{name}\']")', ANNA
    )
    (call,) = ask.calls.values()
    assert isinstance(call, Import)
    assert call.url == (
        "https://rank.test/clients%2Fnew?q=Ann%20%22Q%22%20%26%20co"
        "&u=https%3A%2F%2Fbsky.app%2Fprofile%2Fanna.test"
    )
    assert call.query == "//*[.='Ann \"Q\" & co']"


def test_an_address_alone_is_the_profiles_own_page() -> None:
    (call,) = each('=IMPORTXML("{address}"; "//h1")', ANNA).calls.values()
    assert isinstance(call, Import)
    assert call.url == ANNA["address"]


def test_a_profile_that_lacks_what_is_asked_for_says_so() -> None:
    (call,) = each('=IMPORTXML("https://x.test/{account_id}"; "//h1")', ANNA).calls.values()
    assert isinstance(call, NoValue)
    assert call.message == "This profile has no account_id yet."


# --- the command line -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "formula"),
    [
        ('=IMPORTXML("u"; "//b")', "", '=IMPORTXML("u"; "//b")'),
        ('IMPORTXML("u"; "//b")', "", '=IMPORTXML("u"; "//b")'),
        ('Price =IMPORTXML("u"; "//b[@x=1]")', "Price", '=IMPORTXML("u"; "//b[@x=1]")'),
        ('Price in €: = importxml("u"; "//b")', "Price in €", '=importxml("u"; "//b")'),
    ],
)
def test_a_name_may_stand_before_the_formula(text: str, name: str, formula: str) -> None:
    found = typed_import(text)
    assert (found.name, found.formula) == (name, formula)


@pytest.mark.parametrize("text", ["", "Price", "=SUM(A1)", "=1"])
def test_what_is_no_import_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no IMPORT formula"):
        typed_import(text)


def test_a_mistake_in_the_formula_is_said_at_once() -> None:
    with pytest.raises(NoValue, match="Curly quotes"):
        typed_import("=IMPORTXML(“u”; “//b”)")


# --- formulas of the team's -----------------------------------------------------------------

B1, B2, B5 = (Place("Plan", row, 2) for row in (1, 2, 5))
TEXT = f'=IMPORTXML("{PAGE}","//b")'


@pytest.mark.parametrize(
    ("held", "formula"),
    [
        (TEXT, TEXT),
        (
            '=IFERROR(__xludf.DUMMYFUNCTION("IMPORTXML(""https://shop.test/"",""//b"")"),5)',
            TEXT,
        ),
        ('=_xlfn.IMPORTXML("https://shop.test/","//b")', TEXT),
    ],
)
def test_a_formula_is_read_out_of_what_programs_put_around_it(held: str, formula: str) -> None:
    assert plain_formula(held) == formula


def test_formulas_that_are_not_listed_are_added_with_their_cell() -> None:
    found = adopted(state(formulas=[(B1, TEXT), (B2, TEXT), (B5, "=importrange(A1)")]))
    assert [(one.formula, one.cell) for one in found.added] == [
        (TEXT, "Plan!B1"),
        (TEXT, "Plan!B2"),
    ]
    assert (found.cells, found.found) == ({}, 2)


def test_what_is_listed_is_not_added_again() -> None:
    rows = {"formula": TEXT, "cell": "Plan!B1"}
    found = adopted(state(rows, formulas=[(B1, TEXT)]))
    assert (found.added, found.cells, found.found) == ((), {}, 1)


def test_a_formula_that_moved_is_found_in_its_new_cell() -> None:
    rows = {"formula": TEXT, "cell": "Plan!B1"}
    found = adopted(state(rows, formulas=[(B5, TEXT)]))
    assert found.added == ()
    assert found.cells == {(TEXT, "Plan!B1"): "Plan!B5"}


def test_a_formula_that_went_stays_listed_and_may_come_back() -> None:
    rows = {"formula": TEXT, "cell": "Plan!B1"}
    found = adopted(state(rows))
    gone = "Plan!B1 (not there any more)"
    assert (found.added, found.cells) == ((), {(TEXT, "Plan!B1"): gone})
    rows["cell"] = gone
    assert adopted(state(rows)).cells == {}
    assert adopted(state(rows, formulas=[(B1, TEXT)])).cells == {(TEXT, gone): "Plan!B1"}


def test_every_row_with_a_formula_is_asked_for() -> None:
    held = state({"formula": TEXT, "cell": "Plan!B1"}, {"name": "note"}, {"formula": Formula(TEXT)})
    assert all_keys(held) == [(TEXT, "Plan!B1"), (TEXT, "")]


# --- somebody who was forgotten -------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["https://www.tiktok.com/@anna", "https://tiktok.com/@Anna/video/7300000000000000001"]
)
def test_no_import_asks_for_somebody_who_was_forgotten(page: str) -> None:
    formula = f'=IMPORTXML("{page}"; "//b")'
    held = replace(state(), forgotten=Forgotten().adding(["profile tiktok:anna"], "salt"))
    (ask,) = asks_of(held, [(formula, "")], builtin())
    (made,) = ask.calls.values()
    assert isinstance(made, NoValue)
    assert "sheetsync forget" in made.message
    (ask,) = asks_of(state(), [(formula, "")], builtin())
    assert isinstance(ask.calls[""], Import)


@pytest.mark.parametrize("name", ["handel", "Handle", "account id"])
def test_braces_that_name_nothing_are_said_and_nothing_is_asked(name: str) -> None:
    text = f'=IMPORTXML("https://rank.test/{{{name}}}"; "//h1")'
    failure = one(text)
    assert isinstance(failure, NoValue)
    assert failure.message == f"{{{name}}} is nothing that a formula can have of a profile."
    assert (
        failure.hint == "There is: {account_id}, {address}, {group}, {handle}, {name}, {platform}."
    )


def test_profiles_that_this_very_run_adds_are_asked_for_too() -> None:
    text = '=IMPORTXML("https://rank.test/{handle}"; "//h1")'
    new = [Profile("bluesky", "anna.test", "https://bsky.app/profile/anna.test")]
    (ask,) = asks_of(state(), [(text, "")], builtin(), new)
    assert {key: call.url for key, call in ask.calls.items() if isinstance(call, Import)} == {
        "bluesky:anna.test": "https://rank.test/anna.test"
    }
