"""Whose hand writes the spreadsheet: the credentials, and where they were found.

Only the scope ``spreadsheets`` is asked for. No secret is ever part of a message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import google.auth
from google.auth import identity_pool
from google.auth.exceptions import GoogleAuthError
from google.oauth2.credentials import Credentials as PersonCredentials
from google.oauth2.service_account import Credentials as ServiceCredentials
from gspread.auth import DEFAULT_AUTHORIZED_USER_FILENAME, DEFAULT_SERVICE_ACCOUNT_FILENAME

from sheetsync.errors import ConfigError
from sheetsync.secret import holds_key

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
JSON_VARIABLE = "SHEETSYNC_CREDENTIALS_JSON"
FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
_HINT = (
    "Make a service account and a key for it (README, “On your team's sheet”), and give the"
    " file with --credentials FILE."
)


@dataclass(frozen=True, slots=True)
class Identity:
    """``source`` says where the credentials were found; ``email`` whose they are, "" if nobody
    says."""

    credentials: Any
    source: str
    email: str = ""


def find_credentials(
    option: Path | None,
    environment: Mapping[str, str],
    here: Path,
    theirs: tuple[Path, ...] = (
        DEFAULT_SERVICE_ACCOUNT_FILENAME,
        DEFAULT_AUTHORIZED_USER_FILENAME,
    ),
) -> Identity:
    """The first that there is. ``here`` is the folder of the call, ``theirs`` are gspread's places.

    Raises ConfigError when there are none, or the first ones found cannot be used.
    """
    if option is not None:
        return _of_file(option, "--credentials", f"--credentials {option}")
    if text := environment.get(JSON_VARIABLE, "").strip():
        return _of_text(text, JSON_VARIABLE)
    if name := environment.get(FILE_VARIABLE, "").strip():
        return _of_file(Path(name), FILE_VARIABLE, f"{FILE_VARIABLE} ({name})")
    for path in (here / "credentials.json", *theirs):
        if path.is_file():
            return _of_file(path, str(path), str(path))
    try:
        credentials, _ = google.auth.default(scopes=SCOPES)
    except GoogleAuthError as error:
        raise ConfigError(
            "There are no credentials for Google, and a spreadsheet needs some.", hint=_HINT
        ) from error
    return Identity(credentials, "this machine's own Google login", _email(credentials))


def _email(credentials: Any) -> str:
    found = getattr(credentials, "service_account_email", "") or ""
    return found if "@" in found else ""


def _of_file(path: Path, place: str, source: str) -> Identity:
    """``place`` is named where the path is none, and is not repeated."""
    if holds_key(str(path)):
        raise ConfigError(
            f"{place} holds the key itself, not the path of a file.",
            hint=f"Give the path of the file there; the JSON itself may stand in {JSON_VARIABLE}.",
        )
    try:
        text = path.read_text("utf-8-sig")  # an editor on Windows puts a mark before it
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"{source}: the file cannot be read: {why}.", hint=_HINT) from error
    return _of_text(text, source)


def _of_text(text: str, source: str) -> Identity:
    """The JSON of a service account's key, of a person's login, or of Workload Identity."""
    try:
        info = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        info = None
    kind = info.get("type") if isinstance(info, dict) else None
    # The error of a library may repeat what it read: none is passed on.
    try:
        if kind == "service_account":
            made = ServiceCredentials.from_service_account_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
            return Identity(made, source, info.get("client_email", ""))
        if kind == "authorized_user":
            person = PersonCredentials.from_authorized_user_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
            return Identity(person, source)
        if kind == "external_account":
            pool = identity_pool.Credentials.from_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
            return Identity(pool, source, _email(pool))
    except (GoogleAuthError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{source} holds credentials that cannot be used.", hint=_HINT) from None
    if isinstance(info, dict) and ("installed" in info or "web" in info):
        raise ConfigError(f"{source} is an OAuth client's file, not a key.", hint=_HINT)
    raise ConfigError(f"{source} holds no credentials of Google.", hint=_HINT)
