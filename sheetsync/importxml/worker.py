"""`evaluate` in a process of its own, which is killed at its deadline.

libxml2 cannot be interrupted, and an XPath such as ``//*[count(//*[count(//*)>0])>0]`` runs for as
long as its author likes. One process serves many formulas and keeps the last page's trees; after a
deadline a new one is started.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Self

from sheetsync.importxml.call import Import
from sheetsync.importxml.choices import Choices
from sheetsync.importxml.content import Content
from sheetsync.importxml.evaluate import DEFAULT, evaluate
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.result import Result

SECONDS = 20.0
_MEMORY = 4_000_000_000  # bytes of address space, where the system can limit it

_Job = tuple[Import, str, str, str, Choices]


class Worker:
    """A context manager; the process is started with the first formula. For one thread.

    Spawned, not forked: a run has threads, and Windows knows nothing else.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: SpawnProcess | None = None
        self._way: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def evaluate(
        self,
        call: Import,
        page: Content,
        *,
        locale: str = "en_US",
        choices: Choices = DEFAULT,
    ) -> Result:
        """Raises NoValue: what `evaluate` raises, and ``timeout`` after the worker's seconds."""
        way = self._started()
        deadline = monotonic() + self._seconds
        try:
            way.send((call, page.text, page.content_type, locale, choices))
            if not way.poll(max(deadline - monotonic(), 0)):
                self.stop()
                raise self._late(call)
            answer = way.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        except BaseException:  # Ctrl-C: what is under way answers nobody
            self.stop()
            raise
        if isinstance(answer, NoValue):
            raise answer
        return _result(answer)

    def stop(self) -> None:
        process, way = self._process, self._way
        self._process = self._way = None
        if way:
            way.close()
        if process:
            process.kill()
            process.join()
            process.close()

    def _started(self) -> Connection:
        if self._way and self._process and self._process.is_alive():
            return self._way
        self.stop()
        context = multiprocessing.get_context("spawn")
        self._way, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._seconds), daemon=True)
        self._process.start()
        theirs.close()
        self._way.recv()  # it stands: the seconds are the formula's own
        return self._way

    def _late(self, call: Import) -> NoValue:
        return NoValue(
            Reason.TIMEOUT,
            f"The formula was stopped after {self._seconds:g} seconds.",
            hint=_SLOW.get(call.kind, _SMALLER),
        )

    def _died(self) -> NoValue:
        """Its exit code is all that is known of why; the system ends what takes too much memory."""
        process = self._process
        if process:
            process.join(1)
        code = process.exitcode if process else None
        self.stop()
        if code == -_KILL:
            return _no_memory()
        return NoValue(
            Reason.UNREADABLE,
            f"The formula could not be worked out: the reader broke off (exit code {code}).",
            hint="Ask for less of the page. If it happens again, it is worth a report to us.",
        )


_SMALLER = "Ask for a smaller page, e.g. one part of the list."
_BROWSER = "Building the page as browsers do takes long on a large or badly nested one. "
_SLOW = {
    "xml": "A // inside of another's […] is worked out for every element of the page; a large "
    "page is read faster as it is written (--tree written).",
    "html": _BROWSER + _SMALLER,
    "json": "A [] inside of another is worked out for every element of the data. " + _SMALLER,
}
_KILL = 9


def _no_memory() -> NoValue:
    return NoValue(
        Reason.TOO_LARGE,
        "The formula could not be worked out: the page takes more memory than there is.",
        hint=_SMALLER,
    )


def _unforeseen(error: Exception) -> NoValue:
    return NoValue(
        Reason.UNREADABLE,
        f"The formula could not be worked out: the reader failed ({type(error).__name__}).",
        hint="Try a simpler formula on this page. It is our mistake and worth a report to us.",
    )


def _result(answer: object) -> Result:
    if not isinstance(answer, Result):
        raise TypeError(f"the worker answered {type(answer)}")
    return answer


def _serve(way: Connection, seconds: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other side, which ends this
    _limit_memory()
    way.send("ready")
    known: tuple[str, str] | None = None
    content: Content | None = None
    while True:
        try:
            job = _job(way.recv)
        except EOFError:
            return
        except MemoryError:
            way.send(_no_memory())
            continue
        _end_after(seconds + 5)
        try:
            call, text, content_type, locale, choices = job
            if content is None or known != (text, content_type):
                known, content = (text, content_type), Content(text, content_type=content_type)
            answer: object = evaluate(call, content, locale=locale, choices=choices)
        except NoValue as failure:
            answer = failure.with_traceback(None)
        except MemoryError:
            known = content = None
            answer = _no_memory()
        except Exception as error:  # noqa: BLE001  a reason is owed for whatever happens
            answer = _unforeseen(error)
        _end_after(0)
        way.send(answer)


def _end_after(seconds: float) -> None:
    """The system ends this process even when nobody is left to do it; 0: not any more."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _job(receive: Callable[[], object]) -> _Job:
    job = receive()
    assert isinstance(job, tuple)
    return job


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  not there on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        with suppress(ValueError, OSError):  # macOS may refuse
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
