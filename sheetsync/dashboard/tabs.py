"""The one description of the dashboard: which tabs, in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sheetsync.dashboard import STEP, Column, Dashboard, Format, Guide, Tab
from sheetsync.dashboard.board import BOARD
from sheetsync.dashboard.formulas import check
from sheetsync.dashboard.imports import IMPORTS
from sheetsync.dashboard.imports import field as import_field
from sheetsync.dashboard.posts import POSTS
from sheetsync.dashboard.profiles import COUNTS, PROFILES
from sheetsync.dashboard.rows import hidden, read
from sheetsync.dashboard.trend import LOG, TREND
from sheetsync.dashboard.words.guide import guide
from sheetsync.dashboard.words.headings import TITLES


def _history() -> tuple[Column, ...]:
    key = "history"
    return (
        read(key, "day", Format.DATE, 13),
        read(key, "profile", width=28),
        hidden(key, "account_id", width=24),
        *(read(key, name, Format.COUNT, 14) for name in COUNTS),
        *(hidden(key, name + STEP, Format.COUNT) for name in COUNTS),
        hidden(key, "read_at~utc", Format.MOMENT, 18),
        hidden(key, "source", width=9),
        hidden(key, "captured_by", width=18),
        hidden(key, "layout", width=16),
        hidden(key, "kept", width=24),
    )


HISTORY = Tab("history", TITLES["history"], _history(), hidden=True)


#: Fields that are only kept when a team asks for them: personal, and no number is made of them.
ON_REQUEST = ("bio",)


def dashboard(saver: str = "", fields: Collection[str] = ()) -> Dashboard:
    """Return the description; ``saver`` is the bookmarklet that the guide shows as text,
    ``fields`` are those of ``ON_REQUEST`` that Profiles keeps."""
    how = Guide("guide", TITLES["guide"], guide(saver))
    profiles = replace(PROFILES, columns=tuple(_with(fields)))
    return Dashboard((BOARD, profiles, POSTS, how, TREND, HISTORY, LOG), edition=5)


def _with(fields: Collection[str]) -> Iterator[Column]:
    for column in PROFILES.columns:
        yield column
        if column.key == "name":
            yield from (read("profiles", key, width=40) for key in ON_REQUEST if key in fields)


def for_demo(described: Dashboard) -> Dashboard:
    """The same with DEMO on every tab, so that nobody takes invented numbers for real ones."""
    return replace(
        described, tabs=tuple(replace(tab, title=f"DEMO {tab.title}") for tab in described.tabs)
    )


def with_imports(described: Dashboard, fields: Mapping[int, str] | None = None) -> Dashboard:
    """The same with the tab Imports, behind the guide; and in Profiles with a column for each of
    ``fields``, the imports that are worked out for each profile: their numbers and names."""
    tabs = [tab for tab in described.tabs if tab.key != IMPORTS.key]
    tabs.insert(tabs.index(described.guide) + 1, IMPORTS)
    if fields:
        at = next(n for n, tab in enumerate(tabs) if tab.key == PROFILES.key)
        profiles = tabs[at]
        assert isinstance(profiles, Tab)
        more = []
        taken = {column.header for column in profiles.columns}
        for number, name in sorted(fields.items()):
            more.append(import_field(number, name, frozenset(taken)))
            taken.add(more[-1].header)
        tabs[at] = replace(profiles, columns=(*profiles.columns, *more))
    return replace(described, tabs=tuple(tabs))


def without_imports(described: Dashboard) -> Dashboard:
    """The same without the tabs that are there only from the first row on."""
    kept = (tab for tab in described.tabs if not (isinstance(tab, Tab) and tab.optional))
    return replace(described, tabs=tuple(kept))


DASHBOARD = dashboard()
check(with_imports(DASHBOARD))
