"""What a GitHub-hosted runner can read of what is watched, by the platform files' doors. Pure.

Sites turn data centres away that let a home in: of TikTok and Instagram it is written down by
others who tried (“requests from GitHub Actions CI servers are blocked”).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from sheetsync.model import Post, Profile
from sheetsync.platform import Door, Platform

Target = Profile | Post
_SHOWN = 3


class Reach(IntEnum):
    """How far a hosted runner gets, best first."""

    YES = 0
    KEY = 1
    NOT_KNOWN = 2
    NO = 3


@dataclass(frozen=True, slots=True)
class Hosted:
    """Of one platform: how many targets a hosted runner reaches, and the ``keys`` that help.

    ``consent``: each account has a key of its own, which only its owner can give; the variables
    among the keys that have an account's name in them are ``own``.
    """

    platform: Platform
    count: int
    reach: Reach
    keys: tuple[str, ...]
    consent: bool = False
    own: tuple[str, ...] = ()

    def line(self) -> str:
        """``TikTok (12): no, but with a key: …`` for a person."""
        shown = ", ".join(self.keys[:_SHOWN]) + (", …" if len(self.keys) > _SHOWN else "")
        shown = shown or "sheetsync platforms " + self.platform.key + " tells which"
        key = "no, but for accounts whose owners give a key" if self.consent else "only with a key"
        said = {
            Reach.YES: "yes",
            Reach.KEY: f"{key}, as far as is known: {shown}",
            Reach.NOT_KNOWN: "not known: nobody has tried",
            Reach.NO: "no, only from pages that a person saves",
        }[self.reach]
        count = f" ({self.count})" if self.count else ""
        return f"{self.platform.name}{count}: {said}"


def hosted(targets: Sequence[Target], platforms: Sequence[Platform]) -> list[Hosted]:
    """A line for each platform that is watched and each reach, worst first."""
    found: dict[tuple[str, Reach], list[Target]] = {}
    by_key = {platform.key: platform for platform in platforms}
    for target in targets:
        if platform := by_key.get(target.platform):
            found.setdefault((target.platform, reach_of(target, platform)), []).append(target)
    made = [
        Hosted(
            by_key[key],
            len(group),
            reach,
            _keys(group, by_key[key]),
            any(not door.one_key for door in _doors(group[0], by_key[key])),
            _keys(group, by_key[key], own=True),
        )
        for (key, reach), group in found.items()
    ]
    return sorted(made, key=lambda one: (-one.reach, one.platform.name))


def of_all(platforms: Sequence[Platform]) -> list[Hosted]:
    """Of every platform, when nobody knows yet which will be watched; by their profiles."""
    targets = [Profile(platform.key, "", "") for platform in platforms]
    return [replace(one, count=0) for one in hosted(targets, platforms)]


def reach_of(target: Target, platform: Platform) -> Reach:
    """The best of the doors that are for this target; a page that a person saves is none."""
    return min((_reach(door) for door in _doors(target, platform)), default=Reach.NO)


def secrets_of(found: Sequence[Hosted], environment: Mapping[str, str]) -> list[str]:
    """The secrets that a workflow hands over, each once.

    A variable that has a watched person's name in it is one only when the key is there: the file
    lies in a repository, and is no list of who is watched.
    """
    names = dict.fromkeys(
        key for one in found for key in one.keys if key not in one.own or environment.get(key)
    )
    return [name for name in names if re.fullmatch(r"[A-Z][A-Z0-9_]{2,99}", name)]


def examples_of(found: Sequence[Hosted]) -> list[str]:
    """What the variables of single accounts are called, with NAME for the account."""
    names = dict.fromkeys(
        key.replace("{HANDLE}", "NAME")
        for one in found
        if one.own
        for door in one.platform.doors
        for key in door.keys
        if "{HANDLE}" in key
    )
    return list(names)


def _reach(door: Door) -> Reach:
    shut = door.state == "needs key" and not door.keys  # a key that nobody can hand over
    if shut or door.hosted == "no" or door.state in ("walled", "forbidden"):
        return Reach.NO
    if door.hosted == "not known":
        return Reach.NOT_KNOWN
    return Reach.KEY if door.keys and not door.key_optional else Reach.YES


def _keys(targets: Sequence[Target], platform: Platform, *, own: bool = False) -> tuple[str, ...]:
    names = dict.fromkeys(
        name
        for target in targets
        for door in _doors(target, platform)
        if door.hosted != "no"
        for key, name in zip(door.keys, door.variables(target.handle), strict=True)
        if not name.endswith("_") or target.handle
        if not own or "{HANDLE}" in key
    )
    return tuple(names)


def _doors(target: Target, platform: Platform) -> list[Door]:
    return [
        door
        for door in platform.doors
        if door.kind == target.kind
        and door.via != "saved"
        and (door.only is None or not target.handle or door.only.match(target.handle))
    ]
