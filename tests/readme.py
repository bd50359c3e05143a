"""What README shows of the product itself. ``python -m tests.readme`` writes it there anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sheetsync.platform import Door, Platform
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet

README = Path(__file__).parents[1] / "README.md"
#: What a door that does not simply open is worth to somebody without a key.
_SHUT = {
    "walled": "most programs are turned away",
    "forbidden": "robots.txt says no",
    "unverified": "not verified",
}


def with_saver(text: str) -> str:
    """README's text with the saver as it is today."""
    code = bookmarklet(builtin())
    return _between(text, r"<summary>The saver as text.*?\n```text\n", code, r"```\n\n</details>")


def with_platforms(text: str) -> str:
    """README's text with the doors of today's platform files."""
    table = "\n".join(_table())
    return _between(
        text, r"\| platform \| a program, free \|[^\n]*\n\|[-|]+\n", table, r"\nTo say it plainly"
    )


def written(text: str) -> str:
    return with_platforms(with_saver(text))


def _between(text: str, begin: str, new: str, end: str) -> str:
    pattern = f"({begin}).*?({end})"
    found, times = re.subn(pattern, lambda m: f"{m[1]}{new}\n{m[2]}", text, flags=re.DOTALL)
    assert times == 1, f"README has one place for this: {begin}"
    return found


def _table() -> Iterator[str]:
    for platform in builtin():
        cells = (_free(platform), _keyed(platform), _saved(platform), _hosted(platform))
        yield f"| {platform.name} | {' | '.join(cells)} |"


def _doors(platform: Platform, *ways: str) -> list[Door]:
    return [door for door in platform.doors if door.kind == "profile" and door.via in ways]


def _free(platform: Platform) -> str:
    """What a program gets without a key: of the best door, and what keeps it from the others."""
    doors = [door for door in _doors(platform, "http", "api") if door.state != "needs key"]
    best = next((door for door in doors if door.state == "open"), None)
    if best:
        return ", ".join(best.gives)
    return "no: " + ", ".join(dict.fromkeys(_SHUT[d.state] for d in doors)) if doors else "no"


def _keyed(platform: Platform) -> str:
    keyed = [door for door in _doors(platform, "http", "api") if door.state == "needs key"]
    return ", ".join(keyed[0].gives) if keyed else "–"


def _saved(platform: Platform) -> str:
    doors = _doors(platform, "saved")
    if not doors:
        return "–"
    gives = ", ".join(doors[0].gives)
    doubt = "" if doors[0].state == "open" else "not verified"
    return f"{gives} ({doubt})" if gives and doubt else gives or doubt


def _hosted(platform: Platform) -> str:
    """Whether a machine of GitHub's gets through, by whichever door."""
    doors = [d for d in _doors(platform, "http", "api") if d.state in ("open", "needs key")]
    through = [door for door in doors if door.hosted == "yes"]
    if any(door.state == "open" for door in through):
        return "yes"
    if through:
        return "with the key"
    return "not known" if any(door.hosted == "not known" for door in doors) else "no"


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
