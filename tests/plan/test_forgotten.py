"""What goes when a person is forgotten, and what stays of everybody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.model import Outcome, Profile
from sheetsync.plan import State, forget_plan
from sheetsync.plan.erasure import erasure_of
from tests.plan.sheet import NOW, TOK, Sheet, at, find, post, profile, url, watch


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


def test_a_record_of_somebody_forgotten_is_no_news_of_anybody(sheet: Sheet) -> None:
    sheet.sync(profile("anna", NOW, Outcome.FORGOTTEN, followers=1))
    assert (sheet.rows(), sheet.history()) == ([], {})


def test_forgetting_plans_rows_to_empty_and_marks_to_keep(sheet: Sheet) -> None:
    seen = post("7", "anna", views=9)
    sheet.sync(
        profile("anna", at(21), followers=10, name="Anna B", account_id="900100", posts=[seen]),
        profile("ben", at(21), followers=20, name="Ben", account_id="900200"),
        profile("anna.new", at(22), followers=11, name="Anna B", account_id="900100"),
    )
    plan = forget_plan(
        DASHBOARD, sheet.state(), watch("anna"), NOW, find=find, platforms=TOK, salt="s"
    )
    erasure = plan.erasure
    assert erasure is not None
    assert erasure.keys == {"tok:anna", "tok:anna.new"}  # one account under two handles
    assert {t: len(rows) for t, rows in erasure.rows.items()} == {"profiles": 2, "posts": 1}
    assert [erasure.is_of(*row) for row in (("tok:anna", ""), ("tok:x", "900100"))] == [True, True]
    assert not erasure.is_of("tok:ben", "900200")
    assert plan.choices["labels"] == ("@ben",)
    assert all(value != "tok:anna" for value in plan.fills["trend"].values())
    assert "forgotten 1" in plan.fills["log"].values()
    assert plan.forgotten.about(watch("anna.new"))
    assert not plan.forgotten.about(watch("ben"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ask @anna.", "ask (removed)."),
        ("ask @ANNA today", "ask (removed) today"),
        ("@anna.b and @annab are others", "@anna.b and @annab are others"),
        ("my_anna", "my_anna"),
        ("anna", None),
        ("see https://tok.test/@anna/video/7?x=1 now", "see (removed) now"),
        ("Anna  B", None),
        ("Anna Bakker and anna in a sentence", "Anna Bakker and anna in a sentence"),
        ("tok:anna", None),
        ("id 900100", "id (removed)"),
        ("1900100", "1900100"),
        ("", ""),
    ],
)
def test_a_text_loses_the_person_and_nothing_else(
    sheet: Sheet, text: str, left: str | None
) -> None:
    sheet.sync(profile("anna", at(21), followers=1, name="Anna B", account_id="900100"))
    erasure = erasure_of(sheet.state(), watch("anna"), find)
    assert erasure.cell(text) == left


def test_a_longer_name_of_somebody_else_is_not_cut_into(sheet: Sheet) -> None:
    sheet.sync(
        profile("anna", at(21), followers=1, name="Anna Bakt Brood"),
        profile("anna2", at(21), followers=1, name="Anna Bakt Brood Twee"),
        profile("dr.anna", at(21), followers=1, name="Dr. Anna Bakt Brood"),
    )
    clean = erasure_of(sheet.state(), watch("anna"), find).cell
    assert clean("Anna Bakt Brood Twee") == "Anna Bakt Brood Twee"
    assert clean("Bio of Anna Bakt Brood  Twee here") == "Bio of Anna Bakt Brood  Twee here"
    assert clean("Dr. Anna Bakt Brood") == "Dr. Anna Bakt Brood"
    assert clean("ask Anna Bakt Brood Twelve") == "ask (removed) Twelve"
    assert clean("Anna Bakt Brood, and Anna Bakt Brood Twee") == (
        "(removed), and Anna Bakt Brood Twee"
    )


def test_the_address_of_a_person_and_the_ids_of_their_posts_go_however_they_are_written(
    sheet: Sheet,
) -> None:
    seen = post("7000000001", "anna", views=9)
    sheet.sync(profile("anna", at(21), followers=10, posts=[seen]))
    clean = erasure_of(sheet.state(), watch("anna"), find).cell
    assert clean("see https://tok.test/%40anna now") == "see (removed) now"
    assert clean("video 7000000001") == "video (removed)"


@pytest.mark.parametrize("word", ["saved", "clock", "tok", "universal", "Read", "Followers"])
def test_our_own_words_are_nobodys_name_where_they_stand_alone(sheet: Sheet, word: str) -> None:
    sheet.sync(profile(word.lower(), at(21), followers=1), profile("ben", at(21), followers=2))
    plan = forget_plan(
        *(DASHBOARD, sheet.state(), watch(word.lower()), NOW),
        find=find,
        platforms=TOK,
        salt="s",
        spoken=["tok", "universal"],
    )
    assert plan.erasure is not None
    assert plan.erasure.cell(word) == word
    assert plan.erasure.cell(f"ask @{word}") == "ask (removed)"
    lost = [c for c in plan.changes if c.old is not None and c.new is None]
    assert not lost, "nobody else's cell is emptied"


@given(st.text(max_size=60))
def test_no_text_is_too_strange_to_be_cleaned(text: str) -> None:
    erasure = erasure_of(State(), Profile("tok", "an.na", url("an.na")), find)
    once = erasure.cell(text)
    assert once is None or not erasure.names_them(once)
    assert erasure.formula(f'="{text}"&A1').startswith("=") or text.startswith('"')


@pytest.mark.parametrize(
    ("handle", "text", "left"),
    [
        ("nasa", "a trip to nasa", "a trip to nasa"),  # may be the place: only told by @
        ("nasa", "a trip to @nasa", "a trip to (removed)"),
        ("nasa", " nasa ", None),
        ("stien_dd", "ask stien_dd", "ask (removed)"),
        ("celinedept", "ask celinedept", "ask (removed)"),
    ],
)
def test_a_plain_short_word_is_a_name_only_where_it_can_be_nothing_else(
    handle: str, text: str, left: str | None
) -> None:
    assert erasure_of(State(), watch(handle), find).cell(text) == left


def test_a_formula_stays_a_formula() -> None:
    erasure = erasure_of(State(), watch("sum_dd"), find)
    source = 'VLOOKUP("@sum_dd",A:B,2)+sum_dd'
    assert erasure.formula(source) == 'VLOOKUP("(removed)",A:B,2)+sum_dd'
