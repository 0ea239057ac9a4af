"""The time zones of readers."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m040_timezones(db: Database) -> None:
    """The IANA name of a reader's time zone; empty: that of their language, or of the alert
    (docs/adr/0035-send-windows.md)."""
    db.conn.execute("ALTER TABLE subscribers ADD COLUMN timezone TEXT NOT NULL DEFAULT ''")
