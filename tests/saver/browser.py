"""A real browser on loopback: Chromium, driven through chromedriver's plain HTTP interface.

Every host's name leads to one server of ours (`Site`), so pages stand under the addresses that
they have on the web, and nothing can leave the machine.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import trustme

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
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
        with socket.create_server(("127.0.0.1", 0)) as free:
            own = free.getsockname()[1]
        self._driver = subprocess.Popen(
            [str(DRIVER), f"--port={own}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._web = requests.Session()
        self._web.trust_env = False
        self._at = f"http://127.0.0.1:{own}"
        options = {
            "binary": CHROMIUM,
            "args": [
                *_START,
                f"--user-data-dir={folder / 'profile'}",
                f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
            ],
            "prefs": {"download.default_directory": str(self.downloads)},
        }
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        self.wait_for(self._ready)
        self._at += (
            "/session/" + self._ask("/session", capabilities={"alwaysMatch": wanted})["sessionId"]
        )

    def close(self) -> None:
        with suppress(requests.RequestException):
            self._web.delete(self._at, timeout=20)
        self._web.close()
        self._driver.terminate()
        self._driver.wait(20)

    def open(self, address: str) -> None:
        self._ask("/url", url=address)

    def click(self, bookmarklet: str) -> str:
        """What a click on a bookmark does. Returns what the page says then ("" as a rule)."""
        self.cdp("Page.navigate", url=bookmarklet)
        answer = self._web.get(f"{self._at}/alert/text", timeout=20).json()["value"]
        if not isinstance(answer, str):
            return ""
        self._ask("/alert/accept")
        return answer

    def saved(self, bookmarklet: str) -> Path:
        """Click, and wait for the new file among the downloads."""
        before = set(self.downloads.iterdir())
        said = self.click(bookmarklet)
        assert not said, said

        def new() -> list[Path]:  # Chromium first reserves the name with an empty file
            found = [p for p in self.downloads.glob("*.html") if p not in before]
            return [path for path in found if path.stat().st_size]

        self.wait_for(new)
        return new()[0]

    def wait_for(self, there: Callable[[], object]) -> None:
        until = time.monotonic() + 20
        while not there():
            assert time.monotonic() < until, "waited for nothing"
            time.sleep(0.01)

    def run(self, script: str, *arguments: object) -> Any:
        return self._ask("/execute/sync", script=script, args=arguments)

    def cdp(self, command: str, **parameters: object) -> Any:
        return self._ask("/goog/cdp/execute", cmd=command, params=parameters)

    def _ask(self, path: str, **body: object) -> Any:
        answer = self._web.post(self._at + path, json=body, timeout=60).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['message']}")
        return answer

    def _ready(self) -> bool:
        with suppress(requests.RequestException):
            return self._web.get(self._at + "/status", timeout=5).ok
        return False
