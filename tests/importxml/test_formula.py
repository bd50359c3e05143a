"""Formulas as people type and paste them."""

from __future__ import annotations

import re

import pytest

from sheetsync.importxml import Import, NoValue, Reference, parse_formula, to_import

A = "https://example.org/a"


def failure(text: str) -> NoValue:
    with pytest.raises(NoValue) as caught:
        to_import(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        f'=IMPORTXML("{A}","//h1")',
        f'=IMPORTXML("{A}";"//h1")',
        f'  = importxml ( "{A}" ; "//h1" )  ',
        f'IMPORTXML("{A}","//h1")',
        f'=IMPORTXML("{A}","//h1"',  # Google adds the parenthesis itself
        '=IMPORTXML("https://example.org" & "/a", "//" & "h" & 1)',
        f'=IMPORTXML("{A}","//h1",)',
    ],
)
def test_ways_to_type_the_same(text: str) -> None:
    assert to_import(text) == Import("xml", A, "//h1")


def test_quotes_inside_a_text_are_doubled() -> None:
    assert to_import(f'=IMPORTXML("{A}"; "//a[@x=""1""]")').query == '//a[@x="1"]'


def test_an_address_may_have_any_separator_in_it() -> None:
    assert to_import('=IMPORTXML("https://e.org/?a=1;b=2,c=(3)&d"; "//a")').url.endswith("(3)&d")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'=IMPORTXML("{A}";"//a";"nl_NL")', Import("xml", A, "//a", locale="nl_NL")),
        (f'=IMPORTHTML("{A}";"Table";3)', Import("html", A, "table", index=3)),
        (f'=IMPORTHTML("{A}";"list")', Import("html", A, "list")),
        (f'=IMPORTHTML("{A}";"list";0)', Import("html", A, "list")),
        (f'=IMPORTHTML("{A}";"list";;"it_IT")', Import("html", A, "list", locale="it_IT")),
        (f'=IMPORTDATA("{A}")', Import("data", A)),
        (f'=IMPORTDATA("{A}";";";"de_DE")', Import("data", A, ";", locale="de_DE")),
        (f'=IMPORTDATA("{A}";"\\t")', Import("data", A, "\t")),
        (f'=IMPORTFEED("{A}")', Import("feed", A)),
        (
            f'=IMPORTFEED("{A}";"items title";TRUE;5)',
            Import("feed", A, "items title", headers=True, items=5),
        ),
        (f'=IMPORTJSON("{A}";"a[0].b")', Import("json", A, "a[0].b")),
    ],
)
def test_every_function_and_its_arguments(text: str, wanted: Import) -> None:
    assert to_import(text) == wanted


def test_cells_are_filled_in_by_whoever_has_a_sheet() -> None:
    sheet = {"A2": A, "$B$4": "//h1", "'My tab'!C3": "nl_NL", "site": "ignored"}
    formula = parse_formula("=IMPORTXML(A2; $B$4; 'My tab'!C3)")
    assert formula.references == ("A2", "$B$4", "'My tab'!C3")
    assert formula.arguments[0] == (Reference("A2"),)
    assert to_import(formula, sheet.__getitem__) == Import("xml", A, "//h1", locale="nl_NL")


def test_a_cell_joined_with_text_and_an_empty_cell() -> None:
    sheet = {"A2": "example.org", "B1": None, "C1": 3.0}
    text = '=IMPORTHTML("https://" & A2 & "/a"; "table"; C1; B1)'
    assert to_import(text, sheet.__getitem__) == Import("html", A, "table", index=3)


def test_a_cell_without_a_sheet_is_a_reference_error() -> None:
    found = failure('=IMPORTXML(A2;"//a")')
    assert (found.cell, found.exit_status) == ("#REF!", 2)
    assert found.message == (
        "The formula refers to the cell A2, and there is no sheet here to find it in."
    )


SEPARATE = (
    "Put ; or , between two arguments, & between two parts of one. A quote inside a text is "
    "doubled."
)
ALONE = "Give the IMPORT… formula alone: IMPORTXML, IMPORTHTML, IMPORTDATA, IMPORTFEED, IMPORTJSON."
MISTAKES = [
    (
        "=IMPORTXML(“https://e.org”,”//a”)",
        "Curly quotes are no quotes to a sheet: “ at position 12.",
        'With straight ones: =IMPORTXML("https://e.org","//a")',
    ),
    (
        '=IMPORTXML("https://e.org","//a)',
        "The quote at position 28 of the formula has no end.",
        "A text begins and ends with a quote; a quote inside it is doubled.",
    ),
    (
        "=IMPORTXML('https://e.org','//a')",
        "The single quote at position 12 begins no text.",
        'A text stands in double quotes: "…". Single ones may stand inside it.',
    ),
    (
        '=IMPORTXML("https://e.org","//a[@id="x"]")',
        "Something is missing before position 38 of the formula.",
        SEPARATE,
    ),
    (
        '=IMPORTXML(CONCATENATE("https://","e.org"),"//a")',
        "CONCATENATE(…) inside the formula is not worked out here.",
        "Write its result in its place. Only texts, numbers, cells and & are read.",
    ),
    (
        '=TRANSPOSE(IMPORTXML("https://e.org","//a"))',
        "IMPORTXML(…) stands inside of another function.",
        "Give it alone, without what is around it.",
    ),
    (
        "=SUM(1,2)",
        "SUM is no function that is worked out here.",
        ALONE,
    ),
    (
        '=IMPORTXML("https://e.org","//a")*2',
        "After the closing parenthesis comes more: *2",
        "Give the IMPORT… formula alone, without what is around it.",
    ),
    (
        "=IMPORTXML(A1:A3)",
        "The formula refers to a range (position 14); one import reads one address.",
        "Refer to a single cell, e.g. A2.",
    ),
    (
        '=IMPORTXML("https://e.org" & & "a","//a")',
        "& at position 30 has nothing before it.",
        "& stands between two texts or cells.",
    ),
    (
        "hello",
        "This is no formula of the form IMPORTXML(…).",
        'Write e.g. =IMPORTXML("https://example.com/"; "//h1").',
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), MISTAKES, ids=[m[1][:30] for m in MISTAKES])
def test_a_mistake_is_said_with_its_place(text: str, message: str, hint: str) -> None:
    found = failure(text)
    assert (found.cell, found.exit_status) == ("#ERROR!", 2)
    assert (found.message, found.hint) == (message, hint)


WRONG = [
    ('=IMPORTXML("https://e.org")', "IMPORTXML takes 2 to 3 arguments; here is 1."),
    ('=IMPORTXML("e.org","//a")', "“e.org” is no web address."),
    ('=IMPORTXML("","//a")', "The formula has no address."),
    ('=IMPORTXML("https://e.org","")', "The formula has no XPath."),
    ('=IMPORTHTML("https://e.org","div",1)', "IMPORTHTML takes a table or a list, not “div”."),
    ('=IMPORTHTML("https://e.org","table",-1)', "“-1” counts no table or list."),
    ('=IMPORTHTML("https://e.org","table","x")', "“x” counts no table or list."),
    ('=IMPORTDATA("https://e.org","ab")', "“ab” is no delimiter."),
    ('=IMPORTFEED("https://e.org","items",2)', "“2” is neither TRUE nor FALSE."),
    ('=IMPORTFEED("https://e.org","items",TRUE,0)', "“0” is no number of items."),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[w[1][:30] for w in WRONG])
def test_a_wrong_argument_is_a_value_error(text: str, message: str) -> None:
    found = failure(text)
    assert (found.cell, found.exit_status, found.message) == ("#VALUE!", 2, message)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("=IMPORTXML(https://e.org/; //u)", "https://e.org/"),
        ("=IMPORTXML(https://e.org/,//u)", "https://e.org/"),
        ('=IMPORTXML(https://e.org/; "//u")', "https://e.org/"),
        ('=IMPORTXML("https://e.org/"; //u/@a)', "//u/@a"),
        ("=IMPORTHTML(https://e.org/; table; 1)", "https://e.org/"),
    ],
)
def test_quotes_that_are_missing_are_said_to_be(text: str, bare: str) -> None:
    found = failure(text)
    assert found.message == f"The quotes are missing around {bare}."
    assert found.position == text.index(bare) + 1


def test_a_backslash_is_a_shells() -> None:
    found = failure(r"=IMPORTXML(\"https://e.org\"; \"//u\")")
    assert found.message.startswith("The backslash at position 12 is for a shell")


def test_a_mark_before_the_formula_is_passed_over() -> None:
    assert parse_formula('\ufeff=IMPORTDATA("https://e.org/")').name == "IMPORTDATA"


INNER = '=IMPORTHTML("https://e.org/"; "table"; 1)'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('=IFERROR(IMPORTHTML("https://e.org/"; "table"; 1); "-")', (0, 0)),
        ('=iferror( IMPORTHTML("https://e.org/"; "table"; 1))', (0, 0)),
        ('=IFERROR(IMPORTHTML("https://e.org/"; "table"; 1); IF(A1>2;"(";")"))', (0, 0)),
        ('=INDEX(IMPORTHTML("https://e.org/"; "table"; 1); 2; 3)', (2, 3)),
        ('=INDEX(IMPORTHTML("https://e.org/", "table", 1), 2)', (2, 0)),
        ('=INDEX(IMPORTHTML("https://e.org/"; "table"; 1);;3)', (0, 3)),
        ('=IFERROR(INDEX(IMPORTHTML("https://e.org/"; "table"; 1); 2; 3); "-")', (2, 3)),
        ('=INDEX(IFERROR(IMPORTHTML("https://e.org/"; "table"; 1); "-"); 2; 3)', (2, 3)),
    ],
)
def test_iferror_and_index_around_an_import(text: str, place: tuple[int, int]) -> None:
    found = parse_formula(text)
    assert found.arguments == parse_formula(INNER).arguments
    assert (found.name, found.place, found.text) == ("IMPORTHTML", place, text)


@pytest.mark.parametrize(
    "text",
    [
        '=IFERROR(IMPORTDATA("https://e.org/"); "-") * 2',
        '=IFERROR(IMPORTDATA("https://e.org/") * 2; "-")',
        '=INDEX(IMPORTDATA("https://e.org/"); A1; 2)',
        '=INDEX(INDEX(IMPORTDATA("https://e.org/"); 2; 0); 1; 2)',
        '=SUM(IMPORTDATA("https://e.org/"))',
        "=" + "IFERROR(" * 5000 + 'IMPORTDATA("https://e.org/")',
    ],
)
def test_of_anything_else_around_it_nothing_is_worked_out(text: str) -> None:
    assert re.search(r"inside (of another function|the formula)", failure(text).message)


def test_a_mistake_inside_is_found_where_it_stands() -> None:
    text = '=IFERROR(IMPORTDATA("https://e.org/" ?); "-")'
    assert failure(text).position == text.index("?") + 1
