"""Power loss in mid-send: `python -m benchmarks.power [--instants N] [--sends N]` (T15; P1, P2, P6).

A real `alerts send`, a real `alerts serve` and `alerts subscriber unsubscribe` are watched (tests/outage.py):
all that they write and flush goes to one log, in order, and with it what the relay took and who has left
with success. For each of many random instants the disk is then made as a power loss might have left it
(tests/disk.py), and the real command goes on from there, to another relay; now and then the power fails
once more there. After some of them the database of before the send is put in its place, as from a backup,
and adopted, and everybody is to be sent to again: then only the departures ledger, as the power loss left
it, knows who has left. What was flushed is kept, what was not is torn, reordered or gone. With
`synchronous = "full"` nothing that was acknowledged may be forgotten: a connection begins its next body
only when the last outcome is on disk. With "normal" it may, but nobody may be lost, and whoever has left
stays away.

Then the same on disks that lie: what they say is flushed is not. If nothing breaks there, this proves
nothing. With POWER_SLOW=20000 in the environment each flush of receipts takes 20 ms longer, so that
several run at a time. Needs cc, and Linux. About 15 minutes on two cores.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.factories import MONTH
from tests.outage import Known, Send, compiled, known, lay, record, record_again
from tests.relay import Relay

TWICE = 16  # of so many power losses 4 hit the send that goes on after one
BACK = 8  # … and after one of so many an older database is put in its place
CHOSEN = ("--month", str(MONTH))
LIES = {  # about which flushes a disk may lie: the end of a path, as power.c has it
    "*": "everything",
    "-receipts": "the receipts",
    "-journal": "the journal",
    "subscribers.db": "the database",
    "/project": "the names in the folder",
}


@contextmanager
def survivors(send: Send, synchronous: str, **more: str) -> Iterator["Survivors"]:
    """A relay, and processes that go on from a disk, with each setting of `in_doubt`, and with the variables
    `more`."""
    with ExitStack() as stack:
        relay = stack.enter_context(Relay())
        sender = {}
        for in_doubt in ("resend", "hold"):
            environment = (
                os.environ
                | more
                | {
                    "ALERTS_DATABASE__SYNCHRONOUS": synchronous,
                    "ALERTS_DELIVERY__CONNECTIONS": str(send.connections),
                    "ALERTS_DELIVERY__IN_DOUBT": in_doubt,
                    "ALERTS_DELIVERY__RELAY": relay.url,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                    "XDG_STATE_HOME": str(send.folder / "disk" / "state"),
                }
            )
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.mortal"],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            )
            assert process.stdin
            stack.callback(process.stdin.close)
            sender[in_doubt] = process
        yield Survivors(relay, sender)


class Survivors:
    """What goes on after a power loss."""

    def __init__(self, relay: Relay, sender: "dict[str, subprocess.Popen[str]]") -> None:
        self.relay, self._sender = relay, sender

    def go_on(self, send: Send, until: int, in_doubt: str, chance: random.Random) -> Counter[str]:
        """Let the power fail before that event, send to the end, and count what is not as promised."""
        lay(send, until, chance)
        path = send.root / "subscribers.db"
        broken = damaged(path)
        self.relay.inbox.clear()
        code = self.call(send, in_doubt, "send", *CHOSEN)
        return self._found(send, known(send, until), in_doubt, code) + Counter(damaged=broken)

    def go_back(self, send: Send, until: int, chance: random.Random, night: bytes) -> Counter[str]:
        """The same, but the database is that of a `night` before: who of those that left is mailed?"""
        lay(send, until, chance)
        path = send.root / "subscribers.db"
        for beside in path.parent.glob(f"{path.name}-journal"):
            beside.unlink()
        path.write_bytes(night)
        self.relay.inbox.clear()
        for arguments in (("adopt",), ("delivery", "retry", *CHOSEN, "--state", "in_doubt")):
            self.call(send, "resend", *arguments)
        code = self.call(send, "resend", "send", *CHOSEN)
        then, again = known(send, until), {one.recipient for one in self.relay.inbox}
        stay = set(send.emails) - then.leaving
        return Counter(
            put_back=1,
            refused=code != 0,
            mailed_after_leaving=len(then.left & again),
            lost=len(stay - again),
            left=len(then.left),
        )

    def call(self, send: Send, in_doubt: str, *arguments: str) -> int:
        """A command of the project; its exit code."""
        process = self._sender[in_doubt]
        assert process.stdin
        assert process.stdout
        order = {"arguments": ["-q", "--project", str(send.root), *arguments]}
        print(json.dumps(order), file=process.stdin, flush=True)
        while not (line := process.stdout.readline().strip()).lstrip("-").isdigit():
            assert line, "the process ended"  # … and else it is what the command prints
        return int(line)

    def _found(self, send: Send, then: Known, in_doubt: str, code: int) -> Counter[str]:
        doubts = send.connections * then.losses
        again = {one.recipient: hashlib.sha256(one.octets).hexdigest() for one in self.relay.inbox}
        try:
            states = _states(send.root / "subscribers.db")
        except sqlite3.DatabaseError:
            return Counter(refused=1)
        by_state: dict[str, set[str]] = {}
        for email, state in states.items():
            by_state.setdefault(state, set()).add(email)
        held = by_state.pop("in_doubt", set())
        skipped, sent = by_state.pop("skipped", set()), by_state.pop("sent", set())
        reached = {*then.taken, *again}
        repeated = then.taken.keys() & again
        return Counter(
            refused=code != (1 if held else 0),
            lost=len(set(send.emails) - reached - held - (skipped & then.leaving)),
            open=sum(map(len, by_state.values())),
            untrue=len(sent - reached),
            forgotten=then.forgotten + len(repeated & then.acknowledged),
            repeated=len(repeated),
            beyond=max(0, len(repeated) - (doubts if in_doubt == "resend" else 0)),
            held=len(held),
            undue_held=max(0, len(held) - (doubts if in_doubt == "hold" else 0)),
            differing=then.differing + sum(then.taken[email] != again[email] for email in repeated),
            twice=len(self.relay.inbox) - len(again),
            mailed_after_leaving=then.late + len(then.left & again.keys()),
            left=len(then.left),
        )


def damaged(database: Path) -> bool:
    """SQLite's opinion of a copy of the database with its journal."""
    with tempfile.TemporaryDirectory() as folder:
        for path in database.parent.glob(f"{database.name}*"):
            shutil.copy(path, folder)
        try:
            with closing(sqlite3.connect(Path(folder) / database.name)) as connection:
                return bool(connection.execute("PRAGMA integrity_check").fetchone() != ("ok",))
        except sqlite3.DatabaseError:
            return True


def _states(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT s.email, d.state FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
        )
        return dict(rows.fetchall())


ALWAYS = (
    *("damaged", "refused", "lost", "open", "untrue", "undue_held"),
    *("differing", "twice", "mailed_after_leaving"),
)
BROKEN = {"full": (*ALWAYS, "forgotten", "beyond"), "normal": ALWAYS}
"""What must not be found, by `database.synchronous`."""


def trial(
    recorder: Path, *, seed: int, synchronous: str, instants: int, lies: str = ""
) -> Counter[str]:
    """One send, and so many power losses in it; `wrong` are those that broke a promise."""
    total: Counter[str] = Counter()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        send = record(folder, recorder, seed=seed, synchronous=synchronous, lies=lies)
        total["flushes"] = sum(event.kind == "S" for event in send.events)
        total["events"] = len(send.events)
        # Before the first send: what a power loss leaves is no backup without the journal beside it.
        database = str(send.root / "subscribers.db")
        night = send.disk.after(send.events[: send.began], None)[database]
        with survivors(send, synchronous) as after:
            for number in range(instants):
                place, until = send, chance.randint(send.began, len(send.events))
                in_doubt = ("resend", "hold")[number % 2]
                if (
                    number % TWICE < 4 and not lies
                ):  # once more, in the send that goes on from there
                    if number % TWICE == 0:
                        again = record_again(send, until, recorder, synchronous, chance)
                    place, until = again, chance.randint(0, len(again.events))
                back = number % BACK == 1 and not lies
                found = (
                    after.go_back(place, until, chance, night)
                    if back
                    else after.go_on(place, until, in_doubt, chance)
                )
                broken = [name for name in BROKEN[synchronous] if found[name]]
                if broken and not lies:
                    print(
                        f"seed {seed}, event {until}, {in_doubt}: {', '.join(broken)}", flush=True
                    )
                most = max(total["most"], found["forgotten"])
                total += found + Counter(instants=1, wrong=bool(broken), second=place.before.losses)
                total["most"] = most
    return total


def main() -> None:
    """Power losses with both settings, then on disks that lie; prints what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instants", type=int, default=300, help="for each setting")
    parser.add_argument("--sends", type=int, default=3, help="that they are spread over")
    options = parser.parse_args()
    began, wrong = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        recorder = compiled(Path(folder))
        each = max(1, options.instants // options.sends)
        for synchronous in ("full", "normal"):
            total: Counter[str] = Counter()
            for seed in range(options.sends):
                found = trial(recorder, seed=seed, synchronous=synchronous, instants=each)
                most = max(total["most"], found["most"])
                total += found
                total["most"] = most
            wrong += total["wrong"]
            print(
                f"{synchronous}: {total['instants']} power losses, {total['second']} of them second ones,"
                f" in {options.sends} sends,"
                f" {total['events']:,} writes and {total['flushes']:,} flushes: {total['wrong']} wrong"
                f" ({', '.join(f'{name} {total[name]}' for name in BROKEN['full'])});"
                f" repeated {total['repeated']}, held {total['held']}, most forgotten at once"
                f" {total['most']}, who had left {total['left']}, older databases put back"
                f" {total['put_back']}",
                flush=True,
            )
        for lies, about in LIES.items():
            found = trial(
                recorder, seed=0, synchronous="full", instants=max(10, each // 3), lies=lies
            )
            kinds = ", ".join(f"{name} {found[name]}" for name in BROKEN["full"] if found[name])
            print(
                f"a disk that lies about {about}: {found['instants']} power losses,"
                f" {found['wrong']} wrong ({kinds or 'nothing'})",
                flush=True,
            )
            if lies in ("*", "-receipts") and not found["wrong"]:
                wrong += 1
                print(f"a lie about {about} must be found: this proves nothing", flush=True)
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
