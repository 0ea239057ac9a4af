"""Recalls in mid-send: `python -m benchmarks.recalls [N]`, N recalls (400).

Each trial queues an issue, starts `alerts send` as a process of its own against a real relay, recalls the
issue from another process at a random moment, mends it, reissues it, and goes on, some recalls long, to the
end. In every third recall the sender is killed (kill -9) within some milliseconds before or after. The
trials are spread over 1 and 4 connections, a relay with and without pipelining that answers after 10 or
30 ms, and both settings of `delivery.in_doubt`.

What the relay was sent is then held against the promise (docs/delivery-proof.md): nobody is lost, nobody
gets two versions, a repeated copy is the same octets and was in doubt; and once a recall has been answered,
no body of that version begins, but for the one that each connection was in the middle of.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts import cli
from alerts.config.load import load
from alerts.domain.month import Month
from alerts.outbox import recall
from alerts.outbox.queue import queue
from alerts.store.lock import project_lock
from tests.factories import add_subscribers, database
from tests.relay import Relay, Said, Taken

MONTH = ("--month", "2026-10")
OFFERS = (("PIPELINING", "8BITMIME"), ("8BITMIME",))
# Each trial takes the next of these: connections, what the relay offers, its delay in seconds, in_doubt.
CELLS = tuple(itertools.product((4, 1), OFFERS, (0.01, 0.03), ("resend", "hold")))
LONG = 1.5  # seconds that a send without a recall would take: it gets as many readers
EACH = 6  # recalls of a trial
_NUMBER = re.compile(rb"Number[ _](\d+)z")


@dataclass
class Trial:
    """What one trial came to; `seconds` is how long each recall took to answer."""

    recalls: int = 0
    in_mid_send: int = 0  # … that stopped something, with something mailed before
    kills: int = 0
    accepted: int = 0
    begun_late: int = 0  # bodies of a recalled version that reached the relay after the answer
    repeated: int = 0  # copies of the same octets, after a doubt
    held: int = 0
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Started:
    """A send in a process of its own."""

    def __init__(self, arguments: list[str], told: Path) -> None:
        self._told = told
        with told.open("w") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "alerts", *arguments], stderr=file
            )

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def wait(self) -> tuple[int, str]:
        """Its exit code, negative for a signal, and what it said."""
        return self._process.wait(), self._told.read_text()


class Forked:
    """The same as a fork of this process."""

    def __init__(self, arguments: list[str], told: Path) -> None:
        self._told = told
        self._code: int | None = None
        self._pid = os.fork()
        if not self._pid:
            sys.stderr = told.open("w", buffering=1)
            os._exit(cli.call(arguments))

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def kill(self) -> None:
        """kill -9."""
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> tuple[int, str]:
        """Its exit code, negative for a signal, and what it said."""
        while self.poll() is None:
            time.sleep(0.005)
        assert self._code is not None
        return self._code, self._told.read_text()


Sender = Started | Forked


class Project:
    """A project whose commands run in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def call(self, *arguments: str, project: bool = True) -> tuple[int, str]:
        """A command: its exit code and output."""
        where = ("--project", str(self.root)) if project else ()
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = cli.call(["-q", *where, *arguments])
        return code, out.getvalue()

    def json(self, *arguments: str) -> Any:
        """What it says with --json."""
        return json.loads(self.call(*arguments, "--json")[1])


class _Trial(Project):
    """One project, its relay, and what is found out about them."""

    def __init__(self, folder: Path, seed: int, readers: int, connections: int) -> None:
        super().__init__(folder / "project")
        self.chance, self.connections = random.Random(seed), connections
        self.found, self.forked = Trial(), False
        self.begun: list[tuple[float, str]] = []
        self.emails = self._prepared(readers)
        self.answered: list[float] = []  # when the recall of version 1, 2, … was answered
        self.doubtful: list[set[str]] = []  # whose copy was in doubt then

    def _prepared(self, readers: int) -> list[str]:
        self.call("init", str(self.root), project=False)
        self.call("article", "add", *MONTH, "--url", "https://www.example.org/number",
                  "--title", "Number 1z")  # fmt: skip
        db = database(self.root)
        emails = add_subscribers(db, readers)
        db.close()
        assert self.call("queue", *MONTH)[0] == 0
        return emails

    def heard(self, stage: str, recipient: str, nth: int) -> Said:
        """The script of the relay: notes each body that begins."""
        if stage == "body":
            self.begun.append((time.monotonic(), recipient))
        return None

    def send(self) -> Sender:
        arguments = ["-q", "--project", str(self.root), "send", *MONTH]
        return (Forked if self.forked else Started)(arguments, self.root.parent / "told")

    def reissue(self) -> None:
        """As `alerts issue reissue` does, without drawing the picture that other sites show (seconds)."""
        db, settings = database(self.root), load(self.root, os.environ)
        now = datetime.now(UTC)
        with project_lock(settings.database_path, "issue reissue", now):
            recall.settle_left(db, now)
            assert not recall.held_elsewhere(db, Month(2026, 10), now)
            assert not queue(db, settings, Month(2026, 10), now, mended=True).already
        db.close()

    def recall_in_mid_send(self, relay: Relay, version: int, *, kill: bool) -> None:
        """Start a send, recall the issue some messages later, and reissue it, mended."""
        so_far, left = len(relay.inbox), len(self.emails) - len({t.recipient for t in relay.inbox})
        target = so_far + self.chance.randint(1, max(1, left // 2))
        process, pause = self.send(), threading.Event()
        while process.poll() is None and len(relay.inbox) < target:
            pause.wait(0.001)
        pause.wait(self.chance.random() * 0.01)
        killer = None
        if kill:
            killer = threading.Timer(self.chance.random() * 0.05, process.kill)
            killer.start()
        began = time.monotonic()
        code, _ = self.call("issue", "recall", *MONTH, "--why", f"number {version}")
        answered = time.monotonic()
        if killer is not None:
            killer.join()
        ended, told = process.wait()
        if "Traceback" in told:
            self.found.faults.append(told)
        if code == 2:  # everything had left before
            return
        self.found.recalls += 1
        self.found.seconds.append(answered - began)
        self.found.in_mid_send += len(relay.inbox) < len(self.emails)
        self.found.kills += ended == -9
        if code or ended not in (0, -9):
            self.found.faults.append(f"recall {code}, send {ended}: {told}")
        self.answered.append(answered)
        self._settled_by_recall_twice(version)
        article = self.json("article", "list", *MONTH)[0]["id"]
        assert (
            self.call("article", "edit", article, *MONTH, "--title", f"Number {version + 1}z")[0]
            == 0
        )
        self.reissue()
        self.doubtful.append({d["email"] for d in self.deliveries() if d["state"] == "in_doubt"})

    def _settled_by_recall_twice(self, version: int) -> None:
        """A second recall is harmless."""
        again = self.json("issue", "recall", *MONTH)
        if not (again["already"] and again["version"] == version):
            self.found.faults.append(f"recalled twice: {again}")

    def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("delivery", "list", *MONTH)
        return found

    def judge(self, relay: Relay, kills: int, in_doubt: str) -> None:
        """Hold what the relay took against the books and the promise."""
        copies: dict[str, list[Taken]] = defaultdict(list)
        for taken in relay.inbox:
            copies[taken.recipient].append(taken)
        found, wrong = self.found, self.found.faults
        found.accepted = len(relay.inbox)
        bound = kills * self.connections
        held = {d["email"] for d in self.deliveries() if d["state"] == "in_doubt"}
        found.held = len(held)
        for delivery in self.deliveries():
            email, mine = delivery["email"], copies.get(delivery["email"], [])
            if not mine and email not in held:
                wrong.append(f"lost: {email}, {delivery['state']}")
            if len({taken.octets for taken in mine}) > 1:
                wrong.append(f"two versions or differing octets: {email}")
            if mine and version_of(mine[0]) != delivery["version"]:
                wrong.append(f"in the books as version {delivery['version']}: {email}")
            if mine and delivery["state"] not in ("sent", "in_doubt"):
                wrong.append(f"sent, and {delivery['state']} in the books: {email}")
            found.repeated += max(0, len(mine) - 1)
        if found.repeated > (bound if in_doubt == "resend" else 0):
            wrong.append(f"repeated {found.repeated} times after {kills} kills")
        if len(held) > (bound if in_doubt == "hold" else 0):
            wrong.append(f"{len(held)} held after {kills} kills")
        self._judge_late(relay)
        if {d["email"] for d in self.deliveries()} != set(self.emails):
            wrong.append("the books have others than the list")

    def _judge_late(self, relay: Relay) -> None:
        """No body of a recalled version began after the answer, but for one a connection."""
        seen: dict[str, list[float]] = defaultdict(list)
        for at, recipient in self.begun:
            seen[recipient].append(at)
        nth: Counter[str] = Counter()
        late: dict[int, Counter[int]] = defaultdict(Counter)
        for taken in relay.inbox:
            version, who = version_of(taken), taken.recipient
            at = seen[who][nth[who]] if nth[who] < len(seen[who]) else seen[who][-1]
            nth[who] += 1
            if version > len(self.answered) or at < self.answered[version - 1]:
                continue
            if any(who in doubtful for doubtful in self.doubtful[version - 1 :]):
                continue  # in doubt, and by the rules resent byte for byte
            late[version][taken.connection] += 1
        for version, by_connection in late.items():
            self.found.begun_late += sum(by_connection.values())
            if max(by_connection.values()) > 1 or len(by_connection) > self.connections:
                self.found.faults.append(
                    f"version {version} begun after its recall: {by_connection}"
                )


def version_of(taken: Taken) -> int:
    """The version of the issue that a message is of, by its subject."""
    match = _NUMBER.search(taken.octets)
    assert match is not None
    return int(match[1])


@contextlib.contextmanager
def environment(**given: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def trial(
    folder: Path,
    *,
    seed: int,
    readers: int,
    connections: int,
    offers: tuple[str, ...] = OFFERS[0],
    delay: float = 0.0,
    in_doubt: str = "resend",
    recalls: int = EACH,
    forked: bool = False,
) -> Trial:
    """Send an issue to `readers`, recalled that many times; every third recall comes with a kill.

    `forked`: each send is a fork of this process, which saves the second that importing takes.
    """
    with environment(
        ALERTS_ALERT__LANGUAGES="en",
        ALERTS_DELIVERY__CONNECTIONS=str(connections),
        ALERTS_DELIVERY__IN_DOUBT=in_doubt,
        PYTHONPATH=os.pathsep.join(sys.path),
        XDG_STATE_HOME=str(folder / "state"),
    ):
        one = _Trial(folder, seed, readers, connections)
        one.forked = forked
        with Relay(script=one.heard, offers=offers, delay=delay) as relay:
            os.environ["ALERTS_DELIVERY__RELAY"] = relay.url
            for version in range(1, recalls + 1):
                one.recall_in_mid_send(relay, version, kill=(seed * recalls + version) % 3 == 0)
                if len(one.answered) < version:
                    break
            ended, told = one.send().wait()
            if ended != (1 if "in doubt" in told else 0):
                one.found.faults.append(f"the last send: {ended} {told}")
            one.judge(relay, one.found.kills, in_doubt)
    return one.found


def main() -> None:
    """Run trials until there were enough recalls, and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recalls", type=int, nargs="?", default=400)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    seconds: list[float] = []
    broken: list[str] = []
    began = time.monotonic()
    for seed in itertools.count(options.first):
        connections, offers, delay, in_doubt = CELLS[seed % len(CELLS)]
        with tempfile.TemporaryDirectory() as folder:
            found = trial(
                Path(folder),
                seed=seed,
                readers=int(LONG / delay * connections),
                connections=connections,
                offers=offers,
                delay=delay,
                in_doubt=in_doubt,
                forked=True,
            )
        for name in (
            "recalls",
            "in_mid_send",
            "kills",
            "accepted",
            "begun_late",
            "repeated",
            "held",
        ):
            total[name] += getattr(found, name)
        seconds += found.seconds
        broken += [f"seed {seed}: {fault}" for fault in found.faults]
        print(f"seed {seed}: {found.recalls} recalls: {found.faults or 'holds'}", flush=True)
        if total["recalls"] >= options.recalls:
            break
    print(", ".join(f"{name.replace('_', ' ')}: {number:,}" for name, number in total.items()))
    print(
        f"answered in {statistics.median(seconds) * 1000:.0f} ms (median),"
        f" {max(seconds) * 1000:.0f} ms at most"
    )
    print(f"{time.monotonic() - began:.0f} s; broken: {broken or 'nothing'}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
