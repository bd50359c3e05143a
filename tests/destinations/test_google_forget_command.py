"""``sheetsync forget --to`` a spreadsheet, as a person runs it: a process of its own, the real
gspread, Google's host names on loopback. Afterwards every byte of the spreadsheet is searched."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.destinations.test_google_command import PAGE, SKY, Command
from tests.sheets_server import GoogleWorld
from tests.world import Reply

HANDLE, NAME, ID = "annabakt.bsky.social", "Anna Bakt", "did:plc:aaaabbbbccccddddeeeeffff"
TRACES = (HANDLE, NAME.lower(), ID, "annabakt")
SHOP = "shop.example"
HERS = f'Hers =IMPORTXML("https://{SHOP}/{HANDLE}"; "//b")'
EACH = f'Rank =IMPORTXML("https://{SHOP}/{{handle}}"; "//b")'
ADDRESS = f"https://bsky.app/profile/{HANDLE}"


class World(Command):
    """A team's spreadsheet in which two people are read."""

    def serve_person(self, handle: str, name: str, did: str, followers: int) -> None:
        shape = json.loads(next(PAGE.glob("page.*")).read_bytes())
        said = {"handle": handle, "displayName": name, "did": did, "followersCount": followers}
        path = f"/xrpc/app.bsky.actor.getProfile?actor={handle}"
        kind = {"Content-Type": "application/json"}
        self.world.serve(SKY, path, Reply(json.dumps({**shape, **said}).encode(), headers=kind))
        self.world.serve(SHOP, f"/{handle}", b"<html><b>of %s</b></html>" % handle.encode())

    def sync(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        return self.done("sync", *words, "--allow-host", SHOP, status=status)

    def forget(self, *words: str, status: int = 0) -> str:
        return self.done("forget", ADDRESS, *words, status=status).stdout

    def done(self, name: str, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = self.call(name, *words, "--credentials", str(self.key))
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def left(self) -> list[str]:
        """Which traces stand in anything that the server holds of the spreadsheet: its tabs with
        cells, formats, notes, validations, rules, filters, charts, and its names and metadata."""
        book = self.google.books[self.id]
        held = [vars(sheet) for sheet in book.sheets]
        text = repr([held, book.properties, book.named_ranges, book.metadata]).lower()
        return [trace for trace in TRACES if trace in text]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with GoogleWorld() as google:
        made = World(google, tmp_path)
        google.serve(SHOP, "/robots.txt", b"User-agent: *\nDisallow:\n")
        made.serve_person(HANDLE, NAME, ID, 77)
        made.serve_person("bsky.app", "Bluesky", "did:plc:bbbb", 9)
        people = f"bluesky:{HANDLE}", "bluesky:bsky.app"
        made.sync(*people, "--import", HERS, "--import", EACH)
        made.sync()
        decorate(made)
        yield made
        assert not google.google.crashes


def decorate(world: World) -> None:
    """What a team has around it."""
    people = world.google.people(world.id)
    people.edit({"addSheet": {"properties": {"sheetId": 99, "title": f"Talks with {NAME}"}}})
    people.write(f"Talks with {NAME}!A1", [[f"{NAME} sends bread", f'="@{HANDLE}"&"!"', 5]])
    area = {"sheetId": 99, "startRowIndex": 0, "endRowIndex": 4}
    area |= {"startColumnIndex": 0, "endColumnIndex": 1}
    start = {"sheetId": 99, "rowIndex": 2, "columnIndex": 1}
    choices = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": NAME}]}
    noted = {"note": f"call {NAME}", "dataValidation": {"condition": choices}}
    source = {"sourceRange": {"sources": [area]}}
    basic = {"chartType": "LINE", "series": [{"series": source}]}
    spec = {"title": f"{NAME} by day", "basicChart": basic}
    anchor = {"overlayPosition": {"anchorCell": start}}
    entry = {"metadataKey": "theirs", "metadataValue": ID, "visibility": "DOCUMENT"}
    people.edit(
        {
            "updateCells": {
                "start": start,
                "rows": [{"values": [noted]}],
                "fields": "note,dataValidation",
            }
        },
        {"addChart": {"chart": {"spec": spec, "position": anchor}}},
        {"addNamedRange": {"namedRange": {"name": "annabakt_bsky_social", "range": area}}},
        {"createDeveloperMetadata": {"developerMetadata": {**entry, "location": {"sheetId": 99}}}},
    )


def test_no_byte_is_left_and_the_next_sync_passes_the_person_over_until_that_is_lifted(
    world: World, tmp_path: Path
) -> None:
    assert world.left() == list(TRACES)
    saved = tmp_path / "pages"
    saved.mkdir()
    (saved / "a.html").write_text(f"<!-- saved from url=(0043){ADDRESS} --><html></html>", "utf-8")
    look = " ".join(world.forget("--save", str(saved), "-n").split())
    for words in ("Profiles 1 row, whole: 2", "Imports 1 row, whole: 2", "History 1 day"):
        assert words in look
    assert world.left() == list(TRACES)
    said = world.forget("--save", str(saved), "--yes")
    assert "is removed, and is not read again" in said
    assert "version history" in said
    assert "OneDrive" not in said
    assert world.left() == []
    assert list(saved.iterdir()) == []
    people = world.google.people(world.id)
    assert people.read("Profiles!A2:A3") == [[], ["https://bsky.app/profile/bsky.app"]]
    assert people.bad_formulas() == []

    asked = len(world.world.seen(SKY))
    named = world.sync(f"bluesky:{HANDLE}", status=1)
    assert "Removed with “sheetsync forget”" in named.stdout
    people.write("Profiles!A9", [[ADDRESS]])
    world.serve_person("bsky.app", "Bluesky", "did:plc:bbbb", 10)
    world.sync()
    seen = world.world.seen(SKY)[asked:]
    assert seen
    assert not [one for one in seen if "annabakt" in str(one)]
    head, *rows = people.read("Profiles")
    typed = next(dict(zip(head, row, strict=False)) for row in rows if row and row[0] == ADDRESS)
    assert typed["Status"] == "Waiting"
    assert typed["Why"].startswith("Removed with “sheetsync forget”; not read again")
    people.write("Profiles!A9", [[""]])
    assert world.left() == []

    assert "may be read again" in world.forget("--allow")
    world.sync(f"bluesky:{HANDLE}")
    assert HANDLE in world.left()
    assert "nothing to lift" in world.forget("--allow")


def test_a_spreadsheet_that_is_not_shared_loses_nothing(world: World) -> None:
    (robot,) = [who for who, role in world.google.books[world.id].shared.items() if role != "owner"]
    world.google.books[world.id].shared[robot] = "reader"
    done = world.call("forget", ADDRESS, "--yes", "--credentials", str(world.key))
    assert done.returncode == 3
    assert "make robot@loopback.iam.gserviceaccount.com an Editor" in done.stderr
    assert world.left() == list(TRACES)
