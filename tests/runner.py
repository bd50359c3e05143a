"""A composite action run as GitHub would run it: its shell lines, the environment files, its ifs.

What is done here and how is GitHub's documentation: `shell: bash` is ``bash --noprofile --norc -eo
pipefail {0}``; ``GITHUB_PATH``, ``GITHUB_OUTPUT`` and ``GITHUB_STEP_SUMMARY`` are files, of which
the first two are new for each step. A step that `uses` another action is noted and not run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ACTION = ROOT / ".github" / "actions" / "sync"
#: The action's steps, by number.
GUARD, PYTHON, INSTALL, SYNC = range(4)


@dataclass
class Job:
    """``environment`` is the runner's own; ``event`` what GitHub says happened; ``cancelled`` is
    set at the moment at which the step of the sync is to be cancelled."""

    folder: Path
    environment: Mapping[str, str]
    event_name: str = "schedule"
    event: Mapping[str, Any] = field(default_factory=dict)
    cancelled: Event | None = None
    log: str = ""
    used: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    status: int = 0
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    def run(self, steps: list[int] | None = None, **inputs: str) -> int:
        """Run the action's steps (by number, from 0; all) until one fails."""
        action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(action["inputs"])
        defaults = {name: one.get("default", "") for name, one in action["inputs"].items()}
        self.context = {
            "inputs": {**defaults, **given},
            "github": {"event": self.event, "event_name": self.event_name},
            "steps": {},
        }
        for number, step in enumerate(action["runs"]["steps"]):
            if (steps is None or number in steps or number == GUARD) and self._wanted(step):
                self._step(number, step)
            if self.status:
                break
        return self.status

    def _wanted(self, step: Mapping[str, Any]) -> bool:
        """An ``if`` of comparisons joined by ``&&``, which is all that the action has."""
        for part in step.get("if", "'' == ''").split("&&"):
            found = re.fullmatch(r"\s*(\S+) (==|!=) '(\w*)'\s*", part)
            assert found, part
            left = "" if found[1] == "''" else self._look_up(found[1])
            if (left == found[3]) is not (found[2] == "=="):
                return False
        return True

    def _look_up(self, name: str) -> str:
        value: Any = self.context
        for part in name.split("."):
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _filled(self, text: object) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: self._look_up(found[1]), str(text))

    def _step(self, number: int, step: Mapping[str, Any]) -> None:
        if "uses" in step:
            self.used.append(step["uses"])
            return
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "nothing from outside may become part of a script"
        name = step.get("id", str(number))
        self.ran.append(name)
        files = {key: self.folder / f"{key}-{number}" for key in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        script = self.folder / f"step-{number}.sh"
        script.write_text(step["run"])
        with subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env=self._environment(step, files),
            cwd=self._workspace(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as shell:
            self.log += self._ended(shell, self.cancelled if number == SYNC else None)
        self.status = shell.returncode
        lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
        self.outputs[name] = dict(line.split("=", 1) for line in lines)
        self.context["steps"][name] = {"outputs": self.outputs[name]}
        self.path += files["GITHUB_PATH"].read_text("utf-8").splitlines()

    def _ended(self, shell: subprocess.Popen[str], cancelled: Event | None) -> str:
        """What was printed. A cancelled step gets SIGINT, 7.5 seconds later SIGTERM, and after 2.5
        more all of its processes are killed; the signals go to the shell and to nobody else."""
        patience = [180.0]
        if cancelled:
            assert cancelled.wait(60), "the step never came so far"
            shell.send_signal(signal.SIGINT)
            patience = [7.5, 2.5]
        for seconds in patience:
            try:
                return shell.communicate(timeout=seconds)[0]
            except subprocess.TimeoutExpired:
                shell.send_signal(signal.SIGTERM)
        os.killpg(shell.pid, signal.SIGKILL)
        return shell.communicate()[0] + "[killed]"

    def _environment(self, step: Mapping[str, Any], files: Mapping[str, Path]) -> dict[str, str]:
        event = self.folder / "event.json"
        event.write_text(json.dumps(self.event))
        temp = self.folder / "temp"
        temp.mkdir(exist_ok=True)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GITHUB_", "SHEETSYNC_", "RUNNER_"))
        }
        return {
            **kept,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "team/numbers",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_WORKSPACE": str(self._workspace()),
            "RUNNER_TEMP": str(temp),
            **self.environment,
            **{name: self._filled(value) for name, value in step.get("env", {}).items()},
            **{name: str(file) for name, file in files.items()},
            "PATH": os.pathsep.join([*self.path, self.environment.get("PATH", kept["PATH"])]),
        }

    def _workspace(self) -> Path:
        there = self.folder / "work"
        there.mkdir(exist_ok=True)
        return there

    @property
    def summary(self) -> str:
        file = self.folder / "summary.md"
        return file.read_text("utf-8") if file.exists() else ""
