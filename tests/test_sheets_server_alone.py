"""The server by itself, its in-process twin, and the discovery document it checks against."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from tests.sheets_server import Google, InProcess, call_of, drop, refuse
from tests.sheets_server.discovery import make
from tests.sheets_server.schema import UNIONS, document, properties
from tests.sheets_server.tokens import SHEETS
from tests.sheets_server.wire import packed
from tests.test_sheets_server import SOUND, Client

ROOT = Path(__file__).resolve().parents[1]
ROBOT = "robot@loopback.iam.gserviceaccount.com"


def test_it_stands_alone_on_a_port_of_its_own(tmp_path: Path) -> None:
    keys = tmp_path / "key.json"
    command = [sys.executable, "-m", "tests.sheets_server", "--port", "0"]
    with subprocess.Popen(
        [*command, "--credentials", str(keys)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address, header = (process.stdout.readline().strip() for _ in range(2))
        try:
            name, _, value = header.partition(": ")
            asked = urllib.request.Request(
                f"{address}?fields=properties.title", headers={name: value}
            )
            with urllib.request.urlopen(asked, timeout=10) as answer:
                assert json.load(answer) == {"properties": {"title": "Dashboard"}}
            info = json.loads(keys.read_text("utf-8"))
            session = requests.Session()
            session.trust_env = False
            made = keyed(info)
            made.refresh(Request(session))
            assert made.token
        finally:
            process.terminate()
    assert process.returncode == 0


def keyed(info: dict[str, str]) -> Any:
    load: Any = service_account.Credentials.from_service_account_info
    return load(info, scopes=[SHEETS])


def in_process(google: Google) -> gspread.Spreadsheet:
    book = google.new_spreadsheet("Dashboard", ROBOT)
    session = requests.Session()
    session.mount("https://", InProcess(google))
    session.headers["Authorization"] = f"Bearer {google.tokens.grant(ROBOT)}"
    nobody: Any = None
    return gspread.Client(auth=nobody, session=session).open_by_key(book)


def test_gspread_talks_to_the_server_without_any_wire() -> None:
    opened = in_process(Google())
    opened.sheet1.update([["a", 1]], "A1:B1")
    assert opened.sheet1.get_all_values() == [["a", "1"]]


def test_what_a_wire_would_do_is_an_exception_there() -> None:
    google = Google()
    opened = in_process(google)
    google.faults.add(drop("reset"))
    with pytest.raises(requests.exceptions.ConnectionError):
        opened.sheet1.get_all_values()
    google.faults.add(drop("silence"), "values.get")
    sheet = opened.sheet1
    with pytest.raises(requests.exceptions.ReadTimeout):
        sheet.get_all_values()
    google.faults.add(refuse(503), "values.get")
    with pytest.raises(gspread.exceptions.APIError, match="unavailable"):
        sheet.get_all_values()


@pytest.mark.parametrize(
    ("agent", "coding"), [("sheetsync/1 (gzip)", "gzip"), ("python-requests/2", "")]
)
def test_answers_are_packed_only_for_who_names_gzip_in_the_user_agent_too(
    agent: str, coding: str
) -> None:
    client = Client()
    headers = {"Accept-Encoding": "gzip, deflate", "User-Agent": agent}
    headers["Authorization"] = f"Bearer {client.token}"
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{client.book}"
    call = call_of("GET", url, headers)
    body, sent = packed(call, client.google.handle(call))
    assert sent.get("Content-Encoding", "") == coding
    plain = gzip.decompress(body) if coding else body
    assert json.loads(plain)["spreadsheetId"] == client.book


# The discovery document


def test_every_union_is_one_of_fields_that_the_document_has() -> None:
    for message, (_, members) in UNIONS.items():
        assert set(members) <= set(properties(message)), message


def test_the_requests_that_the_product_sends_are_kinds_that_the_document_has() -> None:
    known = set(properties("Request"))
    assert {next(iter(one)) for one in SOUND} <= known


def test_the_document_is_the_one_that_googles_package_ships() -> None:
    """Only where google-api-python-client is installed: a newer revision asks for make.py."""
    if importlib.util.find_spec("googleapiclient") is None:
        pytest.skip("google-api-python-client is not installed")
    for name in make.DOCUMENTS:
        shipped = json.loads((make.shipped() / f"{name}.json").read_text("utf-8"))
        assert document(name) == json.loads(json.dumps(make.stripped(shipped))), name


# What nobody has verified


def test_every_unverified_point_of_the_code_is_on_the_list_for_the_day_with_an_account() -> None:
    folder = ROOT / "tests" / "sheets_server"
    listed = (folder / "UNVERIFIED.md").read_text("utf-8")
    marked = {
        path.name for path in folder.glob("*.py") if re.search(r"\[unverified", path.read_text())
    }
    missing = {name for name in marked - {"__init__.py"} if f"`{name}`" not in listed}
    assert missing == set()
