"""One reader of the web: an address in, what the site answered out. It never guesses."""

from __future__ import annotations

import http.client
import random
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from time import monotonic
from types import TracebackType
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from sheetsync import __version__
from sheetsync.errors import ConfigError
from sheetsync.fetch.body import CODINGS, decode, read_body
from sheetsync.fetch.connections import Session
from sheetsync.fetch.deadline import Deadline
from sheetsync.fetch.failures import Failure, explain
from sheetsync.fetch.formats import HEAD, is_binary
from sheetsync.fetch.guard import Guard, Refused
from sheetsync.fetch.network import Network
from sheetsync.fetch.pace import Pace
from sheetsync.model import Outcome

MAX_BYTES = 10_000_000
MAX_REDIRECTS = 5
SECONDS = 30.0
_RETRIES = 2
_PASSING = (502, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
#: What can come out of requests while a server does its worst; nothing else is caught.
_TROUBLE = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered, or the ``problem`` that kept it from answering.

    ``url`` is the last address asked, query and all (it may hold a key: do not print it), and
    ``redirects`` those before it. ``sent_to`` is where the site sent on, when that was not followed
    (then there is a problem). ``latency``: seconds until the last headers; ``size``: bytes of the
    unpacked body; ``retry_after``: seconds. ``detail``: one line for a person, no address in it.
    """

    url: str
    status: int | None = None
    text: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    retry_after: float | None = None
    latency: float = 0.0
    redirects: tuple[str, ...] = ()
    sent_to: str = ""
    problem: Outcome | None = None
    detail: str = ""

    @property
    def size(self) -> int:
        return len(self.body)


@dataclass
class _Request:
    """One `Client.get` on its way."""

    budget: Deadline
    limit: int
    cut: bool
    headers: dict[str, str]
    secrets: dict[str, str]
    retries: int = _RETRIES


class Client:
    """One pooled session for one run; safe for several threads.

    ``contact`` (an address of the web or of mail) goes into the User-Agent. With a ``pace``, every
    request on the wire, redirects and second attempts too, waits for its host's turn, and a host
    that is over is not asked. ``sleep`` waits before a second attempt. Raises ConfigError.
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

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._session.close()

    def stop(self) -> None:
        """End what is under way, from any thread; all further answers are ``not_reached``."""
        self._stopped.set()
        if self._pace:
            self._pace.stop()
        with self._lock:
            for budget in self._live:
                budget.pull()

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
    ) -> Answer:
        """Ask for one page. Raises ConfigError for a secret that no header can hold, nothing else.

        ``deadline`` is in seconds, for the whole request with redirects and second attempts, but
        without the waiting for a host's turn. ``secret_headers`` go to the first host only.
        ``cut``: of a larger page, the first ``max_bytes`` will do.
        """
        plain = {
            "User-Agent": self._agent,
            "Accept": accept,
            "Accept-Language": accept_language,
            "Accept-Encoding": CODINGS,
            **(headers or {}),
        }
        budget = Deadline(self._seconds if deadline is None else min(deadline, self._seconds))
        limit = self._max_bytes if max_bytes is None else max_bytes
        request = _Request(budget, limit, cut, plain, _secrets(secret_headers or {}))
        with self._lock:
            self._live.add(budget)
        try:
            return self._follow(request, url)
        finally:
            with self._lock:
                self._live.discard(budget)

    def _follow(self, request: _Request, url: str) -> Answer:
        """Ask, and go where the answer sends, five times at most, each time through the guard."""
        before: tuple[str, ...] = ()
        while True:
            answer = replace(self._patiently(request, url), redirects=before)
            if answer.problem or not answer.sent_to:
                return answer
            if refusal := self._refusal(answer, len(before)):
                return replace(answer, problem=refusal.outcome, detail=refusal.detail)
            if _origin(answer.sent_to) != _origin(answer.url):
                request.secrets = {}
            before, url = (*before, answer.url), answer.sent_to

    def _refusal(self, answer: Answer, before: int) -> Failure | None:
        """Why the place that an answer sends to is not asked; None: go on."""
        host = _host(answer.url)
        if before >= MAX_REDIRECTS:
            detail = f"{host} sends on from address to address without an end."
            return Failure(Outcome.UNREACHABLE, detail)
        if _scheme(answer.url) == "https" and _scheme(answer.sent_to) == "http":
            detail = f"{host} sends on to an address without encryption."
            return Failure(Outcome.REFUSED_ADDRESS, detail)
        try:
            self._guard.check(_prepared(answer.sent_to, {}).url or "")
        except Refused as refused:
            detail = f"{host} sends on to another address. {refused.detail}"
            return Failure(Outcome.REFUSED_ADDRESS, detail)
        return None

    def _patiently(self, request: _Request, url: str) -> Answer:
        """Ask one address; twice again after what passes by itself."""
        while True:
            answer, passing = self._once(request, url)
            if not passing or not request.retries or answer.retry_after is not None:
                return answer
            pause = 0.5 + self._jitter()
            over = self._pace and self._pace.is_over(_host(answer.url))
            if over or pause >= request.budget.left:
                return answer
            request.retries -= 1
            self._sleep(pause)
            request.budget.spend(pause)

    def _once(self, request: _Request, url: str) -> tuple[Answer, bool]:
        """One request on the wire; and whether what went wrong may pass by itself."""
        try:
            prepared = _prepared(url, {**request.headers, **request.secrets})
            host = self._guard.check(prepared.url or "")
        except Refused as refused:
            return Answer(url, problem=Outcome.REFUSED_ADDRESS, detail=refused.detail), False
        asked = prepared.url or ""
        turn: AbstractContextManager[None] = self._pace.turn(host) if self._pace else nullcontext()
        with turn:
            if idle := self._idle(asked, host):
                return idle, False
            began = monotonic()
            try:
                with request.budget.running():
                    answer = self._exchange(request, prepared, host, began)
            except _TROUBLE_AND_OURS as error:
                self._note(host, monotonic() - began)
                return self._failed(request, asked, host, error)
        return answer, answer.status in _PASSING

    def _exchange(
        self, request: _Request, prepared: requests.PreparedRequest, host: str, began: float
    ) -> Answer:
        """Headers, then the body; a redirect's body is never read."""
        raise NotImplementedError
