"""Readers who said no to the counts of opens and clicks."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS


@MIGRATIONS()
def m031_uncounted(db: Database) -> None:
    """The moment since which nothing is counted of a reader; empty: they did not say no
    (docs/adr/0027-saying-no-to-counts.md)."""
    db.conn.execute("ALTER TABLE subscribers ADD COLUMN uncounted_since TEXT NOT NULL DEFAULT ''")
