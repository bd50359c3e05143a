"""The values of a workbook's formulas, so that previewers and pandas see numbers.

Whatever goes wrong here, the answer is None: the file is then written without values, and every
program computes them itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sheetsync.destinations.workbook_frame import Values

_ENGINE = Path(__file__).with_name("workbook_engine.py")
#: Seconds; thousands of profiles take one or two.
_PATIENCE = 60


def evaluate(data: bytes, zone: str, before: Values, folder: Path) -> Values | None:
    """What each formula of the workbook ``data`` gives at this moment in ``zone``.

    ``before`` are the values that the team's formulas had; ``folder`` is for files of the engine.
    """
    book, job, answer = (folder / name for name in ("trial.xlsx", "job.json", "answer.json"))
    cells = {title: [[*at, value] for at, value in held.items()] for title, held in before.items()}
    try:
        book.write_bytes(data)
        job.write_text(json.dumps({"path": str(book), "zone": zone, "before": cells}), "utf-8")
        # -P: its own folder is no place to import from.
        command = [sys.executable, "-P", str(_ENGINE), str(job), str(answer)]
        subprocess.run(
            command,
            check=True,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # it has a line to say about every formula
            stderr=subprocess.DEVNULL,
        )
        return _parsed(json.loads(answer.read_text("utf-8")))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    finally:
        for path in (book, job, answer):
            path.unlink(missing_ok=True)


def _parsed(found: Mapping[str, list[list[object]]]) -> Values:
    return {
        title: {(row, at): value for row, at, value in cells}  # type: ignore[misc]
        for title, cells in found.items()
    }
