"""A profile's newest posts: what its average, median and engagement are computed from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median

from sheetsync.dashboard import WINDOW, Scalar
from sheetsync.model import Count
from sheetsync.plan.known import Known

#: Numbers of posts that were read so long before the newest are of another time.
_TOGETHER = timedelta(days=30)


def coarse(count: Count) -> bool:
    """Whether a rate of it would be off by more than 5 %; an exact number never is."""
    return count.step * 20 > count.value + 20


def newest_posts(posts: Iterable[Known]) -> list[Known]:
    """The newest posts that show their views, newest first, ``WINDOW`` at most."""
    seen = [post for post in posts if _count(post, "views") and post.reading.at]
    if not seen:
        return []
    latest = max(at for post in seen if (at := post.reading.at))
    together = [p for p in seen if p.reading.at and latest - p.reading.at <= _TOGETHER]
    return sorted(together, key=_published, reverse=True)[:WINDOW]


def window_cells(posts: Sequence[Known], zone: tzinfo) -> dict[str, Scalar]:
    """The cells of a profile's row that its rates are computed from; ``posts`` newest first."""
    views = [count.value for post in posts if (count := _count(post, "views"))]
    cells: dict[str, Scalar] = {
        f"views_{number}": views[number - 1] if number <= len(views) else None
        for number in range(1, WINDOW + 1)
    }
    cells |= _sums("rated", posts, ("likes", "comments"))
    cells |= _sums("shared", posts, ("likes", "comments", "shares"))
    last = max(map(_published, posts), default=_NEVER)
    shown = None if last == _NEVER else last.astimezone(zone).replace(tzinfo=None)
    return {**cells, "last_post": shown}


def median_views(cells: Mapping[str, Scalar]) -> float | None:
    """Of the same cells, what the column “Views, median” computes."""
    views = [cells.get(f"views_{number}") for number in range(1, WINDOW + 1)]
    numbers = [view for view in views if isinstance(view, int)]
    return _whole(median(numbers)) if numbers else None


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _sums(name: str, posts: Sequence[Known], parts: Sequence[str]) -> dict[str, Scalar]:
    """Of the posts that show views and all ``parts``: how many, their views, the parts' sum."""
    rows = [[_count(post, field) for field in ("views", *parts)] for post in posts]
    whole = [[c for c in row if c and not (c.value and coarse(c))] for row in rows]
    full = [row for row in whole if len(row) == len(parts) + 1]
    if not full:
        return dict.fromkeys((f"{name}_n", f"{name}_views", f"{name}_sum"))
    return {
        f"{name}_n": len(full),
        f"{name}_views": sum(row[0].value for row in full),
        f"{name}_sum": sum(count.value for row in full for count in row[1:]),
    }


_NEVER = datetime.min.replace(tzinfo=UTC)


def _published(post: Known) -> datetime:
    seen = post.reading.seen.get("published")
    return seen.value if seen and isinstance(seen.value, datetime) else _NEVER


def _count(post: Known, name: str) -> Count | None:
    seen = post.reading.seen.get(name)
    return seen.value if seen and isinstance(seen.value, Count) else None
