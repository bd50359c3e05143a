"""What changed, what was lost, what needs a person: facts read off a plan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sheetsync.model import Count, Outcome
from sheetsync.news import ages, gains, lost, needs_you, not_read
from tests.mornings import NOW, morning, read, refused, with_posts


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "team.xlsx"


def test_a_first_reading_has_no_gain(book: Path) -> None:
    (gain,) = gains(morning(book, [read("anna", 120)]))
    assert (gain.now, gain.before, gain.since, gain.proven) == (Count(120), None, None, None)


def test_a_gain_is_since_the_reading_before(book: Path) -> None:
    morning(book, [read("anna", 120, days=3)], days=3)
    (gain,) = gains(morning(book, [read("anna", 171)]))
    assert (gain.proven, gain.since) == (51, date(2026, 11, 20))


def test_a_loss_of_followers_is_a_negative_gain(book: Path) -> None:
    morning(book, [read("anna", 120, days=1)], days=1)
    (gain,) = gains(morning(book, [read("anna", 100)]))
    assert gain.proven == -20


@pytest.mark.parametrize(("after", "proven"), [(1_300_000, None), (1_400_000, 200_000)])
def test_a_gain_that_rounding_hides_is_no_gain(book: Path, after: int, proven: int | None) -> None:
    morning(book, [read("anna", 1_200_000, 100_000, days=1)], days=1)
    (gain,) = gains(morning(book, [read("anna", after, 100_000)]))
    assert (gain.proven, gain.step) == (proven, 200_000)


def test_a_number_of_the_same_row_under_another_address_is_nobodys_before(book: Path) -> None:
    morning(book, [read("anna", 120, days=1)], days=1)
    (gain,) = gains(morning(book, [read("bert", 500)]))
    assert gain.before is None


def test_the_largest_change_comes_first(book: Path) -> None:
    names = ["a", "b", "c"]
    morning(book, [read(name, 100, days=1) for name in names], days=1)
    found = gains(morning(book, [read("a", 101), read("b", 50), read("c", 110)]))
    assert [gain.read.record.handle for gain in found] == ["b", "c", "a"]


def test_what_could_be_read_the_morning_before_is_lost_once(book: Path) -> None:
    morning(book, [read("anna", days=2)], days=2)
    first = morning(book, [refused("anna")], days=1)
    second = morning(book, [refused("anna")])
    assert [r.record.handle for r in lost(first)] == ["anna"]
    assert lost(second) == []
    assert [r.record.handle for r in not_read(second)] == ["anna"]


def test_what_never_could_be_read_is_not_lost(book: Path) -> None:
    assert lost(morning(book, [refused("anna")])) == []


def test_what_the_deadline_cut_off_is_not_lost(book: Path) -> None:
    morning(book, [read("anna", days=1)], days=1)
    assert lost(morning(book, [refused("anna", Outcome.NOT_REACHED)])) == []


def test_a_moved_private_gone_old_or_silent_profile_needs_you(book: Path) -> None:
    names = ["moved", "hidden", "gone", "old", "quiet", "fine"]
    reads = {name: read(name, 100, days=20, account_id=f"1{n}") for n, name in enumerate(names)}
    morning(book, list(reads.values()), days=20)
    quiet = with_posts(read("quiet", account_id="14"), NOW - timedelta(30), NOW - timedelta(16))
    fine = with_posts(read("fine", account_id="15"), NOW - timedelta(2))
    synced = morning(
        book,
        [
            read("moved", 5, account_id="999"),
            refused("hidden", Outcome.PRIVATE),
            refused("gone", Outcome.NOT_FOUND),
            refused("old", Outcome.TIMEOUT),
            quiet,
            fine,
        ],
    )
    assert dict(needs_you(synced, NOW)) == {
        "@moved": "is now another account",
        "@hidden": "is private now",
        "@gone": "is gone or private",
        "@old": "was last read 20 days ago",
        "@quiet": "the newest post seen is 16 days old",
    }


def test_a_refusal_without_any_number_waits_for_a_saved_page(book: Path) -> None:
    synced = morning(book, [refused("anna"), refused("bert", Outcome.TIMEOUT)])
    assert needs_you(synced, NOW) == [("@anna", "waits for a saved page")]


def test_ages_count_the_whole_dashboard_and_not_only_this_run(book: Path) -> None:
    morning(book, [read("anna", days=9), read("bert", days=9)], days=9)
    found = ages(morning(book, [read("anna")]), NOW)
    assert (found.profiles, found.fresh, found.oldest) == (2, 1, 9)


def test_a_dry_run_has_the_same_news(book: Path) -> None:
    morning(book, [read("anna", 120, days=1)], days=1)
    (gain,) = gains(morning(book, [read("anna", 130)], dry_run=True))
    assert gain.proven == 10
