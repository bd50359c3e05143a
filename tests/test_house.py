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
MAY_IMPORT: dict[str, set[str]] = {
    "": set(),
    "__main__": {"cli"},
    "bar": {"fetch.round"},
    "cli": {
        "commands.demo",
        "commands.due",
        "commands.platforms",
        "commands.show",
        "commands.sync",
        "errors",
    },
    "commands": set(),
    "commands.demo": {
        "commands.shared",
        "commands.sync",
        "demo",
        "destinations",
        "options",
        "platform_file",
        "sync",
    },
    "commands.due": {
        "commands.shared",
        "dashboard.tabs",
        "destinations",
        "due",
        "options",
        "saver",
    },
    "commands.platforms": {
        "commands.shared",
        "errors",
        "fetch.web",
        "options",
        "platform",
        "report",
    },
    "commands.shared": {
        "bar",
        "errors",
        "fetch.keep",
        "fetch.web",
        "model",
        "platform",
        "platform_file",
        "sync",
    },
    "commands.show": {
        "commands.shared",
        "errors",
        "extract",
        "fetch.saved",
        "fetch.web",
        "fixture",
        "model",
        "options",
        "platform",
        "report",
    },
    "commands.sync": {
        "commands.shared",
        "dashboard.tabs",
        "destinations",
        "errors",
        "fetch.arrivals",
        "fetch.saved",
        "fetch.web",
        "model",
        "options",
        "platform",
        "report",
        "sync",
        "watch",
    },
    "counts": {"model"},
    "dashboard": {"model"},
    "dashboard.tabs": {"dashboard", "dashboard.words"},
    "dashboard.words": {"dashboard", "model"},
    "demo": {"model"},
    "destinations": {"dashboard", "destinations.workbook", "errors", "plan"},
    "destinations.workbook": {
        "dashboard",
        "destinations",
        "destinations.workbook_read",
        "destinations.workbook_state",
        "destinations.workbook_write",
        "errors",
        "plan",
    },
    "destinations.workbook_cells": set(),
    "destinations.workbook_formats": {"dashboard", "destinations.workbook_cells"},
    "destinations.workbook_read": {"destinations.workbook_cells", "errors"},
    "destinations.workbook_state": {
        "dashboard",
        "destinations.workbook_cells",
        "destinations.workbook_read",
        "errors",
        "plan",
    },
    "destinations.workbook_write": {
        "dashboard",
        "destinations.workbook_cells",
        "destinations.workbook_formats",
        "destinations.workbook_read",
        "destinations.workbook_state",
        "plan",
    },
    "document": set(),
    "due": {"model", "plan", "platform"},
    "errors": set(),
    "extract": {"document", "fields", "model", "platform", "verdict"},
    "fetch": set(),
    "fetch.addresses": set(),
    "fetch.answer": {"fetch.body", "fetch.formats", "fetch.headers", "model"},
    "fetch.arrivals": {"fetch.folders"},
    "fetch.body": {"fetch.formats"},
    "fetch.claims": {"fetch.formats", "model"},
    "fetch.client": {
        "fetch.answer",
        "fetch.body",
        "fetch.connections",
        "fetch.deadline",
        "fetch.failures",
        "fetch.guard",
        "fetch.headers",
        "fetch.network",
        "fetch.pace",
        "model",
    },
    "fetch.connections": {"fetch.deadline", "fetch.guard"},
    "fetch.containers": {"fetch.claims", "fetch.formats", "fetch.recordings", "model"},
    "fetch.deadline": set(),
    "fetch.doors": {"extract", "fetch.answer", "fetch.client", "fetch.robots", "model", "platform"},
    "fetch.failures": {"fetch.body", "fetch.guard", "model"},
    "fetch.folders": {"errors"},
    "fetch.formats": set(),
    "fetch.guard": {"errors", "fetch.addresses"},
    "fetch.headers": {"errors"},
    "fetch.keep": {"errors", "model"},
    "fetch.network": {"errors"},
    "fetch.pace": set(),
    "fetch.recordings": {"fetch.claims", "fetch.formats", "model"},
    "fetch.robots": {"fetch.answer", "fetch.client", "fetch.pace", "model"},
    "fetch.round": {"fetch.client", "fetch.doors", "model", "platform"},
    "fetch.saved": {"fetch.claims", "fetch.containers", "fetch.folders", "fetch.formats", "model"},
    "fetch.web": {
        "fetch.client",
        "fetch.doors",
        "fetch.guard",
        "fetch.pace",
        "fetch.robots",
        "fetch.round",
        "model",
        "platform",
    },
    "fields": {"counts", "model", "platform"},
    "fixture": {"document", "extract", "model", "platform"},
    "model": set(),
    "options": set(),
    "plan": {
        "dashboard",
        "dashboard.words",
        "errors",
        "model",
        "plan.changes",
        "plan.reading",
        "plan.rows",
        "plan.state",
    },
    "plan.changes": {"dashboard", "model", "plan.state"},
    "plan.known": {"dashboard", "dashboard.words", "model", "plan.reading"},
    "plan.reading": {"dashboard", "model"},
    "plan.rows": {
        "dashboard",
        "dashboard.words",
        "model",
        "plan.changes",
        "plan.known",
        "plan.reading",
        "plan.state",
    },
    "plan.state": {"dashboard", "errors"},
    "platform": {"model"},
    "platform_file": {"counts", "errors", "model", "platform", "table"},
    "report": {"dashboard.words", "model", "plan", "platform", "sync"},
    "saver": {"platform", "saver.reads"},
    "saver.reads": {"platform"},
    "sync": {
        "dashboard.tabs",
        "destinations",
        "extract",
        "model",
        "plan",
        "platform",
        "typed",
        "verdict",
        "watch",
    },
    "table": {"errors", "model", "platform"},
    "typed": {"counts", "dashboard", "model", "plan", "platform"},
    "verdict": {"model", "platform"},
    "watch": {"model", "plan", "platform"},
}

#: Rooms without I/O and without a clock: they import nothing that has either.
PURE: set[str] = {
    "typed",
    "table",
    "due",
    "verdict",
    "counts",
    "dashboard",
    "dashboard.tabs",
    "dashboard.words",
    "demo",
    "destinations.workbook_cells",
    "destinations.workbook_formats",
    "document",
    "errors",
    "extract",
    "fetch.claims",
    "fetch.containers",
    "fetch.formats",
    "fetch.recordings",
    "fields",
    "model",
    "plan",
    "plan.changes",
    "plan.known",
    "plan.reading",
    "plan.rows",
    "plan.state",
    "platform",
    "report",
    "watch",
}
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
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {f.attr for f in calls if isinstance(f, ast.Attribute)}
    called |= {f.id for f in calls if isinstance(f, ast.Name)}
    assert not names & OUTSIDE
    assert not called & {"now", "today", "utcnow", "read_text", "write_text", "open"}


def test_no_room_is_called_after_nothing() -> None:
    names = {part for path in ROOMS for part in room(path).split(".")}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_every_declared_room_exists() -> None:
    assert set(MAY_IMPORT) == {room(path) for path in ROOMS}
