"""Checks whether the database is undamaged, by SQLite's own checks."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import StoreError
from alerts.store import faults, moment, stamp

_WHOLE = timedelta(days=1)  # between two looks at all of the file


def damage(db: Database) -> list[str]:
    """The damage in the file, and rows that refer to missing ones; a few lines at most."""
    try:
        rows = db.conn.execute("PRAGMA quick_check(5)").fetchall()
        found = [str(row[0]).replace("\n", " ") for row in rows if row[0] != "ok"]
        orphans = db.conn.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.DatabaseError as fault:
        if getattr(fault, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise
        return ["it is damaged, and cannot be read to its end"]
    return found + [f"a row of {row[0]} names one of {row[2]} that is not there" for row in orphans]


def newest(db: Database) -> datetime | None:
    """The date of the latest event; None before the first."""
    row = db.conn.execute("SELECT max(at) FROM events").fetchone()
    return moment(row[0]) if row[0] else None


def check(db: Database, path: Path, now: datetime) -> None:
    """Raise `StoreError` where the file is cut off, or tables or indexes are damaged.

    All of the file is read at most once a day, because it holds every month (about 0.1 s per 100 MB); in
    between, only its length is looked at. SQLite does not detect a changed character inside a row; editions
    have their own checksum.
    """
    with faults(path):
        size = _pragma(db, "page_count") * _pragma(db, "page_size")
        found, stat = "ok", path.stat()
        if stat.st_size < size:
            found = f"{stat.st_size} octets of {size}"
        elif not _checked(db, file := f"{stat.st_dev} {stat.st_ino}", now):
            found = db.conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found == "ok":
                db.conn.execute(
                    "INSERT OR REPLACE INTO whole_checks VALUES (1, ?, ?)", (stamp(now), file)
                )
    if found != "ok":
        raise StoreError(
            f"{path}: the database is damaged; restore a backup ({' '.join(found.split())})"
        )


def _checked(db: Database, file: str, now: datetime) -> bool:
    """Whether all of that file was found whole within a day before now."""
    return (
        db.conn.execute(
            "SELECT 1 FROM whole_checks WHERE file = ? AND checked_at BETWEEN ? AND ?",
            (file, stamp(now - _WHOLE), stamp(now)),
        ).fetchone()
        is not None
    )


def _pragma(db: Database, name: str) -> int:
    return int(db.conn.execute(f"PRAGMA {name}").fetchone()[0])
