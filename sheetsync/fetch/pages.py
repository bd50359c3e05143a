"""Any page of the web that somebody names: past the guard and robots.txt, each address once.

For the IMPORT formulas; what is watched is read by `doors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from sheetsync.fetch.answer import Answer
from sheetsync.fetch.client import Client
from sheetsync.fetch.connections import prepared_for
from sheetsync.fetch.guard import Guard, Refused, hosts_allowed
from sheetsync.fetch.headers import known_contact
from sheetsync.fetch.pace import Pace
from sheetsync.fetch.robots import Robots
from sheetsync.fetch.web import Manners
from sheetsync.model import Outcome

_LEAST_DELAY = 2.0


class Pages:
    """A context manager. ``hosts`` may be asked besides those that the manners allow."""

    def __init__(
        self, manners: Manners, environment: Mapping[str, str], hosts: Iterable[str] = ()
    ) -> None:
        named = hosts_allowed(hosts, manners.allow_hosts)
        anyone = manners.allow_any_host
        pace = Pace(lambda host: _LEAST_DELAY)
        self._guard = Guard(lambda host: anyone or named(host), http=manners.allow_http)
        self._client = Client(
            self._guard,
            contact=manners.contact or known_contact(environment),
            pace=pace,
            seconds=min(30.0, manners.deadline),
        )
        self._robots = Robots(self._client, pace)
        self._ignore_robots = manners.ignore_robots
        self._answers: dict[str, Answer] = {}

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()

    def get(self, url: str) -> Answer:
        """What the address answers; asked once however often it is named."""
        url = url.partition("#")[0]
        if url not in self._answers:
            self._answers[url] = self._asked(url)
        return self._answers[url]

    def stop(self) -> None:
        """End what is under way, from any thread; nothing more is asked."""
        self._client.stop()

    def drop(self, url: str) -> None:
        """Forget the answer: of many pages not all need be held at once."""
        self._answers.pop(url.partition("#")[0], None)

    def _asked(self, url: str) -> Answer:
        try:
            self._guard.check(prepared_for(url).url or "")
        except Refused as refused:
            return Answer(url, problem=Outcome.REFUSED_ADDRESS, detail=refused.detail)
        if not self._ignore_robots:
            verdict = self._robots.allowed(url)
            if not verdict.allowed:
                problem = verdict.problem or Outcome.ROBOTS_DISALLOWED
                return Answer(url, problem=problem, detail=verdict.why)
        return self._client.get(url, accept="*/*", may_follow=self._why_not)

    def _why_not(self, hop: str) -> str | None:
        """Why robots.txt stops it on the way to which it was sent on; None: go on."""
        verdict = None if self._ignore_robots else self._robots.allowed(hop)
        return None if verdict is None or verdict.allowed else verdict.why
