"""What is known of one key: its Reading, and the site's last answer in the words people see. Pure.

Like readings, answers are joined by a total order (the later page wins), so the order of pages
does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sheetsync.dashboard import UTC_OF, Scalar, Value, words
from sheetsync.dashboard.words import Status
from sheetsync.model import Count, Kind, Outcome, Record
from sheetsync.plan.reading import (
    Reading,
    fit_text,
    from_cells,
    from_record,
    merge,
    moment,
    moment_in,
    moment_out,
    to_cells,
)

#: Numbers older than this are "Old", though nothing went wrong: a weekly round is still fresh.
OLD_AFTER = timedelta(days=8)

_GOOD = (Status.READ, Status.PART)


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` "" means that no answer ever came; ``at`` is None when nobody knows when."""

    status: str = ""
    why: str = ""
    at: datetime | None = None

    def order(self, fresh: bool = False) -> tuple[Any, ...]:
        """On a tie a reading beats a refusal, and OLD gives way to what it was made from.

        With ``fresh`` it came just now, and wins ties with what a row holds.
        """
        never = datetime.min.replace(tzinfo=UTC)
        good = self.status in _GOOD
        return self.at or never, fresh, good, self.status != Status.OLD, self.status, self.why


@dataclass(frozen=True, slots=True)
class Known:
    reading: Reading = field(default_factory=Reading)
    answer: Answer = field(default_factory=Answer)

    def join(self, other: Known, zone: tzinfo, *, fresh: bool = False) -> Known:
        """With ``fresh``, ``other`` was read just now and this is what rows hold (see merge)."""
        newer = other.answer.order(fresh and bool(other.answer.status)) > self.answer.order()
        answer = other.answer if newer else self.answer
        return Known(merge(self.reading, other.reading, zone, fresh=fresh), answer)

    @classmethod
    def of_record(cls, record: Record, names: Iterable[str], now: datetime) -> Known:
        """Only ok and partial give numbers; any other outcome gives its answer alone."""
        has_numbers = record.outcome.has_numbers
        reading = from_record(record, names, now) if has_numbers else Reading()
        return cls(reading, _answer(record, now))

    @classmethod
    def of_cells(cls, cells: Mapping[str, Value], names: Iterable[str], kind: Kind) -> Known:
        """What a row says, its ``cells`` by a Column's ``value``."""
        reading = from_cells(cells, names, kind)
        status, why = cells.get("status"), cells.get("why")
        if status in set(Status) and not words.is_no_answer(why):
            at = moment_in(cells.get("checked" + UTC_OF))
            return cls(reading, Answer(str(status), why if isinstance(why, str) else "", at))
        # Never answered, or typed over by a person: the numbers speak for themselves.
        return cls(reading, Answer(Status.READ, "", reading.at) if reading.seen else Answer())

    def _older(self, zone: tzinfo) -> Mapping[date, Sequence[str]]:
        """Where the newest number was typed: the numbers of earlier days that stand beside it."""
        found: dict[date, list[str]] = {}
        if self.reading.origin[0] == "typed" and self.reading.at:
            today = self.reading.at.astimezone(zone).date()
            for name, seen in self.reading.seen.items():
                then = seen.at.astimezone(zone).date() if seen.at else today
                if isinstance(seen.value, Count) and then < today:
                    found.setdefault(then, []).append(name)
        return found

    def cells(self, zone: tzinfo, now: datetime) -> dict[str, Scalar]:
        """Numbers without fresh news of them are Old; none at all is Waiting."""
        status, why = self.answer.status or Status.WAITING, self.answer.why
        read = self.reading.at
        if status in (Status.WAITING, Status.OLD):
            status = Status.OLD if self.reading.has_numbers else Status.WAITING
        elif status in _GOOD and read and now - read > OLD_AFTER:
            status, why = Status.OLD, words.old(read.astimezone(zone).date())
        elif status == Status.READ and (older := self._older(zone)):
            status, why = Status.PART, words.of_earlier_days(older)
        if not self.answer.status:
            why = words.NOT_READ_YET
        return {
            **to_cells(self.reading, zone),
            "status": str(status),
            "why": why or None,
            "checked" + UTC_OF: moment_out(self.answer.at),
        }


def _answer(record: Record, now: datetime) -> Answer:
    """The site's answer. A page that was fetched was answered now, however old its content is."""
    at = moment(record.captured_at, now)
    if record.source in ("http", "api") and (at is None or record.captured_by != "clock"):
        at = moment(now, now)
    why = fit_text(record.detail) or words.WHY[record.outcome]
    if record.outcome is Outcome.PARTIAL and record.missing and not record.detail:
        why = words.not_shown(record.missing)
    if record.outcome is Outcome.OK:
        why = words.UNDATED if at is None else ""
    return Answer(words.STATUS[record.outcome], why, at)
