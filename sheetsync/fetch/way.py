"""The way out of one run: guard, pace, client and robots.txt, the same for everything it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Self

from sheetsync.fetch.answer import Answer
from sheetsync.fetch.client import SECONDS, Client
from sheetsync.fetch.connections import prepared_for
from sheetsync.fetch.guard import Guard, Refused, hosts_allowed
from sheetsync.fetch.headers import known_contact
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import Robots
from sheetsync.model import Outcome
from sheetsync.platform import Platform

#: Seconds for a whole run, unless somebody says otherwise: a scheduled job has to end.
DEADLINE = 20 * 60.0
#: Seconds between two requests of a host that no platform's file speaks of.
_LEAST_DELAY = 2.0
#: Bytes of pages that are held for a second reader; what is beyond is asked for again.
_MOST_HELD = 100_000_000


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


class Way:
    """A context manager; whoever asks by it shares one pace, one pool and one robots.txt a site.

    ``wanted``: addresses that two readers of the run may need; what one of them was answered is
    held for the other. ``seconds``: for one request.
    """

    def __init__(
        self,
        platforms: Sequence[Platform],
        manners: Manners,
        environment: Mapping[str, str],
        wanted: Iterable[str] = (),
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._platforms, self.manners = platforms, manners
        hosts = [host for platform in platforms for host in platform.hosts]
        named, anyone = hosts_allowed(hosts, manners.allow_hosts), manners.allow_any_host
        pace = Pace(self._least_delay)
        self.guard = Guard(lambda host: anyone or named(host), http=manners.allow_http)
        contact = manners.contact or known_contact(environment)
        self.client = Client(self.guard, contact=contact, pace=pace, seconds=seconds)
        self.robots = Robots(self.client, pace)
        self._wanted = {_asked_for(url) for url in wanted}
        self._held: dict[str, Answer] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.clear()
        self.client.__exit__()

    def hold(self, url: str, answer: Answer) -> None:
        """Keep an answer that another reader wants; not one that only a key has opened."""
        name = _asked_for(url)
        if name not in self._wanted or answer.problem is Outcome.NOT_REACHED:
            return
        with self._lock:  # the lines of a round are threads
            size = sum(held.size for held in self._held.values()) + answer.size
            if size <= _MOST_HELD:
                self._held[name] = answer

    def held(self, url: str) -> Answer | None:
        """What the address has answered already; it is let go with that."""
        with self._lock:
            return self._held.pop(_asked_for(url), None)

    def _least_delay(self, host: str) -> float:
        return next((p.delay for p in self._platforms if p.owns(host)), _LEAST_DELAY)


def _asked_for(url: str) -> str:
    """The address as it goes over the wire."""
    try:
        return prepared_for(url.partition("#")[0]).url or url
    except Refused:
        return url
