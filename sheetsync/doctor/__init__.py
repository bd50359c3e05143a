"""Every step between a person and their numbers, each found right or with its cure.

Rooms inside: ``machine`` (Python, what is installed, the way out), ``repository`` (what git would
publish), ``sheet`` (the dashboard), ``watched`` (platforms, doors, keys); for GitHub ``workflow``
with the file itself (``workflow_file``), its ``cron``, and what its ``runner`` is handed.
A step is a function that yields what it found; it never raises for what it is there to find.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Finding(StrEnum):
    """LOOK: it works, and somebody should know. UNSEEN: it could not be looked at."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Step:
    """``cure`` is the next thing to do, ``link`` the page to do it on; "" where all is well."""

    name: str
    finding: Finding
    said: str
    cure: str = ""
    link: str = ""

    def to_json(self) -> dict[str, str]:
        """The one stable shape of a step in ``doctor --json``."""
        return {
            "name": self.name,
            "finding": self.finding.value,
            "said": self.said,
            "cure": self.cure,
            "link": self.link,
        }


def ok(name: str, said: str) -> Step:
    return Step(name, Finding.OK, said)


def look(name: str, said: str, cure: str, link: str = "") -> Step:
    return Step(name, Finding.LOOK, said, cure, link)


def wrong(name: str, said: str, cure: str, link: str = "") -> Step:
    return Step(name, Finding.WRONG, said, cure, link)


def unseen(name: str, said: str, cure: str = "") -> Step:
    return Step(name, Finding.UNSEEN, said, cure)


@dataclass(frozen=True, slots=True)
class World:
    """What the steps look at. ``here`` is the folder of the call; ``installed`` gives versions by
    the names of packages, ``required`` what sheetsync asks for, as its package says it."""

    here: Path
    now: datetime
    environment: Mapping[str, str] = field(default_factory=dict)
    python: tuple[int, int, int] = (3, 11, 0)
    installed: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def lines(steps: list[Step]) -> list[str]:
    """One line for what is well, and below anything else its cure and its link."""
    marks = {Finding.OK: "ok", Finding.LOOK: "look", Finding.WRONG: "WRONG", Finding.UNSEEN: "-"}
    wide = max((len(step.name) for step in steps), default=0)
    told = []
    for step in steps:
        told.append(f"{marks[step.finding]:<5}  {step.name:<{wide}}  {step.said}")
        told += [f"       {'':<{wide}}  → {text}" for text in (step.cure, step.link) if text]
    return told


def verdict(steps: list[Step]) -> str:
    """The last line: how many steps need somebody."""
    count = {finding: sum(step.finding is finding for step in steps) for finding in Finding}
    if count[Finding.WRONG]:
        steps_are = "step is" if count[Finding.WRONG] == 1 else "steps are"
        return f"{count[Finding.WRONG]} {steps_are} wrong; the arrow says the cure."
    if count[Finding.LOOK]:
        return "Nothing is wrong; look at what is marked so."
    return "Everything is right."
