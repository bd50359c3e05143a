"""``sheetsync doctor`` on set-ups that are broken in one way each: it says what, and the cure."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from sheetsync.cli import main
from sheetsync.destinations.workbook import WorkbookDestination
from sheetsync.doctor import Finding, Step, World
from sheetsync.doctor.machine import machine_steps, this_world
from sheetsync.doctor.spreadsheet import clocks, link_in

PAGES = Path(__file__).parent / "platforms"
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
WORKFLOW = """name: sheetsync
on:
  schedule:
    - cron: "17 5 * * *"
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: sheetsync
  cancel-in-progress: false
jobs:
  sync:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: team/sheetsync/.github/actions/sync@0123456789abcdef0123456789abcdef01234567
        with:
          to: https://docs.google.com/spreadsheets/d/1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ
          credentials-json: ${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}
"""
SHEET = "1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    odd = re.compile(r"SHEETSYNC_|.*PROXY|.*proxy|SSL_|REQUESTS_CA|CURL_CA|.*_TOKEN|.*_KEY$|.*_ID$")
    for name in [name for name in os.environ if odd.match(name)]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dashboard of one TikTok profile, made once."""
    folder = tmp_path_factory.mktemp("made")
    page, book = PAGES / "tiktok" / "universal" / "page.html", folder / "dashboard.xlsx"
    words = ["sync", "--saved", str(page), "--to", str(book), "--captured", "2026-11-20"]
    assert CliRunner().invoke(main, words).exit_code == 0
    return book


@dataclass
class Place:
    """The folder of the call; each method breaks it in one way."""

    here: Path
    made: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def book(self) -> Path:
        return self.here / "dashboard.xlsx"

    def dashboard(self) -> Path:
        shutil.copy(self.made, self.book)
        return self.book

    def type(self, tab: str, cell: str, value: object) -> None:
        book = openpyxl.load_workbook(self.dashboard())
        book[tab][cell] = value
        book.save(self.book)

    def listed(self, address: str) -> None:
        self.type("Profiles", "A2", address)

    def without(self, tab: str) -> None:
        book = openpyxl.load_workbook(self.dashboard())
        del book[tab]
        book.save(self.book)

    def without_addresses(self) -> None:
        book = openpyxl.load_workbook(self.dashboard())
        book["Profiles"].delete_cols(1)
        book.save(self.book)

    def git(self, *words: str) -> None:
        env = {**os.environ, **GIT}
        subprocess.run(["git", *words], cwd=self.here, check=True, capture_output=True, env=env)

    def repository(self, workflow: str | None = WORKFLOW, *, ignores: bool = True) -> None:
        self.git("init", "-q")
        self.git("remote", "add", "origin", "git@github.com:team/numbers.git")
        if ignores:
            (self.here / ".gitignore").write_text("*.xlsx\ncredentials.json\n")
        if workflow is not None:
            folder = self.here / ".github" / "workflows"
            folder.mkdir(parents=True)
            (folder / "sheetsync.yml").write_text(workflow)

    def old_repository(self) -> None:
        self.repository()
        then = int((datetime.now(UTC) - timedelta(days=55)).timestamp())
        logs = self.here / ".git" / "logs"
        logs.mkdir(exist_ok=True)
        (logs / "HEAD").write_text(
            f"{'0' * 40} {'1' * 40} A B <a@b.example> {then} +0100\tcommit: x\n"
        )


@pytest.fixture
def place(tmp_path: Path, made: Path) -> Place:
    return Place(tmp_path, made)


def doctor(*words: str, **env: str) -> Result:
    result = CliRunner().invoke(main, ["doctor", *words], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def steps(*words: str, **env: str) -> dict[str, dict[str, Any]]:
    found = json.loads(doctor(*words, "--json", **env).stdout)
    return {step["name"]: step for step in found["steps"]}


# --- what is right --------------------------------------------------------------------------


def test_a_healthy_set_up_has_nothing_wrong(place: Place) -> None:
    place.listed("https://bsky.app/profile/bsky.app")
    result = doctor()
    assert result.exit_code == 0
    assert "WRONG" not in result.stdout
    assert re.search(
        r"ok +Bluesky +1 of 1 by official API \(public\.api\.bsky\.app\)", result.stdout
    )
    assert re.search(r"ok +Room +History has 2 of 1,048,576 rows", result.stdout)


def test_it_writes_nothing(place: Place) -> None:
    before = place.dashboard().read_bytes()
    place.repository()
    files = sorted(place.here.rglob("*"))
    doctor("--github", "--settings")
    assert place.book.read_bytes() == before
    assert {p for p in set(place.here.rglob("*")) - set(files) if ".git" not in p.parts} <= {
        place.here / ".dashboard.xlsx.lock"
    }


def test_a_first_day_is_no_fault(place: Place) -> None:
    result = doctor()
    assert result.exit_code == 0
    assert "dashboard.xlsx is not there yet: the first sync makes it" in result.stdout
    assert "Nobody is listed yet." in result.stdout


def test_a_schedule_that_is_right_is_said_so_and_links_to_its_secrets(place: Place) -> None:
    place.listed("https://bsky.app/profile/bsky.app")
    place.repository()
    found = steps("--github")
    wrong = {name for name, step in found.items() if step["finding"] == "wrong"}
    assert wrong == set()
    assert (
        SHEET in found["Destination"]["said"] and "dashboard.xlsx" in found["Destination"]["said"]
    )
    assert found["Destination"]["finding"] == "look", "here it is another one"
    assert found["Secrets"]["link"] == "https://github.com/team/numbers/settings/secrets/actions"
    assert "SHEETSYNC_CREDENTIALS_JSON" in found["Secrets"]["said"]
    assert found["Schedule"]["said"] == "17 5 * * * (UTC)"
    assert found["Limits"]["finding"] == "ok"


def test_settings_say_where_each_value_comes_from(place: Place) -> None:
    (place.here / "sheetsync.toml").write_text('to = "team.xlsx"\n[sync]\nposts = 3\n')
    found = json.loads(doctor("--settings", "--json", SHEETSYNC_RETENTION="90").stdout)["settings"]
    rows = {(row["option"], row["value"]): row for row in found}
    assert rows["--to", "team.xlsx"]["from"] == "sheetsync.toml"
    assert "sync" in rows["--to", "team.xlsx"]["commands"]
    assert rows["--posts", "3"]["from"] == "sheetsync.toml"
    assert rows["--retention", "90"]["from"] == "environment variable SHEETSYNC_RETENTION"
    assert rows["--strict", "off"]["from"] == "default"


# --- what is wrong --------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """How it is broken, which step finds it, and words of its cure."""

    how: Callable[[Place], object]
    step: str
    finding: str
    said: str
    cure: str
    words: tuple[str, ...] = ()


def _set(**env: str) -> Callable[[Place], object]:
    return lambda place: place.env.update(env)


def _then(*hows: Callable[[Place], object]) -> Callable[[Place], object]:
    return lambda place: [how(place) for how in hows]


def _write(name: str, text: str) -> Callable[[Place], object]:
    return lambda place: (place.here / name).write_text(text)


def _bare(place: Place) -> None:
    place.dashboard()
    place.repository(ignores=False)


def _committed_key(place: Place) -> None:
    place.repository()
    (place.here / "credentials.json").write_text("{}")
    place.git("add", "-f", "credentials.json")


def _read_only(place: Place) -> None:
    place.dashboard().chmod(0o444)


def _later(place: Place) -> None:
    """Written by a machine whose clock is right."""
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    place.type("Log", "A2", tomorrow)


def _long_ago(place: Place) -> None:
    place.type("Log", "A2", datetime.now(UTC).replace(tzinfo=None) - timedelta(days=9, hours=1))


def _workflow(old: str, new: str) -> Callable[[Place], object]:
    assert old in WORKFLOW
    return lambda place: place.repository(WORKFLOW.replace(old, new))


def _watching(address: str) -> Callable[[Place], object]:
    return lambda place: (place.listed(address), place.repository())


HUB = ("--github",)
BROKEN = {
    "open in Excel": Broken(
        _then(Place.dashboard, _write("~$dashboard.xlsx", "")),
        *("Dashboard", "wrong", "is open in Excel", "Close it there"),
    ),
    "open in LibreOffice": Broken(
        _then(Place.dashboard, _write(".~lock.dashboard.xlsx#", "")),
        *("Dashboard", "wrong", "is open in LibreOffice", "delete .~lock.dashboard.xlsx#"),
    ),
    "damaged": Broken(
        _write("dashboard.xlsx", "PK no zip"),
        *("Dashboard", "wrong", "damaged, or no Excel workbook", "Restore an earlier copy"),
    ),
    "protected": Broken(
        lambda place: place.book.write_bytes(b"\xd0\xcf\x11\xe0 secret"),
        *("Dashboard", "wrong", "protected with a password", "without a password"),
    ),
    "read-only": Broken(_read_only, "Dashboard", "wrong", "is read-only", "Make it writable"),
    "no folder": Broken(
        _set(SHEETSYNC_TO="nowhere/team.xlsx"),
        *("Dashboard", "wrong", "There is no folder", "Make it"),
    ),
    "no destination": Broken(
        _set(SHEETSYNC_TO="team.csv"), "Dashboard", "wrong", "is no destination", "ends in .xlsx"
    ),
    "history deleted": Broken(
        lambda place: place.without("History"),
        *("Tabs", "wrong", "The tab History is gone", "Restore it before the next sync"),
    ),
    "addresses deleted": Broken(
        lambda place: place.without_addresses(),
        *("Tabs", "wrong", "the addresses", "Undo it, or restore"),
    ),
    "trend deleted": Broken(
        lambda place: place.without("Trend"),
        *("Tabs", "look", "the tab Trend", "The next sync makes them again"),
    ),
    "zone mistyped": Broken(
        lambda place: place.type("How to read this", "B10", "Europe/Bruxelles"),
        *("Time zone", "wrong", "there is no time zone “Europe/Bruxelles”", "Europe/Brussels"),
    ),
    "clock behind": Broken(
        _later, "Clock", "wrong", "which is still to come", "Set this machine's clock"
    ),
    "schedule asleep": Broken(
        _long_ago, "Last sync", "look", "9 days ago", "sheetsync doctor --github"
    ),
    "strange address": Broken(
        lambda place: place.listed("https://example.org/me"),
        *("Watch list", "look", "Profiles, row 2", "Paste the address from the browser again"),
    ),
    "waits for a person": Broken(
        Place.dashboard, "TikTok", "look", "no program gets in", "sheetsync due --open"
    ),
    "no key": Broken(
        lambda place: place.listed("https://www.twitch.tv/twitch"),
        *("Twitch", "wrong", "cannot be read without a key", "TWITCH_TOKEN and TWITCH_CLIENT_ID"),
    ),
    "key with a line break": Broken(
        _set(YOUTUBE_API_KEY="AIzaNotReally\n"),
        *("YOUTUBE_API_KEY", "look", "a line break", "Set it again"),
    ),
    "proxy that is a word": Broken(
        _set(HTTPS_PROXY="notaurl"), "Proxy", "wrong", "HTTPS_PROXY", "http://host:port"
    ),
    "proxy mistyped": Broken(
        _set(HTTPS_PROXY="socks://proxy:1080"),
        *("Proxy", "wrong", "names no proxy", "http://host:port"),
    ),
    "certificates not there": Broken(
        _set(REQUESTS_CA_BUNDLE="/nowhere/company.pem"),
        *("Certificates", "wrong", "could not be loaded", "PEM"),
    ),
    "setting misspelt": Broken(
        _write("sheetsync.toml", "retentoin = 90\n"),
        *("Settings", "wrong", "retentoin", "Did you mean “retention”?"),
    ),
    "settings are no TOML": Broken(
        _write("sheetsync.toml", "to = team.xlsx\n"), "Settings", "wrong", "is no TOML", "quotes"
    ),
    "variable misspelt": Broken(
        _set(SHEETSYNC_RETENTON="90"),
        *("SHEETSYNC_RETENTON", "look", "it does nothing", "Did you mean SHEETSYNC_RETENTION?"),
    ),
    "readings in the repository": Broken(
        _bare, "Repository", "wrong", "would publish dashboard.xlsx", "Add a line dashboard.xlsx"
    ),
    "key in the repository": Broken(
        _committed_key, "Repository", "wrong", "credentials.json", "make a new one"
    ),
    "no repository": Broken(
        lambda place: None, "On GitHub", "wrong", "no git repository", "Run this in the clone", HUB
    ),
    "no workflow": Broken(
        lambda place: place.repository(None),
        *("Workflow", "wrong", "calls sheetsync", "sheetsync init --github", HUB),
    ),
    "a tab in the workflow": Broken(
        _workflow("    runs-on", "\truns-on"),
        *("Workflow", "wrong", "line 13 begins with a tab", "blanks", HUB),
    ),
    "a key in the workflow": Broken(
        _workflow("${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}", '{"private_key": "-----BEGIN"}'),
        *("Workflow", "wrong", "holds a key", "make a new key", HUB),
    ),
    "no cron": Broken(
        _workflow('  schedule:\n    - cron: "17 5 * * *"\n', ""),
        *("Schedule", "wrong", "never starts by itself", "sheetsync init --github", HUB),
    ),
    "cron of four parts": Broken(
        _workflow("17 5 * * *", "17 5 * *"),
        *("Schedule", "wrong", "4 parts instead of five", "'17 5 * * *'", HUB),
    ),
    "cron at the full hour": Broken(
        _workflow("17 5", "0 5"), "Schedule", "look", "comes late", "an odd minute", HUB
    ),
    "no end": Broken(
        _workflow("    timeout-minutes: 30\n", ""),
        *("Limits", "look", "lacks 1 of 4", "timeout-minutes: 30", HUB),
    ),
    "loose version": Broken(
        _workflow("@0123456789abcdef0123456789abcdef01234567", "@main"),
        *("Versions", "look", "another program tomorrow", "Name a commit", HUB),
    ),
    "a workbook on a hosted runner": Broken(
        _workflow(f"https://docs.google.com/spreadsheets/d/{SHEET}", "team.xlsx"),
        *("Destination", "wrong", "team.xlsx", "a Google spreadsheet", HUB),
    ),
    "no credentials handed over": Broken(
        _then(
            _set(SHEETSYNC_TO=SHEET),
            _workflow(
                "          credentials-json: ${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}\n", ""
            ),
        ),
        *("Secrets", "wrong", "nothing in the workflow hands over", "credentials-json:", HUB),
    ),
    "a key not handed over": Broken(
        _watching("https://www.twitch.tv/twitch"),
        *("TWITCH_TOKEN", "wrong", "does not hand it over", "secrets.TWITCH_TOKEN", HUB),
    ),
    "asleep after 60 days": Broken(
        Place.old_repository, "Still on", "look", "for 55 days", "Push a commit", HUB
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_it_finds_what_is_broken_and_says_the_cure(place: Place, broken: Broken) -> None:
    broken.how(place)
    found = steps(*broken.words, **place.env)
    assert broken.step in found, found
    step = found[broken.step]
    assert step["finding"] == broken.finding, step
    assert broken.said in step["said"]
    assert broken.cure in step["cure"]
    assert doctor(*broken.words, **place.env).exit_code == ("wrong" in _findings(found))


def _findings(found: dict[str, dict[str, Any]]) -> set[str]:
    return {step["finding"] for step in found.values()}


def test_what_a_hosted_runner_cannot_read_is_said_before_the_morning(place: Place) -> None:
    place.dashboard()
    place.repository()
    shown = doctor("--github").stdout
    assert "1 of its addresses cannot be read by a GitHub-hosted runner." in shown
    own = WORKFLOW.replace("ubuntu-latest", "[self-hosted, linux]")
    (place.here / ".github/workflows/sheetsync.yml").write_text(own)
    assert "cannot be read by a GitHub-hosted" not in doctor("--github").stdout


def test_another_run_at_work_is_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.dashboard()
    monkeypatch.setitem(WorkbookDestination.__init__.__kwdefaults__, "wait", 0.1)
    with FileLock(place.here / ".dashboard.xlsx.lock"):
        step = steps()["Dashboard"]
    assert "Another sheetsync run has been writing" in step["said"]
    assert "Wait until it has ended" in step["cure"]


def test_who_was_forgotten_is_not_asked_for(place: Place) -> None:
    place.dashboard()
    address = "https://www.tiktok.com/@anna.bakt"
    CliRunner().invoke(main, ["forget", address])
    book = openpyxl.load_workbook(place.book)
    book["Profiles"]["A2"] = address
    book.save(place.book)
    assert "TikTok" not in steps()


# --- which dashboard ------------------------------------------------------------------------


def test_a_dashboard_that_is_typed_is_the_one_that_is_looked_at(place: Place) -> None:
    place.dashboard()
    (place.here / "sheetsync.toml").write_text('[sync]\nto = "team.xlsx"\n')
    assert "dashboard.xlsx can be" in steps("--to", "dashboard.xlsx")["Dashboard"]["said"]
    assert "team.xlsx is not there yet" in steps()["Dashboard"]["said"]


def test_without_readable_settings_nobody_knows_which_dashboard_it_is(place: Place) -> None:
    place.dashboard()
    (place.here / "sheetsync.toml").write_text("to = team.xlsx\n")
    found = steps()
    assert found["Settings"]["finding"] == "wrong"
    assert found["Dashboard"]["finding"] == "unseen"
    assert "Mend sheetsync.toml first" in found["Dashboard"]["cure"]
    assert "can be read" in steps("--to", "dashboard.xlsx")["Dashboard"]["said"]
    assert "can be read" in steps(SHEETSYNC_TO="dashboard.xlsx")["Dashboard"]["said"]


def test_what_was_typed_has_its_own_line_among_the_settings(place: Place) -> None:
    (place.here / "sheetsync.toml").write_text('to = "team.xlsx"\n')
    words = ("--settings", "--json", "--to", "mine.xlsx", "--credentials", "k.json")
    found = json.loads(doctor(*words).stdout)["settings"]
    rows = {(row["option"], row["value"]): row for row in found}
    assert rows["--to", "mine.xlsx"] == {
        "option": "--to",
        "value": "mine.xlsx",
        "from": "command line",
        "commands": "doctor",
    }
    assert rows["--credentials", "k.json"]["from"] == "command line"
    assert "doctor" not in rows["--to", "team.xlsx"]["commands"].split(", ")


# --- the machine ----------------------------------------------------------------------------


def healthy() -> World:
    required = ("requests>=2.32.4", 'tzdata; sys_platform == "win32"', "XlsxWriter>=3.2.6")
    there = {"requests": "2.34.2", "xlsxwriter": "3.3"}
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return World(Path(), now, {}, (3, 13, 1), there, required)


def first(world: World) -> dict[str, Step]:
    return {step.name: step for step in machine_steps(world)}


def test_a_python_that_is_too_old_is_said_with_where_to_get_another() -> None:
    assert first(healthy())["Python"].finding is Finding.OK
    step = first(replace(healthy(), python=(3, 9, 18)))["Python"]
    assert (step.finding, step.link) == (Finding.WRONG, "https://www.python.org/downloads/")
    assert "3.9.18 is too old" in step.said


def test_packages_that_are_missing_or_old_are_named() -> None:
    assert first(healthy())["Packages"].said == "all 2 there"
    step = first(replace(healthy(), installed={"requests": "2.9.1"}))["Packages"]
    assert step.finding is Finding.WRONG
    assert step.said == "requests is 2.9.1, and 2.32.4 is needed; XlsxWriter is missing."
    assert "pip install" in step.cure


def test_a_release_with_fewer_parts_is_not_older() -> None:
    world = replace(healthy(), required=("a>=2.0.0",), installed={"a": "2"})
    assert first(world)["Packages"].finding is Finding.OK


@pytest.mark.parametrize(
    ("date", "finding", "said"),
    [
        ("Sun, 22 Nov 2026 00:00:59 GMT", Finding.OK, "agrees with Google's"),
        ("Sun, 22 Nov 2026 00:09:00 GMT", Finding.WRONG, "9 minutes off"),
        ("Sat, 21 Nov 2026 23:40:00 GMT", Finding.WRONG, "20 minutes off"),
        ("", Finding.UNSEEN, "no time"),
        ("tomorrow", Finding.UNSEEN, "no time"),
    ],
)
def test_a_clock_is_compared_with_googles(date: str, finding: Finding, said: str) -> None:
    step = clocks({"Date": date} if date else {}, healthy())
    assert step.finding is finding
    assert said in step.said
    assert finding is not Finding.WRONG or "automatic time" in step.cure


def test_a_page_that_a_hint_names_can_be_clicked() -> None:
    assert link_in("Enable it at https://example.org/a?b=c and run") == "https://example.org/a?b=c"
    assert link_in("Make it.") == ""


def test_a_password_in_a_proxys_address_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:hunter2@proxy.example:3128")
    assert "https: http://proxy.example:3128" in doctor().stdout
    assert "hunter2" not in doctor("--json").stdout


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = doctor("--settings", YOUTUBE_API_KEY=' "AIzaNotReally" ').output
    assert "YOUTUBE_API_KEY" in shown and "AIzaNotReally" not in shown


def test_this_machine_can_run_sheetsync() -> None:
    found = first(this_world({}))
    assert found["Python"].finding is Finding.OK
    assert found["Packages"].finding in (Finding.OK, Finding.UNSEEN)
