"""Migration 60: drafts as they were rendered and checked last, and texts that a machine drafted."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m057_drafts(db: Database) -> None:
    """One draft a month; `made_of` is a hash of all that it was made of, `packed` its editions and what
    the checks found in them, as JSON, compressed; `fault` is why it cannot be rendered, or empty.
    `machine_texts` are translations that a machine wrote and no person has signed, by a hash of each."""
    run(
        db,
        """
        CREATE TABLE rendered_drafts (
            month TEXT PRIMARY KEY CHECK (month <> ''),
            made_of TEXT NOT NULL,
            made_at TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            packed BLOB NOT NULL,
            fault TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE TABLE machine_texts (
            article_id TEXT NOT NULL,
            language TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name IN ('title', 'summary')),
            mark TEXT NOT NULL,
            translator TEXT NOT NULL,
            made_at TEXT NOT NULL,
            PRIMARY KEY (article_id, language, name)
        ) STRICT, WITHOUT ROWID
        """,
    )
