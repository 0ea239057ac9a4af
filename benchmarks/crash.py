"""The delivery promise under kill -9: `python -m benchmarks.crash [--seeds N] [--readers N] …`.

Each trial queues an issue, starts `alerts send` as a process of its own against a relay in another
process, kills it at a random moment, and starts it again, until it ends by itself. What the relay
accepted is then held against what was owed (rule T1, promise P1 to P3). The seeds are spread over
1 and 4 connections, a relay that answers after 0, 10 and 200 ms, and both settings of
`delivery.in_doubt`. Afterwards some readers leave, the database of before the first send is put back, by
`restore`, over the file or in its place, and adopted; an admin has everybody sent to again, that send is
killed, too, and goes on: whoever left must get nothing more. Takes some 30 minutes for 204 seeds of 2,000
readers on two cores.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from alerts import cli
from tests.factories import add_subscribers, database, queue_issue

# Each seed takes the next of these: connections, delay of the relay in ms, in_doubt.
MONTH = ("--month", "2026-10")
WAYS = ("restore", "in place", "replaced")  # how an older database is put back
CELLS = tuple(itertools.product((1, 4), (0, 10, 200), ("resend", "hold")))
SLOWEST = 15.0  # seconds of pure waiting for the relay that a trial may cost; it gets fewer readers


@dataclass(frozen=True)
class Trial:
    """What one trial came to; `unlisted` are held rows that `alerts delivery list` does not name."""

    kills: int
    accepted: int
    duplicates: int
    differing: int
    missing: frozenset[str]
    held: frozenset[str]
    untold: frozenset[str]  # accepted, but neither `sent` nor `in_doubt` in the books
    unlisted: frozenset[str]
    open: int
    damaged: int  # of the databases found after a kill, and the last one
    code: int
    mailed_after_leaving: frozenset[str] = frozenset()  # when an older database was put back
    mailed_again: int = 0  # then, of those who stayed


@dataclass
class _Sender:
    """The command under test, its relay, and what it left behind."""

    root: Path
    log: Path
    command: list[str]
    environment: dict[str, str]
    chance: random.Random
    damaged: int = 0
    kills: int = 0
    codes: Counter[int] = field(default_factory=Counter)


def trial(
    folder: Path,
    *,
    seed: int,
    readers: int,
    connections: int,
    kills: int,
    in_doubt: str,
    delay: int = 0,
    number: signal.Signals = signal.SIGKILL,
    put_back: str = "",
) -> Trial:
    """Send to `readers`, with that signal at up to `kills` random moments, then to the end.

    `put_back` is one of `WAYS`: what becomes of those who leave after that.
    """
    root, log = folder / "project", folder / "accepted.log"
    cli.call(["-q", "init", str(root)])
    db = database(root)
    emails = add_subscribers(db, readers)
    queue_issue(root, db)
    db.close()
    log.touch()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.relay", str(log), str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as relay:
        assert relay.stdout
        assert relay.stdin
        environment = os.environ | {
            "ALERTS_DELIVERY__RELAY": f"smtp://127.0.0.1:{relay.stdout.readline().strip()}",
            "ALERTS_DELIVERY__CONNECTIONS": str(connections),
            "ALERTS_DELIVERY__IN_DOUBT": in_doubt,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "XDG_STATE_HOME": str(folder / "state"),
        }
        command = [sys.executable, "-m", "alerts", "-q", "--project", str(root)]
        sender = _Sender(root, log, command, environment, random.Random(seed))
        if put_back:
            shutil.copy(root / "subscribers.db", folder / "night.db")
        while sender.kills < kills and _kill_in_mid_send(sender, readers, kills, number):
            pass
        code = _quietly(sender, "send", *MONTH)
        found = _found(sender, emails, code)
        if put_back:
            found = _put_back(sender, put_back, emails, found, number)
        relay.stdin.close()
    return found


def _quietly(sender: _Sender, *arguments: str) -> int:
    """Run a command of the project; its exit code."""
    command, quiet = [*sender.command, *arguments], subprocess.DEVNULL
    return subprocess.run(
        command, env=sender.environment, stderr=quiet, stdout=quiet, check=False
    ).returncode


def _put_back(
    sender: _Sender, way: str, emails: list[str], found: Trial, number: signal.Signals
) -> Trial:
    """Have some leave, put the database of before the send back, and send to everybody again."""
    leavers = sender.chance.sample(emails, min(5, len(emails) // 4 + 1))
    for email in leavers:
        assert _quietly(sender, "subscriber", "unsubscribe", email) == 0
    began = _lines(sender.log)
    night, path = sender.root.parent / "night.db", sender.root / "subscribers.db"
    if way == "restore":
        assert _quietly(sender, "restore", str(night)) == 0
    elif way == "replaced":
        path.unlink()
        shutil.copy(night, path)
    else:
        with night.open("rb") as old, path.open("r+b") as new:
            new.truncate()
            shutil.copyfileobj(old, new)
    assert _quietly(sender, "adopt") == 0
    _quietly(sender, "delivery", "retry", *MONTH, "--state", "in_doubt")
    _kill_in_mid_send(sender, began + len(emails), sender.kills + 1, number)
    while (code := _quietly(sender, "send", *MONTH)) == 1:  # held, for what the kill left in doubt
        _quietly(sender, "delivery", "retry", *MONTH, "--state", "in_doubt")
    assert code == 0, f"the send after an older database was put back ended with {code}"
    again = [line.partition(" ")[0] for line in sender.log.read_text().splitlines()[began:]]
    late = frozenset(leavers) & frozenset(again)
    return replace(found, mailed_after_leaving=late, mailed_again=len(set(again) - set(leavers)))


def _send(sender: _Sender) -> list[str]:
    return [*sender.command, "send", *MONTH]


def _kill_in_mid_send(sender: _Sender, readers: int, kills: int, number: signal.Signals) -> bool:
    """Start it and end it: most often some messages later, else at some moment of its beginning.

    Returns False if it was done before that.
    """
    chance = sender.chance
    taken = _lines(sender.log)
    share = max(1, (readers - taken) // (kills - sender.kills + 1))
    target = taken + chance.randint(1, share * 3 // 2 + 1) if chance.random() < 0.85 else 0
    pause = threading.Event()
    process = subprocess.Popen(
        _send(sender), env=sender.environment, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and _lines(sender.log) < target:
        pause.wait(0.001)
    pause.wait(chance.random() * (0.01 if target else 0.8))
    process.send_signal(number)
    _, told = process.communicate()
    assert "Traceback" not in told, told
    if process.returncode in (0, 75) or (process.returncode == 1 and "stopped" not in told):
        return False
    sender.kills += 1
    sender.damaged += _integrity(sender.root / "subscribers.db") != "ok"
    return True


def _integrity(database: Path) -> str:
    """SQLite's opinion of a copy of the database with its journal, as the kill left them."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (database, database.with_name(f"{database.name}-journal")):
            if path.exists():
                shutil.copy(path, folder)
        connection = sqlite3.connect(Path(folder) / database.name)
        answer = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        connection.close()
        return answer


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


def _found(sender: _Sender, emails: list[str], code: int) -> Trial:
    copies: dict[str, list[str]] = defaultdict(list)
    for line in sender.log.read_text().splitlines():
        email, _, identity = line.partition(" ")
        copies[email].append(identity)
    connection = sqlite3.connect(sender.root / "subscribers.db")
    states = dict(
        connection.execute(
            "SELECT s.email, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
        ).fetchall()
    )
    connection.close()
    asked = [*sender.command, "delivery", "list", *MONTH, "--state", "in_doubt"]
    listed = subprocess.run([*asked, "--json"], capture_output=True, text=True, check=True).stdout
    held = frozenset(email for email, state in states.items() if state == "in_doubt")
    return Trial(
        kills=sender.kills,
        accepted=sum(map(len, copies.values())),
        duplicates=sum(len(found) - 1 for found in copies.values()),
        differing=sum(len(set(found)) > 1 for found in copies.values()),
        missing=frozenset(set(emails) - set(copies)),
        held=held,
        untold=frozenset(e for e in copies if states.get(e) not in ("sent", "in_doubt")),
        unlisted=held - {one["email"] for one in json.loads(listed)},
        open=sum(state not in ("sent", "in_doubt") for state in states.values()),
        damaged=sender.damaged + (_integrity(sender.root / "subscribers.db") != "ok"),
        code=code,
    )


def faults(
    found: Trial, *, connections: int, in_doubt: str, number: signal.Signals = signal.SIGKILL
) -> list[str]:
    """What of the promise one trial has broken; nothing, if all holds.

    A kill may leave one delivery a connection in doubt; a signal to stop may leave none.
    """
    doubts = found.kills * connections if number is signal.SIGKILL else 0
    bound = 0 if in_doubt == "hold" else doubts
    broken = {
        "lost": found.missing - found.held,
        "sent, and not in the books": found.untold,
        "held, and not listed": found.unlisted,
        "repeated with other octets": found.differing,
        "open at the end": found.open,
        "damaged databases": found.damaged,
        "mailed after leaving": found.mailed_after_leaving,
        f"repeated more than {bound} times": max(0, found.duplicates - bound),
        "held though they were to be sent again": found.held if in_doubt == "resend" else (),
        "more held than connections and kills": max(0, len(found.held) - doubts),
        f"ended with {found.code}": found.code != (1 if found.held else 0),
    }
    return [name for name, what in broken.items() if what]


def main() -> None:
    """Run many trials and print what they came to, by cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=204)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--readers", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=2, help="trials that run side by side")
    parser.add_argument("--signal", choices=("KILL", "TERM", "INT"), default="KILL")
    options = parser.parse_args()
    number = signal.Signals[f"SIG{options.signal}"]
    totals: dict[tuple[int, int, str], Counter[str]] = {cell: Counter() for cell in CELLS}
    broken: list[str] = []
    began = time.monotonic()

    def one(seed: int) -> None:
        cell = connections, delay, in_doubt = CELLS[seed % len(CELLS)]
        bearable = int(SLOWEST / (delay / 1000) * connections) if delay else options.readers
        readers = min(options.readers, bearable)
        with tempfile.TemporaryDirectory() as folder:
            found = trial(
                Path(folder),
                seed=seed,
                readers=readers,
                connections=connections,
                kills=options.kills,
                in_doubt=in_doubt,
                delay=delay,
                number=number,
                put_back=WAYS[seed % len(WAYS)],
            )
        wrong = faults(found, connections=connections, in_doubt=in_doubt, number=number)
        broken.extend(f"seed {seed}: {fault}" for fault in wrong)
        totals[cell] += Counter(
            trials=1,
            readers=readers,
            kills=found.kills,
            accepted=found.accepted,
            lost=len(found.missing - found.held),
            duplicates=found.duplicates,
            differing=found.differing,
            held=len(found.held),
            damaged=found.damaged,
            put_back=1,
            mailed_again=found.mailed_again,
            mailed_after_leaving=len(found.mailed_after_leaving),
        )
        told = "; ".join(wrong) or f"holds; {found.duplicates} twice, {len(found.held)} held"
        print(f"seed {seed} {cell}: {found.kills} kills: {told}", flush=True)

    with ThreadPoolExecutor(options.at_once) as pool:
        list(pool.map(one, range(options.first, options.first + options.seeds)))
    names = [
        "trials",
        "readers",
        "kills",
        "accepted",
        "lost",
        "duplicates",
        "differing",
        "held",
        "damaged",
        "put_back",
        "mailed_again",
        "mailed_after_leaving",
    ]
    print("| connections | relay answers after | in_doubt | " + " | ".join(names) + " |")
    print("|---" * (3 + len(names)) + "|")
    for (connections, delay, in_doubt), total in totals.items():
        cells = " | ".join(f"{total[name]:,}" for name in names)
        print(f"| {connections} | {delay} ms | {in_doubt} | {cells} |")
    total = sum(totals.values(), Counter[str]())
    print(f"| all | | | {' | '.join(f'{total[name]:,}' for name in names)} |")
    print(f"{time.monotonic() - began:.0f} s; broken: {broken or 'nothing'}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
