"""A text of the page → a typed cell, as if somebody had typed it into a sheet of that locale.

A grouped ``1.031`` is 1031 in nl, it and de and 1.031 in en. What is not surely a number, a date or
a truth value stays text, more often than in Google's sheets, because a wrong number is worse than
none: a day without a year ("6/6", which Google takes for this year's), a time of day, ``(12)``
(which is −12 to a sheet, and a count of reviews to a page), a number of more than 15 digits before
its decimals (an id, which a sheet would round) and digits in groups of which the first begins with
0 (``0,123`` is in no locale 123).

Every number is finite, and every time is naive: a sheet knows neither infinity nor zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

from sheetsync.importxml.failure import NoValue, Reason

Value = None | str | bool | int | float | date | datetime
CellType = Literal["empty", "text", "flag", "number", "date", "time"]

_MAX_TEXT = 100
MOST_DIGITS = 15
#: TRUE and FALSE as sheets of these languages write them; English is read everywhere.
_FLAGS = {
    "de": ("wahr", "falsch"),
    "es": ("verdadero", "falso"),
    "fr": ("vrai", "faux"),
    "it": ("vero", "falso"),
    "nl": ("waar", "onwaar"),
    "pl": ("prawda", "fałsz"),
    "pt": ("verdadeiro", "falso"),
}
#: Codes of languages that have another one in CLDR; systems still write these.
_FORMER = {"no": "nb", "iw": "he", "in": "id", "ji": "yi"}
_SPACES = " \u00a0\u2009\u202f"
_TIME = (
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` typed; ``text`` as the page has it, without outer white space."""

    value: Value
    text: str = ""

    @property
    def type(self) -> CellType:
        if self.value is None:
            return "empty"
        if isinstance(self.value, bool):
            return "flag"
        if isinstance(self.value, datetime):
            return "time"
        if isinstance(self.value, date):
            return "date"
        return "text" if isinstance(self.value, str) else "number"

    def to_json(self) -> dict[str, object]:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {"type": self.type, "value": value, "text": self.text}


EMPTY = Cell(None)


def typed(text: str, locale: str) -> Cell:
    """The cell for a text of the page. Raises NoValue for a locale that CLDR does not have."""
    text = text.strip()
    if not text:
        return EMPTY
    if len(text) > _MAX_TEXT:
        return Cell(text, text)
    typing = typing_of(locale)
    for read in (typing.flag, typing.number, typing.day):
        value = read(text)
        if value is not None:
            return Cell(value, text)
    return Cell(text, text)


def known_locale(code: str) -> bool:
    return _locale(code) is not None


@cache
def typing_of(code: str) -> Typing:
    locale = _locale(code)
    if locale is None:
        raise NoValue(
            Reason.LOCALE,
            f"“{code[:20]}” is no locale that is known here.",
            hint="Write a language and a country, e.g. nl_NL, it_IT or en_US.",
        )
    return Typing(locale)


def _locale(code: str) -> Locale | None:
    language, _, rest = code.strip().replace("-", "_").partition("_")
    language = _FORMER.get(language.lower(), language)
    try:
        found = Locale.parse(f"{language}_{rest}" if rest else language)
    except (ValueError, TypeError, UnknownLocaleError):
        return None
    return found


class Typing:
    """How one locale writes numbers, dates, TRUE and FALSE."""

    def __init__(self, locale: Locale) -> None:
        own = _FLAGS.get(locale.language, ("true", "false"))
        self._flags = {"true": True, "false": False, own[0]: True, own[1]: False}
        symbols = locale.number_symbols["latn"]
        self._decimal = symbols["decimal"]
        self._group = _SPACES if symbols["group"].isspace() else symbols["group"]
        if "’" in self._group:
            self._group += "'"
        self._number = _number_pattern(locale, self._group, self._decimal)
        self._order, self._days = _day_patterns(locale)
        self._months = dict(_months(locale))

    def flag(self, text: str) -> bool | None:
        return self._flags.get(text.casefold())

    def number(self, text: str) -> int | float | None:
        found = self._number.fullmatch(text)
        if found is None or (found["symbol"] and found["unit"]):
            return None
        whole = re.sub(f"[{re.escape(self._group)}]", "", found["whole"] or "")
        decimals = found["decimals"] or found["bare"] or ""
        power = int(found["power"] or 0)
        if len(whole.lstrip("0")) > MOST_DIGITS:
            return None
        minus = "-" if found["sign"] in ("-", "−") else ""
        value = Decimal(f"{minus}{whole or 0}.{decimals or 0}").scaleb(power)
        if "%" in text:
            value /= 100
        if value == value.to_integral_value() and abs(value) < 10**MOST_DIGITS:
            return int(value)
        return float(value) if abs(value) < Decimal("1e300") else None

    def day(self, text: str) -> date | None:
        for pattern in self._days:
            if found := pattern.fullmatch(text):
                return self._moment(found)
        return None

    def _moment(self, found: re.Match[str]) -> date | None:
        month = found["month"]
        number = int(month) if month.isdigit() else self._months.get(month.casefold().rstrip("."))
        try:
            day = date(_year(found["year"]), number or 0, int(found["day"]))
            return day if found["hour"] is None else _at(day, found)
        except ValueError:
            return None


def _at(day: date, found: re.Match[str]) -> datetime:
    hour = int(found["hour"])
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half in "pP" else 0)
    minute, second = int(found["minute"]), int(found["second"] or 0)
    return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001  a sheet's


def _year(text: str) -> int:
    """Two digits: 00 to 29 are this century, as in Google's sheets."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 30 else 1900)


def _number_pattern(locale: Locale, group: str, decimal: str) -> re.Pattern[str]:
    separator = f"[{re.escape(group)}]"
    # "1 031" is one number only when one kind of space groups it.
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>{separator})[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    if tuple(locale.decimal_formats[None].grouping) == (3, 2):
        grouped += rf"|[1-9][0-9]?(?:{separator}[0-9]{{2}})*{separator}[0-9]{{3}}"
    symbols = "|".join(re.escape(symbol) for symbol in _currencies(locale)) or "(?!)"
    return re.compile(
        rf"(?:(?P<symbol>{symbols})\s?)?(?P<sign>[-+−])?"
        rf"(?:(?P<whole>{grouped}|[0-9]+)(?:{re.escape(decimal)}(?P<decimals>[0-9]+))?"
        rf"|(?={re.escape(decimal)}[0-9]){re.escape(decimal)}(?P<bare>[0-9]+))"
        rf"(?:[eE](?P<power>[-+]?[0-9]{{1,3}}))?(?:\s?(?P<unit>%|{symbols}))?"
    )


def _currencies(locale: Locale) -> Iterable[str]:
    """The signs of the locale's own money: a sheet takes "$29.99" for a number in en_US only."""
    territory = locale.territory
    if territory is None:
        likely: str = get_global("likely_subtags").get(locale.language, "")
        territory = likely.rpartition("_")[2]
    codes = get_territory_currencies(territory) if len(territory) == 2 else []
    return {sign for code in codes for sign in (locale.currency_symbols.get(code, code), code)}


def _day_patterns(locale: Locale) -> tuple[str, list[re.Pattern[str]]]:
    """Days in digits, in the locale's order or ISO's; and with the month's name."""
    short = locale.date_formats["short"].pattern
    order = "".join(dict.fromkeys(sign.lower() for sign in short if sign in "dMy"))
    own = next((sign for sign in short if sign in "/-."), "/")
    part = {"d": r"(?P<day>\d{1,2})", "m": r"(?P<month>\d{1,2})"}
    full = {**part, "y": r"(?P<year>\d{4})"}
    brief = {**part, "y": r"(?P<year>\d{2})"}
    signs = dict.fromkeys((own, "/", "-"))
    day, year = full["d"], full["y"]
    name = r"(?P<month>[^\W\d_]+\.?)"
    forms = [re.escape(sign).join(full[letter] for letter in order) for sign in signs]
    forms += [
        re.escape(own).join(brief[letter] for letter in order),
        rf"{year}-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{day}\.?(?:\s|-)(?:de\s)?{name}(?:,?\s|-)(?:de\s)?{year}",
        rf"{name}\s{day},?\s{year}",
    ]
    return order, [re.compile(form + _TIME) for form in forms]


def _months(locale: Locale) -> Iterator[tuple[str, int]]:
    for one in (Locale.parse("en"), locale):
        for widths in one.months.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths[width].items():
                    yield name.casefold().rstrip("."), number
