"""Migration 58: what an issue said when it was approved last."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m055_approved_texts(db: Database) -> None:
    """One row per issue, written over by the next approval; for people to compare, never to send."""
    run(
        db,
        """
        CREATE TABLE approved_texts (
            issue_id INTEGER PRIMARY KEY REFERENCES issues (id),
            content_hash TEXT NOT NULL,
            at TEXT NOT NULL,
            texts TEXT NOT NULL CHECK (json_valid(texts))
        ) STRICT
        """,
    )
