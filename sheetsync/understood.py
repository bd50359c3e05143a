"""What the addresses in column A mean, and which of them mean nothing here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sheetsync.plan import State
from sheetsync.platform import Platform, find_watched

_TABS = ("profiles", "posts")


def at_home(state: State, platforms: Sequence[Platform]) -> list[Platform]:
    """The platforms, each understood also on the hosts on which a row's account lives.

    An address on a host that was allowed once keeps its meaning, and its row its numbers, in a run
    that may not ask that host.
    """
    hosts: dict[str, set[str]] = {}
    for tab in _TABS:
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            key, _, name = row.text("for").partition(":")
            host = name.partition("/")[0] if "/" in name else name.partition("@")[2]
            if host:
                hosts.setdefault(key, set()).add(host)
    return [
        replace(p, also=(*p.also, *sorted(hosts.get(p.key, ())))) if p.any_host else p
        for p in platforms
    ]


def not_understood(state: State, platforms: Sequence[Platform]) -> dict[str, list[int]]:
    """The rows of each tab whose address means nothing here, by the tab's key.

    Not those of a platform that was there when they were read and is not loaded now.
    """
    known, keys = at_home(state, platforms), {platform.key for platform in platforms}
    found: dict[str, list[int]] = {}
    for tab in _TABS:
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            address, key = row.text("address"), row.text("for").partition(":")[0]
            if address and key in (*keys, "") and find_watched(address, known) is None:
                found.setdefault(tab, []).append(row.number)
    return found
