"""The workflow file that ``init --github`` writes. Pure: text in, text out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

PATH = ".github/workflows/sheetsync.yml"
ACTION = ".github/actions/sync"
#: Where the key lies; the Action takes it as its input ``credentials-json``.
KEY_SECRET = "SHEETSYNC_CREDENTIALS_JSON"
#: Pinned, as everything that runs with the team's secrets beside it.
_CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
_GOOGLE = "google-github-actions/auth@7c6bc770dae815cd3e89ee6cdf493a5fab2cc093 # v3.0.0"
_MARK = "# Written by sheetsync init --github"

Auth = Literal["key", "wif"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """``spreadsheet`` is its id; ``uses`` the Action with its commit, or ``./…`` when it is in the
    repository itself; ``repository`` is ``owner/name`` ("" when nobody knows) for the fork guard;
    ``secrets`` are further keys by name, and ``examples`` names that are only shown in a comment;
    ``options`` are a sync's, each as one types it; ``ahead`` is how far the dashboard's clock is
    before UTC.
    """

    spreadsheet: str
    uses: str
    repository: str = ""
    auth: Auth = "key"
    secrets: Sequence[str] = ()
    examples: Sequence[str] = ()
    options: Sequence[str] = ()
    ahead: timedelta = timedelta()


def minute(destination: str) -> int:
    """An odd minute, the same for the same destination: whole hours are when everybody comes."""
    return int(_digest(destination)[:8], 16) % 30 * 2 + 1


def cron(wanted: Wanted) -> str:
    """Between 5 and 6 by the dashboard's clock as it goes today; cron on GitHub speaks UTC."""
    hour = (5 - round(wanted.ahead.total_seconds() / 3600)) % 24
    return f"{minute(wanted.spreadsheet)} {hour} * * *"


def workflow(wanted: Wanted) -> str:
    """The whole file. Its first line knows what follows, so that changes are seen (`untouched`)."""
    body = "\n".join([*_head(wanted), *_job(wanted)]) + "\n"
    return f"{_mark(body)}\n{body}"


def untouched(text: str) -> bool:
    """Whether a file is one that `workflow` made and nobody changed since."""
    first, _, body = text.replace("\r\n", "\n").partition("\n")
    return first == _mark(body)


def _mark(body: str) -> str:
    return f"{_MARK} ({_digest(body)[:16]}); change what you like, it is yours."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _head(wanted: Wanted) -> list[str]:
    return [
        "name: sheetsync",
        "",
        "on:",
        "  schedule:",
        f'    - cron: "{cron(wanted)}" # UTC; GitHub may come late, and at times leaves a day out',
        "  workflow_dispatch:",
        "    inputs:",
        "      addresses:",
        "        description: Profiles or posts to add and read now; empty reads the whole list",
        "        type: string",
        "      dry-run:",
        "        description: Show what would change, write nothing",
        "        type: boolean",
        "        default: false",
        "",
        *_permissions(wanted),
        "",
        "concurrency: # one run at a time for this spreadsheet, and none is cut short by the next",
        f"  group: sheetsync-{_digest(wanted.spreadsheet)[:12]}",
        "  cancel-in-progress: false",
        "",
    ]


def _permissions(wanted: Wanted) -> list[str]:
    needs = ["  contents: read"] * _local(wanted)
    needs += ["  id-token: write # to say to Google who we are"] * (wanted.auth == "wif")
    return ["permissions:", *needs] if needs else ["permissions: {} # none"]


def _job(wanted: Wanted) -> list[str]:
    guard = (
        f"github.repository == '{wanted.repository}'"
        if wanted.repository
        else "${{ !github.event.repository.fork }}"
    )
    return [
        "jobs:",
        "  sync:",
        f"    if: {guard} # not in forks of it",
        "    runs-on: ubuntu-24.04 # or a machine of your own: self-hosted",
        "    timeout-minutes: 30",
        "    steps:",
        *_before(wanted),
        f"      - uses: {wanted.uses}",
        "        with:",
        f"          to: {json.dumps(wanted.spreadsheet)}",
        "          addresses: ${{ inputs.addresses }}",
        "          dry-run: ${{ inputs.dry-run }}",
        *_options(wanted.options),
        *(_key() if wanted.auth == "key" else []),
        *_environment(wanted.secrets, wanted.examples),
    ]


def _local(wanted: Wanted) -> bool:
    return wanted.uses.startswith("./")


def _before(wanted: Wanted) -> list[str]:
    lines = []
    if _local(wanted):
        lines += [f"      - uses: {_CHECKOUT}", "        with:"]
        lines += ["          persist-credentials: false"]
    if wanted.auth == "wif":
        lines += [
            f"      - uses: {_GOOGLE}",
            "        with:",
            "          workload_identity_provider: ${{ vars.SHEETSYNC_WIF_PROVIDER }}",
            "          service_account: ${{ vars.SHEETSYNC_SERVICE_ACCOUNT }}",
        ]
    return lines


def _key() -> list[str]:
    return [f"          credentials-json: ${{{{ secrets.{KEY_SECRET} }}}}"]


def _options(options: Sequence[str]) -> list[str]:
    """What sheetsync.toml says: the file itself is not there when the Action runs."""
    lines = [f"            {option}" for option in options]
    return ["          options: |", *lines] if lines else []


def _environment(secrets: Sequence[str], examples: Sequence[str]) -> list[str]:
    """An example's line becomes a secret's by taking its # away."""
    lines = [f"          {name}: ${{{{ secrets.{name} }}}}" for name in secrets]
    shown = [f"          # {name}: ${{{{ secrets.{name} }}}}" for name in examples]
    if lines:
        return ["        env:", *lines, *shown]
    return ["        # env:", *shown] if shown else []
