"""The pages under load while an issue is being sent: `python -m benchmarks.web [--readers N]`.

One-click unsubscribes (RFC 8058), each of another person and each on disk before it is answered, and the
issue in the archive, from `--clients` connections, to `alerts serve`, a process of its own: first alone;
then `alerts send` alone into Debian's `smtp-sink`; then both at once, with the clients as fast as they can
and at `--rate` requests a second, which is a list of 100,000 where everybody wants to leave, or to read in
the browser, within the hour. Prints requests and
messages a second, and their ratios to running alone: with two cores for sender, sink, server and clients,
much of a ratio is the cores' and not the program's. Last, the books of the issue have to close.
"""

import argparse
import http.client
import itertools
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlite_utils import Database

from alerts import cli
from alerts.mail.tokens import Purpose, sign
from alerts.store import link_numbers, outbox_figures, signing_keys
from benchmarks.senders import sink
from tests.factories import MONTH, add_subscribers, database, edition, queue_issue

PARAGRAPH = "<p>The committee heard twelve speakers and adopted the report without a vote.</p>\n"
BODY = "List-Unsubscribe=One-Click"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--leavers", type=int, default=60_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rate", type=float, default=28)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = database(root)
        add_subscribers(db, options.readers)
        queue_issue(root, db, made=edition(body="Hello {slot:name|reader} " + PARAGRAPH * 220))
        add_subscribers(db, options.leavers, domain="leaving.example")
        leave = _tokens(db, options.readers, options.leavers)
        kinds = {
            "one-click": ("POST", leave),
            "archive": ("GET", itertools.repeat(f"/archive/{MONTH}/en")),
        }
        with _served(root) as pages:
            load = _Load(pages, options.clients, options.leavers // (3 * options.clients))
            for name, kind in kinds.items():
                with load.at_work(kind, 0) as alone:
                    time.sleep(options.seconds)
                print(f"{name:<10} alone          {alone():8.0f} requests/s")
            send = _send(root, db, port, options.readers)
            print(f"send       alone          {send:8.0f} messages/s")
            for (name, kind), rate in itertools.product(kinds.items(), (0.0, options.rate)):
                with load.at_work(kind, rate) as counted:
                    both = _send(root, db, port, options.readers)
                words = f"at {rate:.0f}/s" if rate else "as fast as they can"
                print(f"{name} and send, clients {words}:")
                print(f"  {name:<23} {counted():8.0f} requests/s")
                print(f"  send                    {both:8.0f} messages/s  {both / send:.2f}")
        books = outbox_figures.counts(db, MONTH)
        assert books["sent"] == options.readers, books
        assert sum(books.values()) == options.readers, books
        print(f"the books close: {books['sent']} of {options.readers} sent, once each run")
        gone = db.execute("SELECT count(*) FROM subscribers WHERE status = 'unsubscribed'")
        (left,), asked = gone.fetchone(), load.one_clicks
        assert left == asked, (left, asked)
        print(f"{left} one-clicks, each of them is off the list")
        db.close()


def _tokens(db: Database, readers: int, leavers: int) -> Iterator[str]:
    """A path for each person who is no reader of the issue."""
    keys = signing_keys.all_secrets(db)
    newest = max(keys)
    for row in range(readers + 1, readers + leavers + 1):
        number = link_numbers.number_of(db, row)
        yield f"/unsubscribe/{sign(newest, keys[newest], Purpose.UNSUBSCRIBE, number)}"


@contextmanager
def _served(root: Path) -> Iterator[int]:
    """The port of `alerts serve`, with its clock at rest."""
    quiet = {f"ALERTS_SCHEDULE__{act}": "" for act in ("COLLECT", "RUN", "SEND")}
    command = [sys.executable, "-m", "alerts", "--project", str(root), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | quiet
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield int(line.partition(" | ")[2].split()[1].rstrip("/,").rpartition(":")[2])
        process.terminate()
        process.stderr.read()


def _client(
    port: int,
    method: str,
    paths: list[str],
    pause: float,
    stop: Event,
    counted: "Synchronized[int]",
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = BODY if method == "POST" else None
    for path in paths:
        began = time.perf_counter()
        if stop.is_set():
            return
        connection.request(method, path, body, HEADERS if body else {})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        with counted.get_lock():
            counted.value += 1
        if pause:
            stop.wait(max(0.0, pause - (time.perf_counter() - began)))


class _Load:
    """Clients of the pages, each with at most so many requests."""

    def __init__(self, port: int, clients: int, each: int) -> None:
        self._port, self._clients, self._each = port, clients, each
        self.one_clicks = 0  # answered so far

    @contextmanager
    def at_work(
        self, kind: tuple[str, Iterator[str]], rate: float
    ) -> Iterator[Callable[[], float]]:
        """They are while the block runs; gives a function: requests a second."""
        method, paths = kind
        stop, counted = multiprocessing.Event(), multiprocessing.Value("q", 0)
        pause = self._clients / rate if rate else 0.0
        workers = [
            multiprocessing.Process(
                target=_client,
                args=(
                    self._port,
                    method,
                    list(itertools.islice(paths, self._each)),
                    pause,
                    stop,
                    counted,
                ),
            )
            for _ in range(self._clients)
        ]
        for worker in workers:
            worker.start()
        began = time.perf_counter()
        taken = [0.0]
        yield lambda: counted.value / taken[0]
        taken[0] = time.perf_counter() - began
        stop.set()
        for worker in workers:
            worker.join()
        self.one_clicks += counted.value if method == "POST" else 0


def _send(root: Path, db: Database, port: int, readers: int) -> float:
    """Messages a second of the whole process, after the outbox was filled anew."""
    db.execute("UPDATE deliveries SET state = 'queued', attempts = 0, lease_id = NULL")
    db.execute("UPDATE issues SET state = 'queued', sent_at = NULL")
    environment = os.environ | {"ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "alerts", "-q", "--project", str(root), "send"]
    began = time.perf_counter()
    subprocess.run([*command, "--month", str(MONTH)], check=True, env=environment)
    return readers / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
