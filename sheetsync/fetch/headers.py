"""What our headers say, and what a site's headers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata
from urllib.parse import urldefrag, urljoin

from sheetsync import __version__
from sheetsync.errors import ConfigError
from sheetsync.model import Outcome

#: What remains of an allowance, as GitHub, and as Twitch and Bluesky write it.
_REMAINING = ("X-RateLimit-Remaining", "RateLimit-Remaining")
#: Where the firewalls of AWS and of Cloudflare say that this is their check and not the page.
_CHECKS = ("x-amzn-waf-action", "cf-mitigated")


def known_contact(environment: Mapping[str, str]) -> str:
    """Where somebody can be reached when nobody said: "" when that is not known.

    A scheduled run on GitHub has the page of its repository; else it is the page that this
    package names as its own (``[project.urls]`` in pyproject.toml).
    """
    server, repository = (environment.get(f"GITHUB_{x}", "") for x in ("SERVER_URL", "REPOSITORY"))
    here = f"{server}/{repository}"
    if server.startswith("https://") and repository and re.fullmatch(r"[!-'*-~]{1,200}", here):
        return here
    try:
        urls = metadata.metadata("sheetsync").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    named = (url.partition(",")[2].strip() for url in urls)
    return next((url for url in named if re.fullmatch(r"https?://[!-'*-~]{1,190}", url)), "")


def user_agent(contact: str = "") -> str:
    """``sheetsync/0.1.0 (+contact)``, or that there is none. Raises ConfigError."""
    if not re.fullmatch(r"[!-'*-~]{0,200}", contact):
        raise ConfigError(
            "--contact: this is no address.",
            hint="Give a web or mail address, so that a site's owner can reach you.",
        )
    return f"sheetsync/{__version__} ({f'+{contact}' if contact else 'no contact given'})"


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without blanks around their values. Raises ConfigError, which holds no value.

    Keys come out of files with a line break at the end; one inside would be a second header.
    """
    found = {name: value.strip() for name, value in headers.items()}
    for name, value in found.items():
        if not re.fullmatch(r"[\x20-\x7e]*", value) or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ConfigError(
                f"The header {name} cannot be sent: its value is not one line of plain letters.",
                hint="Look at the environment variable or the platform file that it comes from.",
            )
    return found


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from Retry-After, given as such or as a date (RFC 9110, 10.2.3); None: not given.

    A date counts from the server's own Date, where it has one: clocks differ.
    """
    said = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", said):
        return float(said)
    until = _date(said)
    if until is None:
        return None
    return max((until - (_date(headers.get("Date", "")) or now)).total_seconds(), 0.0)


def said(status: int, headers: Mapping[str, str]) -> Outcome | None:
    """What the headers say by themselves: slow down, or prove that you are a browser.

    GitHub's allowance, used up, is a 403 like any other but for its headers (GitHub's "Rate
    limits for the REST API"); AWS' firewall sends 202 or 405, and at times no body at all.
    """
    if any(headers.get(name, "").strip().lower() in ("challenge", "captcha") for name in _CHECKS):
        return Outcome.CHALLENGE
    used_up = any(headers.get(name, "").strip() == "0" for name in _REMAINING)
    if status in (429, 503) or (status == 403 and (used_up or "Retry-After" in headers)):
        return Outcome.RATE_LIMITED
    return None


def sent_to(url: str, headers: Mapping[str, str]) -> str:
    """The whole address in Location, without a fragment; "" when there is none."""
    location = headers.get("Location", "").strip()
    with suppress(UnicodeError):
        # http.client gives every byte as a letter of Latin-1; addresses come in UTF-8.
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urldefrag(urljoin(url, location)).url if location else ""
    except ValueError:
        return location


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
