"""Values as people see them: number patterns and the plain form of a number.

Recorded: plain numbers in en_US and ISO dates. Everything else is [unverified].
"""

from __future__ import annotations

import re
from datetime import timedelta
from math import floor, log10
from typing import Any

from tests.sheets_server.errors import Json
from tests.sheets_server.locales import EPOCH, signs

_DATES = ("DATE", "TIME", "DATE_TIME")
_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MONTHS = "January February March April May June July August September October November December"
_TOKEN = re.compile(r"y{2,4}|[mM]{1,4}|d{1,4}|[hH]{1,2}|s{1,2}|am/pm|AM/PM|\"[^\"]*\"|\\.|.")


def shown(value: Any, number_format: Json | None, locale: str) -> str:
    """``formattedValue`` of a value that was entered or computed."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if not isinstance(value, int | float):
        return str(value)
    kind = (number_format or {}).get("type", "")
    pattern = (number_format or {}).get("pattern", "")
    if kind == "TEXT":
        return plain(value, locale)
    if is_date(number_format):
        return dated(value, pattern or _default(kind, locale))
    pattern = pattern or {"PERCENT": "0.00%", "CURRENCY": "$#,##0.00"}.get(kind, "")
    return patterned(value, pattern, locale) if pattern else plain(value, locale)


def is_date(number_format: Json | None) -> bool:
    return (number_format or {}).get("type") in _DATES


def _default(kind: str, locale: str) -> str:
    day = signs(locale).date
    return {"DATE": day, "TIME": "h:mm:ss", "DATE_TIME": f"{day} h:mm:ss"}[kind]


def plain(value: float, locale: str) -> str:
    """The automatic format: ten significant digits, E+ from 1e15 on."""
    if value == 0:
        return "0"
    if abs(value) >= 1e15 or abs(value) < 1e-9:
        mantissa, _, power = f"{value:.5E}".partition("E")
        text = f"{mantissa.rstrip('0').rstrip('.')}E{int(power):+03d}"
    else:
        places = max(0, 9 - floor(log10(abs(value))))
        text = f"{value:.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", signs(locale).decimal)


def dated(serial: float, pattern: str) -> str:
    """A serial by a pattern. ``m`` beside hours or seconds is minutes, else months."""
    moment = EPOCH + timedelta(seconds=round(serial * 86400))
    tokens = _TOKEN.findall(pattern)
    letters = [token[0].lower() if token[0].isalpha() else "" for token in tokens]
    named = [one for one in letters if one]
    half = any(token.lower() == "am/pm" for token in tokens)
    text, seen = "", -1
    for token, letter in zip(tokens, letters, strict=True):
        seen += bool(letter)
        around = named[max(seen - 1, 0) : seen + 2]
        minutes = letter == "m" and token[0] == "m" and ("h" in around or "s" in around)
        text += _part(token, letter, moment, minutes=minutes, half=half)
    return text


def _part(  # noqa: PLR0911 - one line a letter
    token: str, letter: str, moment: Any, *, minutes: bool, half: bool
) -> str:
    long = len(token)
    if letter == "y":
        return f"{moment.year:04d}" if long > 2 else f"{moment.year % 100:02d}"
    if letter == "m":
        number = moment.minute if minutes else moment.month
        name = _MONTHS.split()[moment.month - 1]
        return name if long == 4 else name[:3] if long == 3 else f"{number:0{long}d}"
    if letter == "d":
        name = _DAY[moment.weekday()].title()
        return name if long > 2 else f"{moment.day:0{long}d}"
    if letter == "h":
        hour = (moment.hour % 12 or 12) if half else moment.hour
        return f"{hour:0{long}d}"
    if letter == "s":
        return f"{moment.second:0{long}d}"
    if token.lower() == "am/pm":
        return "AM" if moment.hour < 12 else "PM"
    return token.strip('"') if token[0] == '"' else token[-1]


def patterned(value: float, pattern: str, locale: str) -> str:
    """A number by a pattern of 0, #, comma, point, percent, quotes and up to three sections."""
    sections = _sections(pattern)
    negative = value < 0
    if negative and len(sections) > 1:
        return _section(-value, sections[1], locale)
    if value == 0 and len(sections) > 2:
        return _section(0, sections[2], locale)
    return ("-" if negative else "") + _section(abs(value), sections[0], locale)


def _sections(pattern: str) -> list[str]:
    return re.findall(r'((?:"[^"]*"|\\.|[^;])*)(?:;|$)', pattern)[: pattern.count(";") + 1]


def _section(value: float, pattern: str, locale: str) -> str:
    pattern = re.sub(r"\[[^\]]*\]", "", pattern)
    number = re.search(r"[#0?][#0?,.]*", re.sub(r'"[^"]*"', lambda m: "\0" * len(m[0]), pattern))
    if not number:
        return _literal(pattern)
    core = number[0]
    value *= 100 if "%" in pattern else 1
    while core.endswith(","):
        core, value = core[:-1], value / 1000
    whole, _, part = core.partition(".")
    text = f"{value:.{len(part)}f}"
    digits, _, fraction = text.partition(".")
    digits = digits.rjust(whole.count("0"), "0")
    digits = "" if digits == "0" and "0" not in whole else digits
    if "," in whole:
        digits = re.sub(r"(?<=\d)(?=(\d{3})+$)", signs(locale).group, digits)
    least = part.count("0")
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    done = digits + (signs(locale).decimal + fraction if fraction else "")
    return _literal(pattern[: number.start()]) + done + _literal(pattern[number.end() :])


def _literal(text: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)|_.|\*.', lambda m: m[1] or m[2] or "", text)
