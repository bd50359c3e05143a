"""Every word that a reader of the dashboard sees, in one place. Plain English, no codes.

Here: statuses and the sentences beside them. ``headings``: tabs, headers and their notes, cards.
``guide``: the tab “How to read this”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sheetsync.dashboard.words.headings import HEADERS
from sheetsync.model import Outcome


class Status(StrEnum):
    """The few, kind words of the Status column (design decision 4)."""

    READ = "Read"
    PART = "Read in part"
    OLD = "Old"
    WAITING = "Waiting"
    PRIVATE = "Private"
    GONE = "Gone or private"
    REFUSED = "Refused by the site"
    CHANGED = "Now another account"
    CHECK = "Check the formula"


#: WAITING here means "no news of it": with numbers in the row that is shown as OLD.
STATUS: Mapping[Outcome, Status] = {
    Outcome.OK: Status.READ,
    Outcome.PARTIAL: Status.PART,
    Outcome.NOT_FOUND: Status.GONE,
    Outcome.PRIVATE: Status.PRIVATE,
    Outcome.ABSENT_OR_PRIVATE: Status.GONE,
    Outcome.ACCOUNT_CHANGED: Status.CHANGED,
    Outcome.OTHER_PROFILE: Status.WAITING,
    Outcome.NOT_A_PROFILE: Status.WAITING,
    Outcome.AGE_RESTRICTED: Status.REFUSED,
    Outcome.REGION_BLOCKED: Status.REFUSED,
    Outcome.LOGIN_WALL: Status.REFUSED,
    Outcome.CONSENT_WALL: Status.REFUSED,
    Outcome.CHALLENGE: Status.REFUSED,
    Outcome.RATE_LIMITED: Status.REFUSED,
    Outcome.ROBOTS_DISALLOWED: Status.REFUSED,
    Outcome.NEEDS_KEY: Status.WAITING,
    Outcome.LAYOUT_CHANGED: Status.WAITING,
    Outcome.UNKNOWN_STATUS: Status.WAITING,
    Outcome.UNREADABLE: Status.WAITING,
    Outcome.TOO_LARGE: Status.WAITING,
    Outcome.TIMEOUT: Status.WAITING,
    Outcome.UNREACHABLE: Status.WAITING,
    Outcome.REFUSED_ADDRESS: Status.WAITING,
    Outcome.NOT_REACHED: Status.WAITING,
    Outcome.FORGOTTEN: Status.WAITING,
}

#: The Why column, where the page's own record has no better line.
WHY: Mapping[Outcome, str] = {
    Outcome.OK: "",
    Outcome.PARTIAL: "The page did not show every number.",
    Outcome.NOT_FOUND: "The site says that there is no such page.",
    Outcome.PRIVATE: "The owner has made this private.",
    Outcome.ABSENT_OR_PRIVATE: "The site does not say whether it is private or gone.",
    Outcome.ACCOUNT_CHANGED: "This address now belongs to another account; no number was written.",
    Outcome.OTHER_PROFILE: "The page that came back is about somebody else.",
    Outcome.NOT_A_PROFILE: "The page that came back is neither a profile nor a post.",
    Outcome.AGE_RESTRICTED: "The site asks for the visitor's age first.",
    Outcome.REGION_BLOCKED: "The site does not show this page in the country it was read from.",
    Outcome.LOGIN_WALL: "The site asks visitors to log in. A page saved from a browser works.",
    Outcome.CONSENT_WALL: "The site asks for consent first. A page saved from a browser works.",
    Outcome.CHALLENGE: "The site wants proof of a person. A page saved from a browser works.",
    Outcome.RATE_LIMITED: "The site asks to come back later.",
    Outcome.ROBOTS_DISALLOWED: "The site asks programs not to read this page (robots.txt).",
    Outcome.NEEDS_KEY: "The site's own interface needs a key that is not set.",
    Outcome.LAYOUT_CHANGED: "The site has changed its page; sheetsync cannot read the new one yet.",
    Outcome.UNKNOWN_STATUS: "The site answered with a code that sheetsync does not know.",
    Outcome.UNREADABLE: "The page is damaged or empty.",
    Outcome.TOO_LARGE: "The page is too large to be a profile.",
    Outcome.TIMEOUT: "The site did not answer in time.",
    Outcome.UNREACHABLE: "The site could not be reached.",
    Outcome.REFUSED_ADDRESS: "This address is not one that sheetsync opens.",
    Outcome.NOT_REACHED: "Not tried this time.",
    Outcome.FORGOTTEN: "Removed with “sheetsync forget”; not read again unless --allow lifts that.",
}

NO_FORMULA = 'This is no formula: write e.g. =IMPORTXML("https://example.com/"; "//h1").'
NOT_READ_YET = "Not read yet."
#: In the place of a name that was forgotten.
REMOVED = "(removed)"
UNKNOWN_ADDRESS = "sheetsync does not know this address."
WRONG_TAB: Mapping[str, str] = {
    "profile": "This is the address of a post; it belongs in the tab Posts.",
    "post": "This is the address of a profile; it belongs in the tab Profiles.",
}
#: Lines in the Why column that are not the answer of a site.
_NO_ANSWER = frozenset({NOT_READ_YET, UNKNOWN_ADDRESS, WHY[Outcome.FORGOTTEN], *WRONG_TAB.values()})
_ALLOW = "If this is a Mastodon server, its host must be allowed: --allow-host "
UNDATED = "The page does not say when it was made."


def allow_host(host: str) -> str:
    return f"{_ALLOW}{host}"


def is_no_answer(why: object) -> bool:
    return isinstance(why, str) and (why in _NO_ANSWER or why.startswith(_ALLOW))


def day(value: date) -> str:
    """``22 Nov 2026``, whatever language the computer speaks (``%b`` would follow it)."""
    start = (value.month - 1) * 3
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[start : start + 3]
    return f"{value.day} {month} {value.year}"


def old(read: date) -> str:
    return f"Read on {day(read)}; nothing newer since."


def of_earlier_days(names: Mapping[date, Sequence[str]]) -> str:
    """``Likes, posts: of 19 Nov 2026.``"""
    parts = (
        f"{', '.join(HEADERS.get(name, name).lower() for name in found)}: of {day(then)}"
        for then, found in sorted(names.items())
    )
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def not_shown(missing: Sequence[str]) -> str:
    names = ", ".join(HEADERS.get(name, name).lower() for name in missing)
    return f"The page did not show: {names}. An older number, if any, stays."
