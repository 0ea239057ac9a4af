"""The processes and the books of the tests of the hub."""

import contextlib
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.factories import add_subscribers, database, queue_issue
from tests.postgres import Postgres
from tests.relay import Relay, Taken

M = ("--month", "2026-10")
WAIT = 100  # seconds after which a test has failed; nothing waits that long


@dataclass
class Crew:
    """The processes of a test; all are ended with it."""

    hub: str
    root: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def worker(self, relay: Relay, *more: str) -> subprocess.Popen[str]:
        """A worker in a folder without a project."""
        url = f"smtp://127.0.0.1:{relay.port}"
        arguments = ("worker", "--hub", self.hub, "--relay", url, "--connections", "2", *more)
        return self._start(*arguments, folder=self.root.parent)

    def control(self, *more: str, **settings: str) -> subprocess.Popen[str]:
        """`alerts send` of the project."""
        given = {"ALERTS_DELIVERY__HUB": self.hub, "ALERTS_DELIVERY__IN_DOUBT": "hold", **settings}
        return self._start("send", *M, *more, folder=self.root, **given)

    def _start(self, *arguments: str, folder: Path, **settings: str) -> subprocess.Popen[str]:
        self.running.append(
            subprocess.Popen(
                [sys.executable, "-m", "alerts", *arguments],
                cwd=folder,
                env={**os.environ, **settings},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return self.running[-1]


def queued(project: Path, number: int) -> list[str]:
    db = database(project)
    emails = add_subscribers(db, number)
    queue_issue(project, db)
    db.close()
    return emails


def states(project: Path) -> Counter[str]:
    db = database(project)
    with contextlib.closing(db):
        return Counter(state for (state,) in db.conn.execute("SELECT state FROM deliveries"))


def in_doubt(project: Path) -> set[str]:
    db = database(project)
    with contextlib.closing(db):
        return {
            email
            for (email,) in db.conn.execute(
                """SELECT s.email FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                    WHERE d.state = 'in_doubt'"""
            )
        }


def left_in(hub: Postgres) -> int:
    with psycopg.connect(hub.url) as db:
        found = db.execute(
            """SELECT (SELECT count(*) FROM alerts_hub.slips) + (SELECT count(*) FROM alerts_hub.editions)
                    + (SELECT count(*) FROM alerts_hub.leases) + (SELECT count(*) FROM alerts_hub.sends),
                      pg_relation_size('alerts_hub.slips') + pg_relation_size('alerts_hub.editions')"""
        ).fetchone()
    assert found is not None
    return int(found[0] + found[1])


def after(number: int, delay: float = 0.01) -> tuple[Relay, threading.Event]:
    """A relay, and what is set once it has taken so many messages."""
    reached = threading.Event()
    relay = Relay(delay=delay)

    def count(taken: Taken) -> None:
        if len(relay.inbox) >= number:
            reached.set()

    relay.on_taken = count
    return relay, reached


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=WAIT)
    return process.returncode, said


def books(project: Path, relay: Relay, emails: Sequence[str], *, most_in_doubt: int) -> None:
    """0 lost, 0 twice, few in doubt; what was taken is sent or in doubt."""
    got = Counter(one.recipient for one in relay.inbox)
    doubtful = in_doubt(project)
    assert not {email: n for email, n in got.items() if n > 1}
    assert set(emails) - set(got) <= doubtful
    assert len(doubtful) <= most_in_doubt
    assert states(project)["sent"] + len(doubtful) == len(emails)
