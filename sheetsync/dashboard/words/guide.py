"""The tab “How to read this”: the legend, the settings, each number in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetsync.dashboard import Format, Line, LineStyle
from sheetsync.dashboard.words import REMOVED, WHY, Status
from sheetsync.model import Outcome

_T, _H, _Y, _O = LineStyle.TITLE, LineStyle.HEADING, LineStyle.YOURS, LineStyle.OURS

ZONE_LABEL = "Time zone"

#: TikTok engagement by views that is usual for an account's size: followers from, share from and
#: to, in thousandths. Source: influencertools.tech, "average" band (facts/features.md §3.3).
BENCHMARK: Sequence[tuple[str, int, int, int]] = (
    ("1,000 to 10,000 followers", 1_000, 47, 91),
    ("10,000 to 30,000", 10_000, 66, 101),
    ("30,000 to 100,000", 30_000, 53, 92),
    ("100,000 to 1 million", 100_000, 52, 87),
    ("from 1 million", 1_000_000, 57, 89),
)


def _benchmark() -> Iterator[Line]:
    for number, (label, _, low, high) in enumerate(BENCHMARK, 1):
        yield Line(
            label,
            low / 1000,
            _Y,
            setting=f"usual_{number}_from",
            also=(f"usual_{number}_to", high / 1000),
            format=Format.PERCENT,
        )


def _threshold(label: str, value: int, setting: str) -> Line:
    return Line(label, value, _Y, setting=setting, format=Format.COUNT)


def guide(saver: str = "") -> tuple[Line, ...]:
    """Return the lines; ``saver`` is the bookmarklet, shown as text where there is one."""
    return (*_LEGEND, *_SETTINGS, *_NUMBERS, *_SAVING, *_saver(saver), *_LIMITS)


_LEGEND = (
    Line("How to read this", style=_T),
    Line("Colours", style=_H),
    Line("Yellow", "You type here: addresses in column A, Group, Fee, typed numbers.", _Y),
    Line(
        "Grey header",
        "The column is written by sheetsync; the next sync writes over what is typed there.",
        _O,
    ),
    Line("", "Black numbers are computed in the sheet from the ones beside them: click and check."),
    Line("", "Add columns, rows and tabs wherever you like; their values and formulas stay."),
    Line("", "The tab Dashboard is sheetsync's whole, but for the yellow cells."),
    Line(
        "",
        "A sync writes an .xlsx file afresh. What you added of charts, sparklines, pictures,"
        " comments, drop-downs, conditional formats, merged cells, hyperlinks, protection, print"
        " areas, some tab and cell colours cannot stay; a dated copy beside the file is made before"
        " they go, and the run says its name.",
    ),
)

_SETTINGS = (
    Line("Settings", style=_H),
    Line(ZONE_LABEL, "UTC", _Y, setting="zone"),
    Line("", "A name such as Europe/Brussels. It says when a day of History begins and ends."),
    _threshold("A reading is old after, days", 8, "old_after"),
    _threshold("A profile is silent after, days", 14, "silent_after"),
    _threshold("A jump of followers in a day, %", 10, "jump_percent"),
    _threshold("A post runs away at, times the median", 5, "runs_at"),
    _threshold("A 7-day gain may span, days", 9, "late_7"),
    _threshold("A 28-day gain may span, days", 33, "late_28"),
    Line("", "The last two: gains over more days are shown in their row, but not added up."),
)

_NUMBERS = (
    Line("Numbers", style=_H),
    Line("≈ 1,200,000", "Rounded by the site (it showed 1.2M); the exact number is not public."),
    Line("<100k", "The site rounds, and the change is smaller than its rounding can show."),
    Line("Empty", "No number was seen. That is not the same as zero."),
    Line("Read at", "When the page was made. Each day's reading is kept in the tab History."),
    Line(
        "Gained, 7 days",
        "The number now, less that of the reading 7 days before. Was there none"
        " on that day, the nearest earlier one counts, and the column beside it says over how"
        " many days.",
    ),
    Line("Growth", "Gained / followers then."),
    Line(
        "Engagement",
        "(likes + comments) / views, added up over the newest posts that show all"
        " three; “of posts” says how many. The other rates, with shares and by followers, stand"
        " in a folded group to the right: they can differ by a factor of ten, so compare like"
        " with like.",
    ),
    Line("Views, median", "The middle one of the views of the newest posts, 12 at most."),
    Line(
        "Views at 24 hours",
        "So that posts of the same age are compared. From the reading nearest"
        " to that age; empty when there was none.",
    ),
    Line("Times the median", "Views / the median of the profile's newest posts: 3.0 is a hit."),
    Line("Cost", "Your fee / views * 1,000, or / (likes + comments)."),
    Line(
        "Sums",
        "Followers gained: only rows with both readings, exact and not old. Views gained may be"
        " rounded (≈). How many are in a sum stands beside them.",
    ),
    Line("Usual engagement", style=_H),
    Line(
        "",
        "TikTok, (likes + comments) / views, from and to; source: influencertools.tech,"
        " 2026. Change it to what you trust.",
    ),
    *_benchmark(),
    Line("Status", style=_H),
    Line(Status.READ, "All numbers come from the page of the time beside them."),
    Line(Status.PART, "Some numbers were not on the page; Why says which."),
    Line(Status.OLD, "The numbers are true for Read at; nothing newer has come since."),
    Line(Status.WAITING, "No page has been read yet; Why says what is missing."),
    Line(Status.PRIVATE, "The owner shows it to chosen people only."),
    Line(Status.GONE, "The page is no longer public, or never was."),
    Line(Status.REFUSED, "The site does not show it to programs. A saved page may still be read."),
    Line(Status.CHANGED, "The name belongs to somebody else now; the old numbers stay."),
    Line(Status.CHECK, "In Imports: the formula itself is wrong; Why says where."),
)

_SAVING = (
    Line("Saving a page", style=_H),
    Line("By hand", "Open the profile in your browser, press Ctrl+S, choose “Webpage, Complete”,"
         " and give the folder to sheetsync: sheetsync sync --saved ~/Downloads"),
    Line("With one click", "sheetsync due --open shows which pages wait, as links, with the saver"
         " to drag to your bookmarks bar."),
    Line("By typing", "The yellow typed columns: what you read off the screen, and the day."),
)  # fmt: skip

_LIMITS = (
    Line("What cannot be known", style=_H),
    Line(
        "",
        "From public pages nobody can know: reach, watch time, views of the profile, where and"
        " who the audience is, when it is awake, which followers are real. Saves and shares only"
        " where the site shows them. The past before the first reading.",
    ),
    Line(REMOVED, "Here stood the name of somebody who is forgotten at their own wish."),
    Line("Behind the scenes", style=_H),
    Line(
        "Hidden tabs",
        "Trend: followers of 90 days, for the charts. History: a row for each profile and day. Log:"
        " the last 100 runs.",
    ),
    Line(
        "Step",
        "In hidden columns: how exact the number beside it is. 1 is exact; 100,000 means that the"
        " true number is less than 100,000 away.",
    ),
    Line("Codes in the Log", style=_H),
    *(Line(code.value, WHY[code]) for code in Outcome if not code.has_numbers),
)


def _saver(text: str) -> tuple[Line, ...]:
    if not text:
        return ()
    return (Line("The saver", "A bookmark with this as its address, in one line:"), Line("", text))
