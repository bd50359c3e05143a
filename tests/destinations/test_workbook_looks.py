"""How a workbook looks, read from its XML: notes, rules, groups, sparklines, charts."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule

from sheetsync.dashboard.tabs import DASHBOARD, POSTS, PROFILES
from sheetsync.dashboard.trend import END
from tests.destinations.conftest import Convert, book, columns, state_of, story, sync
from tests.destinations.test_workbook_boards import PLACES, notes
from tests.plan.sheet import NOW, profile


@pytest.fixture
def full(path: Path) -> Path:
    sync(path, *story(30))
    return path


def part(path: Path, title: str) -> str:
    """The XML of a tab."""
    number = book(path).sheetnames.index(title) + 1
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def charts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+.xml", n))
        return [archive.read(name).decode() for name in names]


def test_every_header_says_what_it_means(full: Path) -> None:
    sheet, where = book(full)["Profiles"], columns(full)
    for column in PROFILES.columns:
        comment = sheet[f"{where[column.key]}1"].comment
        assert (comment.text if comment else "") == column.note
    assert any(column.note for column in PROFILES.columns)


def test_one_signal_for_a_column_and_no_red(full: Path) -> None:
    for tab in (PROFILES, POSTS):
        where = columns(full, tab.key)
        ranges = {str(rule.sqref) for rule in book(full)[tab.title].conditional_formatting}
        signs = [column for column in tab.columns if column.signal]
        assert ranges == {f"{where[c.key]}2:{where[c.key]}200" for c in signs}
        rules = [r for found in book(full)[tab.title].conditional_formatting for r in found.rules]
        colours = {r.dxf.font.color.rgb for r in rules if r.dxf.font}
        assert not any(re.match(r"FF[C-F].(00|[0-4].)", colour) for colour in colours)


def test_ours_are_no_loss_and_theirs_are(full: Path, convert: Convert) -> None:
    assert notes(full) == []
    saved = convert(full, "xlsx")
    assert notes(saved, followers=8) == []
    team = book(full)
    sheet = team["Profiles"]
    sheet["B2"].comment = Comment("call her", "me")
    sheet.conditional_formatting.add("C2:C9", CellIsRule("greaterThan", ["5"]))
    team.save(full)
    [note] = notes(full, followers=9)
    assert note.endswith("comments and conditional formats.")


def test_a_note_of_ours_that_was_rewritten_is_the_teams(full: Path) -> None:
    team = book(full)
    cell = team["Profiles"][f"{columns(full)['followers']}1"]
    cell.comment = Comment("ask Els first", "sheetsync")
    team.save(full)
    [note] = notes(full)
    assert note.endswith("comments.")


def test_their_sparklines_are_a_loss(full: Path) -> None:
    with zipfile.ZipFile(full) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = f"xl/worksheets/sheet{book(full).sheetnames.index('Profiles') + 1}.xml"
    parts[name] = parts[name].replace(
        b"</x14:sparklines>",
        b"<x14:sparkline><xm:f>Profiles!C2:H2"
        b"</xm:f><xm:sqref>C2</xm:sqref></x14:sparkline></x14:sparklines>",
    )
    with zipfile.ZipFile(full, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    [note] = notes(full)
    assert note.endswith("sparklines.")


def test_the_folded_group_opens_and_closes_beside_its_columns(full: Path) -> None:
    def levels(path: Path) -> dict[str, tuple[int, bool, bool]]:
        cols = re.findall(r"<col [^>]*>", part(path, "Profiles"))
        found = {}
        for col in cols:
            first, last = (int(re.search(rf'{n}="(\d+)"', col)[1]) for n in ("min", "max"))  # type: ignore[index]
            for at_ in range(first, last + 1):
                outline = re.search(r'outlineLevel="(\d)"', col)
                found[at_] = (
                    int(outline[1]) if outline else 0,
                    "hidden=" in col,
                    "collapsed" in col,
                )
        keys = {n: c.key for n, c in enumerate(PROFILES.columns, 1)}
        return {keys[at_]: value for at_, value in found.items() if at_ in keys}

    described = {c.key for c in PROFILES.columns if c.folded}
    for _ in range(2):
        found = levels(full)
        assert {key for key, (level, hidden, _) in found.items() if level and hidden} == described
        assert [key for key, (_, _, collapsed) in found.items() if collapsed] == ["typed_followers"]
        sync(full, profile("new", NOW, followers=1))


def test_headers_over_numbers_stand_right_and_formats_are_as_described(full: Path) -> None:
    sheet, where = book(full)["Profiles"], columns(full)
    for key in ("followers", "change_7d", "engagement", "fee", "read_at"):
        assert sheet[f"{where[key]}1"].alignment.horizontal == "right"
    assert sheet[f"{where['growth_7d']}2"].number_format == "0.0%"
    assert sheet[f"{where['change_7d']}2"].number_format == "#,##0"
    assert sheet[f"{where['needs']}2"].number_format == "General"
    assert sheet.freeze_panes == "B2"


# --- sparklines -------------------------------------------------------------------------------


def test_a_sparkline_is_drawn_from_what_its_row_is_about_now(
    full: Path, recompute: Convert
) -> None:
    xml = part(full, "Profiles")
    pairs = re.findall(r"<xm:f>([^<]*)</xm:f><xm:sqref>([^<]*)</xm:sqref>", xml)
    found = {cell: source for source, cell in pairs}
    assert "lastMarker" not in xml and 'last="1"' in xml
    assert 'type="column"' not in xml
    where = columns(full)["trend"]
    assert found.keys() == {f"{where}{row}" for row in range(2, 8)}
    grown = [21_000 + 43 * n for n in (23, 25, 25, 26, 27, 28, 29, 30)]  # one day was missed
    assert line(full, found[f"{where}2"])[-8:] == grown
    # Two rows change places: the line of each cell follows.
    lines = {row: line(full, found[f"{where}{row}"]) for row in (2, 3)}
    team = book(full)
    sheet = team["Profiles"]
    for key in ("address", "for", "for_address", "followers"):
        a, b = (sheet[f"{columns(full)[key]}{row}"] for row in (2, 3))
        a.value, b.value = b.value, a.value
    team.save(full)
    swapped = recompute(full, "xlsx")
    assert line(swapped, found[f"{where}2"]) == lines[3]
    assert line(swapped, found[f"{where}3"]) == lines[2]


def line(path: Path, source: str) -> list[Any]:
    title, _, area = source.replace("'", "").rpartition("!")
    [row] = book(path, values=True)[title][area]
    values = [cell.value for cell in row]
    assert len(values) == 28
    assert row[0].column > END
    return values


def test_a_gap_is_filled_with_what_comes_next(path: Path) -> None:
    from tests.plan.sheet import at  # noqa: PLC0415

    days = (10, 14, 22)
    sync(path, *(profile("anna", at(day), followers=day) for day in days))
    found = re.search(r"<xm:f>([^<]*)</xm:f>", part(path, "Profiles"))
    assert found is not None
    assert line(path, found[1])[-13:] == [10, *[14] * 4, *[22] * 8]


# --- charts -----------------------------------------------------------------------------------


def test_the_charts_hold_the_numbers_and_follow_the_picks(full: Path) -> None:
    bars, lines = charts(full)
    assert "<c:barChart>" in bars
    assert "'Trend'!" in bars
    assert len(re.findall(r"<c:pt ", bars)) >= 50
    assert "<c:lineChart>" in lines
    shown = [name for name in PLACES if name.startswith("line_") and state_of(full).picks[name]]
    assert len(re.findall(r"<c:ser>", lines)) == len(shown) == 4
    for name in shown:
        letter, row = PLACES[name][0], PLACES[name][1:]
        assert f"'Dashboard'!${letter}${row}" in lines
    low = re.search(r'<c:min val="(\d+)"', lines)
    assert low and 50 <= int(low[1]) < 100


def test_charts_are_drawn_again_and_never_twice(full: Path) -> None:
    sync(full, profile("new", NOW, followers=1))
    assert len(charts(full)) == 2


def test_the_saver_in_one_line_makes_no_high_row(path: Path) -> None:
    from sheetsync.dashboard.tabs import dashboard  # noqa: PLC0415

    sync(path, dashboard=dashboard("javascript:" + "x" * 5000))
    guide = book(path)["How to read this"]
    heights = [d.height for d in guide.row_dimensions.values() if d.height]
    assert max(heights) < 90
    [saver] = [c for row in guide.iter_rows() for c in row if str(c.value).startswith("javascript")]
    assert not saver.alignment.wrap_text
    assert len(DASHBOARD.guide.lines) < len(dashboard("x").guide.lines)
