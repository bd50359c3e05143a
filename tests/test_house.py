"""The house: which room may import which. The diagram is this test, so it cannot go stale."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sheetsync

HOUSE = Path(sheetsync.__file__).parent
ROOMS = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The rooms that a file imports from, by their own names."""
    found = set()
    rooms = {room(other) for other in ROOMS}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            below = [f"{base}.{alias.name}" for alias in node.names]
            names = [b if b.removeprefix("sheetsync.") in rooms else base for b in below]
        else:
            continue
        found |= {n.removeprefix("sheetsync.") for n in names if n.startswith("sheetsync.")}
    return found


#: What each room may import of ours. A new room must be declared here.
MAY_IMPORT: dict[str, set[str]] = {}

#: Rooms without I/O and without a clock: they import nothing that has either.
PURE: set[str] = set()
OUTSIDE = {"os", "pathlib", "io", "socket", "subprocess", "time", "requests", "tempfile", "shutil"}


@pytest.mark.parametrize("path", ROOMS, ids=room)
def test_room_imports_only_what_its_line_says(path: Path) -> None:
    assert imports(path) == MAY_IMPORT[room(path)]


@pytest.mark.parametrize("path", [p for p in ROOMS if room(p) in PURE], ids=room)
def test_pure_room_touches_no_file_no_net_and_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    names = {
        alias.name.partition(".")[0]
        for n in ast.walk(tree)
        if isinstance(n, ast.Import)
        for alias in n.names
    }
    names |= {
        (n.module or "").partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
    }
    calls = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    calls |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert not names & OUTSIDE
    assert not calls & {"now", "today", "utcnow", "open", "read_text", "write_text"}


def test_no_room_is_called_after_nothing() -> None:
    names = {part for path in ROOMS for part in room(path).split(".")}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_every_declared_room_exists() -> None:
    assert set(MAY_IMPORT) == {room(path) for path in ROOMS}
