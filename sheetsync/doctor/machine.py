"""Python, what is installed beside it, and the way out of this machine."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from sheetsync.doctor import Step, World, look, ok, unseen, wrong
from sheetsync.errors import ConfigError
from sheetsync.fetch.network import Network

OLDEST = (3, 11)
_NEEDED = re.compile(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?")
_KEY = re.compile(r"(_TOKEN|_KEY|_ID)$|_TOKEN_")


def this_world(environment: Mapping[str, str]) -> World:
    """This machine, this folder, now."""
    try:
        required = tuple(metadata.requires("sheetsync") or ())
    except metadata.PackageNotFoundError:
        required = ()
    found = metadata.distributions()
    installed = {_plain(d.metadata["Name"]): d.version for d in found if d.metadata["Name"]}
    python = sys.version_info[:3]
    return World(Path.cwd(), datetime.now(UTC), environment, python, installed, required)


def machine_steps(world: World) -> Iterator[Step]:
    yield _python(world)
    yield _packages(world)
    yield from _network(world)
    yield from _pasted(world)


def _python(world: World) -> Step:
    version = ".".join(map(str, world.python))
    if world.python[:2] >= OLDEST:
        return ok("Python", version)
    return wrong(
        "Python",
        f"{version} is too old: sheetsync needs 3.11 or newer.",
        "Install a newer Python, and sheetsync in a new environment (README, “Two commands”).",
        "https://www.python.org/downloads/",
    )


def _packages(world: World) -> Step:
    """By the package's own list; what stands behind a condition is not asked for."""
    wanted = [text for text in world.required if ";" not in text]
    if not wanted:
        return unseen("Packages", "sheetsync runs from a folder, not as an installed package.")
    bad = []
    for text in wanted:
        found = _NEEDED.match(text)
        name, least = (found[1], found[2] or "0") if found else (text, "0")
        have = world.installed.get(_plain(name))
        if have is None:
            bad.append(f"{name} is missing")
        elif _numbers(have) < _numbers(least):
            bad.append(f"{name} is {have}, and {least} is needed")
    if not bad:
        return ok("Packages", f"all {len(wanted)} there")
    return wrong("Packages", f"{'; '.join(bad)}.", "In the clone: pip install --upgrade .")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version: str) -> tuple[int, ...]:
    """2.32.4 as numbers; what follows them (rc1) does not count."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in found[0].split(".")] if found else [0]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


# --- the way out ----------------------------------------------------------------------------


def _network(world: World) -> Iterator[Step]:
    try:
        network = Network.from_environment()
    except ConfigError as error:
        yield wrong("Proxy", error.message, error.hint)
        return
    for name, value in sorted(world.environment.items()):
        plain = re.fullmatch(r"(https?|all)_proxy", name, re.IGNORECASE)
        if plain and re.fullmatch(r"[^:./@\[]+", value):  # one word: no port, no host's name
            yield wrong(
                "Proxy",
                f"{name} names no proxy: “{value}” has neither a port nor a dot.",
                "Write it as http://host:port, or unset it.",
            )
            return
    proxies = [f"{k}: {_without_password(v)}" for k, v in network.proxies.items() if k != "no"]
    yield ok("Proxy", ", ".join(sorted(proxies)) or "none: the direct way")
    try:
        network.context()
        yield ok("Certificates", network.ca or "those that come with sheetsync")
    except ConfigError as error:
        yield wrong("Certificates", error.message, error.hint)


def _without_password(proxy: str) -> str:
    parts = urlsplit(proxy)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _pasted(world: World) -> Iterator[Step]:
    """Keys that were copied with something around them. Never shows a value."""
    for name, value in sorted(world.environment.items()):
        if not _KEY.search(name) or not value or name.startswith(("SHEETSYNC_", "GITHUB_RUN")):
            continue
        plain = value.strip().strip("\"'")
        if value != plain and plain:
            yield look(
                name,
                "its value has blanks, a line break or quotes around it.",
                "Set it again, without them.",
            )
