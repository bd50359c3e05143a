"""What happened in 60 days: the pages saved before today, and what sites answer today. Pure.

The story ends at ``now``, so that the demo is always of this week; the same ``now`` tells the
same story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

from sheetsync.demo import pages
from sheetsync.demo.cast import DAYS, FEES, POSTS, PROFILES, DemoPost, DemoProfile
from sheetsync.model import Page, Post, Profile

#: Posts are read on these days before today: enough for their views 24 hours and 7 days ago.
_POST_DAYS = range(9, 0, -1)
#: Hours in which a post gets the first two thirds of its views.
_PACE = 40.0
_BLUESKY = "https://public.api.bsky.app/xrpc/app.bsky."
_OPEN, _SHUT = "User-agent: *\nDisallow: /embed/\n", "User-agent: *\nDisallow: /\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an address of the demo's web answers."""

    body: str
    kind: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Story:
    """``saved`` pages of the days before; ``web`` is today's, by address. ``groups`` by address of
    a profile and ``fees`` by address of a post are what the team typed."""

    profiles: tuple[Profile, ...]
    posts: tuple[Post, ...]
    saved: tuple[Page, ...]
    web: Mapping[str, Reply]
    groups: Mapping[str, str]
    fees: Mapping[str, float]


def story(now: datetime) -> Story:
    now = now.replace(microsecond=0)
    profiles = tuple(_profile(who) for who in PROFILES)
    shown = [post for post in POSTS if post.views]
    posts = tuple(_post(post, now) for post in shown)
    return Story(
        profiles,
        posts,
        (*_saved_profiles(now), *_saved_posts(now)),
        dict(_web(now)),
        {target.url: who.group for target, who in zip(profiles, PROFILES, strict=True)},
        {
            target.url: FEES[post.caption]
            for target, post in zip(posts, shown, strict=True)
            if post.caption in FEES
        },
    )


def _profile(who: DemoProfile) -> Profile:
    return Profile(who.platform, who.handle, _ADDRESS[who.platform].format(who.handle))


def _post(post: DemoPost, now: datetime) -> Post:
    found = pages.tiktok_id(post, _made(post, now))
    url = f"https://www.tiktok.com/@{post.handle}/video/{found}"
    return Post("tiktok", found, url, post.handle)


_ADDRESS = {
    "tiktok": "https://www.tiktok.com/@{}",
    "bluesky": "https://bsky.app/profile/{}",
    "instagram": "https://www.instagram.com/{}/",
}

# --- numbers of every day -------------------------------------------------------------------


def profile_numbers(who: DemoProfile, ago: int) -> dict[str, int]:
    """Followers, likes and posts so many days ago: today's, less what came since."""
    chance = Random(who.handle)
    days = [0.25 + 1.5 * chance.random() for _ in range(DAYS)]
    since = sum(days[:ago])
    jump = who.jump if ago else 0
    return {
        "followers": max(who.followers - round(who.gain * since) - jump, 0),
        "likes": max(who.likes - round(who.liked * since), 0),
        "posts": max(who.posts - ago // who.every, 0),
    }


def post_numbers(post: DemoPost, ago: int) -> dict[str, int]:
    """A post's numbers so many days ago, when it was so much younger."""
    share = _reached(post.hours - 24 * ago) / _reached(post.hours)
    names = ("views", "likes", "comments", "shares", "saves")
    return {name: round(getattr(post, name) * share) for name in names}


def _reached(hours: float) -> float:
    return 1 - exp(-hours / _PACE)


def _made(post: DemoPost, now: datetime) -> datetime:
    return now - timedelta(hours=post.hours)


def _moment(now: datetime, ago: int, number: int) -> datetime:
    """Some minutes off ``now``, towards noon: never on another day."""
    minutes = (number * 7) % 41 if ago else 0
    return now - timedelta(days=ago) + timedelta(minutes=minutes if now.hour < 12 else -minutes)


# --- pages ----------------------------------------------------------------------------------


def _saved_profiles(now: datetime) -> Iterator[Page]:
    for number, who in enumerate(PROFILES):
        for ago in who.days:
            if ago:
                yield _saved_profile(who, ago, _moment(now, ago, number))


def _saved_profile(who: DemoProfile, ago: int, at: datetime) -> Page:
    """Two of the three sites say on the page when it was made; of the third the file says it."""
    name, url = f"{who.handle} {ago} days ago.html", _profile(who).url
    numbers = profile_numbers(who, ago)
    if who.platform == "bluesky":
        text = pages.bluesky_profile(who, numbers)
        return Page(text, name, _actor(who), captured_at=at, captured_by="file")
    if who.platform == "instagram":
        return Page(pages.instagram_profile(who, numbers, at), name, url)
    return Page(pages.tiktok_profile(who, numbers, at), name, url)


def _saved_posts(now: datetime) -> Iterator[Page]:
    for post in POSTS:
        for ago in _POST_DAYS:
            if post.views and post.hours > 24 * ago:
                at = _moment(now, ago, post.number)
                text = pages.tiktok_post(post, _made(post, now), post_numbers(post, ago), at)
                yield Page(text, f"post {post.number} {ago} days ago.html", _post(post, now).url)


def _web(now: datetime) -> Iterator[tuple[str, Reply]]:
    yield "https://www.tiktok.com/robots.txt", Reply(_OPEN, "text/plain")
    yield "https://www.instagram.com/robots.txt", Reply(_SHUT, "text/plain")
    for who in PROFILES:
        if who.platform == "tiktok":
            yield _profile(who).url, Reply(_tiktok_today(who, now))
        elif who.platform == "bluesky":
            yield from _bluesky_today(who, now)
    for post in POSTS:
        if post.views:
            text = pages.tiktok_post(post, _made(post, now), post_numbers(post, 0), now)
            yield _post(post, now).url, Reply(text)


def _tiktok_today(who: DemoProfile, now: datetime) -> str:
    match who.turns_into:
        case "wall":
            return pages.tiktok_wall()
        case "private":
            return pages.tiktok_private(who, now)
        case "stranger":
            numbers = {"followers": 88_120, "likes": 1_204_331, "posts": 12}
            return pages.tiktok_profile(who, numbers, now, pages.account_id("somebody else"))
    return pages.tiktok_profile(who, profile_numbers(who, 0), now)


def _bluesky_today(who: DemoProfile, now: datetime) -> Iterator[tuple[str, Reply]]:
    json = "application/json"
    yield _actor(who), Reply(pages.bluesky_profile(who, profile_numbers(who, 0)), json)
    mine = [(post, _made(post, now)) for post in POSTS if post.handle == who.handle]
    feed = f"{_BLUESKY}feed.getAuthorFeed?actor={who.handle}&filter=posts_no_replies&limit=30"
    yield feed, Reply(pages.bluesky_feed(who, mine), json)


def _actor(who: DemoProfile) -> str:
    return f"{_BLUESKY}actor.getProfile?actor={who.handle}"
