"""Who mailed an article in."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m041_mailed(db: Database) -> None:
    """`sender`: who mailed the article in; '': forgotten; NULL: no mail brought it
    (docs/adr/0036-mailboxes.md)."""
    run(db, "ALTER TABLE quarantine ADD COLUMN sender TEXT;")
