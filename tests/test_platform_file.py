"""A mistake in a platform file is an error when it is loaded, and names file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheetsync.errors import ConfigError, PlatformFileError
from sheetsync.platform_file import builtin, load, parse

README = Path(__file__).parents[1] / "README.md"


def good() -> str:
    """The file that README shows: it has one of nearly everything."""
    found = re.search(r"```toml\n(name = .*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_file_that_readme_shows_is_a_platform() -> None:
    platform = parse(good(), "example", "example.toml")
    assert platform.key == "example"
    assert [layout.name for layout in platform.layouts] == ["state", "rendered"]


WRONG = [
    ('name = "Example"', "", "name", "is missing"),
    ('name = "Example"', "name = 3", "name", "must be a text"),
    ('name = "Example"', 'name = "Example"\nnaem = "x"', "naem", "not a key"),
    ('checked = "2026-11"', 'checked = "2026-11"\nat = 1', "at", "true or false"),
    ("ladder = [[0, 1], [10000, 100]]", "ladder = [[10000, 100], [0, 1]]", "ladder", "rising"),
    ("ladder = [[0, 1], [10000, 100]]", "ladder = [[0, 0]]", "ladder", "rising"),
    ("ladder = [[0, 1], [10000, 100]]", "ladder = [[0]]", "ladder", "rising"),
    ('locale = "en" ', 'locale = "xx-nowhere" ', "locale", "no locale"),
    ('hosts = ["example.social"]', "hosts = []", "hosts", "must name"),
    ('hosts = ["example.social"]', 'hosts = [".*"]', "hosts", "must name"),
    ('checked = "2026-11"', 'checked = "yesterday"', "checked", "a month or a day"),
    ("social/@{handle}", "social/@{hndle}", "profile.url", "name only"),
    ('url = "https://example', 'url = "javascript:example', "profile.url", "https://"),
    ('name = "rendered"', 'name = "state"', "layouts[1].name", "already"),
    ('script = "STATE"', 'script = "STATE"\nbody = true', "layouts[0]", "more than one"),
    ('when = "user.name"', 'when = "frobnicate(user)"', "layouts[0].when", "no function"),
    ('when = "user.name"', 'when = "length()"', "layouts[0].when", "arguments"),
    ('css = "h1.handle"', 'xpath = "//svg:a"', "elements.handle.xpath", "XPath"),
    ("(?P<handle>", "(?P<name>", "profile.address[0]", "must have a group"),
    ("handle = '\\w+'", "handle = '\\w+('", "profile.handle", "not a pattern"),
    ('followers = "stats.followers"', 'folowers = "x"', "profile.fields.folowers", "no field"),
    ('"user.name"\naccount', '"user..name"\naccount', "profile.fields.handle", "not a JMESPath"),
    ('when = "user.name"', "when = '`user`.name'", "layouts[0].when", "not a JMESPath"),
    ('when = "user.name"', 'when = "!user.gone"', "layouts[0].when", "never true"),
    ('when = "user.name"', "", "layouts[0].when", "is missing"),
    ('script = "STATE"', "", "layouts[0]", "needs one of"),
    ('kind = "profile"\nscript', 'kind = "page"\nscript', "layouts[0].kind", "none of"),
    ('kind = "profile"\nscript', 'kind = "post"\nscript', "layouts[0].kind", "no [post]"),
    ('["handle", "followers"]', '["handle", "views"]', "layouts[0].required", "among the fields"),
    ('captured = [{ path = "madeAt" }]', "captured = [{}]", "layouts[0].captured[0]", "needs"),
    (
        'captured = [{ path = "madeAt" }]',
        'captured = [{ path = "madeAt", visit = true, request = true }]',
        *("layouts[0].captured[0]", "both visit and request"),
    ),
    ('is = "not_found"', 'is = "notfound"', "layouts[0].outcomes[0].is", "none of"),
    ('css = "h1.handle"', 'css = "h1..handle"', "elements.handle.css", "not a CSS selector"),
    (
        "xpath = \"//meta[@name='description']",
        "xpath = \"//meta[@name='description'",
        "xpath",
        "XPath",
    ),
    (
        "pattern = '^@(\\w+)$'",
        "pattern = '@(\\w+)$'",
        "elements.handle.pattern",
        "must begin with ^",
    ),
    ("pattern = '^@(\\w+)$'", "pattern = '^@\\w+$'", "elements.handle.pattern", "one (group)"),
    ("title = '^Log in'", "", "signs[0]", "needs a condition"),
    ('state = "open"', 'state = "ajar"', "doors[0].state", "none of"),
    ("[profile]\n", "[profil]\n", "profil", "missing"),
    ('name = "Example"', 'name = "Example', "(file)", "not valid TOML"),
]


@pytest.mark.parametrize(("old", "new", "key", "problem"), WRONG)
def test_a_mistake_names_file_and_key(old: str, new: str, key: str, problem: str) -> None:
    text = good()
    assert old in text
    with pytest.raises(PlatformFileError) as error:
        parse(text.replace(old, new, 1), "example", "mine/example.toml")
    assert "mine/example.toml" in error.value.message
    assert key in error.value.key
    assert problem in error.value.message
    assert error.value.hint


def test_a_status_alone_is_no_sign_of_a_missing_account() -> None:
    sign = '\n[[signs]]\nis = "not_found"\nstatus = [404]\n'
    with pytest.raises(PlatformFileError, match="needs the site's own sign") as error:
        parse(good() + sign, "example", "example.toml")
    assert error.value.key == "signs[1].is"
    parse(good() + sign + "json = \"error == 'gone'\"\n", "example", "example.toml")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


def test_every_built_in_file_loads_and_tiktok_comes_first() -> None:
    assert builtin()[0].key == "tiktok"
    assert len({platform.key for platform in builtin()}) == len(builtin()) > 10


def test_built_in_layouts_have_names_of_their_own() -> None:
    for platform in builtin():
        names = [layout.name for layout in platform.layouts]
        assert len(names) == len(set(names)), platform.key


def test_every_platform_tells_at_least_one_door() -> None:
    for platform in builtin():
        assert any(door.kind == "profile" for door in platform.doors), platform.key
