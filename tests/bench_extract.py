"""What reading a page costs, as a ratio: ``python -m tests.bench_extract``.

The measure is one lxml parse plus one JSON parse of the same page, timed in the same run (the
promise is at most 1.3). Both the quick way (one script found by its bytes) and the full parse.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from lxml import html

from sheetsync.document import Document
from sheetsync.extract import extract, extract_any
from sheetsync.model import Page
from sheetsync.platform_file import builtin
from tests.conftest import RECORDED

SCRIPT = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
ROUNDS = 40


def main() -> None:
    path = RECORDED / "tiktok/profile-universal-dash.html"
    page = Page(text=path.read_text("utf-8"), url="https://www.tiktok.com/@alcaldiasa")
    state = Document(page.text).script_text(SCRIPT) or ""
    tiktok = builtin()[0]
    without_url = Page(text=page.text)
    times = medians(
        Work("lxml parse", lambda: html.document_fromstring(page.text)),
        Work("json parse", lambda: json.loads(state)),
        Work("extract, platform known", lambda: extract(page, tiktok)),
        Work("extract, platform recognised", lambda: extract_any(without_url, builtin())),
        Work("extract, full parse forced", lambda: extract(Page(text=unusual(page.text)), tiktok)),
    )
    unit = times["lxml parse"] + times["json parse"]
    print(f"{path.name}: {len(page.text):,} characters, {len(extract(page, tiktok).fields)} fields")
    for name, seconds in times.items():
        print(f"{name:30} {seconds * 1000:7.2f} ms   {seconds / unit:5.2f} x (lxml + json)")


@dataclass(frozen=True)
class Work:
    name: str
    run: Callable[[], object]


def unusual(text: str) -> str:
    """The same page with the script's id in single quotes: not plain enough for the quick way."""
    return text.replace(f'id="{SCRIPT}"', f"id='{SCRIPT}'")


def medians(*works: Work) -> dict[str, float]:
    """Interleaved, so that a noisy moment of a shared machine hits all alike."""
    seconds: dict[str, list[float]] = {work.name: [] for work in works}
    for _ in range(ROUNDS):
        for work in works:
            start = time.perf_counter()
            work.run()
            seconds[work.name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


if __name__ == "__main__":
    main()
