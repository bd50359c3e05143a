"""``sheetsync.toml``: what it may say, what it may not, and who wins."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from sheetsync.errors import ConfigError
from sheetsync.settings import in_force, read_settings, typed


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SHEETSYNC_")]:
        monkeypatch.delenv(name)


def run(*words: str, **env: str) -> Result:
    return CliRunner().invoke(main, words, env=env)


def write(text: str) -> None:
    Path("sheetsync.toml").write_text(text, "utf-8")


def refusal(text: str) -> ConfigError:
    write(text)
    with pytest.raises(ConfigError) as refused:
        read_settings(Path(), main.commands)
    return refused.value


def of(command: str) -> dict[str, tuple[str, str]]:
    return {name: (value, source) for name, value, source in in_force(main.commands[command])}


def test_without_a_file_nothing_is_set() -> None:
    assert not any(read_settings(Path(), main.commands).values())


def test_the_file_says_where_the_dashboard_lives() -> None:
    write('to = "team.xlsx"\n')
    assert "team.xlsx lists no profile" in run("sync").stderr


def test_the_environment_wins_over_the_file_and_what_is_typed_over_both() -> None:
    write('to = "file.xlsx"\n')
    variable = {"SHEETSYNC_TO": "variable.xlsx"}
    assert "variable.xlsx lists" in run("sync", **variable).stderr
    assert "typed.xlsx lists" in run("sync", "--to", "typed.xlsx", **variable).stderr


def test_a_commands_own_table_wins_over_the_top_for_that_command_alone() -> None:
    write('to = "top.xlsx"\n[sync]\nto = "own.xlsx"\n')
    assert of("sync")["--to"] == ("own.xlsx", "sheetsync.toml")
    assert of("due")["--to"] == ("top.xlsx", "sheetsync.toml")


def test_the_teams_dashboard_is_never_the_demos_file() -> None:
    write('to = "team.xlsx"\n')
    assert of("demo")["--to"] == ("demo.xlsx", "default")
    write('[demo]\nto = "mine.xlsx"\n')
    assert of("demo")["--to"] == ("mine.xlsx", "sheetsync.toml")


@pytest.mark.parametrize("key", ["dry-run", "dry_run"])
def test_a_key_is_the_long_name_with_dashes_or_underscores(key: str) -> None:
    write(f"[sync]\n{key} = true\n")
    assert of("sync")["--dry-run"] == ("on", "sheetsync.toml")


def test_every_value_in_force_has_its_source() -> None:
    write('retention = 90\nallow-host = ["a.example", "b.example"]\n')
    os.environ["SHEETSYNC_POSTS"] = "3"
    try:
        found = of("sync")
    finally:
        del os.environ["SHEETSYNC_POSTS"]
    assert found["--retention"] == ("90", "sheetsync.toml")
    assert found["--allow-host"] == ("a.example, b.example", "sheetsync.toml")
    assert found["--posts"] == ("3", "environment variable SHEETSYNC_POSTS")
    assert found["--strict"] == ("off", "default")
    assert found["--contact"] == ("(nothing)", "default")


def test_every_option_of_every_command_has_a_value_in_force() -> None:
    for command in main.commands.values():
        options = [p for p in command.params if isinstance(p, click.Option)]
        assert len(in_force(command)) == len(options) > 0


def test_a_value_of_the_environment_that_is_none_names_its_variable() -> None:
    os.environ["SHEETSYNC_POSTS"] = "many"
    try:
        with pytest.raises(ConfigError, match="environment variable SHEETSYNC_POSTS: 'many'"):
            in_force(main.commands["sync"])
    finally:
        del os.environ["SHEETSYNC_POSTS"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("retentoin = 90", "sheetsync.toml: retentoin: there is no such option", "“retention”"),
        ("[sync]\nretentoin = 90", "[sync] retentoin: there is no such option", "“retention”"),
        ("[snyc]\nposts = 1", "sheetsync.toml: [snyc]: there is no such command", "“sync”"),
        ("xyz = 1", "sheetsync.toml: xyz: there is no such option", "README, “Settings”"),
        ("[sync]\nolder = 3", "[sync] older: there is no such option of sheetsync sync", ""),
        ("sync = 3", "sync: sheetsync sync is a command", ""),
        (
            'allow-host = ["a.example"]\nallow_host = ["b.example"]',
            "allow_host: it is there twice, also as allow-host",
            "Keep one of the two",
        ),
        ("[sync]\ndry-run = true\ndry_run = false", "[sync] dry_run: it is there twice", ""),
        ("version = true", "version: there is no such option", ""),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(text: str, message: str, hint: str) -> None:
    error = refusal(text)
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('retention = "90"', "retention: this is a number: write it without quotes"),
        ("retention = true", "retention: this is a number"),
        ("retention = 5", "retention: “5” is no whole number of days from 35 to"),
        ("retention = 90.5", "retention: “90.5” is no whole number"),
        ('strict = "yes"', "strict: this is on or off: write true or false"),
        ("strict = 1", "strict: this is on or off"),
        ("to = 3", "to: this is a text: write it in quotes"),
        ('to = ["a.xlsx"]', "to: this is a text: write it in quotes"),
        (
            'saved = "a"\nallow-host = [1]',
            'allow-host: this is a text: write it in quotes, e.g. "…", ',
        ),
        ('[sync]\nfields = "+boi"', "[sync] fields: “boi” is no field"),
        ('captured = "monday"', "captured: “monday” is no date"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_words(text: str, message: str) -> None:
    assert f"sheetsync.toml: {message}" in refusal(text).message


def test_a_date_needs_no_quotes() -> None:
    write("[sync]\ncaptured = 2026-01-02\n")
    assert of("sync")["--captured"] == ("2026-01-02 12:00:00", "sheetsync.toml")


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ('youtube_api_key = "AIzaSyA-sesame"', "YOUTUBE_API_KEY"),
        ('TIKTOK_ACCESS_TOKEN_NASA = "act.sesame"', "TIKTOK_ACCESS_TOKEN_NASA"),
        ('[sync]\nTWITCH_TOKEN = "sesame"', "TWITCH_TOKEN"),
        ('credentials-json = "sesame"', "SHEETSYNC_CREDENTIALS_JSON"),
        ('contact = "-----BEGIN PRIVATE KEY-----sesame"', "CONTACT"),
    ],
)
def test_a_secret_is_refused_and_never_repeated(text: str, variable: str) -> None:
    error = refusal(text)
    assert "is a secret" in error.message
    assert variable in error.hint
    assert "sesame" not in error.message + error.hint


def test_what_is_no_toml_is_told_with_its_line() -> None:
    error = refusal("to = team.xlsx\n")
    assert "sheetsync.toml is no TOML" in error.message
    assert "line 1" in error.message
    assert 'to = "team.xlsx"' in error.hint


def test_bytes_that_are_no_text_are_told() -> None:
    Path("sheetsync.toml").write_bytes(b"to = '\xff'")
    with pytest.raises(ConfigError, match="it is not in UTF-8"):
        read_settings(Path(), main.commands)


def test_a_wrong_file_ends_a_command_with_2_but_never_its_help() -> None:
    write("retentoin = 90")
    assert run("sync").exit_code == 2
    assert "error: sheetsync.toml: retentoin" in run("sync").stderr
    assert run("sync", "--help").exit_code == 0
    assert run("--version").exit_code == 0


def test_json_by_the_file_is_json_for_errors_too() -> None:
    write("json = true")
    assert run("sync").stdout.startswith('{\n  "error"')
    assert run("sync", SHEETSYNC_JSON="0").stdout == ""


def test_the_file_that_readme_shows_is_taken() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    write(readme.split("## Settings")[1].split("```toml\n")[1].split("```")[0])
    assert of("sync")["--posts"] == ("3", "sheetsync.toml")
    assert of("due")["--to"] == ("team.xlsx", "sheetsync.toml")


def test_where_the_key_lies_is_a_setting_and_no_secret() -> None:
    write('credentials = "key.json"\n')
    assert of("sync")["--credentials"] == ("key.json", "sheetsync.toml")
    assert of("init")["--credentials"] == ("key.json", "sheetsync.toml")


def test_a_key_in_the_environment_wins_over_the_file_that_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write('credentials = "key.json"\n')
    monkeypatch.setenv("SHEETSYNC_CREDENTIALS_JSON", "{}")
    assert of("sync")["--credentials"] == ("(nothing)", "default")


def test_settings_can_be_said_as_somebody_would_type_them() -> None:
    write('allow-host = ["a.example", "b.example"]\nstrict = true\n[sync]\nretention = 90\n')
    found = typed(main.commands["sync"], read_settings(Path.cwd(), main.commands))
    hosts = [("--allow-host", "a.example"), ("--allow-host", "b.example")]
    assert sorted(found) == sorted([*hosts, ("--strict", ""), ("--retention", "90")])


FORMULA = 'Price =IMPORTXML("https://shop.example/item"; "//b")'


@pytest.mark.parametrize(
    ("command", "variable", "lines"),
    [
        ("sync", "SHEETSYNC_IMPORT", [FORMULA, 'Rank =IMPORTXML("https://b.example"; "//i")']),
        ("sync", "SHEETSYNC_SAVED", ["my pages", "/home/a:b"]),
        ("sync", "SHEETSYNC_ALLOW_HOST", ["a.example", "*.example"]),
        ("due", "SHEETSYNC_PLATFORM", ["my platform.toml", "b.toml"]),
        ("eval", "SHEETSYNC_CELL", ["A1=two words", "B2=c"]),
    ],
)
def test_a_variable_has_a_whole_line_for_each_value(
    command: str, variable: str, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "\n  ".join(lines) + "\r\n\n")
    long = variable.removeprefix("SHEETSYNC_").lower().replace("_", "-")
    assert of(command)[f"--{long}"] == (", ".join(lines), f"environment variable {variable}")


def test_every_option_that_may_be_given_more_than_once_takes_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for command in main.commands.values():
        for option in (p for p in command.params if isinstance(p, click.Option) and p.multiple):
            monkeypatch.setenv(str(option.envvar), "one two\nthree:four")
            context = click.Context(command)
            assert option.value_from_envvar(context) == ["one two", "three:four"], option.name


@pytest.mark.parametrize("days", ["34", "36501", "740000", "9999999999", "999999999999999999"])
def test_days_that_no_calendar_has_are_refused_in_words(days: str) -> None:
    said = run("sync", "--retention", days)
    assert said.exit_code == 2
    assert f"“{days}” is no whole number of days from 35 to 36500" in said.stderr
    assert "is no whole number of days from 35 to 36500" in refusal(f"retention = {days}").message


@pytest.mark.parametrize("days", [35, 36500])
def test_the_smallest_and_the_largest_retention_work(days: int) -> None:
    Path("page.html").write_text("<p>no page of any platform</p>")
    assert run("sync", "--saved", ".", "--retention", str(days)).exit_code == 0
