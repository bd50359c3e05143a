"""How sites write numbers down: pages made for the demo, in the shapes that real ones have. Pure.

A page says what its site's pages say and no more, so that `extract` has its usual work: TikTok's
state script, the JSON of Bluesky's public API, Instagram's page for people who are not signed in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sheetsync.demo.cast import DemoPost, DemoProfile
from sheetsync.model import iso

#: By field, as a page has them: followers, likes and posts of a profile; views, likes, … of a post.
Numbers = Mapping[str, int]

_SCRIPT = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
#: TikTok's status for an account that only chosen people see.
_PRIVATE = 10222


def account_id(handle: str) -> str:
    """The same one always, another for every name."""
    return str(7_000_000_000_000_000_000 + int.from_bytes(handle.encode()[:7], "big"))


# --- TikTok ---------------------------------------------------------------------------------


def tiktok_profile(who: DemoProfile, numbers: Numbers, at: datetime, account: str = "") -> str:
    user = {
        "id": account or account_id(who.handle),
        "uniqueId": who.handle,
        "nickname": who.name,
        "verified": who.followers > 1_000_000,
        "privateAccount": False,
    }
    stats = {
        "followerCount": numbers["followers"],
        "followingCount": who.following,
        "heartCount": numbers["likes"],
        "heart": numbers["likes"],
        "videoCount": numbers["posts"],
    }
    # Pages of some accounts lack the exact numbers; the others are rounded from 10,000 up.
    found: dict[str, object] = {"user": user, "statsV2": _as_text(stats)}
    if who.rounded:
        found = {"user": user, "stats": {name: _rounded(n) for name, n in stats.items()}}
    return _tiktok_user({"statusCode": 0, "userInfo": found}, at)


def tiktok_private(who: DemoProfile, at: datetime) -> str:
    detail = {"statusCode": _PRIVATE, "userInfo": {"user": {"uniqueId": who.handle}}}
    return _tiktok_user(detail, at)


def tiktok_wall() -> str:
    return '<html><body>Please wait...<p id="wci" class="_wafchallengeid"></p></body></html>'


def tiktok_post(post: DemoPost, made: datetime, numbers: Numbers, at: datetime) -> str:
    stats = {
        "playCount": numbers["views"],
        "diggCount": numbers["likes"],
        "commentCount": numbers["comments"],
        "shareCount": numbers["shares"],
        "collectCount": numbers["saves"],
    }
    item = {
        "id": tiktok_id(post, made),
        "desc": post.caption,
        "createTime": str(int(made.timestamp())),
        "author": {"uniqueId": post.handle, "id": account_id(post.handle)},
        "statsV2": _as_text(stats),
    }
    return _tiktok({"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": item}}}, at)


def tiktok_id(post: DemoPost, made: datetime) -> str:
    """As TikTok makes its ids: the time stands in the upper bits."""
    return str((int(made.timestamp()) << 32) + post.number)


def _tiktok_user(detail: Mapping[str, object], at: datetime) -> str:
    return _tiktok({"webapp.user-detail": detail}, at)


def _tiktok(scope: Mapping[str, object], at: datetime) -> str:
    made = str(int(at.timestamp()))
    context = {"webIdCreatedTime": made, "requestId": f"{made}6359115490"}
    state = json.dumps({"__DEFAULT_SCOPE__": {"webapp.app-context": context, **scope}})
    script = f'<script id="{_SCRIPT}" type="application/json">{state}</script>'
    return f"<html><body>{script}</body></html>"


def _rounded(number: int) -> int:
    """As TikTok shows a large number: 61,437 as 61,400, and 1,304,200 as 1,300,000."""
    step = 1 if number < 10_000 else 100 if number < 1_000_000 else 100_000
    return round(number / step) * step


def _as_text(stats: Mapping[str, int]) -> dict[str, str]:
    return {name: str(number) for name, number in stats.items()}


# --- Bluesky --------------------------------------------------------------------------------


def bluesky_profile(who: DemoProfile, numbers: Numbers) -> str:
    found = {
        "did": _did(who),
        "handle": who.handle,
        "displayName": who.name,
        "followersCount": numbers["followers"],
        "followsCount": who.following,
        "postsCount": numbers["posts"],
    }
    return json.dumps(found)


def bluesky_feed(who: DemoProfile, posts: Sequence[tuple[DemoPost, datetime]]) -> str:
    return json.dumps({"feed": [{"post": _bluesky_post(who, *post)} for post in posts]})


def _bluesky_post(who: DemoProfile, post: DemoPost, made: datetime) -> dict[str, object]:
    return {
        "uri": f"at://{_did(who)}/app.bsky.feed.post/3demo{post.number:04}",
        "author": {"did": _did(who), "handle": who.handle, "displayName": who.name},
        "record": {"createdAt": iso(made), "text": post.caption},
        "indexedAt": iso(made),
        "likeCount": post.likes,
        "replyCount": post.comments,
        "repostCount": post.shares,
        "quoteCount": 0,
        "bookmarkCount": post.saves,
    }


def _did(who: DemoProfile) -> str:
    return f"did:web:{who.handle}"


# --- Instagram ------------------------------------------------------------------------------


def instagram_profile(who: DemoProfile, numbers: Numbers, at: datetime) -> str:
    user = {
        "pk": account_id(who.handle),
        "username": who.handle,
        "is_private": False,
        "full_name": who.name,
        "is_verified": False,
        "follower_count": numbers["followers"],
        "following_count": who.following,
        "all_media_count": numbers["posts"],
    }
    times = json.dumps(["ServerTimeData", [], {"serverTime": int(at.timestamp()) * 1000}])
    data = json.dumps({"data": {"xig_user_by_username": user}})
    return (
        f"<html><head><title>{who.name} (@{who.handle}) • Instagram</title></head><body>"
        f'<script type="application/json">{times}</script>'
        f'<script type="application/json">{data}</script></body></html>'
    )
