"""Memory stays within 100 MB of idle, whatever a server sends: measured in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.world import World, bomb, endless

pytest.importorskip("resource")

HOST = "www.tiktok.com"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HOSTILE = {
    "/gzip": bomb(),
    "/deflate": bomb(coding="deflate"),
    "/redirect": bomb(302, Location="/idle"),
    "/missing": bomb(404),
    "/page": endless(OK + b"\r\n", b"x" * 1024),
    "/length": endless(OK + b"Content-Length: 50000000000\r\n\r\n", b"x" * 1024),
    "/chunk": endless(CHUNKED + b"-1\r\n", b"x" * 1024),
    "/huge-chunk": endless(CHUNKED + b"ffffffffff\r\n", b"x" * 1024),
    "/size": endless(CHUNKED, b"1" * 1024),
    "/trailer": endless(CHUNKED + b"0\r\n", b"X: y\r\n"),
    "/header": endless(OK + b"X: ", b"x" * 1024),
    "/robots.txt": bomb(),
}
SCRIPT = """
import re, resource, sys
from pathlib import Path
from sheetsync.fetch.client import Client
from sheetsync.fetch.guard import Guard, hosts_allowed
from sheetsync.fetch.robots import Robots

def peak():
    # In MB. On Linux ru_maxrss begins with what the process had that started this one.
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024**2

with Client(Guard(hosts_allowed(["tiktok.com"])), seconds=2, sleep=lambda seconds: None) as client:
    base = "https://www.tiktok.com"
    assert client.get(base + "/idle").text == "idle"
    idle = peak()
    for path in sys.argv[1:]:
        client.get(base + path)
        print(path, peak() - idle)
    Robots(client).allowed(base + "/idle")
    print("robots", peak() - idle)
"""


def test_peak_stays_within_100_mb_of_idle(world: World) -> None:
    world.serve(HOST, "/idle", b"idle")
    for path, handler in HOSTILE.items():
        world.serve(HOST, path, handler)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *HOSTILE],
        env=os.environ | world.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    peaks = {name: int(size) for name, size in (line.split() for line in done.stdout.splitlines())}
    assert set(peaks) == {*HOSTILE, "robots"}
    assert max(peaks.values()) < 100, peaks
    asked = {seen.path for seen in world.seen(HOST)}
    assert asked == {*HOSTILE, "/idle"}
