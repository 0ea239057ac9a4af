"""Sending, measured in one run against its peers: `python -m benchmarks.sending [--readers N]`.

Into Debian's `smtp-sink` (package postfix; no daemon): `alerts send`, the whole process, claim to durable
settle; `smtp-source`, a C program that sends one fixed message with no database; and the script that most
people write, an EmailMessage per recipient through smtplib. Same size of message, same number of
connections. Prints messages a second and ratios. Last, the same through a line of `--latency`
milliseconds there and back, and how many round trips a message costs a connection.
"""

import argparse
import asyncio
import multiprocessing
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from sqlite_utils import Database

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
    parser.add_argument("--latency", type=float, default=20, help="milliseconds of a round trip")
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
            mine = _alerts_send(root, db, port, options.connections, options.readers, synchronous)
            left = db.execute("SELECT count(*) FROM deliveries WHERE state <> 'sent'").fetchone()[0]
            print(
                f"alerts send, {synchronous:<17} {mine:8.0f} messages/s  {mine / peer:.2f}"
                f"  ({mine / naive:.1f} x the naive script; {left} not sent)"
            )
        messages = min(options.readers, 600 * options.connections)
        with _far(port, options.latency / 1000) as far:
            mine = _alerts_send(root, db, far, options.connections, messages, "full")
        trips = options.connections / mine / (options.latency / 1000)
        print(
            f"{options.latency:.0f} ms away {mine:23.0f} messages/s: {trips:.2f} round trips each"
        )
        db.close()


def _alerts_send(
    root: Path, db: Database, port: int, connections: int, messages: int, synchronous: str
) -> float:
    """Messages a second of the whole process, after the outbox was filled anew."""
    db.execute("UPDATE deliveries SET state = 'queued', attempts = 0, lease_id = NULL")
    db.execute("UPDATE issues SET state = 'queued', sent_at = NULL")
    environment = os.environ | {
        "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{port}",
        "ALERTS_DELIVERY__CONNECTIONS": str(connections),
        "ALERTS_DATABASE__SYNCHRONOUS": synchronous,
    }
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), "send"]
    return _timed(
        messages, [*command, "--month", str(MONTH), "--limit", str(messages)], environment
    )


@contextmanager
def _far(port: int, latency: float) -> Iterator[int]:
    """A port of a process that hands all octets on, half the latency late each way."""
    ours, theirs = multiprocessing.Pipe()
    line = multiprocessing.Process(
        target=lambda: asyncio.run(_line(port, latency / 2, theirs.send)), daemon=True
    )
    line.start()
    try:
        yield ours.recv()
    finally:
        line.terminate()
        line.join()


async def _line(port: int, delay: float, tell: Callable[[int], None]) -> None:
    loop = asyncio.get_running_loop()

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while octets := await source.read(65_536):
            loop.call_later(delay, sink.write, octets)
        loop.call_later(delay, sink.close)

    async def accept(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, on = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(near, on), carry(far, back))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _large() -> Edition:
    """A Spanish edition whose message is about as large as a month's alert."""
    line = "<p>La comisión escuchó a doce oradores y aprobó el informe sin votación.</p>\n"
    encoded = len(line.encode()) + 2 * 6  # an accented letter is six octets in quoted-printable
    return edition("es", "Hola, {slot:name|lectora}: " + line * (SIZE // (2 * encoded) - 4))


def _timed(messages: int, command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment)
    return messages / (time.perf_counter() - began)


def _naive(port: int, number: int) -> None:
    made = _large()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(number):
            name = f"Lectora {n}"
            message = EmailMessage()
            message["From"], message["To"] = "a@example.org", f"reader{n}@example.org"
            message["Subject"] = made.subject
            message.set_content(made.text.replace("{slot:name|lectora}", name))
            message.add_alternative(made.html.replace("{slot:name|lectora}", name), subtype="html")
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
