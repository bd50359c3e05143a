"""When a page was made: its own clock, its visitor's cookies, and what the door knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from sheetsync.extract import extract
from sheetsync.fields import request_time
from sheetsync.model import CapturedBy, Page, Record
from sheetsync.platform_file import builtin

TIKTOK = builtin()[0]
COOKIE = datetime(2026, 11, 16, 9, tzinfo=UTC)
PAGE = datetime(2026, 11, 18, 9, tzinfo=UTC)
FILE = datetime(2026, 11, 18, 9, 5, tzinfo=UTC)


def seconds_first(at: datetime) -> str:
    return f"{int(at.timestamp())}6359115490"


def milliseconds_last(at: datetime) -> str:
    return f"718142337{int(at.timestamp()) % 10**8:08}635"


def page(request: str = "", cookie: datetime = COOKIE) -> str:
    context = {"encryptedWebid": f"1|abc|{int(cookie.timestamp())}|def", "requestId": request}
    stats = {"followerCount": "23391", "followingCount": "8", "heartCount": "5", "videoCount": "2"}
    detail = {"userInfo": {"user": {"id": "7", "uniqueId": "anna"}, "statsV2": stats}}
    scope = {"webapp.app-context": context, "webapp.user-detail": detail}
    script = json.dumps({"__DEFAULT_SCOPE__": scope})
    return f'<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">{script}</script></html>'


def read(text: str, at: datetime | None = None, by: CapturedBy | None = None) -> Record:
    return extract(Page(text=text, captured_at=at, captured_by=by), TIKTOK)


@pytest.mark.parametrize("form", [seconds_first, milliseconds_last])
@pytest.mark.parametrize("door", [None, FILE])
def test_a_cookie_of_another_day_is_not_the_pages_day(form: object, door: datetime | None) -> None:
    assert callable(form)
    record = read(page(form(PAGE)), door, "file" if door else None)
    assert (record.captured_at, record.captured_by) == (PAGE, "content")


RECORDED = [
    ("17534040609115490896", "2025-07-25T00:31:13", "2025-07-25T00:41:00"),
    ("17344129086692606411", "2024-12-17T05:21:48", "2024-12-17T05:21:48"),
    ("38473138776519232433", "2026-04-18T13:33:52", "2026-04-18T13:33:52"),
    ("43704922661199486617", "2022-08-22T20:15:16", "2022-08-22T20:18:06"),
    ("32917192372071834971", "2026-02-26T02:10:35", "2026-02-26T02:10:34"),
]


@pytest.mark.parametrize(("digits", "cookie", "made"), RECORDED)
def test_recorded_ids_of_requests_say_their_moment(digits: str, cookie: str, made: str) -> None:
    since = datetime.fromisoformat(cookie + "+00:00")
    far = datetime.max.replace(tzinfo=UTC)
    assert request_time(digits, since, far) == datetime.fromisoformat(made + "+00:00")


@pytest.mark.parametrize("digits", ["", "1763788620", "9" * 20, "1763788620 911549089", "x" * 20])
def test_what_is_no_id_of_a_request_says_nothing(digits: str) -> None:
    assert request_time(digits, COOKIE, COOKIE + timedelta(hours=1)) is None


def test_a_request_later_than_the_file_is_not_believed() -> None:
    record = read(page(seconds_first(PAGE + timedelta(days=2))), FILE, "file")
    assert (record.captured_at, record.captured_by) == (FILE, "file")


@pytest.mark.parametrize(
    ("door", "by", "at", "told"),
    [
        (FILE, "file", FILE, "file"),
        (FILE, "option", FILE, "option"),
        (COOKIE + timedelta(minutes=5), "file", COOKIE, "content"),
        (COOKIE + timedelta(minutes=5), "option", COOKIE + timedelta(minutes=5), "option"),
        (COOKIE.replace(hour=0), "option", COOKIE, "content"),
        (COOKIE - timedelta(days=3), "file", COOKIE - timedelta(days=3), "file"),
        (None, None, COOKIE, "content"),
    ],
)
def test_a_cookie_alone_only_says_not_before(
    door: datetime | None, by: CapturedBy | None, at: datetime, told: str
) -> None:
    record = read(page(), door, by)
    assert (record.captured_at, record.captured_by) == (at, told)


def test_no_page_is_of_a_later_day_than_its_file() -> None:
    """A clock may be a little off; a page of tomorrow is not in a file of today."""
    for late in (timedelta(hours=2), timedelta(hours=23)):
        record = read(page(seconds_first(PAGE + late), PAGE + late), PAGE, "file")
        assert record.captured_at == PAGE
    soon = PAGE + timedelta(minutes=10)
    assert read(page(seconds_first(soon), soon), PAGE, "file").captured_at == soon


def test_a_page_with_nothing_but_its_own_time() -> None:
    text = '<html><script id="SIGI_STATE">{"UserPage": {"uniqueId": "a"}, "UserModule": {"users": '
    text += '{"a": {"uniqueId": "a"}}, "stats": {"a": {"heart": 1}}}}</script>'
    text += (
        '<a href="https://x/?l=2022082220180601"></a><a href="https://x/?l=20220822201806ABCDEF">'
    )
    assert read(text + "</a></html>").captured_at == datetime(2022, 8, 22, 20, 18, 6, tzinfo=UTC)
