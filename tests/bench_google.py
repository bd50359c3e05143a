"""``python -m tests.bench_google``: calls and bytes of a first and of steady syncs.

Profiles 10, 1,000 and (with ``--large``) 5,000, with and without ten posts each, on the loopback
Google without its wire; ``packed`` is what gzip leaves of the answers.
"""

from __future__ import annotations

import argparse
import time
import zlib
from typing import Any

from tests.destinations.google_world import Team
from tests.plan.sheet import at, post, profile


def records(day: int, profiles: int, posts: int) -> list[Any]:
    def one(number: int) -> Any:
        name = f"creator.{number}"
        newest = [
            post(
                f"75{number:06}{n:02}",
                name,
                views=40_000 + 977 * number + day * 131 + n,
                likes=900 + number + n,
                comments=31 + n,
                shares=12,
                saves=9,
                caption=f"A caption of the usual length, number {n}, with a word or two more",
                published=at(10 + n % 10),
            )
            for n in range(posts)
        ]
        return profile(
            name,
            at(day),
            followers=100_000 + number * 37 + day * 11,
            following=120,
            likes=2_000_000 + number,
            name=f"Creator {number}",
            account_id=f"68{number:015}",
            posts=newest,
        )

    return [one(number) for number in range(profiles)]


def row(team: Measured, label: str, since: int, seconds: float) -> str:
    calls = team.google.calls[since:]
    sent = sum(len(call.body) for call in calls)
    kinds = [call.method.rpartition(".")[2] for call in calls]
    writes = kinds.count("batchUpdate")
    largest = max((len(call.body) for call in calls), default=0)
    return (
        f"{label:<34} {len(calls):>3} calls ({writes} writes)  sent {sent:>11,} B"
        f"  largest {largest:>10,} B  got {team.got:>11,} B  packed {team.packed:>10,} B"
        f"  {seconds:6.1f} s"
    )


class Measured(Team):
    """Counts what the answers weigh."""

    got = packed = 0

    def client(self) -> Any:
        client = super().client()
        plain = client.session.send

        def send(request: Any, **more: Any) -> Any:
            response = plain(request, **more)
            self.got += len(response.content)
            self.packed += len(zlib.compress(response.content, 6))
            return response

        client.session.send = send
        return client


def measure(profiles: int, posts: int) -> None:
    team = Measured("nl_BE", "Europe/Brussels")
    for label, day in (("first", 19), ("steady", 20), ("steady", 21)):
        since, team.got, team.packed = len(team.google.calls), 0, 0
        start = time.perf_counter()
        team.sync(*records(day, profiles, posts), now=at(day, 12))
        what = f"{profiles:,} profiles, {posts} posts each: {label}"
        print(row(team, what, since, time.perf_counter() - start), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_google", description=__doc__)
    parser.add_argument("--large", action="store_true", help="5,000 profiles too: minutes")
    sizes = (10, 1000, 5000) if parser.parse_args().large else (10, 1000)
    for profiles in sizes:
        for posts in (0, 10):
            measure(profiles, posts)


if __name__ == "__main__":
    main()
