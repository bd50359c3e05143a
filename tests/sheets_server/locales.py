"""What a spreadsheet's locale decides: decimal signs, separators, the forms of dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from babel import Locale, UnknownLocaleError

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serials are wall time, in no zone


@dataclass(frozen=True)
class Signs:
    """``argument`` separates arguments, ``column`` the columns of an array literal."""

    decimal: str
    group: str
    argument: str
    column: str
    date: str

    @property
    def comma(self) -> bool:
        return self.decimal == ","


@cache
def signs(locale: str) -> Signs:
    """Raises ValueError for a name that is no locale.

    Where the decimal sign is a comma, arguments are separated by ";" and array columns by "\\".
    """
    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(locale) from error
    symbols = known.number_symbols.get("latn", {})
    decimal = symbols.get("decimal", ".")
    group = symbols.get("group", ",")
    comma = decimal == ","
    date = _date_pattern(locale)
    return Signs(decimal, group, ";" if comma else ",", "\\" if comma else ",", date)


def _date_pattern(locale: str) -> str:
    """The pattern of a plain date. en_US "M/d/yyyy" [unverified for all others]."""
    pattern = str(Locale.parse(locale).date_formats["short"])
    pattern = re.sub(r"(?<!y)y{1,2}(?!y)", "yyyy", pattern)
    return re.sub(r"'[^']*'|[^yMd./\- ]", "", pattern).strip()


def number_from(text: str, locale: str) -> tuple[float, str] | None:
    """A typed number and the kind of format that it brings ("", PERCENT, CURRENCY)."""
    mark = signs(locale)
    body, kind = text.strip(), ""
    if body.endswith("%"):
        body, kind = body[:-1].strip(), "PERCENT"
    elif body[:1] in "$€£" or body[1:2] in ("$", "€", "£"):
        body, kind = re.sub("[$€£]", "", body, count=1).strip(), "CURRENCY"
    group = re.escape(mark.group) if mark.group.strip() else "[ \u00a0\u202f]"
    decimal = re.escape(mark.decimal)
    whole = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
    if not re.fullmatch(rf"[+-]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d+)?", body):
        return None
    plain = re.sub(group, "", body).replace(mark.decimal, ".")
    value = float(plain)
    return (value / 100 if kind == "PERCENT" else value), kind


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_LOCAL = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})$")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?$")


def date_from(text: str, locale: str) -> tuple[float, str, str] | None:
    """A typed date or time: serial, kind, and the pattern that it is shown by."""
    body = text.strip()
    iso = _ISO.match(body)
    if iso:
        year, month, day, hour, minute, second = (int(part or 0) for part in iso.groups())
        timed = iso[4] is not None
        pattern = "yyyy-mm-dd" + (" h:mm:ss" if timed else "")
        return _serial((year, month, day, hour, minute, second), timed, pattern)
    time = _TIME.match(body)
    if time:
        hour, minute, second = (int(part or 0) for part in time.groups())
        if hour > 23 or minute > 59 or second > 59:
            return None
        return (hour * 3600 + minute * 60 + second) / 86400, "TIME", "h:mm:ss"
    local = _LOCAL.match(body)
    return _local_date(local, locale) if local else None


def _local_date(parts: re.Match[str], locale: str) -> tuple[float, str, str] | None:
    pattern = signs(locale).date
    order = [letter for letter in dict.fromkeys(pattern) if letter in "yMd"]
    given = dict(zip(order, (int(part) for part in parts.groups()), strict=True))
    year = given["y"] + (2000 if given["y"] < 30 else 1900 if given["y"] < 100 else 0)
    return _serial((year, given["M"], given["d"], 0, 0, 0), timed=False, pattern=pattern)


def _serial(
    parts: tuple[int, int, int, int, int, int], timed: bool, pattern: str
) -> tuple[float, str, str] | None:
    try:
        moment = datetime(*parts)  # noqa: DTZ001
    except ValueError:
        return None
    serial = (moment - EPOCH) / timedelta(days=1)
    return serial, "DATE_TIME" if timed else "DATE", pattern
