"""What a handler is given: who asks, for what, on which spreadsheet."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.sheets_server.errors import Json
from tests.sheets_server.state import Spreadsheet


@dataclass
class Ids:
    """Ids that the server chooses; the same seed gives the same ids."""

    seed: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def number(self, taken: Iterable[object] = ()) -> int:
        """A positive int32 that is not taken."""
        used = set(taken)
        while (found := self._random.randrange(1_000_000, 2**31)) in used:
            pass
        return found

    def file(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "1" + "".join(self._random.choices(letters, k=43))


@dataclass
class Rules:
    """What can be switched: the laws of this Google."""

    #: createDeveloperMetadata refuses an id that is taken (the guide says so) [unverified].
    unique_metadata: bool = True
    #: A tab's developer metadata goes along when the tab is duplicated [unverified].
    duplicate_copies_metadata: bool = False
    #: A file's developer metadata goes along when the file is copied [unverified].
    file_copy_keeps_metadata: bool = True
    #: Developer metadata of rows moves with them when a range is sorted [unverified].
    sort_moves_row_metadata: bool = False
    #: A formula is read back in the locale's own spelling, not as it was written [unverified].
    canonical_formulas: bool = True
    #: An unknown title in responseRanges is a 400 *after* the commit [unverified].
    bad_response_range_commits: bool = False
    #: Reads and writes a minute for each user; 0 for no limit.
    quota: int = 60
    #: The Sheets API is enabled in the caller's project.
    api_enabled: bool = True


@dataclass
class Context:
    """One call on one spreadsheet. ``book`` is the copy that a batch works on."""

    book: Spreadsheet
    user: str
    ids: Ids
    rules: Rules
    #: The query's parameters, each a list.
    query: Mapping[str, list[str]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def flag(self, name: str) -> bool:
        return self.one(name).lower() == "true"

    @property
    def how(self) -> Json:
        """How values are to be rendered."""
        names = ("valueRenderOption", "dateTimeRenderOption")
        return {name: self.one(name) for name in names if self.one(name)}
