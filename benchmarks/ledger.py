"""A large departures ledger: `python -m benchmarks.ledger [--facts N] [--people N]`.

Writes that many facts, then measures what a command costs that begins when there is nothing new in it, what
it takes a database to follow all of them (as after a restore), and the memory of that. `--people` are on the
list, of whom one in a hundred left.
"""

import argparse
import os
import resource
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts import cli
from alerts.instance import identity
from alerts.store import departures_follow, open_database
from alerts.store.departure_facts import DepartureKind, Fact
from alerts.store.departures_location import ledger_of, microseconds
from tests.factories import NOW, add_subscribers

BATCH = 10_000


@contextmanager
def _told(what: str, number: int) -> Iterator[None]:
    began, cpu = time.monotonic(), time.process_time()
    yield
    took, worked = time.monotonic() - began, time.process_time() - cpu
    each = f", {took / number * 1e6:.1f} µs each" if number else ""
    print(f"{what}: {took:.3f} s ({worked:.3f} s of CPU){each}", flush=True)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = open_database(root / "subscribers.db")
        emails = add_subscribers(db, options.people)
        ledger = ledger_of(db)
        gone = [ledger.hashed("address", email) for email in emails[::100]]
        with _told(f"written, {options.facts:,} facts", options.facts):
            for _ in range(0, options.facts, BATCH):
                ledger.append([_fact(gone) for _ in range(BATCH)], microseconds(NOW))
        with _told("read", options.facts):
            number = sum(1 for _ in ledger.read())
        assert number == ledger.end()
        with _told("followed from the beginning, as after a restore", number):
            left = departures_follow.catch_up(db, NOW)
        assert left == -(-options.people // 100), left
        with _told("looked at where there is nothing new, as each send does", 0):
            assert not identity.question(db, root / "subscribers.db")
            assert departures_follow.catch_up(db, NOW) == 0
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"most memory: {most / 1000:.0f} MB")
        db.close()


def _fact(gone: list[str]) -> Fact:
    """Somebody of the list who left, or somebody who is on no list."""
    address = gone.pop() if gone else secrets.token_urlsafe(12)
    return Fact(DepartureKind.LEFT, address, secrets.token_urlsafe(12))


if __name__ == "__main__":
    main()
