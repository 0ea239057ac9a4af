"""When the page of an article in quarantine was read again."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m035_read_again(db: Database) -> None:
    """`read_at`: the last time that its page was asked for again; NULL: never."""
    run(db, "ALTER TABLE quarantine ADD COLUMN read_at TEXT;")
