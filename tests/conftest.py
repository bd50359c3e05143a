"""What every test may ask for: the recorded pages, when they are there."""

from __future__ import annotations

import json
import os
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
    if os.environ.get("CI") and not WITHOUT_RECORDINGS and not RECORDED.exists():
        pytest.exit(
            "the recorded pages are missing (../shared/recorded); "
            "SHEETSYNC_NO_RECORDINGS=1 runs the rest without them",
            returncode=3,
        )
