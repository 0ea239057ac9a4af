"""Jobs: what was asked for, how far it is, and what came of it.

Of one kind and subject one job at most is open; a unique index says so.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.job import JobRecord, JobState
from alerts.store import stamp

_COLUMNS = """id, kind, subject, arguments, state, done, total, words, started_by, asked_at, began_at,
    ended_at, result, fault"""


def ask(
    db: Database,
    kind: str,
    subject: str,
    arguments: Mapping[str, Any],
    started_by: str,
    now: datetime,
) -> tuple[JobRecord, bool]:
    """Store a job, or find the open one of the same kind and subject; and whether it is new."""
    added = db.conn.execute(
        """INSERT INTO jobs (kind, subject, arguments, state, started_by, asked_at)
           VALUES (?, ?, ?, 'waiting', ?, ?)
           ON CONFLICT (kind, subject) WHERE state IN ('waiting', 'running') DO NOTHING""",
        (kind, subject, json.dumps(arguments, ensure_ascii=False), started_by, stamp(now)),
    )
    row = db.conn.execute(
        f"""SELECT {_COLUMNS} FROM jobs
             WHERE kind = ? AND subject = ? AND state IN ('waiting', 'running')""",  # noqa: S608
        (kind, subject),
    ).fetchone()
    return _job(row), added.rowcount == 1


def find(db: Database, number: int) -> JobRecord | None:
    """The job with that number."""
    row = db.conn.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (number,)).fetchone()  # noqa: S608
    return _job(row) if row else None


def newest(db: Database, kind: str, subject: str) -> JobRecord | None:
    """The newest job of that kind and subject."""
    row = db.conn.execute(
        f"""SELECT {_COLUMNS} FROM jobs WHERE kind = ? AND subject = ?
             ORDER BY id DESC LIMIT 1""",  # noqa: S608
        (kind, subject),
    ).fetchone()
    return _job(row) if row else None


def latest(db: Database, before: int = 0, most: int = 100) -> list[JobRecord]:
    """The newest jobs first; with `before`, those with a smaller number."""
    rows = db.conn.execute(
        f"""SELECT {_COLUMNS} FROM jobs WHERE id < ? OR ? = 0 ORDER BY id DESC LIMIT ?""",  # noqa: S608
        (before, before, most),
    )
    return [_job(row) for row in rows]


def take(db: Database, kinds: Collection[str], now: datetime) -> JobRecord | None:
    """Set the oldest waiting job of these kinds to running, and return it."""
    row = db.conn.execute(
        f"""UPDATE jobs SET state = 'running', began_at = ?
             WHERE id = (SELECT min(id) FROM jobs WHERE state = 'waiting'
                          AND kind IN (SELECT value FROM json_each(?)))
               AND state = 'waiting'
         RETURNING {_COLUMNS}""",  # noqa: S608
        (stamp(now), json.dumps([*kinds])),
    ).fetchone()
    return _job(row) if row else None


def advance(db: Database, number: int, done: int, total: int, words: str) -> None:
    """Note how far a running job is."""
    db.conn.execute(
        "UPDATE jobs SET done = ?, total = ?, words = ? WHERE id = ? AND state = 'running'",
        (done, total, words, number),
    )


def end(
    db: Database, number: int, now: datetime, *, result: Mapping[str, Any] | None, fault: str
) -> None:
    """Set a running job to done or, with a `fault`, to failed."""
    db.conn.execute(
        """UPDATE jobs SET state = ?, ended_at = ?, result = ?, fault = ?
            WHERE id = ? AND state = 'running'""",
        (
            JobState.FAILED if fault else JobState.DONE,
            stamp(now),
            None if result is None else json.dumps(result, ensure_ascii=False),
            fault,
            number,
        ),
    )


def abandon(db: Database, kinds: Collection[str], fault: str, now: datetime) -> int:
    """Set the running jobs of these kinds to failed: the process that did them is dead. How many."""
    return db.conn.execute(
        """UPDATE jobs SET state = 'failed', ended_at = ?, fault = ?
            WHERE state = 'running' AND kind IN (SELECT value FROM json_each(?))""",
        (stamp(now), fault, json.dumps([*kinds])),
    ).rowcount


def forget(db: Database, before: datetime) -> int:
    """Delete the jobs that ended before then; how many."""
    return db.conn.execute(
        "DELETE FROM jobs WHERE ended_at <> '' AND ended_at < ?", (stamp(before),)
    ).rowcount


def forget_mentions(db: Database, email: str) -> None:
    """Delete the ended jobs that mention an address, such as in a `where`."""
    db.conn.execute(
        """DELETE FROM jobs WHERE ended_at <> ''
            AND instr(lower(arguments || coalesce(result, '') || fault), lower(?))""",
        (email,),
    )


def _job(row: Sequence[Any]) -> JobRecord:
    number, kind, subject, arguments, state, *progress, result, fault = row
    done, total, words, started_by, asked_at, began_at, ended_at = progress
    return JobRecord(
        id=number,
        kind=kind,
        subject=subject,
        arguments=json.loads(arguments),
        state=JobState(state),
        done=done,
        total=total,
        words=words,
        started_by=started_by,
        asked_at=asked_at,
        began_at=began_at,
        ended_at=ended_at,
        result=None if result is None else json.loads(result),
        fault=fault,
    )
