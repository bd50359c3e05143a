"""The main job on real input: recorded TikTok pages become a workbook with the right numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from tests.conftest import RECORDED
from tests.workbooks import rows

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="a lone clone has no recordings")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("recorded") / "dashboard.xlsx"
    result = run("--saved", str(RECORDED / "tiktok"), "--to", str(to))
    assert result.exit_code == 0, result.output
    return to


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["sync", *words])


def by(book: Path, tab: str, *headers: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[header] for header in headers): row for row in rows(book, tab)}


PROFILES = [
    ("alcaldiasa", 38_490, 593_024, 927),
    ("jelly.here10", 3_666, 272_628, 543),
    ("novix.ht", 1_053, 5_204, 27),
    ("mariannas_pantry", 830_600, 19_400_000, 915),
    ("dylanlemay", 11_200_000, 587_500_000, 1_526),
    ("huxleythepandapuppy", 6_200_000, 108_500_000, 767),
    ("bramty", 3_500_000, 199_100_000, None),
    ("khaby.lame", 162_986_107, 2_680_875_280, 1_353),
]


@pytest.mark.parametrize(("handle", "followers", "likes", "posts"), PROFILES)
def test_profile_row(
    book: Path, handle: str, followers: int, likes: int, posts: int | None
) -> None:
    row = by(book, "Profiles", "Handle")[(handle,)]
    assert (row["Followers"], row["Likes"], row["Posts"]) == (followers, likes, posts)


DAYS = [
    ("2021-01-06", "tiktok:tiktok", 50_100_000),
    ("2022-08-22", "tiktok:huxleythepandapuppy", 6_200_000),
    ("2022-10-04", "tiktok:bramty", 3_500_000),
    ("2023-02-23", "tiktok:dylanlemay", 11_200_000),
    ("2024-12-17", "tiktok:mariannas_pantry", 830_600),
    ("2026-02-13", "tiktok:novix.ht", 1_053),
    ("2026-04-18", "tiktok:jelly.here10", 3_666),
    ("2026-05-18", "tiktok:alcaldiasa", 38_490),
]


def test_history_has_each_reading_on_the_day_of_its_page_and_no_other(book: Path) -> None:
    found = [(f"{r['Day']:%Y-%m-%d}", r["Profile"], r["Followers"]) for r in rows(book, "History")]
    assert sorted(found) == sorted(DAYS)


def test_a_post_seen_on_three_days_shows_the_newest(book: Path) -> None:
    row = by(book, "Posts", "Post id")[("6806030056956251397",)]
    assert (row["Views"], row["Likes"], row["Comments"]) == (260_800, 12_000, 252)
    assert row["Handle"] == "a3noticias"


def test_the_author_of_a_post_is_no_profile(book: Path) -> None:
    handles = {row["Handle"] for row in rows(book, "Profiles")}
    assert not handles & {"a3noticias", "rebelunicorncrafts", "merveilleux123"}


def test_no_signed_in_viewer_is_anywhere(book: Path) -> None:
    assert "user7019470759034" not in str(rows(book, "Profiles")) + str(rows(book, "Posts"))


def test_pages_without_a_date_fill_their_row_and_make_no_history(book: Path) -> None:
    row = by(book, "Profiles", "Handle")[("khaby.lame",)]
    assert row["Read at"] is None
    assert not [r for r in rows(book, "History") if r["Profile"] == "tiktok:khaby.lame"]


def test_again_changes_nothing_and_a_date_makes_history(book: Path) -> None:
    again = run("--saved", str(RECORDED / "tiktok"), "--to", str(book))
    assert "nothing to change" in again.stdout
    dated = run(
        *("--saved", str(RECORDED / "tiktok" / "trimmed"), "--to", str(book)),
        *("--captured", "2026-09-22"),
    )
    assert dated.exit_code == 0, dated.output
    days = {(r["Profile"], f"{r['Day']:%Y-%m-%d}"): r["Followers"] for r in rows(book, "History")}
    assert days["tiktok:khaby.lame", "2026-09-22"] == 162_986_107
    assert days["tiktok:nasa", "2026-09-22"] == 1_785_290, "exact beats the embed's 1,800,000"
    assert len(days) == len(DAYS) + 3


def test_every_other_recording_gives_a_row_or_a_reason(tmp_path: Path) -> None:
    to = tmp_path / "all.xlsx"
    result = run("--saved", str(RECORDED), "--to", str(to))
    assert result.exit_code == 0, result.output
    assert "Traceback" not in result.output
    platforms = {row["Platform"] for row in rows(to, "Profiles")}
    wanted = {"tiktok", "instagram", "youtube", "x", "bluesky", "github", "soundcloud", "facebook"}
    assert wanted | {"telegram", "linkedin"} <= platforms
