"""A browser's recording: the page, and what its scripts were answered beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sheetsync.fetch.saved import read_saved
from sheetsync.model import Count, Outcome, Record
from sheetsync.platform_file import builtin
from sheetsync.sync import read_pages

PAGE = (Path(__file__).parent / "platforms/tiktok/universal/page.html").read_text("utf-8")
GRID = (Path(__file__).parent / "platforms/tiktok/rendered/page.html").read_text("utf-8")
SITE = "https://www.tiktok.com"
POST = "7560000000000000001"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry(url: str, body: object, mime: str = "application/json", at: int = 0) -> dict[str, Any]:
    moment = NOW - timedelta(hours=1, seconds=-at)
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "startedDateTime": moment.isoformat(),
        "request": {"url": SITE + url, "headers": [{"name": "Cookie", "value": "SECRET"}]},
        "response": {"status": 200, "content": {"mimeType": mime, "text": text}},
    }


def html(handle: str = "anna.bakt", text: str = PAGE) -> dict[str, Any]:
    return entry(f"/@{handle}?lang=en", text, "text/html; charset=utf-8")


def item(views: int, id: str = POST, handle: str = "anna.bakt", **more: object) -> dict[str, Any]:
    """A post as a post's own page has it."""
    counts = {"diggCount": 3_217, "commentCount": 120, "shareCount": 8, "collectCount": "44"}
    stats = {"playCount": round(views, -2), **counts}
    exact = {name: str(value) for name, value in {**stats, "playCount": views}.items()}
    author = {"id": "7100000000000000001", "uniqueId": handle, "nickname": "x"}
    made = {"id": id, "desc": "soup", "createTime": "1794000000", "author": author}
    return {**made, "stats": stats, "statsV2": exact, **more}


def items(*found: object, url: str = "/api/post/item_list/?secUid=x&cursor=0") -> dict[str, Any]:
    return entry(url, {"itemList": list(found), "hasMore": True, "statusCode": 0}, at=2)


def detail(handle: str, followers: int) -> dict[str, Any]:
    stats = {"followerCount": followers, "followingCount": 1, "heart": 2, "videoCount": 3}
    exact = {"followerCount": str(followers), "followingCount": "1", "heartCount": "2"}
    info = {"user": {"id": "71", "uniqueId": handle}, "stats": stats}
    info["statsV2"] = {**exact, "videoCount": "3"}
    return entry("/api/user/detail/?uniqueId=x", {"userInfo": info, "statusCode": 0}, at=3)


def read(folder: Path, *entries: object) -> list[Record]:
    har = {"log": {"version": "1.2", "entries": list(entries)}}
    (folder / "a.har").write_text(json.dumps(har), "utf-8")
    reads, _ = read_pages(read_saved([folder], now=NOW).pages, builtin())
    return [each.record for each in reads]


def test_the_list_s_posts_are_exact_and_stand_on_the_profile_s_page(tmp_path: Path) -> None:
    (record,) = read(tmp_path, html(), items(item(38_491), item(174_212, POST[:-1] + "2")))
    assert (record.handle, record.layout, record.outcome) == ("anna.bakt", "universal", "ok")
    assert record.count("followers") == Count(23_391)
    assert [(post.id, post.count("views")) for post in record.posts] == [
        (POST, Count(38_491)),
        (POST[:-1] + "2", Count(174_212)),
    ]
    assert record.posts[0].count("likes") == Count(3_217)
    assert record.posts[0].count("saves") == Count(44)


def test_what_the_grid_shows_rounded_becomes_exact(tmp_path: Path) -> None:
    (grid,) = read(tmp_path, html(text=GRID))
    shown = next(post for post in grid.posts if not (post.count("views") or Count(0)).exact)
    views = shown.count("views")
    assert views is not None
    (record,) = read(tmp_path, html(text=GRID), items(item(views.value + 7, shown.id)))
    assert {post.id for post in record.posts} == {post.id for post in grid.posts}
    by_id = {post.id: post for post in record.posts}
    assert by_id[shown.id].count("views") == Count(views.value + 7)


def test_further_pages_of_the_list_are_joined_each_post_once(tmp_path: Path) -> None:
    more = (items(item(n, f"75600000000000000{n}")) for n in range(10, 40))
    (record,) = read(tmp_path, html(), *more, items(item(10, "7560000000000000010")))
    assert len({post.id for post in record.posts}) == len(record.posts) == 30


def test_the_time_is_the_recording_s_not_that_of_an_older_cookie(tmp_path: Path) -> None:
    (record,) = read(tmp_path, html(), items(item(1)))
    assert record.captured_at == NOW - timedelta(hours=1)
    assert record.captured_by == "content"


def test_a_rounded_number_of_the_list_stays_rounded(tmp_path: Path) -> None:
    plain = {k: v for k, v in item(174_212).items() if k != "statsV2"}
    (record,) = read(tmp_path, html(), items(plain))
    assert record.posts[0].count("views") == Count(174_200, 100)


@pytest.mark.parametrize(
    "answer",
    [
        items(item(5, handle="vera_views")),
        items(item(5), item(6, POST[:-1] + "2", "vera_views")),
        items(item(5), url="/api/recommend/item_list/?x=1"),
        items(item(5), url="/api/repost/item_list/?x=1"),
        entry("/api/post/item_list/?x=1", {"itemList": [], "statusCode": 0}),
        entry("/api/post/item_list/?x=1", {"itemList": "x"}),
        entry("/api/post/item_list/?x=1", {"statusCode": 10101}),
        detail("vera_views", 5),
        entry("/api/user/detail/self/?x=1", {"userInfo": {"user": {"uniqueId": "anna.bakt"}}}),
        entry("/passport/web/account/info/", {"data": {"username": "vera_views", "user_id": "9"}}),
        entry("/api/item/detail/?x=1", {"itemInfo": {"itemStruct": item(5, handle="vera_views")}}),
        items(item(5, privateItem=True)),
    ],
)
def test_what_is_about_others_or_the_reader_is_left_out(tmp_path: Path, answer: object) -> None:
    alone = read(tmp_path, html())
    with_it = read(tmp_path, html(), answer)
    assert with_it == alone
    assert "vera" not in repr(with_it)


def test_another_account_s_answers_under_the_page_s_address_are_nobody_s(tmp_path: Path) -> None:
    assert not any(
        record.outcome.has_numbers for record in read(tmp_path, items(item(5)), detail("anna", 4))
    )


def test_a_page_whose_text_the_recording_left_out_still_says_who_was_open(tmp_path: Path) -> None:
    (record,) = read(tmp_path, html(text=""), detail("anna.bakt", 23_391), items(item(38_491)))
    assert record.count("followers") == Count(23_391)
    assert [post.id for post in record.posts] == [POST]


def test_a_list_without_its_profile_is_a_reading_in_part(tmp_path: Path) -> None:
    (record,) = read(tmp_path, html(text=""), items(item(38_491)))
    assert record.outcome is Outcome.PARTIAL
    assert "followers" in record.missing
    assert record.posts[0].count("views") == Count(38_491)


def test_two_profiles_in_one_recording_keep_their_own_posts(tmp_path: Path) -> None:
    other = PAGE.replace("anna.bakt", "piet.vist").replace("7100000000000000001", "72")
    piet = items(item(5, POST[:-1] + "2", "piet.vist"))
    first, second = read(tmp_path, html(), items(item(38_491)), html("piet.vist", other), piet)
    assert [post.id for post in first.posts] == [POST]
    assert [post.id for post in second.posts] == [POST[:-1] + "2"]
    assert (first.handle, second.handle) == ("anna.bakt", "piet.vist")


def test_a_post_that_was_opened_over_the_grid_is_read(tmp_path: Path) -> None:
    opened = {"itemInfo": {"itemStruct": item(38_491)}, "statusCode": 0}
    profile, post = read(tmp_path, html(), entry("/api/item/detail/?itemId=1", opened))
    assert (profile.kind, post.kind, post.id) == ("profile", "post", POST)
    assert post.count("comments") == Count(120)


def test_a_recording_of_walls_still_says_what_it_holds(tmp_path: Path) -> None:
    found = read(tmp_path, html(text="<p>hello</p>"), entry("/api/x/", {"a": 1}))
    assert found
    assert not any(record.outcome.has_numbers for record in found)
