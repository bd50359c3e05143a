"""What ``init`` leaves in the folder: where the dashboard lives, and what git shall leave out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from sheetsync import clone
from sheetsync.destinations import spreadsheet_of
from sheetsync.errors import ConfigError
from sheetsync.options import DASHBOARD_FILE
from sheetsync.settings import FILE, NOTHING, in_force
from sheetsync.terminal import note, say


def remember(to: str, credentials: Path | None, sync: click.Command) -> list[str]:
    """So that “sheetsync sync” in this folder means this dashboard, opened with this key.

    Settings that are there stay. Returns the options that have to be typed all the same.
    """
    file = Path(FILE)
    key = _plain(credentials) if credentials and spreadsheet_of(to) else ""
    said = {"to": "" if to == DASHBOARD_FILE else to, "credentials": key}
    lines = [f"{name} = {_quoted(text)}\n" for name, text in said.items() if text]
    if lines and not file.exists():
        file.write_text("".join(lines), encoding="utf-8")
        also = " and its key" if key else ""
        say(f"{FILE} written: in this folder, “sheetsync sync” means this dashboard{also}.")
    try:
        there = {name: value for name, value, _ in in_force(sync)}
    except ConfigError:  # a variable that sync would refuse says so there
        there = {}
    other = there.get("--to", "")
    rest = [] if _same(other, to) else ["--to", to]
    if rest and other:
        note(f"note: “sheetsync sync” in this folder goes to {other} (sheetsync doctor --settings")
        note("note: says why), so this one has to be named: --to")
    held = there.get("--credentials", NOTHING)
    if key and (held == NOTHING or Path(held).absolute() != Path(key).absolute()):
        rest += ["--credentials", key]
    return rest


def keep_out(to: str, credentials: Path | None) -> None:
    """In a repository: what git would take in, and must not, stands in .gitignore.

    A file of that name is somebody's; to it nothing is added, and who is there is told the lines.
    """
    here = Path.cwd()
    top = clone.top(here)
    if top is None:
        return
    wanted = {}
    if credentials and _inside(top, credentials):
        wanted[_plain(credentials)] = _plain(credentials)
    if not spreadsheet_of(to) and _inside(top, Path(to)):
        book = Path(to)
        wanted |= {to: _plain(book), f"{book.with_suffix('')} (before x).xlsx": "*(before *).xlsx"}
    bare = [line for path, line in wanted.items() if not clone.git(here, "check-ignore", path)]
    bare = [line for line in bare if not Path(line).is_absolute()]
    if not bare:
        return
    file = here / ".gitignore"
    if file.exists():
        note(f"note: git would publish them, so add to .gitignore: {'  '.join(bare)}")
        return
    file.write_text("\n".join(bare) + "\n", encoding="utf-8")
    say(f".gitignore written, so that git leaves out {', '.join(bare)}.")


def _same(one: str, other: str) -> bool:
    if spreadsheet_of(one) or spreadsheet_of(other):
        return spreadsheet_of(one) == spreadsheet_of(other)
    return Path(one).expanduser().absolute() == Path(other).expanduser().absolute()


def _inside(top: Path, path: Path) -> bool:
    return path.expanduser().resolve().is_relative_to(top.resolve())


def _plain(path: Path) -> str:
    """From here where it lies below, with “/” on every system; else whole."""
    whole = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 a link keeps its name
    return (
        whole.relative_to(Path.cwd()).as_posix() if whole.is_relative_to(Path.cwd()) else str(whole)
    )


def _quoted(text: str) -> str:
    """As TOML writes a text: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
