"""The tab Posts: a row for each post seen on the pages read, or typed by the team."""

from __future__ import annotations

from sheetsync.dashboard import AS_READ, STEP, UTC_OF, Baseline, Column, Format, Signal, Tab
from sheetsync.dashboard.rows import (
    baselines,
    change,
    formula,
    guarded,
    hidden,
    ratio,
    read,
    team,
)
from sheetsync.dashboard.words.headings import CARDS, NEEDS, TITLES, header, note

KEY = "posts"
COUNTS = ("views", "likes", "comments", "shares", "saves")
COMPARED = {1: ("views",), 7: ("views",)}
#: Column key -> the age in days at which a post's views are compared with those of others.
AGES = {"views_24h": 1, "views_week": 7}


def _young(days: int) -> str:
    """Whether all views of the post fall into the last ``days`` days: it is no older."""
    return f'IF(OR([@published]="",[@read_at]=""),0=1,[@read_at]-[@published]<={days})'


def _gained(days: int) -> Column:
    """Views gained; all of them where the post is younger than that and no reading was before."""
    # There is no column for over how many days it really is, so it must be about that many.
    limit = "1" if days == 1 else f"guide[late_{days}]"
    late = f'IF([@day_{days}d]="",0,INT([@read_at])-[@day_{days}d])>{limit}'
    since = f'IF({late},"",{change("views", f"views_{days}d")})'
    fresh = f'IF(AND([@views_{days}d]="",[@views]<>"",{_young(days)}),[@views],{since})'
    key = f"change_{days}d"
    return formula(
        KEY,
        key,
        guarded(fresh),
        Format.COUNT,
        12,
        about=("views~step", f"views_{days}d~step"),
        signal=Signal.RISE,
    )


def _at_age(key: str) -> tuple[Column, Column]:
    days = AGES[key]
    about = note(key, KEY)
    at = Baseline("views", days, since="published")
    step = Baseline("views", days, "step", since="published")
    return (
        Column(key, header(key, KEY), Format.COUNT, baseline=at, width=12, note=about),
        Column(key + STEP, header(key + STEP, KEY), Format.COUNT, baseline=step, hidden=True),
    )


#: A rate of a number that the site rounds by more than this share of it is not shown.
_COARSE = ",".join(f"N([@{name}~step])*20>[@{name}]+20" for name in ("views", "likes", "comments"))

_ENGAGEMENT = guarded(
    'IF(OR([@views]="",[@likes]="",[@comments]=""),"",'
    f'IF(OR({_COARSE}),"",{ratio("[@likes]+[@comments]", "[@views]")}))'
)

_PER = 'IF(OR(N([@fee])<=0,{missing}),"",{cost})'
_COST_VIEWS = _PER.format(missing="N([@views])=0", cost="[@fee]/[@views]*1000")
_COST_ENGAGEMENT = _PER.format(
    missing="N([@likes])+N([@comments])=0", cost="[@fee]/([@likes]+[@comments])"
)

_IN = (
    "IF([@address]<>[@for_address],0,IF([@twice]=1,0,"
    f'IF(OR(dashboard[group]="",dashboard[group]="{CARDS["all"]}",'
    "dashboard[group]=[@profile_group]),1,0)))"
)

_RUNS = (
    'IF([@in]=0,"",IF(OR([@times_median]="",[@published]=""),"",'
    "IF(AND([@times_median]>=guide[runs_at],TODAY()-INT([@published])<=7),"
    f'[@label]&"{NEEDS["runs_1"]}"&ROUND([@times_median],0)&"{NEEDS["runs_2"]}","")))'
)

_HIDDEN_FORMULAS = (
    ("in", Format.COUNT, _IN),
    (
        "week",
        Format.COUNT,
        'IF([@in]=0,0,IF([@published]="",0,IF(NOW()-[@published]<=7,1,0)))',
    ),
    (
        "gained_7d",
        Format.COUNT,
        (
            "IF(AND([@in]=1,ISNUMBER([@change_7d])),"
            'IF(TODAY()-INT([@read_at])>guide[old_after],"",'
            "IF(N([@day_7d])=0,[@change_7d],"
            'IF(INT([@read_at])-[@day_7d]>guide[late_7],"",[@change_7d]))),"")'
        ),
    ),
    (
        "mover",
        Format.COUNT,
        'IF(ISNUMBER([@gained_7d]),IF([@gained_7d]>0,[@gained_7d]+ROW()/10000000,""),"")',
    ),
    ("fee_in", Format.MONEY, 'IF(AND([@in]=1,[@cost_views]<>""),[@fee],"")'),
    ("views_in", Format.COUNT, 'IF([@fee_in]="","",[@views])'),
    ("needs", Format.TEXT, _RUNS),
    ("needs_at", Format.COUNT, 'IF([@needs]="","",ROW())'),
)

POSTS = Tab(
    KEY,
    TITLES[KEY],
    (
        team(KEY, "address", width=36),
        team(KEY, "fee", Format.MONEY),
        read(KEY, "handle", width=18),
        read(KEY, "platform"),
        read(KEY, "published", Format.MOMENT, 18),
        read(KEY, "caption", width=44),
        read(KEY, "views", Format.COUNT, 14),
        _gained(1),
        _gained(7),
        formula(
            KEY,
            "times_median",
            guarded('IF(OR([@views]="",N([@profile_median])=0),"",[@views]/[@profile_median])'),
            Format.TIMES,
            10,
        ),
        formula(KEY, "engagement", _ENGAGEMENT, Format.PERCENT),
        *(read(KEY, name, Format.COUNT) for name in COUNTS[1:]),
        *(column for key in AGES for column in _at_age(key)),
        formula(KEY, "cost_views", guarded(_COST_VIEWS), Format.MONEY),
        formula(KEY, "cost_engagement", guarded(_COST_ENGAGEMENT), Format.PRICE),
        read(KEY, "status", width=18, signal=Signal.STATUS),
        read(KEY, "why", width=40),
        read(KEY, "read_at", Format.MOMENT, 18),
        read(KEY, "source", width=9),
        team(KEY, "typed_views", Format.COUNT, 11),
        team(KEY, "typed_likes", Format.COUNT, 11),
        team(KEY, "typed_comments", Format.COUNT, 11),
        team(KEY, "typed_on", Format.DATE, 12),
        hidden(KEY, "for", width=24),
        hidden(KEY, "for_address", width=24),
        hidden(KEY, "twice", Format.COUNT),
        hidden(KEY, "label", width=18),
        hidden(KEY, "id", width=24),
        hidden(KEY, "account_id", width=24),
        *(hidden(KEY, name + STEP, Format.COUNT) for name in COUNTS),
        *baselines(KEY, COMPARED),
        hidden(KEY, "trail", width=24),
        hidden(KEY, "profile_group"),
        hidden(KEY, "profile_median", Format.COUNT),
        hidden(KEY, "captured_by"),
        hidden(KEY, "published" + UTC_OF, Format.MOMENT, 18),
        hidden(KEY, "read_at" + UTC_OF, Format.MOMENT, 18),
        hidden(KEY, "kept", width=24),
        hidden(KEY, AS_READ, width=24),
        hidden(KEY, "checked" + UTC_OF, Format.MOMENT, 18),
        *(hidden(KEY, key, form, formula=source) for key, form, source in _HIDDEN_FORMULAS),
    ),
    kind="post",
)
