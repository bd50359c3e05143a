"""Walls that any site may put before its pages, on platforms that have no sign for them."""

from __future__ import annotations

import pytest

from sheetsync import walls
from sheetsync.document import Document
from sheetsync.extract import extract
from sheetsync.model import Outcome, Page, Profile
from sheetsync.platform_file import builtin

SNAPCHAT = next(platform for platform in builtin() if platform.key == "snapchat")
URL = "https://www.snapchat.com/@kiwi"
KIWI = SNAPCHAT.named("kiwi")


def read(text: str, url: str = URL, status: int = 200) -> Outcome:
    page = Page(text=text, url=url, status=status, source="http")
    record = extract(page, SNAPCHAT, KIWI)
    assert record.detail.startswith("Snapchat")
    return record.outcome


def titled(title: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>x</body></html>"


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("Just a moment...", Outcome.CHALLENGE),
        ("Attention Required! | Cloudflare", Outcome.CHALLENGE),
        ("Robot Check", Outcome.CHALLENGE),
        ("Are you a robot?", Outcome.CHALLENGE),
        ("Captcha", Outcome.CHALLENGE),
        ("Snapchat | Captcha", Outcome.CHALLENGE),
        ("Please verify you are a human", Outcome.CHALLENGE),
        ("Verifying you are human. This may take a few seconds.", Outcome.CHALLENGE),
        ("Security check required", Outcome.CHALLENGE),
        ("Pardon Our Interruption...", Outcome.CHALLENGE),
        ("Access to this page has been denied", Outcome.CHALLENGE),
        ("Log in", Outcome.LOGIN_WALL),
        ("Sign In - Snapchat", Outcome.LOGIN_WALL),
        ("Snapchat • Log in", Outcome.LOGIN_WALL),
        ("Log in to Snapchat", Outcome.LOGIN_WALL),
        ("Login | Snapchat", Outcome.LOGIN_WALL),
        ("Sign Up | LinkedIn", Outcome.LOGIN_WALL),
        ("Facebook – log in or sign up", Outcome.LOGIN_WALL),
        ("Anmelden – Snapchat", Outcome.LOGIN_WALL),
        ("Before you continue to YouTube", Outcome.CONSENT_WALL),
        ("Bevor Sie fortfahren", Outcome.CONSENT_WALL),
        ("Your privacy", Outcome.CONSENT_WALL),
    ],
)
def test_page_of_a_wall_is_known_by_its_title(title: str, outcome: Outcome) -> None:
    assert read(titled(title)) is outcome


@pytest.mark.parametrize(
    "title",
    ["Kiwi", "Kiwi (@captcha) on Snapchat", "Captcha Kings | Streetwear", "How I log in to life"],
)
def test_a_word_in_a_title_makes_no_wall(title: str) -> None:
    assert read(titled(title)) is Outcome.LAYOUT_CHANGED


def test_a_word_in_a_page_makes_no_wall() -> None:
    text = titled("Kiwi").replace(">x<", ">captcha, challenge, please log in, consent<")
    assert read(text) is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/accounts/login?next=%2F%40kiwi", Outcome.LOGIN_WALL),
        ("/en/signin", Outcome.LOGIN_WALL),
        ("/login.php", Outcome.LOGIN_WALL),
        ("/captcha/?to=x", Outcome.CHALLENGE),
        ("/checkpoint/start", Outcome.CHALLENGE),
        ("/consent?continue=x", Outcome.CONSENT_WALL),
    ],
)
def test_page_of_a_wall_is_known_by_its_address(path: str, outcome: Outcome) -> None:
    assert read(titled("Snapchat"), f"https://www.snapchat.com{path}") is outcome


@pytest.mark.parametrize(
    ("address", "wall"),
    [
        ("https://consent.google.com/m?continue=x", walls.CONSENT),
        ("https://accounts.google.com/v3/signin", walls.LOGIN),
        ("https://geo.captcha-delivery.com/captcha/", walls.CAPTCHA),
        ("https://www.google.com/sorry/index?continue=x", walls.CAPTCHA),
        ("https://example.org/@login", None),
        ("https://example.org/login-art", None),
        ("https://example.org/a/b/c/login", None),
        ("https://[", None),
    ],
)
def test_address_of_a_wall(address: str, wall: walls.Wall | None) -> None:
    assert walls.of_address(address) == wall


def test_answer_of_an_interface_is_no_sign_in_page_whatever_its_host_is_called() -> None:
    mastodon = next(platform for platform in builtin() if platform.key == "mastodon")
    url = "https://auth.example.org/api/v1/accounts/lookup?acct=kiwi"
    record = extract(Page(text='{"odd": 1}', url=url, status=200), mastodon)
    assert record.outcome is not Outcome.LOGIN_WALL


def test_a_name_that_is_called_login_is_a_name() -> None:
    github = next(platform for platform in builtin() if platform.key == "telegram")
    found = github.find("https://t.me/signin_news")
    assert isinstance(found, Profile)
    page = Page(text=titled("x"), url="https://t.me/signin_news", status=200)
    assert extract(page, github, found).outcome is not Outcome.LOGIN_WALL


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ('<form id="challenge-form"></form>', Outcome.CHALLENGE),
        ('<div id="px-captcha"></div>', Outcome.CHALLENGE),
        ('<div class="box g-recaptcha"></div>', Outcome.CHALLENGE),
        ('<form><input type="password"></form>', Outcome.LOGIN_WALL),
        ('<form action="https://consent.google.com/save"></form>', Outcome.CONSENT_WALL),
        ('<p id="my-captcha-story">captcha</p>', Outcome.LAYOUT_CHANGED),
    ],
)
def test_page_that_names_nobody_is_known_by_its_elements(inside: str, outcome: Outcome) -> None:
    assert read(titled("Snapchat").replace(">x<", f">{inside}<")) is outcome


def test_page_of_the_account_with_a_sign_in_form_has_changed() -> None:
    form = '<form><input type="password"></form>'
    canonical = f'<link rel="canonical" href="{URL}">'
    assert read(titled("Kiwi", canonical).replace(">x<", f">{form}<")) is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize("body", ["", titled("")])
def test_answer_that_is_accepted_for_later_is_a_firewalls(body: str) -> None:
    assert read(body, status=202) is Outcome.CHALLENGE


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", ["", titled("404 Not Found"), titled("nginx")])
def test_a_bare_status_is_no_word_on_an_account(status: int, body: str) -> None:
    assert read(body, status=status) is Outcome.UNKNOWN_STATUS


@pytest.mark.parametrize("platform", builtin(), ids=lambda platform: platform.key)
def test_no_platform_takes_a_bare_404_for_a_missing_account(platform: object) -> None:
    assert isinstance(platform, type(SNAPCHAT))
    for sign in platform.signs:
        inside = sign.title or sign.xpath or sign.body or sign.json
        assert sign.outcome is not Outcome.NOT_FOUND or inside


def test_title_without_an_end_is_judged_at_once() -> None:
    assert walls.of_page(Document(titled("are you " + "... " * 500_000))) in (None, walls.CAPTCHA)
