"""IMPORTXML on the pages that there are: malformed, with namespaces, empty, made by scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from parsel import Selector

from sheetsync import importxml
from sheetsync.fetch.formats import decode_html
from sheetsync.importxml import Choices, Content, NoValue
from sheetsync.importxml.select import WRITTEN
from tests.conftest import RECORDED
from tests.importxml.pages import ADDRESS, MIXED, SPACED, XML, formula, read, refused

ATOM = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:g="http://base.google.com/ns/1.0"><entry><title>One</title><g:price>5</g:price></entry>'
    "</feed>"
)


def test_rows_come_in_the_order_of_the_page_whatever_the_order_of_the_query() -> None:
    page = "<h1>1</h1><h2>2</h2><h1>3</h1>"
    assert read("//h2 | //h1", page) == [[1], [2], [3]]


def test_children_and_the_text_between_them_are_columns_or_one_cell() -> None:
    page = "<p>one <b>two</b> three<br>four <a>five</a></p>"
    assert read("//p", page) == [["one", "two", "three", "four", "five"]]
    assert read("//p", page, children="joined") == [["one two three four five"]]
    assert read("//p", SPACED) == [["hi", "!"]]


@pytest.mark.parametrize(
    ("page", "xpath", "rows"),
    [
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", "//table", [["1 2 3 4"]]),
        ("<div><span>29<sup>99</sup></span></div>", "//div", [["29 99"]]),
        ("<div><b><i>1</i><i>2</i></b></div>", "//div", [["12"]]),
        ("<div><b>$<i>29.99</i></b></div>", "//div", [[29.99]]),
        ("<div><b><i>1,031</i> </b></div>", "//div", [[1031]]),
        ("<div><b>a<script>1</script></b></div>", "//div", [["a"]]),
        ("<a><b><c>1</c><c>2</c></b></a>", "/a", [["12"]]),
    ],
)
def test_texts_of_several_elements_never_make_a_number_that_stands_nowhere(
    page: str, xpath: str, rows: list[list[object]]
) -> None:
    assert read(xpath, page, XML if page.startswith("<a>") else "") == rows


def test_an_empty_cell_of_a_row_keeps_its_column() -> None:
    page = "<table><tr><td>1</td><td></td><td>3</td></tr><tr><td>4</td></tr></table>"
    assert read("//tr", page) == [[1, None, 3], [4, None, None]]


def test_outer_white_space_is_cut_and_inner_is_not() -> None:
    assert read("//p", "<p>\n\u00a0 a  b \t</p>") == [["a  b"]]


def test_blank_matches_are_blank_rows_or_none() -> None:
    page = "<p>a</p><p> </p><p>b</p>"
    assert read("//p", page) == [["a"], [None], ["b"]]
    assert read("//p", page, blanks="dropped") == [["a"], ["b"]]


def test_a_count_is_2_or_2_0() -> None:
    assert repr(read("count(//p)", "<p><p>")[0][0]) == "2"
    assert repr(read("count(//p)", "<p><p>", counts="decimal")[0][0]) == "2.0"


def test_a_name_has_its_prefix_or_not() -> None:
    assert read("name(//*[local-name()='price'])", ATOM) == [["g:price"]]
    assert read("name(//*[local-name()='price'])", ATOM, names="local") == [["price"]]
    assert read("//*[name()='g:price']", ATOM) == [[5]]
    assert read("//*[name()='price']", ATOM, names="local") == [[5]]
    assert read("'name(x)'", ATOM, names="local") == [["name(x)"]]


def test_the_locale_of_the_formula_beats_the_sheets() -> None:
    page = "<p>1.031</p>"
    assert read("//p", page, locale="nl_NL") == [[1031]]
    assert read(formula("//p", "en_US"), page, locale="nl_NL") == [[1.031]]


def test_an_unknown_locale_is_refused_or_the_sheets_is_used() -> None:
    text = formula("//p", "xx_YY")
    failure = refused(text, "<p>1.031</p>")
    assert (failure.cell, failure.exit_status) == ("#VALUE!", 2)
    assert failure.message == "“xx_YY” is no locale that is known here."
    assert failure.hint == "Write a language and a country, e.g. nl_NL, it_IT or en_US."
    assert read(text, "<p>1.031</p>", locale="nl_NL", unknown_locale="sheet") == [[1031]]


# Trees


def test_formulas_from_the_source_and_from_the_inspector_both_find_their_rows() -> None:
    page = "<table><tr><td>1</td></tr></table>"
    assert read("//table/tbody/tr", page) == [[1]]
    found = importxml.evaluate(formula("//table/tr"), page)
    assert found.values == [[1]]
    assert found.notes == (WRITTEN,)
    assert refused("//table/tr", page, tree="browser").reason == "empty"
    assert refused("//table/tbody/tr", page, tree="written").reason == "empty"


def test_a_count_that_differs_between_the_trees_is_said() -> None:
    found = importxml.evaluate(formula("count(//table/tr)"), "<table><tr><td>1</table>")
    assert found.values == [[0]]
    assert found.notes == (
        "0 in the page as browsers build it, 1 in the page as it is written (--tree).",
    )


@pytest.mark.parametrize(
    ("page", "xpath", "rows"),
    [
        ("<p>a<p>b", "//p", [["a"], ["b"]]),
        ("<b><p>x</b>y</p>", "//p/b", [["x"]]),
        ("<ul><li>a<li>b</ul>", "//ul/li", [["a"], ["b"]]),
        ("<div id=x>a</DIV>", "//div[@id='x']", [["a"]]),
        ("<DIV CLASS=Big>a</DIV>", "//div[@class='Big']", [["a"]]),
        ("a &amp; &eacute;&nbsp;&#8364;", "//body", [["a & é\u00a0€"]]),
        ("<table>x<tr><td>y</table>", "//body/text()", [["x"]]),
        ("<select><option>a<option>b</select>", "//option", [["a"], ["b"]]),
        ("<p>a<!-- no -->b</p>", "//p/text()", [["a"], ["b"]]),
        ("<!-- yes -->", "//comment()", [["yes"]]),
        ("<p><b></b></p>x", "count(//text())", [[1]]),
        ("<p @x='1' :y=2>a</p>", "//p", [["a"]]),
        ("<o:p>office</o:p>", "//*[name()='o:p']", [["office"]]),
        ("<p>a\x00b\x08c&#8;</p>", "//p", [["a\ufffdb\ufffdc\ufffd"]]),
    ],
)
def test_malformed_pages_are_read_as_browsers_read_them(
    page: str, xpath: str, rows: list[list[str]]
) -> None:
    assert read(xpath, f"<html><body>{page}", tree="browser") == rows


def test_a_page_of_two_thousand_levels_is_read() -> None:
    assert read("//b", "<div>" * 2_000 + "<b>deep</b>") == [["deep"]]


def test_what_looks_like_xml_is_read_as_xml_where_names_keep_their_case() -> None:
    assert read("//Name", "<Doc><Name>x</Name></Doc>") == [["x"]]
    assert read("//name", "<Doc><Name>x</Doc>") == [["x"]]  # not well-formed: as a browser would
    assert read("//p", '<?xml version="1.0"?><!DOCTYPE html><html><p>x') == [["x"]]


# Namespaces


def test_a_default_namespace_needs_local_name_as_in_google_and_that_is_said() -> None:
    assert read("//*[local-name()='title']", ATOM) == [["One"]]
    failure = refused("//entry/title", ATOM)
    assert failure.message == "Nothing on the page matches the XPath."
    assert failure.hint == (
        "The page's names are in the namespace http://www.w3.org/2005/Atom: "
        "write //*[local-name()='title']."
    )


def test_prefixes_that_the_page_declares_are_known() -> None:
    assert read("//g:price", ATOM) == [[5]]


# XML that is dangerous or broken


def test_broken_xml_is_said_with_its_line() -> None:
    failure = refused("//a", "<?xml version='1.0'?>\n<a>\n<b></a>", XML)
    assert failure.message == (
        "The page is no well-formed XML: Opening and ending tag mismatch: b line 3 and a (line 3)."
    )
    assert (failure.cell, failure.exit_status) == ("#N/A", 1)


def test_entities_of_the_page_are_read_and_cannot_grow() -> None:
    small = '<!DOCTYPE a [<!ENTITY x "yes">]><a>&x;</a>'
    assert read("//a", small, XML) == [["yes"]]
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "lol">{levels}]><a>&e11;</a>'
    assert refused("//a", bomb, XML).reason == "unreadable"


def test_entities_do_not_reach_files_or_the_net(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    page = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]><a>b&x;</a>'
    try:
        found = str(read("//a", page, XML))
    except NoValue as failure:
        found = failure.message
    assert "secret" not in found.replace((tmp_path / "secret").as_uri(), "")


# No value, in words


def test_a_match_without_text() -> None:
    failure = refused("//img/@alt", "<img alt=''><img alt=' '>")
    assert failure.message == ("The XPath finds 2 places on the page, and no text in any of them.")
    assert (failure.cell, failure.reason) == ("#N/A", "empty")


def test_a_page_that_scripts_fill_in_the_browser() -> None:
    page = '<html><body><div id="root"></div><script src="app.js"></script></body></html>'
    failure = refused("//h1", page)
    assert (failure.cell, failure.reason, failure.exit_status) == ("#N/A", "script_rendered", 1)
    assert failure.message == (
        "The number is not in the page that the server sends; scripts put it there in the browser."
    )
    assert failure.hint == (
        "Open the page, save it (Ctrl+S) and give it with --page; or ask with IMPORTJSON for the "
        "data that the scripts load."
    )


def test_a_browser_check_is_a_refusal_and_not_an_empty_page() -> None:
    page = "<html><head><title>Just a moment...</title></head><body><script>1</script></body>"
    failure = refused("//h1", page)
    assert (failure.cell, failure.reason) == ("#N/A", "refused")
    assert failure.message == "The site sent a browser check instead of the page."


def test_json_is_no_page() -> None:
    assert refused("//a", '{"a": 1}').message == (
        "This is JSON, which has no elements for an XPath."
    )


def test_an_empty_page() -> None:
    assert refused("//h1", " \n").message == "The page is empty: the server sent nothing."


@pytest.mark.parametrize(
    ("xpath", "hint"),
    [
        ("//div[class='x']", "An attribute is written with @: [@class=…]."),
        (
            "/html/body/div[1]/div[2]",
            "A path copied from a browser breaks with any change; look for a class or an id.",
        ),
        ("//DIV", "Names of HTML are written small in XPath: //div, not //DIV."),
        ("//nope", "Look for it in the page's source (Ctrl+U), not in the inspector."),
    ],
)
def test_the_usual_reason_for_no_match_is_named(xpath: str, hint: str) -> None:
    assert refused(xpath, f"<p>{'text ' * 60}</p>").hint == hint


def test_a_number_that_is_none() -> None:
    failure = refused("number(//p)", "<p>abc")
    assert failure.cell == "#VALUE!"
    assert failure.message == (
        "The XPath number(//p) works out a number, and what it finds is none."
    )


INVALID = [
    ("//a[", "it stops where more has to come (position 5)", "What is missing at its end?"),
    ("//a[1", "the bracket [ is never closed (position 4)", "Add ]."),
    ("count(//a", "the parenthesis ( is never closed (position 6)", "Add )."),
    ("//a]", "“]” cannot stand here (position 4)", "Look at what stands before it."),
    ("//a//", "it stops where more has to come (position 6)", "What is missing at its end?"),
    (
        "//link[@rel=’canonical’]",
        "’ is a curly quote (position 13)",
        "With straight ones: //link[@rel='canonical']",
    ),
    ("//a[@x='1]", "the quote ' has no end (position 8)", "Close it with the same sign."),
    ("//div#main", "# is a sign of CSS (position 6)", "An id in XPath: //*[@id='…']."),
    ("//a\u00a0[1]", "a blank is no plain one (position 4)", "Type it again with the space bar."),
    (
        "//a[matches(., 'x')]",
        "matches() is no function of XPath 1.0 (position 5)",
        "In XPath 1.0: contains(., '…') or starts-with(., '…').",
    ),
    (
        "//a[re:test(., '(a+)+$')]",
        "re:test() is no function of XPath 1.0 (position 5)",
        "Google's sheets know XPath 1.0 only.",
    ),
    (
        "//a[has-class('x')]",
        "has-class() is no function of XPath 1.0 (position 5)",
        "Google's sheets know XPath 1.0 only.",
    ),
    ("//a[$x]", "it has a variable ($) (position 5)", "Write the value itself."),
    ("count()", "count() takes one argument, not 0 (position 1)", "Look into the (…)."),
    ("foo::a", "foo:: is no axis (position 1)", "E.g. following-sibling::."),
]


@pytest.mark.parametrize(("xpath", "why", "hint"), INVALID, ids=[case[0] for case in INVALID])
def test_an_invalid_xpath_is_said_with_its_place(xpath: str, why: str, hint: str) -> None:
    failure = refused(xpath, MIXED)
    assert failure.message == f"The XPath {xpath} is not valid: {why}."
    assert (failure.hint, failure.cell, failure.exit_status) == (hint, "#N/A", 2)
    assert f"(position {failure.position})" in failure.message


def test_an_xpath_that_mixes_up_types() -> None:
    assert refused("//a | 'x'", MIXED).message == (
        "The XPath //a | 'x' cannot be worked out: it uses a text or a number where elements have "
        "to stand."
    )


# Bounds


def test_a_page_that_is_too_large() -> None:
    with pytest.raises(NoValue) as caught:
        Content("x" * 10_000_001)
    assert caught.value.message == ("The page has 10.0 million signs; at most 10 million are read.")
    assert (caught.value.cell, caught.value.reason) == ("#N/A", "too_large")


def test_a_result_that_no_sheet_takes_is_an_error_and_never_cut() -> None:
    assert refused("//i", f"<r>{'<i>1</i>' * 100_001}</r>").message == (
        "The result has more than 100,000 cells."
    )
    failure = refused("//p", f"<p>{'x' * 50_001}")
    assert failure.message == "A cell would have 50,001 signs; a sheet's holds 50,000."
    assert failure.hint == (
        "Ask for less, e.g. (//tr)[position() <= 1000], or for what stands inside."
    )


def test_an_xpath_that_is_too_long_or_too_deep() -> None:
    assert refused("a|" * 1500 + "a", MIXED).message.endswith(
        "is not valid: it has 3,001 signs (position 1)."
    )
    assert "nested too deep" in refused("(" * 60 + "a" + ")" * 60, MIXED).message


# The library door


def test_one_page_serves_many_formulas() -> None:
    content = Content(MIXED)
    found = [importxml.evaluate(formula(xpath), content).first.value for xpath in ("//p", "//a")]
    assert found == ["Foo", "Foo"]
    assert content.browser is content.browser


def test_typed_cells_as_json() -> None:
    found = importxml.evaluate(formula("//p"), "<p>22/11/2026<p>1.031<p>a<p>WAAR", locale="nl_NL")
    assert found.to_json() == {
        "rows": [
            [{"type": "date", "value": "2026-11-22", "text": "22/11/2026"}],
            [{"type": "number", "value": 1031, "text": "1.031"}],
            [{"type": "text", "value": "a", "text": "a"}],
            [{"type": "flag", "value": True, "text": "WAAR"}],
        ],
        "notes": [],
    }


RECORDINGS = sorted(RECORDED.glob("*/*.html"))[::3]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_links_of_recorded_pages_are_those_that_parsel_reads(path: Path) -> None:
    """Where a page is well-formed enough that both trees agree; the order and every text."""
    page = decode_html(path.read_bytes())
    theirs = [text.strip() for text in Selector(page).xpath("//a/@href").getall()]
    for tree in ("written", "browser"):
        try:
            found = importxml.evaluate(
                importxml.Import("xml", ADDRESS, "//a/@href"), page, choices=Choices(tree=tree)
            )
        except NoValue:
            assert not any(theirs)
        else:
            assert [cell.text for (cell,) in found.rows] == theirs


@pytest.mark.parametrize(
    "query", ["number(//p)", "sum(//p)", "12345678901234567", "1000000 * 1000000 * 1000000"]
)
def test_a_number_that_a_sheet_would_round_is_not_given(query: str) -> None:
    failure = refused(query, "<p>99999999999999999999")
    assert (failure.cell, failure.reason) == ("#VALUE!", "no_number")
    assert failure.message == (
        f"The XPath {query} works out a number of more than 15 digits, which would be rounded."
    )
    assert read("number(//p)", "<p>999999999999999") == [[999_999_999_999_999]]


PRICES = (
    "<p>29<sup>99</sup></p><p>5</p><p>-<b>7</b></p><div><b>1,031</b> likes <i>22</i> fans</div>"
)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("string(//p)", "2999"),
        ("normalize-space(//p)", "2999"),
        ("concat(//p, '')", "2999"),
        ("translate(string(//p), ',', '')", "2999"),
        ("substring(//p, 1, 3)", "299"),
        ("string(//p[2])", 5),
        ("string(//p[3])", -7),
        ("concat(//p[2], '.', //i)", 5.22),  # who writes that puts it together knowingly
        ("substring-before(//div, ' likes')", 1031),  # one text of several, whole
        ("normalize-space(substring-after(substring-before(//div, ' fans'), 'likes'))", 22),
        ("number(//p[2])", 5),
        ("sum(//p[position() > 1])", -2),
        ("floor(//p[2]) + 1", 6),
        ("string-length(//p)", 4),
        ("count(//p[number(.) > 2000])", 1),
        ("number(substring-before(//p[1]/text(), '9'))", 2),
    ],
)
def test_a_text_out_of_several_elements_is_no_number(query: str, value: object) -> None:
    (row,) = read(query, PRICES)
    assert row == [value]
    assert type(row[0]) is type(value) or not isinstance(value, str)


@pytest.mark.parametrize(
    "query",
    [
        "number(//p)",
        "sum(//p)",
        "number(normalize-space(//p))",
        "number(translate(//p, ',', ''))",
        "round(//p) * 2",
        "1 + number(string(//p))",
        "floor(number(//p))",
    ],
)
def test_a_number_out_of_several_elements_is_not_given(query: str) -> None:
    failure = refused(query, PRICES)
    assert (failure.cell, failure.reason) == ("#VALUE!", "no_number")
    assert failure.message == (
        f"The XPath {query} takes digits of several elements for one number, which stands "
        "nowhere on the page."
    )
