"""One round over everything that is watched: hosts side by side, one request at a time per host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic

from sheetsync.fetch.client import Client
from sheetsync.fetch.doors import Doors, Fetched
from sheetsync.model import Outcome, Post, Profile, Record
from sheetsync.platform import Platform

Watched = Profile | Post
#: Platforms asked side by side; each of them in its own thread.
SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is: ``waiting`` are the platforms that still have something to read."""

    done: int
    total: int
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """What came back, in the order of the watch list; ``stopped`` by a person or the deadline."""

    fetched: tuple[Fetched, ...]
    stopped: str = ""


def read_round(
    watched: Sequence[Watched],
    platforms: Sequence[Platform],
    doors: Doors,
    client: Client,
    *,
    deadline: float,
    posts: int = 0,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Round:
    """Read every Profile and Post once. ``deadline`` is in seconds for the whole round.

    ``posts``: of each profile read, so many of its newest posts' own pages too. Ctrl-C ends the
    round: what was read so far comes back, the rest is ``not_reached``.
    """
    by_key = {platform.key: platform for platform in platforms}
    queue = list({target.key + target.kind: target for target in watched}.values())
    listed = frozenset(target.key for target in queue if isinstance(target, Post))
    turn = _Turn(doors, by_key, posts, monotonic() + deadline, Event(), listed)
    found: dict[int, list[Fetched]] = {}
    stopped = ""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = {
            pool.submit(turn.read_all, group, found): name for name, group in _by_host(queue)
        }
        try:
            _watch(running, found, len(queue), tell, turn, client)
        except KeyboardInterrupt:
            stopped = "stopped by you"
            turn.stopped.set()
            client.stop()
            wait(running)
    late = turn.late.is_set() and not stopped
    fetched = [
        each
        for index, target in enumerate(queue)
        for each in found.get(index, [_not_reached(target, turn.why)])
    ]
    return Round(tuple(fetched), stopped or ("out of time" if late else ""))


def _by_host(queue: Sequence[Watched]) -> Iterable[tuple[str, list[tuple[int, Watched]]]]:
    """Everything of one platform in one line; Mastodon's servers are hosts of their own."""
    lines: dict[str, list[tuple[int, Watched]]] = {}
    for index, target in enumerate(queue):
        host = target.handle.partition("@")[2]
        lines.setdefault(f"{target.platform} {host}".strip(), []).append((index, target))
    return lines.items()


def _watch(
    running: Mapping[Future[None], str],
    found: Mapping[int, list[Fetched]],
    total: int,
    tell: Callable[[Progress], None],
    turn: _Turn,
    client: Client,
) -> None:
    left = set(running)
    while left:
        if turn.over() and turn.late.is_set():
            client.stop()  # also what is under way, and whoever waits for a host
        done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        tell(Progress(len(found), total, tuple(sorted(running[f] for f in left))))


class _Turn:
    """What all lines of a round share."""

    def __init__(
        self,
        doors: Doors,
        platforms: Mapping[str, Platform],
        posts: int,
        until: float,
        stopped: Event,
        listed: frozenset[str],
    ) -> None:
        self.doors, self.platforms, self.posts = doors, platforms, posts
        self.until, self.stopped, self.late = until, stopped, Event()
        #: Posts that have a turn of their own: not asked for again with their profile.
        self.listed = listed

    def read_all(
        self, line: Sequence[tuple[int, Watched]], found: dict[int, list[Fetched]]
    ) -> None:
        for index, target in line:
            if self.over():
                return
            fetched = self.doors.read(target, self.platforms[target.platform])
            cut = self.stopped.is_set() or self.late.is_set()
            if cut and not fetched.record.outcome.has_numbers:
                return
            found[index] = self._with_newest(fetched)

    def _with_newest(self, fetched: Fetched) -> list[Fetched]:
        """The profile, then its newest posts' own pages, which are more exact than its own page.

        Those that gave nothing stand in the profile's ``missed``.
        """
        record, read = fetched.record, []
        for post in record.posts[: self.posts]:
            if post.key in self.listed:
                continue
            target = Post(record.platform, post.id, post.url, record.handle)
            if self.over():
                read.append(_not_reached(target, self.why))
            else:
                read.append(self.doors.read(target, self.platforms[record.platform]))
        missed = tuple(each.record for each in read if not each.record.outcome.has_numbers)
        good = [each for each in read if each.record.outcome.has_numbers]
        return [replace(fetched, missed=fetched.missed + missed), *good]

    @property
    def why(self) -> str:
        """Why something was not reached, whether its turn had come or not."""
        stopped = self.stopped.is_set()
        return "the run was stopped before it was read" if stopped else "the run's time was over"

    def over(self) -> bool:
        if monotonic() >= self.until:
            self.late.set()
        return self.late.is_set() or self.stopped.is_set()


def _not_reached(target: Watched, why: str) -> Fetched:
    record = Record(
        platform=target.platform,
        kind=target.kind,
        outcome=Outcome.NOT_REACHED,
        handle=target.handle,
        url=target.url,
        source="http",
        fields={"id": target.id} if isinstance(target, Post) else {},
        detail=f"not reached: {why}",
    )
    return Fetched(target, record, asked_site=False)
