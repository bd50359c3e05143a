"""The one description: it names only what exists, and says of every cell who writes it."""

from __future__ import annotations

import pytest

from sheetsync.dashboard import (
    BOOKKEEPING,
    ROUNDED,
    STEP,
    UTC_OF,
    Column,
    Format,
    LineStyle,
    Tab,
)
from sheetsync.dashboard.posts import POSTS
from sheetsync.dashboard.profiles import PROFILES
from sheetsync.dashboard.tabs import DASHBOARD, HISTORY, dashboard, for_demo
from sheetsync.model import FIELDS, POST_FIELDS, PROFILE_FIELDS

COLUMNS = [pytest.param(t, c, id=f"{t.key}/{c.key}") for t in DASHBOARD.tables for c in t.columns]


@pytest.mark.parametrize(("tab", "column"), COLUMNS)
def test_a_column_is_written_by_the_sync_or_by_the_team(tab: Tab, column: Column) -> None:
    fields = FIELDS[tab.kind or "profile"]
    name = column.value.removesuffix(STEP).removesuffix(UTC_OF)
    written = name in fields or column.value in BOOKKEEPING
    assert column.team or written or column.formula or column.baseline


@pytest.mark.parametrize(("tab", "column"), COLUMNS)
def test_a_baseline_is_of_a_number_that_is_kept_and_has_its_step(tab: Tab, column: Column) -> None:
    if column.baseline and column.baseline.part == "value":
        assert column.baseline.field in tab.fields(tab.kind or "profile")
        assert tab.column(column.key + STEP).baseline


@pytest.mark.parametrize("sources", [{}, {"value": "name", "team": True}, {"formula": "=1"}])
def test_a_column_has_exactly_one_source(sources: dict[str, object]) -> None:
    if len(sources) == 1:
        assert Column("x", "X", **sources)  # type: ignore[arg-type]
    else:
        with pytest.raises(ValueError, match="exactly one"):
            Column("x", "X", **sources)  # type: ignore[arg-type]


@pytest.mark.parametrize("tab", DASHBOARD.tables, ids=lambda tab: tab.key)
def test_keys_and_headers_are_unique_and_no_header_is_blank(tab: Tab) -> None:
    assert len({column.key for column in tab.columns}) == len(tab.columns)
    assert len({column.header for column in tab.columns}) == len(tab.columns)
    assert all(column.header.strip() == column.header != "" for column in tab.columns)


@pytest.mark.parametrize("tab", DASHBOARD.tables, ids=lambda tab: tab.key)
def test_every_number_has_its_step_and_every_time_its_moment(tab: Tab) -> None:
    fields = FIELDS[tab.kind or "profile"]
    values = {column.value for column in tab.columns}
    for name in tab.fields(tab.kind or "profile"):
        if fields[name] == "count":
            assert name + STEP in values
        if fields[name] == "time":
            assert name + UTC_OF in values


def test_the_team_owns_the_addresses_the_group_the_fee_and_what_it_typed() -> None:
    mine = [c.key for c in PROFILES.columns if c.team]
    assert mine == ["address", "group", "fee", "typed_followers", "typed_on"]
    assert [c.key for c in POSTS.columns if c.team] == [
        *("address", "fee", "typed_views", "typed_likes", "typed_comments", "typed_on"),
    ]
    assert PROFILES.columns[0].key == POSTS.columns[0].key == "address"
    assert not any(column.team for column in HISTORY.columns)


def test_every_count_of_the_model_has_a_column() -> None:
    counts = {name for name, kind in PROFILE_FIELDS.items() if kind == "count"}
    assert counts <= set(PROFILES.fields("profile")) & set(HISTORY.fields("profile"))
    assert {n for n, kind in POST_FIELDS.items() if kind == "count"} <= set(POSTS.fields("post"))


def test_biographies_are_kept_only_on_request() -> None:
    assert not any(column.value == "bio" for tab in DASHBOARD.tables for column in tab.columns)
    asked = dashboard(fields=["bio"]).tab("profiles")
    assert "bio" in asked.fields("profile")
    assert [c.key for c in asked.columns if c.key != "bio"] == [c.key for c in PROFILES.columns]


def test_a_rounded_number_shows_it_and_an_exact_one_does_not() -> None:
    followers = PROFILES.column("followers")
    assert followers.pattern(100_000) == ROUNDED
    assert followers.pattern(1) == followers.pattern(None) == "#,##0"
    assert PROFILES.column("fee").pattern(100) == "#,##0.00"


def test_text_from_a_page_stays_text_also_after_an_edit() -> None:
    assert PROFILES.column("name").pattern() == "@"
    assert POSTS.column("caption").format is Format.TEXT


def test_every_setting_of_the_guide_is_a_yellow_cell() -> None:
    lines = [line for line in DASHBOARD.guide.lines if line.setting]
    assert all(line.style is LineStyle.YOURS for line in lines)
    assert [line.text for line in lines if line.setting == "zone"] == ["UTC"]


def test_what_only_machines_need_is_hidden() -> None:
    assert [tab.title for tab in DASHBOARD.tabs if tab.hidden] == ["Trend", "History", "Log"]
    assert not any(c.hidden for tab in DASHBOARD.tables for c in tab.columns if c.team)


def test_every_column_that_people_see_and_the_sheet_computes_says_how() -> None:
    shown = [c for tab in DASHBOARD.tables for c in tab.columns if c.formula and not c.hidden]
    assert [column.key for column in shown if not column.note] == []


def test_the_saver_can_stand_in_the_guide() -> None:
    texts = [line.text for line in dashboard("javascript:void(0)").guide.lines]
    assert "javascript:void(0)" in texts


def test_a_demo_says_so_on_every_tab() -> None:
    assert all(tab.title.startswith("DEMO ") for tab in for_demo(DASHBOARD).tabs)
