"""The lines for a computer's own scheduler, which ``init --schedule`` prints. Pure.

Every path is whole: a scheduler knows neither the folder nor the PATH of the person who set it up.
"""

from __future__ import annotations

import plistlib
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HOUR = 7


@dataclass(frozen=True, slots=True)
class Morning:
    """What is run, where, when (a minute after ``HOUR``), and the file for what it says."""

    command: Sequence[str]
    folder: str
    log: str
    minute: int


def cron(morning: Morning) -> list[str]:
    command = f"{shlex.join(morning.command)} >> {shlex.quote(morning.log)} 2>&1"
    line = f"cd {shlex.quote(morning.folder)} && {command}"
    return [
        "Add this line (crontab -e); what the computer sleeps through, cron leaves out:",
        "",
        f"{morning.minute} {HOUR} * * * {_in_crontab(line)}",
    ]


def _in_crontab(line: str) -> str:
    """A bare % would be a line break there (crontab(5))."""
    return line.replace("%", r"\%")


def systemd(morning: Morning) -> list[str]:
    words = " ".join(_systemd_word(word) for word in morning.command)
    return [
        "Save as ~/.config/systemd/user/sheetsync.service:",
        "",
        "[Unit]",
        "Description=Public profile numbers into the dashboard",
        "",
        "[Service]",
        "Type=oneshot",
        f"WorkingDirectory={_systemd(morning.folder)}",
        f"ExecStart={words}",
        f"StandardOutput=append:{_systemd(morning.log)}",
        f"StandardError=append:{_systemd(morning.log)}",
        "",
        "Save as ~/.config/systemd/user/sheetsync.timer:",
        "",
        "[Unit]",
        "Description=Every morning",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {HOUR:02}:{morning.minute:02}:00",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
        "Then: systemctl --user daemon-reload && systemctl --user enable --now sheetsync.timer",
    ]


def _systemd(text: str) -> str:
    """% begins a specifier (systemd.unit(5))."""
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    """A word of a command line as systemd.service(5) has it: quoted, and $ is a variable."""
    if re.fullmatch(r"[\w./:@=+,-]+", word):
        return word
    said = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{_systemd(said)}"'


def launchd(morning: Morning) -> list[str]:
    job = {
        "Label": "sheetsync",
        "ProgramArguments": list(morning.command),
        "WorkingDirectory": morning.folder,
        "StandardOutPath": morning.log,
        "StandardErrorPath": morning.log,
        "StartCalendarInterval": {"Hour": HOUR, "Minute": morning.minute},
    }
    return [
        "Save as ~/Library/LaunchAgents/sheetsync.plist:",
        "",
        *plistlib.dumps(job).decode().splitlines(),
        "",
        "Then: launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/sheetsync.plist",
    ]


def windows(morning: Morning) -> list[str]:
    program = " ".join(_windows_word(word) for word in morning.command)
    line = f'/d /c "{program} >> {_windows_word(morning.log)} 2>&1"'
    at = f"{HOUR:02}:{morning.minute:02}"
    action, folder = _powershell(line), _powershell(morning.folder)
    return [
        "Type these lines into PowerShell:",
        "",
        f"$do = New-ScheduledTaskAction -Execute cmd.exe -WorkingDirectory {folder} `",
        f"  -Argument {action}",
        f"$at = New-ScheduledTaskTrigger -Daily -At {at}",
        "$as = New-ScheduledTaskSettingsSet -StartWhenAvailable",
        "Register-ScheduledTask -TaskName sheetsync -Action $do -Trigger $at -Settings $as",
    ]


def _windows_word(word: str) -> str:
    """In quotes for cmd.exe, whose file names and addresses hold none."""
    return f'"{word}"' if re.search(r"[^\w.:\\/@=+-]", word) else word


def _powershell(text: str) -> str:
    """In single quotes nothing is special but the quotes themselves, also the curled ones."""
    return "'" + re.sub("(['‘’‚‛])", r"\1\1", text) + "'"


SCHEDULES: Mapping[str, Callable[[Morning], list[str]]] = {
    "cron": cron,
    "systemd": systemd,
    "launchd": launchd,
    "windows": windows,
}
