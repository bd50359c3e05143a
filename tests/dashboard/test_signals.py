"""The one signal of a column."""

from __future__ import annotations

import pytest

from sheetsync.dashboard import Signal
from sheetsync.dashboard.signals import signal_rules
from sheetsync.dashboard.words import Status


@pytest.mark.parametrize("status", Status)
def test_every_status_without_numbers_of_today_has_one_look(status: Status) -> None:
    rules = signal_rules(Signal.STATUS, "D3", "old", ";")
    looks = [look for test, look in rules if f'D3="{status}"' in test]
    assert len(looks) == (status not in (Status.READ, Status.PART))


def test_what_needs_a_person_is_orange_and_a_refusal_is_not() -> None:
    (needs, late), (waits, grey) = signal_rules(Signal.STATUS, "D3", "old", ",")
    assert (late, grey) == ("late", "waits")
    assert f'D3="{Status.CHECK}"' in needs
    assert f'D3="{Status.REFUSED}"' in waits


def test_a_rule_uses_the_separator_and_the_setting_of_its_spreadsheet() -> None:
    ((test, look),) = signal_rules(Signal.LATE, "K3", 'INDIRECT("x")', ";")
    assert (test, look) == ('ISNUMBER(K3);N(K3)>INDIRECT("x")', "late")
