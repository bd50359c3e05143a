"""What Google or its library says of credentials, in the person's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.auth.exceptions import RefreshError

from sheetsync.destinations import google_credentials
from sheetsync.destinations.google_errors import explain
from sheetsync.errors import ConfigError

README = Path(__file__).parents[2] / "README.md"
ROBOT = "robot@x.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("said", "who", "message", "hint"),
    [
        ("invalid_grant: Invalid JWT Signature.", ROBOT, "was revoked or deleted", "a new key"),
        ("invalid_grant: Token has been expired or revoked.", "", "login was revoked", "Log in"),
        ("File '/run/token' was not found.", "", "/run/token, which is not there", "Workload"),
        ("invalid_grant: Invalid grant: account not found", ROBOT, "not exist any more", "new one"),
        (
            "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe",
            ROBOT,
            "clock",
            "clock",
        ),
        ("something new", ROBOT, "gave no token", "--credentials"),
    ],
)
def test_why_there_is_no_token(said: str, who: str, message: str, hint: str) -> None:
    told = explain(RefreshError(said), who, "id")
    assert message in told.message
    assert hint in told.hint
    assert told.exit_status == 3


def test_the_section_that_the_hint_names_is_in_readme(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        google_credentials.find_credentials(tmp_path / "none.json", {}, tmp_path)
    named = re.search(r"“(.+?)”", refused.value.hint)
    assert named is not None
    heads = [line for line in README.read_text("utf-8").splitlines() if line.startswith("#")]
    assert any(named[1] in line for line in heads)
