"""What GitHub's runner is handed by the workflow, and what it can read with that.

Whether a secret is set, only GitHub knows; the link leads there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetsync.destinations import spreadsheet_of
from sheetsync.doctor import Finding, Step, look, ok, unseen, wrong
from sheetsync.doctor.watched import Watched, way_of
from sheetsync.doctor.workflow_file import Call
from sheetsync.platform import Platform

_IDENTITY = "google-github-actions/auth@"


def runner_steps(
    call: Call, targets: Sequence[Watched], platforms: Sequence[Platform], page: str
) -> Iterator[Step]:
    """``targets`` are what the dashboard lists, ``page`` the repository's on GitHub."""
    yield from _secrets(call, page)
    yield from _keys(call, targets, platforms, page)
    yield from _reads(call, targets, platforms)


def _secrets(call: Call, page: str) -> Iterator[Step]:
    link = f"{page}/settings/secrets/actions" if page else ""
    identity = any(str(step.get("uses", "")).startswith(_IDENTITY) for step in call.before)
    if identity:
        yield from _identity(call, page)
    elif spreadsheet_of(call.to()) and not _has_key(call):
        if call.own_runner:
            yield unseen("Secrets", "the credentials for the spreadsheet are your runner's own.")
            return
        yield wrong(
            "Secrets",
            "nothing in the workflow hands over the credentials for the spreadsheet.",
            "credentials-json: ${{ secrets.SHEETSYNC_CREDENTIALS_JSON }}, or Workload Identity.",
            link,
        )
        return
    names = [name for name in call.named("secrets") if name != "GITHUB_TOKEN"]
    if not names:
        yield ok("Secrets", "it names none")
        return
    said = f"it names {', '.join(names)}; whether they are set, only GitHub shows."
    yield Step("Secrets", Finding.UNSEEN, said, "Look that each is in the list.", link)


def _has_key(call: Call) -> bool:
    variables = ("SHEETSYNC_CREDENTIALS_JSON", "GOOGLE_APPLICATION_CREDENTIALS")
    inside = any(call.environment.get(name) for name in variables)
    return bool(call.inputs.get("credentials-json") or inside or "--credentials" in call.options())


def _identity(call: Call, page: str) -> Iterator[Step]:
    """Workload Identity: the variables that it names, and the right to ask for a token."""
    rights = call.permissions
    may = rights == "write-all" or (isinstance(rights, dict) and rights.get("id-token") == "write")
    if not may:
        yield wrong(
            "Identity",
            "the workflow may not ask GitHub who it is, and Google would not let it in.",
            "Add to permissions: id-token: write",
        )
    if names := call.named("vars"):
        yield Step(
            "Variables",
            Finding.UNSEEN,
            f"it names {', '.join(names)}; whether they are set, only GitHub shows.",
            "Look that each is in the list.",
            f"{page}/settings/variables/actions" if page else "",
        )


def _keys(
    call: Call, targets: Sequence[Watched], platforms: Sequence[Platform], page: str
) -> Iterator[Step]:
    """Keys that watched platforms cannot do without, and that the workflow does not hand over."""
    wanted: dict[str, str] = {}
    for target, platform in _pairs(targets, platforms):
        way = way_of(target, platform, call.environment)
        if way.door is None and not any(door.via == "saved" for door in platform.doors):
            wanted |= dict.fromkeys(way.lacks, platform.name)
    for key, name in wanted.items():
        yield wrong(
            key,
            f"{name} cannot be read without it, and the workflow does not hand it over.",
            f"Add {key}: ${{{{ secrets.{key} }}}} below env: of the step.",
            f"{page}/settings/secrets/actions/new" if page else "",
        )


def _reads(call: Call, targets: Sequence[Watched], platforms: Sequence[Platform]) -> Iterator[Step]:
    """What a machine in a data centre is turned away from."""
    if call.own_runner:
        return
    shut: dict[str, list[Platform]] = {}
    for target, platform in _pairs(targets, platforms):
        if not way_of(target, platform, call.environment).hosted:
            shut.setdefault(platform.name, []).append(platform)
    for name, held in shut.items():
        yield look(
            name,
            f"{len(held)} of its addresses cannot be read by a GitHub-hosted runner.",
            "Saved pages (sheetsync due --open), a key"
            f" (sheetsync platforms {held[0].key}), or a runner of your own.",
        )
    if targets and not shut:
        yield ok("Readable", "every address, from a GitHub-hosted runner, as far as is known")


def _pairs(
    targets: Sequence[Watched], platforms: Sequence[Platform]
) -> Iterator[tuple[Watched, Platform]]:
    by_key = {platform.key: platform for platform in platforms}
    for target in targets:
        if target.platform in by_key:
            yield target, by_key[target.platform]
