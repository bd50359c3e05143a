"""What ``--to`` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.destinations import open_destination
from sheetsync.destinations.workbook import WorkbookDestination
from sheetsync.errors import ConfigError


@pytest.mark.parametrize("to", ["dashboard.xlsx", " Report.XLSX ", "~/a b/dash.xlsx", "C.xlsx"])
def test_a_path_that_ends_in_xlsx_is_a_workbook(to: str) -> None:
    assert isinstance(open_destination(to), WorkbookDestination)


def test_a_tilde_is_the_home_folder_also_from_the_environment() -> None:
    destination = open_destination("~/dash.xlsx")
    assert isinstance(destination, WorkbookDestination)
    assert destination.path == Path.home().resolve() / "dash.xlsx"


@pytest.mark.parametrize(
    "to",
    [
        "https://docs.google.com/spreadsheets/d/1AbC/edit#gid=0",
        "docs.google.com/spreadsheets/d/1AbC",
        "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
    ],
)
def test_a_google_spreadsheet_comes_later_and_the_error_says_so(to: str) -> None:
    with pytest.raises(ConfigError, match="later version") as error:
        open_destination(to)
    assert ".xlsx" in error.value.hint


@pytest.mark.parametrize("to", ["", "dashboard", "dashboard.csv", "a.xls", "https://x.test/a.xlsx"])
def test_any_other_text_is_no_destination(to: str) -> None:
    with pytest.raises(ConfigError, match="no destination") as error:
        open_destination(to)
    assert ".xlsx" in error.value.hint
