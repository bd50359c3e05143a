"""Reads all that is watched: the doors of every platform, in one round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sheetsync.fetch.doors import Doors
from sheetsync.fetch.round import Progress, Round, Watched, read_round
from sheetsync.fetch.way import Way
from sheetsync.model import Page
from sheetsync.platform import Platform


class Web:
    """``way`` is open as long as this is used; what imports want too is held there."""

    def __init__(
        self,
        way: Way,
        platforms: Sequence[Platform],
        *,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        keep: Callable[[Page], None] | None = None,
    ) -> None:
        self._way, self._platforms = way, platforms
        self.doors = Doors(
            way.client,
            way.robots,
            environment=environment,
            now=now,
            ignore_robots=way.manners.ignore_robots,
            keep=keep,
            hold=way.hold,
        )

    def read(
        self, watched: Sequence[Watched], tell: Callable[[Progress], None] = lambda progress: None
    ) -> Round:
        """Read every Profile and Post once, within the run's deadline."""
        return read_round(
            watched,
            self._platforms,
            self.doors,
            self._way.client,
            deadline=self._way.manners.deadline,
            posts=self._way.manners.posts,
            tell=tell,
        )
