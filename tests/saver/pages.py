"""The pages to save: our own small ones and the recorded ones, under their real addresses."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from sheetsync.model import Page, Record
from sheetsync.platform import Platform
from sheetsync.platform_file import builtin

SMALL = Path(__file__).parents[1] / "platforms"
PLATFORMS = {platform.key: platform for platform in builtin()}
#: Layouts of pages that no browser meets today: the saver leaves them out.
OF_THE_PAST = {
    f"{platform.key}/{layout.name}"
    for platform in PLATFORMS.values()
    for layout in platform.layouts
    if not layout.saver
}
#: What a page may forbid; a bookmark's code is the reader's, not the page's.
STRICT = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'nonce-own'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )
}


def small(case: str) -> tuple[str, str]:
    """(address, text) of one of our own small pages."""
    folder = SMALL / case
    text = (folder / "page.html").read_text("utf-8")
    stated = json.loads((folder / "record.json").read_text("utf-8"))["url"]
    address = str(about(case).get("url", stated))
    return (address if address.startswith("https://") else made_up(case, text)), text


def about(case: str) -> dict[str, Any]:
    file = SMALL / case / "case.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def made_up(case: str, text: str) -> str:
    """An address for a page that states none: of the account in its data, else of somebody."""
    named = re.findall(r'"uniqueId": ?"([^"]+)"', text)
    named = named or re.findall(r"<title>[^<]*\((?:@|&#064;)([\w.]+)\)", text) or ["somebody"]
    return f"https://{PLATFORMS[case.partition('/')[0]].hosts[0]}/@{named[-1]}"


def in_a_browser(platform: Platform) -> bool:
    """Whether any of its pages is one that a browser shows (others only have an interface)."""
    return any(not layout.body for layout in platform.layouts)


def said(record: Record | None) -> dict[str, object] | None:
    """What a page says; not when, which the saved file knows better."""
    if record is None:
        return None
    shape = record.to_json()
    return {k: v for k, v in shape.items() if k not in ("captured_at", "captured_by")}


def page_at(address: str, text: str) -> Page:
    return Page(text, url=address)
