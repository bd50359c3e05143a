"""What every test may ask for: the recorded pages, when they are there."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "recorded"
#: A clone on its own has no recordings; CI must not pass without them by accident.
WITHOUT_RECORDINGS = os.environ.get("SHEETSYNC_NO_RECORDINGS") == "1"


def manifest() -> list[dict[str, Any]]:
    """The recorded pages with what was read from them by hand; empty in a lone clone."""
    if not RECORDED.exists():
        return []
    found: list[dict[str, Any]] = json.loads((RECORDED / "manifest.json").read_text("utf-8"))
    return found


def pytest_sessionstart() -> None:
    _as_from_a_terminal()
    if os.environ.get("CI") and not WITHOUT_RECORDINGS and not RECORDED.exists():
        pytest.exit(
            "the recorded pages are missing (../shared/recorded); "
            "SHEETSYNC_NO_RECORDINGS=1 runs the rest without them",
            returncode=3,
        )


def _as_from_a_terminal() -> None:
    """What the tests start can be stopped, also when they themselves run in the background or
    under nohup: a signal that is ignored would be ignored by every process below."""
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(
                number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            )
