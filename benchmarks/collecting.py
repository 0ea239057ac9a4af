"""What collecting again costs: `python -m benchmarks.collecting [--feeds N]`.

A server on loopback has N feeds (200) of 30 entries, a third of them with ETag, a third with
Last-Modified, and a third with neither. They are collected, and collected again when nothing has
changed. Prints the octets that went over the network and the time, and the ratios (goal: at most 0.1 of
the octets for servers that can say that nothing is new).
"""

import argparse
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from alerts.collect import Collected, collect
from alerts.model import Month, Source, SourceKind
from alerts.settings import Settings, SourcesSettings
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


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    number: int = parser.parse_args().feeds
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
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


if __name__ == "__main__":
    main()
