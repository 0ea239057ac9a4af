"""Migration 22: where and how the people of an import have subscribed, if the admin says so."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m022_asserted_imports(db: Database) -> None:
    """An import that is finished after a crash confirms the same people as it would have before."""
    db.conn.execute("ALTER TABLE imports ADD COLUMN asserted TEXT NOT NULL DEFAULT ''")
