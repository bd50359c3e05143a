"""Keys go into addresses whole, and come out of nothing that is shown or kept."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from sheetsync.fetch.keys import hidden, quoted

KEYS = {"YOUTUBE_API_KEY": "AIza/Sy+ab&c", "INSTAGRAM_USER_ID": "17841400000000000"}


def test_key_is_one_word_of_an_address() -> None:
    assert quoted({"ID": "../me?x=1&y#z"}) == {"ID": "..%2Fme%3Fx%3D1%26y%23z"}


def test_key_that_comes_back_is_replaced_by_its_name() -> None:
    key = KEYS["YOUTUBE_API_KEY"]
    assert hidden(f"bad key {key}!", KEYS) == "bad key {YOUTUBE_API_KEY}!"
    assert hidden(f"{key.lower()}.evil.example", KEYS) == "{YOUTUBE_API_KEY}.evil.example"


def test_an_id_on_a_page_about_ones_own_account_is_data() -> None:
    text = '{"id": "17841400000000000"}'
    assert hidden(text, KEYS, ids=False) == text
    assert "17841400000000000" not in hidden(text, KEYS)


def test_word_that_is_too_short_for_a_secret_is_left_alone() -> None:
    assert hidden("the page", {"TWITCH_TOKEN": "e", "EMPTY": ""}) == "the page"


@given(st.text(st.characters(codec="utf-8"), min_size=6, max_size=40), st.sampled_from("rqjhs"))
def test_no_form_of_a_key_is_left(key: str, form: str) -> None:
    forms = {
        "r": key,
        "q": quote(key, safe=""),
        "j": json.dumps(key)[1:-1],
        "h": escape(key),
        "s": json.dumps(key)[1:-1].replace("/", "\\/"),
    }
    assert hidden(f"<{forms[form]}>", {"K": key}) == "<{K}>"
