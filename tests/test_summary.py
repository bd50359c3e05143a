"""A morning as GitHub shows it: the summary, the annotations, the outputs."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.annotations import command, commands
from sheetsync.dashboard.tabs import DASHBOARD
from sheetsync.errors import ConfigError, DestinationError, SheetsyncError, UnsafePlan
from sheetsync.model import ImportRead, Outcome
from sheetsync.plan import Plan, State
from sheetsync.summary import NEXT, Told, markdown, outputs
from sheetsync.sync import ImportTold, Read, Synced
from tests.mornings import NOW, morning, read, refused


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "team.xlsx"


def told(synced: Synced | None = None, **more: Any) -> Told:
    return Told("team.xlsx", NOW, synced, names={"tiktok": "TikTok"}, **more)


def shown(told: Told) -> str:
    """As a person reads it: references resolved, tags gone."""
    return html.unescape(re.sub(r"</?(?:code|details|summary)>", "", markdown(told)))


def test_the_outcome_is_the_first_line(book: Path) -> None:
    synced = morning(book, [read("anna"), refused("bert")])
    assert shown(told(synced)).startswith("### sheetsync: 1 of 2 read, dashboard written\n")


def test_a_second_sync_of_the_same_pages_has_nothing_to_change(book: Path) -> None:
    morning(book, [read("anna")])
    assert "1 of 1 read, nothing to change" in shown(told(morning(book, [read("anna")])))


def test_what_changed_is_a_line_for_each_profile(book: Path) -> None:
    morning(book, [read("anna", 120, days=1), read("cat", 1_200_000, 100_000, days=1)], days=1)
    text = shown(
        told(morning(book, [read("anna", 171), read("bert", 7), read("cat", 1_300_000, 100_000)]))
    )
    assert "| @anna | 171 | +51 | 22 Nov 2026 |" in text
    assert "| @bert | 7 |  | first reading |" in text
    assert "| @cat | ≈ 1,300,000 | <200,000 | 22 Nov 2026 |" in text


def test_what_was_not_read_stands_with_its_reason_and_the_next_step(book: Path) -> None:
    morning(book, [read("anna", days=1)], days=1)
    text = shown(told(morning(book, [refused("anna"), refused("bert")])))
    assert "**Not read (2)**" in text
    assert "| TikTok | @anna, @bert | The site wants proof of a person." in text
    assert "**(1 could be read last time)** | save the page in your own browser" in text


def test_every_reason_has_a_next_step_but_a_person_who_was_forgotten() -> None:
    numbers = {outcome for outcome in Outcome if outcome.has_numbers}
    assert set(Outcome) - set(NEXT) == numbers | {Outcome.FORGOTTEN}


def test_needs_you_age_and_calls(book: Path) -> None:
    morning(book, [read("anna", days=9), read("bert", days=9)], days=9)
    text = shown(told(morning(book, [read("anna")]), calls=7))
    assert "**Needs you (1)**\n\n- @bert was last read 9 days ago" in text
    assert "1 of 2 profiles read in the last 24 hours; the oldest numbers are 9 days old." in text
    assert "- API calls to the destination: 7" in text


def test_a_destination_that_counts_no_calls_claims_none(book: Path) -> None:
    assert "API calls" not in shown(told(morning(book, [read("anna")])))


def test_details_are_folded(book: Path) -> None:
    text = markdown(told(morning(book, [read("anna")]), notes=["One note."]))
    folded = text[text.index("<details><summary>") : text.index("</details>")]
    assert "One note" in folded
    assert "Cells changed" in folded


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DestinationError("The sheet refused.", hint="Share it."), "nothing was written"),
        (ConfigError("No such option.", hint="See --help."), "nothing was written"),
        (SheetsyncError("The disk is full.", hint="Make room."), "it failed"),
    ],
)
def test_a_run_that_failed_says_so_first_and_then_the_cure(
    error: SheetsyncError, outcome: str
) -> None:
    text = shown(told(error=error))
    assert text.startswith(f"### sheetsync: {outcome}\n\n**{error.message}**")
    assert f"Next step: {error.hint}" in text


def test_an_unsafe_plan_is_told_with_all_that_was_read(book: Path) -> None:
    unsafe = UnsafePlan("This sync would empty 9 cells.", hint="Look with --dry-run.")
    text = shown(told(morning(book, [read("anna")], dry_run=True), error=unsafe))
    assert "1 of 1 read, nothing was written" in text
    assert "Look with --dry-run." in text
    assert "| @anna |" in text


def test_a_dry_run_and_a_run_cut_short_say_so(book: Path) -> None:
    synced = morning(book, [read("anna")], dry_run=True)
    assert "dry run, nothing was written" in shown(told(synced, dry_run=True))
    assert "**Cut short:** the deadline came." in shown(told(synced, stopped="the deadline came"))


@pytest.mark.parametrize(("idle", "warned"), [(None, False), (49, False), (50, True), (61, True)])
def test_a_schedule_about_to_be_turned_off_is_warned_of_from_day_50(
    idle: int | None, warned: bool
) -> None:
    made = told(error=ConfigError("No.", hint="Yes."), idle=idle)
    assert (f"was {idle} days ago. GitHub turns off" in shown(made)) is warned
    assert any("schedule" in line for line in commands(made)) is warned


def test_a_thousand_profiles_stay_below_what_github_shows(book: Path) -> None:
    one = morning(book, [read("anna"), refused("bert")])
    many: list[Read] = []
    for n in range(1000):
        good = replace(one.reads[0], record=replace(one.reads[0].record, handle=f"a{n}"))
        bad = refused(f"b{n}", detail=f"Reason {n % 3} " + "x" * 300)
        many += [good, bad]
    made = told(replace(one, reads=tuple(many)))
    assert len(markdown(made).encode()) < 256 * 1024
    assert "- and 800 more" in markdown(made)
    assert len(commands(made)) <= 10


# --- annotations ----------------------------------------------------------------------------


def test_known_refusals_are_warnings_and_new_losses_errors(book: Path) -> None:
    morning(book, [read("anna", days=1)], days=1)
    lines = commands(told(morning(book, [refused("anna"), refused("bert")])))
    assert [line.split("::")[1] for line in lines] == [
        "error title=TikTok%3A 1 could be read last time and not now",
        "warning title=TikTok%3A 1 not read",
    ]
    assert lines[0].endswith(
        "::@anna: The site wants proof of a person. A page saved from a browser works."
    )


def imported(
    name: str, *, value: int | None = None, why: str = "The site has trouble."
) -> ImportTold:
    formula = '=IMPORTXML("https://shop.example/item"; "//b")'
    rows = () if value is None else ((value,),)
    return ImportTold(
        name, ImportRead(formula, NOW, rows=rows, reason="" if rows else "x", why=why)
    )


def with_imports(*imports: ImportTold) -> Synced:
    return Synced((), Plan(DASHBOARD, State()), 0, False, imports=imports)


def test_imports_are_told_with_their_reasons() -> None:
    synced = with_imports(imported("Price", value=1031), imported("Rank"))
    text = shown(told(synced))
    assert text.startswith("### sheetsync: 1 of 2 imports read, ")
    assert "**Imports not read (1)**" in text
    assert "| Rank | The site has trouble. |" in text
    assert "| Price | 1,031 |" in text


def test_a_hundred_imports_that_fail_are_no_hundred_annotations() -> None:
    lines = commands(told(with_imports(*(imported(f"Rank {n}") for n in range(100)))))
    assert len(lines) == 4
    assert lines[-1].endswith("And 96 more imports.")


HOSTILE = "x\r\n::add-mask::secret\n##[stop-commands]a%0A::error::b"


def test_an_imports_words_are_no_command_and_leave_no_cell() -> None:
    asked = with_imports(imported(f"| @team {HOSTILE}", why=HOSTILE))
    (line,) = commands(told(asked))
    assert line.count("::") == 2 and "##[" not in line and "\n" not in line
    (row,) = [line for line in markdown(told(asked)).splitlines() if "team" in line and "|" in line]
    assert row.count("|") == 4


def test_a_strangers_words_are_no_command(book: Path) -> None:
    lines = commands(told(morning(book, [refused("bert", detail=HOSTILE)])))
    assert len(lines) == 1
    assert "\n" not in lines[0] and "\r" not in lines[0]
    assert lines[0].count("::") == 2
    assert "##[" not in lines[0]
    assert "a%250A" in lines[0]


@given(st.text(), st.text())
def test_an_annotation_is_one_line_with_one_head(title: str, message: str) -> None:
    line = command("warning", title, message)
    head, _, data = line.removeprefix("::").partition("::")
    assert len(line.splitlines()) == 1
    assert head.startswith("warning title=")
    assert not set(head.removeprefix("warning title=")) & set(":,\r\n")
    assert "::" not in data
    assert "##[" not in line
    assert not re.search("%(?!25|3A|2C)", line)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_a_hostile_reason_never_leaves_its_cell(detail: str) -> None:
    asked = refused("bert", detail=detail)
    text = markdown(told(only(asked)))
    (row,) = [line for line in text.splitlines() if line.startswith("| TikTok")]
    assert row.count("|") == 5
    assert "<" not in re.sub("</?code>", "", row)


def only(asked: Read) -> Synced:
    return Synced((asked,), Plan(DASHBOARD, State()), 0, False)


# --- outputs --------------------------------------------------------------------------------


def test_outputs_are_numbers_only(book: Path) -> None:
    morning(book, [read("anna", days=1)], days=1)
    found = outputs(told(morning(book, [refused("anna"), refused("bert"), read("cat")])))
    assert found == {"read": "1", "not-read": "2", "lost": "1", "written": "true"}


def test_a_run_that_failed_has_written_nothing() -> None:
    assert outputs(told(error=ConfigError("No.", hint="Yes."))) == {"written": "false"}
