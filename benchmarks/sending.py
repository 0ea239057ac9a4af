"""Sending, measured in one run against its peers: `python -m benchmarks.sending [--readers N]`.

Into Debian's `smtp-sink` (package postfix; no daemon): `alerts send`, the whole process, claim to durable
settle; `smtp-source`, a C program that sends one fixed message with no database; and the script that most
people write, an EmailMessage per recipient through smtplib. Same size of message, same number of
connections. Prints messages a second and ratios.
"""

import argparse
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from alerts import cli
from alerts.model import Edition
from tests.factories import MONTH, add_subscribers, database, edition, queue_issue

SIZE = 39_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--naive", type=int, default=2000, help="messages of the naive script")
    options = parser.parse_args()
    source = _tool("smtp-source")
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = database(root)
        add_subscribers(db, options.readers)
        queue_issue(root, db, made=_large())
        peer = _timed(
            options.readers,
            [source, "-m", str(options.readers), "-s", str(options.connections), "-l", str(SIZE),
             "-f", "a@example.org", "-t", "b@example.org", f"inet:127.0.0.1:{port}"],
        )  # fmt: skip
        print(f"smtp-source                    {peer:8.0f} messages/s  1.00")
        began = time.perf_counter()
        _naive(port, options.naive)
        naive = options.naive / (time.perf_counter() - began)
        print(f"EmailMessage + smtplib         {naive:8.0f} messages/s  {naive / peer:.2f}")
        for synchronous in ("normal", "full"):
            db.execute("UPDATE deliveries SET state = 'queued', attempts = 0, lease_id = NULL")
            db.execute("UPDATE issues SET state = 'queued', sent_at = NULL")
            environment = os.environ | {
                "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{port}",
                "ALERTS_DELIVERY__CONNECTIONS": str(options.connections),
                "ALERTS_DATABASE__SYNCHRONOUS": synchronous,
            }
            command = [sys.executable, "-m", "alerts", "-q", "--project", str(root)]
            mine = _timed(options.readers, [*command, "send", "--month", str(MONTH)], environment)
            left = db.execute("SELECT count(*) FROM deliveries WHERE state <> 'sent'").fetchone()[0]
            print(
                f"alerts send, {synchronous:<17} {mine:8.0f} messages/s  {mine / peer:.2f}"
                f"  ({mine / naive:.1f} x the naive script; {left} not sent)"
            )
        db.close()


def _large() -> Edition:
    """An edition whose message is about as large as a month's alert."""
    line = "<p>The committee heard twelve speakers and adopted its report without a vote.</p>\n"
    return edition(body="Hello {slot:name|reader} " + line * (SIZE // (2 * len(line)) - 4))


def _timed(messages: int, command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment)
    return messages / (time.perf_counter() - began)


def _naive(port: int, number: int) -> None:
    made = _large()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(number):
            message = EmailMessage()
            message["From"], message["To"] = "a@example.org", f"reader{n}@example.org"
            message["Subject"] = made.subject
            message.set_content(made.text)
            message.add_alternative(made.html, subtype="html")
            client.send_message(message)


def _tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        sys.exit(f"{name} is missing: apt-get install postfix (its daemon need not run)")
    return found


@contextmanager
def sink() -> Iterator[int]:
    """smtp-sink on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([_tool("smtp-sink"), *user, f"inet:127.0.0.1:{port}", "1000"])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
