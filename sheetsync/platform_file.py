"""Reads a platform file and checks it whole.

Every selector and pattern is compiled here, when the file is loaded, so a typo is a
:class:`PlatformFileError` that names file and key, and never a silently empty cell. The keys are
explained, with a worked example, in README, "Add a platform".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sheetsync.counts import known_locale
from sheetsync.errors import ConfigError, PlatformFileError
from sheetsync.model import FIELDS, Kind, Outcome
from sheetsync.platform import (
    Door,
    Element,
    Ladder,
    Layout,
    Listing,
    Moment,
    Platform,
    PostList,
    Read,
    Rule,
    Sign,
    Subject,
)
from sheetsync.table import Table


def load(path: Path) -> Platform:
    """Load one platform file. Raises PlatformFileError naming the file and the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read as a platform file ({error.__class__.__name__})",
            hint="give the path of a .toml file; README, “Add a platform”, shows one.",
        ) from error
    return parse(text, path.stem, str(path))


def parse(text: str, key: str, path: str) -> Platform:
    """Read a platform from the text of its file. ``key`` is the file's stem, e.g. "tiktok"."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlatformFileError(path, "(file)", f"not valid TOML: {error}") from error
    top = Table(data, path)
    layouts = tuple(_layout(table) for table in top.tables("layouts"))
    platform = Platform(
        key=key,
        name=top.take("name", str),
        checked=_checked(top),
        verified=top.take("verified", bool, True),
        note=top.take("note", str, ""),
        hosts=top.host_names("hosts"),
        any_host=top.take("any_host", bool, False),
        locale=_locale(top, "en"),
        language=top.take("language", str, "en"),
        delay=_delay(top),
        ladder=_ladder(top),
        at=top.take("at", bool, False),
        subjects=_subjects(top),
        layouts=layouts,
        signs=tuple(_sign(table) for table in top.tables("signs")),
        doors=tuple(_door(table) for table in top.tables("doors")),
        known=_known(top.table("known")),
    )
    top.done()
    _check_layouts(platform, top)
    return platform


@cache
def builtin() -> tuple[Platform, ...]:
    """The platforms that come with sheetsync, TikTok first (the first one that matches wins)."""
    folder = resources.files("sheetsync") / "platforms"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")),
        key=lambda file: (file.name != "tiktok.toml", file.name),
    )
    return tuple(
        parse(file.read_text(encoding="utf-8"), file.name.removesuffix(".toml"), file.name)
        for file in files
    )


def _checked(top: Table) -> str:
    checked = top.take("checked", str)
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", checked):
        raise top.wrong("checked", "must be a month or a day, e.g. 2026-11")
    return checked


def _locale(table: Table, default: str) -> str:
    locale = table.take("locale", str, default)
    if locale and not known_locale(locale):
        raise table.wrong("locale", f"“{locale}” is no locale that CLDR knows, e.g. en, nl, pt-BR")
    return locale


def _ladder(top: Table) -> Ladder:
    rungs = top.take("ladder", list, [])
    whole = all(
        isinstance(rung, list) and len(rung) == 2 and all(type(n) is int for n in rung)
        for rung in rungs
    )
    if not whole or rungs != sorted(rungs) or any(step < 1 for _, step in rungs):
        raise top.wrong("ladder", "must be rising [from, step] pairs, e.g. [[0, 1], [10000, 100]]")
    return tuple((start, step) for start, step in rungs)


def _subjects(top: Table) -> Mapping[Kind, Subject]:
    kinds: tuple[Kind, ...] = ("profile", "post")
    found = {kind: _subject(top.table(kind), kind) for kind in kinds if kind in top.data}
    if "profile" not in found:
        raise top.wrong("profile", "is missing")
    return found


def _subject(table: Table, kind: Kind) -> Subject:
    addresses = tuple(
        table.pattern(text, f"address[{n}]") for n, text in enumerate(table.texts("address"))
    )
    needed = "handle" if kind == "profile" else "id"
    for n, pattern in enumerate(addresses):
        if needed not in pattern.groupindex:
            raise table.wrong(f"address[{n}]", f"must have a group (?P<{needed}>…)")
    subject = Subject(
        addresses=addresses,
        url=table.address("url"),
        other_urls=tuple(_other_url(row) for row in table.tables("other_urls")),
        handle=table.pattern(table.take("handle", str, r"[\w.-]{1,64}"), "handle"),
        fields=_fields(table.table("fields"), kind),
        posts=_post_list(table.table("posts")) if "posts" in table.data else None,
    )
    table.done()
    return subject


def _other_url(row: Table) -> tuple[re.Pattern[str], str]:
    found = row.pattern(row.take("handle", str), "handle"), row.address("url")
    row.done()
    return found


def _post_list(table: Table) -> PostList:
    found = PostList(
        each=table.query(table.take("each", str), "each"),
        fields=_fields(table.table("fields"), "post"),
    )
    table.done()
    return found


def _fields(table: Table, kind: Kind) -> Mapping[str, tuple[Read, ...]]:
    fields = {}
    for name in list(table.data):
        if name not in FIELDS[kind]:
            raise table.wrong(name, f"is no field of a {kind}: {', '.join(FIELDS[kind])}")
        raw = table.data.pop(name)
        reads = raw if isinstance(raw, list) else [raw]
        fields[name] = tuple(_read(table, name, read) for read in reads)
    return fields


def _read(table: Table, name: str, raw: Any) -> Read:
    if isinstance(raw, str):
        return Read(table.query(raw, name))
    row = Table(raw, table.path, table.at(name))
    read = Read(
        path=row.query(row.take("path", str), "path"),
        pattern=row.maybe("pattern", row.group),
        hidden=tuple(row.take("hidden", list, [])),
        wraps=row.take("wraps", bool, False),
        shift=row.take("shift", int, 0),
    )
    row.done()
    if not 0 <= read.shift <= 63:
        raise row.wrong("shift", "must be a number of bits from 0 to 63")
    return read


def _layout(table: Table) -> Layout:
    layout = Layout(
        name=table.take("name", str),
        kind=table.choice("kind", list(FIELDS)),
        own=table.take("own", bool, False),
        script=table.take("script", str, "") or None,
        after=table.maybe("after", table.pattern),
        body=table.take("body", bool, False),
        jsonld=table.take("jsonld", bool, False),
        elements=_elements(table.table("elements")),
        lists=_lists(table.table("lists")),
        names={
            name: names.query(names.take(name, str), name)
            for names in [table.table("names")]
            for name in list(names.data)
        },
        when=table.query(table.take("when", str), "when"),
        rules=tuple(_rule(row) for row in table.tables("outcomes")),
        shape=table.maybe("shape", table.query),
        exact=table.maybe("exact", table.query),
        shown=table.maybe("shown", table.pattern),
        required=table.texts("required"),
        captured=tuple(_moment(row) for row in table.tables("captured")),
        locale=_locale(table, "") or None,
        path=table.maybe("path", table.pattern),
        saver=table.take("saver", bool, True),
        answer=table.take("answer", bool, False),
    )
    table.done()
    if not (layout.script or layout.after or layout.body or layout.needs_tree):
        raise table.wrong("", "needs one of script, after, body, jsonld, elements")
    if sum(map(bool, (layout.script, layout.after, layout.body, layout.jsonld))) > 1:
        raise table.wrong("", "has more than one of script, after, body, jsonld")
    return layout


def _elements(table: Table) -> Mapping[str, Element]:
    return {name: _element(table, name) for name in list(table.data)}


def _element(table: Table, name: str) -> Element:
    raw = table.data.pop(name)
    row = Table({"xpath": raw} if isinstance(raw, str) else raw, table.path, table.at(name))
    xpath = row.maybe("xpath", row.xpath) or row.maybe("css", row.css)
    if xpath is None:
        raise row.wrong("", "needs css or xpath")
    element = Element(xpath, row.maybe("pattern", row.group))
    row.done()
    return element


def _lists(table: Table) -> Mapping[str, Listing]:
    found = {}
    for name in list(table.data):
        row = table.table(name)
        each = row.maybe("xpath", row.xpath) or row.maybe("css", row.css)
        if each is None:
            raise row.wrong("", "needs css or xpath")
        found[name] = Listing(each, _elements(row.table("elements")))
        row.done()
    return found


def _rule(row: Table) -> Rule:
    rule = Rule(row.query(row.take("when", str), "when"), row.outcome(), row.take("say", str, ""))
    row.done()
    return rule


def _moment(row: Table) -> Moment:
    moment = Moment(
        row.maybe("path", row.query),
        row.maybe("pattern", row.pattern),
        row.take("visit", bool, False),
        row.take("request", bool, False),
    )
    row.done()
    if moment.pattern is None and moment.path is None:
        raise row.wrong("", "needs path or pattern")
    if moment.visit and moment.request:
        raise row.wrong("", "has both visit and request: a request is of the page itself")
    if moment.pattern is not None and moment.pattern.groups != 1:
        raise row.wrong("pattern", "must have exactly one (group)")
    return moment


def _sign(row: Table) -> Sign:
    sign = Sign(
        outcome=row.outcome(),
        say=row.take("say", str, ""),
        kind=row.choice("kind", list(FIELDS)) if "kind" in row.data else None,
        own=row.take("own", bool, False),
        title=row.maybe("title", row.pattern),
        xpath=row.maybe("xpath", row.xpath) or row.maybe("css", row.css),
        path=row.maybe("path", row.pattern),
        body=row.maybe("body", row.pattern),
        json=row.maybe("json", row.query),
        status=tuple(row.take("status", list, [])),
        empty=row.take("empty", bool, False),
    )
    row.done()
    conditions = (sign.title, sign.xpath, sign.path, sign.body, sign.json, sign.status, sign.empty)
    if not any(conditions):
        raise row.wrong("", "needs a condition: title, css, xpath, path, body, json, status, empty")
    if sign.outcome is Outcome.NOT_FOUND and not any(conditions[:5]):
        # A cache, a proxy or a moved address answers 404 too.
        raise row.wrong("is", "“not_found” needs the site's own sign, and not a status alone")
    return sign


def _door(row: Table) -> Door:
    door = Door(
        kind=row.choice("kind", list(FIELDS)),
        via=row.choice("via", ["http", "api", "saved"]),
        url=row.take("url", str, ""),
        state=row.choice("state", ["open", "walled", "forbidden", "needs key", "unverified"]),
        gives=row.texts("gives"),
        note=row.take("note", str),
        keys=row.texts("keys"),
        key_optional=row.take("key_optional", bool, False),
        headers=_headers(row.table("headers")),
        accept=row.take("accept", str, "text/html"),
        only=row.maybe("only", row.pattern),
        more=row.texts("more"),
        hosted=row.choice("hosted", ["yes", "no", "not known"], "not known"),
    )
    row.done()
    for text in (door.url, *door.more, *door.headers.values()):
        _check_template(row, text, door)
    return door


def _known(table: Table) -> Mapping[str, str]:
    """Two accounts for ``platforms NAME --check``: one that exists, one that does not."""
    names: tuple[str, ...] = ("exists", "missing")
    found = {name: table.take(name, str) for name in names if name in table.data}
    table.done()
    return found


def _headers(row: Table) -> Mapping[str, str]:
    return {name: row.take(name, str) for name in list(row.data)}


def _check_template(row: Table, text: str, door: Door) -> None:
    """Every {name} in an address or a header must be one that will be known."""
    known = {"handle", "id", "user", "host", "account_id", *door.keys}
    for key in door.keys:
        text = text.replace("{" + key + "}", "")
    unknown = set(re.findall(r"\{([^{}]*)\}", text)) - known
    if unknown:
        raise row.wrong("url", f"“{{{min(unknown)}}}” is none of: {', '.join(sorted(known))}")


def _delay(top: Table) -> float:
    """Seconds between two requests to one host, at least."""
    delay = top.data.pop("delay", 2.0)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay <= 60:
        raise top.wrong("delay", "must be a number of seconds from 0 to 60")
    return float(delay)


def _check_layouts(platform: Platform, top: Table) -> None:
    """Cross-checks: a layout's kind must be described, its required fields must exist."""
    names = [layout.name for layout in platform.layouts]
    for n, layout in enumerate(platform.layouts):
        if layout.name in names[:n]:
            raise top.wrong(f"layouts[{n}].name", f"“{layout.name}” is there already")
        subject = platform.subjects.get(layout.kind)
        if subject is None:
            raise top.wrong(f"layouts[{n}].kind", f"the file has no [{layout.kind}]")
        for name in layout.required:
            if name not in subject.fields:
                raise top.wrong(f"layouts[{n}].required", f"“{name}” is not among the fields")
