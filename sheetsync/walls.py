"""What any site may put before its pages, known without its platform file. Pure.

By status, address, title and the ids of elements, never by a word in a page's text: a biography
may say "captcha". A platform's own signs come first; these are for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from sheetsync.document import Document
from sheetsync.model import Outcome

#: Why there is no page, and the rest of a sentence that begins with the site's name.
Wall = tuple[Outcome, str]

CHALLENGE: Wall = (Outcome.CHALLENGE, "sent a browser check instead of the page")
CAPTCHA: Wall = (Outcome.CHALLENGE, "asks whether a person is reading before it shows the page")
LOGIN: Wall = (Outcome.LOGIN_WALL, "asks for a sign-in")
CONSENT: Wall = (Outcome.CONSENT_WALL, "asks for consent to cookies")

#: Titles of the browser checks that whole hosting companies put before any site's pages.
_HOSTING = re.compile(
    r"^(Just a moment|Attention Required! \| Cloudflare|Access Denied$|Human Verif)"
)
_AWAY = (Outcome.CHALLENGE, "turned the reader away")
#: What an HTTP status says when the site has no sign of its own for it. 404 and 410 are not among
#: them: a cache, a proxy or a moved address answers so too, and "gone" needs the site's own word.
_STATUS: Mapping[int, Wall] = {
    202: CHALLENGE,  # what AWS' firewall answers; a page is never "accepted for later"
    401: LOGIN,
    403: _AWAY,
    405: _AWAY,
    429: (Outcome.RATE_LIMITED, "asks to slow down"),
    451: (Outcome.REGION_BLOCKED, "may not show this page here"),
    503: (Outcome.RATE_LIMITED, "is turning readers away"),
    999: _AWAY,
}
_GONE = (
    "has no page there, and does not say that the account is gone: look at the address in your"
    " browser"
)

#: The site's name before or behind the words: "Log in • Instagram", "YouTube: Sign in".
_BEFORE, _BEHIND = (
    r"(?:[^|•·:–—-]{1,40} ?[|•·:–—-] )?",
    r"(?: (?:to|in to|into|bei|op|à|en)\b.{0,60})?",
)
_END = r"(?: ?[|•·:–—-] ?.{1,60})?[\s.!?…]*$"


def _titled(words: str) -> re.Pattern[str]:
    return re.compile(f"^{_BEFORE}(?:{words}){_BEHIND}{_END}", re.IGNORECASE)


_TITLES: tuple[tuple[re.Pattern[str], Wall], ...] = (
    (
        _titled(
            r"(?:re|h)?captcha(?: (?:challenge|check|page|verification|required))?"
            r"|(?:are|is) you(?:r browser)? (?:a |an )?(?:human|robot|real).*"
            r"|robot (?:check|challenge|or human)|human check|bot (?:check|verification|detection)"
            r"|(?:please )?(?:verify|verifying|confirm|prove)(?: that)? (?:you|your)\b.*"
            r"|verification required|unusual traffic.*|are you human"
            r"|security (?:check|verification|challenge)(?: required)?|challenge validation"
        ),
        CAPTCHA,
    ),
    (
        _titled(
            r"pardon our interruption|checking your browser.*|one moment,? please|ddos-guard"
            r"|please wait(?:\.\.\.|…)? \| cloudflare|vercel security checkpoint|client challenge"
            r"|(?:sorry, )?you have been blocked|request (?:blocked|rejected|unsuccessful)"
            r"|blocked|access (?:to this page )?(?:has been )?denied|403 forbidden"
        ),
        CHALLENGE,
    ),
    (
        _titled(
            r"(?:please )?(?:log|sign)[ -]?in(?: or (?:sign|log)[ -]?(?:up|in))?|login page"
            r"|sign[ -]?up"
            r"|(?:log|sign)[ -]?in required|anmelden|einloggen|inloggen|aanmelden|se connecter"
            r"|connexion|iniciar sesi[óo]n|iniciar sess[ãa]o|accedi"
        ),
        LOGIN,
    ),
    (
        _titled(
            r"before you continue|bevor sie fortfahren|voordat (?:je|u) (?:verder|door)gaat"
            r"|avant d.acc[ée]der|antes de (?:ir|continuar)|(?:cookie )?consent"
            r"|(?:we value )?your privacy(?: choices)?|cookie (?:wall|settings|preferences)"
        ),
        CONSENT,
    ),
)
_PATHS: tuple[tuple[re.Pattern[str], Wall], ...] = tuple(
    (re.compile(rf"^/(?:[\w-]+/){{0,2}}(?:{words})(?:[/.]|$)", re.IGNORECASE), wall)
    for words, wall in (
        (r"challenge|checkpoint|captcha|sorry|verify-human|robot-check", CAPTCHA),
        (r"log-?in|sign-?in|sign_in|authwall", LOGIN),
        (r"consent|cookie-consent|cookie-wall", CONSENT),
    )
)
_HOSTS = (
    (re.compile(r"^consent\."), CONSENT),
    (re.compile(r"^(?:accounts?|login|signin|auth|sso)\."), LOGIN),
    (re.compile(r"^(?:captcha|challenges?|geo\.captcha-delivery)\."), CAPTCHA),
)
_IDS: tuple[tuple[str, Wall], ...] = (
    (
        (
            "//*[@id='challenge-form' or @id='challenge-running' or @id='challenge-container'"
            " or @id='px-captcha' or @id='captcha-form' or @id='captcha-container' or @id='captcha'"
            " or @id='amzn-captcha-verify-button']"
            " | //*[contains(concat(' ', normalize-space(@class), ' '), ' g-recaptcha ')"
            " or contains(concat(' ', normalize-space(@class), ' '), ' h-captcha ')"
            " or contains(concat(' ', normalize-space(@class), ' '), ' cf-turnstile ')]"
        ),
        CAPTCHA,
    ),
    ("//input[@type='password' and ancestor::form]", LOGIN),
    ("//form[contains(@action, '//consent.') or starts-with(@action, '/consent')]", CONSENT),
)


def of_hosting(document: Document) -> Wall | None:
    """The check of a hosting company: it stands before any site, whatever its status."""
    return CHALLENGE if not document.is_json and _HOSTING.search(document.title) else None


def of_status(status: int) -> Wall | None:
    """What the status alone says; None for an ordinary answer and for one that says nothing."""
    return _STATUS.get(status)


def of_address(address: str) -> Wall | None:
    """A sign-in, consent or check page, as its address says."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    found = next((wall for pattern, wall in _HOSTS if pattern.search(host)), None)
    return found or next((wall for pattern, wall in _PATHS if pattern.search(parts.path)), None)


def of_page(document: Document) -> Wall | None:
    """A page by its title; one that names no address of its own, by its elements' ids as well."""
    if document.is_json or not document.text.strip():
        return None
    title = document.title[:200]
    found = next((wall for pattern, wall in _TITLES if pattern.search(title)), None)
    if found or document.addresses:
        return found
    return next((wall for xpath, wall in _IDS if document.tree.xpath(xpath)), None)


def of_odd_status(status: int) -> Wall:
    """A status that is no wall and no page either: what can be said of it without guessing."""
    if status >= 500:
        return Outcome.UNREACHABLE, "has trouble of its own"
    if status in (404, 410):
        return Outcome.UNKNOWN_STATUS, _GONE
    return Outcome.UNKNOWN_STATUS, "answered oddly"
