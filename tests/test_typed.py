"""Numbers that the team types in the yellow columns are readings of their day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from sheetsync.destinations import open_destination
from sheetsync.model import Count, Outcome, Record
from sheetsync.platform import find_watched
from sheetsync.platform_file import builtin
from sheetsync.sync import Read, Synced, sync
from sheetsync.typed import typed_count
from tests.workbooks import rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = "https://www.tiktok.com/@anna"
POST = "https://www.tiktok.com/@anna/video/7560000000000000000"


def run(to: Path, *reads: Read) -> Synced:
    watched = [w for a in (ANNA, POST) if (w := find_watched(a, builtin()))]
    with open_destination(str(to)) as destination:
        return sync(destination, reads, platforms=builtin(), now=NOW, watched=watched)


def type_in(to: Path, tab: str, cells: Mapping[str, object]) -> None:
    book = openpyxl.load_workbook(to)
    headers = {cell.value: cell.column for cell in book[tab][1]}
    for header, value in cells.items():
        book[tab].cell(2, headers[header]).value = value  # type: ignore[union-attr]
    book.save(to)


def read_at(hour: int, followers: Count) -> Read:
    record = Record(
        *("tiktok", "profile", Outcome.OK),
        handle="anna",
        url=ANNA,
        captured_at=datetime(2026, 11, 20, hour, tzinfo=UTC),
        captured_by="content",
        fields={"followers": followers, "handle": "anna"},
    )
    return Read("page.html", record)


def test_typed_followers_are_a_reading_of_that_day(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    type_in(to, "Profiles", {"typed followers": 38_490, "typed on": date(2026, 11, 20)})
    run(to)
    (row,), (day,) = rows(to, "Profiles"), rows(to, "History")
    assert (row["Followers"], row["Source"]) == (38_490, "typed")
    assert (day["Day"].date(), day["Followers"]) == (date(2026, 11, 20), 38_490)
    assert row["typed followers"] == 38_490, "what the team typed stays where it is"
    assert not run(to).plan, "and the next sync has nothing to change"


def test_typed_numbers_of_a_post(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    typed = {"typed views": 174_000, "typed likes": 8832, "typed comments": 120}
    type_in(to, "Posts", {**typed, "typed on": "2026-11-20"})
    run(to)
    (row,) = rows(to, "Posts")
    assert (row["Views"], row["Likes"], row["Comments"]) == (174_000, 8832, 120)


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        (read_at(9, Count(38_501)), 38_501),
        (read_at(9, Count(38_500, 100)), 38_490),
    ],
    ids=["an exact number of the same day stays", "a rounded one gives way"],
)
def test_typed_never_overrides_an_exact_number_of_the_same_day(
    tmp_path: Path, read: Read, kept: int
) -> None:
    to = tmp_path / "d.xlsx"
    run(to, read)
    type_in(to, "Profiles", {"typed followers": 38_490, "typed on": date(2026, 11, 20)})
    run(to)
    assert rows(to, "Profiles")[0]["Followers"] == kept


WRONG = [
    ({"typed followers": -5, "typed on": date(2026, 11, 20)}, "is no number of followers"),
    ({"typed followers": "many", "typed on": date(2026, 11, 20)}, "is no number of followers"),
    ({"typed followers": 5, "typed on": date(2026, 11, 23)}, "still to come"),
    ({"typed followers": 5}, "without its day"),
    (
        {"typed followers": 5, "typed on": "soon"},
        "“soon” is not understood as a day; write it like",
    ),
    ({"typed followers": 5, "typed on": "3/4/2026"}, "is not understood"),
]


@pytest.mark.parametrize(("cells", "says"), WRONG)
def test_what_cannot_be_is_said_with_its_row_and_writes_nothing(
    tmp_path: Path, cells: Mapping[str, object], says: str
) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    type_in(to, "Profiles", cells)
    (wrong,) = run(to).wrong
    assert wrong.startswith("Profiles, row 2: ")
    assert says in wrong
    assert rows(to, "Profiles")[0]["Followers"] is None
    assert rows(to, "History") == []


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (38490, Count(38490)),
        (38490.0, Count(38490)),
        ("38,490", Count(38490)),
        ("1.2M", Count(1_200_000, 100_000)),
        (0, Count(0)),
        (True, None),
        (3.5, None),
        (-1, None),
        ("", None),
        (10**15, None),
    ],
)
def test_what_a_person_types_as_a_number(raw: object, count: Count | None) -> None:
    assert typed_count(raw) == count


def second_row(to: Path, cells: Mapping[str, object]) -> None:
    book = openpyxl.load_workbook(to)
    tab = book["Profiles"]
    headers = {cell.value: cell.column for cell in tab[1]}
    tab.cell(3, 1).value = ANNA
    for header, value in cells.items():
        tab.cell(3, headers[header]).value = value  # type: ignore
    book.save(to)


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [(38_490, "12K", 12_000), ("12K", 9_000, 9_000), (9_000, 8_000, 8_000)],
)
def test_a_typed_number_is_corrected_by_typing_it_anew(
    tmp_path: Path, first: object, then: object, shown: int
) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    for number in (first, then):
        type_in(to, "Profiles", {"typed followers": number, "typed on": date(2026, 11, 20)})
        synced = run(to)
        assert [read.again for read in synced.reads] == [False], "and the report says so"
    assert rows(to, "Profiles")[0]["Followers"] == shown
    assert rows(to, "History")[0]["Followers"] == shown
    assert [read.again for read in run(to).reads] == [True]


def test_typed_views_are_corrected_too(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    for views in (174_000, "12K"):
        type_in(to, "Posts", {"typed views": views, "typed on": date(2026, 11, 20)})
        run(to)
    assert rows(to, "Posts")[0]["Views"] == 12_000


def test_what_gives_way_to_an_exact_number_is_not_told_as_read(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to, read_at(9, Count(38_501)))
    type_in(to, "Profiles", {"typed followers": 38_490, "typed on": date(2026, 11, 20)})
    assert [read.again for read in run(to).reads] == [True]


@pytest.mark.parametrize("text", ["20/11/2026", "11/20/2026", "20 Nov 2026", "November 20, 2026"])
def test_a_day_that_can_only_be_one_is_understood(tmp_path: Path, text: str) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    type_in(to, "Profiles", {"typed followers": 5, "typed on": text})
    run(to)
    assert rows(to, "History")[0]["Day"].date() == date(2026, 11, 20)


def test_no_post_had_views_before_it_was_published(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    type_in(to, "Posts", {"typed views": 9, "typed on": date(2019, 11, 10)})
    (wrong,) = run(to).wrong
    assert "says 2019-11-10, but the post was published on 2025-10-11" in wrong


def test_two_rows_that_say_different_things_of_one_day_are_both_named(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    run(to)
    type_in(to, "Profiles", {"typed followers": "12.5K", "typed on": date(2026, 11, 20)})
    second_row(to, {"typed followers": "13.5K", "typed on": date(2026, 11, 20)})
    (wrong,) = run(to).wrong
    assert wrong.startswith("Profiles, rows 2 and 3: different numbers")
    assert rows(to, "History") == []


def test_numbers_of_the_page_beside_a_newer_typed_one_say_their_day(tmp_path: Path) -> None:
    to = tmp_path / "d.xlsx"
    page = read_at(9, Count(38_501))
    more = {**page.record.fields, "likes": Count(5), "posts": Count(2)}
    run(to, Read("page.html", replace(page.record, fields=more)))
    type_in(to, "Profiles", {"typed followers": 38_600, "typed on": date(2026, 11, 21)})
    run(to)
    (row,) = rows(to, "Profiles")
    assert (row["Status"], row["Why"]) == ("Read in part", "Likes, posts: of 20 Nov 2026.")
    assert not run(to).plan
