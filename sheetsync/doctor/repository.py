"""What git would publish: no reading and no key belongs into a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sheetsync.doctor import Step, World, ok, unseen, wrong
from sheetsync.published import Published, Stage, published

_ACCOUNTS = "https://console.cloud.google.com/iam-admin/serviceaccounts"
_SHOWN = 4


def repository_steps(
    world: World, to: str, keys: Sequence[Path], is_reading: Callable[[Path], bool]
) -> Iterator[Step]:
    """Nothing at all outside of a repository. ``keys`` are the files named as credentials, besides
    those that the environment names."""
    variables = ("SHEETSYNC_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS")
    named = [Path(text) for name in variables if (text := world.environment.get(name))]
    book = Path(to) if to.lower().endswith(".xlsx") and "://" not in to else None
    try:
        found = published(world.here, book, [*keys, *named], is_reading)
    except OSError:
        cure = "Install git, or ask it yourself: git status"
        yield unseen("Repository", "git does not answer, so what it would publish is open.", cure)
        return
    if found is None:
        return
    for one in found:
        if one.key:
            yield _key(one)
    readings = [one for one in found if not one.key]
    if readings:
        yield _readings(readings)
    if not found:
        yield ok("Repository", "neither readings nor keys would be committed")


def _key(one: Published) -> Step:
    line = f"add a line {ignored(one.path)} to .gitignore"
    out = f"take it out (git rm --cached {_quoted(one.path)})"
    if one.stage is Stage.COMMITTED:
        return wrong(
            "Repository",
            f"{one.path}, which holds a key, is in the history of this repository.",
            "Revoke the key (delete it on Google's page) and make a new one: taking the file out"
            f" leaves it in every clone. Then {out} and {line}.",
            _ACCOUNTS,
        )
    added = one.stage is Stage.ADDED
    cure = f"{out} and {line}" if added else line
    return wrong(
        "Repository",
        f"git would publish {one.path}, which holds a key, with"
        f" {'the next commit' if added else 'git add'}.",
        f"{cure[0].upper()}{cure[1:]}. If it ever was pushed anywhere, revoke the key and make a"
        " new one.",
    )


def _readings(found: Sequence[Published]) -> Step:
    names = [one.path for one in found]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    added = any(one.stage is Stage.ADDED for one in found)
    lines = dict.fromkeys(_like(name, names) for name in names)
    cure = f"Add a line {' and a line '.join([*lines][:_SHOWN])} to .gitignore."
    if added:
        cure += (
            " What git has already: git rm -r --cached FILE; a repository that others see keeps it"
            " in its history, so make that one private."
        )
    hold = "which holds" if len(names) == 1 else "which hold"
    said = f"git would publish {', '.join(names[:_SHOWN])}{more}, {hold} what was read of people."
    return wrong("Repository", said, cure)


def _like(name: str, names: Sequence[str]) -> str:
    """One line for all dated copies, and for a folder of pages; the name itself otherwise."""
    folder, _, file = name.rpartition("/")
    if file.lower().endswith(".xlsx") and " (before " in file:
        return "*(before *).xlsx"
    beside = sum(other.rpartition("/")[0] == folder for other in names)
    return f"{folder}/" if folder and beside > 1 else ignored(name)


def ignored(name: str) -> str:
    """As a line of .gitignore, where some signs mean something."""
    plain = "".join(f"\\{sign}" if sign in "*?[\\" else sign for sign in name)
    return f"\\{plain}" if plain.startswith(("#", "!")) else plain


def _quoted(name: str) -> str:
    return f'"{name}"' if set(name) - set(_PLAIN) else name


_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"
