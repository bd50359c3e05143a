"""Google on loopback: Sheets v4, the little of Drive v3 that is asked, and tokens.

::

    with GoogleWorld() as world:                           # HTTPS, Google's names, a CONNECT proxy
        google = world.google
        info = google.tokens.service_account(ROBOT)        # the content of a key file
        book = google.new_spreadsheet("Dashboard", "anna@example.org", locale="nl_BE")
        google.share(book, ROBOT)
        google.faults.add(lose_answer("reset"), "spreadsheets.batchUpdate")
        google.faults.add(before(lambda: google.people(book).edit({...})), "batchUpdate", nth=2)
        subprocess.run([...], env=os.environ | world.environment())

    session.mount("https://", InProcess(google))           # or without any wire, thousands of times

State, not recordings: it answers Google's recorded calls from what it holds
(test_sheets_server_recorded.py), and checks requests against Google's own discovery document.
What no recording covers is marked [unverified] in the code, and UNVERIFIED.md says what to try on
a day with a real account. `python -m tests.sheets_server --port 8765` runs it alone.
"""

from __future__ import annotations

from tests.sheets_server.adapter import InProcess
from tests.sheets_server.call import Answer, Call
from tests.sheets_server.compute import NOT_COMPUTED
from tests.sheets_server.faults import (
    after,
    before,
    both,
    commit_later,
    delay,
    drop,
    lose_answer,
    refuse,
)
from tests.sheets_server.google import Google, call_of, json_of
from tests.sheets_server.people import People
from tests.sheets_server.wire import GoogleWorld, PlainServer

__all__ = [
    "NOT_COMPUTED",
    "Answer",
    "Call",
    "Google",
    "GoogleWorld",
    "InProcess",
    "People",
    "PlainServer",
    "after",
    "before",
    "both",
    "call_of",
    "commit_later",
    "delay",
    "drop",
    "json_of",
    "lose_answer",
    "refuse",
]
