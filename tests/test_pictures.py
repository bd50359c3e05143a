"""The demo as people see it: rendered by LibreOffice, page by page, to a picture.

``python -m tests.test_pictures FILE.png`` draws the first screen for README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

#: What a page shows at least: this share of it is not white. (The guide's last may hold a line.)
INK = 0.0004


def rendered(folder: Path, dots: int = 60) -> list[Path]:
    """Run the demo and draw its shown tabs; one picture a page."""
    run = [sys.executable, "-m", "sheetsync", "demo", "--to", str(folder / "demo.xlsx")]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    office = ["soffice", f"-env:UserInstallation={(folder / 'home').as_uri()}", "--headless"]
    office += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "demo.xlsx")]
    subprocess.run(office, check=True, capture_output=True, timeout=240)
    draw = ["pdftoppm", "-r", str(dots), "-png", str(folder / "demo.pdf"), str(folder / "page")]
    subprocess.run(draw, check=True, timeout=120)
    return sorted(folder.glob("page-*.png"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    for program in ("soffice", "pdftoppm"):
        if shutil.which(program) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{program} is not installed, and in CI it must be")
            pytest.skip(f"{program} is not installed")
    return rendered(tmp_path_factory.mktemp("pictures"))


def ink(picture: Path) -> float:
    """The share of its dots that are not white."""
    plain = subprocess.run(
        ["pdftoppm", "-r", "40", "-gray", "-f", picture.stem.rpartition("-")[2].lstrip("0"),
         "-singlefile", str(picture.parent / "demo.pdf")],
        check=True, capture_output=True, timeout=60,
    ).stdout  # fmt: skip
    dots = plain.split(b"\n", 3)[3]
    return sum(dot < 250 for dot in dots) / len(dots)


def test_every_tab_that_people_see_is_drawn_and_the_first_screen_is_one_page(
    pages: list[Path],
) -> None:
    text = subprocess.run(
        ["pdftotext", "-layout", str(pages[0].parent / "demo.pdf"), "-"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode()
    screens = text.split("\f")
    assert "Readings of" in screens[0]
    assert "Followers gained per day" in screens[0], "the chart is on the page, too"
    assert "Compare" in screens[0]
    assert "Gained, 7 days" in screens[1]
    assert "Caption" in screens[2]
    assert "How to read this" in screens[3]
    assert "Trend" not in screens[0], "what is hidden is not printed"


def test_no_page_is_blank_and_no_number_is_too_wide_for_its_column(pages: list[Path]) -> None:
    assert min(map(ink, pages)) > INK
    text = subprocess.run(
        ["pdftotext", str(pages[0].parent / "demo.pdf"), "-"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode()
    assert "###" not in text
    assert not [error for error in ("#N/A", "#REF!", "#NAME?", "#DIV/0!") if error in text]


def test_how_to_read_this_can_be_read(pages: list[Path]) -> None:
    """The saver in it is one line of thousands of signs, and pages are fitted to their width."""
    words = subprocess.run(
        ["pdftotext", "-bbox", "-f", "4", "-l", "4", str(pages[0].parent / "demo.pdf"), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    places = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">Engagement<', words)
    assert places and all(float(bottom) - float(top) > 8 for top, bottom in places)


def test_the_first_screen_shows_captions_whole_and_rates_apart_in_points(
    pages: list[Path],
) -> None:
    text = subprocess.run(
        ["pdftotext", "-layout", "-l", "1", str(pages[0].parent / "demo.pdf"), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    assert "Sourdough without kneading, part 3" in text
    (engagement,) = re.findall(r"Engagement +\d.*", text)
    assert re.search(r"[+-]\d+\.\d points", engagement), engagement


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(rendered(Path(work), 110)[0], sys.argv[1])
