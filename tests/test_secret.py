"""A key that somebody put into the wrong place is never printed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from sheetsync.errors import ConfigError
from sheetsync.secret import holds_key, without_keys
from tests.sheets_server import Google

INFO = Google().tokens.service_account("robot@loopback.iam.gserviceaccount.com")
KEY = json.dumps(INFO)
LINES = json.dumps(INFO, indent=2)
BLOCK = INFO["private_key"]


@pytest.mark.parametrize(
    "text", [KEY, LINES, BLOCK, base64.b64encode(KEY.encode()).decode(), "x" * 5000, "{}"]
)
def test_a_key_is_told_from_a_path(text: str) -> None:
    assert holds_key(text)


@pytest.mark.parametrize("path", ["key.json", "/home/Anna B/my key.json", r"C:\keys\é.json", "-"])
def test_a_path_is_no_key(path: str) -> None:
    assert not holds_key(path)


@pytest.mark.parametrize(
    "text", [KEY, LINES, BLOCK, repr(KEY), json.dumps({"error": KEY}), KEY[:900]]
)
def test_no_error_repeats_a_key(text: str) -> None:
    error = ConfigError(f"“{text}” is nothing.", hint=f"not {text}")
    said = error.message + error.hint
    assert "PRIVATE KEY" not in said
    assert BLOCK.splitlines()[1] not in said
    assert "is nothing" in said


def test_what_holds_no_key_stays_as_it_is() -> None:
    text = 'The file "key.json" {x} is no TOML:\n-----BEGIN nothing-----'
    assert without_keys(text) == text


COMMANDS = {
    "sync": ("sync",),
    "sync as JSON": ("sync", "--json"),
    "due": ("due",),
    "forget": ("forget", "@nobody"),
    "init": ("init",),
    "doctor": ("doctor",),
    "doctor --settings": ("doctor", "--settings"),
}
PLACES = ("--credentials", "SHEETSYNC_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS")
TO = "https://docs.google.com/spreadsheets/d/1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def told(result: Result) -> str:
    return result.stdout + result.stderr


@pytest.mark.parametrize("text", [KEY, LINES], ids=["a line", "lines"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_a_key_that_stands_where_its_file_belongs(
    tmp_path: Path, name: str, place: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHEETSYNC_TO", TO)
    words = [*COMMANDS[name]]
    if place.startswith("--"):
        words += [place, text]
    else:
        monkeypatch.setenv(place, text)
    if name.endswith("--settings") and place.startswith(("--", "GOOGLE")):
        return  # it tells what is in force when nothing is typed
    result = run(*words)
    assert "PRIVATE KEY" not in told(result)
    assert BLOCK.splitlines()[1][:40] not in told(result)
    assert "holds the key itself" in " ".join(told(result).split())
    assert result.exit_code in (1, 2)


@pytest.mark.parametrize("option", ["--to", "--platform", "--save", "--saved", "--captured"])
def test_no_other_option_prints_a_key(
    tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for more in ((), ("--json",)):
        result = run("sync", option, KEY, *more)
        assert result.exit_code != 0
        assert BLOCK.splitlines()[1][:40] not in told(result)
    monkeypatch.setenv("SHEETSYNC_" + option[2:].upper(), KEY)
    assert BLOCK.splitlines()[1][:40] not in told(run("doctor", "--settings"))


def test_no_address_prints_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert BLOCK.splitlines()[1][:40] not in told(run("sync", KEY))
    assert BLOCK.splitlines()[1][:40] not in told(run("show", KEY))
