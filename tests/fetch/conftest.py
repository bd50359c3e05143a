"""The web on loopback, for every test of the doors that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from sheetsync.fetch.client import Client
from tests.world import World

MakeClient = Callable[..., Client]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def client(world: World) -> Iterator[MakeClient]:
    """Makes clients that find the world; a second attempt comes at once."""
    with ExitStack() as stack:

        def make(*, proxy: bool = False, **options: Any) -> Client:
            given: dict[str, Any] = {
                "guard": world.guard(),
                "network": world.network(proxy=proxy),
                "seconds": 10.0,
                "sleep": lambda seconds: None,
                "jitter": lambda: -0.5,
            }
            return stack.enter_context(Client(**(given | options)))

        yield make
