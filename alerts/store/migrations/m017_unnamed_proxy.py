"""Migration 17: a reverse proxy that no setting names."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m017_unnamed_proxy(db: Database) -> None:
    """A reverse proxy that was seen and that no setting names."""
    db.conn.execute(
        """CREATE TABLE unnamed_proxy (
               id INTEGER PRIMARY KEY CHECK (id = 1),
               peer TEXT NOT NULL,
               seen_at TEXT NOT NULL
           ) STRICT"""
    )
