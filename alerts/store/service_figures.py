"""Figures of the whole project for a monitor: counts and moments, never who.

Of the deliveries only those of the newest issue are counted. With a million readers that takes about a
second, so whoever asks often keeps the answer for a while.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, outbox_figures


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What a monitor is told. A moment is None where it never came."""

    subscribers: Mapping[str, int]
    suppressions: Mapping[str, int]
    newest_month: Month | None
    newest: Mapping[str, int]
    notices: Mapping[str, int]
    sources: int
    failing_sources: int
    quarantine: int
    oldest_open: datetime | None
    collected_at: datetime | None
    latest_seen: datetime | None
    database_bytes: int
    disk_free_bytes: int


def measure(db: Database, path: Path) -> ServiceFigures:
    """The figures of the database in the file `path`."""
    newest = _newest(db)
    sources, failing = db.conn.execute(
        "SELECT count(*), coalesce(sum(fault <> ''), 0) FROM sources"
    ).fetchone()
    return ServiceFigures(
        subscribers=_by(db, "SELECT status, count(*) FROM subscribers GROUP BY status"),
        suppressions=_by(db, "SELECT reason, count(*) FROM suppressions GROUP BY reason"),
        newest_month=newest,
        newest=outbox_figures.counts(db, newest) if newest else {},
        notices=_by(
            db,
            """SELECT state, count(*) FROM notices
                WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt') GROUP BY state""",
        ),
        sources=sources,
        failing_sources=failing,
        quarantine=int(_one(db, "SELECT count(*) FROM quarantine WHERE settled = 0") or 0),
        oldest_open=_moment(db, "SELECT min(queued_at) FROM issues WHERE state = 'queued'"),
        collected_at=_moment(db, "SELECT max(collected_at) FROM sources"),
        latest_seen=_moment(db, "SELECT latest FROM clock"),
        database_bytes=path.stat().st_size,
        disk_free_bytes=shutil.disk_usage(path.parent).free,
    )


def answers(db: Database) -> None:
    """Read from the database; raises an error of SQLite where that cannot be done."""
    db.conn.execute("SELECT count(*) FROM clock").fetchone()


def _newest(db: Database) -> Month | None:
    text = _one(db, "SELECT max(month) FROM issues WHERE queued_at <> '' AND kind = 'month'")
    return Month.parse(str(text)) if text else None


def _by(db: Database, sql: str) -> dict[str, int]:
    return {str(name): int(number) for name, number in db.conn.execute(sql).fetchall()}


def _one(db: Database, sql: str) -> "str | int | None":
    row = db.conn.execute(sql).fetchone()
    return row[0] if row else None


def _moment(db: Database, sql: str) -> datetime | None:
    text = _one(db, sql)
    return moment(str(text)) if text else None
