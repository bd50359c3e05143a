"""Numbers of the account that a page is about: never its reader's, never of two accounts mixed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheetsync.extract import extract_any
from sheetsync.model import CapturedBy, Count, Outcome, Page, Record
from sheetsync.platform_file import builtin

PAGES = Path(__file__).parent / "platforms"
INSTAGRAM = (PAGES / "instagram" / "rendered" / "page.html").read_text("utf-8")
READER = '<header><a href="/vera_views/followers/"><span title="3">3</span> followers</a></header>'
GRID = (PAGES / "tiktok" / "rendered-2026" / "page.html").read_text("utf-8")
STATE = (PAGES / "tiktok" / "universal" / "page.html").read_text("utf-8")


def read(text: str, url: str = "", at: datetime | None = None, by: CapturedBy = "file") -> Record:
    page = Page(text, url=url, captured_at=at, captured_by=by if at else None)
    record = extract_any(page, builtin())
    assert record is not None
    return record


def test_the_readers_header_stands_first() -> None:
    record = read(INSTAGRAM.replace("<header>", READER + "<header>", 1))
    assert (record.handle, record.count("followers")) == ("madeup.cafe", Count(46_369_616))
    assert record.count("posts") == Count(177)


@pytest.mark.parametrize("url", ["", "https://www.instagram.com/madeup.cafe/"])
def test_a_header_of_another_account_gives_no_number(url: str) -> None:
    text = INSTAGRAM
    for name in ("followers", "following"):
        text = text.replace(f'"/madeup.cafe/{name}', f'"/vera_views/{name}')
    record = read(text, url)
    assert record.outcome is Outcome.OTHER_PROFILE
    assert not record.count("followers")


def test_the_address_in_the_head_says_whose_page_it_is() -> None:
    text = INSTAGRAM.replace(" (@madeup.cafe)", "").replace("(0038)https://www.instagram.com/", "")
    head = '<link rel="canonical" href="https://www.instagram.com/vera_views/"></head>'
    assert not read(text.replace("</head>", head)).outcome.has_numbers


def test_one_header_with_two_accounts_numbers_is_not_read() -> None:
    text = INSTAGRAM.replace('"/madeup.cafe/following', '"/vera_views/following')
    assert not read(text, "https://www.instagram.com/madeup.cafe/").outcome.has_numbers


def test_the_readers_id_is_not_the_accounts() -> None:
    text = (PAGES / "instagram" / "description" / "page.html").read_text("utf-8")
    viewer = '<body><script type="application/json">{"viewer":{"profile_id":"99887766"}}</script>'
    assert read(text.replace("<body>", viewer, 1)).text("account_id") == "4000000001"


def both(lang: str = "en") -> str:
    """As a browser saves TikTok's page of today: the state, and the grid that it drew."""
    begin, end = STATE.index("<script id="), STATE.index("</script>", STATE.index("<script id="))
    text = GRID.replace("</body>", STATE[begin:end] + "</script></body>")
    return text.replace('lang="en"', f'lang="{lang}"')


def test_exact_numbers_of_the_state_and_rounded_views_of_the_grid() -> None:
    record = read(both())
    assert (record.layout, record.count("followers")) == ("universal", Count(23_391))
    views = {post.id: post.count("views") for post in record.posts}
    assert views == {
        "7133000000000000001": Count(52_100, 100),
        "7132000000000000002": Count(156_000, 1_000),
    }


def test_views_in_another_language_are_not_read() -> None:
    record = read(both("tr"))
    assert (record.count("followers"), record.posts) == (Count(23_391), ())


def test_the_newest_post_contradicts_a_time_also_beside_the_state() -> None:
    text = both().replace('"encryptedWebid"', '"x"').replace('"requestId"', '"y"')
    published = datetime(2022, 8, 17, tzinfo=UTC)
    assert published.timestamp() < 7133000000000000001 >> 32
    record = read(text, at=published, by="option")
    assert record.captured_at is None
    assert "but the page holds a post of" in record.detail


def test_a_wrong_clock_of_the_computer_is_contradicted_too() -> None:
    """The saver's file and a recording have their time from it."""
    text = both().replace('"encryptedWebid"', '"x"').replace('"requestId"', '"y"')
    record = read(text, at=datetime(2022, 8, 1, tzinfo=UTC), by="content")
    assert record.captured_at is None
    assert "the time in the file says 2022-08-01, but" in record.detail
