"""Several senders at once, and people who leave while one sends (T10, T12, T15, T16; P4, P5, P6)."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from alerts.domain.errors import LockHeld
from alerts.store.lock import project_lock
from alerts.store.migrations import MIGRATIONS
from benchmarks.leaving import OFFERS, WAYS, race
from benchmarks.together import crowd, prepare
from tests.conftest import Alerts
from tests.factories import NOW, add_subscribers, database, database_at, queue_issue
from tests.outbox.test_dispatch import Sending
from tests.relay import Relay, Taken

M = ("--month", "2026-10")


@pytest.mark.parametrize("runs", [2, 5])
def test_t10_runs_that_start_at_once_are_one_run_p4(tmp_path: Path, runs: int) -> None:
    """From articles to mail: 1 issue, each recipient once; who comes second says who is first."""
    root = tmp_path / "project"
    emails = prepare(root)
    with Relay() as relay:
        for _ in range(2):  # the second time there is nothing left to do
            assert not crowd(root, relay, emails, runs).faults


def test_t10_a_lock_left_by_the_dead_is_no_obstacle_and_a_living_one_is_named(
    project: Path, alerts: Alerts
) -> None:
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    path = project / "subscribers.db"
    path.with_name("subscribers.db.lock").write_text(
        "`alerts send`, process 1 on nowhere, since x,"
    )
    with project_lock(path, "send", NOW):
        for command in (("send", *M), ("run", *M), ("queue", *M), ("delivery", "retry", *M)):
            result = alerts(*command)
            assert result.code == 75
            assert f"`alerts send`, process {os.getpid()}" in result.stderr
    assert alerts("send", *M).code == 0


def test_t10_whoever_finds_the_lock_taken_is_told_by_whom_however_new_the_holder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The holder is held up before it has written its name over that of a dead one."""
    path = tmp_path / "subscribers.db"
    path.with_name("subscribers.db.lock").write_text(
        "`alerts send`, process 1 on nowhere, since x,"
    )
    taken, told = threading.Event(), threading.Event()

    def truncate(descriptor: int, length: int) -> None:
        taken.set()
        told.wait(0.5)
        os.truncate(descriptor, length)

    def hold() -> None:
        with project_lock(path, "run", NOW):
            told.wait(10)

    monkeypatch.setattr("alerts.store.lock.os.ftruncate", truncate)
    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    with pytest.raises(LockHeld) as refused, project_lock(path, "send", NOW):
        pass
    told.set()
    holder.join()
    assert str(refused.value).startswith(f"`alerts run`, process {os.getpid()} on ")


@pytest.mark.parametrize("offers", OFFERS, ids=["pipelined", "plain"])
@pytest.mark.parametrize("how", WAYS)
def test_t12_whoever_leaves_while_we_send_gets_at_most_what_was_in_data_p5(
    project: Path, how: str, offers: tuple[str, ...]
) -> None:
    """60 people leave a few messages before their turn; long form: `python -m benchmarks.leaving`."""
    found = race(project, how=how, offers=offers, leavers=60, seed=12)
    assert found.late == found.bearable, "sent over a connection that had sent another since"
    assert found.skipped == 60 - found.late
    assert found.skipped >= 30, "most of them leave before their turn, or this proves nothing"


def test_t15_power_fails_and_what_was_acknowledged_is_there_p6(project: Path) -> None:
    """Database, journal and receipts are copied at random instants of a send, then opened again.

    A stand-in for power loss: 25 copies, each sound, each with every outcome that the relay heard of
    being noted (a connection begins its next body only then), and no subscriber lost. The long form also
    takes away what was written and not flushed: `python -m benchmarks.power`.
    """
    sending = Sending(project, readers=150)
    copies: list[tuple[Path, set[str]]] = []
    names = ["subscribers.db-receipts", "subscribers.db-journal", "subscribers.db"]
    chance = random.Random(15)

    def snapshot(message: Taken) -> None:
        if chance.random() < 0.2 and len(copies) < 25:
            folder = project.parent / f"copy{len(copies)}"
            folder.mkdir()
            for name in names:  # the sender waits for this relay meanwhile: one connection
                if (project / name).exists():
                    shutil.copy(project / name, folder)
            copies.append((folder, set(relay.recipients) - {message.recipient}))

    with Relay(on_taken=snapshot) as relay:
        sending.send(relay)
    assert len(copies) >= 15
    for folder, noted in copies:
        db = database_at(folder / "subscribers.db")
        again = Sending.__new__(Sending)
        again.__dict__ |= sending.__dict__ | {"db": db}
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with Relay() as second:
            again.send(second)
        assert again.counts == {"sent": 150}
        twice = noted & set(second.recipients)
        assert not twice, f"{len(twice)} acknowledged outcomes were forgotten"
        assert noted | set(second.recipients) | set(relay.recipients) == set(sending.emails)
        db.close()


@pytest.mark.parametrize("synchronous", ["full", "normal"])
def test_t15_normal_spares_the_flushes_of_receipts_and_no_others_p6(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, synchronous: str
) -> None:
    """Whatever else was committed has survived power loss, with either setting (see ADR 14)."""
    monkeypatch.setenv("ALERTS_DATABASE__SYNCHRONOUS", synchronous)
    monkeypatch.setenv("ALERTS_DELIVERY__RELAY", "null:")
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    commits: list[int] = []  # PRAGMA synchronous of each connection that commits
    receipts: list[int] = []
    plain, flush = sqlite3.connect, os.fdatasync

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                commits.append(super().execute("PRAGMA synchronous").fetchone()[0])
            return super().execute(sql, *rest)

    def noting(file: int) -> None:
        receipts.append(file)
        flush(file)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: plain(*a, factory=Connection, **k))
    monkeypatch.setattr(os, "fdatasync", noting)
    assert alerts("send", *M).code == 0
    assert bool(receipts) == (synchronous == "full")
    receipts.clear()
    assert alerts("subscriber", "unsubscribe", "reader1@example.org").code == 0
    assert receipts, "the departures ledger is flushed with either setting"
    assert set(commits) == {2}, "FULL"


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
def test_t16_a_database_of_an_older_version_survives_a_kill_in_its_migration(
    tmp_path: Path, pause: float
) -> None:
    """From the first schema that could send: killed at any moment, whole afterwards, nothing lost."""
    path = tmp_path / "subscribers.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        later = [one.name for one in MIGRATIONS.pending(Database(connection))][3:]
        old = Database(connection)
        MIGRATIONS.apply(old, stop_before=later[:1])
        old.conn.execute(
            """WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 20000)
               INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
               SELECT 'r' || value || '@x.org', 'r' || value || '@x.org', 'en', 'active', 'x', 'x' FROM n"""
        )
    opening = "import sys; from pathlib import Path; from alerts.store import open_database; "
    opening += (
        "print('go', flush=True); open_database(Path(sys.argv[1])); print('done', flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", opening, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as opener:
        assert opener.stdout
        assert opener.stdout.readline() == "go\n"
        threading.Event().wait(pause)
        opener.send_signal(signal.SIGKILL)
    db = database_at(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not MIGRATIONS.pending(db)
    assert db.execute("SELECT count(*) FROM subscribers").fetchone() == (20_000,)


def test_s19_what_a_relay_said_of_someone_is_forgotten_when_they_are_erased(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal that names the address leaves it in no row once they are erased."""
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    said = "550 5.1.1 <reader2@example.org>: no such mailbox"
    script = lambda stage, recipient, nth: (  # noqa: E731
        said if stage == "rcpt" and recipient == "reader2@example.org" else None
    )
    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", *M).code == 0
    assert "reader2" in json.dumps(db.execute("SELECT detail FROM events").fetchall())
    assert alerts("subscriber", "erase", "reader2@example.org").code == 0
    db.close()
    assert b"reader2" not in (project / "subscribers.db").read_bytes()
