"""What a person is told to do after a run."""

from __future__ import annotations

import pytest

from sheetsync import next_steps
from sheetsync.model import Count, Outcome, Record
from sheetsync.sync import Read, Synced
from tests.test_report import PLAN, good, refused


def test_a_next_step_names_another_dashboard_and_fits_the_terminal() -> None:
    synced = Synced((refused("a", "no"),), PLAN, 0, written=False)
    steps = next_steps.next_steps(synced, {}, "our team.xlsx", 60)
    assert "  sheetsync due --to 'our team.xlsx'" in steps
    assert max(map(len, steps)) <= 60


def test_saved_pages_that_were_read_need_no_next_step() -> None:
    assert (
        next_steps.next_steps(Synced((Read("a.html", good()),), PLAN, 0, written=False), {}) == []
    )


def test_undated_pages_ask_for_captured() -> None:
    record = Record("tiktok", "profile", Outcome.OK, handle="a", fields={"followers": Count(1)})
    (hint,) = next_steps.hints(Synced((Read("a.html", record),), PLAN, 0, written=False))
    assert hint.startswith("1 page has no date")
    assert "--captured" in hint


def test_pages_that_robots_forbids_are_never_asked_for_quietly() -> None:
    (note,) = next_steps.about_the_round("", ignore_robots=True)
    assert "--ignore-robots is on" in note
    assert next_steps.about_the_round("", ignore_robots=False) == []


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"written": True}, "what was read is written"),
        ({"written": False}, "nothing new to write"),
        ({"written": False, "dry_run": True}, "a dry run writes nothing"),
    ],
)
def test_a_stopped_run_says_what_became_of_what_it_read(how: dict[str, bool], says: str) -> None:
    (note,) = next_steps.about_the_round("stopped by you", ignore_robots=False, **how)
    assert note.startswith("stopped by you: ")
    assert says in note
