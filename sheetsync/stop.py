"""Ctrl-C, SIGTERM and SIGHUP: taken at once, or held while something must not be cut in two.

Imports nothing slow: it is in place before the rest of sheetsync is loaded.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

#: The exit status of a command that was stopped before it had anything to finish.
STATUS = 130
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_STOPPED = f'{{"error": {{"message": "Stopped.", "hint": "", "exit_status": {STATUS}}}}}'
_AGAIN = "Already stopping; what was read is finished first, so that it is not lost."


class Stop:
    """The wish of a person or of the system that this process ends.

    Before `begin` it ends at once; after it a KeyboardInterrupt goes up, as Python's own does;
    while it is `held` it is only noted, for `check` and `times`.
    """

    def __init__(self) -> None:
        #: How often it was wished.
        self.times = 0
        #: By whom, as the beginning of a sentence.
        self.why = "stopped by you"
        self._begun = False
        self._held = 0
        self._saying = ""

    def install(self) -> None:
        """Take the signals of this process; those that its parent ignores (nohup) stay ignored."""
        for number in _present():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._taken)

    def begin(self) -> None:
        """From here on there may be something to clean up."""
        self._begun = True

    def done(self) -> None:
        """All is written and said: the last milliseconds change the exit status no more."""
        for number in _present():
            signal.signal(number, signal.SIG_IGN)

    @contextmanager
    def held(self, saying: str = "") -> Iterator[None]:
        """Do what is inside to its end; ``saying`` is told to whoever wishes a stop meanwhile."""
        before, self._saying = self._saying, saying
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._saying = before

    def check(self) -> None:
        """Raises KeyboardInterrupt when a stop was wished: a place where stopping is safe."""
        if self.times:
            raise KeyboardInterrupt

    def _taken(self, number: int, frame: FrameType | None) -> None:
        self.times += 1
        if self.times == 1 and number != signal.SIGINT:
            self.why = f"stopped from outside ({signal.Signals(number).name})"
        if self._held:
            _say(self._saying if self.times == 1 else _AGAIN)
        elif self._begun and self.times == 1:
            raise KeyboardInterrupt
        else:
            _say("Stopped.")
            if asks_for_json(sys.argv[1:]):
                _say(_STOPPED, to=1)
            os._exit(STATUS)


def _present() -> list[signal.Signals]:
    """Those of the signals that this system has."""
    return [signal.Signals[name] for name in _SIGNALS if name in signal.Signals.__members__]


def asks_for_json(words: Sequence[str]) -> bool:
    """Also when the words are so wrong that they were never parsed."""
    return "--json" in words or os.environ.get("SHEETSYNC_JSON", "") not in ("", "0", "false")


def _say(line: str, to: int = 2) -> None:
    """Past Python's own buffers, which the interrupted code may be in the middle of."""
    if line:
        with suppress(OSError):  # nobody may be there any more to read it
            os.write(to, f"{line}\n".encode("ascii", "replace"))


#: Of this process: signals know no smaller thing.
stop = Stop()
