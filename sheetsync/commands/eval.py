"""``sheetsync eval``: one IMPORT formula, as Google would spill it, with a reason for #N/A."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from sheetsync import importxml
from sheetsync.commands.shared import platforms_with
from sheetsync.errors import ConfigError
from sheetsync.fetch.client import SECONDS
from sheetsync.fetch.containers import pages_in
from sheetsync.fetch.formats import HEAD, decode_html, decode_typed, is_binary, sniff, unmarked
from sheetsync.fetch.keep import Keeper
from sheetsync.fetch.pages import Pages
from sheetsync.fetch.way import Manners, Way
from sheetsync.importxml import Choices, Content, Import, NoValue, Reason, Result, choices
from sheetsync.importxml.answers import content_of, of_problem
from sheetsync.importxml.content import MAX_PAGE
from sheetsync.importxml.show import csv_lines, json_text, one_line, table_lines
from sheetsync.model import Page
from sheetsync.options import F, json_option, option, web_options, web_settings
from sheetsync.terminal import note, say, width

#: What a saved file's name says of it, as a server's header would.
_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xml": "application/xml",
    ".rss": "application/xml",
    ".atom": "application/xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
_MOST_SECONDS = 20.0
_EATEN = " If your shell eats them, put the formula into a file: sheetsync eval - < formula.txt"


def choice(name: str, kind: object, help: str) -> Callable[[F], F]:
    """An option for what Google's documents leave open; the first value is the default."""
    values = get_args(kind)
    variable = name.removeprefix("--").replace("-", "_")
    return option(
        name, variable, type=click.Choice(values), default=values[0], show_default=True, help=help
    )


@click.command("eval")
@click.argument("formula")
@option(
    "--page",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Read this saved page instead of asking the site.",
)
@option("--cell", "cells", multiple=True, metavar="A2=TEXT", help="What stands in a cell.")
@option("--locale", default="en_US", show_default=True, help="The sheet's: nl_NL, it_IT, …")
@choice("--children", choices.Children, "Elements inside a match: a column each, or joined.")
@choice("--tree", choices.Tree, "The page as browsers build it, as it is written, or either.")
@choice("--names", choices.Names, "name() with its prefix, or without.")
@choice("--blanks", choices.Blanks, "Matches without text: blank rows, or none.")
@choice("--counts", choices.Counts, "A number of XPath's: 2 or 2.0.")
@choice("--unknown-locale", choices.UnknownLocale, "A locale nobody knows: error, or the sheet's.")
@choice("--items", choices.Items, "A feed without num_items: all that it has, or a dozen.")
@choice("--merged", choices.Merged, "A merged cell's text: once, or in each place.")
@option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@json_option
@web_options
def eval_command(
    formula: str,
    page: Path | None,
    cells: tuple[str, ...],
    locale: str,
    as_csv: bool,
    as_json: bool,
    **rest: Any,
) -> None:
    """Work out one IMPORT formula, as Google would spill it. Writes nothing.

    IMPORTXML, IMPORTHTML, IMPORTDATA, IMPORTFEED, and IMPORTJSON(url; JMESPath). XPath is 1.0.
    FORMULA may be - to read it from stdin, where a shell eats its quotes.

    \b
    Examples:
      sheetsync eval '=IMPORTXML("https://example.org/"; "//h1")' --allow-host example.org
      sheetsync eval '=IMPORTHTML("https://example.org/"; "table"; 1)' --page saved.html --csv
    """
    if as_csv and as_json:
        raise ConfigError("--csv and --json are two forms of output.", hint="Give one of them.")
    if formula == "-":
        formula = decode_typed(sys.stdin.buffer.read()).strip()
    chosen = Choices(**{name: rest.pop(name) for name in Choices.__slots__})
    known = _cells(cells)
    try:
        call = importxml.to_import(formula, known.__getitem__)
        content = _of_file(page, call) if page else _of_site(call, rest)
        with importxml.Worker(min(_MOST_SECONDS, rest["deadline"])) as worker:
            result = worker.evaluate(call, content, locale=locale, choices=chosen)
    except NoValue as failure:
        if failure.reason is Reason.FORMULA and '"' not in formula:
            failure.hint += _EATEN
        sys.exit(_tell(failure, as_json=as_json))
    _print(result, as_csv=as_csv, as_json=as_json)


def _cells(given: tuple[str, ...]) -> dict[str, object]:
    """``A2=text`` as the formula may say it, ``$`` or not, in any case."""
    found = _Cells()
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.strip():
            raise ConfigError(
                f"--cell {one}: this is no cell.", hint="write e.g. --cell A2=https://example.org/"
            )
        found[found.plain(name)] = text
    return found


class _Cells(dict[str, object]):
    @staticmethod
    def plain(name: str) -> str:
        return name.strip().replace("$", "").upper()

    def __getitem__(self, name: str) -> object:
        return super().__getitem__(self.plain(name))


def _of_site(call: Import, web: dict[str, Any]) -> Content:
    """Ask the address. Raises NoValue for whatever is no page."""
    keep = Keeper(web["save"]).keep if web["save"] else None
    manners = Manners(**web_settings(web))
    seconds = min(SECONDS, manners.deadline)
    with Way(platforms_with(()), manners, os.environ, seconds=seconds) as way:
        answer = Pages(way).get(call.url)
    if keep and answer.text:
        keep(Page(answer.text, name=answer.url.partition("?")[0]))
    return content_of(answer)


def _of_file(path: Path, call: Import) -> Content:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        data = head + stream.read(MAX_PAGE * 20)
    kind = sniff(head)
    if kind in ("mhtml", "webarchive", "har"):
        pages = pages_in(data, kind, max_bytes=MAX_PAGE)
        named = [one for one in pages if one.url.rstrip("/") == call.url.rstrip("/")]
        chosen = (named or pages)[0]
        if chosen.problem:
            raise of_problem(chosen.problem, f"{path.name}: {chosen.detail}")
        return Content(chosen.text)
    text = decode_html(data)
    if is_binary(text[:HEAD]) and not unmarked(data)[0]:
        raise NoValue(
            Reason.UNREADABLE, f"{path.name} holds no text.", hint="Save the page in a browser."
        )
    return Content(text, content_type=_TYPES.get(path.suffix.lower(), ""))


def _say_json(value: object) -> None:
    """A letter that stdout cannot write is escaped and not lost."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    say(json_text(value, plain=encoding.lower().replace("-", "") != "utf8"))


def _tell(failure: NoValue, *, as_json: bool) -> int:
    """The cell's own error as data, the reason and the next step as messages."""
    if as_json:
        shape = {"cell": failure.cell, "reason": failure.reason.value}
        shape |= {"message": failure.message, "hint": failure.hint}
        _say_json({"error": {**shape, "exit_status": failure.exit_status}})
    else:
        say(failure.cell)
    note(f"error: {one_line(failure.message)}")
    note(f"hint: {one_line(failure.hint)}")
    return failure.exit_status


def _print(result: Result, *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        _say_json(result.to_json())
    elif as_csv:
        say("\n".join(csv_lines(result, looked_at=width() is not None)))
    else:
        say("\n".join(table_lines(result, width())))
    for line in result.notes:
        note(f"note: {one_line(line)}")
