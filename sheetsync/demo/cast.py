"""Who there is in the demo, and their numbers of today. All invented; nobody of these exists.

Names end in ``.demo``; those of Bluesky in ``.example``, which nobody can register (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Days of history, today's among them.
DAYS = 60
#: Days ago on which nobody read anything: a weekend, and two more.
MISSED = frozenset({12, 13, 33, 47})

CREATORS, CLIENTS = "creators", "clients"


@dataclass(frozen=True, slots=True)
class DemoProfile:
    """``followers``, ``likes`` and ``posts`` are today's, ``gain`` and ``liked`` what they grow by
    a day, on average; a new post comes ``every`` so many days.

    Read from ``since`` to ``until`` days ago, but for ``missed``. ``jump``: followers that came in
    the last day on top. ``rounded``: the site shows rounded numbers. ``turns_into``: today's page
    is a ``wall``, ``private``, or of a ``stranger``, the name's new owner.
    """

    handle: str
    name: str
    followers: int
    gain: float
    likes: int = 0
    liked: float = 0
    posts: int = 0
    every: int = 3
    following: int = 81
    platform: str = "tiktok"
    group: str = CREATORS
    since: int = DAYS - 1
    until: int = 0
    missed: frozenset[int] = MISSED
    jump: int = 0
    rounded: bool = False
    turns_into: str = ""

    @property
    def days(self) -> tuple[int, ...]:
        """How many days ago it was read, today last."""
        ever = range(self.since, self.until - 1, -1)
        return tuple(ago for ago in ever if ago not in self.missed)


@dataclass(frozen=True, slots=True)
class DemoPost:
    """Published ``hours`` ago; ``number`` is its own. 0 views: the site shows none."""

    number: int
    handle: str
    hours: int
    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    caption: str


#: A site's wall ends its platform for a run, so who meets one comes last.
PROFILES = (
    DemoProfile("anna.bakes.demo", "Anna bakes bread", 61_437, 228, 2_593_024, 2_100, 335, 2,
                following=204),
    DemoProfile("trail.runner.demo", "Trail runner", 128_316, 254, 4_410_870, 6_400, 512, 3,
                following=91),
    DemoProfile("grand.channel.demo", "The grand channel", 23_051_902, 9_870, 886_790_044, 410_000,
                2_137, 2, following=12),
    DemoProfile("late.night.demo", "Late night jokes", 212_480, -268, 9_204_118, 4_100, 1_204, 2,
                following=640),
    DemoProfile("studio.lumen.demo", "Studio Lumen", 1_304_200, 2_900, 41_288_000, 18_000, 890, 3,
                rounded=True, following=58, group=CLIENTS),
    DemoProfile("first.steps.demo", "First steps in clay", 8_912, 61, 73_211, 150, 44, 4, since=19,
                jump=904, following=312, group=CLIENTS),
    DemoProfile("quiet.garden.demo", "The quiet garden", 34_208, 4, 612_004, 90, 158, 9,
                following=29, group=CLIENTS),
    DemoProfile("small.shop.demo", "A small shop", 409, -0.6, 2_262, 3, 42, 8, following=388,
                group=CLIENTS, missed=MISSED | {7}),
    DemoProfile("new.owner.demo", "Bikes and more", 15_020, 12, 204_110, 300, 98, 6, until=3,
                turns_into="stranger"),
    DemoProfile("private.diary.demo", "", 0, 0, since=-1, turns_into="private"),
    DemoProfile("city.radio.example", "City radio", 41_233, -6, posts=5_120, every=1, following=17,
                platform="bluesky", group=CLIENTS),
    DemoProfile("museum.example", "The museum", 9_874, 33, posts=1_204, every=2, following=403,
                platform="bluesky", group=CLIENTS),
    DemoProfile("old.bakery.demo", "The old bakery", 5_351, 9, posts=713, every=4, until=9,
                missed=frozenset(ago for ago in range(DAYS) if ago % 4 != 1),
                platform="instagram", group=CLIENTS, turns_into="forbidden"),
    DemoProfile("guarded.gate.demo", "", 0, 0, since=-1, turns_into="wall"),
)  # fmt: skip

#: Hours ago, views, likes, comments, shares, saves, caption.
_Row = tuple[int, int, int, int, int, int, str]
#: In the first post: 8,832 likes and 120 comments on 174,000 views, an engagement of 5.1 %.
_POSTS: tuple[tuple[str, tuple[_Row, ...]], ...] = (
    ("anna.bakes.demo", (
        (27, 174_000, 8_832, 120, 310, 2_940, "Sourdough without kneading, part 3"),
        (76, 48_210, 2_611, 88, 61, 702, "Why your crust stays soft"),
        (124, 39_774, 1_904, 61, 40, 455, "Three flours, one dough"),
        (171, 52_108, 2_480, 97, 83, 690, "Sunday rolls in 20 minutes"),
        (245, 36_950, 1_722, 55, 31, 388, "The starter I have had for ten years"),
        (318, 61_302, 3_340, 140, 122, 1_015, "Baking with my grandmother"),
    )),
    ("trail.runner.demo", (
        (52, 1_912_884, 118_207, 2_803, 21_140, 9_320, "I met a fox at kilometre 40"),
        (100, 131_437, 6_923, 204, 480, 1_120, "Shoes after 1,000 km"),
        (149, 118_233, 6_015, 166, 395, 902, "What I eat on a long run"),
        (198, 104_870, 5_231, 150, 322, 804, "Sunrise above the clouds"),
        (270, 142_096, 7_480, 233, 560, 1_304, "The climb that nobody finishes"),
        (342, 97_512, 4_706, 121, 288, 733, "Rain, mud, happiness"),
    )),
    ("grand.channel.demo", (
        (33, 2_412_884, 161_207, 1_803, 5_114, 8_320, "The largest cake in town"),
        (81, 2_204_776, 139_208, 1_590, 4_402, 7_048, "Two strangers, one song"),
        (178, 2_630_041, 170_455, 2_066, 6_230, 9_411, "The door game"),
        (290, 1_742_650, 101_866, 1_102, 3_015, 5_204, "A day without hands"),
    )),
    ("late.night.demo", (
        (28, 88_120, 3_011, 410, 122, 201, "Neighbours, part 12"),
        (75, 61_480, 2_020, 288, 90, 140, "My dentist has questions"),
        (147, 70_355, 2_433, 301, 84, 166, "Airport security"),
        (220, 95_804, 3_502, 466, 170, 233, "Things my father says"),
    )),
    ("studio.lumen.demo", (
        (50, 412_300, 19_400, 210, 980, 2_100, "Light for a small room"),
        (122, 388_900, 17_800, 195, 870, 1_900, "Before and after"),
        (196, 455_100, 22_300, 260, 1_100, 2_600, "The lamp that took a year"),
    )),
    ("first.steps.demo", (
        (26, 22_940, 1_480, 66, 102, 380, "My first bowl that did not break"),
        (98, 9_120, 512, 31, 22, 96, "Centering, third try"),
        (194, 6_480, 340, 24, 12, 61, "What is a kiln?"),
    )),
    ("quiet.garden.demo", (
        (384, 18_402, 1_204, 51, 33, 410, "Nothing but bees"),
        (604, 15_118, 940, 38, 24, 302, "The pond in October"),
        (820, 16_730, 1_011, 44, 26, 344, "Leaves"),
    )),
    ("small.shop.demo", (
        (21, 355, 31, 2, 0, 1, "New in the window"),
        (213, 402, 28, 1, 1, 2, "We are open on Sunday"),
    )),
    ("city.radio.example", (
        (5, 0, 41, 6, 12, 2, "Roadworks at the station until Friday"),
        (29, 0, 88, 14, 31, 4, "Who remembers the old cinema?"),
    )),
    ("museum.example", (
        (31, 0, 120, 9, 44, 11, "A letter from 1891, read aloud"),
        (103, 0, 76, 3, 20, 6, "How a painting travels"),
    )),
)  # fmt: skip


def _posts() -> Iterable[DemoPost]:
    number = 0
    for handle, rows in _POSTS:
        for row in rows:
            number += 1
            yield DemoPost(number, handle, *row)


POSTS = tuple(sorted(_posts(), key=lambda post: post.hours))

#: What the team paid, by caption.
FEES = {
    "Sourdough without kneading, part 3": 350.0,
    "Sunday rolls in 20 minutes": 300.0,
    "I met a fox at kilometre 40": 2_400.0,
    "Sunrise above the clouds": 450.0,
    "Before and after": 900.0,
}
