"""What git and pip know: which repository this is, and which commit of sheetsync is installed."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

#: As git takes them. Before the @ a token may stand, which nothing here keeps or shows.
_GITHUB = re.compile(
    r"(?i)^(?:(?:https?|ssh|git)://(?:[^@/\s]*@)?(?:www\.|ssh\.)?github\.com(?::\d+)?/"
    r"|(?:[\w.-]+@)?github\.com:/?)"
    r"([\w.-]+/[\w.-]+?)(?:\.git)?/*$"
)
#: Seconds; git looks only into its own files.
_PATIENCE = 20


def git(folder: Path, *words: str) -> str:
    """What git says, "" where it says no or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "-c", "core.quotePath=false", *words],
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def top(folder: Path) -> Path | None:
    """The top of the git repository that a folder lies in; None when it lies in none."""
    return next((f for f in (folder, *folder.parents) if (f / ".git").exists()), None)


def repository(folder: Path) -> str:
    """``owner/name`` on GitHub of a clone, "" when it has none there. Of several, origin's."""
    names = sorted(git(folder, "remote").split(), key=lambda name: (name != "origin", name))
    urls = [git(folder, "remote", "get-url", name) for name in names]
    return next((found[1] for url in urls if (found := _GITHUB.match(url))), "")


def installed() -> str:
    """``owner/name@commit`` of this sheetsync, as pip noted it (PEP 610) or its clone has it.

    "" when it came from elsewhere than a repository on GitHub.
    """
    try:
        noted = metadata.distribution("sheetsync").read_text("direct_url.json")
        found = json.loads(noted or "{}")
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return ""
    url, commit = str(found.get("url", "")), found.get("vcs_info", {}).get("commit_id", "")
    if url.startswith("file:"):
        folder = Path(url2pathname(unquote(urlsplit(url).path)))
        return _at(repository(folder), git(folder, "rev-parse", "HEAD"))
    named = _GITHUB.match(url)
    return _at(named[1] if named else "", commit)


def _at(name: str, commit: str) -> str:
    return f"{name}@{commit}" if name and re.fullmatch(r"[0-9a-f]{40}", commit) else ""
