"""What was learned of the limits of a relay."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m026_relay_limits(db: Database) -> None:
    """A limit by relay: how many it took in how many seconds, and when it takes more; 0: unknown."""
    db.conn.execute(
        """CREATE TABLE relay_limits (
               relay TEXT PRIMARY KEY CHECK (relay <> ''),
               accepted INTEGER NOT NULL CHECK (accepted >= 0),
               seconds INTEGER NOT NULL CHECK (seconds > 0),
               reply TEXT NOT NULL,
               heard_at TEXT NOT NULL,
               until TEXT NOT NULL
           ) WITHOUT ROWID"""
    )
