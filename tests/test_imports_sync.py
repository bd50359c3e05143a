"""The tab Imports through the command line: a process of its own, pages on loopback.

Each behaviour on a workbook and on a Google spreadsheet: what a person does with the sheet goes
through `Sheet`, and Google's own host names lead to the loopback server, beside the pages'.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest

from tests.sheets_server import GoogleWorld
from tests.test_web_sync import asked, command, run, sky, sky_path
from tests.workbooks import rows
from tests.world import Reply, World, silence

SHOP = "shop.example"
ROBOT = "robot@loopback.iam.gserviceaccount.com"
#: What a sync of imports asks of Google: to know what is listed, then to write it.
LISTED = ["get", "values.batchGetByDataFilter"]
WRITTEN = [*LISTED, "batchUpdate"]
ALLOW = ("--allow-host", SHOP)


class Sheet(Protocol):
    """A destination as a person sees it: ``to`` is what ``--to`` says."""

    to: str

    def type(self, tab: str, cells: Mapping[str, Any]) -> None:
        """Types into cells such as B4; a tab that is not there is made."""

    def rows(self, tab: str) -> list[dict[str, Any]]:
        """The rows below the header, by header."""

    def values(self, tab: str) -> list[tuple[Any, ...]]:
        """All that stands in a tab."""

    def tabs(self) -> list[str]: ...

    def calls(self) -> list[str]:
        """What the destination was asked since the last time, of one that is asked at all."""


class Workbook:
    def __init__(self, world: World, folder: Path) -> None:
        self.path = folder / "team.xlsx"
        self.to = str(self.path)

    def _open(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not keep sparklines, as people's tools
            return openpyxl.load_workbook(self.path) if self.path.exists() else openpyxl.Workbook()

    def type(self, tab: str, cells: Mapping[str, Any]) -> None:
        book = self._open()
        sheet = book[tab] if tab in book.sheetnames else book.create_sheet(tab)
        for where, value in cells.items():
            sheet[where] = value
        book.save(self.path)

    def rows(self, tab: str) -> list[dict[str, Any]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return rows(self.path, tab)

    def values(self, tab: str) -> list[tuple[Any, ...]]:
        return list(self._open()[tab].iter_rows(values_only=True))

    def tabs(self) -> list[str]:
        return list(self._open().sheetnames)

    def calls(self) -> list[str]:
        return []


class SheetsWorld(GoogleWorld):
    """Beside the pages Google, and in the environment the key of a robot."""

    def environment(self) -> dict[str, str]:
        key = json.dumps(self.google.tokens.service_account(ROBOT))
        return super().environment() | {"SHEETSYNC_CREDENTIALS_JSON": key}


class Spreadsheet:
    def __init__(self, world: SheetsWorld, folder: Path) -> None:
        self.google = world.google
        self.id = self.google.new_spreadsheet("Team", "anna@example.org")
        self.google.share(self.id, ROBOT)
        self.people = self.google.people(self.id)
        self.to = f"https://docs.google.com/spreadsheets/d/{self.id}/edit"
        self.told = 0

    def type(self, tab: str, cells: Mapping[str, Any]) -> None:
        if tab not in self.tabs():
            self.people.edit({"addSheet": {"properties": {"title": tab}}})
        for where, value in cells.items():
            self.people.write(f"'{tab}'!{where}", [[value]])

    def rows(self, tab: str) -> list[dict[str, Any]]:
        lines = self.values(tab)
        return [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if any(line)]

    def values(self, tab: str) -> list[tuple[Any, ...]]:
        held = {place: shown(cell) for place, cell in self.people.tab(tab).cells.items()}
        places = [place for place, value in held.items() if value is not None]
        last, width = (max((place[n] for place in places), default=-1) for n in (0, 1))
        return [tuple(held.get((row, at)) for at in range(width + 1)) for row in range(last + 1)]

    def tabs(self) -> list[str]:
        return [sheet.title for sheet in self.people.book.sheets]

    def calls(self) -> list[str]:
        made = self.google.calls[self.told :]
        self.told = len(self.google.calls)
        kind = "sheets.spreadsheets."
        return [call.method.removeprefix(kind) for call in made if call.method.startswith(kind)]


def shown(cell: Mapping[str, Any]) -> Any:
    """What a workbook would hold in such a cell: a formula's text, a date where it is one."""
    value = next(iter(cell.get("userEnteredValue", {}).values()), None)
    look = cell.get("userEnteredFormat", {}).get("numberFormat", {})
    if value is not None and look.get("type") in ("DATE", "DATE_TIME"):
        return datetime(1899, 12, 30) + timedelta(days=value)  # noqa: DTZ001
    return value


@pytest.fixture(params=["workbook", "google"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(kind: str) -> Iterator[World]:
    with SheetsWorld() if kind == "google" else World() as world:
        world.serve(SHOP, "/robots.txt", b"User-agent: *\nDisallow: /closed\n")
        yield world
        if isinstance(world, SheetsWorld):
            assert not world.google.crashes


@pytest.fixture
def sheet(world: World, tmp_path: Path) -> Sheet:
    if isinstance(world, SheetsWorld):
        return Spreadsheet(world, tmp_path)
    return Workbook(world, tmp_path)


def item(number: int, price: str = "") -> Reply:
    cells = "".join(f"<tr><td>2026-06-0{n}</td><td>{number * 100 + n}</td></tr>" for n in (1, 2))
    body = (
        f"<h1>Item {number}</h1><b>{price or f'{number},031'}</b><i>{number}.5</i>"
        f"<ul><li>red</li><li>blue</li></ul><table><tr><th>Day</th><th>Sold</th></tr>{cells}</table>"
    )
    return Reply(
        f"<html><body>{body}</body></html>".encode(), headers={"Content-Type": "text/html"}
    )


def letter(sheet: Sheet, head: str) -> str:
    """The column of Imports with this header."""
    return openpyxl.utils.get_column_letter(sheet.values("Imports")[0].index(head) + 1)


def formulas(number: int) -> dict[str, Any]:
    """Six imports of one page, and the first cell that each gives."""
    url = f"https://{SHOP}/{number}"
    return {
        f'=IMPORTXML("{url}"; "//b")': number * 1000 + 31,
        f'=IMPORTXML("{url}"; "//h1")': f"Item {number}",
        f'=IMPORTXML("{url}"; "//i")': number + 0.5,
        f'=IMPORTXML("{url}"; "count(//li)")': 2,
        f'=IMPORTHTML("{url}"; "table"; 1)': "Day",
        f'=IMPORTHTML("{url}"; "list"; 1)': "red",
    }


def by_formula(sheet: Sheet) -> dict[str, dict[str, Any]]:
    return {row["Formula"]: row for row in sheet.rows("Imports")}


def test_thirty_imports_over_five_pages_are_five_requests_and_every_cell_is_right(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    expected: dict[str, Any] = {}
    for number in range(1, 6):
        world.serve(SHOP, f"/{number}", item(number))
        expected |= formulas(number)
    first, *others = expected
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--import", first, *ALLOW)
    assert done.returncode == 0, done.stderr
    assert asked(world, SHOP) == ["/robots.txt", "/1"]
    sheet.type("Imports", {f"B{row}": text for row, text in enumerate(others, 3)})
    sheet.calls()
    done = run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sheet.calls() in ([], LISTED + WRITTEN)
    pages = [path for path in asked(world, SHOP)[2:] if path != "/robots.txt"]
    assert sorted(pages) == ["/1", "/2", "/3", "/4", "/5"]
    found = by_formula(sheet)
    # Google spells a formula that is typed into a cell as its locale does.
    expected = {text.replace(";", ","): value for text, value in expected.items()}
    assert {text.replace(";", ","): row["Result"] for text, row in found.items()} == expected
    assert {row["Status"] for row in found.values()} == {"Read"}
    assert all(row["Read at"] is not None and row["Why"] is None for row in found.values())


def test_the_tab_is_not_there_before_the_first_import(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve("public.api.bsky.app", sky_path("bsky.app"), sky("bsky.app"))
    assert (
        run(world, tmp_path, "sync", "bsky.app/profile/bsky.app", "--to", sheet.to).returncode == 0
    )
    assert "Imports" not in sheet.tabs()


def test_a_failure_keeps_the_last_value_says_why_and_is_exit_1(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1), Reply(b"gone", 404))
    text = f'Price =IMPORTXML("https://{SHOP}/1"; "//b")'
    assert run(world, tmp_path, "sync", "--to", sheet.to, "--import", text, *ALLOW).returncode == 0
    done = run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW)
    assert done.returncode == 1
    assert "Imports not read (1)" in done.stdout
    (row,) = sheet.rows("Imports")
    assert (row["Name"], row["Result"], row["Status"]) == ("Price", 1031, "Old")
    assert row["Why"].startswith(f"#N/A: {SHOP} has no such page (404).")


def test_what_the_site_forbids_or_nobody_allowed_is_not_asked_for(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    lines = [
        f'=IMPORTXML("https://{SHOP}/closed"; "//b")',
        '=IMPORTXML("https://no.example/"; "//b")',
    ]
    words = [word for line in lines for word in ("--import", line)]
    done = run(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW)
    assert done.returncode == 1
    assert asked(world, SHOP) == ["/robots.txt"]
    assert asked(world, "no.example") == []
    closed, foreign = sheet.rows("Imports")
    assert closed["Status"] == foreign["Status"] == "Refused by the site"
    assert "robots.txt" in closed["Why"]
    assert "--allow-host" in foreign["Why"]


def test_a_host_that_refuses_is_left_alone_for_the_run(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", Reply(b"slow down", 429))
    world.serve(SHOP, "/2", item(2))
    lines = [f'=IMPORTXML("https://{SHOP}/{n}"; "//b")' for n in (1, 2)]
    words = [word for line in lines for word in ("--import", line)]
    done = run(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW)
    assert done.returncode == 1
    assert "/2" not in asked(world, SHOP)
    assert "Not asked: shop.example had just refused" in sheet.rows("Imports")[1]["Why"]


def test_what_the_runs_time_does_not_reach_keeps_its_value(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1), silence)
    world.serve(SHOP, "/2", item(2))
    lines = [f'=IMPORTXML("https://{SHOP}/{n}"; "//b")' for n in (1, 2)]
    words = [word for line in lines for word in ("--import", line)]
    assert run(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW).returncode == 0
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--deadline", "4", *ALLOW)
    assert done.returncode == 1
    assert "out of time" in done.stderr
    slow, late = sheet.rows("Imports")
    assert (slow["Result"], late["Result"]) == (1031, 2031)
    assert (slow["Status"], late["Status"]) == ("Old", "Old")
    assert late["Why"] == "Not asked: the run's time was over."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_a_page_that_does_not_come_and_keeps_what_came(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    world.serve(SHOP, "/2", silence)
    lines = [f'=IMPORTXML("https://{SHOP}/{n}"; "//b")' for n in (1, 2)]
    words = [word for line in lines for word in ("--import", line)]
    line, settings = command(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW)
    with subprocess.Popen(line, **settings) as process:
        while "/2" not in asked(world, SHOP):
            assert process.poll() is None
            time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert time.monotonic() - began < 12
    assert process.returncode == 1
    assert "stopped by you: what was read is written" in said
    assert [row["Result"] for row in sheet.rows("Imports")] == [1031, None]


def test_a_dry_run_shows_the_cells_and_writes_nothing(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    text = f'=IMPORTXML("https://{SHOP}/1"; "//b")'
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--import", text, "-n", *ALLOW)
    assert done.returncode == 0
    assert "Imports!C2 result (empty) → 1,031" in done.stdout
    assert "Imports" not in sheet.tabs()


def test_json_tells_the_same(world: World, sheet: Sheet, tmp_path: Path) -> None:
    world.serve(SHOP, "/1", item(1))
    lines = [
        f'Sold =IMPORTHTML("https://{SHOP}/1"; "table"; 1)',
        f'=IMPORTXML("https://{SHOP}/1"; "//x")',
    ]
    words = [word for line in lines for word in ("--import", line)]
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--json", *words, *ALLOW)
    assert done.returncode == 1
    good, bad = json.loads(done.stdout)["imports"]
    assert (good["name"], good["value"], good["rows"], good["columns"]) == ("Sold", "Day", 3, 2)
    assert good["failure"] is None
    assert (bad["value"], bad["failure"]["cell"], bad["failure"]["reason"]) == (
        None,
        "#N/A",
        "empty",
    )


def test_a_formula_that_is_wrong_says_so_in_its_row(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    good = f'=IMPORTXML("https://{SHOP}/1"; "//b")'
    assert run(world, tmp_path, "sync", "--to", sheet.to, "--import", good, *ALLOW).returncode == 0
    sheet.type("Imports", {"B3": f'IMPORTXML("https://{SHOP}/1"; "//li/a@title")', "B4": "a note"})
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    _, wrong, words = sheet.rows("Imports")
    assert wrong["Status"] == words["Status"] == "Check the formula"
    assert "Write //li/a/@title" in wrong["Why"]
    assert wrong["Result"] is None
    strict = run(world, tmp_path, "sync", "--to", sheet.to, "--strict", *ALLOW)
    assert strict.returncode == 1


def test_a_formula_that_is_no_import_is_refused_on_the_command_line(
    world: World, tmp_path: Path
) -> None:
    done = run(world, tmp_path, "sync", "--import", "=SUM(A1)")
    assert done.returncode == 2
    assert "this is no IMPORT formula" in done.stderr


def test_profiles_named_beside_a_new_import_get_its_column_at_once(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve("public.api.bsky.app", sky_path("bsky.app"), sky("bsky.app"))
    world.serve(SHOP, "/of/bsky.app", item(1))
    text = f'Price =IMPORTXML("https://{SHOP}/of/{{handle}}"; "//b")'
    words = ("bluesky:bsky.app", "--import", text)
    done = run(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["Price"] for row in sheet.rows("Profiles")] == [1031]


def test_numbers_are_read_as_people_write_them_where_the_sheet_is(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    """A spreadsheet says its locale itself; of a workbook the person does."""
    world.serve(SHOP, "/1", item(1, "1.031"))
    text = f'=IMPORTXML("https://{SHOP}/1"; "//b")'
    words = ["--locale", "it_IT"]
    if isinstance(sheet, Spreadsheet):
        sheet.people.book.properties["locale"] = "it_IT"
        words = []
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--import", text, *words, *ALLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sheet.rows("Imports")[0]["Result"] == 1031


def test_cells_are_looked_up_where_the_formula_stands(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    sheet.type("My plan", {"A2": f"https://{SHOP}/1", "A3": "//h1"})
    first = "=IMPORTXML('My plan'!A2; \"//b\")"
    assert run(world, tmp_path, "sync", "--to", sheet.to, "--import", first, *ALLOW).returncode == 0
    sheet.type(
        "Imports",
        {"B3": "IMPORTXML('My plan'!$A$2; 'My plan'!A3)", "B4": 'IMPORTXML(Nowhere!A1; "//b")'},
    )
    sheet.calls()
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    assert sheet.calls() in ([], [*LISTED, "values.batchGetByDataFilter", *WRITTEN])
    one, two, three = sheet.rows("Imports")
    assert (one["Result"], two["Result"], three["Result"]) == (1031, "Item 1", None)
    assert three["Why"].startswith("#REF!: There is no tab Nowhere")


def test_the_whole_result_goes_into_a_tab_of_its_own_and_never_over_one_of_theirs(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    sheet.type("Theirs", {"A1": "keep"})
    table = f'=IMPORTHTML("https://{SHOP}/1"; "table"; 1)'
    run(world, tmp_path, "sync", "--to", sheet.to, "--import", table, *ALLOW)
    spill = next(n for n, head in enumerate(sheet.values("Imports")[0]) if head == "Spill into tab")
    column = chr(65 + spill)
    sheet.type(
        "Imports", {f"{column}2": "Sold", "B3": table.replace(";", ","), f"{column}3": "Theirs"}
    )
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    day, sold = zip(*sheet.values("Sold"), strict=True)
    assert sold == ("Sold", 101, 102)
    assert [str(value)[:10] for value in day] == ["Day", "2026-06-01", "2026-06-02"]
    assert sheet.values("Theirs")[0][0] == "keep"
    assert "did not make the tab Theirs" in sheet.rows("Imports")[1]["Why"]
    world.serve(SHOP, "/1", item(3))
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    assert [row[1] for row in sheet.values("Sold")] == ["Sold", 301, 302]


def test_adopt_lists_the_teams_formulas_and_leaves_them_alone(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    theirs = {
        "A1": f"https://{SHOP}/1",
        "B1": '=IMPORTXML(A1,"//h1")',
        # As a workbook that was downloaded from Google has it.
        "B2": f'=IFERROR(__xludf.DUMMYFUNCTION("IMPORTXML(""https://{SHOP}/1"",""//b"")"),"x")',
        "B3": "=1+1",
        "B4": '=IMPORTXML(A9,"//h1")',
    }
    sheet.type("Sheet1", theirs)
    done = run(world, tmp_path, "sync", "--adopt", "--to", sheet.to, *ALLOW)
    assert "3 IMPORT formulas in your own cells: 3 listed in Imports." in done.stderr
    assert done.returncode == 1, "what is listed in this run is asked for in this run"
    found = {row["Stands in"]: row for row in sheet.rows("Imports")}
    assert [found[cell]["Result"] for cell in found] == ["Item 1", 1031, None]
    assert list(found) == ["Sheet1!B1", "Sheet1!B2", "Sheet1!B4"]
    assert found["Sheet1!B4"]["Status"] == "Check the formula"
    assert asked(world, SHOP) == ["/robots.txt", "/1"]
    held = {
        cell: value
        for row, cell in ((1, "B1"), (2, "B2"))
        for value in [sheet.values("Sheet1")[row - 1][1]]
    }
    assert held == {cell: theirs[cell] for cell in held}
    sheet.calls()
    again = run(world, tmp_path, "sync", "--adopt", "--to", sheet.to, *ALLOW)
    looks = ["getByDataFilter", "values.batchGetByDataFilter"]
    assert sheet.calls() in ([], [*LISTED, *looks, *WRITTEN]), "formulas, then cells they refer to"
    assert "3 IMPORT formulas in your own cells: 3 there already." in again.stderr
    assert len(sheet.rows("Imports")) == 3
    sheet.type("Sheet1", {"B2": "typed over"})
    gone = run(world, tmp_path, "sync", "--adopt", "--to", sheet.to, *ALLOW)
    assert "Sheet1!B2 no longer holds its formula; its row stays." in gone.stderr
    cells = [row["Stands in"] for row in sheet.rows("Imports")]
    assert cells == ["Sheet1!B1", "Sheet1!B2 (not there any more)", "Sheet1!B4"]


def test_one_import_with_a_handle_is_a_column_for_every_profile(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    people = ("anna.bsky.social", "ben.bsky.social", "cleo.bsky.social")
    for number, handle in enumerate(people, 1):
        world.serve("public.api.bsky.app", sky_path(handle), sky(handle, number))
        if number < 3:
            world.serve(SHOP, f"/of/{handle}", item(number))
    addresses = [f"https://bsky.app/profile/{handle}" for handle in people]
    assert run(world, tmp_path, "sync", "--to", sheet.to, *addresses).returncode == 0
    text = f'Price =IMPORTXML("https://{SHOP}/of/{{handle}}"; "//b")'
    done = run(world, tmp_path, "sync", "--to", sheet.to, "--import", text, *ALLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    prices = {row["Handle"]: row["Price"] for row in sheet.rows("Profiles")}
    assert prices == dict(zip(people, (1031, 2031, None), strict=True))
    (row,) = sheet.rows("Imports")
    assert (row["Result"], row["Status"]) == ("2 of 3", "Read in part")
    assert row["Why"].startswith("2 of 3; @cleo.bsky.social: ")
    head = next(n for n, cell in enumerate(sheet.values("Profiles")[0], 1) if cell == "Price")
    where = openpyxl.utils.get_column_letter(head)
    sheet.type("Profiles", {f"{where}1": "What it costs"})  # the team renames it
    world.serve(SHOP, f"/of/{people[0]}", item(9))
    world.serve(SHOP, f"/of/{people[1]}", Reply(b"", 500))
    sheet.calls()
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    assert sheet.calls() in ([], LISTED + WRITTEN), "the new header needs no look of its own"
    prices = {row["Handle"]: row["What it costs"] for row in sheet.rows("Profiles")}
    assert prices == dict(zip(people, (9031, 2031, None), strict=True)), "the last value stays"
    assert "Price" not in sheet.values("Profiles")[0]


# --- values that no sheet can hold ----------------------------------------------------------


def test_a_number_without_an_end_destroys_no_workbook(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    """In the first cell, in a whole result, and worked out."""
    data = b'{"ok": 5, "big": 1e999, "rows": [["x", 1], ["y", -1e999]]}'
    world.serve(SHOP, "/j", Reply(data, headers={"Content-Type": "application/json"}))
    url = f"https://{SHOP}/j"
    words = [
        f'=IMPORTJSON("{url}"; "{query}")' for query in ("rows", "big", "to_number('inf')", "ok")
    ]
    asked = [part for word in words for part in ("--import", word)]
    assert (
        run(world, tmp_path, "sync", "--to", sheet.to, *asked, *ALLOW).returncode == 1
    )  # one has no value
    sheet.type("Imports", {f"{letter(sheet, 'Spill into tab')}2": "Rows"})
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0
    assert [row["Result"] for row in sheet.rows("Imports")] == ["x", "1e999", None, 5]
    assert sheet.values("Rows") == [("x", 1), ("y", "-1e999")]
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0


def test_a_feeds_dates_are_the_days_that_it_writes(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    item = b"<item><title>t</title><pubDate>Mon, 06 Sep 2010 23:30:00 -0500</pubDate></item>"
    feed = b'<rss version="2.0"><channel>' + item + b"</channel></rss>"
    world.serve(SHOP, "/f", Reply(feed, headers={"Content-Type": "application/rss+xml"}))
    word = f'=IMPORTFEED("https://{SHOP}/f"; "items created")'
    assert run(world, tmp_path, "sync", "--to", sheet.to, "--import", word, *ALLOW).returncode == 0
    [row] = sheet.rows("Imports")
    assert row["Result"] == datetime(2010, 9, 6, 23, 30)  # noqa: DTZ001  a sheet's
    sheet.type("Imports", {f"{letter(sheet, 'Spill into tab')}2": "Feed"})
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 0


# --- rows that a script of the team's moves -------------------------------------------------


@pytest.mark.parametrize("kind", ["workbook"])  # of openpyxl's way with "="
def test_rows_that_a_script_has_swapped_keep_their_history(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    for number in (1, 2):
        world.serve(SHOP, f"/{number}", item(number), Reply(b"gone", 404))
    words = []
    for number in (1, 2):
        words += ["--import", f'N{number} =IMPORTXML("https://{SHOP}/{number}"; "//b")']
    assert run(world, tmp_path, "sync", "--to", sheet.to, *words, *ALLOW).returncode == 0
    _, first, second = sheet.values("Imports")[:3]
    ours = [n for n, text in enumerate(first) if not str(text).startswith("=IF")]
    for row, values in ((2, second), (3, first)):
        cells = {f"{openpyxl.utils.get_column_letter(n + 1)}{row}": values[n] for n in ours}
        sheet.type("Imports", cells)
    assert run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW).returncode == 1
    found = [(row["Name"], row["Result"], row["Status"]) for row in sheet.rows("Imports")]
    assert found == [("N2", 2031, "Old"), ("N1", 1031, "Old")]


# --- what is told ---------------------------------------------------------------------------


def test_a_whole_result_that_has_lost_its_tab_is_told_once_with_exit_1(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    table = f'Sold =IMPORTHTML("https://{SHOP}/1"; "table"; 1)'
    sheet.type("Theirs", {"A1": "keep"})
    assert run(world, tmp_path, "sync", "--to", sheet.to, "--import", table, *ALLOW).returncode == 0
    sheet.type("Imports", {f"{letter(sheet, 'Spill into tab')}2": "Theirs"})
    done = run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW)
    assert done.returncode == 1
    assert "Whole results not written (1)" in done.stdout
    assert "did not make the tab Theirs" in done.stdout
    done = run(world, tmp_path, "sync", "--to", sheet.to, *ALLOW)
    assert done.returncode == 0
    assert "Whole results not written (1)" in done.stdout


def test_an_import_for_each_profile_sees_those_of_the_same_run(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve("public.api.bsky.app", sky_path("bsky.app"), sky("bsky.app"))
    world.serve(SHOP, "/rank/bsky.app", item(3))
    words = ("--import", f'Rank =IMPORTXML("https://{SHOP}/rank/{{handle}}"; "//b")')
    done = run(
        world, tmp_path, "sync", "bsky.app/profile/bsky.app", "--to", sheet.to, *words, *ALLOW
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["Rank"] for row in sheet.rows("Profiles")] == [3031]
    assert sheet.rows("Imports")[0]["Result"] == "1 of 1"


def test_adopt_gives_up_nothing_of_the_teams_without_their_word(
    world: World, tmp_path: Path
) -> None:
    """A file is written afresh: merged cells and page headers are not carried, row groups are."""
    world.serve(SHOP, "/1", item(1))
    path = tmp_path / "team.xlsx"
    theirs = openpyxl.Workbook()
    tab = theirs.worksheets[0]
    tab["A1"] = f'=IMPORTXML("https://{SHOP}/1","//b")'
    tab.merge_cells("B1:C2")
    tab.row_dimensions.group(5, 7)
    tab.oddHeader.center.text = "Team report"
    theirs.save(path)
    before = path.read_bytes()
    words = ("sync", "--adopt", "--to", "team.xlsx", *ALLOW)
    done = run(world, tmp_path, *words)
    assert done.returncode == 4
    assert "merged cells and page headers and footers. Nothing was written." in done.stderr
    dry = run(world, tmp_path, *words, "-n")
    assert dry.returncode == 0
    assert "page headers and footers" in dry.stderr
    assert (path.read_bytes(), list(tmp_path.glob("*.xlsx"))) == (before, [path])
    done = run(world, tmp_path, *words, "--allow-loss")
    assert done.returncode == 0, done.stderr
    (copy,) = tmp_path.glob("team (before *.xlsx")
    assert copy.read_bytes() == before
    kept = openpyxl.load_workbook(path)[tab.title]
    assert [kept.row_dimensions[row].outlineLevel for row in (4, 5, 7, 8)] == [0, 1, 1, 0]
    assert run(world, tmp_path, *words).returncode == 0, "nothing is left to be lost"


def test_an_adopted_formula_inside_of_iferror_or_index_gets_its_value(
    world: World, sheet: Sheet, tmp_path: Path
) -> None:
    world.serve(SHOP, "/1", item(1))
    table = f'IMPORTHTML("https://{SHOP}/1","table",1)'
    theirs = {
        "A1": f'=IFERROR(IMPORTXML("https://{SHOP}/1","//h1"),"-")',
        "A2": f"=INDEX({table},2,2)",
        "A3": f'=IFERROR(INDEX({table},3,2),"-")',
    }
    sheet.type("Sheet1", theirs)
    done = run(world, tmp_path, "sync", "--adopt", "--to", sheet.to, *ALLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["Result"] for row in sheet.rows("Imports")] == ["Item 1", 101, 102]
