"""The destination on the loopback Google, in this process: for what is run thousands of times."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime

import requests

from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.destinations import DestinationChanged
from sheetsync.destinations.google import GoogleDestination
from sheetsync.destinations.google_client import SheetsClient
from sheetsync.destinations.google_credentials import Identity
from sheetsync.model import Record
from sheetsync.plan import Plan, State, Target, make_plan
from tests.plan.sheet import NOW, TOK, find
from tests.sheets_server import Google, InProcess, People

ROBOT = "robot@loopback.iam.gserviceaccount.com"
ANNA = "anna@example.org"


class Team:
    """A spreadsheet that Anna made and shared with the robot. ``now`` is the time of syncs."""

    def __init__(self, locale: str = "en_US", zone: str = "Etc/UTC") -> None:
        self.google = Google()
        self.google.rules.quota = 0
        self.id = self.google.new_spreadsheet("Dashboard", ANNA, locale, zone)
        self.google.share(self.id, ROBOT)
        self.now = NOW
        self.notes: list[str] = []
        #: Looks fill whole columns, which costs this server seconds: most tests do without.
        self.dress = False

    @property
    def people(self) -> People:
        return self.google.people(self.id)

    def twin(self) -> Team:
        """The same spreadsheet for another process."""
        other = copy.copy(self)
        other.notes = []
        return other

    def fork(self) -> Team:
        """A copy of it all, to be spoilt."""
        other = copy.copy(self)
        other.google = Google()
        other.google.rules = copy.copy(self.google.rules)
        other.google.books = {key: book.copy() for key, book in self.google.books.items()}
        other.notes = []
        return other

    def client(self) -> SheetsClient:
        session = requests.Session()
        session.mount("https://", InProcess(self.google))
        session.headers["Authorization"] = f"Bearer {self.google.tokens.grant(ROBOT)}"
        client = SheetsClient(None, session)
        client.sleep = lambda seconds: None
        return client

    def destination(self, client: SheetsClient | None = None) -> GoogleDestination:
        identity = Identity(None, "tests", ROBOT)
        return GoogleDestination(
            self.id, client or self.client(), identity, now=lambda: self.now, dress=self.dress
        )

    def state(self) -> State:
        with self.destination() as destination:
            return destination.read(DASHBOARD)

    def sync(
        self,
        *records: Record,
        now: datetime | None = None,
        watched: Sequence[Target] = (),
        client: SheetsClient | None = None,
        retention: int | None = None,
    ) -> Plan:
        """One whole sync, with the patience of the program's own."""
        self.now = now or self.now
        with self.destination(client) as destination:
            for attempt in range(5):
                state = destination.read(DASHBOARD)
                plan = make_plan(
                    DASHBOARD,
                    state,
                    records,
                    self.now,
                    find=find,
                    platforms=TOK,
                    watched=watched,
                    retention=retention,
                )
                try:
                    destination.apply(plan)
                    break
                except DestinationChanged:
                    if attempt == 4:
                        raise
            self.notes = list(destination.notes)
            return plan

    def calls(self) -> list[str]:
        return [call.method.removeprefix("sheets.spreadsheets.") for call in self.google.calls]

    def columns(self, tab: str = "profiles") -> dict[str, int]:
        return dict(self.state().tabs[tab].columns)
