"""Texts of pages as a sheet of each locale would type them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.importxml import NoValue
from sheetsync.importxml.cells import typed

LOCALES = ["en_US", "en_GB", "nl_NL", "nl_BE", "it_IT", "de_DE", "de_CH", "fr_FR", "es_ES", "pt_BR"]
LOCALES += ["pl_PL", "sv_SE", "da_DK", "en_IN"]
DAY = date(2026, 11, 22)


def at(time: str) -> datetime:
    """A sheet's time, which has no zone."""
    return datetime.fromisoformat(f"2026-11-22T{time}")


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("1.031", "nl_NL", 1031),
        ("1.031", "it_IT", 1031),
        ("1.031", "de_DE", 1031),
        ("1.031", "en_US", 1.031),
        ("1,031", "en_US", 1031),
        ("1,031", "nl_NL", 1.031),
        ("8.832", "nl", 8832),
        ("1 031", "fr_FR", 1031),
        ("0,123", "en_US", "0,123"),  # a group does not begin with 0: it is 0.123 of elsewhere
        ("00,123", "en_US", "00,123"),
        ("-0,500", "en_US", "-0,500"),
        ("0,500%", "en_US", "0,500%"),
        ("012,345", "en_US", "012,345"),
        ("0.100", "nl_NL", "0.100"),
        ("€0.500", "nl_NL", "€0.500"),
        ("0.1.000", "de_DE", "0.1.000"),
        ("0,00,000", "en_IN", "0,00,000"),
        ("0 123", "fr_FR", "0 123"),
        ("0,5", "nl_NL", 0.5),
        ("0.500", "en_US", 0.5),
        ("100,000", "en_US", 100_000),
        ("1 031,5", "no_NO", 1031.5),  # what systems call nb_NO
        ("1234567890123456.5", "en_US", "1234567890123456.5"),
        ("1\u202f031\u202f000", "fr_FR", 1_031_000),
        ("1’031", "de_CH", 1031),
        ("1,00,000", "en_IN", 100_000),
        ("1,23", "en_US", "1,23"),  # no group has two digits
        ("1.234.56", "de_DE", "1.234.56"),
        ("1 031\u00a0000", "fr_FR", "1 031\u00a0000"),  # two kinds of space: two numbers
        ("12", "en_US", 12),
        ("-5", "en_US", -5),
        ("−5", "sv_SE", -5),
        ("+5", "en_US", 5),
        (".5", "en_US", 0.5),
        ("5,14 %", "de_DE", 0.0514),
        ("50%", "en_US", 0.5),
        ("1E5", "en_US", 100_000),
        ("1e999", "en_US", "1e999"),
        ("007", "en_US", 7),
        ("0.1", "en_US", 0.1),
        ("$29.99", "en_US", 29.99),
        ("-$5", "en_US", "-$5"),
        ("€ 12,50", "nl_NL", 12.5),
        ("12,50 €", "de_DE", 12.5),
        ("£51.77", "en_US", "£51.77"),  # not this locale's money
        ("7104312345678901234", "en_US", "7104312345678901234"),  # an id, which a sheet rounds
        ("999999999999999", "en_US", 999_999_999_999_999),
        ("TRUE", "nl_NL", True),
        ("onwaar", "nl_NL", False),
        ("WAHR", "de_DE", True),
        ("yes", "en_US", "yes"),
        ("", "en_US", None),
        ("  \n ", "en_US", None),
        ("(12)", "en_US", "(12)"),
        ("1.2M", "en_US", "1.2M"),
        ("12²", "en_US", "12²"),
        ("٣", "en_US", "٣"),
        ("6/6", "en_US", "6/6"),
        ("12:30", "en_US", "12:30"),
        ("=1+1", "en_US", "=1+1"),
        ("-", "en_US", "-"),
        ("1-2-3", "en_US", "1-2-3"),
        ("11/22/2026", "en_US", DAY),
        ("22/11/2026", "en_GB", DAY),
        ("22/11/2026", "en_US", "22/11/2026"),  # there is no month 22
        ("22-11-2026", "nl_NL", DAY),
        ("22.11.2026", "de_DE", DAY),
        ("22.11.26", "de_DE", DAY),
        ("2026-11-22", "it_IT", DAY),
        ("22 nov 2026", "nl_NL", DAY),
        ("22. November 2026", "de_DE", DAY),
        ("22 de novembro de 2026", "pt_BR", DAY),
        ("Nov 22, 2026", "en_US", DAY),
        ("November 22 2026 3:05 PM", "en_US", at("15:05:00")),
        ("2026-11-22 05:17:09", "en_US", at("05:17:09")),
        ("11/22/2026 25:00", "en_US", "11/22/2026 25:00"),
        ("1.2.2026", "en_US", "1.2.2026"),
    ],
)
def test_a_text_is_typed_by_the_locale(text: str, locale: str, value: Any) -> None:
    found = typed(text, locale).value
    assert (found, type(found)) == (value, type(value))


def test_the_cell_keeps_the_text_of_the_page() -> None:
    assert typed(" 1.031 ", "nl_NL").text == "1.031"


@pytest.mark.parametrize("code", ["xx_YY", "", "nl_NL_extra_long", "nl NL", "../etc", "en_US\x00"])
def test_a_locale_that_nobody_knows_is_an_error(code: str) -> None:
    with pytest.raises(NoValue) as caught:
        typed("1.031", code)
    assert (caught.value.cell, caught.value.reason) == ("#VALUE!", "locale")


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(LOCALES))
def test_a_whole_number_as_each_locale_prints_it(number: int, locale: str) -> None:
    assert typed(format_decimal(number, locale=locale), locale).value == number


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(LOCALES))
def test_a_decimal_number_as_each_locale_prints_it(number: Any, locale: str) -> None:
    printed = format_decimal(number, locale=locale)
    assert typed(printed, locale).value == pytest.approx(float(number), abs=1e-9)


@given(
    st.dates(date(1930, 1, 1), date(2029, 12, 31)),
    st.sampled_from(LOCALES),
    st.sampled_from(["short", "medium", "long"]),
)
def test_a_day_as_each_locale_prints_it(day: date, locale: str, length: Any) -> None:
    assert typed(format_date(day, length, locale=locale), locale).value == day


@given(st.text(), st.sampled_from(LOCALES))
def test_any_text_is_a_cell_that_holds_it(text: str, locale: str) -> None:
    cell = typed(text, locale)
    assert cell.text == text.strip()
    assert (cell.value is None) == (not text.strip())
