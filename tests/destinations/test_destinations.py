"""What ``--to`` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.destinations import open_destination, spreadsheet_of
from sheetsync.destinations.workbook import WorkbookDestination
from sheetsync.errors import ConfigError


@pytest.mark.parametrize("to", ["dashboard.xlsx", " Report.XLSX ", "~/a b/dash.xlsx", "C.xlsx"])
def test_a_path_that_ends_in_xlsx_is_a_workbook(to: str) -> None:
    assert isinstance(open_destination(to), WorkbookDestination)


def test_a_tilde_is_the_home_folder_also_from_the_environment() -> None:
    destination = open_destination("~/dash.xlsx")
    assert isinstance(destination, WorkbookDestination)
    assert destination.path == Path.home().resolve() / "dash.xlsx"


_SHEET = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


@pytest.mark.parametrize(
    "to",
    [
        f"https://docs.google.com/spreadsheets/d/{_SHEET}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/u/1/d/{_SHEET}/edit?usp=sharing",
        f"docs.google.com/a/school.example/spreadsheets/d/{_SHEET}",
        f"https://docs.google.com/a/team.example/spreadsheets/u/0/d/{_SHEET}/edit",
        _SHEET,
        f" {_SHEET} ",
    ],
)
def test_a_google_spreadsheet_is_known_by_its_address_or_id(to: str) -> None:
    assert spreadsheet_of(to) == _SHEET


@pytest.mark.parametrize("to", ["team.xlsx", "", "https://docs.google.com/", "${{ secrets.X }}"])
def test_anything_else_names_no_spreadsheet(to: str) -> None:
    assert spreadsheet_of(to) == ""


def test_a_google_spreadsheet_needs_credentials_that_can_be_used(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"type": "service_account", "private_key": "secret"}', "utf-8")
    with pytest.raises(ConfigError, match="cannot be used") as error:
        open_destination(_SHEET, credentials=key)
    assert "secret" not in f"{error.value.message} {error.value.hint}"


@pytest.mark.parametrize("to", ["", "dashboard", "dashboard.csv", "a.xls", "https://x.test/a.xlsx"])
def test_any_other_text_is_no_destination(to: str) -> None:
    with pytest.raises(ConfigError, match="no destination") as error:
        open_destination(to)
    assert ".xlsx" in error.value.hint
