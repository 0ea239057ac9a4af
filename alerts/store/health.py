"""Whether the database is whole, as SQLite itself sees it."""

import sqlite3
from datetime import datetime

from sqlite_utils import Database

from alerts.store import moment


def damage(db: Database) -> list[str]:
    """What is broken in the file, and rows that name others that are not there; a few lines at most."""
    try:
        rows = db.conn.execute("PRAGMA quick_check(5)").fetchall()
        found = [str(row[0]).replace("\n", " ") for row in rows if row[0] != "ok"]
        orphans = db.conn.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.DatabaseError as fault:
        if getattr(fault, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise
        return [str(fault)]
    return found + [f"a row of {row[0]} names one of {row[2]} that is not there" for row in orphans]


def newest(db: Database) -> datetime | None:
    """The date of the latest event; None before the first."""
    row = db.conn.execute("SELECT max(at) FROM events").fetchone()
    return moment(row[0]) if row[0] else None
