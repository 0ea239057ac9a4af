"""The delivery promise under kill -9: `python -m benchmarks.crash [--seeds N] [--readers N] …`.

Each trial queues an issue, starts `alerts send` as a process of its own against a relay in another
process, kills it at a random moment, and starts it again, until it ends by itself. What the relay
accepted is then held against what was owed.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from alerts import cli
from tests.factories import add_subscribers, database, queue_issue


@dataclass(frozen=True)
class Trial:
    """What one trial came to."""

    kills: int
    accepted: int
    duplicates: int
    differing: int
    missing: frozenset[str]
    held: frozenset[str]
    open: int
    integrity: str


def trial(
    folder: Path,
    *,
    seed: int,
    readers: int,
    connections: int,
    kills: int,
    in_doubt: str,
    sigterm: bool = False,
) -> Trial:
    """Send to `readers` with up to `kills` kills at random moments, then to the end."""
    root, log = folder / "project", folder / "accepted.log"
    cli.call(["-q", "init", str(root)])
    db = database(root)
    emails = add_subscribers(db, readers)
    queue_issue(root, db)
    db.close()
    chance = random.Random(seed)
    log.touch()
    relay = subprocess.Popen(
        [sys.executable, "-m", "tests.relay", str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert relay.stdout
    assert relay.stdin
    environment = os.environ | {
        "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{relay.stdout.readline().strip()}",
        "ALERTS_DELIVERY__CONNECTIONS": str(connections),
        "ALERTS_DELIVERY__IN_DOUBT": in_doubt,
        "ALERTS_DELIVERY__RETRY_FIRST": "0s",
        "ALERTS_DELIVERY__RATE": str(readers / 1.5),  # slow enough for a kill to land in mid-send
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    landed = 0
    command = [
        sys.executable,
        "-m",
        "alerts",
        "-q",
        "--project",
        str(root),
        "send",
        "--month",
        "2026-10",
    ]
    while True:
        sender = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        if landed < kills:
            _kill_in_mid_send(sender, log, chance, signal.SIGTERM if sigterm else signal.SIGKILL)
        code = sender.wait()
        if code < 0 or (sigterm and landed < kills and code == 1):
            landed += 1
            continue
        break
    relay.stdin.close()
    relay.wait()
    relay.stdout.close()
    return _found(root, log, emails, landed)


def _kill_in_mid_send(
    sender: "subprocess.Popen[bytes]", log: Path, chance: random.Random, number: signal.Signals
) -> None:
    """Kill it once the relay has taken a random number of messages more, at a random moment then."""
    target = _lines(log) + chance.randint(1, 25)
    pause = threading.Event()
    while sender.poll() is None and _lines(log) < target:
        pause.wait(0.002)
    pause.wait(chance.random() * 0.02)
    if sender.poll() is None:
        sender.send_signal(number)


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


def _found(root: Path, log: Path, emails: list[str], kills: int) -> Trial:
    copies: dict[str, list[str]] = defaultdict(list)
    for line in log.read_text().splitlines():
        email, _, identity = line.partition(" ")
        copies[email].append(identity)
    connection = sqlite3.connect(root / "subscribers.db")
    states = dict(
        connection.execute(
            "SELECT s.email, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
        ).fetchall()
    )
    integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return Trial(
        kills=kills,
        accepted=sum(map(len, copies.values())),
        duplicates=sum(len(found) - 1 for found in copies.values()),
        differing=sum(len(set(found)) > 1 for found in copies.values()),
        missing=frozenset(set(emails) - set(copies)),
        held=frozenset(email for email, state in states.items() if state == "in_doubt"),
        open=sum(state not in ("sent", "in_doubt") for state in states.values()),
        integrity=integrity,
    )


def main() -> None:
    """Run many trials and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--readers", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--in-doubt", choices=("resend", "hold"), default="resend")
    options = parser.parse_args()
    total: dict[str, int] = defaultdict(int)
    began = time.monotonic()
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            found = trial(
                Path(folder),
                seed=seed,
                readers=options.readers,
                connections=options.connections,
                kills=options.kills,
                in_doubt=options.in_doubt,
            )
        lost = found.missing - found.held
        for name, number in (
            ("kills", found.kills),
            ("accepted", found.accepted),
            ("lost", len(lost)),
            ("duplicates", found.duplicates),
            ("differing", found.differing),
            ("held", len(found.held)),
            ("damaged", found.integrity != "ok"),
        ):
            total[name] += number
        print(
            f"seed {seed}: {found.kills} kills, {len(lost)} lost, {found.duplicates} twice",
            flush=True,
        )
    print(
        f"{options.seeds} trials of {options.readers} readers in {time.monotonic() - began:.0f} s:"
    )
    print(", ".join(f"{name} {number}" for name, number in total.items()))
    bound = total["kills"] * options.connections
    good = (
        not (total["lost"] or total["differing"] or total["damaged"])
        and total["duplicates"] <= bound
    )
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
