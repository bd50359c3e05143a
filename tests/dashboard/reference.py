"""What the sheet should compute, worked out in Python from the readings themselves.

Written from the words of the notes on the headers, not from the formulas: it knows nothing of
baseline columns, and takes the readings of one profile or post as they were read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from sheetsync.model import Count

BLANK = ""
#: TikTok's usual engagement by followers: from, low, high (the guide's table).
USUAL = (
    (1_000, 0.047, 0.091),
    (10_000, 0.066, 0.101),
    (30_000, 0.053, 0.092),
    (100_000, 0.052, 0.087),
    (1_000_000, 0.057, 0.089),
)

Cell = str | int | float


@dataclass
class Seen:
    """One reading of a profile or post: at most one a day."""

    at: datetime
    numbers: Mapping[str, Count] = field(default_factory=dict)


def _newest(readings: Sequence[Seen], name: str) -> tuple[Seen, Count] | None:
    shown = [(seen, seen.numbers[name]) for seen in readings if name in seen.numbers]
    return max(shown, key=lambda pair: pair[0].at, default=None)


def gained(readings: Sequence[Seen], name: str, days: int) -> tuple[Cell, int]:
    """The change as shown, and over how many days it really is (0: there is none)."""
    last = max(readings, key=lambda seen: seen.at)
    if name not in last.numbers:
        return BLANK, 0
    day = last.at.date()
    older = [seen for seen in readings if seen.at.date() <= day - timedelta(days)]
    if not older:
        return BLANK, 0
    base = max(older, key=lambda seen: seen.at)
    if name not in base.numbers:
        return BLANK, 0
    now, then = last.numbers[name], base.numbers[name]
    return _difference(now, then), (day - base.at.date()).days


def _difference(now: Count, then: Count) -> Cell:
    off = sum(count.step for count in (now, then) if count.step > 1)
    change = now.value - then.value
    if off and abs(change) < off:
        return f"<{_short(off)}"
    return change


def _short(number: int) -> str:
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    return f"{number / 1_000:g}k" if number >= 1_000 else str(number)


def growth(readings: Sequence[Seen], days: int) -> Cell:
    change, over = gained(readings, "followers", days)
    if isinstance(change, str) or not over:
        return BLANK
    then = readings_before(readings, days)
    return change / then.value if then.value else BLANK


def readings_before(readings: Sequence[Seen], days: int) -> Count:
    day = max(seen.at for seen in readings).date()
    older = [seen for seen in readings if seen.at.date() <= day - timedelta(days)]
    return max(older, key=lambda seen: seen.at).numbers["followers"]


def shown(readings: Sequence[Seen], name: str) -> Count | None:
    """The number in the row: the newest page's that had one."""
    found = _newest(readings, name)
    return found[1] if found else None


def rate(part: float, whole: float) -> Cell:
    return part / whole if whole and 0 <= part / whole <= 1 else BLANK


@dataclass
class PostSeen:
    published: datetime
    readings: list[Seen]
    fee: float | None = None

    def count(self, name: str) -> Count | None:
        return shown(self.readings, name)


def _fine(count: Count | None) -> bool:
    return count is not None and (count.step == 1 or count.step * 20 <= count.value + 20)


def rated(posts: Sequence[PostSeen], names: Sequence[str]) -> list[list[int]]:
    """Of the 12 newest posts with views those that show all, none of them coarse."""
    seen = [post for post in posts if post.count("views")]
    newest = sorted(seen, key=lambda post: post.published, reverse=True)[:12]
    rows = [[post.count(name) for name in names] for post in newest]
    return [[c.value for c in row if c] for row in rows if all(_fine(count) for count in row)]


def profile_cells(readings: Sequence[Seen], posts: Sequence[PostSeen]) -> dict[str, Cell]:
    followers = shown(readings, "followers")
    size = followers.value if followers else 0
    cells: dict[str, Cell] = {}
    for days in (1, 7, 28):
        change, _ = gained(readings, "followers", days)
        cells[f"change_{days}d"] = change
        if days > 1:
            cells[f"growth_{days}d"] = growth(readings, days)
        cells[f"over_{days}d"] = _over(readings, days)
    cells["likes_change_7d"] = liked = gained(readings, "likes", 7)[0]
    cells["likes_rate_7d"] = rate(liked, size) if not isinstance(liked, str) else BLANK
    for days in (7, 28):
        cells[f"posts_change_{days}d"] = gained(readings, "posts", days)[0]
    seen = [post for post in posts if post.count("views")]
    newest = sorted(seen, key=lambda post: post.published, reverse=True)[:12]
    views = [count.value for post in newest if (count := post.count("views"))]
    cells["seen"] = len(views) or BLANK
    cells["views_mean"] = sum(views) / len(views) if views else BLANK
    cells["views_median"] = median(views) if views else BLANK
    full = rated(posts, ("views", "likes", "comments"))
    cells["engagement_n"] = len(full) or BLANK
    total = sum(row[0] for row in full)
    engaged = rate(sum(sum(row[1:]) for row in full), total)
    cells["engagement"] = engaged
    cells["band"] = _band(engaged, len(full), size)
    shared = rated(posts, ("views", "likes", "comments", "shares"))
    cells["shares_n"] = len(shared) or BLANK
    acts = sum(sum(row[1:]) for row in shared)
    cells["engagement_shares"] = rate(acts, sum(row[0] for row in shared))
    cells["engagement_followers"] = rate(acts / len(shared), size) if shared else BLANK
    cells["age"] = max(0, (date.today() - max(seen.at for seen in readings).date()).days)  # noqa: DTZ011 -- as spreadsheets do
    return cells


def _over(readings: Sequence[Seen], days: int) -> Cell:
    day = max(seen.at for seen in readings).date()
    older = [seen.at.date() for seen in readings if seen.at.date() <= day - timedelta(days)]
    true = (day - max(older)).days if older else days
    return BLANK if true == days else true


def _band(engaged: Cell, posts: int, followers: int) -> Cell:
    fits = [row for row in USUAL if followers >= row[0]]
    if isinstance(engaged, str) or posts < 3 or not fits:
        return BLANK
    _, low, high = fits[-1]
    if engaged < low:
        return "below usual"
    return "above usual" if engaged > high else "usual"


def post_cells(post: PostSeen, of_profile: Sequence[PostSeen]) -> dict[str, Cell]:
    views = post.count("views")
    last = max(seen.at for seen in post.readings)
    cells: dict[str, Cell] = {}
    for days, late in ((1, 1), (7, 9)):
        # A reading that did not show the views is none of theirs; but the last one must.
        shown_views = [seen for seen in post.readings if "views" in seen.numbers]
        current = bool(shown_views) and shown_views[-1].at.date() == last.date()
        change, over = gained(shown_views, "views", days) if current else (BLANK, 0)
        young = last - post.published <= timedelta(days)
        if not over and young and views:
            change = views.value
        if over > late:
            change = BLANK
        cells[f"change_{days}d"] = change
    for key, age, low, high in (("views_24h", 24, 18, 36), ("views_week", 168, 156, 192)):
        cells[key] = _at_age(post, age, low, high)
    middle = median([c.value for p in _newest_of(of_profile) if (c := p.count("views"))] or [0])
    cells["times_median"] = views.value / middle if views and middle else BLANK
    likes, comments = post.count("likes"), post.count("comments")
    both = views and likes and comments
    cells["engagement"] = (
        rate(likes.value + comments.value, views.value)
        if both and all(map(_fine, (views, likes, comments))) and views and likes and comments
        else BLANK
    )
    fee = post.fee or 0
    cells["cost_views"] = fee / views.value * 1000 if fee and views and views.value else BLANK
    acts = (likes.value if likes else 0) + (comments.value if comments else 0)
    cells["cost_engagement"] = fee / acts if fee and acts else BLANK
    return cells


def _newest_of(posts: Sequence[PostSeen]) -> list[PostSeen]:
    seen = [post for post in posts if post.count("views")]
    return sorted(seen, key=lambda post: post.published, reverse=True)[:12]


def _at_age(post: PostSeen, hours: int, low: int, high: int) -> Cell:
    aim = post.published + timedelta(hours=hours)
    fits = [
        seen
        for seen in post.readings
        if "views" in seen.numbers
        and timedelta(hours=low) <= seen.at - post.published <= timedelta(hours=high)
    ]
    best = min(fits, key=lambda seen: abs(seen.at - aim), default=None)
    return best.numbers["views"].value if best else BLANK


# --- the first screen -----------------------------------------------------------------------


@dataclass
class ProfileSeen:
    """A profile with what was seen of it: its readings and its posts."""

    label: str
    readings: Sequence[Seen]
    posts: Sequence[PostSeen]

    @property
    def age(self) -> int:
        last = max(seen.at for seen in self.readings).date()
        return max(0, (date.today() - last).days)  # noqa: DTZ011 -- as spreadsheets do

    def exact_gain(self, days: int, late: int) -> int | None:
        """What may be added up: exact on both days, not old, not over many more days."""
        change, over = gained(self.readings, "followers", days)
        if isinstance(change, str) or self.age > 8 or not days <= over <= late:
            return None
        now = shown(self.readings, "followers")
        both = now and now.step == 1 and readings_before(self.readings, days).step == 1
        return int(change) if both else None


def board_figures(profiles: Sequence[ProfileSeen], now: datetime) -> dict[str, Cell]:
    """The cards, by label."""
    figures: dict[str, Cell] = {}
    day = timedelta(days=1)
    figures["Read in the last 24 h"] = sum(
        now - max(seen.at for seen in profile.readings) <= day for profile in profiles
    )
    for days, late in ((7, 9), (28, 33)):
        gains = [gain for p in profiles if (gain := p.exact_gain(days, late)) is not None]
        figures[f"Followers gained, {days} days"] = sum(gains) if gains else BLANK
    posts = [(post, profile) for profile in profiles for post in profile.posts]
    today = now.date()
    figures["Posts in 7 days"] = sum(now - p.published <= timedelta(days=7) for p, _ in posts)
    views = [
        change
        for post, profile in posts
        if not isinstance(change := post_cells(post, profile.posts)["change_7d"], str)
        and (today - max(seen.at for seen in post.readings).date()).days <= 8
    ]
    figures["Views gained, 7 days"] = sum(views) if views else BLANK
    rates = [
        rate
        for profile in profiles
        if profile.age <= 8
        and not isinstance(
            rate := profile_cells(profile.readings, profile.posts)["engagement"], str
        )
    ]
    figures["Engagement, median"] = median(rates) if rates else BLANK
    paid = [(p.fee, c.value) for p, _ in posts if p.fee and (c := p.count("views")) and c.value]
    total = sum(number for _, number in paid)
    figures["Cost per 1,000 views"] = sum(f for f, _ in paid) / total * 1000 if total else BLANK
    return figures


def movers(profiles: Sequence[ProfileSeen]) -> list[tuple[str, int]]:
    """Five up, most first; three down, most lost last."""
    gains = [(p.label, g) for p in profiles if (g := p.exact_gain(7, 9)) is not None]
    up = sorted((pair for pair in gains if pair[1] > 0), key=lambda pair: -pair[1])[:5]
    lost = sorted((pair for pair in gains if pair[1] < 0), key=lambda pair: pair[1])[:3]
    return [*up, *reversed(lost)]
