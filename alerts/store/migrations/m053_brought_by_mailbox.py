"""Migration 56: which mailbox brought what was mailed in."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m053_brought_by_mailbox(db: Database) -> None:
    """`mailbox_id`: the source through which an article was mailed in, so that it is counted there; NULL for
    what no mail brought, or an earlier version did. Nobody owns such an article (docs/adr/0036)."""
    run(db, "ALTER TABLE quarantine ADD COLUMN mailbox_id INTEGER;")
