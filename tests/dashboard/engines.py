"""Two spreadsheet programs that compute a workbook anew: LibreOffice and IronCalc."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pytest

Grid = dict[str, list[list[Any]]]

#: LibreOffice trusts the values of a file unless it is told to compute always (0).
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


def recalculated(path: Path) -> Grid:
    """All tabs, computed anew by LibreOffice, with errors as they show."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is not installed, and in CI it must be")
        pytest.skip("LibreOffice is not installed")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        (home / "user").mkdir(parents=True)
        (home / "user/registrymodifications.xcu").write_text(_ALWAYS)
        command = [program, f"-env:UserInstallation={home.as_uri()}", "--headless"]
        command += ["--convert-to", "xlsx", "--outdir", folder, str(path)]
        utc = {**os.environ, "TZ": "UTC"}
        subprocess.run(command, check=True, capture_output=True, timeout=240, env=utc)
        made = Path(folder, f"{path.stem}.xlsx")
        assert made.exists(), "soffice reported success and wrote nothing"
        book = openpyxl.load_workbook(made, data_only=True, read_only=True)
        return {t.title: [list(row) for row in t.iter_rows(values_only=True)] for t in book}


class IronCalc:
    """A workbook computed by IronCalc; its dates are the numbers that they are in the file."""

    def __init__(self, path: Path) -> None:
        self._model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        self._model.evaluate()
        book = openpyxl.load_workbook(path, read_only=True)
        self._sizes = {t.title: (n, t.max_row, t.max_column) for n, t in enumerate(book)}

    def grid(self) -> Grid:
        return {
            title: [
                [self._model.get_cell_value(n, row, at) for at in range(1, width + 1)]
                for row in range(1, height + 1)
            ]
            for title, (n, height, width) in self._sizes.items()
        }
