"""What our headers say, and what a site's headers mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync import __version__
from sheetsync.errors import ConfigError
from sheetsync.fetch.headers import (
    known_contact,
    retry_after,
    said,
    sendable,
    sent_to,
    user_agent,
)
from sheetsync.model import Outcome

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def test_user_agent_says_who_asks() -> None:
    assert user_agent() == f"sheetsync/{__version__} (no contact given)"
    contact = "https://example.org/about"
    assert user_agent(contact) == f"sheetsync/{__version__} (+{contact})"


@pytest.mark.parametrize("contact", ["a b", "x\r\nHost: y", "(x)", "é", "a" * 201])
def test_contact_that_is_no_address_is_a_mistake(contact: str) -> None:
    with pytest.raises(ConfigError, match="--contact"):
        user_agent(contact)


def test_run_on_github_can_be_reached_at_its_repository() -> None:
    here = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "team/numbers"}
    assert known_contact(here) == "https://github.com/team/numbers"
    assert user_agent(known_contact(here)).endswith("(+https://github.com/team/numbers)")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"GITHUB_REPOSITORY": "team/numbers"},
        {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "x)\r\nHost: y"},
    ],
)
def test_contact_that_nobody_knows_is_not_invented(environment: dict[str, str]) -> None:
    assert "x)" not in known_contact(environment)
    assert user_agent(known_contact(environment))


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (403, {"X-RateLimit-Remaining": "0"}, Outcome.RATE_LIMITED),
        (403, {"RateLimit-Remaining": " 0 "}, Outcome.RATE_LIMITED),
        (403, {"Retry-After": "60"}, Outcome.RATE_LIMITED),
        (429, {}, Outcome.RATE_LIMITED),
        (503, {}, Outcome.RATE_LIMITED),
        (202, {"x-amzn-waf-action": "challenge"}, Outcome.CHALLENGE),
        (405, {"x-amzn-waf-action": "captcha"}, Outcome.CHALLENGE),
        (503, {"cf-mitigated": "challenge"}, Outcome.CHALLENGE),
        (403, {}, None),
        (403, {"X-RateLimit-Remaining": "10"}, None),
        (200, {"X-RateLimit-Remaining": "0"}, None),
        (502, {"Retry-After": "60"}, None),
        (200, {"x-amzn-waf-action": "allow"}, None),
    ],
)
def test_headers_say_to_slow_down_or_to_be_a_browser(
    status: int, headers: dict[str, str], outcome: Outcome | None
) -> None:
    assert said(status, headers) is outcome


def test_key_from_a_file_loses_its_line_break() -> None:
    assert sendable({"Authorization": "Bearer abc\n"}) == {"Authorization": "Bearer abc"}


@pytest.mark.parametrize("value", ["abc\r\nX-Other: 1", "a\nb", "schlüssel", "a\0b"])
def test_key_that_cannot_be_sent_is_a_mistake_that_does_not_show_it(value: str) -> None:
    with pytest.raises(ConfigError, match="Authorization") as caught:
        sendable({"Authorization": value})
    assert value not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("said", "date", "seconds"),
    [
        ("120", "", 120),
        (" 3.5 ", "", 3.5),
        ("0", "", 0),
        ("Sun, 22 Nov 2026 12:02:00 GMT", "", 120),
        ("Sun, 22 Nov 2026 11:00:00 GMT", "", 0),
        # The server's clock is an hour behind: its own Date counts.
        ("Sun, 22 Nov 2026 11:02:00 GMT", "Sun, 22 Nov 2026 11:00:00 GMT", 120),
        ("Sun, 22 Nov 2026 12:02:00", "", 120),
        ("", "", None),
        ("soon", "", None),
        ("-5", "", None),
        ("1e9", "", None),
        ("99999999999999", "", None),
        ("Sun, 99 Nov 2026 12:02:00 GMT", "", None),
    ],
)
def test_retry_after(said: str, date: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said, "Date": date}, NOW) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_retry_after_breaks_it(said: str, date: str) -> None:
    seconds = retry_after({"Retry-After": said, "Date": date}, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/login", "https://a.example.org/login"),
        ("b?c=d#e", "https://a.example.org/@x/b?c=d"),
        ("//other.example.org/", "https://other.example.org/"),
        ("HTTP://other.example.org/#x", "http://other.example.org/"),
        ("é".encode().decode("latin-1"), "https://a.example.org/@x/é"),
        ("é", "https://a.example.org/@x/é"),
        ("https://[::1", "https://[::1"),
        ("", ""),
    ],
)
def test_where_a_redirect_leads(location: str, url: str) -> None:
    assert sent_to("https://a.example.org/@x/y", {"Location": location}) == url
