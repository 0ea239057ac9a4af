"""Migration 67: rendered editions, kept by what they were made of."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m062_rendered_editions(db: Database) -> None:
    """`made_of` is a hash of all that the editions of an issue were made of, `pictures` how many each shows
    and their octets, `packed` the editions, both as JSON, the latter compressed. `rendered_drafts` keeps what
    the checks found, and names the editions that it is about; its rows are made again."""
    run(
        db,
        """
        CREATE TABLE rendered_editions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            made_of TEXT NOT NULL UNIQUE,
            content_hash TEXT NOT NULL,
            pictures TEXT NOT NULL,
            packed BLOB NOT NULL
        ) STRICT;
        DELETE FROM rendered_drafts;
        ALTER TABLE rendered_drafts ADD COLUMN editions TEXT NOT NULL DEFAULT ''
        """,
    )
