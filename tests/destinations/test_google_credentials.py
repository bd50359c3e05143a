"""Which credentials are used, in which order, and that no secret is ever repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sheetsync.destinations.google_credentials import find_credentials
from sheetsync.errors import ConfigError
from tests.sheets_server import Google


def info(email: str) -> dict[str, Any]:
    made: dict[str, Any] = Google().tokens.service_account(email)
    return made


@pytest.fixture(scope="module")
def key() -> dict[str, Any]:
    return info("a@loopback.iam.gserviceaccount.com")


def named(key: dict[str, Any], name: str) -> str:
    return json.dumps({**key, "client_email": name})


def test_the_first_that_there_is_counts(tmp_path: Path, key: dict[str, Any]) -> None:
    option, variable, gspreads = tmp_path / "o.json", tmp_path / "v.json", tmp_path / "g.json"
    here = tmp_path / "here"
    here.mkdir()
    option.write_text(named(key, "option@x"), "utf-8")
    variable.write_text(named(key, "variable@x"), "utf-8")
    gspreads.write_text(named(key, "gspread@x"), "utf-8")
    (here / "credentials.json").write_text(named(key, "beside@x"), "utf-8")
    environment = {
        "SHEETSYNC_CREDENTIALS_JSON": named(key, "json@x"),
        "GOOGLE_APPLICATION_CREDENTIALS": str(variable),
    }

    def email(file: Path | None = None) -> str:
        return find_credentials(file, environment, here, (gspreads,)).email

    assert email(option) == "option@x"
    assert email() == "json@x"
    del environment["SHEETSYNC_CREDENTIALS_JSON"]
    assert email() == "variable@x"
    del environment["GOOGLE_APPLICATION_CREDENTIALS"]
    assert email() == "beside@x"
    (here / "credentials.json").unlink()
    assert email() == "gspread@x"


def test_a_mark_before_the_text_is_no_part_of_it(tmp_path: Path, key: dict[str, Any]) -> None:
    file = tmp_path / "key.json"
    file.write_text(named(key, "a@x"), "utf-8-sig")
    assert find_credentials(file, {}, tmp_path, ()).email == "a@x"
    variable = {"SHEETSYNC_CREDENTIALS_JSON": "\ufeff" + named(key, "b@x")}
    assert find_credentials(None, variable, tmp_path, ()).email == "b@x"


def test_where_they_were_found_is_said(tmp_path: Path, key: dict[str, Any]) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps(key), "utf-8")
    found = find_credentials(None, {}, tmp_path, ())
    assert found.source.endswith("credentials.json")
    assert found.credentials.scopes == ("https://www.googleapis.com/auth/spreadsheets",)


def test_without_any_the_next_step_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(ConfigError, match="no credentials") as error:
        find_credentials(None, {}, tmp_path, ())
    assert "--credentials FILE" in error.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "SECRET not json",
        '{"type": "service_account", "private_key": "SECRET"}',
        '{"type": "authorized_user", "refresh_token": "SECRET"}',
        '{"type": "external_account", "token": "SECRET"}',
        '{"type": "SECRET"}',
        '{"installed": {"client_secret": "SECRET"}}',
        '["SECRET"]',
    ],
)
def test_what_cannot_be_used_is_refused_without_being_repeated(tmp_path: Path, text: str) -> None:
    environment = {"SHEETSYNC_CREDENTIALS_JSON": text}
    with pytest.raises(ConfigError) as error:
        find_credentials(None, environment, tmp_path, ())
    assert "SECRET" not in error.value.message + error.value.hint
    assert error.value.__cause__ is None
    assert error.value.exit_status == 2


def test_workload_identity_needs_no_key(tmp_path: Path) -> None:
    """What google-github-actions/auth writes."""
    email = "robot@project.iam.gserviceaccount.com"
    base = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    made = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": f"{base}{email}:generateAccessToken",
        "credential_source": {"url": "https://token.actions.test/x"},
    }
    file = tmp_path / "gha.json"
    file.write_text(json.dumps(made), "utf-8")
    found = find_credentials(None, {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, tmp_path, ())
    assert found.email == email


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.json"):
        find_credentials(tmp_path / "gone.json", {}, tmp_path, ())


@pytest.mark.parametrize("variable", [False, True])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_key_in_the_place_of_its_file_is_never_repeated(
    tmp_path: Path, key: dict[str, Any], variable: bool, indent: int | None
) -> None:
    text = json.dumps(key, indent=indent)
    environment = {"GOOGLE_APPLICATION_CREDENTIALS": text} if variable else {}
    with pytest.raises(ConfigError, match="holds the key itself, not the path") as error:
        find_credentials(None if variable else Path(text), environment, tmp_path, ())
    said = error.value.message + error.value.hint
    assert "PRIVATE KEY" not in said
    assert key["private_key_id"] not in said
    assert "SHEETSYNC_CREDENTIALS_JSON" in error.value.hint
