"""What a site's robots.txt allows (RFC 9309), asked once per site and run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlsplit

from protego import Protego

from sheetsync.fetch.answer import Answer
from sheetsync.fetch.client import Client
from sheetsync.fetch.pace import Pace
from sheetsync.model import Outcome

#: RFC 9309, 2.5: a parser reads at least this much; what lies behind it is not read.
MOST_BYTES = 500 * 1024
# Every agent of a group gets every rule of the group: a hostile file comes to half a billion.
_MOST_RULES = 200_000
#: A line that begins a group, however the parser lets it be spelled.
_AGENT = re.compile(r"^([^\S\n]*user[ -]?agents?\b[^\S\n:]*:?)[^\S\n]*([^\n#]*)", re.I | re.M)
#: RFC 9309, 2.2.1: a product token has only these letters; what follows it is a version.
_TOKEN = re.compile(r"\*|[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``crawl_delay`` is in seconds; ``why`` is one plain line.

    ``problem`` is set when robots.txt itself was not to be had (unreachable, timeout, …).
    """

    allowed: bool
    crawl_delay: float | None
    why: str
    problem: Outcome | None = None


@dataclass
class _Site:
    lock: Lock = field(default_factory=Lock)
    rules: Protego | Verdict | None = None


class Robots:
    """The robots.txt of every site of one run; safe for several threads.

    With a ``pace``, a Crawl-delay becomes its host's least delay.
    """

    def __init__(self, client: Client, pace: Pace | None = None) -> None:
        self._client = client
        self._pace = pace
        self._sites: dict[str, _Site] = {}
        self._lock = Lock()

    def allowed(self, url: str, user_agent: str = "sheetsync") -> Verdict:
        """Whether the address may be asked. Any 4xx allows all; 5xx and silence forbid all.

        429 is a 4xx (RFC 9309, 2.3.1.3), and so allows; but it asks to slow down, which ends the
        host for the run (``pace``): a site that answers so is asked nothing more.
        """
        parts = urlsplit(url)
        with self._lock:
            site = self._sites.setdefault(f"{parts.scheme}://{parts.netloc}".lower(), _Site())
        with site.lock:
            if site.rules is None:
                site.rules = self._fetch(parts.scheme, parts.netloc)
            if isinstance(site.rules, Verdict):
                return site.rules
            verdict = _judge(site.rules, url, parts.hostname or "", user_agent)
        if self._pace and verdict.crawl_delay:
            self._pace.at_least(parts.hostname or "", verdict.crawl_delay)
        return verdict

    def _fetch(self, scheme: str, netloc: str) -> Protego | Verdict:
        answer = self._client.get(
            f"{scheme}://{netloc}/robots.txt", accept="text/plain", max_bytes=MOST_BYTES, cut=True
        )
        host = netloc.lower()
        if answer.problem:
            why = f"robots.txt cannot be read, so nothing else is: {answer.detail}"
            return Verdict(False, None, why, answer.problem)
        status = answer.status or 0
        if status == 202 or (status < 400 and answer.said is Outcome.CHALLENGE):
            why = f"{host} sent a browser check instead of its robots.txt, so nothing else is read."
            return Verdict(False, None, why, Outcome.CHALLENGE)
        if 400 <= status < 500:
            return Verdict(True, None, f"{host} has no robots.txt ({status}).")
        if status != 200:
            why = f"{host} answers {status} instead of its robots.txt, which forbids to go on."
            return Verdict(False, None, why)
        return _parsed(answer, host)


def _parsed(answer: Answer, host: str) -> Protego | Verdict:
    text = answer.body.decode("utf-8-sig", "replace")
    if _rules_in(text) > _MOST_RULES:
        return Verdict(False, None, f"robots.txt of {host} is too odd to be understood.")
    lines = "\n".join(text.splitlines())  # the same lines for the pattern and the parser
    return Protego.parse(_AGENT.sub(_with_whole_name, lines))


def _with_whole_name(line: re.Match[str]) -> str:
    """The token in brackets, without version: the parser takes "sheet" for "sheetsync"."""
    token = _TOKEN.match(line[2].strip())
    if token is None or token[0] == "*":
        return f"{line[1]} {token[0] if token else line[2]}"
    return f"{line[1]} {_whole(token[0])}"


def _whole(name: str) -> str:
    return f"<{name.lower()}>"


def _rules_in(text: str) -> int:
    """How many rules the parser will hold, at most; and how often it will compare agents."""
    found = agents = 0
    among_agents = False
    for line in text.splitlines():
        word = line.lstrip()[:3].lower()
        if word == "use":  # User-agent, however it is spelled
            agents = agents + 1 if among_agents else 1
            among_agents = True
            found += agents
        elif word in ("all", "dis", "dia"):  # Allow, Disallow and its misspellings
            among_agents = False
            found += agents
    return found


def _judge(rules: Protego, url: str, host: str, user_agent: str) -> Verdict:
    name = _whole(user_agent)
    delay = rules.crawl_delay(name)
    if rules.can_fetch(url, name):
        return Verdict(True, delay, f"robots.txt of {host} allows this page.")
    return Verdict(False, delay, f"robots.txt of {host} forbids this page to programs.")
