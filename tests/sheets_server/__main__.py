"""``python -m tests.sheets_server --port 8765``: the server alone, over plain HTTP.

It prints a bearer token and the id of a first spreadsheet; point any client at
``http://127.0.0.1:8765``.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from contextlib import suppress
from pathlib import Path

from tests.sheets_server.google import Google
from tests.sheets_server.wire import PlainServer

ROBOT = "robot@loopback.iam.gserviceaccount.com"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sheets_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0: any that is free")
    parser.add_argument("--locale", default="en_US")
    parser.add_argument(
        "--quota", type=int, default=60, help="reads and writes a minute; 0: no limit"
    )
    parser.add_argument("--account", default=ROBOT, help="whom the token is for; e-mail")
    parser.add_argument("--credentials", type=Path, help="write a service account's file here")
    asked = parser.parse_args()
    google = Google()
    google.rules.quota = asked.quota
    book = google.new_spreadsheet("Dashboard", "anna@example.org", asked.locale)
    google.share(book, asked.account)
    server = PlainServer(google, asked.port)
    if asked.credentials:
        info = google.tokens.service_account(asked.account)
        info["token_uri"] = f"http://127.0.0.1:{server.port}/token"
        asked.credentials.write_text(json.dumps(info), "utf-8")
    print(f"http://127.0.0.1:{server.port}/v4/spreadsheets/{book}", flush=True)
    print(f"Authorization: Bearer {google.tokens.grant(asked.account)}", flush=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with suppress(KeyboardInterrupt):
        stop.wait()
    server.close()


if __name__ == "__main__":
    main()
