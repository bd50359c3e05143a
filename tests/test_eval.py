"""``sheetsync eval``: on saved pages, and against sites on loopback."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetsync.cli import main
from tests.importxml.pages import PARCELS, SMALL
from tests.world import Reply, World, redirect, silence

HOST = "shop.example"
PAGE = f"https://{HOST}/page"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SHEETSYNC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A shop that is not among the platforms."""
    with World() as world:
        world.serve(HOST, "/robots.txt", b"User-agent: *\nDisallow: /private\n")
        for name, value in world.environment().items():
            monkeypatch.setenv(name, value)
        yield world


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, ["eval", *(str(word) for word in words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def saved(text: str | bytes, name: str = "page.html") -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def xml(xpath: str, url: str = PAGE) -> str:
    return f'=IMPORTXML("{url}"; "{xpath}")'


MHTML = (
    b"From: <Saved by Blink>\nSnapshot-Content-Location: https://shop.example/page\n"
    b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
    b"Content-Type: text/html\n\n<html><p>saved</p></html>\n--B--\n"
)
TABLE = f'=IMPORTHTML("{PAGE}"; "table"; 1)'


# A saved page


def test_an_aligned_table() -> None:
    result = run(TABLE, "--page", saved(PARCELS))
    assert result.exit_code == 0
    assert result.stdout == "Date  Status     Place\n6/6   Delivered  Sydney\n"


def test_csv() -> None:
    result = run(TABLE, "--page", saved(SMALL), "--csv")
    assert result.stdout == "A,B\n1,a\n2,b\n"


def test_json_has_typed_cells() -> None:
    result = run(TABLE, "--page", saved(SMALL), "--json")
    shape = json.loads(result.stdout)
    assert shape["rows"][1] == [
        {"type": "number", "value": 1, "text": "1"},
        {"type": "text", "value": "a", "text": "a"},
    ]


def test_the_sheets_locale_and_a_cell_of_the_sheet() -> None:
    page = saved("<p>1.031</p>")
    words = ("=IMPORTXML($A$2; B2)", "--cell", f"a2={PAGE}", "--cell", "B2=//p", "--page", page)
    assert run(*words, "--locale", "nl_NL").stdout == "1031\n"
    assert run(*words).stdout == "1.031\n"


def test_no_value_is_the_cells_error_as_data_and_the_reason_as_a_message() -> None:
    result = run(TABLE.replace("1)", "2)"), "--page", saved(SMALL))
    assert result.exit_code == 1
    assert result.stdout == "#N/A\n"
    assert result.stderr == (
        "error: There is 1 table on this page; the formula asks for table 2.\n"
        "hint: They are: 1 (3 rows: A | B).\n"
    )


def test_no_value_as_json() -> None:
    result = run(xml("//li/a@title"), "--page", saved("<p>"), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "error": {
            "cell": "#N/A",
            "reason": "query",
            "message": "The XPath //li/a@title is not valid: an attribute is a step of its own "
            "(position 7).",
            "hint": "Write //li/a/@title",
            "exit_status": 2,
        }
    }


def test_a_note_says_how_it_was_found() -> None:
    result = run(xml("//table/tr"), "--page", saved("<table><tr><td>1</table>"))
    assert result.stderr.startswith("note: Found in the page as it is written;")


def test_the_formula_may_come_from_stdin_where_a_shell_eats_quotes() -> None:
    words = ["eval", "-", "--page", str(saved("<p>x"))]
    assert CliRunner().invoke(main, words, input=xml("//p") + "\n").stdout == "x\n"


def test_a_choice_is_an_option() -> None:
    page = saved("<p>one <b>two</b></p>")
    assert run(xml("//p"), "--page", page).stdout == "one  two\n"
    assert run(xml("//p"), "--page", page, "--children", "joined").stdout == "one two\n"


def test_nothing_of_a_page_reaches_the_terminal_that_it_obeys() -> None:
    page = saved("<table><tr><td>\x1b[31mred\u202e\x9b0m</table><a\x1b>")
    shown = run(TABLE, "--page", page)
    assert shown.stdout.strip("\n").isprintable()
    told = run(TABLE.replace("1)", "2)"), "--page", page)
    assert told.stderr.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("name", "data", "formula", "printed"),
    [
        ("x.csv", "a;b\n1;2\n".encode("utf-16"), f'=IMPORTDATA("{PAGE}")', "a  b\n1  2\n"),
        ("x.txt", "naïve".encode("cp1252"), f'=IMPORTDATA("{PAGE}")', "naïve\n"),
        ("x.xml", b"<a><b>1</b></a>", xml("/a/b"), "1\n"),
        (
            "x.xml",
            "<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>".encode("latin-1"),
            xml("/a"),
            "é\n",
        ),
        (
            "x.html",
            "<meta charset=windows-1251><p>Привет</p>".encode("cp1251"),
            xml("//p"),
            "Привет\n",
        ),
        ("x.json", b'{"a": [1, 2]}', f'=IMPORTJSON("{PAGE}"; "a")', "1\n2\n"),
        (
            "x.mhtml",
            MHTML,
            xml("//p"),
            "saved\n",
        ),
        (
            "x.har",
            json.dumps(
                {
                    "log": {
                        "entries": [
                            {
                                "request": {"url": url},
                                "response": {
                                    "status": 200,
                                    "content": {"mimeType": "text/html", "text": text},
                                },
                            }
                            for url, text in (
                                (f"https://{HOST}/other", "<html><p>other</p></html>"),
                                (PAGE, "<html><p>this</p></html>"),
                            )
                        ]
                    }
                }
            ).encode(),
            xml("//p"),
            "this\n",
        ),
    ],
    ids=["bom", "cp1252", "xml", "xml-encoding", "meta", "json", "mhtml", "har"],
)
def test_every_way_to_save_a_page(name: str, data: bytes, formula: str, printed: str) -> None:
    result = run(formula, "--page", saved(data, name))
    assert result.stdout == printed, result.stderr


def test_a_file_that_is_no_text() -> None:
    result = run(xml("//p"), "--page", saved(bytes(range(32)) * 50, "x.html"))
    assert (result.exit_code, result.stdout) == (1, "#N/A\n")
    assert "x.html holds no text." in result.stderr


def test_a_formula_that_would_run_for_ever_is_stopped() -> None:
    deep = "//*[count(//*[count(//*[count(//*[count(//*) > 0]) > 0]) > 0]) > 0]"
    result = run(xml(deep), "--page", saved("<p>x</p>" * 2000), "--deadline", "2")
    assert (result.exit_code, result.stdout) == (1, "#N/A\n")
    assert "error: The formula was stopped after 2 seconds." in result.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [(("hello",), 2), (("=IMPORTXML(A1; B1)",), 2), ((TABLE, "--cell", "x"), 2), ((), 2)],
)
def test_wrong_usage_is_exit_2(words: tuple[str, ...], status: int) -> None:
    assert run(*words).exit_code == status


# The web


def test_one_line_from_the_web(world: World) -> None:
    world.serve(HOST, "/page", SMALL.encode())
    result = run(TABLE, "--allow-host", HOST)
    assert result.stdout == "A  B\n1  a\n2  b\n", result.stderr
    assert [seen.path for seen in world.seen(HOST)] == ["/robots.txt", "/page"]


def test_a_host_is_asked_only_with_leave(world: World) -> None:
    result = run(TABLE)
    assert (result.exit_code, result.stdout) == (1, "#N/A\n")
    assert "To read it all the same: --allow-host shop.example" in result.stderr
    assert not world.seen(HOST)


def test_robots_txt_is_obeyed_also_where_a_page_sends_on(world: World) -> None:
    world.serve(HOST, "/private", SMALL.encode())
    world.serve(HOST, "/page", redirect("/private"))
    formula = f'=IMPORTHTML("https://{HOST}/private"; "table"; 1)'
    for one in (formula, TABLE):
        result = run(one, "--allow-host", HOST)
        assert (result.exit_code, result.stdout) == (1, "#N/A\n")
        assert "robots.txt of shop.example forbids this page to programs." in result.stderr
    assert "/private" not in [seen.path for seen in world.seen(HOST)]
    assert run(formula, "--allow-host", HOST, "--ignore-robots").exit_code == 0


def test_the_encoding_comes_from_the_header_first(world: World) -> None:
    body = "<meta charset=utf-8><p>Привет".encode("koi8-r")
    world.serve(HOST, "/page", Reply(body, headers={"Content-Type": "text/html; charset=koi8-r"}))
    assert run(xml("//p"), "--allow-host", HOST).stdout == "Привет\n"


REFUSALS = [
    ("404", Reply(b"<p>x", 404), "shop.example has no such page (404)."),
    ("403", Reply(b"<p>x", 403), "shop.example does not show this page to programs (403)."),
    ("429", Reply(b"<p>x", 429), "shop.example asks for fewer requests (429)."),
    ("500", Reply(b"<p>x", 500), "shop.example has trouble of its own (500)."),
    (
        "too large",
        Reply(b"<p>" + b"x" * 10_000_001),
        "shop.example sent more than 10 MB; no more are read.",
    ),
    (
        "broken gzip",
        Reply(gzip.compress(b"<p>x")[:-9] + b"\0" * 9, headers={"Content-Encoding": "gzip"}),
        "The answer of shop.example is of no use. It is damaged: it cannot be unpacked.",
    ),
    (
        "unknown charset",
        Reply("<p>é".encode(), headers={"Content-Type": "text/html; charset=klingon-8"}),
        "shop.example says that its page is written in “klingon-8”, which is no known encoding.",
    ),
    ("silence", silence, "shop.example did not answer in time (2 s)."),
    (
        "a browser check",
        Reply(b"<title>Just a moment...</title><p>x"),
        "shop.example sent a browser check instead of the page.",
    ),
    ("empty", Reply(b""), "The page is empty: the server sent nothing."),
]


@pytest.mark.parametrize(
    ("reply", "message"),
    [r[1:] for r in REFUSALS],
    ids=[f"52 scrapexpathlist@aaa5cd2, {r[0]}" for r in REFUSALS],
)
def test_every_way_to_get_no_page_has_its_own_sentence(
    world: World, reply: Reply, message: str
) -> None:
    world.serve(HOST, "/page", reply)
    result = run(xml("//p"), "--allow-host", HOST, "--deadline", "2")
    assert (result.exit_code, result.stdout) == (1, "#N/A\n")
    assert result.stderr.splitlines()[0] == f"error: {message}"


def test_the_sentences_differ() -> None:
    assert len({message for _, _, message in REFUSALS}) == len(REFUSALS)


def test_a_page_that_came_is_kept(world: World) -> None:
    world.serve(HOST, "/page", SMALL.encode())
    run(TABLE, "--allow-host", HOST, "--save", "kept")
    assert [path.read_text("utf-8") for path in Path("kept").iterdir()] == [SMALL]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_formula_on_stdin_in_whatever_a_shell_writes(encoding: str) -> None:
    """PowerShell's > writes UTF-16, Notepad a mark."""
    page = saved("<p>één</p>")
    given = (xml("//p[.='één']") + "\r\n").encode(encoding)
    result = CliRunner().invoke(main, ["eval", "-", "--page", str(page)], input=given)
    assert (result.exit_code, result.stdout) == (0, "één\n"), result.stderr


def test_quotes_that_a_shell_ate_are_missed() -> None:
    result = run(f"=IMPORTXML({PAGE}; //p)", "--page", saved("<p>x"))
    assert result.exit_code == 2
    assert f"The quotes are missing around {PAGE}." in result.stderr
    assert "sheetsync eval - < formula.txt" in result.stderr


def test_two_forms_of_output_are_one_too_many() -> None:
    result = run(TABLE, "--page", saved(SMALL), "--csv", "--json")
    assert result.exit_code == 2
    assert "--csv and --json are two forms of output." in result.stderr


def test_one_nul_makes_no_page_unreadable() -> None:
    assert run(xml("//p"), "--page", saved(b"<p>a\0b</p>")).stdout == "a\ufffdb\n"


def test_a_letter_cut_off_at_the_end_spoils_no_other() -> None:
    page = saved("<p>café</p><p>".encode() + b"\xe2\x82")
    assert run(xml("//p[1]"), "--page", page).stdout == "café\n"
    latin = saved(b"<p>caf\xe9")
    assert run(xml("//p[1]"), "--page", latin).stdout == "café\n"


def test_a_pdf_is_no_page(world: World) -> None:
    pdf = Reply(b"%PDF-1.4\n%\xe2\xe3", headers={"Content-Type": "application/pdf"})
    world.serve(HOST, "/page", pdf)
    result = run(xml("//p"), "--allow-host", HOST)
    assert "This is a PDF and no page" in result.stderr


def test_a_nul_from_the_site_is_a_stray_sign_too(world: World) -> None:
    world.serve(HOST, "/page", Reply(b"<p>a\0b</p>", headers={"Content-Type": "text/html"}))
    assert run(xml("//p"), "--allow-host", HOST).stdout == "a\ufffdb\n"
