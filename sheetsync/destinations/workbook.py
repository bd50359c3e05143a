"""A dashboard in a local .xlsx: read, then written whole beside it and moved into place.

What makes it safe: one lock from ``read`` to ``apply`` (a file that does not exist yet is locked
when it is made, and then must still not exist); the file is compared, byte for byte by
its digest, with what was read just before it is replaced; ``os.replace`` is atomic, so that a
kill at any moment leaves the old file or the new one; an empty plan touches nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from sheetsync.columns import joined
from sheetsync.dashboard import Dashboard
from sheetsync.destinations import DestinationChanged, Traces
from sheetsync.destinations.workbook_erase import copies_of, traces_in
from sheetsync.destinations.workbook_lost import Ours, lost
from sheetsync.destinations.workbook_read import Snapshot
from sheetsync.destinations.workbook_state import Found, find
from sheetsync.destinations.workbook_write import write_workbook
from sheetsync.errors import DestinationError, UnsafePlan
from sheetsync.plan import Erasure, Plan, State

_ELSEWHERE = "Give another path with --to."


class WorkbookDestination:
    """``path`` may not exist yet; its folder must. ``wait`` is in seconds, for another run."""

    def __init__(self, path: Path, *, wait: float = 60.0) -> None:
        # Through a link, the file that it points to is replaced and not the link.
        self.path = Path(os.path.realpath(path))
        self.notes: list[str] = []
        self._wait = wait
        self._lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        self._snapshot: Snapshot | None = None
        self._found = Found()
        self._dashboard: Dashboard | None = None

    def __enter__(self) -> Self:
        self._refuse_unwritable()
        if self.path.exists():  # else there is nothing to guard yet, and a dry run leaves no trace
            self._take_lock()
        return self

    def _take_lock(self) -> None:
        try:
            self._lock.acquire(timeout=self._wait)
        except Timeout as error:
            raise DestinationError(
                f"Another sheetsync run has been writing {self.path.name}"
                f" for {self._wait:.0f} seconds.",
                hint="Wait until it has ended, then run this again.",
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        self._sweep()

    def __exit__(self, *_: object) -> None:
        self._snapshot, self._found = None, Found()
        self._lock.release()

    def read(self, dashboard: Dashboard) -> State:
        """Raises DestinationError for a file that is open elsewhere, damaged or not ours."""
        self._refuse_open_elsewhere()
        data = self._bytes()
        self._dashboard = dashboard
        self._snapshot = Snapshot(data, self.path.name) if data is not None else None
        self._found = find(self._snapshot, dashboard) if self._snapshot else Found()
        return self._found.state

    def apply(self, plan: Plan) -> None:
        """Raises DestinationChanged when the file is no longer the one that was read."""
        if not plan:
            return
        if not self._lock.is_locked:
            self._take_lock()
        self._refuse_open_elsewhere()
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            with self._writing():
                write_workbook(draft, plan, self._snapshot, self._found)
                self._settle(draft)
                self._refuse_open_elsewhere()
                self._refuse_changed()
                self._keep_what_is_lost(plan)
                os.replace(draft, self.path)  # noqa: PTH105 -- the one call known to be atomic
                _sync_folder(self.path.parent)
                if plan.erasure is not None:
                    self._delete_copies(plan.erasure)
        finally:
            draft.unlink(missing_ok=True)

    # --- the file ---------------------------------------------------------------------------

    def _bytes(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DestinationError(
                f"{self.path.name} cannot be read: {error.strerror}.",
                hint=f"See to its permissions. {_ELSEWHERE}",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unwritable(error) from error

    def _settle(self, draft: Path) -> None:
        """On the disk, with the permissions of the file that it replaces."""
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        if self.path.exists():
            shutil.copymode(self.path, draft)

    def _sweep(self) -> None:
        """Drafts of runs that were killed; nobody else writes while we hold the lock."""
        for draft in self.path.parent.iterdir():
            if draft.name.startswith(f".{self.path.name}.") and draft.suffix == ".tmp":
                draft.unlink(missing_ok=True)

    def losses(self) -> tuple[str, ...]:
        """What of the team's the file that was read last has and a new one cannot have."""
        if self._snapshot is None or self._dashboard is None:
            return ()
        return lost(self._snapshot, Ours.of(self._dashboard, self._found))

    def _keep_what_is_lost(self, plan: Plan) -> None:
        """A dated copy, before the team's charts and the like go."""
        words = lost(self._snapshot, Ours.of(plan.dashboard, self._found)) if self._snapshot else ()
        if not words:
            return
        if plan.erasure is not None:
            self._lose(plan.erasure, words)
            return
        stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
        copy = self.path.with_name(f"{self.path.stem} (before {stamp}).xlsx")
        try:
            shutil.copy2(self.path, copy)
        except OSError:
            copy.unlink(missing_ok=True)
            raise
        self.notes.append(
            f"{copy.name} keeps what is not in the new {self.path.name},"
            f" because a sync writes the file afresh: {joined(words)}."
        )

    # --- a person who is forgotten ----------------------------------------------------------

    def traces(self, erasure: Erasure) -> Traces:
        snapshot, dashboard = self._snapshot, self._dashboard
        if snapshot is None or dashboard is None:
            return Traces()
        copies = copies_of(self.path, erasure)
        found = traces_in(snapshot, self._found, erasure, copies)
        return replace(found, lost=lost(snapshot, Ours.of(dashboard, self._found)))

    def _lose(self, erasure: Erasure, words: Sequence[str]) -> None:
        """A copy would keep the person too: so nothing goes without a word, and none is made."""
        if not erasure.allow_loss:
            raise UnsafePlan(
                f"{self.path.name} has what cannot stay in the new file ({joined(words)}), and a"
                " copy beside it would keep the person too. Nothing was written.",
                hint="Move it to a workbook of its own first, or add --allow-loss.",
            )
        self.notes.append(f"gone with it, because no copy may be kept: {joined(words)}.")

    def _delete_copies(self, erasure: Erasure) -> None:
        """Only once the new file stands: until then they may be all that is left."""
        for copy in copies_of(self.path, erasure):
            try:
                copy.unlink()
            except OSError as error:
                self.notes.append(f"not deleted: {copy.name} ({error.strerror}); delete it.")

    # --- refusals ---------------------------------------------------------------------------

    def _refuse_unwritable(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise DestinationError(f"There is no folder {folder}.", hint=f"Make it. {_ELSEWHERE}")
        if self.path.is_dir():
            raise DestinationError(f"{self.path.name} is a folder.", hint=_ELSEWHERE)
        if not os.access(folder, os.W_OK):
            raise DestinationError(
                f"The folder {folder} is read-only.", hint=f"See to its permissions. {_ELSEWHERE}"
            )
        # Moving a file into place asks nothing of the one it replaces: ask ourselves.
        if self.path.exists() and not self.path.stat().st_mode & 0o222:
            raise DestinationError(
                f"{self.path.name} is read-only.", hint=f"Make it writable. {_ELSEWHERE}"
            )

    def _refuse_open_elsewhere(self) -> None:
        name = self.path.name
        for program, mark in (("Excel", f"~${name}"), ("LibreOffice", f".~lock.{name}#")):
            if self.path.with_name(mark).exists():
                raise DestinationError(
                    f"{name} is open in {program}.",
                    hint=f"Close it there and run this again. (If it is not open, delete {mark}.)",
                )

    def _refuse_changed(self) -> None:
        data = self._bytes()
        before = self._snapshot.digest if self._snapshot else None
        if (None if data is None else sha256(data).digest()) != before:
            raise DestinationChanged(
                f"{self.path.name} was changed by somebody while sheetsync was at work.",
                hint="Run this again.",
            )

    def _unwritable(self, error: OSError) -> DestinationError:
        return DestinationError(
            f"{self.path.name} cannot be written: {error.strerror or error}.",
            hint=f"See to the disk and to its permissions. {_ELSEWHERE}",
        )


def _sync_folder(folder: Path) -> None:
    """Makes the move itself survive a power cut, where folders can be opened at all."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
