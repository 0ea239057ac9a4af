"""A send by a hub: real PostgreSQL, real processes, a real relay; killed, frozen, crashed, left."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Alerts
from tests.factories import add_subscribers, database, queue_issue
from tests.postgres import Postgres
from tests.relay import Relay, Taken

M = ("--month", "2026-10")
WAIT = 100  # seconds after which a test has failed; nothing waits that long


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture
def hub(cluster: Postgres) -> Postgres:
    """The cluster, with an empty database."""
    with psycopg.connect(cluster.url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS alerts_hub CASCADE")
    return cluster


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

    def control(self, **settings: str) -> subprocess.Popen[str]:
        """`alerts send` of the project."""
        given = {"ALERTS_DELIVERY__HUB": self.hub, "ALERTS_DELIVERY__IN_DOUBT": "hold", **settings}
        return self._start("send", *M, folder=self.root, **given)

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


@pytest.fixture
def crew(hub: Postgres, project: Path) -> Iterator[Crew]:
    found = Crew(hub.url, project)
    yield found
    for one in found.running:
        if one.poll() is None:
            one.send_signal(signal.SIGCONT)
            one.kill()
        one.communicate()


def _queued(project: Path, number: int) -> list[str]:
    db = database(project)
    emails = add_subscribers(db, number)
    queue_issue(project, db)
    db.close()
    return emails


def _states(project: Path) -> Counter[str]:
    db = database(project)
    with contextlib.closing(db):
        return Counter(state for (state,) in db.conn.execute("SELECT state FROM deliveries"))


def _in_doubt(project: Path) -> set[str]:
    db = database(project)
    with contextlib.closing(db):
        return {
            email
            for (email,) in db.conn.execute(
                """SELECT s.email FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                    WHERE d.state = 'in_doubt'"""
            )
        }


def _left_in(hub: Postgres) -> int:
    with psycopg.connect(hub.url) as db:
        found = db.execute(
            """SELECT (SELECT count(*) FROM alerts_hub.slips) + (SELECT count(*) FROM alerts_hub.editions)
                    + (SELECT count(*) FROM alerts_hub.leases) + (SELECT count(*) FROM alerts_hub.sends),
                      pg_relation_size('alerts_hub.slips') + pg_relation_size('alerts_hub.editions')"""
        ).fetchone()
    assert found is not None
    return int(found[0] + found[1])


def _after(number: int, delay: float = 0.01) -> tuple[Relay, threading.Event]:
    """A relay, and what is set once it has taken so many messages."""
    reached = threading.Event()
    relay = Relay(delay=delay)

    def count(taken: Taken) -> None:
        if len(relay.inbox) >= number:
            reached.set()

    relay.on_taken = count
    return relay, reached


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=WAIT)
    return process.returncode, said


def _books(project: Path, relay: Relay, emails: list[str], *, most_in_doubt: int) -> None:
    """0 lost, 0 twice, few in doubt; what was taken is sent or in doubt."""
    got = Counter(one.recipient for one in relay.inbox)
    doubtful = _in_doubt(project)
    assert not {email: n for email, n in got.items() if n > 1}
    assert set(emails) - set(got) <= doubtful
    assert len(doubtful) <= most_in_doubt
    assert _states(project)["sent"] + len(doubtful) == len(emails)


def test_workers_send_what_the_control_node_lends_and_nothing_stays_in_the_hub(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    """Started before the schema and the send are there; each waits and starts by itself."""
    emails = _queued(project, 300)
    with Relay() as relay:
        workers = [crew.worker(relay), crew.worker(relay)]
        code, said = _ended(crew.control())
        assert code == 0, said
        _books(project, relay, emails, most_in_doubt=0)
        assert not _left_in(hub)
        for one in workers:
            one.terminate()
            code, said = _ended(one)
            assert code == 0
            assert said.count("waiting for a send") <= 2
            assert "Traceback" not in said


def test_the_messages_are_the_octets_of_a_local_send(
    crew: Crew, project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _queued(project, 5)
    with Relay() as relay, Relay() as local:
        crew.worker(relay)
        assert _ended(crew.control())[0] == 0
        db = database(project)
        db.conn.execute("UPDATE deliveries SET state = 'queued'")
        db.conn.execute("UPDATE issues SET state = 'queued'")
        db.conn.commit()
        db.close()
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://127.0.0.1:{local.port}")
        assert alerts("send", *M).code == 0
        by_hub, alone = (
            {one.recipient: one.octets for one in each.inbox} for each in (relay, local)
        )
        assert by_hub == alone
        assert len(alone) == 5


def test_workers_that_are_killed_or_frozen_past_their_lease_lose_nobody_and_mail_nobody_twice(
    crew: Crew, project: Path
) -> None:
    """Each leaves at most one in doubt a connection; the frozen one wakes up when all is over."""
    emails = _queued(project, 400)
    relay, reached = _after(60)
    with relay:
        killed, frozen = crew.worker(relay), crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        killed.kill()
        frozen.send_signal(signal.SIGSTOP)
        crew.worker(relay)
        code, said = _ended(control)
        frozen.send_signal(signal.SIGCONT)
        frozen.terminate()
        assert _ended(frozen)[0] == 0
        assert code in (0, 1), said
        _books(project, relay, emails, most_in_doubt=4)


def test_a_hub_that_crashes_and_a_control_node_that_is_killed_lose_nothing(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    emails = _queued(project, 400)
    relay, reached = _after(40)
    with relay:
        crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        hub.crash()
        control.kill()
        _ended(control)
        hub.start()
        code, said = _ended(crew.control())
        assert code in (0, 1), said
        _books(project, relay, emails, most_in_doubt=2)
        assert not _left_in(hub)


def test_a_second_control_node_is_refused(crew: Crew, project: Path, tmp_path: Path) -> None:
    _queued(project, 300)
    other = tmp_path / "other"
    subprocess.run(
        [sys.executable, "-m", "alerts", "init", str(other)], check=True, capture_output=True
    )
    _queued(other, 5)
    relay, reached = _after(10, delay=0.08)
    with relay:
        crew.worker(relay)
        first = crew.control()
        assert reached.wait(WAIT)
        code, said = _ended(Crew(crew.hub, other, crew.running).control())
        assert code == 75
        assert "another control node" in said
        assert _ended(first)[0] == 0


def test_who_leaves_in_mid_send_is_not_mailed(
    hub: Postgres, crew: Crew, project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile `status` shows workers and leases."""
    emails = _queued(project, 300)
    relay, reached = _after(20, delay=0.04)
    with relay:
        crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        gone = emails[-1]
        monkeypatch.setenv("ALERTS_DELIVERY__HUB", hub.url)
        shown = alerts("status", *M, "--json").json["hub"]
        assert (shown["workers"], shown["leases"]) == (1, 2)
        assert " 1 worker, 2 leases;" in alerts("status", *M).stdout
        assert alerts("subscriber", "unsubscribe", gone).code == 0
        assert _ended(control)[0] == 0
        assert gone not in {one.recipient for one in relay.inbox}
        assert _states(project) == {"sent": 299, "skipped": 1}


def test_a_hub_that_is_lost_for_good_leaves_what_was_lent_to_a_person(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    emails = _queued(project, 300)
    relay, reached = _after(20)
    with relay:
        worker = crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        worker.kill()
        control.kill()
        _ended(control)
        with psycopg.connect(hub.url, autocommit=True) as db:
            db.execute("DROP SCHEMA alerts_hub CASCADE")
        code, said = _ended(crew.control())
        assert code == 1
        assert "held" in said
        found = _states(project)
        assert found["sent"] + found["in_doubt"] == len(emails)
        assert len({one.recipient for one in relay.inbox}) == len(relay.inbox)


def test_a_stop_takes_everything_back_and_drain_ends_the_workers(
    hub: Postgres, crew: Crew, project: Path, alerts: Alerts
) -> None:
    emails = _queued(project, 300)
    relay, reached = _after(20)
    with relay:
        worker = crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        control.terminate()
        assert _ended(control)[0] == 1
        found = _states(project)
        assert found["queued"] + found["sent"] == len(emails)
        assert found["sent"] == len(relay.inbox)
        assert not _left_in(hub)
        assert alerts("worker", "--hub", hub.url, "--drain").code == 0
        assert _ended(worker)[0] == 0
        assert (
            _ended(
                crew.control(
                    ALERTS_DELIVERY__HUB_SEND="true",
                    ALERTS_DELIVERY__RELAY=f"smtp://127.0.0.1:{relay.port}",
                )
            )[0]
            == 0
        )
        _books(project, relay, emails, most_in_doubt=0)
