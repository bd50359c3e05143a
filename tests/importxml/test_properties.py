"""Whatever a page and a query hold: an answer within its bounds, or a reason in words."""

from __future__ import annotations

import json
import string

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sheetsync import importxml
from sheetsync.importxml import Choices, Content, Import, NoValue, Result
from sheetsync.importxml.content import PREFIXES
from sheetsync.importxml.result import MAX_CELLS, MAX_TEXT
from sheetsync.importxml.syntax import check_xpath
from tests.importxml.pages import ADDRESS, MIXED

TAG_NAMES = "a b p td tr th table tbody ul li dl dt select option svg path math template script "
TAG_NAMES += "style title textarea plaintext frameset form o:p x:y:z ² x² ı a\u0300 <"
TAGS = TAG_NAMES.split()
PIECES = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
    st.builds(
        "<td {}={}>".format,
        st.sampled_from(["colspan", "rowspan", "@x", ":y", "xml:lang", "xmlns:z", "a b", '"', "é"]),
        st.sampled_from(["0", "2", "70000", "-1", '"x"', "'", "&#0;", "\x00"]),
    ),
    st.sampled_from(
        [
            "&#0;",
            "&#8;",
            "&#xD800;",
            "&#xFFFF;",
            "&amp;",
            "&nbsp",
            "<!--",
            "-->",
            "<!---->",
            "<!-->",
            "<![CDATA[x]]>",
            "<?pi x?>",
            "<!doctype html>",
            "<!DOCTYPE a \"b\" 'c'>",
            "\x0b",
            "\ud800",
            "<svg xlink:href='a'>",
            "<svg><foreignObject>",
            "1,031",
            "=1+1",
        ]
    ),
    st.text(max_size=8),
)
HTML = st.lists(PIECES, max_size=25).map("".join)
WORDS = "//|/|.|..|@|*|[|]|(|)|a|td|or|and|div|mod|=|!=|<|+|-|,|'x'|\"y\"|1|.5|$v|::|child|self"
WORDS += "|text()|node()|count(|name(|position()|last()|svg:path|ns:a|string(|not(|contains(|id("
WORDS += "|ancestor-or-self|following|preceding::|attribute::|namespace::|comment()| |é|#|’"
XPATHS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*WORDS.split("|"), "|"]), min_size=1, max_size=9).map("".join),
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
CHOICES = st.builds(
    Choices,
    children=st.sampled_from(["columns", "joined"]),
    tree=st.sampled_from(["either", "browser", "written"]),
    names=st.sampled_from(["prefixed", "local"]),
    blanks=st.sampled_from(["kept", "dropped"]),
    merged=st.sampled_from(["once", "repeated"]),
)
IMPORTS = st.one_of(
    st.builds(Import, st.just("xml"), st.just(ADDRESS), XPATHS),
    st.builds(
        Import,
        st.just("html"),
        st.just(ADDRESS),
        st.sampled_from(["table", "list"]),
        st.integers(1, 3),
    ),
    st.builds(Import, st.just("data"), st.just(ADDRESS), st.sampled_from(["", ";", "\t", "x"])),
    st.builds(
        Import,
        st.just("feed"),
        st.just(ADDRESS),
        st.sampled_from(["", "items", "feed", "items summary", "x"]),
    ),
    st.builds(Import, st.just("json"), st.just(ADDRESS), st.text(max_size=20)),
)


def in_bounds(result: Result) -> None:
    widths = {len(row) for row in result.rows}
    assert len(widths) == 1
    assert 0 < len(result.rows) * widths.pop() <= MAX_CELLS
    assert any(cell.value is not None for row in result.rows for cell in row)
    "".join(cell.text for row in result.rows for cell in row).encode()  # whole characters
    assert all(len(cell.text) <= MAX_TEXT for row in result.rows for cell in row)
    json.dumps(result.to_json(), allow_nan=False)  # every number is one
    times = [cell.value for row in result.rows for cell in row if cell.type == "time"]
    assert not [time for time in times if time.tzinfo]  # type: ignore[union-attr]


def gives_an_answer_or_a_reason(call: Import, page: str, choices: Choices) -> None:
    try:
        result = importxml.evaluate(call, page, choices=choices)
    except NoValue as failure:
        assert failure.message
        assert failure.hint
        assert failure.cell in ("#N/A", "#REF!", "#VALUE!", "#ERROR!")
    else:
        in_bounds(result)


@settings(max_examples=400, deadline=None)
@given(IMPORTS, HTML, CHOICES)
def test_any_import_of_any_page(call: Import, page: str, choices: Choices) -> None:
    gives_an_answer_or_a_reason(call, page, choices)


@settings(max_examples=150, deadline=None)
@given(XPATHS, HTML.map(lambda text: f"<?xml version='1.0'?><r>{text}</r>"), CHOICES)
def test_any_xpath_on_anything_that_calls_itself_xml(
    xpath: str, page: str, choices: Choices
) -> None:
    gives_an_answer_or_a_reason(Import("xml", ADDRESS, xpath), page, choices)


@settings(max_examples=100, deadline=None)
@given(DATA.map(json.dumps), st.sampled_from(["", "@", "*", "[]", "[0]", "a.b"]))
def test_any_json(page: str, query: str) -> None:
    gives_an_answer_or_a_reason(Import("json", ADDRESS, query), page, Choices())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=string.printable + "“’é", max_size=40).map("=IMPORTXML(".__add__))
def test_any_text_is_a_formula_or_an_error_with_a_place(text: str) -> None:
    try:
        found = importxml.parse_formula(text)
    except NoValue as failure:
        assert failure.cell == "#ERROR!"
        assert 1 <= failure.position <= len(text) + 1
    else:
        assert found.name == "IMPORTXML"


ROOT = Content(MIXED).browser


def libxml2_takes(xpath: str) -> bool:
    """Whether libxml2 reads it, calls of what is unknown apart: those it finds while it runs."""
    try:
        compiled = etree.XPath(xpath, namespaces=dict(PREFIXES), regexp=False)
        compiled(ROOT)
    except (etree.XPathSyntaxError, ValueError):  # or a sign that XML cannot have
        return False
    except etree.XPathEvalError as error:
        return not any(
            word in str(error)
            for word in ("Unregistered", "Undefined variable", "number of arguments", "prefix")
        )
    return True


def ours_takes(xpath: str) -> bool:
    try:
        found = check_xpath(xpath)
    except NoValue:
        return False
    return set(found.prefixes) <= {*PREFIXES, "xml"}


@settings(max_examples=500, deadline=None)
@given(XPATHS)
def test_what_is_valid_here_is_valid_to_libxml2(xpath: str) -> None:
    """Not the other way: libxml2 also takes ``///a`` and ``name(``, which are no XPath.

    Names in the letters of today's Unicode are left out: libxml2's tables are of 2006.
    """
    if ours_takes(xpath) and not set(xpath) - set(string.printable + "é’"):
        assert libxml2_takes(xpath), xpath


def either(*forms: str) -> st.SearchStrategy[str]:
    return st.sampled_from(forms)


NODE_TESTS = either("a", "*", "td", "svg:path", "svg:*", "text()", "node()", "comment()", "or", "é")
STEPS = st.one_of(
    NODE_TESTS,
    NODE_TESTS.map("@".__add__),
    st.builds(
        "{}::{}".format, either("child", "self", "ancestor", "following-sibling"), NODE_TESTS
    ),
    either(".", ".."),
)
PATHS = st.builds(
    "{}{}".format,
    either("", "/", "//"),
    st.lists(STEPS, min_size=1, max_size=3).map("//".join),
)
GRAMMAR = st.recursive(
    PATHS | either("1", ".5", "2.", "'x'", '"y"', "position()", "last()", "true()", "(/)"),
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{} {} {}".format, inner, either("or", "and", "=", "<=", "+", "-"), inner),
        st.builds("({}) {} ({})".format, inner, either("*", "div", "mod", "|"), inner),
        st.builds("//a[{}]".format, inner),
        st.builds("({})[{}]/b".format, inner, inner),
        st.builds("concat({}, {})".format, inner, inner),
        st.builds("string({})".format, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(GRAMMAR)
def test_every_xpath_of_the_grammar_is_valid_here_and_to_libxml2(xpath: str) -> None:
    check_xpath(xpath)
    etree.XPath(xpath, namespaces=dict(PREFIXES), regexp=False)
