"""What can go wrong with a call, on demand.

A fault is a function of the server, the call and the work; it calls ``work()`` or does not, and
says what the client gets. ``Faults.add`` arranges one for the next call of a method (or the n-th).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tests.sheets_server.call import Answer, Call, Ending, answered
from tests.sheets_server.errors import ApiError
from tests.sheets_server.quota import Quota

if TYPE_CHECKING:
    from tests.sheets_server.google import Google

Work = Callable[[], Answer]
Fault = Callable[["Google", Call, Work], Answer]
_TEXTS = {
    500: "Internal error encountered.",
    502: "Bad gateway",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}


class Faults:
    """Those that wait for their call; each happens once."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, Fault]] = []
        self._seen: dict[str, int] = {}
        #: Asked before every call; for faults that follow a rule of the test's own.
        self.rule: Callable[[Call], Fault | None] | None = None

    def add(self, fault: Fault, method: str = "", nth: int = 1) -> None:
        """For the n-th call from now whose method ends so ("" is any), e.g. "values.get"."""
        self._waiting.append((method, self._count(method) + nth, fault))

    def clear(self) -> None:
        self._waiting.clear()
        self.rule = None

    def _count(self, method: str) -> int:
        return sum(n for name, n in self._seen.items() if name.endswith(method))

    def for_call(self, call: Call) -> Fault | None:
        self._seen[call.method] = self._seen.get(call.method, 0) + 1
        for at, (method, number, fault) in enumerate(self._waiting):
            if call.method.endswith(method) and self._count(method) == number:
                del self._waiting[at]
                return fault
        return self.rule(call) if self.rule else None


def refuse(status: int, headers: Mapping[str, str] | None = None) -> Fault:
    """An answer instead of the work: 429, 500, 502, 503, 504; e.g. with Retry-After."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        return answered(_error(status, call), headers)

    return fault


def _error(status: int, call: Call) -> ApiError:
    if status == 429:
        return Quota.exceeded("read" if call.verb == "GET" else "write")
    return ApiError(status, _TEXTS.get(status, "Unknown Error."))


def drop(ending: Ending = "reset") -> Fault:
    """The connection ends before anything is done."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        return Answer(0, ending=ending)

    return fault


def lose_answer(how: Ending | int = "reset") -> Fault:
    """The work is done, and the client does not hear of it: a lost connection or a 5xx."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        work()
        if isinstance(how, int):
            return answered(_error(how, call))
        return Answer(0, ending=how)

    return fault


def commit_later(how: Ending | int = 504, calls: int = 0) -> Fault:
    """A time-out; the work goes on and is done at ``google.commit_late()``.

    ``calls``: or by itself, before the so-manieth call from now.
    """

    def fault(google: Google, call: Call, work: Work) -> Answer:
        google.keep_late(work)
        if calls:
            google.faults.add(_late_first, nth=calls)
        if isinstance(how, int):
            return answered(_error(how, call))
        return Answer(0, ending=how)

    return fault


def _late_first(google: Google, call: Call, work: Work) -> Answer:
    google.commit_late()
    return work()


def delay(seconds: float) -> Fault:
    def fault(google: Google, call: Call, work: Work) -> Answer:
        time.sleep(seconds)
        return work()

    return fault


def before(action: Callable[[], object]) -> Fault:
    """Something happens just before: people edit, another writer writes."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        action()
        return work()

    return fault


def after(action: Callable[[], object]) -> Fault:
    """Something happens after the work and before the client has the answer."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        answer = work()
        action()
        return answer

    return fault


def both(first: Fault, second: Fault) -> Fault:
    """The first around the second."""

    def fault(google: Google, call: Call, work: Work) -> Answer:
        return first(google, call, lambda: second(google, call, work))

    return fault
