"""Every command that README shows is run, as it stands there, in a world on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sheets_server.wire import GoogleWorld
from tests.test_web_sync import ROBOTS, page, sky, sky_path, tiktok
from tests.world import Reply

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
ROBOT = "robot@loopback.iam.gserviceaccount.com"
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
#: Each command with the lines that README shows below it.
SHOWN = [
    (line.split("   #")[0].strip(), told.splitlines())
    for block in BLOCKS
    for line, told in re.findall(r"(?m)^\$ (sheetsync [^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", block)
]
#: Exit status of those that do not end with 0: what README tells below them.
STATUS = {
    "sheetsync sync https://www.tiktok.com/@celine_dept https://www.tiktok.com/@stien_dd": 1,
    "sheetsync eval '=IMPORTXML(": 2,
}
LIST = b"""<table><tr><th>Date<th>Status<th>Views<tr><td>2026-06-06<td>Delivered<td>1031</table>"""


class Place:
    """A home with a folder of downloads, a key beside the call, and the sites that README names."""

    def __init__(self, world: GoogleWorld, here: Path) -> None:
        self.world, self.here = world, here
        self.book = world.google.new_spreadsheet("Team", "anna@example.org")
        world.google.share(self.book, ROBOT)
        key = world.google.tokens.service_account(ROBOT)
        (here / "key.json").write_text(json.dumps(key), "utf-8")
        downloads = here / "Downloads"
        downloads.mkdir()
        (downloads / "celine.html").write_bytes(tiktok("celine_dept", "38490"))
        pages = here / "pages"
        pages.mkdir()
        (pages / "anna.html").write_bytes(tiktok("anna.bakt"))
        (here / "page.html").write_bytes(tiktok("anna.bakt"))
        self._serve()

    def _serve(self) -> None:
        serve = self.world.serve
        as_json = {"Content-Type": "application/json"}
        serve("www.tiktok.com", "/robots.txt", ROBOTS)
        for handle in ("celine_dept", "stien_dd"):
            serve("www.tiktok.com", f"/@{handle}", page("tiktok/browser-check"))
        serve("public.api.bsky.app", sky_path("bsky.app"), sky("bsky.app", 31_402_117))
        missing = "noonewouldeverusethis1.bsky.social"
        nobody = Reply(page("bluesky/no-account"), 400, headers=as_json)
        serve("public.api.bsky.app", sky_path(missing), nobody)
        octocat = json.loads(page("github/api")) | {"login": "octocat"}
        serve(
            "api.github.com", "/users/octocat", Reply(json.dumps(octocat).encode(), headers=as_json)
        )
        serve("example.org", "/list", LIST)
        serve("example.org", "/item", b"<b>1,031</b>")

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        address = f"https://docs.google.com/spreadsheets/d/{self.book}/edit"
        line = line.replace("https://docs.google.com/spreadsheets/d/…", address)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHEETSYNC_", "GITHUB_"))}
        beside = str(Path(sys.executable).parent)
        env = kept | self.world.environment() | {"HOME": str(self.here)}
        env["PATH"] = f"{beside}{os.pathsep}{env.get('PATH', '')}"
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.here,
            env=env,
            timeout=120,
            check=False,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with GoogleWorld() as world:
        yield Place(world, tmp_path)


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line for line, _ in SHOWN])
def test_a_command_in_readme_does_what_readme_says(
    place: Place, line: str, shown: list[str]
) -> None:
    if line.startswith("sheetsync forget"):  # of somebody who is there
        assert place.run("sheetsync sync --saved pages").returncode == 0
    done = place.run(line)
    wanted = next((status for start, status in STATUS.items() if line.startswith(start)), 0)
    assert done.returncode == wanted, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if line.startswith("sheetsync eval"):
        assert (done.stdout + done.stderr).splitlines() == shown
    if line.startswith("sheetsync sync https://www.tiktok.com"):
        lines = (done.stdout + done.stderr).splitlines()
        assert [one for one in shown if one and one not in lines] == []


def test_readme_shows_commands_of_every_kind() -> None:
    kinds = {line.split()[1] for line, _ in SHOWN}
    assert {"sync", "eval", "init", "platforms", "show", "doctor", "forget"} <= kinds
