"""Which keys of a page's data a layout looks at: those, and no others, come into a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.platform_file import builtin, parse
from sheetsync.saver.reads import Place, read_by, values_of

FILE = """
name = "Boats"
checked = "2026-11"
hosts = ["boats.example"]
[profile]
address = ['boats\\.example/(?P<handle>\\w+)']
url = "https://boats.example/{{handle}}"
[profile.fields]
handle = "handle"
followers = "followers"
[[layouts]]
name = "state"
kind = "profile"
script = "BOATS"
required = ["followers"]
when = '''{when}'''
shape = '''{{handle: `null`, followers: {shape}}}'''
{more}
"""


def keys(shape: str = "n", when: str = "n", more: str = "") -> str:
    platform = parse(FILE.format(shape=shape, when=when, more=more), "boats", "boats.toml")
    root = Place()
    for layout in platform.layouts:
        read_by(layout, platform.subjects[layout.kind], root)
    return root.text()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("n", "n"),
        ("a.b.n", "a(b(n))"),
        ('"webapp.user".n', "webapp.user(n)"),
        ("a[0].n", "a(n)"),
        ("a[].b[].n | [0]", "a(b(n))"),
        ("a[*].n", "a(n)"),
        ("a[1:].n | [0]", "a(n)"),
        ("a.*.n", "a(*(n))"),
        ("values(a)[].n", "a(*(n))"),
        ("keys(a)[?@ == 'x'] && n", "a(*),n"),
        ("contains(keys(a), 'x') && n", "a(x),n"),
        ("a || b.c", "a,b(c)"),
        ("a.b && c", "a(b),c"),
        ("!(a.b) && n", "a(b),n"),
        ("a == `1` && n", "a,n"),
        ("[a.n, b][] | [0]", "a(n),b"),
        ("{x: a.b, y: {z: c}} | y.z", "a(b),c"),
        ("{x: a.b} | y", "a(b)"),
        ("join('', a[].n)", "a(n)"),
        ("max_by(a, &b).n", "a(b,n)"),
        ("map(&b, a[].n) | [0]", "a(n(b))"),
        ("not_null(a.n, b)", "a(n),b"),
        ('users."{handle}".n', "users({handle}(n))"),
        ("`5`", ""),
    ],
)
def test_what_an_expression_looks_at_is_kept(path: str, kept: str) -> None:
    found = keys(path, "`true`")
    assert sorted(parts(found)) == sorted(parts(kept))


def parts(text: str) -> list[str]:
    """Top-level keys with what is in their brackets; their order means nothing."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("a[?kind == 'boat'].n | [0]", "a(kind,n,?kind~boat)"),
        ("a[?kind == 'boat' || kind == 'ship'] | [0].n", "a(kind,n,?kind~boat~ship)"),
        ("a[?kind == 'boat' && n].n | [0]", "a(kind,n,?kind~boat)"),
        ("a[?n && kind == 'boat'].n | [0]", "a(n,kind,?kind~boat)"),
        ("values(a)[?author == '{handle}'].n | [0]", "a(*(author,n,?author~{handle}))"),
        ("a[].t | [?ends_with(@, ' followers')] | [0]", "a(t(?~\\ followers$))"),
        ("a[?starts_with(@, '@')] | [0]", "a(?~^@)"),
        # Not said by a text alone: every item is kept.
        ("a[?kind == 'boat' || n].n | [0]", "a(kind,n)"),
        ("a[?kind != 'boat'].n | [0]", "a(kind,n)"),
        ("a[?kind == `1`].n | [0]", "a(kind,n)"),
        ("a[?contains(kind, 'oa')].n | [0]", "a(kind,n)"),
    ],
)
def test_a_list_keeps_only_the_items_that_a_condition_asks_for(path: str, kept: str) -> None:
    assert keys(path, "`true`") == kept


@pytest.mark.parametrize("also", ["a[0].m", "a[].m", "a[*].m", "length(a)", "a[?m].m", "a && n"])
def test_a_list_that_somebody_else_reads_whole_keeps_all(also: str) -> None:
    assert "?" not in keys("a[?kind == 'boat'].n | [0]", also)
    assert "?" not in keys(f"{also} || (a[?kind == 'boat'].n | [0])", "`true`")


def test_letters_that_mean_something_to_the_saver_are_written_in_another_way() -> None:
    assert keys('"a(b),c~%"', "`true`") == "a%28b%29%2Cc%7E%25"
    assert keys("a[?k == '~(x)'].n | [0]", "`true`") == "a(k,n,?k~%257E%2528x%2529)"


def test_the_name_of_the_account_is_marked() -> None:
    names = 'names = { handle = "page.owner || [0].owner" }'
    assert keys("n", "n", names) == "n,page(owner(=)),owner(=)"


def test_statuses_are_looked_at_and_fields_only_where_a_layout_has_numbers() -> None:
    rule = 'outcomes = [{ when = "status == `404`", is = "not_found", say = "gone" }]'
    assert keys("n", "ok", rule) == "ok,status,n"
    only_a_status = FILE.replace('required = ["followers"]\n', "").format(
        when="ok", shape="n", more=rule
    )
    platform = parse(only_a_status, "boats", "boats.toml")
    root = Place()
    read_by(platform.layouts[0], platform.subjects["profile"], root)
    assert root.text() == "ok,status"


def test_an_element_counts_by_its_text_where_it_is_read_or_compared() -> None:
    more = """
[layouts.elements]
title = "//h1"
page = "//main"
lang = "//@lang"
count = "//b"
"""
    when = "page && title == 'x' && (starts_with(lang, 'en') || json.n)"
    file = FILE.format(when=when, shape="count || json.n", more=more)
    platform = parse(file, "boats", "boats.toml")
    layout, subject = platform.layouts[0], platform.subjects["profile"]
    valued = values_of(layout, subject) & layout.elements.keys()
    assert valued == {"title", "lang", "count"}
    root = Place()
    read_by(layout, subject, root)
    assert root.text() == "n"


NAMES = st.text(min_size=1, max_size=12).filter(lambda text: '"' not in text and "\\" not in text)


@given(NAMES)
def test_any_key_can_be_written(name: str) -> None:
    place = Place()
    place.at(name)
    assert not set(place.text()) & set("(),~")


def test_every_expression_of_every_platform_is_understood() -> None:
    for platform in builtin():
        for layout in platform.layouts:
            root = Place()
            read_by(layout, platform.subjects[layout.kind], root)
            assert root.text().count("(") == root.text().count(")")
