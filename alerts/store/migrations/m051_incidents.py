"""Migration 51: incidents, the mails about them, and when the last backup was made."""

from sqlite_utils import Database

from alerts.store.migrations.registry import MIGRATIONS, run


@MIGRATIONS()
def m051_incidents(db: Database) -> None:
    """One open incident per kind and subject; one mail per incident, recipient and turn of it."""
    run(
        db,
        """
        CREATE TABLE incidents (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind <> ''),
            subject TEXT NOT NULL,
            words TEXT NOT NULL,
            remedy TEXT NOT NULL,
            opened_at TEXT NOT NULL,
            healed_at TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE UNIQUE INDEX incidents_open ON incidents (kind, subject) WHERE healed_at = '';
        CREATE TABLE incident_mails (
            incident_id INTEGER NOT NULL REFERENCES incidents (id),
            turn TEXT NOT NULL CHECK (turn IN ('opened', 'healed')),
            recipient TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
            reply TEXT NOT NULL DEFAULT '',
            changed_at TEXT NOT NULL,
            PRIMARY KEY (incident_id, turn, recipient)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX incident_mails_open ON incident_mails (incident_id) WHERE state = 'queued';
        CREATE TABLE backed_up (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            at TEXT NOT NULL
        ) STRICT
        """,
    )
