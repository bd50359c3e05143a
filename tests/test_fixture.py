"""A page becomes a test: small, with the same record, and with nothing personal left in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sheetsync.extract import extract, extract_any
from sheetsync.fixture import write_fixture
from sheetsync.model import Count, Page
from sheetsync.platform_file import builtin
from tests import test_recorded as recorded

TIKTOK = builtin()[0]
SMALL = ["tiktok/profile-universal-dash", "tiktok/trimmed/embed_nasa", "tiktok/video-embedlib-h0"]


def again(folder: Path) -> tuple[str, dict[str, Any]]:
    page = next(folder.glob("page.*")).read_text("utf-8")
    record: dict[str, Any] = json.loads((folder / "record.json").read_text("utf-8"))
    return page, record


@pytest.mark.parametrize(
    "entry", [e for e in recorded.MANIFEST if recorded.name(e) in SMALL], ids=recorded.name
)
def test_a_real_page_keeps_its_numbers_and_loses_the_rest(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    page = recorded.pages(entry["file"])[0]
    whole = extract_any(page, builtin())
    assert whole
    write_fixture(page, whole, builtin(), tmp_path)
    text, record = again(tmp_path)
    counts = {k: v.value for k, v in whole.fields.items() if isinstance(v, Count)}
    assert (
        counts.items()
        <= {k: v["value"] for k, v in record["fields"].items() if isinstance(v, dict)}.items()
    )
    assert extract(Page(text=text), TIKTOK).to_json() == record
    assert len(text) < 2_500
    for word in (whole.text("bio"), whole.text("caption"), "csrfToken", "encryptedWebid"):
        assert not word or word not in text


def test_no_biography_no_viewer_and_no_other_account_is_left(tmp_path: Path) -> None:
    user = {"id": "7", "uniqueId": "anna", "nickname": "Anna", "signature": "mail anna@x.example"}
    other = {"id": "8", "uniqueId": "piet", "nickname": "Piet"}
    stats = {"followerCount": 7, "followingCount": 8, "heart": 9, "videoCount": 1}
    posts = {str(n): _post(n, "anna") for n in range(70_000, 70_009)} | {"9": _post(9, "piet")}
    state = {
        "AppContext": {"appContext": {"csrfToken": "secret", "user": {"uniqueId": "viewer"}}},
        "UserModule": {"users": {"anna": user, "piet": other}, "stats": {"anna": stats}},
        "UserPage": {"uniqueId": "anna"},
        "ItemModule": posts,
    }
    text = f'<html><script id="SIGI_STATE">{json.dumps(state)}</script><p>viewer</p></html>'
    page = Page(text=text)
    write_fixture(page, extract(page, TIKTOK), builtin(), tmp_path)
    small, record = again(tmp_path)
    for word in ("mail", "secret", "viewer", "piet", "a caption"):
        assert word not in small
    assert len(record["posts"]) == 3
    assert "bio" not in record["fields"]


def _post(number: int, author: str) -> dict[str, object]:
    return {
        "id": str(number),
        "author": author,
        "desc": "a caption",
        "stats": {"playCount": number},
    }


def test_a_refusal_becomes_a_test_too(tmp_path: Path) -> None:
    wall = '<html><body><p>Hello viewer</p><p id="wci" class="_wafchallengeid"></p></body></html>'
    page = Page(text=wall)
    write_fixture(page, extract(page, TIKTOK), builtin(), tmp_path)
    small, record = again(tmp_path)
    assert record["outcome"] == "challenge"
    assert "viewer" not in small
