"""What is known of one profile or post: its fields, each with the moment of its page. Pure.

``merge`` joins two readings field by field, always by the same total order, so that pages may
come in any order and the result is the same; also in any number of runs, but for pages of one
moment, of which a row keeps those of the later run. A row of the dashboard holds one Reading
whole: ``from_cells(to_cells(reading)) == reading``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sheetsync.dashboard import STEP, UTC_OF, Scalar, Value
from sheetsync.model import FIELDS, Count, FieldValue, Kind, Record, iso

#: A spreadsheet shows 15 digits of a number; a larger one would be stored wrong.
_COUNT_LIMIT = 10**15
#: No page of ours is older, and a spreadsheet knows no date before 1900.
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_CAPTION_LIMIT = 80
#: Excel's limit for a cell, in UTF-16 units; Google's is 50 000.
_TEXT_LIMIT = 32_767
#: What XML cannot hold, what a terminal obeys, and halves of characters.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_KEPT = re.compile(r"(\w+)@(\S+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """One value and when its page was made (None: the page does not say)."""

    value: FieldValue
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """``at`` is the newest page's moment; ``origin`` its source, captured_by and layout."""

    seen: Mapping[str, Seen] = field(default_factory=dict)
    at: datetime | None = None
    origin: tuple[str, str, str] = ("", "", "")

    @property
    def has_numbers(self) -> bool:
        return any(isinstance(seen.value, Count) for seen in self.seen.values())


# --- joining --------------------------------------------------------------------------------


def merge(a: Reading, b: Reading, zone: tzinfo, *, fresh: bool = False) -> Reading:
    """Both readings of one profile or post as one; order and repetition do not matter.

    A field is the newer day's; within a day (in ``zone``) exact beats rounded, then later beats
    earlier. A dated reading replaces an undated one whole: numbers of no date must not stand
    beside a date. With ``fresh``, ``b`` was read just now and ``a`` is what a row holds: of one
    moment ``b`` is right, since the row may have been typed over. What the team typed gives way to
    what it typed later for that day.
    """
    if (a.at is None) != (b.at is None):
        return b if a.at is None else a
    seen = dict(a.seen)
    for name, theirs in b.seen.items():
        ours = seen.get(name)
        corrected = fresh and ours is not None and ours.at == theirs.at
        if (
            ours is None
            or _rank(theirs, zone, fresh) > _rank(ours, zone)
            or (corrected and is_typed(theirs.at, zone))
        ):
            seen[name] = theirs
    newer = (_order(b.at), fresh and bool(b.seen), b.origin) > (_order(a.at), False, a.origin)
    newest = b if newer else a
    return Reading(seen, newest.at, newest.origin)


def is_typed(at: datetime | None, zone: tzinfo) -> bool:
    """Whether a number is one that the team typed: it has the first moment of its day, as no page
    has. Typed anew it is a correction, however exact the former one was."""
    return at is not None and at == datetime.combine(at.astimezone(zone).date(), time(), zone)


def _order(at: datetime | None) -> datetime:
    return at or datetime.min.replace(tzinfo=UTC)


def _rank(seen: Seen, zone: tzinfo, fresh: bool = False) -> tuple[Any, ...]:
    """The total order of ``merge``; what comes after the moment only settles ties."""
    day = date.min if seen.at is None else seen.at.astimezone(zone).date()
    value = seen.value
    if isinstance(value, Count):
        return day, value.exact, _order(seen.at), fresh, -value.step, value.value
    return day, True, _order(seen.at), fresh, 0, value


# --- from a record --------------------------------------------------------------------------


def from_record(record: Record, names: Iterable[str], now: datetime) -> Reading:
    """The fields ``names`` of a record with numbers, as a cell can hold them."""
    at = moment(record.captured_at, now)
    seen: dict[str, Seen] = {}
    for name in names:
        value = _fit(name, record.fields.get(name), record.kind)
        if value is not None:
            seen[name] = Seen(value, at)
    if not seen:
        return Reading()
    return Reading(seen, at, (record.source, record.captured_by or "", fit_text(record.layout)))


def moment(at: datetime | None, now: datetime) -> datetime | None:
    """To the second, in UTC. A moment that cannot be true (before 2000, or more than a day
    ahead of ``now``) would shut out every later reading, so it counts as unknown."""
    if at is None or not _FIRST_MOMENT <= at <= now + timedelta(days=1):
        return None
    return at.astimezone(UTC).replace(microsecond=0)


def fit_text(text: str) -> str:
    """Text that every destination gives back unchanged."""
    text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 <= _TEXT_LIMIT:
        return text
    units = text.encode("utf-16-le")[: _TEXT_LIMIT * 2]
    return units.decode("utf-16-le", errors="ignore")


def _fit(name: str, value: FieldValue | None, kind: Kind) -> FieldValue | None:
    """The value if a cell can hold it truly, else None."""
    match FIELDS[kind][name], value:
        case "count", Count():
            return value if 0 <= value.value < _COUNT_LIMIT and value.step >= 1 else None
        case "flag", bool():
            return value
        case "time", datetime():
            fits = value >= _FIRST_MOMENT
            return value.astimezone(UTC).replace(microsecond=0) if fits else None
        case (("text" | "id"), str()):
            return (_caption(value) if name == "caption" else fit_text(value)) or None
    return None


def _caption(text: str) -> str:
    line = " ".join(fit_text(text).split())
    return line if len(line) <= _CAPTION_LIMIT else line[: _CAPTION_LIMIT - 1] + "…"


# --- to and from a row ----------------------------------------------------------------------


def to_cells(reading: Reading, zone: tzinfo) -> dict[str, Scalar]:
    """The row's cells by a Column's ``value``; what is not there is blank."""
    source, captured_by, layout = reading.origin
    cells: dict[str, Scalar] = {
        **_moment_cells("read_at", reading.at, zone),
        "source": source or None,
        "captured_by": captured_by or None,
        "layout": layout or None,
        "kept": _kept(reading),
    }
    for name, seen in reading.seen.items():
        match seen.value:
            case Count(value=value, step=step):
                cells |= {name: value, name + STEP: step}
            case datetime() as at:
                cells |= _moment_cells(name, at, zone)
            case text_or_flag:
                cells[name] = text_or_flag
    return cells


def from_cells(cells: Mapping[str, Value], names: Iterable[str], kind: Kind) -> Reading:
    """The Reading that a row holds; a cell of another type than its field's is passed over."""
    at = moment_in(cells.get("read_at" + UTC_OF))
    kept = _kept_moments(cells.get("kept"))
    seen = {
        name: Seen(value, kept.get(name, at))
        for name in names
        if (value := _field_in(cells, name, kind)) is not None
    }
    origin = (_text(cells, "source"), _text(cells, "captured_by"), _text(cells, "layout"))
    return Reading(seen, at, origin)


def moment_in(cell: Value) -> datetime | None:
    """The moment in a ``~utc`` cell."""
    return cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else None


def moment_out(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None)


def _moment_cells(name: str, at: datetime | None, zone: tzinfo) -> dict[str, Scalar]:
    shown = None if at is None else at.astimezone(zone).replace(tzinfo=None)
    return {name: shown, name + UTC_OF: moment_out(at)}


def _field_in(cells: Mapping[str, Value], name: str, kind: Kind) -> FieldValue | None:
    cell = cells.get(name)
    match FIELDS[kind][name], cell:
        case "flag", bool():
            return cell
        case "count", int() if not isinstance(cell, bool):
            step = cells.get(name + STEP)
            return Count(cell, step if isinstance(step, int) and step >= 1 else 1)
        case (("text" | "id"), str()):
            return cell
        case "time", _:
            return moment_in(cells.get(name + UTC_OF))
    return None


def _text(cells: Mapping[str, Value], name: str) -> str:
    cell = cells.get(name)
    return cell if isinstance(cell, str) else ""


def _kept(reading: Reading) -> str | None:
    """``likes@2026-11-21T06:12:00Z``: the fields whose moment is not the row's own."""
    return (
        " ".join(
            f"{name}@{iso(seen.at)}"
            for name, seen in sorted(reading.seen.items())
            if seen.at is not None and seen.at != reading.at
        )
        or None
    )


def _kept_moments(cell: Value) -> dict[str, datetime]:
    moments = {}
    for name, text in _KEPT.findall(cell) if isinstance(cell, str) else ():
        try:
            moments[name] = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:  # typed over by a person: the row's own moment then
            continue
    return moments
