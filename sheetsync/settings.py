"""``sheetsync.toml`` beside the call: options that somebody would otherwise type every day.

::

    to = "https://docs.google.com/spreadsheets/d/…"   # every command that has --to
    contact = "numbers@team.example"

    [sync]                                            # this command alone
    posts = 3
    fields = "+bio"

A key is an option's long name. At the top it means what the environment variable of that option
means, so it reaches the same commands (``demo`` writes its own file, and no ``to`` of the team's
does); in the table of a command, that command alone. An option typed, or its variable, wins; so
does the key itself in SHEETSYNC_CREDENTIALS_JSON over a ``credentials`` of the file.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from sheetsync.errors import ConfigError
from sheetsync.secret import without_keys

FILE = "sheetsync.toml"
#: A value that is none, for a person.
NOTHING = "(nothing)"
#: Options of a sync that mean something on this computer: its files, its terminal, its moment.
HERE_ALONE = frozenset(
    f"--{name}"
    for name in (
        *("to", "credentials", "saved", "save", "captured", "delete-saved", "watch", "platform"),
        *("dry-run", "json", "quiet", "verbose", "import", "adopt"),
    )
)
KEY_VARIABLE = "SHEETSYNC_CREDENTIALS_JSON"
_HINT = "README, “Settings”, lists what there is; sheetsync COMMAND --help too."
_SECRET = re.compile(r"(?i)token|secret|password|passwd|private_key|api_?key|(^|_)key$|_json$")
_SECRET_VALUE = re.compile(r"-----BEGIN|\"?private_key\"?\s*:|^(ghp_|github_pat_|AIza|ya29\.)")

#: For each command the values by parameter name, as click's ``default_map`` wants them.
Settings = dict[str, dict[str, Any]]


def read_settings(folder: Path, commands: Mapping[str, click.Command]) -> Settings:
    """What the file in ``folder`` says; nothing when there is none.

    Raises ConfigError, which names the file and the key: for what is no TOML, a key that no
    command has, a value that its option would not take, and a secret.
    """
    found: Settings = {name: {} for name in commands}
    whole = _toml(folder / FILE)
    _refuse_unknown(whole, commands)
    for name, command in commands.items():
        table = whole.get(name, {})
        if not isinstance(table, dict):
            raise _wrong(name, f"sheetsync {name} is a command; write its options below [{name}].")
        there = {_long(option): option for option in _options(command)}
        _refuse_secrets(table, f"[{name}] ")
        _refuse_twice(table, f"[{name}] ")
        for key, value in table.items():
            if (option := there.get(_plain(key))) is None:
                raise _unknown(f"[{name}] {key}", f"sheetsync {name}", _plain(key), there)
            found[name][str(option.name)] = _value(f"[{name}] {key}", option, value)
        for key, value in whole.items():
            option = there.get(_plain(key))
            if option is not None and option.envvar and option.name not in found[name]:
                found[name][str(option.name)] = _value(key, option, value)
        if os.environ.get(KEY_VARIABLE):  # a runner has no file of the person's own machine
            found[name].pop("credentials", None)
    return found


def typed(command: click.Command, settings: Settings) -> list[tuple[str, str]]:
    """What the file says for a command, as somebody would type it: ``("--retention", "90")``,
    ``("--strict", "")``; an option that is given more than once, once for each value."""
    found = []
    for option in _options(command):
        value = settings.get(str(command.name), {}).get(str(option.name))
        many = value if isinstance(value, list) else [] if value in (None, False) else [value]
        found += [(f"--{_long(option)}", "" if each is True else str(each)) for each in many]
    return found


def in_force(command: click.Command, folder: Path | None = None) -> list[tuple[str, str, str]]:
    """(option, value, where it came from) of each option of a command when nothing is typed.

    For ``doctor --settings``. Raises ConfigError as `read_settings` does, and for a value of the
    environment that its option would not take.
    """
    name = str(command.name)
    context = click.Context(command, info_name=name, resilient_parsing=True)
    context.default_map = read_settings(folder or Path.cwd(), {name: command})[name]
    rows = []
    for option in _options(command):
        raw, source = option.consume_value(context, {})
        try:
            value = option.type_cast_value(context, None if _unset(raw) else raw)
        except click.BadParameter as error:
            where = _source(option, source)
            raise ConfigError(f"{where}: {error.message}", hint=_HINT) from error
        rows.append((f"--{_long(option)}", _shown(value), _source(option, source)))
    return rows


def given(context: click.Context) -> dict[str, str]:
    """The options that were typed for the command that runs now, with their values."""
    return {
        f"--{_long(option)}": _shown(context.params[str(option.name)])
        for option in _options(context.command)
        if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
    }


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        hint = 'Each line is a name, “=” and a value; texts stand in quotes: to = "team.xlsx"'
        raise ConfigError(f"{path.name} is no TOML: {error}.", hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
        raise ConfigError(f"{path.name} cannot be read: {why}.", hint=_HINT) from error


def _refuse_unknown(whole: Mapping[str, Any], commands: Mapping[str, click.Command]) -> None:
    """A file may hold the tables of commands that are not asked for here, never nonsense."""
    everywhere = {
        _long(option): option
        for command in commands.values()
        for option in _options(command)
        if option.envvar
    }
    _refuse_secrets(whole, "")
    _refuse_twice(whole, "")
    alone = len(commands) == 1
    for key, value in whole.items():
        if isinstance(value, dict):
            if key not in commands and not alone:
                raise _unknown(f"[{key}]", "sheetsync", key, commands)
        elif _plain(key) not in everywhere and not alone and key not in commands:
            raise _unknown(key, "sheetsync", _plain(key), everywhere)


def _refuse_secrets(table: Mapping[str, Any], place: str) -> None:
    """A file of settings is committed and sent around; the message never holds the value."""
    for key, value in table.items():
        said = _SECRET_VALUE.search(value) if isinstance(value, str) else None
        name = str(key).replace("-", "_")
        if said or (not isinstance(value, dict) and _SECRET.search(name)):
            raise ConfigError(
                f"{FILE}: {place}{key} is a secret, and this file is no place for one.",
                hint="Take it out (make a new key if the file was shared), and put it into the"
                f" environment: {_variable(name)}",
            )


def _refuse_twice(table: Mapping[str, Any], place: str) -> None:
    """TOML takes ``a-b`` and ``a_b`` for two keys, and one of them would be lost."""
    seen: dict[str, str] = {}
    for key in table:
        first = seen.setdefault(_plain(key), key)
        if first != key:
            raise _wrong(
                f"{place}{key}",
                f"it is there twice, also as {first}.",
                "Keep one of the two; what may be given more than once can be a list.",
            )


def _variable(name: str) -> str:
    return KEY_VARIABLE if "credential" in name.lower() else name.upper()


def _options(command: click.Command) -> Iterable[click.Option]:
    return (p for p in command.params if isinstance(p, click.Option) and _long(p) != "version")


def _long(option: click.Option) -> str:
    """``dry-run``, whatever the parameter is called inside."""
    long = next((name for name in option.opts if name.startswith("--")), option.opts[0])
    return long.removeprefix("--")


def _plain(key: str) -> str:
    return key.replace("_", "-")


def _unknown(where: str, whose: str, key: str, there: Iterable[str]) -> ConfigError:
    near = difflib.get_close_matches(key, list(there), n=1)
    hint = f"Did you mean “{near[0]}”?" if near else _HINT
    what = "command" if where == f"[{key}]" else "option"
    return _wrong(where, f"there is no such {what} of {whose}.", hint)


def _wrong(where: str, problem: str, hint: str = _HINT) -> ConfigError:
    return ConfigError(f"{FILE}: {where}: {problem}", hint=hint)


def _value(where: str, option: click.Option, value: Any) -> Any:
    """The value as its option takes it from a command line: a text, true or false, or a list."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise _wrong(where, "this is on or off: write true or false, without quotes.")
        return value
    many = list(value) if option.multiple and isinstance(value, list) else [value]
    texts = [_text(where, option, each) for each in many]
    return texts if option.multiple else texts[0]


def _text(where: str, option: click.Option, value: Any) -> str:
    number = isinstance(option.type, click.types.IntParamType | click.types.FloatParamType)
    if number and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _wrong(where, "this is a number: write it without quotes, e.g. 30.")
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if not number and not isinstance(value, str):
        many = ', or a list of them: ["a", "b"]' if option.multiple else ""
        raise _wrong(where, f'this is a text: write it in quotes, e.g. "…"{many}.')
    try:
        option.type.convert(str(value), option, None)
    except click.BadParameter as error:
        raise _wrong(where, error.message.rstrip(".") + ".") from error
    return str(value)


def _source(option: click.Option, source: ParameterSource) -> str:
    if source is ParameterSource.ENVIRONMENT:
        return f"environment variable {option.envvar}"
    return FILE if source is ParameterSource.DEFAULT_MAP else "default"


def _unset(value: Any) -> bool:
    """Newer versions of click tell “nothing” from None."""
    return value is getattr(click.core, "UNSET", None)


def _shown(value: Any) -> str:
    if value is None or value in ((), ""):
        return NOTHING
    if isinstance(value, bool):
        return "on" if value else "off"
    return without_keys(", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
