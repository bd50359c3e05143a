"""Every word that a reader of the dashboard sees, in one place. Plain English, no codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from sheetsync.dashboard import Line, LineStyle
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
    Outcome.FORGOTTEN: "Removed with “sheetsync forget”; it is not read again.",
}

NOT_READ_YET = "Not read yet."
UNKNOWN_ADDRESS = "sheetsync does not know this address."
WRONG_TAB: Mapping[str, str] = {
    "profile": "This is the address of a post; it belongs in the tab Posts.",
    "post": "This is the address of a profile; it belongs in the tab Profiles.",
}
#: Lines in the Why column that are not the answer of a site.
NO_ANSWER = frozenset({NOT_READ_YET, UNKNOWN_ADDRESS, *WRONG_TAB.values()})
UNDATED = "The page does not say when it was made."


def day(value: date) -> str:
    """``22 Nov 2026``, whatever language the computer speaks (``%b`` would follow it)."""
    start = (value.month - 1) * 3
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[start : start + 3]
    return f"{value.day} {month} {value.year}"


def old(read: date) -> str:
    return f"Read on {day(read)}; nothing newer since."


def not_shown(missing: Sequence[str]) -> str:
    names = ", ".join(HEADERS.get(name, name).lower() for name in missing)
    return f"The page did not show: {names}. An older number, if any, stays."


TITLES: Mapping[str, str] = {
    "profiles": "Profiles",
    "posts": "Posts",
    "guide": "How to read this",
    "history": "History",
}

HEADERS: Mapping[str, str] = {
    "address": "Address",
    "group": "Group",
    "fee": "Fee",
    "typed_followers": "typed followers",
    "typed_views": "typed views",
    "typed_likes": "typed likes",
    "typed_comments": "typed comments",
    "typed_on": "typed on",
    "platform": "Platform",
    "handle": "Handle",
    "name": "Name",
    "status": "Status",
    "why": "Why",
    "followers": "Followers",
    "following": "Following",
    "likes": "Likes",
    "posts": "Posts",
    "verified": "Verified",
    "private": "Private",
    "published": "Published",
    "views": "Views",
    "comments": "Comments",
    "shares": "Shares",
    "saves": "Saves",
    "caption": "Caption",
    "read_at": "Read at",
    "source": "Source",
    "day": "Day",
    "profile": "Profile",
    "for": "Numbers are of",
    "account_id": "Account id",
    "id": "Post id",
    "captured_by": "Date known from",
    "layout": "Layout",
    "kept": "Kept from",
    "read_at~utc": "Read at (UTC)",
    "checked~utc": "Last tried (UTC)",
    "published~utc": "Published (UTC)",
}


def header(key: str) -> str:
    """The first header of a column; a step is named after its number."""
    name = key.removesuffix("~step")
    return HEADERS[key] if name == key else f"{HEADERS[name]}, step"


NOTES: Mapping[str, str] = {
    "address": "Paste the address of a public page here. sheetsync never changes it.",
    "group": "Yours: any word, to filter by.",
    "fee": "Yours: what was paid, in any one currency.",
    "typed_followers": "Yours: what you read off the screen, as 38490, 38,490 or 38.4K.",
    "typed_on": "Yours: the day on which you read it, e.g. 2026-11-22.",
    "why": "Why there is no number, or no newer one.",
    "likes": "Of a profile: over all its posts. Of a post: its own.",
    "read_at": "When the page was made that these numbers come from.",
    "source": "http: asked of the site. api: its official interface. saved: a page that a"
    " person saved. typed: typed by the team.",
    "kept": "Numbers older than Read at, because the newer page did not show them as exactly.",
}

ZONE_LABEL = "Time zone"

_T, _H, _Y, _O = LineStyle.TITLE, LineStyle.HEADING, LineStyle.YOURS, LineStyle.OURS

GUIDE: tuple[Line, ...] = (
    Line("How to read this", style=_T),
    Line("Colours", style=_H),
    Line("Yellow", "You type here: addresses in column A, Group and Fee.", _Y),
    Line(
        "Grey header",
        "The column is written by sheetsync; the next sync writes over what is typed there.",
        _O,
    ),
    Line("", "Add columns, rows and tabs wherever you like; their values and formulas stay."),
    Line(
        "",
        "A sync writes the file afresh. What you added of charts, pictures, comments, drop-downs,"
        " conditional formats, merged cells, hyperlinks and some cell colours cannot stay in it;"
        " a dated copy beside the file is made before they go, and the run says its name.",
    ),
    Line("Settings", style=_H),
    Line(ZONE_LABEL, "UTC", _Y, setting="zone"),
    Line("", "A name such as Europe/Brussels. It says when a day of History begins and ends."),
    Line("Numbers", style=_H),
    Line("≈ 1,200,000", "Rounded by the site (it showed 1.2M); the exact number is not public."),
    Line("Empty", "No number was seen. That is not the same as zero."),
    Line("Read at", "When the page was made. Each day's reading is kept in the tab History."),
    Line("Status", style=_H),
    Line(Status.READ, "All numbers come from the page of the time beside them."),
    Line(Status.PART, "Some numbers were not on the page; Why says which."),
    Line(Status.OLD, "The numbers are true for Read at; nothing newer has come since."),
    Line(Status.WAITING, "No page has been read yet; Why says what is missing."),
    Line(Status.PRIVATE, "The owner shows it to chosen people only."),
    Line(Status.GONE, "The page is no longer public, or never was."),
    Line(Status.REFUSED, "The site does not show it to programs. A saved page may still be read."),
    Line(Status.CHANGED, "The name belongs to somebody else now; the old numbers stay."),
)
