"""The tab Profiles: a row for each profile that is watched."""

from __future__ import annotations

from typing import Any

from sheetsync.dashboard import AS_READ, STEP, UTC_OF, WINDOW, Column, Format, Signal, Tab
from sheetsync.dashboard.rows import (
    baselines,
    change,
    counted,
    formula,
    guarded,
    hidden,
    over,
    ratio,
    read,
    team,
)
from sheetsync.dashboard.words import Status
from sheetsync.dashboard.words.guide import BENCHMARK
from sheetsync.dashboard.words.headings import CARDS, NEEDS, TITLES

KEY = "profiles"
COUNTS = ("followers", "following", "likes", "posts")
#: Which numbers are compared with their own of earlier days, and over how many.
SPANS = (1, 7, 28)
COMPARED = {1: ("followers",), 7: ("followers", "likes", "posts"), 28: ("followers", "posts")}


def _team(key: str, format: Format = Format.TEXT, width: float = 12) -> Column:
    return team(KEY, key, format, width)


def _read(key: str, format: Format = Format.TEXT, width: float = 12, **more: Any) -> Column:
    return read(KEY, key, format, width, **more)


def _formula(key: str, source: str, format: Format, width: float = 11, **more: Any) -> Column:
    return formula(KEY, key, source, format, width, **more)


def _gained(days: int) -> Column:
    key = f"change_{days}d"
    source = change("followers", f"followers_{days}d")
    about = ("followers~step", f"followers_{days}d~step")
    return _formula(key, source, Format.COUNT, 12, about=about, signal=Signal.RISE)


def _growth(days: int) -> Column:
    return _formula(
        f"growth_{days}d",
        f"IF(ISNUMBER([@change_{days}d]),IF([@followers_{days}d]>0,"
        f'[@change_{days}d]/[@followers_{days}d],""),"")',
        Format.PERCENT,
    )


def _over(days: int) -> Column:
    return _formula(f"over_{days}d", over(days), Format.COUNT, 9)


def _changed(field: str, days: int) -> Column:
    about = (field + STEP, f"{field}_{days}d{STEP}")
    source = change(field, f"{field}_{days}d")
    return _formula(f"{field}_change_{days}d", source, Format.COUNT, about=about)


_VIEWS = ",".join(f"[@views_{number}]" for number in range(1, WINDOW + 1))


def _of_views(function: str) -> str:
    return guarded(f'IF(COUNT({_VIEWS})=0,"",{function}({_VIEWS}))')


def _usual(end: str) -> str:
    """The end of the usual band for the row's followers."""
    source = f"guide[usual_{len(BENCHMARK)}_{end}]"
    for number in range(len(BENCHMARK) - 1, 0, -1):
        source = f"IF([@followers]<{BENCHMARK[number][1]},guide[usual_{number}_{end}],{source})"
    return source


_BAND = (
    f'IF(OR([@engagement]="",[@followers]="",[@platform]<>"tiktok"),"",'
    f'IF(OR([@engagement_n]<3,[@followers]<{BENCHMARK[0][1]}),"",'
    f'IF([@engagement]<{_usual("from")},"below usual",'
    f'IF([@engagement]>{_usual("to")},"above usual","usual"))))'
)

_IN = (
    f"IF(OR([@address]<>[@for_address],[@twice]=1),0,"
    f'IF(OR(dashboard[group]="",dashboard[group]="{CARDS["all"]}",dashboard[group]=[@group]),1,0))'
)


def _to_add(days: int) -> Column:
    """Gains that may be added up: exact on both days, not old, and not over many more days."""
    limit = "1" if days == 1 else f"guide[late_{days}]"
    late = f'IF(INT([@read_at])-[@day_{days}d]>{limit},"",[@change_{days}d])'
    source = (
        f"IF(AND([@fresh]=1,ISNUMBER([@change_{days}d]),[@followers~step]=1,"
        f'[@followers_{days}d~step]=1),{late},"")'
    )
    return hidden(KEY, f"gained_{days}d", Format.COUNT, formula=source)


_SILENT = "TODAY()-INT([@last_post])"
_JUMP = "ABS([@change_1d])/[@followers_1d]*100"
_NEEDS = guarded(
    'IF([@in]=0,"",'
    f'IF([@status]="{Status.CHANGED}",[@label]&"{NEEDS["changed"]}",'
    f'IF([@status]="{Status.PRIVATE}",[@label]&"{NEEDS["private"]}",'
    f'IF([@status]="{Status.GONE}",[@label]&"{NEEDS["gone"]}",'
    f'IF([@read_at]="",IF([@status]="{Status.REFUSED}",[@label]&"{NEEDS["refused"]}",""),'
    f'IF([@age]>guide[old_after],[@label]&"{NEEDS["old_1"]}"&[@age]&"{NEEDS["old_2"]}",'
    'IF(IF(AND(ISNUMBER([@change_1d]),N([@followers_1d])>0,[@over_1d]=""),'
    f"{_JUMP},0)>=guide[jump_percent],"
    f'[@label]&"{NEEDS["jump_1"]}"&IF([@change_1d]>0,"+","-")&ROUND({_JUMP},0)&"{NEEDS["jump_2"]}",'
    f'IF(IF(OR([@last_post]="",N([@posts_change_7d])>0),0,{_SILENT})>=guide[silent_after],'
    f'[@label]&"{NEEDS["silent_1"]}"&{_SILENT}&"{NEEDS["silent_2"]}",""))))))))'
)

PROFILES = Tab(
    KEY,
    TITLES[KEY],
    (
        _team("address", width=36),
        _team("group"),
        _team("fee", Format.MONEY),
        _read("handle", width=18),
        _read("platform"),
        _read("name", width=22),
        _read("status", width=18, signal=Signal.STATUS),
        _read("followers", Format.COUNT, 14),
        _formula("trend", guarded('""'), Format.TEXT, 14, spark=True),
        _gained(1),
        _over(1),
        _gained(7),
        _growth(7),
        _over(7),
        _gained(28),
        _growth(28),
        _over(28),
        _formula("rank", 'IF([@mover]="","",RANK([@mover],profiles[mover]))', Format.COUNT, 9),
        _formula("engagement", guarded(ratio("[@rated_sum]", "[@rated_views]")), Format.PERCENT),
        _formula("engagement_n", guarded(counted("rated_n")), Format.COUNT, 8),
        _formula("band", guarded(_BAND), Format.TEXT, 13),
        _formula("views_median", _of_views("MEDIAN"), Format.COUNT, 12),
        _formula("views_mean", _of_views("AVERAGE"), Format.COUNT, 12),
        _formula("seen", _of_views("COUNT"), Format.COUNT, 8),
        _read("likes", Format.COUNT, 14),
        _changed("likes", 7),
        _formula(
            "likes_rate_7d",
            guarded(
                "IF(AND(ISNUMBER([@likes_change_7d]),N([@followers])>0),"
                + ratio("[@likes_change_7d]", "[@followers]")
                + ',"")'
            ),
            Format.PERCENT,
        ),
        _read("posts", Format.COUNT, 9),
        _changed("posts", 7),
        _changed("posts", 28),
        _read("following", Format.COUNT, 11),
        _read("last_post", Format.MOMENT, 18),
        _read("read_at", Format.MOMENT, 18),
        _formula(
            "age",
            guarded('IF([@read_at]="","",MAX(0,TODAY()-INT([@read_at])))'),
            Format.COUNT,
            9,
            signal=Signal.LATE,
        ),
        _read("why", width=40),
        _read("source", width=9),
        _read("verified", Format.FLAG, 10),
        _read("private", Format.FLAG, 10),
        _formula(
            "engagement_shares",
            guarded(ratio("[@shared_sum]", "[@shared_views]")),
            Format.PERCENT,
            folded=True,
        ),
        _formula(
            "engagement_followers",
            guarded(
                'IF(N([@shared_n])*N([@followers])=0,"",'
                + ratio("[@shared_sum]/[@shared_n]", "[@followers]")
                + ")"
            ),
            Format.PERCENT,
            folded=True,
        ),
        _formula("shares_n", guarded(counted("shared_n")), Format.COUNT, folded=True),
        _team("typed_followers", Format.COUNT, 12),
        _team("typed_on", Format.DATE, 12),
        hidden(KEY, "for", width=24),
        hidden(KEY, "for_address", width=24),
        hidden(KEY, "twice", Format.COUNT),
        hidden(KEY, "label", width=18),
        hidden(KEY, "account_id", width=24),
        *(hidden(KEY, name + STEP, Format.COUNT) for name in COUNTS),
        *baselines(KEY, COMPARED),
        *(hidden(KEY, f"views_{number}", Format.COUNT) for number in range(1, WINDOW + 1)),
        *(
            hidden(KEY, key, Format.COUNT)
            for key in (
                *("rated_n", "rated_views", "rated_sum"),
                *("shared_n", "shared_views", "shared_sum"),
            )
        ),
        hidden(KEY, "captured_by"),
        hidden(KEY, "read_at" + UTC_OF, Format.MOMENT, width=18),
        hidden(KEY, "kept", width=24),
        hidden(KEY, AS_READ, width=24),
        hidden(KEY, "checked" + UTC_OF, Format.MOMENT, width=18),
        hidden(KEY, "in", Format.COUNT, formula=_IN),
        hidden(
            KEY,
            "fresh",
            Format.COUNT,
            formula=(
                f'IF(OR([@in]=0,[@status]="{Status.CHANGED}"),0,'
                'IF([@age]="",0,IF([@age]>guide[old_after],0,1)))'
            ),
        ),
        hidden(
            KEY,
            "recent",
            Format.COUNT,
            formula='IF([@in]=0,0,IF([@read_at]="",0,IF(NOW()-[@read_at]<=1,1,0)))',
        ),
        *(_to_add(days) for days in SPANS),
        hidden(
            KEY,
            "mover",
            Format.COUNT,
            formula='IF(ISNUMBER([@gained_7d]),[@gained_7d]+ROW()/10000000,"")',
        ),
        hidden(
            KEY,
            "engagement_in",
            Format.PERCENT,
            formula='IF(AND([@fresh]=1,ISNUMBER([@engagement])),[@engagement],"")',
        ),
        hidden(KEY, "needs", formula=_NEEDS, width=30),
        hidden(KEY, "needs_at", Format.COUNT, formula='IF([@needs]="","",ROW())'),
    ),
    kind="profile",
)
