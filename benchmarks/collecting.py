"""What collecting costs: `python -m benchmarks.collecting [--feeds N]`.

A server on loopback has N feeds (200) of 30 entries, a third of them with ETag, a third with
Last-Modified, and a third with neither. They are collected, and collected again when nothing has
changed. Prints the octets that went over the network and the time, and the ratios (goal: at most 0.1 of
the octets for servers that can say that nothing is new). Then what cells cost: the time of the first
collection with them, their start included, against one that parses in its own process (goal: at most
1.3), each in a process of its own, the better of two runs.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.sources.cell import work
from alerts.sources.cell.job import Job
from alerts.sources.collect import collect
from alerts.sources.collected import Collected
from alerts.store import create
from alerts.store import sources as store

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
SOME_DAY = "Mon, 05 Oct 2026 10:00:00 GMT"
TEXT = "The ministry published the rules on Monday. Tenants may now ask for their homes back. " * 4


def feed(number: int) -> bytes:
    """A feed of 30 entries."""
    entries = "".join(
        f"<item><title>Story {number}-{n} of the month</title><link>https://s{number}.example/{n}</link>"
        f"<description>{TEXT}</description><pubDate>{SOME_DAY}</pubDate></item>"
        for n in range(30)
    )
    return f"<rss version='2.0'><channel><language>en</language>{entries}</channel></rss>".encode()


class Server(ThreadingHTTPServer):
    """Counts what it sends."""

    sent = 0
    counting = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """`/etag/N`, `/date/N` and `/none/N` are feeds."""

    server: Server

    def do_GET(self) -> None:
        _, validator, number = self.path.split("/")
        fields = {"etag": {"ETag": '"1"'}, "date": {"Last-Modified": SOME_DAY}}.get(validator, {})
        known = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since")
        body = b"" if known else feed(int(number))
        lines = [f"HTTP/1.1 {304 if known else 200} OK", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        answer = ("\r\n".join([*lines, "Connection: close", "", ""])).encode() + body
        self.wfile.write(answer)
        with self.server.counting:
            self.server.sent += len(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class NoCells:
    """Stands for `Cells`: parses where it is called."""

    def __init__(self, _concurrency: int) -> None:
        """Nothing to start."""

    def ask(self, job: Job, body: bytes, read: Any, _deadline: Any) -> Any:
        """The answer of a cell, without one."""
        return read(work.answer(job, body)["value"])

    def close(self) -> None:
        """Nothing to end."""


def served() -> tuple[Server, str]:
    """A running server, and its address."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def once(number: int) -> float:
    """Seconds of a first collection of so many feeds."""
    server, base = served()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), sources=SourcesSettings(allow_private=True, per_host=8))
        db = create(settings.database_path)
        for n in range(number):
            store.add(db, Source(0, f"{base}/none/{n}", SourceKind.FEED), NOW)
        began = time.perf_counter()
        result = collect(db, settings, Month(2026, 10), NOW)
        seconds = time.perf_counter() - began
        assert (result.new, result.failed) == (30 * number, [])
        db.close()
    server.shutdown()
    return seconds


def without_cells(number: int) -> float:
    """The same, parsed in this process."""
    with mock.patch("alerts.sources.reader.Cells", NoCells):
        return once(number)


def compare(number: int) -> None:
    """Print what cells cost."""
    best = {}
    for way in ("once", "without_cells"):
        code = f"from benchmarks.collecting import {way}; print({way}({number}))"
        runs = [subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
                for _ in range(2)]  # fmt: skip
        best[way] = min(float(run.stdout) for run in runs)
    with_cells, without = best["once"], best["without_cells"]
    print(f"{number} feeds, first time: with cells {with_cells:.1f} s, without {without:.1f} s, "
          f"ratio {with_cells / without:.2f}")  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    number: int = parser.parse_args().feeds
    server, base = served()
    for name, kinds in (("ETag or Last-Modified", ("etag", "date")), ("neither", ("none",))):
        with tempfile.TemporaryDirectory() as folder:
            limits = SourcesSettings(allow_private=True, per_host=8)
            settings = Settings(root=Path(folder), sources=limits)
            db = create(settings.database_path)
            for n in range(number):
                location = f"{base}/{kinds[n % len(kinds)]}/{n}"
                store.add(db, Source(0, location, SourceKind.FEED), NOW)
            octets, seconds = [], []
            result = Collected(Month(2026, 10))
            for _ in range(2):
                server.sent, began = 0, time.perf_counter()
                result = collect(db, settings, Month(2026, 10), NOW)
                octets.append(server.sent)
                seconds.append(time.perf_counter() - began)
            assert (result.unchanged, result.failed) == (30 * number, [])
            db.close()
        print(f"{number} feeds, {name}:")
        for what, (first, again) in (("octets", octets), ("seconds", seconds)):
            print(
                f"  {what:<8} first {first:14,.1f}  again {again:12,.1f}  ratio {again / first:.4f}"
            )
    server.shutdown()
    compare(number)


if __name__ == "__main__":
    main()
