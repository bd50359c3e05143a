"""What has to go from a dashboard when a person is forgotten. Pure.

The plan says it in words that hold for every destination: rows that are emptied whole, rows of
History that are deleted, and one pattern for everything else that names the person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from sheetsync.dashboard import (
    BOOKKEEPING,
    Board,
    Dashboard,
    Formula,
    Guide,
    Scalar,
    Tab,
    Value,
    words,
)
from sheetsync.model import FIELDS, CapturedBy, Post, Profile, Source
from sheetsync.plan.as_read import kept_in, with_as_read, written
from sheetsync.plan.forgotten import account_name, post_name, profile_name
from sheetsync.plan.listed import listed_rows
from sheetsync.plan.rows import Find, Target
from sheetsync.plan.state import Place, Row, State

_FIELDS = BOOKKEEPING.union(*FIELDS.values())
_NOTHING = re.compile(r"(?!)")
_STRING = re.compile(r'"(?:[^"]|"")*"')
#: A cell that a formula refers to: ``Sheet1!$B$4``, ``'My tab'!B4``, ``B4``.
_CELL = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^\W\d]\w*))!)?\$?\b([A-Za-z]{1,3})\$?(\d{1,7})\b")
#: Where a handle ends: "@anna." is @anna at the end of a sentence, "@anna.b" is somebody else.
_END = r"(?![\w-])(?!\.\w)"
_START = r"(?<![\w.-])"
#: A plain word of fewer letters may mean anything in a sentence (“nasa”): it is the person behind
#: @, in an address, or alone in its cell. A shorter id is any number.
_PLAIN, _SHORT_ID = 7, 6


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a destination does besides the plan's changes, in the same atomic step:

    - ``rows``: these rows of the tables (by tab key) lose every cell, the team's too, and stay
      where they are, so that no reference moves;
    - the tabs ``spills``, whole results of their imports, lose every cell;
    - rows of History of which ``is_of`` holds are deleted;
    - every other text, wherever it stands (any tab, picks, names, the file's properties), is
      passed through ``cell``, and formulas through ``formula``; ``pattern`` is written so that
      Google's ``findReplace`` understands it too (ignore case);
    - copies of the dashboard that the destination made itself go, where they name the person.

    ``keys`` are profile keys, ``accounts`` ``platform:account id``, ``names`` what is to be marked.
    ``ours`` are the texts that sheetsync itself writes about anybody: a person may be called
    “Likes” or “saved”. With ``allow_loss`` things of the team that cannot stay in a new file go
    with it.
    """

    keys: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    spills: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    pattern: re.Pattern[str] = _NOTHING
    ours: frozenset[str] = frozenset()
    allow_loss: bool = False

    def is_of(self, profile: str, account_id: str = "") -> bool:
        """Whether a row of History with this profile key and account id is the person's."""
        platform = profile.partition(":")[0]
        return profile in self.keys or f"{platform}:{account_id}" in self.accounts

    def names_them(self, text: str) -> bool:
        if kept := self._kept_in(text):
            return any(isinstance(v, str) and self.names_them(v) for v in kept.values())
        return text not in self.ours and self.pattern.search(text) is not None

    def cell(self, text: str) -> str | None:
        """The text without the person; None when nothing else was in it."""
        if text in self.ours:
            return text
        if kept := self._kept_in(text):
            clean = {k: self.cell(v) if isinstance(v, str) else v for k, v in kept.items()}
            return written(clean) if clean != kept else text
        cleaned = self.pattern.sub(words.REMOVED, text)
        return (
            None if not cleaned.replace(words.REMOVED, "").strip() and cleaned != text else cleaned
        )

    def _kept_in(self, text: str) -> dict[str, Scalar] | None:
        """What a row keeps of what was read: there “followers” is a field, and nobody's name."""
        kept = kept_in(text)
        others = kept.keys() - _FIELDS if kept else ()
        return None if any(self.pattern.search(name) for name in others) else kept

    def formula(self, text: str) -> str:
        """The formula with the person out of its quoted texts, so that it stays one."""
        return _STRING.sub(lambda found: self.pattern.sub(words.REMOVED, found[0]), text)


def erasure_of(
    state: State, target: Profile, find: Find, earlier: Erasure | None = None
) -> Erasure:
    """Everything of ``target``: also under another handle of the same account.

    ``earlier`` is what was found before a part of it was removed: who they are, what they are
    called, may not stand anywhere any more.
    """
    earlier = earlier or Erasure()
    keys, accounts = _identity(state, target, earlier)
    profiles = [row for row in state.rows("profiles") if _profile_of(row, find) & keys]
    posts = [row for row in state.rows("posts") if _is_post_of(row, keys, accounts, find)]
    handles = {key.partition(":")[2] for key in keys} | {target.handle}
    ids = {account.partition(":")[2] for account in accounts}
    ids |= {row.text("for").rpartition(":")[2] for row in posts}
    shown = {_name(row) for row in profiles}
    others = {_name(row) for row in state.rows("profiles") if row not in profiles}
    addresses = {target.url} | {row.text("address") for row in profiles}
    nameless = [row for row in posts if _is_nameless(row, find)]
    addresses |= {row.text("address") for row in nameless}
    pattern = _either(_pattern(handles, ids, _names(shown, others), addresses), earlier.pattern)
    gone = {"profiles": profiles, "posts": posts}
    imports = _imports_of(state, pattern, gone)
    rows = {**gone, "imports": imports}
    spilled = {row.text("spill").casefold() for row in imports}
    names = {*earlier.names, *map(profile_name, keys)}
    names |= {account_name(*account.split(":", 1)) for account in accounts}
    names |= {post_name(row.text("for")) for row in nameless}
    return Erasure(
        keys,
        accounts,
        {tab: frozenset(row.number for row in found) for tab, found in rows.items() if found},
        frozenset(title for title in state.spilled if title.casefold() in spilled),
        tuple(sorted(names)),
        pattern,
    )


def _name(row: Row) -> str:
    """As it was read: people sort what they see."""
    name = with_as_read(row.cells, ("name",)).get("name")
    return name.strip() if isinstance(name, str) else ""


def own_texts(dashboard: Dashboard) -> frozenset[str]:
    """The texts that sheetsync itself writes: a person may be called “Likes”."""
    told = (*words.Status, *words.STATUS, *words.WHY.values())
    origins = (*get_args(Source), *get_args(CapturedBy))
    return frozenset((*_own_texts(dashboard), *map(str, told), *origins))


def _own_texts(dashboard: Dashboard) -> Iterator[str]:
    for tab in dashboard.tabs:
        match tab:
            case Tab():
                yield from (text for c in tab.columns for text in (c.header, c.note))
            case Guide():
                yield from (str(part) for line in tab.lines for part in (line.label, line.text))
            case Board():
                yield from (str(cell.content) for cell in tab.cells if not cell.live)


def without(state: State, erasure: Erasure) -> State:
    """The state as it is after it: what everything else is planned from."""
    tabs = {}
    for key, held in state.tabs.items():
        gone = erasure.rows.get(key, frozenset())
        rows = tuple(_cleaned(row, erasure) for row in held.rows if row.number not in gone)
        tabs[key] = replace(held, rows=rows)
    spilled = {title: () if title in erasure.spills else b for title, b in state.spilled.items()}
    return replace(state, tabs=tabs, picks=_picks(state, erasure), spilled=spilled)


def _picks(state: State, erasure: Erasure) -> dict[str, Value]:
    """A pick of the person is no pick any more."""
    texts = {n: v.text if isinstance(v, Formula) else v for n, v in state.picks.items()}
    named = {n for n, text in texts.items() if isinstance(text, str) and erasure.names_them(text)}
    return {name: value for name, value in state.picks.items() if name not in named}


def _cleaned(row: Row, erasure: Erasure) -> Row:
    def clean(value: Value) -> Value:
        if isinstance(value, Formula):
            shown = erasure.cell(value.value) if isinstance(value.value, str) else value.value
            return Formula(erasure.formula(value.text), shown)
        return erasure.cell(value) if isinstance(value, str) else value

    return Row(row.number, {key: clean(value) for key, value in row.cells.items()})


# --- whose a row is -------------------------------------------------------------------------


def _identity(
    state: State, target: Profile, earlier: Erasure
) -> tuple[frozenset[str], frozenset[str]]:
    """Keys and accounts that belong together: a row's account id finds its other handles."""
    keys = {target.key, *earlier.keys}
    accounts = set(earlier.accounts)
    accounts |= {f"{target.platform}:{i}" for i in state.accounts(keys).values() if i}
    rows = state.rows("profiles")
    size = 0
    while size != len(keys) + len(accounts):
        size = len(keys) + len(accounts)
        for row in rows:
            account = _account_of(row)
            if row.text("for") in keys and account:
                accounts.add(account)
            if account in accounts:
                keys |= {row.text("for")}
    return frozenset(keys), frozenset(accounts)


def _account_of(row: Row) -> str:
    """``platform:account id`` of the row's numbers, "" when they do not say."""
    account = row.text("account_id")
    return f"{row.text('for').partition(':')[0]}:{account}" if account and row.text("for") else ""


def _target(row: Row, find: Find) -> Target | None:
    return find(row.text("address")) if row.text("address") else None


def _profile_of(row: Row, find: Find) -> set[str]:
    """The keys of whom the row's address and its numbers are."""
    target = _target(row, find)
    keys = {row.text("for")} - {""}
    return keys | {target.key} if isinstance(target, Profile) else keys


def _is_post_of(row: Row, keys: Collection[str], accounts: Collection[str], find: Find) -> bool:
    target = _target(row, find)
    named = f"{target.platform}:{target.handle.lower()}" if target and target.handle else ""
    platform = row.text("for").partition(":")[0]
    by_cells = f"{platform}:{row.text('handle').lower()}"
    return named in keys or by_cells in keys or _account_of(row) in accounts


def _is_nameless(row: Row, find: Find) -> bool:
    target = _target(row, find)
    return bool(row.text("for")) and not (isinstance(target, Post) and target.handle)


def _imports_of(
    state: State, pattern: re.Pattern[str], gone: Mapping[str, Collection[Row]]
) -> list[Row]:
    """The rows of Imports that ask about the person: by a text in the formula, by the cell that it
    stands in for them, or by a cell that holds what names them."""
    held = state.tabs.get("imports")
    home = held.title if held else ""
    asked = {row.number: _places(row, formula, home) for row, formula in listed_rows(state)}
    texts = state.cells({place for places in asked.values() for place in places})
    theirs = {place for place, value in texts.items() if pattern.search(_shown(value))}
    for tab, rows in gone.items():
        numbers = {row.number for row in rows}
        title = state.tabs[tab].title.casefold() if tab in state.tabs else ""
        every = (place for places in asked.values() for place in places)
        theirs |= {p for p in every if p.tab.casefold() == title and p.row in numbers}
    return [
        row
        for row, formula in listed_rows(state)
        if pattern.search(formula) or theirs & asked[row.number]
    ]


def _places(row: Row, formula: str, home: str) -> set[Place]:
    """The cells that a formula refers to; ``home`` is the tab of those without one."""
    stands = _CELL.match(row.text("cell"))
    home = _tab(stands) or home if stands else home
    found = _CELL.finditer(_STRING.sub('""', formula))
    return {Place(_tab(one) or home, int(one[4]), _position(one[3])) for one in found}


def _tab(found: re.Match[str]) -> str:
    return (found[1] or "").replace("''", "'") or found[2] or ""


def _position(letters: str) -> int:
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at


def _shown(value: Value) -> str:
    shown = value.value if isinstance(value, Formula) else value
    return shown if isinstance(shown, str) else ""


# --- what names them ------------------------------------------------------------------------


def _pattern(
    handles: Iterable[str], ids: Iterable[str], names: Iterable[str], addresses: Iterable[str]
) -> re.Pattern[str]:
    """``names`` are patterns already."""
    parts = [
        *_addresses(handles, addresses),
        *(part for handle in _longest(handles) for part in _handle(handle)),
        *(rf"{_START}{re.escape(i)}(?!\w)" for i in _longest(ids) if len(i) >= _SHORT_ID),
        *names,
    ]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else _NOTHING


def _either(one: re.Pattern[str], other: re.Pattern[str]) -> re.Pattern[str]:
    kept = dict.fromkeys(p.pattern for p in (one, other) if p != _NOTHING)
    return re.compile("|".join(kept), re.IGNORECASE) if kept else _NOTHING


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted({text.strip() for text in texts} - {""}, key=lambda text: (-len(text), text))


def _addresses(handles: Iterable[str], addresses: Iterable[str]) -> Iterator[str]:
    """Whole addresses of the person's pages, their posts' too."""
    for address in _longest(addresses):
        bare = re.sub(r"^https?://(www\.|m\.)?", "", address).rstrip("/")
        if "/" in bare:
            yield rf"(?:https?://)?(?:www\.|m\.)?{re.escape(bare)}{_END}[^\s\"'<>]*"
    for handle in _longest(handles):
        host = rf"{_START}(?:https?://)?(?:[\w-]+\.)+\w+/[^\s\"'<>]*?"
        yield rf"{host}(?:(?<=[/@=])|(?<=%40)){re.escape(handle)}{_END}[^\s\"'<>]*"


def _handle(handle: str) -> Iterator[str]:
    word = re.escape(handle)
    yield rf"(?:%40|(?<![\w.-])(?:@|\w+:)){word}{_END}"
    yield rf"{_START}{word}{_END}" if _is_telling(handle) else _alone(word)


def _names(shown: Iterable[str], others: Iterable[str]) -> list[str]:
    """Patterns of the names shown: not where they are a part of somebody else's longer one."""
    found = []
    for name in _longest(shown):
        guards = "".join(_not_in(name.split(), other.split()) for other in _longest(others))
        spaced = _spaced(name.split())
        found.append(rf"(?<!\w){guards}{spaced}(?!\w)" if _is_telling(name) else _alone(spaced))
    return found


def _not_in(name: list[str], other: list[str]) -> str:
    """A guard before ``name``: what follows, or stands before, does not make ``other`` of it."""
    less, whole = [part.casefold() for part in name], [part.casefold() for part in other]
    for at in range(len(whole) - len(less) + 1):
        if len(whole) > len(less) and whole[at : at + len(less)] == less:
            before = re.escape(" ".join(other[:at]))
            after = rf"(?!{_spaced(other[at:])}(?!\w))"
            return f"(?:{after}|(?<!{before} ))" if before else after
    return ""


def _spaced(parts: list[str]) -> str:
    return r"\s+".join(map(re.escape, parts))


def _alone(word: str) -> str:
    return rf"\A\s*{word}\s*\Z"


def _is_telling(name: str) -> bool:
    other = words.REMOVED.strip("()")  # who is called so is no part of what we write for others
    return name.lower() != other and (len(name) >= _PLAIN or not name.isalpha())
