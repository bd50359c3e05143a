"""What a sync asks the sites for: profiles and posts, and imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from sheetsync import imports
from sheetsync.columns import joined
from sheetsync.dashboard.tabs import DASHBOARD, with_imports
from sheetsync.destinations import Destination
from sheetsync.errors import ConfigError, UnsafePlan
from sheetsync.model import Outcome, Post, Profile
from sheetsync.plan.listed import ImportKey, Listed, fields_of
from sheetsync.platform import Platform
from sheetsync.sync import Read
from sheetsync.terminal import note
from sheetsync.understood import at_home, not_understood
from sheetsync.watch import watch_list


@dataclass(frozen=True)
class Wish:
    """``found`` is what ``--adopt`` found, ``added`` are the rows that Imports is to get, and
    ``fields`` the columns of Profiles that imports fill: their numbers and names."""

    targets: Sequence[Profile | Post] = ()
    added: Sequence[Listed] = ()
    found: imports.Adopted = imports.Adopted()  # noqa: RUF009 -- it is frozen
    asks: Sequence[imports.Ask] = ()
    locale: str = "en_US"
    fields: Mapping[int, str] = field(default_factory=dict)


class Wishing(Protocol):
    """The part of a run that is read here."""

    def open(self) -> Destination: ...
    @property
    def to(self) -> str: ...
    @property
    def platforms(self) -> Sequence[Platform]: ...
    @property
    def listed(self) -> Sequence[Listed]: ...
    @property
    def adopt(self) -> bool: ...
    @property
    def locale(self) -> str: ...
    @property
    def allow_loss(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...


def wished_of(
    run: Wishing,
    named: Sequence[Profile | Post],
    saved: Sequence[Path],
    new: Sequence[Profile] = (),
) -> Wish:
    """What is asked for in this run; ``new`` are the profiles of saved pages.

    Read before the round: no lock is held while sites are asked, and no site is asked for a
    dashboard that refuses. Raises ConfigError when nothing at all is listed.
    """
    if saved and not (named or run.listed or run.adopt):
        return Wish()
    everything = not (named or saved or run.listed)
    with run.open() as destination:
        state = destination.read(with_imports(DASHBOARD))
        found = imports.adopted(state) if run.adopt else imports.Adopted()
        refuse_losses(run, destination, found)
        added = [*run.listed, *found.added]
        keys: list[ImportKey] = [one.key for one in added]
        if everything:
            there = imports.all_keys(state)
            keys = [(f, found.cells.get((f, cell), cell)) for f, cell in there] + keys
        asks = imports.asks_of(state, keys, run.platforms, [*named, *new])
        fields = dict(fields_of(state, added).values())
    listed = watch_list(state, at_home(state, run.platforms)) if everything else named
    targets = [target for target in listed if not state.forgotten.about(target)]
    # Addresses that mean nothing here are worth a sync: the sheet says so beside each.
    if not (listed or asks or run.adopt or not_understood(state, run.platforms)):
        raise ConfigError(
            f"{run.to} lists no profile and no post yet, so there is nothing to read.",
            hint="add one: sheetsync sync https://www.tiktok.com/@nasa"
            " – or read saved pages: sheetsync sync --saved ~/Downloads",
        )
    return Wish(targets, added, found, asks, run.locale or state.locale, fields)


def refuse_losses(run: Wishing, destination: Destination, found: imports.Adopted) -> None:
    """Who adopts a workbook has let nobody write it yet: what cannot stay in a file that is
    written afresh only goes with their word. A dry run looks and says it. Raises UnsafePlan."""
    losses = getattr(destination, "losses", None)  # a spreadsheet loses nothing
    words = losses() if losses and found.added else ()
    if not words or run.allow_loss:
        return
    said = f"A sync writes {run.to} afresh, and this of yours cannot stay in it: {joined(words)}."
    if run.dry_run:
        note(f"note: {said} It would ask for --allow-loss.")
        return
    raise UnsafePlan(
        f"{said} Nothing was written.",
        hint="Add --allow-loss: a dated copy beside it keeps them. Or move them, or the IMPORT"
        " formulas, to a workbook of their own.",
    )


def refusing(reads: Sequence[Read]) -> set[str]:
    """The hosts that turned this run away: nobody asks them again for an import."""
    walls = (Outcome.CHALLENGE, Outcome.RATE_LIMITED, Outcome.LOGIN_WALL)
    return {
        urlsplit(read.record.url or read.name).hostname or ""
        for read in reads
        if read.record.outcome in walls and read.record.source == "http"
    }
