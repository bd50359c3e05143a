"""Invented histories of profiles and posts, with all that goes wrong in real ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sheetsync.model import Count, Outcome, Post, Profile, Record
from tests.dashboard.reference import PostSeen, Seen

_ADDRESS = re.compile(r"https://www\.tiktok\.com/@([\w.]+)(?:/video/(\d+))?")


def find(address: str) -> Profile | Post | None:
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    handle, post = match.groups()
    url = f"https://www.tiktok.com/@{handle}"
    if post:
        return Post("tiktok", post, f"{url}/video/{post}", handle)
    return Profile("tiktok", handle, url)


@dataclass
class Case:
    handle: str
    readings: list[Seen]
    posts: dict[str, PostSeen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://www.tiktok.com/@{self.handle}"


def cases(seed: int, today: datetime, number: int = 40) -> list[Case]:
    """Each of another kind; ``today`` is the moment after the last reading, UTC."""
    return [_case(random.Random(f"{seed}/{n}"), n, today) for n in range(number)]


def _case(rng: random.Random, number: int, today: datetime) -> Case:
    span = rng.choice([0, 1, 3, 9, 30, 60])
    ago = rng.choice([0, 0, 0, 1, 5, 20])
    days = [n for n in range(ago, ago + span + 1) if n == ago or rng.random() > 0.25]
    start = rng.choice([0, 3, 950, 12_000, 83_000, 999_999, 23_000_000])
    drift = rng.choice([-0.01, 0.0, 0.002, 0.05])
    shape = rng.choice(["exact", "exact", "rounded", "mixed", "hidden", "no followers"])
    readings = [
        Seen(_moment(rng, today, n), _numbers(rng, shape, start, drift, ago + span - n))
        for n in reversed(days)
    ]
    case = Case(f"user{number}", readings)
    for index in range(rng.choice([0, 0, 1, 2, 4, 15])):
        post = _post(rng, readings)
        post.published -= timedelta(minutes=index)  # no two at one moment: the newest are picked
        case.posts[f"7{number:03}{index:03}"] = post
    return case


def _moment(rng: random.Random, today: datetime, ago: int) -> datetime:
    """One reading a day, at any hour; today's before now."""
    start = today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=ago)
    room = (today - start).total_seconds() if ago == 0 else 86_400
    return start + timedelta(seconds=int(rng.random() * room))


def _numbers(
    rng: random.Random, shape: str, start: int, drift: float, day: int
) -> dict[str, Count]:
    value = max(0, int(start * (1 + drift * day)) + rng.randint(0, 3) * (start > 0))
    rounded = shape == "rounded" or (shape == "mixed" and rng.random() < 0.5)
    numbers = {"followers": _count(value, rounded), "likes": _count(value * 7 + day, rounded)}
    numbers["posts"] = Count(max(0, 100 + day // 3 - rng.randint(0, 1)))
    if shape == "no followers" or (shape == "hidden" and rng.random() < 0.3):
        del numbers["followers"]
    return numbers


def _count(value: int, rounded: bool) -> Count:
    if not rounded or value < 10_000:
        return Count(value)
    step = 100_000 if value >= 1_000_000 else 1_000 if value >= 100_000 else 100
    return Count(value // step * step, step)


def _post(rng: random.Random, of: list[Seen]) -> PostSeen:
    """Seen on the pages of its profile since it was published, and on the last one at least."""
    last = of[-1].at
    published = last - timedelta(hours=rng.choice([0.5, 5, 20, 30, 70, 170, 400, 900]))
    views = rng.choice([0, 12, 900, 174_000, 2_400_000])
    parts = rng.choice([(), ("likes",), ("likes", "comments"), ("likes", "comments", "shares")])
    rounded = rng.random() < 0.3
    readings = []
    for seen in of:
        if seen.at < published or (seen is not of[-1] and rng.random() < 0.3):
            continue
        hours = (seen.at - published).total_seconds() / 3600
        now = int(views * (1 - 0.9 ** (hours / 24 + 0.2)))
        numbers = {name: Count(int(now * share)) for name, share in _shares(rng, parts)}
        if rng.random() > 0.1:
            numbers["views"] = _count(now, rounded)
        readings.append(Seen(seen.at, numbers))
    fee = rng.choice([None, None, 250.0, 0.0])
    return PostSeen(published, readings, fee)


def _shares(rng: random.Random, parts: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    for name in parts:
        yield name, rng.choice([0.0, 0.001, 0.05, 0.4, 1.7])


def records(case: Case) -> list[Record]:
    """The pages: one of the profile for each reading, with the posts seen on it."""
    found = []
    for seen in case.readings:
        posts = [
            _post_record(case, number, post, reading)
            for number, post in case.posts.items()
            for reading in post.readings
            if reading.at == seen.at
        ]
        found.append(
            Record(
                *("tiktok", "profile", Outcome.OK, case.handle, case.url, "universal", "saved"),
                captured_at=seen.at.replace(microsecond=0),
                captured_by="content",
                fields=dict(seen.numbers),
                posts=tuple(posts),
            )
        )
    return found


def _post_record(case: Case, number: str, post: PostSeen, reading: Seen) -> Record:
    fields = {"id": number, "published": post.published, **reading.numbers}
    url = f"{case.url}/video/{number}"
    return Record("tiktok", "post", Outcome.OK, case.handle, url, fields=fields)


def now_utc() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
