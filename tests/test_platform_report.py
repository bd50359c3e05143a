"""What ``platforms NAME --check`` makes of the two records that it got."""

from __future__ import annotations

import pytest

from sheetsync.model import Count, Outcome, Record
from sheetsync.platform_file import builtin
from sheetsync.platform_report import Verdict, check_lines, verdict


def record(outcome: Outcome) -> Record:
    fields = {"followers": Count(5)} if outcome.has_numbers else {}
    return Record("bluesky", "profile", outcome, handle="a", fields=fields)


CASES = [
    (Outcome.OK, Outcome.NOT_FOUND, Verdict.APART),
    (Outcome.PARTIAL, Outcome.ABSENT_OR_PRIVATE, Verdict.APART),
    (Outcome.OK, Outcome.OK, Verdict.CHANGED),
    (Outcome.LAYOUT_CHANGED, Outcome.NOT_FOUND, Verdict.CHANGED),
    (Outcome.NOT_FOUND, Outcome.NOT_FOUND, Verdict.CHANGED),
    (Outcome.OK, Outcome.UNKNOWN_STATUS, Verdict.CHANGED),
    (Outcome.LAYOUT_CHANGED, Outcome.RATE_LIMITED, Verdict.CHANGED),
    (Outcome.CHALLENGE, Outcome.OK, Verdict.CHANGED),
    (Outcome.OK, Outcome.RATE_LIMITED, Verdict.NOT_CHECKED),
    (Outcome.RATE_LIMITED, Outcome.NOT_REACHED, Verdict.NOT_CHECKED),
    (Outcome.NEEDS_KEY, Outcome.NEEDS_KEY, Verdict.NOT_CHECKED),
    (Outcome.TIMEOUT, Outcome.NOT_FOUND, Verdict.NOT_CHECKED),
]


@pytest.mark.parametrize(("exists", "missing", "want"), CASES)
def test_the_verdict_is_of_what_the_two_answers_prove(
    exists: Outcome, missing: Outcome, want: Verdict
) -> None:
    assert verdict(record(exists), record(missing))[0] is want


@pytest.mark.parametrize("exists", list(Outcome))
@pytest.mark.parametrize("missing", list(Outcome))
def test_apart_needs_numbers_of_the_one_and_a_word_of_the_site_about_the_other(
    exists: Outcome, missing: Outcome
) -> None:
    found, reason = verdict(record(exists), record(missing))
    gone = missing in (Outcome.NOT_FOUND, Outcome.ABSENT_OR_PRIVATE)
    assert (found is Verdict.APART) == (exists.has_numbers and gone)
    assert bool(reason) == (found is not Verdict.APART)


def test_what_could_not_be_checked_says_why() -> None:
    (bluesky,) = (p for p in builtin() if p.key == "bluesky")
    first = check_lines(bluesky, record(Outcome.TIMEOUT), record(Outcome.NOT_FOUND))[0]
    assert first == "Bluesky could not be checked: The site did not answer in time."
