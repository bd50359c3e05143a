"""Pages for ``sheetsync demo``: invented accounts, in the shape that TikTok's pages have.

Pure: the pages are made for the moment ``now``, so that the demo is always of this week.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sheetsync.model import Page

SCRIPT = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
DAYS = (28, 7, 1, 0)
#: Followers, likes and posts on each of those days before now.
ACCOUNTS: Mapping[str, tuple[str, tuple[tuple[int, int, int], ...]]] = {
    "anna.bakt.brood": (
        "Anna bakt",
        (
            (21_870, 561_003, 318),
            (22_904, 588_410, 331),
            (23_377, 592_871, 334),
            (23_391, 593_024, 335),
        ),
    ),
    "grote.zender": (
        "Grote Zender",
        (
            (22_610_455, 871_204_310, 2_104),
            (22_981_007, 884_018_229, 2_131),
            (23_040_118, 886_330_571, 2_136),
            (23_051_902, 886_790_044, 2_137),
        ),
    ),
    "kleine.winkel": (
        "Kleine winkel",
        ((412, 2_204, 41), (412, 2_251, 41), (409, 2_260, 42), (409, 2_262, 42)),
    ),
}
#: (handle, id, hours ago, views, likes, comments, shares, saves); the first is the seed's video.
POSTS = (
    ("anna.bakt.brood", 1, 30, 174_000, 8_832, 120, 61, 940),
    ("grote.zender", 2, 52, 1_412_884, 61_207, 803, 2_114, 5_320),
    ("kleine.winkel", 3, 20, 355, 31, 2, 0, 1),
)


def demo_pages(now: datetime) -> tuple[Page, ...]:
    """Profiles on four days, three posts, and what a site may answer instead of a profile."""
    pages = [
        _profile(handle, name, numbers, now - timedelta(days=ago, minutes=5))
        for handle, (name, days) in ACCOUNTS.items()
        for ago, numbers in zip(DAYS, days, strict=True)
    ]
    pages += [_post(row, now) for row in POSTS]
    pages.append(_refusal("streng.bewaakt", now))
    pages.append(
        _state(
            "stil.hoekje",
            {"statusCode": 10222, "userInfo": {"user": {"uniqueId": "stil.hoekje"}}},
            now,
        )
    )
    pages.append(_moved(now))
    return tuple(pages)


def _profile(
    handle: str, name: str, numbers: tuple[int, int, int], at: datetime, id_: str = ""
) -> Page:
    followers, likes, posts = (str(number) for number in numbers)
    user = {
        "id": id_ or str(7_000_000_000_000_000_000 + sum(map(ord, handle))),
        "uniqueId": handle,
        "nickname": name,
        "verified": len(followers) > 6,
        "privateAccount": False,
    }
    stats = {
        "followerCount": followers,
        "followingCount": "81",
        "heartCount": likes,
        "videoCount": posts,
    }
    return _state(handle, {"statusCode": 0, "userInfo": {"user": user, "statsV2": stats}}, at)


def _moved(now: datetime) -> Page:
    """An account's name after somebody else took it: no number of theirs may be written."""
    return _profile("kleine.winkel", "Heel iemand anders", (88_120, 1_204_331, 12), now, "7299")


def _post(row: tuple[str, int, int, int, int, int, int, int], now: datetime) -> Page:
    handle, number, hours, views, likes, comments, shares, saves = row
    made = int((now - timedelta(hours=hours)).timestamp())
    item = {
        "id": str((made << 32) + number),
        "desc": "Demo",
        "createTime": str(made),
        "author": {"uniqueId": handle},
        "stats": {
            "playCount": views,
            "diggCount": likes,
            "commentCount": comments,
            "shareCount": shares,
            "collectCount": str(saves),
        },
    }
    scope = {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": item}}}
    return _page(f"{handle} post", _address(handle), scope, now)


def _state(handle: str, detail: Mapping[str, object], at: datetime) -> Page:
    return _page(handle, _address(handle), {"webapp.user-detail": detail}, at)


def _page(name: str, url: str, scope: Mapping[str, object], at: datetime) -> Page:
    context = {"webapp.app-context": {"webIdCreatedTime": str(int(at.timestamp()))}}
    state = json.dumps({"__DEFAULT_SCOPE__": {**context, **scope}})
    script = f'<script id="{SCRIPT}" type="application/json">{state}</script>'
    return Page(text=f"<html><body>{script}</body></html>", name=f"demo: {name}", url=url)


def _refusal(handle: str, now: datetime) -> Page:
    text = '<html><body>Please wait...<p id="wci" class="_wafchallengeid"></p></body></html>'
    return Page(text=text, name=f"demo: {handle}", url=_address(handle), captured_at=now)


def _address(handle: str) -> str:
    return f"https://www.tiktok.com/@{handle}"
