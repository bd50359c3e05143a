"""A real browser on loopback: Chromium, driven through chromedriver's plain HTTP interface.

Every host's name leads to one server of ours (`Site`), so pages stand under the addresses that
they have on the web, and nothing can leave the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import requests
import trustme

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
#: Seconds until something counts as hung. A loaded machine may take a while, and no test is
#: about speed: everything waits for what it needs to see.
PATIENCE = 180
_START = [
    "--headless=new",
    "--no-sandbox",  # Chromium does not start as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--disable-features=BackForwardCache",  # back: loaded again, as after a while
]
T = TypeVar("T")


class Site:
    """Answers for every host, over TLS; what is not put there is a 404."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}
        #: Every address that was asked for.
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("loopback.test").configure_cert(context)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, address: str, page: str | bytes, headers: Mapping[str, str] = {}) -> None:
        body = page if isinstance(page, bytes) else page.encode()
        self.pages[address] = (body, {"Content-Type": "text/html; charset=utf-8", **headers})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 the handler's self is another
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = f"https://{self.headers['Host']}{self.path}"
                site.asked.append(address)
                body, headers = site.pages.get(address, (b"no such page", {}))
                found = 302 if "Location" in headers else 200
                self.send_response(found if headers else 404)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def handle(self) -> None:
                with suppress(OSError):  # a browser hangs up when it likes
                    super().handle()

            def log_message(self, *about: object) -> None:
                pass

        return Handler


class Browser:
    """One Chromium with one window, and a folder for its downloads."""

    def __init__(self, folder: Path, port: int) -> None:
        self.downloads = folder / "Downloads"
        self.downloads.mkdir()
        self._log = (folder / "driver.log").open("wb")
        self._driver = subprocess.Popen(
            [str(DRIVER), "--port=0"], stdout=self._log, stderr=subprocess.STDOUT
        )
        self._web = requests.Session()
        self._web.trust_env = False
        own = self.wait_for(lambda: _port((folder / "driver.log").read_text("utf-8")))
        self._at = f"http://127.0.0.1:{own}"
        options = {
            "binary": CHROMIUM,
            "args": [
                *_START,
                f"--user-data-dir={folder / 'profile'}",
                f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
            ],
            "prefs": {
                "download.default_directory": str(self.downloads),
                "profile.default_content_setting_values.automatic_downloads": 1,
            },
        }
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        session = self._ask("/session", capabilities={"alwaysMatch": wanted})
        self._at += f"/session/{session['sessionId']}"
        self._pid: int = session["capabilities"]["goog:processID"]

    def close(self) -> None:
        try:
            self._web.delete(self._at, timeout=PATIENCE)
        except requests.RequestException:  # a browser that hangs outlives its driver
            os.kill(self._pid, signal.SIGKILL)
        self._web.close()
        self._driver.terminate()
        self._driver.wait(PATIENCE)
        self._log.close()

    def open(self, address: str) -> None:
        self._ask("/url", url=address)

    def click(self, bookmarklet: str) -> str:
        """Click on the bookmark; returns what the page says then, in place of a file."""
        said = self.clicked(bookmarklet)
        assert isinstance(said, str), f"{said} was saved"
        return said

    def saved(self, bookmarklet: str) -> Path:
        """Click on the bookmark; returns the new file among the downloads."""
        file = self.clicked(bookmarklet)
        assert isinstance(file, Path), file
        return file

    def clicked(self, bookmarklet: str) -> Path | str:
        """One of the two comes of every click, sooner or later."""
        before = set(self.downloads.iterdir())
        self.cdp("Page.navigate", url=bookmarklet)

        def come() -> Path | str | None:
            return self._new(before) or self._alert()

        return self.wait_for(come)

    def _new(self, before: set[Path]) -> Path | None:
        """Chromium first reserves the name with an empty file."""
        found = (p for p in self.downloads.glob("*.html") if p not in before)
        return next((path for path in found if path.stat().st_size), None)

    def _alert(self) -> str | None:
        answer = self._web.get(f"{self._at}/alert/text", timeout=PATIENCE).json()["value"]
        if not isinstance(answer, str):
            return None
        self._ask("/alert/accept")
        return answer

    def wait_for(self, there: Callable[[], T | None]) -> T:
        """What ``there`` finds at last."""
        until = time.monotonic() + PATIENCE
        while not (found := there()):
            assert time.monotonic() < until, "waited for nothing"
            time.sleep(0.01)
        return found

    def run(self, script: str, *arguments: object) -> Any:
        return self._ask("/execute/sync", script=script, args=arguments)

    def cdp(self, command: str, **parameters: object) -> Any:
        return self._ask("/goog/cdp/execute", cmd=command, params=parameters)

    def _ask(self, path: str, **body: object) -> Any:
        answer = self._web.post(self._at + path, json=body, timeout=PATIENCE).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['message']}")
        return answer


def _port(log: str) -> str | None:
    found = re.search(r"started successfully on port (\d+)", log)
    return found[1] if found else None
