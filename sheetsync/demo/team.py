"""What the demo's team did in the sheet between two syncs: yellow cells, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sheetsync.demo.story import Story
from sheetsync.plan import Change, Plan

#: Whom the team compares; the rest is chosen by the plan, as for everybody.
_COMPARED = {"compare_1": "@anna.bakes.demo", "compare_2": "@trail.runner.demo"}


def with_typed(plan: Plan, told: Story) -> Plan:
    """The plan of a new watch list, with the words and fees that people type beside addresses."""
    typed = [
        *_beside(plan, "profiles", "group", told.groups),
        *_beside(plan, "posts", "fee", told.fees),
    ]
    return replace(plan, changes=(*plan.changes, *typed), picks={**plan.picks, **_COMPARED})


def _beside(
    plan: Plan, tab: str, column: str, typed: Mapping[str, str] | Mapping[str, float]
) -> Iterator[Change]:
    for change in plan.changes:
        if change.tab == tab and change.column == "address" and change.new in typed:
            yield Change(tab, change.row, column, None, typed[str(change.new)], added=True)
