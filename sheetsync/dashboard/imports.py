"""The tab Imports: a row for each IMPORT formula that the team lists; there from the first on."""

from __future__ import annotations

from sheetsync.dashboard import AS_READ, LAST, UTC_OF, Column, Format, Signal, Tab
from sheetsync.dashboard.rows import formula, hidden, read, team
from sheetsync.dashboard.words.headings import TITLES

KEY = "imports"
#: What the sync calls the kind of a result; it decides how the cell shows a number.
TYPE = "result~type"

_BOTH = "AND(ISNUMBER([@result]),ISNUMBER([@before]))"
_CHANGED = (
    'IF(OR([@read_at]="",[@before_day]="",[@before]=""),"",'
    f'IF({_BOTH},[@result]-[@before],IF([@result]<>[@before],"changed","")))'
)

IMPORTS = Tab(
    KEY,
    TITLES[KEY],
    (
        team(KEY, "name", width=22),
        team(KEY, "formula", width=60),
        read(KEY, "result", Format.ANY, 24, about=(TYPE,)),
        formula(KEY, "change", _CHANGED, Format.ANY, 12),
        read(KEY, "before_day", Format.DATE, 13),
        formula(KEY, "trend", '""', Format.TEXT, 14, line=("last_1", f"last_{LAST}")),
        read(KEY, "size", width=14),
        read(KEY, "status", width=18, signal=Signal.STATUS),
        read(KEY, "why", width=50),
        formula(
            KEY,
            "age",
            'IF([@read_at]="","",MAX(0,TODAY()-INT([@read_at])))',
            Format.COUNT,
            9,
            signal=Signal.LATE,
        ),
        read(KEY, "read_at", Format.MOMENT, 18),
        team(KEY, "spill", width=16),
        read(KEY, "cell", width=18),
        hidden(KEY, "for", width=24),
        hidden(KEY, TYPE),
        hidden(KEY, "before", Format.ANY),
        hidden(KEY, "trail", width=24),
        hidden(KEY, "column"),
        hidden(KEY, AS_READ, width=24),
        hidden(KEY, "read_at" + UTC_OF, Format.MOMENT, 18),
        *(hidden(KEY, f"last_{number}", Format.ANY) for number in range(1, LAST + 1)),
    ),
    kind="import",
    optional=True,
)

#: How the key of a column of Profiles begins that an import fills; its number follows.
FIELD = "import_"


def field(number: int, name: str, taken: frozenset[str]) -> Column:
    """The column of Profiles of an import with {handle}; ``taken`` are the headers there."""
    header = " ".join(name.split()) or f"Import {number}"
    header = f"{header} (import {number})" if header in taken else header
    key = f"{FIELD}{number}"
    return Column(key, header, Format.ANY, value=key, width=14, named_only=True)
