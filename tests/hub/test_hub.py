"""A send by a hub: real PostgreSQL, real processes, a real relay; killed, frozen, crashed, left."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Alerts
from tests.factories import database
from tests.hub.crew import WAIT, Crew, M, after, books, ended, left_in, queued, states
from tests.postgres import Postgres
from tests.relay import Relay, Taken


def test_workers_send_what_the_control_node_lends_and_nothing_stays_in_the_hub(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    """Started before the schema and the send are there; each waits and starts by itself."""
    emails = queued(project, 300)
    with Relay() as relay:
        workers = [crew.worker(relay), crew.worker(relay)]
        code, said = ended(crew.control())
        assert code == 0, said
        books(project, relay, emails, most_in_doubt=0)
        assert not left_in(hub)
        for one in workers:
            one.terminate()
            code, said = ended(one)
            assert code == 0
            assert said.count("waiting for a send") <= 2
            assert "Traceback" not in said


def test_the_messages_are_the_octets_of_a_local_send(
    crew: Crew, project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(project, 5)
    with Relay() as relay, Relay() as local:
        crew.worker(relay)
        assert ended(crew.control())[0] == 0
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
    emails = queued(project, 400)
    relay, reached = after(60)
    with relay:
        killed, frozen = crew.worker(relay), crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        killed.kill()
        frozen.send_signal(signal.SIGSTOP)
        crew.worker(relay)
        code, said = ended(control)
        frozen.send_signal(signal.SIGCONT)
        frozen.terminate()
        assert ended(frozen)[0] == 0
        assert code in (0, 1), said
        books(project, relay, emails, most_in_doubt=4)


def test_a_hub_that_crashes_and_a_control_node_that_is_killed_lose_nothing(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    emails = queued(project, 400)
    relay, reached = after(40)
    with relay:
        crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        hub.crash()
        control.kill()
        ended(control)
        hub.start()
        code, said = ended(crew.control())
        assert code in (0, 1), said
        books(project, relay, emails, most_in_doubt=2)
        assert not left_in(hub)


def test_a_second_control_node_is_refused(crew: Crew, project: Path, tmp_path: Path) -> None:
    queued(project, 300)
    other = tmp_path / "other"
    subprocess.run(
        [sys.executable, "-m", "alerts", "init", str(other)], check=True, capture_output=True
    )
    queued(other, 5)
    relay, reached = after(10, delay=0.08)
    with relay:
        crew.worker(relay)
        first = crew.control()
        assert reached.wait(WAIT)
        code, said = ended(Crew(crew.hub, other, crew.running).control())
        assert code == 75
        assert "another control node" in said
        assert ended(first)[0] == 0


def test_who_leaves_in_mid_send_is_not_mailed(
    hub: Postgres, crew: Crew, project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile `status` shows workers and leases."""
    emails = queued(project, 300)
    relay, reached = after(20, delay=0.04)
    with relay:
        crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        gone = emails[-1]
        monkeypatch.setenv("ALERTS_DELIVERY__HUB", hub.url)
        shown = alerts("status", *M, "--json").json["hub"]
        assert (shown["workers"], shown["leases"]) == (1, 2), shown
        assert " 1 worker, 2 leases;" in alerts("status", *M).stdout
        assert alerts("subscriber", "unsubscribe", gone).code == 0
        assert ended(control)[0] == 0
        assert gone not in {one.recipient for one in relay.inbox}
        assert states(project) == {"sent": 299, "skipped": 1}


def test_who_leaves_once_their_envelope_is_announced_does_not_get_the_mail_of_the_next(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    """With PIPELINING the envelope of a message goes before the outcome of the one before is known."""
    emails = queued(project, 40)
    relay = Relay()

    def leave(taken: Taken) -> None:
        if taken.recipient != emails[1]:
            return
        db = database(project, threads=True)
        db.conn.execute(
            "UPDATE subscribers SET status = 'unsubscribed' WHERE email = ?", emails[2:3]
        )
        db.conn.commit()
        db.close()
        with psycopg.connect(hub.url, autocommit=True) as slips:
            while not slips.execute("SELECT 1 FROM alerts_hub.slips WHERE revoked").fetchone():
                time.sleep(0.02)

    relay.on_taken = leave
    with relay:
        crew.worker(relay, "--connections", "1")
        assert ended(crew.control())[0] == 0
    got = [one.recipient for one in relay.inbox]
    assert sorted(got) == sorted({*emails} - {emails[2]})
    assert all(one.recipient.encode() in one.octets for one in relay.inbox)


def test_a_hub_that_is_lost_for_good_leaves_what_was_lent_to_a_person(
    hub: Postgres, crew: Crew, project: Path
) -> None:
    emails = queued(project, 300)
    relay, reached = after(20)
    with relay:
        worker = crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        worker.kill()
        control.kill()
        ended(control)
        with psycopg.connect(hub.url, autocommit=True) as db:
            db.execute("DROP SCHEMA alerts_hub CASCADE")
        code, said = ended(crew.control())
        assert code == 1
        assert "held" in said
        found = states(project)
        assert found["sent"] + found["in_doubt"] == len(emails)
        assert len({one.recipient for one in relay.inbox}) == len(relay.inbox)


def test_a_stop_takes_everything_back_and_drain_ends_the_workers(
    hub: Postgres, crew: Crew, project: Path, alerts: Alerts
) -> None:
    emails = queued(project, 300)
    relay, reached = after(20)
    with relay:
        worker = crew.worker(relay)
        control = crew.control()
        assert reached.wait(WAIT)
        relay.delay = 0.2  # the stop takes a second, in which not all shall leave
        control.terminate()
        assert ended(control)[0] == 1
        relay.delay = 0
        found = states(project)
        assert found["queued"] + found["sent"] == len(emails)
        assert found["sent"] == len(relay.inbox)
        assert not left_in(hub)
        assert alerts("worker", "--hub", hub.url, "--drain").code == 0
        assert ended(worker)[0] == 0
        assert (
            ended(
                crew.control(
                    ALERTS_DELIVERY__HUB_SEND="true",
                    ALERTS_DELIVERY__RELAY=f"smtp://127.0.0.1:{relay.port}",
                )
            )[0]
            == 0
        )
        books(project, relay, emails, most_in_doubt=0)
