"""What a site answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetsync.model import Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered, or the ``problem`` that kept it from answering.

    ``url`` is the last address asked, query and all (it may hold a key: do not print it), and
    ``redirects`` are those before it. ``sent_to`` is where the site sent on and was not followed
    (then there is a problem). ``latency``: seconds until the last headers; ``retry_after``:
    seconds. ``detail``: one line for a person, with the host's name and no other part of an
    address. ``body`` is unpacked, ``text`` decoded; both are empty when there is a problem.
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
        """Bytes of the unpacked body."""
        return len(self.body)
