"""Keys that somebody put where something else belongs: never to be repeated. Pure."""

from __future__ import annotations

import re

#: No path is longer, and no name in one.
_LONGEST, _LONGEST_NAME = 4096, 255
#: To its end, or as far as a text goes that was cut; in JSON its lines end in a written ``\\n``.
_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"(?:[A-Za-z0-9+/=\s\\]*-----END[A-Z -]*|(?:[ \r\n]*[A-Za-z0-9+/=\\]{16,})*)"
)
#: The same in JSON, also inside a text of JSON, or as Python shows it.
_MEMBER = re.compile(
    r"((?:private_key(?:_id)?|refresh_token|client_secret)\\*[\"']\s*:\s*\\*)([\"'])"
    r"(?:\(a private key\)|[^\s\"'])+"
)


def holds_key(text: str) -> bool:
    """Whether this is no plausible path but the key itself, its JSON or a code for it."""
    name = max(re.split(r"[/\\\\]", text), key=len)
    strange = "{" in text or "\n" in text or "PRIVATE KEY" in text
    return strange or len(text) > _LONGEST or len(name) > _LONGEST_NAME


def without_keys(text: str) -> str:
    """The text with every key in it left out."""
    return _MEMBER.sub(r"\1\2…", _BLOCK.sub("(a private key)", text))
