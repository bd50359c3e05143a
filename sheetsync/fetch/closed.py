"""Kinds of page that a site has refused: one refusal is enough for a run.

A key names a kind of page: the platform, the door's template and the host (Mastodon has many).
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from sheetsync.model import Outcome, Record

Kind = tuple[str, str, str]

#: What a site says to programs of this kind, whoever they ask for.
WALLS = {Outcome.CHALLENGE, Outcome.LOGIN_WALL, Outcome.CONSENT_WALL}
#: What may be about one account or about all of them: enough when it comes so often in a row.
#: (Not less: what could not be read comes first in the next run, and a few accounts that always
#: fail would keep the rest from being read for ever.)
_TROUBLE = {Outcome.UNREACHABLE, Outcome.TIMEOUT, Outcome.REGION_BLOCKED, Outcome.TOO_LARGE}
ENOUGH = 5


class Closed:
    """The kinds of page of one run that are not asked for again; safe for several threads."""

    def __init__(self) -> None:
        self._closed: dict[Kind, Record] = {}
        self._row: dict[Kind, int] = {}
        self._lock = Lock()

    def why(self, kind: Kind, name: str) -> Record | None:
        """The refusal that closed it, told of the platform ``name``; None: it may be asked for."""
        met = self._closed.get(kind)
        if met is None:
            return None
        say = f"not asked: {name} had just refused; one refusal is enough for a run"
        if met.outcome in _TROUBLE:
            say = f"not asked: {name} had given no page {ENOUGH} times in a row"
        return replace(met, detail=say)

    def met(self, kind: Kind, record: Record, *, one_key: bool) -> None:
        """Remember what came of one page; ``one_key``: a refused key is refused for all."""
        outcome = record.outcome
        at_once = outcome in WALLS or (outcome is Outcome.NEEDS_KEY and one_key)
        with self._lock:
            if outcome is Outcome.NOT_REACHED:  # nothing was asked
                return
            # A layout's own word on one account is an answer.
            trouble = outcome in _TROUBLE and not record.layout
            self._row[kind] = self._row.get(kind, 0) + 1 if trouble else 0
            if at_once or self._row[kind] >= ENOUGH:
                self._closed.setdefault(kind, record)
