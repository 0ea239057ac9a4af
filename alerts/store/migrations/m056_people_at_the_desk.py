"""Migration 59: what a person has chosen for the desk."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m056_people_at_the_desk(db: Database) -> None:
    """The language in which a person reads the desk; empty: what their browser asks for. Their passkeys,
    and the challenges that wait for an answer of one browser."""
    run(
        db,
        """
        ALTER TABLE people ADD COLUMN language TEXT NOT NULL DEFAULT '';
        CREATE TABLE passkeys (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id),
            credential BLOB NOT NULL UNIQUE,
            public_key BLOB NOT NULL,
            uses INTEGER NOT NULL,
            name TEXT NOT NULL,
            added_at TEXT NOT NULL,
            used_at TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX passkeys_person ON passkeys (person_id);
        CREATE TABLE passkey_challenges (
            challenge BLOB PRIMARY KEY,
            browser BLOB NOT NULL,
            person_id INTEGER,
            until TEXT NOT NULL
        ) STRICT
        """,
    )
