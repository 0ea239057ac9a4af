"""Departures that share a commit are in the ledger together, just before it; whatever breaks in between."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.config.load import load
from alerts.domain.address import Address
from alerts.domain.errors import StoreError
from alerts.library.connections import Pool
from alerts.store import departures_follow, group_commit, subscribers, transaction
from alerts.store.departures_location import ledger_of
from alerts.subscribers import self_service, unsubscribe
from alerts.subscribers.unsubscribe import Way
from tests.factories import NOW, add_subscribers, database

_CHILD = """
import os, signal, sqlite3, sys
from pathlib import Path
from tests.store.test_departures_together import die_at, two_leave
die_at(sys.argv[2], sys.argv[3], int(sys.argv[4]))
two_leave(Path(sys.argv[1]))
"""


def die_at(step: str, when: str, nth: int) -> None:
    """Have this process killed at the nth flush or COMMIT from now on, before or after it."""
    reached = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(one: str, moment: str) -> None:
        nonlocal reached
        if one == step and moment == when:
            reached += 1
            if reached == nth:
                die()

    flush, connect = os.fdatasync, sqlite3.connect

    def mortal_flush(file: int) -> None:
        count("flush", "before")
        flush(file)
        count("flush", "after")

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            part = sql.startswith("COMMIT")
            if part:
                count("commit", "before")
            found = super().execute(sql, *rest)  # type: ignore[arg-type]
            if part:
                count("commit", "after")
            return found

    os.fdatasync = mortal_flush  # type: ignore[assignment]
    sqlite3.connect = lambda *given, **named: connect(  # type: ignore[assignment]
        *given, factory=Connection, **named
    )


def two_leave(root: Path) -> None:
    """Two readers leave, and a third chooses something, with one commit."""
    db = database(root)
    with group_commit(db) as acts:
        for number in (1, 2):
            unsubscribe.unsubscribe(db, number, NOW, by=Way.ONE_CLICK)
        self_service.choose(db, 3, self_service.Choice("Ann", "en"), NOW)
    for act in acts:
        act()
    db.close()


def _leave_and_break(db: Database) -> None:
    with group_commit(db):
        unsubscribe.unsubscribe(db, 2, NOW, by=Way.PAGE)
        raise ZeroDivisionError


def _left(db: Database) -> list[int]:
    rows = db.conn.execute("SELECT id FROM subscribers WHERE status = 'unsubscribed' ORDER BY id")
    return [row[0] for row in rows]


@pytest.fixture
def three(project: Path) -> Path:
    """A project with three readers, whose ledger is there."""
    db = database(project)
    add_subscribers(db, 3)
    departures_follow.catch_up(db, NOW)
    db.close()
    return project


def test_it_takes_one_flush_of_each_copy(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed, flush = [], os.fdatasync

    def counted(file: int) -> None:
        flushed.append(file)
        flush(file)

    monkeypatch.setattr(os, "fdatasync", counted)
    two_leave(three)
    db = database(three)
    assert len(flushed) == len(ledger_of(db).paths) == 2
    assert _left(db) == [1, 2]
    assert ledger_of(db).end() == ledger_of(db).held() == 2
    assert not departures_follow.is_older(db)
    db.close()


@pytest.mark.parametrize(
    ("step", "when", "nth", "carried_out"),
    [
        ("flush", "before", 1, False),
        ("flush", "after", 1, False),
        ("flush", "before", 2, False),
        ("flush", "after", 2, False),
        ("commit", "before", 1, False),
        ("commit", "after", 1, True),
    ],
)
def test_wherever_it_is_killed_the_ledger_knows_of_whatever_the_database_does(
    three: Path, step: str, when: str, nth: int, carried_out: bool
) -> None:
    command = [sys.executable, "-c", _CHILD, str(three), step, when, str(nth)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    db = database(three)
    assert _left(db) == ([1, 2] if carried_out else [])
    departures_follow.catch_up(db, NOW)  # as whatever sends next does
    assert _left(db) == [1, 2]
    assert not departures_follow.is_older(db)
    assert ledger_of(db).end() == 2
    db.close()


def test_what_fails_is_not_written_down_and_the_rest_of_its_group_is(three: Path) -> None:
    db = database(three)
    with group_commit(db):
        unsubscribe.unsubscribe(db, 1, NOW, by=Way.PAGE)
        with pytest.raises(ZeroDivisionError), transaction(db):
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        _leave_and_break(db)
    assert _left(db) == [1]
    assert ledger_of(db).end() == 1
    db.close()


def test_to_leave_and_to_come_back_with_one_commit_is_to_stay(three: Path) -> None:
    db = database(three)
    with group_commit(db) as acts:
        unsubscribe.unsubscribe(db, 1, NOW, by=Way.ONE_CLICK)
        assert self_service.undo_leave(db, 1, NOW)
    for act in acts:
        act()
    db.conn.execute("UPDATE ledger SET position = 0, line = ''")
    departures_follow.catch_up(db, NOW)
    assert _left(db) == []
    assert ledger_of(db).end() == 2
    db.close()


def test_where_no_departure_can_be_kept_only_those_who_leave_hear_of_it(three: Path) -> None:
    """Though their visits would have shared a commit."""
    db = database(three)
    paths = ledger_of(db).paths
    db.close()
    for path in paths:
        path.unlink()
        path.mkdir()  # nothing can be written there
    pool, gate, outcomes = Pool(load(three, {})), threading.Event(), {}

    def visit(name: str, number: int) -> None:
        def act(db: Database) -> object:
            if name == "leaves":
                return unsubscribe.unsubscribe(db, number, NOW, by=Way.ONE_CLICK)
            return self_service.choose(db, number, self_service.Choice("Ann", "en"), NOW)

        try:
            outcomes[name] = pool.write(act)
        except StoreError as fault:
            outcomes[name] = fault

    begun = threading.Event()

    def hold(_: Database) -> None:
        begun.set()
        gate.wait()

    first = threading.Thread(target=lambda: pool.write(hold))
    first.start()
    begun.wait()  # else the visits may join its group, and leave the queue
    visits = [threading.Thread(target=visit, args=one) for one in (("leaves", 1), ("chooses", 2))]
    for one in visits:
        one.start()
    while pool._desk.qsize() < len(visits):
        os.sched_yield()
    gate.set()
    for one in (first, *visits):
        one.join()
    pool.close()
    assert isinstance(outcomes["leaves"], StoreError)
    assert outcomes["chooses"] is True
    db = database(three)
    person = subscribers.find(db, Address.parse("reader2@example.org"))
    assert person is not None
    assert (person.name, _left(db)) == ("Ann", [])
    db.close()
