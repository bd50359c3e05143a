"""What git would publish: no reading and no key belongs into a repository."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from sheetsync.doctor import Step, World, ok, wrong

#: Seconds; it only looks into its own files.
_PATIENCE = 10
_KEY_FILES = ("credentials.json",)


def repository_steps(world: World, to: str) -> Iterator[Step]:
    """Nothing at all outside of a repository."""
    if _git(world.here, "rev-parse", "--is-inside-work-tree") != "true":
        return
    book = [Path(to)] if to.lower().endswith(".xlsx") else []
    bare = [path for path in (*book, *map(Path, _KEY_FILES)) if _would_go_in(world.here, path)]
    for path in bare:
        what = "a key" if path.name in _KEY_FILES else "what was read of people"
        yield wrong(
            "Repository",
            f"git would publish {path.name}, which holds {what}.",
            f"Add a line {path.name} to .gitignore; if it was committed: git rm --cached"
            f" {path.name}"
            + (", and make a new key: the old one is in the history." if "key" in what else "."),
        )
    if not bare:
        yield ok("Repository", "neither readings nor keys would be committed")


def _would_go_in(here: Path, path: Path) -> bool:
    if _git(here, "ls-files", "--error-unmatch", str(path)):
        return True
    return (here / path).exists() and not _git(here, "check-ignore", str(path))


def _git(here: Path, *words: str) -> str:
    """What git says, "" where it says no or is not there."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=here, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
