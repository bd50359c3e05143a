"""The web on loopback: one server behind every host's name, and a proxy that leads there.

::

    with World() as world:
        world.serve("bsky.app", "/robots.txt", b"")
        world.serve("www.tiktok.com", "/@x", Reply(b"busy", 502), b"<html>...")
        subprocess.run([...], env=os.environ | world.environment())
        assert [seen.path for seen in world.seen("www.tiktok.com")] == [...]

Real TLS, with a certificate for each name by an authority made for the occasion. Two ways lead in:
the CONNECT proxy (`environment`, `network`), as for a subprocess, and the direct way (`guard`), on
which the product looks a name up and vets what it finds as ever, and only the last step, the
dialling of an address that was vetted, ends here. Nothing but 127.0.0.1 is ever contacted.
"""

from __future__ import annotations

from tests.world.replies import (
    Reply,
    bomb,
    drip_body,
    drip_head,
    endless,
    raw,
    redirect,
    reset_after,
    silence,
)
from tests.world.server import Seen, Wire
from tests.world.world import PUBLIC, World

__all__ = [
    "PUBLIC",
    "Reply",
    "Seen",
    "Wire",
    "World",
    "bomb",
    "drip_body",
    "drip_head",
    "endless",
    "raw",
    "redirect",
    "reset_after",
    "silence",
]
