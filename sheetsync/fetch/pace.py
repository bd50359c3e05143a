"""When a host may be asked again: one request at a time, in the host's own time.

The rule is that of Scrapy's AutoThrottle (scrapy/extensions/throttle.py): the delay moves half way
towards the host's latency, is never shorter than it, and an answer other than 200 never shortens
it. The delay begins when an answer has come, so that the host sees no shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic

#: Seconds between two requests, where nobody says more.
MINIMUM = 1.0
#: The delay before anything is known of a host. (Scrapy crawls thousands of pages and begins at 5.)
START = 1.0
LONGEST = 60.0
#: The longest that a Retry-After or a Crawl-delay is waited for; beyond it the host is over.
MOST_PATIENCE = 15 * 60.0
#: "Too many requests" and "overloaded".
_SLOW_DOWN = "asked to slow down"
_REFUSALS = {429: _SLOW_DOWN, 503: "is overloaded"}


@dataclass
class _Host:
    delay: float
    minimum: float
    next_at: float = 0.0
    over: str = ""
    turn: Lock = field(default_factory=Lock)


class Pace:
    """The pace of every host of one run; safe for several threads.

    ``minimum`` gives a host's least delay in seconds (the platform file's). ``clock`` counts
    seconds; ``sleep`` waits that long, and may return early once the run is stopped.
    """

    def __init__(
        self,
        minimum: Callable[[str], float] = lambda host: MINIMUM,
        *,
        start: float = START,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._minimum = minimum
        self._start = start
        self._clock = clock
        self._stopped = Event()
        self._sleep = sleep or self._stopped.wait
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for the host's turn and have the host alone meanwhile; say `note` inside it."""
        with self._of(host).turn:
            self.wait_for(host)
            yield

    def wait_for(self, host: str) -> float:
        """Sleep until the host may be asked, and take that moment; how long, in seconds."""
        state = self._of(host)
        with self._lock:
            now = self._clock()
            wait = 0.0 if state.over else max(state.next_at - now, 0.0)
            state.next_at = now + wait + state.delay
        if wait:
            self._sleep(wait)
        return wait

    def due(self, host: str) -> float:
        """Seconds until the host may be asked; 0 for now."""
        state = self._of(host)
        with self._lock:
            return max(state.next_at - self._clock(), 0.0)

    def note(
        self,
        host: str,
        latency: float,
        status: int | None = None,
        retry_after: float | None = None,
        *,
        slow_down: bool = False,
    ) -> None:
        """What an answer says of the pace: seconds until its headers, None when none came.

        429, 503 and whatever else says ``slow_down`` (a 403 with a used-up allowance) end the
        host for the run, whatever time they name: the next run is soon enough.
        """
        state = self._of(host)
        with self._lock:
            state.delay = _throttled(state, latency, status)
            state.next_at = self._clock() + max(state.delay, retry_after or 0.0)
            if (retry_after or 0.0) > MOST_PATIENCE:
                self._end(state, f"{host} asked to be left alone for {_span(retry_after)}")
            elif status in _REFUSALS or slow_down:
                self._end(state, f"{host} {_REFUSALS.get(status or 0, _SLOW_DOWN)}")

    def at_least(self, host: str, seconds: float) -> None:
        """A least delay that becomes known on the way: the Crawl-delay of robots.txt."""
        state = self._of(host)
        with self._lock:
            state.minimum = max(state.minimum, seconds)
            state.next_at += max(state.minimum - state.delay, 0.0) if state.next_at else 0.0
            state.delay = max(state.delay, state.minimum)
            if seconds > MOST_PATIENCE:
                wanted = _span(seconds)
                self._end(state, f"robots.txt of {host} wants {wanted} between two requests")

    def end(self, host: str, reason: str) -> None:
        """Nothing more is asked of this host in this run; the first reason stays."""
        state = self._of(host)
        with self._lock:
            self._end(state, reason)

    def is_over(self, host: str) -> str | None:
        """Why the host is not asked any more, as the middle of a sentence; None: go on."""
        return self._of(host).over or None

    def stop(self) -> None:
        """Wake whoever waits: the run is over."""
        self._stopped.set()

    def _end(self, state: _Host, reason: str) -> None:
        state.over = state.over or reason

    def _of(self, host: str) -> _Host:
        name = host.lower()
        with self._lock:
            if name not in self._hosts:
                least = self._minimum(name)
                self._hosts[name] = _Host(max(least, self._start), least)
            return self._hosts[name]


def _throttled(state: _Host, latency: float, status: int | None) -> float:
    """AutoThrottle's next delay, for one request at a time."""
    new = max(latency, (state.delay + latency) / 2)
    new = max(min(new, LONGEST), state.minimum)
    return new if status == 200 else max(new, state.delay)


def _span(seconds: float | None) -> str:
    minutes = (seconds or 0.0) / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
