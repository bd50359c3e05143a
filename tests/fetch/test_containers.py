"""The bytes of one saved file → the pages in it. All files here are small ones of our own."""

from __future__ import annotations

import base64
import gzip
import json
import plistlib
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fetch.containers import pages_in
from sheetsync.fetch.formats import Format, decode_html, sniff
from sheetsync.model import Outcome, Page

HTML = "<!DOCTYPE html><html><head><title>é</title></head><body>783427</body></html>"
LONG_HTML = f"<div>{'7' * 3000}</div>"
URL = "https://www.tiktok.com/@khaby.lame"
MEGABYTE = 1_000_000


def read(data: bytes | str, format: Format | None = None, max_bytes: int = MEGABYTE) -> list[Page]:
    data = data.encode() if isinstance(data, str) else data
    found = format or sniff(data)
    assert found, "this is expected to be recognised"
    return pages_in(data, found, max_bytes=max_bytes)


def only(pages: list[Page]) -> Page:
    assert len(pages) == 1
    return pages[0]


# What is a page


@pytest.mark.parametrize(
    ("head", "format"),
    [
        ("<!DOCTYPE html><html>", "html"),
        ("  \n<html lang=en>", "html"),
        ("\ufeff<!doctype HTML>", "html"),
        ('<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "html"),
        ('<!-- a comment --> <!-- <b> --><div class="x">text</div>', "html"),
        ("cut off at the top</p><html><body>", "html"),
        ('{"a": 1}', "json"),
        ("{}", "json"),
        (" [{}]", "json"),
        ("[1, 2]", "json"),
        ('{"log": {"version": "1.2"', "har"),
        ("interactions:\n- request:", "yaml"),
        ("---\nhttp_interactions:\n- request:", "yaml"),
        ("From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.b/\r\n", "mhtml"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related;\n\n<html>", "mhtml"),
    ],
)
def test_a_file_is_what_it_begins_like(head: str, format: str) -> None:
    assert sniff(head.encode()) == format


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Dear diary, 5 < 6 and a <b>bold</b> word.",
        b"[section]\nkey = value",
        b"{% template %}",
        b"{\\rtf1 text}",
        b"services:\n  interactions:\n    image: x",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"%PDF-1.7",
        b"PK\x03\x04\x14\x00\x00\x00<html>\x00\x00",
        b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
        b"From: Anna <anna@example.com>\nSubject: a mail\n\n<html>"[:40],
    ],
)
def test_what_begins_otherwise_is_no_page(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize("unit", ["<!--", "<!-- -->", "<?xml ", "<!doctype ", " ", "---\n", "a:"])
def test_no_beginning_makes_the_look_at_it_slow(unit: str) -> None:
    # Backtracking over 170 comments would take longer than the universe has.
    assert sniff((unit * 2048)[:2048].encode()) in (None, "html")


# Letters


@pytest.mark.parametrize(
    "data",
    [
        HTML.encode(),
        b"\xef\xbb\xbf" + HTML.encode(),
        HTML.encode("utf-16"),  # what PowerShell's ">" writes
        HTML.replace("<head>", '<head><meta charset="latin-1">').encode("latin-1"),
        HTML.encode("cp1252"),  # no word about it, and no UTF-8
        HTML.replace("<head>", '<head><meta charset="hex">').encode(),  # no charset of the web
        HTML.replace("<head>", '<head><meta charset="utf-16">').encode(),  # cannot be true
    ],
)
def test_html_is_decoded_as_a_browser_would(data: bytes) -> None:
    assert "<title>é</title>" in only(read(data)).text


@given(st.text(), st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_a_byte_order_mark_decides_over_everything(text: str, encoding: str) -> None:
    text = '<meta charset="latin-1">' + text
    assert decode_html(text.encode(encoding)) == text


@given(st.binary(), st.text())
def test_any_bytes_with_any_charset_become_text(data: bytes, charset: str) -> None:
    decode_html(data, charset).encode()


@given(
    st.sampled_from(["unicode_escape", "idna", "undefined", "zlib", "punycode", "mbcs", "utf-7"])
)
def test_a_charset_that_only_python_knows_is_ignored(charset: str) -> None:
    assert decode_html("é +AFw- \\d".encode(), charset) == "é +AFw- \\d"


# HTML and the comments that browsers leave in it


def test_html_is_one_page_of_unknown_address_and_day() -> None:
    assert only(read(HTML)) == Page(HTML)


def test_a_browsers_comment_gives_the_address() -> None:
    text = f"<!DOCTYPE html>\n<!-- saved from url=(0034){URL} -->\n<html><body>x</body></html>"
    assert only(read(text)) == Page(text, url=URL)


def test_an_address_of_a_file_is_none() -> None:
    text = "<!-- saved from url=(0029)file:///C:/Users/a/page.html -->\n<html><body>x</body></html>"
    assert only(read(text)).url == ""


def test_singlefiles_comment_gives_address_and_time() -> None:
    comment = (
        f"<!--\n Page saved with SingleFile \n url: {URL} \n"
        " saved date: Sun Nov 22 2026 05:31:12 GMT+0100 (Central European Standard Time)\n-->"
    )
    page = only(read(f"<!DOCTYPE html> <html lang=en>{comment}<body>x</body></html>"))
    assert page.url == URL
    assert page.captured_at == datetime(2026, 11, 22, 4, 31, 12, tzinfo=UTC)
    assert page.captured_by == "content"


def test_singlefiles_comment_without_a_time_of_day_names_no_day() -> None:
    comment = f"<!-- Page saved with SingleFile \n url: {URL} \n saved date: Wed Sep 24 2026 -->"
    page = only(read(f"<html>{comment}<body>x</body></html>"))
    assert (page.url, page.captured_at, page.captured_by) == (URL, None, None)


def test_html_that_is_still_compressed_is_unreadable() -> None:
    page = only(read(gzip.compress(HTML.encode() * 50), "html"))
    assert page.problem is Outcome.UNREADABLE
    assert "compressed" in page.detail


@pytest.mark.parametrize("format", ["html", "json", "har", "mhtml", "webarchive", "yaml"])
def test_an_empty_file_is_unreadable_and_says_so(format: Format) -> None:
    page = only(read(b" \r\n", format))
    assert page.problem is Outcome.UNREADABLE
    assert "empty" in page.detail


# MHTML


def mhtml(
    body: str = HTML, date: str = "Sun, 22 Nov 2026 05:31:12 -0000", kind: str = "text/html"
) -> str:
    encoded = base64.encodebytes(body.encode("iso-8859-2")).decode()
    return (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {URL[:20]}\r\n {URL[20:]}\r\n"
        f"Date: {date}\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--x--"\r\n\r\n'
        f"----x--\r\nContent-Type: {kind}; charset=iso-8859-2\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Location: {URL}\r\n\r\n{encoded}\r\n"
        "----x--\r\nContent-Type: text/html\r\n\r\n<html>a frame: 99</html>\r\n"
        "----x--\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n"
        "----x----\r\n"
    )


def test_mhtml_gives_its_first_html_part_with_address_and_time() -> None:
    text = HTML.replace("é", "Łódź")
    assert only(read(mhtml(text))) == Page(
        text,
        url=URL,
        captured_at=datetime(2026, 11, 22, 5, 31, 12, tzinfo=UTC),
        captured_by="content",
    )


def test_mhtml_of_todays_chrome_states_the_local_time() -> None:
    page = only(read(mhtml(date="Sun, 22 Nov 2026 05:31:12 +0100")))
    assert page.captured_at == datetime(2026, 11, 22, 4, 31, 12, tzinfo=UTC)


def test_mhtml_with_a_broken_date_is_read_without_one() -> None:
    page = only(read(mhtml(date="yesterday")))
    assert (page.text, page.captured_at) == (HTML, None)


def test_mhtml_with_an_empty_page_is_unreadable() -> None:
    page = only(read(mhtml(body="")))
    assert (page.problem, page.url) == (Outcome.UNREADABLE, URL)


def test_mhtml_without_a_page_is_unreadable() -> None:
    data = mhtml(kind="text/plain").replace("text/html\r\n\r\n<html>", "text/css\r\n\r\n<html>")
    assert only(read(data)).problem is Outcome.UNREADABLE


def test_mhtml_that_stops_within_the_page_is_unreadable() -> None:
    data = mhtml()
    assert only(read(data[: data.index("a frame")])).text == HTML
    cut = only(read(data[: data.index("PCFET") + 20]))
    assert cut.problem is Outcome.UNREADABLE
    assert "stops in the middle" in cut.detail


# Safari's web archive


@pytest.mark.parametrize("fmt", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_safari_web_archive_gives_its_page(fmt: Any) -> None:
    main = {
        "WebResourceData": HTML.encode("utf-8"),
        "WebResourceURL": URL,
        "WebResourceTextEncodingName": "UTF-8",
    }
    data = plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=fmt)
    assert only(read(data, "webarchive")) == Page(HTML, url=URL)
    assert only(read(data[:-40], "webarchive")).problem is Outcome.UNREADABLE


# JSON


def test_bare_json_is_the_page_itself() -> None:
    text = '{"followers": 1,\n "name": "é"}'
    assert only(read(text)) == Page(text)
    assert only(read("\ufeff" + text)) == Page(text)
    assert only(read(text.encode("utf-16"))) == Page(text)


def test_json_with_a_raw_newline_in_a_text_is_still_a_page() -> None:
    assert only(read('{"bio": "two\nlines"}')).problem is None


@pytest.mark.parametrize("text", ["1234", '"783,427 followers"', "null"])
def test_a_lone_value_is_no_page(text: str) -> None:
    assert read(text, "json") == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ('{"stats": {"followers": 78', "stops in the middle"),
        ('{"name": "khab', "stops in the middle"),
        ('{"a": 1}\n{"b": 2}', "line 2"),
        ('{"a": 1, b: 2}', "line 1"),
        (b'{"name": "\xe9"}', "UTF-8"),
        ('{"n": %s}' % ("9" * 5000), "digits"),
        ("[" * 200_000, "damaged"),
    ],
)
def test_damaged_json_is_unreadable_and_says_where(data: bytes | str, why: str) -> None:
    page = only(read(data, "json"))
    assert page.problem is Outcome.UNREADABLE
    assert why in page.detail
    assert page.text == ""


# HAR


def entry(text: str | None, mime: str = "text/html; charset=utf-8", **content: str) -> Any:
    return {
        "startedDateTime": "2026-11-22T05:31:12.500+01:00",
        "request": {"url": URL, "cookies": [{"value": "SECRET"}], "headers": [{"value": "SECRET"}]},
        "response": {
            "status": 200,
            "headers": [{"name": "set-cookie", "value": "SECRET"}],
            "content": {"mimeType": mime, **content} | ({} if text is None else {"text": text}),
        },
    }


def har(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def test_each_html_or_json_answer_of_a_har_is_a_page() -> None:
    pages = read(
        har(
            entry(HTML),
            entry("body{}", "text/css"),
            entry(None),
            entry("", "text/html"),
            entry('{"a": 1}', "application/json"),
        )
    )
    assert [page.text for page in pages] == [HTML, '{"a": 1}']
    assert {(page.url, page.status, page.captured_by) for page in pages} == {(URL, 200, "content")}
    assert pages[0].captured_at == datetime(2026, 11, 22, 4, 31, 12, 500_000, tzinfo=UTC)


def test_nothing_but_the_answer_is_copied_from_a_har() -> None:
    assert "SECRET" not in repr(read(har(entry(HTML))))


def test_a_har_body_in_base64_is_unpacked() -> None:
    packed = base64.b64encode(HTML.encode()).decode()
    assert only(read(har(entry(packed, encoding="base64")))).text == HTML


def test_a_json_body_is_utf8_whatever_html_it_quotes() -> None:
    text = '{"html": "<meta charset=latin-1>é"}'
    packed = base64.b64encode(text.encode()).decode()
    assert only(read(har(entry(packed, "application/json", encoding="base64")))).text == text


def test_a_har_time_without_an_offset_names_no_day() -> None:
    local = entry(HTML) | {"startedDateTime": "2026-11-22T05:31:12"}
    assert only(read(har(local))).captured_at is None


@pytest.mark.parametrize("status", [0, -1, 9999, "none", True, None])
def test_a_status_that_http_does_not_know_is_left_out(status: object) -> None:
    blocked = entry(HTML)
    blocked["response"]["status"] = status
    assert only(read(har(blocked))).status is None


@pytest.mark.parametrize(
    "text", [har(), har(entry("body{}", "text/css")), har(1, None, {"response": []})]
)
def test_a_har_without_stored_answers_says_so(text: str) -> None:
    page = only(read(text))
    assert page.problem is Outcome.UNREADABLE
    assert "HAR" in page.detail


def test_one_huge_answer_of_a_har_is_too_large_and_the_others_are_read() -> None:
    pages = read(har(entry("x" * 2000), entry(HTML)), max_bytes=1000)
    assert [page.problem for page in pages] == [Outcome.TOO_LARGE, None]
    assert pages[0].url == URL
    assert pages[0].text == ""


def test_half_a_character_from_json_does_not_get_further() -> None:
    page = only(read(har(entry("<p>\ud83d</p>"))))
    assert page.text == "<p>\ufffd</p>"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1)))
def test_every_answer_of_a_har_comes_out_as_it_went_in(bodies: list[str]) -> None:
    found = read(har(*map(entry, bodies)))
    assert [page.text for page in found if not page.problem] == [b for b in bodies if b.strip()]


# VCR


def taped(body: Any, **more: Any) -> Any:
    return {
        "request": {"uri": URL, "headers": {"Cookie": ["SECRET"]}},
        "response": {"status": {"code": 404}, "headers": {"X": ["SECRET"]}, "body": body},
        **more,
    }


PAGE_BYTES = base64.b64encode(gzip.compress(HTML.encode(), mtime=0)).decode()


@pytest.mark.parametrize("key", ["interactions", "http_interactions"])
@pytest.mark.parametrize(
    "body", [{"string": HTML}, {"base64_string": PAGE_BYTES}, {"encoding": "utf-8", "string": HTML}]
)
def test_each_answer_of_a_json_recording_is_a_page(key: str, body: Any) -> None:
    tape = {key: [taped(body), taped({"string": "plain words"}), taped({"string": '{"a": 1}'})]}
    pages = read(json.dumps(tape))
    assert [page.text for page in pages] == [HTML, '{"a": 1}']
    assert (pages[0].url, pages[0].status, pages[0].captured_at) == (URL, 404, None)
    assert "SECRET" not in repr(pages)


@pytest.mark.parametrize("recorded", ["2026-11-22T05:31:12", "Sun, 22 Nov 2026 05:31:12 GMT"])
def test_the_time_of_a_recording_is_the_pages_own(recorded: str) -> None:
    page = only(read(json.dumps({"interactions": [taped({"string": HTML}, recorded_at=recorded)]})))
    assert page.captured_at == datetime(2026, 11, 22, 5, 31, 12, tzinfo=UTC)
    assert page.captured_by == "content"


def test_a_recording_without_pages_says_so() -> None:
    page = only(read(json.dumps({"interactions": [taped({"string": ""}), taped(None)]})))
    assert page.problem is Outcome.UNREADABLE


def test_a_compressed_answer_is_opened_only_as_far_as_it_may_be_large() -> None:
    bomb = base64.b64encode(gzip.compress(b"<html>" + b"x" * 20_000_000)).decode()
    page = only(read(json.dumps({"interactions": [taped({"base64_string": bomb})]})))
    assert page.problem is Outcome.TOO_LARGE


@pytest.mark.parametrize("key", ["interactions", "http_interactions"])
@pytest.mark.parametrize(
    "body", [HTML, HTML.encode("utf-8"), gzip.compress(HTML.encode(), mtime=0)]
)
def test_each_answer_of_a_yaml_recording_is_a_page(key: str, body: str | bytes) -> None:
    tape = {key: [taped({"string": body}, recorded_at="2026-11-22T05:31:12")], "version": 1}
    page = only(read(yaml.safe_dump(tape)))
    assert (page.text, page.url, page.status) == (HTML, URL, 404)
    assert page.captured_at == datetime(2026, 11, 22, 5, 31, 12, tzinfo=UTC)


def test_a_damaged_yaml_recording_is_unreadable() -> None:
    text = yaml.safe_dump({"interactions": [taped({"string": HTML})]})
    assert only(read(text[:-30] + "'\t: [")).problem is Outcome.UNREADABLE


@pytest.mark.parametrize("nest", ["[", "{a: ", "- ", "? "])
def test_a_deeply_nested_yaml_file_is_unreadable(nest: str) -> None:
    # Without the limit of our own, this many end Python itself.
    assert only(read("interactions:\n" + nest * 200_000, "yaml")).problem is Outcome.UNREADABLE


def test_yaml_that_grows_or_never_ends_is_not_followed() -> None:
    bomb = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    assert read("interactions:\na0: &a0 [x]\n" + bomb) == []
    circle = "interactions: &a\n- request: *a\n  response: {body: *a, status: *a}\n"
    assert only(read(circle)).problem is Outcome.UNREADABLE


# One recorded answer, and what browser extensions capture


def test_a_recorded_answer_is_a_page() -> None:
    mock = {
        "request": {"httpMethod": "POST", "url": URL, "headers": {"Cookie": ["SECRET"]}},
        "response": {"responseCode": 200, "responseBody": '{"a": 1}', "latestUrl": URL + "/x"},
    }
    assert only(read(json.dumps(mock))) == Page('{"a": 1}', url=URL + "/x", status=200)


def test_pages_inside_an_extensions_file_are_pages_of_their_own_time() -> None:
    capture = {
        "sources": [
            {"href": URL, "savingTime": "2022-10-04T13:28:07Z", "html": LONG_HTML, "n": [0]},
        ],
        "more": {"url": URL + "/2", "html": LONG_HTML + "2"},
        "metadata": {"savingTime": "2022-10-05T00:00:00Z"},
    }
    first, second = read(json.dumps(capture))
    assert (first.text, first.url) == (LONG_HTML, URL)
    assert first.captured_at == datetime(2022, 10, 4, 13, 28, 7, tzinfo=UTC)
    assert (second.text, second.url, second.captured_at) == (LONG_HTML + "2", URL + "/2", None)


@pytest.mark.parametrize(
    "answer",
    [
        {"html": "<blockquote>short</blockquote>", "url": URL},
        {"html": LONG_HTML, "title": "no address"},
        {"items": [{"html": LONG_HTML, "url": URL}], "bulk": "x" * 10_000},
        {"html": "no markup " * 300, "url": URL},
    ],
)
def test_an_answer_that_carries_a_snippet_of_html_stays_itself(answer: Any) -> None:
    text = json.dumps(answer)
    assert only(read(text)) == Page(text)


# Whatever strangers send

SAMPLES: list[tuple[Format, bytes]] = [
    ("html", HTML.encode()),
    ("mhtml", mhtml().encode()),
    ("har", har(entry(HTML), entry(PAGE_BYTES, encoding="base64")).encode()),
    ("json", json.dumps({"interactions": [taped({"base64_string": PAGE_BYTES})]}).encode()),
    ("yaml", yaml.safe_dump({"interactions": [taped({"string": HTML.encode()})]}).encode()),
    (
        "webarchive",
        plistlib.dumps({"WebMainResource": {"WebResourceData": b"x"}}, fmt=plistlib.FMT_BINARY),
    ),
    ("webarchive", plistlib.dumps({"WebMainResource": {"WebResourceData": b"x"}})),
]


@given(st.data(), st.sampled_from(SAMPLES), st.binary(max_size=20))
def test_no_damage_to_a_file_raises(data: Any, sample: tuple[Format, bytes], noise: bytes) -> None:
    kind, good = sample
    start, end = sorted(data.draw(st.integers(0, len(good))) for _ in range(2))
    for page in pages_in(good[:start] + noise + good[end:], kind, max_bytes=MEGABYTE):
        assert bool(page.text.strip()) != bool(page.problem)
        page.text.encode()
        page.url.encode()


KEYS = [
    *("log", "entries", "response", "request", "content", "text", "mimeType", "encoding"),
    *("status", "url", "uri", "href", "html", "body", "string", "base64_string", "interactions"),
    *("http_interactions", "responseBody", "recorded_at", "savingTime", "startedDateTime"),
]
VALUES = st.recursive(
    st.none()
    | st.integers()
    | st.sampled_from([HTML, LONG_HTML, URL, "base64", "html"])
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=30,
)


@given(VALUES)
def test_no_shape_of_json_raises_and_no_object_is_lost(value: Any) -> None:
    pages = pages_in(json.dumps(value).encode(), "json", max_bytes=MEGABYTE)
    assert bool(pages) == isinstance(value, (dict, list))
    assert all(bool(page.text.strip()) != bool(page.problem) for page in pages)


@given(st.binary(), st.sampled_from(["html", "json", "har", "mhtml", "webarchive", "yaml"]))
def test_no_bytes_raise(data: bytes, format: Format) -> None:
    assert all(page.problem in (None, Outcome.UNREADABLE) for page in read(data, format))
