"""What is said about platforms: their doors, and whether a file still fits its site. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sheetsync.columns import columns
from sheetsync.model import PROFILE_FIELDS, Outcome, Record
from sheetsync.platform import Door, Platform
from sheetsync.record_report import numbers, who, why


def platform_lines(platforms: Sequence[Platform], width: int | None = None) -> list[str]:
    """Every platform with its doors, in the order in which they are tried."""
    rows = []
    for platform in platforms:
        doors = [(DOORS[d.via], d.state, _gives(d)) for d in platform.doors if d.kind == "profile"]
        for n, door in enumerate(dict.fromkeys(doors)):
            rows.append((platform.name if n == 0 else "", *door))
    return columns([("PLATFORM", "DOOR", "STATE", "GIVES"), *rows], width)


DOORS = {"http": "public page", "api": "official API", "saved": "saved page"}


def _gives(door: Door) -> str:
    return ", ".join(door.gives)


def one_platform_lines(platform: Platform) -> list[str]:
    """What one platform gives, the truth about each door, and how sure we are."""
    lines = [f"{platform.name}: {platform.note}" if platform.note else platform.name]
    if not platform.verified:
        lines.append("Unverified: written from descriptions, no real page of it was at hand.")
    lines.append(f"Evidence last checked: {platform.checked}")
    for door in platform.doors:
        lines += ["", f"{door.kind}, {DOORS[door.via]}: {door.state}"]
        lines += [f"  address  {door.url}"] if door.url else []
        lines += [f"  gives    {_gives(door)}", f"  hosted   {_hosted(door)}"]
        lines += [f"  key      {' and '.join(door.keys)}"] if door.keys else []
        lines += [f"  {door.note}"]
    names = [name for name in PROFILE_FIELDS if name in platform.subjects["profile"].fields]
    return [*lines, "", f"Fields of a profile: {', '.join(names)}"]


def _hosted(door: Door) -> str:
    """Whether a scheduled job on somebody else's machine gets through."""
    if door.via == "saved":
        return "no: a person saves the page"
    return {
        "yes": "yes, a GitHub-hosted runner gets through",
        "no": "no, a GitHub-hosted runner is turned away",
        "not known": "not known for a GitHub-hosted runner",
    }[door.hosted]


class Verdict(StrEnum):
    """What a check found. One that could not be made says nothing of the platform's file."""

    APART = "apart"
    CHANGED = "changed"
    NOT_CHECKED = "not_checked"


#: The site, or the way to it, kept the page back: no word on whether its file still fits.
_KEPT_BACK = {
    *(Outcome.LOGIN_WALL, Outcome.CONSENT_WALL, Outcome.CHALLENGE, Outcome.RATE_LIMITED),
    *(Outcome.ROBOTS_DISALLOWED, Outcome.NEEDS_KEY, Outcome.AGE_RESTRICTED),
    *(Outcome.REGION_BLOCKED, Outcome.UNREADABLE, Outcome.TOO_LARGE, Outcome.TIMEOUT),
    *(Outcome.UNREACHABLE, Outcome.REFUSED_ADDRESS, Outcome.NOT_REACHED),
}
_GONE = {Outcome.NOT_FOUND, Outcome.ABSENT_OR_PRIVATE}


def verdict(exists: Record, missing: Record) -> tuple[Verdict, str]:
    """Whether the file still tells an account that exists from one that does not, and why not.

    A status alone (404 without the site's own words) is no sign that an account is missing.
    """
    right = ((exists, exists.outcome.has_numbers), (missing, missing.outcome in _GONE))
    wrong = [record for record, good in right if not good and record.outcome not in _KEPT_BACK]
    if wrong:
        return Verdict.CHANGED, why(wrong[0]) or f"{who(wrong[0])} has numbers"
    kept_back = [record for record, good in right if not good]
    if kept_back:
        return Verdict.NOT_CHECKED, why(kept_back[0])
    return Verdict.APART, ""


def check_lines(platform: Platform, exists: Record, missing: Record) -> list[str]:
    found, reason = verdict(exists, missing)
    said = {
        Verdict.APART: "still tells them apart.",
        Verdict.CHANGED: "does NOT tell them apart.",
        Verdict.NOT_CHECKED: f"could not be checked: {reason.rstrip('.')}.",
    }
    return [
        f"{platform.name} {said[found]}",
        f"  exists   {who(exists)}: {exists.outcome.value}  {numbers(exists) or why(exists)}",
        f"  missing  {who(missing)}: {missing.outcome.value}  {numbers(missing) or why(missing)}",
    ]


def check_json(platform: Platform, exists: Record, missing: Record) -> dict[str, object]:
    """The one shape of ``platforms NAME --check --json``."""
    found, reason = verdict(exists, missing)
    return {
        "platform": platform.key,
        "verdict": found.value,
        "reason": reason,
        "exists": exists.to_json(),
        "missing": missing.to_json(),
    }


def platform_json(platform: Platform) -> dict[str, object]:
    return {
        "platform": platform.key,
        "name": platform.name,
        "checked": platform.checked,
        "verified": platform.verified,
        "note": platform.note,
        "fields": {kind: list(s.fields) for kind, s in platform.subjects.items()},
        "layouts": [layout.name for layout in platform.layouts],
        "doors": [
            {
                "kind": door.kind,
                "via": door.via,
                "url": door.url,
                "state": door.state,
                "gives": list(door.gives),
                "hosted": door.hosted,
                "keys": list(door.keys),
                "note": door.note,
            }
            for door in platform.doors
        ],
    }
