"""Migration 25: findings that were accepted."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m025_accepted_findings(db: Database) -> None:
    """A finding is accepted by its code, and by its cause where that is not empty."""
    db.conn.execute(
        """CREATE TABLE accepted_findings (
               code TEXT NOT NULL CHECK (code <> ''),
               cause TEXT NOT NULL,
               accepted_by TEXT NOT NULL,
               accepted_at TEXT NOT NULL,
               PRIMARY KEY (code, cause)
           ) WITHOUT ROWID"""
    )
