"""History of a workbook over the years: thinned, streamed, never held."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sheetsync.dashboard import Dashboard, Tab
from sheetsync.dashboard.tabs import DASHBOARD
from tests.destinations.conftest import Convert, book, errors, shown, state_of, sync
from tests.plan.sheet import NOW, post, profile

ROOT = Path(__file__).resolve().parents[2]


def days(path: Path) -> dict[str, list[date]]:
    """The days of each profile, top to bottom; there is no empty row among them."""
    found: dict[str, list[date]] = {}
    for row in book(path)["History"].iter_rows(min_row=2):
        assert isinstance(row[0].value, datetime)
        found.setdefault(str(row[1].value), []).append(row[0].value.date())
    return found


def test_old_days_are_thinned_to_the_last_of_each_month(path: Path) -> None:
    every = [NOW - timedelta(days=n) for n in range(150)]
    sync(path, *(profile("anna", day, followers=n) for n, day in enumerate(every)))
    sync(path, *(profile("ben", day, followers=n) for n, day in enumerate(every[::7])))
    team = book(path)
    history = team["History"]
    history["Z1"], history["Z120"] = "ours", "=D120*2"
    text = history["B120"].value, history["D120"].value
    team.save(path)
    sync(path, profile("anna", NOW + timedelta(hours=1), followers=7), retention=60)
    first = NOW.date() - timedelta(60)
    for name, had in (("tok:anna", every), ("tok:ben", every[::7])):
        left = days(path)[name]
        old = [day.date() for day in had if day.date() < first]
        last = {(day.year, day.month): day for day in sorted(old)}
        assert [day for day in left if day < first] == sorted(last.values())
        assert len([day for day in left if day >= first]) == len(had) - len(old)
    history = book(path)["History"]
    moved = [row for row in history.iter_rows(min_row=2) if row[25].value]
    assert [row[25].value for row in moved] == [f"=D{moved[0][0].row}*2"]
    assert (moved[0][1].value, moved[0][3].value) == text
    assert not sync(path, profile("anna", NOW + timedelta(hours=1), followers=7), retention=60)
    state = state_of(path)
    row = state.before({"tok:anna": [NOW.date() - timedelta(28)]})
    assert [r.cells["followers"] for r in row.values()] == [28]


def test_without_retention_all_days_stay(path: Path) -> None:
    every = [NOW - timedelta(days=n) for n in range(100)]
    sync(path, *(profile("anna", day, followers=n) for n, day in enumerate(every)))
    sync(path, profile("ben", NOW, followers=1))
    assert len(days(path)["tok:anna"]) == 100


#: The peak of its own: ru_maxrss would begin with what the process that started it had.
LONG = """
import re, sys
from pathlib import Path
from tests.destinations.conftest import sync
from tests.plan.sheet import NOW, profile
sync(Path(sys.argv[1]), *(profile(f"u{n}", NOW, followers=n) for n in range(20)), retention=400)
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def lengthen(path: Path, times: int) -> int:
    """Repeats the rows of History, each time a day earlier; returns how many there are."""
    number = book(path).sheetnames.index("History") + 1
    name = f"xl/worksheets/sheet{number}.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    head, *rows, tail = re.split(r"(?=<row )|(?=</sheetData>)", parts[name].decode())
    header, *rows = rows
    out, at = [head, header], 1
    for ago in range(times, 0, -1):
        for row in rows:
            at += 1
            cut = re.sub(r'r="([A-Z]*)\d+"', rf'r="\g<1>{at}"', row)
            day = int(re.findall(r"<v>(4\d{4})(?:\.0)?</v>", cut)[0])
            out.append(re.sub(r"<v>4\d{4}(\.0)?</v>", f"<v>{day - ago}</v>", cut, count=1))
    parts[name] = "".join([*out, tail]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return at - 1


def test_memory_does_not_grow_with_history(path: Path) -> None:
    """400,000 rows stay far below 300 MB: of a twentieth of them next to nothing is held."""
    sync(path, *(profile(f"u{n}", NOW - timedelta(days=1), followers=n) for n in range(20)))
    peaks = []
    for times in (1, 1000):
        file = path.with_name(f"{times}.xlsx")
        file.write_bytes(path.read_bytes())
        rows = lengthen(file, times)
        command = [sys.executable, "-c", LONG, str(file)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
        kept = sum(map(len, days(file).values()))
        assert rows // 2 > kept > 20 * 400 if times > 1 else kept == 40
    assert peaks[1] - peaks[0] < 25
    assert peaks[1] < 200


# --- a workbook of the edition before ---------------------------------------------------------


def former() -> Dashboard:
    """Without boards, formulas and baselines, as edition 2 was."""

    def plain(tab: Tab) -> Tab:
        return replace(tab, columns=tuple(c for c in tab.columns if c.value or c.team))

    guide = replace(DASHBOARD.guide, lines=DASHBOARD.guide.lines[:11])
    tables = [plain(tab) for tab in DASHBOARD.tables]
    return Dashboard((*tables[:2], guide, tables[2]), edition=2)


def test_a_workbook_of_the_edition_before_is_upgraded_in_place(
    path: Path, recompute: Convert
) -> None:
    def day(ago: int, **fields: Any) -> Any:
        then = NOW - timedelta(days=ago)
        posts = [post("9", views=1000 - ago, likes=10, comments=2, published=NOW - timedelta(9))]
        return profile("anna", then, followers=5000 - ago, posts=posts, **fields)

    sync(path, *map(day, range(1, 30)), dashboard=former())
    team = book(path)
    assert team.sheetnames == ["Profiles", "Posts", "How to read this", "History"]
    sheet = team["Profiles"]
    free = sheet.max_column + 1
    sheet.cell(1, free, "Ours")
    sheet.cell(2, free, "=1+1")
    sheet["B2"] = "A-list"
    team.save(path)
    plan = sync(path, day(0))
    assert ("dashboard", "") in plan.missing
    assert not sync(path, day(0))
    after = book(path)
    assert after.sheetnames == [tab.title for tab in DASHBOARD.tabs]
    assert [after["Profiles"].cell(2, at).value for at in (2, free)] == ["A-list", "=1+1"]
    row = state_of(path).tabs["profiles"].rows[0]
    assert (row.cells["followers_7d"], row.cells["followers_28d"]) == (4993, 4972)
    computed = shown(recompute(path, "xlsx"))
    assert errors(computed) == {}
    assert computed["Dashboard", "B5"] == 7
    trend = state_of(path).trend
    assert trend is not None
    assert len(trend.followers) == 30
