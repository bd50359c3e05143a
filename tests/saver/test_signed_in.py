"""A signed-in reader: wherever a page carries them, not one byte of them is in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parsel import Selector

from sheetsync.extract import extract_any
from sheetsync.fetch.saved import read_saved
from sheetsync.platform_file import builtin
from tests.saver.browser import Browser, Site
from tests.saver.pages import (
    OF_THE_PAST,
    PLATFORMS,
    SMALL,
    STRICT,
    in_a_browser,
    page_at,
    said,
    small,
)

READER = {
    "handle": "vera_views",
    "id": "6999000000000000777",
    "name": "Vera Views",
    "mail": "vera.views@example.org",
    "token": "CSRFVERA0001",
    "session": "SESSIONVERA0002",
}
#: In every object of the page's data: scalars, as "viewerId" and "csrf_token" stand there.
KEYS = (
    f'"viewer_username":"{READER["handle"]}","viewerId":"{READER["id"]}",'
    f'"full_name_of_viewer":"{READER["name"]}","email":"{READER["mail"]}",'
    f'"csrf_token":"{READER["token"]}","sessionId":"{READER["session"]}",'
)
HEAD = (
    f'<meta name="csrf-token" content="{READER["token"]}">'
    f'<meta name="user-login" content="{READER["handle"]}">'
    f'<link rel="alternate" type="application/json" href="/u/{READER["id"]}?t={READER["token"]}">'
    f"<script>window.__INITIAL_STATE__ = {json.dumps({'session': READER})};</script>"
    f'<script id="__STATE__" type="application/json">{json.dumps({"viewer": READER})}</script>'
)
BODY = (
    f'<nav data-e2e="nav-profile" data-testid="SideNav" class="{READER["handle"]}">'
    f'<a href="/@{READER["handle"]}" title="{READER["name"]}">{READER["name"]}</a>'
    f'<a href="/{READER["handle"]}" data-testid="AppTabBar_Profile_Link">{READER["mail"]}</a></nav>'
    f'<form action="/logout/{READER["id"]}"><input value="{READER["token"]}"></form>'
)


def layouts() -> Mapping[str, str]:
    """A small page for every layout that a browser shows, by platform and layout."""
    found: dict[str, str] = {}
    for file in sorted(SMALL.glob("*/*/record.json")):
        case = file.parent.relative_to(SMALL).as_posix()
        record = json.loads(file.read_text("utf-8"))
        shown = in_a_browser(PLATFORMS[record["platform"]]) and (file.parent / "page.html").exists()
        layout = f"{record['platform']}/{record['layout']}"
        if shown and record["outcome"] in ("ok", "partial") and layout not in OF_THE_PAST:
            found.setdefault(layout, case)
    return found


def planted(text: str) -> str:
    """The page as it would be for a reader who is signed in."""

    def with_keys(script: re.Match[str]) -> str:
        return re.sub(r'\{(?=\s*")', lambda at: at[0] + KEYS, script[0])

    text = re.sub(r"<script\b(?![^>]*\bsrc=).*?</script>", with_keys, text, flags=re.DOTALL)
    text = re.sub(r"<title>(?=[^<])", "<title>(3) ", text)
    text = re.sub(r"</head>|(?=<body)", lambda at: HEAD + at[0], text, count=1)
    return re.sub(r"<body[^>]*>", lambda at: at[0] + BODY, text, count=1)


def saved(browser: Browser, site: Site, saver: str, address: str, text: str) -> Path:
    cookie = f"sessionid={READER['session']}; Path=/; Secure"
    site.put(address, text, {**STRICT, "Set-Cookie": cookie})
    browser.open(address)
    browser.run("localStorage.setItem('session', arguments[0])", json.dumps(READER))
    assert READER["session"] in browser.run("return document.cookie")
    return browser.saved(saver)


def traces(file: Path) -> list[str]:
    """What of the reader is in the file, whose scripts are data, whatever the page's were."""
    text = (file.name + file.read_text("utf-8")).lower()
    kinds = set(Selector(text).xpath("//script/@type").getall())
    assert kinds <= {"application/json", "application/ld+json", "text/plain"}
    return [name for name, value in READER.items() if value.lower() in text]


@pytest.mark.parametrize("layout", layouts())
def test_nothing_of_the_reader_is_in_the_file_and_the_record_is_the_page_s(
    layout: str, browser: Browser, site: Site, saver: str
) -> None:
    address, text = small(layouts()[layout])
    text = planted(text)
    assert all(value in text for value in READER.values())
    sent = f"{address}{'&' if '?' in address else '?'}sec_uid={READER['id']}"
    file = saved(browser, site, saver, sent, text)
    assert not traces(file)
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    whole = extract_any(page_at(address, text), builtin())
    assert said(extract_any(page, builtin())) == said(whole)


#: Where each site keeps its reader: in the same places as those whom the page is about.
WHERE: Mapping[str, tuple[str, str, str]] = {
    "tiktok app context": (
        "tiktok/universal",
        '"__DEFAULT_SCOPE__": {',
        (
            '"webapp.app-context": {"user": {"uniqueId": "vera_views", "nickName": "Vera Views", '
            '"uid": "6999000000000000777"}, "csrfToken": "CSRFVERA0001", '
            '"webIdCreatedTime": "1795000000"},'
        ),
    ),
    "tiktok what the reader is to the account": (
        "tiktok/universal",
        '"user": {',
        '"relation": 1, "followedBy": {"uniqueId": "vera_views", "id": "6999000000000000777"},',
    ),
    "tiktok a row of the reader's in the grid": (
        "tiktok/rendered",
        '<div data-e2e="user-post-item"',
        (
            '<div data-e2e="user-post-item"><a href="https://www.tiktok.com/@vera_views/video/'
            '7133000000000000999"><strong data-e2e="video-views">7</strong></a></div>'
        ),
    ),
    "instagram config": (
        "instagram/description",
        "</head>",
        (
            '<script>window._sharedData = {"config": {"csrf_token": "CSRFVERA0001", "viewer": '
            '{"username": "vera_views", "id": "6999000000000000777", "full_name": "Vera Views"}}, '
            '"entry_data": {"ProfilePage": [{}]}};</script>'
        ),
    ),
    "instagram current user": (
        "instagram/relay",
        "</head>",
        (
            '<script type="application/json" data-sjs>{"require": [["CurrentUserInitialData", [], '
            '{"USER_ID": "6999000000000000777", "NAME": "Vera Views"}, 1], ["PolarisViewer", [], '
            '{"data": {"username": "vera_views"}}]]}</script>'
        ),
    ),
    "youtube top bar": (
        "youtube/page-header",
        "ytInitialData = {",
        (
            '"topbar": {"desktopTopbarRenderer": {"topbarButtons": [{"accountName": "Vera Views"}, '
            '{"handle": "@vera_views"}]}}, "responseContext": {"visitorData": "CSRFVERA0001"},'
        ),
    ),
    "x a reader's own reply, and whom they know": (
        "x/rendered",
        '<div data-testid="UserName"',
        (
            '<a href="/vera_views/followers_you_follow">Followed by Vera Views</a><article '
            'data-testid="tweet"><a href="/vera_views/status/1800000000000000009"><time '
            'datetime="2026-03-04T05:06:07.000Z">4 Mar</time></a><div data-testid="tweetText">Vera '
            'Views</div><div role="group" aria-label="1 reply"></div></article>'
        ),
    ),
    "soundcloud me": (
        "soundcloud/hydration",
        "window.__sc_hydration = [",
        (
            '{"hydratable": "meUser", "data": {"permalink": "vera_views", "username": '
            '"Vera Views", "id": 6999000000000000777, "email": "vera.views@example.org"}},'
        ),
    ),
    "facebook whom the reader knows": (
        "facebook/page",
        '"content":[',
        '{"text": {"text": "Vera Views and 2 other friends follow this"}},',
    ),
    "bluesky another reader's data": (
        "bluesky/jsonld",
        "</head>",
        (
            '<script type="application/ld+json">{"@type": "Person", "name": "Vera Views", '
            '"identifier": "6999000000000000777"}</script>'
        ),
    ),
}


def put(plant: str, beside: str, text: str) -> str:
    """Into the object or list that begins with ``beside``, or before the element that it is."""
    assert text.count(beside) >= 1
    return text.replace(beside, beside + plant if beside[-1] in "{[" else plant + beside, 1)


@pytest.mark.parametrize("where", WHERE)
def test_the_reader_stands_where_the_data_is_and_stays_out(
    where: str, browser: Browser, site: Site, saver: str
) -> None:
    case, beside, plant = WHERE[where]
    address, text = small(case)
    file = saved(browser, site, saver, address, text := put(plant, beside, text))
    assert not traces(file)
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    record = extract_any(page, builtin())
    assert record is not None and record.outcome.has_numbers
    assert said(record) == said(extract_any(page_at(address, text), builtin()))


#: Taken for the page's own by its shape or its place; but its name is none of the address's.
IN_ITS_PLACE = [
    (
        "tiktok/sigi",
        '"users": {',
        '"vera_views": {"uniqueId": "vera_views", "id": "6999000000000000777"},',
    ),
    (
        "tiktok/rendered",
        "=IMPORTXML",
        '<script>{"me": "vera_views"}</script><style>.vera_views {}</style><!-- vera_views -->',
    ),
    (
        "soundcloud/hydration",
        "window.__sc_hydration = [",
        (
            '{"hydratable": "user", "data": {"permalink": "vera_views", "username": "Vera Views", '
            '"id": 6999000000000000777, "followers_count": 3}},'
        ),
    ),
    (
        "x/jsonld",
        "</head>",
        (
            '<script type="application/ld+json">{"@type": "ProfilePage", "mainEntity": '
            '{"additionalName": "vera_views", "identifier": "6999000000000000777"}}</script>'
        ),
    ),
    (
        "instagram/relay",
        "</head>",
        (
            '<script type="application/json">{"xig_user_by_username":{"pk":"6999000000000000777",'
            '"username":"vera_views","full_name":"Vera Views","follower_count":3}}</script>'
        ),
    ),
]


@pytest.mark.parametrize(("case", "beside", "plant"), IN_ITS_PLACE)
def test_the_reader_s_data_in_the_place_of_the_page_s_stays_out(
    case: str, beside: str, plant: str, browser: Browser, site: Site, saver: str
) -> None:
    address, text = small(case)
    assert not traces(saved(browser, site, saver, address, put(plant, beside, text)))


def article(who: str, post: str, text: str) -> str:
    label = "3 replies, 4 reposts, 15 likes, 6 bookmarks, 5979 views"
    return (
        f'<article data-testid="tweet"><a href="/{who}/status/{post}">'
        '<time datetime="2026-11-20T10:00:00.000Z">Nov 20</time></a>'
        f'<div data-testid="tweetText">{text}</div><div role="group" aria-label="{label}"></div>'
        "</article>"
    )


def test_of_the_replies_below_a_post_none_is_saved(
    browser: Browser, site: Site, saver: str
) -> None:
    """A reply may hold an address, and "status" is in every address of a post."""
    address = "https://x.com/tin_kite/status/1993177247822516587"
    mine = article("vera_views", "1993177247822516599", "see x.com/vera_views/status/1991…")
    head = f'<html lang="en"><head><link rel="canonical" href="{address}">'
    text = head + "<title>(2) tin_kite on X</title></head><body>"
    text += article("tin_kite", "1993177247822516587", "hello") + mine + "</body></html>"
    file = saved(browser, site, saver, address, text)
    assert not traces(file)
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    record = extract_any(page, builtin())
    assert record is not None and record.count("views") is not None


@pytest.mark.parametrize("title", ["Vera Views messaged you", "(1) Vera Views (@vera_views)"])
def test_a_title_that_is_not_the_accounts_stays_out(
    title: str, browser: Browser, site: Site, saver: str
) -> None:
    address, text = small("facebook/page")
    text = re.sub("<title>[^<]*", f"<title>{title}", text)
    assert not traces(saved(browser, site, saver, address, text))


def test_of_two_headers_the_readers_stays_out(browser: Browser, site: Site, saver: str) -> None:
    address, text = small("instagram/rendered")
    header = '<header><a href="/vera_views/followers/"><span title="3">3</span></a></header>'
    viewer = '<script type="application/json">{"viewer":{"profile_id":"6999000000000000777"}}'
    text = text.replace("<body>", f"<body>{viewer}</script>{header}", 1)
    file = saved(browser, site, saver, address, text)
    assert not traces(file)
    (page,) = read_saved([file], now=datetime.now(UTC)).pages
    assert said(extract_any(page, builtin())) == said(
        extract_any(page_at(address, text), builtin())
    )


@pytest.mark.parametrize("after", ["/@tin.kite/videos", "/@tin.kite"])
def test_another_account_reached_inside_the_site_is_not_saved(
    after: str, browser: Browser, site: Site, saver: str
) -> None:
    _, text = small("youtube/page-header")
    site.put("https://www.youtube.com/@MadeUpCafe/videos", text)
    browser.open("https://www.youtube.com/@MadeUpCafe/videos")
    browser.run("history.pushState({}, '', arguments[0])", after)
    assert "reload this page" in browser.click(saver)
