"""IMPORTDATA, IMPORTFEED and IMPORTJSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from sheetsync import importxml
from tests.importxml.pages import ADDRESS, read, refused

DATA, FEED, JSON = (f"=IMPORT{name}" for name in ("DATA", "FEED", "JSON"))


def call(name: str, *arguments: str, address: str = ADDRESS) -> str:
    return f'{name}("{address}"' + "".join(f"; {argument}" for argument in arguments) + ")"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n", [["a", "b"], [1, 2]]),
        ("a;b\n1,5;2\n", [["a", "b"], ["1,5", 2]]),
        ("a\tb\r\n1\t2\r\n", [["a", "b"], [1, 2]]),
        ("a|b\r1|2", [["a", "b"], [1, 2]]),
        ('"a,x","say ""hi""",c\n', [["a,x", 'say "hi"', "c"]]),
        ('"two\nlines",1', [["two\nlines", 1]]),
        ("a,b,c\n1\n\n2,3\n\n\n", [["a", "b", "c"], [1, None, None], [None] * 3, [2, 3, None]]),
        ("one\n", [["one"]]),
        ("a\u2028b,c\n", [["a\u2028b", "c"]]),
        ("=1+1,@x\n", [["=1+1", "@x"]]),
    ],
)
def test_data_in_any_usual_form(text: str, rows: list[list[Any]]) -> None:
    assert read(call(DATA), text) == rows


@pytest.mark.parametrize(
    ("text", "rows", "line"),
    [
        ('a,"b\n1,2\n3,4\n', [["a", "b\n1,2\n3,4"]], 1),
        ('a,b\n1,"2', [["a", "b"], [1, 2]], 2),
        ('"a\nb",c\n"', [["a\nb", "c"]], 3),
        ('a,"b"\n', [["a", "b"]], 0),
        ('a"b,"c"\n1,"x\ny"', [['a"b', "c"], [1, "x\ny"]], 0),
    ],
)
def test_a_quote_without_an_end_is_said(text: str, rows: list[list[Any]], line: int) -> None:
    result = importxml.evaluate(call(DATA), text)
    assert result.values == rows
    assert [note.partition(" of")[0] for note in result.notes] == [
        f"A quote in line {number}" for number in [line] if number
    ]


def test_data_by_the_locale_and_by_a_delimiter() -> None:
    text = "dag;aantal\n22-11-2026;1.031,5\n"
    assert read(call(DATA, '";"', '"nl_NL"'), text)[1] == [date(2026, 11, 22), 1031.5]
    assert read(call(DATA, '","'), "a;b,c\n") == [["a;b", "c"]]


def test_the_address_of_a_tsv_says_so() -> None:
    assert read(call(DATA, address="https://e.org/x.tsv?y"), "a,b\tc") == [["a,b", "c"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!doctype html><p>x", "This is a page (HTML or XML), no CSV or TSV file."),
        ('{"a": 1}', "This is JSON, no CSV or TSV file."),
        ('"' + "x" * 60_000 + '"', "A cell would have 60,000 signs; a sheet's holds 50,000."),
        ('"' + "x" * 200_000 + '"', "A cell would have more than 50,000 signs."),
    ],
)
def test_what_is_no_data(text: str, message: str) -> None:
    assert refused(call(DATA), text).message == message


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>News</title><link>https://e.org/</link><description>All &amp;amp; more</description>
<item><title>One</title><link>https://e.org/1</link><dc:creator>Ann</dc:creator>
<pubDate>Mon, 26 Mar 2007 18:38:58 +0200</pubDate>
<description>&lt;p&gt;hi &lt;a href="x"&gt;you&lt;/a&gt;&lt;img src="y"&gt;&lt;/p&gt;</description>
</item>
<item><title>=Two</title><guid>https://e.org/2</guid><pubDate>soon</pubDate></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><subtitle>About</subtitle>
<author><name>Bob</name></author><link rel="self" href="https://e.org/feed"/>
<link href="https://e.org/"/>
<entry><title type="html">A &lt;b&gt;bold&lt;/b&gt; one</title><link href="https://e.org/a"/>
<author><name>Bob</name><email>b@e.org</email></author>
<published>2026-11-22T05:17:00Z</published><summary>Short</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Old</title><link>https://e.org/</link></channel>
<item><title>First</title><link>https://e.org/1</link><dc:date>2026-11-22T05:17:00Z</dc:date></item>
</rdf:RDF>"""
#: As the feeds write them, each in its own zone: a sheet's times have none.
MONDAY, SUNDAY = map(datetime.fromisoformat, ("2007-03-26T18:38:58", "2026-11-22T05:17:00"))


@pytest.mark.parametrize(
    ("page", "arguments", "rows"),
    [
        (
            RSS,
            (),
            [
                ["One", "Ann", "https://e.org/1", MONDAY, "hi you"],
                ["=Two", None, "https://e.org/2", "soon", None],
            ],
        ),
        (
            RSS,
            ('"items"', "TRUE", "1"),
            [
                ["Title", "Author", "URL", "Date Created", "Summary"],
                ["One", "Ann", "https://e.org/1", MONDAY, "hi you"],
            ],
        ),
        (RSS, ('"items title"',), [["One"], ["=Two"]]),
        (RSS, ('"Items  URL"', "FALSE", "1"), [["https://e.org/1"]]),
        (RSS, ('"items created"', "TRUE", "1"), [["Date Created"], [MONDAY]]),
        (RSS, ('"feed"',), [["News", "All & more", None, "https://e.org/"]]),
        (RSS, ('"feed title"',), [["News"]]),
        (ATOM, ('"feed"',), [["Blog", "About", "Bob", "https://e.org/"]]),
        (ATOM, (), [["A bold one", "Bob", "https://e.org/a", SUNDAY, "Short"]]),
        (RDF, (), [["First", None, "https://e.org/1", SUNDAY, None]]),
        (RDF, ('"feed title"',), [["Old"]]),
    ],
)
def test_feeds(page: str, arguments: tuple[str, ...], rows: list[list[Any]]) -> None:
    assert read(call(FEED, *arguments), page) == rows


KNOWN = (
    "It gives: items, items title, items author, items url, items created, items summary, feed, "
    "feed title, feed description, feed author, feed url."
)


def test_a_feed_without_a_number_gives_all_or_about_a_dozen() -> None:
    items = "".join(f"<item><title>t{n}</title></item>" for n in range(50))
    page = f"<rss><channel>{items}</channel></rss>"
    assert len(read(call(FEED, '"items title"'), page)) == 50
    assert len(read(call(FEED, '"items title"'), page, items="dozen")) == 12
    assert len(read(call(FEED, '"items"', "FALSE", "20"), page, items="dozen")) == 20


@pytest.mark.parametrize(
    "start", ["<rss><channel>", "\n<!-- x --> <feed>", "<rdf:RDF xmlns:rdf='r'>"]
)
def test_a_feed_that_is_no_well_formed_xml_says_so(start: str) -> None:
    failure = refused(call(FEED), f"{start}<item><title>Q & A</title></item>")
    assert failure.message.startswith("The page is no well-formed XML: an & stands alone, which is")


@pytest.mark.parametrize(
    ("page", "reason", "message"),
    [
        ("%PDF-1.4\n1 0 obj", "unreadable", "This is a PDF and no page: it has no elements"),
        (
            "<?xml version='1.0'?>" + "<a>" * 300,
            "too_large",
            "The XML is nested too deep (256 levels are read)",
        ),
    ],
)
def test_a_reason_is_the_pages_own(page: str, reason: str, message: str) -> None:
    failure = refused("//a", page)
    assert failure.reason == reason
    assert failure.message.startswith(message)


@pytest.mark.parametrize(
    ("page", "arguments", "message", "hint"),
    [
        (
            "<html><link rel=alternate type=application/rss+xml href=https://e.org/rss>",
            (),
            "This is a page, no feed.",
            "It names its feed: https://e.org/rss",
        ),
        (
            "<doc/>",
            (),
            "This is XML, but no feed: it begins with <doc>.",
            "Read it with IMPORTXML.",
        ),
        (
            "<rss><channel/></rss>",
            (),
            "The feed has no items.",
            'Ask for all that it has: IMPORTFEED(url; "items"; TRUE).',
        ),
        (
            RSS,
            ('"posts"',),
            "“posts” is nothing that IMPORTFEED can give.",
            KNOWN,
        ),
    ],
)
def test_no_feed(page: str, arguments: tuple[str, ...], message: str, hint: str) -> None:
    failure = refused(call(FEED, *arguments), page)
    assert (failure.cell, failure.message, failure.hint) == ("#N/A", message, hint)


@pytest.mark.parametrize(
    ("text", "query", "rows"),
    [
        ('{"a": {"b": 5}}', "a.b", [[5]]),
        ('{"users": [{"n": 1031}, {"n": 969}]}', "users[].n", [[1031], [969]]),
        (
            '[{"a": 1, "b": "x"}, {"b": null, "c": [1, 2]}]',
            "@",
            [["a", "b", "c"], [1, "x", None], [None, None, "[1, 2]"]],
        ),
        ('{"a": 1, "b": true}', "@", [["a", "b"], [1, True]]),
        ("[[1, 2], [3]]", "@", [[1, 2], [3, None]]),
        ('["1.031", 1.5, false]', "@", [["1.031"], [1.5], [False]]),  # JSON's own types
        ('{"id": 7104312345678901234}', "id", [["7104312345678901234"]]),
        ('{"x": "=1+1"}', "x", [["=1+1"]]),
        ('{"x": 1e400}', "x", [["1e400"]]),  # no sheet holds it
        ('{"x": [-1e999, 5]}', "x", [["-1e999"], [5]]),
        ('{"x": 1e308}', "x", [[1e308]]),
        ('{"x": 1234567890123456.0}', "x", [["1234567890123456.0"]]),
        ('{"x": [1000000000000000.0, 1]}', "sum(x)", [["1000000000000001.0"]]),
        ('{"x": ' + "9" * 5000 + "}", "x", [["9" * 5000]]),
        ('{"x": NaN, "y": 1}', "[x, y]", [[None], [1]]),
        ('{"x": "\\ud800"}', "x", [["\ufffd"]]),
    ],
)
def test_json(text: str, query: str, rows: list[list[Any]]) -> None:
    assert read(call(JSON, f'"{query}"'), text) == rows


@pytest.mark.parametrize(
    ("text", "query", "message", "hint"),
    [
        (
            '{"stats": 1, "user": 2}',
            "followers",
            "Nothing in the data matches the query.",
            "On its first level it has: stats, user.",
        ),
        (
            "[1, 2]",
            "a",
            "Nothing in the data matches the query.",
            "It is a list of 2; begin with [] or [0].",
        ),
        (
            "{}",
            "a[",
            "The JMESPath is not valid: position 3 of a[.",
            "E.g. users[].followers, or data.stats.",
        ),
        (
            "<p>",
            "a",
            "This is a page (HTML or XML), no JSON.",
            "Read it with IMPORTXML or IMPORTHTML.",
        ),
        (
            "[" * 100_000,
            "a",
            "The JSON is nested too deep to be read.",
            "Ask the site for less of it: its address may take a limit or a page number.",
        ),
        (
            '{"u": [{"x": 1}]}',
            "u[?x > '1'].x",
            "The JMESPath is not valid: it cannot be worked out on these data: u[?x > '1'].x.",
            "A number in it stands in `…`, a text in '…': [?price > `5`]. A step is not 0.",
        ),
        (
            '{"a": [1]}',
            "a[::0]",
            "The JMESPath is not valid: it cannot be worked out on these data: a[::0].",
            "A number in it stands in `…`, a text in '…': [?price > `5`]. A step is not 0.",
        ),
        (
            "{}",
            "&a",
            "The JMESPath is not valid: & stands only in a function, as in sort_by(list, &name).",
            "See jmespath.org for its functions.",
        ),
        (
            '{"a": 1,\n "b"',
            "a",
            "This is no well-formed JSON (line 2).",
            "Open the address in a browser and look at the place.",
        ),
    ],
)
def test_no_json(text: str, query: str, message: str, hint: str) -> None:
    failure = refused(call(JSON, f'"{query}"'), text)
    assert (failure.cell, failure.message, failure.hint) == ("#N/A", message, hint)


@pytest.mark.parametrize("query", ["to_number('inf')", "to_number('nan')", "sum(x)", "`1e999`"])
def test_a_number_without_an_end_is_none(query: str) -> None:
    failure = refused(call(JSON, f'"{query}"'), '{"x": [1e308, 1e308]}')
    assert (failure.cell, failure.reason) == ("#VALUE!", "no_number")
    assert failure.message == "The JMESPath works out a number, and what comes out is none."
