"""What people do to the columns that they see, while the hidden ones stay where they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.dashboard import AS_READ
from sheetsync.dashboard.imports import field
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.dashboard.words import Status
from sheetsync.plan import Row, State, TabState, forget_plan
from sheetsync.plan.as_read import as_read, with_as_read
from sheetsync.plan.rows import Rows
from tests.plan.sheet import NOW, TOK, Sheet, at, find, post, profile, url, watch

NAMES = ("anna", "ben", "carl")
VISIBLE = {
    tab.key: [column.key for column in tab.columns if not column.hidden]
    for tab in DASHBOARD.tables
    if tab.kind in ("profile", "post")
}


def page(name: str, day: int, followers: int) -> Any:
    number = NAMES.index(name)
    posts = [
        post(
            f"7{number}",
            name,
            views=followers * 10,
            likes=5,
            caption=f"By {name}",
            published=at(19, 5),
        )
    ]
    return profile(name, at(day), followers=followers, name=name.title(), posts=posts)


@pytest.fixture
def sheet() -> Sheet:
    sheet = Sheet()
    for day in (20, 21):
        sheet.sync(*(page(name, day, day * 100 + i) for i, name in enumerate(NAMES)))
    return sheet


def rearrange(sheet: Sheet, tab: str, order: list[int]) -> None:
    """The rows' visible cells in another order, hidden ones left where they are."""
    rows = sheet.tabs[tab]
    numbers = sorted(rows)
    seen = [{k: rows[n][k] for k in VISIBLE[tab] if k in rows[n]} for n in numbers]
    for place, number in enumerate(numbers):
        rest = {k: v for k, v in rows[number].items() if k not in VISIBLE[tab]}
        rows[number] = {**rest, **seen[order[place]]}


@settings(deadline=None)
@given(st.permutations(range(3)), st.permutations(range(3)), st.sampled_from([(), NAMES[:1]]))
def test_a_sort_of_what_is_visible_gives_no_row_the_numbers_of_another(
    profiles: list[int], posts: list[int], read: tuple[str, ...]
) -> None:
    sheet = Sheet()
    for day in (20, 21):
        sheet.sync(*(page(name, day, day * 100 + i) for i, name in enumerate(NAMES)))
    rearrange(sheet, "profiles", profiles)
    rearrange(sheet, "posts", posts)
    sheet.sync(*(page(name, 21, 2100) for name in read))
    for number, name in enumerate(NAMES):
        row = sheet.row(url(name))
        assert (row["followers"], row["name"]) == (2100 + number, name.title())
        row = sheet.row(url(name, f"7{number}"), "posts")
        assert (row["views"], row["caption"]) == (21000 + number * 10, f"By {name}")
        assert row["views_24h"] == 20000 + number * 10
    assert not sheet.sync()


@pytest.mark.parametrize("typed", [123, "about 5k", None, True])
def test_what_is_typed_over_a_number_goes_with_the_next_sync(sheet: Sheet, typed: Any) -> None:
    row = sheet.row(url("anna"))
    row.pop("followers")
    row.update({} if typed is None else {"followers": typed})
    sheet.sync(page("ben", 21, 2101))
    row = sheet.row(url("anna"))
    assert (row["followers"], row["followers~step"], row["status"]) == (2100, 1, Status.READ)


def test_a_retyped_address_has_none_of_the_numbers_of_the_former_one(sheet: Sheet) -> None:
    sheet.row(url("anna"))["address"] = url("dora")
    sheet.sync(watched=[watch("dora")])
    row = sheet.row(url("dora"))
    assert "followers" not in row
    assert row["status"] == Status.WAITING


@pytest.mark.parametrize(
    "typed", ["{", "[1]", "7", 7, '"x"', "", "{}" * 5, '{"anna": 1}', "[" * 100_000]
)
def test_of_a_hidden_cell_with_something_else_in_it_the_visible_ones_are_believed(
    typed: Any,
) -> None:
    shown = {"followers": 7, "name": "Anna", AS_READ: typed}
    assert with_as_read(shown, ["followers", "name"]) == shown


def test_a_row_of_an_older_dashboard_keeps_its_numbers(sheet: Sheet) -> None:
    for row in [*sheet.rows(), *sheet.rows("posts")]:
        row.pop(AS_READ)
    before = [dict(row) for row in sheet.rows()]
    sheet.sync()
    assert [{k: v for k, v in row.items() if k != AS_READ} for row in sheet.rows()] == before
    assert all(AS_READ in row for row in sheet.rows("posts"))


cells = st.dictionaries(
    st.sampled_from(["followers", "name", "verified"]),
    st.integers() | st.text() | st.text(min_size=501, max_size=600) | st.booleans(),
)


@given(cells, cells)
def test_cells_come_back_as_they_were_whatever_stands_in_their_place(
    read: dict[str, Any], there: dict[str, Any]
) -> None:
    shown = ["followers", "name", "verified", "status"]
    kept = as_read({**read, "status": "Read"}, shown)
    found = with_as_read({**there, AS_READ: kept}, shown)
    for name in shown[:3]:
        long = isinstance(read.get(name), str) and len(read[name]) > 500
        assert found.get(name) == (there if long else read).get(name)


def test_what_an_older_sheetsync_has_read_since_is_believed(sheet: Sheet) -> None:
    later = at(22).replace(tzinfo=None)
    for row in sheet.rows():
        row.update({"followers": 9999, "read_at~utc": later, "checked~utc": later})
    sheet.sync()
    assert {row["followers"] for row in sheet.rows()} == {9999}


def test_more_than_a_cell_holds_is_not_kept() -> None:
    fields = {"status": "Read", **{f"import_{n}": "x" * 400 for n in range(60)}}
    assert as_read(fields, list(fields)) is None


def test_who_is_forgotten_stands_in_nobody_elses_row_a_second_time(sheet: Sheet) -> None:
    sheet.sync(profile("ben", at(22), followers=2300, name="Ben, of @anna"))
    plan = forget_plan(
        DASHBOARD, sheet.state(), watch("anna"), NOW, find=find, platforms=TOK, salt="s"
    )
    assert plan.erasure is not None
    kept = plan.erasure.cell(str(sheet.row(url("ben"))[AS_READ])) or ""
    assert "(removed)" in kept
    assert "anna" not in kept
    for theirs in ('{"status": "ok", "@anna": 5}', '{"status": 1, "who": ["@anna"]}'):
        assert plan.erasure.names_them(theirs)
        assert "anna" not in (plan.erasure.cell(theirs) or "")
    assert '"followers":2300' in kept


def test_what_an_import_gave_for_a_profile_is_the_profiles_own_wherever_it_was_sorted() -> None:
    profiles = DASHBOARD.tab("profiles")
    tab = replace(profiles, columns=(*profiles.columns, field(1, "Rank", frozenset())))
    cells = {"address": url("anna"), "for": "tok:anna", "import_1": 99, "label": "anna"}
    held = Row(2, {**cells, AS_READ: '{"import_1":7.5,"status":"Read"}'})
    columns = {column.key: at for at, column in enumerate(tab.columns, 1)}
    state = State({"profiles": TabState("Profiles", columns, len(columns), rows=(held,))})
    rows = Rows(tab, state, UTC, NOW, find, TOK)
    assert rows.held("tok:anna", ["import_1", "label"]) == {"import_1": 7.5, "label": "anna"}
