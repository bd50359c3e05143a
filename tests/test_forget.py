"""A person who is forgotten is in no byte of the dashboard, of its copies and of the folders."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.comments import Comment

from sheetsync.cli import main
from sheetsync.plan import Forgotten
from sheetsync.platform import find_watched
from sheetsync.platform_file import builtin
from tests.workbooks import rows

ANNA, BEN = "https://www.tiktok.com/@anna.bakt", "https://www.tiktok.com/@ben_bakt"
HANDLE, NAME, ID = "anna.bakt", "Anna bakt", "6801234567890123456"
PAGE = """<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">
{"__DEFAULT_SCOPE__": {"webapp.user-detail": {"statusCode": 0, "userInfo": {"user": {"id": "%s",
"uniqueId": "%s", "nickname": "%s", "signature": "", "verified": false, "privateAccount": false},
"stats": {}, "statsV2": {"followerCount": "%d", "followingCount": "7", "heartCount": "900",
"videoCount": "3"}}}}}</script></html>"""
POST = """<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">
{"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 0, "itemInfo": {"itemStruct": {
"id": "%s", "desc": "%s", "createTime": "1763700000", "author": {"uniqueId": "%s", "id": "%s"},
"stats": {"playCount": 174000, "diggCount": 8832, "commentCount": 120, "shareCount": 5,
"collectCount": 6}}}}}}</script></html>"""
Made = Callable[[], Path]
TRACES = [HANDLE, NAME, ID, "7300000000000000001"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SHEETSYNC_")]:
        monkeypatch.delenv(name)


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert result.exit_code == status, result.output
    return result


def pages(folder: str = "pages") -> Path:
    """What somebody saved of two people; the caption of one names the other."""
    where = Path(folder)
    where.mkdir(exist_ok=True)
    (where / "a.html").write_text(PAGE % (ID, HANDLE, NAME, 5_400))
    (where / "b.html").write_text(PAGE % ("6801", "ben_bakt", "Ben", 900))
    (where / "pa.html").write_text(POST % ("7300000000000000001", "mijn brood", HANDLE, ID))
    (where / "pb.html").write_text(
        POST % ("7300000000000000002", f"taart met @{HANDLE}!", "ben_bakt", "6801")
    )
    return where


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``make`` was called once."""
    folder = tmp_path_factory.mktemp("made")
    with contextlib.chdir(folder):
        make()
    return folder


@pytest.fixture
def dashboard(made: Path, tmp_path: Path) -> Made:
    def copied() -> Path:
        shutil.copytree(made, tmp_path, dirs_exist_ok=True)
        return Path("dashboard.xlsx")

    return copied


def make() -> Path:
    """Two readings of two people, and what a team writes around them."""
    run("sync", "--saved", str(pages()), "--captured", "2026-11-10")
    (Path("pages") / "a.html").write_text(PAGE % (ID, HANDLE, NAME, 5_500))
    run("sync", "--saved", "pages", "--captured", "2026-11-11")
    path = Path("dashboard.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Profiles"]
    own = sheet.max_column + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, own, f"call row {row}; friend of @{HANDLE}")
    notes = book.create_sheet("Notes")
    notes["A1"], notes["A2"] = f"{NAME} sends bread", f"see {ANNA}/video/7300000000000000001"
    notes["A3"], notes["A4"] = f'="@{HANDLE}"&" twice"', f"id {ID}."
    notes["A5"], notes["A6"] = "anna.bakterie is somebody else", "=Profiles!A3"
    book.properties.title = f"Readings of {NAME}"
    book.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def found(data: bytes) -> list[str]:
    """Which traces stand in some bytes, or in the parts of a zip, in any spelling of case."""
    raw = [data]
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            raw += [archive.read(name) for name in archive.namelist()]
    text = b"\n".join(raw).lower().replace(b"anna.bakterie", b"")
    spellings = {t: (t.lower().encode(), t.lower().encode("utf-16-le")) for t in TRACES}
    return [trace for trace, forms in spellings.items() if any(form in text for form in forms)]


def traces_below(folder: Path) -> dict[str, list[str]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    hits = {str(path): found(path.read_bytes()) + found(path.name.encode()) for path in files}
    return {path: traces for path, traces in hits.items() if traces}


def test_the_traces_are_there_before(dashboard: Made) -> None:
    assert found(dashboard().read_bytes()) == TRACES


def test_no_byte_of_the_folder_holds_a_forgotten_person(tmp_path: Path, dashboard: Made) -> None:
    path = dashboard()
    shutil.copy(path, "dashboard (before 2026-11-12 09.00.00).xlsx")
    (Path("pages") / "pb.html").write_text(POST % ("7300000000000000002", "", "ben_bakt", "6801"))
    run("forget", ANNA, "--save", "pages")
    assert traces_below(tmp_path) == {}
    assert sorted(page.name for page in Path("pages").iterdir()) == ["b.html", "pb.html"]


def test_everybody_else_stays_as_they_were(dashboard: Made) -> None:
    path = dashboard()
    before = {row["Handle"]: row for row in rows(path, "Profiles")}["ben_bakt"]
    run("forget", ANNA)
    [after] = rows(path, "Profiles")
    assert {k: v for k, v in after.items() if k and "friend" not in str(v)} == {
        k: v for k, v in before.items() if k and "friend" not in str(v)
    }
    assert {row["Profile"] for row in rows(path, "History")} == {"tiktok:ben_bakt"}
    assert len(rows(path, "History")) == 2
    [post] = rows(path, "Posts")
    assert (post["Handle"], post["Caption"]) == ("ben_bakt", "taart met (removed)!")


def test_texts_of_the_team_lose_the_name_and_nothing_else(dashboard: Made) -> None:
    path = dashboard()
    before = openpyxl.load_workbook(path)["Profiles"]
    where = {before.cell(row, 1).value: row for row in (2, 3)}
    run("forget", ANNA)
    book = openpyxl.load_workbook(path)
    notes = [cell.value for cell in book["Notes"]["A"]]
    assert notes == [
        "(removed) sends bread",
        "see (removed)",
        '="(removed)"&" twice"',
        "id (removed).",
        "anna.bakterie is somebody else",
        "=Profiles!A3",
    ]
    profiles = book["Profiles"]
    assert [cell.value for cell in profiles[where[ANNA]] if cell.value is not None] == []
    assert profiles.cell(where[BEN], 1).value == BEN  # no row moved, so no reference did
    texts = [str(cell.value) for cell in profiles[where[BEN]]]
    assert f"call row {where[BEN]}; friend of (removed)" in texts


def test_a_forgotten_person_is_not_read_again_from_any_door(dashboard: Made) -> None:
    path = dashboard()
    run("forget", ANNA, "--save", "pages")
    result = run("sync", "--saved", str(pages()), "--captured", "2026-11-12")
    assert "Removed with “sheetsync forget”" in result.stdout
    assert found(path.read_bytes()) == []
    assert {row["Handle"] for row in rows(path, "Profiles")} == {"ben_bakt"}
    # nobody is asked for them either: a machine without a network would say so
    named = run("sync", ANNA, status=1)
    assert "Removed with “sheetsync forget”" in named.stdout
    assert found(path.read_bytes()) == []


def test_another_handle_of_the_same_account_is_the_same_person(dashboard: Made) -> None:
    path = dashboard()
    run("forget", ANNA)
    Path("new.html").write_text(PAGE % (ID, "anna.new", NAME, 6_000))
    run("sync", "--saved", "new.html", status=1)
    assert {row["Handle"] for row in rows(path, "Profiles")} == {"ben_bakt"}
    assert found(path.read_bytes()) == []


def test_under_another_handle_the_row_says_why_it_stays_empty_and_nobody_is_to_save_it(
    dashboard: Made,
) -> None:
    path, new = dashboard(), "https://www.tiktok.com/@anna.new"
    run("forget", ANNA)
    book = openpyxl.load_workbook(path)
    book["Profiles"]["A9"] = new
    book.save(path)
    assert new in run("due", "--older", "0").stdout  # nobody can know it yet
    Path("new.html").write_text(PAGE % (ID, "anna.new", NAME, 6_000))
    run("sync", "--saved", "new.html", "--captured", "2026-11-13", status=1)
    typed = {row["Address"]: row for row in rows(path, "Profiles")}[new]
    assert typed["Why"].startswith("Removed with “sheetsync forget”; not read again")
    assert {k for k, v in typed.items() if v is not None} == {"Address", "Status", "Why"}
    assert new not in run("due", "--older", "0").stdout
    run("forget", ANNA, "--allow")
    assert new in run("due", "--older", "0").stdout


def test_typed_again_the_row_says_why_it_stays_empty(dashboard: Made) -> None:
    path = dashboard()
    run("forget", ANNA)
    book = openpyxl.load_workbook(path)
    book["Profiles"]["A9"] = ANNA
    book.save(path)
    (Path("pages") / "b.html").write_text(PAGE % ("6801", "ben_bakt", "Ben", 950))
    run("sync", "--saved", "pages", "--captured", "2026-11-13")
    typed = {row["Address"]: row for row in rows(path, "Profiles")}[ANNA]
    assert typed["Status"] == "Waiting"
    assert typed["Why"].startswith("Removed with “sheetsync forget”; not read again")
    assert {k for k, v in typed.items() if v is not None} == {"Address", "Status", "Why"}
    assert ANNA not in run("due", "--older", "0").stdout


def test_allow_lifts_it_whole(dashboard: Made) -> None:
    path = dashboard()
    run("forget", ANNA)
    assert "may be read again" in run("forget", ANNA, "--allow").stdout
    run("sync", "--saved", str(pages()), "--captured", "2026-11-14")
    assert {row["Handle"] for row in rows(path, "Profiles")} == {"ben_bakt", HANDLE}
    assert "sheetsync.forgotten" not in parts(path)["xl/workbook.xml"].decode()
    assert "nothing to lift" in run("forget", ANNA, "--allow").stdout


def test_a_dry_run_says_what_would_go_and_touches_nothing(tmp_path: Path, dashboard: Made) -> None:
    path = dashboard()
    shutil.copy(path, "dashboard (before 2026-11-12 09.00.00).xlsx")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    said = " ".join(run("forget", ANNA, "--save", "pages", "-n").stdout.split())
    for words in (
        *("Profiles 1 row, whole: 2", "Posts 1 row, whole: 2", "History 2 days"),
        *("Notes!A1", "Notes!A2", "Notes!A3", "Notes!A4", "Posts!"),
        *("dashboard (before 2026-11-12 09.00.00).xlsx, deleted whole", "pages/a.html"),
    ):
        assert words in said
    assert "Notes!A5" not in said
    assert "pages/pb.html is of somebody else and names them: it stays." in said
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_two_people_have_marks_that_are_lifted_one_by_one(dashboard: Made) -> None:
    path = dashboard()
    run("forget", ANNA)
    run("forget", BEN)
    assert rows(path, "Profiles") == [] and rows(path, "History") == []
    run("forget", ANNA, "--allow")
    run("sync", "--saved", str(pages()), "--captured", "2026-11-14")
    assert {row["Handle"] for row in rows(path, "Profiles")} == {HANDLE}


def test_somebody_who_was_never_there_is_not_read_either(dashboard: Made) -> None:
    dashboard()
    other = "https://www.tiktok.com/@carla"
    assert "holds nothing of them" in run("forget", other).stdout
    Path("carla.html").write_text(PAGE % ("68019", "carla", "Carla", 10))
    run("sync", "--saved", "carla.html", status=1)
    assert found(Path("dashboard.xlsx").read_bytes()) == TRACES


def test_comments_and_charts_of_the_team_go_only_when_it_says_so(dashboard: Made) -> None:
    path = dashboard()
    book = openpyxl.load_workbook(path)
    book["Notes"]["B1"].comment = Comment(f"ask {NAME}", "team")
    book.save(path)
    before = path.read_bytes()
    refused = run("forget", ANNA, status=4)
    assert "comments" in refused.stderr and "--allow-loss" in refused.stderr
    assert path.read_bytes() == before
    run("forget", ANNA, "--allow-loss")
    assert found(path.read_bytes()) == []


def test_a_copy_without_the_person_stays(dashboard: Made) -> None:
    dashboard()
    run("sync", "--saved", "pages/b.html", "--to", "ben.xlsx")
    copy = Path("ben.xlsx").rename("dashboard (before 2026-11-12 09.00.00).xlsx")
    run("forget", ANNA)
    assert copy.exists()


def test_a_tab_that_is_called_after_them_is_told(dashboard: Made) -> None:
    path = dashboard()
    book = openpyxl.load_workbook(path)
    book.create_sheet(HANDLE)
    book.save(path)
    assert "the tab anna.bakt is called after them" in run("forget", ANNA).stdout


def test_pictures_that_a_browser_saved_with_the_page_go_with_it(dashboard: Made) -> None:
    dashboard()
    Path("pages/a_files").mkdir()
    Path("pages/a_files/avatar.jpg").write_bytes(b"face")
    Path("pages/b_files").mkdir()
    run("forget", ANNA, "--save", "pages")
    assert not Path("pages/a_files").exists()
    assert Path("pages/b_files").exists()


def test_a_post_is_no_person(dashboard: Made) -> None:
    dashboard()
    refused = run("forget", f"{ANNA}/video/7300000000000000001", status=2)
    assert "the address of the profile" in refused.stderr


def test_no_dashboard_is_no_place_to_forget_in() -> None:
    refused = run("forget", ANNA, "--to", "other.xlsx", status=3)
    assert "There is no dashboard in other.xlsx" in refused.stderr
    assert not Path("other.xlsx").exists()


def test_marks_of_two_dashboards_say_nothing_about_each_other() -> None:
    target = find_watched(ANNA, builtin())
    assert target is not None
    one, two = (Forgotten().adding([f"profile {target.key}"], salt) for salt in ("s1", "s2"))
    assert one.about(target) and two.about(target)
    assert not one.marks.keys() & two.marks.keys()
    assert HANDLE not in str(one)


def test_the_question_can_be_answered_with_no(
    dashboard: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dashboard().read_bytes()
    monkeypatch.setattr("sheetsync.commands.forget.somebody_answers", lambda: True)
    result = CliRunner().invoke(main, ["forget", ANNA], input="n\n")
    assert result.exit_code != 0
    assert Path("dashboard.xlsx").read_bytes() == before


def test_what_a_killed_run_left_in_the_temp_folder_goes_and_nothing_else_does(
    tmp_path: Path, dashboard: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    temp = tmp_path / "temp"
    old, fresh = temp / "sheetsync-scratch-abcd1234", temp / "sheetsync-scratch-efgh5678"
    theirs = temp / "sheetsync-main"
    for folder in (old, fresh, theirs):
        folder.mkdir(parents=True)
        (folder / "sheet.xml").write_text("anna.bakt")
    for folder in (old, theirs):
        os.utime(folder, (0, 0))
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    dashboard()
    run("forget", ANNA, "--yes")
    assert sorted(path.name for path in temp.iterdir()) == [theirs.name, fresh.name]


def test_somebody_who_was_not_there_is_not_said_to_be_removed(dashboard: Made) -> None:
    dashboard()
    told = run("forget", "https://www.tiktok.com/@nobody.here", "--yes").output
    assert "@nobody.here was not there, and will not be read" in told
