"""What a site answered → the page, or why the import has no value. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from w3lib.encoding import read_bom, resolve_encoding

from sheetsync.bounds import TooMuch
from sheetsync.document import Document
from sheetsync.importxml.content import Content
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.model import Outcome
from sheetsync.walls import of_hosting


class Answered(Protocol):
    """The part of `fetch.answer.Answer` that is read here."""

    @property
    def status(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def said(self) -> Outcome | None: ...
    @property
    def problem(self) -> Outcome | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def host(self) -> str: ...


_LATER = "Try again later."
_SAVE = "Open it in your browser, save it (Ctrl+S) and give it with --page."
_LOOK = "Open the address in a browser: the page may have moved, or have a typo in its name."
_ALLOW = "An address is asked only with leave: --allow-host HOST, --allow-http for http."
_ROBOTS = f"{_SAVE} --ignore-robots asks all the same: you decide that and answer for it."
_PROBLEMS: Mapping[Outcome, tuple[Reason, str]] = {
    Outcome.TIMEOUT: (Reason.TIMEOUT, _LATER),
    Outcome.TOO_LARGE: (Reason.TOO_LARGE, "Ask for a smaller page, e.g. one part of the list."),
    Outcome.UNREADABLE: (Reason.UNREADABLE, "Open the address in a browser and look at it."),
    Outcome.REFUSED_ADDRESS: (Reason.REFUSED, _ALLOW),
    Outcome.ROBOTS_DISALLOWED: (Reason.REFUSED, _ROBOTS),
    Outcome.CHALLENGE: (Reason.REFUSED, _SAVE),
}


def content_of(answer: Answered) -> Content:
    """The page that came. Raises NoValue for whatever is none."""
    if answer.problem:
        raise of_problem(answer.problem, answer.detail)
    if answer.said is Outcome.CHALLENGE or _is_check(answer.text):
        message = f"{answer.host} sent a browser check instead of the page."
        raise NoValue(Reason.REFUSED, message, hint=_SAVE)
    if refusal := _of_status(answer):
        raise refusal
    if charset := _unknown_charset(answer):
        raise NoValue(
            Reason.UNREADABLE,
            f"{answer.host} says that its page is written in “{charset[:30]}”, which is no known "
            "encoding.",
            hint=_SAVE,
        )
    return Content(answer.text, content_type=answer.content_type)


def _is_check(text: str) -> bool:
    """A page too large to look at here is no check; the worker that reads it has a deadline."""
    try:
        return of_hosting(Document(text)) is not None
    except TooMuch:
        return False


def of_problem(problem: Outcome, detail: str) -> NoValue:
    """For what came to nothing on the way; ``detail`` is the fetcher's sentence."""
    reason, hint = _PROBLEMS.get(problem, (Reason.UNREACHABLE, _LATER))
    return NoValue(reason, detail, hint=hint)


def _of_status(answer: Answered) -> NoValue | None:
    """For an HTTP status that comes with no page of its own; None for an ordinary answer."""
    status, host = answer.status or 0, answer.host
    if status < 400:
        return None
    if status in (404, 410):
        return NoValue(Reason.NOT_FOUND, f"{host} has no such page ({status}).", hint=_LOOK)
    if status == 429 or (answer.said is Outcome.RATE_LIMITED and status < 500):
        message = f"{host} asks for fewer requests ({status})."
        return NoValue(Reason.REFUSED, message, hint=_LATER)
    if status >= 500:
        message = f"{host} has trouble of its own ({status})."
        return NoValue(Reason.UNREACHABLE, message, hint=_LATER)
    message = f"{host} does not show this page to programs ({status})."
    return NoValue(Reason.REFUSED, message, hint=_SAVE)


def _unknown_charset(answer: Answered) -> str:
    """An encoding that nobody knows, where the page has letters in it: they would be guessed."""
    named = re.search(r"charset\s*=\s*[\"']?([^\s;\"']+)", answer.content_type, re.IGNORECASE)
    if not named or resolve_encoding(named[1]) or answer.body.isascii():
        return ""
    return "" if read_bom(answer.body)[0] else named[1]
