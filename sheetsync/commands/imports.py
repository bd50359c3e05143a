"""Works out imports: each page is asked for once, whatever the number of formulas that read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from sheetsync.commands.shared import now
from sheetsync.fetch.answer import Answer
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.pages import Pages
from sheetsync.fetch.way import Way
from sheetsync.imports import Ask
from sheetsync.importxml import Content, Import, NoValue, Reason, Result, Worker
from sheetsync.importxml.answers import content_of
from sheetsync.model import ImportRead, Outcome, Page
from sheetsync.stop import stop
from sheetsync.terminal import note

#: Seconds for one formula, and between two lines on how far it is.
_MOST, _EVERY = 20.0, 30.0
#: Refusals of a host after which it is left alone for this run.
_ENOUGH = 3
NOT_REACHED = "not_reached"

#: Which of the asks, and for which profile.
_Job = tuple[int, str]


@dataclass(slots=True)
class _Done:
    """What was worked out so far; ``stopped`` says why it was cut short."""

    results: dict[_Job, Result | NoValue] = field(default_factory=dict)
    stopped: str = ""


def fetch_imports(
    asks: Sequence[Ask],
    way: Way,
    save: Path | None,
    *,
    locale: str,
    until: float,
    quiet: bool,
    refused: Collection[str] = (),
) -> tuple[list[ImportRead], str]:
    """Ask the sites and read what came. ``until`` is by `time.monotonic`: the run's own deadline;
    ``refused`` are hosts that have turned this run away before.

    Returns what each import gave, in the order of ``asks``, and why it was cut short ("" if not).
    """
    done = _Done()
    by_url: dict[str, list[tuple[_Job, Import]]] = {}
    for number, ask in enumerate(asks):
        for profile, call in ask.calls.items():
            if isinstance(call, NoValue):
                done.results[number, profile] = call
            else:
                url = call.url.partition("#")[0]
                by_url.setdefault(url, []).append(((number, profile), call))
    left = max(until - monotonic(), 1.0)
    worker = Worker(min(_MOST, left))
    with closing(_Reader(Pages(way), worker, save, locale)) as reader:
        reader.refused(refused)
        said = monotonic()
        for number, (url, jobs) in enumerate(by_url.items()):
            if why := _over(until):
                done.stopped = why
                break
            if not quiet and monotonic() - said > _EVERY:
                said = monotonic()
                note(f"imports: {number} of {len(by_url)} pages")
            done.results.update(reader.read(url, jobs, until))
        done.stopped = done.stopped or reader.cut
    return [_read(number, ask, done) for number, ask in enumerate(asks)], done.stopped


def pages_of(asks: Sequence[Ask]) -> list[str]:
    """The addresses that they read."""
    calls = [call for ask in asks for call in ask.calls.values()]
    return [call.url for call in calls if not isinstance(call, NoValue)]


def _over(until: float) -> str:
    """Why nothing more is asked, "" as long as there is time."""
    if stop.times:
        return stop.why
    return "out of time" if monotonic() >= until else ""


class _Reader:
    def __init__(self, pages: Pages, worker: Worker, save: Path | None, locale: str) -> None:
        self._pages, self._worker, self._locale = pages, worker, locale
        self._refusals: Counter[str] = Counter()
        #: Why a page was given up that was being read.
        self.cut = ""
        self._keep = Keeper(save).keep if save else None
        # Beside this thread, which sees when it is to stop.
        self._thread = ThreadPoolExecutor(1)

    def close(self) -> None:
        self._thread.shutdown()
        self._worker.stop()

    def refused(self, hosts: Collection[str]) -> None:
        self._refusals.update(dict.fromkeys(hosts, _ENOUGH))

    def read(
        self, url: str, jobs: Sequence[tuple[_Job, Import]], until: float
    ) -> Iterator[tuple[_Job, Result | NoValue]]:
        """All formulas of one page, which is let go then."""
        page = self._page(url, until)
        for job, call in jobs:
            yield job, page if isinstance(page, NoValue) else self._worked_out(call, page)
        self._pages.drop(url)

    def _page(self, url: str, until: float) -> Content | NoValue:
        host = urlsplit(url).hostname or ""
        if self._refusals[host] >= _ENOUGH:
            message = f"Not asked: {host} had just refused; that is enough for a run."
            return NoValue(Reason.REFUSED, message, hint="")
        answer = self._asked(url, until)
        self._refusals[host] = self._refusals[host] + weight if (weight := _refuses(answer)) else 0
        if self._keep and answer.text:
            self._keep(Page(answer.text, name=answer.url.partition("?")[0]))
        try:
            return content_of(answer)
        except NoValue as failure:
            return failure

    def _asked(self, url: str, until: float) -> Answer:
        asked = self._thread.submit(self._pages.get, url)
        while not asked.done():
            if why := _over(until):
                self.cut = why
                self._pages.stop()
            wait([asked], timeout=0.2)
        return asked.result()

    def _worked_out(self, call: Import, page: Content) -> Result | NoValue:
        try:
            return self._worker.evaluate(call, page, locale=self._locale)
        except NoValue as failure:
            return failure


def _refuses(answer: Answer) -> int:
    """How much of a refusal of the whole host it is: a browser check or “too many requests” is
    one; a page that is closed to programs may be alone in that, three in a row are not."""
    if answer.said in (Outcome.CHALLENGE, Outcome.RATE_LIMITED) or answer.status == 429:
        return _ENOUGH
    return 1 if answer.status in (401, 403) else 0


def _read(number: int, ask: Ask, done: _Done) -> ImportRead:
    late = "the run was stopped" if done.stopped != "out of time" else "the run's time was over"
    found: dict[str, Result | NoValue | None] = {
        profile: done.results.get((number, profile)) for profile in ask.calls
    }
    if ask.each:
        return _read_each(ask, found, late)
    one = found[""]
    if isinstance(one, Result):
        rows = tuple(tuple(cell.value for cell in row) for row in one.rows)
        return ImportRead(ask.formula, now(), ask.cell, rows)
    return _failed(ask, one, late)


def _failed(ask: Ask, failure: NoValue | None, late: str) -> ImportRead:
    if failure is None:
        why = f"Not asked: {late}."
        return ImportRead(ask.formula, now(), ask.cell, reason=NOT_REACHED, why=why)
    # What to do for one formula on the command line is no advice for a row of a sheet.
    alone = "--page" in failure.hint or "--tree" in failure.hint
    hint = "" if alone else failure.hint
    return ImportRead(
        ask.formula,
        now(),
        ask.cell,
        reason=failure.reason.value,
        shows=failure.cell,
        why=failure.message,
        hint=hint,
    )


def _read_each(ask: Ask, found: Mapping[str, Result | NoValue | None], late: str) -> ImportRead:
    each, missed = {}, {}
    for profile, one in found.items():
        if isinstance(one, Result) and one.first.value is not None:
            each[profile] = one.first.value
        elif isinstance(one, NoValue):
            missed[profile] = one.message
        else:
            missed[profile] = f"not asked: {late}" if one is None else "The result is empty."
    if each:
        return ImportRead(ask.formula, now(), ask.cell, each=each, missed=missed)
    failures = [one for one in found.values() if not isinstance(one, Result)]
    if failures:
        failed = _failed(ask, failures[0], late)
        return replace(failed, why=f"0 of {len(found)} profiles; {failed.why}", missed=missed)
    why = "The results are empty." if found else "No profile is listed yet."
    return ImportRead(ask.formula, now(), ask.cell, reason="empty", shows="#N/A", why=why)
