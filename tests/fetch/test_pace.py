"""When a host may be asked again, on a clock of our own."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fetch.pace import LONGEST, MOST_PATIENCE, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(
        lambda host: 4.0 if host == "www.tiktok.com" else 0.5, clock=clock, sleep=clock.sleep
    )


def ask(pace: Pace, clock: Clock, host: str, latency: float = 0.1, status: int = 200) -> float:
    """One request; when it was sent."""
    with pace.turn(host):
        at = clock.now
        clock.now += latency
        pace.note(host, latency, status)
    return at


def test_first_request_waits_for_nothing(pace: Pace, clock: Clock) -> None:
    assert ask(pace, clock, "bsky.app") == 1000
    assert ask(pace, clock, "api.github.com") == pytest.approx(1000.1)


def test_least_delay_lies_between_an_answer_and_the_next_request(pace: Pace, clock: Clock) -> None:
    sent = [ask(pace, clock, "www.tiktok.com") for _ in range(5)]
    assert [b - a for a, b in pairwise(sent)] == pytest.approx([4.1] * 4)


def test_delay_moves_half_way_to_the_latency(pace: Pace, clock: Clock) -> None:
    sent = [ask(pace, clock, "bsky.app", latency=0.6) for _ in range(4)]
    # From 1: (1 + 0.6) / 2 = 0.8, then 0.7, then 0.65.
    gaps = [b - a - 0.6 for a, b in pairwise(sent)]
    assert gaps == pytest.approx([0.8, 0.7, 0.65])


def test_slow_host_is_given_its_time_at_once_but_a_minute_at_most(pace: Pace) -> None:
    pace.note("bsky.app", 7.0, 200)
    assert pace.due("bsky.app") == 7
    pace.note("bsky.app", 500.0, 200)
    assert pace.due("bsky.app") == LONGEST


def test_answer_other_than_200_never_makes_it_faster(pace: Pace) -> None:
    for status in (404, 500, None):
        pace.note("bsky.app", 0.01, status)
        assert pace.due("bsky.app") == 1
    pace.note("bsky.app", 0.01, 200)
    assert pace.due("bsky.app") == pytest.approx(0.505)


def test_hosts_do_not_wait_for_each_other(pace: Pace, clock: Clock) -> None:
    ask(pace, clock, "www.tiktok.com")
    assert pace.due("www.tiktok.com") == 4
    assert pace.due("bsky.app") == 0
    assert pace.due("WWW.TIKTOK.COM") == 4


def test_crawl_delay_is_a_least_delay(pace: Pace, clock: Clock) -> None:
    ask(pace, clock, "bsky.app")
    pace.at_least("bsky.app", 10)
    assert pace.due("bsky.app") == 10
    sent = [ask(pace, clock, "bsky.app") for _ in range(3)]
    assert min(b - a for a, b in pairwise(sent)) >= 10
    pace.at_least("bsky.app", 2)
    assert pace.due("bsky.app") == 10


def test_crawl_delay_beyond_all_patience_ends_the_host(pace: Pace) -> None:
    pace.at_least("bsky.app", 86_400)
    assert pace.is_over("bsky.app") == "robots.txt of bsky.app wants 24 hours between two requests"


@pytest.mark.parametrize("status", [429, 503])
def test_refusal_without_a_time_ends_the_host_and_no_other(pace: Pace, status: int) -> None:
    pace.note("www.tiktok.com", 0.1, status)
    assert "www.tiktok.com" in (pace.is_over("www.tiktok.com") or "")
    assert pace.is_over("bsky.app") is None


@pytest.mark.parametrize("status", [429, 503])
def test_refusal_ends_the_host_and_nobody_waits_for_it(pace: Pace, status: int) -> None:
    pace.note("bsky.app", 0.1, status, retry_after=120)
    assert pace.is_over("bsky.app") is not None
    assert pace.wait_for("bsky.app") == 0


def test_time_beyond_all_patience_ends_the_host(pace: Pace) -> None:
    pace.note("bsky.app", 0.1, 200, retry_after=MOST_PATIENCE)
    assert pace.is_over("bsky.app") is None
    pace.note("bsky.app", 0.1, 429, retry_after=7200)
    assert pace.is_over("bsky.app") == "bsky.app asked to be left alone for 2 hours"


def test_first_reason_stays(pace: Pace) -> None:
    pace.end("bsky.app", "TikTok had just refused")
    pace.end("bsky.app", "something else")
    assert pace.is_over("bsky.app") == "TikTok had just refused"


def test_one_thread_at_a_time_has_a_host() -> None:
    pace = Pace(lambda host: 0.0, start=0.0)
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with pace.turn("bsky.app"):
                inside += 1
                most = max(most, inside)
                time.sleep(0.002)
                inside -= 1
                pace.note("bsky.app", 0.002, 200)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_stop_wakes_whoever_waits() -> None:
    pace = Pace(lambda host: 30.0)
    pace.note("bsky.app", 0.1, 200)
    waiting = threading.Thread(target=pace.wait_for, args=["bsky.app"])
    waiting.start()
    pace.stop()
    waiting.join(2)
    assert not waiting.is_alive()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1000),
            st.sampled_from([200, 404, 429, 500, 503, None]),
            st.none() | st.floats(0, 10_000),
        ),
        max_size=20,
    )
)
def test_spacing_keeps_its_bounds_whatever_is_noted(
    notes: list[tuple[float, int | None, float | None]],
) -> None:
    clock = Clock()
    pace = Pace(lambda host: 2.0, clock=clock, sleep=clock.sleep)
    for latency, status, after in notes:
        pace.note("a.org", latency, status, after)
        if pace.is_over("a.org"):
            return
        waited = pace.wait_for("a.org")
        assert max(2.0, after or 0) <= waited + 1e-6
        assert waited <= max(LONGEST, MOST_PATIENCE)
