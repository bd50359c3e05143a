"""The way out, put together: guard, pace, client, robots and doors for one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sheetsync.fetch.client import Client
from sheetsync.fetch.doors import Doors
from sheetsync.fetch.guard import Guard, hosts_allowed
from sheetsync.fetch.headers import known_contact
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import Robots
from sheetsync.fetch.round import Progress, Round, Watched, read_round
from sheetsync.model import Page
from sheetsync.platform import Platform

#: Seconds for a whole run, unless somebody says otherwise: a scheduled job has to end.
DEADLINE = 20 * 60.0


@dataclass(frozen=True, slots=True)
class Manners:
    """What the person who runs the command decides about asking sites, and answers for.

    ``contact`` goes into the User-Agent, else what `known_contact` knows; ``allow_hosts`` are
    patterns besides the platforms' own hosts, ``allow_any_host`` and ``allow_http`` open the rest
    of the public web (never this machine or its own network); ``deadline`` is in seconds for the
    whole run; ``posts``: so many of each profile's newest posts are asked for on their own pages.
    """

    contact: str = ""
    ignore_robots: bool = False
    allow_hosts: tuple[str, ...] = ()
    allow_any_host: bool = False
    allow_http: bool = False
    deadline: float = DEADLINE
    posts: int = 0


class Web:
    """A context manager; everything asked within it shares one pace, one pool, one memory."""

    def __init__(
        self,
        platforms: Sequence[Platform],
        manners: Manners,
        *,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        keep: Callable[[Page], None] | None = None,
    ) -> None:
        self._platforms, self._manners = platforms, manners
        hosts = [host for platform in platforms for host in platform.hosts]
        named = hosts_allowed(hosts, manners.allow_hosts)
        anyone = manners.allow_any_host
        self._pace = Pace(self._least_delay)
        self._client = Client(
            Guard(lambda host: anyone or named(host), http=manners.allow_http),
            contact=manners.contact or known_contact(environment),
            pace=self._pace,
        )
        self.doors = Doors(
            self._client,
            Robots(self._client, self._pace),
            environment=environment,
            now=now,
            ignore_robots=manners.ignore_robots,
            keep=keep,
        )

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()

    def read(
        self, watched: Sequence[Watched], tell: Callable[[Progress], None] = lambda progress: None
    ) -> Round:
        """Read every Profile and Post once, within the run's deadline."""
        return read_round(
            watched,
            self._platforms,
            self.doors,
            self._client,
            deadline=self._manners.deadline,
            posts=self._manners.posts,
            tell=tell,
        )

    def _least_delay(self, host: str) -> float:
        return next((p.delay for p in self._platforms if p.owns(host)), 2.0)
