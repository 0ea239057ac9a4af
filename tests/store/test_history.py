"""Cost does not grow with the months that are kept: no statement of these commands reads all deliveries.

Never by a clock: by SQLite's own plans of every statement that runs, and by the steps of its virtual machine
beside those of a project with the last month alone.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alerts import cli
from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import archive, deliveries, outbox_figures, settled_counts, stamp
from alerts.store.deliveries import DeliverySelection
from alerts.store.integrity import check
from tests.factories import (
    MONTH,
    NOW,
    add_subscribers,
    database,
    database_at,
    queue_issue,
    sqlite_connection,
)

READERS, MONTHS = 400, 12
EVERY = 100  # steps of the virtual machine
OPEN_ONLY = ("deliveries_open", "deliveries_held")  # indexes of what is not settled
COMMANDS = (
    ("send", "--limit", "1", "--month", str(MONTH)),
    ("status", "--month", str(MONTH)),
    ("why", "reader7@example.org", "--month", str(MONTH)),
    ("subscriber", "list", "--where", "tag=member"),
    ("check",),
    ("send", "--month", str(MONTH)),
    ("-v", "send", "--month", str(MONTH)),  # with nothing to do
)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One with the last month alone, one with a year before it."""
    folder = tmp_path_factory.mktemp("history")
    return _project(folder / "fresh", 1), _project(folder / "history", MONTHS)


def _project(root: Path, months: int) -> Path:
    assert cli.call(["-q", "init", str(root)]) == 0
    (root / "alerts.toml").write_text(
        "[delivery]\nrelay = 'null:'\nwarm_up = [100000, 200000]\nwindow_limit = 100000\n",
        encoding="utf-8",
    )
    db = database(root)
    add_subscribers(db, READERS)
    for back in range(months - 1, -1, -1):
        queue_issue(root, db, MONTH.plus(-back))
        if back:
            db.execute("UPDATE deliveries SET state = 'sent', attempts = 1")
            db.execute("UPDATE deliveries SET state = 'failed' WHERE subscriber_id % 100 = 7")
            settled_counts.close_finished(db, NOW)
    db.close()
    return root


class _Watched:
    """The statements that run on every connection, and the steps that they take."""

    def __init__(self) -> None:
        self.steps = 0
        self.statements: dict[str, str] = {}

    def hear(self, statement: str) -> None:
        shape = re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", statement)
        self.statements.setdefault(shape, statement)

    def step(self) -> int:
        self.steps += 1
        return 0


@contextmanager
def _watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Watched]:
    """Watch every connection that is opened."""
    watched, connect = _Watched(), sqlite3.connect

    def watching(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(watched.hear)
        connection.set_progress_handler(watched.step, EVERY)
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", watching)
        yield watched


def _plan(db: sqlite3.Connection, statement: str) -> list[str]:
    if not re.match(r"\s*(SELECT|WITH|UPDATE|INSERT|DELETE)\b", statement):
        return []
    try:
        return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    except sqlite3.OperationalError as fault:
        if "no such table" not in str(fault):
            raise
        return []  # a table that the command had made for itself


def _reads_all(statement: str, plan: list[str]) -> list[str]:
    """The steps of a plan that read every delivery, or every event."""
    names = {"deliveries", "events"}
    names |= set(re.findall(r"\b(?:deliveries|events)(?: AS)? (\w)\b", statement))
    return [
        step
        for step in plan
        if (found := re.match(r"SCAN (\w+)|SEARCH (\w+)$", step))
        and (found[1] or found[2]) in names
        and not any(index in step for index in OPEN_ONLY)
    ]


def test_no_command_reads_all_deliveries_and_none_takes_more_steps(
    projects: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    worst: dict[str, float] = {}
    for command in COMMANDS:
        steps = []
        for root in projects:
            with _watching(monkeypatch) as watched:
                cli.call(["-q", "--project", str(root), *command])
            steps.append(watched.steps)
            db = sqlite_connection(root / "subscribers.db")
            for statement in watched.statements.values():
                assert not _reads_all(statement, _plan(db, statement)), statement
            db.close()
            assert len(watched.statements) > 5, "nothing was watched"
        fresh, history = steps
        worst[" ".join(command)] = history / fresh
    first = worst.pop(f"send --limit 1 --month {MONTH}")
    assert max(worst.values()) <= 1.2, worst
    assert first > 1.2, (
        "the first send of a day reads the whole file, and so a test that sees growth"
    )


def test_a_scan_would_be_noticed(projects: tuple[Path, Path]) -> None:
    db = sqlite_connection(projects[1] / "subscribers.db")
    for statement in (
        "SELECT count(*) FROM deliveries AS d WHERE d.changed_at > ''",
        "SELECT i.month FROM issues AS i JOIN deliveries AS d ON d.issue_id = i.id WHERE d.state = 'x'",
        "SELECT max(at) FROM events",
    ):
        assert _reads_all(statement, _plan(db, statement)), statement
    db.close()


def test_the_whole_file_is_read_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _project(tmp_path / "project", 1)
    path = root / "subscribers.db"
    moved = tmp_path / "moved.db"

    def reads(at: Any, file: Path = path) -> bool:
        with _watching(monkeypatch) as watched:
            db = database_at(file)
            check(db, file, at)
            db.close()
        return any("quick_check" in one for one in watched.statements)

    assert reads(NOW)
    assert not reads(NOW)
    assert not reads(NOW.replace(hour=23))
    assert reads(NOW.replace(hour=1)), "the clock was set back: what it said then is not believed"
    assert reads(NOW.replace(day=4))
    moved.write_bytes(path.read_bytes())
    assert reads(NOW.replace(day=4), moved), "another file, which was never read"


def test_kept_counts_are_those_of_the_rows_whatever_is_decided(tmp_path: Path) -> None:
    root = _project(tmp_path / "project", 2)
    db, month = database(root), MONTH.plus(-1)

    def kept() -> bool:
        assert outbox_figures.counts(db, month) == outbox_figures.counted(db, month)
        return bool(settled_counts.kept(db, month))

    def decide(becomes: DeliveryState, email: str) -> None:
        which = DeliverySelection(month, (DeliveryState.FAILED,), keys=(email,))
        assert deliveries.decide(db, which, becomes, NOW) == 1

    assert kept(), "they are kept when the issue is sent"
    decide(DeliveryState.SENT, "reader7@example.org")
    assert not kept(), "a settled delivery was decided by hand"
    decide(DeliveryState.QUEUED, "reader107@example.org")
    assert not kept(), "the issue is sent no more"
    db.execute("UPDATE deliveries SET state = 'sent', changed_at = ?", [stamp(NOW)])
    assert month in settled_counts.close_finished(db, NOW)
    assert kept()
    days = outbox_figures.days_of_sending(db, before=NOW.replace(day=5))
    settled_counts.drop(db, month)
    assert outbox_figures.days_of_sending(db, before=NOW.replace(day=5)) == days == 1
    db.execute("UPDATE issues SET state = 'queued' WHERE month = ?", [str(month)])
    assert not settled_counts.kept(db, Month.parse(str(month)))
    db.close()


def test_every_change_of_what_the_archive_shows_is_counted(tmp_path: Path) -> None:
    """A migration that makes one of these tables anew loses its triggers, and must make them anew."""
    db = database(_project(tmp_path / "project", 1))
    shown = (
        "issues issue_versions editions shown_editions archived withdrawals withdrawn_pictures"
        " imported_issues share_pictures issue_documents issue_pictures"
    )
    for table in shown.split():
        found = db.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            " AND name LIKE '%_shown' AND sql LIKE '%archive_changes%'",
            [table],
        )
        assert found.fetchone() == (3,), table
    before = archive.changes(db)
    db.execute("UPDATE deliveries SET state = 'sent'")
    add_subscribers(db, 1, domain="new.example")
    assert archive.changes(db) == before, "readers come and go without a change"
    db.execute("UPDATE editions SET subject = 'Another'")
    assert archive.changes(db) > before
    db.close()
