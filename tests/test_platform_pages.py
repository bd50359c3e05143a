"""Every small page of our own gives exactly the record that stands beside it.

``tests/platforms/<platform>/<case>/`` holds ``page.html`` or ``page.json``, ``record.json`` (what
``show --json`` prints) and, where an outcome needs it, ``case.toml`` with ``url``, ``status``,
``asked`` and ``opened``. A folder is a test, one for each field; ``show FILE --fixture DIR``
writes such folders.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sheetsync.extract import extract
from sheetsync.model import Page
from sheetsync.platform import Platform, find_watched
from sheetsync.platform_file import builtin

PAGES = Path(__file__).parent / "platforms"
CASES = sorted(path.parent.relative_to(PAGES).as_posix() for path in PAGES.glob("*/*/record.json"))
PLATFORMS = {platform.key: platform for platform in builtin()}


def expected(case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAGES / case / "record.json").read_text(encoding="utf-8"))
    return found


@cache
def read(case: str, platform: str = "") -> dict[str, Any]:
    folder = PAGES / case
    page = next(folder.glob("page.*"))
    about: dict[str, Any] = {}
    if (folder / "case.toml").exists():
        about = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    asked = find_watched(about["asked"], builtin()) if "asked" in about else None
    made = Page(
        text=page.read_text(encoding="utf-8"),
        url=about.get("url", ""),
        status=about.get("status"),
        opened=tuple(about.get("opened", ())),
    )
    return extract(made, PLATFORMS[platform or case.partition("/")[0]], asked).to_json()


def parts(case: str) -> list[str]:
    record = expected(case)
    return [*(key for key in record if key != "fields"), *(f"fields.{f}" for f in record["fields"])]


@pytest.mark.parametrize(
    ("case", "part"),
    [pytest.param(case, part, id=f"{case}/{part}") for case in CASES for part in parts(case)],
)
def test_page_gives(case: str, part: str) -> None:
    want, got = expected(case), read(case)
    if part.startswith("fields."):
        name = part.removeprefix("fields.")
        assert got["fields"].get(name) == want["fields"][name]
    else:
        assert got[part] == want[part]


@pytest.mark.parametrize("case", CASES)
def test_page_gives_nothing_else(case: str) -> None:
    assert read(case) == expected(case)


@pytest.mark.parametrize("case", CASES)
def test_page_is_no_reading_of_another_platform(case: str) -> None:
    own = case.partition("/")[0]
    for key in PLATFORMS:
        if key != own:
            assert read(case, key)["outcome"] not in ("ok", "partial"), f"{key} took it"


def layouts() -> list[tuple[Platform, str]]:
    return [(platform, layout.name) for platform in builtin() for layout in platform.layouts]


@pytest.mark.parametrize(("platform", "layout"), layouts(), ids=lambda x: getattr(x, "key", x))
def test_every_layout_has_a_small_page_of_our_own(platform: Platform, layout: str) -> None:
    own = [case for case in CASES if case.startswith(f"{platform.key}/")]
    assert any(expected(case)["layout"] == layout for case in own)


@pytest.mark.parametrize("platform", builtin(), ids=lambda platform: platform.key)
def test_every_sign_and_status_has_a_small_page_of_our_own(platform: Platform) -> None:
    own = [expected(case) for case in CASES if case.startswith(f"{platform.key}/")]
    shown = {(record["outcome"], record["detail"]) for record in own}
    wanted = {(sign.outcome.value, sign.say) for sign in platform.signs}
    wanted |= {(rule.outcome.value, rule.say) for x in platform.layouts for rule in x.rules}
    assert wanted <= shown, f"no page shows {wanted - shown}"
