"""Titles of tabs, headers of columns and the notes on them, labels of the first screen."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "dashboard": "Dashboard",
    "profiles": "Profiles",
    "posts": "Posts",
    "guide": "How to read this",
    "imports": "Imports",
    "trend": "Trend",
    "history": "History",
    "log": "Log",
}

#: By column key, or by "tab.key" where a key means something else in that tab.
HEADERS: Mapping[str, str] = {
    "address": "Address",
    "group": "Group",
    "fee": "Fee",
    "typed_followers": "typed followers",
    "typed_views": "typed views",
    "typed_likes": "typed likes",
    "typed_comments": "typed comments",
    "typed_on": "typed on",
    "platform": "Platform",
    "handle": "Handle",
    "name": "Name",
    "bio": "Biography",
    "status": "Status",
    "why": "Why",
    "followers": "Followers",
    "following": "Following",
    "likes": "Likes",
    "posts": "Posts",
    "verified": "Verified",
    "private": "Private",
    "published": "Published",
    "views": "Views",
    "comments": "Comments",
    "shares": "Shares",
    "saves": "Saves",
    "caption": "Caption",
    "read_at": "Read at",
    "source": "Source",
    "day": "Day",
    "profile": "Profile",
    "for": "Numbers are of",
    "for_address": "Numbers are of (address)",
    "account_id": "Account id",
    "id": "Post id",
    "captured_by": "Date known from",
    "layout": "Layout",
    "kept": "Kept from",
    "as_read": "As it was read",
    "read_at~utc": "Read at (UTC)",
    "checked~utc": "Last tried (UTC)",
    "published~utc": "Published (UTC)",
    "twice": "Listed before",
    "label": "Short name",
    "trail": "Earlier views",
    # changes of followers
    "change_1d": "Gained, 1 day",
    "change_7d": "Gained, 7 days",
    "change_28d": "Gained, 28 days",
    "growth_1d": "Growth, 1 day",
    "growth_7d": "Growth, 7 days",
    "growth_28d": "Growth, 28 days",
    "over_1d": "1 day: really over",
    "over_7d": "7 days: really over",
    "over_28d": "28 days: really over",
    "rank": "Rank, 7 days",
    "trend": "Trend",
    "likes_change_7d": "Likes gained, 7 days",
    "likes_rate_7d": "Likes gained per follower, 7 days",
    "posts_change_7d": "Posts gained, 7 days",
    "posts_change_28d": "Posts gained, 28 days",
    # the newest posts
    "seen": "Posts seen",
    "views_mean": "Views, average",
    "views_median": "Views, median",
    "engagement": "Engagement",
    "engagement_n": "of posts",
    "band": "For its size",
    "engagement_shares": "Engagement with shares, by views",
    "engagement_followers": "Engagement with shares, by followers",
    "shares_n": "of posts (with shares)",
    "last_post": "Last post",
    "age": "Age, days",
    # posts
    "posts.change_1d": "Views gained, 1 day",
    "posts.change_7d": "Views gained, 7 days",
    "views_24h": "Views at 24 hours",
    "views_week": "Views at 7 days of age",
    "times_median": "Times the median",
    "cost_views": "Cost per 1,000 views",
    "cost_engagement": "Cost per engagement",
    # what formulas need
    "profile_group": "Group of the profile",
    "profile_median": "Median views of the profile",
    "rated_n": "Rated posts",
    "rated_views": "Views of the rated posts",
    "rated_sum": "Likes and comments of the rated posts",
    "shared_n": "Rated posts with shares",
    "shared_views": "Views of the rated posts with shares",
    "shared_sum": "Likes, comments and shares of these",
    "in": "In the group chosen",
    "fresh": "Not old",
    "recent": "Read in 24 hours",
    "gained_1d": "Followers to add up, 1 day",
    "gained_7d": "Followers to add up, 7 days",
    "gained_28d": "Followers to add up, 28 days",
    "posts.gained_7d": "Views to add up, 7 days",
    "engagement_in": "Engagement to take the median of",
    "mover": "To rank by",
    "week": "Published this week",
    "fee_in": "Fee to divide",
    "views_in": "Views to divide by",
    "needs": "Needs you",
    "needs_at": "Needs you, in row",
    # imports
    "formula": "Formula",
    "result": "Result",
    "result~type": "Result is a",
    "change": "Changed",
    "before": "Result before",
    "before_day": "since",
    "size": "Rows × columns",
    "spill": "Spill into tab",
    "cell": "Stands in",
    "column": "Column of Profiles",
    "imports.for": "Result is of",
    "imports.trail": "Earlier results",
    # the log
    "log.when": "When",
    "log.seconds": "Seconds",
    "log.read": "Read",
    "log.not_read": "Not read",
    "log.codes": "Why not (codes)",
    "log.changed": "Cells changed",
    "log.calls": "API calls",
}

HEADERS = {**HEADERS, **{f"last_{number}": f"Result {number}" for number in range(1, 29)}}

_BASELINES = {"1d": "1 day before", "7d": "7 days before", "28d": "28 days before"}


def header(key: str, tab: str = "") -> str:
    """The first header of a column; a step is named after its number, a baseline after its days."""
    name = key.removesuffix("~step")
    found = HEADERS.get(f"{tab}.{name}") or HEADERS.get(name) or _baseline(name)
    return found if name == key else f"{found}, step"


def _baseline(key: str) -> str:
    field, _, days = key.rpartition("_")
    if days.isdecimal():
        return f"{HEADERS[field]} of newest post {days}"
    return f"{HEADERS[field]} {_BASELINES[days]}"


_OWED = "Empty until there are two readings that far apart."
_STEPS = "“<100k” means: the site rounds, and the change is smaller than its rounding can show."

NOTES: Mapping[str, str] = {
    "address": "Paste the address of a public page here. sheetsync never changes it.",
    "group": "Yours: any word, to filter by.",
    "fee": "Yours: what was paid, in any one currency.",
    "typed_followers": "Yours: what you read off the screen, as 38490, 38,490 or 38.4K.",
    "typed_views": "Yours: what you read off the screen, as 38490, 38,490 or 38.4K.",
    "typed_likes": "Yours: what you read off the screen.",
    "typed_comments": "Yours: what you read off the screen.",
    "typed_on": "Yours: the day on which you read it, e.g. 2026-11-22.",
    "platform": "The site that the page is on.",
    "handle": "The name in the page's address.",
    "name": "The name that the profile shows.",
    "verified": "Whether the site shows its mark for a verified account.",
    "private": "Whether the owner shows it to chosen people only.",
    "published": "When the post went online, in the dashboard's time zone.",
    "caption": "The first 80 characters of what stands below the post.",
    "why": "Why there is no number, or no newer one.",
    "status": "Whether the numbers could be read; the column Why says more.",
    "followers": "As the page showed them. ≈ means that the site rounded the number.",
    "following": "How many accounts this one follows, as the page showed it.",
    "views": "As the page showed them; every site has its own rule of what a view is. ≈ means that"
    " the site rounded the number.",
    "comments": "As the page showed them. Empty means not shown, not zero.",
    "shares": "As the page showed them. Empty means not shown, not zero.",
    "saves": "How often people kept the post for later. Empty means not shown, not zero.",
    "day": "The day on which the page was made, in the dashboard's time zone.",
    "profile": "Platform and handle.",
    "likes": "Of a profile: over all its posts. Of a post: its own.",
    "posts": "How many posts the profile has, by its own counter.",
    "read_at": "When the page was made that these numbers come from.",
    "age": "Days since the page was made that these numbers come from.",
    "source": "http: asked of the site. api: its official interface. saved: a page that a"
    " person saved. typed: typed by the team.",
    "kept": "Numbers older than Read at, because the newer page did not show them as exactly.",
    "as_read": "What the row showed when it was read: what is sorted or typed over is put right.",
    "change_1d": f"Followers now, less those of the reading before. {_OWED} {_STEPS}",
    "change_7d": "Followers now, less those of the reading 7 days before, or the nearest earlier"
    f" one. {_OWED} {_STEPS}",
    "change_28d": "Followers now, less those of the reading 28 days before, or the nearest earlier"
    f" one. {_OWED} {_STEPS}",
    "growth_7d": "Gained in 7 days / followers then.",
    "growth_28d": "Gained in 28 days / followers then.",
    "over_1d": "Days between the two readings, where they are not 1 apart.",
    "over_7d": "Days between the two readings, where they are not 7 apart.",
    "over_28d": "Days between the two readings, where they are not 28 apart.",
    "rank": "By followers gained in 7 days, among the readings that are not old.",
    "trend": "Followers on the last 28 days.",
    "likes_change_7d": f"Likes over all posts now, less those 7 days before. {_OWED} {_STEPS}",
    "likes_rate_7d": "Likes gained in 7 days / followers. For profiles whose posts cannot be read.",
    "posts_change_7d": f"The profile's own counter of posts, now less 7 days before. {_OWED}",
    "posts_change_28d": f"The profile's own counter of posts, now less 28 days before. {_OWED}",
    "seen": "How many of its newest posts (12 at most) showed their views.",
    "views_mean": "Average views of the newest posts seen (12 at most).",
    "views_median": "The middle one of the views of the newest posts seen: one hit does not move"
    " it.",
    "engagement": "(likes + comments) / views, added up over the newest posts that show all three."
    " A post of which the site rounds one of them by more than 5 % is left out. Empty over 100 %.",
    "engagement_n": "How many posts the engagement is made of.",
    "band": "Engagement against TikTok accounts of its size; the table is in How to read this."
    " Only from 3 posts on.",
    "engagement_shares": "(likes + comments + shares) / views, over the posts that show all four."
    " No benchmark fits it.",
    "engagement_followers": "(likes + comments + shares) a post / followers. Up to ten times"
    " another number than by views: never compare the two.",
    "shares_n": "How many posts the two rates to the left are made of.",
    "last_post": "When the newest post seen was published.",
    "posts.engagement": "(likes + comments) / views of this post. Empty over 100 %, and where the"
    " site rounds one of the three by more than 5 %.",
    "posts.change_1d": "Views now, less those of the reading the day before; all of them for a post"
    f" that is younger. Empty when the reading before is older. {_STEPS}",
    "posts.change_7d": "Views now, less those of the reading 7 days before; all of them for a post"
    f" that is younger. Empty when the reading before is much older. {_STEPS}",
    "views_24h": "Views at the reading nearest to 24 hours after it was published (18 to 36).",
    "views_week": "Views at the reading nearest to 7 days after it was published (6½ to 8).",
    "times_median": "Views / the median of the newest posts of its profile.",
    "cost_views": "Fee / views * 1,000. For posts with a fee.",
    "cost_engagement": "Fee / (likes + comments). For posts with a fee.",
    "trail": "Views at earlier readings, for the columns that compare.",
    "imports.name": "Yours: what you call it. Of a formula with {handle} the column in Profiles"
    " is named so.",
    "formula": 'Yours: =IMPORTXML("https://…"; "//…"), IMPORTHTML, IMPORTDATA, IMPORTFEED or'
    " IMPORTJSON. With {handle}, {address} or another column of Profiles in braces it is worked out"
    " for each profile.",
    "result": "The first cell of what the formula gives. When it cannot be read, the last result"
    " stays; Why says the reason.",
    "imports.status": "Whether the formula could be worked out; the column Why says more.",
    "imports.why": "Why there is no result, or no newer one.",
    "imports.read_at": "When the page was asked for that the result comes from.",
    "imports.age": "Days since the result was read.",
    "change": "Result now, less the result on the day to the right; for text, whether it changed.",
    "before_day": "The last day before on which it was read.",
    "imports.trend": "Its numbers on the last 28 days on which it was read.",
    "size": "How large the whole result is.",
    "spill": "Yours: the name of a new tab for the whole result. sheetsync makes that tab and"
    " writes it anew each time.",
    "cell": "The cell of yours in which sync --adopt found the formula.",
}


def note(key: str, tab: str = "") -> str:
    return NOTES.get(f"{tab}.{key}") or NOTES.get(key, "")


#: The first screen.
CARDS: Mapping[str, str] = {
    "readings": "Readings of",
    "group": "Group",
    "all": "all",
    "recent": "Read in the last 24 h",
    "recent_of": "of",
    "gained_7d": "Followers gained, 7 days",
    "gained_28d": "Followers gained, 28 days",
    "exact": "with two exact readings",
    "posts_week": "Posts in 7 days",
    "posts_seen": "among the posts seen",
    "views_week": "Views gained, 7 days",
    "posts": "posts",
    "engagement": "Engagement, median",
    "engagement_of": "(likes + comments) / views, profiles:",
    "cost": "Cost per 1,000 views",
    "fees": "posts with a fee",
    "needs": "Needs you",
    "needs_of": " of ",
    "movers": "Movers, 7 days",
    "gained": "Gained",
    "views_gained": "Views gained",
    "growth": "Growth",
    "followers": "Followers",
    "best": "Best posts, 7 days",
    "views": "Views",
    "caption": "Caption",
    "later": "after a second reading",
    "compare": "Compare",
    "difference": "Difference",
    "overview": "Overview",
    "content": "Content",
    "last_post": "Last post",
    "chart_these": "Chart these",
    "chart_gained": "Followers gained per day, all profiles with exact readings",
    "chart_index": "Followers, first reading of the last 90 days = 100 (flat: none read)",
    "trend_day": "Day",
    "trend_gained": "Gained",
    "trend_n": "of profiles",
    "trend_key": "Profile",
    "trend_label": "Short name",
    "trend_first": "First reading",
}

#: The lines under "Needs you", put together by formulas: a short name, then these.
NEEDS: Mapping[str, str] = {
    "changed": " is now another account",
    "private": " is private now",
    "gone": " is gone or private",
    "refused": " waits for a saved page",
    "old_1": " was last read ",
    "old_2": " days ago",
    "silent_1": ": the newest post seen is ",
    "silent_2": " days old",
    "jump_1": ": followers ",
    "jump_2": " % in a day",
    "runs_1": ": a post ran to ",
    "runs_2": " times its median",
}
