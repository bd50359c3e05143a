"""What a row shows besides its own reading: baselines, sums over posts, short names. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from sheetsync.dashboard import UTC_OF, Formula, Scalar
from sheetsync.model import Kind
from sheetsync.plan.baselines import baseline_columns, post_baselines, profile_baselines
from sheetsync.plan.known import Known
from sheetsync.plan.reading import Reading, moment_in
from sheetsync.plan.rows import Rows, Target
from sheetsync.plan.state import HistoryKey
from sheetsync.plan.window import median_views, newest_posts, window_cells

#: By key, the cells of a row by a Column's ``written``.
More = dict[str, dict[str, Scalar]]


def follow(
    profiles: Rows, posts: Rows, readings: Mapping[HistoryKey, Reading], zone: tzinfo
) -> Mapping[Kind, More]:
    """For every profile and post of the two tabs; ``readings`` are this run's days of History."""
    targets = profiles.all_targets()
    baselines = _baselines(profiles, readings, zone)
    labels = _labels(targets)
    by_profile = _posts_by_profile(posts)
    of_profiles = {
        key: {
            **baselines.get(key, {}),
            **window_cells(newest_posts(by_profile.get(key, ())), zone),
            "label": labels[key],
        }
        for key in targets
    }
    return {"profile": of_profiles, "post": _of_posts(posts, profiles, of_profiles, zone)}


def _baselines(rows: Rows, readings: Mapping[HistoryKey, Reading], zone: tzinfo) -> More:
    """Looked up anew for what was read in this run; what a row holds is still true for the rest."""
    columns = [column.key for column in baseline_columns(rows.tab)]
    anew = rows.lacks.intersection(columns)
    touched = {key for key, _ in readings}
    moved = {key for key in rows.known if key in rows.first and _moved(rows, key, zone)}
    wanted = {
        key: known.reading
        for key, known in rows.known.items()
        if known.reading.at and (key in touched | moved or anew or key not in rows.first)
    }
    found = profile_baselines(rows.tab, rows.state, zone, wanted, readings, moved)
    for key in rows.known:
        if key not in found:
            found[key] = _plain(rows, key, columns)
    return found


def _moved(rows: Rows, key: str, zone: tzinfo) -> bool:
    """Whether the row shows its reading in another zone than the dashboard has now."""
    cells = rows.first[key].cells
    at = moment_in(cells.get("read_at" + UTC_OF))
    return at is not None and cells.get("read_at") != at.astimezone(zone).replace(tzinfo=None)


def _plain(rows: Rows, key: str, columns: Sequence[str]) -> dict[str, Scalar]:
    held = rows.held(key, columns).items()
    return {name: None if isinstance(cell, Formula) else cell for name, cell in held}


def _labels(targets: Mapping[str, Target]) -> dict[str, str]:
    """``@handle``, with its platform where two platforms have the handle."""
    handles = Counter(target.handle.lower() for target in targets.values())
    often = {handle for handle, times in handles.items() if times > 1}
    return {
        key: f"@{target.handle}"
        + (f" ({target.platform})" if target.handle.lower() in often else "")
        for key, target in targets.items()
    }


def _profile_of(target: Target, known: Known) -> str:
    """The key of a post's profile, "" when nobody knows whose it is."""
    seen = known.reading.seen.get("handle")
    handle = str(seen.value) if seen else target.handle
    return f"{target.platform}:{handle.lower()}" if handle else ""


def _posts_by_profile(posts: Rows) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for key, target in posts.all_targets().items():
        known = posts.known[key]
        found.setdefault(_profile_of(target, known), []).append(known)
    return found


def _of_posts(posts: Rows, profiles: Rows, of_profiles: More, zone: tzinfo) -> More:
    found: More = {}
    for key, target in posts.all_targets().items():
        known = posts.known[key]
        of = _profile_of(target, known)
        profile = of_profiles.get(of, {})
        handle = of.partition(":")[2]
        trail = posts.held(key, ["trail"]).get("trail")
        before = trail if isinstance(trail, str) else ""
        row = profiles.listed.get(of)
        found[key] = {
            **post_baselines(posts.tab, known, before, posts.views.get(key, ()), zone),
            "label": profile.get("label") or (f"@{handle}" if handle else target.url),
            "profile_group": row.shown("group") if row else None,
            "profile_median": median_views(profile),
        }
    return found
