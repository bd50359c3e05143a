"""The words that readers see: kind, few, and one sentence for every outcome."""

from __future__ import annotations

from datetime import date

import pytest

from sheetsync.dashboard import words
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.dashboard.words import STATUS, WHY, Status
from sheetsync.dashboard.words.guide import guide
from sheetsync.model import Outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_kind_word_and_a_sentence_without_a_code(outcome: Outcome) -> None:
    assert STATUS[outcome] in Status
    sentence = WHY[outcome]
    assert outcome is Outcome.OK or sentence.endswith(".")
    assert "_" not in sentence
    assert len(sentence) <= 80


def test_the_guide_explains_every_word_of_the_status_column() -> None:
    labels = [line.label for line in guide()]
    assert [word for word in Status if word not in labels] == []


def test_every_column_that_people_see_has_a_note_on_its_header() -> None:
    columns = [(tab.key, column) for tab in DASHBOARD.tables for column in tab.columns]
    assert [(t, c.header) for t, c in columns if not c.hidden and len(c.note) < 15] == []


def test_the_guide_explains_every_code_of_the_log() -> None:
    told = {line.label: line.text for line in guide()}
    assert {o.value: told.get(o.value) for o in WHY if not o.has_numbers} == {
        o.value: sentence for o, sentence in WHY.items() if not o.has_numbers
    }


def test_only_good_readings_are_called_read() -> None:
    read = {outcome for outcome in Outcome if STATUS[outcome] in (Status.READ, Status.PART)}
    assert read == {outcome for outcome in Outcome if outcome.has_numbers}


@pytest.mark.parametrize("month", range(1, 13))
def test_a_day_reads_the_same_in_every_language_of_the_computer(month: int) -> None:
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
    assert words.day(date(2026, month, 2)) == f"2 {months[month - 1]} 2026"


def test_missing_numbers_are_called_by_their_headers() -> None:
    assert words.not_shown(("likes", "following")).startswith("The page did not show: likes, fo")
