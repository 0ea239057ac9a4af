"""Sending, measured against peers that do the same work: `python -m benchmarks.sending [--rounds N]`.

Into Debian's `smtp-sink`. Ours is `alerts send`, the whole process with its start-up, 10 kept sessions, the
reader's name in each message, every outcome flushed to disk. The peers have as many sessions and keep
them too: `smtp-source -d` (C; one fixed message of the same size, no database, nothing durable), and the
script that most people write, one process a connection. Each round runs all of them, in turn; what is
printed is the median of the rounds' ratios, and the lowest and highest in brackets, with CPU a message.
Then the same on a machine whose cores are busy, with a disk that takes 20 ms a flush (where 10
connections, each with one outcome in doubt at most, cannot pass 500 messages a second), and to a relay
that is 20 ms away.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from sqlite_utils import Database

from alerts import cli
from benchmarks import senders
from benchmarks.large_edition import large_edition
from benchmarks.senders import Cost
from tests.factories import MONTH, add_subscribers, database, queue_issue

Senders = dict[str, Callable[[], Cost]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--naive", type=int, default=4000, help="messages of the naive script")
    parser.add_argument("--flush", type=float, default=20, help="milliseconds of a slow flush")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds of a round trip")
    options = parser.parse_args()
    connections, readers = options.connections, options.readers
    with tempfile.TemporaryDirectory() as folder, senders.sink() as port:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = database(root)
        add_subscribers(db, readers)
        db.execute("UPDATE subscribers SET name = 'Lectora ' || id, language = 'es'")
        queue_issue(root, db, made=large_edition())
        content = Path(folder) / "edition.json"
        content.write_text(json.dumps(asdict(large_edition())), encoding="utf-8")
        size = db.execute("SELECT max(length(template)) FROM editions").fetchone()[0]
        print(f"{readers} messages of {size} octets, {connections} kept sessions")

        def ours(messages: int = readers, to: int = port) -> Cost:
            _fill_again(db)
            cost = senders.alerts(root, to, messages, connections, str(MONTH))
            sent = db.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()[0]
            if sent != messages:
                raise SystemExit(f"{sent} of {messages} sent")
            return cost

        everybody: Senders = {
            "alerts send": ours,
            "smtp-source -d": lambda: senders.smtp_source(port, readers, connections, size),
            "naive, a process each": lambda: senders.naive(
                port, options.naive, connections, content
            ),
        }
        for title, circumstances in (
            ("a quiet machine", nullcontext()),
            ("all cores busy", senders.busy_machine()),
        ):
            with circumstances:
                _compare(title, everybody, options.rounds)
        few = min(readers, 400 * connections)
        with senders.slow_disk(Path(folder), options.flush):
            slow = [ours(few) for _ in range(options.rounds)]
        bound = connections / (options.flush / 1000)
        _tell(f"a flush takes {options.flush:.0f} ms longer", slow, f"bound {bound:.0f}/s")
        with senders.far_away(port, options.latency / 1000) as far:
            away = [ours(few, far) for _ in range(options.rounds)]
        trips = connections / statistics.median(c.rate for c in away) / (options.latency / 1000)
        _tell(f"relay {options.latency:.0f} ms away", away, f"{trips:.2f} round trips a message")
        db.close()


def _fill_again(db: Database) -> None:
    db.execute("UPDATE deliveries SET state = 'queued', attempts = 0, lease_id = NULL")
    db.execute("UPDATE issues SET state = 'queued', sent_at = NULL")


def _compare(title: str, everybody: Senders, rounds: int) -> None:
    """Run them all, round by round, and print the ratios of ours to each."""
    costs: dict[str, list[Cost]] = {name: [] for name in everybody}
    for _ in range(rounds):
        for name, send in everybody.items():
            costs[name].append(send())
    print(title)
    mine, *_ = costs.values()
    for name, found in costs.items():
        ratios = [one.rate / other.rate for one, other in zip(mine, found, strict=True)]
        _tell(f"  {name}", found, f"ours is {_spread(ratios, 2)} x")


def _tell(name: str, costs: Sequence[Cost], more: str) -> None:
    rates = _spread([cost.rate for cost in costs], 0)
    cpu = statistics.median(cost.cpu for cost in costs)
    print(f"{name:<32} {rates:>22}/s  {cpu:6.0f} us CPU a message  {more}", flush=True)


def _spread(values: Sequence[float], digits: int) -> str:
    """The median, and the lowest and highest in brackets."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


if __name__ == "__main__":
    main()
