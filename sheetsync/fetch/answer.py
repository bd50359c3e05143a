"""What a site answered, from the headers and the body of its response."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import requests

from sheetsync.fetch.body import decode, read_body
from sheetsync.fetch.formats import HEAD, is_binary
from sheetsync.fetch.headers import retry_after, said, sent_to
from sheetsync.model import Outcome

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered, or the ``problem`` that kept it from answering.

    ``url`` is the last address asked, query and all (it may hold a key: do not print it), and
    ``redirects`` are those before it. ``sent_to`` is where the site sent on and was not followed
    (then there is a problem). ``latency``: seconds until the last headers; ``retry_after``:
    seconds. ``said`` is what the headers alone say: to slow down, or a browser check.
    ``detail``: one line for a person, with the host's name and no other part of an
    address. ``body`` is unpacked, ``text`` decoded; both are empty when there is a problem.
    """

    url: str
    status: int | None = None
    text: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    retry_after: float | None = None
    said: Outcome | None = None
    latency: float = 0.0
    redirects: tuple[str, ...] = ()
    sent_to: str = ""
    problem: Outcome | None = None
    detail: str = ""

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or "the site"
        except ValueError:  # what was asked for is no address
            return "the site"

    @property
    def size(self) -> int:
        """Bytes of the unpacked body."""
        return len(self.body)


def answer_so_far(response: requests.Response, latency: float, now: datetime) -> Answer:
    """What the headers say. A redirect has ``sent_to``; an answer without a page, a problem."""
    answer = Answer(
        response.url,
        response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        retry_after=retry_after(response.headers, now),
        said=said(response.status_code, response.headers),
        latency=latency,
    )
    if _has_page(answer):
        return answer
    found = sent_to(response.url, response.headers)
    if found and response.status_code in _REDIRECTS:
        return replace(answer, sent_to=found)
    detail = f"{answer.host} answered {response.status_code} and no page."
    return replace(answer, problem=Outcome.UNREADABLE, detail=detail)


def with_body(answer: Answer, response: requests.Response, limit: int, *, cut: bool) -> Answer:
    """The answer with its body; that of a redirect is never read. Raises what `read_body` does."""
    if not _has_page(answer):
        return answer
    coding = response.headers.get("Content-Encoding", "")
    body = read_body(response.raw, coding, limit=limit, cut=cut)
    text = decode(body, answer.content_type)
    if is_binary(text[:HEAD]):
        detail = f"{answer.host} sent something that is no text."
        return replace(answer, problem=Outcome.UNREADABLE, detail=detail)
    return replace(answer, body=body, text=text)


def _has_page(answer: Answer) -> bool:
    """Not a redirect, not a word in advance (103), and not a part that nobody asked for (206)."""
    status = answer.status or 0
    return status >= 200 and status != 206 and not 300 <= status < 400
