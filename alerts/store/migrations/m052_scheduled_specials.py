"""Migration 55: special alerts that go at a moment."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m052_scheduled_specials(db: Database) -> None:
    """`send_at`: when a special alert is to be queued and sent, empty for those that only go by name, and for
    all months. `send_anyway`: the obstacles that whoever chose the moment has let through, as a list of
    names (docs/adr/0048)."""
    run(
        db,
        """
        ALTER TABLE issues ADD COLUMN send_at TEXT NOT NULL DEFAULT ''
            CHECK (send_at = '' OR (length(month) > 7 AND corrects IS NULL));
        ALTER TABLE issues ADD COLUMN send_anyway TEXT NOT NULL DEFAULT '[]'
        """,
    )
