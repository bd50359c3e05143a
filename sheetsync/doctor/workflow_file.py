"""The workflow file on this disk, as GitHub reads it, and the step in it that calls sheetsync."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(".github", "workflows")
_USES = re.compile(r"(?:^|/)\.github/actions/sync(?:@|$)|(?:^|/)sheetsync(?:@|$)")
_RUNS = re.compile(r"\bsheetsync\s+sync\b")

#: What YAML holds. Every value is a text: "on" is no truth and 5:17 no number here.
Tree = Mapping[str, Any]


class BrokenFile(Exception):
    """``line`` counts from 1, 0 when nobody knows; ``why`` is for a person."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(why)
        self.path, self.line, self.why = path, line, why


@dataclass(frozen=True, slots=True)
class Call:
    """A step that calls sheetsync, with what stands around it; ``before`` are the earlier steps
    of its job."""

    path: Path
    text: str
    whole: Tree
    job: Tree
    step: Tree
    before: Sequence[Tree]

    @property
    def triggers(self) -> list[str]:
        on = self.whole.get("on")
        return [on] if isinstance(on, str) else [str(name) for name in on or ()]

    @property
    def crons(self) -> list[str]:
        on = self.whole.get("on")
        listed = on.get("schedule") if isinstance(on, dict) else None
        return [str(_tree(one).get("cron", "")).strip() for one in _list(listed)]

    @property
    def labels(self) -> list[str]:
        """Of the machine that it runs on."""
        wanted = self.job.get("runs-on", "")
        if isinstance(wanted, dict):
            wanted = wanted.get("labels", "")
        return [str(one).strip() for one in (wanted if isinstance(wanted, list) else [wanted])]

    @property
    def own_runner(self) -> bool:
        return "self-hosted" in self.labels

    @property
    def permissions(self) -> Any:
        """The job's, else the file's; None when neither says any."""
        return self.job.get("permissions", self.whole.get("permissions"))

    @property
    def environment(self) -> dict[str, str]:
        """What the step finds set, the nearest first to count."""
        found: dict[str, str] = {}
        for place in (self.whole, self.job, self.step):
            found |= {str(k): str(v) for k, v in _tree(place.get("env")).items()}
        return found

    @property
    def inputs(self) -> dict[str, str]:
        return {str(k): str(v) for k, v in _tree(self.step.get("with")).items()}

    @property
    def checks_out(self) -> bool:
        """Whether files of the repository, such as sheetsync.toml, are there when it runs."""
        return any(str(one.get("uses", "")).startswith("actions/checkout@") for one in self.before)

    def options(self) -> dict[str, list[str]]:
        """``{"--retention": ["90"], "--strict": [""]}``, however they are given."""
        found: dict[str, list[str]] = {}
        for name, value in self.environment.items():
            if name.startswith("SHEETSYNC_"):
                long = name.removeprefix("SHEETSYNC_").lower().replace("_", "-")
                found[f"--{long}"] = [value]
        for name, value in [*_of_run(str(self.step.get("run", ""))), *_of_lines(self.inputs)]:
            found.setdefault(name, []).append(value)
        return found

    def to(self) -> str:
        """What it names as the dashboard, "" when nothing."""
        return (self.inputs.get("to") or next(iter(self.options().get("--to", [])), "")).strip()

    def named(self, kind: str) -> list[str]:
        """The ``secrets`` or ``vars`` that the file names, sorted; not those in its comments."""
        texts = "\n".join(_texts(self.whole))
        return sorted(set(re.findall(rf"\b{kind}\.(\w+)", texts)))


def call_in(root: Path) -> Call | None:
    """The step of the repository that calls sheetsync, of several one that starts by itself.

    Raises BrokenFile when there is none, but a file that cannot be read.
    """
    found: list[Call] = []
    broken: list[BrokenFile] = []
    for path in sorted((root / FOLDER).glob("*.y*ml")):
        try:
            found += _calls(path)
        except BrokenFile as error:
            broken.append(error)
    if not found and broken:
        raise next((b for b in broken if "sheetsync" in b.path.name), broken[0])
    return min(found, key=lambda call: not call.crons, default=None)


def _calls(path: Path) -> Iterator[Call]:
    text, whole = _read(path)
    for job in _tree(whole.get("jobs")).values():
        steps = [_tree(step) for step in _list(_tree(job).get("steps"))]
        for n, step in enumerate(steps):
            if _USES.search(str(step.get("uses", ""))) or _RUNS.search(str(step.get("run", ""))):
                yield Call(path, text, whole, job, step, steps[:n])


def _read(path: Path) -> tuple[str, Tree]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile(path, 0, "is not in UTF-8") from None
    except OSError as error:
        raise BrokenFile(path, 0, f"cannot be read ({error.strerror})") from error
    tabs = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    try:
        whole = yaml.load(text, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = "begins with a tab" if tabs else f"is no YAML ({error.problem or error.context})"
        raise BrokenFile(path, tabs[0] if tabs else mark.line + 1 if mark else 0, why) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BrokenFile(path, 0, "is no YAML") from None
    if not isinstance(whole, dict):
        raise BrokenFile(path, 1, "is no list of names and values")
    return text, whole


def _of_run(script: str) -> Iterator[tuple[str, str]]:
    """The options behind ``sheetsync sync`` in a shell's lines."""
    for line in re.sub(r"\\\n", " ", script).splitlines():
        if found := _RUNS.search(line):
            try:
                words = shlex.split(line[found.end() :], comments=True)
            except ValueError:
                words = line[found.end() :].split()
            for word, following in zip(words, [*words[1:], ""], strict=True):
                name, equals, value = word.partition("=")
                if name.startswith("--"):
                    yield name, value if equals or following.startswith("-") else following


def _of_lines(inputs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The Action's input ``options``: one on each line."""
    for line in inputs.get("options", "").splitlines():
        name, _, value = line.strip().partition(" ")
        name, equals, behind = name.partition("=")
        if name.startswith("--"):
            yield name, behind if equals else value.strip()


def _texts(whole: Tree) -> Iterator[str]:
    """Every text in it once: what refers to itself, or to the same a million times, too."""
    waiting: list[Any] = [whole]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            waiting += [*value, *value.values()] if isinstance(value, dict) else _list(value)


def _tree(value: Any) -> Tree:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
