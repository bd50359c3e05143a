"""Which saved files are pages, and of which day they are."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.errors import ConfigError
from sheetsync.fetch.folders import deleted
from sheetsync.fetch.saved import SavedPages, read_saved
from sheetsync.model import Outcome, Page

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SAVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STATED = datetime(2026, 11, 19, 12, 0, tzinfo=timezone(timedelta(hours=1)))
HTML = "<html><body>783427</body></html>"
SINGLEFILE = (
    "<html><!-- Page saved with SingleFile \n url: https://www.tiktok.com/@a \n"
    " saved date: {} GMT+0000 (UTC) --><body>1</body></html>"
)


def put(path: Path, content: str | bytes = HTML, saved: datetime | None = SAVED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if saved:
        os.utime(path, (saved.timestamp(), saved.timestamp()))
    return path


def read(*paths: Path, captured: datetime | None = None, max_bytes: int = 10_000) -> SavedPages:
    return read_saved(paths, now=NOW, captured=captured, max_bytes=max_bytes)


def names(saved: SavedPages) -> list[str]:
    return [page.name for page in saved.pages]


def only(saved: SavedPages) -> Page:
    (page,) = saved.pages
    return page


# Which files


def test_a_folder_is_read_with_its_folders_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.html", "a.html", "z/c.htm", "tiktok/d.json"):
        put(tmp_path / name, '{"a": 1}' if name.endswith("json") else HTML)
    assert names(read(tmp_path)) == ["a.html", "b.html", "tiktok/d.json", "z/c.htm"]
    assert {page.source for page in read(tmp_path).pages} == {"saved"}


def test_a_file_is_called_by_its_own_name(tmp_path: Path) -> None:
    assert only(read(put(tmp_path / "x" / "Khaby (@khaby.lame).html"))) == Page(
        HTML, name="Khaby (@khaby.lame).html", captured_at=SAVED, captured_by="file"
    )


def test_the_pages_of_one_recording_are_numbered(tmp_path: Path) -> None:
    content = {"mimeType": "text/html", "text": HTML}
    har = {"log": {"entries": [{"response": {"content": content}}] * 3}}
    put(tmp_path / "x" / "all.har", json.dumps(har))
    assert names(read(tmp_path)) == ["x/all.har #1", "x/all.har #2", "x/all.har #3"]


def test_a_file_reached_on_two_ways_is_read_once(tmp_path: Path) -> None:
    page = put(tmp_path / "x" / "a.html")
    assert names(read(tmp_path, page, tmp_path / "x")) == ["x/a.html"]


def test_unrelated_files_are_counted_and_not_reported(tmp_path: Path) -> None:
    put(tmp_path / "page.html")
    for name, content in {
        "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
        "report.pdf": b"%PDF-1.7",
        "table.xlsx": b"PK\x03\x04",
        "notes.txt": b"call Anna",
        "brackets.txt": b"[1] call Anna",
        "README": b"no suffix at all",
        "README.md": b"<p align=center>",
        "app.js": b"[1]",
        "empty.txt": b"",
        "song": b"ID3\x03\x00\x00\x00\x00\x00\x00",
        "docker-compose.yml": b"services:\n  web: {}",
        "number.json": b"42",
    }.items():
        put(tmp_path / name, content)
    saved = read(tmp_path)
    assert names(saved) == ["page.html"]
    assert saved.passed_over == 12


@pytest.mark.parametrize("name", ["page", "page.txt", "profile.php", "tiktok.com_@a.b", "x.html.1"])
def test_a_page_is_known_by_its_content_whatever_its_name(tmp_path: Path, name: str) -> None:
    put(tmp_path / name)
    assert names(read(tmp_path)) == [name]


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a.json", "a.mhtml", "a.mht", "a.har"])
@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"])
def test_a_file_named_as_a_page_that_is_none_is_unreadable(
    tmp_path: Path, name: str, content: bytes
) -> None:
    put(tmp_path / name, content)
    put(tmp_path / "good.html")
    bad, good = read(tmp_path).pages
    assert (bad.name, bad.problem, good.problem) == (name, Outcome.UNREADABLE, None)
    assert bad.detail


@pytest.mark.parametrize("suffix", ["_files", "_Dateien", "-Dateien", "_bestanden", "_fichiers"])
def test_the_folder_that_a_browser_saves_beside_a_page_is_no_folder_of_pages(
    tmp_path: Path, suffix: str
) -> None:
    put(tmp_path / "My page.html")
    put(tmp_path / f"My page{suffix}" / "saved_resource.html")
    put(tmp_path / f"My page{suffix}" / "deeper" / "pixel.gif")
    saved = read(tmp_path)
    assert (names(saved), saved.passed_over) == (["My page.html"], 0)
    assert only(saved).captured_at == SAVED  # it is alone: its own folder does not count


@pytest.mark.parametrize("folder", ["other_files", "profiles_old", "profiles-2026", "files"])
def test_any_other_folder_is_read(tmp_path: Path, folder: str) -> None:
    put(tmp_path / "profiles.html")
    put(tmp_path / folder / "a.html")
    assert f"{folder}/a.html" in names(read(tmp_path))


def test_hidden_files_and_folders_are_not_even_counted(tmp_path: Path) -> None:
    put(tmp_path / ".DS_Store", b"\x00")
    put(tmp_path / ".git" / "a.html")
    put(tmp_path / "._a.html")
    assert read(tmp_path) == SavedPages((), 0, 0)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "secret.html")
    inside = put(tmp_path / "inside" / "a.html")
    (tmp_path / "inside" / "out.html").symlink_to(outside)
    (tmp_path / "inside" / "folder").symlink_to(outside.parent)
    (tmp_path / "inside" / "same.html").symlink_to(inside)
    (tmp_path / "inside" / "nowhere.html").symlink_to(tmp_path / "gone")
    (tmp_path / "inside" / "loop.html").symlink_to(tmp_path / "inside" / "loop.html")
    saved = read(tmp_path / "inside")
    assert names(saved) == ["a.html"]
    assert saved.passed_over == 2  # out.html and nowhere.html
    assert len(read(tmp_path / "inside", outside).pages) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are files on Unix only")
def test_a_pipe_is_passed_over_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    assert read(tmp_path) == SavedPages((), 1, 0)


def test_a_file_or_folder_that_may_not_be_opened_does_not_stop_the_others(tmp_path: Path) -> None:
    put(tmp_path / "a.html").chmod(0)
    put(tmp_path / "b.html")
    put(tmp_path / "closed" / "c.html")
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "a.html", os.R_OK):
            pytest.skip("this user may read everything")
        saved = read(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert {page.name: page.problem for page in saved.pages} == {
        "a.html": Outcome.UNREADABLE,
        "b.html": None,
        "closed": Outcome.UNREADABLE,
    }
    assert "denied" in saved.pages[0].detail


def test_a_path_that_does_not_exist_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone") as error:
        read(tmp_path / "gone")
    assert "--saved" in error.value.hint


# How large


def test_a_page_that_is_too_large_is_said_to_be_and_the_others_are_read(tmp_path: Path) -> None:
    put(tmp_path / "a.html", HTML + " " * 10_000)
    put(tmp_path / "b.html", HTML + " " * (10_000 - len(HTML)))
    put(tmp_path / "c", HTML + " " * 10_000)
    problems = [page.problem for page in read(tmp_path).pages]
    assert problems == [Outcome.TOO_LARGE, None, Outcome.TOO_LARGE]


def test_a_recording_may_be_larger_than_the_pages_in_it(tmp_path: Path) -> None:
    picture = {"mimeType": "image/png", "text": "x" * 50_000}
    content = {"mimeType": "text/html", "text": HTML}
    har = {"log": {"entries": [{"response": {"content": c}} for c in (picture, content)]}}
    put(tmp_path / "a.har", json.dumps(har))
    put(tmp_path / "b.json", json.dumps(har))
    put(tmp_path / "c.har", json.dumps(har) + " " * 200_000)
    pages = read(tmp_path).pages
    assert [page.problem for page in pages] == [None, None, Outcome.TOO_LARGE]


# Of which day


def test_a_lone_file_is_of_its_own_day(tmp_path: Path) -> None:
    saved = read(put(tmp_path / "a.html"))
    assert (only(saved).captured_at, only(saved).captured_by) == (SAVED, "file")
    assert saved.undated == 0


def test_files_saved_one_after_another_are_of_their_own_days(tmp_path: Path) -> None:
    for hours, name in enumerate(("a.html", "b.html", "c.html")):
        put(tmp_path / name, saved=SAVED + timedelta(hours=hours))
    assert [page.captured_at for page in read(tmp_path).pages] == [
        SAVED + timedelta(hours=hours) for hours in range(3)
    ]


def test_files_that_all_have_one_time_have_no_day(tmp_path: Path) -> None:
    for name in ("a.html", "b.html", "photo.jpg"):
        put(tmp_path / name)
    saved = read(tmp_path)
    assert {(page.captured_at, page.captured_by) for page in saved.pages} == {(None, None)}
    assert saved.undated == 2


def test_a_checkout_of_many_files_may_take_its_time(tmp_path: Path) -> None:
    for number in range(100):  # 4.9 s for all of them
        late = timedelta(seconds=0.0495 * number if number % 2 else 0)
        put(tmp_path / f"{number}.html", saved=SAVED + late)
    assert read(tmp_path).undated == 100


def test_a_page_named_alone_is_compared_with_the_files_beside_it(tmp_path: Path) -> None:
    page = put(tmp_path / "a.html")
    put(tmp_path / "b.txt", "notes", saved=SAVED + timedelta(seconds=1))
    assert read(page).undated == 1
    put(tmp_path / "c.txt", "notes", saved=SAVED - timedelta(days=1))
    assert read(page).undated == 0


def test_pages_pulled_into_a_folder_of_older_ones_share_a_time(tmp_path: Path) -> None:
    put(tmp_path / "old.html", saved=SAVED - timedelta(days=1))
    put(tmp_path / "new1.html")
    put(tmp_path / "new2.html", saved=SAVED + timedelta(milliseconds=20))
    put(tmp_path / "by hand.html", saved=SAVED + timedelta(seconds=1))
    dated = {page.name for page in read(tmp_path).pages if page.captured_at}
    assert dated == {"old.html", "by hand.html"}


@pytest.mark.parametrize(
    "impossible",
    [
        NOW + timedelta(minutes=1),
        datetime(1980, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
    ],
)
def test_a_time_that_cannot_be_is_not_believed(tmp_path: Path, impossible: datetime) -> None:
    saved = read(put(tmp_path / "a.html", saved=impossible))
    assert (only(saved).captured_at, saved.undated) == (None, 1)
    assert only(read(tmp_path, captured=STATED)).captured_by == "option"


def test_a_time_that_a_file_system_rounded_up_is_now(tmp_path: Path) -> None:
    page = put(tmp_path / "a.html", saved=NOW + timedelta(seconds=1))
    assert only(read(page)).captured_at == NOW


def test_what_a_person_states_beats_the_files_time(tmp_path: Path) -> None:
    put(tmp_path / "a.html")
    put(tmp_path / "b.html")
    saved = read(tmp_path, captured=STATED)
    assert {(page.captured_at, page.captured_by) for page in saved.pages} == {(STATED, "option")}
    assert saved.pages[0].captured_at == datetime(2026, 11, 19, 11, 0, tzinfo=UTC)
    assert saved.undated == 0


def test_a_time_in_the_content_beats_what_a_person_states(tmp_path: Path) -> None:
    put(tmp_path / "a.html", SINGLEFILE.format("Sun Nov 22 2026 05:31:12"))
    page = only(read(tmp_path, captured=STATED))
    assert page.captured_at == datetime(2026, 11, 22, 5, 31, 12, tzinfo=UTC)
    assert page.captured_by == "content"


def test_a_time_in_the_content_that_is_still_to_come_is_not_believed(tmp_path: Path) -> None:
    put(tmp_path / "a.html", SINGLEFILE.format("Sun Nov 22 2027 05:31:12"))
    assert only(read(tmp_path)).captured_by == "file"
    assert only(read(tmp_path, captured=STATED)).captured_by == "option"


def test_a_damaged_file_is_not_counted_as_undated(tmp_path: Path) -> None:
    put(tmp_path / "a.html")
    put(tmp_path / "b.html", "")
    assert read(tmp_path).undated == 1


# Whatever strangers send

SUFFIXES = ["", ".html", ".htm", ".json", ".har", ".mhtml", ".mht", ".webarchive", ".yml", ".txt"]
CONTENTS = st.binary() | st.sampled_from(
    [HTML, "{", "[]", "[1", '{"log": {"entries": [1]}}', "interactions:\n- x", "MIME-Version: 1"]
).map(str.encode)


@given(st.dictionaries(st.sampled_from(SUFFIXES), CONTENTS, min_size=1))
def test_every_file_is_accounted_for_once(files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for suffix, content in files.items():
            Path(folder, f"page{suffix}").write_bytes(content)
        saved = read(Path(folder))
    accounted = {page.name.partition(" #")[0] for page in saved.pages}
    assert len(accounted) + saved.passed_over == len(files)
    assert all(bool(page.text.strip()) != bool(page.problem) for page in saved.pages)


# Deleting what was read: that file with that content, and no other


def a_page(folder: Path) -> Path:
    put(folder / "a.html", HTML)
    return folder / "a.html"


def test_a_file_that_was_read_can_be_deleted_once(tmp_path: Path) -> None:
    path = a_page(tmp_path)
    (file,) = read(tmp_path).files.values()
    assert deleted(file)
    assert not path.exists()
    assert not deleted(file)


def changed(path: Path) -> None:
    path.write_text(HTML + "more", "utf-8")


def changed_in_place(path: Path) -> None:
    path.write_text(HTML.upper(), "utf-8")


def replaced_by_a_copy(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.replace(path)


def replaced_by_a_link(path: Path) -> None:
    other = path.with_name("other.txt")
    path.rename(other)
    path.symlink_to(other)


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "meanwhile",
    [changed, changed_in_place, replaced_by_a_copy, replaced_by_a_link, replaced_by_a_folder],
)
def test_what_is_another_file_by_now_is_not_deleted(
    meanwhile: Callable[[Path], None], tmp_path: Path
) -> None:
    path = a_page(tmp_path)
    (file,) = read(tmp_path).files.values()
    meanwhile(path)
    there = sorted(tmp_path.iterdir())
    assert not deleted(file)
    assert sorted(tmp_path.iterdir()) == there


def test_a_link_that_was_given_is_read_and_not_deleted(tmp_path: Path) -> None:
    path = a_page(tmp_path)
    link = tmp_path / "link.html"
    link.symlink_to(path)
    (file,) = read(link).files.values()
    assert not deleted(file)
    assert link.is_symlink() and path.exists()


def test_what_went_away_is_passed_over_when_that_is_expected(tmp_path: Path) -> None:
    path = a_page(tmp_path)
    found = read_saved([tmp_path / "gone.html", path], now=NOW, gone_ok=True)
    assert [page.name for page in found.pages] == ["a.html"]
    with pytest.raises(ConfigError):
        read(tmp_path / "gone.html")
