"""Faults of a send by a hub: `python -m benchmarks.hub [--faults N] [--minutes M] [--seed S] [--namespaces]
[--no-fence]`.

In each trial a real control node and four workers, two connections each, send 900 messages by a real
PostgreSQL to a relay that keeps its own book. Each process has a link to the hub of its own: a proxy, or with
`--namespaces` a network (hub_network.py). Every half second or so there is a fault, drawn from the seed: a
worker or the control node is killed (kill -9), or stopped past its lease and continued; a link to the hub is
cut, slow or held, or drops packets both ways or one; PostgreSQL is stopped at once and started again; a
process starts with a clock hours off. Meanwhile readers leave. The times of a lease are shortened
(hub_processes.py), so that all of it fits into seconds.

At the end the books of the relay are held against the databases, with `in_doubt = "hold"`: nothing lost,
nothing twice, at most one in doubt a connection and fault, nobody mailed after the hub had heard that they
left. With `--no-fence` workers trust their leases for ever: this run must fail.
"""

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.hub_books import Books
from benchmarks.hub_network import Link, Loopback, Namespaces
from benchmarks.hub_processes import LEASE, SPARE, Parent
from tests.factories import MONTH, add_subscribers, database, new_project, queue_issue
from tests.postgres import Postgres
from tests.relay import Relay, Taken

READERS, WORKERS, CONNECTIONS = 900, 4, 2
HEARD = LEASE - SPARE  # seconds for which the answer to a look may be on its way
LONGEST = 150.0  # seconds for a trial
KINDS = (
    "kill",
    "stop",
    "cut",
    "slow",
    "held",
    "kill control",
    "stop control",
    "cut control",
    "crash",
)


@dataclass
class Member:
    """One process, its way to the hub, and whether it is stopped."""

    link: Link
    arguments: tuple[str, ...]
    folder: Path
    pid: int = 0
    stopped: bool = False


class Trial:
    """One send, from the first worker to the empty hub."""

    def __init__(
        self,
        root: Path,
        postgres: Postgres,
        network: Loopback | Namespaces,
        parent: Parent,
        fence: bool,
    ) -> None:
        self._root, self._postgres, self._parent, self._fence = root, postgres, parent, fence
        self._network = network
        new_project(root)
        db = database(root)
        self._emails = add_subscribers(db, READERS)
        queue_issue(root, db)
        db.close()
        self._heard: dict[str, float] = {}
        self._taken: list[tuple[str, float]] = []
        self._over = threading.Event()
        self._doubts = 0  # deliveries that may be in doubt by the rule

    def run(self, books: Books, dice: random.Random, most: int) -> None:
        """Let faults happen until the send has ended, then read the books."""
        with Relay(delay=0.05, on_taken=self._note) as relay:
            control = self._member("send", relay, 0)
            members = [self._member("worker", relay, n + 1) for n in range(WORKERS)]
            for one in (*members, control):
                self._start(one, 0)
            watcher = threading.Thread(target=self._watch)
            watcher.start()
            self._faults(books, dice, most, members, control)
            finished = self._end(members, control)
            books.unfinished += not finished
            for one in (*members, control):
                self._parent.stop(one.pid)
            self._over.set()
            watcher.join()
            self._read(books)

    def _note(self, taken: Taken) -> None:
        self._taken.append((taken.recipient, time.monotonic()))

    def _member(self, command: str, relay: Relay, number: int) -> Member:
        link = self._network.link(self._postgres, number)
        if command == "send":
            return Member(link, ("send", "--month", str(MONTH)), self._root)
        to = f"smtp://127.0.0.1:{link.relay(relay.port)}"
        more = ("--relay", to, "--connections", str(CONNECTIONS))
        return Member(link, ("worker", "--hub", link.url, *more), self._root.parent)

    def _start(self, one: Member, offset: float) -> None:
        given = {
            "ALERTS_DELIVERY__HUB": one.link.url,
            "ALERTS_DELIVERY__IN_DOUBT": "hold",
            "HUB_NAMESPACE": one.link.namespace,
        }
        one.pid = self._parent.start(
            one.folder,
            *one.arguments,
            offset=offset,
            fence=self._fence,
            HUB_LOG=str(self._root.parent / "log"),
            **given,
        )

    def _faults(
        self, books: Books, dice: random.Random, most: int, members: list[Member], control: Member
    ) -> None:
        began = time.monotonic()
        while (code := self._parent.wait(control.pid, 0.2 + dice.random() * 0.5)) not in (0, 1):
            if code is not None:
                self._start(control, dice.choice((0, 0, 20)))
            elif sum(books.faults.values()) < most and time.monotonic() - began < LONGEST / 2:
                kind = dice.choice(KINDS)
                self._fault(
                    books, kind, dice, control if "control" in kind else dice.choice(members)
                )
            if dice.random() < 0.3:
                self._leave(dice.choice(self._emails))
            if time.monotonic() - began > LONGEST:
                return

    def _fault(self, books: Books, kind: str, dice: random.Random, one: Member) -> None:
        control, what = "control" in kind, kind.split()[0]
        times: tuple[float, ...] = (0.5, LEASE * 1.3)
        if what in ("cut", "slow", "held"):
            what, times = one.link.fault(what)
        books.faults[f"{what} control" if control else what] += 1
        if kind == "crash":
            self._doubts += WORKERS * CONNECTIONS
            self._postgres.crash()
            time.sleep(dice.random())
            self._postgres.start()
            return
        self._doubts += 0 if control else CONNECTIONS
        if kind.startswith("kill"):
            self._parent.stop(one.pid)
            if not control:
                one.stopped = False
                self._start(one, dice.choice((0, 7200, -7200)))
            return
        given = (what, one, dice.choice(times))
        threading.Thread(target=self._for_a_while, args=given, daemon=True).start()

    def _for_a_while(self, kind: str, one: Member, seconds: float) -> None:
        if kind.startswith("stop"):
            pid = one.pid
            self._parent.stop(pid, signal.SIGSTOP)
            time.sleep(seconds)
            self._parent.stop(pid, signal.SIGCONT)
        else:
            one.link.set(kind)
            time.sleep(seconds)
            one.link.set("open")

    def _leave(self, email: str) -> None:
        log = str(self._root.parent / "log")
        self._parent.start(self._root, "-q", "subscriber", "unsubscribe", email, HUB_LOG=log)

    def _watch(self) -> None:
        """See in the hub who has left."""
        while not self._over.wait(0.03):
            try:
                with psycopg.connect(self._postgres.url, autocommit=True) as hub:
                    while not self._over.wait(0.05):
                        rows = hub.execute("SELECT email FROM alerts_hub.slips WHERE revoked")
                        for (email,) in rows.fetchall():
                            self._heard.setdefault(email, time.monotonic())
            except psycopg.Error:
                continue

    def _end(self, members: list[Member], control: Member) -> bool:
        """No more faults: the same command ends by itself; whether it did."""
        give_up = time.monotonic() + LONGEST
        for one in (*members, control):
            one.link.set("open")
        while time.monotonic() < give_up:
            if (code := self._parent.wait(control.pid, 1.0)) in (0, 1):
                return True
            for one in members:
                self._parent.stop(one.pid, signal.SIGCONT)
            self._parent.stop(control.pid, signal.SIGCONT)
            if code is not None:
                time.sleep(1)
                self._start(control, 0)
        return False

    def _read(self, books: Books) -> None:
        db = database(self._root)
        states = dict(
            db.conn.execute(
                """SELECT s.email, d.state FROM deliveries AS d
                     JOIN subscribers AS s ON s.id = d.subscriber_id"""
            ).fetchall()
        )
        left = db.execute("SELECT count(*) FROM subscribers WHERE status <> 'active'").fetchone()[0]
        db.close()
        got = Counter(email for email, _ in self._taken)
        books.trials += 1
        books.accepted += len(self._taken)
        books.twice += sum(number - 1 for number in got.values())
        books.lost += sum(state == "sent" and not got[email] for email, state in states.items())
        books.unfinished += sum(
            state not in ("sent", "in_doubt", "skipped") for state in states.values()
        )
        books.mailed_after += sum(
            state == "skipped" and got[email] > 0 for email, state in states.items()
        )
        books.doubtful += sum(state == "in_doubt" for state in states.values())
        books.most_doubtful += self._doubts
        books.left += left
        late = [at - self._heard[email] for email, at in self._taken if email in self._heard]
        books.latest = max((books.latest, *late))
        books.mailed_after += sum(one > HEARD for one in late)
        with psycopg.connect(self._postgres.url) as hub:
            row = hub.execute("SELECT count(*) FROM alerts_hub.slips").fetchone()
        books.left_in_hub += row[0] if row else 0


def run(
    faults: int, minutes: float, seed: int, fence: bool, network: Loopback | Namespaces
) -> Books:
    """Trials until there were so many faults, or so many minutes have passed."""
    books, began, number = Books(), time.monotonic(), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        network,
        Parent() as parent,
        network.postgres() as postgres,
    ):
        while sum(books.faults.values()) < faults and time.monotonic() - began < minutes * 60:
            number += 1
            root = Path(folder) / str(number) / "project"
            root.parent.mkdir()
            with psycopg.connect(postgres.url, autocommit=True) as hub:
                hub.execute("DROP SCHEMA IF EXISTS alerts_hub CASCADE")
            Trial(root, postgres, network, parent, fence).run(
                books, random.Random(f"{seed} {number}"), faults
            )
            print(f"{number}: {books}".splitlines()[2], flush=True)
            if books.broken and fence:
                print((root.parent / "log").read_text()[-5000:])
                break
    return books


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--namespaces", action="store_true")
    parser.add_argument("--no-fence", action="store_true")
    asked = parser.parse_args()
    way = Namespaces(WORKERS + 1) if asked.namespaces else Loopback()
    found = run(asked.faults, asked.minutes, asked.seed, not asked.no_fence, way)
    print(found)
    sys.exit(found.broken != asked.no_fence)
