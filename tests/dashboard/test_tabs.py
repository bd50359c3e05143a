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
from sheetsync.dashboard.tabs import DASHBOARD, HISTORY, POSTS, PROFILES
from sheetsync.model import FIELDS, POST_FIELDS, PROFILE_FIELDS

COLUMNS = [pytest.param(t, c, id=f"{t.key}/{c.key}") for t in DASHBOARD.tables for c in t.columns]


@pytest.mark.parametrize(("tab", "column"), COLUMNS)
def test_a_column_is_written_by_the_sync_or_by_the_team(tab: Tab, column: Column) -> None:
    fields = FIELDS[tab.kind or "profile"]
    name = column.value.removesuffix(STEP).removesuffix(UTC_OF)
    assert column.team or name in fields or column.value in BOOKKEEPING


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


def test_biographies_are_not_kept() -> None:
    assert not any(column.value == "bio" for tab in DASHBOARD.tables for column in tab.columns)


def test_a_rounded_number_shows_it_and_an_exact_one_does_not() -> None:
    followers = PROFILES.column("followers")
    assert followers.pattern(100_000) == ROUNDED
    assert followers.pattern(1) == followers.pattern(None) == "#,##0"
    assert PROFILES.column("fee").pattern(100) == "#,##0.00"


def test_text_from_a_page_stays_text_also_after_an_edit() -> None:
    assert PROFILES.column("name").pattern() == "@"
    assert POSTS.column("caption").format is Format.TEXT


def test_the_guide_has_one_cell_for_the_time_zone_and_it_is_yellow() -> None:
    [line] = [line for line in DASHBOARD.guide.lines if line.setting]
    assert (line.setting, line.text, line.style) == ("zone", "UTC", LineStyle.YOURS)


def test_only_history_is_hidden() -> None:
    assert [tab.title for tab in DASHBOARD.tabs if tab.hidden] == ["History"]
