"""One reader of the web: an address in, what the site answered out. It never guesses."""

from __future__ import annotations

import http.client
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event, Lock
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from sheetsync.fetch.answer import Answer, answer_so_far, with_body
from sheetsync.fetch.body import CODINGS, Unusable
from sheetsync.fetch.connections import Session, prepared_for
from sheetsync.fetch.deadline import Deadline
from sheetsync.fetch.failures import Failure, explain
from sheetsync.fetch.guard import Guard, Refused
from sheetsync.fetch.headers import sendable, user_agent
from sheetsync.fetch.network import Network
from sheetsync.fetch.pace import Pace
from sheetsync.model import Outcome

MAX_BYTES = 10_000_000
MAX_REDIRECTS = 5
SECONDS = 30.0
RETRIES = 2
_PASSING = (502, 504)
#: All that can come up while a server does its worst.
_TROUBLE = (
    Refused,
    Unusable,
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


@dataclass
class _Request:
    """One `Client.get` on its way."""

    budget: Deadline
    limit: int
    cut: bool
    headers: dict[str, str]
    secrets: dict[str, str]
    may_follow: Callable[[str], str | None]
    retries: int = RETRIES


class Client:
    """One pooled session for one run; safe for several threads.

    ``contact`` (an address of the web or of mail) goes into the User-Agent. With a ``pace``, every
    request on the wire, redirects and second attempts too, waits for its host's turn and is noted,
    and a host that is over is not asked. ``seconds`` and ``max_bytes`` are the limits of a request;
    ``sleep`` waits before a second attempt. Raises ConfigError.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        contact: str = "",
        network: Network | None = None,
        pace: Pace | None = None,
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
        sleep: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._guard = guard
        self._network = Network.from_environment() if network is None else network
        self._session = Session(guard, self._network.context())
        self._agent = user_agent(contact)
        self._pace = pace
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._stopped = Event()
        self._sleep = sleep or self._stopped.wait
        self._jitter = jitter
        self._now = now
        self._live: set[Deadline] = set()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._session.close()

    def stop(self) -> None:
        """End what is under way, from any thread; whatever was not read yet is ``not_reached``."""
        self._stopped.set()
        if self._pace:
            self._pace.stop()
        with self._lock:
            for budget in self._live:
                budget.pull()

    def end(self, url: str, reason: str) -> None:
        """Ask nothing more of this address's host in this run; ``reason`` as `Pace.end` has it."""
        if self._pace:
            self._pace.end(urlsplit(url).hostname or "", reason)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        accept: str = "text/html",
        accept_language: str = "en",
        deadline: float | None = None,
        max_bytes: int | None = None,
        cut: bool = False,
        may_follow: Callable[[str], str | None] = lambda url: None,
    ) -> Answer:
        """Ask for one page. Raises ConfigError for a header that cannot be sent, and nothing else.

        ``deadline``: seconds for the whole request, with redirects and second attempts, without
        the waiting for a host's turn; it shortens the client's own. ``secret_headers`` go to the
        first host only. ``cut``: of a larger page, the first ``max_bytes`` will do. ``may_follow``
        is asked of each address that a site sends on to: why robots.txt forbids it, or None.
        """
        wanted = {"Accept": accept, "Accept-Language": accept_language}
        own = {"User-Agent": self._agent, "Accept-Encoding": CODINGS}  # not for others to change
        request = _Request(
            budget=Deadline(self._seconds if deadline is None else min(deadline, self._seconds)),
            limit=self._max_bytes if max_bytes is None else max_bytes,
            cut=cut,
            headers=wanted | sendable(headers or {}) | own,
            secrets=sendable(secret_headers or {}),
            may_follow=may_follow,
        )
        with self._lock:
            self._live.add(request.budget)
        try:
            return self._follow(request, url)
        finally:
            with self._lock:
                self._live.discard(request.budget)

    def _follow(self, request: _Request, url: str) -> Answer:
        """Ask, and go where the answer sends: five times at most, each time past the guard."""
        before: tuple[str, ...] = ()
        while True:
            answer = replace(self._patiently(request, url), redirects=before)
            if answer.problem or not answer.sent_to:
                return answer
            if refusal := self._refusal(request, answer):
                return replace(answer, problem=refusal.outcome, detail=refusal.detail)
            if _origin(answer.sent_to) != _origin(answer.url):
                request.secrets = {}
            before, url = (*before, answer.url), answer.sent_to

    def _refusal(self, request: _Request, answer: Answer) -> Failure | None:
        """Why the address that an answer sends to is not asked; None: go on."""
        host = answer.host
        if _same_page(answer.sent_to) in map(_same_page, (answer.url, *answer.redirects)):
            # Nothing is kept between two requests, so the second answer would be the first.
            detail = f"{host} sends on in a circle, as sites do that want to set a cookie first."
            return Failure(Outcome.CHALLENGE, detail)
        if len(answer.redirects) >= MAX_REDIRECTS:
            detail = f"{host} sends on from one address to the next without an end."
            return Failure(Outcome.UNREACHABLE, detail)
        if answer.url.startswith("https:") and answer.sent_to.lower().startswith("http:"):
            detail = f"{host} sends on to an address without encryption."
            return Failure(Outcome.REFUSED_ADDRESS, detail)
        try:
            self._guard.check(prepared_for(answer.sent_to).url or "")
        except Refused as refused:
            detail = f"{host} sends on to another address. {refused.detail}"
            return Failure(Outcome.REFUSED_ADDRESS, detail)
        why = request.may_follow(answer.sent_to)
        return Failure(Outcome.ROBOTS_DISALLOWED, why) if why else None

    def _patiently(self, request: _Request, url: str) -> Answer:
        """Ask one address, and twice again after what may pass by itself."""
        while True:
            answer, passing = self._in_turn(request, url)
            pause = 0.5 + self._jitter()
            if not passing or not request.retries or pause >= request.budget.left:
                return answer
            if self._pace and self._pace.is_over(answer.host):
                return answer
            request.retries -= 1
            request.budget.spend(pause)
            self._sleep(pause)

    def _in_turn(self, request: _Request, url: str) -> tuple[Answer, bool]:
        """One request on the wire; and whether what went wrong may pass by itself."""
        try:
            prepared = prepared_for(url)
            host = self._guard.check(prepared.url or "")
        except Refused as refused:
            return Answer(url, problem=Outcome.REFUSED_ADDRESS, detail=refused.detail), False
        prepared.prepare_headers(request.headers | request.secrets)
        turn: AbstractContextManager[None] = self._pace.turn(host) if self._pace else nullcontext()
        with turn:
            over = self._pace and self._pace.is_over(host)
            if over or self._stopped.is_set():
                why = f"Not asked: {over or 'the run was stopped before'}."
                idle = Answer(prepared.url or "", problem=Outcome.NOT_REACHED, detail=why)
                return idle, False
            return self._exchange(request, prepared, host)

    def _exchange(
        self, request: _Request, prepared: requests.PreparedRequest, host: str
    ) -> tuple[Answer, bool]:
        began = monotonic()
        answer = Answer(prepared.url or "")
        try:
            with request.budget.running(), closing(self._send(request, prepared)) as response:
                answer = answer_so_far(response, monotonic() - began, self._now())
                self._note(host, answer)
                answer = with_body(answer, response, request.limit, cut=request.cut)
                if request.budget.over:  # a connection that was shut down may look like an end
                    raise TimeoutError
        except _TROUBLE as error:
            if answer.status is None:
                self._note(host, replace(answer, latency=monotonic() - began))
            failure = self._explain(error, request.budget, host)
            known = replace(answer, text="", body=b"", sent_to="")
            return replace(known, problem=failure.outcome, detail=failure.detail), failure.again
        return answer, answer.status in _PASSING and answer.retry_after is None

    def _send(self, request: _Request, prepared: requests.PreparedRequest) -> requests.Response:
        """Everything up to the headers of the answer."""
        url = prepared.url or ""
        proxy = self._network.proxy_for(url)
        return self._session.send(
            prepared,
            stream=True,
            allow_redirects=False,
            timeout=max(request.budget.left, 0.001),
            proxies={urlsplit(url).scheme: proxy} if proxy else {},
        )

    def _note(self, host: str, answer: Answer) -> None:
        if self._pace:
            slow_down = answer.said is Outcome.RATE_LIMITED
            # A browser check that comes as a 503 says nothing of the host's load.
            check = answer.said is Outcome.CHALLENGE and answer.status == 503
            status = 403 if check else answer.status
            self._pace.note(host, answer.latency, status, answer.retry_after, slow_down=slow_down)

    def _explain(self, error: Exception, budget: Deadline, host: str) -> Failure:
        if self._stopped.is_set():
            return Failure(Outcome.NOT_REACHED, "The run was stopped while this page was read.")
        failure = explain(error, host)
        if budget.over and failure.outcome is not Outcome.REFUSED_ADDRESS:
            detail = f"{host} did not answer in time ({budget.seconds:.3g} s)."
            return Failure(Outcome.TIMEOUT, detail)
        return failure


def _same_page(url: str) -> str:
    """The address as requests will ask for it; what is none stays as it is, for the guard."""
    try:
        return prepared_for(url).url or ""
    except Refused:
        return url


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
