"""One sync from beginning to end: read pages and sites, plan, apply, tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sheetsync import import_report, next_steps, plan, report
from sheetsync.commands.files import delete_read, with_named_files
from sheetsync.commands.imports import fetch_imports, pages_of
from sheetsync.commands.shared import fetch_by, now
from sheetsync.commands.wish import Wish, refusing, wished_of
from sheetsync.dashboard import Dashboard
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import Destination, open_destination
from sheetsync.errors import DestinationError, UnsafePlan
from sheetsync.fetch.saved import SavedPages, read_saved
from sheetsync.fetch.way import Manners, Way
from sheetsync.job import idle_days, job
from sheetsync.model import ImportRead, Outcome, Post, Profile, Record
from sheetsync.options import DASHBOARD_FILE, in_utc
from sheetsync.plan.listed import Listed
from sheetsync.platform import Platform
from sheetsync.stop import stop
from sheetsync.summary import Told
from sheetsync.sync import Read, Synced, read_pages, sync
from sheetsync.terminal import note, note_error, print_json, say, width
from sheetsync.watch import stored

NO_PAGES = SavedPages((), 0, 0)


@dataclass(frozen=True)
class Run:
    """One sync, or one of many when a folder is watched."""

    to: str
    platforms: Sequence[Platform]
    manners: Manners
    save: Path | None
    captured: datetime | None
    dry_run: bool
    as_json: bool
    quiet: bool
    allow_loss: bool
    delete_saved: bool
    watch: bool
    retention: int
    dashboard: Dashboard
    listed: Sequence[Listed] = ()
    adopt: bool = False
    locale: str = ""
    credentials: Path | None = None
    verbose: bool = False
    #: What a spreadsheet was asked in this round, each time that it was opened.
    calls: list[Any] = field(default_factory=list)

    def open(self) -> Destination:
        tell = note if self.verbose else None
        return open_destination(self.to, credentials=self.credentials, tell=tell, calls=self.calls)

    def once(
        self,
        named: Sequence[Profile | Post],
        saved: Sequence[Path],
        files: Sequence[Path] = (),
    ) -> tuple[Synced, str]:
        """Read saved pages and sites, sync, and tell; also why the round was cut short.

        ``files`` are saved pages that a person named one by one.
        """
        moment = now()
        self.calls.clear()
        found = NO_PAGES
        if saved:
            found = read_saved(
                saved, now=moment, captured=in_utc(self.captured), gone_ok=self.watch
            )
        reads, foreign = read_pages(found.pages, self.platforms)
        reads = with_named_files(reads, files)
        wish = wished_of(self, named, saved, profiles_in(reads))
        reads += [forgotten(target) for target in named if target not in wish.targets]
        until = monotonic() + self.manners.deadline
        with stop.held():  # from here on there is something to lose
            fetched, imported, stopped = self._asked(wish, named, until)
            wished = stop.times
            with (
                self._told_all_the_same([*reads, *fetched], stopped),
                stop.held(self._ends_when()),
                self.open() as destination,
            ):
                synced = sync(
                    destination,
                    [*reads, *fetched],
                    platforms=self.platforms,
                    now=moment,
                    watched=named,
                    passed_over=found.passed_over + foreign,
                    floating=self.captured is not None and self.captured.tzinfo is None,
                    dry_run=self.dry_run,
                    allow_loss=self.allow_loss,
                    dashboard=self.dashboard,
                    run=plan.Run((now() - moment).total_seconds()),
                    retention=self.retention,
                    imported=plan.Imported(imported, wish.added, wish.found.cells),
                    fields=wish.fields,
                )
                notes = list(destination.notes)
                if self.delete_saved and not self.dry_run:
                    there = stored([r.record for r in synced.reads], destination.read(DASHBOARD))
                    notes += delete_read(synced, found, there)
                calls = getattr(destination, "calls", None)  # a spreadsheet counts them
            notes += import_report.about_adopting(wish.found, self.dry_run) if self.adopt else []
            if self.dry_run and self.save:
                notes.append(f"the pages that came back are kept in {self.save} all the same.")
            if stop.times > wished and synced.written:
                notes.append(f"{stop.why} while {self.to} was written: that was finished first.")
            self._tell_job(synced, notes, stopped, calls)
            self._tell(synced, notes, stopped, calls)
        self._refuse(synced)
        return synced, stopped

    @contextmanager
    def _told_all_the_same(self, reads: Sequence[Read], stopped: str) -> Iterator[None]:
        """What was read is not lost when the destination refuses it at last."""
        try:
            yield
        except DestinationError as error:
            asked = any(read.record.source in ("http", "api") for read in reads)
            if not asked:
                raise
            if self.save is None:
                error.hint += " With --save DIR the pages themselves are kept too."
            if self.as_json:
                told = Synced(tuple(reads), plan.Plan(self.dashboard, plan.State()), 0, False)
                shape = report.to_json(told, self.to, stopped)
                print_json({**shape, "error": error.to_json()})
                note_error(error)
                sys.exit(error.exit_status)
            if not self.quiet:
                say("\n".join(report.unwritten_lines(reads, self.to, width())))
            raise

    def _unsafe(self, synced: Synced) -> UnsafePlan | None:
        """Why a sync would refuse what a dry run has planned."""
        try:
            synced.plan.raise_if_unsafe(self.allow_loss or not self.dry_run)
        except UnsafePlan as unsafe:
            return unsafe
        return None

    def _refuse(self, synced: Synced) -> None:
        """After the report: the cells are what a person has to look at then."""
        unsafe = self._unsafe(synced)
        if unsafe and not self.as_json:
            raise unsafe
        if unsafe:  # the report on stdout is one object, and says it
            note_error(unsafe)
            sys.exit(unsafe.exit_status)

    def _tell_job(
        self, synced: Synced, notes: Sequence[str], stopped: str, calls: int | None
    ) -> None:
        """Where the run is a step of a job on GitHub, its page says how it went."""
        job.tell(
            Told(
                self.to,
                now(),
                synced,
                self._unsafe(synced),
                {platform.key: platform.name for platform in self.platforms},
                notes,
                stopped,
                self.dry_run,
                calls,
                idle_days(os.environ, now()),
            )
        )

    def _ends_when(self) -> str:
        what = "this dry run has been told" if self.dry_run else f"{self.to} is written"
        return f"Stopping as soon as {what}."

    def _asked(
        self, wish: Wish, named: Sequence[Profile | Post], until: float
    ) -> tuple[list[Read], list[ImportRead], str]:
        """What the sites gave, and why it was cut short. One way out for profiles and imports: a
        host sees one pace, and a page that both need is asked for once."""
        if not (wish.targets or wish.asks):
            return [], [], ""
        with Way(self.platforms, self.manners, os.environ, pages_of(wish.asks)) as way:
            fetched, stopped = self._fetched(way, wish.targets, named)
            imported, late = self._imported(way, wish, until, refusing(fetched))
        return fetched, imported, stopped or late

    def _imported(
        self, way: Way, wish: Wish, until: float, refused: set[str]
    ) -> tuple[list[ImportRead], str]:
        if not wish.asks:
            return [], ""
        return fetch_imports(
            wish.asks,
            way,
            self.save,
            locale=wish.locale,
            until=until,
            quiet=self.quiet or self.as_json,
            refused=refused,
        )

    def _fetched(
        self, way: Way, targets: Sequence[Profile | Post], named: Sequence[Profile | Post]
    ) -> tuple[list[Read], str]:
        if not targets:
            return [], ""
        quiet = self.quiet or self.as_json
        fetched, stopped = fetch_by(way, targets, self.platforms, self.save, quiet=quiet)
        keys = {target.key for target in named}
        return [
            replace(read, named=read.record.key in keys and not read.beside) for read in fetched
        ], stopped

    def _tell(self, synced: Synced, notes: Sequence[str], stopped: str, calls: int | None) -> None:
        """Notes are for who reads the text; that a run was cut short, everybody has to know."""
        if self.as_json:
            unsafe = self._unsafe(synced)
            error = {"error": unsafe.to_json()} if unsafe else {}
            print_json({**report.to_json(synced, self.to, stopped, calls), **error})
        elif not self.quiet:
            to = "" if self.to == DASHBOARD_FILE else self.to
            names = {platform.key: platform.name for platform in self.platforms}
            steps = next_steps.next_steps(synced, names, to, width())
            tell(synced, self.to, notes, steps, dry_run=self.dry_run)
        robots = self.manners.ignore_robots and not (self.as_json or self.quiet)
        written = {"written": synced.written, "dry_run": self.dry_run}
        for line in next_steps.about_the_round(stopped, robots, **written):
            note(f"note: {line}")


def profiles_in(reads: Sequence[Read]) -> list[Profile]:
    """Whose saved pages gave numbers."""
    records = [read.record for read in reads]
    return [
        Profile(record.platform, record.handle, record.url)
        for record in records
        if record.kind == "profile" and record.key and record.outcome.has_numbers
    ]


def forgotten(target: Profile | Post) -> Read:
    """A person who was forgotten is not asked for, and whoever named them is told."""
    record = Record(
        target.platform, target.kind, Outcome.FORGOTTEN, handle=target.handle, url=target.url
    )
    return Read(target.url, record, named=True)


def tell(
    synced: Synced,
    to: str,
    notes: Sequence[str] = (),
    steps: Sequence[str] = (),
    *,
    dry_run: bool = False,
) -> None:
    lines = report.sync_lines(synced, to, width(), now())
    if dry_run:
        lines = [*synced.plan.lines(), "", *lines]
    say("\n".join([*lines, *steps]))
    for line in notes:
        note(f"note: {line}")
    for hint in next_steps.hints(synced):
        note(f"hint: {hint}")
