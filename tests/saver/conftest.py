"""One browser for all tests, and one server behind every host's name."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet
from tests.saver.browser import CHROMIUM, DRIVER, Browser, Site


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has all the browser's tests: two browsers on two cores wait for each other."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def browser(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None or DRIVER is None:
        missing = "Chromium is missing: apt-get install chromium chromium-driver"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    browser = Browser(tmp_path_factory.mktemp("browser"), site.port)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def saver() -> str:
    return bookmarklet(builtin(), every=True)
