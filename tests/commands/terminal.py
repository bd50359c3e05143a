"""The command on a real terminal, with somebody who types."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.runner import ROOT


def on_a_terminal(folder: Path, typed: str, *words: str, **env: str) -> str:
    """What a person sees and types: a real terminal, a process of its own."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    with subprocess.Popen(
        [sys.executable, "-m", "sheetsync", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return said
