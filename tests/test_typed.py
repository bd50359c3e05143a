"""Numbers that the team types in the yellow columns are readings of their day."""

from __future__ import annotations

from collections.abc import Mapping
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
    ({"typed followers": 5, "typed on": "soon"}, "without its day"),
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
