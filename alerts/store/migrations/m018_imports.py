"""Migration 18: the import in progress."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m018_imports(db: Database) -> None:
    """The import in progress, or whose process died: how many of its people are merged."""
    db.conn.execute(
        """CREATE TABLE imports (
               id INTEGER PRIMARY KEY CHECK (id = 1),
               file TEXT NOT NULL,
               language TEXT NOT NULL,
               at TEXT NOT NULL,
               done INTEGER NOT NULL,
               people INTEGER NOT NULL
           ) STRICT"""
    )
