"""`sheetsync demo`: README's first command, run as a stranger runs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheetsync.cli import main
from sheetsync.demo import pages
from sheetsync.demo.cast import DAYS, FEES, MISSED, POSTS, PROFILES
from sheetsync.demo.loopback import fetch
from sheetsync.demo.story import Reply, Story, profile_numbers, story
from sheetsync.extract import extract_any
from sheetsync.model import Count, Outcome, Page, Profile
from sheetsync.platform import find_watched
from sheetsync.platform_file import builtin
from sheetsync.sync import read_pages
from tests.workbooks import rows

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension:UserWarning")

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
#: Python's own hook that ends a process at the first step towards any machine but this one.
NO_WAY_OUT = """
import os, sys
NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
def refuse(event, arguments):
    if event in NAMES and arguments[0] != "127.0.0.1":
        os._exit(97)
    if event in ("socket.connect", "socket.sendto") and arguments[1][0] != "127.0.0.1":
        os._exit(98)
sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def told() -> Story:
    return story(NOW)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine without network, behind a proxy that is dead."""
    hooks = tmp_path_factory.mktemp("hooks")
    (hooks / "sitecustomize.py").write_text(NO_WAY_OUT, "utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as once:
        dead = f"http://127.0.0.1:{once.getsockname()[1]}"
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"), dead)
    own = {"PYTHONPATH": os.pathsep.join([str(hooks), str(Path(__file__).parents[1])])}
    wrong = {"REQUESTS_CA_BUNDLE": str(hooks / "none.pem"), "SHEETSYNC_TO": "team.xlsx"}
    return os.environ | proxies | own | wrong


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, alone: dict[str, str]
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The command in an empty folder, as a process of its own."""
    folder = tmp_path_factory.mktemp("empty")
    began = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "sheetsync", "demo"],
        cwd=folder,
        env=alone,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert time.monotonic() - began < 60  # it takes a few seconds; machines of tests are slow
    return folder, result


@pytest.mark.parametrize(
    "step", ["getaddrinfo('example.org', 443)", "create_connection(('192.0.2.1', 443), 1)"]
)
def test_the_machine_of_these_tests_has_no_way_out(alone: dict[str, str], step: str) -> None:
    words = [sys.executable, "-c", f"import socket; socket.{step}"]
    assert subprocess.run(words, env=alone, check=False, timeout=60).returncode in (97, 98)


@pytest.fixture
def profiles(done: tuple[Path, object]) -> dict[object, dict[str, object]]:
    return {row["Handle"]: row for row in rows(done[0] / "demo.xlsx", "DEMO Profiles")}


@pytest.fixture
def posts(done: tuple[Path, object]) -> list[dict[str, object]]:
    return rows(done[0] / "demo.xlsx", "DEMO Posts")


def test_it_leaves_one_file_and_nothing_else(done: tuple[Path, object]) -> None:
    """Not even with SHEETSYNC_TO set, which names the team's own dashboard."""
    assert [path.name for path in done[0].iterdir()] == ["demo.xlsx"]


def test_every_tab_says_demo(done: tuple[Path, object]) -> None:
    book = openpyxl.load_workbook(done[0] / "demo.xlsx", read_only=True)
    titles = book.sheetnames
    book.close()
    assert len(titles) >= 7
    assert all(title.startswith("DEMO ") for title in titles)


def test_the_numbers_of_the_seed_are_there(posts: list[dict[str, object]]) -> None:
    [seed] = [row for row in posts if row["Views"] == 174_000]
    assert (seed["Likes"], seed["Comments"]) == (8_832, 120)
    assert seed["Fee"] == 350


def test_the_account_of_23_million_is_exact(profiles: dict[object, dict[str, object]]) -> None:
    large = profiles["grand.channel.demo"]
    assert large["Followers"] == 23_051_902
    assert large["Followers, step"] == 1
    who = next(who for who in PROFILES if who.handle == "grand.channel.demo")
    assert large["Followers 7 days before"] == profile_numbers(who, 7)["followers"]


def test_a_rounded_number_is_known_as_such(profiles: dict[object, dict[str, object]]) -> None:
    assert profiles["studio.lumen.demo"]["Followers, step"] == 100_000


@pytest.mark.parametrize(
    ("handle", "status", "why"),
    [
        ("guarded.gate.demo", "Refused by the site", "browser check"),
        ("private.diary.demo", "Private", "private"),
    ],
)
def test_what_a_site_does_not_show_has_a_reason_and_no_number(
    profiles: dict[object, dict[str, object]], handle: str, status: str, why: str
) -> None:
    row = profiles[handle]
    assert row["Status"] == status
    assert why in str(row["Why"])
    assert row["Followers"] is row["Likes"] is row["Posts"] is row["Read at"] is None


def test_a_name_that_changed_hands_gets_no_number_of_the_new_owner(
    done: tuple[Path, object], profiles: dict[object, dict[str, object]]
) -> None:
    row = profiles["new.owner.demo"]
    assert row["Status"] == "Now another account"
    assert "another account" in str(row["Why"])
    before = next(who for who in PROFILES if who.handle == "new.owner.demo")
    assert row["Followers"] == profile_numbers(before, 3)["followers"]
    history = rows(done[0] / "demo.xlsx", "DEMO History")
    mine = [day["Followers"] for day in history if day["Profile"] == "tiktok:new.owner.demo"]
    assert 88_120 not in mine


def test_history_has_the_days_that_were_read_and_no_other(done: tuple[Path, object]) -> None:
    history = rows(done[0] / "demo.xlsx", "DEMO History")
    mine = [day["Day"] for day in history if day["Profile"] == "tiktok:anna.bakes.demo"]
    assert len(mine) == DAYS - len(MISSED)
    assert len(history) == sum(len(who.days) for who in PROFILES)
    assert len({(day["Day"], day["Profile"]) for day in history}) == len(history)


def test_there_are_two_groups_and_fees(
    profiles: dict[object, dict[str, object]], posts: list[dict[str, object]]
) -> None:
    assert {row["Group"] for row in profiles.values()} == {"creators", "clients"}
    assert sorted(row["Fee"] for row in posts if row["Fee"] is not None) == sorted(FEES.values())


def test_posts_have_views_of_earlier_days(posts: list[dict[str, object]]) -> None:
    old = [row for row in posts if row["Caption"] == "Sunday rolls in 20 minutes"]
    names = ("Views at 24 hours", "Views at 7 days of age", "Views 1 day before")
    assert all(isinstance(old[0][name], int) for name in (*names, "Views 7 days before"))


@pytest.fixture
def board(done: tuple[Path, object]) -> list[tuple[object, ...]]:
    """The first screen's values, as a previewer shows them."""
    book = openpyxl.load_workbook(done[0] / "demo.xlsx", data_only=True)
    lines = list(book["DEMO Dashboard"].iter_rows(max_col=4, values_only=True))
    book.close()
    return lines


def below(board: list[tuple[object, ...]], label: str, many: int) -> list[tuple[object, ...]]:
    top = next(n for n, line in enumerate(board) if str(line[0]).startswith(label))
    return board[top + 1 : top + 1 + many]


def test_every_kind_of_line_stands_under_needs_you(board: list[tuple[object, ...]]) -> None:
    assert [line[0] for line in below(board, "Needs you (7)", 7)] == [
        "@first.steps.demo: followers +12 % in a day",
        "@quiet.garden.demo: the newest post seen is 16 days old",
        "@new.owner.demo is now another account",
        "@private.diary.demo is private now",
        "@old.bakery.demo was last read 9 days ago",
        "@guarded.gate.demo waits for a saved page",
        "@trail.runner.demo: a post ran to 15 times its median",
    ]


def test_five_go_up_and_three_go_down(board: list[tuple[object, ...]]) -> None:
    moved = [line[1] for line in below(board, "Movers", 8)]
    assert all(isinstance(gained, int | float) for gained in moved)
    assert [gained > 0 for gained in moved if isinstance(gained, int | float)] == (
        [True] * 5 + [False] * 3
    )


def test_the_best_posts_of_the_week_are_nine_and_the_seeds_is_one(
    board: list[tuple[object, ...]],
) -> None:
    best = below(board, "Best posts", 9)
    assert all(line[0] and line[1] and line[3] for line in best)
    assert ("@anna.bakes.demo", "≈ 174k") in [(line[0], line[2]) for line in best]


@pytest.mark.parametrize(
    "label", ["Followers gained, 7 days", "Views gained", "Engagement", "Cost per 1,000 views"]
)
def test_every_card_has_its_figure(board: list[tuple[object, ...]], label: str) -> None:
    card = next(line for line in board if str(line[0]).startswith(label))
    assert isinstance(card[1], int | float)
    assert card[1] > 0


def test_two_profiles_are_compared(board: list[tuple[object, ...]]) -> None:
    [followers] = [line for line in below(board, "Compare", 4) if line[0] == "Followers"]
    assert followers[1:] == (61_437, 128_316, -66_879)


def test_what_it_prints_is_short_and_says_what_to_open(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    told = done[1].stdout + done[1].stderr
    assert "demo.xlsx" in done[1].stderr
    assert "the account is private" in done[1].stdout
    assert len(told.splitlines()) <= 32
    assert "invented" in told.splitlines()[0]


# --- again, and over other files --------------------------------------------------------------


def demo(*words: str) -> Result:
    return CliRunner().invoke(main, ["demo", *words])


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def test_a_second_run_makes_the_demo_afresh(empty: Path) -> None:
    assert demo().exit_code == 0
    first = rows("demo.xlsx", "DEMO Profiles")
    again = demo()
    assert again.exit_code == 0, again.output
    assert [row["Followers"] for row in rows("demo.xlsx", "DEMO Profiles")] == [
        row["Followers"] for row in first
    ]
    assert [path.name for path in empty.iterdir()] == ["demo.xlsx"]


def test_a_dashboard_of_real_numbers_is_never_written_over(empty: Path) -> None:
    page = pages.tiktok_profile(PROFILES[0], {"followers": 5, "likes": 6, "posts": 7}, NOW)
    (empty / "anna.html").write_text(page, "utf-8")
    assert (
        CliRunner().invoke(main, ["sync", "--saved", str(empty), "--to", "t.xlsx"]).exit_code == 0
    )
    before = (empty / "t.xlsx").read_bytes()
    refused = demo("--to", "t.xlsx")
    assert refused.exit_code == 3
    assert "is no demo" in refused.output
    assert (empty / "t.xlsx").read_bytes() == before


# --- the story and its way through the fetcher ------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 300_000_000))
@example(53_999)
@example(54_000)
def test_the_story_is_whole_at_any_moment(seconds: int) -> None:
    """Also around midnight: no page falls on another day than the one it is for."""
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(seconds=seconds)
    told = story(moment)
    reads, foreign = read_pages(told.saved, builtin())
    assert foreign == 0
    assert all(read.record.outcome is Outcome.OK for read in reads)
    days = [(r.record.key, r.record.captured_at) for r in reads if r.record.kind == "profile"]
    keys = [(key, at.date()) for key, at in days if at]
    assert len(set(keys)) == len(keys) == sum(len([d for d in who.days if d]) for who in PROFILES)
    assert max(at for _, at in days if at) < moment


def test_nobody_in_it_can_exist() -> None:
    assert all(who.handle.endswith((".demo", ".example")) for who in PROFILES)
    assert {post.handle for post in POSTS} <= {who.handle for who in PROFILES}


def test_every_address_is_one_that_people_paste(told: Story) -> None:
    for target in (*told.profiles, *told.posts):
        found = find_watched(target.url, builtin())
        assert found is not None
        assert found.key == target.key


def test_todays_pages_come_through_the_real_doors(told: Story) -> None:
    fetched = fetch(told.profiles, told.web, builtin(), now=lambda: NOW)
    outcomes = [each.record.outcome for each in fetched]
    assert outcomes.count(Outcome.OK) == 11
    assert {urlsplit(each.door).hostname for each in fetched if each.door} == {
        "www.tiktok.com",
        "public.api.bsky.app",
    }
    assert Outcome.CHALLENGE in outcomes
    assert Outcome.ROBOTS_DISALLOWED in outcomes
    assert Outcome.PRIVATE in outcomes


def test_a_page_that_is_not_in_the_story_is_asked_of_nobody_else() -> None:
    nasa = Profile("tiktok", "nasa", "https://www.tiktok.com/@nasa")
    [fetched] = fetch([nasa], {}, builtin(), now=lambda: NOW)
    assert fetched.record.outcome is Outcome.UNKNOWN_STATUS  # 404, and not in TikTok's words


def test_the_guard_stays_on_for_hosts_that_no_platform_has() -> None:
    web = {"https://www.tiktok.com/@anna": Reply("x")}
    mastodon = Profile("mastodon", "anna@social.example", "https://social.example/@anna")
    [fetched] = fetch([mastodon], web, builtin(), now=lambda: NOW)
    assert fetched.record.outcome is Outcome.REFUSED_ADDRESS


def test_rounding_is_tiktoks_own() -> None:
    lumen = next(who for who in PROFILES if who.rounded)
    page = pages.tiktok_profile(lumen, {"followers": 61_437, "likes": 9_999, "posts": 5}, NOW)
    record = extract_any(Page(page), builtin())
    assert record is not None
    assert record.count("followers") == Count(61_400, 100)
    assert record.count("likes") == Count(9_999)


def test_no_reading_is_older_than_the_days_of_the_story(told: Story) -> None:
    first = min(page.captured_at for page in told.saved if page.captured_at)
    assert first.date() == NOW.date() - timedelta(DAYS - 1)
