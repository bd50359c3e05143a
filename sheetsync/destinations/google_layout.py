"""Where everything stands once a plan is applied: ids, titles, positions, formulas. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sheetsync.dashboard import Column, Dashboard, Tab, Value
from sheetsync.dashboard.formulas import GOOGLE, Places, compile_formula, letters, places_of
from sheetsync.destinations.google_book import Sheet, sheet_id_for
from sheetsync.destinations.google_found import Found
from sheetsync.plan import Plan, positions

#: The tab that keeps, for a while, what was written over or taken away; nobody needs to see it.
UNDO = "undo"


def whose(tab: Tab) -> tuple[str, str]:
    """The columns that say whose a row is: the team's own, and ours with what it held."""
    return ("formula", "for") if tab.kind == "import" else ("address", "for_address")


@dataclass(frozen=True, slots=True)
class RowsAfter:
    """``held``: rows that exist, by number, as the plan leaves them; ``added``: new ones."""

    held: Mapping[int, Mapping[str, Value]]
    added: Mapping[int, Mapping[str, Value]]
    changed: frozenset[int] = frozenset()
    #: Rows that lose their numbers: their formulas go too.
    cleared: frozenset[int] = frozenset()

    @property
    def all(self) -> dict[int, Mapping[str, Value]]:
        return {**self.held, **self.added}


@dataclass(frozen=True)
class Layout:
    """``days``: the rows of History that were read, by number; a State does not hold them."""

    plan: Plan
    found: Found
    days: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    ids: Mapping[str, int] = field(init=False)
    at: Mapping[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", self._ids())
        tabs = self.plan.state.tabs
        at = {t.key: positions(t, tabs.get(t.key)) for t in self.dashboard.tables}
        object.__setattr__(self, "at", at)

    def _ids(self) -> dict[str, int]:
        ids = {key: sheet.id for key, sheet in self.found.sheets.items()}
        taken = [sheet.id for sheet in self.found.book.sheets]
        undo = self.found.book.ours.get(UNDO)
        for key in (*(tab.key for tab in self.dashboard.tabs), UNDO):
            if key not in ids:
                ids[key] = undo.id if key == UNDO and undo else sheet_id_for(key, taken)
                taken.append(ids[key])
        return ids

    @property
    def dashboard(self) -> Dashboard:
        return self.plan.dashboard

    @cached_property
    def titles(self) -> dict[str, str]:
        return {tab.key: self.found.title(tab.key, tab.title) for tab in self.dashboard.tabs}

    def header_row(self, tab: Tab) -> int:
        held = self.plan.state.tabs.get(tab.key)
        return held.header_row if held else 1

    def header_range(self, tab: Tab) -> str:
        """In A1, by the title as it was read."""
        row = self.header_row(tab)
        return f"{self.quoted(tab.key)}!{row}:{row}"

    def quoted(self, key: str) -> str:
        return "'" + self.titles[key].replace("'", "''") + "'"

    def sheet(self, key: str) -> Sheet | None:
        return self.found.sheets.get(key) or self.found.book.ours.get(key)

    # --- formulas ---------------------------------------------------------------------------

    @cached_property
    def places(self) -> Places:
        guide = self.dashboard.guide
        settings = {}
        if (guide.key, "") not in self.plan.missing:
            title = self.titles[guide.key]
            spots = self.found.spots.get(guide.key, {})
            settings = {name: (title, *spot) for name, spot in spots.items()}
        return places_of(self.dashboard, self._found, settings, self.titles)

    def _found(self, tab: Tab) -> tuple[str, int, int, Mapping[str, int]]:
        return (
            self.titles[tab.key],
            self.header_row(tab),
            self.plan.last_row(tab),
            self.at[tab.key],
        )

    def formula(self, source: str, *, tab: str = "", row: int = 0) -> str:
        return compile_formula(source, self.places, GOOGLE, tab=tab, row=row)

    def column_formula(self, tab: Tab, column: Column, row: int) -> str:
        """The formula of one cell; a column that can draw has Google's own SPARKLINE, the twin of
        a workbook's native one."""
        if column.line:
            first, last = column.line
            source = f'IF(COUNT([@{first}]:[@{last}])=0,"",SPARKLINE([@{first}]:[@{last}]))'
            return self.formula(source, tab=tab.key, row=row)
        if not column.spark:
            return self.formula(column.formula, tab=tab.key, row=row)
        line = self.formula(
            "INDEX(trend[followers],0,MATCH([@for],trend[keys],0))", tab=tab.key, row=row
        ).removeprefix("=")
        at = self.at[tab.key]
        address, whose = (f"{letters(at[key])}{row}" for key in ("address", "for_address"))
        drawn = f'IFERROR(SPARKLINE(FILTER({line};ISNUMBER({line})));"")'
        return f'=IF({address}<>{whose};"";{drawn})'

    # --- rows -------------------------------------------------------------------------------

    def rows(self, tab: Tab) -> RowsAfter:
        """What stands in the table's rows of ours after the plan."""
        state = self.plan.state.tabs.get(tab.key)
        before = {row.number: dict(row.cells) for row in state.rows} if state else {}
        if tab.kind is None:
            changed_rows = {c.row for c in self.plan.changes if c.tab == tab.key}
            before = {n: dict(cells) for n, cells in self.days.items() if n in changed_rows}
        held: dict[int, dict[str, Value]] = {}
        added: dict[int, dict[str, Value]] = {}
        changed, cleared = set(), set()
        for change in self.plan.changes:
            if change.tab != tab.key:
                continue
            if change.added:
                added.setdefault(change.row, {})[change.column] = change.new
                continue
            here = held.setdefault(change.row, dict(before.get(change.row, {})))
            here[change.column] = change.new
            changed.add(change.row)
            if change.column == "for" and change.new is None:
                cleared.add(change.row)
        for number, cells in before.items() if tab.kind else ():
            if cells.get("for") is not None or cells.get("why") is not None:
                held.setdefault(number, dict(cells))
        return RowsAfter(held, added, frozenset(changed), frozenset(cleared))
