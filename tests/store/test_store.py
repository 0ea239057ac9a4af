"""The database: claims of several processes, its journal, and what it says when it cannot go on."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.errors import StoreBusy, StoreError
from alerts.store import outbox_figures, transaction, translated
from alerts.store.migrations import FORMER_NAMES, MIGRATIONS, NAMES
from tests.conftest import Alerts
from tests.factories import (
    MONTH,
    add_subscribers,
    database,
    database_at,
    queue_issue,
    sqlite_connection,
)

CLAIMER = """
import sys
from datetime import timedelta
from pathlib import Path
from alerts.store import claims
from tests.factories import MONTH, NOW, database
db = database(Path(sys.argv[1]))
lease = claims.open_lease(db, "test", sys.argv[2], NOW)
print("ready", flush=True)
sys.stdin.readline()
while True:
    claimed = claims.claim(db, [lease], 7, NOW, NOW, [MONTH], after=0, doubtful=False)
    if not claimed.rows:
        break
    for _, owed in claimed.rows:
        print(owed.id, flush=True)
    db.execute("UPDATE deliveries SET state = 'sent', lease_id = NULL WHERE lease_id = ?", (lease,))
"""


def test_four_senders_claim_each_row_once_without_an_error_trap_e(project: Path) -> None:
    db = database(project)
    add_subscribers(db, 600)
    assert queue_issue(project, db) == 600
    db.close()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    claimers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, str(project), f"host{n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for n in range(4)
    ]
    for claimer in claimers:
        assert claimer.stdout
        assert claimer.stdout.readline() == "ready\n"
    claimed: list[str] = []
    for claimer in claimers:
        assert claimer.stdin
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    for claimer in claimers:
        out, err = claimer.communicate()
        assert (claimer.returncode, err) == (0, "")
        claimed += out.split()
    assert sorted(map(int, claimed)) == list(range(1, 601))


def test_the_journal_is_not_wal_and_what_is_acknowledged_is_synced_trap_f(project: Path) -> None:
    db = database(project)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.execute("PRAGMA mmap_size").fetchone() == (0,)
    assert (project / "subscribers.db").stat().st_mode & 0o777 == 0o600  # X15


def test_a_month_is_queued_once_whatever_happens(project: Path) -> None:
    db = database(project)
    add_subscribers(db, 3)
    assert queue_issue(project, db) == 3
    with pytest.raises((sqlite3.IntegrityError, TypeError)):
        queue_issue(project, db)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(
            """INSERT INTO deliveries (issue_id, edition_id, subscriber_id, due_at, changed_at)
               SELECT issue_id, edition_id, subscriber_id, due_at, changed_at FROM deliveries"""
        )
    assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (3,)
    assert str(MONTH) == "2026-10"


@pytest.mark.parametrize(
    "damage", ["missing", "text", "truncated", "flipped header", "folder", "read-only sql"]
)
def test_a_database_that_cannot_be_used_is_named_and_nothing_is_sent_t9(
    project: Path, alerts: Alerts, damage: str
) -> None:
    path = project / "subscribers.db"
    db = database(project)
    add_subscribers(db, 5)
    queue_issue(project, db)
    db.close()
    octets = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "text":
            path.write_text("this is no database, whatever its name says\n" * 100)
        case "truncated":
            path.write_bytes(octets[: len(octets) // 2 + 100])
        case "flipped header":
            path.write_bytes(bytes(b ^ 0xFF for b in octets[:100]) + octets[100:])
        case "folder":
            path.unlink()
            path.mkdir()
        case "read-only sql":
            path.write_bytes(octets[:4096] + os.urandom(len(octets) - 4096))
    for command in (("send",), ("run", "--month", "2026-10"), ("status", "--json")):
        result = alerts(*command)
        assert result.code in (1, 2), (damage, command, result.stderr)
        assert "subscribers.db" in result.stderr
        assert "Traceback" not in result.stderr
        assert len(result.stderr.splitlines()) <= 2
    assert not list((project / "outbox").rglob("*.alerts"))


def test_a_database_held_by_another_program_means_try_later_t8(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = database(project)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("alerts.store.BUSY_TIMEOUT", 0.05)
    with pytest.raises(StoreBusy, match="another program"):
        database_at(project / "subscribers.db")
    other.execute("ROLLBACK")


def test_a_full_disk_is_named() -> None:
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorname = "SQLITE_FULL"
    found = translated(fault, Path("subscribers.db"))
    assert isinstance(found, StoreError)
    assert "free disk space" in str(found)


def test_sources_and_articles_outlive_the_migration_of_collecting(tmp_path: Path) -> None:
    path = tmp_path / "subscribers.db"
    connection = sqlite_connection(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    MIGRATIONS.apply(Database(connection), stop_before="m005_collecting")
    connection.execute(
        "INSERT INTO sources (id, location, kind, etag, added_at) VALUES (7, 'x', 'page', 'e', '')"
    )
    connection.execute(
        """INSERT INTO articles (id, url, month, source_id, found, first_seen, updated_at)
           VALUES ('a', 'https://a.example/x/', '2026-10', 7, '{}', '', '')"""
    )
    connection.close()
    db = database_at(path)
    assert db.execute("SELECT kind, etag, articles, tags FROM sources").fetchall() == [
        ("page", "e", 1, "[]")
    ]
    assert db.execute("SELECT source_id FROM articles").fetchall() == [(7,)]
    assert db.execute("SELECT * FROM addresses").fetchall() == [("a.example/x", "a")]
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE sources SET kind = ''")
    db.close()


def test_queueing_takes_its_keys_from_the_rows_themselves(project: Path, alerts: Alerts) -> None:
    for email in ("a@example.org", "b@example.org"):
        assert alerts("subscriber", "add", email).code == 0
    page = ("--url", "https://a.example/1", "--title", "One")
    assert alerts("article", "add", *page, "--month", "2026-10").code == 0
    assert alerts("queue", "--month", "2026-10").code == 0
    db = database(project)
    with transaction(db, own_keys=True):
        db.execute("UPDATE deliveries SET attempts = 1")
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(ZeroDivisionError), transaction(db, own_keys=True):
        1 / 0  # noqa: B018
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert not db.conn.in_transaction


def test_a_database_from_before_sections_keeps_its_deliveries(project: Path) -> None:
    """m008 makes a table anew; run twice it changes nothing, and the foreign keys still hold."""
    from alerts.store.migrations.m005_to_m009 import m008_sections
    from tests.factories import add_subscribers, database, queue_issue

    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    before = db.conn.execute("SELECT id, issue_id, language, sha256 FROM editions").fetchall()
    db.conn.execute("PRAGMA foreign_keys = OFF")
    db.conn.execute("ALTER TABLE subscribers DROP COLUMN sections")
    (sql,) = db.conn.execute("SELECT sql FROM sqlite_master WHERE name = 'editions'").fetchone()
    old = sql.replace("sections TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(sections)),", "")
    old = old.replace("(issue_id, version, language, sections)", "(issue_id, language)").replace(
        '"editions"', "editions_old"
    )
    db.conn.execute(old)
    columns = [row[1] for row in db.conn.execute("PRAGMA table_info(editions_old)")]
    listed = ", ".join(columns)
    db.conn.execute(f"INSERT INTO editions_old SELECT {listed} FROM editions")
    db.conn.execute("DROP TABLE editions")
    db.conn.execute("ALTER TABLE editions_old RENAME TO editions")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm008_sections'")
    db.close()
    for _ in range(2):
        db = database(project)
        after = db.conn.execute("SELECT id, issue_id, language, sha256 FROM editions").fetchall()
        assert after == before
        assert db.conn.execute("SELECT DISTINCT sections FROM editions").fetchall() == [("[]",)]
        assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        with pytest.raises(sqlite3.IntegrityError):
            db.conn.execute("DELETE FROM editions")
        m008_sections(db)
        db.close()


def test_migrations_are_numbered_in_order_and_each_once() -> None:
    names = [one.name for one in MIGRATIONS.pending(Database(memory=True))]
    assert [int(name[1:4]) for name in names] == list(range(1, len(names) + 1))
    assert names == list(NAMES), "the list by which a database is known to lack one"


def test_a_database_that_knows_migrations_by_their_former_names_opens(project: Path) -> None:
    path = project / "subscribers.db"
    connection = sqlite_connection(path)
    for former, name in FORMER_NAMES.items():
        connection.execute("UPDATE _sqlite_migrations SET name = ? WHERE name = ?", (former, name))
    connection.commit()
    connection.close()
    db = database_at(path)
    assert not MIGRATIONS.pending(db)
    applied = {one.name for one in MIGRATIONS.applied(db)}
    assert applied >= set(FORMER_NAMES.values())
    assert not applied & (set(FORMER_NAMES) - set(FORMER_NAMES.values()))
    db.close()


def test_what_is_asked_of_one_issue_reads_no_other(project: Path) -> None:
    db = database(project)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    outbox_figures.counts(db, MONTH)
    outbox_figures.next_due(db, [MONTH])
    db.conn.set_trace_callback(None)
    plans = [
        " ".join(str(row[3]) for row in db.conn.execute(f"EXPLAIN QUERY PLAN {statement}"))
        for statement in asked
        if "deliveries" in statement
    ]
    assert len(plans) == 2
    assert all("deliveries_by_issue" in plan for plan in plans), plans
    db.close()
