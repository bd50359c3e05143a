"""The kinds of request in a batch, each with its handler."""

from __future__ import annotations

from collections.abc import Callable

from tests.sheets_server.context import Context
from tests.sheets_server.errors import Json

#: A handler changes ``ctx.book`` and gives the inside of its reply, or None for an empty one.
Handler = Callable[[Context, Json], Json | None]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register
