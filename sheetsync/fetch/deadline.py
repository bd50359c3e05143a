"""A budget of seconds on the wire that nothing a server does can stretch.

A socket's timeout is per read: a server that sends one byte a second never meets it, neither in
the handshake nor in the headers. So a timer shuts the sockets down when the budget is used up, and
whatever was waiting on them ends at once.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock, Timer
from time import monotonic

#: The budget of the request that this thread is on; connections find it here.
_CURRENT: ContextVar[Deadline] = ContextVar("deadline")


class Deadline:
    """``seconds`` in all, counted only while `running`: waiting for a turn costs nothing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self._left = seconds
        self._since: float | None = None
        self._pulled = False

    @property
    def left(self) -> float:
        return self._left - (0 if self._since is None else monotonic() - self._since)

    @property
    def over(self) -> bool:
        return self._pulled or self.left <= 0

    def spend(self, seconds: float) -> None:
        """Take off what was waited between two attempts."""
        self._left -= seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time, and shut down every socket that is `hold` when it is over.

        Raises TimeoutError when nothing is left.
        """
        if self.over:
            raise TimeoutError("no time left")
        timer = Timer(self.left, self.pull)
        timer.daemon = True
        self._since = monotonic()
        token = _CURRENT.set(self)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            _CURRENT.reset(token)
            self._left, self._since = self.left, None
            self._let_go()

    def hold(self, sock: socket.socket) -> None:
        """Have this socket shut down at the end. Raises TimeoutError when that has come."""
        with self._lock:
            if self.over:
                raise TimeoutError("no time left")
            # Its own handle: TLS takes the original object away, and closes it when it likes.
            self._held.append(socket.fromfd(sock.fileno(), socket.AF_INET, socket.SOCK_STREAM))

    def pull(self) -> None:
        """End it now, from any thread."""
        with self._lock:
            self._pulled = True
            for held in self._held:
                with suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()


def current() -> Deadline:
    """The budget of the request under way. Raises LookupError outside of one."""
    return _CURRENT.get()
