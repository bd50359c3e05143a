"""Any page of the web that somebody names: past the guard and robots.txt, each address once.

For the IMPORT formulas; what is watched is read by `doors`.
"""

from __future__ import annotations

from sheetsync.fetch.answer import Answer
from sheetsync.fetch.connections import prepared_for
from sheetsync.fetch.guard import Refused
from sheetsync.fetch.way import Way
from sheetsync.model import Outcome


class Pages:
    """``way`` is open as long as this is used."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._answers: dict[str, Answer] = {}

    def get(self, url: str) -> Answer:
        """What the address answers; asked once however often it is named."""
        url = url.partition("#")[0]
        if url not in self._answers:
            self._answers[url] = self._asked(url)
        return self._answers[url]

    def stop(self) -> None:
        """End what is under way, from any thread; nothing more is asked."""
        self._way.client.stop()

    def drop(self, url: str) -> None:
        """Forget the answer: of many pages not all need be held at once."""
        self._answers.pop(url.partition("#")[0], None)

    def _asked(self, url: str) -> Answer:
        """What a profile's reader was answered is as good, where an import may ask at all."""
        try:
            self._way.guard.check(prepared_for(url).url or "")
        except Refused as refused:
            return Answer(url, problem=Outcome.REFUSED_ADDRESS, detail=refused.detail)
        if not self._way.manners.ignore_robots:
            verdict = self._way.robots.allowed(url)
            if not verdict.allowed:
                problem = verdict.problem or Outcome.ROBOTS_DISALLOWED
                return Answer(url, problem=problem, detail=verdict.why)
        if held := self._way.held(url):
            return held
        return self._way.client.get(url, accept="*/*", may_follow=self._why_not)

    def _why_not(self, hop: str) -> str | None:
        """Why robots.txt stops it on the way to which it was sent on; None: go on."""
        ignored = self._way.manners.ignore_robots
        verdict = None if ignored else self._way.robots.allowed(hop)
        return None if verdict is None or verdict.allowed else verdict.why
