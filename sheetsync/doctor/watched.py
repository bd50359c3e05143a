"""Each watched platform: which door its profiles come through, and what that door lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sheetsync.doctor import Step, look, ok, wrong
from sheetsync.model import Post, Profile
from sheetsync.plan import State
from sheetsync.platform import Door, Platform, find_watched
from sheetsync.platform_report import DOORS

Watched = Profile | Post


@dataclass(frozen=True, slots=True)
class Way:
    """How something that is watched can be read: ``door`` without a person, None when there is
    none; ``lacks`` the keys that would open one."""

    door: Door | None
    lacks: tuple[str, ...] = ()

    @property
    def hosted(self) -> bool:
        """Whether it opens for a GitHub-hosted runner, as far as anybody knows."""
        return self.door is not None and self.door.hosted != "no"


def way_of(target: Watched, platform: Platform, environment: Mapping[str, str]) -> Way:
    """The first door that opens by itself, in the platform file's order."""
    lacks: list[str] = []
    for door in platform.doors:
        fits = door.only is None or door.only.match(target.handle)
        if door.kind != target.kind or door.via == "saved" or not fits:
            continue
        missing = [name for name in door.variables(target.handle) if not environment.get(name)]
        if door.state == "open" or door.key_optional or (door.keys and not missing):
            return Way(door)
        if door.state == "needs key":
            lacks += [key for key in door.keys if key not in lacks]
    return Way(None, tuple(lacks))


def targets_of(state: State, platforms: Sequence[Platform]) -> list[Watched]:
    """What the two tabs list, each once, in their order; nobody who was forgotten."""
    found: dict[tuple[str, str], Watched] = {}
    for _, _, text in _typed(state):
        target = find_watched(text, platforms)
        if target is not None and not state.forgotten.about(target):
            found.setdefault((target.kind, target.key), target)
    return list(found.values())


def watched_steps(
    state: State, platforms: Sequence[Platform], environment: Mapping[str, str]
) -> Iterator[Step]:
    targets = targets_of(state, platforms)
    strange = [
        f"{title}, row {n}" for title, n, text in _typed(state) if not find_watched(text, platforms)
    ]
    if not targets and not strange:
        yield look(
            "Watch list",
            "Nobody is listed yet.",
            "Add a profile: sheetsync sync https://bsky.app/profile/bsky.app"
            " – or read saved pages: sheetsync sync --saved ~/Downloads",
        )
    if strange:
        yield look(
            "Watch list",
            f"no platform knows the address in {', '.join(strange[:8])}"
            + (f" and {len(strange) - 8} more." if len(strange) > 8 else "."),
            "Paste the address from the browser again; sheetsync platforms lists what can be read,"
            " --platform FILE adds one of your own.",
        )
    for platform in platforms:
        mine = [target for target in targets if target.platform == platform.key]
        if mine:
            yield _of_platform(platform, mine, environment)


def _typed(state: State) -> Iterator[tuple[str, int, str]]:
    """(tab title, row, address)"""
    for tab in ("profiles", "posts"):
        held = state.tabs.get(tab)
        for row in held.rows if held else ():
            if text := row.text("address"):
                yield held.title if held else tab, row.number, text


def _of_platform(
    platform: Platform, targets: Sequence[Watched], environment: Mapping[str, str]
) -> Step:
    ways = [way_of(target, platform, environment) for target in targets]
    shut = [way for way in ways if way.door is None]
    doors = dict.fromkeys(_door(way.door) for way in ways if way.door)
    said = f"{len(ways) - len(shut)} of {len(ways)} by {', '.join(doors)}" if doors else ""
    if not shut:
        return ok(platform.name, said)
    saved = any(door.via == "saved" for door in platform.doors)
    lacks = list(dict.fromkeys(key for way in shut for key in way.lacks))
    keys = " and ".join(lacks)
    if not saved:
        key = f"Set {keys} (environment variables, never in a file of the repository)."
        cure = f"{key} {_key_note(platform)}".strip()
        return wrong(platform.name, f"{_many(len(shut))} cannot be read without a key.", cure)
    waits = f"{_many(len(shut))} to be read from saved pages: no program gets in."
    more = f" Or, with a key: {keys}." if lacks else ""
    cure = f"sheetsync due --open lists them.{more} All ways: sheetsync platforms {platform.key}"
    return look(platform.name, f"{said}; {waits}" if said else waits, cure)


def _door(door: Door) -> str:
    host = urlsplit(door.url).hostname or ""
    return f"{DOORS[door.via]}" + (f" ({host})" if host and "{" not in host else "")


def _key_note(platform: Platform) -> str:
    return next((door.note for door in platform.doors if door.keys), "")


def _many(count: int) -> str:
    return "1 address" if count == 1 else f"{count} addresses"
