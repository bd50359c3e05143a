"""What the columns of Profiles and Posts have in common: how one is made, and shared formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sheetsync.dashboard import STEP, Baseline, Column, Format
from sheetsync.dashboard.words.headings import header, note


def team(tab: str, key: str, format: Format = Format.TEXT, width: float = 12) -> Column:
    """A column that the team types into."""
    return Column(key, header(key, tab), format, team=True, width=width, note=note(key, tab))


def read(
    tab: str, key: str, format: Format = Format.TEXT, width: float = 12, **more: Any
) -> Column:
    """A column that the sync writes and people see."""
    named: dict[str, Any] = {"value": key, "width": width, "note": note(key, tab)}
    return Column(key, header(key, tab), format, **named, **more)


def formula(
    tab: str, key: str, source: str, format: Format, width: float = 11, **more: Any
) -> Column:
    """A column that the sheet computes and people see."""
    named: dict[str, Any] = {"formula": source, "width": width, "note": note(key, tab)}
    return Column(key, header(key, tab), format, **named, **more)


def hidden(
    tab: str, key: str, format: Format = Format.TEXT, width: float = 12, formula: str = ""
) -> Column:
    """What formulas and the next sync need; a value of the sync's unless there is a formula."""
    value = "" if formula else key
    head, about = header(key, tab), note(key, tab)
    return Column(
        key, head, format, value=value, formula=formula, width=width, hidden=True, note=about
    )


def baselines(tab: str, compared: Mapping[int, Sequence[str]]) -> Iterator[Column]:
    """For each span the day of the earlier reading, and of each field its value and step."""
    for days, fields in compared.items():
        yield _baseline(tab, f"day_{days}d", Format.DATE, Baseline("", days, "day"))
        for name in fields:
            key = f"{name}_{days}d"
            yield _baseline(tab, key, Format.COUNT, Baseline(name, days))
            yield _baseline(tab, key + STEP, Format.COUNT, Baseline(name, days, "step"))


def _baseline(tab: str, key: str, format: Format, baseline: Baseline) -> Column:
    return Column(key, header(key, tab), format, baseline=baseline, hidden=True)


def guarded(source: str) -> str:
    """Blank when column A says another address than the one that the row's numbers are of."""
    return f'IF([@address]<>[@for_address],"",{source})'


def _rounding(key: str) -> str:
    """By how much a number may be off: its step, and 0 for an exact one."""
    return f"IF(N([@{key}~step])>1,[@{key}~step],0)"


def change(now: str, before: str) -> str:
    """The difference of two numbers, or "<100k" when their steps cannot prove one."""
    off = f"({_rounding(now)}+{_rounding(before)})"
    less = f"[@{now}]-[@{before}]"
    unproven = f'"<"&IF({off}>=1000000,{off}/1000000&"M",IF({off}>=1000,{off}/1000&"k",{off}))'
    return guarded(
        f'IF(OR([@{now}]="",[@{before}]=""),"",IF(AND({off}>0,ABS({less})<{off}),{unproven},{less}))'
    )


def over(days: int) -> str:
    """Over how many days the difference really is, where it is not over ``days``."""
    true = f"INT([@read_at])-[@day_{days}d]"
    return guarded(f'IF(OR([@read_at]="",[@day_{days}d]=""),"",IF({true}={days},"",{true}))')


def ratio(part: str, whole: str) -> str:
    """A rate; blank without its parts, and over 100 %, which can only be a mistake."""
    rate = f"({part})/({whole})"
    return f'IF(N({whole})=0,"",IF(OR({rate}>1,{rate}<0),"",{rate}))'


def counted(key: str) -> str:
    """How many, blank for none."""
    return f'IF(N([@{key}])=0,"",[@{key}])'
