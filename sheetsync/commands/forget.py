"""``sheetsync forget``: remove a person everywhere, and do not read them again."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from sheetsync.columns import columns
from sheetsync.commands.shared import now, platforms_with, watched
from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.tabs import dashboard, with_imports
from sheetsync.destinations import (
    Destination,
    DestinationChanged,
    Forgets,
    Traces,
    open_destination,
    spreadsheet_of,
)
from sheetsync.errors import ConfigError, DestinationError
from sheetsync.extract import extract_any
from sheetsync.fetch.sweep import Swept, delete_swept, sweep
from sheetsync.model import Page, Profile
from sheetsync.options import credentials_option, option, platform_option, to_option
from sheetsync.plan import Erasure, Find, Plan, State, allow_plan, forget_plan
from sheetsync.plan.imports import NOTHING
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from sheetsync.stop import stop
from sheetsync.sync import with_fields
from sheetsync.terminal import note, say, width

#: How often a dashboard may change under our hands.
ATTEMPTS = 5

_OF_A_WORKBOOK = (
    "  older versions    OneDrive, SharePoint, Dropbox, Google Drive and backups keep them: make a",
    "                    fresh copy of the file, delete the old one, empty the bin",
)
_OF_A_SPREADSHEET = (
    "  version history   Google keeps it, and nobody can take a part out of it: File > Make a copy",
    "                    (without comments; it keeps who is forgotten), use that one, delete the",
    "                    old one, empty the bin",
    "  comments          the talk beside cells, not the notes: the button Show all comments, look",
    "                    for the name, Delete; a resolved one too",
    "  other places      scripts (Extensions > Apps Script), forms, images, drawings, and other",
    "                    spreadsheets that read this one with IMPORTRANGE",
)
_ANYWHERE = (
    "  other copies      files that were mailed, downloaded, printed, or committed to a repository",
    "  logs              sheetsync.log of a schedule, and whatever else keeps what runs printed",
    "  GitHub            old runs: Actions, choose the run, Delete; artifacts go with it",
    "  saved pages       in folders that you did not name with --save",
    "  charts, pictures  and tabs that your team made: look at them once",
)


def out_of_reach(to: str) -> tuple[str, ...]:
    """What no program of ours can reach, and how a person does."""
    kept = _OF_A_SPREADSHEET if spreadsheet_of(to) else _OF_A_WORKBOOK
    return ("Out of sheetsync's reach, and yours to do:", *kept, *_ANYWHERE)


@click.command()
@click.argument("address")
@to_option
@credentials_option
@option(
    "--save",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="DIR",
    help="A folder of saved or kept pages to go through too. May be given more than once.",
)
@option("-n", "--dry-run", is_flag=True, help="Say what would go; remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--allow", is_flag=True, help="The other way: this person may be read again.")
@option("--allow-loss", is_flag=True, help="Also when your own charts and comments go with it.")
@platform_option
def forget(
    address: str,
    to: str,
    credentials: Path | None,
    save: tuple[Path, ...],
    dry_run: bool,
    yes: bool,
    allow: bool,
    allow_loss: bool,
    platform_files: tuple[Path, ...],
) -> None:
    """Remove a person everywhere, and do not read them again.

    Their rows of every tab go whole, with what your team typed there; their days of History; every
    mention in another cell, a note or a title; imports that ask about them; copies beside the
    workbook that hold them; and, with --save, the pages about them. A salted hash stays, by which
    later syncs pass them over. It says what will go and asks first, where somebody is there to
    answer.

    \b
    Examples:
      sheetsync forget https://www.tiktok.com/@nasa -n
      sheetsync forget https://www.tiktok.com/@nasa --save ~/pages
      sheetsync forget https://www.tiktok.com/@nasa --to https://docs.google.com/spreadsheets/d/…
      sheetsync forget https://www.tiktok.com/@nasa --allow
    """
    platforms = platforms_with(platform_files)
    target = watched(address, platforms)
    if not isinstance(target, Profile):
        raise ConfigError(
            f"{address} is a post; a person is forgotten by the address of the profile.",
            hint="e.g. sheetsync forget https://www.tiktok.com/@nasa",
        )
    run = Forgetting(to, target, platforms, allow_loss, credentials)
    if allow:
        run.allow(dry_run=dry_run)
        return
    plan, traces = run.look()
    assert plan.erasure is not None
    is_about = about(plan.erasure, platforms)
    pages = sweep(save, is_about, plan.erasure.names_them, now())
    say("\n".join(lines(run, plan, traces, pages)))
    if dry_run:
        note("note: nothing was removed (--dry-run).")
        return
    if not yes and somebody_answers():
        click.confirm("Remove all that?", abort=True, err=True)
    gone = anything(plan.erasure, traces, pages)
    notes = run.apply()
    notes += [f"not deleted: {name}; delete it by hand." for name in delete_swept(pages)]
    what = "is removed, and is not" if gone else "was not there, and will not be"
    say(f"\n@{target.handle} {what} read again unless --allow lifts that.\n")
    say("\n".join(out_of_reach(to)))
    for line in notes:
        note(f"note: {line}")


def somebody_answers() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


class Forgetting:
    """One person, one dashboard."""

    def __init__(
        self,
        to: str,
        target: Profile,
        platforms: Sequence[Platform],
        allow_loss: bool,
        credentials: Path | None,
    ) -> None:
        self.credentials = credentials
        self.to, self.target, self.platforms, self.allow_loss = to, target, platforms, allow_loss
        self.find: Find = lambda address: find_watched(address, platforms)
        self.keys = {platform.key for platform in platforms}
        self.salt = secrets.token_hex(16)
        #: Who they are, as it was found first: half-way that stands nowhere any more.
        self.earlier: Erasure | None = None

    def look(self) -> tuple[Plan, Traces]:
        """What would go. Raises DestinationError; nothing is written."""
        with open_destination(self.to, credentials=self.credentials) as destination:
            plan = self._plan(destination)
            return plan, traces_of(destination, plan)

    def apply(self) -> list[str]:
        """Read and planned again: somebody may have taken time to answer."""
        with stop.held(f"Stopping as soon as {self.to} is written."):
            for attempt in range(ATTEMPTS):
                with open_destination(self.to, credentials=self.credentials) as destination:
                    try:
                        destination.apply(self._plan(destination))
                        return list(destination.notes)
                    except DestinationChanged:
                        if attempt == ATTEMPTS - 1:
                            raise
        raise AssertionError("the last attempt returns or raises")

    def allow(self, *, dry_run: bool) -> None:
        with open_destination(self.to, credentials=self.credentials) as destination:
            described, state = self._read(destination)
            if not state.forgotten.about(self.target):
                say(f"@{self.target.handle} was not forgotten in {self.to}: nothing to lift.")
                return
            plan = allow_plan(
                described, state, self.target, now(), find=self.find, platforms=self.keys
            )
            if not dry_run:
                destination.apply(plan)
        may = "could" if dry_run else "may"
        say(f"@{self.target.handle} {may} be read again: sheetsync sync {self.target.url}")

    def _plan(self, destination: Destination) -> Plan:
        described, state = self._read(destination)
        if not state.tabs:
            raise DestinationError(
                f"There is no dashboard in {self.to}.", hint="Say with --to where yours is."
            )
        plan = forget_plan(
            described,
            state,
            self.target,
            now(),
            find=self.find,
            platforms=self.keys,
            salt=self.salt,
            allow_loss=self.allow_loss,
            earlier=self.earlier,
            spoken=[name for p in self.platforms for name in _called(p)],
        )
        self.earlier = plan.erasure
        return plan

    def _read(self, destination: Destination) -> tuple[Dashboard, State]:
        """With the tab Imports and its columns of Profiles, where there are any."""
        described = with_imports(dashboard(bookmarklet(builtin())))
        state = destination.read(described)
        whole = with_fields(described, state, NOTHING)
        return (described, state) if whole == described else (whole, destination.read(whole))


def _called(platform: Platform) -> Iterator[str]:
    """Its names in the cells of everybody."""
    yield from (platform.key, platform.name)
    yield from (layout.name for layout in platform.layouts)


def traces_of(destination: Destination, plan: Plan) -> Traces:
    if not isinstance(destination, Forgets):
        raise ConfigError(
            "sheetsync cannot take a person out of this kind of dashboard.",
            hint="Delete their rows in Profiles, Posts and History by hand.",
        )
    assert plan.erasure is not None
    return destination.traces(plan.erasure)


def about(erasure: Erasure, platforms: Sequence[Platform]) -> Callable[[Page], bool]:
    """Whether a page is about the person: by what it says, else by its address."""

    def is_about(page: Page) -> bool:
        record = extract_any(page, platforms)
        if record and record.handle:
            profile = f"{record.platform}:{record.handle.lower()}"
            return erasure.is_of(profile, record.text("account_id"))
        asked = find_watched(page.url, platforms) if page.url else None
        return asked is not None and f"{asked.platform}:{asked.handle.lower()}" in erasure.keys

    return is_about


def anything(erasure: Erasure, traces: Traces, pages: Swept) -> bool:
    """Whether there was anything of them."""
    kept = traces.history or traces.places or traces.copies
    return bool(erasure.rows or erasure.spills or kept or pages.files)


def lines(run: Forgetting, plan: Plan, traces: Traces, pages: Swept) -> list[str]:
    """What goes, before it goes."""
    assert plan.erasure is not None
    rows = [
        (plan.title(tab), f"{_many(len(numbers), 'row')}, whole: {_numbers(numbers)}")
        for tab, numbers in plan.erasure.rows.items()
    ]
    rows += [(tab, "a whole result of theirs, emptied") for tab in sorted(plan.erasure.spills)]
    if traces.history:
        rows.append((plan.title("history"), f"{_many(traces.history, 'day')}"))
    if traces.places:
        rows.append(("Elsewhere", f"their name in {', '.join(traces.places)}"))
    rows += [("Beside it", f"{copy}, deleted whole") for copy in traces.copies]
    rows += [("Saved page", f"{file.path}") for file in pages.files]
    rows += [("Pictures", f"{folder}") for folder in pages.folders]
    if traces.lost:
        rows.append(("Your own", f"{', '.join(traces.lost)}: only with --allow-loss"))
    head = f"@{run.target.handle}: what goes from {run.to}"
    said = [head, *columns(rows, width())] if rows else [f"{run.to} holds nothing of them."]
    said += [f"  {named} is called after them: rename it by hand." for named in traces.named]
    said += [f"  {name} is of somebody else and names them: it stays." for name in pages.naming]
    return said + [f"  {name} could not be looked into: look at it." for name in pages.unread]


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _numbers(numbers: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
