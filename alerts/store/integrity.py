"""Checks whether the database is undamaged, by SQLite's own checks."""

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.errors import StoreError
from alerts.store import faults, moment


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


def check(db: Database, path: Path) -> None:
    """Raise `StoreError` where tables or indexes are damaged (takes about 0.1 s per 100 MB).

    SQLite does not detect a changed character inside a row; editions have their own checksum.
    """
    with faults(path):
        found = db.conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
        size = pages * db.conn.execute("PRAGMA page_size").fetchone()[0]
    if path.stat().st_size < size:
        found = f"{path.stat().st_size} octets of {size}"
    if found != "ok":
        raise StoreError(
            f"{path}: the database is damaged; restore a backup ({' '.join(found.split())})"
        )
