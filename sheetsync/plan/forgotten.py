"""Who was forgotten: marks that a dashboard keeps, so that they are not read again. Pure.

A mark is a salted hash. Whoever has the dashboard and guesses a name can find out whether the guess
is right: that is the price of recognising somebody of whom nothing is kept. The salt is the
dashboard's own, so that marks of two dashboards say nothing about each other.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sheetsync.dashboard import words
from sheetsync.model import FieldValue, Outcome, Post, Profile, Record

#: Of the hash in hexadecimal digits: 128 bits.
_LENGTH = 32
_AT = re.compile(r"(?<![\w@])@([\w.-]*\w)")


def profile_name(key: str) -> str:
    """What is hashed for a profile; ``key`` as in Profile.key."""
    return f"profile {key.lower()}"


def account_name(platform: str, account_id: str) -> str:
    """What is hashed for an account, which keeps its id when it takes another handle."""
    return f"account {platform}:{account_id}"


def post_name(key: str) -> str:
    """What is hashed for a post whose address does not say whose it is."""
    return f"post {key}"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """``marks``: hash -> the number of the person. What is of one person is lifted together."""

    salt: str = ""
    marks: Mapping[str, int] = field(default_factory=dict)

    def mark(self, name: str) -> str:
        return hmac.digest(self.salt.encode(), name.encode(), "sha256").hex()[:_LENGTH]

    def about(self, what: Profile | Post | Record) -> bool:
        """Whether it is a forgotten person's."""
        return self._number(what) is not None

    def _number(self, what: Profile | Post | Record) -> int | None:
        """Which person's it is."""
        if not self.marks:
            return None
        account = what.text("account_id") if isinstance(what, Record) else ""
        names = [account_name(what.platform, account)] if account else []
        if what.handle:
            names.append(profile_name(f"{what.platform}:{what.handle}"))
        if what.kind == "post" and what.key:
            names.append(post_name(what.key))
        marks = map(self.mark, names)
        return next((self.marks[mark] for mark in marks if mark in self.marks), None)

    def meeting(self, records: Iterable[Record]) -> Forgotten:
        """Also under the handles that these people's pages have now: by such a handle a row is
        known to be theirs before anybody is asked."""
        marks = dict(self.marks)
        for record in records:
            number = self._number(record)
            if number is not None and record.handle:
                name = profile_name(f"{record.platform}:{record.handle}")
                marks.setdefault(self.mark(name), number)
        return replace(self, marks=marks)

    def adding(self, names: Iterable[str], salt: str) -> Forgotten:
        """With the marks of one more person; ``salt`` is used where there is none yet."""
        salted = replace(self, salt=self.salt or salt)
        marks = [salted.mark(name) for name in names]
        known = next((self.marks[mark] for mark in marks if mark in self.marks), None)
        number = max(self.marks.values(), default=0) + 1 if known is None else known
        return replace(salted, marks={**self.marks, **dict.fromkeys(marks, number)})

    def lifting(self, target: Profile) -> Forgotten:
        """Without the marks of that person."""
        number = self.marks.get(self.mark(profile_name(target.key)))
        return replace(self, marks={m: n for m, n in self.marks.items() if n != number})

    def clean(self, platform: str, text: str) -> str:
        """Without the names of forgotten people: ``with @anna`` becomes ``with (removed)``."""

        def shown(found: re.Match[str]) -> str:
            name = profile_name(f"{platform}:{found[1]}")
            return words.REMOVED if self.mark(name) in self.marks else found[0]

        return _AT.sub(shown, text) if self.marks else text


def respected(record: Record, forgotten: Forgotten) -> Record:
    """The record as it may be used: nothing of a forgotten person, not even in others' captions."""
    if not forgotten.marks:
        return record
    if forgotten.about(record):
        named = {k: v for k, v in record.fields.items() if k in ("handle", "account_id", "id")}
        return replace(
            record, outcome=Outcome.FORGOTTEN, detail="", fields=named, posts=(), missing=()
        )

    def clean(name: str, value: FieldValue) -> FieldValue:
        texts = isinstance(value, str) and name in ("name", "bio", "caption")
        return forgotten.clean(record.platform, value) if texts else value  # type: ignore[arg-type]

    return replace(
        record,
        detail=forgotten.clean(record.platform, record.detail),
        fields={name: clean(name, value) for name, value in record.fields.items()},
        posts=tuple(respected(p, forgotten) for p in record.posts if not forgotten.about(p)),
    )
