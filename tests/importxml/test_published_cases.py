"""The cases of IMPORTXML and its kin that others published; each id names its source.

CJ: CJWorkbench/xpathextractor, test_xpathextractor.py, a published equivalent of IMPORTXML. table:
CJWorkbench/scrapetable, tests/test_render.py. scrape: CJWorkbench/scrapexpathlist@aaa5cd2. parsel:
scrapy/parsel, docs/usage.rst. XPath: what XPath 1.0 itself says of the fragment. seen: users'
formulas and their results.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.importxml import pages
from tests.importxml.pages import XML, read, refused

X, P = XML, ""

ROWS: list[tuple[str, str, str, str, list[list[Any]]]] = [
    ("1 CJ", "//c", pages.NESTED, X, [["c"], ["C"]]),
    ("2 users: a column for each child", "//b", pages.NESTED, X, [["c", "d"], ["C", "D"]]),
    ("3 CJ", "//d/@foo", pages.NESTED, X, [["bar"], ["baz"]]),
    ("4 CJ", "//d/text()", pages.NESTED, X, [["d"], ["D"]]),
    ("7 CJ", "count(//d)", pages.NESTED, X, [[2]]),
    ("8 CJ", "boolean(//f)", pages.NESTED, X, [[True]]),
    ("8 CJ, none", "boolean(//g)", pages.NESTED, X, [[False]]),
    ("9 XPath, text()", "//e/text()", pages.NESTED, X, [["ehead"], ["etail"]]),
    ("11 XPath", "//b/c[1]", pages.NESTED, X, [["c"], ["C"]]),
    ("11 XPath, in brackets", "(//c)[1]", pages.NESTED, X, [["c"]]),
    ("14 XPath", "string(//b)", pages.NESTED, X, [["cd"]]),
    ("16 XPath", "sum(//g)", pages.NESTED, X, [[0]]),
    ("17 CJ", "//p", pages.MIXED, P, [["Foo"], ["Bar"]]),
    ("18 CJ", "'ab'", pages.MIXED, P, [["ab"]]),
    ("19 CJ", "//svg:path/@d", pages.MIXED, P, [["M0 0L2 2"]]),
    ("20 CJ", "//tr", pages.MIXED, P, [["Single-cell table"]]),
    ("23 XPath", "normalize-space(//p)", pages.SPACED, P, [["hi !"]]),
    ("24 waterproof2010", "//title", pages.BOOKSTORE, P, [["Harry Potter"]]),
    ("24 waterproof2010, lang", "//title/@lang", pages.BOOKSTORE, P, [["en"]]),
    (
        "25 users: as a table row spreads",
        "//book",
        pages.BOOKSTORE,
        P,
        [["Harry Potter", "J K. Rowling", 2005, 29.99]],
    ),
    ("26 XPath, put right", "//li/a/@title", '<li><a title="t">', P, [["t"]]),
    ("27 OFFICE-3669", "/doc/update/@ask", pages.UPDATE, P, [[100.5]]),
    ("28 parsel", "//title/text()", pages.SAMPLE, P, [["Example website"]]),
    ("29 parsel", "//base/@href", pages.SAMPLE, P, [["http://example.com/"]]),
    (
        "30 parsel",
        '//a[contains(@href,"image")]/@href',
        pages.SAMPLE,
        P,
        [[f"image{n}.html"] for n in range(1, 6)],
    ),
    (
        "32 parsel, stripped",
        '//div[@id="images"]/a/text()',
        pages.SAMPLE,
        P,
        [[f"Name: My image {n}"] for n in range(1, 6)],
    ),
    ("34 parsel", "//li[1]", pages.LISTS, P, [[1], [4]]),
    ("34 parsel, in brackets", "(//li)[1]", pages.LISTS, P, [[1]]),
    ("36 XPath", "(//li)[position()<=2]", pages.LISTS, P, [[1], [2]]),
    ("36 XPath, last", "//li[last()]", pages.LISTS, P, [[3], [6]]),
    ("37 parsel", "//a//text()", pages.NEXT, P, [["Click here to go to the"], ["Next Page"]]),
    ("39 parsel", "string(//a[1])", pages.NEXT, P, [["Click here to go to the Next Page"]]),
    ("41 parsel", "//li//@href", pages.LINKS, P, [[f"link{n}.html"] for n in range(1, 6)]),
    ("43 seen", "//div[contains(@class,'product-card')]//h3", pages.CARDS, P, [["A"]]),
    (
        "45 seen",
        "//a[starts-with(@href,'mailto:')]/@href",
        pages.MAIL,
        P,
        [["mailto:hello@example.com?subject=Hi"]],
    ),
    (
        "48 XPath, cells",
        "//table//tr[2]/td",
        pages.PARCELS,
        P,
        [["6/6"], ["Delivered"], ["Sydney"]],
    ),
    (
        "48 XPath, a browser's tbody",
        "//table/tbody/tr[2]",
        pages.PARCELS,
        P,
        [["6/6", "Delivered", "Sydney"]],
    ),
]


@pytest.mark.parametrize(
    ("xpath", "page", "content_type", "rows"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_published_rows(xpath: str, page: str, content_type: str, rows: list[list[Any]]) -> None:
    assert read(xpath, page, content_type) == rows


NOTHING = [
    ("15 seen", "//nope", pages.NESTED, X),
    ("33 parsel", '//div[@id="not-exists"]/text()', pages.SAMPLE, P),
    ("43 seen, the whole class", "//div[@class='product-card']//h3", pages.CARDS, P),
]


@pytest.mark.parametrize(
    ("xpath", "page", "content_type"), [row[1:] for row in NOTHING], ids=[row[0] for row in NOTHING]
)
def test_published_case_without_a_match(xpath: str, page: str, content_type: str) -> None:
    failure = refused(xpath, page, content_type)
    assert (failure.cell, failure.reason, failure.exit_status) == ("#N/A", "empty", 1)
    assert failure.message == "Nothing on the page matches the XPath."


@pytest.mark.parametrize(
    ("xpath", "rows"),
    [("//b", [["cd"], ["CD"]]), ("//e", [["eheadfetail"]])],
    ids=["2 CJ: joined", "9 XPath: joined"],
)
def test_published_rows_with_children_joined(xpath: str, rows: list[list[str]]) -> None:
    assert read(xpath, pages.NESTED, XML, children="joined") == rows


def test_20_xpath_the_row_that_only_a_browser_adds_is_not_in_the_page_as_written() -> None:
    assert refused("//tr", pages.MIXED, tree="written").reason == "empty"
    assert refused("//table/tbody/tr[2]", pages.PARCELS, tree="written").reason == "empty"


def test_21_scrape_an_undeclared_prefix_is_said() -> None:
    failure = refused("//ns:a", "<p>hi</p>")
    assert (failure.cell, failure.exit_status, failure.position) == ("#N/A", 2, 3)
    assert failure.message == (
        "The prefix ns: (position 3 of the XPath) is not declared on this page."
    )


def test_26_waterproof2010_the_usual_mistake_is_named_and_put_right() -> None:
    failure = refused("//li/a@title", '<li><a title="t">')
    assert (failure.cell, failure.exit_status, failure.position) == ("#N/A", 2, 7)
    assert failure.message == (
        "The XPath //li/a@title is not valid: an attribute is a step of its own (position 7)."
    )
    assert failure.hint == "Write //li/a/@title"


def test_50_table_its_numbers_are_numbers() -> None:
    found = read(f'=IMPORTHTML("{pages.ADDRESS}"; "table"; 1)', pages.SMALL)
    assert found == [["A", "B"], [1, "a"], [2, "b"]]


def test_51_table_says_how_many_there_are() -> None:
    failure = refused(f'=IMPORTHTML("{pages.ADDRESS}"; "table"; 2)', pages.SMALL)
    assert failure.message == "There is 1 table on this page; the formula asks for table 2."
    assert failure.hint == "They are: 1 (3 rows: A | B)."


def test_9_users_followers_in_xml() -> None:
    assert read("//followers_count", pages.USERS) == [[1031], [969]]
    assert read("sum(//followers_count)", pages.USERS) == [[2000]]
