"""Whose numbers they are, and what is said when there are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sheetsync.extract import extract, extract_any
from sheetsync.model import CapturedBy, Count, Outcome, Page, Post, Profile
from sheetsync.platform_file import builtin
from sheetsync.verdict import judge

TIKTOK = builtin()[0]
AT = datetime(2026, 11, 22, 5, 17, tzinfo=UTC)


def state(
    handle: str = "anna", *, account: str = "7", made: int | None = None, **detail: object
) -> str:
    user = {"id": account, "uniqueId": handle, "nickname": "Anna"}
    stats = {"followerCount": "23391", "followingCount": "8", "heartCount": "5", "videoCount": "2"}
    scope: dict[str, object] = {
        "webapp.app-context": {
            "webIdCreatedTime": str(made or ""),
            "requestId": f"{made or ''}6359115490",
            "user": {"uniqueId": "viewer"},
        },
        "webapp.user-detail": {"userInfo": {"user": user, "statsV2": stats}, **detail},
    }
    script = json.dumps({"__DEFAULT_SCOPE__": scope})
    return f'<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">{script}</script></html>'


def profile(handle: str) -> Profile:
    found = TIKTOK.named(handle)
    assert found
    return found


def test_the_page_that_was_asked_for_is_ok() -> None:
    record = extract(Page(text=state("Anna")), TIKTOK, profile("anna"))
    assert record.outcome is Outcome.OK
    assert record.count("followers") == Count(23391)


def test_somebody_elses_page_is_other_profile_without_a_number() -> None:
    record = extract(Page(text=state("piet")), TIKTOK, profile("anna"))
    assert record.outcome is Outcome.OTHER_PROFILE
    assert "@piet" in record.detail
    assert not record.count("followers")


def test_a_state_under_another_profiles_address_gives_no_number() -> None:
    """Sites change pages without loading anew: the first page's state stays in the file."""
    page = Page(text=state("piet"), url="https://www.tiktok.com/@anna")
    record = extract_any(page, builtin())
    assert record
    assert (record.outcome, record.handle) == (Outcome.OTHER_PROFILE, "anna")
    assert "@piet" in record.detail


def test_a_profile_page_is_no_post() -> None:
    asked = Post("tiktok", "123456", "https://www.tiktok.com/@anna/video/123456", "anna")
    assert extract(Page(text=state("anna")), TIKTOK, asked).outcome is Outcome.OTHER_PROFILE


def test_a_known_name_with_a_new_account_id_writes_no_number() -> None:
    record = extract(Page(text=state("anna", account="8")), TIKTOK)
    assert judge(record, "8") == record
    assert judge(record, "") == record
    changed = judge(record, "7")
    assert changed.outcome is Outcome.ACCOUNT_CHANGED
    assert not changed.count("followers")


def test_the_signed_in_viewer_is_never_the_profile() -> None:
    record = extract_any(Page(text=state("anna")), builtin())
    assert record
    assert record.handle == "anna"


def test_the_time_in_the_page_beats_what_the_door_says() -> None:
    page = Page(text=state(made=1_763_788_620), captured_at=AT, captured_by="file")
    record = extract(page, TIKTOK)
    assert record.captured_at == datetime(2025, 11, 22, 5, 17, tzinfo=UTC)
    assert record.captured_by == "content"


def test_without_a_time_in_the_page_the_door_says_when() -> None:
    record = extract(Page(text=state(), captured_at=AT, captured_by="file"), TIKTOK)
    assert (record.captured_at, record.captured_by) == (AT, "file")


def with_a_post_of(made: datetime) -> str:
    item = {"id": str(int(made.timestamp()) << 32), "author": "anna", "stats": {"playCount": 5}}
    state = {
        "UserPage": {"uniqueId": "anna"},
        "UserModule": {"users": {"anna": {"uniqueId": "anna"}}, "stats": {"anna": {"heart": 1}}},
        "ItemModule": {item["id"]: item},
    }
    return f'<html><script id="SIGI_STATE">{json.dumps(state)}</script></html>'


@pytest.mark.parametrize("by", ["file", "option"])
def test_a_post_newer_than_the_files_time_contradicts_it_aloud(by: CapturedBy) -> None:
    text = with_a_post_of(datetime(2026, 11, 23, 9, tzinfo=UTC))
    record = extract(Page(text=text, captured_at=AT, captured_by=by), TIKTOK)
    assert record.captured_at is None
    assert "holds a post of 2026-11-23" in record.detail
    assert record.posts[0].count("views") == Count(5)


def test_a_post_older_than_the_files_time_says_nothing_against_it() -> None:
    text = with_a_post_of(datetime(2026, 11, 20, 9, tzinfo=UTC))
    record = extract(Page(text=text, captured_at=AT, captured_by="file"), TIKTOK)
    assert (record.captured_at, record.detail) == (AT, "")


def test_a_time_long_after_the_page_came_is_no_time() -> None:
    page = Page(text=state(made=1_893_456_000), captured_at=AT, captured_by="clock")
    assert extract(page, TIKTOK).captured_at == AT


@pytest.mark.parametrize("problem", [Outcome.TOO_LARGE, Outcome.UNREADABLE, Outcome.TIMEOUT])
def test_a_problem_of_the_door_is_kept_as_it_is(problem: Outcome) -> None:
    page = Page(text=state(), problem=problem, detail="why")
    record = extract(page, TIKTOK, profile("anna"))
    assert (record.outcome, record.detail, record.handle) == (problem, "why", "anna")
    assert not record.fields


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.CHALLENGE),
        (429, Outcome.RATE_LIMITED),
        (404, Outcome.UNKNOWN_STATUS),
        (500, Outcome.UNREACHABLE),
    ],
)
def test_an_empty_answer_is_told_by_its_status(status: int, outcome: Outcome) -> None:
    page = Page(text="", url="https://www.tiktok.com/@anna", status=status, source="http")
    assert extract(page, TIKTOK).outcome is outcome


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 999])
def test_a_refusal_by_status_is_no_reading_whatever_its_body_holds(status: int) -> None:
    page = Page(text=state(), url="https://www.tiktok.com/@anna", status=status, source="http")
    record = extract(page, TIKTOK, profile("anna"))
    assert not record.outcome.has_numbers
    assert not record.count("followers")
    assert record.detail


def test_a_hosting_companys_browser_check_is_not_a_missing_account() -> None:
    text = "<html><head><title>Just a moment...</title></head><body></body></html>"
    page = Page(text=text, url="https://www.tiktok.com/@anna", status=404, source="http")
    assert extract(page, TIKTOK, profile("anna")).outcome is Outcome.CHALLENGE


def test_a_page_from_a_foreign_address_is_not_read() -> None:
    page = Page(text=state(), url="https://evil.example/@anna")
    assert extract(page, TIKTOK).outcome is Outcome.NOT_A_PROFILE
    assert extract_any(page, builtin()) is None


def test_a_saved_page_that_was_reached_by_clicking_is_not_passed_over() -> None:
    """Its state is of the page before, and it says no address: not a reading, but ours."""
    rendered = '<h1 data-e2e="user-title">Piet</h1><h2 data-e2e="user-subtitle">piet</h2>'
    page = Page(text=state("anna").replace("<html>", f"<html>{rendered}"))
    record = extract_any(page, builtin())
    assert record
    assert record.outcome is Outcome.OTHER_PROFILE


def test_a_page_of_nobody_is_passed_over() -> None:
    assert extract_any(Page(text="<html><p>my holiday</p></html>"), builtin()) is None
    assert extract_any(Page(text='{"a": 1}'), builtin()) is None


def test_the_json_shape_is_the_one_that_is_promised() -> None:
    shape = extract(Page(text=state()), TIKTOK).to_json()
    assert list(shape) == [
        *("platform", "kind", "handle", "url", "outcome", "layout", "source"),
        *("captured_at", "captured_by", "fields", "missing", "posts", "detail"),
    ]
    fields = shape["fields"]
    assert isinstance(fields, dict)
    assert fields["followers"] == {"value": 23391, "step": 1}
