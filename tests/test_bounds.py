"""A page that would take minutes or hundreds of megabytes to open is refused at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest
from parsel import Selector

from sheetsync import bounds
from sheetsync.bounds import TooMuch, look_at_markup
from sheetsync.document import Document
from sheetsync.extract import extract, extract_any
from sheetsync.model import Outcome, Page, Profile
from sheetsync.platform_file import builtin
from tests.test_recorded import MANIFEST, name, pages

TELEGRAM = next(platform for platform in builtin() if platform.key == "telegram")
CHANNEL = Profile("telegram", "chan_one", "https://t.me/chan_one")

TOO_MUCH = {
    "one tag": "<div " + " ".join(f"a{n}=1" for n in range(800_000)) + "></div>",
    "no values": "<div " + " ".join(f"a{n}" for n in range(800_000)) + "></div>",
    "quoted >": "<div " + "".join(f'a{n}=">" ' for n in range(400_000)) + "></div>",
    "in an end tag": "</div " + " ".join(f"a{n}" for n in range(800_000)) + ">",
    "behind a decoy": '<!-- <a b=" -->' + "<p " + " ".join(f"a{n}" for n in range(90_000)) + ">",
    "many tags": ("<p " + " ".join(f"a{n}" for n in range(240)) + ">") * 8_000,
    "elements": "<p><b>" * 1_500_000,
    "deep": "<div>" * 3_000_000,
    "rather deep": "<form><div>" * 900 + "<input type=password>" * 140_000,
    "comments": "<!---->" * 1_400_000,
    "an array": "[" + '{"a":[1,2]},' * 700_000 + "1]",
    "numbers": "[" + "1," * 4_900_000 + "1]",
    "scripts": '<script type="application/ld+json">{}</script>' * 210_000,
}


@pytest.mark.parametrize("case", TOO_MUCH)
@pytest.mark.parametrize("door", ["http", "saved"])
def test_a_page_that_would_hang_the_run_is_too_large(case: str, door: str) -> None:
    whole = TOO_MUCH[case] if TOO_MUCH[case][0] == "[" else f"<html><body>{TOO_MUCH[case]}</html>"
    page = Page(whole, url=CHANNEL.url if door == "http" else "")
    began = time.process_time()
    record = extract(page, TELEGRAM, CHANNEL) if door == "http" else extract_any(page, builtin())
    assert time.process_time() - began < 4
    assert record is not None
    assert record.outcome is Outcome.TOO_LARGE
    assert "not opened" in record.detail


_WORST = """
import resource, sys, time
from sheetsync.document import Document
from sheetsync.extract import extract
from sheetsync.model import Page, Profile
from sheetsync.platform_file import builtin
telegram = next(p for p in builtin() if p.key == "telegram")
text = {text}
def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
extract(Page("<html></html>", url="https://t.me/chan_one"), telegram)
before, began = megabytes(), time.process_time()
record = extract(Page(text, url="https://t.me/chan_one"), telegram)
print(record.outcome, time.process_time() - began, megabytes() - before)
"""
ALMOST = {
    "elements": '"<html>" + "<a x=1 y=2>" * 149_000',
    "attributes": '("<p " + " ".join(f"a{n}" for n in range(250)) + ">") * 1_190',
    "forms": '"<form>" * 280 + "<input type=password>" * 149_000',
    "an array": '"[" + "{\\"a\\":[1,2]}," * 99_000 + "1]"',
    "numbers": '"[" + "1.5," * 499_000 + "1]"',
    "text": '"<p>" + "words and " * 990_000',
}


@pytest.mark.skipif(sys.platform == "win32", reason="it cannot be measured there")
@pytest.mark.parametrize("case", ALMOST)
def test_the_worst_pages_that_are_opened_take_little(case: str) -> None:
    code = _WORST.replace("{text}", ALMOST[case])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    outcome, seconds, megabytes = done.stdout.split()
    assert outcome != Outcome.TOO_LARGE, "it is below the limits"
    assert float(seconds) < 4
    assert float(megabytes) < 150


@pytest.mark.parametrize("entry", MANIFEST, ids=name)
def test_recorded_pages_keep_a_wide_distance(
    entry: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("ELEMENTS", "ATTRIBUTES", "CONTAINERS", "VALUES"):
        monkeypatch.setattr(bounds, limit, getattr(bounds, limit) // 20)
    monkeypatch.setattr(bounds, "IN_ONE_TAG", bounds.IN_ONE_TAG // 15)
    monkeypatch.setattr(bounds, "DEEP", bounds.DEEP // 5)
    for page in pages(entry["file"]):
        record = extract_any(page, builtin())
        assert record is None or record.outcome is not Outcome.TOO_LARGE


_PIECES = [
    "<div",
    "<script",
    "</script",
    "<title",
    "</title",
    "<textarea",
    "</textarea",
    "<p",
    "</p",
    "<b",
    "<a",
    "</a",
    ">",
    ">",
    ">",
    '"',
    "'",
    "=",
    "/",
    "x",
    "<!--",
    "-->",
    "--",
    "!",
    "-",
    "<!",
    "<?",
    "<![CDATA[",
    "]]>",
    "</",
    "<",
    "<xmp",
    "</xmp>",
    "<noscript",
    "<svg",
    "<iframe",
    "</iframe",
    "<select",
    "<template",
    "<noembed",
    "</noembed>",
    "<noframes",
    "</noframes>",
    "<plaintext>",
    "<html",
    "<body",
    "/>",
    "a=b/>",
]


@pytest.mark.parametrize("seed", range(20))
def test_no_tag_hides_attributes_that_the_parser_sees(seed: int) -> None:
    """Whatever the order of brackets and quotes, the look finds as many as libxml2."""
    chance = random.Random(seed)
    for _ in range(200):
        parts = []
        for number in range(chance.randint(3, 14)):
            named = f" a{number}" if chance.random() < 0.4 else chance.choice(("", " ", "\n"))
            parts.append(chance.choice(_PIECES) + named)
        text = "".join(parts)
        found = Selector(text).root.iter()
        there = max((len(e.attrib) for e in found if isinstance(e.tag, str)), default=0)
        assert max(bounds._tags(text), default=0) >= there, text


def test_the_first_tag_beyond_the_limit_is_told() -> None:
    with pytest.raises(TooMuch, match="more than 250 attributes"):
        look_at_markup("<p " + " ".join(f"a{n}" for n in range(251)) + ">")
    look_at_markup("<p " + " ".join(f"a{n}" for n in range(250)) + ">")


def test_json_inside_of_a_page_has_the_same_bounds() -> None:
    document = Document(f'<script type="application/ld+json">[{"[]," * 3_000_000}1]</script>')
    with pytest.raises(TooMuch, match="far more data"):
        _ = document.jsonld
